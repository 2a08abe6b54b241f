//! Names that a package has because it loaded a module of its own: `from .foo import Bar` in `pkg/__init__.py` binds
//! `foo` there as well, to the module `pkg.foo`. Where the import is rewritten, an import of the module beside it
//! keeps the name bound. So it does for names in `__all__` that are modules of the package.
//!
//! Deliberately absent: names of builtins, and names that a statement of the file binds besides.

use ruff_python_stdlib::builtins::is_python_builtin;
use ruff_text_size::TextRange;
use rustc_hash::FxHashMap;

use super::Rewrite;
use super::actions::{Add, Decisions, ImportAction};
use super::facts::{Facts, Form, Key};
use super::verdict::{Moved, Verdict};
use crate::finding::Code;
use crate::lang::plan_builder::{PlanBuilder, Refusal, Subject};
use crate::lang::python::exports;
use crate::lang::python::scopes::{NameReference, ScopeId};
use crate::lang::python::unit::{MODULE, bytes, known_modules};
use crate::outline::{Meaning, Use};
use crate::path::{Namespaces, Segment};

/// A name that is read, and that only the package's loading of a module binds.
#[derive(Debug)]
pub(super) struct Implied {
    name: Segment,
    /// The module.
    path: Vec<Segment>,
    moved: Moved,
    /// The chains that start at the name.
    chains: Vec<usize>,
    /// Where `__all__` names it: a star import takes the module then, and loads it.
    exported: Vec<TextRange>,
}

impl Implied {
    fn is_read(&self) -> bool {
        !self.chains.is_empty() || !self.exported.is_empty()
    }
}

/// All of them in a text.
#[derive(Debug, Default)]
pub(super) struct AllImplied {
    all: Vec<Implied>,
    by_chain: FxHashMap<usize, usize>,
}

/// What binds such a name afterwards.
enum Binder {
    /// An import that stays.
    Stays,
    /// Nothing, unless an import comes beside this clause, which loaded the module.
    Beside(Key),
    /// It was loaded elsewhere.
    Elsewhere,
}

impl Rewrite<'_, '_> {
    /// The names, and where they are read.
    fn implied(&self) -> &AllImplied {
        self.implied.get_or_init(|| {
            let mut found = AllImplied::default();
            let Some(own) = self.unit.modules.first().filter(|_| self.unit.is_package) else {
                return found;
            };
            let mut known: FxHashMap<&Segment, Option<usize>> = FxHashMap::default();
            for (index, chain) in self.unit.scopes.chains.iter().enumerate() {
                if !chain.reach.bindings.is_empty() || !chain.reach.stars.is_empty() {
                    continue;
                }
                let name = &chain.parts[0].name;
                let at = *known.entry(name).or_insert_with(|| {
                    let implied = self.implied_by(own, name)?;
                    found.all.push(implied);
                    Some(found.all.len() - 1)
                });
                if let Some(at) = at.filter(|_| !self.unit.kept.keeps(start(chain))) {
                    found.all[at].chains.push(index);
                    found.by_chain.insert(index, at);
                }
            }
            let is_lazy = self
                .unit
                .scopes
                .scope(ScopeId(0))
                .bindings
                .contains_key("__getattr__");
            for (name, range) in exports::places(self.unit.module) {
                if is_lazy || self.unit.kept.keeps(bytes(range).start) {
                    continue;
                }
                let known = found.all.iter().position(|implied| implied.name == name);
                match known {
                    Some(at) => found.all[at].exported.push(range),
                    None => found
                        .all
                        .extend(self.implied_by(own, &name).map(|implied| Implied {
                            exported: vec![range],
                            ..implied
                        })),
                }
            }
            found
        })
    }

    fn implied_by(&self, own: &[Segment], name: &Segment) -> Option<Implied> {
        let path = [own, std::slice::from_ref(name)].concat();
        let verdict = Verdict::of(self.table(), &path, MODULE);
        let moved = verdict.moved().filter(|moved| moved.len > own.len())?;
        let is_module = self.tree.is_module(&path) || self.tree.is_module(&moved.to);
        let is_bound = self
            .unit
            .scopes
            .scope(ScopeId(0))
            .bindings
            .contains_key(name);
        (is_module && !is_bound && !is_python_builtin(name, 14, false)).then(|| Implied {
            name: name.clone(),
            path,
            moved: moved.clone(),
            chains: Vec::new(),
            exported: Vec::new(),
        })
    }

