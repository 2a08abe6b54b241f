//! Tests of `verify`, with the line-based language of `fake_language`.

use super::*;
use crate::engine::fake_language::table;
use crate::outline::{Outline, Use};
use crate::path::RUST;
use crate::plan::Plan;
use crate::text::{Edit, Edits};

fn names(path: &str) -> Vec<Segment> {
    path.split("::").map(Segment::new).collect()
}

fn path(text: &str) -> Meaning {
    Meaning::Path(names(text))
}

fn usage(meaning: Meaning) -> Use {
    Use {
        meaning,
        namespaces: Namespaces::ALL,
        known: Known::NOTHING,
        stays: false,
        range: Some(2..3),
    }
}

fn binding(name: &str, meaning: Meaning) -> Binding {
    Binding {
        scope: "mod tests".to_owned(),
        name: name.into(),
        visibility: String::new(),
        condition: String::new(),
        meaning,
        namespaces: Namespaces::ALL,
        known: Known::NOTHING,
        stays: false,
    }
}

fn uses_of<const N: usize>(meanings: [Meaning; N]) -> Analysis {
    of(Outline {
        uses: meanings.map(usage).into(),
        ..Outline::default()
    })
}

fn bindings_of<const N: usize>(bindings: [Binding; N]) -> Analysis {
    of(Outline {
        bindings: bindings.into(),
        ..Outline::default()
    })
}

fn of(outline: Outline) -> Analysis {
    Analysis {
        outline,
        plan: Plan::default(),
    }
}

fn declaring(mut analysis: Analysis, declared: Vec<Declared>) -> Analysis {
    analysis.plan.declared = declared;
    analysis
}

fn verified(before: &Analysis, after: &Analysis) -> Result<(), VerifyError> {
    let table = table(&[("old::Foo", "new::Bar"), ("old", "new")]);
    let tokens = Tokens::default();
    let side = |analysis| Side {
        text: "a\nb\nc\n",
        analysis,
        tokens: &tokens,
    };
    verify(side(before), side(after), &table)
}

#[track_caller]
fn accepts(before: &Analysis, after: &Analysis) {
    if let Err(error) = verified(before, after) {
        panic!("{error}");
    }
}

#[track_caller]
fn refuses(before: &Analysis, after: &Analysis, words: &str) {
    let error = verified(before, after).expect_err("differs").to_string();
    assert!(error.contains(words), "{error}");
    assert!(error.contains("please report it"), "{error}");
}

#[test]
fn moved_uses_are_references_or_the_files_own() {
    let before = uses_of([path("old::Foo::x"), path("other::Y")]);
    accepts(&before, &uses_of([path("new::Bar::x"), path("other::Y")]));
    let own = Meaning::Own(names("new::Bar::x"));
    accepts(&before, &uses_of([own, path("other::Y")]));
}

#[test]
fn a_use_that_means_something_else_is_refused() {
    let before = uses_of([path("old::Foo")]);
    for found in ["old::Foo", "new::Foo", "new::Bar::x"] {
        refuses(
            &before,
            &uses_of([path(found)]),
            "the use of `old::Foo` at line 2 should mean `new::Bar` and means",
        );
    }
    let local = Meaning::Opaque(names("new::Bar"));
    refuses(&before, &uses_of([local]), "means the local `new::Bar`");
}

#[test]
fn a_use_that_was_no_reference_must_not_change() {
    let own = || Meaning::Own(names("old::Foo"));
    let local = |text| Meaning::Opaque(names(text));
    accepts(&uses_of([own()]), &uses_of([own()]));
    refuses(
        &uses_of([own()]),
        &uses_of([path("new::Bar")]),
        "of the file itself",
    );
    accepts(&uses_of([local("x")]), &uses_of([local("x")]));
    refuses(
        &uses_of([local("x")]),
        &uses_of([local("y")]),
        "the local `y`",
    );
    refuses(
        &uses_of([local("x")]),
        &uses_of([path("x")]),
        "the local `x`",
    );
}

#[test]
fn a_use_that_stays_must_not_move() {
    let mut before = uses_of([path("old::Foo")]);
    before.outline.uses[0].stays = true;
    accepts(&before, &uses_of([path("old::Foo")]));
    refuses(
        &before,
        &uses_of([path("new::Bar")]),
        "should mean `old::Foo`",
    );
}

#[test]
fn order_and_number_of_uses_must_stay() {
    let before = uses_of([path("a::X"), path("b::Y")]);
    // At two places: what one place may mean is in no order.
    let mut apart = uses_of([path("a::X"), path("b::Y")]);
    apart.outline.uses[1].range = Some(4..5);
    refuses(&apart, &uses_of([path("b::Y"), path("a::X")]), "`a::X`");
    refuses(&before, &uses_of([path("a::X")]), "2 uses became 1");
    refuses(
        &before,
        &uses_of([path("a::X"), path("b::Y"), path("b::Y")]),
        "2 uses became 3",
    );
}

