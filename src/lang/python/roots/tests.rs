//! Trees as data: the files, and what is where.

mod declared;
mod finds;
mod homes;
mod judged;
mod relatives;

use std::path::{Path, PathBuf};

use super::{Found, Kind, Roots};
use crate::lang::temp_tree::TempTree;
use crate::path::Segment;

/// Empty files; what ends in `/` is a folder with nothing in it that Python knows.
#[track_caller]
fn tree(files: &[&str]) -> TempTree {
    let named: Vec<String> = files
        .iter()
        .map(|name| match name.strip_suffix('/') {
            Some(folder) => format!("{folder}/data.txt"),
            None => (*name).to_owned(),
        })
        .collect();
    let named: Vec<(&str, &str)> = named.iter().map(|name| (name.as_str(), "")).collect();
    TempTree::new(&named)
}

fn roots(tree: &TempTree, configured: &[&str]) -> Roots {
    let configured: Vec<PathBuf> = configured.iter().map(|root| tree.path(root)).collect();
    Roots::new(tree.root(), &configured)
}

fn names(dotted: &str) -> Vec<Segment> {
    dotted.split('.').map(Segment::new).collect()
}

/// A path below the tree's root as data writes it; the root is `.`.
fn shown(tree: &TempTree, path: &Path) -> String {
    let below = path.strip_prefix(tree.root()).unwrap_or(path);
    let below = below.to_str().expect("a name of these tests");
    if below.is_empty() { "." } else { below }.to_owned()
}

/// `package FILE`, `module FILE`, `namespace FOLDER` or `-`.
fn described(tree: &TempTree, found: Option<&Found>) -> String {
    match found.map(|found| &found.kind) {
        Some(Kind::Package(init)) => format!("package {}", shown(tree, init)),
        Some(Kind::Module(file)) => format!("module {}", shown(tree, file)),
        Some(Kind::Namespace(folder)) => format!("namespace {}", shown(tree, folder)),
        None => "-".to_owned(),
    }
}
