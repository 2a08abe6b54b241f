//! Import statements, each composed as meaning; `emit` makes text of it, once.

use rustc_hash::{FxHashMap, FxHashSet};

use super::actions::{Add, Decisions, ImportAction};
use super::facts::{Facts, Form};
use super::layout::Place;
use super::list::List;
use super::{Rewrite, target};
use crate::lang::python::scopes::{BlockId, Import, ImportAlias, ImportId, ImportKind};
use crate::lang::python::unit::{Target, bytes};
use crate::path::Segment;
use crate::text::Edit;

/// What becomes of the text of a clause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Do {
    /// Nothing.
    Keep,
    /// These edits of it.
    Edit(Vec<Edit>),
    /// It is replaced by this.
    Put(String),
    /// It leaves.
    Cut,
}

/// A statement that comes after one that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum New {
    /// `import ...`, and the clause that it was, for its comment.
    Plain(String, Option<usize>),
    /// `from TARGET import ...`, with the clauses that it took over.
    From { target: String, names: Vec<Name> },
}

/// One name of a new statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) text: String,
    /// The clause that it was, for its comments.
    pub(super) was: Option<usize>,
}

/// A statement that changes.
pub(super) struct Composed {
    pub(super) id: ImportId,
    /// Edits of what stands between `from` and `import`.
    pub(super) target: Vec<Edit>,
    pub(super) clauses: Vec<Do>,
    pub(super) new: Vec<New>,
    /// Names that join another statement.
    joins: Vec<(Host, String)>,
}

/// A statement that a name joins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Host {
    id: ImportId,
    /// The name stood before it, and comes to stand before its names.
    is_below: bool,
}

/// So many imports further down are looked at for one that a name can join.
const NEAR: usize = 64;

impl Composed {
    pub(super) fn is_emptied(&self) -> bool {
        self.clauses.iter().all(|clause| *clause == Do::Cut)
    }
}

impl Rewrite<'_, '_> {
    /// Emits every import statement that changes.
    pub(super) fn statements(&self, facts: &Facts, decisions: &Decisions) -> Vec<Edit> {
        let imports = 0..self.unit.scopes.imports.len();
        let composed: Vec<Composed> = imports
            .filter_map(|i| self.compose(ImportId(i as u32), facts, decisions))
            .collect();
        let passes = self.emptied_suites(&composed);
        let mut edits = Vec::new();
        for statement in &composed {
            self.emit(statement, passes.contains(&statement.id), &mut edits);
            for (host, name) in &statement.joins {
                let import = self.unit.scopes.import(host.id);
                let list = List::of(self.unit.text, self.unit.tokens, import);
                let place = Place::of(self.unit.text, self.unit.tokens, import.range);
                match host.is_below {
                    true => edits.extend(list.prepend(self.unit.text, place.newline, name)),
                    false => edits.extend(list.append(self.unit.text, place.newline, name)),
                }
            }
        }
        edits
    }

    fn compose(&self, id: ImportId, facts: &Facts, decisions: &Decisions) -> Option<Composed> {
        let import = self.unit.scopes.import(id);
        // They are sorted.
        let adds = &decisions.adds[decisions.adds.partition_point(|add| add.beside.0 < id)..];
        let adds: Vec<&Add> = adds.iter().take_while(|add| add.beside.0 == id).collect();
        let changes = (0..import.clauses.len()).any(|i| {
            matches!(
                decisions.clause((id, i as u32)),
                ImportAction::Retarget(_) | ImportAction::Remove
            )
        });
        if !changes && adds.is_empty() {
            return None;
        }
        Some(match &import.kind {
            ImportKind::Plain => self.compose_plain(id, import, facts, decisions, &adds),
            ImportKind::From { level, .. } => {
                self.compose_from(id, import, *level, decisions, &adds)
            }
        })
    }

