//! One text from parse to plan.

use std::path::Path;

use rustc_hash::FxHashSet;

use super::embedded;
use super::parse::{self, SourceKind};
use super::rewrite::Rewrite;
use super::roots::{Home, Relative, Roots};
use super::scopes::{Import, ImportId, ImportKind, Scopes};
use super::strings::{self, Fate, Found};
use super::survey::Survey;
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
    pub(super) survey: &'a Survey,
    /// It is the content of a string in the file: where it runs is not known.
    pub(super) in_string: bool,
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
    let scopes = Scopes::of(parsed.syntax(), text);
    let targets = scopes
        .imports
        .iter()
        .map(|import| target(import, standing, setting))
        .collect();
    let unit = Unit {
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
    };
    let tree = Tree {
        roots: standing.roots,
        file: standing.file,
        survey: standing.survey,
    };
    let mut draft = Draft::default();
    let mut found = strings::find(&unit);
    let outside = match standing.in_string {
        true => moved_names(&unit),
        false => FxHashSet::default(),
    };
    let outline = Rewrite::run(&unit, tree, &found.pairs, outside, &mut draft);
    let mut reading = Reading { outline, draft };
    if !standing.in_string {
        snippets(&unit, &mut found, standing, &mut reading);
    }
    let Reading {
        mut outline,
        mut draft,
    } = reading;
    strings::plan(&unit, &found, &mut draft, &mut outline.uses);
    outline
        .uses
        .sort_by_key(|used| used.range.as_ref().map(|range| range.start));
    draft.findings.extend(unit.kept.unused());
    Ok(Reading { outline, draft })
}

/// Reads the strings that are code (row P61).
fn snippets(unit: &Unit<'_>, found: &mut Found, standing: Standing<'_>, reading: &mut Reading) {
    for (number, snippet) in strings::snippets(unit, found).into_iter().enumerate() {
        let standing = Standing {
            kind: SourceKind::Module,
            homes: &[],
            in_string: true,
            ..standing
        };
        let Ok(inner) = read(snippet.code.text(), standing, unit.setting) else {
            continue;
        };
        let edits = inner.draft.edits.iter();
        let edits: Option<Vec<_>> = edits.map(|edit| snippet.outer_edits(edit)).collect();
        let Some(edits) = edits else {
            found.settle(&snippet, Fate::Noted);
            continue;
        };
        let edits = edits.into_iter().flatten().collect();
        let name = format!("string {number}");
        embedded::adopt(&name, &snippet.code, inner, edits, reading);
        found.settle(&snippet, Fate::Read);
    }
}

/// The names of what moves, in code of which others may use the names.
fn moved_names(unit: &Unit<'_>) -> FxHashSet<Segment> {
    let mut names = FxHashSet::default();
    for (number, import) in unit.scopes.imports.iter().enumerate() {
        if import.kind == ImportKind::Plain {
            continue;
        }
        for (at, clause) in import.clauses.iter().enumerate() {
            let path = unit.clause_path(ImportId(number as u32), at);
            let moves = path.is_some_and(|path| {
                let outcome = unit.setting.table.resolve(&path, Namespaces::ALL);
                matches!(outcome, Outcome::Moves(_))
            });
            if moves {
                names.insert(unit.scopes.binding(clause.binding).name.clone());
            }
        }
    }
    names
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
    if standing.in_string {
        return Target::Unknown;
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
        // A new path is one that the table leads to: after a rewrite this is all that tells.
        let mut to =
            moved(&path).or_else(|| setting.table.leads_to_new(&path).then(|| path.clone()))?;
        if path.len() > module.len() && to.len() > 1 {
            to.pop();
        }
        Some(to)
    })
}
