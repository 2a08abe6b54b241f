//! Whether a new import closes a cycle that was not there before: of files that load each other while they are
//! imported, however many. The graph of the tree is `index/graph`; here it is asked for each import that a
//! rewrite writes.
//!
//! A cycle may do no harm: it does if a name is taken from a module that is only half imported. So it is a review, and
//! stops no edit.

use super::Rewrite;
use super::actions::{Decisions, ImportAction};
use super::facts::{Facts, Form, Key};
use crate::finding::{Code, Finding, Level};
use crate::lang::plan_builder::{PlanBuilder, show};
use crate::lang::python::index::{Brings, OwnImports};
use crate::path::Segment;

const HELP: &str =
    "import it inside of the functions that use it, or import the module instead of the name";

impl Rewrite<'_, '_> {
    /// Reports each cycle at the first reference that closes it.
    pub(super) fn report_cycles(
        &self,
        facts: &Facts,
        decisions: &Decisions,
        draft: &mut PlanBuilder,
    ) {
        // Stubs are not run; a doctest, or code in a string, is no module.
        if self.unit.is_stub || self.unit.modules.is_empty() {
            return;
        }
        let swapped = facts.order.iter().filter_map(|key| {
            let form = facts.clause(*key)?.form;
            match decisions.clause(*key) {
                ImportAction::Retarget(to) => Some((*key, to.as_slice(), form)),
                _ => None,
            }
        });
        let added = decisions.adds.iter();
        let added = added.map(|add| (add.beside, add.module.as_slice(), add.form));
        let mut own = None;
        for (key, to, form) in swapped.chain(added) {
            let own = own.get_or_insert_with(|| self.tree.own_imports(self.unit.module));
            if let Some(way) = self.cycle(own, key, to, form) {
                draft
                    .findings
                    .push(self.cycle_finding(key, facts, to, &way));
            }
        }
    }

    /// The modules on the way from this one back to it, if the import at this place closes a cycle.
    fn cycle(
        &self,
        own: &mut OwnImports,
        key: Key,
        to: &[Segment],
        form: Form,
    ) -> Option<Vec<String>> {
        let import = self.unit.scopes.import(key.0);
        if import.unreachable || !own.runs(import.range.start()) {
            return None;
        }
        let brings = match form {
            Form::From => Brings::Name,
            Form::Star => Brings::Star,
            Form::Dotted | Form::Undotted | Form::Alias => Brings::Module,
        };
        self.tree.cycle(own, to, brings)
    }

    fn cycle_finding(&self, key: Key, facts: &Facts, to: &[Segment], way: &[String]) -> Finding {
        let range = self.place_of(key);
        let fact = facts.clause(key);
        let subject = fact.and_then(|fact| {
            let path = fact.path.as_ref()?;
            fact.verdict.subject(path, range.clone())
        });
        let syntax = self.table().syntax();
        let path = subject.as_ref().map_or(to, |subject| subject.path);
        let successor = subject.as_ref().and_then(|subject| subject.to);
        Finding {
            code: Code::Cycle,
            level: Level::Review,
            range,
            path: Some(show(path, syntax)),
            successor: successor.map(|to| show(to, syntax)),
            message: format!("the new import closes a cycle: `{}`", way.join(" -> ")),
            help: Some(HELP.to_owned()),
            rule: subject.map(|subject| subject.rule),
        }
    }
}
