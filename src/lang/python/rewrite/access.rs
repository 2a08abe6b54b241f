//! How a chain that is written out reaches its new module: the head that it starts with, and the
//! import that binds that head.

use std::collections::BTreeMap;
use std::collections::hash_map::Entry;

use rustc_hash::{FxHashMap, FxHashSet};

use super::Rewrite;
use super::actions::{Add, Blocks, Decisions, ImportAction, ReferenceAction};
use super::brought::Brought;
use super::decide::another_binding;
use super::facts::{ChainFact, ClauseFact, Facts, Form, Key};
use super::heads::Heads;
use super::kinds::TargetKind;
use crate::finding::Code;
use crate::lang::plan_builder::Refusal;
use crate::lang::python::scopes::ScopeId;
use crate::path::Segment;

/// Chains of one scope's imports that need one module.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) scope: ScopeId,
    /// What must be brought.
    pub(super) module: Vec<Segment>,
    /// It is a module for sure. What may be an object only a from-import brings.
    pub(super) is_module: bool,
    /// The form of the clauses that the chains go through.
    pub(super) form: Form,
    /// Places in [`Facts::chains`], with how many names of the new path follow the module.
    pub(super) users: Vec<(usize, usize)>,
    /// The clauses that the chains go through.
    pub(super) keys: Vec<Key>,
    /// The same.
    pub(super) known: FxHashSet<Key>,
}

/// The head that a group was given.
#[derive(Debug)]
pub(super) struct Access {
    pub(super) group: Group,
    pub(super) form: Form,
    pub(super) alias: Option<Segment>,
}

/// Every access that chains of the file need.
#[derive(Debug, Default)]
pub(super) struct Accesses(Vec<Access>);

