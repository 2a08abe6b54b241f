//! References and findings of what was decided.

use super::Rewrite;
use super::actions::{Add, Decisions, ImportAction, ReferenceAction};
use super::facts::{Facts, Form, Key, Sense};
use super::verdict::Verdict;
use crate::finding::{Code, Finding, Level};
use crate::lang::plan_builder::{PlanBuilder, Refusal, show};
use crate::lang::python::scopes::{ImportKind, NameReference, ScopeId};
use crate::lang::python::unit::{MODULE, Target, bytes, known_modules};
use crate::mapping::Rename;
use crate::outline::{Binding, Declared, Meaning};
use crate::path::{Namespaces, Segment};

impl Rewrite<'_, '_> {
    /// Reports clauses, chains, and statements that were added.
    pub(super) fn report(&self, facts: &Facts, decisions: &Decisions, draft: &mut PlanBuilder) {
        for &key in &facts.order {
            self.report_clause(key, facts, decisions, draft);
        }
        for (fact, next) in facts.chains.iter().zip(&decisions.chains) {
            let range = self.chain_range(fact);
            // The first of its senses that a rule speaks of.
            let is_mapped = |sense: &&Sense| sense.verdict.len() > 0;
            let Some(sense) = fact.senses.iter().find(is_mapped) else {
                continue;
            };
            let Some(subject) = sense.verdict.subject(&sense.path, range) else {
                continue;
            };
            match next {
                ReferenceAction::Writes(_) => {
                    if let Verdict::Moves(moved) = &sense.verdict {
                        draft.rewritten(&subject, &moved.applied, self.table());
                    }
                }
                ReferenceAction::Refused(refusal) => {
                    draft.refused(&subject, refusal.clone(), self.table())
                }
                ReferenceAction::Stays | ReferenceAction::Follows | ReferenceAction::Silent => {}
            }
        }
        for add in &decisions.adds {
            self.report_add(add, draft);
        }
        self.report_implied(facts, decisions, draft);
        self.report_cycles(facts, decisions, draft);
    }

    fn report_clause(
        &self,
        key: Key,
        facts: &Facts,
        decisions: &Decisions,
        draft: &mut PlanBuilder,
    ) {
        let Some(fact) = facts.clause(key) else {
            return;
        };
        let place = self.place_of(key);
        if let Some(Target::Ambiguous(modules)) = self.unit.targets.get(key.0.index()) {
            self.report_ambiguous(key, modules, draft);
            return;
        }
        let Some(path) = &fact.path else { return };
        let Some(subject) = fact.verdict.subject(path, place) else {
            if fact.form == Form::Star {
                self.report_star(key, path, draft);
            }
            return;
        };
        match (decisions.clause(key), &fact.verdict) {
            (ImportAction::Retarget(_) | ImportAction::Remove, Verdict::Moves(moved)) => {
                if fact.form == Form::Star {
                    self.report_star(key, path, draft);
                }
                draft.rewritten(&subject, &moved.applied, self.table());
                if let Some((name, reason)) = self.kept_names.get(&key) {
                    draft.remark(
                        Code::KeptName,
                        Level::Review,
                        &subject,
                        format!("the local name `{name}` was kept: {reason}"),
                        self.table(),
                    );
                }
            }
            (ImportAction::Refused(refusal) | ImportAction::Blocked(refusal), _) => {
                draft.refused(&subject, refusal.clone(), self.table());
            }
            _ => {}
        }
    }

    /// A star may bring a name that does not go where its module goes.
    fn report_star(&self, key: Key, module: &[Segment], draft: &mut PlanBuilder) {
        let table = self.table();
        for (name, verdict) in self.parted_by_star(module) {
            let mut path = module.to_vec();
            path.push(name.clone());
            let Some(subject) = verdict.subject(&path, self.place_of(key)) else {
                continue;
            };
            if self.unit.kept.keeps(subject.range.start) {
                continue;
            }
            if self.uses_by_star(key, name) {
                let refusal = star_brings(name);
                draft.refused(&subject, refusal, table);
            } else {
                let message = format!("a star import may bring `{name}`");
                draft.remark(Code::Star, Level::Note, &subject, message, table);
            }
        }
    }

