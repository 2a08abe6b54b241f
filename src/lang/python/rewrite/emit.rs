//! Import statements that were composed as meaning, as text: each is written once, with its comments,
//! its layout, and what silences tools on its line.

use std::ops::Range;

use super::Rewrite;
use super::layout::{Place, indent, line_start, logical_line, past_newline};
use super::list::List;
use super::statement::{Composed, Do, New};
use crate::lang::python::directives;
use crate::lang::python::unit::bytes;
use crate::text::Edit;

impl Rewrite<'_, '_> {
    /// The edits of one statement. `becomes_pass`: nothing else is left in its suite.
    pub(super) fn emit(&self, statement: &Composed, becomes_pass: bool, edits: &mut Vec<Edit>) {
        let text = self.unit.text;
        let import = self.unit.scopes.import(statement.id);
        let place = Place::of(text, self.unit.tokens, import.range);
        let list = List::of(text, self.unit.tokens, import);
        let mut carried = Vec::new();
        if statement.is_emptied() {
            let all: Vec<&Range<usize>> = list.comments.iter().collect();
            match statement.new.split_first() {
                Some((first, rest)) => {
                    let first = self.new_text(first, &place, &list, false, &mut carried);
                    let mut own = Vec::new();
                    self.insert(rest, &place, &list, &mut carried, &mut own);
                    self.keep_comments(all, &carried, &place, edits);
                    edits.push(Edit::replace(place.range.clone(), first));
                    edits.extend(own);
                }
                None if becomes_pass => {
                    self.keep_comments(all, &carried, &place, edits);
                    edits.push(Edit::replace(place.range, "pass"));
                }
                None => self.remove(&place, &all, edits),
            }
            return;
        }
        edits.extend(statement.target.iter().cloned());
        let leaves: Vec<bool> = statement
            .clauses
            .iter()
            .map(|clause| *clause == Do::Cut)
            .collect();
        let mut own = Vec::new();
        if leaves.contains(&true) {
            own = list.cut(text, &leaves);
        }
        let is_cut = |comment: &&Range<usize>| {
            let mut cuts = own.iter().map(|edit| &edit.range);
            cuts.any(|cut| cut.start <= comment.start && comment.end <= cut.end)
        };
        let cut: Vec<&Range<usize>> = list.comments.iter().filter(is_cut).collect();
        for (clause, what) in import.clauses.iter().zip(&statement.clauses) {
            match what {
                Do::Keep | Do::Cut => {}
                Do::Edit(edits) => own.extend(edits.iter().cloned()),
                Do::Put(new) => own.push(Edit::replace(bytes(clause.range), new.as_str())),
            }
        }
        self.insert(&statement.new, &place, &list, &mut carried, &mut own);
        self.keep_comments(cut, &carried, &place, edits);
        edits.extend(own);
    }

    /// Puts comments that would be lost on lines of their own, above the statement.
    fn keep_comments(
        &self,
        comments: Vec<&Range<usize>>,
        carried: &[Range<usize>],
        place: &Place<'_>,
        edits: &mut Vec<Edit>,
    ) {
        let text = self.unit.text;
        let is_lost = |comment: &&&Range<usize>| {
            !carried.contains(comment) && !directives::is_one(&text[(**comment).clone()])
        };
        let lost = comments.iter().filter(is_lost);
        let start = logical_line(self.unit.tokens, place.range.start);
        let indent = indent(text, start);
        let lines = lost.map(|comment| {
            let comment = &text[(**comment).clone()];
            format!("{comment}{}{indent}", place.newline)
        });
        let lines: String = lines.collect();
        if !lines.is_empty() {
            edits.push(Edit::insert(start, lines));
        }
    }

    /// Inserts statements after one that is there.
    fn insert(
        &self,
        new: &[New],
        place: &Place<'_>,
        list: &List,
        carried: &mut Vec<Range<usize>>,
        edits: &mut Vec<Edit>,
    ) {
        for statement in new {
            let text = self.new_text(statement, place, list, true, carried);
            edits.push(if place.is_alone() {
                let end = place.newline;
                Edit::insert(place.line_end, format!("{end}{}{text}", place.indent))
            } else {
                Edit::insert(place.range.end, format!("; {text}"))
            });
        }
    }

