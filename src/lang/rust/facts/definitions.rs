//! What the modules of a file define: one walk over their items. Bodies of functions are not entered.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use rustc_hash::FxHashMap;
use syn::{Attribute, ForeignItem, Item, Visibility};

use super::bytes;
use super::shape::{self, Code};
use crate::facts::{Definition, Kind, Seen};
use crate::lang::rust::at::{At, bare};
use crate::lang::rust::expand::{Expanded, Position};
use crate::lang::rust::resolve::ScopeId;
use crate::lang::rust::visit::Walked;
use crate::path::Segment;

/// A module of the file.
#[derive(Debug)]
pub(super) struct OwnModule {
    /// Its scope.
    pub(super) scope: ScopeId,
    /// Its path below the file's own module.
    pub(super) below: Vec<Segment>,
    /// Its `mod` item says `pub`.
    pub(super) seen: Seen,
    /// It holds nothing but imports and declarations of modules.
    pub(super) only_links: bool,
    /// What it defines, in source order.
    pub(super) definitions: Vec<Definition>,
}

/// What a file defines.
#[derive(Default)]
pub(super) struct Definitions {
    /// Its modules, its own first.
    pub(super) modules: Vec<OwnModule>,
    /// Macros that it puts at the crate's root.
    pub(super) exported: Vec<Definition>,
}

impl Definitions {
    /// Of the file's items; `seen`: who sees its own module.
    pub(super) fn of(text: &str, file: &syn::File, seen: Seen, walked: &mut Walked) -> Self {
        let mut finder = Finder {
            code: Code::of(text),
            walked,
            modules: Vec::new(),
            exported: Vec::new(),
            methods: Vec::new(),
        };
        finder.module(&file.items, 0, Vec::new(), seen);
        finder.add_methods();
        let mut found = Self {
            modules: finder.modules,
            exported: finder.exported,
        };
        for module in &mut found.modules {
            module.definitions.sort_by_key(|one| one.range.start);
        }
        found
    }
}

/// Methods of one `impl` block without a trait.
struct Methods {
    /// The module that it stands in, by its position.
    module: usize,
    /// The last name of its type.
    of: Segment,
    /// Their names.
    names: Vec<u64>,
}

struct Finder<'w, 't> {
    code: Code<'t>,
    walked: &'w mut Walked,
    modules: Vec<OwnModule>,
    exported: Vec<Definition>,
    methods: Vec<Methods>,
}

/// A name that an item defines.
struct Defined<'i> {
    kind: Kind,
    ident: &'i syn::Ident,
    seen: Seen,
    /// From its visibility or keyword on, up to its end.
    all: At,
    members: Vec<u64>,
}

impl Finder<'_, '_> {
    fn module(&mut self, items: &[Item], scope: ScopeId, below: Vec<Segment>, seen: Seen) {
        let index = self.modules.len();
        self.modules.push(OwnModule {
            scope,
            below,
            seen,
            only_links: true,
            definitions: Vec::new(),
        });
        self.items(items, index);
    }

    fn items(&mut self, items: &[Item], index: usize) {
        for item in items {
            self.item(item, index);
        }
    }

    fn item(&mut self, item: &Item, index: usize) {
        match item {
            Item::Use(_) | Item::ExternCrate(_) => return,
            Item::Mod(item) => {
                let Some((_, items)) = &item.content else {
                    return;
                };
                let address = std::ptr::from_ref(item) as usize;
                if let Some(&scope) = self.walked.modules.get(&address) {
                    let mut below = self.modules[index].below.clone();
                    below.push(bare(&item.ident));
                    self.module(items, scope, below, seen(&item.vis));
                }
            }
            Item::Macro(item) if item.ident.is_none() => {
                let expanded = self.walked.expansions.of(&item.mac, Position::Item);
                if let Expanded::Items(items) = &*expanded
                    && !items.is_empty()
                {
                    return self.items(items, index);
                }
            }
            Item::Macro(item) => self.exported_macro(item),
            Item::Fn(item) => {
                let all = extent(&item.vis, &item.sig, item.block.brace_token.span.close());
                self.function(item, all, index);
            }
            Item::ForeignMod(item) => {
                for item in &item.items {
                    if let Some(defined) = foreign(item) {
                        self.define(defined, index);
                    }
                }
            }
            Item::Impl(item) => self.inherent(item, index),
            item => {
                if let Some(defined) = defined(item) {
                    self.define(defined, index);
                }
            }
        }
        self.modules[index].only_links = false;
    }

