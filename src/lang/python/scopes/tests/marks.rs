//! Sources whose comments say what each name reaches.
//!
//! `#= label` names the bindings of its line; `#? Name -> a, b, builtin` says that each read of the name in its line
//! reaches those, and no others: `*a` is a star import, `builtin` that the name may be unbound, `nothing` that nothing is there.
//! Several of them are parted by `;`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use super::super::{BindingId, NameReference, Scopes};
use super::scopes_of;

#[test]
fn names_reach_what_the_marks_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scopes");
    let mut complaints = String::new();
    let mut marks = 0;
    for entry in std::fs::read_dir(&folder).expect("the folder of sources") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|it| it != "py") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a source");
        let name = path.file_name().unwrap_or_default().display().to_string();
        marks += check(&name, &text, &mut complaints);
    }
    assert!(marks > 100, "only {marks} marks: the sources are elsewhere");
    assert!(complaints.is_empty(), "\n{complaints}");
}

fn check(file: &str, text: &str, complaints: &mut String) -> usize {
    let scopes = scopes_of(text);
    let lines = Lines::of(text);
    let mut count = 0;
    for (line, name, expected) in &lines.marks {
        count += 1;
        let reads: Vec<&NameReference> = scopes
            .chains
            .iter()
            .filter(|it| lines.at(it.range().start().to_usize()) == *line)
            .filter(|it| it.parts[0].name == *name)
            .collect();
        if reads.is_empty() {
            writeln!(complaints, "{file}:{line}: {name} is not read").expect("a string");
        }
        for chain in reads {
            let found = lines.reached(&scopes, chain);
            if found != *expected {
                writeln!(
                    complaints,
                    "{file}:{line}: {name} reaches {found:?}, not {expected:?}"
                )
                .expect("a string");
            }
        }
    }
    count
}

struct Lines {
    starts: Vec<usize>,
    labels: BTreeMap<usize, String>,
    marks: Vec<(usize, String, BTreeSet<String>)>,
}

impl Lines {
    fn of(text: &str) -> Self {
        let mut lines = Self {
            starts: vec![0],
            labels: BTreeMap::new(),
            marks: Vec::new(),
        };
        for (number, line) in (1..).zip(text.split_inclusive('\n')) {
            lines.starts.push(lines.starts[number - 1] + line.len());
            for comment in line.split('#').skip(1) {
                if let Some(label) = comment.strip_prefix('=') {
                    lines.labels.insert(number, label.trim().to_owned());
                } else if let Some(marks) = comment.strip_prefix('?') {
                    lines.marks.extend(marks.split(';').map(|mark| {
                        let (name, reached) = mark.split_once("->").expect("`Name -> labels`");
                        let reached = reached.split(',').map(|it| it.trim().to_owned());
                        (number, name.trim().to_owned(), reached.collect())
                    }));
                }
            }
        }
        let used: BTreeSet<&String> = lines.marks.iter().flat_map(|it| &it.2).collect();
        for label in used {
            let label = label.trim_start_matches('*');
            let is_known = ["builtin", "nothing"].contains(&label)
                || lines.labels.values().any(|known| known == label);
            assert!(is_known, "no line has the label {label}");
        }
        lines
    }

    fn at(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset)
    }

    fn label(&self, scopes: &Scopes, id: BindingId) -> String {
        let line = self.at(scopes.binding(id).range.start().to_usize());
        let label = self.labels.get(&line).cloned();
        label.unwrap_or_else(|| format!("line {line}"))
    }

    fn reached(&self, scopes: &Scopes, chain: &NameReference) -> BTreeSet<String> {
        let mut reached = BTreeSet::new();
        for id in &chain.reach.bindings {
            reached.insert(self.label(scopes, *id));
        }
        for id in &chain.reach.stars {
            reached.insert(format!("*{}", self.label(scopes, *id)));
        }
        if chain.reach.unbound {
            reached.insert("builtin".to_owned());
        }
        if reached.is_empty() {
            reached.insert("nothing".to_owned());
        }
        reached
    }
}
