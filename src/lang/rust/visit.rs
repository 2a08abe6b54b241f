//! One walk over a file: every path outside imports, with the scope it stands in.
//!
//! The walk makes the scopes of blocks as it enters them, keeps track of what is local (variables,
//! parameters, type parameters), and resolves each path at once. It edits nothing and decides
//! nothing.

use std::ops::Range;

use proc_macro2::Span;
use rustc_hash::{FxHashMap, FxHashSet};
use syn::visit::{self, Visit};
use syn::{Attribute, Item};

use super::at::{At, Name, bare};
use super::expand::{Expanded, Expansions, Position, Run, Scan, is_quote, is_text, scan};
use super::manifest::Edition;
use super::resolve::{
    Head, MACRO, Names, Resolver, Role, ScopeId, Scopes, Sense, TYPE, VALUE, Via, Written, is_test,
};
use crate::outline::{Meaning, Use};
use crate::path::{Namespaces, Segment};
use crate::project::Prefilter;
use crate::text::Embedded;

/// What the tokens around a path are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Code of this place, arguments of a macro call among it.
    Code,
    /// The body of a `macro_rules!` that only this crate can use.
    Definition,
    /// The body of an exported one.
    Exported,
    /// Code that is made for somewhere else: `quote!`.
    Quote,
    /// Tokens that become text: `stringify!`.
    Text,
}

/// Where a path stands, as far as that changes what can be written there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    /// A path of the tree.
    Path,
    /// A run of names in tokens.
    Tokens,
    /// `pub(in path)`.
    Visibility,
    /// An intra-doc link.
    Link,
    /// The inside of a string of a known attribute.
    AttributeString,
}

/// A path outside imports.
#[derive(Clone, Debug)]
pub struct Site {
    /// Its names, with places; keywords such as `crate` among them.
    pub names: Vec<Name>,
    /// The same without places.
    pub written: Written,
    /// The `::` in front.
    pub leading: Option<At>,
    /// It starts with `$crate`.
    pub dollar_crate: bool,
    /// How many names can be edited as one stretch: up to the first generic arguments.
    pub plain: usize,
    /// The scope it stands in.
    pub scope: ScopeId,
    /// What its last name can be.
    pub kinds: Namespaces,
    /// Its first names.
    pub head: Head,
    /// What it means.
    pub path: Vec<Segment>,
    /// What the tokens around it are for.
    pub mode: Mode,
    /// Where it stands.
    pub context: Context,
    /// It stands inside a macro call.
    pub in_macro: bool,
    /// The `macro_rules!` whose body it stands in.
    pub definition: Option<Segment>,
    /// It is only there for tests.
    pub test: bool,
    /// Its index in the outline's uses.
    pub index: usize,
}

/// Code in documentation.
#[derive(Clone, Debug)]
pub struct Doctest {
    /// The code, and where it stands.
    pub code: Embedded,
    /// The edition that its fence names.
    pub edition: Option<Edition>,
}

/// What the walk found.
#[derive(Debug, Default)]
pub struct Found {
    /// The file's scopes.
    pub scopes: Scopes,
    /// Every path outside imports, in source order.
    pub uses: Vec<Use>,
    /// Those with an absolute path.
    pub sites: Vec<Site>,
    /// Imports through which something is said that no rule speaks of.
    pub other_uses: FxHashSet<(ScopeId, usize)>,
    /// Names that occur where no one can tell what they are: tokens, attributes.
    pub mentions: FxHashSet<Segment>,
    /// Code in documentation, in order.
    pub doctests: Vec<Doctest>,
    /// Words like paths in documentation.
    pub doc_mentions: Vec<Range<usize>>,
    /// `#[doc = "..."]` and the like.
    pub doc_strings: Vec<At>,
    /// Files whose text is documentation: `#[doc = include_str!("...")]`, with the attribute.
    pub doc_files: Vec<(At, String)>,
    /// String literals inside macro calls.
    pub texts: Vec<At>,
    /// Calls of macros by a plain name, with the module that they stand in.
    pub calls: Vec<(Segment, ScopeId)>,
    /// `include!` calls.
    pub includes: Vec<At>,
    /// Strings of known attributes that cannot be edited in place, with the scope.
    pub odd_strings: Vec<(At, String, ScopeId)>,
}

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
    blocks: usize,
    words: &'r Prefilter,
    /// Scopes of inline modules, by the address of the item.
    modules: FxHashMap<usize, ScopeId>,
    in_test: bool,
    definition: Option<Segment>,
}

