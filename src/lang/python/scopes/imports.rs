//! Import statements.

use ruff_python_ast::{Alias, Identifier, StmtImport, StmtImportFrom};
use ruff_text_size::{Ranged, TextRange};

use super::builder::Builder;
use super::{BindingId, BindingKind, Import, ImportAlias, ImportId, ImportKind};
use crate::path::Segment;

impl Builder<'_> {
    pub(super) fn import(&mut self, statement: &StmtImport) {
        let id = self.next_import();
        let clauses = (0..)
            .zip(&statement.names)
            .map(|(number, alias)| {
                let path = dotted(&alias.name);
                let kind = BindingKind::Import(id, number);
                let binding = match (&alias.asname, path.first()) {
                    (None, Some(first)) => self.bind_root(first, alias.name.range, kind),
                    _ => self.bind_alias(alias, kind),
                };
                clause(alias, path, binding)
            })
            .collect();
        let kind = ImportKind::Plain;
        self.add_import(statement.range, kind, clauses, statement.is_lazy);
    }

    pub(super) fn import_from(&mut self, statement: &StmtImportFrom) {
        let id = self.next_import();
        let clauses = (0..)
            .zip(&statement.names)
            .map(|(number, alias)| {
                let kind = match alias.name.as_str() {
                    "*" => BindingKind::Star(id),
                    _ => BindingKind::Import(id, number),
                };
                let binding = self.bind_alias(alias, kind);
                clause(alias, vec![Segment::new(alias.name.as_str())], binding)
            })
            .collect();
        let kind = ImportKind::From {
            level: statement.level,
            module: statement.module.as_ref().map(dotted).unwrap_or_default(),
            module_range: statement.module.as_ref().map(Ranged::range),
        };
        self.add_import(statement.range, kind, clauses, statement.is_lazy);
    }

    fn bind_alias(&mut self, alias: &Alias, kind: BindingKind) -> BindingId {
        let name = alias.asname.as_ref().unwrap_or(&alias.name);
        self.bind(name, kind)
    }

    fn next_import(&self) -> ImportId {
        ImportId(self.scopes.imports.len() as u32)
    }

    fn add_import(
        &mut self,
        range: TextRange,
        kind: ImportKind,
        clauses: Vec<ImportAlias>,
        is_lazy: bool,
    ) {
        self.scopes.imports.push(Import {
            range,
            scope: self.scope,
            block: self.block,
            kind,
            clauses,
            is_lazy,
            unreachable: self.flow.is_dead(),
        });
    }
}

fn dotted(name: &Identifier) -> Vec<Segment> {
    name.as_str().split('.').map(Segment::new).collect()
}

fn clause(alias: &Alias, path: Vec<Segment>, binding: BindingId) -> ImportAlias {
    ImportAlias {
        range: alias.range,
        path,
        path_range: alias.name.range,
        alias: alias
            .asname
            .as_ref()
            .map(|name| (Segment::new(name.as_str()), name.range)),
        binding,
    }
}
