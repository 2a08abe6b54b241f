//! What one file says by itself, the same for every language: which modules it is, what these define, what they
//! hand on, and which paths the file uses.
//!
//! Facts are pure in where the file stands and in its text: no table and no other file is asked, so a path here
//! is what the text says, before re-exports are followed. The index of the
//! project puts the facts of all files together and follows them.

use std::ops::Range;

use crate::path::Segment;

/// An absolute path.
pub type Path = Vec<Segment>;

/// The facts of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileFacts {
    /// The modules of the file: its own first, then those written inside of it (Rust). Empty if the file is no
    /// module that can be imported.
    pub modules: Vec<ModuleFacts>,
    /// Places that say a path, in source order.
    pub references: Vec<PathReference>,
}

impl FileFacts {
    /// Gives the first name of paths that start with `old` another one, but for those of the modules themselves.
    pub fn rename_root(&mut self, old: &Segment, new: &Segment) {
        let rename = |path: &mut Path| {
            if let Some(first) = path.first_mut().filter(|first| *first == old) {
                first.clone_from(new);
            }
        };
        for module in &mut self.modules {
            module
                .imports
                .iter_mut()
                .for_each(|import| rename(&mut import.target));
            module
                .globs
                .iter_mut()
                .for_each(|glob| rename(&mut glob.module));
        }
        for reference in &mut self.references {
            rename(&mut reference.path);
        }
    }
}

/// What one module binds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModuleFacts {
    /// Its paths: several if there are several roots (Python), or if several targets share the file (Rust). The
    /// one that people use comes first.
    pub paths: Vec<Path>,
    /// Who sees it, as a name of the module around it.
    pub seen: Seen,
    /// It declares what another file defines: a stub.
    pub is_stub: bool,
    /// It does nothing but hand on names of other modules.
    pub only_hands_on: bool,
    /// What it defines, in source order. Twins (arms of a condition, overloads) are all listed.
    pub definitions: Vec<Definition>,
    /// Names that it binds to something of another module, in source order.
    pub imports: Vec<Import>,
    /// Modules of which it takes all names.
    pub globs: Vec<Glob>,
}

/// What a definition is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A class, struct, enum or union.
    Class,
    /// A trait.
    Trait,
    /// A type alias.
    TypeAlias,
    /// A function.
    Function,
    /// A macro.
    Macro,
    /// Any other name: a constant, a variable.
    Value,
}

/// Who sees a name of a module, among those who see the module.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Seen {
    /// Everyone.
    #[default]
    Everywhere,
    /// Code of its crate.
    InCrate,
    /// Code of the module that stands so many names above its own, and below that; 0: of its own. In Python that is
    /// what a leading underscore asks for.
    Within(u16),
}

impl Seen {
    /// Whether code of the module `user` sees a name of `module`.
    pub fn by(self, user: &[Segment], module: &[Segment]) -> bool {
        match self {
            Self::Everywhere => true,
            Self::InCrate => user.first() == module.first(),
            Self::Within(up) => {
                user.starts_with(&module[..module.len().saturating_sub(usize::from(up))])
            }
        }
    }
}

/// A name that is defined in a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The name.
    pub name: Segment,
    /// What it is.
    pub kind: Kind,
    /// Who sees it.
    pub seen: Seen,
    /// Bytes of the name.
    pub range: Range<u32>,
    /// The line of the name, from 1.
    pub line: u32,
    /// Lines from its start to its end.
    pub lines: u32,
    /// How it is made.
    pub shape: Shape,
}

/// How a definition is made, to tell a copy from a namesake.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// Of its text without comments, blanks and documentation.
    pub digest: u64,
    /// Of the names of its members: methods and fields, variants, parameters. Sorted, each once.
    pub members: Vec<u64>,
}

/// How a name of another module is bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum How {
    /// An import for the module's own use.
    Import,
    /// An import that hands the name on: `pub use`, a name of `__all__`, `X as X`, an import of a package's
    /// `__init__.py`.
    ReExport,
    /// An assignment of one name to another.
    Assignment,
}

/// A name that a module binds to something of another module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The name that it is bound to.
    pub name: Segment,
    /// What it says: a path of a module or of something in one.
    pub target: Path,
    /// How.
    pub how: How,
    /// Who sees the name.
    pub seen: Seen,
    /// Bytes of what says the path.
    pub range: Range<u32>,
}

/// A module of which all names are taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glob {
    /// The module.
    pub module: Path,
    /// Others see these names as the module's.
    pub is_public: bool,
    /// How: never by an assignment.
    pub how: How,
    /// Bytes of what says the module.
    pub range: Range<u32>,
}

/// When a reference takes effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum When {
    /// When the module is loaded.
    Load,
    /// When code of it is called; in Rust always.
    Call,
    /// Only for type checkers.
    TypeCheck,
}

/// A place that says a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathReference {
    /// The path, with whatever names follow: `a.b.C.method`.
    pub path: Path,
    /// So many of its names are not said here: the place goes on from a name that an import binds.
    pub bound: usize,
    /// Bytes of the names; in an import those after `from` are not among them.
    pub range: Range<u32>,
    /// It is part of an import statement.
    pub is_import: bool,
    /// It only hands the name on: no use.
    pub is_re_export: bool,
    /// It puts something else at the path: an assignment, a deletion. Who looks it up there means that very path.
    pub is_replacement: bool,
    /// When it takes effect.
    pub when: When,
}

/// A hash that is the same in every run and on every machine (FNV-1a, 64 bits).
pub fn digest<'t>(words: impl IntoIterator<Item = &'t str>) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut add = |byte: u8| {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    };
    for word in words {
        word.bytes().for_each(&mut add);
        // No word goes on in the next one.
        add(0xff);
    }
    hash
}