    /// A new statement as text; on a line of its own with the comments that silence tools on the old one. The
    /// comments that it takes along are added to `carried`.
    fn new_text(
        &self,
        new: &New,
        place: &Place<'_>,
        list: &List,
        own_line: bool,
        carried: &mut Vec<Range<usize>>,
    ) -> String {
        let text = self.unit.text;
        let (target, names) = match new {
            New::Plain(clause, was) => {
                let tile = was.and_then(|was| list.tiles.get(was));
                let own = tile
                    .and_then(|tile| tile.comment.clone())
                    .filter(|_| place.is_alone());
                let comment = match own {
                    Some(comment) => {
                        carried.push(comment.clone());
                        format!("{}{}", gap(text, &comment), &text[comment])
                    }
                    None => self.silencer(place, list, own_line),
                };
                return format!("import {clause}{comment}");
            }
            New::From { target, names } => (target, names),
        };
        let was = names.iter().filter_map(|name| name.was);
        // One name a line stays one a line; a single name needs none.
        let one_a_line = names.len() > 1 && was.clone().all(|i| list.has_own_line(text, i));
        let keeps_lines = list.has_comments(was.clone()) || one_a_line;
        if !list.in_parentheses || !place.is_alone() || !keeps_lines {
            let names: Vec<&str> = names.iter().map(|name| name.text.as_str()).collect();
            let silencer = self.silencer(place, list, own_line);
            return format!("from {target} import {}{silencer}", names.join(", "));
        }
        let end = place.newline;
        let default = format!("{}    ", place.indent);
        let head = list
            .head_comment
            .clone()
            .filter(|range| directives::is_copied(&text[range.clone()]));
        carried.extend(head.clone());
        let head = head.map_or_else(String::new, |range| {
            format!("{}{}", gap(text, &range), &text[range.clone()])
        });
        let mut out = format!("from {target} import ({head}{end}");
        for (i, name) in names.iter().enumerate() {
            let tile = name.was.and_then(|i| list.tiles.get(i));
            let indent = name
                .was
                .and_then(|i| list.indent(text, i))
                .unwrap_or(&default);
            for above in tile.map_or(&[][..], |tile| &tile.above) {
                out.push_str(&format!("{indent}{}{end}", &text[above.clone()]));
                carried.push(above.clone());
            }
            let is_last = i + 1 == names.len();
            let own_comma = name.was.is_none_or(|i| list.has_comma(i));
            let comma = if is_last && !own_comma { "" } else { "," };
            out.push_str(&format!("{indent}{}{comma}", name.text));
            if let Some(comment) = tile.and_then(|tile| tile.comment.clone()) {
                carried.push(comment.clone());
                out.push_str(&format!("{}{}", gap(text, &comment), &text[comment]));
            }
            out.push_str(end);
        }
        out.push_str(place.indent);
        out.push(')');
        if own_line
            && let Some(range) = place.comment.clone()
            && directives::is_copied(&text[range.clone()])
        {
            out.push_str(&format!("{}{}", gap(text, &range), &text[range]));
        }
        out
    }

    /// The comment that silences tools on the line of a statement, to be said of its other half too.
    fn silencer(&self, place: &Place<'_>, list: &List, own_line: bool) -> String {
        let text = self.unit.text;
        if !own_line || !place.is_alone() {
            return String::new();
        }
        let mut comments = place.comment.iter().chain(&list.head_comment);
        let comment = comments.find(|range| directives::is_copied(&text[(*range).clone()]));
        comment.map_or_else(String::new, |range| {
            format!("{}{}", gap(text, range), &text[range.clone()])
        })
    }

    /// Takes a whole statement out: its line, or its part of the line. Comments in it, and behind it, stay.
    fn remove(&self, place: &Place<'_>, comments: &[&Range<usize>], edits: &mut Vec<Edit>) {
        let text = self.unit.text;
        let Range { start, end } = place.range.clone();
        if place.is_alone() {
            let from = line_start(text, start);
            let from = if text[from..start]
                .trim_start_matches('\u{feff}')
                .trim()
                .is_empty()
                && text[from..start].starts_with(['\u{feff}', '\u{c}'])
            {
                start - place.indent.len()
            } else {
                from
            };
            let rest = text[place.line_end..].len()
                - text[place.line_end..].trim_start_matches([' ', '\t']).len();
            let to = past_newline(text, place.line_end + rest);
            let all = comments.iter().copied().chain(&place.comment);
            let kept = all.filter(|comment| !directives::is_one(&text[(*comment).clone()]));
            let lines = kept.map(|comment| {
                let comment = &text[comment.clone()];
                format!("{}{comment}{}", place.indent, place.newline)
            });
            edits.push(Edit::replace(from..to, lines.collect::<String>()));
            return;
        }
        self.keep_comments(comments.to_vec(), &[], place, edits);
        edits.push(self.part_removed(start, end));
    }

    /// Takes a statement out of a line of several.
    fn part_removed(&self, start: usize, end: usize) -> Edit {
        let text = self.unit.text;
        let rest = &text[end..];
        let after = rest.trim_start_matches([' ', '\t']);
        if let Some(next) = after.strip_prefix(';') {
            let next = next.trim_start_matches([' ', '\t']);
            if !next.is_empty() && !next.starts_with(['\n', '\r', '#']) {
                return Edit::delete(start..text.len() - next.len());
            }
        }
        let before = text[..start].trim_end_matches([' ', '\t']);
        match before.strip_suffix(';') {
            Some(before) => Edit::delete(before.len()..end),
            None => Edit::replace(start..end, "pass"),
        }
    }
}

/// The white space before a comment, as it is.
fn gap<'t>(text: &'t str, comment: &Range<usize>) -> &'t str {
    let before = &text[..comment.start];
    &before[before.trim_end_matches([' ', '\t']).len()..]
}