    /// The names in a module of which a rule says that they go elsewhere than the module does.
    pub(super) fn parted_by_star<'t>(
        &'t self,
        module: &'t [Segment],
    ) -> impl Iterator<Item = (&'t Segment, Verdict)> {
        let table = self.table();
        let home = Verdict::of(table, module, MODULE);
        table.old_children(module).filter_map(move |name| {
            let path: Vec<Segment> = module.iter().chain([name]).cloned().collect();
            let verdict = Verdict::of(table, &path, Namespaces::ALL);
            let goes_along = match (home.moved(), verdict.moved()) {
                (Some(home), Some(moved)) => {
                    moved.to.strip_suffix(std::slice::from_ref(name)) == Some(&home.to)
                }
                (None, None) => matches!(verdict, Verdict::Stays),
                _ => false,
            };
            (!goes_along).then_some((name, verdict))
        })
    }

    /// Why a star import stays: the file uses a name that it would not bring any more.
    pub(super) fn star_loses(&self, key: Key, module: &[Segment]) -> Option<Refusal> {
        let mut parted = self.parted_by_star(module);
        let lost = parted.find(|(name, _)| self.uses_by_star(key, name));
        lost.map(|(name, _)| star_brings(name))
    }

    /// Whether something uses a name that a star may have brought: the file, or whoever sees its names.
    fn uses_by_star(&self, key: Key, name: &Segment) -> bool {
        let scopes = &self.unit.scopes;
        let star = scopes.import(key.0).clauses[key.1 as usize].binding;
        let mut chains = scopes.chains.iter().chain(&scopes.deletions);
        let is_used = |chain: &NameReference| {
            chain.parts[0].name == *name && chain.reach.stars.contains(&star)
        };
        chains.any(is_used)
            || match self.is_bound_after(key, name) {
                // Code that looks names up may run before that.
                true => self.is_looked_up(name),
                false => self.exports.contains(name) || self.is_needed_besides(name).is_some(),
            }
    }

    /// Whether a name of the module is bound after a star, wherever that has run: then it is no matter of the star.
    fn is_bound_after(&self, star: Key, name: &Segment) -> bool {
        let scopes = &self.unit.scopes;
        let import = scopes.import(star.0);
        let bindings = scopes.scope(ScopeId(0)).bindings.get(name);
        bindings.into_iter().flatten().any(|id| {
            let binding = scopes.binding(*id);
            binding.kind.binds()
                && binding.from == ScopeId(0)
                && import.range.end() <= binding.range.start()
                && self.is_around(binding.block, import.block)
        })
    }

    fn report_ambiguous(&self, key: Key, modules: &[Vec<Segment>], draft: &mut PlanBuilder) {
        let table = self.table();
        let clause = &self.unit.scopes.import(key.0).clauses[key.1 as usize];
        for module in modules {
            let own = clause.path.iter().filter(|name| *name != "*");
            let path: Vec<Segment> = module.iter().chain(own).cloned().collect();
            let verdict = Verdict::of(table, &path, Namespaces::ALL);
            let Some(subject) = verdict.subject(&path, bytes(clause.path_range)) else {
                continue;
            };
            if self.unit.kept.keeps(subject.range.start) {
                return;
            }
            let list: Vec<String> = modules
                .iter()
                .map(|m| format!("`{}`", m.join(".")))
                .collect();
            let refusal = Refusal::new(
                Code::AmbiguousRoot,
                format!(
                    "depending on where modules start it leads to {}",
                    list.join(" or ")
                ),
            )
            .help("say where modules start: `roots` in the configuration, or --root");
            draft.refused(&subject, refusal, table);
            return;
        }
    }

    fn report_add(&self, add: &Add, draft: &mut PlanBuilder) {
        if !add.parent {
            return;
        }
        let path = &add.module;
        draft.findings.push(Finding {
            code: Code::Parent,
            level: Level::Review,
            range: self.place_of(add.beside),
            path: Some(show(path, self.table().syntax())),
            successor: None,
            message: format!(
                "the import bound `{}` too, so that is imported by itself",
                add.alias.as_ref().unwrap_or(&path[0])
            ),
            help: None,
            rule: None,
        });
    }

    /// The binding of a clause as the outline says it.
    pub(super) fn outline_binding(
        &self,
        key: Key,
        path: Option<&[Segment]>,
        stays: bool,
    ) -> Binding {
        let scopes = &self.unit.scopes;
        let import = scopes.import(key.0);
        let clause = &import.clauses[key.1 as usize];
        let binding = scopes.binding(clause.binding);
        let name = if crate::lang::python::unit::binds_root(import, key.1 as usize) {
            Segment::new(path.unwrap_or(&clause.path).join("."))
        } else {
            binding.name.clone()
        };
        let is_from = matches!(import.kind, ImportKind::From { .. });
        let own = usize::from(is_from && clause.path.first().is_none_or(|name| name != "*"));
        let modules = path.map_or(0, |path| path.len().saturating_sub(own));
        Binding {
            scope: scopes.scope(binding.scope).key.clone(),
            name,
            visibility: String::new(),
            condition: String::new(),
            meaning: match path {
                Some(path) => Meaning::Path(path.to_vec()),
                None => Meaning::Opaque(clause.path.clone()),
            },
            namespaces: Namespaces::ALL,
            known: known_modules(modules),
            stays,
        }
    }

    /// What verification must expect beyond "same name, new path".
    pub(super) fn declare(
        &self,
        facts: &Facts,
        decisions: &Decisions,
        declared: &mut Vec<Declared>,
    ) {
        for &key in &facts.order {
            let Some(fact) = facts.clause(key) else {
                continue;
            };
            let path = fact.path.as_deref();
            match (decisions.clause(key), fact.form) {
                (ImportAction::Remove, _) => {
                    declared.push(Declared::Removed(self.outline_binding(key, path, false)));
                }
                (ImportAction::Retarget(to), _) if fact.is_dotted() => {
                    declared.push(Declared::Removed(self.outline_binding(key, path, false)));
                    let mut added = self.outline_binding(key, path, false);
                    added.name = match decisions.aliases.get(&key) {
                        Some(alias) => alias.clone(),
                        None => Segment::new(to.join(".")),
                    };
                    added.meaning = Meaning::Path(to.clone());
                    declared.push(Declared::Added(added));
                }
                (ImportAction::Retarget(to), Form::From) if self.renamed_key(key) => {
                    declared.push(Declared::Removed(self.outline_binding(key, path, false)));
                    let mut added = self.outline_binding(key, path, false);
                    added.name = to.last().cloned().unwrap_or_default();
                    added.meaning = Meaning::Path(to.clone());
                    declared.push(Declared::Added(added));
                }
                _ => {}
            }
        }
        for add in &decisions.adds {
            let mut added = self.outline_binding(add.beside, Some(&add.module), false);
            added.name = match (&add.alias, add.form) {
                (Some(alias), _) => alias.clone(),
                (None, Form::From) => add.module.last().cloned().unwrap_or_default(),
                (None, _) => Segment::new(add.module.join(".")),
            };
            declared.push(Declared::Added(added));
        }
    }

    /// Whether a rule asks for uses to be renamed.
    pub(super) fn wants_uses(&self, rules: &[usize]) -> bool {
        rules
            .iter()
            .any(|rule| self.table().rules()[*rule].rename == Rename::Uses)
    }
}

fn star_brings(name: &str) -> Refusal {
    Refusal::new(
        Code::Star,
        format!("a star import brings `{name}`, which is used"),
    )
    .help("import the name explicitly")
}
