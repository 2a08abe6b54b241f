//! Lists of old and new paths that other programs write, as CSV or JSON, become a mapping table.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use crate::path::{SymbolPath, Syntax};

/// What a list is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportForm {
    /// Rows; the first may name the columns.
    Csv,
    /// An object of old and new paths, or a list of objects or of pairs.
    Json,
}

/// Keys of a row that a rule takes as they are.
const SAID: [&str; 6] = ["kind", "note", "review", "url", "since", "id"];

/// Other words for a column.
const WORDS: [(&str, &str); 12] = [
    ("from", "from"),
    ("old", "from"),
    ("old_path", "from"),
    ("source", "from"),
    ("to", "to"),
    ("new", "to"),
    ("new_path", "to"),
    ("target", "to"),
    ("comment", "note"),
    ("reason", "note"),
    ("message", "note"),
    ("description", "note"),
];

/// A table that was made of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// The text of the table.
    pub text: String,
    /// How many rules it has.
    pub rules: usize,
    /// Columns that no key of a rule is made of.
    pub ignored: Vec<String>,
}

/// What is wrong with a list, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {message}")]
pub struct ImportError {
    /// `line 3` or `entry 3`.
    pub place: String,
    /// What was expected: lower case, no period.
    pub message: String,
}

#[derive(Default)]
struct Row {
    place: String,
    said: BTreeMap<&'static str, String>,
}

/// Makes a table called `name` of a list.
///
/// # Errors
/// All that is wrong with the list, in order.
pub fn import(
    text: &str,
    form: ImportForm,
    name: &str,
    syntax: &Syntax,
) -> Result<Imported, Vec<ImportError>> {
    let mut errors = Vec::new();
    let mut ignored = Vec::new();
    let rows = match form {
        ImportForm::Csv => of_csv(text, &mut ignored, &mut errors),
        ImportForm::Json => of_json(text, &mut ignored, &mut errors),
    };
    for row in &rows {
        check(row, syntax, &mut errors);
    }
    if rows.is_empty() && errors.is_empty() {
        errors.push(ImportError {
            place: "the file".to_owned(),
            message: "has no row: expected an old path and a new path in each".to_owned(),
        });
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    ignored.sort();
    ignored.dedup();
    Ok(Imported {
        rules: rows.len(),
        text: table(&rows, name, syntax),
        ignored,
    })
}

fn check(row: &Row, syntax: &Syntax, errors: &mut Vec<ImportError>) {
    let mut wrong = |message: String| {
        errors.push(ImportError {
            place: row.place.clone(),
            message,
        });
    };
    if !row.said.contains_key("from") {
        wrong("the old path is missing".to_owned());
    }
    for key in ["from", "to"] {
        // A colon between module and object is the matter of the table.
        let path = row.said.get(key).map(|path| path.replacen(':', ".", 1));
        let path = path
            .filter(|_| syntax.separator == ".")
            .or_else(|| row.said.get(key).cloned());
        if let Some(path) = path
            && SymbolPath::parse(&path, syntax).is_err()
        {
            wrong(format!("`{path}` is no path of {}", syntax.language));
        }
    }
}

/// The key of a rule that a column is for.
fn key_of(column: &str) -> Option<&'static str> {
    let column = column.trim().to_lowercase().replace([' ', '-'], "_");
    let said = SAID.iter().copied().find(|key| *key == column);
    said.or_else(|| {
        let (_, key) = WORDS.iter().find(|(word, _)| *word == column)?;
        Some(*key)
    })
}

