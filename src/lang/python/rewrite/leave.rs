//! Relative imports of a file that moves: statements that stay as they are but for how they write their
//! module (see [`crate::lang::python::moving`]).

use super::Rewrite;
use super::actions::{Decisions, ImportAction};
use super::facts::{Facts, Key};
use super::target;
use crate::finding::{Code, Level};
use crate::lang::plan_builder::{PlanBuilder, Refusal, Subject};
use crate::lang::python::moving::Leaving;
use crate::lang::python::scopes::ImportId;

impl Rewrite<'_, '_> {
    /// Edits the statements, and says why.
    pub(super) fn write_leaving(
        &self,
        facts: &Facts,
        decisions: &Decisions,
        draft: &mut PlanBuilder,
    ) {
        for (number, import) in self.unit.scopes.imports.iter().enumerate() {
            let id = ImportId(number as u32);
            let Some(leaving) = self.unit.leaving.get(&id) else {
                continue;
            };
            let keys = (0..import.clauses.len()).map(|at| (id, at as u32));
            let staying: Vec<Key> = keys
                .filter(|key| self.stays_written(*key, facts, decisions))
                .collect();
            let Some(first) = staying.first() else {
                continue;
            };
            let range = self.place_of(*first);
            if self.unit.kept.keeps(range.start) {
                continue;
            }
            let subject = Subject {
                range,
                path: &leaving.old,
                to: Some(&leaving.new),
                rule: leaving.rule,
            };
            // What moves by itself gets a statement of its own: this one keeps its place between `from`
            // and `import`.
            let edit = leaving
                .written
                .clone()
                .and_then(|new| target::replaced(self.unit.text, self.unit.tokens, import, new));
            match edit {
                Some(edit) => {
                    draft.edits.push(edit);
                    draft.rewritten(&subject, &[leaving.rule], self.table());
                    let message = said(leaving, "and is written so that it does");
                    draft.remark(
                        Code::Relative,
                        Level::Review,
                        &subject,
                        message,
                        self.table(),
                    );
                }
                None => {
                    let why = match leaving.written {
                        Some(_) => "and cannot be written so in this statement",
                        None => "and that is nowhere in the tree",
                    };
                    let refusal = Refusal::new(Code::Relative, said(leaving, why))
                        .help("write what it names by hand");
                    draft.refused(&subject, refusal, self.table());
                }
            }
        }
    }

    /// Whether a clause keeps its place in a statement that keeps its module.
    fn stays_written(&self, key: Key, facts: &Facts, decisions: &Decisions) -> bool {
        facts.clause(key).is_some()
            && !matches!(
                decisions.clause(key),
                ImportAction::Retarget(_) | ImportAction::Remove
            )
    }
}

fn said(leaving: &Leaving, end: &str) -> String {
    format!(
        "with this file at `{}`, the relative import would no longer lead to `{}`, {end}",
        leaving.new.join("."),
        leaving.module.join(".")
    )
}
