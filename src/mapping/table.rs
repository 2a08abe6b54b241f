//! The compiled table: all rules in force for one language, as the function T on paths.
//!
//! Rules are kept in a trie of names, so a lookup costs the length of the path and not the number of
//! rules. A `Table` is only made of rules that were checked (see `check`): T ends for every path,
//! and T(T(p)) = T(p).

use rustc_hash::FxHashMap;

use super::rule::{Action, Rule};
use crate::path::{Known, Namespaces, Segment, SymbolPath, Syntax};

/// All rules in force for one language.
#[derive(Debug)]
pub struct Table {
    syntax: &'static Syntax,
    rules: Vec<Rule>,
    old: Trie,
    new: Trie,
}

/// What T says of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome<'t> {
    /// No rule speaks of it, or a `keep` does.
    Stays,
    /// It has a successor.
    Moves(Move<'t>),
    /// It has none.
    Removed(Matched<'t>),
    /// It has several.
    Alternatives(Matched<'t>),
}

/// A rule and how much of a path it matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Matched<'t> {
    /// Index in [`Table::rules`].
    pub index: usize,
    /// The rule.
    pub rule: &'t Rule,
    /// How many leading names of the path that was asked for the rule speaks of.
    pub len: usize,
}

/// The successor of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move<'t> {
    /// The whole new path.
    pub to: SymbolPath,
    /// How many trailing names no rule touched: the same in the old path and in the new one.
    pub tail: usize,
    /// The first rule that was applied.
    pub first: Matched<'t>,
    /// Every rule that was applied, in order, as indices in [`Table::rules`].
    pub applied: Vec<usize>,
}

#[derive(Debug, Default)]
struct Trie {
    nodes: Vec<Node>,
}

#[derive(Debug, Default)]
pub(super) struct Node {
    /// Index of the node of each name below.
    pub(super) children: FxHashMap<Segment, u32>,
    /// Rules for this very path.
    pub(super) rules: Vec<u32>,
}

impl Trie {
    fn insert(&mut self, path: &[Segment], rule: u32) {
        if self.nodes.is_empty() {
            self.nodes.push(Node::default());
        }
        let mut at = 0usize;
        for name in path {
            let fresh = u32::try_from(self.nodes.len()).expect("fewer than 2^32 names in a table");
            let next = *self.nodes[at].children.entry(name.clone()).or_insert(fresh);
            if next == fresh {
                self.nodes.push(Node::default());
            }
            at = next as usize;
        }
        self.nodes[at].rules.push(rule);
    }

    /// The nodes along `path`, with the number of names that lead to each; the root is left out.
    fn along<'a>(&'a self, path: &'a [Segment]) -> impl Iterator<Item = (usize, &'a Node)> {
        self.ids_along(path).map(|(len, id)| (len, &self.nodes[id]))
    }

    /// As [`Trie::along`], with the nodes' indices.
    fn ids_along<'a>(&'a self, path: &'a [Segment]) -> impl Iterator<Item = (usize, usize)> + 'a {
        let mut at = self.nodes.first();
        path.iter().enumerate().map_while(move |(i, name)| {
            let next = *at?.children.get(name)? as usize;
            at = self.nodes.get(next);
            Some((i + 1, next))
        })
    }

    /// Whether there is a rule at a node along the path.
    fn meets<'n>(&self, path: impl Iterator<Item = &'n str>) -> bool {
        let mut at = self.nodes.first();
        for name in path {
            at = at
                .and_then(|node| node.children.get(name))
                .and_then(|next| self.nodes.get(*next as usize));
            match at {
                Some(node) if node.rules.is_empty() => {}
                Some(_) => return true,
                None => return false,
            }
        }
        false
    }

    fn reaches(&self, path: &[Segment]) -> bool {
        self.along(path)
            .last()
            .is_some_and(|(len, _)| len == path.len())
    }
}

impl Table {
    /// The table of a language without a rule.
    pub fn empty(syntax: &'static Syntax) -> Self {
        Self::compile(syntax, Vec::new())
    }

    /// Compiles rules that were checked before.
    pub(super) fn compile(syntax: &'static Syntax, rules: Vec<Rule>) -> Self {
        let mut old = Trie::default();
        let mut new = Trie::default();
        for (i, rule) in rules.iter().enumerate() {
            let i = u32::try_from(i).expect("fewer than 2^32 rules");
            old.insert(rule.from.segments(), i);
            if let Action::Move(to) = &rule.action {
                new.insert(to.segments(), i);
            }
        }
        Self {
            syntax,
            rules,
            old,
            new,
        }
    }

    /// Adds rules that findings about homes are counted by. No path is looked up by them.
    pub(super) fn with_homes(mut self, homes: impl IntoIterator<Item = Rule>) -> Self {
        self.rules.extend(homes);
        self
    }

