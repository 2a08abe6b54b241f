//! The batches: each is written, judged by the gates, and searched for who breaks them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::batches::Batch;
use super::news::News;
use super::plan::Plan;
use super::search::{Files, Found, Oracle, search};
use super::{Halt, Migration};
use crate::config::Search;
use crate::gate::{Expectation, Gate, Phase};
use crate::output::place::shown;
use crate::record::{Blamed, Event, Verdict, Written};
use crate::transaction::Digest;
use crate::usecase::planning::Planning;

impl Migration<'_> {
    /// Migrates all batches, one after the other.
    ///
    /// # Errors
    /// It has to stop; what was judged stays.
    pub(super) fn during(&mut self, planning: &Planning<'_, '_>, plan: &Plan) -> Result<(), Halt> {
        self.phase(Phase::During)?;
        let root = self.run.place.project.root().to_owned();
        let left_out = self.left_out(plan)?;
        let batches = plan.batches(&left_out, self.order, &root);
        self.ground.audience.news(News::Planned {
            files: batches.iter().flat_map(Batch::files).count(),
            units: batches.iter().map(|batch| batch.units.len()).sum(),
            batches: batches.len(),
        });
        let done = self.ground.record.state().batches.iter();
        let done = done.filter(|batch| batch.ended.is_some()).count();
        let of = done + batches.len();
        for (at, batch) in batches.iter().enumerate() {
            self.batch(planning, plan, batch, done + at + 1, of)?;
        }
        self.ground.record.append(Event::PhaseEnd {
            phase: Phase::During,
        })?;
        Ok(())
    }

    /// Files that were quarantined, in this migration or in the one before, and hold what they held then.
    fn left_out(&mut self, plan: &Plan) -> Result<BTreeSet<PathBuf>, Halt> {
        let root = self.run.place.project.root();
        let own = self.ground.record.state().quarantined.clone();
        let mut out = BTreeSet::new();
        let mut inherited = Vec::new();
        let is_same = |blamed: &Blamed| {
            let file = blamed.file.under(root);
            let planned = plan.files.get(&file)?;
            (planned.old.to_string() == blamed.digest).then_some(file)
        };
        out.extend(own.iter().filter_map(is_same));
        for blamed in &self.quarantined {
            if let Some(file) = is_same(blamed)
                && !out.contains(&file)
            {
                inherited.push(blamed.clone());
                out.insert(file);
            }
        }
        if !inherited.is_empty() {
            self.ground.audience.note(&format!(
                "{} left out as before, because of a gate; --retry-quarantined tries again",
                match inherited.len() {
                    1 => "1 file is".to_owned(),
                    several => format!("{several} files are"),
                }
            ));
        }
        for blamed in inherited {
            self.ground.record.append(Event::Quarantine(blamed))?;
        }
        Ok(out)
    }

    fn batch(
        &mut self,
        planning: &Planning<'_, '_>,
        plan: &Plan,
        batch: &Batch,
        number: usize,
        of: usize,
    ) -> Result<(), Halt> {
        let started = Instant::now();
        let files: Vec<&PathBuf> = batch.files().collect();
        self.ground.audience.news(News::Batch {
            number,
            of,
            name: &batch.name,
            units: batch.units.len(),
            files: files.len(),
        });
        let units = batch
            .units
            .iter()
            .map(|unit| self.ground.written(unit))
            .collect();
        self.ground.record.append(Event::BatchBegin {
            batch: number,
            name: batch.name.clone(),
            units,
            content: content_of(plan, &files, &self.order.during()),
        })?;
        let known = self.ground.record.state().open_batch();
        let known = known.map_or(Vec::new(), |batch| batch.verdicts.clone());
        let mut judge = Judge {
            gates: self.order.during(),
            known: known
                .into_iter()
                .map(|it| (it.files.iter().copied().collect(), it))
                .collect(),
            migration: self,
            planning,
            plan,
            files: &files,
            number,
            asked: 0,
            deadline: None,
            blamed: None,
        };
        let found = judge.whole(batch)?;
        let searched = judge.asked;
        let blamed = judge.blamed.clone();
        self.keep_out(&found, &files, plan, blamed.as_ref())?;
        for gate in self.order.gates.clone() {
            if gate.expected.during == Expectation::Any {
                self.ask(&gate, Phase::During)?;
            }
        }
        let references = found.good.iter();
        let references = references.filter_map(|at| plan.files.get(files[*at]));
        let references = references.map(|planned| planned.references).sum();
        let commit = self.commit(&batch.name, &found, &files, references)?;
        self.ground.record.append(Event::BatchEnd {
            batch: number,
            files: found.good.len(),
            references,
            searched,
            commit,
        })?;
        self.ground.record.flush()?;
        self.ground.audience.news(News::Done {
            number,
            of,
            name: &batch.name,
            units: batch.units.len(),
            files: found.good.len(),
            references,
            quarantined: files.len() - found.good.len(),
            took: started.elapsed(),
        });
        Ok(())
    }

    /// Records who is left out, and why.
    fn keep_out(
        &mut self,
        found: &Found,
        files: &[&PathBuf],
        plan: &Plan,
        verdict: Option<&Verdict>,
    ) -> Result<(), Halt> {
        let root = self.run.place.project.root().to_owned();
        let guilty = found.guilty.iter().map(|it| (it.file, it.with, true));
        let unresolved = found.unresolved.iter().map(|file| (*file, None, false));
        for (file, with, is_sure) in guilty.chain(unresolved) {
            let planned = plan.files.get(files[file]);
            let blamed = Blamed {
                file: Written::new(files[file], &root),
                digest: planned.map_or(String::new(), |it| it.old.to_string()),
                with: with.map(|with| Written::new(files[with], &root)),
                gate: verdict.and_then(|it| it.gate.clone()),
                log: verdict.and_then(|it| it.log.clone()),
                references: planned.map_or(0, |it| it.references),
                unresolved: !is_sure,
            };
            self.ground.audience.news(News::Quarantined(&blamed));
            self.ground.record.append(Event::Quarantine(blamed))?;
        }
        Ok(())
    }
}