    fn compose_plain(
        &self,
        id: ImportId,
        import: &Import,
        facts: &Facts,
        decisions: &Decisions,
        adds: &[&Add],
    ) -> Composed {
        let mut left: Vec<&Add> = adds.to_vec();
        let mut clauses = Vec::new();
        for (i, clause) in import.clauses.iter().enumerate() {
            let key = (id, i as u32);
            clauses.push(match decisions.clause(key) {
                ImportAction::Retarget(to) => {
                    let form = facts.clause(key).map_or(Form::Dotted, |fact| fact.form);
                    Do::Edit(self.plain_edits(clause, form, to, decisions.aliases.get(&key)))
                }
                ImportAction::Remove => {
                    let own = left
                        .iter()
                        .position(|add| add.beside == key && add.form != Form::From);
                    match own {
                        Some(at) => Do::Put(plain_text(left.remove(at))),
                        None => Do::Cut,
                    }
                }
                _ => Do::Keep,
            });
        }
        Composed {
            id,
            target: Vec::new(),
            clauses,
            new: left
                .into_iter()
                .map(|add| new_statement(add, &|module| module.join(".")))
                .collect(),
            joins: Vec::new(),
        }
    }

    /// `import a.b as c` with another path; the smallest edits.
    fn plain_edits(
        &self,
        clause: &ImportAlias,
        form: Form,
        to: &[Segment],
        new_alias: Option<&Segment>,
    ) -> Vec<Edit> {
        let path = bytes(clause.path_range);
        let mut edits = target::named(
            self.unit.text,
            &clause.path,
            to,
            path.clone(),
            |text, range| Edit::replace(range, text),
        );
        match (&clause.alias, new_alias) {
            (None, Some(alias)) => edits.push(Edit::insert(path.end, format!(" as {alias}"))),
            (None, None) if form == Form::Undotted => {
                edits.push(Edit::insert(path.end, format!(" as {}", clause.path[0])));
            }
            (Some((alias, _)), _)
                if to.len() == 1 && *alias == to[0] && clause.path.last() != Some(alias) =>
            {
                edits.push(Edit::delete(path.end..bytes(clause.range).end));
            }
            _ => {}
        }
        edits
    }

    fn compose_from(
        &self,
        id: ImportId,
        import: &Import,
        level: u32,
        decisions: &Decisions,
        adds: &[&Add],
    ) -> Composed {
        let dots: &[Segment] = match self.unit.targets.get(id.index()) {
            Some(Target::Module { dots, .. }) => dots,
            _ => &[],
        };
        let written = |module: &[Segment]| target::written(level, dots, module);
        let is_star = |clause: &ImportAlias| clause.path.first().is_some_and(|name| name == "*");
        let here: &[Segment] = match self.unit.targets.get(id.index()) {
            Some(Target::Module { module, .. }) => module,
            _ => &[],
        };
        // What moves within its module keeps its place in the list.
        let is_here = |to: &[Segment]| to.len() == here.len() + 1 && to.starts_with(here);
        let stays = (0..import.clauses.len()).any(|i| match decisions.clause((id, i as u32)) {
            ImportAction::Retarget(to) => is_here(to),
            ImportAction::Remove => false,
            _ => true,
        });
        let mut own: Option<(String, Vec<Segment>)> = None;
        let mut clauses = Vec::new();
        let mut new: Vec<New> = Vec::new();
        let mut joins = Vec::new();
        for (i, clause) in import.clauses.iter().enumerate() {
            let to = match decisions.clause((id, i as u32)) {
                ImportAction::Retarget(to) => to,
                ImportAction::Remove => {
                    clauses.push(Do::Cut);
                    continue;
                }
                _ => {
                    clauses.push(Do::Keep);
                    continue;
                }
            };
            if is_here(to) && !is_star(clause) {
                clauses.push(Do::Edit(
                    to.last()
                        .map_or_else(Vec::new, |name| self.name_edits(clause, name)),
                ));
                continue;
            }
            let (module, name) = match to.as_slice() {
                module if is_star(clause) => (module, None),
                [single] => {
                    clauses.push(Do::Cut);
                    let name = &self.unit.scopes.binding(clause.binding).name;
                    new.push(New::Plain(with_alias(single, name, false), Some(i)));
                    continue;
                }
                [module @ .., name] => (module, Some(name)),
                [] => {
                    clauses.push(Do::Keep);
                    continue;
                }
            };
            if let (Some(name), Some(host)) = (name, self.host(id, module, decisions)) {
                joins.push((host, self.name_text(clause, name)));
                clauses.push(Do::Cut);
                continue;
            }
            let text = written(module);
            if !stays && own.as_ref().is_none_or(|(own, _)| *own == text) {
                own = Some((text, module.to_vec()));
                clauses.push(Do::Edit(
                    name.map_or_else(Vec::new, |name| self.name_edits(clause, name)),
                ));
                continue;
            }
            clauses.push(Do::Cut);
            let name = Name {
                text: name.map_or_else(|| "*".to_owned(), |name| self.name_text(clause, name)),
                was: Some(i),
            };
            match new
                .iter_mut()
                .find(|new| matches!(new, New::From { target, .. } if *target == text))
            {
                Some(New::From { names, .. }) => names.push(name),
                _ => new.push(New::From {
                    target: text,
                    names: vec![name],
                }),
            }
        }
        new.extend(adds.iter().map(|add| new_statement(add, &written)));
        let target = own.map_or_else(Vec::new, |(_, module)| {
            target::edits(self.unit.text, self.unit.tokens, import, dots, &module)
        });
        Composed {
            id,
            target,
            clauses,
            new,
            joins,
        }
    }

