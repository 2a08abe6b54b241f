//! What a module or a block binds: definitions and imports, by name.
//!
//! Only what is written is recorded: nothing is resolved here, and nothing is visited below the
//! items of the scope.

use proc_macro2::Span;
use quote::ToTokens;
use rustc_hash::FxHashMap;
use syn::{Item, Stmt, UseTree, Visibility};

use crate::lang::rust::at::{At, Name, bare};
use crate::lang::rust::expand::{Expanded, Expansions, Position};
use crate::lang::rust::gate::Cfg;
use crate::path::{Namespaces, Segment};

/// Modules, types, traits.
pub const TYPE: Namespaces = Namespaces(0b001);
/// Functions, constants, statics, constructors.
pub const VALUE: Namespaces = Namespaces(0b010);
/// Macros.
pub const MACRO: Namespaces = Namespaces(0b100);

/// What the items of one scope bind.
#[derive(Debug, Default)]
pub struct Names {
    entries: FxHashMap<Segment, Vec<Entry>>,
    /// Positions in `uses` and `leaf` of the glob imports.
    pub globs: Vec<usize>,
    /// Every leaf of every `use` item and each `extern crate`, in source order: an import's ordinal
    /// is its position here.
    pub leaves: Vec<Leaf>,
    /// The `use` items, in source order.
    pub items: Vec<UseItem>,
    /// Modules that are only there under a condition.
    pub gated_modules: Vec<(Segment, Cfg)>,
    /// Modules with `#[no_implicit_prelude]`.
    pub bare_modules: Vec<Segment>,
    /// The `extern crate` items: ordinal, and the place of the crate's name.
    pub extern_crates: Vec<(usize, At)>,
    /// What `#[macro_use]` on `extern crate` brings into every module.
    pub macro_uses: Vec<MacroUse>,
}

/// `#[macro_use] extern crate old;`
#[derive(Clone, Debug)]
pub struct MacroUse {
    /// The crate as it is written.
    pub krate: Segment,
    /// Its macros that are named; `None`: all of them.
    pub names: Option<Vec<Segment>>,
}

/// One meaning of a name in a scope.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Which kinds of things it can be.
    pub kinds: Namespaces,
    /// What binds it.
    pub what: What,
    /// Who sees it.
    pub reach: Reach,
}

/// What binds a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A `mod`, inline or in a file of its own.
    Module,
    /// Any other definition.
    Definition,
    /// The import with this ordinal.
    Import(usize),
}

/// A path as it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// It starts with `::`.
    pub leading: bool,
    /// Its names, keywords such as `crate` and `super` among them.
    pub segments: Vec<Segment>,
}

/// Who sees an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// This module and those inside it.
    Private,
    /// A part of the crate: `pub(crate)`, `pub(super)`, `pub(in ...)`.
    Restricted,
    /// Everyone: `pub`.
    Public,
}

/// What kind of import a leaf is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeafKind {
    /// `Foo`, `Foo as Bar`.
    Name,
    /// `self`, `self as a` in a group: binds in the type namespace only.
    SelfModule,
    /// `*`.
    Glob,
    /// `extern crate old;`.
    ExternCrate,
    /// `a::{}`: binds nothing, and names its module all the same.
    Empty,
}

/// One imported path.
#[derive(Clone, Debug)]
pub struct Leaf {
    /// What kind of import.
    pub kind: LeafKind,
    /// The path (of a glob: the one before `*`; of `self`: the one before the brace).
    pub written: Written,
    /// How many of its names stand before the innermost brace.
    pub outer: usize,
    /// The bound name; `*` for a glob.
    pub name: Segment,
    /// It is written with `as`.
    pub aliased: bool,
    /// Who sees it.
    pub reach: Reach,
    /// Position of its item in [`Names::items`]; `None` for `extern crate`.
    pub item: Option<usize>,
    /// Conditions on the item: its `cfg` attributes.
    pub condition: String,
    /// What they say.
    pub cfg: Option<Cfg>,
    /// The visibility as written, white space normalised.
    pub visibility: String,
}

impl Leaf {
    /// Whether its path starts at the crate's root or at a crate, wherever it stands.
    pub fn is_absolute(&self) -> bool {
        let first = self.written.segments.first();
        self.written.leading || first.is_some_and(|name| name == "crate")
    }
}

/// A `use` item.
#[derive(Clone, Debug)]
pub struct UseItem {
    /// From the first attribute, visibility or `use` on.
    pub start: At,
    /// From the visibility (or `use`) on, without attributes.
    pub body: At,
    /// The `use` keyword.
    pub keyword: At,
    /// The final `;`.
    pub semi: At,
    /// The `::` in front, if any.
    pub leading: Option<At>,
    /// What is imported.
    pub tree: Tree,
    /// Whether it stands in tokens of a macro.
    pub context: UseContext,
}

