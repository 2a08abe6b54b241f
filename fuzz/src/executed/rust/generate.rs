//! Draws a program and the moves that it is rewritten by: first modules and items, then what moves,
//! then imports, and last what uses all of it.

use fastrand::Rng;

use super::super::Files;
use super::imports::{Fresh, Importer};
use super::model::{
    Bound, Crate, CrateId, Entity, Entry, Form, Item, ItemId, Kind, Model, Module, ModuleId,
    Visibility,
};
use super::render::{MARK, Renderer, spot};
use super::scope::Scopes;
use super::uses::Uses;
use super::world::{Layout, Move, Relocation, World};

const MODULES: [&str; 10] = ["a", "b", "c", "f", "g", "m", "x", "tests", "old", "new"];
const TYPES: [&str; 4] = ["Foo", "Bar", "Baz", "Zed"];
const FUNCTIONS: [&str; 5] = ["f", "g", "h", "a", "b"];
const CONSTANTS: [&str; 3] = ["LIMIT", "MAX", "Q"];
const TRAITS: [&str; 3] = ["Tr", "Ext", "Show"];
const ENUMS: [&str; 3] = ["Mode", "Sort", "Way"];

/// A world, and the program in it.
pub fn world(rng: &mut Rng) -> World {
    loop {
        let mut generator = Generator {
            model: Model::default(),
            fresh: Fresh::default(),
            moves: Vec::new(),
            layout: Layout::Shim,
            relocation: None,
            is_open: false,
        };
        if let Some(world) = generator.world(rng) {
            return world;
        }
    }
}

struct Generator {
    model: Model,
    fresh: Fresh,
    moves: Vec<Move>,
    layout: Layout,
    relocation: Option<Relocation>,
    /// Nothing is private.
    is_open: bool,
}

impl Generator {
    fn world(&mut self, rng: &mut Rng) -> Option<World> {
        let edition = [2015, 2018, 2018, 2021, 2021, 2021, 2021, 2021][rng.usize(0..8)];
        let has_deps = rng.bool();
        let mut externs = Vec::new();
        if has_deps {
            let new = self.krate(rng, "new", 2021, Vec::new());
            let old = self.krate(rng, "old", 2021, vec![("new".to_owned(), new)]);
            let local = if rng.u8(0..10) == 0 { "legacy" } else { "old" };
            externs = vec![(local.to_owned(), old), ("new".to_owned(), new)];
        }
        let lib = self.krate(rng, "krate", edition, externs.clone());
        let is_physical = rng.u8(0..10) < 3;
        if is_physical {
            self.physical(rng, lib)?;
        } else {
            for _ in 0..rng.usize(1..4) {
                self.shim(rng, lib);
            }
        }
        if self.moves.is_empty() {
            return None;
        }
        let mut targets = Vec::new();
        for file in ["src/main.rs", "tests/t.rs", "examples/e.rs"] {
            if rng.u8(0..8) == 0 {
                let mut externs = externs.clone();
                externs.push(("krate".to_owned(), lib));
                let target = self.target(rng, edition, externs);
                targets.push((target, file));
            }
        }
        self.externs_of_2015(rng);
        self.imports(rng)?;
        let scopes = Scopes::of(&self.model)?;
        if scopes.is_circular(&self.model) {
            return None;
        }
        self.uses(rng, &scopes);
        let mut renderer = Renderer {
            model: &self.model,
            files: Files::new(),
        };
        for krate in &self.model.crates {
            match krate.name.as_str() {
                "krate" => renderer.root(krate.root, "src/lib.rs", "src"),
                "old" => renderer.root(krate.root, "deps/old.rs", "deps/old"),
                "new" => renderer.root(krate.root, "deps/new.rs", "deps/new"),
                _ => {}
            }
        }
        for (target, file) in targets {
            renderer.root(self.model.crates[target].root, file, "none");
        }
        let mut files = renderer.files;
        files.insert(
            "Cargo.toml".to_owned(),
            manifest(edition, &externs, &self.model),
        );
        Some(World {
            files,
            moves: std::mem::take(&mut self.moves),
            rename_uses: rng.u8(0..4) == 0,
            edition,
            externs: externs
                .into_iter()
                .map(|(local, krate)| (local, self.model.crates[krate].name.clone()))
                .collect(),
            layout: self.layout,
            relocation: self.relocation.take(),
            with_feature: rng.bool(),
        })
    }

