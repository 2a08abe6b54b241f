//! Which gates are meant by the names and tags that were given.

use anyhow::{anyhow, bail};

use crate::document::nearest;
use crate::gate::Gate;
use crate::text::one_line;

/// The tag of gates that are only run when they are named.
pub const MANUAL: &str = "manual";

/// What was given; nothing at all means all gates.
#[derive(Clone, Copy, Debug, Default)]
pub struct Choice<'a> {
    /// Names of gates, which are meant whatever their tags are.
    pub names: &'a [String],
    /// Tags of gates that are meant.
    pub tags: &'a [String],
    /// Tags of gates that are not.
    pub skip_tags: &'a [String],
}

/// The gates that are meant, in their order in the configuration.
///
/// # Errors
/// There is no gate of a name, or of a tag that is asked for; or none is left.
pub fn choose<'g>(gates: &[&'g Gate], choice: Choice<'_>) -> anyhow::Result<Vec<&'g Gate>> {
    if gates.is_empty() {
        bail!("there are no gates: add a [[gate]] with `name` and `run` to the configuration");
    }
    for name in choice.names {
        if !gates.iter().any(|gate| gate.name == *name) {
            return Err(unknown("gate", name, gates.iter().map(|gate| &*gate.name)));
        }
    }
    for tag in choice.tags.iter().chain(choice.skip_tags) {
        let tags = || gates.iter().flat_map(|gate| &gate.tags).map(String::as_str);
        // A list of tags to skip may be made for several projects.
        if choice.tags.contains(tag) && !tags().any(|known| known == tag) {
            return Err(unknown("gate with the tag", tag, tags()));
        }
    }
    let meant: Vec<&Gate> = gates
        .iter()
        .copied()
        .filter(|gate| is_meant(gate, choice))
        .collect();
    if meant.is_empty() {
        let manual: Vec<_> = gates
            .iter()
            .filter(|gate| has_any(gate, &[MANUAL.to_owned()]))
            .map(|gate| one_line(&gate.name))
            .collect();
        if manual.is_empty() {
            bail!("no gate is left by --tag and --skip-tag");
        }
        bail!(
            "no gate is left: those with the tag `{MANUAL}` are only run when they are named, as {}",
            manual.join(", ")
        );
    }
    Ok(meant)
}

fn is_meant(gate: &Gate, choice: Choice<'_>) -> bool {
    if choice.names.contains(&gate.name) {
        return true;
    }
    let by_tag = if choice.tags.is_empty() {
        choice.names.is_empty()
    } else {
        has_any(gate, choice.tags)
    };
    by_tag && !has_any(gate, choice.skip_tags) && !has_any(gate, &[MANUAL.to_owned()])
}

fn has_any(gate: &Gate, tags: &[String]) -> bool {
    gate.tags.iter().any(|tag| tags.contains(tag))
}

fn unknown<'a>(what: &str, word: &str, known: impl Iterator<Item = &'a str>) -> anyhow::Error {
    let mut known: Vec<_> = known.collect();
    known.sort_unstable();
    known.dedup();
    let word = one_line(word);
    let said = match nearest(&word, known.iter().copied()) {
        Some(nearest) => format!("did you mean `{}`?", one_line(nearest)),
        None if known.is_empty() => "there is none with any".to_owned(),
        None => format!("there are {}", one_line(&known.join(", "))),
    };
    anyhow!("there is no {what} `{word}`: {said}")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::gate::{Command, Expected};

    fn gate(name: &str, tags: &[&str]) -> Gate {
        Gate {
            name: name.to_owned(),
            command: Command::Argv(vec!["true".to_owned()]),
            cwd: "/".into(),
            env: BTreeMap::new(),
            expected: Expected::default(),
            expect_output: None,
            junit: None,
            timeout: None,
            retries: 0,
            max_slowdown: None,
            allow_fewer: false,
            tags: tags.iter().map(|&tag| tag.to_owned()).collect(),
            needs: Vec::new(),
        }
    }

    #[track_caller]
    fn chosen(names: &[&str], tags: &[&str], skip: &[&str]) -> String {
        let gates = [
            gate("unit", &["quick"]),
            gate("golden", &["quick", "slow"]),
            gate("staging", &["slow", "manual"]),
            gate("lint", &[]),
        ];
        let gates: Vec<&Gate> = gates.iter().collect();
        let owned = |words: &[&str]| words.iter().map(|&w| w.to_owned()).collect::<Vec<_>>();
        let (names, tags, skip_tags) = (owned(names), owned(tags), owned(skip));
        let choice = Choice {
            names: &names,
            tags: &tags,
            skip_tags: &skip_tags,
        };
        match choose(&gates, choice) {
            Ok(gates) => {
                let names: Vec<_> = gates.iter().map(|gate| gate.name.as_str()).collect();
                names.join(" ")
            }
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn names_and_tags_choose() {
        assert_eq!(chosen(&[], &[], &[]), "unit golden lint");
        assert_eq!(chosen(&["lint", "unit"], &[], &[]), "unit lint");
        assert_eq!(chosen(&[], &["slow"], &[]), "golden");
        assert_eq!(chosen(&[], &["quick"], &["slow"]), "unit");
        assert_eq!(chosen(&[], &[], &["quick", "other"]), "lint");
        assert_eq!(chosen(&["lint"], &["slow"], &[]), "golden lint");
        assert_eq!(chosen(&["unit"], &[], &["quick"]), "unit");
    }

    #[test]
    fn manual_ones_are_only_run_when_named() {
        assert_eq!(chosen(&["staging"], &[], &[]), "staging");
        assert_eq!(
            chosen(&[], &["manual"], &[]),
            "no gate is left: those with the tag `manual` are only run when they are named, as staging"
        );
    }

    #[test]
    fn what_is_not_there_is_said() {
        assert_eq!(
            chosen(&["untt"], &[], &[]),
            "there is no gate `untt`: did you mean `unit`?"
        );
        assert_eq!(
            chosen(&["x"], &[], &[]),
            "there is no gate `x`: there are golden, lint, staging, unit"
        );
        assert_eq!(
            chosen(&[], &["quik"], &[]),
            "there is no gate with the tag `quik`: did you mean `quick`?"
        );
        let none = choose(&[], Choice::default()).expect_err("none");
        assert!(none.to_string().contains("[[gate]]"), "{none}");
    }
}