/// Where a `use` item stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UseContext {
    /// In tokens that could not be read as items.
    pub in_tokens: bool,
    /// Its first name is `$crate`.
    pub dollar_crate: bool,
    /// It is imported where the macro is used, in whatever crate that is.
    pub foreign: bool,
    /// It is a part of a group without a prefix.
    pub in_root_group: bool,
}

/// A `use` tree with the places of its parts.
#[derive(Clone, Debug)]
pub enum Tree {
    /// `name::...`
    Path(Name, Box<Tree>),
    /// A leaf: its ordinal, its name (`*` and `self` too), and the alias.
    Leaf(usize, Name, Option<Name>),
    /// `{...}`: brace places, items, and the commas after them.
    Group {
        /// The opening brace.
        open: At,
        /// The closing brace.
        close: At,
        /// What is inside.
        items: Vec<Tree>,
        /// The comma after each item; one fewer than items if there is no trailing one.
        commas: Vec<At>,
    },
}

impl Names {
    /// What binds `name`, in order.
    pub fn get(&self, name: &str) -> &[Entry] {
        self.entries.get(name).map_or(&[], Vec::as_slice)
    }

    /// Every bound name with what binds it.
    pub fn iter(&self) -> impl Iterator<Item = (&Segment, &Entry)> {
        self.entries
            .iter()
            .flat_map(|(name, entries)| entries.iter().map(move |entry| (name, entry)))
    }

    /// What these items bind.
    pub fn of_items(items: &[Item], expansions: &mut Expansions) -> Self {
        let mut names = Self::default();
        for item in items {
            names.add_item(item, expansions);
        }
        names
    }

    /// What the items among these statements bind.
    pub fn of_statements(stmts: &[Stmt], expansions: &mut Expansions) -> Self {
        let mut names = Self::default();
        for stmt in stmts {
            match stmt {
                Stmt::Item(item) => names.add_item(item, expansions),
                Stmt::Macro(stmt) => names.add_macro(&stmt.mac, Position::Statement, expansions),
                Stmt::Local(_) | Stmt::Expr(..) => {}
            }
        }
        names
    }

    /// What `use` items in tokens bind.
    pub fn of_token_uses(uses: &[(syn::ItemUse, bool)], foreign: bool) -> Self {
        let mut names = Self::default();
        for (item, dollar_crate) in uses {
            names.add_use(
                item,
                UseContext {
                    in_tokens: true,
                    dollar_crate: *dollar_crate,
                    foreign,
                    in_root_group: false,
                },
            );
        }
        names
    }

    fn define(&mut self, ident: &syn::Ident, kinds: Namespaces, what: What, reach: Reach) {
        let name = bare(ident);
        self.entries
            .entry(name)
            .or_default()
            .push(Entry { kinds, what, reach });
    }

    fn add_item(&mut self, item: &Item, expansions: &mut Expansions) {
        match item {
            Item::Mod(item) => {
                if let Some(cfg) = Cfg::of(&item.attrs) {
                    self.gated_modules.push((bare(&item.ident), cfg));
                }
                if has_no_prelude(&item.attrs) {
                    self.bare_modules.push(bare(&item.ident));
                }
                self.define(&item.ident, TYPE, What::Module, reach(&item.vis));
            }
            Item::Struct(item) => {
                let kinds = match item.fields {
                    syn::Fields::Named(_) => TYPE,
                    syn::Fields::Unnamed(_) | syn::Fields::Unit => TYPE.union(VALUE),
                };
                self.define(&item.ident, kinds, What::Definition, reach(&item.vis));
            }
            Item::Enum(item) => self.define(&item.ident, TYPE, What::Definition, reach(&item.vis)),
            Item::Union(item) => self.define(&item.ident, TYPE, What::Definition, reach(&item.vis)),
            Item::Trait(item) => self.define(&item.ident, TYPE, What::Definition, reach(&item.vis)),
            Item::TraitAlias(item) => {
                self.define(&item.ident, TYPE, What::Definition, reach(&item.vis))
            }
            Item::Type(item) => self.define(&item.ident, TYPE, What::Definition, reach(&item.vis)),
            Item::Fn(item) => {
                self.define(&item.sig.ident, VALUE, What::Definition, reach(&item.vis))
            }
            Item::Const(item) => {
                self.define(&item.ident, VALUE, What::Definition, reach(&item.vis))
            }
            Item::Static(item) => {
                self.define(&item.ident, VALUE, What::Definition, reach(&item.vis))
            }
            Item::ForeignMod(item) => {
                for item in &item.items {
                    match item {
                        syn::ForeignItem::Fn(item) => {
                            self.define(&item.sig.ident, VALUE, What::Definition, reach(&item.vis));
                        }
                        syn::ForeignItem::Static(item) => {
                            self.define(&item.ident, VALUE, What::Definition, reach(&item.vis));
                        }
                        syn::ForeignItem::Type(item) => {
                            self.define(&item.ident, TYPE, What::Definition, reach(&item.vis));
                        }
                        _ => {}
                    }
                }
            }
            Item::Macro(item) => {
                if let Some(ident) = &item.ident {
                    // `#[macro_export]` puts it at the crate's root, but its textual scope is here
                    // all the same.
                    self.define(ident, MACRO, What::Definition, Reach::Private);
                } else {
                    self.add_macro(&item.mac, Position::Item, expansions);
                }
            }
            Item::ExternCrate(item) => self.add_extern_crate(item),
            Item::Use(item) => self.add_use(item, UseContext::default()),
            _ => {}
        }
    }

