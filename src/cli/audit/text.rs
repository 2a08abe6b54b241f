//! An audit for people at a terminal.

use std::fmt::Write as _;

use clap_cargo::style;
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

use crate::output::Color;
use crate::output::summary::counted;
use crate::text::one_line;
use crate::usecase::audit::{Audit, Copies, Likeness, MOST_UNLIKE, Shim, Symbol};

/// The whole text.
pub(super) fn text(audits: &[Audit], color: Color) -> String {
    let mut out = String::new();
    let head = |text: &str| match color {
        Color::Always => format!("{0}{text}{0:#}", style::HEADER),
        Color::Never => text.to_owned(),
    };
    for audit in audits {
        let part = Part { head: &head };
        if !out.is_empty() {
            out.push('\n');
        }
        let _ = writeln!(
            out,
            "{}: {} read",
            head(audit.language),
            counted(audit.files, "file")
        );
        part.fragmented(&audit.fragmented, &mut out);
        part.duplicates(&audit.duplicates, &mut out);
        part.shims(&audit.shims, &mut out);
        part.cycles(audit, &mut out);
        if is_empty(audit) {
            out.push_str("nothing found\n");
        }
    }
    out
}

fn is_empty(audit: &Audit) -> bool {
    audit.fragmented.is_empty() && audit.duplicates.is_empty() && audit.shims.is_empty()
}

struct Part<'h> {
    head: &'h dyn Fn(&str) -> String,
}

impl Part<'_> {
    fn begin(&self, title: &str, out: &mut String) {
        let _ = writeln!(out, "\n{}", (self.head)(title));
    }

    fn rows(&self, rows: Vec<Vec<String>>, out: &mut String) {
        let mut table = Table::new();
        table
            .load_style(presets::NOTHING)
            .set_content_arrangement(ContentArrangement::Disabled);
        let counts = rows.first().map_or(0, Vec::len).saturating_sub(1);
        for row in rows {
            table.add_row(row);
        }
        for at in 1..counts {
            if let Some(column) = table.column_mut(at) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        for line in table.lines() {
            let _ = writeln!(out, "{}", line.trim_end());
        }
    }

    fn fragmented(&self, symbols: &[Symbol], out: &mut String) {
        for symbol in symbols {
            let title = format!(
                "{} {}: {}, {} to touch",
                symbol.kind,
                symbol.path,
                counted(symbol.paths.len(), "path"),
                counted(symbol.to_touch, "file"),
            );
            self.begin(&title, out);
            let _ = writeln!(
                out,
                "  {}:{}",
                one_line(&symbol.file.to_string_lossy()),
                symbol.line
            );
            let rows = symbol.paths.iter().map(|path| {
                let mark = if path.path == symbol.canonical {
                    "*"
                } else {
                    " "
                };
                vec![
                    format!("{mark} {}", path.path),
                    counted(path.files, "file"),
                    counted(path.references, "use"),
                    path.way.text().to_owned(),
                ]
            });
            self.rows(rows.collect(), out);
        }
    }

    fn duplicates(&self, duplicates: &[Copies], out: &mut String) {
        if duplicates.is_empty() {
            return;
        }
        self.begin("duplicates", out);
        for copies in duplicates {
            let _ = writeln!(out, "{} {}", copies.kind, copies.name);
            let is_unlike = |likeness: Option<Likeness>| likeness == Some(Likeness::Different);
            let unlike = copies
                .all
                .iter()
                .filter(|copy| is_unlike(copy.likeness))
                .count();
            let is_long = unlike > MOST_UNLIKE;
            let shown = copies
                .all
                .iter()
                .filter(|copy| !(is_long && is_unlike(copy.likeness)));
            let rows = shown.map(|copy| {
                vec![
                    format!("  {}", copy.path),
                    counted(copy.used_by, "user"),
                    copy.likeness.map_or("most used", Likeness::text).to_owned(),
                    format!("{}:{}", one_line(&copy.file.to_string_lossy()), copy.line),
                ]
            });
            self.rows(rows.collect(), out);
            if is_long {
                let _ = writeln!(out, "  and {unlike} more that only have the name in common");
            }
        }
    }

    fn shims(&self, shims: &[Shim], out: &mut String) {
        if shims.is_empty() {
            return;
        }
        self.begin("modules that only hand on", out);
        let rows = shims.iter().map(|shim| {
            let uses = shim.users.iter().map(|user| user.references).sum();
            vec![
                format!("  {}", shim.path),
                counted(shim.users.len(), "file"),
                counted(uses, "use"),
                match shim.is_unused {
                    true => format!("can be deleted: {}", one_line(&shim.file.to_string_lossy())),
                    false => format!("of {}", shim.of.join(", ")),
                },
            ]
        });
        self.rows(rows.collect(), out);
    }

    fn cycles(&self, audit: &Audit, out: &mut String) {
        if audit.cycles.is_empty() {
            return;
        }
        self.begin("cycles that imports of the canonical path would close", out);
        for cycle in &audit.cycles {
            let files = cycle
                .files
                .iter()
                .map(|file| one_line(&file.to_string_lossy()));
            let _ = writeln!(
                out,
                "  {}: {}",
                cycle.path,
                files.collect::<Vec<_>>().join(" -> ")
            );
        }
    }
}
