//! One text from parse to plan.

use std::path::Path;

use ruff_python_ast::ModModule;
use ruff_python_ast::token::{TokenKind, Tokens};
use ruff_python_parser::Parsed;
use ruff_text_size::Ranged;
use rustc_hash::FxHashSet;

use super::annotations;
use super::complexity_limit;
use super::docs::{self, Docs};
use super::embedded;
use super::index::Snapshot;
use super::moving;
use super::notebook;
use super::parse::{self, SourceKind};
use super::rewrite::Rewrite;
use super::roots::{Home, Relative, Roots};
use super::scopes::{Import, ImportId, ImportKind, NameReference, Scopes};
use super::strings::{self, Fate, Found};
use super::syntax_errors;
use super::tree::Tree;
use super::unit::{AnalysisContext, Target, Unit, bytes};
use crate::lang::SourceError;
use crate::lang::plan_builder::PlanBuilder;
use crate::lang::suppression::Suppressions;
use crate::mapping::Outcome;
use crate::outline::Outline;
use crate::path::{Namespaces, Segment};
use crate::plan::Manner;

/// Where a text stands.
#[derive(Clone, Copy)]
pub(super) struct FileContext<'a> {
    /// The file, absolute.
    pub(super) file: &'a Path,
    /// What it holds.
    pub(super) kind: SourceKind,
    /// Every module name that it has.
    pub(super) homes: &'a [Home],
    /// Where modules are.
    pub(super) roots: &'a Roots,
    /// What other files say.
    pub(super) index: &'a Snapshot<'a>,
    /// Code beside the text that is not read: cells of a notebook in another language.
    pub(super) unread: &'a [String],
    /// It is the code of a doctest: it is no module that others import from.
    pub(super) is_doctest: bool,
    /// It is the content of a string in the file: where it runs is not known.
    pub(super) in_string: bool,
}

/// What is known of a text, in its own bytes.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// How it is now.
    pub(super) outline: Outline,
    /// What should become of it.
    pub(super) draft: PlanBuilder,
    /// Of a doctest: reads of names that may be the module's.
    pub(super) free: Vec<NameReference>,
}

/// Reads one text.
///
/// # Errors
/// It cannot be parsed.
pub(super) fn read(
    text: &str,
    standing: FileContext<'_>,
    setting: AnalysisContext<'_>,
) -> Result<Reading, SourceError> {
    let parsed = parse::module(text, standing.kind)?;
    let mut unit = unit(&parsed, text, standing, setting)?;
    let tree = Tree {
        roots: standing.roots,
        file: standing.file,
        index: standing.index,
    };
    let mut draft = PlanBuilder::default();
    let docs = if standing.is_doctest || standing.in_string {
        Docs::default()
    } else {
        Docs::of(unit.module, text)
    };
    let mut code = docs::Code::read(&docs, &mut unit, standing, setting);
    let mut names = std::mem::take(&mut code.names);
    if standing.in_string {
        names.extend(moved_names(&unit));
    }
    let mut found = strings::find(&unit);
    let outline = Rewrite::run(&unit, tree, &found, names, &mut draft);
    let mut reading = Reading {
        outline,
        draft,
        free: Vec::new(),
    };
    if !standing.in_string {
        snippets(&unit, &mut found, standing, &mut reading);
    }
    let Reading {
        mut outline,
        mut draft,
        ..
    } = reading;
    let has_label = |app: &[Segment]| standing.index.has_label(app);
    let meeting = super::rewrite::Meeting {
        tree,
        table: setting.table,
    };
    let around = strings::Around {
        has_label: &has_label,
        meet: &|path, manner, draft| match manner {
            Manner::Replaces => meeting.replaced(path, draft),
            Manner::Late => meeting.late(path, 0, draft),
        },
    };
    strings::plan(&unit, &found, around, &mut draft, &mut outline.uses);
    super::rewrite::review_expected(&unit, &mut draft);
    outline.invalid = syntax_errors::errors(unit.module, text, standing.kind);
    docs.finish(code, &unit, &mut outline, &mut draft);
    outline
        .uses
        .sort_by_key(|used| used.range.as_ref().map(|range| range.start));
    draft.findings.extend(unit.kept.unused());
    let mut free = Vec::new();
    if standing.is_doctest {
        free = std::mem::take(&mut unit.scopes.chains);
        free.retain(|chain| chain.reach.unbound);
    }
    Ok(Reading {
        outline,
        draft,
        free,
    })
}

