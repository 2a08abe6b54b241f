//! Which applications of Django have a label of their own: those of an `AppConfig` somewhere in the
//! tree that has a `label` beside its `name`. The tree is walked for them once, and only if a plan asks.

use std::path::Path;

use ruff_python_ast::{Expr, ModModule, Stmt, StmtClassDef};
use rustc_hash::FxHashSet;

use super::reading::source;
use super::{Search, Snapshot, TreeIndex, unless_it_panics};
use crate::lang::python::parse::{self, SourceKind};
use crate::path::Segment;
use crate::project::Anchor;

/// The last name of the class that configurations are derived from.
const CONFIG: &str = "AppConfig";

impl Snapshot<'_> {
    /// Whether an application has a label that is not the last name of its path.
    pub(in crate::lang::python) fn has_label(&self, app: &[Segment]) -> bool {
        match self.index.labels.get() {
            Some(known) => known.contains(app),
            None => {
                self.asks_labels.set(true);
                false
            }
        }
    }
}

impl TreeIndex {
    /// Looks through the tree, if some plan asked for labels.
    pub(in crate::lang::python) fn learn_labels(&self, search: &Search<'_>) {
        if self.attempts().values().any(|asked| asked.labels) {
            self.labels.get_or_init(|| labelled(search));
        }
    }
}

fn labelled(search: &Search<'_>) -> FxHashSet<Vec<Segment>> {
    let anchor = Anchor {
        word: Some("label".to_owned()),
        alongside: vec![CONFIG.to_owned()],
    };
    let files = search.walked(&[anchor]);
    let found = files.iter().map(|file| unless_it_panics(|| of_file(file)));
    found.flatten().collect()
}

fn of_file(file: &Path) -> Vec<Vec<Segment>> {
    let read = || {
        let source = source(file)?;
        let parsed = parse::module(source.text(), SourceKind::of(file)).ok()?;
        Some(of_module(parsed.syntax()))
    };
    read().unwrap_or_default()
}

fn of_module(module: &ModModule) -> Vec<Vec<Segment>> {
    let classes = module
        .body
        .iter()
        .filter_map(|stmt| stmt.as_class_def_stmt());
    classes.filter_map(of_class).collect()
}

/// The path of an application whose configuration has a label.
fn of_class(class: &StmtClassDef) -> Option<Vec<Segment>> {
    let is_config = class.bases().iter().any(|base| {
        let name = match base {
            Expr::Name(name) => name.id.as_str(),
            Expr::Attribute(attribute) => attribute.attr.as_str(),
            _ => return false,
        };
        name.ends_with(CONFIG)
    });
    let value = |wanted: &str| class.body.iter().find_map(|stmt| bound(stmt, wanted));
    let path = value("name").filter(|_| is_config && value("label").is_some())?;
    Some(path.split('.').map(Segment::new).collect())
}

/// The string that a statement binds to a name.
fn bound<'s>(stmt: &'s Stmt, wanted: &str) -> Option<&'s str> {
    let (target, value) = match stmt {
        Stmt::Assign(assign) => match &*assign.targets {
            [target] => (target, &*assign.value),
            _ => return None,
        },
        Stmt::AnnAssign(assign) => (&*assign.target, assign.value.as_deref()?),
        _ => return None,
    };
    match (target, value) {
        (Expr::Name(name), Expr::StringLiteral(text)) if name.id.as_str() == wanted => {
            Some(text.value.to_str())
        }
        _ => None,
    }
}
