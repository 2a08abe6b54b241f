//! A run against the baseline: what has grown, what is gone, what has moved.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Baseline, Counts};

/// Ids of rules.
pub type Ids = BTreeSet<String>;

/// How much of the project a run was about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    Whole,
    /// Some files: only growth can be judged.
    Some,
}

/// An entry of which there are more references than the baseline has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Grown {
    /// The file.
    pub file: String,
    /// The id of the rule.
    #[serde(rename = "rule")]
    pub id: String,
    /// References that there are.
    pub now: usize,
    /// References that the baseline has; 0 if it has no such entry.
    pub then: usize,
}

/// An entry that is too high.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Stale {
    /// The file.
    pub file: String,
    /// The id of the rule.
    #[serde(rename = "rule")]
    pub id: String,
    /// References that there are.
    pub now: usize,
    /// References that the baseline has.
    pub then: usize,
}

/// A file that is taken for another one, because it has the same counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Moved {
    /// The file that is gone.
    pub from: String,
    /// The one that is new.
    pub to: String,
}

/// Files of the baseline that are gone, for who asks what a new file may have been.
#[derive(Debug, Default)]
pub struct Gone {
    by_counts: BTreeMap<Counts, VecDeque<String>>,
}

impl Gone {
    /// The files of a baseline that are not there any more.
    pub fn of(baseline: &Baseline, is_there: impl Fn(&str) -> bool) -> Self {
        let mut by_counts: BTreeMap<Counts, VecDeque<String>> = BTreeMap::new();
        for (file, counts) in baseline.files().filter(|(file, _)| !is_there(file)) {
            by_counts
                .entry(counts.clone())
                .or_default()
                .push_back(file.to_owned());
        }
        Self { by_counts }
    }

    /// The file that one which is new, with these counts, is taken for. None is taken twice.
    pub fn take(&mut self, counts: &Counts) -> Option<String> {
        self.by_counts.get_mut(counts)?.pop_front()
    }
}

/// What came of a comparison.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// References that the baseline has, and that have not grown.
    pub held: usize,
    /// What has grown, files in order.
    pub grown: Vec<Grown>,
    /// What is too high; empty of a part.
    pub stale: Vec<Stale>,
    /// What has moved; empty of a part.
    pub moved: Vec<Moved>,
    /// Ids that the table lacks, with how many entries have them.
    pub unknown: BTreeMap<String, usize>,
}

/// Compares. `now` has the counts of each file that was read, empty ones too; `unread` tells of a file that
/// it could not be read, so that nothing is known of it.
pub fn compare(
    baseline: &Baseline,
    now: &BTreeMap<String, Counts>,
    moved: &[Moved],
    known: &Ids,
    part: Part,
    unread: impl Fn(&str) -> bool,
) -> Compared {
    let mut compared = Compared {
        moved: moved.to_vec(),
        ..Compared::default()
    };
    let was: BTreeMap<&str, &str> = moved
        .iter()
        .map(|moved| (moved.to.as_str(), moved.from.as_str()))
        .collect();
    for (file, counts) in now {
        let named = was.get(file.as_str()).copied().unwrap_or(file);
        for (id, &now) in counts {
            let then = baseline.count(named, id);
            if now > then {
                let (file, id) = (file.clone(), id.clone());
                compared.grown.push(Grown {
                    file,
                    id,
                    now,
                    then,
                });
            } else {
                compared.held += now;
            }
        }
    }
    let is_moved: BTreeSet<&str> = moved.iter().map(|moved| moved.from.as_str()).collect();
    for (file, counts) in baseline.files() {
        for (id, &then) in counts {
            if !known.contains(id) {
                *compared.unknown.entry(id.clone()).or_default() += 1;
                continue;
            }
            if part == Part::Some || is_moved.contains(file) || unread(file) {
                continue;
            }
            let now = now
                .get(file)
                .and_then(|counts| counts.get(id))
                .copied()
                .unwrap_or(0);
            if now < then {
                let (file, id) = (file.to_owned(), id.clone());
                compared.stale.push(Stale {
                    file,
                    id,
                    now,
                    then,
                });
            }
        }
    }
    compared
}

/// What a baseline becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Update {
    /// Counts only shrink, and what the table lacks stays: it may be another table.
    Shrink,
    /// Counts only shrink, and what the table lacks goes if all of the project was read.
    Prune,
    /// Counts are those of the run.
    AcceptNew,
}