/// Names that occur in commands of IPython, and in code that is not read.
fn unread(text: &str, tokens: &Tokens, beside: &[String]) -> FxHashSet<Segment> {
    let commands = tokens
        .iter()
        .filter(|token| token.kind() == TokenKind::IpyEscapeCommand)
        .filter_map(|token| text.get(bytes(token.range())));
    let commands = commands.chain(beside.iter().map(String::as_str));
    // `name?` asks for help.
    let helps = tokens
        .iter()
        .enumerate()
        .filter(|(_, token)| token.kind() == TokenKind::Question);
    let asked = helps.flat_map(|(at, _)| {
        let before = tokens[..at].iter().rev();
        let line = before.take_while(|token| !token.kind().is_any_newline());
        line.filter(|token| token.kind() == TokenKind::Name)
            .filter_map(|token| text.get(bytes(token.range())))
    });
    commands
        .flat_map(notebook::words)
        .chain(asked)
        .map(Segment::new)
        .collect()
}

/// All that is known of a parsed text before anything is decided.
///
/// # Errors
/// It would take too long to decide on.
pub(super) fn unit<'a>(
    parsed: &'a Parsed<ModModule>,
    text: &'a str,
    standing: FileContext<'_>,
    setting: AnalysisContext<'a>,
) -> Result<Unit<'a>, SourceError> {
    let scopes = Scopes::of(parsed.syntax(), text);
    complexity_limit::check(&scopes)?;
    let mut targets: Vec<Target> = scopes
        .imports
        .iter()
        .map(|import| target(import, standing, setting))
        .collect();
    let leaving = moving::leaving(&scopes.imports, &mut targets, standing, setting);
    let homes = if standing.is_doctest {
        &[]
    } else {
        standing.homes
    };
    let mut unit = Unit {
        text,
        module: parsed.syntax(),
        tokens: parsed.tokens(),
        scopes,
        targets,
        leaving,
        modules: homes.iter().map(|home| home.module.clone()).collect(),
        is_package: homes.first().is_some_and(|home| home.is_package),
        is_stub: standing.kind == SourceKind::Stub,
        types: FxHashSet::default(),
        quoted: Vec::new(),
        unread: unread(text, parsed.tokens(), standing.unread),
        kept: Suppressions::of(text, "#"),
        setting,
    };
    annotations::add(&mut unit);
    // Names in quoted types are uses as well.
    complexity_limit::check(&unit.scopes)?;
    Ok(unit)
}

/// Reads the strings that are code.
fn snippets(unit: &Unit<'_>, found: &mut Found, standing: FileContext<'_>, reading: &mut Reading) {
    for (number, snippet) in strings::snippets(unit, found).into_iter().enumerate() {
        let standing = FileContext {
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
fn target(import: &Import, standing: FileContext<'_>, setting: AnalysisContext<'_>) -> Target {
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
        // A folder that bears a standard module's name is not that module.
        Relative::One(path) if standing.roots.is_standard(standing.file, &path) => Target::Unknown,
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
fn successor(
    import: &Import,
    module: &[Segment],
    setting: AnalysisContext<'_>,
) -> Option<Vec<Segment>> {
    let moved = |path: &[Segment]| match setting.table.resolve(path, Namespaces::ALL) {
        Outcome::Moves(moved) => Some(moved.to.segments().to_vec()),
        Outcome::Removed(_) | Outcome::Alternatives(_) => Some(path.to_vec()),
        Outcome::Stays => None,
    };
    let named = import.clauses.iter().find_map(|clause| {
        let mut path = module.to_vec();
        path.extend(clause.path.iter().filter(|name| *name != "*").cloned());
        // A new path is one that the table leads to: after a rewrite this is all that tells.
        let mut to = moved(&path).or_else(|| {
            let table = setting.table;
            let is_new = table.leads_to_new(&path) || !table.sources(&path).is_empty();
            is_new.then(|| path.clone())
        })?;
        if path.len() > module.len() && to.len() > 1 {
            to.pop();
        }
        Some(to)
    });
    // What is left of a split statement must lead where the whole one did: a module with rules below it
    // is known to the table, whatever is imported from it.
    let table = setting.table;
    let is_known =
        || !module.is_empty() && (table.leads_to_old(module) || table.leads_to_new(module));
    named.or_else(|| is_known().then(|| module.to_vec()))
}
