//! One walk over a file: every path outside imports, with the scope it stands in.
//!
//! The walk makes the scopes of blocks as it enters them, keeps track of what is local (variables,
//! parameters, type parameters), and resolves each path at once. It edits nothing and decides
//! nothing.

mod docs;
mod found;
mod strings;
mod syntax;
mod tokens;

use rustc_hash::{FxHashMap, FxHashSet};
use syn::Item;
use syn::visit::{self, Visit};

pub use found::{Call, Context, Doctest, Found, Loose, Mode, Site};

use super::analysis::Setting;
use super::at::{At, Name, bare};
use super::expand::{Expanded, Expansions, OpenEnd, Position};
use super::gate::Gate;
use super::resolve::{
    Head, Names, Resolver, Role, ScopeId, Sense, TYPE, VALUE, Via, Written, has_no_prelude,
};
use super::settings::Attribute;
use crate::mapping::Outcome;
use crate::outline::{Meaning, Use};
use crate::path::{Known, Namespaces, Segment};
use crate::project::Prefilter;

enum Rib {
    Scope(ScopeId),
    Locals(Vec<(Segment, Namespaces)>),
    /// An item inside a body: locals around it are out of sight.
    Item,
}

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
}

impl<'r, 'a> Walker<'r, 'a> {
    /// Walks `file`. Documentation is only read where it holds one of the setting's words.
    pub fn walk(
        resolver: &'r Resolver<'a>,
        text: &'r str,
        file: &syn::File,
        setting: &Setting<'r>,
    ) -> Found {
        let mut walker = Self {
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
        walker.found
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

    fn is_local(&self, name: &str, kinds: Namespaces) -> bool {
        let mut locals_in_sight = true;
        for rib in self.ribs.iter().rev() {
            match rib {
                Rib::Locals(locals) if locals_in_sight => {
                    if locals.iter().any(|(n, k)| n == name && k.meets(kinds)) {
                        return true;
                    }
                }
                Rib::Locals(_) => {}
                Rib::Item => locals_in_sight = false,
                Rib::Scope(id) => {
                    let scope = self.found.scopes.get(*id);
                    if scope.module == *id
                        || scope.names.get(name).iter().any(|e| e.kinds.meets(kinds))
                    {
                        return false;
                    }
                }
            }
        }
        false
    }

    /// The type parameters around, those of items further out too: an inner item may not use them,
    /// but they hide other names all the same (E0401).
    fn type_parameters(&self) -> Vec<Segment> {
        let mut found = Vec::new();
        for rib in self.ribs.iter().rev() {
            match rib {
                Rib::Locals(locals) => {
                    let types = locals.iter().filter(|(_, kinds)| kinds.meets(TYPE));
                    found.extend(types.map(|(name, _)| name.clone()));
                }
                Rib::Scope(id) if self.found.scopes.get(*id).module == *id => break,
                Rib::Item | Rib::Scope(_) => {}
            }
        }
        found
    }

    fn bind(&mut self, name: Segment, kinds: Namespaces) {
        if let Some(Rib::Locals(locals)) = self
            .ribs
            .iter_mut()
            .rev()
            .find(|rib| matches!(rib, Rib::Locals(_)))
        {
            locals.push((name, kinds));
        }
    }

    /// Takes down where a name is bound or defined in tokens of a macro.
    fn place(&mut self, ident: &syn::Ident) {
        if self.macros > 0 {
            self.found.places.push(ident.span().byte_range());
        }
    }

    fn with_rib(&mut self, rib: Rib, inside: impl FnOnce(&mut Self)) {
        let depth = self.ribs.len();
        self.ribs.push(rib);
        inside(self);
        self.ribs.truncate(depth);
    }

    fn with_locals(&mut self, inside: impl FnOnce(&mut Self)) {
        self.with_rib(Rib::Locals(Vec::new()), inside);
    }

    fn in_mode(&mut self, mode: Mode, inside: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.mode, mode);
        inside(self);
        self.mode = before;
    }

    /// An item, whose parameters and body see no locals of the body around it.
    fn item(&mut self, inside: impl FnOnce(&mut Self)) {
        self.with_rib(Rib::Item, |walker| walker.with_locals(inside));
    }

    /// What stands under these attributes.
    fn under(&mut self, attrs: &[syn::Attribute], inside: impl FnOnce(&mut Self)) {
        let gate = self.gate.under(attrs);
        let before = std::mem::replace(&mut self.gate, gate);
        inside(self);
        self.gate = before;
    }

    fn in_scope(&mut self, names: Names, inside: impl FnOnce(&mut Self)) {
        self.blocks += 1;
        let key = format!(
            "{}/{}",
            self.found
                .scopes
                .get(self.found.scopes.get(self.scope).module)
                .key,
            self.blocks
        );
        let id = self
            .found
            .scopes
            .add_block(self.scope, names, key, self.gate.clone());
        let before = std::mem::replace(&mut self.scope, id);
        self.with_rib(Rib::Scope(id), inside);
        self.scope = before;
    }

    /// Records a path; see [`Site`] for the parts.
    fn site(&mut self, names: Vec<Name>, leading: Option<At>, kinds: Namespaces, parts: Parts) {
        let written = Written {
            leading: leading.is_some(),
            segments: names.iter().map(|name| name.text.clone()).collect(),
        };
        let Some(first) = written.segments.first() else {
            return;
        };
        let head_kinds = if written.segments.len() > 1 || parts.open.is_some() {
            TYPE
        } else {
            kinds
        };
        let resolved = if leading.is_none() && self.is_local(first, head_kinds) {
            None
        } else if parts.open.is_some() {
            self.open_path(&written, kinds)
        } else {
            self.resolver
                .path(&self.found.scopes, self.scope, &written, kinds, Role::Path)
                .or_else(|| self.own_name_in_tokens(&written, parts.context))
        };
        self.record(names, leading, kinds, parts, resolved);
    }

    /// Records a path that means this, if it means anything.
    fn record(
        &mut self,
        names: Vec<Name>,
        leading: Option<At>,
        kinds: Namespaces,
        parts: Parts,
        resolved: Option<(Head, Vec<Segment>)>,
    ) {
        let written = Written {
            leading: leading.is_some(),
            segments: names.iter().map(|name| name.text.clone()).collect(),
        };
        if resolved.is_none() && leading.is_none() && self.new_names.contains(&written.segments[0])
        {
            let first = &names[0];
            let strange = (first.text.clone(), self.scope, first.at.clone());
            if !self.is_local(&first.text, Namespaces::ALL) {
                self.found.strangers.push(strange);
            }
        }
        let index = self.found.uses.len();
        // Code of the tree is known to be a use or a definition; of tokens that must be told.
        let is_in_tokens = self.macros > 0 || self.mode != Mode::Code;
        let range = (is_in_tokens || parts.context != Context::Path).then(|| names[0].at.range());
        let meaning = match &resolved {
            None => Meaning::Opaque(written.segments.clone()),
            Some((head, path))
                if self.is_own(head, path, &written, parts.context)
                    || self.is_something_else(path, kinds, parts.context) =>
            {
                // Through an import that brings a module only, a call goes elsewhere.
                if matches!(head.via, Via::Import(..)) && written.segments.len() == head.taken {
                    Meaning::Opaque(written.segments.clone())
                } else {
                    Meaning::Own(path.clone())
                }
            }
            Some((_, path)) => Meaning::Path(path.clone()),
        };
        let is_reference = matches!(meaning, Meaning::Path(_));
        let in_body = matches!(self.mode, Mode::Definition | Mode::Exported);
        let has_more = names.len() > 1 || parts.open.is_some();
        if in_body && resolved.is_none() && leading.is_none() && has_more {
            self.found.loose.push(Loose {
                names: names.clone(),
                is_open: parts.open.is_some(),
                index,
            });
        }
        if let (false, Some((head, _))) = (is_reference, &resolved) {
            self.found.other_uses.extend(&head.aliases);
            if let Via::Import(id, ordinal) = head.via {
                self.found.other_uses.insert((id, ordinal));
            }
        }
        self.found.uses.push(Use {
            meaning,
            namespaces: kinds,
            known: Known::NOTHING,
            stays: false,
            range,
        });
        if let (true, Some((head, path))) = (is_reference, resolved) {
            let is_captured = self.would_be_captured(&head, kinds, names.len());
            self.found.sites.push(Site {
                names,
                written,
                leading,
                dollar_crate: parts.dollar_crate,
                plain: parts.plain,
                scope: self.scope,
                kinds,
                head,
                path,
                mode: self.mode,
                context: parts.context,
                open: parts.open,
                in_macro: self.odd_macros > 0,
                is_short_visibility: parts.short_visibility,
                is_shorthand: self.is_shorthand,
                is_captured,
                definition: self.definition.clone(),
                gate: self.gate.clone(),
                hidden: self.type_parameters(),
                index,
            });
        }
    }

    /// Whether the new name of the import that a path starts at is something local here.
    fn would_be_captured(&self, head: &Head, kinds: Namespaces, len: usize) -> bool {
        if self.new_names.is_empty() || !matches!(head.via, Via::Import(..)) {
            return false;
        }
        let kinds = if len > 1 { TYPE } else { kinds };
        match self.resolver.table.resolve(&head.base, Namespaces::ALL) {
            Outcome::Moves(to) => self.is_local(to.to.last(), kinds),
            _ => false,
        }
    }

    /// What the known names of a path mean that goes on with a variable.
    fn open_path(&self, written: &Written, kinds: Namespaces) -> Option<(Head, Vec<Segment>)> {
        let mut whole = written.clone();
        whole.segments.push(Segment::new_static("_"));
        let scopes = &self.found.scopes;
        let (head, mut path) = self
            .resolver
            .path(scopes, self.scope, &whole, kinds, Role::Path)?;
        path.pop();
        (head.taken <= written.segments.len()).then_some((head, path))
    }

    /// The library's own name in tokens of itself: code that a macro makes for other crates.
    fn own_name_in_tokens(
        &self,
        written: &Written,
        context: Context,
    ) -> Option<(Head, Vec<Segment>)> {
        let is_own = context == Context::Tokens
            && written.segments.len() > 1
            && written.segments[0] == self.resolver.home.root;
        is_own.then(|| {
            let head = Head {
                taken: 1,
                base: written.segments[..1].to_vec(),
                via: Via::Extern,
                aliases: Vec::new(),
            };
            (head, written.segments.clone())
        })
    }

    /// Whether a path means a function or a macro that has the name of a module of the tree. A link
    /// that may mean either goes on working without the module.
    fn is_something_else(&self, path: &[Segment], kinds: Namespaces, context: Context) -> bool {
        match self.resolver.sense(&self.found.scopes, path, kinds) {
            Sense::Other => true,
            Sense::Either => context == Context::Link,
            Sense::Reference => false,
        }
    }

    /// Whether a path is no reference: a plain name for a definition of its own module, or a relative
    /// path that stays inside the module that a rule moves.
    fn is_own(&self, head: &Head, path: &[Segment], written: &Written, context: Context) -> bool {
        let is_plain = written.segments.len() == head.taken;
        match head.via {
            Via::Definition => true,
            // A plain link leads nowhere once the module is declared elsewhere; code has no such name.
            Via::Module if is_plain && context != Context::Link => true,
            // The glob is rewritten, and what it brings follows it.
            Via::Glob(id, glob) if self.found.scopes.get(id).names.leaves[glob].is_absolute() => {
                false
            }
            Via::Module | Via::Relative | Via::Glob(..) => {
                let old = self.resolver.table;
                match old.resolve(path, Namespaces::ALL) {
                    Outcome::Moves(to) => {
                        let from = to.first.rule.from.segments();
                        let scopes = &self.found.scopes;
                        let inside = self.resolver.stays_inside(scopes, self.scope, head, from);
                        inside || self.is_defined_here(path, from)
                    }
                    _ => false,
                }
            }
            _ => false,
        }
    }

    /// Whether the old item itself is defined in a module of this file that the path leads to from
    /// inside: `self::Foo` where `Foo` stands.
    fn is_defined_here(&self, path: &[Segment], from: &[Segment]) -> bool {
        let Some((name, module)) = from.split_last() else {
            return false;
        };
        path.starts_with(from)
            && *self.found.scopes.get(self.scope).path == *module
            && self.found.scopes.module(module).is_some_and(|id| {
                self.found
                    .scopes
                    .get(id)
                    .names
                    .get(name)
                    .iter()
                    .any(|entry| {
                        // Only a type or a module has names below it.
                        let has_names = path.len() == from.len() || entry.kinds.meets(TYPE);
                        entry.what == super::resolve::What::Definition && has_names
                    })
            })
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

    fn generics(&mut self, generics: &syn::Generics) {
        for param in &generics.params {
            match param {
                syn::GenericParam::Type(param) => self.bind(bare(&param.ident), TYPE),
                syn::GenericParam::Const(param) => self.bind(bare(&param.ident), VALUE),
                syn::GenericParam::Lifetime(_) => {}
            }
        }
    }
}

/// What distinguishes sites.
struct Parts {
    plain: usize,
    dollar_crate: bool,
    context: Context,
    open: Option<OpenEnd>,
    short_visibility: bool,
}

impl Default for Parts {
    fn default() -> Self {
        Self {
            plain: 0,
            dollar_crate: false,
            context: Context::Path,
            open: None,
            short_visibility: false,
        }
    }
}