#[test]
fn bindings_go_through_the_table_in_any_order() {
    let before = bindings_of([
        binding("Foo", path("old::Foo")),
        binding("z", path("old::z")),
        binding("l", Meaning::Opaque(names("l"))),
    ]);
    let after = bindings_of([
        binding("l", Meaning::Opaque(names("l"))),
        binding("z", Meaning::Own(names("new::z"))),
        binding("Foo", path("new::Bar")),
    ]);
    accepts(&before, &after);
}

#[test]
fn a_binding_with_another_path_name_scope_or_audience_is_refused() {
    let before = bindings_of([binding("Foo", path("old::Foo"))]);
    let right = binding("Foo", path("new::Bar"));
    let lost = "scope `mod tests` should bind `Foo` as `new::Bar` and does not";
    refuses(&before, &bindings_of([]), lost);
    refuses(
        &before,
        &bindings_of([binding("Foo", path("old::Foo"))]),
        lost,
    );
    refuses(
        &before,
        &bindings_of([binding("Bar", path("new::Bar"))]),
        lost,
    );
    for wrong in [
        Binding {
            scope: String::new(),
            ..right.clone()
        },
        Binding {
            visibility: "pub".to_owned(),
            ..right.clone()
        },
        Binding {
            condition: "#[cfg(test)]".to_owned(),
            ..right.clone()
        },
    ] {
        refuses(&before, &bindings_of([wrong]), lost);
    }
    refuses(
        &before,
        &bindings_of([right.clone(), right]),
        "binds `Foo` as `new::Bar`, which nothing asked for",
    );
}

#[test]
fn a_binding_that_stays_must_not_move() {
    let mut before = bindings_of([binding("Foo", path("old::Foo"))]);
    before.outline.bindings[0].stays = true;
    accepts(&before, &bindings_of([binding("Foo", path("old::Foo"))]));
    refuses(
        &before,
        &bindings_of([binding("Foo", path("new::Bar"))]),
        "should bind `Foo` as `old::Foo`",
    );
}

#[test]
fn declared_changes_must_be_there_and_be_all() {
    let glob = binding("*", path("old"));
    let extra = binding("Foo", path("new::Bar"));
    let before = declaring(
        bindings_of([glob.clone()]),
        vec![
            Declared::Removed(glob.clone()),
            Declared::Added(extra.clone()),
        ],
    );
    accepts(&before, &bindings_of([extra.clone()]));
    refuses(&before, &bindings_of([]), "should bind `Foo`");
    refuses(
        &before,
        &bindings_of([extra.clone(), glob]),
        "binds `*` as `old`",
    );
    let nothing = declaring(bindings_of([]), vec![Declared::Removed(extra)]);
    refuses(
        &nothing,
        &bindings_of([]),
        "the plan removes `Foo` as `new::Bar` from",
    );
}

#[test]
fn a_public_binding_goes_only_if_its_name_stays_exposed() {
    let public = Binding {
        visibility: "pub".to_owned(),
        ..binding("Foo", path("old::Foo"))
    };
    let removed = vec![Declared::Removed(public.clone())];
    let alone = declaring(bindings_of([public.clone()]), removed.clone());
    refuses(&alone, &bindings_of([]), "no longer exposes pub `Foo`");
    let twin = Binding {
        meaning: path("new::Bar"),
        ..public.clone()
    };
    let both = declaring(bindings_of([public, twin.clone()]), removed);
    accepts(&both, &bindings_of([twin]));
}

#[test]
fn definitions_must_stay() {
    let defining = |list: &[&str]| {
        let mut outline = Outline::default();
        let list = list.iter().map(Segment::new).collect();
        outline.definitions.insert(String::new(), list);
        of(outline)
    };
    accepts(&defining(&["A", "B"]), &defining(&["A", "B"]));
    refuses(
        &defining(&["A", "B"]),
        &defining(&["A"]),
        "the definitions of the file changed from [A, B] to [A]",
    );
    refuses(&of(Outline::default()), &defining(&["A"]), "from [] to [A]");
}

#[test]
fn nothing_may_become_invalid() {
    let with = |errors: &[&str]| {
        of(Outline {
            invalid: errors.iter().map(ToString::to_string).collect(),
            ..Outline::default()
        })
    };
    accepts(&with(&["a", "b", "a"]), &with(&["a", "a"]));
    refuses(&with(&["a"]), &with(&["a", "a"]), "is not valid: a");
    refuses(&with(&[]), &with(&["late"]), "is not valid: late");
}

#[test]
fn a_second_run_must_change_nothing() {
    let mut after = of(Outline::default());
    after.plan.edits = Edits::new(vec![Edit::replace(2..3, "new")], "a\nb\nc\n").expect("fits");
    refuses(
        &of(Outline::default()),
        &after,
        "a second run would edit line 2 of the result again, to `new`",
    );
}

#[test]
fn paths_are_written_as_the_language_writes_them() {
    assert_eq!(written(&names("a::try"), &RUST), "a::r#try");
}