    // ---- crates, modules and items ----

    fn krate(
        &mut self,
        rng: &mut Rng,
        name: &str,
        edition: u16,
        externs: Vec<(String, CrateId)>,
    ) -> CrateId {
        let krate = self.model.crates.len();
        let root = self.module(None, krate, "", Visibility::Public, Form::Inline);
        self.model.crates.push(Crate {
            name: name.to_owned(),
            root,
            externs,
            edition,
        });
        let is_own = name == "krate";
        if is_own {
            let text = "macro_rules! id { ($($t:tt)*) => { $($t)* } }".to_owned();
            self.model.modules[root].entries.push(Entry::Text(text));
        }
        let count = if is_own {
            rng.usize(3..8)
        } else {
            rng.usize(1..4)
        };
        for _ in 0..count {
            let parents: Vec<ModuleId> = self.modules_of(krate);
            let parent = parents[rng.usize(0..parents.len())];
            if self.model.path(parent).len() > 4 {
                continue;
            }
            // What a glob of another crate brings beside a crate of its name, no tool can see.
            let names = if rng.u8(0..6) == 0 && is_own {
                &MODULES[..]
            } else {
                &MODULES[..8]
            };
            let name = names[rng.usize(0..names.len())];
            if self.is_bound(parent, name) {
                continue;
            }
            let visibility = match rng.u8(0..10) {
                _ if !is_own => Visibility::Public,
                0..6 => Visibility::Public,
                6 => Visibility::Crate,
                _ => Visibility::Private,
            };
            let form = match rng.u8(0..10) {
                _ if !is_own => Form::Inline,
                0..4 => Form::Inline,
                4..7 => Form::File,
                7 | 8 => Form::ModRs,
                _ if self.model.modules[parent].form == Form::Inline && parent != root => {
                    Form::Inline
                }
                _ => Form::Path,
            };
            let child = self.module(Some(parent), krate, name, visibility, form);
            self.model.modules[parent]
                .entries
                .push(Entry::Module(child));
        }
        for module in self.modules_of(krate) {
            for _ in 0..rng.usize(0..4) {
                self.item(rng, module, is_own);
            }
        }
        krate
    }

    fn modules_of(&self, krate: CrateId) -> Vec<ModuleId> {
        let all = 0..self.model.modules.len();
        all.filter(|&id| self.model.modules[id].krate == krate)
            .collect()
    }

    fn module(
        &mut self,
        parent: Option<ModuleId>,
        krate: CrateId,
        name: &str,
        visibility: Visibility,
        form: Form,
    ) -> ModuleId {
        self.model.modules.push(Module {
            name: name.to_owned(),
            parent,
            krate,
            visibility,
            form,
            entries: Vec::new(),
            imports: Vec::new(),
            shims: Vec::new(),
        });
        self.model.modules.len() - 1
    }

    fn item(&mut self, rng: &mut Rng, module: ModuleId, is_own: bool) {
        let (kind, names): (Kind, &[&str]) = match rng.u8(0..8) {
            0..3 => (Kind::Struct, &TYPES),
            3 | 4 => (Kind::Fn, &FUNCTIONS),
            5 => (Kind::Const, &CONSTANTS),
            6 => (Kind::Trait, &TRAITS),
            _ => (Kind::Enum, &ENUMS),
        };
        let name = names[rng.usize(0..names.len())];
        // A function and a module may have one name.
        let is_taken = match kind {
            Kind::Fn => self.model.modules[module].entries.iter().any(
                |entry| matches!(entry, Entry::Item(item) if self.model.items[*item].name == name),
            ),
            _ => self.is_bound(module, name),
        };
        if is_taken {
            return;
        }
        let visibility = match rng.u8(0..10) {
            _ if !is_own => Visibility::Public,
            0..7 => Visibility::Public,
            7 => Visibility::Crate,
            8 if self.model.modules[module].parent.is_some() => Visibility::Super,
            _ => Visibility::Private,
        };
        let number = 100 + self.model.items.len() as u32;
        self.model.items.push(Item {
            name: name.to_owned(),
            kind,
            number,
            visibility,
        });
        let item = self.model.items.len() - 1;
        self.model.modules[module].entries.push(Entry::Item(item));
    }

