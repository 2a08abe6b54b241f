//! The three kinds of rules as one: what their keys have in common.

use std::ops::Range;

use serde_spanned::Spanned;

use super::rule::Rename;
use super::schema::{KeepRule, MoveRule, RemoveRule};
use super::several::{Names, Paths};
use crate::document::Read;

/// A rule as written, of whatever kind.
#[derive(Debug)]
pub(super) struct Row {
    /// The old path; several only of a move.
    pub(super) paths: Vec<Spanned<String>>,
    /// Where they stand.
    pub(super) span: Range<usize>,
    /// They are written as a list.
    pub(super) is_list: bool,
    pub(super) target: Target,
    pub(super) names: Option<Spanned<Names>>,
    pub(super) kind: Option<Spanned<String>>,
    pub(super) exact: bool,
    pub(super) rename: Option<Rename>,
    pub(super) id: Option<String>,
    pub(super) note: Option<String>,
    pub(super) review: Option<String>,
    pub(super) url: Option<String>,
    pub(super) since: Option<String>,
    pub(super) available: Option<Spanned<String>>,
    pub(super) requires: Vec<String>,
    pub(super) package: Option<String>,
    pub(super) overrides: bool,
}

/// What the rule says of its path.
#[derive(Debug)]
pub(super) enum Target {
    Stays,
    Gone,
    /// One of the two, in a rule without fault.
    Moves {
        to: Option<Spanned<String>>,
        alternatives: Option<Spanned<Vec<Spanned<String>>>>,
    },
}

impl Row {
    pub(super) fn read<T: Into<Row>>(read: Read<T>) -> Read<Row> {
        Read {
            table: read.table.into(),
            span: read.span,
            is_whole: read.is_whole,
            keys: read.keys,
        }
    }

    /// `old` moves to `new`, and nothing else is said.
    pub(super) fn simple_move(old: Spanned<String>, new: Spanned<String>) -> Self {
        let target = Target::Moves {
            to: Some(new),
            alternatives: None,
        };
        Self::plain(old, target)
    }

    /// This becomes of `path`, and nothing else is said.
    pub(super) fn plain(path: Spanned<String>, target: Target) -> Self {
        Row {
            span: path.span(),
            paths: vec![path],
            is_list: false,
            target,
            names: None,
            kind: None,
            exact: false,
            rename: None,
            id: None,
            note: None,
            review: None,
            url: None,
            since: None,
            available: None,
            requires: Vec::new(),
            package: None,
            overrides: false,
        }
    }
}

impl From<MoveRule> for Row {
    fn from(rule: MoveRule) -> Self {
        Row {
            paths: Paths::each(&rule.from),
            span: rule.from.span(),
            is_list: matches!(rule.from.get_ref(), Paths::List(_)),
            target: Target::Moves {
                to: rule.to,
                alternatives: rule.alternatives,
            },
            names: rule.names,
            kind: rule.kind,
            exact: rule.exact,
            rename: rule.rename,
            id: rule.id,
            note: rule.note,
            review: rule.review,
            url: rule.url,
            since: rule.since,
            available: rule.available,
            requires: rule.requires,
            package: rule.package,
            overrides: rule.overrides,
        }
    }
}

impl From<RemoveRule> for Row {
    fn from(rule: RemoveRule) -> Self {
        Row {
            span: rule.path.span(),
            paths: vec![rule.path],
            is_list: false,
            target: Target::Gone,
            names: rule.names,
            kind: rule.kind,
            exact: rule.exact,
            rename: None,
            id: rule.id,
            note: rule.note,
            review: None,
            url: rule.url,
            since: rule.since,
            available: None,
            requires: Vec::new(),
            package: rule.package,
            overrides: rule.overrides,
        }
    }
}

impl From<KeepRule> for Row {
    fn from(rule: KeepRule) -> Self {
        Row {
            span: rule.path.span(),
            paths: vec![rule.path],
            is_list: false,
            target: Target::Stays,
            names: rule.names,
            kind: rule.kind,
            exact: rule.exact,
            rename: None,
            id: rule.id,
            note: rule.note,
            review: rule.review,
            url: rule.url,
            since: None,
            available: None,
            requires: Vec::new(),
            package: rule.package,
            overrides: rule.overrides,
        }
    }
}
