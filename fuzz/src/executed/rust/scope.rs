//! What each name means in each module of a generated program: items, imports and globs, until
//! nothing changes any more. It only has to be good enough to write programs that compile; the
//! compiler has the last word.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{Entity, Import, Kind, Model, ModuleId, Space, Visibility};

/// What a name is bound to in a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Binding {
    pub entity: Entity,
    /// Visible in this module and below; `None`: everywhere.
    pub inside: Option<ModuleId>,
    /// By a glob: anything explicit goes first.
    pub is_glob: bool,
    /// Two globs bring different things.
    pub is_ambiguous: bool,
    /// This very binding is an old path.
    pub moves: bool,
    /// How many globs brought it here, if what they brought moves.
    pub brought: bool,
    /// Through a module that is handed on under another path: what moves below is not found there, by
    /// contract.
    pub is_handed_on: bool,
}

/// A module and an index into its imports.
type ImportId = (ModuleId, usize);

pub type Names = BTreeMap<(String, Space), Binding>;

/// The names of all modules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scopes(Vec<Names>);

/// Where a path stands: they start differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Use,
    Body,
}

impl Scopes {
    /// Works out all names. `None` if they go round in circles.
    pub fn of(model: &Model) -> Option<Self> {
        let mut scopes = Self(model.modules.iter().map(|_| Names::new()).collect());
        for _ in 0..14 {
            let next = scopes.next(model);
            if next == scopes {
                return Some(scopes);
            }
            scopes = next;
        }
        None
    }

    pub fn names(&self, module: ModuleId) -> &Names {
        &self.0[module]
    }

    fn next(&self, model: &Model) -> Self {
        let mut next = Vec::new();
        for id in 0..model.modules.len() {
            let mut names = defined(model, id);
            for import in &model.modules[id].imports {
                let inside = bound_inside(model, id, import.visibility);
                match &import.name {
                    Some(name) => {
                        for space in [Space::Types, Space::Values] {
                            if import.types_only && space != Space::Types {
                                continue;
                            }
                            let found = self.resolve(model, id, &import.path, space, Place::Use);
                            if let Some(found) = found {
                                let binding = Binding {
                                    inside: narrower(model, inside, found.inside),
                                    is_glob: false,
                                    is_ambiguous: false,
                                    moves: false,
                                    brought: false,
                                    is_handed_on: found.is_handed_on
                                        || import.visibility != Visibility::Private,
                                    entity: found.entity,
                                };
                                names.insert((name.clone(), space), binding);
                            }
                        }
                    }
                    None => {
                        let brought = self.glob(model, id, &import.path);
                        for (key, found) in brought {
                            let binding = Binding {
                                inside: narrower(model, inside, found.inside),
                                is_glob: true,
                                moves: false,
                                brought: found.moves || found.brought,
                                is_handed_on: found.is_handed_on
                                    || import.visibility != Visibility::Private,
                                ..found
                            };
                            match names.get_mut(&key) {
                                None => {
                                    names.insert(key, binding);
                                }
                                Some(there) if there.is_glob => {
                                    if there.entity != binding.entity {
                                        there.is_ambiguous = true;
                                    } else if there.inside.is_some() {
                                        there.inside = binding.inside;
                                    }
                                }
                                Some(_) => {}
                            }
                        }
                    }
                }
            }
            next.push(names);
        }
        Self(next)
    }

    /// What a glob of a path brings into a module.
    fn glob(&self, model: &Model, from: ModuleId, path: &[String]) -> Names {
        let found = self.resolve(model, from, path, Space::Types, Place::Use);
        let is_handed_on = found.is_some_and(|found| found.is_handed_on);
        match found.map(|found| found.entity) {
            Some(Entity::Module(module)) => self.0[module]
                .iter()
                .filter(|(_, binding)| is_visible(model, binding, from))
                .map(|(key, binding)| {
                    let mut binding = *binding;
                    binding.is_handed_on |= is_handed_on;
                    // Re-exports are not followed, by contract, and neither is a glob of one.
                    binding.is_ambiguous |= is_handed_on && (binding.moves || binding.brought);
                    (key.clone(), binding)
                })
                .collect(),
            Some(Entity::Item(item)) if model.items[item].kind == Kind::Enum => {
                let mut names = Names::new();
                for space in [Space::Types, Space::Values] {
                    let binding = Binding {
                        entity: Entity::Variant(item),
                        inside: None,
                        is_glob: true,
                        is_ambiguous: false,
                        moves: false,
                        brought: false,
                        is_handed_on: false,
                    };
                    names.insert(("Va".to_owned(), space), binding);
                }
                names
            }
            _ => Names::new(),
        }
    }