    /// How the language of the table writes paths.
    pub fn syntax(&self) -> &'static Syntax {
        self.syntax
    }

    /// The rules, in order of the files and of their lines.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Whether there is no rule.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// T(path). `kinds` says what the last name can be; what the others are follows from their
    /// place.
    pub fn resolve(&self, path: &[Segment], kinds: Namespaces) -> Outcome<'_> {
        self.resolve_known(path, kinds, Known::NOTHING)
    }

    /// T(path), where more is known of its first names than that something lies below them.
    pub fn resolve_known(
        &self,
        path: &[Segment],
        kinds: Namespaces,
        mut known: Known,
    ) -> Outcome<'_> {
        let Some(first) = self.longest_known(path, kinds, known) else {
            return Outcome::Stays;
        };
        let mut current = path.to_vec();
        let mut applied = Vec::new();
        let mut tail = path.len();
        let mut matched = Some(first);
        while let Some(Matched { index, rule, len }) = matched {
            match &rule.action {
                Action::Move(to) => {
                    tail = tail.min(current.len() - len);
                    known.len = match known.len.checked_sub(len) {
                        Some(more) => to.len() + more,
                        None => 0,
                    };
                    let mut next = to.segments().to_vec();
                    next.extend_from_slice(&current[len..]);
                    current = next;
                    applied.push(index);
                }
                Action::Keep => break,
                Action::Remove => {
                    return Outcome::Removed(Matched {
                        index,
                        rule,
                        len: first.len,
                    });
                }
                Action::Alternatives(_) => {
                    return Outcome::Alternatives(Matched {
                        index,
                        rule,
                        len: first.len,
                    });
                }
            }
            matched = self.longest_known(&current, kinds, known);
        }
        match SymbolPath::new(current) {
            Some(to) if !applied.is_empty() => Outcome::Moves(Move {
                to,
                tail,
                first,
                applied,
            }),
            _ => Outcome::Stays,
        }
    }

    /// Whether a rule only reviews.
    pub fn has_reviews_alone(&self) -> bool {
        self.rules.iter().any(|rule| rule.reviews_alone().is_some())
    }

    /// The rule that speaks of this path, if it only reviews.
    pub fn reviewing(&self, path: &[Segment]) -> Option<Matched<'_>> {
        let found = self.longest(path, Namespaces::ALL)?;
        found.rule.reviews_alone().is_some().then_some(found)
    }

    /// Whether a rule speaks of this very path, or of something below it: the old side.
    pub fn leads_to_old(&self, path: &[Segment]) -> bool {
        self.old.reaches(path)
    }

    /// Whether a rule's target is this very path or lies below it: the new side.
    pub fn leads_to_new(&self, path: &[Segment]) -> bool {
        self.new.reaches(path)
    }

    /// Paths that a single rule moves to `path`: the old homes that it may stand for.
    pub fn sources(&self, path: &[Segment]) -> Vec<Vec<Segment>> {
        let mut sources = Vec::new();
        for (len, node) in self.new.along(path) {
            for &index in &node.rules {
                let rule = &self.rules[index as usize];
                if len == path.len() || !rule.exact {
                    let mut old = rule.from.segments().to_vec();
                    old.extend_from_slice(&path[len..]);
                    sources.push(old);
                }
            }
        }
        sources
    }

    /// Whether a rule's old or new path is this path or lies above it: if not, [`Table::resolve`] leaves
    /// the path as it is, and [`Table::sources`] has none.
    pub fn touches<'n>(&self, path: impl Iterator<Item = &'n str> + Clone) -> bool {
        self.old.meets(path.clone()) || self.new.meets(path)
    }

    /// Names that some rule has directly below `path`, on the old side.
    pub fn old_children<'a>(&'a self, path: &'a [Segment]) -> impl Iterator<Item = &'a Segment> {
        self.old
            .along(path)
            .last()
            .filter(|(len, _)| *len == path.len())
            .into_iter()
            .flat_map(|(_, node)| node.children.keys())
    }

    /// Names that some rule has directly below `path`, on either side.
    pub fn children<'a>(&'a self, path: &'a [Segment]) -> impl Iterator<Item = &'a Segment> {
        [&self.old, &self.new]
            .into_iter()
            .filter_map(|side| side.along(path).last())
            .filter(|(len, _)| *len == path.len())
            .flat_map(|(_, node)| node.children.keys())
    }

    /// The nodes of the trie of old paths.
    pub(super) fn old_nodes(&self) -> &[Node] {
        &self.old.nodes
    }

    /// Along `path` on the old side: number of names, and index in [`Table::old_nodes`].
    pub(super) fn old_ids_along<'a>(
        &'a self,
        path: &'a [Segment],
    ) -> impl Iterator<Item = (usize, usize)> + 'a {
        self.old.ids_along(path)
    }

    /// The rule with the longest old path that speaks of what lies below `path`, whatever that is.
    pub(super) fn longest_below(&self, path: &[Segment]) -> Option<Matched<'_>> {
        let mut below = path.to_vec();
        // No name is empty, so only rules for `path` and its ancestors match.
        below.push(Segment::default());
        self.longest(&below, Namespaces::ALL)
    }

    /// The rule with the longest old path that speaks of `path`.
    pub(super) fn longest(&self, path: &[Segment], kinds: Namespaces) -> Option<Matched<'_>> {
        self.longest_known(path, kinds, Known::NOTHING)
    }

    fn longest_known(
        &self,
        path: &[Segment],
        kinds: Namespaces,
        known: Known,
    ) -> Option<Matched<'_>> {
        let leaf = self.syntax.leaf_kinds;
        let mut best = None;
        for (len, node) in self.old.along(path) {
            for &index in &node.rules {
                let rule = &self.rules[index as usize];
                let fits = len > known.len || rule.kinds.meets(known.kinds);
                let applies = fits
                    && if len == path.len() {
                        rule.kinds.meets(kinds)
                    } else {
                        !rule.exact && rule.kinds.meets(Namespaces(!leaf.0))
                    };
                if applies {
                    best = Some(Matched {
                        index: index as usize,
                        rule,
                        len,
                    });
                }
            }
        }
        best
    }
}
