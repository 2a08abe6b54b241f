//! `use` items: leaves, aliases, `as _`, globs, groups in groups, with comments wherever a comment can
//! stand.

use fastrand::Rng;

use super::model::{Entity, Import, Kind, Model, ModuleId, Space, Visibility};
use super::scope::{Place, Scopes, is_visible, may_be_seen};
use super::walk::{Walker, Want};

/// Numbers for comments and names that are used once.
#[derive(Default)]
pub struct Fresh(u32);

impl Fresh {
    pub fn number(&mut self) -> u32 {
        self.0 += 1;
        self.0
    }
}

/// A `use` item.
pub struct Item {
    /// Behind `use`, with no semicolon.
    pub tree: String,
    pub leaves: Vec<Leaf>,
}

/// One name that it binds, or one glob.
pub struct Leaf {
    pub import: Import,
    pub entity: Entity,
}

/// What may be bound in a scope, and how it is written.
pub struct Importer<'m> {
    pub model: &'m Model,
    pub scopes: &'m Scopes,
    pub from: ModuleId,
    pub visibility: Visibility,
    pub globs: bool,
}

const ALIASES: [&str; 6] = ["Foo", "Bar", "q", "a", "z", "Zed"];

impl Importer<'_> {
    /// Draws a `use` item, none of whose names is in `taken`, and adds them to it.
    pub fn item(&self, rng: &mut Rng, fresh: &mut Fresh, taken: &mut Vec<String>) -> Option<Item> {
        match rng.u8(0..10) {
            0..5 => self.leaf(rng, taken),
            5 if self.globs => self.glob(rng),
            _ => self.group(rng, fresh, taken),
        }
    }

    fn walker(&self) -> Walker<'_> {
        Walker {
            model: self.model,
            scopes: self.scopes,
        }
    }

    fn leaf(&self, rng: &mut Rng, taken: &mut Vec<String>) -> Option<Item> {
        let found = self
            .walker()
            .path(rng, self.from, Place::Use, Want::Importable)?;
        // No module imports from itself what it has by that very name.
        let inside = &found.names[..found.names.len() - 1];
        let around = self
            .scopes
            .resolve(self.model, self.from, inside, Space::Types, Place::Use);
        if around.is_some_and(|around| around.entity == Entity::Module(self.from)) {
            return None;
        }
        let last = found.names.last()?.clone();
        let is_trait = matches!(found.binding.entity, Entity::Item(item) if self.model.items[item].kind == Kind::Trait);
        if !may_be_seen(self.model, self.from, self.visibility, &found.binding) {
            return None;
        }
        let (written, name) = name_of(rng, &last, is_trait, taken)?;
        let leaf = Leaf {
            import: Import {
                path: found.names.clone(),
                name: Some(name),
                visibility: self.visibility,
                types_only: false,
            },
            entity: found.binding.entity,
        };
        let prefix = found.names[..found.names.len() - 1].join("::");
        Some(Item {
            tree: format!("{prefix}::{written}"),
            leaves: vec![leaf],
        })
    }

    fn glob(&self, rng: &mut Rng) -> Option<Item> {
        let want = if rng.u8(0..5) == 0 {
            Want::Globbed
        } else {
            Want::Module
        };
        let names = if rng.u8(0..3) == 0 && self.model.modules[self.from].parent.is_some() {
            vec!["super".to_owned()]
        } else {
            self.walker().path(rng, self.from, Place::Use, want)?.names
        };
        if self.model.leads_out(self.from, &names) {
            return None;
        }
        let found = self
            .scopes
            .resolve(self.model, self.from, &names, Space::Types, Place::Use)?;
        if found.entity == Entity::Module(self.from) {
            return None;
        }
        Some(Item {
            tree: format!("{}::*", names.join("::")),
            leaves: vec![Leaf {
                import: Import {
                    path: names,
                    name: None,
                    visibility: self.visibility,
                    types_only: false,
                },
                entity: found.entity,
            }],
        })
    }

    fn group(&self, rng: &mut Rng, fresh: &mut Fresh, taken: &mut Vec<String>) -> Option<Item> {
        let prefix = if rng.u8(0..4) == 0 {
            vec![(*rng.choice(&["crate", "super", "self"])?).to_owned()]
        } else {
            self.walker()
                .path(rng, self.from, Place::Use, Want::Module)?
                .names
        };
        let around = self
            .scopes
            .resolve(self.model, self.from, &prefix, Space::Types, Place::Use);
        if around.is_some_and(|around| around.entity == Entity::Module(self.from)) {
            return None;
        }
        let mut leaves = Vec::new();
        let list = self.list(rng, fresh, taken, &prefix, &mut leaves, 0)?;
        if leaves.is_empty() {
            return None;
        }
        Some(Item {
            tree: format!("{}::{list}", prefix.join("::")),
            leaves,
        })
    }

    fn list(
        &self,
        rng: &mut Rng,
        fresh: &mut Fresh,
        taken: &mut Vec<String>,
        prefix: &[String],
        leaves: &mut Vec<Leaf>,
        depth: usize,
    ) -> Option<String> {
        let model = self.model;
        if model.leads_out(self.from, prefix) {
            return None;
        }
        let found = self
            .scopes
            .resolve(model, self.from, prefix, Space::Types, Place::Use)?;
        let Entity::Module(module) = found.entity else {
            return None;
        };
        let in_lines = rng.bool();
        let mut entries: Vec<String> = Vec::new();
        let keys: Vec<_> = self
            .scopes
            .names(module)
            .iter()
            .filter(|(key, b)| key.0 != "_" && !b.is_ambiguous && is_visible(model, b, self.from))
            .filter(|(_, b)| may_be_seen(model, self.from, self.visibility, b))
            .filter(|(_, b)| !(found.is_handed_on && (b.moves || b.brought)))
            .collect();
        for _ in 0..rng.usize(1..4) {
            if prefix.len() > 1 && rng.u8(0..8) == 0 {
                let last = prefix.last()?;
                let alias = ["selfish", "sm", last][rng.usize(0..3)];
                if taken.iter().any(|name| name == alias)
                    || !may_be_seen(model, self.from, self.visibility, &found)
                {
                    continue;
                }
                taken.push(alias.to_owned());
                leaves.push(Leaf {
                    import: Import {
                        path: prefix.to_vec(),
                        name: Some(alias.to_owned()),
                        visibility: self.visibility,
                        types_only: true,
                    },
                    entity: found.entity,
                });
                entries.push(if alias == last {
                    "self".to_owned()
                } else {
                    format!("self as {alias}")
                });
                continue;
            }
            if self.globs && module != self.from && rng.u8(0..14) == 0 {
                entries.push("*".to_owned());
                leaves.push(Leaf {
                    import: Import {
                        path: prefix.to_vec(),
                        name: None,
                        visibility: self.visibility,
                        types_only: false,
                    },
                    entity: found.entity,
                });
                continue;
            }
            let warm: Vec<_> = keys.iter().filter(|(_, b)| b.moves || b.brought).collect();
            let Some((key, binding)) = (if !warm.is_empty() && rng.bool() {
                rng.choice(&warm).map(|pair| **pair)
            } else {
                rng.choice(&keys).copied()
            }) else {
                continue;
            };
            let mut path = prefix.to_vec();
            path.push(key.0.clone());
            if let Entity::Module(inner) = binding.entity
                && inner != self.from
                && depth < 3
                && rng.u8(0..4) > 0
            {
                let before = leaves.len();
                if rng.u8(0..3) > 0 {
                    let list = self.list(rng, fresh, taken, &path, leaves, depth + 1);
                    if let Some(list) = list.filter(|_| leaves.len() > before) {
                        entries.push(format!("{}::{list}", key.0));
                    }
                } else {
                    let names = self.scopes.names(inner);
                    let seen: Vec<_> = names
                        .iter()
                        .filter(|(key, b)| {
                            key.0 != "_" && !b.is_ambiguous && is_visible(model, b, self.from)
                        })
                        .filter(|(_, b)| may_be_seen(model, self.from, self.visibility, b))
                        .filter(|(_, b)| {
                            !((found.is_handed_on || binding.is_handed_on)
                                && (b.moves || b.brought))
                        })
                        .collect();
                    if let Some((next, binding)) = rng.choice(&seen) {
                        let is_trait = matches!(binding.entity, Entity::Item(item) if model.items[item].kind == Kind::Trait);
                        if let Some((written, name)) = name_of(rng, &next.0, is_trait, taken) {
                            entries.push(format!("{}::{written}", key.0));
                            path.push(next.0.clone());
                            leaves.push(self.entry(path, name, binding.entity));
                        }
                    }
                }
                continue;
            }
            let is_trait = matches!(binding.entity, Entity::Item(item) if model.items[item].kind == Kind::Trait);
            if let Some((written, name)) = name_of(rng, &key.0, is_trait, taken) {
                entries.push(written);
                leaves.push(self.entry(path, name, binding.entity));
            }
        }
        if entries.is_empty() {
            return None;
        }
        Some(laid_out(rng, fresh, &entries, in_lines, depth))
    }

    fn entry(&self, path: Vec<String>, name: String, entity: Entity) -> Leaf {
        Leaf {
            import: Import {
                path,
                name: Some(name),
                visibility: self.visibility,
                types_only: false,
            },
            entity,
        }
    }
}