impl Accesses {
    /// Groups the chains that are written out, finds a head for each group, and writes the chains with it. A
    /// group that cannot have a head is blocked.
    pub(super) fn find(
        rewrite: &Rewrite<'_, '_>,
        facts: &Facts,
        decisions: &mut Decisions,
        blocks: &mut Blocks,
    ) -> Self {
        let mut groups: Groups = BTreeMap::new();
        let mut heads = None;
        for (at, chain) in facts.chains.iter().enumerate() {
            if !matches!(decisions.chains[at], ReferenceAction::Writes(_)) {
                continue;
            }
            let Some(moved) = chain.sense().verdict.moved() else {
                continue;
            };
            if rewrite.is_builtin(&moved.to) {
                let names = moved.to[1..].to_vec();
                rewrite.write_builtin(at, chain, names, facts, decisions, blocks);
                continue;
            }
            let mut home = match rewrite.module_len(facts, chain, moved) {
                Ok(home) => match rewrite.read_where_put(facts, chain, moved, home) {
                    Some(home) => home,
                    None => {
                        let message =
                            "what is patched must be in a module, and the new path is one name";
                        let refusal =
                            Refusal::new(Code::String, message).help("write the patch by hand");
                        blocks.chains.insert(at, refusal);
                        continue;
                    }
                },
                Err(refusal) => {
                    blocks.chains.insert(at, refusal);
                    continue;
                }
            };
            let from_end = moved.to.len() - home.len;
            let old_module = chain.sense().path.len().saturating_sub(from_end);
            let Some((scope, mut form)) = rewrite.place_of_import(facts, chain, old_module) else {
                continue;
            };
            if rewrite
                .unit
                .modules
                .iter()
                .any(|own| *own == moved.to[..home.len])
            {
                let refusal = Refusal::new(Code::SelfImport, "the new home is this very file")
                    .help("use the name that the file defines");
                blocks.chains.insert(at, refusal);
                continue;
            }
            let heads = heads.get_or_insert_with(|| Heads::of(rewrite, facts, decisions));
            if let Some(reuse) = rewrite.reuse(chain, moved, home, facts, decisions, heads) {
                decisions.chains[at] = ReferenceAction::Writes(reuse.names);
                decisions.reuses.insert(at, reuse.needs);
                continue;
            }
            if chain.mixed {
                let name = &rewrite.unit.scopes.chains[chain.index].parts[0].name;
                blocks.chains.insert(at, another_binding(name));
                continue;
            }
            let is_written_out = |key: &Key| decisions.written_out.contains(key);
            let torn: Vec<Key> = chain.keys().filter(is_written_out).collect();
            let joining = torn.iter().filter(|key| rewrite.is_joining(**key, facts));
            let joining: Vec<Key> = joining.copied().collect();
            if !joining.is_empty() {
                blocks.apart.extend(joining);
                continue;
            }
            if !torn.is_empty() && home.is_module && form == Form::From {
                // `from a.b import C` for `a.b.C.d`.
                home = TargetKind {
                    len: home.len + 1,
                    is_module: false,
                };
            }
            if !home.is_module {
                form = Form::From;
            }
            let (module, rest) = moved.to.split_at(home.len);
            let group = groups
                .entry((scope.0, module.to_vec(), form, home.is_module))
                .or_insert_with(|| Group {
                    scope,
                    module: module.to_vec(),
                    is_module: home.is_module,
                    form,
                    users: Vec::new(),
                    keys: Vec::new(),
                    known: FxHashSet::default(),
                });
            group.users.push((at, rest.len()));
            for key in chain.keys() {
                if group.known.insert(key) {
                    group.keys.push(key);
                }
            }
        }
        rewrite.add_idle_groups(facts, decisions, &mut groups);
        let mut accesses = Self::default();
        let mut taken: FxHashMap<(u32, Segment), Vec<Segment>> = FxHashMap::default();
        for group in groups.into_values() {
            match rewrite.head(&group, facts, decisions, &taken) {
                Some((form, alias)) => {
                    rewrite.alias_clauses(&group, alias.as_ref(), facts, decisions);
                    let head = head_names(form, &group.module, alias.as_ref());
                    let root = if form == Form::Dotted {
                        &head[..1]
                    } else {
                        &group.module[..]
                    };
                    taken.insert((group.scope.0, head[0].clone()), root.to_vec());
                    for (at, rest) in &group.users {
                        let moved = facts.chains[*at].sense().verdict.moved();
                        let tail = moved.map(|m| m.to[m.to.len() - rest..].to_vec());
                        let names = head.iter().cloned().chain(tail.into_iter().flatten());
                        decisions.chains[*at] = ReferenceAction::Writes(names.collect());
                    }
                    accesses.0.push(Access { group, form, alias });
                }
                None => {
                    let name = group.module.last().cloned().unwrap_or_default();
                    for (at, _) in &group.users {
                        blocks.chains.insert(*at, shadowed(&name));
                    }
                    for key in &group.keys {
                        let swaps = matches!(decisions.clause(*key), ImportAction::Retarget(to) if *to == group.module);
                        if swaps && facts.clause(*key).is_some_and(ClauseFact::is_dotted) {
                            blocks.clauses.insert(*key, shadowed(&name));
                        }
                    }
                }
            }
        }
        accesses
    }

    /// Adds the imports that bind the heads, where nothing binds them yet.
    pub(super) fn add(&self, rewrite: &Rewrite<'_, '_>, facts: &Facts, decisions: &mut Decisions) {
        let brought = Brought::of(rewrite, facts, decisions);
        let block = |key: Key| rewrite.unit.scopes.import(key.0).block;
        let twin = |add: &Add| {
            let alias = add.alias.clone();
            (add.form, add.module.clone(), alias, block(add.beside))
        };
        let mut known: FxHashMap<_, usize> = FxHashMap::default();
        for (at, add) in decisions.adds.iter().enumerate() {
            known.entry(twin(add)).or_insert(at);
        }
        for access in &self.0 {
            let users = &access.group.users;
            let places = users
                .iter()
                .map(|(at, _)| rewrite.chain_range(&facts.chains[*at]).start);
            let first_user = places.min();
            for &key in &access.group.keys {
                if rewrite.has_access(access, key, first_user, &brought, facts, decisions)
                    || access.form == Form::Dotted
                        && access.alias.is_none()
                        && !users.is_empty()
                        && users
                            .iter()
                            .all(|(at, _)| rewrite.comes_along(key, &facts.chains[*at], facts))
                {
                    continue;
                }
                let add = Add {
                    beside: key,
                    form: access.form,
                    module: access.group.module.clone(),
                    alias: access.alias.clone(),
                    parent: false,
                };
                // Of two in one block the first serves both.
                match known.entry(twin(&add)) {
                    Entry::Occupied(at) => {
                        let known = &mut decisions.adds[*at.get()];
                        known.beside = known.beside.min(add.beside);
                    }
                    Entry::Vacant(at) => {
                        at.insert(decisions.adds.len());
                        decisions.adds.push(add);
                    }
                }
            }
        }
        decisions.adds.sort_by_key(|add| add.beside);
    }
}

