//! Random tables over one small vocabulary.

use proptest::prelude::*;

/// A name below a root.
pub fn name() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&["a", "b", "K", "f"][..])
}

fn root() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&["old", "old", "old", "new", "pkg"][..])
}

/// A dotted path from a root of the rules.
pub fn path() -> impl Strategy<Value = String> {
    (root(), prop::collection::vec(name(), 0..3)).prop_map(|(root, names)| {
        let mut path = root.to_owned();
        for name in names {
            path.push('.');
            path.push_str(name);
        }
        path
    })
}

fn target() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => path().prop_map(|path| path.replacen("old", "new", 1)),
        2 => path(),
        1 => prop::sample::select(&["builtins.list", "builtins.K", "a", "new.Other"][..]).prop_map(str::to_owned),
    ]
}

fn rule() -> impl Strategy<Value = String> {
    let kind = prop::sample::select(&["", "", "kind = \"module\"\n", "kind = \"object\"\n"][..]);
    let more = prop::sample::select(
        &[
            "",
            "",
            "",
            "rename = \"uses\"\n",
            "exact = true\n",
            "review = \"look\"\n",
        ][..],
    );
    prop_oneof![
        8 => (path(), target(), kind, more).prop_map(|(from, to, kind, more)| {
            format!("[[move]]\nfrom = \"{from}\"\nto = \"{to}\"\n{kind}{more}\n")
        }),
        1 => path().prop_map(|path| format!("[[keep]]\npath = \"{path}\"\n\n")),
        1 => path().prop_map(|path| format!("[[remove]]\npath = \"{path}\"\n\n")),
        1 => (path(), target(), target()).prop_map(|(from, one, two)| {
            format!("[[move]]\nfrom = \"{from}\"\nalternatives = [\"{one}\", \"{two}\"]\n\n")
        }),
    ]
}

/// A mapping file. It need not be a table.
pub fn table() -> impl Strategy<Value = String> {
    (
        prop::bool::weighted(0.15),
        prop::collection::vec(rule(), 1..5),
    )
        .prop_map(|(uses, rules)| {
            let rename = if uses { "rename = \"uses\"\n" } else { "" };
            format!(
                "language = \"python\"\nname = \"laws\"\n{rename}\n{}",
                rules.concat()
            )
        })
}
