//! An oracle that shares nothing with the rewriter: what `prettyplease` prints of the trees of before and
//! after, with paths blanked and imports left out, is the same.
//!
//! Deliberately left to others: comments (a law of verification), what a path means (rustc), and trees
//! that `prettyplease` cannot print (`Verbatim`).

use std::thread::Builder;

use proc_macro2::{Delimiter, Group, Ident, Literal, Span, TokenStream, TokenTree};
use syn::visit_mut::{self, VisitMut};

/// As much as the deepest source takes that the program reads.
const STACK: usize = 1 << 30;

/// Whether both texts print the same; `None` if one of them cannot be printed.
pub fn print_the_same(before: &str, after: &str) -> Option<Result<(), String>> {
    let (old, new) = (printed(before)?, printed(after)?);
    if old == new {
        return Some(Ok(()));
    }
    let first = old.lines().zip(new.lines()).find(|(old, new)| old != new);
    Some(Err(match first {
        Some((old, new)) => format!("prints `{}` before and `{}` after", old.trim(), new.trim()),
        None => "prints more lines in one state than in the other".to_owned(),
    }))
}

fn printed(text: &str) -> Option<String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).to_owned();
    let print = move || {
        let mut file = syn::parse_file(&text).ok()?;
        file.shebang = None;
        Blank.visit_file_mut(&mut file);
        Some(prettyplease::unparse(&file))
    };
    // A thread has a stack of its own, and what cannot be printed panics in it.
    let thread = Builder::new().stack_size(STACK).spawn(print);
    thread.ok()?.join().ok()?
}

/// Blanks all that a rewrite may change.
struct Blank;

fn blank() -> Ident {
    Ident::new("p", Span::call_site())
}

/// Tokens without imports and doc comments, with runs of names as one, and without the text of strings.
fn blanked(tokens: TokenStream) -> TokenStream {
    let mut out: Vec<TokenTree> = Vec::new();
    let mut in_use = false;
    // A name stands before, and it is `pub` alone.
    let mut after_name = false;
    let mut is_public = false;
    for token in tokens {
        if in_use {
            in_use = !matches!(&token, TokenTree::Punct(punct) if punct.as_char() == ';');
            continue;
        }
        match token {
            TokenTree::Ident(ident) if ident == "use" => {
                in_use = true;
                if std::mem::take(&mut is_public) {
                    out.pop();
                }
                drop_attributes(&mut out);
            }
            TokenTree::Ident(_) if after_name => {
                is_public = false;
                continue;
            }
            TokenTree::Ident(ident) => {
                out.push(blank().into());
                after_name = true;
                is_public = ident == "pub";
                continue;
            }
            TokenTree::Punct(punct) if punct.as_char() == ':' => continue,
            TokenTree::Punct(punct) => out.push(punct.into()),
            TokenTree::Group(group) => {
                out.push(Group::new(group.delimiter(), blanked(group.stream())).into());
            }
            TokenTree::Literal(literal) if literal.to_string().contains('"') => {
                out.push(Literal::string("s").into());
            }
            TokenTree::Literal(literal) => out.push(literal.into()),
        }
        after_name = false;
        is_public = false;
    }
    out.into_iter().collect()
}

/// Takes away the attributes that stand last: they are part of the import behind them, as they are of one
/// that is an item, and go or are copied with it.
fn drop_attributes(out: &mut Vec<TokenTree>) {
    let is_bracket = |group: &Group| group.delimiter() == Delimiter::Bracket;
    while let [.., TokenTree::Punct(hash), TokenTree::Group(group)] = out.as_slice()
        && hash.as_char() == '#'
        && is_bracket(group)
    {
        out.truncate(out.len() - 2);
    }
}

impl VisitMut for Blank {
    fn visit_file_mut(&mut self, file: &mut syn::File) {
        file.items.retain(|item| !matches!(item, syn::Item::Use(_)));
        visit_mut::visit_file_mut(self, file);
    }

    fn visit_item_mut(&mut self, item: &mut syn::Item) {
        if let syn::Item::Verbatim(tokens) = item {
            *tokens = blanked(std::mem::take(tokens));
        }
        visit_mut::visit_item_mut(self, item);
    }

    fn visit_item_mod_mut(&mut self, module: &mut syn::ItemMod) {
        if let Some((_, items)) = &mut module.content {
            items.retain(|item| !matches!(item, syn::Item::Use(_)));
        }
        visit_mut::visit_item_mod_mut(self, module);
    }

    fn visit_block_mut(&mut self, block: &mut syn::Block) {
        let is_use =
            |statement: &syn::Stmt| matches!(statement, syn::Stmt::Item(syn::Item::Use(_)));
        block.stmts.retain(|statement| !is_use(statement));
        visit_mut::visit_block_mut(self, block);
    }

    fn visit_attributes_mut(&mut self, attributes: &mut Vec<syn::Attribute>) {
        attributes.retain(|attribute| !attribute.path().is_ident("doc"));
        for attribute in attributes {
            self.visit_attribute_mut(attribute);
        }
    }

    fn visit_meta_list_mut(&mut self, list: &mut syn::MetaList) {
        list.tokens = blanked(std::mem::take(&mut list.tokens));
        visit_mut::visit_meta_list_mut(self, list);
    }

    fn visit_macro_mut(&mut self, call: &mut syn::Macro) {
        call.tokens = blanked(std::mem::take(&mut call.tokens));
        visit_mut::visit_macro_mut(self, call);
    }

    /// One segment each for what has generic arguments, and one for the rest.
    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        visit_mut::visit_path_mut(self, path);
        let segments = std::mem::take(&mut path.segments).into_iter();
        let mut kept: Vec<syn::PathSegment> =
            segments.filter(|it| !it.arguments.is_none()).collect();
        if kept.is_empty() {
            kept.push(blank().into());
        }
        for segment in &mut kept {
            segment.ident = blank();
        }
        path.leading_colon = None;
        path.segments = kept.into_iter().collect();
    }

    fn visit_expr_path_mut(&mut self, path: &mut syn::ExprPath) {
        visit_mut::visit_expr_path_mut(self, path);
        path.qself = None;
    }

    fn visit_type_path_mut(&mut self, path: &mut syn::TypePath) {
        visit_mut::visit_type_path_mut(self, path);
        path.qself = None;
    }

    fn visit_expr_struct_mut(&mut self, path: &mut syn::ExprStruct) {
        visit_mut::visit_expr_struct_mut(self, path);
        path.qself = None;
    }

    fn visit_pat_struct_mut(&mut self, path: &mut syn::PatStruct) {
        visit_mut::visit_pat_struct_mut(self, path);
        path.qself = None;
    }

    fn visit_pat_tuple_struct_mut(&mut self, path: &mut syn::PatTupleStruct) {
        visit_mut::visit_pat_tuple_struct_mut(self, path);
        path.qself = None;
    }
}