/// The baseline after a run: of files that were read the counts change as `update` says, of files that are
/// gone (if all of the project was read) none is left, all others stay.
pub fn merged(
    baseline: &Baseline,
    now: &BTreeMap<String, Counts>,
    compared: &Compared,
    update: Update,
    part: Part,
) -> Baseline {
    let mut next = baseline.clone();
    for moved in &compared.moved {
        if let Some(counts) = next.files.remove(&moved.from) {
            next.files.insert(moved.to.clone(), counts);
        }
    }
    if part == Part::Whole {
        for stale in &compared.stale {
            next.set(&stale.file, &stale.id, stale.now);
        }
        if update != Update::Shrink && !compared.unknown.is_empty() {
            let gone: Vec<(String, String)> = next
                .files()
                .flat_map(|(file, counts)| {
                    let unknown = counts
                        .keys()
                        .filter(|id| compared.unknown.contains_key(*id));
                    unknown
                        .map(|id| (file.to_owned(), id.clone()))
                        .collect::<Vec<_>>()
                })
                .collect();
            for (file, id) in gone {
                next.set(&file, &id, 0);
            }
        }
    }
    for (file, counts) in now {
        let known: Vec<(String, usize)> = next
            .of(file)
            .into_iter()
            .flatten()
            .map(|(id, then)| (id.clone(), *then))
            .collect();
        for (id, then) in known {
            if compared.unknown.contains_key(&id) {
                continue;
            }
            let now = counts.get(&id).copied().unwrap_or(0);
            next.set(file, &id, now.min(then));
        }
        if update == Update::AcceptNew {
            for (id, now) in counts {
                next.set(file, id, *now);
            }
        }
    }
    next
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(entries: &[(&str, &str, usize)]) -> BTreeMap<String, Counts> {
        let mut all: BTreeMap<String, Counts> = BTreeMap::new();
        for (file, id, count) in entries {
            let counts = all.entry((*file).to_owned()).or_default();
            if *count > 0 {
                counts.insert((*id).to_owned(), *count);
            }
        }
        all
    }

    fn baseline(entries: &[(&str, &str, usize)]) -> Baseline {
        counts(entries).into_iter().collect()
    }

    fn known() -> Ids {
        ["r", "s"].map(str::to_owned).into()
    }

    const THEN: &[(&str, &str, usize)] = &[
        ("a", "r", 2),
        ("b", "r", 1),
        ("b", "s", 3),
        ("gone", "r", 4),
    ];

    #[test]
    fn grown_held_and_stale_are_told_apart() {
        let now = counts(&[("a", "r", 3), ("b", "r", 1), ("b", "s", 1), ("c", "r", 1)]);
        let compared = compare(&baseline(THEN), &now, &[], &known(), Part::Whole, |_| false);
        let grown: Vec<_> = compared
            .grown
            .iter()
            .map(|g| (&*g.file, g.now, g.then))
            .collect();
        assert_eq!(grown, [("a", 3, 2), ("c", 1, 0)]);
        assert_eq!(compared.held, 2);
        let stale: Vec<_> = compared
            .stale
            .iter()
            .map(|s| (&*s.file, &*s.id, s.now))
            .collect();
        assert_eq!(stale, [("b", "s", 1), ("gone", "r", 0)]);
        // Of a part nothing is stale; what could not be read is not either.
        let part = compare(&baseline(THEN), &now, &[], &known(), Part::Some, |_| false);
        assert!(part.stale.is_empty() && part.grown.len() == 2);
        let unread = compare(&baseline(THEN), &now, &[], &known(), Part::Whole, |file| {
            file == "gone"
        });
        assert_eq!(unread.stale.len(), 1);
    }

    #[test]
    fn a_file_with_the_counts_of_one_that_is_gone_has_moved() {
        let then = baseline(&[("old1", "r", 4), ("old2", "r", 4), ("here", "r", 4)]);
        let mut gone = Gone::of(&then, |file| file == "here");
        let counts_of = |count| Counts::from([("r".to_owned(), count)]);
        assert_eq!(gone.take(&counts_of(3)), None);
        assert_eq!(gone.take(&counts_of(4)).as_deref(), Some("old1"));
        assert_eq!(gone.take(&counts_of(4)).as_deref(), Some("old2"));
        assert_eq!(gone.take(&counts_of(4)), None);
        let moved = [Moved {
            from: "old1".to_owned(),
            to: "new".to_owned(),
        }];
        let now = counts(&[("new", "r", 4), ("here", "r", 4)]);
        let compared = compare(&then, &now, &moved, &known(), Part::Whole, |_| false);
        assert!(compared.grown.is_empty());
        assert_eq!(compared.stale.len(), 1, "old2 is gone");
        let next = merged(&then, &now, &compared, Update::Prune, Part::Whole);
        assert_eq!(next, baseline(&[("new", "r", 4), ("here", "r", 4)]));
    }

    #[test]
    fn pruning_only_shrinks_and_accepting_grows_too() {
        let now = counts(&[("a", "r", 3), ("b", "r", 1), ("b", "s", 1), ("c", "r", 1)]);
        let then = baseline(THEN);
        let compared = compare(&then, &now, &[], &known(), Part::Whole, |_| false);
        let pruned = merged(&then, &now, &compared, Update::Prune, Part::Whole);
        assert_eq!(
            pruned,
            baseline(&[("a", "r", 2), ("b", "r", 1), ("b", "s", 1)])
        );
        let grown = merged(&then, &now, &compared, Update::AcceptNew, Part::Whole);
        assert_eq!(grown, now.into_iter().collect());
    }

    #[test]
    fn a_part_leaves_what_it_did_not_read() {
        let then = baseline(THEN);
        let now = counts(&[("a", "r", 1)]);
        let compared = compare(&then, &now, &[], &known(), Part::Some, |_| false);
        let next = merged(&then, &now, &compared, Update::Prune, Part::Some);
        assert_eq!(next.count("a", "r"), 1);
        assert_eq!((next.count("gone", "r"), next.count("b", "s")), (4, 3));
    }

    #[test]
    fn ids_that_the_table_lacks_are_counted_and_go_with_the_whole() {
        let then = baseline(&[("a", "x", 1), ("b", "x", 1), ("a", "r", 1)]);
        let now = counts(&[("a", "r", 1)]);
        let compared = compare(&then, &now, &[], &known(), Part::Whole, |_| false);
        assert_eq!(compared.unknown.get("x"), Some(&2));
        assert!(compared.stale.is_empty());
        let next = merged(&then, &now, &compared, Update::Prune, Part::Whole);
        assert_eq!(next, baseline(&[("a", "r", 1)]));
        let next = merged(&then, &now, &compared, Update::Shrink, Part::Whole);
        assert_eq!(next, then);
        let part = compare(&then, &now, &[], &known(), Part::Some, |_| false);
        let next = merged(&then, &now, &part, Update::Prune, Part::Some);
        assert_eq!(next, then);
    }
}
