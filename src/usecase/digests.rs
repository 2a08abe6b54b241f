//! What tells two runs apart whose plans may differ: their rules and their options.

use std::fmt::Write as _;

use super::run::Run;
use crate::mapping::{Origin, Rule};
use crate::output::json::sha256;

impl Run {
    /// Of everything that the rules say, and nothing of where it is said.
    pub fn table_digest(&self) -> String {
        let mut text = String::new();
        for table in &self.tables {
            let _ = writeln!(text, "{}", table.syntax().language);
            for rule in table.rules() {
                let rule = Rule {
                    origin: Origin::CommandLine,
                    ..rule.clone()
                };
                let _ = writeln!(text, "{rule:?}");
            }
        }
        sha256(text.as_bytes())
    }

    /// Of the options that decide what is rewritten in a file. Which files are read is not among them.
    pub fn options_digest(&self) -> String {
        let rewrite = &self.rewrite;
        let root = self.place.project.root();
        let mut text = format!(
            "{:?} {} {}",
            rewrite.strings, rewrite.docs, rewrite.mentions
        );
        for folder in &rewrite.roots {
            let below = folder.strip_prefix(root).unwrap_or(folder);
            let _ = write!(text, "\nroot {below:?}");
        }
        for (name, section) in &rewrite.sections {
            let _ = write!(text, "\n{name} {section}");
        }
        for language in &self.languages {
            let _ = write!(text, "\n{}", language.syntax().language);
        }
        sha256(text.as_bytes())
    }
}
