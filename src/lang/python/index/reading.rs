//! One file of the tree: what it says of other modules.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::answers::ReferenceSite;
use super::mentions;
use super::{Snapshot, TreeIndex};
use crate::file;
use crate::lang::python::analysis::{self, FileContext};
use crate::lang::python::cookie;
use crate::lang::python::parse::{self, SourceKind};
use crate::lang::python::roots::Roots;
use crate::lang::python::scopes::{BindingKind, BlockKind, Import, ImportId, ScopeId};
use crate::lang::python::unit::{AnalysisContext, Target, Unit, bytes};
use crate::path::Segment;
use crate::text::{LineIndex, Source, one_line};

/// What is looked for in files.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    /// Names that are asked for.
    pub(super) names: FxHashSet<Segment>,
    /// Last names of the modules that are asked about, and names under which these are handed on.
    pub(super) words: FxHashSet<Segment>,
    /// The modules that are asked about, and all packages around them.
    pub(super) modules: FxHashSet<Vec<Segment>>,
}

/// What a file says.
#[derive(Debug, Default)]
pub(super) struct Facts {
    file: Option<Arc<Path>>,
    shown: Arc<str>,
    /// Its own names.
    pub(super) modules: Vec<Vec<Segment>>,
    /// Paths with a name that is asked for.
    pub(super) mentions: Vec<Mention>,
    /// Modules of star imports, with their lines.
    pub(super) stars: Vec<(Vec<Segment>, usize)>,
    /// Module names that it binds by import, with what they stand for.
    pub(super) forwards: Vec<(Segment, Vec<Segment>)>,
}

/// An absolute path somewhere in a file.
#[derive(Debug)]
pub(super) struct Mention {
    pub(super) path: Vec<Segment>,
    pub(super) line: usize,
    pub(super) writes: bool,
    /// The file binds the name itself, and has all names of the module by a star.
    pub(super) is_own: bool,
}

impl Facts {
    /// A place of the file, with the names after the one that is asked for.
    pub(super) fn reach(&self, mention: &Mention, rest: &[Segment]) -> ReferenceSite {
        ReferenceSite {
            shown: Arc::clone(&self.shown),
            line: mention.line,
            file: self.file.clone().unwrap_or_else(|| Path::new("").into()),
            rest: rest.to_vec(),
            writes: mention.writes,
            by_star: false,
        }
    }
}

/// The source at a path, in its own encoding; `None` if it cannot be read.
pub(super) fn source(file: &Path) -> Option<Source> {
    decoded(file::read(file).ok()?)
}

/// Bytes as a source; `None` if they are none.
fn decoded(bytes: Vec<u8>) -> Option<Source> {
    let encoding = cookie::encoding_of(&bytes).ok()?;
    Source::decode(bytes, encoding).ok()
}

/// The file without links; where it does not exist, its folder without them.
pub(super) fn real(file: &Path) -> PathBuf {
    fs::canonicalize(file).unwrap_or_else(|_| {
        let folder = file
            .parent()
            .and_then(|folder| fs::canonicalize(folder).ok());
        match (folder, file.file_name()) {
            (Some(folder), Some(name)) => folder.join(name),
            _ => file.to_owned(),
        }
    })
}

