//! Whether a path is a module or an object, where a rewrite depends on it.
//!
//! In this order: the rule's `kind`; the files of the tree; the import forms of the file; rules below the
//! path; else it is an object, unless what the chain goes on with makes that doubtful.

use super::Rewrite;
use super::facts::{ChainFact, ClauseFact, Facts, Form, Key, shared};
use super::verdict::{Moved, Verdict};
use crate::finding::Code;
use crate::lang::plan_builder::Refusal;
use crate::lang::python::index::{Bound, Read};
use crate::lang::python::scopes::ImportKind;
use crate::lang::python::tree::Tree;
use crate::lang::python::unit::{MODULE, OBJECT, Target};
use crate::path::Segment;

/// What of a new path an import must bring.
#[derive(Clone, Copy, Debug)]
pub(super) struct TargetKind {
    /// How many of its names.
    pub(super) len: usize,
    /// These are a module for sure. Else they may be an object of one, and only `from a import b` serves both.
    pub(super) is_module: bool,
}

impl TargetKind {
    fn module(len: usize) -> Self {
        Self {
            len,
            is_module: true,
        }
    }
}

impl Rewrite<'_, '_> {
    /// Whether a path is a name that needs no import.
    pub(super) fn is_builtin(&self, path: &[Segment]) -> bool {
        path.len() > 1 && path[0] == "builtins"
    }

    /// How many names of the new path of a chain, which moves, must be imported for it.
    ///
    /// # Errors
    /// That cannot be told.
    pub(super) fn module_len(
        &self,
        facts: &Facts,
        chain: &ChainFact,
        moved: &Moved,
    ) -> Result<TargetKind, Refusal> {
        let found = || self.find_module_len(facts, chain, moved);
        chain.module.get_or_init(found).clone()
    }

    fn find_module_len(
        &self,
        facts: &Facts,
        chain: &ChainFact,
        moved: &Moved,
    ) -> Result<TargetKind, Refusal> {
        if let Some(module) = self.module_in_rule(moved) {
            return Ok(TargetKind::module(module));
        }
        if let Some(module) = self.module_on_the_way(facts, chain, moved) {
            return Ok(TargetKind::module(module));
        }
        for key in chain.keys() {
            let Some(fact) = facts.clause(key) else {
                continue;
            };
            let Some(path) = &fact.path else { continue };
            if let Some(base) = fact.verdict.moved()
                && fact.form != Form::Star
                && chain.sense().path.starts_with(path)
                && moved.to.starts_with(&base.to)
                && moved.rule == base.rule
                && (fact.form != Form::From || self.is_module(&path[..], moved) == Some(true))
            {
                return Ok(TargetKind::module(base.to.len()));
            }
        }
        if let Some(module) = self.module_in_tree(moved) {
            return Ok(TargetKind::module(module));
        }
        let whole = moved.to.len() - moved.tail;
        let from = &chain.sense().path[..moved.len];
        let is_module = match self.is_module(from, moved) {
            Some(known) => known,
            // An object is in a module: one name alone can be nothing else.
            None if whole == 1 => true,
            // What is patched or assigned to is an object, and must be read where that is done.
            None if moved.tail > 0
                && !looks_like_class(from)
                && !(whole > 1 && self.is_put_anew(from, &moved.to[..whole], facts)) =>
            {
                return Ok(TargetKind {
                    len: whole,
                    is_module: false,
                });
            }
            None => false,
        };
        match is_module {
            true => Ok(TargetKind::module(whole)),
            false if whole > 1 => Ok(TargetKind::module(whole - 1)),
            false => Err(Refusal::new(
                Code::AmbiguousKind,
                "the new path has one name, so it can only be a module, and nothing says that",
            )
            .help("say `kind = \"module\"` in the rule")),
        }
    }

    /// How many names of a new path are a module, if an import says so that loaded it on its way and leaves by another
    /// rule: `import old.a.c` says that `old.a` is one, and where `old.a.c` moves elsewhere nothing loads `new.a`.
    fn module_on_the_way(&self, facts: &Facts, chain: &ChainFact, moved: &Moved) -> Option<usize> {
        let whole = moved.to.len() - moved.tail;
        let on_the_way = |key: &Key| {
            let fact = facts.clause(*key).filter(|fact| fact.is_dotted())?;
            let known = shared(fact.path.as_deref()?, &chain.sense().path).len();
            let more = known.checked_sub(moved.len).filter(|more| *more > 0)?;
            let module = whole + more;
            let leaves = fact.verdict.moved()?;
            // A pair or a shorter chain may say less than the import.
            let new = moved.to.get(..module)?;
            (!leaves.to.starts_with(new)).then_some(module)
        };
        let reached = chain.reached.iter();
        reached.filter_map(|(key, _)| on_the_way(key)).max()
    }

    /// How many names of a new path are a module, if the rule says so: `a.b:C.d`.
    fn module_in_rule(&self, moved: &Moved) -> Option<usize> {
        let rule = self.table().rules().get(*moved.applied.last()?)?;
        rule.target_module
    }

    /// The same, if the tree has a file for its first names: all behind that are objects of the file.
    fn module_in_tree(&self, moved: &Moved) -> Option<usize> {
        let rule = &self.table().rules()[moved.rule];
        let whole = moved.to.len() - moved.tail;
        if rule.kinds == MODULE || self.tree.is_module(&moved.to[..whole]) {
            return None;
        }
        (1..whole)
            .rev()
            .find(|len| self.tree.is_file_module(&moved.to[..*len]))
    }