    fn add_macro(&mut self, mac: &syn::Macro, position: Position, expansions: &mut Expansions) {
        match &*expansions.of(mac, position) {
            Expanded::Items(items) => {
                for item in items {
                    self.add_item(item, expansions);
                }
            }
            Expanded::Tokens(scan) => {
                for (item, dollar_crate) in &scan.uses {
                    self.add_use(
                        item,
                        UseContext {
                            in_tokens: true,
                            dollar_crate: *dollar_crate,
                            foreign: false,
                            in_root_group: false,
                        },
                    );
                }
                for ident in &scan.modules {
                    self.define(ident, TYPE, What::Module, Reach::Restricted);
                }
            }
            Expanded::Expressions(_) | Expanded::Statements(_) | Expanded::Matches(_) => {}
        }
    }

    fn add_extern_crate(&mut self, item: &syn::ItemExternCrate) {
        let bound = item.rename.as_ref().map_or(&item.ident, |(_, name)| name);
        let leaf = Leaf {
            kind: LeafKind::ExternCrate,
            written: Written {
                leading: true,
                segments: vec![bare(&item.ident)],
            },
            outer: 0,
            name: bare(bound),
            aliased: item.rename.is_some(),
            reach: reach(&item.vis),
            item: None,
            condition: condition(&item.attrs),
            cfg: Cfg::of(&item.attrs),
            visibility: visibility(&item.vis),
        };
        self.extern_crates
            .push((self.leaves.len(), At::span(item.ident.span())));
        for attr in item.attrs.iter().filter(|a| a.path().is_ident("macro_use")) {
            self.macro_uses.push(MacroUse {
                krate: bare(&item.ident),
                names: named_macros(attr).map(|names| names.iter().map(bare).collect()),
            });
        }
        self.import(leaf, TYPE);
    }

    fn add_use(&mut self, item: &syn::ItemUse, context: UseContext) {
        let seed = LeafSeed {
            leading: item.leading_colon.is_some(),
            reach: reach(&item.vis),
            item: self.items.len(),
            condition: condition(&item.attrs),
            cfg: Cfg::of(&item.attrs),
            visibility: visibility(&item.vis),
        };
        let keyword = item.use_token.span;
        let body = first_span(&item.vis).unwrap_or(keyword);
        let start = item
            .attrs
            .first()
            .map_or(body, |attr| attr.pound_token.span);
        let tree = self.add_tree(&item.tree, &seed, &mut Vec::new(), 0);
        self.items.push(UseItem {
            start: At::span(start),
            body: At::span(body),
            keyword: At::span(keyword),
            semi: At::span(item.semi_token.span),
            leading: item.leading_colon.map(|colon| At::joined(&colon.spans)),
            tree,
            context,
        });
    }

    fn add_tree(
        &mut self,
        tree: &UseTree,
        seed: &LeafSeed,
        prefix: &mut Vec<Segment>,
        outer: usize,
    ) -> Tree {
        match tree {
            UseTree::Path(path) => {
                let name = Name::of(&path.ident);
                prefix.push(name.text.clone());
                let child = self.add_tree(&path.tree, seed, prefix, outer);
                prefix.pop();
                Tree::Path(name, Box::new(child))
            }
            UseTree::Name(leaf) => self.add_leaf(Name::of(&leaf.ident), None, seed, prefix, outer),
            UseTree::Rename(leaf) => {
                let alias = Name::of(&leaf.rename);
                self.add_leaf(Name::of(&leaf.ident), Some(alias), seed, prefix, outer)
            }
            UseTree::Glob(glob) => {
                let name = Name {
                    text: Segment::new_static("*"),
                    at: At::span(glob.star_token.span),
                };
                self.add_leaf(name, None, seed, prefix, outer)
            }
            UseTree::Group(group) if group.items.is_empty() && !prefix.is_empty() => {
                let name = Name {
                    text: Segment::new_static("{}"),
                    at: At::joined(&[
                        group.brace_token.span.open(),
                        group.brace_token.span.close(),
                    ]),
                };
                self.add_leaf(name, None, seed, prefix, outer)
            }
            UseTree::Group(group) => {
                let outer = prefix.len();
                Tree::Group {
                    open: At::span(group.brace_token.span.open()),
                    close: At::span(group.brace_token.span.close()),
                    items: group
                        .items
                        .iter()
                        .map(|item| self.add_tree(item, seed, prefix, outer))
                        .collect(),
                    commas: group
                        .items
                        .pairs()
                        .filter_map(|pair| pair.punct().map(|comma| At::span(comma.span)))
                        .collect(),
                }
            }
        }
    }

