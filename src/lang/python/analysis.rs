//! One text from parse to plan.

use std::path::Path;

use ruff_python_ast::ModModule;
use ruff_python_parser::Parsed;

use super::parse::{self, SourceKind};
use super::rewrite::Rewrite;
use super::roots::{Home, Relative, Roots};
use super::scopes::{Import, ImportKind, Scopes};
use super::strings;
use super::survey::Look;
use super::tree::Tree;
use super::unit::{Setting, Target, Unit};
use crate::lang::SourceError;
use crate::lang::draft::Draft;
use crate::lang::kept::KeptLines;
use crate::mapping::Outcome;
use crate::outline::Outline;
use crate::path::{Namespaces, Segment};

/// Where a text stands.
#[derive(Clone, Copy)]
pub(super) struct Standing<'a> {
    /// The file, absolute.
    pub(super) file: &'a Path,
    /// What it holds.
    pub(super) kind: SourceKind,
    /// Every module name that it has.
    pub(super) homes: &'a [Home],
    /// Where modules are.
    pub(super) roots: &'a Roots,
    /// What other files say.
    pub(super) survey: &'a Look<'a>,
}

/// What is known of a text, in its own bytes.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// How it is now.
    pub(super) outline: Outline,
    /// What should become of it.
    pub(super) draft: Draft,
}

/// Reads one text.
///
/// # Errors
/// It cannot be parsed.
pub(super) fn read(
    text: &str,
    standing: Standing<'_>,
    setting: Setting<'_>,
) -> Result<Reading, SourceError> {
    let parsed = parse::module(text, standing.kind)?;
    let unit = unit(&parsed, text, standing, setting);
    let tree = Tree {
        roots: standing.roots,
        file: standing.file,
        survey: standing.survey,
    };
    let mut draft = Draft::default();
    let found = strings::find(&unit);
    let mut outline = Rewrite::run(&unit, tree, &found.pairs, Default::default(), &mut draft);
    strings::plan(&unit, &found, &mut draft, &mut outline.uses);
    outline
        .uses
        .sort_by_key(|used| used.range.as_ref().map(|range| range.start));
    draft.findings.extend(unit.kept.unused());
    Ok(Reading { outline, draft })
}

/// All that is known of a parsed text before anything is decided.
pub(super) fn unit<'a>(
    parsed: &'a Parsed<ModModule>,
    text: &'a str,
    standing: Standing<'_>,
    setting: Setting<'a>,
) -> Unit<'a> {
    let scopes = Scopes::of(parsed.syntax(), text);
    let targets = scopes
        .imports
        .iter()
        .map(|import| target(import, standing, setting))
        .collect();
    Unit {
        text,
        module: parsed.syntax(),
        tokens: parsed.tokens(),
        scopes,
        targets,
        modules: standing
            .homes
            .iter()
            .map(|home| home.module.clone())
            .collect(),
        is_package: standing.homes.first().is_some_and(|home| home.is_package),
        is_stub: standing.kind == SourceKind::Stub,
        kept: KeptLines::of(text, "#"),
        setting,
    }
}

/// What the module of an import statement is.
fn target(import: &Import, standing: Standing<'_>, setting: Setting<'_>) -> Target {
    let ImportKind::From { level, module, .. } = &import.kind else {
        return Target::Own;
    };
    if *level == 0 {
        return Target::Module {
            module: module.clone(),
            dots: Vec::new(),
        };
    }
    let successor = |path: &[Segment]| successor(import, path, setting);
    match standing
        .roots
        .relative(standing.file, *level, module, &successor)
    {
        Relative::One(path) => {
            let dots = path.len().saturating_sub(module.len());
            Target::Module {
                dots: path[..dots].to_vec(),
                module: path,
            }
        }
        Relative::None => Target::Unknown,
        Relative::Ambiguous(paths) => Target::Ambiguous(paths),
    }
}

/// What becomes of a module, or of what the statement imports from it.
fn successor(import: &Import, module: &[Segment], setting: Setting<'_>) -> Option<Vec<Segment>> {
    let moved = |path: &[Segment]| match setting.table.resolve(path, Namespaces::ALL) {
        Outcome::Moves(moved) => Some(moved.to.segments().to_vec()),
        Outcome::Removed(_) | Outcome::Alternatives(_) => Some(path.to_vec()),
        Outcome::Stays => None,
    };
    import.clauses.iter().find_map(|clause| {
        let mut path = module.to_vec();
        path.extend(clause.path.iter().filter(|name| *name != "*").cloned());
        let mut to = moved(&path)?;
        if path.len() > module.len() && to.len() > 1 {
            to.pop();
        }
        Some(to)
    })
}