    /// The statement that a name of `module` joins, if the configuration asks for that: one of the same
    /// block that does not change itself, or one that stands before and comes to import from there as a whole.
    fn host(&self, id: ImportId, module: &[Segment], decisions: &Decisions) -> Option<Host> {
        if !self.unit.setting.settings.merge_imports {
            return None;
        }
        if let Some(host) = self.staying_host(id, module, decisions) {
            return Some(host);
        }
        let scopes = &self.unit.scopes;
        let block = scopes.import(id).block;
        let moves = |other: &ImportId| {
            let import = scopes.import(*other);
            let target = self.unit.targets.get(other.index());
            let is_other =
                !matches!(target, Some(Target::Module { module: own, .. }) if own == module);
            import.block == block
                && is_other
                && matches!(import.kind, ImportKind::From { .. })
                && !import.clauses.iter().any(|clause| clause.path[0] == "*")
                && (0..import.clauses.len() as u32).all(|i| {
                    matches!(decisions.clause((*other, i)), ImportAction::Retarget(to)
                        if to.len() == module.len() + 1 && to.starts_with(module))
                })
        };
        let first = (0..id.0).map(ImportId).find(moves)?;
        let stays = self.staying_host(first, module, decisions).is_none();
        stays.then_some(Host {
            id: first,
            is_below: false,
        })
    }

    /// One that does not change itself: before, else after it with nothing but imports between, where nothing can
    /// read the name.
    fn staying_host(
        &self,
        id: ImportId,
        module: &[Segment],
        decisions: &Decisions,
    ) -> Option<Host> {
        let scopes = &self.unit.scopes;
        let block = scopes.import(id).block;
        let fits = |other: &ImportId| {
            let import = scopes.import(*other);
            let stays = (0..import.clauses.len() as u32).all(|i| {
                matches!(
                    decisions.clause((*other, i)),
                    ImportAction::Keep | ImportAction::Refused(_)
                )
            });
            let is_star = import.clauses.iter().any(|clause| clause.path[0] == "*");
            let brings = matches!(
                self.unit.targets.get(other.index()),
                Some(Target::Module { module: own, .. }) if own == module
            );
            import.block == block && stays && !is_star && brings
        };
        if let Some(id) = (0..id.0).map(ImportId).find(&fits) {
            return Some(Host {
                id,
                is_below: false,
            });
        }
        let statements = &scopes.block(block).statements;
        let own = scopes.import(id).range;
        let at = statements.partition_point(|statement| statement.start() <= own.start());
        let ids = (id.0 + 1..scopes.imports.len() as u32).map(ImportId);
        statements[at..]
            .iter()
            .zip(ids)
            .take(NEAR)
            .take_while(|(statement, other)| **statement == scopes.import(*other).range)
            .map(|(_, other)| other)
            .find(&fits)
            .map(|id| Host { id, is_below: true })
    }

