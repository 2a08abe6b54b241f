//! How definitions are made: their tokens without comments, documentation and attributes, and the names in them.

use std::ops::Range;

use syn::{FnArg, ImplItem, Pat, TraitItem};

use crate::facts::{Shape, digest};
use crate::lang::rust::at::bare;
use crate::lang::rust::tokens;
use crate::path::Segment;
use crate::text::LineIndex;

/// The tokens of a file that count.
pub(super) struct Code<'t> {
    text: &'t str,
    tokens: Vec<Range<usize>>,
    index: LineIndex,
}

impl<'t> Code<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        Self {
            text,
            tokens: tokens::without_attributes(text),
            index: LineIndex::new(text),
        }
    }

    /// The shape of what stands at these bytes and has these members.
    pub(super) fn shape(&self, all: &Range<usize>, members: Vec<u64>) -> Shape {
        let from = self.tokens.partition_point(|token| token.start < all.start);
        let to = self.tokens.partition_point(|token| token.end <= all.end);
        let tokens = self.tokens.get(from..to).unwrap_or_default();
        let words = tokens
            .iter()
            .filter_map(|token| self.text.get(token.clone()));
        Shape {
            digest: digest(words),
            members,
        }
    }

    /// The line of a byte, from 1.
    pub(super) fn line(&self, offset: usize) -> u32 {
        u32::try_from(self.index.line_of(offset) + 1).unwrap_or(u32::MAX)
    }

    /// On how many lines these bytes are.
    pub(super) fn lines(&self, all: &Range<usize>) -> u32 {
        let text = self.text.get(all.clone()).unwrap_or_default();
        let ends = memchr::memchr_iter(b'\n', text.as_bytes()).count();
        u32::try_from(ends + 1).unwrap_or(u32::MAX)
    }
}

/// One name of a member.
fn word(ident: &syn::Ident) -> u64 {
    let name: Segment = bare(ident);
    digest([name.as_str()])
}

/// The names of fields, as far as they have some.
pub(super) fn fields(fields: &syn::Fields) -> Vec<u64> {
    match fields {
        syn::Fields::Named(fields) => named_fields(fields),
        syn::Fields::Unnamed(_) | syn::Fields::Unit => Vec::new(),
    }
}

/// The names of these fields.
pub(super) fn named_fields(fields: &syn::FieldsNamed) -> Vec<u64> {
    let names = fields.named.iter().filter_map(|field| field.ident.as_ref());
    names.map(word).collect()
}

/// The names of the variants.
pub(super) fn variants(item: &syn::ItemEnum) -> Vec<u64> {
    item.variants.iter().map(|one| word(&one.ident)).collect()
}

/// The names of what a trait asks for or gives.
pub(super) fn trait_items(item: &syn::ItemTrait) -> Vec<u64> {
    let names = item.items.iter().filter_map(|item| match item {
        TraitItem::Const(item) => Some(&item.ident),
        TraitItem::Fn(item) => Some(&item.sig.ident),
        TraitItem::Type(item) => Some(&item.ident),
        _ => None,
    });
    names.map(word).collect()
}

/// The names of the methods among these items.
pub(super) fn methods(items: &[ImplItem]) -> Vec<u64> {
    let names = items.iter().filter_map(|item| match item {
        ImplItem::Fn(item) => Some(&item.sig.ident),
        _ => None,
    });
    names.map(word).collect()
}

/// The names of the parameters, as far as they are plain names.
pub(super) fn parameters(signature: &syn::Signature) -> Vec<u64> {
    let names = signature.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(typed) => match &*typed.pat {
            Pat::Ident(pat) => Some(&pat.ident),
            _ => None,
        },
        FnArg::Receiver(_) => None,
    });
    names.map(word).collect()
}