    fn add_leaf(
        &mut self,
        name: Name,
        alias: Option<Name>,
        seed: &LeafSeed,
        prefix: &[Segment],
        outer: usize,
    ) -> Tree {
        let mut segments = prefix.to_vec();
        // `{self}` is the module before the brace; `use self::x` and `use crate as c` are not.
        let kind = match name.text.as_str() {
            "*" => LeafKind::Glob,
            "{}" => LeafKind::Empty,
            "self" if !prefix.is_empty() => LeafKind::SelfModule,
            _ => LeafKind::Name,
        };
        if kind == LeafKind::Name {
            segments.push(name.text.clone());
        }
        let bound = match (&alias, kind) {
            (Some(alias), _) => alias.text.clone(),
            (None, LeafKind::SelfModule) => segments.last().cloned().unwrap_or_default(),
            (None, _) => name.text.clone(),
        };
        let kinds = match kind {
            LeafKind::SelfModule | LeafKind::Empty => TYPE,
            _ => Namespaces::ALL,
        };
        let ordinal = self.leaves.len();
        let leaf = Leaf {
            kind,
            written: Written {
                leading: seed.leading,
                segments,
            },
            outer,
            name: bound,
            aliased: alias.is_some(),
            reach: seed.reach,
            item: Some(seed.item),
            condition: seed.condition.clone(),
            cfg: seed.cfg.clone(),
            visibility: seed.visibility.clone(),
        };
        self.import(leaf, kinds);
        Tree::Leaf(ordinal, name, alias)
    }

    fn import(&mut self, leaf: Leaf, kinds: Namespaces) {
        let ordinal = self.leaves.len();
        match leaf.kind {
            LeafKind::Glob => self.globs.push(ordinal),
            LeafKind::Empty => {}
            _ if leaf.name == "_" => {}
            _ => self
                .entries
                .entry(leaf.name.clone())
                .or_default()
                .push(Entry {
                    kinds,
                    what: What::Import(ordinal),
                    reach: leaf.reach,
                }),
        }
        self.leaves.push(leaf);
    }
}

/// The names in `#[macro_use(a, b)]`; `None`: there is no list.
pub fn named_macros(attr: &syn::Attribute) -> Option<Vec<syn::Ident>> {
    let syn::Meta::List(list) = &attr.meta else {
        return None;
    };
    let names = list
        .tokens
        .clone()
        .into_iter()
        .filter_map(|tree| match tree {
            proc_macro2::TokenTree::Ident(name) => Some(name),
            _ => None,
        });
    Some(names.collect())
}

/// What all leaves of one item share.
struct LeafSeed {
    leading: bool,
    reach: Reach,
    item: usize,
    condition: String,
    cfg: Option<Cfg>,
    visibility: String,
}

fn reach(vis: &Visibility) -> Reach {
    match vis {
        Visibility::Public(_) => Reach::Public,
        // `pub(self)` is private in a longer form.
        Visibility::Restricted(vis) if vis.path.is_ident("self") => Reach::Private,
        Visibility::Restricted(_) => Reach::Restricted,
        Visibility::Inherited => Reach::Private,
    }
}

/// The visibility as text. A path in it is a reference of its own, and may be rewritten.
fn visibility(vis: &Visibility) -> String {
    match vis {
        Visibility::Restricted(vis) if vis.in_token.is_some() => "pub(in)".to_owned(),
        _ => vis.to_token_stream().to_string(),
    }
}

fn first_span(vis: &Visibility) -> Option<Span> {
    match vis {
        Visibility::Public(token) => Some(token.span),
        Visibility::Restricted(vis) => Some(vis.pub_token.span),
        Visibility::Inherited => None,
    }
}

/// Whether a module says that no names are in it but its own.
pub fn has_no_prelude(attrs: &[syn::Attribute]) -> bool {
    attrs
        .iter()
        .any(|attr| attr.path().is_ident("no_implicit_prelude"))
}

/// The `cfg` attributes as text: imports under different ones are different imports.
fn condition(attrs: &[syn::Attribute]) -> String {
    let mut text = String::new();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("cfg")) {
        text.push_str(&attr.meta.to_token_stream().to_string());
        text.push(' ');
    }
    text
}
