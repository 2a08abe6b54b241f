//! From the text of a baseline to its counts, or to everything that is wrong with it.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use serde_spanned::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Baseline, VERSION};
use crate::document::{self, Place, Problem, Problems, Source, kind_of};

/// What to do about a text that nobody can read.
const AFRESH: &str =
    "remove the file and write it anew with `repoint baseline`, or take it from version control";

/// Reads the text of the file that messages call `name`. Of several entries for one file and rule the
/// smallest counts.
///
/// # Errors
/// It is no baseline, one of a newer version, or a merge left a conflict in it.
pub fn parse(name: &Path, text: String) -> Result<Baseline, Problems> {
    let source = Source::file(name.to_owned(), text);
    if let Some(marker) = conflict(&source.text) {
        let place = Place::new(&source, marker);
        return Err(Problem::at(place, "a merge left a conflict in the baseline")
            .help(
                "`repoint baseline --prune` takes the entries of both sides, of two counts the smaller \
                 one, and then what is gone out of them",
            )
            .into());
    }
    read(&source)
}

/// Reads a text in which merges left conflicts: the entries of both sides count.
///
/// # Errors
/// Besides conflicts something is wrong with it.
pub fn resolve(name: &Path, text: &str) -> Result<Baseline, Problems> {
    read(&Source::file(name.to_owned(), without_conflicts(text)))
}

/// Where the first marker of a conflict is, as git writes it.
pub fn conflict(text: &str) -> Option<Range<usize>> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if Marker::of(line).is_some() {
            return Some(start..start + line.trim_end().len());
        }
        start += line.len();
    }
    None
}

/// A line that divides a conflict.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Marker {
    Ours,
    Base,
    Theirs,
    End,
}

impl Marker {
    fn of(line: &str) -> Option<Self> {
        let line = line.trim_end();
        let starts = |mark: &str| {
            line == mark
                || line
                    .strip_prefix(mark)
                    .is_some_and(|rest| rest.starts_with(' '))
        };
        let markers = [
            ("<<<<<<<", Self::Ours),
            ("|||||||", Self::Base),
            ("=======", Self::Theirs),
            (">>>>>>>", Self::End),
        ];
        markers
            .into_iter()
            .find(|(mark, _)| starts(mark))
            .map(|(_, marker)| marker)
    }
}

/// The lines of both sides without what both started from. What a conflict has twice beside entries, as
/// where both sides wrote the first baseline, is there once.
fn without_conflicts(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut is_base = false;
    let mut seen: Vec<&str> = Vec::new();
    for line in text.split_inclusive('\n') {
        match Marker::of(line) {
            Some(marker) => is_base = marker == Marker::Base,
            None if is_base => {}
            None => {
                let bare = line.trim();
                let is_entry = bare.starts_with("[\"") || bare.starts_with("['");
                if !is_entry && !bare.is_empty() && bare != "]" {
                    if seen.contains(&bare) {
                        continue;
                    }
                    seen.push(bare);
                }
                if bare != "]" {
                    out.push_str(line);
                }
            }
        }
    }
    if !out.ends_with('\n') {
        out.push('\n');
    }
    out.push_str("]\n");
    out
}

fn read(source: &Arc<Source>) -> Result<Baseline, Problems> {
    let mut errors = Vec::new();
    let Some(mut table) = document::parse(source, &mut errors) else {
        for error in &mut errors {
            *error = error.clone().help(AFRESH);
        }
        return Problems::unless(errors, Baseline::default());
    };
    let mut wrong = |range: Range<usize>, message: String| {
        let problem = Problem::at(Place::new(source, range), message);
        errors.push(problem.help(AFRESH));
    };
    match table.remove("version") {
        Some(version) => match version.get_ref() {
            DeValue::Integer(number) => {
                match i64::from_str_radix(number.as_str(), number.radix()) {
                    Ok(VERSION) => {}
                    Ok(newer) if newer > VERSION => {
                        let message = format!(
                            "the baseline has version {newer} of its format, this repoint reads version {VERSION}"
                        );
                        let problem = Problem::at(Place::new(source, version.span()), message);
                        return Err(problem
                            .help("a newer repoint wrote it: use that one here too")
                            .into());
                    }
                    _ => wrong(version.span(), format!("expected version {VERSION}")),
                }
            }
            other => wrong(
                version.span(),
                format!("expected a number, this is {}", kind_of(other.type_str())),
            ),
        },
        None => wrong(
            0..0,
            "expected `version = 1`: this is no baseline".to_owned(),
        ),
    }
    let mut baseline = Baseline::default();
    match table.remove("references") {
        Some(references) => {
            let span = references.span();
            match references.into_inner() {
                DeValue::Array(entries) => {
                    for entry in &entries {
                        match entry_of(entry) {
                            Ok((file, id, count)) => smallest(&mut baseline, file, id, count),
                            Err(message) => wrong(entry.span(), message),
                        }
                    }
                }
                other => wrong(
                    span,
                    format!(
                        "`references` is a list, this is {}",
                        kind_of(other.type_str())
                    ),
                ),
            }
        }
        None => wrong(
            0..0,
            "expected `references = [...]`: this is no baseline".to_owned(),
        ),
    }
    for (key, _) in unknown(&table) {
        wrong(
            key.clone(),
            "a baseline has the keys `version` and `references` only".to_owned(),
        );
    }
    errors.sort_by_key(Problem::position);
    Problems::unless(errors, baseline)
}

