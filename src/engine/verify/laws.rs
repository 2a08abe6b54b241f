//! Tests of the laws over tokens, with texts of `fake_language` that were damaged by hand. The outlines say that
//! all is well, as those of a resolver would that does not see the damage.

use super::*;
use crate::engine::fake_language::{table, tokens};
use crate::outline::{Outline, Use};
use crate::plan::{Plan, Reference};
use crate::text::{Edit, Edits};

/// A text, the edits of a plan (the old text of each stands once) and what the plan says of them.
struct Case {
    text: &'static str,
    edits: &'static [(&'static str, &'static str)],
    /// Texts that are references.
    references: &'static [&'static str],
    before: Outline,
    after: Outline,
}

impl Case {
    fn new(text: &'static str, edits: &'static [(&'static str, &'static str)]) -> Self {
        Self {
            text,
            edits,
            references: &[],
            before: Outline::default(),
            after: Outline::default(),
        }
    }

    fn with(mut self, references: &'static [&'static str]) -> Self {
        self.references = references;
        self
    }

    fn laws(self) -> Result<(), VerifyError> {
        let at = |part: &str| {
            let at = self.text.find(part).expect("there");
            at..at + part.len()
        };
        let references = self.references.iter().map(|part| Reference {
            range: at(part),
            path: "old::Foo".to_owned(),
            successor: Some("new::Bar".to_owned()),
            rule: 0,
            rewritten: true,
        });
        let edits = self.edits.iter();
        let edits: Vec<Edit> = edits
            .map(|(old, new)| Edit::replace(at(old), *new))
            .collect();
        let plan = Plan {
            pieces: edits.iter().map(|edit| edit.range.clone()).collect(),
            edits: Edits::new(edits, self.text).expect("fit"),
            references: references.collect(),
            ..Plan::default()
        };
        let edited = plan.edits.apply(self.text);
        let (old, new) = (tokens(self.text), tokens(&edited));
        let before = Analysis {
            outline: self.before,
            plan,
        };
        let after = Analysis {
            outline: self.after,
            plan: Plan::default(),
        };
        let side = |text, analysis, tokens| Side {
            text,
            analysis,
            tokens,
        };
        verify_tokens(
            side(self.text, &before, &old),
            side(&edited, &after, &new),
            &table(&[("old::Foo", "new::Bar"), ("old", "new")]),
        )
    }

    #[track_caller]
    fn holds(self) {
        if let Err(error) = self.laws() {
            panic!("{error}");
        }
    }

    #[track_caller]
    fn breaks(self, words: &str) {
        let error = self.laws().expect_err("a law is broken").to_string();
        assert!(error.contains(words), "{error}");
        assert!(error.contains("please report it"), "{error}");
    }
}

fn import(name: &str, path: &str) -> Binding {
    Binding {
        scope: String::new(),
        name: name.into(),
        visibility: String::new(),
        condition: String::new(),
        meaning: Meaning::Path(path.split("::").map(Segment::new).collect()),
        namespaces: Namespaces::ALL,
        known: Known::NOTHING,
        stays: false,
    }
}

fn usage(path: &str, range: std::ops::Range<usize>) -> Use {
    Use {
        meaning: import("", path).meaning,
        namespaces: Namespaces::ALL,
        known: Known::NOTHING,
        stays: false,
        range: Some(range),
    }
}

#[test]
fn a_comment_may_not_go() {
    let text = "use old::Foo;\n# why\nx\n";
    Case::new(text, &[("old", "new")]).holds();
    Case::new(text, &[("use old::Foo;\n# why\n", "use new::Foo;\n")])
        .breaks("the comment `# why` at line 2 is lost");
}

#[test]
fn a_comment_may_not_change_or_come() {
    let text = "use old::Foo;\n# why old\nx\n";
    Case::new(text, &[("why old", "why new")]).breaks("the comment `# why old` at line 2 is lost");
    Case::new(text, &[("x\n", "x\n# why old\n")])
        .breaks("the comment `# why old` appears at line 4 of the result");
}

#[test]
fn a_reference_in_a_comment_is_no_change_of_it() {
    let text = "# see old::Foo here\nx\n";
    Case::new(text, &[("old::Foo", "new::Bar")])
        .with(&["old::Foo"])
        .holds();
    Case::new(text, &[("old::Foo here", "new::Bar there")])
        .with(&["old::Foo"])
        .breaks("is lost");
}

