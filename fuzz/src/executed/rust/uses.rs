//! What stands in a module beside its imports: places where a path is used, each with a claim that the
//! compiler checks, so that a path that means another thing does not compile; and names that only look
//! like ones that move.

use fastrand::Rng;

use super::imports::{Fresh, Importer, Item, Leaf, comment};
use super::model::{Entity, Kind, Model, ModuleId, Space, Visibility};
use super::scope::{Place, Scopes};
use super::walk::{Found, Walker, Want};

/// Draws what stands in one module.
pub struct Uses<'m> {
    pub model: &'m Model,
    pub scopes: &'m Scopes,
    pub module: ModuleId,
}

/// Names that modules, crates and items have too.
const HEADS: [&str; 8] = ["a", "b", "c", "old", "new", "x", "m", "nest"];

impl Uses<'_> {
    /// One or a few lines.
    pub fn statement(&self, rng: &mut Rng, fresh: &mut Fresh) -> Option<String> {
        let n = fresh.number();
        Some(match rng.u8(0..40) {
            0..8 => self.assertion(rng, fresh)?,
            8..10 => {
                let name = ["n", "old", "new"][rng.usize(0..3)];
                let (claim, found) = self.claim(rng)?;
                if found.names == [name] {
                    return None;
                }
                let body = format!("const _: () = assert!({claim});");
                format!("fn u{n}({name}: u32) -> u32 {{ {body} {name} }}")
            }
            10..16 => self.block(rng, fresh)?,
            16..18 => {
                let claim = self.claim(rng)?.0;
                format!(
                    "macro_rules! k{n} {{ () => {{ {claim} }} }}\nconst _: () = assert!(k{n}!());"
                )
            }
            18..20 => {
                let claim = self.claim(rng)?.0;
                format!("const _: () = assert!(id!({claim}));")
            }
            20 => {
                let assertion = self.assertion(rng, fresh)?;
                format!("id! {{ {assertion} }}")
            }
            21..24 => self.bound(rng, n)?,
            24..26 => self.by_trait(rng)?,
            26..29 => self.doc(rng, n)?,
            29..33 => self.lookalike(rng, n),
            33 => {
                let found = self.found(rng, Want::Numbered, |kind| kind == Kind::Const)?;
                let Entity::Item(item) = found.binding.entity else {
                    return None;
                };
                let number = self.model.items[item].number;
                let path = found.written();
                format!(
                    "const _: () = assert!(match {number}u32 {{ {path} => true, _ => false }});"
                )
            }
            34 | 35 => {
                let found = self.found(rng, Want::Numbered, |kind| {
                    matches!(kind, Kind::Struct | Kind::Enum)
                })?;
                let path = found.written();
                format!("fn t{n}(_: &[{path}]) -> Option<{path}> {{ None::<{path}> }}")
            }
            36 => {
                let found = self.found(rng, Want::Numbered, |kind| kind == Kind::Struct)?;
                let claim = self.model.claim(found.binding.entity, &format!("U{n}"))?;
                format!(
                    "type U{n} = {}; const _: () = assert!({claim});",
                    found.written()
                )
            }
            37 => {
                let (claim, found) = self.claim(rng)?;
                let path = found.written();
                let rest = path.strip_prefix("crate::")?;
                let claim = claim.replace(&path, &format!("$crate::{rest}"));
                let export = if self.model.modules[self.module].parent.is_none() {
                    "#[macro_export] "
                } else {
                    ""
                };
                format!(
                    "{export}macro_rules! x{n} {{ () => {{ {claim} }} }}\nconst _: () = assert!(x{n}!());"
                )
            }
            _ => {
                let on = if rng.bool() {
                    "feature = \"x\""
                } else {
                    "not(feature = \"x\")"
                };
                let assertion = self.assertion(rng, fresh)?;
                format!("#[cfg({on})] {assertion}")
            }
        })
    }

    fn walker(&self) -> Walker<'_> {
        Walker {
            model: self.model,
            scopes: self.scopes,
        }
    }

    fn found(&self, rng: &mut Rng, want: Want, is_wanted: fn(Kind) -> bool) -> Option<Found> {
        let found = self.walker().path(rng, self.module, Place::Body, want)?;
        match found.binding.entity {
            Entity::Item(item) if is_wanted(self.model.items[item].kind) => Some(found),
            _ => None,
        }
    }

    fn claim(&self, rng: &mut Rng) -> Option<(String, Found)> {
        let found = self
            .walker()
            .path(rng, self.module, Place::Body, Want::Numbered)?;
        let claim = self.model.claim(found.binding.entity, &found.written())?;
        Some((claim, found))
    }

    fn assertion(&self, rng: &mut Rng, fresh: &mut Fresh) -> Option<String> {
        let claim = self.claim(rng)?.0;
        let comment = comment(rng, fresh, false);
        Some(format!("const _: () = assert!({comment}{claim});"))
    }

    /// A function that imports by itself.
    fn block(&self, rng: &mut Rng, fresh: &mut Fresh) -> Option<String> {
        let importer = Importer {
            model: self.model,
            scopes: self.scopes,
            from: self.module,
            visibility: Visibility::Private,
            globs: false,
        };
        let mut taken = vec!["id".to_owned()];
        let mut lines = Vec::new();
        let mut items: Vec<Item> = Vec::new();
        for _ in 0..rng.usize(1..3) {
            let Some(item) = importer.item(rng, fresh, &mut taken) else {
                continue;
            };
            if self.goes_through_re_export(&items, &item) {
                continue;
            }
            lines.push(format!("    use {};", item.tree));
            for leaf in &item.leaves {
                let Some(name) = &leaf.import.name else {
                    continue;
                };
                let claim = match leaf.entity {
                    Entity::Item(item) if self.model.items[item].kind == Kind::Trait => {
                        let number = self.model.items[item].number;
                        Some(format!("u8::T{number} == {number}"))
                    }
                    Entity::Module(module) => self.below(rng, module, leaf, name),
                    _ if name == "_" => None,
                    entity => self.model.claim(entity, name),
                };
                if let Some(claim) = claim.filter(|_| rng.u8(0..4) > 0) {
                    let assertion = format!("const _: () = assert!({claim});");
                    lines.push(match rng.u8(0..6) {
                        0 => format!("    id! {{ {assertion} }}"),
                        1 if self.is_no_value(leaf.entity, name) => {
                            format!("    {{ let {name} = 1; let _ = {name}; {assertion} }}")
                        }
                        _ => format!("    {assertion}"),
                    });
                }
            }
            items.push(item);
        }
        if lines.is_empty() {
            return None;
        }
        let n = fresh.number();
        let lines = lines.join("\n");
        Some(match rng.u8(0..5) {
            0 => format!("const _: () = {{\n{lines}\n}};"),
            1 => format!("fn u{n}() {{\n    let _ = || {{\n{lines}\n    }};\n}}"),
            _ => format!("fn u{n}() {{\n{lines}\n}}"),
        })
    }

    /// Whether an import of a block starts at a name that it, or one of the same block, brings from a
    /// re-export: those are not followed, by contract, and what it starts at is that name of the block.
    fn goes_through_re_export(&self, items: &[Item], item: &Item) -> bool {
        let leaves = || items.iter().chain([item]).flat_map(|item| &item.leaves);
        let is_re_export = |leaf: &&Leaf| {
            let path = &leaf.import.path;
            let found =
                self.scopes
                    .resolve(self.model, self.module, path, Space::Types, Place::Use);
            found.is_some_and(|found| found.is_handed_on)
        };
        let names: Vec<&String> = leaves()
            .filter(is_re_export)
            .filter_map(|leaf| leaf.import.name.as_ref())
            .collect();
        leaves().any(|leaf| {
            leaf.import
                .path
                .first()
                .is_some_and(|first| names.contains(&first))
        })
    }

    /// Whether a local variable may have this name.
    fn is_no_value(&self, entity: Entity, name: &str) -> bool {
        let key = (name.to_owned(), Space::Values);
        matches!(entity, Entity::Module(_))
            && !self.scopes.names(self.module).contains_key(&key)
            && name.starts_with(char::is_lowercase)
    }

    /// A claim on something that a module holds, by the name that the module has here.
    fn below(&self, rng: &mut Rng, module: ModuleId, leaf: &Leaf, name: &str) -> Option<String> {
        let names = self.scopes.names(module);
        let path = &leaf.import.path;
        let found = self
            .scopes
            .resolve(self.model, self.module, path, Space::Types, Place::Use);
        let is_handed_on = found.is_some_and(|found| found.is_handed_on);
        let public: Vec<_> = names
            .iter()
            .filter(|(key, b)| key.0 != "_" && b.inside.is_none() && !b.is_ambiguous)
            .filter(|(_, b)| !(is_handed_on && (b.moves || b.brought)))
            .filter(|((_, space), b)| match b.entity {
                Entity::Item(item) => {
                    (self.model.items[item].kind == Kind::Fn
                        || self.model.items[item].kind == Kind::Const)
                        == (*space == Space::Values)
                }
                _ => false,
            })
            .collect();
        let ((inner, _), binding) = rng.choice(&public)?;
        self.model
            .claim(binding.entity, &format!("{name}::{inner}"))
    }

    fn bound(&self, rng: &mut Rng, n: u32) -> Option<String> {
        let found = self
            .walker()
            .path(rng, self.module, Place::Body, Want::Trait)?;
        let Entity::Item(item) = found.binding.entity else {
            return None;
        };
        let number = self.model.items[item].number;
        let path = found.written();
        let assertion = format!("const _: () = assert!(W{n}::<u8>::ID == {number});");
        Some(match rng.u8(0..4) {
            0 => format!(
                "struct L{n}; impl {path} for L{n} {{}} const _: () = assert!(<L{n} as {path}>::T{number} == {number});"
            ),
            1 => format!(
                "struct W{n}<T>(T); impl<T> W{n}<T> where T: {path} {{ const ID: u32 = T::T{number}; }} {assertion}"
            ),
            2 => format!(
                "struct W{n}<T>(T); impl<T: {path}> W{n}<T> {{ const ID: u32 = <T as {path}>::T{number}; }} {assertion}"
            ),
            _ => format!("fn t{n}<a: {path}>(_: a) -> u32 {{ <a as {path}>::T{number} }}"),
        })
    }

    /// Through a trait that is in scope under any name.
    fn by_trait(&self, rng: &mut Rng) -> Option<String> {
        let names = self.scopes.names(self.module);
        let traits: Vec<u32> = names
            .values()
            .filter(|binding| !binding.is_ambiguous && !binding.moves)
            .filter_map(|binding| match binding.entity {
                Entity::Item(item) if self.model.items[item].kind == Kind::Trait => {
                    Some(self.model.items[item].number)
                }
                _ => None,
            })
            .collect();
        let number = rng.choice(&traits)?;
        Some(format!("const _: () = assert!(u8::T{number} == {number});"))
    }

    /// A link of the documentation. The judge makes an assertion of it, which stands in its place.
    fn doc(&self, rng: &mut Rng, n: u32) -> Option<String> {
        let (claim, found) = self.claim(rng)?;
        // A link to a function and a module of one name is an error of its own.
        let of = |space| {
            self.scopes
                .resolve(self.model, self.module, &found.names, space, Place::Body)
                .map(|found| found.entity)
        };
        let entities = [of(Space::Types), of(Space::Values)];
        let is_one = |entity: &Option<Entity>| entity.is_none_or(|its| its == found.binding.entity);
        if !entities.iter().all(is_one) {
            return None;
        }
        let path = found.written();
        let claim = claim.replacen(&path, "@", 1);
        let link = match rng.u8(0..3) {
            0 => format!("[`{path}`]"),
            1 => format!("[{path}]"),
            _ => format!("[this]({path})"),
        };
        Some(format!("/// See {link}, so {claim}.\npub struct D{n};"))
    }

    /// Names that are bound here, and mean nothing that moves.
    fn lookalike(&self, rng: &mut Rng, n: u32) -> String {
        let number = 9000 + n;
        let head = HEADS[rng.usize(0..HEADS.len())];
        match rng.u8(0..7) {
            0 | 1 => format!(
                "fn s{n}() {{ mod {head} {{ pub const fn f() -> u32 {{ {number} }} }} const _: () = assert!({head}::f() == {number}); }}"
            ),
            2 => format!("fn s{n}<Foo: Default>() -> Foo {{ Foo::default() }}"),
            3 => format!("fn s{n}() -> u32 {{ let f = {number}; let g = || f; g() }}"),
            4 => format!(
                "fn s{n}() {{ const fn f() -> u32 {{ {number} }} const _: () = assert!(f() == {number}); }}"
            ),
            5 => format!(
                "fn s{n}() {{ struct Foo; impl Foo {{ const ID: u32 = {number}; }} const _: () = assert!(Foo::ID == {number}); }}"
            ),
            _ => format!(
                "mod y{n} {{ pub mod {head} {{ pub const fn f() -> u32 {{ {number} }} }} const _: () = assert!({head}::f() == {number} && self::{head}::f() == {number}); }}"
            ),
        }
    }
}
