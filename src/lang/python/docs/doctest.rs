//! The examples of one docstring, as the module of its own that `doctest` runs.
//!
//! What is an example follows `doctest.DocTestParser` of the standard library: `>>> ` and a statement, then
//! lines that start with `... ` below it, and its output up to a blank line. The bytes of the file are read,
//! not the value of the literal: an escape in a docstring stands in a string of the example, or the example
//! does not parse.

use std::ops::Range;

use ruff_python_ast::{ModModule, Stmt};
use ruff_text_size::Ranged;

use crate::lang::python::parse::{self, SourceKind};
use crate::text::{Edit, Edits, Embedded};

/// Bytes of a prompt with its space.
const PROMPT: usize = 4;

/// The examples of one docstring.
#[derive(Debug)]
pub(super) struct Doctest {
    /// What is between the quotes.
    content: Range<usize>,
    /// In order.
    examples: Vec<Example>,
    /// Lines of expected output.
    output: Vec<Range<usize>>,
    /// The code of all examples that can be read.
    pub(super) code: Embedded,
}

/// A statement after `>>>`.
#[derive(Debug)]
struct Example {
    lines: Vec<CodeLine>,
    form: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// Simple statements of one line.
    Simple,
    /// A compound statement.
    Compound,
    /// It is no one statement: `doctest` would not run it either.
    Unreadable,
}

/// A line of code.
#[derive(Debug)]
struct CodeLine {
    /// The code in the file, with its line end if the docstring goes on after it.
    code: Range<usize>,
    /// It has a line end.
    ends: bool,
    /// Bytes of indent and prompt.
    lead: usize,
}