    /// Whether what a from-import would have to bring is an attribute of an object (`C.d` of `a.b:C.d`): no import
    /// can.
    pub(super) fn is_nested(&self, fact: &ClauseFact, moved: &Moved) -> bool {
        let found = || {
            let module = self
                .module_in_rule(moved)
                .or_else(|| self.module_in_tree(moved));
            module.is_some_and(|module| moved.to.len() > module + 1)
        };
        fact.form == Form::From && *fact.nested.get_or_init(found)
    }

    /// Whether an old path is a module, if something tells.
    fn is_module(&self, from: &[Segment], moved: &Moved) -> Option<bool> {
        let rule = &self.table().rules()[moved.rule];
        if rule.kinds == MODULE {
            return Some(true);
        }
        if rule.kinds == OBJECT {
            return Some(false);
        }
        let new = &moved.to[..moved.to.len() - moved.tail];
        if self.tree.is_module(from) || self.tree.is_module(new) {
            return Some(true);
        }
        if self.is_imported_as_module(from) || self.is_imported_as_module(new) {
            return Some(true);
        }
        let known_parent =
            |path: &[Segment]| path.len() > 1 && self.tree.is_file_module(&path[..path.len() - 1]);
        if known_parent(from) || known_parent(new) {
            return Some(false);
        }
        self.table().old_children(from).next().map(|_| true)
    }

    /// Whether an import of the file can only work if the path is a module.
    pub(super) fn is_imported_as_module(&self, path: &[Segment]) -> bool {
        if self
            .named_modules
            .iter()
            .any(|module| module.starts_with(path))
        {
            return true;
        }
        let scopes = &self.unit.scopes;
        scopes
            .imports
            .iter()
            .zip(&self.unit.targets)
            .any(|(import, target)| match (&import.kind, target) {
                (ImportKind::Plain, _) => import
                    .clauses
                    .iter()
                    .any(|clause| clause.path.starts_with(path)),
                (ImportKind::From { .. }, Target::Module { module, .. }) => {
                    module.starts_with(path)
                }
                (ImportKind::From { .. }, _) => false,
            })
    }
}

/// What the table says of a path, where a package on the way binds the name of a module of its own to an object: then
/// the path means the object, unless a statement shows that its first names, so many, are modules. `from package
/// import name` and attributes give what is bound; `import package.name` and `from package.name import x` find
/// the module. Also gives how many of its first names are that package.
pub(super) fn of_bound(
    tree: &Tree<'_>,
    read: Read<'_>,
    path: &[Segment],
    modules: usize,
    verdict: Verdict,
) -> (Verdict, Option<usize>) {
    let table = read.unit.setting.table;
    let len = verdict.len();
    let Some(rule) = verdict.rule().map(|rule| &table.rules()[rule]) else {
        return (verdict, None);
    };
    if len < 2 || len <= modules || !rule.kinds.meets(MODULE) {
        return (verdict, None);
    }
    let bound = tree.bound(&path[..len - 1], &path[len - 1], read);
    if bound == Bound::Nothing {
        return (verdict, None);
    }
    let is_there = tree.is_module(&path[..len]);
    if rule.kinds.meets(OBJECT) {
        if is_there {
            return (blocked(&verdict, BOUND), Some(len - 1));
        }
        // Without the old module the new path tells what the rule speaks of.
        let is_module = verdict.moved().is_some_and(|moved| {
            let new = &moved.to[..moved.to.len() - moved.tail];
            let Some((name, package)) = new.split_last() else {
                return false;
            };
            tree.is_module(new) && tree.bound(package, name, read) == Bound::Nothing
        });
        if !is_module {
            return (verdict, None);
        }
    }
    if bound == Bound::Perhaps {
        return (blocked(&verdict, BOUND_AT_TIMES), Some(len - 1));
    }
    match Verdict::of(table, &path[..len - 1], MODULE) {
        Verdict::Stays => (Verdict::Stays, Some(len - 1)),
        Verdict::Moves(_) | Verdict::Blocked { .. } => {
            (blocked(&verdict, BOUND_AND_MOVED), Some(len - 1))
        }
    }
}

/// The same of `import package.name as x`, which loads the module and binds what the package calls so.
pub(super) fn of_alias(
    tree: &Tree<'_>,
    read: Read<'_>,
    path: &[Segment],
    verdict: Verdict,
) -> Verdict {
    match of_bound(tree, read, path, 1, verdict.clone()) {
        (_, Some(_)) if verdict.len() == path.len() => blocked(&verdict, LOADED_AND_BOUND),
        _ => verdict,
    }
}

const BOUND: (&str, &str) = (
    "it is a module, and its package binds the name to something else",
    "say `kind = \"module\"` or `kind = \"object\"` in the rule",
);

const BOUND_AT_TIMES: (&str, &str) = (
    "it is a module, and its package may bind the name to something else",
    "write it by hand: `from package.module import name` means the module",
);

const BOUND_AND_MOVED: (&str, &str) = (
    "its package binds the name of the module to something else, and both move apart",
    "write it by hand",
);

const LOADED_AND_BOUND: (&str, &str) = (
    "the import loads the module, and binds what its package calls so, which is something else",
    "write it by hand: `from package import name` gives what the package binds",
);

fn blocked(verdict: &Verdict, (message, help): (&str, &str)) -> Verdict {
    Verdict::Blocked {
        rule: verdict.rule().unwrap_or_default(),
        len: verdict.len(),
        refusal: Refusal::new(Code::AmbiguousKind, message).help(help),
    }
}

/// Classes are written with a capital (PEP 8), modules are not.
pub(super) fn looks_like_class(path: &[Segment]) -> bool {
    path.last()
        .and_then(|name| name.trim_start_matches('_').chars().next())
        .is_some_and(char::is_uppercase)
}
