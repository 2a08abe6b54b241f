//! The text of a baseline: one line an entry, so that branches merge line by line.

use std::fmt::Write as _;

use super::{Baseline, VERSION};

/// What stands above the counts.
const HEAD: &str = "\
# References to deprecated paths that may stay for now: file, rule, how many. The counts only shrink:
# `repoint baseline --prune` takes out what is gone, after a merge too.
";

impl Baseline {
    /// The text of the file, sorted, with LF at the ends of lines.
    pub fn text(&self) -> String {
        let mut out = format!("{HEAD}version = {VERSION}\nreferences = [\n");
        for (file, counts) in self.files() {
            for (id, count) in counts {
                let _ = writeln!(out, "[{}, {}, {count}],", quoted(file), quoted(id));
            }
        }
        out.push_str("]\n");
        out
    }
}

/// A basic string of TOML, on one line whatever is in it.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::parse;
    use super::*;

    #[test]
    fn one_sorted_line_an_entry() {
        let mut baseline = Baseline::default();
        baseline.set("b.py", "x", 1);
        baseline.set("a/c.py", "old.b", 2);
        baseline.set("a/c.py", "old.a", 12);
        baseline.set("gone.py", "old.a", 3);
        baseline.set("gone.py", "old.a", 0);
        let text = baseline.text();
        let lines: Vec<_> = text.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(
            lines,
            [
                "version = 1",
                "references = [",
                "[\"a/c.py\", \"old.a\", 12],",
                "[\"a/c.py\", \"old.b\", 2],",
                "[\"b.py\", \"x\", 1],",
                "]",
            ]
        );
    }

    #[test]
    fn every_name_comes_back() {
        let mut baseline = Baseline::default();
        for name in ["a\"b", "a\\b", "a\nb\r\t\u{7f}\u{1}", "é 🦀", "'", "#"] {
            baseline.set(name, name, 1);
        }
        let text = baseline.text();
        assert_eq!(text.lines().count(), 5 + 6);
        assert_eq!(parse(Path::new("b"), text).expect("valid"), baseline);
    }
}
