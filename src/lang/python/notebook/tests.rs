//! Edits of cells as data: the sources of a cell, edits of the joined text, and the cell after them.

use proptest::prelude::*;

use super::Notebook;
use crate::lang::SourceError;
use crate::text::{Edit, Edits};

/// A notebook whose cells have these sources, in JSON.
fn notebook(sources: &[&str]) -> String {
    let cell = |source: &&str| format!(r#"{{"cell_type": "code", "source": {source}}}"#);
    let cells: Vec<String> = sources.iter().map(cell).collect();
    format!(r#"{{"cells": [{}]}}"#, cells.join(", "))
}

#[track_caller]
fn read(json: &str) -> Notebook<'_> {
    Notebook::read(json)
        .expect("it is a notebook")
        .expect("it has code")
}

/// The file with words of the joined text replaced, each the first time that it occurs after the one before.
#[track_caller]
fn edited(json: &str, changes: &[(&str, &str)]) -> String {
    let notebook = read(json);
    let mut at = 0;
    let mut edits = Vec::new();
    for (old, new) in changes {
        let start = at + notebook.text()[at..].find(old).expect("it is there");
        at = start + old.len();
        edits.push(Edit::replace(start..at, *new));
    }
    let inner = Edits::new(edits, notebook.text()).expect("they fit");
    apply(json, &notebook, &inner)
}

#[track_caller]
fn apply(json: &str, notebook: &Notebook<'_>, inner: &Edits) -> String {
    Edits::new(notebook.outer_edits(inner), json)
        .expect("they are disjoint")
        .apply(json)
}

#[track_caller]
fn check(sources: &[&str], changes: &[(&str, &str)], expected: &[&str]) {
    assert_eq!(edited(&notebook(sources), changes), notebook(expected));
}

#[test]
fn words_are_edited_in_place() {
    check(
        &[r#"["import\u0020old\n",  "old.f(\"x\")"]"#],
        &[("old", "new"), ("old", "new")],
        &[r#"["import\u0020new\n",  "new.f(\"x\")"]"#],
    );
    check(
        &[r#""a\nold\n""#, r#""old""#],
        &[("old", "new"), ("old", "new")],
        &[r#""a\nnew\n""#, r#""new""#],
    );
}

#[test]
fn what_is_inserted_is_escaped() {
    check(&[r#""old""#], &[("old", "\"\\\té")], &[r#""\"\\\té""#]);
    check(&[r#""old\u00e9""#], &[("old", "é")], &[r#""\u00e9\u00e9""#]);
}

#[test]
fn new_lines_are_new_elements() {
    check(
        &["[\n  \"a, b\\n\",\n  \"c\"\n]"],
        &[("a, b", "a\nb")],
        &["[\n  \"a\\n\",\n  \"b\\n\",\n  \"c\"\n]"],
    );
    // The only one: as what stands before it.
    check(
        &["[\n  \"a, b\"\n]"],
        &[("a, b", "a\nb")],
        &["[\n  \"a\\n\",\n  \"b\"\n]"],
    );
    check(&[r#"["a, b"]"#], &[("a, b", "a\nb")], &[r#"["a\n","b"]"#]);
    check(&[r#""a, b""#], &[("a, b", "a\nb")], &[r#""a\nb""#]);
    // Before a line, and behind the last.
    check(
        &[r#"["a\n", "c"]"#],
        &[("a\n", "a\nb\n")],
        &[r#"["a\n", "b\n", "c"]"#],
    );
    check(
        &[r#"["a\n", "c"]"#, r#""d""#],
        &[("c\n", "c\nb\n")],
        &[r#"["a\n", "c\n", "b"]"#, r#""d""#],
    );
    check(
        &[r#"["a\r\n", "c"]"#],
        &[("a\r\n", "a\r\nb\r\n")],
        &[r#"["a\r\n", "b\r\n", "c"]"#],
    );
}

#[test]
fn lines_go_with_their_elements() {
    check(
        &[r#"["a\n", "b\n", "c"]"#],
        &[("b\n", "")],
        &[r#"["a\n", "c"]"#],
    );
    check(
        &[r#"["a\n", "b\n", "c"]"#],
        &[("a\n", "")],
        &[r#"["b\n", "c"]"#],
    );
    check(
        &[r#"["a\n", "b\n", "c\n"]"#],
        &[("c\n", "")],
        &[r#"["a\n", "b\n"]"#],
    );
    // The last line of a cell goes with the line end before it.
    check(
        &[r#"["a\n", "b"]"#, r#""b""#],
        &[("b\n", "")],
        &[r#"["a"]"#, r#""b""#],
    );
    check(
        &[r#"["a"]"#, r#"["b"]"#],
        &[("a\n", "")],
        &["[]", r#"["b"]"#],
    );
    check(
        &[r#""a""#, r#"["b"]"#],
        &[("a\n", "")],
        &[r#""""#, r#"["b"]"#],
    );
    // Two lines become one.
    check(
        &[r#"["a, \\\n", "  b\n", "c"]"#],
        &[(", \\\n  b", "")],
        &[r#"["a\n", "c"]"#],
    );
    check(
        &[r#"["a\n", "b\n", "c"]"#],
        &[("\n", ";"), ("b", "B")],
        &[r#"["a;B\n", "c"]"#],
    );
    // Over the end of a cell.
    check(
        &[r#"["a\n", "b"]"#, r#"["c\n", "d"]"#],
        &[("b\nc\n", "")],
        &[r#"["a"]"#, r#"["d"]"#],
    );
}

#[test]
fn cells_that_are_no_code_are_left_out() {
    for source in [
        r#""\n %%time\nold""#,
        r#"["%%bash\n", "old"]"#,
        "[]",
        r#""""#,
        r#"["", ""]"#,
    ] {
        let json = notebook(&[source, r#""x""#]);
        assert_eq!(read(&json).text(), "x\n", "{source}");
    }
    let json = notebook(&[r#""a %% b""#]);
    assert_eq!(read(&json).text(), "a %% b\n");
}

#[test]
fn only_python_is_read() {
    let is_read = |metadata: &str| {
        let json = format!(
            r#"{{"metadata": {metadata}, "cells": [{{"cell_type": "code", "source": "x"}}]}}"#
        );
        Notebook::read(&json).expect("it is a notebook").is_some()
    };
    for (metadata, expected) in [
        ("{}", true),
        (r#"{"language_info": {"name": "python"}}"#, true),
        (r#"{"language_info": {"name": "R"}}"#, false),
        (
            r#"{"kernelspec": {"language": "Python", "name": "x"}}"#,
            true,
        ),
        (r#"{"kernelspec": {"language": "julia"}}"#, false),
        (r#"{"kernelspec": {"name": "conda-env-tools-py"}}"#, true),
        (r#"{"kernelspec": {"name": "ocaml-jupyter"}}"#, false),
        (
            r#"{"kernelspec": {"language": "R"}, "language_info": {"name": "python"}}"#,
            true,
        ),
        ("[NaN, -Infinity]", true),
    ] {
        assert_eq!(is_read(metadata), expected, "{metadata}");
    }
}

#[test]
fn other_cells_are_not_read() {
    let text = |cells: &str| {
        let json = format!(r#"{{"cells": [{cells}, {{"cell_type": "code", "source": "x"}}]}}"#);
        read(&json).text().to_owned()
    };
    for (cell, expected) in [
        (r#"{"cell_type": "markdown", "source": "a"}"#, "x\n"),
        (r#"{"cell_type": "raw", "source": "a"}"#, "x\n"),
        (r#"{"source": "a"}"#, "x\n"),
        (
            r#"{"cell_type": "code", "source": "a", "metadata": {"vscode": {"languageId": "sql"}}}"#,
            "x\n",
        ),
        (
            r#"{"cell_type": "code", "source": "a", "source": "b"}"#,
            "b\nx\n",
        ),
    ] {
        assert_eq!(text(cell), expected, "{cell}");
    }
}

#[test]
fn version_3_has_worksheets() {
    let json = r#"{"metadata": {"name": ""}, "nbformat": 3, "worksheets": [{"cells": [
        {"cell_type": "code", "language": "python", "input": ["import old\n", "old"]},
        {"cell_type": "code", "language": "R", "input": "old"}]}]}"#;
    let expected = json.replacen("old", "new", 1);
    assert_eq!(read(json).text(), "import old\nold\n");
    assert_eq!(edited(json, &[("old", "new")]), expected);
}

#[test]
fn what_is_no_notebook_is_named() {
    let error = |json: &str| -> SourceError { Notebook::read(json).expect_err(json) };
    for (json, at) in [
        (r#"{"cells": [],}"#, ",}"),
        (r#"{"cells": [], "a": 01}"#, "1}"),
        (r#"{"cells": [{"cell_type": "code", "source": [1]}]}"#, "1]"),
        (r#"{"cells": [{"cell_type": "code", "source": {}}]}"#, "{}}"),
    ] {
        assert_eq!(error(json).offset, json.find(at), "{json}");
    }
    for json in [r#"{"cells": [] // no"#, "{'cells': []}", r#"{"cells": ["#] {
        assert!(error(json).offset.is_some(), "{json}");
    }
    for json in ["", "[]", "{}"] {
        assert_eq!(error(json).offset, None, "{json}");
    }
    let deep = "[".repeat(100_000);
    error(&deep);
}

#[test]
fn ranges_are_of_the_file() {
    let json = notebook(&[r#"["a\n", "\u00e9b"]"#, r#"["c"]"#]);
    let notebook = read(&json);
    let at = |inner: &str| {
        let start = notebook.text().find(inner).expect("it is there");
        &json[notebook.outer_range(&(start..start + inner.len()))]
    };
    assert_eq!(at("a"), "a");
    assert_eq!(at("é"), r"\u00e9");
    assert_eq!(at("b"), "b");
    assert_eq!(at("\néb"), r#"\n", "\u00e9b"#);
    assert_eq!(at("b\nc"), r#"b"]}, {"cell_type": "code", "source": ["c"#);
    let end = notebook.text().len();
    assert!(json[notebook.outer_range(&(end..end)).start..].starts_with(r#""]"#));
}

/// The lines of a source as the format has them, and as JSON in one of its two forms.
fn json_of(text: &str, is_list: bool) -> String {
    let json = |text: &str| serde_json::to_string(text).expect("a string");
    if !is_list {
        return json(text);
    }
    let lines: Vec<String> = text.split_inclusive('\n').map(json).collect();
    format!("[{}]", lines.join(",\n "))
}

proptest! {
    /// Whatever is edited, the file says afterwards what the edited text says.
    #[test]
    fn edits_of_the_text_are_edits_of_the_file(
        cells in proptest::collection::vec(("[ab\n\"é]{1,12}", any::<bool>()), 1..4),
        raw in proptest::collection::vec((0usize..40, 0usize..6, "[xy\n\"]{0,4}"), 0..4),
    ) {
        let sources: Vec<String> = cells.iter().map(|(text, list)| json_of(text, *list)).collect();
        let sources: Vec<&str> = sources.iter().map(String::as_str).collect();
        let json = notebook(&sources);
        let notebook = read(&json);
        let edits = raw.into_iter().map(|(start, len, text)| Edit::replace(start..start + len, text));
        if let Ok(inner) = Edits::new(edits.collect(), notebook.text()) {
            let after = apply(&json, &notebook, &inner);
            let read_again = Notebook::read(&after).expect("it is still a notebook");
            // Line ends at the ends of cells may come and go.
            let bare = |text: &str| text.replace('\n', "");
            let text = read_again.as_ref().map_or("", |again| again.text());
            prop_assert_eq!(bare(text), bare(&inner.apply(notebook.text())));
        }
    }

    /// Within one cell the lines are the same, and each is an element.
    #[test]
    fn lines_stay_elements(
        text in "[ab\n]{1,16}",
        raw in proptest::collection::vec((0usize..16, 0usize..6, "[xy\n]{0,4}"), 0..4),
    ) {
        let json = notebook(&[&json_of(&text, true)]);
        let notebook = read(&json);
        let edits: Vec<Edit> = raw
            .into_iter()
            .map(|(start, len, new)| Edit::replace(start..start + len, new))
            .collect();
        if let Ok(inner) = Edits::new(edits, &text) {
            let after = apply(&json, &notebook, &inner);
            let expected = inner.apply(&text);
            let expected = super::tests::notebook(&[&json_of(&expected, true)]);
            // What stands between elements is learnt from the list: one that has a single element says nothing.
            if text.split_inclusive('\n').count() > 1 {
                prop_assert_eq!(after, expected);
            } else {
                prop_assert_eq!(after.replace(",\n ", ","), expected.replace(",\n ", ","));
            }
        }
    }
}