/// The indent of a line of the file, for new lines beside it.
fn indent_of(text: &str, at: usize) -> &str {
    let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let line = &text[start..];
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

impl Doctest {
    /// The examples between `content`, the quotes of a docstring; `None` if there is none.
    pub(super) fn find(text: &str, content: Range<usize>) -> Option<Self> {
        if !text.get(content.clone())?.contains(">>>") {
            return None;
        }
        let (mut examples, output) = scan(text, content.clone());
        if examples.is_empty() {
            return None;
        }
        for example in &mut examples {
            example.form = form(&example.source(text));
        }
        Some(Self {
            code: embed(text, &examples, false),
            content,
            examples,
            output,
        })
    }

    /// The lines that are code or output.
    pub(super) fn lines(&self) -> impl Iterator<Item = Range<usize>> {
        let code = self.examples.iter().flat_map(|example| &example.lines);
        code.map(|line| line.code.start - line.lead..line.code.end)
            .chain(self.output.iter().cloned())
    }

    /// The lines of examples that can be read, with their prompts.
    pub(super) fn readable(&self) -> impl Iterator<Item = Range<usize>> {
        self.examples
            .iter()
            .filter(|example| example.form != Form::Unreadable)
            .flat_map(|example| &example.lines)
            .map(|line| line.code.start - line.lead..line.code.end)
    }

    /// The code of examples that cannot be read.
    pub(super) fn unreadable(&self) -> impl Iterator<Item = Range<usize>> {
        self.examples
            .iter()
            .filter(|example| example.form == Form::Unreadable)
            .flat_map(|example| &example.lines)
            .map(|line| line.code.clone())
    }

    /// Edits of the code as edits of the file. `None` if the docstring would not hold the edited code
    /// afterwards.
    pub(super) fn outer_edits(&self, text: &str, edits: &[Edit]) -> Option<Vec<Edit>> {
        if edits.is_empty() {
            return Some(Vec::new());
        }
        let wanted = Edits::new(edits.to_vec(), self.code.text()).ok()?;
        let wanted = wanted.apply(self.code.text());
        let edits: Vec<Edit> = edits.iter().map(|edit| self.trimmed(edit)).collect();
        [false, true].into_iter().find_map(|continues| {
            let code = embed(text, &self.examples, continues);
            let outer: Option<Vec<Vec<Edit>>> =
                edits.iter().map(|edit| code.outer_edits(edit)).collect();
            let outer = outer?.concat();
            self.holds(text, &outer, &wanted).then_some(outer)
        })
    }

    /// An edit without the line end that it ends with before and after: no prompt follows that one.
    fn trimmed(&self, edit: &Edit) -> Edit {
        let old = self.code.text().get(edit.range.clone()).unwrap_or_default();
        for end in ["\r\n", "\n"] {
            if let (Some(_), Some(text)) = (old.strip_suffix(end), edit.text.strip_suffix(end)) {
                let range = edit.range.start..edit.range.end - end.len();
                return Edit::replace(range, text);
            }
        }
        edit.clone()
    }

    /// Whether the docstring, edited, holds this code.
    fn holds(&self, text: &str, edits: &[Edit], wanted: &str) -> bool {
        let inside = &text[self.content.clone()];
        let moved = edits.iter().map(|edit| {
            let start = edit.range.start.checked_sub(self.content.start)?;
            let end = edit.range.end.checked_sub(self.content.start)?;
            Some(Edit::replace(start..end, edit.text.clone()))
        });
        let Some(moved) = moved.collect::<Option<Vec<Edit>>>() else {
            return false;
        };
        let Ok(edits) = Edits::new(moved, inside) else {
            return false;
        };
        let edited = edits.apply(inside);
        let len = edited.len();
        match Self::find(&edited, 0..len) {
            Some(found) => found.code.text() == wanted,
            None => wanted.is_empty(),
        }
    }
}

impl Example {
    fn source(&self, text: &str) -> String {
        let lines = self.lines.iter().map(|line| &text[line.code.clone()]);
        lines.collect()
    }
}

/// The examples and the lines of output.
fn scan(text: &str, content: Range<usize>) -> (Vec<Example>, Vec<Range<usize>>) {
    let (mut examples, mut output): (Vec<Example>, Vec<Range<usize>>) = Default::default();
    // The indent of the example that goes on, and whether its output has begun.
    let mut open: Option<(&str, bool)> = None;
    let mut start = content.start;
    for line in text[content].split_inclusive('\n') {
        let range = start..start + line.len();
        start = range.end;
        let rest = line.trim_start_matches([' ', '\t']);
        let indent = &line[..line.len() - rest.len()];
        let prompt = prompt_of(rest);
        let code = |lead: usize| CodeLine {
            code: range.start + lead..range.end,
            ends: line.ends_with('\n'),
            lead,
        };
        match (prompt, open) {
            (Some((">>>", len)), _) => {
                open = Some((indent, false));
                examples.push(Example {
                    lines: vec![code(indent.len() + len)],
                    form: Form::Unreadable,
                });
            }
            (Some(("...", len)), Some((around, false))) if around == indent => {
                if let Some(example) = examples.last_mut() {
                    example.lines.push(code(indent.len() + len));
                }
            }
            (_, Some(_)) if rest.trim().is_empty() => open = None,
            (_, Some((around, _))) => {
                open = Some((around, true));
                output.push(range);
            }
            _ => {}
        }
    }
    (examples, output)
}

/// The prompt that a line without its indent starts with, and its length with the space behind it.
fn prompt_of(rest: &str) -> Option<(&'static str, usize)> {
    let prompt = [">>>", "..."]
        .into_iter()
        .find(|prompt| rest.starts_with(prompt))?;
    match rest[prompt.len()..].chars().next() {
        Some(' ') => Some((prompt, PROMPT)),
        None | Some('\n' | '\r') => Some((prompt, prompt.len())),
        Some(_) => None,
    }
}

fn form(source: &str) -> Form {
    // A lone CR ends a line too, where no prompt could be put.
    if source.replace("\r\n", "").contains('\r') {
        return Form::Unreadable;
    }
    match parse::module(source, SourceKind::Module) {
        Ok(parsed) => form_of(parsed.syntax(), source),
        Err(_) => Form::Unreadable,
    }
}

/// An example is compiled as one interactive statement.
fn form_of(module: &ModModule, source: &str) -> Form {
    let is_compound = |statement: &Stmt| {
        matches!(
            statement,
            Stmt::FunctionDef(_)
                | Stmt::ClassDef(_)
                | Stmt::If(_)
                | Stmt::For(_)
                | Stmt::While(_)
                | Stmt::With(_)
                | Stmt::Try(_)
                | Stmt::Match(_)
        )
    };
    match module.body.as_slice() {
        [] => Form::Simple,
        [one] if is_compound(one) => Form::Compound,
        statements => {
            let on_one_line = statements.windows(2).all(|pair| {
                let between = pair[0].end().to_usize()..pair[1].start().to_usize();
                source.get(between).is_some_and(|text| !text.contains('\n'))
            });
            if on_one_line && !statements.iter().any(is_compound) {
                Form::Simple
            } else {
                Form::Unreadable
            }
        }
    }
}

/// The code of the examples that can be read. A new line is one more example after simple statements, or
/// continues the statement.
fn embed(text: &str, examples: &[Example], continues: bool) -> Embedded {
    let mut code = Embedded::new();
    for example in examples {
        let prompt = match example.form {
            Form::Unreadable => continue,
            Form::Simple if !continues => ">>> ",
            Form::Simple | Form::Compound => "... ",
        };
        for line in &example.lines {
            let prefix = format!("{}{prompt}", indent_of(text, line.code.start));
            code.push(&text[line.code.clone()], line.code.start, prefix, line.lead);
            if !line.ends {
                code.push_synthetic("\n");
            }
        }
    }
    code
}
