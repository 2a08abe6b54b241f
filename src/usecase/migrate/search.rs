//! Who in a batch breaks a gate: halves on top of what is known to be good.
//!
//! A pure function over an [`Oracle`], which writes a set of files and asks the gates. It knows nothing of
//! trees, transactions and processes, so its promises are held by properties: whoever is blamed was seen to
//! fail in the batch and to pass out of it, and the runs are bounded (see [`most_runs`]).
//!
//! The files of a unit are tried together. One that fails alone is searched by file, for a unit is a
//! preference and no law.

use std::collections::BTreeSet;

/// A set of files of the batch, by their indices.
pub type Files = BTreeSet<usize>;

/// Asks the gates about a tree.
pub trait Oracle {
    /// Why the search must end at once.
    type Stop;

    /// Makes exactly these files of the batch be rewritten, and asks the gates. `None`: there is no time
    /// left for this.
    ///
    /// # Errors
    /// The search is to be stopped: no answer is to be had.
    fn passes(&mut self, files: &Files) -> Result<Option<bool>, Self::Stop>;
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Files that may stay: the gates pass with all of them.
    pub good: Files,
    /// Files that may not.
    pub guilty: Vec<Guilty>,
    /// Files of which that is not known, since the time was over: they are left out together.
    pub unresolved: Files,
}

/// A file that breaks a gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guilty {
    /// The file.
    pub file: usize,
    /// The file that stays with which alone it breaks the gate, if it breaks none by itself.
    pub with: Option<usize>,
}

/// How many times the gates are asked at most, for `guilty` files found of `files`: a search by halves, once
/// for each whether it is still to blame, and once whether it is by itself. Whom one breaks the gate with is
/// counted as found.
pub fn most_runs(files: usize, guilty: usize) -> usize {
    if guilty == 0 {
        return 0;
    }
    // Halves are not always equal: a level more than the logarithm says where it is no whole number.
    let mut levels = 0;
    while guilty << levels < files {
        levels += 1;
    }
    2 * guilty * levels + 2 * guilty + 2 * guilty
}

/// Searches units of files that break a gate when all of them are rewritten, and none when none is.
///
/// # Errors
/// Those of the oracle.
pub fn search<O: Oracle>(units: &[Files], oracle: &mut O) -> Result<Found, O::Stop> {
    let mut search = Search {
        oracle,
        found: Found::default(),
        suspects: Vec::new(),
        is_over: false,
    };
    search.split(units)?;
    search.acquit()?;
    search.name_partners()?;
    let Search {
        mut found,
        suspects,
        ..
    } = search;
    for suspect in suspects {
        if !found.guilty.iter().any(|guilty| guilty.file == suspect) {
            found.guilty.push(Guilty {
                file: suspect,
                with: None,
            });
        }
    }
    found.guilty.sort_by_key(|guilty| guilty.file);
    Ok(found)
}

struct Search<'o, O> {
    oracle: &'o mut O,
    found: Found,
    suspects: Vec<usize>,
    is_over: bool,
}

