//! What becomes of documentation: rewritten with `--docs`, else noted.

use std::ops::Range;

use super::{Code, Docs};
use crate::finding::{Code as FindingCode, Finding, Level};
use crate::lang::plan_builder::{PlanBuilder, Refusal, Subject};
use crate::lang::python::analysis::Reading;
use crate::lang::python::mentions;
use crate::lang::python::rewrite::Verdict;
use crate::lang::python::unit::{Unit, bytes};
use crate::mapping::Table;
use crate::outline::{Binding, Declared, Meaning, Outline, Use};
use crate::path::{Known, Namespaces, Segment};
use crate::text::Edit;

use super::doctest::Doctest;

/// Why a path in documentation is noted.
const NOT_REWRITTEN: &str = "a deprecated path in documentation, which --docs rewrites";

impl Docs {
    /// Edits and reports the targets of roles, the doctests that were read, and prose.
    pub(in crate::lang::python) fn finish(
        &self,
        code: Code,
        unit: &Unit<'_>,
        outline: &mut Outline,
        draft: &mut PlanBuilder,
    ) {
        for target in &self.targets {
            self.target(target.clone(), unit, outline, draft);
        }
        for (range, path) in &code.through {
            left(range.clone(), path, unit, draft);
        }
        for (number, reading) in code.readings {
            if let Some(doctest) = self.doctests.get(number) {
                keep_comments(doctest, &reading, unit);
                if unit.setting.options.docs {
                    adopt(number, doctest, reading, unit, outline, draft);
                } else {
                    note_references(doctest, &reading, draft);
                }
            }
        }
        for range in self.doctests.iter().flat_map(Doctest::unreadable) {
            let message = "a deprecated path in an example that cannot be parsed";
            note_words(range, message, unit, draft);
        }
        let message = "a deprecated path in documentation that is not rewritten";
        if unit.setting.options.mentions {
            for range in &self.prose {
                note_words(range.clone(), message, unit, draft);
            }
            comments(unit, draft);
        } else if unit.setting.options.docs {
            for range in &self.prose {
                note_imports(range.clone(), message, unit, draft);
            }
        }
        if unit.setting.options.docs {
            // What is a use of the module in one state may be one of the doctest in the other.
            outline
                .uses
                .sort_by_key(|usage| usage.range.as_ref().map(|range| range.start));
        }
    }

    fn target(
        &self,
        range: Range<usize>,
        unit: &Unit<'_>,
        outline: &mut Outline,
        draft: &mut PlanBuilder,
    ) {
        let Some(text) = unit.text.get(range.clone()) else {
            return;
        };
        let path: Vec<Segment> = text.split('.').map(Segment::new).collect();
        if !unit.setting.options.docs {
            note(range, &path, NOT_REWRITTEN, unit, draft);
            return;
        }
        let table = unit.setting.table;
        let verdict = Verdict::of(table, &path, Namespaces::ALL);
        let mut stays = true;
        if let Some(subject) = verdict.subject(&path, range.clone())
            && !unit.kept.keeps(range.start)
        {
            match &verdict {
                Verdict::Moves(moved) => {
                    stays = false;
                    draft.rewritten(&subject, &moved.applied, table);
                    draft
                        .edits
                        .push(Edit::replace(range.clone(), written(&moved.to)));
                }
                Verdict::Blocked { refusal, .. } => draft.refused(&subject, refusal.clone(), table),
                Verdict::Stays => {}
            }
        }
        outline.uses.push(Use {
            meaning: meaning(path),
            namespaces: Namespaces::ALL,
            known: Known::NOTHING,
            stays,
            range: Some(range),
        });
    }
}

/// A new path as a role names it: builtins by their bare name.
fn written(path: &[Segment]) -> String {
    match path {
        [builtins, name, ..] if builtins == "builtins" && is_builtin(name) => path[1..].join("."),
        _ => path.join("."),
    }
}