fn of_csv(text: &str, ignored: &mut Vec<String>, errors: &mut Vec<ImportError>) -> Vec<Row> {
    // What spreadsheets write first.
    let text = text.trim_start_matches('\u{feff}');
    let first = text.lines().next().unwrap_or_default();
    let delimiter = [b',', b';', b'\t']
        .into_iter()
        .max_by_key(|sign| {
            (
                first.bytes().filter(|byte| byte == sign).count(),
                *sign == b',',
            )
        })
        .unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .comment(Some(b'#'))
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut columns: Option<Vec<Option<&'static str>>> = None;
    let mut rows = Vec::new();
    let (mut line, mut seen) = (1, 0);
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                errors.push(ImportError {
                    place: "the file".to_owned(),
                    message: format!("is no CSV: {error}"),
                });
                break;
            }
        };
        // The reader counts from before the blank lines that it passes over.
        let start = record.position().map_or(0, csv::Position::byte);
        let start = usize::try_from(start).unwrap_or(text.len()).min(text.len());
        let blank = text.as_bytes()[start..].iter();
        let start = start + blank.take_while(|byte| byte.is_ascii_whitespace()).count();
        line += line_ends(&text.as_bytes()[seen.min(start)..start]);
        seen = start;
        let Some(columns) = &columns else {
            let keys: Vec<_> = record.iter().map(key_of).collect();
            let named = keys.contains(&Some("from"));
            if named {
                let unknown = record.iter().zip(&keys).filter(|(_, key)| key.is_none());
                ignored.extend(unknown.map(|(column, _)| column.to_owned()));
                columns = Some(keys);
            } else {
                columns = Some(vec![Some("from"), Some("to"), Some("note")]);
                rows.push(row(line, &record, columns.as_deref().unwrap_or_default()));
            }
            continue;
        };
        rows.push(row(line, &record, columns));
    }
    rows
}

/// How many lines end in these bytes.
fn line_ends(bytes: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', bytes).count()
}

fn row(line: usize, record: &csv::StringRecord, columns: &[Option<&'static str>]) -> Row {
    let cells = record.iter().zip(columns);
    Row {
        place: format!("line {line}"),
        said: cells
            .filter(|(cell, _)| !cell.is_empty())
            .filter_map(|(cell, key)| Some(((*key)?, cell.to_owned())))
            .collect(),
    }
}

fn of_json(text: &str, ignored: &mut Vec<String>, errors: &mut Vec<ImportError>) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut wrong = |place: String, message: String| errors.push(ImportError { place, message });
    match serde_json::from_str(text) {
        Err(error) => wrong("the file".to_owned(), format!("is no JSON: {error}")),
        Ok(Value::Object(pairs)) => {
            for (old, new) in pairs {
                let place = format!("`{old}`");
                match new {
                    Value::String(new) => rows.push(pair(place, old, Some(new))),
                    Value::Null => rows.push(pair(place, old, None)),
                    _ => wrong(
                        place,
                        "expected the new path, or null if there is none".to_owned(),
                    ),
                }
            }
        }
        Ok(Value::Array(entries)) => {
            for (at, entry) in entries.into_iter().enumerate() {
                let place = format!("entry {}", at + 1);
                match entry {
                    Value::Array(parts) => match parts.as_slice() {
                        [Value::String(old), Value::String(new)] => {
                            rows.push(pair(place, old.clone(), Some(new.clone())));
                        }
                        _ => wrong(place, "expected an old path and a new path".to_owned()),
                    },
                    Value::Object(said) => {
                        let mut row = Row {
                            place: place.clone(),
                            ..Row::default()
                        };
                        for (word, value) in said {
                            match (key_of(&word), value) {
                                (Some(key), Value::String(text)) if !text.is_empty() => {
                                    row.said.insert(key, text);
                                }
                                (Some(_), Value::Null | Value::String(_)) => {}
                                (Some(_), _) => {
                                    wrong(place.clone(), format!("`{word}`: expected a string"));
                                }
                                (None, _) => ignored.push(word),
                            }
                        }
                        rows.push(row);
                    }
                    _ => wrong(place, "expected an object or a pair of paths".to_owned()),
                }
            }
        }
        Ok(_) => wrong(
            "the file".to_owned(),
            "expected an object of old and new paths, or a list".to_owned(),
        ),
    }
    rows
}

fn pair(place: String, old: String, new: Option<String>) -> Row {
    let mut said = BTreeMap::from([("from", old)]);
    said.extend(new.filter(|new| !new.is_empty()).map(|new| ("to", new)));
    Row { place, said }
}