    /// Whether a name stands for something in a module, in any namespace.
    fn is_bound(&self, module: ModuleId, name: &str) -> bool {
        self.count_bound(module, name) > 0
    }

    fn count_bound(&self, module: ModuleId, name: &str) -> usize {
        let its = &self.model.modules[module];
        let defined = its.entries.iter().filter(|entry| match entry {
            Entry::Item(item) => self.model.items[*item].name == name,
            Entry::Module(child) => self.model.modules[*child].name == name,
            Entry::Text(_) | Entry::Shim { .. } => false,
        });
        defined.count() + its.shims.iter().filter(|shim| shim.name == name).count()
    }

    fn target(&mut self, rng: &mut Rng, edition: u16, externs: Vec<(String, CrateId)>) -> CrateId {
        let krate = self.model.crates.len();
        let root = self.module(None, krate, "", Visibility::Public, Form::Inline);
        self.model.crates.push(Crate {
            name: "target".to_owned(),
            root,
            externs,
            edition,
        });
        for text in [
            "macro_rules! id { ($($t:tt)*) => { $($t)* } }",
            "fn main() {}",
        ] {
            let text = text.to_owned();
            self.model.modules[root].entries.push(Entry::Text(text));
        }
        if rng.bool() {
            let name = MODULES[rng.usize(0..MODULES.len())];
            let child = self.module(Some(root), krate, name, Visibility::Private, Form::Inline);
            self.model.modules[root].entries.push(Entry::Module(child));
        }
        krate
    }

    fn externs_of_2015(&mut self, rng: &mut Rng) {
        for krate in 0..self.model.crates.len() {
            let Crate {
                root,
                edition,
                externs,
                ..
            } = self.model.crates[krate].clone();
            for (local, external) in externs {
                let is_needed = edition == 2015;
                if !is_needed && rng.u8(0..12) > 0 || self.is_bound(root, &local) {
                    continue;
                }
                let entity = Entity::Module(self.model.crates[external].root);
                let (name, text) = if is_needed || rng.bool() {
                    (local.clone(), format!("extern crate {local};"))
                } else {
                    let name = format!("{local}_too");
                    let text = format!("extern crate {local} as {name};");
                    (name, text)
                };
                self.model.modules[root].shims.push(Bound {
                    name,
                    entity,
                    visibility: Visibility::Private,
                    moves: false,
                });
                self.model.modules[root]
                    .entries
                    .insert(0, Entry::Text(text));
            }
        }
    }

    // ---- what moves ----

    /// The modules that are inside of something that moves, or are its new home: nothing else may
    /// move there.
    fn is_free(&self, module: ModuleId) -> bool {
        self.moves.iter().all(|its| {
            its.modules
                .iter()
                .all(|&moved| !self.model.is_in(module, moved) && !self.model.is_in(moved, module))
        })
    }

