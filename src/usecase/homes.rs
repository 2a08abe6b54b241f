//! Definitions with one path (`[[home]]`): what the tree says against them.
//!
//! Read are the files that hold the name of one, and those that hand on all names of a module: who uses a
//! definition under another name is found by reading on with that name. A use by another path is a rule, which every
//! command carries out as any other; the rest is told by `check`.
//!
//! Deliberately absent: uses of a path that code assigns to, which mean that very path, and paths of programs and
//! tests, which nobody can import from.

mod findings;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use rustc_hash::FxHashSet;

pub use self::findings::{HomeFinding, Reports};
use super::audit::{indexed, sources};
use super::run::Place;
use crate::config::Home;
use crate::engine::StartError;
use crate::facts::How;
use crate::finding::Code;
use crate::index::{Bound, FileId, PathId, ProjectIndex};
use crate::lang::{Language, RewriteOptions};
use crate::mapping::{HomeSource, Outcome, Table};
use crate::output::Failed;
use crate::path::{Namespaces, Segment, SymbolPath, Syntax};
use crate::project::{Anchor, Prefilter, WalkOptions};

/// So often more names are looked for, which an alias gave.
const MOST_ROUNDS: usize = 8;

/// What was found about the homes of a configuration.
#[derive(Debug, Default)]
pub struct Homes {
    /// Their rules.
    pub sources: Vec<HomeSource>,
    /// What `check` tells, by file and place.
    pub findings: Vec<HomeFinding>,
    /// Files that hold the name of a home and could not be read.
    pub failed: Vec<Failed>,
}

/// Why homes cannot be judged.
#[derive(Debug, thiserror::Error)]
pub enum HomeError {
    /// The workers could not be started.
    #[error(transparent)]
    Start(#[from] StartError),
    /// A mapping table moves a home.
    #[error(
        "{at}: the home `{home}` is moved by a mapping table{to}: make its new path the home, or take the rule out"
    )]
    Moved {
        /// Where the home stands.
        at: String,
        /// Its path.
        home: String,
        /// ` to PATH`, if it has one successor.
        to: String,
    },
}

/// Looks for what the project says against the homes of its configuration. `tables` are those in force without them.
///
/// # Errors
/// See [`HomeError`].
pub fn homes(
    place: &Place,
    languages: &[&'static dyn Language],
    tables: &[Table],
    rewrite: &RewriteOptions,
    walk: &WalkOptions,
) -> Result<Homes, HomeError> {
    let mut found = Homes::default();
    for language in languages {
        let own = place.config.homes.iter();
        let own: Vec<(&Home, usize)> = own
            .filter(|said| said.value.syntax.language == language.syntax().language)
            .map(|said| (&said.value, said.line))
            .collect();
        if own.is_empty() {
            continue;
        }
        let table = tables
            .iter()
            .find(|table| table.syntax().language == language.syntax().language);
        for (home, line) in &own {
            stays(home, *line, table, place)?;
        }
        let index = index(place, *language, rewrite, walk, &own, &mut found.failed)?;
        for (home, line) in own {
            let judged = Judged::of(&index, home, table);
            found.sources.push(HomeSource {
                origin: (configuration(place), line),
                language: home.syntax.language.to_owned(),
                home: home.text(),
                others: judged.moved(home),
                package: home.package.clone(),
            });
            found.findings.extend(judged.findings(home, place));
        }
    }
    found.findings.sort_by(|a, b| a.order().cmp(&b.order()));
    Ok(found)
}

/// The configuration as messages call it.
fn configuration(place: &Place) -> PathBuf {
    let configured = place.config.configured.as_ref();
    let file = configured.map(|at| at.file.clone()).unwrap_or_default();
    file.strip_prefix(&place.cwd).unwrap_or(&file).to_owned()
}

/// T(home) is the home.
fn stays(home: &Home, line: usize, table: Option<&Table>, place: &Place) -> Result<(), HomeError> {
    let outcome = table.map(|table| table.resolve(home.path.segments(), Namespaces::ALL));
    let to = match outcome {
        None | Some(Outcome::Stays) => return Ok(()),
        Some(Outcome::Moves(moved)) => format!(" to `{}`", moved.to.display(home.syntax)),
        Some(Outcome::Removed(_) | Outcome::Alternatives(_)) => String::new(),
    };
    Err(HomeError::Moved {
        at: format!("{}:{line}", configuration(place).display()),
        home: home.text(),
        to,
    })
}

/// The index of every file in which a home may be defined, handed on or used.
fn index(
    place: &Place,
    language: &'static dyn Language,
    rewrite: &RewriteOptions,
    walk: &WalkOptions,
    homes: &[(&Home, usize)],
    failed: &mut Vec<Failed>,
) -> Result<ProjectIndex, StartError> {
    let names = homes.iter().map(|(home, _)| home.path.last().clone());
    let mut names: BTreeSet<Segment> = names.collect();
    for round in 1.. {
        let words = names.iter().map(|name| Anchor {
            word: name.is_ascii().then(|| name.to_string()),
            alongside: Vec::new(),
        });
        let anchors: Vec<Anchor> = words.chain(language.anchors_of_stars()).collect();
        let walked = sources(place, language, rewrite, walk, &Prefilter::new(&anchors));
        failed.clear();
        let index = indexed(
            place,
            language,
            rewrite,
            walk,
            &walked.candidates,
            |unread| {
                failed.extend(unread);
            },
        )?;
        let before = names.len();
        let of_homes: FxHashSet<PathId> = homes
            .iter()
            .filter_map(|(home, _)| index.paths.find(home.path.segments()))
            .collect();
        for (path, bound) in index.bound() {
            if let Bound::Import(import) = bound
                && let Some(home) = leads_to(&index, index.imports[import as usize].target)
                && of_homes.contains(&home)
                && let Some(name) = index.paths.last(path)
            {
                names.insert(name.clone());
            }
        }
        if names.len() == before || round == MOST_ROUNDS {
            return Ok(index);
        }
    }
    Ok(ProjectIndex::default())
}

/// The path of the definition that a path is another name of.
fn leads_to(index: &ProjectIndex, path: PathId) -> Option<PathId> {
    let names = index.paths.names(path);
    let (definition, len) = index.definition_at(&names)?;
    (len == names.len()).then(|| index.path_of(definition))?
}

/// What the index says of one home.
struct Judged<'i> {
    index: &'i ProjectIndex,
    /// The definition: its path, and its number.
    at: Option<(PathId, u32)>,
    /// What the path of the home leads to instead.
    instead: Option<PathId>,
    /// Other paths by which it is used, but for those that are allowed and those that a table moves.
    others: BTreeMap<PathId, BTreeSet<FileId>>,
    /// Every path by which it is used.
    used: FxHashSet<PathId>,
}

