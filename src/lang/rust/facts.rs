//! What one file says by itself: its modules with what they define and hand on, and every path that it uses.
//!
//! The paths are those of the walk and the resolver that rewrites go by: after aliases and imports of the file,
//! before re-exports of other files are followed. Deliberately absent: code in documentation, which is a crate of
//! its own, and macros that are called by a plain name which no import brings.

mod definitions;
mod shape;
#[cfg(test)]
mod tests;

use std::ops::Range;

use rustc_hash::FxHashSet;

use self::definitions::{Definitions, OwnModule};
use super::analysis::{AnalysisContext, check};
use super::at::At;
use super::parse::parse_file;
use super::resolve::{
    CrateContext, Leaf, LeafKind, Names, Reach, Resolver, ScopeId, Scopes, Tree, Via,
};
use super::visit::{Mode, Site, Walker};
use crate::facts::{
    Definition, FileFacts, Glob, How, Import, ModuleFacts, Path, PathReference, Seen, When,
};
use crate::lang::SourceError;
use crate::path::Segment;

/// The file's own module.
#[derive(Debug, Default)]
pub struct Own {
    /// Its paths, the one first that the file is read at; empty for a file in no module tree.
    pub paths: Vec<Path>,
    /// Who sees it by the `mod` item that declares it; everyone, if it is the crate's root.
    pub seen: Seen,
}

/// The facts of a text that stands at `home`.
///
/// # Errors
/// It cannot be parsed.
pub fn of(
    text: &str,
    home: CrateContext<'_>,
    own: &Own,
    setting: AnalysisContext<'_>,
) -> Result<FileFacts, SourceError> {
    let file = parse_file(text)?;
    let resolver = Resolver::new(home, setting.table, setting.tree);
    let mut walked = Walker::walk_whole(&resolver, text, &file, &setting);
    let defined = match own.paths.first() {
        Some(_) => Definitions::of(text, &file, own.seen, &mut walked),
        None => Definitions::default(),
    };
    let reader = Reader {
        resolver: &resolver,
        scopes: &walked.found.scopes,
    };
    let modules = defined.modules.into_iter();
    let mut modules: Vec<ModuleFacts> = modules.map(|module| reader.module(module, own)).collect();
    let is_root = own.paths.first().is_some_and(|path| path.len() == 1);
    match modules.first_mut().filter(|_| is_root) {
        Some(root) => {
            root.definitions.extend(defined.exported);
            root.definitions.sort_by_key(|one| one.range.start);
        }
        None => modules.extend(at_root(own, defined.exported)),
    }
    let facts = FileFacts {
        modules,
        references: reader.references(&walked.found.sites),
    };
    check(&resolver)?;
    Ok(facts)
}

/// The crate's root with macros that a module of it exports.
fn at_root(own: &Own, exported: Vec<Definition>) -> Option<ModuleFacts> {
    let mut paths: Vec<Path> = Vec::new();
    for path in &own.paths {
        let root: Path = path.iter().take(1).cloned().collect();
        if !paths.contains(&root) {
            paths.push(root);
        }
    }
    (!exported.is_empty()).then_some(ModuleFacts {
        paths,
        definitions: exported,
        ..ModuleFacts::default()
    })
}

/// What reads paths of a file.
struct Reader<'r, 'a> {
    resolver: &'r Resolver<'a>,
    scopes: &'r Scopes,
}

impl Reader<'_, '_> {
    fn module(&self, module: OwnModule, own: &Own) -> ModuleFacts {
        let names = &self.scopes.get(module.scope).names;
        let places = places(names);
        let mut facts = ModuleFacts {
            paths: own
                .paths
                .iter()
                .map(|path| [path.as_slice(), &module.below].concat())
                .collect(),
            seen: module.seen,
            only_hands_on: module.only_links && names.leaves.iter().any(hands_on),
            definitions: module.definitions,
            ..ModuleFacts::default()
        };
        for (ordinal, (leaf, place)) in names.leaves.iter().zip(places).enumerate() {
            let Some(path) = self.resolver.leaf(self.scopes, module.scope, ordinal) else {
                continue;
            };
            match leaf.kind {
                LeafKind::Glob => facts.globs.push(Glob {
                    module: path,
                    is_public: leaf.reach != Reach::Private,
                    how: how_of(leaf),
                    range: bytes(place),
                }),
                // Neither binds a name.
                LeafKind::Empty => {}
                _ if leaf.name == "_" => {}
                _ => facts.imports.push(Import {
                    name: leaf.name.clone(),
                    target: path,
                    how: how_of(leaf),
                    seen: seen_of(leaf),
                    range: bytes(place),
                }),
            }
        }
        facts
    }

