//! `use` items that are written anew, beside or in the place of one that is there.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::groups::Evicted;
use super::items::{Composer, written};
use crate::lang::plan_builder::Refusal;
use crate::lang::rust::resolve::{LeafKind, UseItem};
use crate::lang::rust::visit::Context;
use crate::path::Segment;
use crate::text::{Edit, newline_of};

/// A new `use` item.
#[derive(Clone)]
pub(super) struct NewItem {
    /// The module, or `None` if `leaves` is the whole path.
    pub(super) prefix: Option<String>,
    pub(super) leaves: Vec<String>,
    pub(super) above: Vec<String>,
    pub(super) behind: Option<String>,
    /// Without the visibility of the item that it stands beside.
    pub(super) private: bool,
}

impl NewItem {
    pub(super) fn plain(text: String) -> Self {
        Self {
            prefix: None,
            leaves: vec![text],
            above: Vec::new(),
            behind: None,
            private: false,
        }
    }

    pub(super) fn text(&self) -> String {
        let Some(prefix) = &self.prefix else {
            return self.leaves.join(", ");
        };
        match self.leaves.as_slice() {
            [leaf] if !leaf.starts_with("self") => format!("{prefix}::{leaf}"),
            leaves => format!("{prefix}::{{{}}}", leaves.join(", ")),
        }
    }
}

