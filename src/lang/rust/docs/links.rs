//! Links of the joined text whose targets are paths.

use std::ops::Range;

use pulldown_cmark::{Event, LinkType, Tag, TagEnd};

use super::joined::Joined;
use super::target::{self, Disambiguator};

/// A link to an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The bytes of `path` in the file: without backticks, disambiguator, arguments and fragment.
    pub range: Range<usize>,
    /// The path as written. Of `a::Foo<T>::new` it is `a::Foo`, which is what `use` can import.
    pub path: String,
    /// In which form the target is given.
    pub kind: LinkKind,
    /// What the link says of the last name of `path`.
    pub disambiguator: Option<Disambiguator>,
}

/// Forms of a link; they differ in what a reader sees of the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkKind {
    /// `[X]` or `[X][]`: the path is also what is shown.
    Shortcut,
    /// `[text](X)`.
    Inline,
    /// `[text][X]` where no definition says what `X` is.
    Reference,
    /// `[label]: X`, whether something refers to it or not.
    Definition,
}

/// Collects links from Markdown events.
pub(super) struct Collector<'a> {
    joined: &'a Joined<'a>,
    links: Vec<Link>,
    open: Vec<Open>,
}

/// A link whose end has not come yet.
struct Open {
    /// The target of an inline link.
    inline: Option<String>,
    link_type: LinkType,
    /// Where what was read of its text ends, in the joined text.
    text_end: usize,
}

impl<'a> Collector<'a> {
    pub(super) fn new(joined: &'a Joined<'a>) -> Self {
        Self {
            joined,
            links: Vec::new(),
            open: Vec::new(),
        }
    }

    /// Takes the next event outside of code blocks. Gives the range of a whole link (not of an
    /// autolink) when it starts.
    pub(super) fn event(&mut self, event: &Event<'_>, range: Range<usize>) -> Option<Range<usize>> {
        match event {
            Event::Start(Tag::Link {
                link_type,
                dest_url,
                ..
            }) => {
                self.open.push(Open {
                    inline: (*link_type == LinkType::Inline).then(|| dest_url.to_string()),
                    link_type: *link_type,
                    text_end: range.start + 1,
                });
                let automatic = matches!(link_type, LinkType::Autolink | LinkType::Email);
                return (!automatic).then_some(range);
            }
            Event::End(TagEnd::Link) => {
                if let Some(open) = self.open.pop() {
                    self.close(open, range.clone());
                }
            }
            _ => {}
        }
        if let Some(open) = self.open.last_mut() {
            open.text_end = open.text_end.max(range.end);
        }
        None
    }

    /// Takes a reference definition at `span` of the joined text.
    pub(super) fn definition(&mut self, dest: &str, span: Range<usize>) {
        // A label holds no bare bracket.
        let after = self.joined.text()[span.clone()]
            .find("]:")
            .map(|at| span.start + at + 2);
        if let Some(written) = after.and_then(|at| self.destination(at..span.end, dest)) {
            self.push(written, LinkKind::Definition);
        }
    }

    /// The links in the order of the file.
    pub(super) fn finish(mut self) -> Vec<Link> {
        self.links.sort_by_key(|link| link.range.start);
        self.links
    }

    fn close(&mut self, open: Open, range: Range<usize>) {
        let text = self.joined.text();
        let Some(whole) = text.get(range.clone()) else {
            return;
        };
        let (written, kind) = match open.link_type {
            LinkType::ShortcutUnknown | LinkType::CollapsedUnknown => {
                let label = whole.strip_suffix("[]").unwrap_or(whole);
                (inside(range.start, label, 0), LinkKind::Shortcut)
            }
            LinkType::ReferenceUnknown => {
                // A label holds no bare bracket.
                let label = whole
                    .rfind('[')
                    .and_then(|at| inside(range.start, whole, at));
                (label, LinkKind::Reference)
            }
            _ => {
                let written = open.inline.as_deref().and_then(|dest| {
                    let rest = text.get(open.text_end..range.end)?;
                    let after = open.text_end + rest.find("](")? + 2;
                    self.destination(after..range.end, dest)
                });
                (written, LinkKind::Inline)
            }
        };
        if let Some(written) = written {
            self.push(written, kind);
        }
    }

    /// Where `dest` is written at the start of `range`, behind blanks, `<` and the marks of a
    /// quote; `None` if it is written with escapes, which no path needs.
    fn destination(&self, range: Range<usize>, dest: &str) -> Option<Range<usize>> {
        let rest = self.joined.text().get(range.clone())?;
        let trimmed = rest.trim_start_matches([' ', '\t', '\n', '\r', '>', '<']);
        let start = range.end - trimmed.len();
        trimmed.starts_with(dest).then(|| start..start + dest.len())
    }

    fn push(&mut self, written: Range<usize>, kind: LinkKind) {
        let Some(text) = self.joined.text().get(written.clone()) else {
            return;
        };
        let Some(target) = target::parse(text) else {
            return;
        };
        let path = written.start + target.path.start..written.start + target.path.end;
        if let Some(range) = self.joined.outer(path) {
            self.links.push(Link {
                path: self.joined.source()[range.clone()].to_owned(),
                range,
                kind,
                disambiguator: target.disambiguator,
            });
        }
    }
}

/// What is between the bracket at `open` of `text` and the one at its end, if `text` starts at
/// `start`.
fn inside(start: usize, text: &str, open: usize) -> Option<Range<usize>> {
    let label = text.get(open..)?.strip_prefix('[')?.strip_suffix(']')?;
    let first = start + open + 1;
    Some(first..first + label.len())
}