    /// Every place that says a path, in source order.
    fn references(&self, sites: &[Site]) -> Vec<PathReference> {
        let sites = sites.iter();
        let sites = sites.filter(|site| says_more(site) && self.is_code_of_here(site));
        let mut references: Vec<PathReference> = sites
            .map(|site| PathReference {
                path: site.path.clone(),
                bound: bound(site),
                range: bytes(of_names(site)),
                is_import: false,
                is_re_export: false,
                is_replacement: false,
                when: When::Call,
            })
            .collect();
        let imports = self.scopes.iter().flat_map(|(scope, here)| {
            let leaves = here.names.leaves.iter().zip(places(&here.names));
            let leaves = leaves.enumerate();
            leaves.map(move |(ordinal, (leaf, place))| (scope, ordinal, leaf, place))
        });
        let imports: Vec<_> = imports.collect();
        // Tokens of a statement are read with the block around them, and in a scope of their own.
        let foreign = imports.iter().filter(|one| self.is_foreign(one.0, one.2));
        let foreign: FxHashSet<usize> = foreign.map(|one| one.3.start).collect();
        for (scope, ordinal, leaf, place) in imports {
            let path = self.resolver.leaf(self.scopes, scope, ordinal);
            let is_of_here = |path: &Path| {
                path.first() != Some(&self.resolver.home.root) || !foreign.contains(&place.start)
            };
            let Some(path) = path.filter(is_of_here) else {
                continue;
            };
            references.push(PathReference {
                path,
                bound: 0,
                range: bytes(place),
                is_import: true,
                is_re_export: leaf.reach != Reach::Private,
                is_replacement: false,
                when: When::Call,
            });
        }
        references.retain(|reference| !self.is_unknown(&reference.path));
        references.sort_by_key(|reference| (reference.range.start, reference.range.end));
        references.dedup();
        references
    }

    /// Whether a path starts at the crate of a file that is in none.
    fn is_unknown(&self, path: &[Segment]) -> bool {
        self.resolver.home.krate.is_none() && path.first() == Some(&self.resolver.home.root)
    }

    /// Whether an import is one of whatever crate the tokens around it are made for.
    fn is_foreign(&self, scope: ScopeId, leaf: &Leaf) -> bool {
        let items = &self.scopes.get(scope).names.items;
        let item = leaf.item.and_then(|item| items.get(item));
        item.is_some_and(|item| item.context.foreign && !item.context.dollar_crate)
    }

    /// Whether a path is no text, nor one of whatever crate a `quote!` is for.
    fn is_code_of_here(&self, site: &Site) -> bool {
        match site.mode {
            Mode::Code | Mode::Definition | Mode::Exported => true,
            Mode::Quote => site.path.first() != Some(&self.resolver.home.root),
            Mode::Text => false,
        }
    }
}

/// Whether a path says what no import of the file does: a name that a glob brings is said by the glob, and a
/// definition of the module itself is no path.
fn says_more(site: &Site) -> bool {
    site.names.len() > 1 && site.head.via != Via::Definition
}

/// Whether an import is a `use` that others see.
fn hands_on(leaf: &Leaf) -> bool {
    leaf.item.is_some() && leaf.reach != Reach::Private
}

fn how_of(leaf: &Leaf) -> How {
    match leaf.reach {
        Reach::Private => How::Import,
        Reach::Restricted | Reach::Public => How::ReExport,
    }
}

/// Who sees what an import binds. Who sees a `pub(in path)` is not looked up: its own module does.
fn seen_of(leaf: &Leaf) -> Seen {
    let words: String = leaf.visibility.split_whitespace().collect();
    match words.as_str() {
        "pub" => Seen::Everywhere,
        "pub(crate)" => Seen::InCrate,
        "pub(super)" => Seen::Within(1),
        _ => Seen::Within(0),
    }
}

/// How many names of a path an import or a glob says, and not the place itself.
fn bound(site: &Site) -> usize {
    match site.head.via {
        Via::Crate
        | Via::Relative
        | Via::Displaced
        | Via::Extern
        | Via::Module
        | Via::Definition
        | Via::MacroUse
        | Via::Ambiguous => 0,
        Via::Import(..)
        | Via::OuterImport(..)
        | Via::Elsewhere
        | Via::OuterDefinition
        | Via::Glob(..) => site.head.base.len(),
    }
}

fn of_names(site: &Site) -> Range<usize> {
    match (site.names.first(), site.names.last()) {
        (Some(first), Some(last)) => first.at.range().start..last.at.range().end,
        _ => 0..0,
    }
}

/// The bytes of each import, by ordinal: of a leaf of a `use` item, from behind the innermost brace up to its alias.
fn places(names: &Names) -> Vec<Range<usize>> {
    let mut places = vec![0..0; names.leaves.len()];
    for item in &names.items {
        add_places(&item.tree, None, &mut places);
    }
    for (ordinal, at) in &names.extern_crates {
        if let Some(place) = places.get_mut(*ordinal) {
            *place = at.range();
        }
    }
    places
}

fn add_places(tree: &Tree, start: Option<&At>, places: &mut [Range<usize>]) {
    match tree {
        Tree::Path(name, rest) => add_places(rest, Some(start.unwrap_or(&name.at)), places),
        Tree::Group { items, .. } => {
            for item in items {
                add_places(item, None, places);
            }
        }
        Tree::Leaf(ordinal, name, alias) => {
            let start = start.unwrap_or(&name.at).range().start;
            let end = alias.as_ref().unwrap_or(name).at.range().end;
            if let Some(place) = places.get_mut(*ordinal) {
                *place = start..end;
            }
        }
    }
}

/// As facts write places. A text of more than 4 GiB is never read.
fn bytes(range: Range<usize>) -> Range<u32> {
    let narrow = |at| u32::try_from(at).unwrap_or(u32::MAX);
    narrow(range.start)..narrow(range.end)
}
