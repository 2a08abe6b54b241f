//! Parts of a `use` tree and their places.

use std::ops::Range;

use rustc_hash::FxHashMap;

use crate::lang::rust::at::Name;
use crate::lang::rust::resolve::{Names, Tree};

/// The names before a leaf or a brace.
pub fn chain_of(tree: &Tree) -> (Vec<Name>, &Tree) {
    let mut chain = Vec::new();
    let mut at = tree;
    while let Tree::Path(name, rest) = at {
        chain.push(name.clone());
        at = rest;
    }
    (chain, at)
}

/// The ordinals of the leaves of a tree, in order.
pub fn leaves_of(tree: &Tree) -> Vec<usize> {
    match tree {
        Tree::Path(_, rest) => leaves_of(rest),
        Tree::Leaf(ordinal, ..) => vec![*ordinal],
        Tree::Group { items, .. } => items.iter().flat_map(leaves_of).collect(),
    }
}

/// Where a leaf stands: its names within the innermost brace.
pub fn place_of(tree: &Tree, wanted: usize) -> Option<Range<usize>> {
    let (chain, end) = chain_of(tree);
    match end {
        Tree::Leaf(ordinal, name, _) if *ordinal == wanted => {
            let range = name.at.range();
            let start = chain.first().map_or(range.start, |n| n.at.range().start);
            Some(start..range.end)
        }
        Tree::Group { items, .. } => items.iter().find_map(|item| place_of(item, wanted)),
        _ => None,
    }
}

/// Where the brace of a group opens.
pub fn open_of(tree: &Tree) -> usize {
    match tree {
        Tree::Group { open, .. } => open.range().start,
        _ => 0,
    }
}

/// The bytes of a part of a tree.
pub fn extent(tree: &Tree) -> Range<usize> {
    let (chain, end) = chain_of(tree);
    let range = match end {
        Tree::Leaf(_, name, alias) => {
            let range = name.at.range();
            let end = alias
                .as_ref()
                .map_or(range.end, |alias| alias.at.range().end);
            range.start..end
        }
        Tree::Group { open, close, .. } => open.range().start..close.range().end,
        Tree::Path(..) => 0..0,
    };
    let start = chain
        .first()
        .map_or(range.start, |name| name.at.range().start);
    start..range.end
}

/// Where each leaf stands: its names within the innermost brace.
pub fn leaf_places(names: &Names) -> FxHashMap<usize, Range<usize>> {
    fn add(tree: &Tree, start: Option<usize>, places: &mut FxHashMap<usize, Range<usize>>) {
        match tree {
            Tree::Path(name, rest) => {
                let start = start.unwrap_or_else(|| name.at.range().start);
                add(rest, Some(start), places);
            }
            Tree::Leaf(ordinal, name, _) => {
                let range = name.at.range();
                places.insert(*ordinal, start.unwrap_or(range.start)..range.end);
            }
            Tree::Group { items, .. } => {
                for item in items {
                    add(item, None, places);
                }
            }
        }
    }
    let mut places = FxHashMap::default();
    for item in &names.items {
        add(&item.tree, None, &mut places);
    }
    for (ordinal, at) in &names.extern_crates {
        places.insert(*ordinal, at.range());
    }
    places
}
