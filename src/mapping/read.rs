//! From the text of a mapping file to its rules as written, with every fault of the form.
//!
//! Serde stops at the first fault. So the text is parsed to a tree with spans first, and each table
//! of it is read by itself; a value that does not fit is reported, cut out, and the rest is read
//! again. The keys and their types stand in `schema` alone.

use std::ops::Range;
use std::sync::Arc;

use serde_spanned::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::diagnostic::{MappingError, Place, Source};
use super::schema::{KeepRule, Keyed, MappingFile, MoveRule, RemoveRule};

/// A file as written. What had a fault is in the list of errors instead.
#[derive(Debug, Default)]
pub(super) struct Written {
    /// The keys of the file itself.
    pub(super) head: Option<MappingFile>,
    pub(super) moves: Vec<Read<MoveRule>>,
    pub(super) removes: Vec<Read<RemoveRule>>,
    pub(super) keeps: Vec<Read<KeepRule>>,
    /// A rule could not be read at all.
    pub(super) lost: bool,
}

/// A rule as written.
#[derive(Debug)]
pub(super) struct Read<T> {
    pub(super) rule: T,
    /// No key of it was cut out.
    pub(super) whole: bool,
}

/// Reads a mapping file.
pub(super) fn read(source: &Arc<Source>, errors: &mut Vec<MappingError>) -> Written {
    let mut written = Written::default();
    let (tree, faults) = DeTable::parse_recoverable(&source.text);
    if !faults.is_empty() {
        // The tree after a fault is a guess; what it lacks would only make noise.
        for fault in faults {
            errors.push(toml_error(source, &fault));
        }
        written.lost = true;
        return written;
    }
    let mut reader = Reader { source, errors };
    let mut table = tree.into_inner();
    reader.rules(&mut table, "move", &mut written.moves, &mut written.lost);
    reader.rules(
        &mut table,
        "remove",
        &mut written.removes,
        &mut written.lost,
    );
    reader.rules(&mut table, "keep", &mut written.keeps, &mut written.lost);
    written.head = reader.table::<MappingFile>(table, 0..0).map(|it| it.rule);
    written
}

fn toml_error(source: &Arc<Source>, fault: &toml::de::Error) -> MappingError {
    // Serde and the parser may say what they expected on a line of its own.
    let message = fault.message().replace('\n', ", ");
    let range = fault.span().unwrap_or(0..0);
    MappingError::at(Place::new(source, range), message)
}

struct Reader<'a> {
    source: &'a Arc<Source>,
    errors: &'a mut Vec<MappingError>,
}

impl Reader<'_> {
    fn place(&self, range: Range<usize>) -> Place {
        Place::new(self.source, range)
    }

    /// Takes the array of tables at `key` out of `file` and reads it.
    fn rules<T: Keyed>(
        &mut self,
        file: &mut DeTable<'_>,
        key: &str,
        into: &mut Vec<Read<T>>,
        lost: &mut bool,
    ) {
        let Some(value) = file.remove(key) else {
            return;
        };
        let span = value.span();
        let DeValue::Array(items) = value.into_inner() else {
            self.errors.push(
                MappingError::at(
                    self.place(span),
                    format!("`{key}` is a list of rules, one table a rule"),
                )
                .help(format!("write `[[{key}]]`, in two brackets")),
            );
            *lost = true;
            return;
        };
        for item in items {
            let span = item.span();
            let read = match item.into_inner() {
                DeValue::Table(table) => self.table::<T>(table, span),
                other => {
                    self.errors.push(MappingError::at(
                        self.place(span),
                        format!("a rule is a table, this is a {}", other.type_str()),
                    ));
                    None
                }
            };
            match read {
                Some(read) => into.push(read),
                None => *lost = true,
            }
        }
    }

    /// Reads one table, reporting every key that does not fit.
    fn table<T: Keyed>(&mut self, mut table: DeTable<'_>, span: Range<usize>) -> Option<Read<T>> {
        let keys = T::keys();
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
            let near = keys.nearest(key.get_ref());
            meant.extend(near);
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("its keys are {}", list(&keys.known)),
            };
            self.errors.push(
                MappingError::at(
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
                self.errors.push(MappingError::at(
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
                Ok(rule) => return usable.then_some(Read { rule, whole }),
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
fn blank<'i>(key: &str) -> Spanned<std::borrow::Cow<'i, str>> {
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

fn list(words: &[String]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}