/// How a leaf is written, and what it binds.
fn name_of(
    rng: &mut Rng,
    last: &str,
    is_trait: bool,
    taken: &mut Vec<String>,
) -> Option<(String, String)> {
    if is_trait && rng.u8(0..4) == 0 {
        return Some((format!("{last} as _"), "_".to_owned()));
    }
    let is_free = |name: &str, taken: &[String]| taken.iter().all(|there| there != name);
    if is_free(last, taken) && rng.u8(0..4) > 0 {
        taken.push(last.to_owned());
        return Some((last.to_owned(), last.to_owned()));
    }
    let alias = *rng.choice(&ALIASES)?;
    if alias == last || !is_free(alias, taken) {
        return None;
    }
    taken.push(alias.to_owned());
    Some((format!("{last} as {alias}"), alias.to_owned()))
}

/// A comment, or nothing: mostly nothing.
pub fn comment(rng: &mut Rng, fresh: &mut Fresh, in_lines: bool) -> String {
    match rng.u8(0..16) {
        0 | 1 => format!("/* c{} */ ", fresh.number()),
        2 if in_lines => format!("// c{}\n", fresh.number()),
        _ => String::new(),
    }
}

fn laid_out(
    rng: &mut Rng,
    fresh: &mut Fresh,
    entries: &[String],
    in_lines: bool,
    depth: usize,
) -> String {
    let mut text = "{".to_owned();
    let indent = "    ".repeat(depth + 1);
    let quiet = rng.u8(0..2) == 0;
    let comment = |rng: &mut Rng, fresh: &mut Fresh| {
        if quiet {
            String::new()
        } else {
            comment(rng, fresh, in_lines)
        }
    };
    if in_lines {
        text.push('\n');
    }
    for (at, entry) in entries.iter().enumerate() {
        if in_lines {
            text.push_str(&indent);
        } else if at > 0 {
            text.push(' ');
        }
        text.push_str(&comment(rng, fresh));
        text.push_str(entry);
        let behind = comment(rng, fresh);
        if !behind.is_empty() {
            text.push(' ');
            text.push_str(&behind);
        }
        if at + 1 < entries.len() || in_lines && rng.bool() {
            text.push(',');
            if in_lines {
                let behind = comment(rng, fresh);
                if !behind.is_empty() {
                    text.push(' ');
                    text.push_str(&behind);
                }
            }
        }
        if in_lines {
            text.push('\n');
        }
    }
    if in_lines {
        text.push_str(&"    ".repeat(depth));
    }
    text.push('}');
    text
}