/// Hands the unit of a text to `ask`; `None` if it cannot be parsed.
pub(super) fn with_unit<T>(
    file: &Path,
    text: &str,
    roots: &Roots,
    setting: AnalysisContext<'_>,
    ask: impl FnOnce(&Unit<'_>) -> T,
) -> Option<T> {
    let homes = roots.homes(file);
    let kind = SourceKind::of(file);
    let parsed = parse::module(text, kind).ok()?;
    let index = TreeIndex::default();
    let snapshot: Snapshot<'_> = index.snapshot(setting);
    let standing = FileContext {
        file,
        kind,
        homes: &homes,
        roots,
        index: &snapshot,
        unread: &[],
        is_doctest: false,
        in_string: false,
    };
    let unit = analysis::unit(&parsed, text, standing, setting).ok()?;
    Some(ask(&unit))
}

/// What the file at a path (real, absolute) says; nothing if it cannot be read or parsed.
pub(super) fn facts(
    file: &Path,
    project: &Path,
    wanted: &Wanted,
    roots: &Roots,
    setting: AnalysisContext<'_>,
) -> Facts {
    let read = || {
        let source = source(file)?;
        with_unit(file, source.text(), roots, setting, |unit| {
            collect(unit, wanted)
        })
    };
    let below = file.strip_prefix(project).unwrap_or(file);
    let shown = below
        .to_string_lossy()
        .replace(std::path::MAIN_SEPARATOR, "/");
    Facts {
        file: Some(file.into()),
        // It stands in the middle of messages.
        shown: one_line(&shown).into(),
        ..read().unwrap_or_default()
    }
}

/// What a unit says.
pub(super) fn collect(unit: &Unit<'_>, wanted: &Wanted) -> Facts {
    let lines = LineIndex::new(unit.text);
    let mut facts = Facts {
        modules: unit.modules.clone(),
        ..Facts::default()
    };
    let mut found = mentions::of(unit, wanted);
    for (number, import) in unit.scopes.imports.iter().enumerate() {
        let id = ImportId(number as u32);
        for at in 0..import.clauses.len() {
            let range = bytes(import.clauses[at].path_range);
            for path in clause_paths(unit, id, at) {
                if import.clauses[at]
                    .path
                    .first()
                    .is_some_and(|name| name == "*")
                {
                    facts.stars.push((path, lines.line_of(range.start) + 1));
                } else {
                    found.push((path, range.start, false));
                }
            }
            facts.forwards.extend(forward(unit, id, at, wanted));
        }
    }
    let is_wanted = |path: &[Segment]| path.iter().skip(1).any(|name| wanted.names.contains(name));
    facts.mentions = found
        .into_iter()
        .filter(|(path, ..)| is_wanted(path))
        .map(|(path, at, writes)| Mention {
            path,
            line: lines.line_of(at) + 1,
            writes,
            is_own: false,
        })
        .collect();
    facts.mentions.extend(own_names(unit, wanted, &facts.stars));
    facts
}

/// Names of the module beside its stars: these may bind them anew, for whoever reads them here.
fn own_names(unit: &Unit<'_>, wanted: &Wanted, stars: &[(Vec<Segment>, usize)]) -> Vec<Mention> {
    let names = unit.scopes.scope(ScopeId(0)).bindings.keys();
    let names: Vec<&Segment> = names.filter(|name| wanted.names.contains(*name)).collect();
    let own = |(module, line): &(Vec<Segment>, usize), name: &Segment| Mention {
        path: [&module[..], std::slice::from_ref(name)].concat(),
        line: *line,
        writes: false,
        is_own: true,
    };
    let pairs = stars
        .iter()
        .flat_map(|star| names.iter().map(move |name| own(star, name)));
    pairs.collect()
}

/// Every path that a clause may name: several if it depends on where modules start.
pub(super) fn clause_paths(unit: &Unit<'_>, import: ImportId, clause: usize) -> Vec<Vec<Segment>> {
    if let Some(Target::Ambiguous(modules)) = unit.targets.get(import.index()) {
        let names = &unit.scopes.import(import).clauses[clause].path;
        let own: Vec<Segment> = names.iter().filter(|name| *name != "*").cloned().collect();
        let modules = modules.iter();
        return modules.map(|module| [&module[..], &own].concat()).collect();
    }
    unit.clause_path(import, clause).into_iter().collect()
}

/// A name of the module that stands for a module which is asked about, or for a package around one.
fn forward(
    unit: &Unit<'_>,
    import: ImportId,
    clause: usize,
    wanted: &Wanted,
) -> Option<(Segment, Vec<Segment>)> {
    let binding = unit
        .scopes
        .binding(unit.scopes.import(import).clauses[clause].binding);
    let is_global = binding.scope.index() == 0 && matches!(binding.kind, BindingKind::Import(..));
    let to = unit.value_path(import, clause).filter(|_| is_global)?;
    let leads = to.last().is_some_and(|last| wanted.words.contains(last));
    (leads || wanted.modules.contains(&to)).then(|| (binding.name.clone(), to))
}

/// Whether an import stands in the first arm of `if TYPE_CHECKING`.
pub(super) fn is_for_type_checkers(unit: &Unit<'_>, import: &Import) -> bool {
    let mut at = Some(import.block);
    while let Some(id) = at {
        let block = unit.scopes.block(id);
        if block.kind == BlockKind::If(0) {
            let head = bytes(block.statement).start..bytes(block.range).start;
            let test = unit.text.get(head).unwrap_or_default();
            let test = test
                .trim_start_matches("if")
                .split(':')
                .next()
                .unwrap_or_default();
            let test = test.trim_matches([' ', '\t', '(', ')']);
            if test.rsplit('.').next() == Some("TYPE_CHECKING") {
                return true;
            }
        }
        at = block.parent;
    }
    false
}
