//! Strings that are Python code as a whole, if all strings are to be rewritten: each is read as a
//! text of its own. What cannot be read so is left to `code`, which goes by lines.

use ruff_python_ast::{Expr, StringFlags};

use super::text::Run;
use super::{Found, Plain, code};
use crate::lang::Strings;
use crate::lang::python::rewrite::newline;
use crate::lang::python::unit::Unit;
use crate::text::{Edit, Embedded};

/// A string that may be code.
pub(in crate::lang::python) struct Snippet {
    index: usize,
    /// What it says.
    pub(in crate::lang::python) code: Embedded,
    /// How a line end is written in it; `None` if it cannot be.
    line_end: Option<String>,
}

/// What became of a string that may be code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lang::python) enum Fate {
    /// It was read as a text.
    Read,
    /// It is code, and its edits cannot be written in a string.
    Noted,
}

/// The strings that may be code.
pub(in crate::lang::python) fn snippets(unit: &Unit<'_>, found: &Found) -> Vec<Snippet> {
    if unit.setting.options.strings != Strings::All {
        return Vec::new();
    }
    let plain = found.plain.iter().enumerate();
    plain
        .filter_map(|(index, plain)| snippet(unit, index, plain))
        .collect()
}

impl Found {
    /// Says what became of a snippet.
    pub(in crate::lang::python) fn settle(&mut self, snippet: &Snippet, fate: Fate) {
        self.plain[snippet.index].fate = Some(fate);
    }
}

impl Snippet {
    /// An edit of the code as edits of the file; `None` if it cannot be written in the string.
    pub(in crate::lang::python) fn outer_edits(&self, edit: &Edit) -> Option<Vec<Edit>> {
        if edit.text.contains(['\\', '"', '\'', '\r', '{', '}']) {
            return None;
        }
        let mut edits = self.code.outer_edits(edit)?;
        for edit in edits.iter_mut().filter(|edit| edit.text.contains('\n')) {
            edit.text = edit.text.replace('\n', self.line_end.as_ref()?);
        }
        Some(edits)
    }
}

fn snippet(unit: &Unit<'_>, index: usize, plain: &Plain) -> Option<Snippet> {
    let flat = plain.text.flat();
    let statements = code::statements(&flat);
    // Who keeps a line of it keeps it by lines.
    let is_kept = flat.contains("repoint:")
        || statements.iter().any(|statement| {
            let place = statement.place();
            unit.kept.keeps(plain.text.near(place).start)
        });
    if statements.is_empty() || is_kept {
        return None;
    }
    let mut code = Embedded::new();
    for run in &plain.text.runs {
        match run {
            Run::Known {
                value,
                place: Some(place),
                constant: None,
            } => code.push(value, *place, "", 0),
            Run::Known {
                value,
                constant: None,
                ..
            } => code.push_synthetic(value),
            _ => return None,
        }
    }
    // Code that is indented as a whole is of some block.
    let first = flat.lines().find(|line| !line.trim().is_empty());
    if first.is_some_and(|line| line.starts_with([' ', '\t'])) {
        code = code.wrapped("if 1:\n", "");
    }
    Some(Snippet {
        index,
        code,
        line_end: plain.line_end.clone(),
    })
}

/// How a line end is written in a literal; `None` if it cannot be.
pub(super) fn line_end(unit: &Unit<'_>, literal: &Expr) -> Option<String> {
    let Expr::StringLiteral(literal) = literal else {
        return None;
    };
    let [part] = literal.value.as_slice() else {
        return None;
    };
    if part.flags.is_triple_quoted() {
        return Some(newline(unit.text).to_owned());
    }
    (!part.flags.prefix().is_raw()).then(|| "\\n".to_owned())
}