/// By scope, what must be brought, the form, and whether it is a module.
type Groups = BTreeMap<(u32, Vec<Segment>, Form, bool), Group>;

fn shadowed(name: &str) -> Refusal {
    Refusal::new(
        Code::Shadow,
        format!("`{name}` means something else between the import and its uses"),
    )
    .help("rename the other one, or write this one by hand")
}

/// The names that a chain starts with, for a module that is imported this way.
fn head_names(form: Form, module: &[Segment], alias: Option<&Segment>) -> Vec<Segment> {
    match (form, alias) {
        (_, Some(alias)) => vec![alias.clone()],
        (Form::From, None) => module.last().cloned().into_iter().collect(),
        _ => module.to_vec(),
    }
}

impl Rewrite<'_, '_> {
    /// Dotted clauses that move although no chain starts at them: their heads must be free as well.
    fn add_idle_groups(&self, facts: &Facts, decisions: &Decisions, groups: &mut Groups) {
        for &key in &facts.order {
            let (Some(fact), ImportAction::Retarget(to)) =
                (facts.clause(key), decisions.clause(key))
            else {
                continue;
            };
            if !fact.is_dotted() {
                continue;
            }
            let import = self.unit.scopes.import(key.0);
            let binding = import.clauses[key.1 as usize].binding;
            let scope = self.unit.scopes.binding(binding).scope;
            let group = groups
                .entry((scope.0, to.clone(), Form::Dotted, true))
                .or_insert_with(|| Group {
                    scope,
                    module: to.clone(),
                    is_module: true,
                    form: Form::Dotted,
                    users: Vec::new(),
                    keys: Vec::new(),
                    known: FxHashSet::default(),
                });
            if group.known.insert(key) {
                group.keys.push(key);
            }
        }
    }

    /// Gives the dotted clauses of a group that move to its module the alias that was chosen.
    fn alias_clauses(
        &self,
        group: &Group,
        alias: Option<&Segment>,
        facts: &Facts,
        decisions: &mut Decisions,
    ) {
        let Some(alias) = alias else { return };
        for key in &group.keys {
            let swaps =
                matches!(decisions.clause(*key), ImportAction::Retarget(to) if *to == group.module);
            if swaps && facts.clause(*key).is_some_and(ClauseFact::is_dotted) {
                decisions.aliases.insert(*key, alias.clone());
            }
        }
    }

    /// The scope that the imports behind a chain bind in, and the form that the new import takes after them.
    fn place_of_import(
        &self,
        facts: &Facts,
        chain: &ChainFact,
        old_module: usize,
    ) -> Option<(ScopeId, Form)> {
        let key = chain.keys().next()?;
        let fact = facts.clause(key)?;
        let form = match fact.form {
            Form::Undotted => Form::Dotted,
            // A module that no clause names: it came along with its package.
            Form::Alias
                if fact
                    .path
                    .as_ref()
                    .is_some_and(|path| path.len() < old_module) =>
            {
                Form::Dotted
            }
            other => other,
        };
        let import = self.unit.scopes.import(key.0);
        let clause = import.clauses.get(key.1 as usize)?;
        Some((self.unit.scopes.binding(clause.binding).scope, form))
    }