/// What a role's target means. One name alone may be a builtin; else it is taken for a path, as rules
/// do.
fn meaning(path: Vec<Segment>) -> Meaning {
    if path.len() > 1 || !path.iter().all(|name| is_builtin(name)) {
        return Meaning::Path(path);
    }
    let builtins = std::iter::once(Segment::new_static("builtins"));
    Meaning::Own(builtins.chain(path).collect())
}

/// Whether it is one in the newest Python.
fn is_builtin(name: &str) -> bool {
    ruff_python_stdlib::builtins::is_python_builtin(name, 14, false)
}

/// Notes a path, if a rule speaks of it.
fn note(
    range: Range<usize>,
    path: &[Segment],
    message: &str,
    unit: &Unit<'_>,
    draft: &mut PlanBuilder,
) {
    let table = unit.setting.table;
    let verdict = Verdict::of(table, path, Namespaces::ALL);
    if let Some(subject) = verdict.subject(path, range)
        && !unit.kept.keeps(subject.range.start)
    {
        let message = message.to_owned();
        draft.remark(FindingCode::Doc, Level::Note, &subject, message, table);
    }
}

/// Reports a mapped path in a doctest that starts at an import of the module and is not rewritten.
fn left(range: Range<usize>, path: &[Segment], unit: &Unit<'_>, draft: &mut PlanBuilder) {
    if !unit.setting.options.docs {
        note(range, path, NOT_REWRITTEN, unit, draft);
        return;
    }
    let table = unit.setting.table;
    let verdict = Verdict::of(table, path, Namespaces::ALL);
    if let Some(subject) = verdict.subject(path, range)
        && !unit.kept.keeps(subject.range.start)
    {
        let refusal = Refusal::new(
            FindingCode::Doc,
            "the path stands on several lines of an example, or the example binds a name of the new path",
        )
        .help("rewrite the example by hand");
        draft.refused(&subject, refusal, table);
    }
}

/// Notes the mapped paths in a stretch of documentation.
fn note_words(range: Range<usize>, message: &str, unit: &Unit<'_>, draft: &mut PlanBuilder) {
    let Some(text) = unit.text.get(range.clone()) else {
        return;
    };
    for (at, path) in mentions::paths_and_imports(text, unit.setting.table) {
        let at = range.start + at.start..range.start + at.end;
        note(at, &path, message, unit, draft);
    }
}

/// Notes the mapped paths that a stretch of documentation imports.
fn note_imports(range: Range<usize>, message: &str, unit: &Unit<'_>, draft: &mut PlanBuilder) {
    let Some(text) = unit.text.get(range.clone()) else {
        return;
    };
    for name in mentions::imports(text) {
        let at = range.start + name.range.start..range.start + name.range.end;
        note(at, &name.path, message, unit, draft);
    }
}

/// Notes the mapped paths in comments.
fn comments(unit: &Unit<'_>, draft: &mut PlanBuilder) {
    for token in unit.tokens.iter().filter(|token| token.kind().is_comment()) {
        let range = bytes(ruff_text_size::Ranged::range(token));
        let Some(text) = unit.text.get(range.clone()) else {
            continue;
        };
        for mut finding in mentions::mentioned(text, unit.setting.table) {
            finding.range = range.start + finding.range.start..range.start + finding.range.end;
            if !unit.kept.keeps(finding.range.start) {
                draft.findings.push(finding);
            }
        }
    }
}

/// The place in the file of a place in a doctest.
fn place(doctest: &Doctest, range: &Range<usize>) -> Option<Range<usize>> {
    let code = &doctest.code;
    code.outer_range(range.clone())
        .or_else(|| code.outer_range(range.start..range.start))
}

/// A `repoint: keep` comment in a doctest is seen in the file too: what used it there uses it here.
fn keep_comments(doctest: &Doctest, reading: &Reading, unit: &Unit<'_>) {
    for piece in doctest.code.pieces() {
        let unused = reading.draft.findings.iter().any(|finding| {
            finding.code == FindingCode::UnusedKeep
                && (piece.inner..piece.inner + piece.len).contains(&finding.range.start)
        });
        let line = piece.outer..piece.outer + piece.len;
        let has_mark = unit
            .text
            .get(line)
            .is_some_and(|line| line.contains("repoint: keep"));
        if has_mark && !unused {
            unit.kept.keeps(piece.outer);
        }
    }
}

