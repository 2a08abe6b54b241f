//! Places in the text, asked for late: a span's byte range costs microseconds, and most names never
//! need one.

use std::ops::Range;

use proc_macro2::Span;
use syn::ext::IdentExt;

use crate::path::Segment;

/// A byte range of the file, or what it can be got from.
#[derive(Clone, Debug)]
pub enum At {
    /// From the start of one span to the end of another.
    Spans(Span, Span),
    /// The range itself.
    Bytes(Range<usize>),
}

impl At {
    /// The place of one span.
    pub fn span(span: Span) -> Self {
        Self::Spans(span, span)
    }

    /// The place from the first span to the last.
    pub fn joined(spans: &[Span]) -> Self {
        match (spans.first(), spans.last()) {
            (Some(first), Some(last)) => Self::Spans(*first, *last),
            _ => Self::nowhere(),
        }
    }

    /// A place that no one will ask for.
    pub fn nowhere() -> Self {
        Self::Bytes(0..0)
    }

    /// The bytes. Spans must still be valid.
    pub fn range(&self) -> Range<usize> {
        match self {
            Self::Spans(first, last) => first.byte_range().start..last.byte_range().end,
            Self::Bytes(range) => range.clone(),
        }
    }
}

/// A name at a place.
#[derive(Clone, Debug)]
pub struct Name {
    /// Without `r#`.
    pub text: Segment,
    /// With `r#`.
    pub at: At,
}

impl Name {
    /// The name of an identifier.
    pub fn of(ident: &syn::Ident) -> Self {
        Self {
            text: bare(ident),
            at: At::span(ident.span()),
        }
    }
}

/// The identifier without `r#`.
pub fn bare(ident: &syn::Ident) -> Segment {
    Segment::new(ident.unraw().to_string())
}