impl<'r, 'a> Walker<'r, 'a> {
    /// Walks `file`. Documentation is only read where it holds one of `words`.
    pub fn walk(
        resolver: &'r Resolver<'a>,
        text: &'r str,
        file: &syn::File,
        words: &'r Prefilter,
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
            blocks: 0,
            words,
            modules: FxHashMap::default(),
            in_test: resolver.home.test,
            definition: None,
        };
        let mut path = vec![resolver.home.root.clone()];
        path.extend_from_slice(&resolver.home.module);
        let in_test = walker.in_test;
        walker.add_modules(&file.items, &path, in_test);
        walker.ribs.push(Rib::Scope(0));
        walker.docs(&file.attrs, 0, 0);
        visit::visit_file(&mut walker, file);
        walker.found
    }

    /// Makes the scopes of a module and, after it, of those inside it. The order is that of a
    /// depth-first walk: `visit_item_mod` finds them by the address of the item.
    fn add_modules(&mut self, items: &[Item], path: &[Segment], test: bool) -> ScopeId {
        let names = Names::of_items(items, &mut self.expansions);
        let key: Vec<&str> = path.iter().map(Segment::as_str).collect();
        let id = self
            .found
            .scopes
            .add_module(path.to_vec(), names, key.join("::"), test);
        self.add_inner_modules(items, path, test);
        id
    }

    fn add_inner_modules(&mut self, items: &[Item], path: &[Segment], test: bool) {
        for item in items {
            match item {
                Item::Mod(item) => {
                    if let Some((_, items)) = &item.content {
                        let mut inner = path.to_vec();
                        inner.push(bare(&item.ident));
                        // Under two `cfg`s a module may stand twice: each has a scope.
                        let test = test || is_test(&item.attrs);
                        let id = self.add_modules(items, &inner, test);
                        self.modules.insert(std::ptr::from_ref(item) as usize, id);
                    }
                }
                Item::Macro(item) if item.ident.is_none() => {
                    if let Expanded::Items(items) = &*self.expansions.of(&item.mac, Position::Item)
                    {
                        self.add_inner_modules(items, path, test);
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
            .add_block(self.scope, names, key, self.in_test);
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
        let head_kinds = if written.segments.len() > 1 {
            TYPE
        } else {
            kinds
        };
        let resolved = if leading.is_none() && self.is_local(first, head_kinds) {
            None
        } else {
            self.resolver
                .path(&self.found.scopes, self.scope, &written, kinds, Role::Path)
        };
        let index = self.found.uses.len();
        let meaning = match &resolved {
            None => Meaning::Opaque(written.segments.clone()),
            Some((head, path))
                if self.is_own(head, path, &written)
                    || self.resolver.sense(&self.found.scopes, path, kinds) == Sense::Other =>
            {
                Meaning::Own(path.clone())
            }
            Some((_, path)) => Meaning::Path(path.clone()),
        };
        let is_reference = matches!(meaning, Meaning::Path(_));
        if let (false, Some((head, _))) = (is_reference, &resolved)
            && let Via::Import(id, ordinal) = head.via
        {
            self.found.other_uses.insert((id, ordinal));
        }
        self.found.uses.push(Use {
            meaning,
            namespaces: kinds,
            stays: false,
            range: None,
        });
        if let (true, Some((head, path))) = (is_reference, resolved) {
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
                in_macro: self.macros > 0,
                definition: self.definition.clone(),
                test: self.in_test,
                index,
            });
        }
    }

    /// Whether a path is no reference: a plain name for a definition of its own module, or a relative
    /// path that stays inside the module that a rule moves.
    fn is_own(&self, head: &Head, path: &[Segment], written: &Written) -> bool {
        match head.via {
            Via::Definition => true,
            Via::Module if written.segments.len() == head.taken => true,
            Via::Module | Via::Relative | Via::Glob(..) => {
                let module = &self.found.scopes.get(self.scope).path;
                let old = self.resolver.table;
                match old.resolve(path, Namespaces::ALL) {
                    crate::mapping::Outcome::Moves(to) => {
                        let from = to.first.rule.from.segments();
                        let inside = module.starts_with(from);
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
                    .any(|entry| entry.what == super::resolve::What::Definition)
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

    fn docs(&mut self, attrs: &[Attribute], outer: ScopeId, inner: ScopeId) {
        for (style, scope) in [(false, outer), (true, inner)] {
            let mut comments = Vec::new();
            for attr in attrs {
                let is_inner = matches!(attr.style, syn::AttrStyle::Inner(_));
                if is_inner != style || !attr.path().is_ident("doc") {
                    continue;
                }
                let range = attr.pound_token.span.byte_range();
                let text = self.text.get(range.clone()).unwrap_or_default();
                if text.starts_with('/') {
                    comments.push(range);
                } else if let syn::Meta::NameValue(value) = &attr.meta
                    && let syn::Expr::Lit(lit) = &value.value
                {
                    self.found.doc_strings.push(At::span(lit.lit.span()));
                } else if let syn::Meta::NameValue(value) = &attr.meta
                    && let syn::Expr::Macro(mac) = &value.value
                    && let Ok(file) = mac.mac.parse_body::<syn::LitStr>()
                {
                    self.found.doc_files.push((At::Bytes(range), file.value()));
                }
            }
            let is_relevant = comments
                .iter()
                .any(|range| self.words.contains_any(&self.text[range.clone()]));
            if is_relevant {
                self.documentation(&comments, scope);
            }
        }
    }

    fn documentation(&mut self, comments: &[Range<usize>], scope: ScopeId) {
        let docs = super::docs::parse(self.text, comments);
        let before = std::mem::replace(&mut self.scope, scope);
        for link in docs.links {
            let kinds = link
                .disambiguator
                .map_or(Namespaces::ALL, |kind| kind.namespaces());
            self.link(&link.path, link.range.start, kinds);
        }
        self.scope = before;
        self.found.doc_mentions.extend(docs.mentions);
        for doctest in docs.doctests {
            self.found.doctests.push(Doctest {
                code: doctest.code,
                edition: doctest.edition,
            });
        }
    }

    fn link(&mut self, path: &str, start: usize, kinds: Namespaces) {
        let chain = path.strip_prefix("::");
        let mut at = start + if chain.is_some() { 2 } else { 0 };
        let mut names = Vec::new();
        for part in chain.unwrap_or(path).split("::") {
            names.push(Name {
                text: Segment::new(part.strip_prefix("r#").unwrap_or(part)),
                at: At::Bytes(at..at + part.len()),
            });
            at += part.len() + 2;
        }
        // A plain link is resolved through a name that stays.
        if names.len() == 1 {
            return;
        }
        let plain = names.len();
        let leading = chain.map(|_| At::Bytes(start..start + 2));
        self.site(
            names,
            leading,
            kinds,
            Parts {
                plain,
                dollar_crate: false,
                context: Context::Link,
            },
        );
    }

    fn scan(&mut self, scan: &Scan) {
        for run in &scan.runs {
            self.run(run);
        }
        for ident in &scan.modules {
            self.found.mentions.insert(bare(ident));
        }
        if self.mode != Mode::Exported {
            for literal in &scan.literals {
                self.found.texts.push(At::span(literal.span()));
            }
        }
    }

    fn run(&mut self, run: &Run) {
        for ident in &run.names {
            self.found.mentions.insert(bare(ident));
        }
        if run.names.len() == 1 && run.leading.is_none() && !run.bang {
            return;
        }
        let names: Vec<Name> = run.names.iter().map(Name::of).collect();
        let plain = names.len();
        let kinds = if run.bang { MACRO } else { Namespaces::ALL };
        // The two colons are joined, so their places follow each other.
        let leading = run.leading.map(|first: Span| {
            let start = first.byte_range().start;
            At::Bytes(start..start + 2)
        });
        self.site(
            names,
            leading,
            kinds,
            Parts {
                plain,
                dollar_crate: run.dollar_crate,
                context: Context::Tokens,
            },
        );
    }

    fn expanded(&mut self, expanded: &Expanded) {
        match expanded {
            Expanded::Items(items) => {
                for item in items {
                    self.visit_item(item);
                }
            }
            Expanded::Statements(stmts) => self.statements(stmts),
            Expanded::Expressions(expressions) => {
                for expression in expressions {
                    self.visit_expr(expression);
                }
            }
            Expanded::Matches(parts) => {
                let (scrutinee, pattern, guard) = &**parts;
                self.visit_expr(scrutinee);
                self.with_locals(|walker| {
                    walker.visit_pat(pattern);
                    if let Some(guard) = guard {
                        walker.visit_expr(guard);
                    }
                });
            }
            Expanded::Tokens(scan) => self.scan(scan),
        }
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

    fn call(&mut self, mac: &syn::Macro, position: Position) {
        self.syn_path(&mac.path, None, MACRO);
        let name = mac
            .path
            .segments
            .last()
            .map(|segment| segment.ident.to_string())
            .unwrap_or_default();
        if mac.path.segments.len() == 1 {
            let module = self.found.scopes.get(self.scope).module;
            self.found.calls.push((Segment::new(&name), module));
        }
        if name == "include" {
            self.found.includes.push(At::span(
                mac.path.segments[mac.path.segments.len() - 1].ident.span(),
            ));
        }
        let expanded = self.expansions.of(mac, position);
        let mode = if is_text(&name) {
            Mode::Text
        } else if is_quote(&name) {
            Mode::Quote
        } else {
            self.mode
        };
        self.macros += 1;
        self.in_mode(mode, |walker| {
            // `use` items in tokens of a call inside an expression bind nothing around it.
            match &*expanded {
                Expanded::Tokens(scan)
                    if !scan.uses.is_empty()
                        && (position == Position::Inner || mode == Mode::Quote) =>
                {
                    let names = Names::of_token_uses(&scan.uses, mode == Mode::Quote);
                    walker.in_scope(names, |walker| walker.expanded(&expanded));
                }
                _ => walker.expanded(&expanded),
            }
        });
        self.macros -= 1;
    }

    fn macro_rules(&mut self, item: &syn::ItemMacro) {
        let exported = item
            .attrs
            .iter()
            .any(|attr| attr.path().is_ident("macro_export"));
        let mode = if exported {
            Mode::Exported
        } else {
            Mode::Definition
        };
        let expanded = self.expansions.of(&item.mac, Position::Inner);
        self.definition = item.ident.as_ref().map(bare);
        self.in_mode(mode, |walker| {
            if let Expanded::Tokens(scan) = &*expanded {
                // What the body imports is bound where the macro is used.
                let names = Names::of_token_uses(&scan.uses, exported);
                walker.in_scope(names, |walker| walker.scan(scan));
            }
        });
        self.definition = None;
    }

    /// Attributes of known crates that take a path in a string.
    fn attribute_strings(&mut self, owner: &str, tokens: &proc_macro2::TokenStream) {
        use proc_macro2::TokenTree;
        let trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
        for (i, tree) in trees.iter().enumerate() {
            match tree {
                TokenTree::Group(group) => {
                    let inner = match i.checked_sub(1).map(|before| &trees[before]) {
                        Some(TokenTree::Ident(word)) if owner == "cfg_attr" || owner.is_empty() => {
                            word.to_string()
                        }
                        _ => owner.to_owned(),
                    };
                    self.attribute_strings(&inner, &group.stream());
                }
                TokenTree::Literal(literal) if i >= 2 => {
                    let (TokenTree::Ident(key), TokenTree::Punct(eq)) =
                        (&trees[i - 2], &trees[i - 1])
                    else {
                        continue;
                    };
                    if eq.as_char() != '=' {
                        continue;
                    }
                    if super::attributes::takes_path(owner, &key.to_string()) {
                        self.attribute_string(literal);
                    } else if owner == "cfg_attr" && key == "doc" {
                        self.found.doc_strings.push(At::span(literal.span()));
                    }
                }
                _ => {}
            }
        }
    }

    fn attribute_string(&mut self, literal: &proc_macro2::Literal) {
        let written = literal.to_string();
        let at = At::span(literal.span());
        let Some(inside) = written
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
            .filter(|inside| !inside.contains('\\'))
        else {
            if let Ok(text) = syn::parse_str::<syn::LitStr>(&written) {
                self.found.odd_strings.push((at, text.value(), self.scope));
            }
            return;
        };
        let Ok(tokens) = inside.parse::<proc_macro2::TokenStream>() else {
            return;
        };
        let start = at.range().start + 1;
        for run in scan(tokens).runs {
            if run.names.len() == 1 && run.leading.is_none() {
                self.found.mentions.insert(bare(&run.names[0]));
                continue;
            }
            let shift = |range: std::ops::Range<usize>| start + range.start..start + range.end;
            let names: Vec<Name> = run
                .names
                .iter()
                .map(|ident| Name {
                    text: bare(ident),
                    at: At::Bytes(shift(ident.span().byte_range())),
                })
                .collect();
            let leading = run.leading.map(|span| {
                let range = shift(span.byte_range());
                At::Bytes(range.start..range.start + 2)
            });
            let plain = names.len();
            self.site(
                names,
                leading,
                Namespaces::ALL,
                Parts {
                    plain,
                    dollar_crate: false,
                    context: Context::AttributeString,
                },
            );
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
}

impl Default for Parts {
    fn default() -> Self {
        Self {
            plain: 0,
            dollar_crate: false,
            context: Context::Path,
        }
    }
}

/// The attributes of an item.
fn attributes_of(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::ExternCrate(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::ForeignMod(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::TraitAlias(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

impl<'ast> Visit<'ast> for Walker<'_, '_> {
    fn visit_item(&mut self, item: &'ast Item) {
        // A module's own documentation may stand inside it, and is resolved there.
        if !matches!(item, Item::Mod(_)) {
            self.docs(attributes_of(item), self.scope, self.scope);
        }
        let before = self.in_test;
        self.in_test |= is_test(attributes_of(item));
        match item {
            Item::Mod(_) | Item::Use(_) | Item::Macro(_) => visit::visit_item(self, item),
            Item::Verbatim(tokens) => {
                let found = scan(tokens.clone());
                self.in_mode(Mode::Definition, |walker| {
                    let names = Names::of_token_uses(&found.uses, false);
                    walker.in_scope(names, |walker| walker.scan(&found));
                });
            }
            _ => self.item(|walker| visit::visit_item(walker, item)),
        }
        self.in_test = before;
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        // Imports are read with their scope; what is left are attributes and the visibility. Both
        // are written twice when an item is split, so they are no part of the outline.
        let before = self.found.uses.len();
        for attr in &item.attrs {
            self.visit_attribute(attr);
        }
        self.visit_visibility(&item.vis);
        self.found.uses.truncate(before);
        self.found
            .sites
            .retain(|site| site.index < before || site.context == Context::Visibility);
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        let mut path = self.found.scopes.get(self.scope).path.to_vec();
        path.push(bare(&item.ident));
        let in_block = self.found.scopes.get(self.scope).module != self.scope;
        let content = item.content.as_ref();
        let id = match content {
            Some((_, items)) if in_block => {
                // A module in a block: nothing can name it from outside.
                let names = Names::of_items(items, &mut self.expansions);
                self.blocks += 1;
                let key = format!("block module {}", self.blocks);
                Some(self.found.scopes.add_module(path, names, key, self.in_test))
            }
            Some(_) => {
                let address = std::ptr::from_ref(item) as usize;
                self.modules.get(&address).copied()
            }
            None => None,
        };
        self.docs(&item.attrs, self.scope, id.unwrap_or(self.scope));
        for attr in &item.attrs {
            self.visit_attribute(attr);
        }
        self.visit_visibility(&item.vis);
        let (Some((_, items)), Some(id)) = (content, id) else {
            return;
        };
        let before = std::mem::replace(&mut self.scope, id);
        self.with_rib(Rib::Scope(id), |walker| {
            for item in items {
                walker.visit_item(item);
            }
        });
        self.scope = before;
    }

    fn visit_item_macro(&mut self, item: &'ast syn::ItemMacro) {
        for attr in &item.attrs {
            self.visit_attribute(attr);
        }
        if item.ident.is_some() {
            self.macro_rules(item);
        } else {
            self.call(&item.mac, Position::Item);
        }
    }

    fn visit_stmt_macro(&mut self, stmt: &'ast syn::StmtMacro) {
        for attr in &stmt.attrs {
            self.visit_attribute(attr);
        }
        self.call(&stmt.mac, Position::Statement);
    }

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        self.call(mac, Position::Inner);
    }

    fn visit_token_stream(&mut self, tokens: &'ast proc_macro2::TokenStream) {
        let found = scan(tokens.clone());
        self.scan(&found);
    }

    fn visit_block(&mut self, block: &'ast syn::Block) {
        self.statements(&block.stmts);
    }

    fn visit_field(&mut self, field: &'ast syn::Field) {
        self.docs(&field.attrs, self.scope, self.scope);
        visit::visit_field(self, field);
    }

    fn visit_variant(&mut self, variant: &'ast syn::Variant) {
        self.docs(&variant.attrs, self.scope, self.scope);
        visit::visit_variant(self, variant);
    }

    fn visit_impl_item(&mut self, item: &'ast syn::ImplItem) {
        let attrs: &[Attribute] = match item {
            syn::ImplItem::Const(item) => &item.attrs,
            syn::ImplItem::Fn(item) => &item.attrs,
            syn::ImplItem::Type(item) => &item.attrs,
            syn::ImplItem::Macro(item) => &item.attrs,
            _ => &[],
        };
        self.docs(attrs, self.scope, self.scope);
        self.with_locals(|walker| visit::visit_impl_item(walker, item));
    }

    fn visit_trait_item(&mut self, item: &'ast syn::TraitItem) {
        let attrs: &[Attribute] = match item {
            syn::TraitItem::Const(item) => &item.attrs,
            syn::TraitItem::Fn(item) => &item.attrs,
            syn::TraitItem::Type(item) => &item.attrs,
            syn::TraitItem::Macro(item) => &item.attrs,
            _ => &[],
        };
        self.docs(attrs, self.scope, self.scope);
        self.with_locals(|walker| visit::visit_trait_item(walker, item));
    }

    fn visit_foreign_item(&mut self, item: &'ast syn::ForeignItem) {
        let attrs: &[Attribute] = match item {
            syn::ForeignItem::Fn(item) => &item.attrs,
            syn::ForeignItem::Static(item) => &item.attrs,
            syn::ForeignItem::Type(item) => &item.attrs,
            _ => &[],
        };
        self.docs(attrs, self.scope, self.scope);
        self.with_locals(|walker| visit::visit_foreign_item(walker, item));
    }

    fn visit_generics(&mut self, generics: &'ast syn::Generics) {
        // All parameters are in scope in each bound and default.
        self.generics(generics);
        visit::visit_generics(self, generics);
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        for attr in &item.attrs {
            self.visit_attribute(attr);
        }
        self.visit_generics(&item.generics);
        if let Some((path, ..)) = &item.trait_ {
            self.syn_path(path, None, TYPE);
        }
        self.visit_type(&item.self_ty);
        for item in &item.items {
            self.visit_impl_item(item);
        }
    }

    fn visit_trait_bound(&mut self, bound: &'ast syn::TraitBound) {
        if let Some(lifetimes) = &bound.lifetimes {
            self.visit_bound_lifetimes(lifetimes);
        }
        self.syn_path(&bound.path, None, TYPE);
    }

    fn visit_expr_path(&mut self, expr: &'ast syn::ExprPath) {
        if let Some(qself) = &expr.qself {
            self.visit_qself(qself);
        }
        self.syn_path(&expr.path, expr.qself.as_ref(), VALUE);
    }

    fn visit_type_path(&mut self, ty: &'ast syn::TypePath) {
        if let Some(qself) = &ty.qself {
            self.visit_qself(qself);
        }
        self.syn_path(&ty.path, ty.qself.as_ref(), TYPE);
    }

    fn visit_expr_struct(&mut self, expr: &'ast syn::ExprStruct) {
        if let Some(qself) = &expr.qself {
            self.visit_qself(qself);
        }
        self.syn_path(&expr.path, expr.qself.as_ref(), TYPE);
        for field in &expr.fields {
            self.visit_field_value(field);
        }
        if let Some(rest) = &expr.rest {
            self.visit_expr(rest);
        }
    }

    fn visit_pat_struct(&mut self, pat: &'ast syn::PatStruct) {
        if let Some(qself) = &pat.qself {
            self.visit_qself(qself);
        }
        self.syn_path(&pat.path, pat.qself.as_ref(), TYPE);
        for field in &pat.fields {
            self.visit_field_pat(field);
        }
    }

    fn visit_pat_tuple_struct(&mut self, pat: &'ast syn::PatTupleStruct) {
        if let Some(qself) = &pat.qself {
            self.visit_qself(qself);
        }
        self.syn_path(&pat.path, pat.qself.as_ref(), VALUE);
        for pat in &pat.elems {
            self.visit_pat(pat);
        }
    }

    fn visit_pat_ident(&mut self, pat: &'ast syn::PatIdent) {
        let name = bare(&pat.ident);
        // A plain name in a pattern is a constant or a unit struct if one is in scope; by custom,
        // those start with an upper-case letter.
        let is_constant = pat.subpat.is_none()
            && pat.by_ref.is_none()
            && name.starts_with(|c: char| c.is_uppercase())
            && !self.is_local(&name, VALUE);
        if is_constant {
            let names = vec![Name::of(&pat.ident)];
            self.site(
                names,
                None,
                VALUE,
                Parts {
                    plain: 1,
                    ..Parts::default()
                },
            );
        } else {
            self.bind(name, VALUE);
        }
        if let Some((_, pat)) = &pat.subpat {
            self.visit_pat(pat);
        }
    }

    fn visit_local(&mut self, local: &'ast syn::Local) {
        for attr in &local.attrs {
            self.visit_attribute(attr);
        }
        if let Some(init) = &local.init {
            self.visit_local_init(init);
        }
        self.visit_pat(&local.pat);
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        self.with_locals(|walker| visit::visit_arm(walker, arm));
    }

    fn visit_expr_if(&mut self, expr: &'ast syn::ExprIf) {
        self.with_locals(|walker| {
            walker.visit_expr(&expr.cond);
            walker.visit_block(&expr.then_branch);
        });
        if let Some((_, branch)) = &expr.else_branch {
            self.visit_expr(branch);
        }
    }

    fn visit_expr_while(&mut self, expr: &'ast syn::ExprWhile) {
        self.with_locals(|walker| {
            walker.visit_expr(&expr.cond);
            walker.visit_block(&expr.body);
        });
    }

    fn visit_expr_let(&mut self, expr: &'ast syn::ExprLet) {
        self.visit_expr(&expr.expr);
        self.visit_pat(&expr.pat);
    }

    fn visit_expr_for_loop(&mut self, expr: &'ast syn::ExprForLoop) {
        self.visit_expr(&expr.expr);
        self.with_locals(|walker| {
            walker.visit_pat(&expr.pat);
            walker.visit_block(&expr.body);
        });
    }

    fn visit_expr_closure(&mut self, expr: &'ast syn::ExprClosure) {
        self.with_locals(|walker| visit::visit_expr_closure(walker, expr));
    }

    fn visit_vis_restricted(&mut self, vis: &'ast syn::VisRestricted) {
        if vis.in_token.is_none() {
            return;
        }
        let names: Vec<Name> = vis
            .path
            .segments
            .iter()
            .map(|segment| Name::of(&segment.ident))
            .collect();
        let leading = vis.path.leading_colon.map(|colon| At::joined(&colon.spans));
        let plain = names.len();
        self.site(
            names,
            leading,
            TYPE,
            Parts {
                plain,
                dollar_crate: false,
                context: Context::Visibility,
            },
        );
    }

    fn visit_attribute(&mut self, attr: &'ast Attribute) {
        if attr.path().is_ident("doc") {
            // Text is read with its item; `#[doc = path::text!()]` is code.
            if let syn::Meta::NameValue(value) = &attr.meta
                && !matches!(value.value, syn::Expr::Lit(_))
            {
                self.visit_expr(&value.value);
            }
            return;
        }
        self.syn_path(attr.path(), None, MACRO);
        if let syn::Meta::List(list) = &attr.meta {
            for run in &scan(list.tokens.clone()).runs {
                self.run(run);
            }
            let owner = attr
                .path()
                .segments
                .last()
                .map(|segment| segment.ident.to_string())
                .unwrap_or_default();
            self.attribute_strings(&owner, &list.tokens);
        } else if let syn::Meta::NameValue(value) = &attr.meta {
            self.visit_expr(&value.value);
        }
    }

    fn visit_lit_str(&mut self, lit: &'ast syn::LitStr) {
        if self.macros > 0 {
            self.found.texts.push(At::span(lit.span()));
        }
    }
}
