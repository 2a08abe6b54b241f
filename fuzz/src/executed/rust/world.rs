//! A program with what it is rewritten by, as the judge takes it.

use super::super::Files;
use super::model::ModuleId;

/// One rule.
#[derive(Clone, Debug)]
pub struct Move {
    pub from: String,
    pub to: String,
    pub kind: Option<&'static str>,
    /// Modules that must not move once more.
    pub modules: Vec<ModuleId>,
}

/// How the state after comes to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Everything is at its new home in both states, and re-exported from its old path under
    /// `#[cfg(not(gone))]`.
    Shim,
    /// The file is at its old place when it is rewritten, and is moved then.
    Left,
    /// The file is at its new place already when it is rewritten.
    Moved,
}

/// Moving a module's file.
#[derive(Clone, Debug)]
pub struct Relocation {
    /// Beginnings of paths, old and new.
    pub renames: Vec<(String, String)>,
    /// The file that declares the module, and what its line ends in.
    pub declared_in: String,
    pub mark: String,
    /// The file that will declare it, and the line.
    pub home: String,
    pub line: String,
}

impl Relocation {
    /// The tree with the module at its new place.
    pub fn apply(&self, files: &Files) -> Files {
        let mut moved = Files::new();
        for (name, text) in files {
            let renamed = self.renames.iter().find_map(|(old, new)| {
                let rest = name.strip_prefix(old.as_str())?;
                Some(format!("{new}{rest}"))
            });
            let mut text = text.clone();
            if *name == self.declared_in {
                text = text
                    .split_inclusive('\n')
                    .filter(|line| !line.trim_end().ends_with(&self.mark))
                    .collect();
            }
            if *name == self.home {
                text.push_str(&self.line);
                text.push('\n');
            }
            moved.insert(renamed.unwrap_or_else(|| name.clone()), text);
        }
        moved
    }
}

/// Everything but the sources, which a program may have fewer of.
#[derive(Clone, Debug)]
pub struct World {
    pub files: Files,
    pub moves: Vec<Move>,
    pub rename_uses: bool,
    pub edition: u16,
    /// The name here, and the crate.
    pub externs: Vec<(String, String)>,
    pub layout: Layout,
    pub relocation: Option<Relocation>,
    pub with_feature: bool,
}

impl World {
    /// The mapping file.
    pub fn table(&self) -> String {
        let mut text = "language = \"rust\"\nname = \"executed\"\n".to_owned();
        if self.rename_uses {
            text.push_str("rename = \"uses\"\n");
        }
        for Move { from, to, kind, .. } in &self.moves {
            text.push_str(&format!("\n[[move]]\nfrom = \"{from}\"\nto = \"{to}\"\n"));
            if let Some(kind) = kind {
                text.push_str(&format!("kind = \"{kind}\"\n"));
            }
        }
        text
    }
}
