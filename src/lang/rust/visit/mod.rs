//! One walk over a file: every path outside imports, with the scope it stands in.
//!
//! The walk makes the scopes of blocks as it enters them, keeps track of what is local (variables,
//! parameters, type parameters), and resolves each path at once. It edits nothing and decides
//! nothing.

mod docs;
mod found;
mod record;
mod ribs;
mod strings;
mod syntax;
mod tokens;

use rustc_hash::{FxHashMap, FxHashSet};
use syn::Item;
use syn::visit::{self, Visit};

use record::Parts;
use ribs::Rib;

pub use found::{Call, Context, Doctest, Found, Loose, Mode, Site};

use super::analysis::AnalysisContext;
use super::at::{At, Name, bare};
use super::expand::{Expanded, Expansions, Position};
use super::gate::Gate;
use super::resolve::{Names, Resolver, Role, ScopeId, TYPE, Via, Written, has_no_prelude};
use super::settings::Attribute;
use crate::outline::{Meaning, Use};
use crate::path::{Known, Namespaces, Segment};
use crate::project::Prefilter;

/// Walks a file of which `items` are all items.
pub struct Walker<'r, 'a> {
    resolver: &'r Resolver<'a>,
    text: &'r str,
    expansions: Expansions,
    found: Found,
    ribs: Vec<Rib>,
    scope: ScopeId,
    mode: Mode,
    macros: usize,
    /// The same for those that may do more with their tokens than to evaluate them.
    odd_macros: usize,
    blocks: usize,
    words: &'r Prefilter,
    more_attributes: &'r [Attribute],
    new_names: &'r FxHashSet<Segment>,
    /// What is visited is the name of a field as well: `S { x }`.
    is_shorthand: bool,
    /// Scopes of inline modules, by the address of the item.
    modules: FxHashMap<usize, ScopeId>,
    gate: Gate,
    definition: Option<Segment>,
    /// The crate of the `extern crate` item that is visited.
    extern_crate: Option<Segment>,
    wanted: Wanted,
}

/// Which paths a walk takes down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    /// Those that rules may speak of.
    References,
    /// Those of several names that start at a definition of their own module, and all in documentation, as well.
    All,
}

/// A file that was walked for every path in it.
#[derive(Debug)]
pub struct Walked {
    /// What was found.
    pub found: Found,
    /// What the macro calls in it are read as.
    pub expansions: Expansions,
    /// Scopes of inline modules, by the address of the item.
    pub modules: FxHashMap<usize, ScopeId>,
}

impl<'r, 'a> Walker<'r, 'a> {
    /// Walks `file`. Documentation is only read where it holds one of the setting's words.
    pub fn walk(
        resolver: &'r Resolver<'a>,
        text: &'r str,
        file: &syn::File,
        setting: &AnalysisContext<'r>,
    ) -> Found {
        Self::walk_for(Wanted::References, resolver, text, file, setting).found
    }

    /// Walks `file` for every path in it, those of links in documentation among them.
    pub fn walk_whole(
        resolver: &'r Resolver<'a>,
        text: &'r str,
        file: &syn::File,
        setting: &AnalysisContext<'r>,
    ) -> Walked {
        let walker = Self::walk_for(Wanted::All, resolver, text, file, setting);
        Walked {
            found: walker.found,
            expansions: walker.expansions,
            modules: walker.modules,
        }
    }

    fn walk_for(
        wanted: Wanted,
        resolver: &'r Resolver<'a>,
        text: &'r str,
        file: &syn::File,
        setting: &AnalysisContext<'r>,
    ) -> Self {
        let mut walker = Self {
            wanted,
            resolver,
            text,
            expansions: Expansions::default(),
            found: Found::default(),
            ribs: Vec::new(),
            scope: 0,
            mode: Mode::Code,
            macros: 0,
            odd_macros: 0,
            blocks: 0,
            words: setting.words,
            more_attributes: &setting.settings.string_attributes,
            new_names: setting.new_names,
            is_shorthand: false,
            modules: FxHashMap::default(),
            gate: resolver.home.gate.under(&file.attrs),
            definition: None,
            extern_crate: None,
        };
        let mut path = vec![resolver.home.root.clone()];
        path.extend_from_slice(&resolver.home.module);
        let gate = walker.gate.clone();
        let no_prelude = resolver.home.no_prelude || has_no_prelude(&file.attrs);
        walker.add_modules(&file.items, &path, &gate, no_prelude);
        walker.ribs.push(Rib::Scope(0));
        walker.docs(&file.attrs, 0, 0);
        visit::visit_file(&mut walker, file);
        walker
    }