    fn define(&mut self, defined: Defined<'_>, index: usize) {
        if let Some(definition) = self.definition(defined) {
            self.modules[index].definitions.push(definition);
        }
    }

    /// `None`: it has no name, as in `const _: () = ...;`.
    fn definition(&self, defined: Defined<'_>) -> Option<Definition> {
        let name = bare(defined.ident);
        if name == "_" {
            return None;
        }
        let all = defined.all.range();
        Some(Definition {
            name,
            kind: defined.kind,
            seen: defined.seen,
            range: bytes(defined.ident.span().byte_range()),
            line: self.code.line(defined.ident.span().byte_range().start),
            lines: self.code.lines(&all),
            shape: self.code.shape(&all, defined.members),
        })
    }

    /// A function is a macro of its own name with one attribute, and of another name with another.
    fn function(&mut self, item: &syn::ItemFn, all: At, index: usize) {
        let has = |name: &str| item.attrs.iter().any(|attr| attr.path().is_ident(name));
        let is_macro = has("proc_macro") || has("proc_macro_attribute");
        let function = Defined {
            kind: if is_macro {
                Kind::Macro
            } else {
                Kind::Function
            },
            ident: &item.sig.ident,
            seen: seen(&item.vis),
            all: all.clone(),
            members: shape::parameters(&item.sig),
        };
        self.define(function, index);
        if let Some(derived) = item.attrs.iter().find_map(derived) {
            let derived = Defined {
                kind: Kind::Macro,
                ident: &derived,
                seen: Seen::Everywhere,
                all,
                members: Vec::new(),
            };
            self.define(derived, index);
        }
    }

    /// A `macro_rules!` is a name of the crate's root if it is exported, else of no module.
    fn exported_macro(&mut self, item: &syn::ItemMacro) {
        let is_exported = item
            .attrs
            .iter()
            .any(|attr| attr.path().is_ident("macro_export"));
        let Some(ident) = item.ident.as_ref().filter(|_| is_exported) else {
            return;
        };
        let start = item.mac.path.segments.first();
        let start = start.map_or(ident.span(), |segment| segment.ident.span());
        let end = item.mac.delimiter.span().close();
        let end = item.semi_token.map_or(end, |semi| semi.span);
        let defined = Defined {
            kind: Kind::Macro,
            ident,
            seen: Seen::Everywhere,
            all: At::Spans(start, end),
            members: Vec::new(),
        };
        self.exported.extend(self.definition(defined));
    }

    fn inherent(&mut self, item: &syn::ItemImpl, index: usize) {
        if item.trait_.is_some() {
            return;
        }
        if let syn::Type::Path(ty) = &*item.self_ty
            && ty.qself.is_none()
            && let Some(last) = ty.path.segments.last()
        {
            self.methods.push(Methods {
                module: index,
                of: bare(&last.ident),
                names: shape::methods(&item.items),
            });
        }
    }

    /// Gives each type its methods: of a module that has no such type, those of all types of the name.
    fn add_methods(&mut self) {
        let mut types: FxHashMap<Segment, Vec<(usize, usize)>> = FxHashMap::default();
        for (index, module) in self.modules.iter().enumerate() {
            for (at, definition) in module.definitions.iter().enumerate() {
                if definition.kind == Kind::Class {
                    let places = types.entry(definition.name.clone()).or_default();
                    places.push((index, at));
                }
            }
        }
        for methods in &self.methods {
            let places = types.get(&methods.of).map_or(&[][..], Vec::as_slice);
            let is_here = |place: &(usize, usize)| place.0 == methods.module;
            let only_here = places.iter().any(is_here);
            for place in places.iter().filter(|place| !only_here || is_here(place)) {
                let definition = &mut self.modules[place.0].definitions[place.1];
                definition.shape.members.extend(&methods.names);
            }
        }
        let all = self.modules.iter_mut();
        for definition in all.flat_map(|module| &mut module.definitions) {
            definition.shape.members.sort_unstable();
            definition.shape.members.dedup();
        }
    }
}