/// What identifies what files hold and get, and who judges that.
fn content_of(plan: &Plan, files: &[&PathBuf], gates: &[Gate]) -> String {
    let mut text = String::new();
    for gate in gates {
        text.push_str(&format!("{gate:?}"));
    }
    for file in files {
        if let Some(planned) = plan.files.get(*file) {
            text.push_str(&planned.old.to_string());
            text.push_str(&planned.new.to_string());
        }
    }
    Digest::of(text.as_bytes()).to_string()
}

/// Writes parts of a batch and asks the gates. What they said of a part is remembered, also over runs.
struct Judge<'j, 'm, 'e, 'r> {
    migration: &'j mut Migration<'m>,
    planning: &'j Planning<'e, 'r>,
    plan: &'j Plan,
    files: &'j [&'j PathBuf],
    number: usize,
    gates: Vec<Gate>,
    known: BTreeMap<Files, Verdict>,
    /// How often the gates were asked in a search.
    asked: u64,
    /// Until when the search may ask.
    deadline: Option<Instant>,
    /// The last verdict that was against a part.
    blamed: Option<Verdict>,
}

impl Judge<'_, '_, '_, '_> {
    /// Judges the batch as a whole, and searches it if it breaks a gate. In the end the tree holds what may
    /// stay.
    fn whole(&mut self, batch: &Batch) -> Result<Found, Halt> {
        let all: Files = (0..self.files.len()).collect();
        let whole = self.judged(&all)?;
        if whole.passes {
            self.make(&all)?;
            return Ok(Found {
                good: all,
                ..Found::default()
            });
        }
        let none = Files::new();
        let without = self.judged(&none)?;
        if !without.passes {
            self.make(&none)?;
            return Err(Halt::Stop(format!(
                "gate `{}` fails with the batch and without it: its files are not to blame, but something \
                 else has changed (the environment, an earlier batch, someone's edit); the batch is taken back",
                without.gate.unwrap_or_default()
            )));
        }
        self.blamed = Some(whole.clone());
        if self.migration.order.search == Search::Batch {
            self.make(&none)?;
            return Ok(Found {
                unresolved: all,
                ..Found::default()
            });
        }
        self.migration.ground.audience.news(News::Searching {
            files: all.len(),
            gate: whole.gate.as_deref().unwrap_or_default(),
        });
        // The gate that fails answers first.
        if let Some(at) = self
            .gates
            .iter()
            .position(|gate| Some(&gate.name) == whole.gate.as_ref())
        {
            self.gates[..=at].rotate_right(1);
        }
        self.deadline = Some(Instant::now() + self.migration.order.max_search);
        let mut at = 0;
        let units: Vec<Files> = batch
            .units
            .iter()
            .map(|unit| {
                let files = at..at + unit.len();
                at = files.end;
                files.collect()
            })
            .collect();
        let before = self.asked;
        let found = search(&units, self)?;
        self.asked -= before;
        self.make(&found.good)?;
        if !found.good.is_empty() && !self.ask_gates(&found.good)?.passes {
            self.make(&none)?;
            return Err(Halt::Stop(
                "the gates fail over what stayed of the batch, although they passed over the same files \
                 before: they do not answer alike; the batch is taken back"
                    .to_owned(),
            ));
        }
        Ok(found)
    }

