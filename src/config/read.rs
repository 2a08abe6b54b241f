//! From the text of a configuration to its tables as written, with every fault of the form.
//!
//! The keys and their types stand in `schema` alone.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_spanned::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::schema::{GateTable, Head, HomeTable, MigrateTable, ScopeTable};
use crate::document::{Problem, Read, Reader, Source, parse, places};
use crate::lang::Language;
use crate::project::Section;

/// A configuration as written. What had a fault is in the list of errors instead.
pub(super) struct Written {
    /// The keys of the configuration itself.
    pub(super) head: Head,
    pub(super) scopes: Vec<Read<ScopeTable>>,
    pub(super) gates: Vec<Read<GateTable>>,
    pub(super) homes: Vec<Read<HomeTable>>,
    pub(super) migrate: Option<Read<MigrateTable>>,
    /// What is said to each language, and where.
    pub(super) sections: BTreeMap<String, Read<toml::Table>>,
}

/// Reads a section of a text; `None` if that is no TOML, or the section is not there.
pub(super) fn read(
    source: &Arc<Source>,
    section: Section,
    languages: &[&'static dyn Language],
    errors: &mut Vec<Problem>,
) -> Option<Written> {
    let mut table = parse(source, errors)?;
    let mut reader = Reader::new(source, errors);
    let mut span = 0..0;
    for key in section.keys() {
        if !table.contains_key(*key) {
            let message = format!("there is no `{}` in it", section.header());
            reader.wrong(Problem::whole(Some(&source.name), message));
            return None;
        }
        (table, span) = reader.take_section(&mut table, key)?;
        reader.enter(key);
    }
    let mut sections = BTreeMap::new();
    let mut names = Vec::new();
    for language in languages {
        let name = language.syntax().language;
        names.push(name);
        if let Some((section, span)) = reader.take_section(&mut table, name) {
            language.check_settings(section.clone(), span.clone(), &mut reader);
            let keys = places(&section);
            let read = plain(section).map(|table| Read {
                table,
                span,
                is_whole: true,
                keys,
            });
            sections.extend(read.map(|read| (name.to_owned(), read)));
        }
    }
    let scopes = reader.tables::<ScopeTable>(&mut table, "scope", "scope");
    let gates = reader.tables::<GateTable>(&mut table, "gate", "gate");
    let homes = reader.tables::<HomeTable>(&mut table, "home", "home");
    let migrate = reader.section::<MigrateTable>(&mut table, "migrate");
    let head = reader.table_among::<Head>(table, span, &names);
    Some(Written {
        head: head.map(|head| head.table).unwrap_or_default(),
        scopes: scopes.into_iter().flatten().collect(),
        gates: gates.into_iter().flatten().collect(),
        homes: homes.into_iter().flatten().collect(),
        migrate,
        sections,
    })
}

/// The table without places. One that was parsed has no value that a table cannot hold.
fn plain(table: DeTable<'_>) -> Option<toml::Table> {
    let value = Spanned::new(0..0, DeValue::Table(table));
    toml::Table::deserialize(ValueDeserializer::from(value)).ok()
}