    /// Moves an item or a module to its new home, and leaves a shim at the old path.
    fn shim(&mut self, rng: &mut Rng, lib: CrateId) -> Option<()> {
        let old_crate = match self.model.crates.iter().position(|its| its.name == "old") {
            Some(old) if rng.bool() => old,
            _ => lib,
        };
        let modules = self.modules_of(old_crate);
        let parent = modules[rng.usize(0..modules.len())];
        let entries = &self.model.modules[parent].entries;
        let movable: Vec<usize> = (0..entries.len())
            .filter(|&at| matches!(entries[at], Entry::Item(_) | Entry::Module(_)))
            .collect();
        let &at = rng.choice(&movable)?;
        let entry = entries[at].clone();
        // An old path in it would have a second one, of which no rule speaks.
        let holds_shims = |child: ModuleId| {
            let mut all = 0..self.model.modules.len();
            all.any(|id| self.model.is_in(id, child) && !self.model.modules[id].shims.is_empty())
        };
        if matches!(entry, Entry::Module(child) if holds_shims(child)) {
            return None;
        }
        if !self.is_free(parent) {
            return None;
        }
        // The old path must be one that others could see.
        let new_crate = match self.model.crates.iter().position(|its| its.name == "new") {
            Some(new) if old_crate != lib || rng.u8(0..3) == 0 => new,
            _ => lib,
        };
        let homes: Vec<ModuleId> = self
            .modules_of(new_crate)
            .into_iter()
            .filter(|&home| self.is_free(home))
            .filter(|&home| match entry {
                Entry::Module(child) => !self.model.is_in(home, child),
                _ => true,
            })
            .collect();
        let mut home = *rng.choice(&homes)?;
        if rng.u8(0..3) == 0 && !self.is_bound(home, "nest") {
            let nest = self.module(
                Some(home),
                new_crate,
                "nest",
                Visibility::Public,
                Form::Inline,
            );
            self.model.modules[home].entries.push(Entry::Module(nest));
            home = nest;
        }
        let name = match &entry {
            Entry::Item(item) => self.model.items[*item].name.clone(),
            Entry::Module(child) => self.model.modules[*child].name.clone(),
            _ => return None,
        };
        let names: &[&str] = match &entry {
            Entry::Module(_) => &MODULES[..8],
            Entry::Item(item) => match self.model.items[*item].kind {
                Kind::Struct => &TYPES,
                Kind::Fn => &FUNCTIONS,
                Kind::Const => &CONSTANTS,
                Kind::Trait => &TRAITS,
                Kind::Enum => &ENUMS,
            },
            _ => return None,
        };
        let new_name = if rng.bool() {
            name.clone()
        } else {
            names[rng.usize(0..names.len())].to_owned()
        };
        if self.is_bound(home, &new_name) {
            return None;
        }
        let is_shared = self.count_bound(parent, &name) > 1;
        let (entity, kind) = match &entry {
            Entry::Module(child) => (Entity::Module(*child), Some("type")),
            Entry::Item(item) => (
                Entity::Item(*item),
                match self.model.items[*item].kind {
                    Kind::Struct => None,
                    Kind::Fn | Kind::Const => Some("value"),
                    Kind::Trait | Kind::Enum => Some("type"),
                },
            ),
            _ => return None,
        };
        self.open(home);
        self.model.modules[parent].entries.remove(at);
        match &entry {
            Entry::Module(child) => {
                let its = &mut self.model.modules[*child];
                its.parent = Some(home);
                its.name.clone_from(&new_name);
                its.visibility = Visibility::Public;
                // What is in it moves along to another crate.
                for id in 0..self.model.modules.len() {
                    if self.model.is_in(id, *child) {
                        let its = &mut self.model.modules[id];
                        its.krate = new_crate;
                        if new_crate != lib {
                            its.form = Form::Inline;
                            its.visibility = Visibility::Public;
                        } else if its.form == Form::Path {
                            its.form = Form::File;
                        }
                    }
                }
                if new_crate == lib && old_crate == lib {
                    // A module of an inline module lies elsewhere.
                } else {
                    self.publish(*child);
                }
            }
            Entry::Item(item) => {
                let its = &mut self.model.items[*item];
                its.name.clone_from(&new_name);
                its.visibility = Visibility::Public;
            }
            _ => {}
        }
        self.model.modules[home].entries.push(entry.clone());
        let mut to = self.model.path(home);
        to.push(new_name.clone());
        let mut from = self.model.path(parent);
        from.push(name.clone());
        let mut target = to.clone();
        if new_crate == old_crate {
            "crate".clone_into(&mut target[0]);
        }
        self.model.modules[parent].shims.push(Bound {
            name: name.clone(),
            entity,
            visibility: Visibility::Public,
            moves: true,
        });
        self.model.modules[parent].entries.push(Entry::Shim {
            name,
            target: target.join("::"),
            visibility: Visibility::Public,
        });
        self.moves.push(Move {
            from: from.join("::"),
            to: to.join("::"),
            kind: kind.filter(|_| is_shared || rng.u8(0..8) == 0),
            modules: match entity {
                Entity::Module(child) => vec![child, home],
                _ => vec![home],
            },
        });
        Some(())
    }

