//! What a generated program is made of: crates, modules and items, each with a number that tells it
//! from all others. Where something is moved, the model says both places.

/// An index into [`Model::modules`].
pub type ModuleId = usize;
/// An index into [`Model::items`].
pub type ItemId = usize;
/// An index into [`Model::crates`].
pub type CrateId = usize;

/// The three namespaces of Rust.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Space {
    Types,
    Values,
}

/// What kind of item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Struct,
    Fn,
    Const,
    Trait,
    Enum,
}

/// Something that has a number: an item's constants are that number.
#[derive(Clone, Debug)]
pub struct Item {
    pub name: String,
    pub kind: Kind,
    pub number: u32,
    pub visibility: Visibility,
}

/// As it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visibility {
    Public,
    Crate,
    Super,
    Private,
}

impl Visibility {
    pub fn written(self) -> &'static str {
        match self {
            Self::Public => "pub ",
            Self::Crate => "pub(crate) ",
            Self::Super => "pub(super) ",
            Self::Private => "",
        }
    }
}

/// Where the text of a module is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    Inline,
    /// `a.rs`
    File,
    /// `a/mod.rs`
    ModRs,
    /// Another name, said by `#[path]`.
    Path,
}

/// One thing in a module, in the order of the text.
#[derive(Clone, Debug)]
pub enum Entry {
    Item(ItemId),
    Module(ModuleId),
    /// What is written without a place in the model: imports, uses, comments.
    Text(String),
    /// The old path of what has moved, there only in the state before.
    Shim {
        name: String,
        /// A path that is written behind `use`.
        target: String,
        visibility: Visibility,
    },
}

#[derive(Clone, Debug)]
pub struct Module {
    pub name: String,
    pub parent: Option<ModuleId>,
    pub krate: CrateId,
    pub visibility: Visibility,
    pub form: Form,
    pub entries: Vec<Entry>,
    /// Imports, for [`super::scope`].
    pub imports: Vec<Import>,
    /// Bound here although it is defined elsewhere: old paths.
    pub shims: Vec<Bound>,
}

/// A name and what it stands for by definition.
#[derive(Clone, Debug)]
pub struct Bound {
    pub name: String,
    pub entity: Entity,
    pub visibility: Visibility,
    /// It is an old path.
    pub moves: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Entity {
    Module(ModuleId),
    Item(ItemId),
    Variant(ItemId),
}

/// One leaf of a `use` item.
#[derive(Clone, Debug)]
pub struct Import {
    pub path: Vec<String>,
    /// `None`: a glob.
    pub name: Option<String>,
    pub visibility: Visibility,
    /// `{self}`: the module alone.
    pub types_only: bool,
}

#[derive(Clone, Debug)]
pub struct Crate {
    pub name: String,
    pub root: ModuleId,
    /// Crates that it can name: by which name.
    pub externs: Vec<(String, CrateId)>,
    pub edition: u16,
}

#[derive(Clone, Debug, Default)]
pub struct Model {
    pub crates: Vec<Crate>,
    pub modules: Vec<Module>,
    pub items: Vec<Item>,
    /// A module that is still at its old place, and will be moved with its file.
    pub moving: Option<ModuleId>,
    /// No relative path leads out of it: they would lead elsewhere from its new place.
    pub is_confined: bool,
}

impl Model {
    /// The names from the crate's own name on.
    pub fn path(&self, module: ModuleId) -> Vec<String> {
        let its = &self.modules[module];
        match its.parent {
            None => vec![self.crates[its.krate].name.clone()],
            Some(parent) => {
                let mut path = self.path(parent);
                path.push(its.name.clone());
                path
            }
        }
    }

    /// Whether `inner` is `outer` or lies in it.
    pub fn is_in(&self, inner: ModuleId, outer: ModuleId) -> bool {
        inner == outer
            || self.modules[inner]
                .parent
                .is_some_and(|parent| self.is_in(parent, outer))
    }

    /// Whether a path with `super` leads out of what moves, and must not.
    pub fn leads_out(&self, from: ModuleId, names: &[String]) -> bool {
        let Some(moving) = self.moving.filter(|_| self.is_confined) else {
            return false;
        };
        let mut module = from;
        for _ in names.iter().take_while(|name| *name == "super") {
            if module == moving {
                return true;
            }
            module = self.modules[module].parent.unwrap_or(module);
        }
        false
    }

    pub fn root_of(&self, module: ModuleId) -> ModuleId {
        self.crates[self.modules[module].krate].root
    }

    /// The definition of an item on one line, so that it can be taken out as a whole.
    pub fn definition(&self, item: ItemId) -> String {
        let Item {
            name,
            kind,
            number,
            visibility,
        } = &self.items[item];
        let vis = visibility.written();
        match kind {
            Kind::Struct => {
                format!("{vis}struct {name}; impl {name} {{ pub const ID: u32 = {number}; }}")
            }
            Kind::Fn => format!("{vis}const fn {name}() -> u32 {{ {number} }}"),
            Kind::Const => format!("{vis}const {name}: u32 = {number};"),
            Kind::Trait => format!(
                "{vis}trait {name} {{ const T{number}: u32 = {number}; }} impl {name} for u8 {{}}"
            ),
            Kind::Enum => format!("{vis}enum {name} {{ Va = {number}, Vb = 0 }}"),
        }
    }

    /// What is true of an entity that is reached by `path`.
    pub fn claim(&self, entity: Entity, path: &str) -> Option<String> {
        Some(match entity {
            Entity::Module(_) => return None,
            Entity::Variant(item) => format!("{path} as u32 == {}", self.items[item].number),
            Entity::Item(item) => {
                let Item { kind, number, .. } = &self.items[item];
                match kind {
                    Kind::Struct => format!("{path}::ID == {number}"),
                    Kind::Fn => format!("{path}() == {number}"),
                    Kind::Const => format!("{path} == {number}"),
                    Kind::Trait => format!("<u8 as {path}>::T{number} == {number}"),
                    Kind::Enum => format!("{path}::Va as u32 == {number}"),
                }
            }
        })
    }
}
