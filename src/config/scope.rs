//! `[[scope]]`: a part of the tree that is counted apart.

use std::path::Path;

use super::SaidTable;
use super::check::Checker;
use super::schema::ScopeTable;
use crate::document::Read;
use crate::project::Globs;

/// A part of the tree that is counted apart. A file may be in several.
#[derive(Clone, Debug)]
pub struct Scope {
    /// Its name, which no other scope has.
    pub name: String,
    /// References that are allowed in it; `None` if it is not judged.
    pub max: Option<u64>,
    /// Patterns of its files, as written; empty for all.
    pub include: Vec<String>,
    /// Patterns of files that are not in it, as written.
    pub exclude: Vec<String>,
    included: Globs,
    excluded: Globs,
}

impl Scope {
    /// Whether a file (absolute, below the project's root) is in it.
    pub fn holds(&self, file: &Path) -> bool {
        (self.included.is_empty() || self.included.matches_around(file))
            && !self.excluded.matches_around(file)
    }
}

impl Checker<'_> {
    /// Checks the scopes; one that is wrong is reported, and left out.
    pub(super) fn scopes(&mut self, tables: Vec<Read<ScopeTable>>) -> Vec<SaidTable<Scope>> {
        self.each_name_once("scope", tables.iter().map(|read| &read.table.name));
        let mut scopes = Vec::new();
        for read in tables {
            let scope = self.scope(read.table);
            scopes.extend(scope.map(|scope| self.table(read.span, &read.keys, scope)));
        }
        scopes
    }

    fn scope(&mut self, table: ScopeTable) -> Option<Scope> {
        let name = self.name("scope", &table.name);
        let included = self.globs(table.include.as_ref());
        let excluded = self.globs(table.exclude.as_ref());
        let max = match &table.max {
            None => Some(None),
            Some(max) => match u64::try_from(*max.get_ref()) {
                Ok(max) => Some(Some(max)),
                Err(_) => {
                    let message =
                        "`max`: expected the number of references that are allowed, 0 or more";
                    self.wrong(max.span(), message);
                    None
                }
            },
        };
        let (include, included) = included?;
        let (exclude, excluded) = excluded?;
        Some(Scope {
            name: name?,
            max: max?,
            include,
            exclude,
            included,
            excluded,
        })
    }
}