impl<O: Oracle> Search<'_, O> {
    /// Divides units that are known to break a gate on top of what is good.
    fn split(&mut self, units: &[Files]) -> Result<(), O::Stop> {
        match units {
            [] => return Ok(()),
            [unit] if unit.len() == 1 => {
                self.suspects.extend(unit);
                return Ok(());
            }
            [unit] => {
                let files: Vec<Files> = unit.iter().map(|file| Files::from([*file])).collect();
                return self.split(&files);
            }
            _ => {}
        }
        let (first, second) = units.split_at(units.len() / 2);
        match self.ask(first)? {
            None => self.give_up(units),
            // So the second half holds a culprit, and need not be asked.
            Some(true) => self.split(second)?,
            Some(false) => {
                self.split(first)?;
                if self.is_over {
                    self.give_up(second);
                    return Ok(());
                }
                match self.ask(second)? {
                    None => self.give_up(second),
                    Some(true) => {}
                    Some(false) => self.split(second)?,
                }
            }
        }
        Ok(())
    }

    /// Whether the gates pass with these on top of what is good; then these are good too.
    fn ask(&mut self, units: &[Files]) -> Result<Option<bool>, O::Stop> {
        if self.is_over {
            return Ok(None);
        }
        let mut files = self.found.good.clone();
        files.extend(units.iter().flatten());
        let passes = self.oracle.passes(&files)?;
        match passes {
            Some(true) => self.found.good = files,
            Some(false) => {}
            None => self.is_over = true,
        }
        Ok(passes)
    }

    fn give_up(&mut self, units: &[Files]) {
        self.found.unresolved.extend(units.iter().flatten());
    }

    /// Puts each suspect back once more. Those that pass were only blamed for others.
    fn acquit(&mut self) -> Result<(), O::Stop> {
        for suspect in std::mem::take(&mut self.suspects) {
            if self.ask(&[Files::from([suspect])])? != Some(true) {
                self.suspects.push(suspect);
            }
        }
        Ok(())
    }

    /// Finds out which of those that stay breaks the gate together with one that does not.
    fn name_partners(&mut self) -> Result<(), O::Stop> {
        for suspect in self.suspects.clone() {
            let with = self.partner(suspect)?;
            self.found.guilty.push(Guilty {
                file: suspect,
                with,
            });
        }
        Ok(())
    }

    /// `None`: it breaks the gate alone, or the time is over, or it takes several others.
    fn partner(&mut self, suspect: usize) -> Result<Option<usize>, O::Stop> {
        let mut others: Vec<usize> = self.found.good.iter().copied().collect();
        if others.is_empty() || self.with(suspect, &[])? != Some(true) {
            return Ok(None);
        }
        while others.len() > 1 {
            let (first, second) = others.split_at(others.len() / 2);
            others = match self.with(suspect, first)? {
                None => return Ok(None),
                Some(false) => first.to_vec(),
                Some(true) => second.to_vec(),
            };
        }
        // With several others needed the last one left breaks nothing by itself.
        Ok(match self.with(suspect, &others)? {
            Some(false) => others.first().copied(),
            _ => None,
        })
    }

    fn with(&mut self, suspect: usize, others: &[usize]) -> Result<Option<bool>, O::Stop> {
        if self.is_over {
            return Ok(None);
        }
        let mut files: Files = others.iter().copied().collect();
        files.insert(suspect);
        let passes = self.oracle.passes(&files)?;
        self.is_over |= passes.is_none();
        Ok(passes)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::convert::Infallible;

    use proptest::prelude::*;

    use super::*;

    /// Gates that fail when one of these sets of files is rewritten as a whole. Answers are remembered, as
    /// whoever asks real gates does.
    struct Rules {
        breaks: Vec<Files>,
        answers: BTreeMap<Files, bool>,
        runs: usize,
        left: usize,
    }

    impl Rules {
        fn new(breaks: Vec<Files>) -> Self {
            Self {
                breaks,
                answers: BTreeMap::new(),
                runs: 0,
                left: usize::MAX,
            }
        }

        fn fails(&self, files: &Files) -> bool {
            self.breaks.iter().any(|set| set.is_subset(files))
        }
    }

    impl Oracle for Rules {
        type Stop = Infallible;

        fn passes(&mut self, files: &Files) -> Result<Option<bool>, Infallible> {
            if let Some(known) = self.answers.get(files) {
                return Ok(Some(*known));
            }
            if self.left == 0 {
                return Ok(None);
            }
            self.left -= 1;
            self.runs += 1;
            let passes = !self.fails(files);
            self.answers.insert(files.clone(), passes);
            Ok(Some(passes))
        }
    }

    fn singles(files: usize) -> Vec<Files> {
        (0..files).map(|file| Files::from([file])).collect()
    }

    fn found(units: &[Files], rules: &mut Rules) -> Found {
        match search(units, rules) {
            Ok(found) => found,
            Err(never) => match never {},
        }
    }

    /// What holds of every search that was not out of time.
    fn is_sound(units: &[Files], rules: &Rules, found: &Found) {
        let all: Files = units.iter().flatten().copied().collect();
        let guilty: Files = found.guilty.iter().map(|guilty| guilty.file).collect();
        let parts: Files = found.good.union(&guilty).copied().collect();
        assert_eq!(parts, all);
        assert!(found.good.is_disjoint(&guilty));
        assert!(!rules.fails(&found.good), "what stays passes");
        for one in &found.guilty {
            let mut with = found.good.clone();
            with.insert(one.file);
            assert!(rules.fails(&with), "{one:?} is innocent");
            let is_alone = rules.fails(&Files::from([one.file]));
            if let Some(partner) = one.with {
                assert!(found.good.contains(&partner) && !is_alone);
                assert!(rules.fails(&Files::from([one.file, partner])));
            }
        }
    }

    #[test]
    fn ten_of_two_hundred_are_found_within_the_bound() {
        let guilty: Vec<usize> = (0..10).map(|at| at * 19 + 3).collect();
        let mut rules = Rules::new(guilty.iter().map(|at| Files::from([*at])).collect());
        let units = singles(200);
        let found = found(&units, &mut rules);
        is_sound(&units, &rules, &found);
        let named: Vec<usize> = found.guilty.iter().map(|guilty| guilty.file).collect();
        assert_eq!(named, guilty);
        assert!(rules.runs <= most_runs(200, 10), "{} runs", rules.runs);
    }

    #[test]
    fn two_that_break_only_together_are_both_named() {
        let mut rules = Rules::new(vec![Files::from([5, 90])]);
        let units = singles(100);
        let found = found(&units, &mut rules);
        is_sound(&units, &rules, &found);
        let named: Vec<_> = found.guilty.iter().map(|it| (it.file, it.with)).collect();
        assert_eq!(named, [(90, Some(5))]);
        assert!(rules.runs <= most_runs(100, 2), "{} runs", rules.runs);
    }

    #[test]
    fn a_culprit_and_a_pair_cost_no_innocent() {
        for (culprit, pair) in [(3, [40, 41]), (41, [2, 60]), (40, [40, 7]), (0, [1, 99])] {
            let mut rules = Rules::new(vec![Files::from([culprit]), Files::from(pair)]);
            let units = singles(100);
            let found = found(&units, &mut rules);
            is_sound(&units, &rules, &found);
            assert!(found.guilty.len() <= 3);
            for guilty in &found.guilty {
                assert!(
                    guilty.file == culprit || pair.contains(&guilty.file),
                    "{guilty:?}"
                );
            }
        }
    }

    #[test]
    fn a_unit_that_fails_alone_is_searched_by_file() {
        let units = [
            Files::from([0]),
            Files::from([1, 2, 3, 4]),
            Files::from([5]),
        ];
        let mut rules = Rules::new(vec![Files::from([3])]);
        let found = found(&units, &mut rules);
        is_sound(&units, &rules, &found);
        assert_eq!(found.guilty.len(), 1);
        assert_eq!(found.good, Files::from([0, 1, 2, 4, 5]));
    }

    #[test]
    fn what_is_unresolved_when_time_is_over_is_left_out_together() {
        let mut rules = Rules::new(vec![Files::from([6])]);
        rules.left = 1;
        let found = found(&singles(8), &mut rules);
        assert_eq!(found.good, Files::from([0, 1, 2, 3]));
        assert_eq!(found.unresolved, Files::from([4, 5, 6, 7]));
        assert_eq!(found.guilty, []);
    }

    proptest! {
        #[test]
        fn single_culprits_are_all_found_and_nobody_else(
            files in 1usize..120,
            seeds in prop::collection::btree_set(0usize..120, 1..12),
        ) {
            let guilty: Files = seeds.iter().map(|seed| seed % files).collect();
            let mut rules = Rules::new(guilty.iter().map(|it| Files::from([*it])).collect());
            let units = singles(files);
            let found = found(&units, &mut rules);
            is_sound(&units, &rules, &found);
            let named: Files = found.guilty.iter().map(|it| it.file).collect();
            prop_assert_eq!(&named, &guilty);
            prop_assert!(rules.runs <= most_runs(files, guilty.len()));
        }

        #[test]
        fn any_sets_leave_a_tree_that_passes_and_blame_no_innocent(
            sets in prop::collection::vec(prop::collection::btree_set(0usize..60, 1..4), 1..6),
            sizes in prop::collection::vec(1usize..6, 1..20),
        ) {
            let mut units = Vec::new();
            let mut at = 0;
            for size in sizes {
                units.push((at..at + size).collect::<Files>());
                at += size;
            }
            let breaks: Vec<Files> = sets.iter().map(|set| set.iter().map(|it| it % at).collect()).collect();
            let mut rules = Rules::new(breaks.clone());
            let found = found(&units, &mut rules);
            is_sound(&units, &rules, &found);
            // Everybody who is blamed is part of something that breaks.
            for guilty in &found.guilty {
                prop_assert!(breaks.iter().any(|set| set.contains(&guilty.file)));
            }
        }

        #[test]
        fn out_of_time_nothing_is_lost(
            files in 2usize..80,
            culprit in 0usize..80,
            left in 0usize..12,
        ) {
            let mut rules = Rules::new(vec![Files::from([culprit % files])]);
            rules.left = left;
            let units = singles(files);
            let found = found(&units, &mut rules);
            let guilty: Files = found.guilty.iter().map(|it| it.file).collect();
            let mut all = found.good.clone();
            all.extend(&found.unresolved);
            all.extend(&guilty);
            prop_assert_eq!(all.len(), files);
            prop_assert!(!rules.fails(&found.good));
        }
    }
}
