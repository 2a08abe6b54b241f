//! Rust.
//!
//! `session` finds what a file is part of (`manifest`, `placement`), `analysis` goes from text to plan:
//! `parse` (guarded by `nesting_limit`), `visit` (the walk; `expand` reads macro tokens, `docs` documentation,
//! `attributes` lists those with paths in strings), `resolve` (names to absolute paths), `rewrite`
//! (to edits and findings), `gate` (under which `cfg` code is there). `tokens` is apart: what verification
//! compares; `facts` says what one file defines, hands on and uses, with no table at all. Deliberately absent: types, macro expansion, `cfg` evaluation, and any call of a compiler.

mod analysis;
mod at;
mod attributes;
mod docs;
mod expand;
mod facts;
mod gate;
mod manifest;
mod moved;
mod nesting_limit;
mod parse;
mod placement;
mod resolve;
mod rewrite;
mod session;
mod settings;
mod targets;
mod tokens;
mod visit;

use std::ops::Range;
use std::path::Path;

use toml::de::DeTable;

use crate::document::Reader;
use crate::lang::{Language, RewriteOptions, Session};
use crate::mapping::Table;
use crate::path::{RUST, Syntax};
use crate::project::{Anchor, Project};
use crate::tokens::Tokens;

/// The Rust language.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rust;

/// What a glob import of a module looks like, up to where the star may stand. Module names are short
/// and common, so the name alone would make most files candidates. A line end between the name and the
/// `::` is not looked for: no formatter writes one, and names end lines everywhere.
fn glob_texts(module: &str) -> Vec<String> {
    ["::*", "::{", "::\n", "::\r", "::\t", "::/", " ::", ":: "]
        .iter()
        .map(|behind| format!("{module}{behind}"))
        .collect()
}

impl Language for Rust {
    fn syntax(&self) -> &'static Syntax {
        &RUST
    }

    fn is_source(&self, path: &Path, options: &RewriteOptions) -> bool {
        let has = |wanted| {
            path.extension()
                .is_some_and(|extension| extension == wanted)
        };
        has("rs") || (options.docs && has("md"))
    }

    /// A file that refers to a path holds its last name: all others may come from elsewhere (the
    /// file's own module, `crate::`, an alias of a parent). The exception is a glob import of the
    /// module that the path lies in.
    fn anchors(&self, table: &Table) -> Vec<Anchor> {
        let mut anchors = Vec::new();
        for rule in table.rules() {
            if !rule.is_looked_for() {
                continue;
            }
            let names = rule.from.segments();
            let word = |name: &str| name.is_ascii().then(|| name.to_owned());
            anchors.push(Anchor {
                word: word(rule.from.last()),
                alongside: Vec::new(),
            });
            if let [.., parent, _] = names {
                anchors.push(Anchor {
                    word: word(parent),
                    alongside: glob_texts(parent),
                });
            }
        }
        anchors.sort();
        anchors.dedup();
        anchors
    }

    fn comment_sign(&self) -> &'static str {
        "//"
    }

    /// Of `pub use` alone: other globs are everywhere, and hand nothing on but to modules below.
    fn anchors_of_stars(&self) -> Vec<Anchor> {
        let uses = ["pub use ", ") use "].map(str::to_owned);
        vec![Anchor {
            word: Some("use".to_owned()),
            alongside: uses.to_vec(),
        }]
    }

    fn place_anchors(&self) -> Vec<Vec<Anchor>> {
        moved::anchors()
    }

    fn check_settings(&self, section: DeTable<'_>, span: Range<usize>, reader: &mut Reader<'_>) {
        reader.table::<settings::Settings>(section, span);
    }

    fn settings_schema(&self) -> serde_json::Value {
        schemars::schema_for!(settings::Settings).to_value()
    }

    fn tokens(&self, path: &Path, text: &str) -> Tokens {
        tokens::tokens(path, text)
    }

    fn open<'a>(
        &'a self,
        project: &'a Project,
        table: &'a Table,
        options: &'a RewriteOptions,
    ) -> Box<dyn Session + 'a> {
        Box::new(session::RustSession::new(project, table, options))
    }
}