impl<'i> Judged<'i> {
    fn of(index: &'i ProjectIndex, home: &Home, table: Option<&Table>) -> Self {
        let path = home.path.segments();
        let at = index.paths.find(path);
        let mut bound = at.into_iter().flat_map(|at| index.bound_at(at));
        let defined = bound.find_map(|bound| match bound {
            Bound::Definition(definition) => Some(*definition),
            Bound::Import(_) => None,
        });
        let mut judged = Self {
            index,
            at: at.zip(defined),
            instead: None,
            others: BTreeMap::new(),
            used: FxHashSet::default(),
        };
        let Some((home_path, _)) = judged.at else {
            let led = index.definition_at(path);
            judged.instead = led.and_then(|(definition, len)| {
                (len == path.len()).then(|| index.path_of(definition))?
            });
            return judged;
        };
        let mut replaced = FxHashSet::default();
        for file in index.file_ids() {
            for said in index.said_in(file) {
                let Some(found) = index.definition(said.path) else {
                    continue;
                };
                let is_other = index.path_of(found.definition) == Some(home_path)
                    && found.by != home_path
                    && index.paths.len(found.by) > usize::from(said.bound);
                if !is_other {
                    continue;
                }
                if said.is_replacement && said.path == found.by {
                    replaced.insert(found.by);
                }
                if !said.is_re_export {
                    judged.used.insert(found.by);
                    judged.others.entry(found.by).or_default().insert(file);
                }
            }
        }
        judged.others.retain(|by, _| {
            let names = index.paths.names(*by);
            let module = &names[..names.len() - 1];
            let is_free = || {
                table.is_none_or(|table| table.resolve(&names, Namespaces::ALL) == Outcome::Stays)
            };
            !replaced.contains(by)
                && !home.allows(module)
                && !names.iter().any(|name| name.contains('@'))
                && is_free()
        });
        judged
    }

    /// The paths whose uses are to be moved, as the language writes them.
    fn moved(&self, home: &Home) -> Vec<String> {
        let paths = self.others.keys();
        let mut paths: Vec<String> = paths
            .map(|path| written(&self.index.paths.names(*path), home.syntax))
            .collect();
        paths.sort();
        paths
    }

