//! Random paths that mean something: from a module along what is visible there. Paths that go through
//! an old path are preferred, since nothing happens to the others.

use fastrand::Rng;

use super::model::{Entity, Kind, Model, ModuleId, Space};
use super::scope::{Binding, Place, Scopes, is_visible};

/// A path that resolves.
#[derive(Clone, Debug)]
pub struct Found {
    pub names: Vec<String>,
    pub binding: Binding,
    /// How much it has to do with what moves.
    pub heat: u32,
}

impl Found {
    pub fn written(&self) -> String {
        self.names.join("::")
    }
}

/// What a path must end at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// Something with a number.
    Numbered,
    Module,
    Trait,
    /// What can stand behind `use`.
    Importable,
    /// A module or an enum.
    Globbed,
}

/// Draws paths.
pub struct Walker<'m> {
    pub model: &'m Model,
    pub scopes: &'m Scopes,
}

impl Walker<'_> {
    /// A path from a module to something that is wanted, if one is found.
    pub fn path(&self, rng: &mut Rng, from: ModuleId, place: Place, want: Want) -> Option<Found> {
        let found: Vec<Found> = (0..24)
            .filter_map(|_| self.try_path(rng, from, place, want))
            .collect();
        let heat = |found: &Found| 1 + found.heat * 6;
        let mut at = rng.u32(0..found.iter().map(heat).sum::<u32>().max(1));
        for found in found {
            if at < heat(&found) {
                return Some(found);
            }
            at -= heat(&found);
        }
        None
    }

    fn try_path(&self, rng: &mut Rng, from: ModuleId, place: Place, want: Want) -> Option<Found> {
        let model = self.model;
        let mut names = self.start(rng, from, place)?;
        if names.iter().any(|name| name == "_") || model.leads_out(from, &names) {
            return None;
        }
        let mut space = Space::Types;
        let mut binding = match self
            .scopes
            .resolve(model, from, &names, Space::Types, place)
        {
            Some(binding) => binding,
            None => {
                space = Space::Values;
                self.scopes.resolve(model, from, &names, space, place)?
            }
        };
        // What a module itself says by the plain name of its own definition or shim is no reference.
        let krate = &model.crates[model.modules[from].krate];
        let is_own = krate.edition != 2015 || place == Place::Body || from == krate.root;
        let is_plain = !matches!(names[0].as_str(), "" | "crate" | "self" | "super");
        if is_plain && is_own && binding.moves && model.moving.is_none() {
            return None;
        }
        let mut heat = heat_of(&binding);
        let mut has_moved = binding.moves;
        for _ in 0..6 {
            let may_end =
                names.len() > 1 || !matches!(names[0].as_str(), "crate" | "self" | "super");
            if may_end && self.is_wanted(want, &binding, space, &names) && rng.u8(0..3) > 0 {
                return Some(Found {
                    names,
                    binding,
                    heat,
                });
            }
            let Entity::Module(module) = binding.entity else {
                let Entity::Item(item) = binding.entity else {
                    break;
                };
                if model.items[item].kind != Kind::Enum || rng.bool() {
                    break;
                }
                names.push("Va".to_owned());
                space = Space::Values;
                binding.entity = Entity::Variant(item);
                continue;
            };
            let visible: Vec<_> = self
                .scopes
                .names(module)
                .iter()
                .filter(|(key, b)| key.0 != "_" && !b.is_ambiguous && is_visible(model, b, from))
                .collect();
            let warm: Vec<_> = visible.iter().filter(|(_, b)| heat_of(b) > 0).collect();
            let (key, next) = if !warm.is_empty() && rng.u8(0..3) > 0 {
                **rng.choice(&warm)?
            } else {
                *rng.choice(&visible)?
            };
            // What is reached through a re-export is not followed, and an old path is one.
            if (binding.is_handed_on || has_moved) && heat_of(next) > 0 {
                return None;
            }
            has_moved |= next.moves;
            names.push(key.0.clone());
            space = key.1;
            let is_handed_on = binding.is_handed_on;
            binding = *next;
            binding.is_handed_on |= is_handed_on;
            heat += heat_of(&binding);
        }
        (self.is_wanted(want, &binding, space, &names)).then_some(Found {
            names,
            binding,
            heat,
        })
    }

    fn start(&self, rng: &mut Rng, from: ModuleId, place: Place) -> Option<Vec<String>> {
        let model = self.model;
        let krate = &model.crates[model.modules[from].krate];
        let words = |words: &[&str]| Some(words.iter().map(|&word| word.to_owned()).collect());
        Some(match rng.u8(0..20) {
            0..6 => return words(&["crate"]),
            6..8 => return words(&["self"]),
            8..11 => return words(&["super"]),
            11 => return words(&["super", "super"]),
            12..15 => {
                let (local, _) = rng.choice(&krate.externs)?;
                let mut names = vec![local.clone()];
                if rng.u8(0..4) == 0 && krate.edition != 2015 {
                    names.insert(0, String::new());
                }
                names
            }
            15 if krate.edition == 2015 => {
                let (name, _) = rng.choice(self.scopes.names(krate.root).keys())?;
                vec![String::new(), name.clone()]
            }
            _ => {
                let at = if krate.edition == 2015 && place == Place::Use {
                    krate.root
                } else {
                    from
                };
                let names = self.scopes.names(at);
                let warm = names.iter().filter(|(_, b)| heat_of(b) > 0);
                let warm: Vec<_> = warm.map(|(key, _)| &key.0).collect();
                if !warm.is_empty() && rng.bool() {
                    vec![(*rng.choice(&warm)?).clone()]
                } else {
                    vec![rng.choice(names.keys())?.0.clone()]
                }
            }
        })
    }

    fn is_wanted(&self, want: Want, binding: &Binding, space: Space, names: &[String]) -> bool {
        let kind = match binding.entity {
            Entity::Item(item) => Some(self.model.items[item].kind),
            _ => None,
        };
        let is_module = matches!(binding.entity, Entity::Module(_));
        // A path of one name that is a keyword names nothing that can be imported.
        let keyword = matches!(
            names.last().map(String::as_str),
            Some("crate" | "self" | "super")
        );
        match want {
            Want::Numbered => {
                !is_module
                    && match kind {
                        Some(Kind::Struct | Kind::Trait | Kind::Enum) => space == Space::Types,
                        _ => true,
                    }
            }
            Want::Module => is_module && !keyword,
            Want::Trait => kind == Some(Kind::Trait),
            Want::Importable => !keyword && names.len() > 1,
            Want::Globbed => is_module || kind == Some(Kind::Enum),
        }
    }
}

fn heat_of(binding: &Binding) -> u32 {
    match binding {
        _ if binding.moves => 3,
        _ if binding.brought => 2,
        _ => 0,
    }
}