fn note_references(doctest: &Doctest, reading: &Reading, draft: &mut PlanBuilder) {
    for reference in &reading.draft.references {
        let Some(range) = place(doctest, &reference.range) else {
            continue;
        };
        draft.findings.push(Finding {
            code: FindingCode::Doc,
            level: Level::Note,
            range,
            path: Some(reference.path.clone()),
            successor: reference.successor.clone(),
            message: NOT_REWRITTEN.to_owned(),
            help: None,
            rule: Some(reference.rule),
        });
    }
}

/// Takes over what was found in a doctest.
fn adopt(
    number: usize,
    doctest: &Doctest,
    mut inner: Reading,
    unit: &Unit<'_>,
    outline: &mut Outline,
    draft: &mut PlanBuilder,
) {
    match doctest.outer_edits(unit.text, &inner.draft.edits) {
        Some(edits) => draft.edits.extend(edits),
        None => withdraw(&mut inner, unit.setting.table),
    }
    let prefix = |scope: &str| format!("doctest {number}: {scope}");
    let prefixed = |mut binding: Binding| {
        binding.scope = prefix(&binding.scope);
        binding
    };
    let Outline {
        uses,
        bindings,
        definitions,
        places,
        idle,
        invalid,
    } = inner.outline;
    let idle = idle.iter().filter_map(|range| place(doctest, range));
    outline.idle.extend(idle);
    let places = places.iter().filter_map(|range| place(doctest, range));
    outline.places.extend(places);
    let pieces = inner.draft.pieces.iter();
    draft
        .pieces
        .extend(pieces.filter_map(|range| place(doctest, range)));
    outline.uses.extend(uses.into_iter().map(|mut usage| {
        usage.range = usage.range.and_then(|range| place(doctest, &range));
        usage
    }));
    outline.bindings.extend(bindings.into_iter().map(prefixed));
    for (scope, names) in definitions {
        outline.definitions.insert(prefix(&scope), names);
    }
    outline.invalid.extend(invalid);
    let declared = inner.draft.declared.into_iter();
    draft
        .declared
        .extend(declared.map(|declared| match declared {
            Declared::Added(binding) => Declared::Added(prefixed(binding)),
            Declared::Removed(binding) => Declared::Removed(prefixed(binding)),
        }));
    for mut reference in inner.draft.references {
        if let Some(range) = place(doctest, &reference.range) {
            reference.range = range;
            draft.references.push(reference);
        }
    }
    for mut finding in inner.draft.findings {
        // The file itself says so of the comment.
        if finding.code == FindingCode::UnusedKeep {
            continue;
        }
        if let Some(range) = place(doctest, &finding.range) {
            finding.range = range;
            draft.findings.push(finding);
        }
    }
}

/// Leaves a doctest as it is, with an error for each reference that would have been rewritten.
fn withdraw(inner: &mut Reading, table: &Table) {
    inner.draft.edits.clear();
    inner.draft.declared.clear();
    inner.draft.pieces.clear();
    inner
        .draft
        .findings
        .retain(|finding| finding.level != Level::Review);
    for usage in &mut inner.outline.uses {
        usage.stays = true;
    }
    for binding in &mut inner.outline.bindings {
        binding.stays = true;
    }
    let references = std::mem::take(&mut inner.draft.references);
    for mut reference in references {
        if !reference.rewritten {
            inner.draft.references.push(reference);
            continue;
        }
        reference.rewritten = false;
        let segments = |path: &str| path.split('.').map(Segment::new).collect::<Vec<_>>();
        let (path, to) = (
            segments(&reference.path),
            reference.successor.as_deref().map(segments),
        );
        let subject = Subject {
            range: reference.range.clone(),
            path: &path,
            to: to.as_deref(),
            rule: reference.rule,
        };
        let refusal = Refusal::new(
            FindingCode::Doc,
            "the lines of this example cannot be edited in place",
        )
        .help("rewrite the example by hand");
        inner.draft.refused(&subject, refusal, table);
    }
}