#[test]
fn a_comment_for_a_tool_may_go_and_be_copied_with_its_import_only() {
    let text = "use old::Foo;\n#! tool\nx\n";
    // The fake language has one statement a line, so nothing is on the line of an import.
    Case::new(text, &[("#! tool\n", "")]).breaks("the comment `#! tool` at line 2 is lost");
    Case::new(text, &[("x\n", "x\n#! tool\n")]).breaks("appears at line 4");
}

#[test]
fn a_token_beside_a_reference_may_not_change() {
    let text = "f ( old::Foo , y )\n";
    Case::new(text, &[("old::Foo", "new::Bar")])
        .with(&["old::Foo"])
        .holds();
    Case::new(text, &[("old::Foo , y", "new::Bar , z")])
        .with(&["old::Foo"])
        .breaks("`old` at line 1 became `new`");
    Case::new(text, &[("old::Foo", "new::Bar"), ("y", "z")])
        .with(&["old::Foo"])
        .breaks("`y` at line 1 became `z`");
    Case::new(text, &[("old::Foo , ", "")])
        .with(&["old::Foo"])
        .breaks("`old` at line 1 became `y`");
}

#[test]
fn what_is_no_import_may_not_go_with_one() {
    let text = "use old::Foo;\nf ( )\nuse b::c;\nx\n";
    Case::new(text, &[("use old::Foo;\n", "")]).holds();
    Case::new(text, &[("use old::Foo;\nf ( )\n", "")]).breaks("`f` at line 2 became `x`");
    Case::new(text, &[("\nx\n", "\n")]).breaks("`x` at line 4 became the end");
}

#[test]
fn a_filler_stands_only_where_an_import_went() {
    let text = "if y :\nuse old::Foo;\nz :\nw\n";
    Case::new(text, &[("use old::Foo;", "pass")]).holds();
    Case::new(text, &[("w", "pass w")]).breaks("`w` at line 4 became `pass`");
    Case::new(text, &[("y", "pass y")]).breaks("became `pass`");
}

#[test]
fn a_piece_of_a_reference_has_its_names() {
    let text = "old Foo x\n";
    Case::new(text, &[("old", "new"), ("Foo", "Bar")])
        .with(&["old"])
        .holds();
    Case::new(text, &[("old", "new"), ("x", "Bar")])
        .with(&["old"])
        .breaks("`x` at line 1 became `Bar`");
}

#[test]
fn a_renamed_use_is_one_of_the_import() {
    let text = "Foo\nuse old::Foo;\nx\n";
    let case = |edits, path| {
        let mut case = Case::new(text, edits);
        case.before.bindings.push(import("Foo", "old::Foo"));
        case.before.uses.push(usage(path, 0..3));
        case.after.bindings.push(import("Bar", "new::Bar"));
        case
    };
    case(&[("Foo", "Bar"), ("old::Foo", "new::Bar")], "old::Foo").holds();
    case(&[("Foo", "Bar"), ("old::Foo", "new::Bar")], "other::Foo")
        .breaks("`Foo` at line 1 became `Bar`");
    case(&[("Foo", "Baz"), ("old::Foo", "new::Bar")], "old::Foo")
        .breaks("`Foo` at line 1 became `Baz`");
}

#[test]
fn a_name_that_nothing_binds_may_not_be_left() {
    let text = "use old::Foo;\ndel Foo\n";
    let case = |outline: Outline| {
        let mut case = Case::new(text, &[("use old::Foo;\n", "")]);
        case.before.bindings.push(import("Foo", "old::Foo"));
        case.after = outline;
        case
    };
    case(Outline::default())
        .breaks("the file no longer binds `Foo`, which stands at line 1 of the result");
    // Something else is used there, or bound.
    case(Outline {
        uses: vec![usage("other::Foo", 4..7)],
        ..Outline::default()
    })
    .holds();
    case(Outline {
        places: std::iter::once(4..7).collect(),
        ..Outline::default()
    })
    .holds();
    // Something else binds it.
    case(Outline {
        bindings: vec![import("Foo", "new::Bar")],
        ..Outline::default()
    })
    .holds();
}
