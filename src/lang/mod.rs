//! What repoint needs to know of a language. One folder a language; none knows another.

mod concurrent_cache;
mod plan_builder;
pub mod python;
pub mod rust;
mod suppression;
#[cfg(test)]
mod temp_tree;

pub use suppression::Suppressions;

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::de::DeTable;

use crate::document::Reader;
use crate::facts::FileFacts;
use crate::mapping::Table;
use crate::path::Syntax;
use crate::plan::Analysis;
use crate::project::{Anchor, Project, WalkOptions};
use crate::text::Encoding;
use crate::tokens::Tokens;

/// Every language there is; the one place where a new one is listed. It is handed down from the
/// command line to whoever needs it.
pub fn registry() -> &'static [&'static dyn Language] {
    &[&rust::Rust, &python::Python]
}

/// A language whose references can be rewritten.
pub trait Language: Send + Sync {
    /// How it writes paths, and its name.
    fn syntax(&self) -> &'static Syntax;

    /// Whether a file of this name holds its source, or documentation that `options` want rewritten.
    fn is_source(&self, path: &Path, options: &RewriteOptions) -> bool;

    /// How a file without an extension starts that is its source, if there are such: a script.
    fn script(&self) -> Option<fn(&[u8]) -> bool> {
        None
    }

    /// Whether a file of this name, which is no source by it, is read as one if a person names it.
    fn reads_named(&self, _path: &Path) -> bool {
        false
    }

    /// Words of which at least one occurs in each file that refers to a path of `table`.
    fn anchors(&self, table: &Table) -> Vec<Anchor>;

    /// What a comment to the end of a line starts with.
    fn comment_sign(&self) -> &'static str;

    /// What is searched for in files that hand on all names of another module: such a file need not hold any of
    /// them.
    fn anchors_of_stars(&self) -> Vec<Anchor>;

    /// Sets of words: of that which [`Session::place`] tells of a file, at least one occurs in it if it is to be
    /// read for its place alone.
    fn place_anchors(&self) -> Vec<Vec<Anchor>> {
        Vec::new()
    }

    /// The encoding of a file (absolute) that holds `bytes`, as the language itself finds it.
    ///
    /// # Errors
    /// The language does not take such bytes, or they ask for an encoding that is not known. There
    /// is no text yet: the message says where, and the offset is of no use.
    fn encoding_of(&self, _path: &Path, _bytes: &[u8]) -> Result<Encoding, SourceError> {
        Ok(Encoding::UTF_8)
    }

    /// Checks what the configuration says to this language: the reader is told everything that is wrong
    /// with the section, which stands at these bytes.
    fn check_settings(&self, section: DeTable<'_>, span: Range<usize>, reader: &mut Reader<'_>) {
        let _ = (section, span, reader);
    }

    /// What that section of a first configuration should say, as far as the names of the sources (relative
    /// to the project's root) tell; empty if the defaults are right.
    fn first_settings(&self, _sources: &[PathBuf]) -> toml::Table {
        toml::Table::new()
    }

    /// The JSON Schema of that section.
    fn settings_schema(&self) -> serde_json::Value {
        serde_json::json!({"type": "object"})
    }

    /// The tokens of a text of which a file of this name may consist, from the text alone. Asked of files
    /// with edits only.
    fn tokens(&self, path: &Path, text: &str) -> Tokens;

    /// Starts work on a tree. What it learns of the tree is shared by the threads.
    fn open<'a>(
        &'a self,
        project: &'a Project,
        table: &'a Table,
        options: &'a RewriteOptions,
    ) -> Box<dyn Session + 'a>;
}

/// How far a rewrite goes.
#[derive(Clone, Debug, Default)]
pub struct RewriteOptions {
    /// What becomes of strings.
    pub strings: Strings,
    /// Rewrite documentation that is not compiled too: doctests and roles in docstrings (Python), the
    /// examples of Markdown files (Rust).
    pub docs: bool,
    /// Note mentions in the prose of documentation, and in comments and files that are no source (Python).
    pub mentions: bool,
    /// Where the language's modules start, absolute; empty if nothing was said.
    pub roots: Vec<PathBuf>,
    /// What the configuration says to each language, by its name.
    pub sections: BTreeMap<String, toml::Table>,
}

