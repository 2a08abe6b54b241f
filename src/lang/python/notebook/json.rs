//! Where the sources of code cells stand in a notebook.

use std::ops::Range;

use jsonc_parser::ast::{Object, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use crate::lang::SourceError;

/// The source of a code cell.
#[derive(Debug)]
pub(super) struct Source {
    /// The strings that it is made of, with quotes.
    pub(super) literals: Vec<Range<usize>>,
    /// For a list: the byte after its bracket.
    pub(super) list: Option<usize>,
}

/// What JSON has and no more, but for `NaN` and the infinities, which Python writes into outputs.
const STRICT: ParseOptions = ParseOptions {
    allow_comments: false,
    allow_loose_object_property_names: false,
    allow_trailing_commas: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: true,
    allow_extended_string_escapes: false,
};

/// The sources of all Python cells; none if the kernel is another.
///
/// # Errors
/// The text is no JSON, or no notebook.
pub(super) fn sources(json: &str) -> Result<Vec<Source>, SourceError> {
    let parsed = parse_to_ast(json, &CollectOptions::default(), &STRICT);
    let value = parsed
        .map_err(|error| SourceError {
            message: format!(
                "is not valid JSON: {}",
                error.kind().to_string().to_lowercase()
            ),
            offset: Some(error.range().start),
        })?
        .value;
    let no_notebook = |what: &str| SourceError {
        message: format!("is not a notebook: {what}"),
        offset: None,
    };
    let Some(Value::Object(root)) = &value else {
        return Err(no_notebook("it holds no object"));
    };
    let cells = cells(root).ok_or_else(|| no_notebook("it has no `cells`"))?;
    if !is_python(root) {
        return Ok(Vec::new());
    }
    cells
        .into_iter()
        .filter(|cell| is_python_code(cell))
        .filter_map(|cell| get(cell, "source").or_else(|| get(cell, "input")))
        .map(source)
        .collect()
}

/// All cells: of version 4 in `cells`, of version 3 in the `worksheets`.
fn cells<'v, 'j>(root: &'v Object<'j>) -> Option<Vec<&'v Object<'j>>> {
    let in_list = |of: &'v Object<'j>| {
        let list = get(of, "cells")?.as_array()?;
        Some(list.elements.iter().filter_map(Value::as_object))
    };
    if let Some(cells) = in_list(root) {
        return Some(cells.collect());
    }
    let sheets = get(root, "worksheets")?.as_array()?;
    let sheets = sheets.elements.iter().filter_map(Value::as_object);
    Some(sheets.filter_map(in_list).flatten().collect())
}

fn source(value: &Value<'_>) -> Result<Source, SourceError> {
    let bytes = |value: &Value<'_>| {
        let range = value.range();
        match value {
            Value::StringLit(_) => Ok(range.start..range.end),
            _ => Err(SourceError {
                message: "is not a notebook: the source of a cell is no text".to_owned(),
                offset: Some(range.start),
            }),
        }
    };
    match value {
        Value::Array(list) => Ok(Source {
            literals: list.elements.iter().map(bytes).collect::<Result<_, _>>()?,
            list: Some(list.range.start + 1),
        }),
        other => Ok(Source {
            literals: vec![bytes(other)?],
            list: None,
        }),
    }
}

/// Whether the kernel is one of Python: by the language, or else by the kernel's name. A notebook that
/// says neither is.
fn is_python(root: &Object<'_>) -> bool {
    let of = |path: &[&str]| -> Option<&str> {
        let [objects @ .., last] = path else {
            return None;
        };
        let mut at = get(root, "metadata")?.as_object()?;
        for key in objects {
            at = get(at, key)?.as_object()?;
        }
        Some(get(at, last)?.as_string_lit()?.value.as_ref())
    };
    let language = of(&["language_info", "name"]).or_else(|| of(&["kernelspec", "language"]));
    match (language, of(&["kernelspec", "name"])) {
        (Some(language), _) => is_named_python(language),
        // `conda-env-tools-py`
        (None, Some(kernel)) => kernel.contains("python") || kernel.ends_with("-py"),
        (None, None) => true,
    }
}

/// Version 3 names the language of each cell, and so does an editor that has several.
fn is_python_code(cell: &Object<'_>) -> bool {
    let text = |value: &Value<'_>| value.as_string_lit().map(|it| it.value.to_string());
    let is_code = get(cell, "cell_type").and_then(text).as_deref() == Some("code");
    let editor = || {
        let metadata = get(cell, "metadata")?.as_object()?;
        get(get(metadata, "vscode")?.as_object()?, "languageId")
    };
    let language = get(cell, "language").or_else(editor).and_then(text);
    is_code && language.is_none_or(|language| is_named_python(&language))
}

fn is_named_python(language: &str) -> bool {
    let language = language.to_ascii_lowercase();
    matches!(
        language.as_str(),
        "python" | "python2" | "python3" | "ipython"
    )
}

/// The last value of this name, as Python's reader has it.
fn get<'v, 'j>(object: &'v Object<'j>, name: &str) -> Option<&'v Value<'j>> {
    let mut found = object.properties.iter().rev();
    found
        .find(|property| property.name.as_str() == name)
        .map(|property| &property.value)
}