fn unknown(table: &DeTable<'_>) -> Vec<(Range<usize>, String)> {
    let mut keys: Vec<_> = table
        .keys()
        .map(|key| (key.span(), key.get_ref().to_string()))
        .collect();
    keys.sort_by_key(|(span, _)| span.start);
    keys
}

/// `["app/a.py", "old.a", 2]`.
fn entry_of<'v>(entry: &'v Spanned<DeValue<'_>>) -> Result<(&'v str, &'v str, usize), String> {
    let expected = || {
        "expected `[\"FILE\", \"RULE\", COUNT]`, a file, the id of a rule and a number".to_owned()
    };
    let DeValue::Array(parts) = entry.get_ref() else {
        return Err(expected());
    };
    let parts: Vec<&DeValue<'_>> = parts.iter().map(Spanned::get_ref).collect();
    let [
        DeValue::String(file),
        DeValue::String(id),
        DeValue::Integer(count),
    ] = &parts[..]
    else {
        return Err(expected());
    };
    let count = usize::from_str_radix(count.as_str(), count.radix()).map_err(|_| expected())?;
    Ok((file, id, count))
}

/// Takes an entry in; 0 is the smallest of all.
fn smallest(baseline: &mut Baseline, file: &str, id: &str, count: usize) {
    let known = baseline.files.get(file).and_then(|counts| counts.get(id));
    let count = known.map_or(count, |known| count.min(*known));
    let counts = baseline.files.entry(file.to_owned()).or_default();
    counts.insert(id.to_owned(), count);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(baseline: &Baseline) -> Vec<(&str, &str, usize)> {
        let of_file = |(file, counts): (_, &'_ super::super::Counts)| {
            let counts: Vec<_> = counts
                .iter()
                .map(|(id, count)| (file, id.clone(), *count))
                .collect();
            counts
        };
        let all: Vec<_> = baseline.files().flat_map(of_file).collect();
        all.into_iter()
            .map(|(file, id, count)| (file, &*id.leak(), count))
            .collect()
    }

    #[track_caller]
    fn refuses(text: &str, words: &[&str]) {
        let errors = parse(Path::new("b.toml"), text.to_owned()).expect_err("must not be read");
        let rendered = errors.render(false);
        for word in words {
            assert!(rendered.contains(word), "{rendered}");
        }
    }

    #[test]
    fn of_two_entries_the_smaller_counts() {
        let text = "version = 1\nreferences = [\n['a', 'r', 3],\n['a', 'r', 2],\n['a', 's', 1],\n['a', 'r', 4],\n]\n";
        let baseline = parse(Path::new("b"), text.to_owned()).expect("valid");
        assert_eq!(entries(&baseline), [("a", "r", 2), ("a", "s", 1)]);
    }

    #[test]
    fn what_is_no_baseline_is_refused_with_its_place() {
        refuses(
            "version = 2\nreferences = []\n",
            &[
                "b.toml:1:11",
                "has version 2 of its format",
                "a newer repoint wrote it",
            ],
        );
        refuses("references = []\n", &["expected `version = 1`"]);
        refuses("version = 1\n", &["expected `references"]);
        refuses(
            "version = 1\nreferences = [\n['a', 'r'],\n]\n",
            &["b.toml:3:1", "COUNT"],
        );
        refuses("version = 1\nreferences = [['a', 'r', -1]]\n", &["COUNT"]);
        refuses(
            "version = 1\nreferences = [\n",
            &["b.toml:2", "write it anew"],
        );
        refuses("version = 1\nreferences = []\nlines = 1\n", &["b.toml:3:1"]);
        refuses(
            "version = 'x'\nreferences = 3\n",
            &["expected a number", "is a list"],
        );
    }

    const CONFLICT: &str = "\
version = 1
references = [
[\"a\", \"r\", 3],
<<<<<<< HEAD
[\"b\", \"r\", 1],
[\"c\", \"r\", 5],
||||||| base
[\"b\", \"r\", 9],
=======
[\"c\", \"r\", 2],
>>>>>>> branch
]
";

    #[test]
    fn a_conflict_is_an_error_that_names_the_line_and_is_resolved_if_asked() {
        refuses(
            CONFLICT,
            &["b.toml:4:1", "a merge left a conflict", "--prune"],
        );
        let baseline = resolve(Path::new("b"), CONFLICT).expect("resolved");
        assert_eq!(
            entries(&baseline),
            [("a", "r", 3), ("b", "r", 1), ("c", "r", 2)]
        );
    }

    #[test]
    fn a_conflict_over_the_whole_file_is_resolved() {
        let side = "version = 1\nreferences = [\n[\"a\", \"r\", 1],\n]\n";
        let other = "version = 1\nreferences = [\n[\"b\", \"r\", 1],\n]\n";
        let text = format!("<<<<<<< HEAD\n{side}=======\n{other}>>>>>>> x\n").replace('\n', "\r\n");
        let baseline = resolve(Path::new("b"), &text).expect("resolved");
        assert_eq!(entries(&baseline), [("a", "r", 1), ("b", "r", 1)]);
        let newer = text.replace("version = 1", "version = 2");
        assert!(resolve(Path::new("b"), &newer).is_err());
    }
}
