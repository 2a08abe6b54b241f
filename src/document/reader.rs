//! From the tree of a document to its tables, with every fault of the form.
//!
//! Serde stops at the first fault. So the text is parsed to a tree with spans first, and each table
//! of it is read by itself; a value that does not fit is reported, cut out, and the rest is read
//! again. What the keys and their types are is the matter of who reads the document.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use serde_spanned::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::keys::{Keyed, nearest};
use super::problem::{Place, Problem, Source};

/// A table as written.
#[derive(Debug)]
pub struct Read<T> {
    /// What is in it.
    pub table: T,
    /// Where it is in the text.
    pub span: Range<usize>,
    /// No key of it was cut out.
    pub is_whole: bool,
    /// Where the value of each key is that was written.
    pub keys: BTreeMap<String, Range<usize>>,
}

/// Parses a document. A fault of the syntax leaves nothing: the tree after it is a guess, and what it
/// lacks would only make noise.
pub fn parse<'s>(source: &'s Arc<Source>, errors: &mut Vec<Problem>) -> Option<DeTable<'s>> {
    let (tree, faults) = DeTable::parse_recoverable(&source.text);
    if faults.is_empty() {
        return Some(tree.into_inner());
    }
    errors.extend(faults.iter().map(|fault| toml_error(source, fault)));
    None
}

fn toml_error(source: &Arc<Source>, fault: &toml::de::Error) -> Problem {
    // Serde and the parser may say what they expected on a line of its own.
    let message = fault.message().replace('\n', ", ");
    // The types of Rust mean nothing to who writes TOML.
    let message = message
        .replace("expected i64", "expected a whole number")
        .replace("expected f64", "expected a number");
    let range = fault.span().unwrap_or(0..0);
    Problem::at(Place::new(source, range), message)
}

/// Reads the tables of one document, and keeps what is wrong with them.
#[derive(Debug)]
pub struct Reader<'a> {
    source: &'a Arc<Source>,
    /// The keys above, each with a dot behind it.
    above: String,
    errors: &'a mut Vec<Problem>,
}

impl<'a> Reader<'a> {
    /// A reader of `source`, that adds to `errors`.
    pub fn new(source: &'a Arc<Source>, errors: &'a mut Vec<Problem>) -> Self {
        Self {
            source,
            above: String::new(),
            errors,
        }
    }

    /// Says that all that is read from here on lies in the table at `key` of what was read before.
    pub fn enter(&mut self, key: &str) {
        self.above = format!("{}{key}.", self.above);
    }

    /// A range of the document.
    pub fn place(&self, range: Range<usize>) -> Place {
        Place::new(self.source, range)
    }

    /// One more thing that is wrong.
    pub fn wrong(&mut self, problem: Problem) {
        self.errors.push(problem);
    }

    /// Takes the array of tables at `key` out of `file` and reads it; each of them is called a `noun`.
    /// `None` in place of a table that cannot be read at all, or in place of them all.
    pub fn tables<T: Keyed>(
        &mut self,
        file: &mut DeTable<'_>,
        key: &str,
        noun: &str,
    ) -> Vec<Option<Read<T>>> {
        let Some(value) = file.remove(key) else {
            return Vec::new();
        };
        let span = value.span();
        let DeValue::Array(items) = value.into_inner() else {
            self.errors.push(
                Problem::at(
                    self.place(span),
                    format!("`{key}` is a list of {noun}s, one table a {noun}"),
                )
                .help(format!("write `[[{}{key}]]`, in two brackets", self.above)),
            );
            return vec![None];
        };
        let mut tables = Vec::with_capacity(items.len());
        for item in items {
            let span = item.span();
            tables.push(match item.into_inner() {
                DeValue::Table(table) => self.table::<T>(table, span),
                other => {
                    self.errors.push(Problem::at(
                        self.place(span),
                        format!("a {noun} is a table, this is {}", kind_of(other.type_str())),
                    ));
                    None
                }
            });
        }
        tables
    }

    /// Takes the table at `key` out of `file` and reads it.
    pub fn section<T: Keyed>(&mut self, file: &mut DeTable<'_>, key: &str) -> Option<Read<T>> {
        let (table, span) = self.take_section(file, key)?;
        self.table(table, span)
    }

