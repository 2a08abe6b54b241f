//! The documentation of one Rust item: where in its comments paths may stand.
//!
//! - `joined`: the comments as the one Markdown text that rustdoc reads, mapped to the file.
//! - `links`, `target`: intra-doc links and the path that each is written with.
//! - `doctest`, `fence`: code that rustdoc compiles, as text embedded in the file.
//! - `mentions`: path-like words in prose.
//!
//! Deliberately not here: what a path means (no scopes, no table, no edits), `#[doc = "..."]` and
//! `include_str!`, Markdown files, and the names that a doctest sees. What is a link and what is a
//! doctest follows rustdoc (The rustdoc Book, "Linking to items by name" and "Documentation
//! tests"), with its Markdown parser.

mod doctest;
mod fence;
mod joined;
mod links;
mod mentions;
mod target;
#[cfg(test)]
mod tests;

use std::ops::Range;

use memchr::memmem;
use pulldown_cmark::{
    BrokenLink, BrokenLinkCallback, CodeBlockKind, CowStr, Event, Options, Parser, Tag, TagEnd,
};

pub use doctest::Doctest;
pub use links::Link;

use joined::Joined;

/// What the documentation of an item holds. All ranges are bytes of the file's text; each list is
/// in the order of the file.
#[derive(Clone, Debug, Default)]
pub struct Docs {
    /// Links whose target is written like a path.
    pub links: Vec<Link>,
    /// Code blocks that rustdoc takes for Rust, whether it runs them or not.
    pub doctests: Vec<Doctest>,
    /// Words like `a::b` (two names or more) outside of links and doctests.
    pub mentions: Vec<Range<usize>>,
}

/// Reads the documentation of an item.
///
/// `comments` are the ranges, in `source` and in order, of the doc comments that rustdoc joins to
/// one text: whole tokens (`/// ...` without the line end, `//! ...`, `/** ... */`, `/*! ... */`).
/// A range that is no such token is left out.
pub fn parse(source: &str, comments: &[Range<usize>]) -> Docs {
    if !comments
        .iter()
        .any(|range| source.get(range.clone()).is_some_and(may_hold_paths))
    {
        return Docs::default();
    }
    let joined = Joined::new(source, comments);
    let mut docs = Docs::default();
    let mut links = links::Collector::new(&joined);
    let mut covered: Vec<Range<usize>> = Vec::new();
    let mut block: Option<Block> = None;
    let mut events = markdown(joined.text()).into_offset_iter();
    for (event, range) in events.by_ref() {
        match (&event, &mut block) {
            (Event::Start(Tag::CodeBlock(kind)), _) => {
                let rust = match kind {
                    CodeBlockKind::Fenced(info) => fence::parse(info),
                    CodeBlockKind::Indented => Some(fence::Fence::default()),
                };
                if rust.is_some() {
                    covered.push(range);
                }
                block = rust.map(|fence| Block {
                    fence,
                    code: Vec::new(),
                });
            }
            (Event::Text(_), Some(block)) => block.code.push(range),
            (Event::End(TagEnd::CodeBlock), _) => {
                if let Some(block) = block.take() {
                    docs.doctests
                        .push(Doctest::new(&joined, &block.code, block.fence));
                }
            }
            _ => {
                if let Some(link) = links.event(&event, range) {
                    covered.push(link);
                }
            }
        }
    }
    for (_, definition) in events.reference_definitions().iter() {
        links.definition(&definition.dest, definition.span.clone());
        covered.push(definition.span.clone());
    }
    docs.links = links.finish();
    docs.mentions = mentions::find(&joined, covered);
    docs
}

/// A code block that is Rust, while its text is read.
struct Block {
    fence: fence::Fence,
    /// Ranges of the joined text.
    code: Vec<Range<usize>>,
}

/// Whether a comment has anything of what links, code blocks and paths are made of. Most have not.
fn may_hold_paths(comment: &str) -> bool {
    let bytes = comment.as_bytes();
    memchr::memchr2(b'[', b'\t', bytes).is_some()
        || ["::", "```", "~~~", "    "]
            .iter()
            .any(|needle| memmem::find(bytes, needle.as_bytes()).is_some())
}

/// The parser as rustdoc sets it up: every `[X]` without a definition is a link to `X`.
fn markdown<'a>(text: &'a str) -> Parser<'a, impl BrokenLinkCallback<'a>> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_SMART_PUNCTUATION;
    let callback = |link: BrokenLink<'a>| Some((link.reference, CowStr::Borrowed("")));
    Parser::new_with_broken_link_callback(text, options, Some(callback))
}