/// What an item defines that is one name and no more.
fn defined(item: &Item) -> Option<Defined<'_>> {
    let made = |kind, ident, vis, all, members| Defined {
        kind,
        ident,
        seen: seen(vis),
        all,
        members,
    };
    Some(match item {
        Item::Struct(item) => {
            let end = match (&item.fields, item.semi_token) {
                (syn::Fields::Named(fields), _) => fields.brace_token.span.close(),
                (_, Some(semi)) => semi.span,
                (_, None) => item.ident.span(),
            };
            let all = extent(&item.vis, &item.struct_token, end);
            let members = shape::fields(&item.fields);
            made(Kind::Class, &item.ident, &item.vis, all, members)
        }
        Item::Union(item) => {
            let end = item.fields.brace_token.span.close();
            let all = extent(&item.vis, &item.union_token, end);
            let members = shape::named_fields(&item.fields);
            made(Kind::Class, &item.ident, &item.vis, all, members)
        }
        Item::Enum(item) => {
            let end = item.brace_token.span.close();
            let all = extent(&item.vis, &item.enum_token, end);
            let members = shape::variants(item);
            made(Kind::Class, &item.ident, &item.vis, all, members)
        }
        Item::Trait(item) => {
            let end = item.brace_token.span.close();
            let all = match &item.unsafety {
                Some(unsafety) => extent(&item.vis, unsafety, end),
                None => extent(&item.vis, &item.trait_token, end),
            };
            let members = shape::trait_items(item);
            made(Kind::Trait, &item.ident, &item.vis, all, members)
        }
        Item::TraitAlias(item) => {
            let all = extent(&item.vis, &item.trait_token, item.semi_token.span);
            made(Kind::Trait, &item.ident, &item.vis, all, Vec::new())
        }
        Item::Type(item) => {
            let all = extent(&item.vis, &item.type_token, item.semi_token.span);
            made(Kind::TypeAlias, &item.ident, &item.vis, all, Vec::new())
        }
        Item::Const(item) => {
            let all = extent(&item.vis, &item.const_token, item.semi_token.span);
            made(Kind::Value, &item.ident, &item.vis, all, Vec::new())
        }
        Item::Static(item) => {
            let all = extent(&item.vis, &item.static_token, item.semi_token.span);
            made(Kind::Value, &item.ident, &item.vis, all, Vec::new())
        }
        _ => return None,
    })
}

/// What an item of an `extern` block defines.
fn foreign(item: &ForeignItem) -> Option<Defined<'_>> {
    let (kind, ident, vis, all, members) = match item {
        ForeignItem::Fn(item) => {
            let all = extent(&item.vis, &item.sig, item.semi_token.span);
            let members = shape::parameters(&item.sig);
            (Kind::Function, &item.sig.ident, &item.vis, all, members)
        }
        ForeignItem::Static(item) => {
            let all = extent(&item.vis, &item.static_token, item.semi_token.span);
            (Kind::Value, &item.ident, &item.vis, all, Vec::new())
        }
        ForeignItem::Type(item) => {
            let all = extent(&item.vis, &item.type_token, item.semi_token.span);
            (Kind::Class, &item.ident, &item.vis, all, Vec::new())
        }
        _ => return None,
    };
    Some(Defined {
        kind,
        ident,
        seen: seen(vis),
        all,
        members,
    })
}

fn seen(vis: &Visibility) -> Seen {
    match vis {
        Visibility::Public(_) => Seen::Everywhere,
        Visibility::Restricted(vis) if vis.path.is_ident("crate") => Seen::InCrate,
        Visibility::Restricted(vis) if vis.path.is_ident("super") => Seen::Within(1),
        // Where the module of a `pub(in path)` stands is not looked up: its own module sees the name.
        Visibility::Restricted(_) | Visibility::Inherited => Seen::Within(0),
    }
}

/// From the visibility, or what follows it, up to `end`.
fn extent(vis: &Visibility, next: &dyn ToTokens, end: Span) -> At {
    let mut tokens = vis.to_token_stream();
    if tokens.is_empty() {
        next.to_tokens(&mut tokens);
    }
    let start = tokens.into_iter().next().map_or(end, |token| token.span());
    At::Spans(start, end)
}

/// The derive macro that an attribute of a function names: `#[proc_macro_derive(Name)]`.
fn derived(attr: &Attribute) -> Option<syn::Ident> {
    let syn::Meta::List(list) = &attr.meta else {
        return None;
    };
    let first = |tokens: &TokenStream| tokens.clone().into_iter().next();
    match first(&list.tokens).filter(|_| attr.path().is_ident("proc_macro_derive"))? {
        TokenTree::Ident(name) => Some(name),
        _ => None,
    }
}