    /// Takes the table at `key` out of `file`, with its place.
    pub fn take_section<'i>(
        &mut self,
        file: &mut DeTable<'i>,
        key: &str,
    ) -> Option<(DeTable<'i>, Range<usize>)> {
        let value = file.remove(key)?;
        let span = value.span();
        match value.into_inner() {
            DeValue::Table(table) => Some((table, span)),
            other => {
                let kind = kind_of(other.type_str());
                let message = format!("`{}{key}` is a table, this is {kind}", self.above);
                let problem = Problem::at(self.place(span), message);
                let header = format!("write `[{}{key}]`, and its keys below", self.above);
                self.wrong(problem.help(header));
                None
            }
        }
    }

    /// Reads one table, reporting every key that does not fit.
    pub fn table<T: Keyed>(&mut self, table: DeTable<'_>, span: Range<usize>) -> Option<Read<T>> {
        self.table_among(table, span, &[])
    }

    /// As [`table`](Self::table), where `others` are keys too, that were taken out before.
    pub fn table_among<T: Keyed>(
        &mut self,
        mut table: DeTable<'_>,
        span: Range<usize>,
        others: &[&str],
    ) -> Option<Read<T>> {
        let keys = T::keys();
        let written = places(&table);
        let (mut whole, mut usable) = (true, true);
        let unknown: Vec<_> = table
            .keys()
            .filter(|key| !keys.has(key.get_ref()))
            .cloned()
            .collect();
        let mut meant = Vec::new();
        for key in unknown {
            whole = false;
            table.remove(&key);
            let known = keys.known.iter().map(String::as_str);
            let near = nearest(key.get_ref(), known.chain(others.iter().copied()));
            meant.extend(near);
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("its keys are {}", list(&keys.known, others)),
            };
            self.errors.push(
                Problem::at(
                    self.place(key.span()),
                    format!("unknown key `{}` in {}", key.get_ref(), T::WHAT),
                )
                .help(help),
            );
        }
        for key in &keys.required {
            if table.contains_key(key.as_str()) {
                continue;
            }
            if !meant.contains(&key.as_str()) {
                self.errors.push(Problem::at(
                    self.place(span.clone()),
                    format!("{} needs the key `{key}`", T::WHAT),
                ));
            }
            usable = false;
            table.insert(blank(key), Spanned::new(0..0, DeValue::String("".into())));
        }
        // Each round cuts a value out, so it ends.
        loop {
            let value = Spanned::new(span.clone(), DeValue::Table(table.clone()));
            match T::deserialize(ValueDeserializer::from(value)) {
                Ok(table) => {
                    let is_whole = whole;
                    return usable.then_some(Read {
                        table,
                        span,
                        is_whole,
                        keys: written,
                    });
                }
                Err(fault) => {
                    whole = false;
                    let key = fault.span().and_then(|span| cut(&mut table, &span));
                    let mut error = toml_error(self.source, &fault);
                    if let Some(key) = &key {
                        error = error.in_key(key);
                    }
                    self.errors.push(error);
                    let key = key?;
                    if keys.required.contains(&key) {
                        usable = false;
                        let empty = Spanned::new(0..0, DeValue::String("".into()));
                        table.insert(blank(&key), empty);
                    }
                }
            }
        }
    }
}

/// A key that stands nowhere.
fn blank<'i>(key: &str) -> Spanned<Cow<'i, str>> {
    Spanned::new(0..0, key.to_owned().into())
}

/// Takes the value at `span` out of `table`: an element of a list, or the whole value of a key.
/// Gives the key whose value is gone or shorter; `None` if nothing is there.
fn cut(table: &mut DeTable<'_>, span: &Range<usize>) -> Option<String> {
    let holds = |outer: Range<usize>| outer.start <= span.start && span.end <= outer.end;
    let key = table
        .iter()
        .find(|(_, value)| holds(value.span()))
        .map(|(key, _)| key.get_ref().to_string())?;
    if let Some(value) = table.get_mut(key.as_str())
        && let DeValue::Array(items) = value.get_mut()
        && items.iter().any(|item| holds(item.span()))
    {
        let rest: Vec<_> = items.iter().filter(|i| !holds(i.span())).cloned().collect();
        *items = rest.into_iter().collect();
        return Some(key);
    }
    table.remove(key.as_str());
    Some(key)
}

/// Where the value of each key of a table is.
pub fn places(table: &DeTable<'_>) -> BTreeMap<String, Range<usize>> {
    let place = |(key, value): (&Spanned<Cow<'_, str>>, &Spanned<DeValue<'_>>)| {
        (key.get_ref().to_string(), value.span())
    };
    table.iter().map(place).collect()
}

/// How a sentence calls a value of this type of TOML.
pub fn kind_of(type_str: &str) -> String {
    let article = if type_str.starts_with(['a', 'i']) {
        "an"
    } else {
        "a"
    };
    format!("{article} {type_str}")
}

fn list(words: &[String], others: &[&str]) -> String {
    let words = words
        .iter()
        .map(String::as_str)
        .chain(others.iter().copied());
    let quoted: Vec<_> = words.map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}
