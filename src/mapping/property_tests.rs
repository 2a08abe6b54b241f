//! What holds for every table that is accepted and for every path.

use proptest::prelude::*;

use super::{Action, MappingSource, Outcome, Rule, Table, from_moves, load};
use crate::path::{Namespaces, RUST, Segment, SymbolPath, Syntax};

const KNOWN: &[&Syntax] = &[&RUST];

/// More rounds than any table of the size tried here can need.
const ROUNDS: usize = 1000;

/// Names of so few letters that rules meet often.
fn path(longest: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(vec!["a", "b", "c"]), 1..=longest)
        .prop_map(|names| names.join("::"))
}

fn rule() -> impl Strategy<Value = String> {
    let action = prop_oneof![
        6 => path(3).prop_map(|to| format!("[[move]]\nto = \"{to}\"\nfrom = ")),
        1 => Just("[[remove]]\npath = ".to_owned()),
        1 => Just("[[keep]]\npath = ".to_owned()),
        1 => path(3).prop_map(|to| format!("[[move]]\nalternatives = [\"{to}\"]\nfrom = ")),
    ];
    let kind = prop_oneof![
        5 => Just(""),
        1 => Just("kind = \"type\"\n"),
        1 => Just("kind = \"value\"\n"),
        1 => Just("kind = \"macro\"\n"),
    ];
    let exact = prop_oneof![4 => Just(""), 1 => Just("exact = true\n")];
    (action, path(3), kind, exact)
        .prop_map(|(action, from, kind, exact)| format!("{action}\"{from}\"\n{kind}{exact}"))
}

fn kinds() -> impl Strategy<Value = Namespaces> {
    prop_oneof![Just(u8::MAX), 1u8..8].prop_map(Namespaces)
}

fn table(rules: &[String]) -> Option<Table> {
    let text = format!("language = \"rust\"\nname = \"t\"\n{}", rules.concat());
    let file = "t.toml".into();
    let tables = load(&[MappingSource::Toml { file, text }], KNOWN).ok()?;
    tables.into_tables().pop()
}

/// The rule that speaks of `path`, found by looking at all of them.
fn model_rule<'t>(table: &'t Table, path: &[Segment], kinds: Namespaces) -> Option<&'t Rule> {
    let inner = Namespaces(!RUST.leaf_kinds.0);
    table
        .rules()
        .iter()
        .filter(|rule| {
            let from = rule.from.segments();
            if from == path {
                rule.kinds.meets(kinds)
            } else {
                path.starts_with(from) && !rule.exact && rule.kinds.meets(inner)
            }
        })
        .max_by_key(|rule| rule.from.len())
}

/// T, as its definition says it.
fn model(table: &Table, path: &[Segment], kinds: Namespaces) -> String {
    let mut current = path.to_vec();
    for _ in 0..ROUNDS {
        match model_rule(table, &current, kinds).map(|rule| (&rule.action, rule)) {
            Some((Action::Move(to), rule)) => {
                current = to.join(&current[rule.from.len()..]).segments().to_vec();
            }
            Some((Action::Remove, _)) => return "removed".to_owned(),
            Some((Action::Alternatives(_), _)) => return "alternatives".to_owned(),
            Some((Action::Keep, _)) | None => return current.join("::"),
        }
    }
    panic!("T does not end for {path:?} in {:#?}", table.rules());
}

