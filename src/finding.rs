//! Findings: what a person should know about a file.
//!
//! The codes are stable: suppressions, baselines and other programs hold them. Each says in its
//! doc comment what it means, why repoint does not decide it alone, and what to do; the help text
//! and the reference (`docs`) are made from these comments.

use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How much a finding matters.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Perhaps a mention, no sure reference; never changes the exit status.
    Note,
    /// Rewritten, and a person should look.
    Review,
    /// A reference to a mapped path that stays.
    Error,
}

macro_rules! codes {
    ($( $(#[doc = $doc:literal])+ $name:ident = $text:literal, )+) => {
        /// What kind of finding it is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $( $(#[doc = $doc])+ $name, )+ }

        impl Code {
            /// Every code, in order of declaration.
            pub const ALL: &'static [Code] = &[$(Code::$name),+];

            /// The stable name, as printed and as suppressions write it.
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$name => $text),+ }
            }

            /// What it means, why, and what to do.
            pub fn explain(self) -> &'static str {
                match self { $(Code::$name => concat!($($doc, "\n"),+)),+ }
            }
        }
    };
}

codes! {
    /// A reference to a deprecated path that `apply` would rewrite. Run `repoint apply`.
    Deprecated = "deprecated",
    /// The path has no successor (`[[remove]]`). Only a person can take the use out.
    Removed = "removed",
    /// The rule lists several possible successors. Choose one by hand.
    Alternatives = "alternatives",
    /// The rule asks that each rewritten site be looked at.
    Review = "review",
    /// A glob import may bring the mapped name. Import the name explicitly.
    Glob = "glob",
    /// The new name, or the head of the new path, means something else here. Rename the other one,
    /// or write this one by hand.
    Shadow = "shadow",
    /// `pub(in ...)` names a module that is no ancestor of the new place (E0742).
    Visibility = "visibility",
    /// `extern crate` names the deprecated crate. Change the dependency in `Cargo.toml`, then this
    /// item.
    ExternCrate = "extern-crate",
    /// The file is part of several crates and the reference does not mean the same in all of them.
    SharedFile = "shared-file",
    /// In edition 2015 the new path needs an `extern crate` at the crate's root. Add one.
    Edition = "edition",
    /// What the path's first name means cannot be told. Write it from `crate::` or from `::`.
    Unresolved = "unresolved",
    /// The path stands in macro tokens where its meaning is the caller's, or cannot be told.
    Macro = "macro",
    /// A mapped path inside text that is printed or made into text.
    Text = "text",
    /// A path in a string of a known attribute or call that cannot be edited in place (raw,
    /// escaped, computed).
    String = "string",
    /// A mapped path in documentation that is not rewritten (prose, `#[doc = "..."]`, examples that
    /// do not parse).
    Doc = "doc",
    /// `include!` brings code that is read elsewhere, or a macro reads a file by a path from a module that moves to
    /// another folder. Write that path anew, or move the file too.
    Include = "include",
    /// The file says that it is generated. Change the generator.
    Generated = "generated",
    /// The crate of the new path is no dependency of this target. Add it with `cargo add`.
    MissingDependency = "missing-dependency",
    /// The package is for compilers (`rust-version` in `Cargo.toml`) that are older than the new path.
    /// Raise it, or keep the old path with a `keep` rule until it is raised.
    RustVersion = "rust-version",
    /// The edit would lose a comment inside the path.
    Comment = "comment",
    /// The file would import a name from itself.
    SelfImport = "self",
    /// The file is in no module tree: only absolute paths are rewritten in it.
    Orphan = "orphan",
    /// A file that is in no module tree does not parse as this language.
    NoSource = "no-source",
    /// Two packages have one library name; a rule's `package` tells which is meant.
    AmbiguousPackage = "ambiguous-package",
    /// `rename = "uses"` was asked for, and the local name was kept instead.
    KeptName = "kept-name",
    /// A star import may bring the mapped name. Import the name explicitly.
    Star = "star",
    /// Arms of one fallback (`try` and `except ImportError`, `if` and `else`) would import the same
    /// thing. Take the fallback out by hand, or keep it with a `keep` rule or comment.
    Fallback = "fallback",
    /// The rewritten import also bound its top package, so an import of that was added. It may run
    /// code that did not run before here.
    Parent = "parent",
    /// The name that the import binds has another binding in its scope. Write this one by hand.
    Binding = "binding",
    /// The name is exported, and nothing would bind it afterwards. Bind it by hand, or take it out of
    /// the exports.
    Export = "export",
    /// Whether the path is a module or an object cannot be told, and the rewrite depends on it. Give
    /// the rule a `kind`, or a colon between module and object.
    AmbiguousKind = "ambiguous-kind",
    /// Another file reaches a name through this one, and the name would go. Rewrite that file's
    /// reference first.
    BoundElsewhere = "bound-elsewhere",
    /// The mapped name is looked up by code (`getattr`, `__dict__`, a computed import). Write it by
    /// hand.
    Dynamic = "dynamic",
    /// A mapped module is handed on as an object: what is read from it there is not followed.
    Escapes = "escapes",
    /// A test of the old path itself that is rewritten: its comparison compares one thing with itself, or its
    /// import, warning or error says nothing any more. Keep the old path there, or delete the test.
    Tautology = "tautology",
    /// The last name of a Django application changes, and with it its label: set `label` in its
    /// configuration, or write a migration.
    AppLabel = "app-label",
    /// A string that holds an import statement of a mapped path. `--strings all` rewrites it.
    StringCode = "string-code",
    /// An entry point in the packaging files names a mapped path. Change it by hand.
    EntryPoint = "entry-point",
    /// A file that is no source mentions a mapped path.
    Mention = "mention",
    /// A table of names that are imported on demand names a mapped path. Change it by hand.
    Lazy = "lazy",
    /// The new path cannot be written in the encoding of the file. Convert the file.
    Encoding = "encoding",
    /// A relative import of a file that moves would lead elsewhere. It is written so that it does not; where
    /// that cannot be, write what it names by hand.
    Relative = "relative",
    /// The new import closes a cycle of modules that load each other while they are imported. Import inside of the
    /// functions that use the name, or import the module instead of the name.
    Cycle = "cycle",
    /// A relative import leads to several modules, depending on where modules start. Set `roots`.
    AmbiguousRoot = "ambiguous-root",
    /// The home of a definition (`[[home]]`) is another path, and `apply` would rewrite this use. Run `repoint apply`.
    OffHome = "off-home",
    /// Another definition has the name and the kind of one that has a home. Delete it, or list it in `also` of the
    /// `[[home]]`.
    SecondDefinition = "second-definition",
    /// A module hands on a definition that has a home elsewhere. Take the import out once nobody uses it, or list the
    /// module in `allow` of the `[[home]]`.
    ReExport = "re-export",
    /// Nothing is defined at the path of a `[[home]]`. Name the path where it is defined.
    NoHome = "no-home",
    /// A `repoint: keep` comment on a line with nothing to keep, or one that is written another way. Remove it, or
    /// write it so.
    UnusedKeep = "unused-keep",
}

impl Code {
    /// Whether it is about the home of a definition, and about no use of it.
    pub fn is_of_home(self) -> bool {
        matches!(self, Self::SecondDefinition | Self::ReExport | Self::NoHome)
    }
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Something a person should know, at a place of the original text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What kind.
    pub code: Code,
    /// How much it matters.
    pub level: Level,
    /// Bytes of the original text.
    pub range: Range<usize>,
    /// The deprecated path, as the language writes it; `None` if the finding is about no path.
    pub path: Option<String>,
    /// What it becomes, or would become.
    pub successor: Option<String>,
    /// One sentence, lower case, no period.
    pub message: String,
    /// What to do, if there is something.
    pub help: Option<String>,
    /// Index of the rule in the table; `None` if no rule is behind it.
    pub rule: Option<usize>,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn codes_are_unique_and_explained() {
        let names: BTreeSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(names.len(), Code::ALL.len());
        for code in Code::ALL {
            assert!(code.explain().trim().ends_with('.'), "{}", code.as_str());
        }
    }
}