    /// Everything in a module becomes public: it is in another crate now.
    fn publish(&mut self, module: ModuleId) {
        let entries = self.model.modules[module].entries.clone();
        for entry in entries {
            match entry {
                Entry::Item(item) => self.publish_item(item),
                Entry::Module(child) => {
                    self.model.modules[child].visibility = Visibility::Public;
                    self.publish(child);
                }
                _ => {}
            }
        }
    }

    fn publish_item(&mut self, item: ItemId) {
        self.model.items[item].visibility = Visibility::Public;
    }

    /// A new home must be seen from everywhere.
    fn open(&mut self, module: ModuleId) {
        let mut next = Some(module);
        while let Some(module) = next {
            self.model.modules[module].visibility = Visibility::Public;
            next = self.model.modules[module].parent;
        }
    }

    /// A module that is moved with its file, one level down or up or elsewhere.
    fn physical(&mut self, rng: &mut Rng, lib: CrateId) -> Option<()> {
        let model = &self.model;
        let root = model.crates[lib].root;
        let movable: Vec<ModuleId> = self
            .modules_of(lib)
            .into_iter()
            .filter(|&id| matches!(model.modules[id].form, Form::File | Form::ModRs))
            .collect();
        let &moving = rng.choice(&movable)?;
        let parent = model.modules[moving].parent?;
        for id in self.modules_of(lib) {
            if id != moving
                && self.model.is_in(id, moving)
                && self.model.modules[id].form == Form::Path
            {
                self.model.modules[id].form = Form::File;
            }
        }
        let model = &self.model;
        let name = model.modules[moving].name.clone();
        let old = spot(model, moving);
        // Down into a new module beside it, up to the parent of its parent, or to any file.
        let files: Vec<ModuleId> = self
            .modules_of(lib)
            .into_iter()
            .filter(|&id| !model.is_in(id, moving))
            .filter(|&id| id == root || model.modules[id].form != Form::Inline)
            .collect();
        let (home, nest) = match rng.u8(0..4) {
            0 | 1 if files.contains(&parent) => (parent, true),
            2 if files.contains(&model.modules[parent].parent.unwrap_or(root)) => {
                (model.modules[parent].parent.unwrap_or(root), false)
            }
            _ => (*rng.choice(&files)?, rng.bool()),
        };
        let new_name = if rng.bool() && nest {
            name.clone()
        } else {
            format!("{name}_q")
        };
        let mut to = model.path(home);
        let home_spot = spot(model, home);
        let mut folder = home_spot.children.clone();
        let mut line = format!("pub mod {new_name};");
        if nest {
            to.push("nest".to_owned());
            folder.push_str("/nest");
            line = format!("pub mod nest {{ {line} }}");
        }
        to.push(new_name.clone());
        let from = model.path(moving);
        let mut renames = vec![(
            format!("{}/", old.children),
            format!("{folder}/{new_name}/"),
        )];
        if model.modules[moving].form == Form::File {
            renames.push((old.file.clone(), format!("{folder}/{new_name}.rs")));
        }
        let declared_in = spot(model, parent).file;
        let mark = format!("mod {name};{MARK}");
        self.open(home);
        self.model.modules[moving].visibility = Visibility::Public;
        self.model.moving = Some(moving);
        self.layout = if rng.u8(0..3) == 0 {
            Layout::Moved
        } else {
            Layout::Left
        };
        self.model.is_confined = self.layout == Layout::Moved;
        // What only those inside of the old parent may see is lost elsewhere.
        self.is_open = true;
        let widen = |visibility: &mut Visibility| {
            if matches!(visibility, Visibility::Private | Visibility::Super) {
                *visibility = Visibility::Crate;
            }
        };
        for its in &mut self.model.modules {
            widen(&mut its.visibility);
        }
        for its in &mut self.model.items {
            widen(&mut its.visibility);
        }
        self.relocation = Some(Relocation {
            renames,
            declared_in,
            mark,
            home: home_spot.file,
            line,
        });
        self.moves.push(Move {
            from: from.join("::"),
            to: to.join("::"),
            kind: None,
            modules: vec![moving],
        });
        Some(())
    }

    // ---- imports and uses ----

    fn own_modules(&self) -> Vec<ModuleId> {
        let all = 0..self.model.modules.len();
        all.filter(|&id| {
            let krate = &self.model.crates[self.model.modules[id].krate];
            !matches!(krate.name.as_str(), "old" | "new")
        })
        .collect()
    }