fn described(outcome: &Outcome<'_>, path: &[Segment]) -> String {
    match outcome {
        Outcome::Stays => path.join("::"),
        Outcome::Moves(to) => to.to.segments().join("::"),
        Outcome::Removed(_) => "removed".to_owned(),
        Outcome::Alternatives(_) => "alternatives".to_owned(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        max_global_rejects: 100_000,
        ..ProptestConfig::with_cases(2000)
    })]

    #[test]
    fn t_ends_is_the_model_and_is_idempotent(
        rules in prop::collection::vec(rule(), 1..6),
        paths in prop::collection::vec((path(6), kinds()), 20),
    ) {
        let table = table(&rules);
        prop_assume!(table.is_some());
        let table = table.expect("assumed");
        for (path, kinds) in paths {
            let path = SymbolPath::parse(&path, &RUST).expect("a path");
            // The model first: it has an end in any case.
            let expected = model(&table, path.segments(), kinds);
            let outcome = table.resolve(path.segments(), kinds);
            prop_assert_eq!(described(&outcome, path.segments()), expected);
            if let Outcome::Moves(to) = outcome {
                prop_assert_eq!(table.resolve(to.to.segments(), kinds), Outcome::Stays);
                let tail = &path.segments()[path.len() - to.tail..];
                prop_assert!(to.to.segments().ends_with(tail));
            }
            if model_rule(&table, path.segments(), kinds).is_none() {
                prop_assert_eq!(table.resolve(path.segments(), kinds), Outcome::Stays);
            }
        }
    }

    /// The short forms of a table mean the rules that they are short for, and nothing else.
    #[test]
    fn short_forms_are_what_they_are_short_for(
        pairs in prop::collection::vec((path(3), path(3)), 0..4),
        renamed in prop::collection::btree_map("[a-d]", "[a-d]", 1..4),
        (below, to) in (path(2), path(2)),
        sources in prop::collection::vec(path(3), 1..4),
        home in path(3),
        kept in path(3),
        paths in prop::collection::vec((path(6), kinds()), 20),
    ) {
        let mut short = String::new();
        let mut long = String::new();
        let mut moves = |old: &str, new: &str| {
            long.push_str(&format!("[[move]]\nfrom = \"{old}\"\nto = \"{new}\"\n"));
        };
        let mut distinct: Vec<&(String, String)> = Vec::new();
        for pair in &pairs {
            // TOML refuses a key twice; two rules for one path are refused in either form.
            if !distinct.iter().any(|other| other.0 == pair.0) {
                distinct.push(pair);
            }
        }
        if !distinct.is_empty() {
            short.push_str("[moves]\n");
        }
        for (old, new) in distinct {
            short.push_str(&format!("\"{old}\" = \"{new}\"\n"));
            moves(old, new);
        }
        let names: Vec<_> = renamed.iter().map(|(a, b)| format!("{a} = \"{b}\"")).collect();
        short.push_str(&format!(
            "[[move]]\nfrom = \"{below}\"\nto = \"{to}\"\nnames = {{ {} }}\n", names.join(", ")
        ));
        for (old, new) in &renamed {
            moves(&format!("{below}::{old}"), &format!("{to}::{new}"));
        }
        short.push_str(&format!("[[move]]\nfrom = {sources:?}\nto = \"{home}\"\n"));
        for old in &sources {
            moves(old, &home);
        }
        short.push_str(&format!("[[keep]]\npath = \"{kept}\"\nreview = \"look\"\n"));
        long.push_str(&format!("[[keep]]\npath = \"{kept}\"\n"));
        let (short, long) = (table(&[short]), table(&[long]));
        prop_assert_eq!(short.is_some(), long.is_some());
        let (Some(short), Some(long)) = (short, long) else {
            return Ok(());
        };
        prop_assert_eq!(short.rules().len(), long.rules().len());
        for (path, kinds) in paths {
            let path = SymbolPath::parse(&path, &RUST).expect("a path");
            let told = |table: &Table| {
                described(&table.resolve(path.segments(), kinds), path.segments())
            };
            prop_assert_eq!(told(&short), told(&long));
            prop_assert_eq!(told(&short), model(&short, path.segments(), kinds));
            // What only reviews stays, and what moves is not reviewed alone.
            if short.reviewing(path.segments()).is_some() {
                prop_assert_eq!(short.resolve(path.segments(), Namespaces::ALL), Outcome::Stays);
            }
        }
    }

    #[test]
    fn no_text_makes_the_loader_panic(text in "[a-z\\[\\]\"=.:\\\\ \n#{},é1]{0,80}") {
        let head = "language = \"rust\"\nname = \"t\"\n";
        for text in [text.clone(), format!("{head}{text}"), format!("{head}[[move]]\n{text}")] {
            let source = MappingSource::Toml { file: "t.toml".into(), text };
            if let Err(errors) = load(&[source], KNOWN) {
                prop_assert!(!errors.render(false).is_empty());
            }
        }
    }
}

#[test]
fn many_rules_are_one_table() {
    let moves: Vec<_> = (0..10_000)
        .map(|i| {
            (
                format!("old::m{}::Item{i}", i % 100),
                format!("new::n{}::Item{i}", i % 77),
            )
        })
        .collect();
    let moves: Vec<_> = moves
        .iter()
        .map(|(a, b)| (a.as_str(), b.as_str()))
        .collect();
    let tables = from_moves(&moves, KNOWN).expect("valid");
    assert_eq!(tables.tables()[0].rules().len(), 10_000);
}

/// A long chain, a long circle and many swaps: the proof must neither overflow the stack nor take
/// a time that grows with the square.
#[test]
fn circles_are_found_among_many_rules() {
    let step = |i: usize| format!("old::Item{i}");
    let chain: Vec<_> = (0..5000).map(|i| (step(i), step(i + 1))).collect();
    let as_str = |pairs: &[(String, String)]| -> usize {
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(a, b)| (a.as_str(), b.as_str()))
            .collect();
        from_moves(&pairs, KNOWN).map_or_else(|errors| errors.errors().len(), |_| 0)
    };
    assert_eq!(as_str(&chain), 0);
    let mut circle = chain.clone();
    circle[4999].1 = step(0);
    assert_eq!(as_str(&circle), 1);
    let swaps: Vec<_> = (0..5000).map(|i| (step(i), step(i ^ 1))).collect();
    assert_eq!(as_str(&swaps), 2500);
}