    /// Makes the scopes of a module and, after it, of those inside it. The order is that of a
    /// depth-first walk: `visit_item_mod` finds them by the address of the item.
    fn add_modules(
        &mut self,
        items: &[Item],
        path: &[Segment],
        gate: &Gate,
        no_prelude: bool,
    ) -> ScopeId {
        let names = Names::of_items(items, &mut self.expansions);
        let key: Vec<&str> = path.iter().map(Segment::as_str).collect();
        let id = self.found.scopes.add_module(
            path.to_vec(),
            names,
            key.join("::"),
            gate.clone(),
            no_prelude,
        );
        self.add_inner_modules(items, path, gate, no_prelude);
        id
    }

    fn add_inner_modules(
        &mut self,
        items: &[Item],
        path: &[Segment],
        gate: &Gate,
        no_prelude: bool,
    ) {
        for item in items {
            match item {
                Item::Mod(item) => {
                    if let Some((_, items)) = &item.content {
                        let mut inner = path.to_vec();
                        inner.push(bare(&item.ident));
                        // Under two `cfg`s a module may stand twice: each has a scope.
                        let gate = gate.under(&item.attrs);
                        let no_prelude = no_prelude || has_no_prelude(&item.attrs);
                        let id = self.add_modules(items, &inner, &gate, no_prelude);
                        self.modules.insert(std::ptr::from_ref(item) as usize, id);
                    }
                }
                Item::Macro(item) if item.ident.is_none() => {
                    if let Expanded::Items(items) = &*self.expansions.of(&item.mac, Position::Item)
                    {
                        self.add_inner_modules(items, path, gate, no_prelude);
                    }
                }
                _ => {}
            }
        }
    }

    /// Takes down where a name is bound or defined in tokens of a macro.
    fn place(&mut self, ident: &syn::Ident) {
        if self.macros > 0 {
            self.found.places.push(ident.span().byte_range());
        }
    }

    fn syn_path(&mut self, path: &syn::Path, qself: Option<&syn::QSelf>, kinds: Namespaces) {
        let (count, kinds) = match qself {
            Some(qself) => (qself.position, TYPE),
            None => (path.segments.len(), kinds),
        };
        let names: Vec<Name> = path
            .segments
            .iter()
            .take(count)
            .map(|segment| Name::of(&segment.ident))
            .collect();
        let plain = path
            .segments
            .iter()
            .take(count)
            .position(|segment| !segment.arguments.is_none())
            .map_or(count, |at| at + 1);
        let leading = path
            .leading_colon
            .filter(|_| count > 0)
            .map(|colon| At::joined(&colon.spans));
        self.site(
            names,
            leading,
            kinds,
            Parts {
                plain,
                ..Parts::default()
            },
        );
        for segment in &path.segments {
            self.visit_path_arguments(&segment.arguments);
        }
    }

    /// Whether the `super` of a `pub(super)` must be written anew when the module moves, since it would
    /// come to say less.
    fn is_displaced_visibility(&self, path: &syn::Path) -> bool {
        if !path.is_ident("super") || self.mode != Mode::Code || self.macros > 0 {
            return false;
        }
        let scopes = &self.found.scopes;
        let written = Written {
            leading: false,
            segments: vec![Segment::new_static("super")],
        };
        let head = self
            .resolver
            .head(scopes, self.scope, &written, TYPE, Role::Path);
        let Some(head) = head.filter(|head| head.via == Via::Displaced) else {
            return false;
        };
        let home = self.resolver.displacement(scopes, self.scope);
        // What is seen by more than before is still seen by all who use it.
        home.is_some_and(|home| !head.base.starts_with(&home.new[..home.new.len() - 1]))
    }

    /// Records what `pub(crate)` and `pub(super)` mean, which no rule changes.
    fn short_visibility(&mut self, path: &syn::Path) {
        let here = &self.found.scopes.get(self.scope).path;
        let len = match path.get_ident() {
            Some(ident) if ident == "crate" => 1,
            Some(ident) if ident == "super" => here.len().saturating_sub(1),
            _ => return,
        };
        let meaning = Meaning::Path(here[..len.min(here.len())].to_vec());
        self.found.uses.push(Use {
            meaning,
            namespaces: TYPE,
            known: Known::NOTHING,
            stays: true,
            range: None,
        });
    }

    fn statements(&mut self, stmts: &[syn::Stmt]) {
        let names = Names::of_statements(stmts, &mut self.expansions);
        self.in_scope(names, |walker| {
            walker.with_locals(|walker| {
                for stmt in stmts {
                    walker.visit_stmt(stmt);
                }
            });
        });
    }

    /// Takes down the file that `#[path]` gives a module.
    fn named_file(&mut self, item: &syn::ItemMod, module: &[Segment]) {
        for attr in &item.attrs {
            if attr.path().is_ident("path")
                && let syn::Meta::NameValue(value) = &attr.meta
                && let syn::Expr::Lit(lit) = &value.value
                && let syn::Lit::Str(file) = &lit.lit
            {
                let at = At::span(item.ident.span());
                self.found
                    .named_files
                    .push((at, module.to_vec(), file.value()));
            }
        }
    }
}
