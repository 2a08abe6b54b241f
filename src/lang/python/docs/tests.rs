//! Docstrings as data.

use super::doctest::Doctest;
use super::{Docs, roles, strings};
use crate::lang::python::parse::{self, SourceKind};
use crate::text::{Edit, Edits};

#[track_caller]
fn targets(text: &str) -> Vec<&str> {
    let ranges = roles::targets(text).into_iter();
    ranges.map(|range| &text[range]).collect()
}

#[test]
fn targets_of_roles_and_directives_are_found() {
    for (text, found) in [
        (":class:`a.b`", "a.b"),
        (":class:`~a.b`", "a.b"),
        (":class:`!a.b`", "a.b"),
        (":py:meth:`a.b.c`", "a.b.c"),
        (":func:`a.b()`", "a.b"),
        (":func:`the text <a.b>`", "a.b"),
        (":func:`the\n    text <~a.b>`", "a.b"),
        ("(:exc:`a.b`)", "a.b"),
        ("see :mod:`a`.", "a"),
        ("``code`` and :obj:`a.b`", "a.b"),
        ("   .. autoclass:: a.b\n      :members:\n", "a.b"),
        (".. autofunction:: a.b(c, d)\n", "a.b"),
        (".. currentmodule:: a.b\r\n", "a.b"),
        (".. py:currentmodule:: a.b", "a.b"),
    ] {
        assert_eq!(targets(text), [found], "{text}");
    }
    assert_eq!(
        targets(":mod:`a.b`:mod:`c.d`\n.. automodule:: e.f"),
        ["a.b", "c.d", "e.f"]
    );
}

#[test]
fn what_is_no_absolute_path_is_no_target() {
    for text in [
        "`a.b`",
        "``a.b``",
        ":ref:`a.b`",
        ":term:`a.b`",
        ":c:func:`a.b`",
        "class:`a.b`",
        ":class:`.a.b`",
        ":class:`a b`",
        ":class:`a..b`",
        ":class:`a.1`",
        ":class:`text <http://a.b>`",
        ":class:`a.b",
        ":class:``",
        ".. class:: a.b",
        ".. module:: a.b",
        ".. autoclass a.b",
        "autoclass:: a.b",
        ".. autoclass::",
    ] {
        assert_eq!(targets(text), [""; 0], "{text}");
    }
}

#[track_caller]
fn docstrings(text: &str) -> Vec<&str> {
    let parsed = parse::module(text, SourceKind::Module).expect("parses");
    let ranges = strings::docstrings(parsed.syntax()).into_iter();
    ranges.map(|range| &text[range]).collect()
}

#[test]
fn docstrings_are_first_or_behind_an_assignment() {
    let text = "'m'\nx = 1\n'x'\ny: int\nr'''y'''\nclass C:\n    \"c\" 'd'\n    z = 2\n    'z'\n    def f(self):\n        u'f'\n        if a:\n            def g():\n                'g'\n";
    assert_eq!(docstrings(text), ["m", "x", "y", "c", "d", "z", "f", "g"]);
    let text = "x\n'a'\ndef f():\n    x\n    'b'\nif x:\n    'c'\nclass D:\n    b'd'\ndef g():\n    f'e'\ny = 'f'\n";
    assert_eq!(docstrings(text), [""; 0]);
}

/// The code of the examples of a docstring that is a whole text.
#[track_caller]
fn code(text: &str) -> String {
    Doctest::find(text, 0..text.len())
        .map_or_else(String::new, |found| found.code.text().to_owned())
}

#[test]
fn examples_are_what_doctest_runs() {
    for (text, found) in [
        (">>> a", "a\n"),
        ("text\n  >>> a\n  1\n", "a\n"),
        (
            ">>> if a:\n...     b\n...\nc\n>>> d\n",
            "if a:\n    b\n\nd\n",
        ),
        (">>> a\n>>> b\n", "a\nb\n"),
        (">>> a\r\n>>> b\r\n", "a\r\nb\r\n"),
        (">>> a  # doctest: +SKIP\n", "a  # doctest: +SKIP\n"),
        (">>> f('\\n')\n", "f('\\n')\n"),
        // Output that looks like a continuation is output.
        (">>> a\n1\n... b\n>>> c\n", "a\nc\n"),
        // One example that is no statement does not hide the others.
        (">>> a b\nTraceback\n>>> c\n", "c\n"),
        (">>> a\n... b\n>>> c\n", "c\n"),
        (">>> a; b\n", "a; b\n"),
        (">>> if a:\n  ...    b\n>>> c\n", "c\n"),
        (">>a\n>>>a\n", ""),
        (">> a\n... b\n", ""),
    ] {
        assert_eq!(code(text), found, "{text}");
    }
}

/// What becomes of a docstring when `old` in its code is replaced.
#[track_caller]
fn edited(text: &str, old: &str, new: &str) -> Option<String> {
    let found = Doctest::find(text, 0..text.len()).expect("has examples");
    let at = found.code.text().find(old).expect("is there");
    let edits = found.outer_edits(text, &[Edit::replace(at..at + old.len(), new)])?;
    Some(Edits::new(edits, text).expect("fit").apply(text))
}

#[test]
fn edits_keep_the_prompts() {
    for (text, old, new, becomes) in [
        ("  >>> a.b\n", "a.b", "c", "  >>> c\n"),
        (
            "  >>> import a\n  >>> b\n",
            "import a\n",
            "import a\nimport c\n",
            "  >>> import a\n  >>> import c\n  >>> b\n",
        ),
        ("  >>> a\n  >>> b\n", "a\n", "", "  >>> b\n"),
        (
            ">>> if a:\n...     b\n1\n",
            "    b",
            "    b\n    c",
            ">>> if a:\n...     b\n...     c\n1\n",
        ),
        (
            ">>> from a import (b,\n...     c)\n",
            "c)",
            "c)\nimport d",
            ">>> from a import (b,\n...     c)\n>>> import d\n",
        ),
        (
            ">>> from a import (b,\n...     c)\n",
            "(b,\n    c)",
            "(d,\n    e)",
            ">>> from a import (d,\n...     e)\n",
        ),
        (">>> a\r\n", "a", "a\r\nb", ">>> a\r\n>>> b\r\n"),
    ] {
        assert_eq!(edited(text, old, new).as_deref(), Some(becomes), "{text}");
    }
}

#[test]
fn edits_that_would_take_other_lines_along_are_refused() {
    // The line end of the last line is none of the docstring's.
    assert_eq!(edited("  >>> a", "a\n", ""), None);
    assert_eq!(edited(">>> a\n1\n>>> b\n", "a\nb\n", "c\n"), None);
}

#[test]
fn paths_in_code_and_output_are_no_targets() {
    let text = "'''\n:mod:`a.b`\n>>> x = ':mod:`c.d`'\n:mod:`e.f`\n\n:mod:`g.h`\n'''\n";
    let parsed = parse::module(text, SourceKind::Module).expect("parses");
    let docs = Docs::of(parsed.syntax(), text);
    let targets: Vec<&str> = docs
        .targets
        .iter()
        .map(|range| &text[range.clone()])
        .collect();
    assert_eq!(targets, ["a.b", "g.h"]);
}