    /// The binding that a path ends at, seen from a module.
    pub fn resolve(
        &self,
        model: &Model,
        from: ModuleId,
        path: &[String],
        space: Space,
        place: Place,
    ) -> Option<Binding> {
        self.resolve_along(model, from, path, space, place, &mut Vec::new())
    }

    /// Whether what an import means depends on what it brings itself, through others: the compiler
    /// may take one of several solutions then, and another one once a part of it is written anew.
    pub fn is_circular(&self, model: &Model) -> bool {
        let all = 0..model.modules.len();
        let imports: Vec<ImportId> = all
            .flat_map(|id| (0..model.modules[id].imports.len()).map(move |at| (id, at)))
            .collect();
        let edges: BTreeMap<ImportId, BTreeSet<ImportId>> = imports
            .iter()
            .map(|&import| (import, self.depends_on(model, import)))
            .collect();
        imports.iter().any(|start| {
            let mut seen = BTreeSet::new();
            let mut next: Vec<ImportId> = edges[start].iter().copied().collect();
            while let Some(import) = next.pop() {
                if seen.insert(import) {
                    next.extend(&edges[&import]);
                }
            }
            seen.contains(start)
        })
    }

    /// The imports that the path of one goes through.
    fn depends_on(&self, model: &Model, import: ImportId) -> BTreeSet<ImportId> {
        let its = &model.modules[import.0].imports[import.1];
        let mut steps = Vec::new();
        for space in [Space::Types, Space::Values] {
            self.resolve_along(model, import.0, &its.path, space, Place::Use, &mut steps);
        }
        let mut found = BTreeSet::new();
        let mut seen = BTreeSet::new();
        while let Some((module, key)) = steps.pop() {
            if !seen.insert((module, key.clone())) || defined(model, module).contains_key(&key) {
                continue;
            }
            let imports = || model.modules[module].imports.iter().enumerate();
            let named = |(at, other): &(usize, &Import)| {
                other.name.as_ref() == Some(&key.0) && (module, *at) != import
            };
            let is_named = imports().any(|pair| named(&pair));
            for (at, other) in imports() {
                if named(&(at, other)) {
                    found.insert((module, at));
                } else if !is_named && other.name.is_none() && (module, at) != import {
                    found.insert((module, at));
                    let base = self.resolve(model, module, &other.path, Space::Types, Place::Use);
                    if let Some(Entity::Module(base)) = base.map(|base| base.entity) {
                        steps.push((base, key.clone()));
                    }
                }
            }
        }
        found
    }