    /// A use of a builtin in the place of an imported name.
    fn write_builtin(
        &self,
        at: usize,
        chain: &ChainFact,
        names: Vec<Segment>,
        facts: &Facts,
        decisions: &mut Decisions,
        blocks: &mut Blocks,
    ) {
        let scopes = &self.unit.scopes;
        let used = &scopes.chains[chain.index];
        let reach = scopes.lookup(used.scope, &names[0]);
        if reach.bindings.is_empty()
            && reach.stars.is_empty()
            && scopes.owner(used.scope, &names[0]).is_none()
        {
            decisions.chains[at] = ReferenceAction::Writes(names);
            return;
        }
        let refusal = Refusal::new(
            Code::Shadow,
            format!(
                "`{}` is no builtin here: a scope in reach binds it",
                names[0]
            ),
        )
        .help("rename the other one, or write this one by hand");
        // What a from-import brings goes for all uses or for none.
        let imports = chain.keys().filter(|key| {
            facts.clause(*key).is_some_and(|fact| {
                fact.form == Form::From && fact.verdict.len() >= chain.sense().verdict.len()
            })
        });
        let imports: Vec<Key> = imports.collect();
        if imports.is_empty() {
            blocks.chains.insert(at, refusal.clone());
        }
        for key in imports {
            blocks.clauses.insert(key, refusal.clone());
        }
    }

    /// The form and the alias under which a group's module can be imported in its scope: the form of the
    /// old import if its name is free, else an alias made of the module's names, else the old name.
    fn head(
        &self,
        group: &Group,
        facts: &Facts,
        decisions: &Decisions,
        taken: &FxHashMap<(u32, Segment), Vec<Segment>>,
    ) -> Option<(Form, Option<Segment>)> {
        let module = &group.module;
        let last = module.last()?.clone();
        let old_name = self.local_name(group.keys.first()?);
        let mut choices: Vec<(Form, Option<Segment>)> = Vec::new();
        let joined = Segment::new(module.join("_"));
        // Only a from-import serves both.
        let (plain, named) = match group.is_module {
            true => (Some(Form::Dotted), Form::Alias),
            false => (None, Form::From),
        };
        match group.form {
            Form::From if module.len() > 1 => choices.push((Form::From, None)),
            Form::Alias => {
                choices.push((Form::Alias, Some(last.clone())));
            }
            _ => {}
        }
        choices.extend(plain.map(|form| (form, None)));
        choices.push((named, Some(joined.clone())));
        if group.form != Form::Dotted {
            choices.push((named, Some(old_name)));
        }
        // `nonlocal` declares what the function around binds, and all that is certain there is the old name.
        let is_elsewhere = group.scope.index() != 0
            && group.keys.iter().all(|key| {
                let clause = &self.unit.scopes.import(key.0).clauses[key.1 as usize];
                let binding = self.unit.scopes.binding(clause.binding);
                binding.from != binding.scope
            });
        let declared = self.local_name(group.keys.first()?);
        let is_free = |(form, alias): &(Form, Option<Segment>)| {
            let head = head_names(*form, module, alias.as_ref());
            if is_elsewhere && head[0] != declared {
                return false;
            }
            let object = if *form == Form::Dotted {
                &head[..1]
            } else {
                &module[..]
            };
            self.is_free(group, &head[0], object, facts, decisions)
                && taken
                    .get(&(group.scope.0, head[0].clone()))
                    .is_none_or(|known| known == object)
        };
        choices.into_iter().find(is_free).or_else(|| {
            // No star brings a private name.
            let private = (named, Some(Segment::new(format!("_{joined}"))));
            let is_seen = group.scope == ScopeId(0) && self.is_noticed(group.scope, &joined);
            Some(private).filter(|choice| is_seen && is_free(choice))
        })
    }

    pub(super) fn local_name(&self, key: &Key) -> Segment {
        let import = self.unit.scopes.import(key.0);
        let clause = &import.clauses[key.1 as usize];
        self.unit.scopes.binding(clause.binding).name.clone()
    }

    /// Whether a block is `inner` or around it.
    pub(super) fn is_around(
        &self,
        outer: crate::lang::python::scopes::BlockId,
        inner: crate::lang::python::scopes::BlockId,
    ) -> bool {
        let mut at = Some(inner);
        while let Some(block) = at {
            if block == outer {
                return true;
            }
            at = self.unit.scopes.block(block).parent;
        }
        false
    }
}