    fn binder(&self, implied: &Implied, facts: &Facts, decisions: &Decisions) -> Binder {
        let mut beside = None;
        for &key in &facts.order {
            let import = self.unit.scopes.import(key.0);
            let Some(fact) = facts.clause(key).filter(|_| import.scope == ScopeId(0)) else {
                continue;
            };
            let loads = |path: &[Segment]| path.starts_with(&implied.path);
            if !fact.path.as_deref().is_some_and(loads) {
                continue;
            }
            match decisions.clause(key) {
                ImportAction::Retarget(to) if !loads(to) => {
                    beside.get_or_insert(key);
                }
                ImportAction::Remove => {
                    beside.get_or_insert(key);
                }
                _ => return Binder::Stays,
            }
        }
        beside.map_or(Binder::Elsewhere, Binder::Beside)
    }

    /// Adds imports of modules whose names are read, where the imports that loaded them leave.
    pub(super) fn keep_implied(&self, facts: &Facts, decisions: &mut Decisions) {
        for implied in self.implied().all.iter().filter(|it| it.is_read()) {
            let Binder::Beside(beside) = self.binder(implied, facts, decisions) else {
                continue;
            };
            let module = implied.moved.to.clone();
            let is_named_so = module.last() == Some(&implied.name);
            let form = match (module.len(), is_named_so) {
                (1, true) => Form::Undotted,
                (1, false) => Form::Alias,
                _ => Form::From,
            };
            decisions.adds.push(Add {
                beside,
                form,
                module,
                alias: (!is_named_so).then(|| implied.name.clone()),
                parent: false,
            });
        }
        decisions.adds.sort_by_key(|add| add.beside);
    }

    /// Reports where such names are read.
    pub(super) fn report_implied(
        &self,
        facts: &Facts,
        decisions: &Decisions,
        draft: &mut PlanBuilder,
    ) {
        for implied in &self.implied().all {
            let binder = self.binder(implied, facts, decisions);
            if let Binder::Elsewhere = binder {
                self.refuse_exports(implied, draft);
            }
            for &index in &implied.chains {
                let chain = &self.unit.scopes.chains[index];
                let subject = Subject {
                    range: bytes(chain.parts[0].range),
                    path: &implied.path,
                    to: Some(&implied.moved.to),
                    rule: implied.moved.rule,
                };
                match binder {
                    Binder::Stays => {}
                    Binder::Beside(_) => {
                        draft.rewritten(&subject, &implied.moved.applied, self.table());
                    }
                    Binder::Elsewhere => {
                        let refusal = Refusal::new(
                            Code::Binding,
                            "nothing in this file binds the name: another file loads the module, which binds it",
                        )
                        .help("import the module in this file");
                        draft.refused(&subject, refusal, self.table());
                    }
                }
            }
        }
    }

    fn refuse_exports(&self, implied: &Implied, draft: &mut PlanBuilder) {
        for range in &implied.exported {
            let subject = Subject {
                range: bytes(*range),
                path: &implied.path,
                to: Some(&implied.moved.to),
                rule: implied.moved.rule,
            };
            let refusal = Refusal::new(
                Code::Export,
                "a star import loads the module that `__all__` names, and it moves",
            )
            .help("import the module here, or take its name out of `__all__`");
            draft.refused(&subject, refusal, self.table());
        }
    }

    /// What a chain that starts at such a name means, if an import comes for it.
    pub(super) fn implied_use(
        &self,
        index: usize,
        facts: &Facts,
        decisions: &Decisions,
    ) -> Option<Use> {
        let implied = &self.implied().all[*self.implied().by_chain.get(&index)?];
        let Binder::Beside(_) = self.binder(implied, facts, decisions) else {
            return None;
        };
        let chain = &self.unit.scopes.chains[index];
        let rest = chain.names().skip(1).cloned();
        Some(Use {
            meaning: Meaning::Path(implied.path.iter().cloned().chain(rest).collect()),
            namespaces: Namespaces::ALL,
            known: known_modules(implied.path.len()),
            stays: false,
            range: Some(bytes(chain.range())),
        })
    }
}

fn start(chain: &NameReference) -> usize {
    chain.range().start().to_usize()
}