    /// The same as [`Self::resolve`], and every name in a module that the path goes through.
    fn resolve_along(
        &self,
        model: &Model,
        from: ModuleId,
        path: &[String],
        space: Space,
        place: Place,
        steps: &mut Vec<(ModuleId, (String, Space))>,
    ) -> Option<Binding> {
        let module_binding = |module| Binding {
            entity: Entity::Module(module),
            inside: None,
            is_glob: false,
            is_ambiguous: false,
            moves: false,
            brought: false,
            is_handed_on: false,
        };
        let krate = &model.crates[model.modules[from].krate];
        let edition_2015 = krate.edition == 2015;
        let (first, mut rest) = path.split_first()?;
        let space_of = |rest: &[String]| if rest.is_empty() { space } else { Space::Types };
        let external = |name: &str| {
            let found = krate.externs.iter().find(|(local, _)| local == name);
            found.map(|(_, krate)| module_binding(model.crates[*krate].root))
        };
        let mut current = match first.as_str() {
            "crate" => module_binding(krate.root),
            "self" => module_binding(from),
            "super" => {
                let mut module = model.modules[from].parent?;
                while rest.first().is_some_and(|name| name == "super") {
                    module = model.modules[module].parent?;
                    rest = &rest[1..];
                }
                module_binding(module)
            }
            "" => {
                let (name, more) = rest.split_first()?;
                rest = more;
                if edition_2015 {
                    steps.push((krate.root, (name.clone(), space_of(rest))));
                    *self.0[krate.root].get(&(name.clone(), space_of(rest)))?
                } else {
                    external(name)?
                }
            }
            name => {
                let scope = if edition_2015 && place == Place::Use {
                    krate.root
                } else {
                    from
                };
                let key = (name.to_owned(), space_of(rest));
                steps.push((scope, key.clone()));
                match self.0[scope].get(&key) {
                    Some(binding) => *binding,
                    None if !edition_2015 && key.1 == Space::Types => external(name)?,
                    None => return None,
                }
            }
        };
        let mut is_handed_on = false;
        loop {
            if current.is_ambiguous || !is_visible(model, &current, from) {
                return None;
            }
            if is_handed_on && (current.moves || current.brought) {
                return None;
            }
            is_handed_on |= current.is_handed_on;
            current.is_handed_on = is_handed_on;
            let Some((name, more)) = rest.split_first() else {
                return Some(current);
            };
            rest = more;
            let space = if rest.is_empty() { space } else { Space::Types };
            current = match current.entity {
                Entity::Module(module) => {
                    steps.push((module, (name.clone(), space)));
                    *self.0[module].get(&(name.clone(), space))?
                }
                Entity::Item(item) if model.items[item].kind == Kind::Enum && name == "Va" => {
                    Binding {
                        entity: Entity::Variant(item),
                        moves: false,
                        is_glob: false,
                        brought: false,
                        is_handed_on: false,
                        ..current
                    }
                }
                _ => return None,
            };
        }
    }
}

fn defined(model: &Model, id: ModuleId) -> Names {
    use super::model::Entry;
    let module = &model.modules[id];
    let mut names = Names::new();
    let mut bind = |name: &str, entity: Entity, visibility, moves| {
        let spaces: &[Space] = match entity {
            Entity::Module(_) => &[Space::Types],
            Entity::Variant(_) => &[Space::Types, Space::Values],
            Entity::Item(item) => match model.items[item].kind {
                Kind::Struct => &[Space::Types, Space::Values],
                Kind::Fn | Kind::Const => &[Space::Values],
                Kind::Trait | Kind::Enum => &[Space::Types],
            },
        };
        for &space in spaces {
            let binding = Binding {
                entity,
                inside: bound_inside(model, id, visibility),
                is_glob: false,
                is_ambiguous: false,
                moves,
                brought: false,
                is_handed_on: false,
            };
            names.insert((name.to_owned(), space), binding);
        }
    };
    for entry in &module.entries {
        match entry {
            Entry::Item(item) => {
                let its = &model.items[*item];
                bind(&its.name, Entity::Item(*item), its.visibility, false);
            }
            Entry::Module(child) => {
                let its = &model.modules[*child];
                let moves = model.moving == Some(*child);
                bind(&its.name, Entity::Module(*child), its.visibility, moves);
            }
            Entry::Text(_) | Entry::Shim { .. } => {}
        }
    }
    for shim in &module.shims {
        bind(&shim.name, shim.entity, shim.visibility, shim.moves);
    }
    names
}

/// The module in which something with a written visibility in a module is seen.
fn bound_inside(model: &Model, module: ModuleId, visibility: Visibility) -> Option<ModuleId> {
    match visibility {
        Visibility::Public => None,
        Visibility::Crate => Some(model.root_of(module)),
        Visibility::Super => Some(model.modules[module].parent.unwrap_or(module)),
        Visibility::Private => Some(module),
    }
}

fn narrower(model: &Model, one: Option<ModuleId>, two: Option<ModuleId>) -> Option<ModuleId> {
    match (one, two) {
        (None, other) | (other, None) => other,
        (Some(one), Some(two)) if model.is_in(one, two) => Some(one),
        (Some(_), two) => two,
    }
}

pub fn is_visible(model: &Model, binding: &Binding, from: ModuleId) -> bool {
    binding
        .inside
        .is_none_or(|inside| model.is_in(from, inside))
}

/// Whether an import with this visibility may hand something on: nothing is seen by more than before.
pub fn may_be_seen(model: &Model, by: ModuleId, visibility: Visibility, binding: &Binding) -> bool {
    let inside = bound_inside(model, by, visibility);
    narrower(model, inside, binding.inside) == inside
}