    /// Whether a module has more imports than others: it moves with its file.
    fn is_rich(&self, module: ModuleId) -> bool {
        self.model
            .moving
            .is_some_and(|moving| self.model.is_in(module, moving))
    }

    fn imports(&mut self, rng: &mut Rng) -> Option<()> {
        for round in 0..2 {
            for module in self.own_modules() {
                let scopes = Scopes::of(&self.model)?;
                let most = if self.is_rich(module) { 4 } else { 2 };
                for _ in 0..rng.usize(0..=most) {
                    self.import(rng, &scopes, module, round);
                }
            }
        }
        Some(())
    }

    fn import(&mut self, rng: &mut Rng, scopes: &Scopes, module: ModuleId, round: usize) {
        let visibility = match rng.u8(0..10) {
            0..6 => Visibility::Private,
            6 | 7 => Visibility::Public,
            8 => Visibility::Crate,
            _ if self.model.modules[module].parent.is_some() => Visibility::Super,
            _ => Visibility::Private,
        };
        let visibility = match visibility {
            Visibility::Private | Visibility::Super if self.is_open => Visibility::Crate,
            other => other,
        };
        let mut taken = self.taken(module);
        let importer = Importer {
            model: &self.model,
            scopes,
            from: module,
            visibility,
            globs: round == 0,
        };
        let Some(item) = importer.item(rng, &mut self.fresh, &mut taken) else {
            return;
        };
        let imports: Vec<_> = item.leaves.into_iter().map(|leaf| leaf.import).collect();
        let comment = match rng.u8(0..10) {
            0 => format!(" // c{}", self.fresh.number()),
            1 => format!(" /* c{} */", self.fresh.number()),
            _ => String::new(),
        };
        let above = match rng.u8(0..12) {
            0 => format!("// c{}\n", self.fresh.number()),
            1 => "#[allow(unused_imports)]\n".to_owned(),
            _ => String::new(),
        };
        let text = format!("{above}{}use {};{comment}", visibility.written(), item.tree);
        let its = &mut self.model.modules[module];
        its.imports.extend(imports);
        let at = rng.usize(0..=its.entries.len());
        // Behind the macro of the crate's root.
        let first = usize::from(its.parent.is_none());
        its.entries.insert(at.max(first), Entry::Text(text));
    }

    /// Names that a module binds explicitly.
    fn taken(&self, module: ModuleId) -> Vec<String> {
        let its = &self.model.modules[module];
        let mut taken: Vec<String> = its
            .imports
            .iter()
            .filter_map(|import| import.name.clone())
            .collect();
        for entry in &its.entries {
            match entry {
                Entry::Item(item) => taken.push(self.model.items[*item].name.clone()),
                Entry::Module(child) => taken.push(self.model.modules[*child].name.clone()),
                Entry::Text(_) | Entry::Shim { .. } => {}
            }
        }
        taken.extend(its.shims.iter().map(|shim| shim.name.clone()));
        taken
    }

    fn uses(&mut self, rng: &mut Rng, scopes: &Scopes) {
        let mut texts = Vec::new();
        for module in self.own_modules() {
            let uses = Uses {
                model: &self.model,
                scopes,
                module,
            };
            let most = if self.is_rich(module) { 8 } else { 5 };
            for _ in 0..rng.usize(1..=most) {
                if let Some(text) = uses.statement(rng, &mut self.fresh) {
                    texts.push((module, text));
                }
            }
        }
        for (module, text) in texts {
            self.model.modules[module].entries.push(Entry::Text(text));
        }
    }
}

fn manifest(edition: u16, externs: &[(String, CrateId)], model: &Model) -> String {
    let mut text = format!(
        "[package]\nname = \"krate\"\nversion = \"0.0.0\"\nedition = \"{edition}\"\n\n[features]\nx = []\n\n[dependencies]\n"
    );
    for (local, krate) in externs {
        let name = &model.crates[*krate].name;
        if local == name {
            text.push_str(&format!("{name} = \"1\"\n"));
        } else {
            text.push_str(&format!(
                "{local} = {{ package = \"{name}\", version = \"1\" }}\n"
            ));
        }
    }
    text
}
