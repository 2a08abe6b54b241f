//! A declared module, and the files that it may lie in.

use crate::path::Segment;
use crate::project::normalized;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// `mod name;`, with the inline modules around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Declaration {
    /// Inline modules in the file, outermost first.
    pub(super) inline: Vec<Named>,
    pub(super) last: Named,
    pub(super) origin: Origin,
}

/// Where a declaration stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// In the open, or written out in the tokens of a macro call.
    Item,
    /// In the body of a `macro_rules!`: in the file that calls it, a module there too.
    MacroBody,
    /// Only a name in the tokens of a macro call (`submodule!(name)`): the macro may make a module
    /// of it. Believed when nothing else declares the file.
    Mention,
}

/// A module's name and what its attributes say of its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) name: Segment,
    /// `#[path = "..."]`.
    pub(super) path: Option<String>,
    /// Those in `cfg_attr`.
    pub(super) perhaps: Vec<String>,
    /// Whether its macros are seen by the modules after it.
    pub(super) macro_use: bool,
}

/// Where a file looks for its child modules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Base {
    /// The folder, in which a `#[path]` starts.
    folder: PathBuf,
    /// The folder in it where other children are; `None` for `mod.rs`, root files and files that a
    /// `#[path]` names.
    below: Option<Segment>,
}

impl Base {
    /// Of a root file, a `mod.rs`, or a file that a `#[path]` names.
    pub(super) fn of_owner(file: &Path) -> Self {
        Self {
            folder: file.parent().unwrap_or(Path::new("")).to_owned(),
            below: None,
        }
    }

    /// Of `name.rs`.
    pub(super) fn of_named(file: &Path) -> Self {
        let stem = file.file_stem().unwrap_or_default();
        Self {
            below: Some(Segment::new(stem.to_string_lossy())),
            ..Self::of_owner(file)
        }
    }

    fn child(&self, name: &Segment) -> PathBuf {
        let mut folder = self.folder.clone();
        folder.extend(self.below.as_deref().map(Path::new));
        folder.push(name.as_str());
        folder
    }
}

/// A file that a declaration may mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    /// Normalized; need not exist.
    pub(super) file: PathBuf,
    /// Where that file looks for its children.
    pub(super) base: Base,
}

impl Declaration {
    /// The names from the declaring file's module to the declared one.
    pub(super) fn names(&self) -> impl Iterator<Item = &Segment> {
        let all = self.inline.iter().chain(std::iter::once(&self.last));
        all.map(|module| &module.name)
    }

    /// Whether the declaring file can call the macros of the module.
    pub(super) fn gives_macros(&self) -> bool {
        self.inline.is_empty() && self.last.macro_use
    }

    /// Whether an attribute names the file.
    pub(super) fn has_path(&self) -> bool {
        let mut all = self.inline.iter().chain(std::iter::once(&self.last));
        all.any(|module| module.path.is_some() || !module.perhaps.is_empty())
    }

    /// Cheap, before [`Declaration::targets`]: whether the file's name is one that it can mean.
    pub(super) fn may_mean(&self, file: &Path) -> bool {
        let name = OsStr::new(self.last.name.as_str());
        self.has_path()
            || file.file_stem() == Some(name)
            || (file.ends_with("mod.rs") && file.parent().and_then(Path::file_name) == Some(name))
    }

    /// Every file that it may mean, whatever is configured
    /// (The Rust Reference, "Modules", "The path attribute").
    pub(super) fn targets(&self, base: &Base) -> Vec<Target> {
        let mut bases = vec![base.clone()];
        for module in &self.inline {
            let mut inner = Vec::new();
            for base in &bases {
                let at = |folder| Base {
                    folder,
                    below: None,
                };
                for path in module.paths() {
                    inner.push(at(base.folder.join(path)));
                }
                if module.path.is_none() {
                    inner.push(at(base.child(&module.name)));
                }
            }
            bases = inner;
        }
        let mut targets = Vec::new();
        for base in &bases {
            for path in self.last.paths() {
                let file = normalized(&base.folder.join(path));
                let base = Base::of_owner(&file);
                targets.push(Target { file, base });
            }
            if self.last.path.is_none() {
                let folder = normalized(&base.child(&self.last.name));
                let mut name = folder.clone().into_os_string();
                name.push(".rs");
                let file = PathBuf::from(name);
                let base = Base::of_named(&file);
                targets.push(Target { file, base });
                let file = folder.join("mod.rs");
                let base = Base::of_owner(&file);
                targets.push(Target { file, base });
            }
        }
        targets
    }
}

impl Named {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: Segment::new(name),
            path: None,
            perhaps: Vec::new(),
            macro_use: false,
        }
    }

    fn paths(&self) -> impl Iterator<Item = &String> {
        self.path.iter().chain(&self.perhaps)
    }
}
