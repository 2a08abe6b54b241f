//! An audit for a ticket or a pull request.

use std::fmt::Write as _;
use std::path::Path;

use crate::output::summary::counted;
use crate::text::one_line;
use crate::usecase::audit::{Audit, Likeness};

/// The whole text.
pub(super) fn markdown(audits: &[Audit]) -> String {
    let mut out = String::from("# Import audit\n");
    for audit in audits {
        let several = audit.fragmented.iter().filter(|it| it.is_fragmented());
        let _ = writeln!(
            out,
            "\n## {}\n\n{} read: {} imported by several paths, {} of duplicates, {} that only hand on.",
            capital(audit.language),
            counted(audit.files, "file"),
            counted(several.count(), "definition"),
            counted(audit.duplicates.len(), "group"),
            counted(audit.shims.len(), "module"),
        );
        for symbol in &audit.fragmented {
            let _ = writeln!(
                out,
                "\n### {} {}\n\n{}, line {}. {} to touch.\n\n| path | files | uses | what is there |\n| --- | ---: | ---: | --- |",
                symbol.kind,
                code(&symbol.path),
                file(&symbol.file),
                symbol.line,
                counted(symbol.to_touch, "file"),
            );
            for path in &symbol.paths {
                let mark = if path.path == symbol.canonical {
                    " **(canonical)**"
                } else {
                    ""
                };
                let _ = writeln!(
                    out,
                    "| {}{mark} | {} | {} | {} |",
                    code(&path.path),
                    path.files,
                    path.references,
                    path.way.text()
                );
            }
        }
        if !audit.duplicates.is_empty() {
            out.push_str("\n### Duplicates\n\n| definition | files that use it | alike | place |\n| --- | ---: | --- | --- |\n");
            for copy in audit.duplicates.iter().flat_map(|copies| &copies.all) {
                let _ = writeln!(
                    out,
                    "| {} | {} | {} | {}:{} |",
                    code(&copy.path),
                    copy.used_by,
                    copy.likeness.map_or("most used", Likeness::text),
                    file(&copy.file),
                    copy.line
                );
            }
        }
        if !audit.shims.is_empty() {
            out.push_str("\n### Modules that only hand on\n\n| module | files that use it | of |\n| --- | ---: | --- |\n");
            for shim in &audit.shims {
                let of = match shim.is_unused {
                    true => format!("can be deleted: {}", file(&shim.file)),
                    false => shim
                        .of
                        .iter()
                        .map(|of| code(of))
                        .collect::<Vec<_>>()
                        .join(", "),
                };
                let _ = writeln!(
                    out,
                    "| {} | {} | {of} |",
                    code(&shim.path),
                    shim.users.len()
                );
            }
        }
        if !audit.cycles.is_empty() {
            out.push_str("\n### Cycles that imports of the canonical path would close\n\n");
            for cycle in &audit.cycles {
                let files = cycle.files.iter().map(|it| file(it)).collect::<Vec<_>>();
                let _ = writeln!(out, "- {}: {}", code(&cycle.path), files.join(" → "));
            }
        }
    }
    out
}

fn capital(language: &str) -> String {
    let mut chars = language.chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    first.chain(chars).collect()
}

fn file(path: &Path) -> String {
    code(&path.to_string_lossy())
}

/// A name as code, in a cell of a table.
fn code(text: &str) -> String {
    let text = one_line(text).replace('|', "\\|");
    // A run of backticks needs a longer one around it.
    let fence = if text.contains('`') { "``" } else { "`" };
    format!("{fence}{text}{fence}")
}