/// Which strings are references.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strings {
    /// Those in known calls and attributes.
    #[default]
    Known,
    /// Plain ones too.
    All,
    /// None: known ones are notes.
    Off,
}

/// One language at work on one tree.
pub trait Session: Sync {
    /// Reads one text: its outline, and the plan for it. `file` is absolute; the text need not be
    /// the one on disk. In which encoding it is written is the engine's concern.
    ///
    /// # Errors
    /// The text cannot be read as this language; says where and what was expected.
    fn analyze(&self, file: &Path, text: &str) -> Result<Analysis, SourceError>;

    /// Whether a file (absolute) may have to be rewritten for its place, whatever words it has: it moves itself,
    /// or its crate loses something. Which of [`Language::place_anchors`] it must hold then. Asked of every
    /// file of a tree.
    fn place(&self, _file: &Path) -> Option<usize> {
        None
    }

    /// Learns of the tree what plans of these texts depend on, before the first of them is analyzed.
    /// Called once, with every text of this language that the run will analyze, on a worker with the stack
    /// and the pool of the others; `walk` is how the run goes through the tree. What it does not
    /// learn must not make a plan unsafe. `attempt` analyzes a text by [`analyze`](Self::analyze), and
    /// then what it would become, and may keep the outcome: a language that has to see plans to know
    /// what they depend on calls it, so that nothing is planned twice if it [`stands`](Self::stands).
    fn survey(&self, _ahead: &[Ahead<'_>], _walk: &WalkOptions, _attempt: Attempt<'_>) {}

    /// Whether the last attempt at a file (absolute) during the survey saw all that is known of the
    /// tree now, so that another analysis of the same text would come to the same.
    fn stands(&self, _file: &Path) -> bool {
        false
    }

    /// The files of the tree (absolute) that are loaded when this one, which holds `text`, is: at once or
    /// later on. Cheap: only imports and calls that load by name are looked at, and nothing is planned. What
    /// cannot be parsed loads nothing.
    fn loads(&self, _file: &Path, _text: &str) -> Vec<PathBuf> {
        Vec::new()
    }

    /// What one text says by itself: see [`facts`](crate::facts). No table is asked.
    ///
    /// # Errors
    /// The text cannot be read as this language; says where and what was expected.
    fn facts(&self, _file: &Path, _text: &str) -> Result<FileFacts, SourceError> {
        Ok(FileFacts::default())
    }

    /// Files that are run with what this one (absolute) puts in place, though neither needs to load the other: the
    /// tests below a file of fixtures.
    fn served(&self, _file: &Path) -> Vec<PathBuf> {
        Vec::new()
    }

    /// Other files that are one thing with this one (absolute), so that all of them change or none: a module and what
    /// declares its types, a source that several modules share and those that share it.
    fn together(&self, _file: &Path) -> Vec<PathBuf> {
        Vec::new()
    }

    /// What looks like a mistake in the configuration or in the rules of these indices, seen from the
    /// tree. Asked once a run, at its end, for rules that matched something.
    fn doubts(&self, _rules: &[usize]) -> Vec<Doubt> {
        Vec::new()
    }

    /// Sentences to say once a run, on standard error.
    fn remarks(&self) -> Vec<String> {
        Vec::new()
    }
}

/// What looks like a mistake and may be none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// Index of the rule in the table, if it is about one.
    pub rule: Option<usize>,
    /// One sentence, lower case, no period.
    pub message: String,
}

/// Plans a text before all is known that its plan may depend on.
pub type Attempt<'a> = &'a (dyn Fn(&Ahead<'_>) + Sync);

/// A text that a run will analyze.
#[derive(Clone, Copy, Debug)]
pub struct Ahead<'a> {
    /// Its file, absolute.
    pub file: &'a Path,
    /// Its bytes, if they are not those on disk.
    pub bytes: Option<&'a [u8]>,
}

/// Why a text cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SourceError {
    /// What is wrong and what to do: lower case, no period.
    pub message: String,
    /// The byte of the text where it is wrong, if there is such a place.
    pub offset: Option<usize>,
}