impl Composer<'_, '_, '_> {
    /// New items for leaves that found no place: one a target module.
    pub(super) fn new_items(
        &self,
        item: &UseItem,
        evicted: &[Evicted],
    ) -> Result<Vec<NewItem>, Refusal> {
        let mut items: Vec<NewItem> = Vec::new();
        let mut modules: FxHashMap<Vec<Segment>, usize> = FxHashMap::default();
        for leaf in evicted {
            let kind = self.names.leaves[leaf.ordinal].kind;
            let has_comments = !leaf.above.is_empty() || leaf.behind.is_some();
            let (module, last) = match kind {
                _ if leaf.group.is_some() => (leaf.to.as_slice(), &[][..]),
                LeafKind::Name => leaf.to.split_at(leaf.to.len() - 1),
                _ => (leaf.to.as_slice(), &[][..]),
            };
            if module.is_empty() {
                // A crate alone.
                let text = self.whole_leaf(item, leaf.ordinal, &leaf.to, false)?;
                items.push(NewItem::plain(text));
                continue;
            }
            let mut leaves = match &leaf.group {
                Some(group) => match names_of_list(group) {
                    Some(names) => names,
                    None => {
                        let prefix = written(&self.absolute_words(item, leaf.ordinal, module)?);
                        items.push(NewItem {
                            prefix: Some(prefix),
                            leaves: vec![group.clone()],
                            above: leaf.above.clone(),
                            behind: leaf.behind.clone(),
                            private: false,
                        });
                        continue;
                    }
                },
                None => Vec::new(),
            };
            let text = match kind {
                _ if leaf.group.is_some() => None,
                LeafKind::SelfModule => {
                    let bound = &self.names.leaves[leaf.ordinal].name;
                    if leaf.to.last() == Some(bound) {
                        Some("self".to_owned())
                    } else {
                        Some(format!("self as {}", self.rewrite.word(bound)))
                    }
                }
                _ => Some(self.leaf_text(leaf.ordinal, last)),
            };
            leaves.extend(text);
            if let Some(at) = modules.get(module).filter(|_| !has_comments) {
                items[*at].leaves.extend(leaves);
                continue;
            }
            let prefix = written(&self.absolute_words(item, leaf.ordinal, module)?);
            if !has_comments {
                modules.insert(module.to_vec(), items.len());
            }
            items.push(NewItem {
                prefix: Some(prefix),
                leaves,
                above: leaf.above.clone(),
                behind: leaf.behind.clone(),
                private: false,
            });
        }
        Ok(items)
    }

    /// Puts new items behind an item: on lines of their own, or right behind its `;` where more
    /// follows on the line.
    pub(super) fn insert(&self, item: &UseItem, new: &[NewItem]) -> Edit {
        let text = self.rewrite.text;
        let start = item.start.range().start;
        let semi = item.semi.range().end;
        let newline = newline_of(text);
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let before = &text[line_start..start];
        let indent_len = before.len() - before.trim_start().len();
        let indent = &before[..indent_len];
        let attributes = self.copied_attributes(item);
        let visibility = &text[item.body.range().start..item.keyword.range().start];
        let rest = text[semi..].split('\n').next().unwrap_or_default();
        let trimmed = rest.trim();
        let ends_line = trimmed.is_empty() || trimmed.starts_with("//");
        let mut out = String::new();
        for new in new {
            if ends_line {
                out.push_str(newline);
                for comment in &new.above {
                    out.push_str(indent);
                    out.push_str(comment);
                    out.push_str(newline);
                }
                out.push_str(indent);
            } else {
                out.push(' ');
                for comment in new.above.iter().chain(&new.behind) {
                    out.push_str(comment);
                    if comment.contains("//") {
                        out.push_str(newline);
                        out.push_str(indent);
                    } else {
                        out.push(' ');
                    }
                }
            }
            out.push_str(&attributes);
            out.push_str(if new.private { "" } else { visibility });
            out.push_str("use ");
            out.push_str(&new.text());
            out.push(';');
            if ends_line && let Some(behind) = &new.behind {
                out.push(' ');
                out.push_str(behind);
            }
        }
        let at = if ends_line {
            semi + rest.trim_end().len()
        } else {
            semi
        };
        Edit::insert(at, out)
    }

    /// Puts new items in the place of one that goes.
    pub(super) fn replace(&self, item: &UseItem, new: &[NewItem]) -> Edit {
        let rest = &self.rewrite.text[item.semi.range().end..];
        let rest = rest.split('\n').next().unwrap_or_default();
        let mut new = new.to_vec();
        // A line comment would swallow what stands behind the item.
        if let Some(last) = new.last_mut().filter(|_| !rest.trim().is_empty())
            && let Some(behind) = last.behind.take_if(|behind| behind.contains("//"))
        {
            last.above.push(behind);
        }
        let inserted = self.insert(item, &new).text;
        // The first of the new items takes the line that is there.
        let first = inserted.trim_start().to_owned();
        Edit::replace(item.start.range().start..item.semi.range().end, first)
    }

    /// The attributes that a new item takes over. Documentation with paths in it is not doubled: its
    /// links are rewritten where they stand.
    pub(super) fn copied_attributes(&self, item: &UseItem) -> String {
        let range = item.start.range().start..item.body.range().start;
        let text = &self.rewrite.text[range.clone()];
        let has_links = self.rewrite.found.sites.iter().any(|site| {
            site.context == Context::Link && range.contains(&site.names[0].at.range().start)
        });
        if !has_links {
            return text.to_owned();
        }
        text.split_inclusive('\n')
            .filter(|line| !line.trim_start().starts_with("///"))
            .collect::<String>()
            .trim_start()
            .to_owned()
    }

    /// The bytes that go with an item: its attributes, and its line if nothing else is on it.
    pub(super) fn item_extent(&self, item: &UseItem) -> Range<usize> {
        let text = self.rewrite.text;
        let start = item.start.range().start;
        let end = item.semi.range().end;
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let rest = &text[end..];
        let line_rest = rest.split_inclusive('\n').next().unwrap_or_default();
        let alone = text[line_start..start].trim().is_empty() && line_rest.trim().is_empty();
        if alone {
            return line_start..end + line_rest.len();
        }
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        if text[line_start..start].trim().is_empty() {
            return start..end + blanks;
        }
        let before = text[..start].len() - text[..start].trim_end_matches([' ', '\t']).len();
        start - before..end
    }
}

/// The items of a group that is a mere list on one line, or was one on several lines: without comments
/// and inner groups.
fn names_of_list(group: &str) -> Option<Vec<String>> {
    let Some(inside) = group
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
    else {
        return Some(vec![group.to_owned()]);
    };
    let is_list = !inside.contains(['{', '/']);
    is_list.then(|| {
        let names = inside.split(',').map(str::trim);
        names
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect()
    })
}