    fn findings(&self, home: &Home, place: &Place) -> Vec<HomeFinding> {
        let text = home.text();
        let Some((at, defined)) = self.at else {
            let leads = self.instead.map(|path| {
                let path = written(&self.index.paths.names(path), home.syntax);
                (
                    format!(", it leads to `{path}`"),
                    format!("make `{path}` the home, or define it there"),
                )
            });
            let (leads, help) = leads.unwrap_or_default();
            let help = Some(help).filter(|help| !help.is_empty());
            let help = help.unwrap_or_else(|| {
                "name the path where it is defined (repoint audit NAME)".to_owned()
            });
            let file = place.config.configured.as_ref().map(|at| at.file.clone());
            let message = format!("nothing is defined at `{text}`{leads}");
            return vec![HomeFinding::new(
                file.unwrap_or_default(),
                home,
                Code::NoHome,
                home.range.clone(),
                message,
                help,
            )];
        };
        let mut findings = self.second(home, at, defined);
        findings.extend(self.re_exports(home, at));
        findings
    }

    /// Other definitions of the name and kind.
    fn second(&self, home: &Home, at: PathId, defined: u32) -> Vec<HomeFinding> {
        let index = self.index;
        let kind = index.definitions[defined as usize].definition.kind;
        let same = index.definitions.iter().filter(|other| {
            other.definition.kind == kind && other.definition.name == *home.path.last()
        });
        let mut findings = Vec::new();
        for other in same {
            let module = &index.modules[other.module as usize];
            let paths = module.paths.iter().map(|module| {
                let mut path = index.paths.names(*module);
                path.push(other.definition.name.clone());
                path
            });
            let paths: Vec<_> = paths.collect();
            let is_home = |path: &Vec<Segment>| index.paths.find(path) == Some(at);
            let is_meant = |path: &Vec<Segment>| {
                home.also
                    .iter()
                    .any(|also| also.segments() == path.as_slice())
            };
            if paths.iter().any(|path| is_home(path) || is_meant(path)) {
                continue;
            }
            let Some(path) = paths.first() else {
                continue;
            };
            let range = &other.definition.range;
            findings.push(HomeFinding::new(
                index.file(module.file).to_owned(),
                home,
                Code::SecondDefinition,
                range.start as usize..range.end as usize,
                format!(
                    "`{}` is a second definition of `{}`",
                    written(path, home.syntax),
                    home.text()
                ),
                "delete it and use the home, or list it in `also` of the home".to_owned(),
            ));
        }
        findings
    }

    /// Modules that hand it on and may not.
    fn re_exports(&self, home: &Home, at: PathId) -> Vec<HomeFinding> {
        let index = self.index;
        let mut findings = Vec::new();
        let mut add = |path: &[Segment], module: u32, range: &std::ops::Range<u32>| {
            let module = &index.modules[module as usize];
            findings.push(HomeFinding::new(
                index.file(module.file).to_owned(),
                home,
                Code::ReExport,
                range.start as usize..range.end as usize,
                format!(
                    "`{}` hands on `{}`",
                    written(path, home.syntax),
                    home.text()
                ),
                "take it out once nobody uses it, or list the module in `allow` of the home"
                    .to_owned(),
            ));
        };
        let may_not = |path: &[Segment]| {
            let module = &path[..path.len().saturating_sub(1)];
            !home.allows(module)
        };
        for (path, bound) in index.bound() {
            let Bound::Import(number) = bound else {
                continue;
            };
            let import = &index.imports[number as usize];
            let hands_on = import.how == How::ReExport || self.used.contains(&path);
            if !hands_on || path == at || leads_to(index, import.target) != Some(at) {
                continue;
            }
            let names = index.paths.names(path);
            if may_not(&names) {
                add(&names, import.module, &import.range);
            }
        }
        for (number, module) in index.modules.iter().enumerate() {
            for glob in module.globs.iter().filter(|glob| glob.is_public) {
                let brought = index.paths.names(glob.module);
                let brought = [brought.as_slice(), std::slice::from_ref(home.path.last())].concat();
                let led = index.definition_at(&brought);
                let leads = led.is_some_and(|(definition, len)| {
                    len == brought.len() && index.path_of(definition) == Some(at)
                });
                let Some(own) = module.paths.first().filter(|_| leads) else {
                    continue;
                };
                let mut path = index.paths.names(*own);
                path.push(home.path.last().clone());
                let is_used = || {
                    let path = index.paths.find(&path);
                    path.is_some_and(|path| self.used.contains(&path))
                };
                if may_not(&path) && (glob.how == How::ReExport || is_used()) {
                    add(&path, number as u32, &glob.range);
                }
            }
        }
        findings
    }
}

fn written(path: &[Segment], syntax: &'static Syntax) -> String {
    SymbolPath::new(path.to_vec())
        .map(|path| path.display(syntax).to_string())
        .unwrap_or_default()
}