fn table(rows: &[Row], name: &str, syntax: &Syntax) -> String {
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let mut text = format!(
        "language = \"{}\"\nname = {}\n",
        syntax.language,
        quoted(name)
    );
    let is_plain = |row: &&Row| row.said.len() == 2 && row.said.contains_key("to");
    let mut plain = rows.iter().filter(is_plain).peekable();
    if plain.peek().is_some() {
        text.push_str("\n[moves]\n");
    }
    for row in plain {
        let (old, new) = (&row.said["from"], &row.said["to"]);
        let _ = writeln!(text, "{} = {}", quoted_key(old), quoted(new));
    }
    for row in rows.iter().filter(|row| !is_plain(row)) {
        let moves = row.said.contains_key("to");
        let (header, path) = if moves {
            ("move", "from")
        } else {
            ("remove", "path")
        };
        let _ = write!(
            text,
            "\n[[{header}]]\n{path} = {}\n",
            quoted(&row.said["from"])
        );
        for (key, value) in &row.said {
            // Of a path that is gone nothing is rewritten, so nothing is to be reviewed.
            if *key != "from" && (moves || *key != "review") {
                let _ = writeln!(text, "{key} = {}", quoted(value));
            }
        }
    }
    text
}

/// A key of TOML in quotes, whatever is in it.
fn quoted_key(key: &str) -> String {
    serde_json::to_string(key).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::{MappingSource, load};
    use crate::path::{PYTHON, RUST, SYNTAXES};

    fn python(text: &str, form: ImportForm) -> Imported {
        let imported = import(text, form, "t", &PYTHON).unwrap_or_else(|e| panic!("{e:?}"));
        let source = MappingSource::Toml {
            file: "t.toml".into(),
            text: imported.text.clone(),
        };
        let tables = load(&[source], SYNTAXES).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(tables.mappings()[0].rules, imported.rules);
        imported
    }

    #[test]
    fn rows_become_rules() {
        let same = "language = \"python\"\nname = \"t\"\n\n[moves]\n\"a.X\" = \"b.X\"\n\n\
                    [[remove]]\npath = \"a.Y\"\nnote = 'gone, see \"docs\"'\n";
        let with_header =
            "Old Path;New Path;Note;Owner\na.X;b.X;;me\na.Y;;\"gone, see \"\"docs\"\"\";\n";
        let imported = python(with_header, ImportForm::Csv);
        assert_eq!(imported.text, same);
        assert_eq!(imported.ignored, ["Owner"]);
        let plain = "\u{feff}a.X, b.X\r\n# a comment\r\na.Y,,\"gone, see \"\"docs\"\"\"\r\n";
        assert_eq!(python(plain, ImportForm::Csv).text, same);
        let objects = r#"[{"old": "a.X", "new": "b.X", "owner": 1},
            {"from": "a.Y", "to": null, "comment": "gone, see \"docs\""}]"#;
        assert_eq!(python(objects, ImportForm::Json).text, same);
        let moves = "language = \"python\"\nname = \"t\"\n\n[moves]\n\"a.X\" = \"b.X\"\n";
        assert_eq!(python(r#"{"a.X": "b.X"}"#, ImportForm::Json).text, moves);
        assert_eq!(python(r#"[["a.X", "b.X"]]"#, ImportForm::Json).text, moves);
    }

    #[test]
    fn a_list_is_refused_with_every_error() {
        let said = |text: &str, form| {
            let errors = import(text, form, "t", &RUST).expect_err("wrong");
            let lines: Vec<_> = errors.iter().map(ToString::to_string).collect();
            lines.join("\n")
        };
        assert_eq!(
            said("from,to\na::X,b::2\n\n,c::X\n", ImportForm::Csv),
            "line 2: `b::2` is no path of rust\nline 4: the old path is missing"
        );
        assert_eq!(
            said("", ImportForm::Csv),
            "the file: has no row: expected an old path and a new path in each"
        );
        assert!(said("[1, {", ImportForm::Json).starts_with("the file: is no JSON"));
        assert_eq!(
            said(r#"[1, ["a"], {"from": 3}]"#, ImportForm::Json),
            "entry 1: expected an object or a pair of paths\n\
             entry 2: expected an old path and a new path\n\
             entry 3: `from`: expected a string\nentry 3: the old path is missing"
        );
        assert_eq!(
            said("3", ImportForm::Json),
            "the file: expected an object of old and new paths, or a list"
        );
    }
}