    /// What the gates say of a part of the batch.
    fn judged(&mut self, files: &Files) -> Result<Verdict, Halt> {
        if let Some(known) = self.known.get(files) {
            return Ok(known.clone());
        }
        self.make(files)?;
        let verdict = self.ask_gates(files)?;
        self.migration
            .ground
            .record
            .append(Event::Verdict(verdict.clone()))?;
        self.known.insert(files.clone(), verdict.clone());
        Ok(verdict)
    }

    /// Makes exactly this part of the batch be rewritten.
    fn make(&mut self, files: &Files) -> Result<(), Halt> {
        let root = self.migration.run.place.project.root();
        let wanted: BTreeSet<Written> = files
            .iter()
            .map(|at| Written::new(self.files[*at], root))
            .collect();
        self.migration
            .ground
            .take_back_batch(self.number, |standing| {
                standing.iter().all(|file| wanted.contains(file))
            })?;
        let state = self.migration.ground.record.state();
        let standing: BTreeSet<&Written> = state
            .standing
            .iter()
            .filter(|it| it.batch == self.number)
            .flat_map(|it| &it.files)
            .collect();
        let missing: Vec<&PathBuf> = files
            .iter()
            .map(|at| self.files[*at])
            .filter(|file| !standing.contains(&Written::new(file, root)))
            .collect();
        self.migration.write(self.planning, self.plan, &missing)
    }

    /// Asks the gates, up to the first that fails.
    fn ask_gates(&mut self, files: &Files) -> Result<Verdict, Halt> {
        self.asked += 1;
        let written = self.migration.ground.digests(self.number);
        for gate in self.gates.clone() {
            let answer = self.migration.ask(&gate, Phase::During)?;
            if let Some(changed) = self.migration.ground.changed_since(&written) {
                return Err(Halt::Stop(format!(
                    "{} was changed or removed while gate `{}` ran: a gate must leave the sources of a batch \
                     alone; put back what it did (`git diff` shows it), mend the gate",
                    shown(&changed),
                    gate.name
                )));
            }
            if answer.is_broken() {
                return Err(Halt::Stop(answer.why(&gate, Phase::During)));
            }
            if !answer.met {
                let log = answer.log.file_name().map(Path::new);
                return Ok(Verdict {
                    files: files.iter().copied().collect(),
                    passes: false,
                    gate: Some(gate.name),
                    log: log.map(|log| log.display().to_string()),
                });
            }
        }
        Ok(Verdict {
            files: files.iter().copied().collect(),
            passes: true,
            gate: None,
            log: None,
        })
    }
}

impl Oracle for Judge<'_, '_, '_, '_> {
    type Stop = Halt;

    fn passes(&mut self, files: &Files) -> Result<Option<bool>, Halt> {
        let is_over = self.deadline.is_some_and(|until| Instant::now() >= until);
        if is_over && !self.known.contains_key(files) {
            return Ok(None);
        }
        let verdict = self.judged(files)?;
        if !verdict.passes {
            self.blamed = Some(verdict.clone());
        }
        Ok(Some(verdict.passes))
    }
}
