//! The walk over the syntax tree: which node holds a path of which kind, and what it binds.

use syn::visit::{self, Visit};
use syn::{Attribute, Item};

use super::{Context, Mode, Parts, Rib, Walker};
use crate::lang::rust::at::{At, Name, bare};
use crate::lang::rust::expand::{Position, scan};
use crate::lang::rust::resolve::{MACRO, Names, TYPE, VALUE, has_no_prelude};
use crate::path::Namespaces;

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
        let gate = self.gate.under(attributes_of(item));
        let before = std::mem::replace(&mut self.gate, gate);
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
        self.gate = before;
    }

    fn visit_ident(&mut self, ident: &'ast syn::Ident) {
        self.place(ident);
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

    fn visit_item_extern_crate(&mut self, item: &'ast syn::ItemExternCrate) {
        self.extern_crate = Some(bare(&item.ident));
        visit::visit_item_extern_crate(self, item);
        self.extern_crate = None;
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.place(&item.ident);
        let mut path = self.found.scopes.get(self.scope).path.to_vec();
        path.push(bare(&item.ident));
        let path_of_module = path.clone();
        let in_block = self.found.scopes.get(self.scope).module != self.scope;
        let content = item.content.as_ref();
        let id = match content {
            Some((_, items)) if in_block => {
                // A module in a block: nothing can name it from outside.
                let names = Names::of_items(items, &mut self.expansions);
                self.blocks += 1;
                let key = format!("block module {}", self.blocks);
                let no_prelude =
                    self.found.scopes.get(self.scope).no_prelude || has_no_prelude(&item.attrs);
                let gate = self.gate.clone();
                let scopes = &mut self.found.scopes;
                Some(scopes.add_module(path, names, key, gate, no_prelude))
            }
            Some(_) => {
                let address = std::ptr::from_ref(item) as usize;
                self.modules.get(&address).copied()
            }
            None => None,
        };
        if content.is_none() {
            self.named_file(item, &path_of_module);
        }
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
        if let Some(ident) = &item.ident {
            self.place(ident);
            self.macro_rules(item);
        } else {
            self.call(&item.mac, Position::Item);
        }
    }

    fn visit_stmt_macro(&mut self, stmt: &'ast syn::StmtMacro) {
        for attr in &stmt.attrs {
            self.visit_attribute(attr);
        }
        self.under(&stmt.attrs, |walker| {
            walker.call(&stmt.mac, Position::Statement);
        });
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
        self.under(&field.attrs, |walker| visit::visit_field(walker, field));
    }

    fn visit_variant(&mut self, variant: &'ast syn::Variant) {
        self.docs(&variant.attrs, self.scope, self.scope);
        self.under(&variant.attrs, |walker| {
            visit::visit_variant(walker, variant)
        });
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
        self.under(attrs, |walker| {
            walker.with_locals(|walker| visit::visit_impl_item(walker, item));
        });
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
        self.under(attrs, |walker| {
            walker.with_locals(|walker| visit::visit_trait_item(walker, item));
        });
    }

    fn visit_foreign_item(&mut self, item: &'ast syn::ForeignItem) {
        let attrs: &[Attribute] = match item {
            syn::ForeignItem::Fn(item) => &item.attrs,
            syn::ForeignItem::Static(item) => &item.attrs,
            syn::ForeignItem::Type(item) => &item.attrs,
            _ => &[],
        };
        self.docs(attrs, self.scope, self.scope);
        self.under(attrs, |walker| {
            walker.with_locals(|walker| visit::visit_foreign_item(walker, item));
        });
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
        // What an unknown macro makes of a path that could be an expression, it alone knows.
        let is_any = self.odd_macros > 0 && expr.path.segments.len() > 1;
        let kinds = if is_any { Namespaces::ALL } else { VALUE };
        self.syn_path(&expr.path, expr.qself.as_ref(), kinds);
    }

    fn visit_expr_call(&mut self, expr: &'ast syn::ExprCall) {
        match &*expr.func {
            // What is called is a value, in tokens of an unknown macro as well.
            syn::Expr::Path(path) => {
                if let Some(qself) = &path.qself {
                    self.visit_qself(qself);
                }
                self.syn_path(&path.path, path.qself.as_ref(), VALUE);
            }
            func => self.visit_expr(func),
        }
        for argument in &expr.args {
            self.visit_expr(argument);
        }
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

    fn visit_field_value(&mut self, field: &'ast syn::FieldValue) {
        let before = std::mem::replace(&mut self.is_shorthand, field.colon_token.is_none());
        visit::visit_field_value(self, field);
        self.is_shorthand = before;
    }

    fn visit_field_pat(&mut self, field: &'ast syn::FieldPat) {
        let before = std::mem::replace(&mut self.is_shorthand, field.colon_token.is_none());
        visit::visit_field_pat(self, field);
        self.is_shorthand = before;
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
            self.place(&pat.ident);
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
        self.under(&local.attrs, |walker| {
            if let Some(init) = &local.init {
                walker.visit_local_init(init);
            }
            walker.visit_pat(&local.pat);
        });
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        self.under(&arm.attrs, |walker| {
            walker.with_locals(|walker| visit::visit_arm(walker, arm));
        });
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
        let short = vis.in_token.is_none();
        if short && !self.is_displaced_visibility(&vis.path) {
            // What it becomes when the module moves: `pub(crate)` may come from `pub(super)`.
            self.short_visibility(&vis.path);
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
                open: None,
                short_visibility: short,
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
        if attr.path().is_ident("macro_use") {
            self.macro_use(attr);
        } else if let syn::Meta::List(list) = &attr.meta {
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
