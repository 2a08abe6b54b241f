//! The code of doctests: read as texts of their own, whose unbound names are the module's.

use std::ops::Range;

use rustc_hash::FxHashSet;

use super::Docs;
use crate::lang::python::analysis::{self, FileContext, Reading};
use crate::lang::python::scopes::{BindingId, ImportKind, NameReference, Part, ScopeId};
use crate::lang::python::unit::{AnalysisContext, Unit, bytes};
use crate::path::{Namespaces, PYTHON, Segment};
use ruff_text_size::{TextRange, TextSize};

use crate::lang::python::rewrite::Verdict;

/// The doctests of a text, read.
#[derive(Debug, Default)]
pub(in crate::lang::python) struct Code {
    /// Names of the module that doctests use, and that are not rewritten there: they must stay bound.
    pub(in crate::lang::python) names: FxHashSet<Segment>,
    /// Which doctest each is, and what is in it.
    pub(super) readings: Vec<(usize, Reading)>,
    /// Mapped paths that start at an import of the module, and are not rewritten: where they start.
    pub(super) through: Vec<(Range<usize>, Vec<Segment>)>,
}

impl Code {
    /// Reads the doctests. With `--docs` their unbound names become uses of the module's names.
    pub(in crate::lang::python) fn read(
        docs: &Docs,
        unit: &mut Unit<'_>,
        standing: FileContext<'_>,
        setting: AnalysisContext<'_>,
    ) -> Self {
        let mut code = Self::default();
        let standing = FileContext {
            is_doctest: true,
            ..standing
        };
        let mut adopted = Vec::new();
        for (number, doctest) in docs.doctests.iter().enumerate() {
            for range in doctest.unreadable() {
                code.names.extend(words(&unit.text[range]));
            }
            let inner = doctest.code.text();
            if inner.is_empty() {
                continue;
            }
            let Ok(mut reading) = analysis::read(inner, standing, setting) else {
                code.names.extend(words(inner));
                continue;
            };
            let bound = bound_names(&reading);
            let mut gone: FxHashSet<usize> = FxHashSet::default();
            for chain in std::mem::take(&mut reading.free) {
                let start = chain.parts[0].range.start().to_usize();
                // On several lines prompts would stand within the chain.
                let on_one_line = doctest.code.outer_range(bytes(chain.range())).is_some();
                match outer_chain(&chain, doctest, unit) {
                    Some(outer)
                        if setting.options.docs
                            && on_one_line
                            && !is_captured(&outer, &bound, unit) =>
                    {
                        gone.insert(start);
                        adopted.push(outer);
                    }
                    outer => {
                        code.names.insert(chain.parts[0].name.clone());
                        code.through
                            .extend(outer.and_then(|outer| path_of(&outer, unit)));
                    }
                }
            }
            reading.outline.uses.retain(|usage| {
                let start = usage.range.as_ref().map(|range| range.start);
                start.is_none_or(|start| !gone.contains(&start))
            });
            code.readings.push((number, reading));
        }
        if !adopted.is_empty() {
            unit.scopes.chains.extend(adopted);
            unit.scopes
                .chains
                .sort_by_key(|chain| chain.parts[0].range.start());
        }
        code
    }
}

/// A chain of a doctest as one of the module; `None` if other names than the module's may be behind it.
fn outer_chain(
    chain: &NameReference,
    doctest: &super::Doctest,
    unit: &Unit<'_>,
) -> Option<NameReference> {
    let reach = &chain.reach;
    if !reach.bindings.is_empty() || !reach.stars.is_empty() {
        return None;
    }
    let outer = |range: TextRange| {
        let outer = doctest.code.outer_range(bytes(range))?;
        let size = |at: usize| TextSize::try_from(at).ok();
        Some(TextRange::new(size(outer.start)?, size(outer.end)?))
    };
    let parts = chain.parts.iter().map(|part| {
        Some(Part {
            name: part.name.clone(),
            range: outer(part.range)?,
        })
    });
    let module = ScopeId(0);
    Some(NameReference {
        scope: module,
        parts: parts.collect::<Option<Vec<Part>>>()?,
        context: chain.context,
        reach: unit.scopes.lookup(module, &chain.parts[0].name),
        fixed: chain.fixed,
    })
}

/// Every name that a doctest binds.
fn bound_names(reading: &Reading) -> FxHashSet<Segment> {
    let defined = reading.outline.definitions.values().flatten().cloned();
    let imported = reading.outline.bindings.iter().map(|binding| {
        let head = binding.name.split('.').next().unwrap_or_default();
        Segment::new(head)
    });
    defined.chain(imported).collect()
}

/// Whether the doctest binds a name that the chain may start with once it is rewritten. The answer is the
/// same before and after.
fn is_captured(chain: &NameReference, bound: &FxHashSet<Segment>, unit: &Unit<'_>) -> bool {
    unit.meanings(chain).into_iter().any(|(_, path)| {
        let verdict = Verdict::of(unit.setting.table, &path, Namespaces::ALL);
        let path = verdict.moved().map_or(path, |moved| moved.to.clone());
        let ends = [path.first(), path.last()];
        ends.into_iter().flatten().any(|name| bound.contains(name))
    })
}

/// The mapped path that a chain means by a dotted import of the module.
fn path_of(chain: &NameReference, unit: &Unit<'_>) -> Option<(Range<usize>, Vec<Segment>)> {
    let range = bytes(chain.parts[0].range);
    let is_mapped = |(binding, path): &(BindingId, Vec<Segment>)| {
        let is_dotted = unit
            .scopes
            .clause(*binding)
            .is_some_and(|(import, clause)| {
                import.kind == ImportKind::Plain && clause.alias.is_none()
            });
        let verdict = Verdict::of(unit.setting.table, path, Namespaces::ALL);
        is_dotted && verdict.subject(path, range.clone()).is_some()
    };
    let (_, path) = unit.meanings(chain).into_iter().find(is_mapped)?;
    Some((range, path))
}

/// The names in a text that is not parsed.
fn words(text: &str) -> impl Iterator<Item = Segment> {
    text.split(|c: char| c != '_' && !c.is_alphanumeric())
        .filter(|word| PYTHON.is_name(word))
        .map(Segment::new)
}
