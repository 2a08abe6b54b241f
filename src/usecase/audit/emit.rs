//! A mapping table that moves every use of a fragmented definition to its one path.

use std::fmt::Write as _;

use super::Audit;
use super::symbols::{PathUse, Symbol};
use crate::output::summary::counted;
use crate::path::Segment;

/// To which path uses are moved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum To {
    /// The definition if everyone may name it, else the shortest public path.
    #[default]
    Canonical,
    /// The definition.
    Definition,
    /// The shortest public path.
    Public,
}

/// The first line of each such table.
pub const HEAD: &str =
    "# Every use of a definition that is imported by several paths goes to one of them.";

/// The table, with comments; `None` if there is nothing to move.
pub fn table(audit: &Audit, to: To) -> Option<String> {
    let mut out = format!(
        "{HEAD}\n\
         # Read it, take out what is meant to stay, then: repoint diff -m FILE\n\
         language = \"{}\"\nname = \"audit\"\n",
        audit.language
    );
    let mut rules = 0;
    // A rule cannot name what is in a program or a test: nobody imports from there.
    let is_in_program = |symbol: &&Symbol| symbol.names.iter().any(|name| name.contains('@'));
    let symbols = audit.fragmented.iter();
    for symbol in symbols.filter(|it| it.is_fragmented() && !is_in_program(it)) {
        let target = target(symbol, to);
        let text = text(audit, target);
        // The names over which the target leads to the definition go on saying what they say: only the target's own
        // module names the first of them, and keeps it.
        let steps = symbol.steps(target);
        let is_free = |path: &&PathUse| {
            let is_asked_for = to == To::Public || !path.is_inside;
            path.names != target
                && is_asked_for
                && !path.is_replaced
                && !steps.contains(&path.names)
        };
        let from: Vec<_> = symbol.paths.iter().filter(is_free).collect();
        if from.is_empty() {
            continue;
        }
        let _ = write!(
            out,
            "\n# {} `{}`, {}:{}\n",
            symbol.kind,
            symbol.path,
            symbol.file.display(),
            symbol.line,
        );
        for path in from {
            rules += 1;
            let _ = writeln!(
                out,
                "# {}, {} in {}\n[[move]]\nfrom = \"{}\"\nto = \"{text}\"",
                path.way.text(),
                counted(path.references, "use"),
                counted(path.files, "file"),
                path.path,
            );
        }
    }
    (rules > 0).then_some(out)
}

fn target(symbol: &Symbol, to: To) -> &[Segment] {
    match to {
        To::Canonical => &symbol.canonical_names,
        To::Definition => &symbol.names,
        To::Public => symbol.public.as_deref().unwrap_or(&symbol.canonical_names),
    }
}

fn text(audit: &Audit, path: &[Segment]) -> String {
    crate::path::SymbolPath::new(path.to_vec())
        .map(|path| path.display(audit.syntax).to_string())
        .unwrap_or_default()
}