    /// The smallest edits that make a clause of a from-import import `name` under the name that it bound.
    fn name_edits(&self, clause: &ImportAlias, name: &Segment) -> Vec<Edit> {
        let path = bytes(clause.path_range);
        let mut edits = Vec::new();
        if clause.path.last() != Some(name) {
            edits.push(Edit::replace(path.clone(), name.as_str()));
        }
        let renamed = self.renamed.contains(&clause.binding);
        match &clause.alias {
            Some((alias, _)) if alias == name && clause.path.last() != Some(alias) => {
                edits.push(Edit::delete(path.end..bytes(clause.range).end));
            }
            None if clause.path.last() != Some(name) && !renamed => {
                edits.push(Edit::insert(path.end, format!(" as {}", clause.path[0])));
            }
            _ => {}
        }
        edits
    }

    /// The same as text.
    fn name_text(&self, clause: &ImportAlias, name: &Segment) -> String {
        if self.renamed.contains(&clause.binding) {
            return name.to_string();
        }
        let local = clause
            .alias
            .as_ref()
            .map_or(&clause.path[0], |(alias, _)| alias);
        let twice = clause.alias.is_some() && clause.path.last() == Some(local);
        with_alias(name, local, twice)
    }

    /// Statements that go although nothing else is left in their suite: the first of each becomes `pass`.
    fn emptied_suites(&self, composed: &[Composed]) -> FxHashSet<ImportId> {
        let gone = |statement: &&Composed| statement.is_emptied() && statement.new.is_empty();
        // By block: the first statement that goes, and how many do.
        let mut by_block: FxHashMap<BlockId, (ImportId, usize)> = FxHashMap::default();
        for statement in composed.iter().filter(gone) {
            let block = self.unit.scopes.import(statement.id).block;
            by_block.entry(block).or_insert((statement.id, 0)).1 += 1;
        }
        let mut passes = FxHashSet::default();
        for (block, (first, count)) in by_block {
            let found = self.unit.scopes.block(block);
            if found.parent.is_some() && count == found.statements.len() {
                passes.insert(first);
            }
        }
        passes
    }
}

/// A statement that is added, its module written by `written` if it is a from-import.
fn new_statement(add: &Add, written: &dyn Fn(&[Segment]) -> String) -> New {
    match (add.form, add.module.split_last()) {
        (Form::From, Some((_, module))) => New::From {
            target: written(module),
            names: vec![Name {
                text: add_name(add),
                was: None,
            }],
        },
        _ => New::Plain(plain_text(add), None),
    }
}

fn plain_text(add: &Add) -> String {
    let path = add.module.join(".");
    match &add.alias {
        Some(alias) => with_alias(&path, alias, false),
        None => path,
    }
}

fn add_name(add: &Add) -> String {
    let name = add.module.last().map_or("", Segment::as_str);
    match &add.alias {
        Some(alias) => with_alias(name, alias, false),
        None => name.to_owned(),
    }
}

/// `name as local`, or one of them if they are the same and were not written twice before.
fn with_alias(name: &str, local: &str, twice: bool) -> String {
    if name == local && !twice {
        name.to_owned()
    } else {
        format!("{name} as {local}")
    }
}
