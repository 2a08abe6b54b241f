//! Whether a path is a module or an object (row P40), where a rewrite depends on it.
//!
//! In this order: the rule's `kind`; the files of the tree; the import forms of the file; rules below the
//! path; else it is an object, unless what the chain goes on with makes that doubtful.

use super::Rewrite;
use super::facts::{ChainFact, ClauseFact, Facts, Form, Key, shared};
use super::verdict::Moved;
use crate::finding::Code;
use crate::lang::draft::Refusal;
use crate::lang::python::scopes::ImportKind;
use crate::lang::python::unit::{MODULE, OBJECT, Target};
use crate::path::Segment;

/// What of a new path an import must bring.
#[derive(Clone, Copy, Debug)]
pub(super) struct Home {
    /// How many of its names.
    pub(super) len: usize,
    /// These are a module for sure. Else they may be an object of one, and only `from a import b` serves both.
    pub(super) is_module: bool,
}

impl Home {
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
    ) -> Result<Home, Refusal> {
        let found = || self.find_module_len(facts, chain, moved);
        chain.module.get_or_init(found).clone()
    }

    fn find_module_len(
        &self,
        facts: &Facts,
        chain: &ChainFact,
        moved: &Moved,
    ) -> Result<Home, Refusal> {
        if let Some(module) = self.module_in_rule(moved) {
            return Ok(Home::module(module));
        }
        if let Some(module) = self.module_on_the_way(facts, chain, moved) {
            return Ok(Home::module(module));
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
                return Ok(Home::module(base.to.len()));
            }
        }
        if let Some(module) = self.module_in_tree(moved) {
            return Ok(Home::module(module));
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
                return Ok(Home {
                    len: whole,
                    is_module: false,
                });
            }
            None => false,
        };
        match is_module {
            true => Ok(Home::module(whole)),
            false if whole > 1 => Ok(Home::module(whole - 1)),
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

    /// `from package import name` where the package has a module of that name and binds the name to
    /// something else: what moves must be said in the rule.
    pub(super) fn kind_is_ambiguous(&self, fact: &ClauseFact, moved: &Moved) -> Option<Refusal> {
        let path = fact.path.as_ref()?;
        let (Form::From, true) = (fact.form, moved.len == path.len()) else {
            return None;
        };
        let rule = &self.table().rules()[moved.rule];
        let [package @ .., name] = path.as_slice() else {
            return None;
        };
        let both = rule.kinds.meets(MODULE)
            && rule.kinds.meets(OBJECT)
            && self.tree.rebinds(package, name);
        both.then(|| {
            Refusal::new(
                Code::AmbiguousKind,
                "it is a module, and its package binds the name to something else",
            )
            .help("say `kind = \"module\"` or `kind = \"object\"` in the rule")
        })
    }
}

/// Classes are written with a capital (PEP 8), modules are not.
pub(super) fn looks_like_class(path: &[Segment]) -> bool {
    path.last()
        .and_then(|name| name.trim_start_matches('_').chars().next())
        .is_some_and(char::is_uppercase)
}
