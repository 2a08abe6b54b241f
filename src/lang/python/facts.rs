//! What one file says by itself: see [`crate::facts`].
//!
//! Deliberately absent: strings (what patches an object is no use of its path), and what `__getattr__` makes of a
//! name.

use std::ops::Range;

use ruff_python_ast::token::TokenKind;
use ruff_python_ast::visitor::{Visitor, walk_stmt};
use ruff_python_ast::{Expr, Parameters, Stmt, StmtClassDef, StmtFunctionDef};
use ruff_text_size::{Ranged, TextRange};
use rustc_hash::FxHashSet;

use super::analysis::{FileContext, unit};
use super::exports;
use super::index::loading_statements;
use super::parse;
use super::roots::Home;
use super::scopes::{
    BindingId, BindingKind, Context, ImportId, ImportKind, NameReference, ScopeId, ScopeKind,
};
use super::unit::{AnalysisContext, Unit};
use crate::facts::{
    Definition, FileFacts, Glob, How, Import, Kind, ModuleFacts, PathReference, Seen, Shape, When,
    digest,
};
use crate::lang::SourceError;
use crate::path::Segment;
use crate::text::LineIndex;

/// Reads a text.
///
/// # Errors
/// It cannot be parsed, or is too broad.
pub(super) fn of(
    text: &str,
    standing: FileContext<'_>,
    setting: AnalysisContext<'_>,
) -> Result<FileFacts, SourceError> {
    let parsed = parse::module(text, standing.kind)?;
    let unit = unit(&parsed, text, standing, setting)?;
    let reader = Reader::of(&unit);
    let mut facts = FileFacts {
        modules: Vec::new(),
        references: reader.references(),
    };
    if !standing.homes.is_empty() {
        facts.modules.push(reader.module(standing.homes));
    }
    Ok(facts)
}

struct Reader<'u, 'a> {
    unit: &'u Unit<'a>,
    exported: FxHashSet<Segment>,
    lines: LineIndex,
    /// Where statements start that run while the module is imported.
    loading: FxHashSet<u32>,
}

impl<'u, 'a> Reader<'u, 'a> {
    fn of(unit: &'u Unit<'a>) -> Self {
        Self {
            unit,
            exported: exports::of(unit.module),
            lines: LineIndex::new(unit.text),
            loading: loading_statements(unit.module),
        }
    }

    fn module(&self, homes: &[Home]) -> ModuleFacts {
        let mut facts = ModuleFacts {
            paths: homes.iter().map(|home| home.module.clone()).collect(),
            seen: self.seen(homes[0].module.last().map_or("", Segment::as_str), true),
            is_stub: self.unit.is_stub,
            ..ModuleFacts::default()
        };
        let mut body = Body {
            reader: self,
            facts: &mut facts,
        };
        body.visit_body(&self.unit.module.body);
        self.imports(&mut facts);
        let hands_on = facts.imports.iter().any(|import| import.how != How::Import);
        let has_imports = !facts.imports.is_empty() || !facts.globs.is_empty();
        // A module of imports alone is there for them, whatever they look like.
        facts.only_hands_on = (hands_on || has_imports)
            && facts.definitions.is_empty()
            && self.unit.module.body.iter().all(is_about_names);
        facts
    }

    /// The names that import statements bind in the module.
    fn imports(&self, facts: &mut ModuleFacts) {
        for (number, import) in self.unit.scopes.imports.iter().enumerate() {
            let id = ImportId(number as u32);
            for (at, alias) in import.clauses.iter().enumerate() {
                let binding = self.unit.scopes.binding(alias.binding);
                if binding.scope.index() != 0 || import.unreachable {
                    continue;
                }
                if matches!(binding.kind, BindingKind::Star(_)) {
                    if let Some(module) = self.unit.clause_path(id, at) {
                        facts.globs.push(Glob {
                            module,
                            is_public: true,
                            how: match self.unit.is_package {
                                true => How::ReExport,
                                false => How::Import,
                            },
                            range: range(alias.path_range),
                        });
                    }
                    continue;
                }
                let Some(target) = self.unit.value_path(id, at) else {
                    continue;
                };
                facts.imports.push(Import {
                    name: binding.name.clone(),
                    target,
                    how: match self.hands_on(id, at) {
                        true => How::ReExport,
                        false => How::Import,
                    },
                    seen: self.seen(&binding.name, false),
                    range: range(alias.path_range),
                });
            }
        }
        facts.imports.sort_by_key(|import| import.range.start);
    }

    /// Whether an import of the module is there for others.
    fn hands_on(&self, import: ImportId, clause: usize) -> bool {
        let statement = self.unit.scopes.import(import);
        let alias = &statement.clauses[clause];
        let binding = self.unit.scopes.binding(alias.binding);
        let is_star = matches!(binding.kind, BindingKind::Star(_));
        let is_same = alias
            .alias
            .as_ref()
            .is_some_and(|(name, _)| alias.path.last() == Some(name));
        let is_of_package =
            self.unit.is_package && matches!(statement.kind, ImportKind::From { .. });
        binding.scope.index() == 0
            && (is_star || is_same || is_of_package || self.exported.contains(&binding.name))
    }

    fn references(&self) -> Vec<PathReference> {
        let mut references = Vec::new();
        for (number, import) in self.unit.scopes.imports.iter().enumerate() {
            let id = ImportId(number as u32);
            let when = match self.when(import.scope) {
                When::Load if !self.loading.contains(&import.range.start().to_u32()) => {
                    When::TypeCheck
                }
                when => when,
            };
            for (at, alias) in import.clauses.iter().enumerate() {
                let Some(path) = self.unit.clause_path(id, at) else {
                    continue;
                };
                references.push(PathReference {
                    path,
                    bound: 0,
                    range: range(alias.path_range),
                    is_import: true,
                    is_re_export: self.hands_on(id, at),
                    is_replacement: false,
                    when,
                });
            }
        }
        for chain in self.unit.scopes.chains.iter() {
            if chain.parts.len() < 2 || chain.fixed {
                continue;
            }
            for (binding, path) in self.unit.meanings(chain) {
                let bound = path.len() + 1 - chain.parts.len();
                let is_whole = self.binds_root(binding);
                references.push(PathReference {
                    path,
                    // `a` of `import a.b` is a name of the path itself.
                    bound: if is_whole { 0 } else { bound },
                    range: range(chain.range()),
                    is_import: false,
                    is_re_export: false,
                    is_replacement: chain.context != Context::Load,
                    when: self.when(chain.scope),
                });
            }
        }
        references.sort_by_key(|reference| reference.range.start);
        references
    }

    /// Whether an import binds the first name of its own path.
    fn binds_root(&self, binding: BindingId) -> bool {
        let clause = self.unit.scopes.clause(binding);
        clause.is_some_and(|(import, alias)| {
            import.kind == ImportKind::Plain && alias.alias.is_none()
        })
    }

    /// The path of a class or function of this module that a name means, if it means nothing else.
    fn own_path(&self, chain: &NameReference) -> Option<Vec<Segment>> {
        let is_own = |binding: &BindingId| {
            let binding = self.unit.scopes.binding(*binding);
            let is_made = matches!(binding.kind, BindingKind::Class | BindingKind::Function);
            is_made && binding.scope.index() == 0
        };
        let reach = &chain.reach;
        if reach.bindings.is_empty() || !reach.bindings.iter().all(is_own) {
            return None;
        }
        let module = self.unit.modules.first()?;
        Some(module.iter().chain(chain.names()).cloned().collect())
    }

    /// Who is meant to see a name: one with an underscore in front is for the package around the module.
    fn seen(&self, name: &str, is_module: bool) -> Seen {
        let is_dunder = name.starts_with("__") && name.ends_with("__");
        let is_of_package = is_module || self.unit.is_package;
        match name.starts_with('_') && !is_dunder {
            false => Seen::Everywhere,
            true if is_of_package => Seen::Within(0),
            true => Seen::Within(1),
        }
    }

    /// When code of a scope runs.
    fn when(&self, scope: ScopeId) -> When {
        let mut at = Some(scope);
        while let Some(id) = at {
            let scope = self.unit.scopes.scope(id);
            if matches!(scope.kind, ScopeKind::Function | ScopeKind::Lambda) {
                return When::Call;
            }
            at = scope.parent;
        }
        When::Load
    }

    /// How a statement is made, without `docs`.
    fn shape(&self, whole: TextRange, members: FxHashSet<&str>, docs: &[TextRange]) -> Shape {
        let tokens = &self.unit.tokens[..];
        let first = tokens.partition_point(|token| token.start() < whole.start());
        let own = tokens[first..].iter();
        let words = own
            .take_while(|token| token.start() < whole.end())
            .filter(|token| {
                let is_layout = matches!(
                    token.kind(),
                    TokenKind::Comment
                        | TokenKind::Newline
                        | TokenKind::NonLogicalNewline
                        | TokenKind::Indent
                        | TokenKind::Dedent
                );
                !is_layout && !docs.iter().any(|doc| doc.contains_range(token.range()))
            });
        let mut members: Vec<u64> = members.into_iter().map(|name| digest([name])).collect();
        members.sort_unstable();
        Shape {
            digest: digest(words.map(|token| self.unit.at(token.range()))),
            members,
        }
    }

    fn lines_of(&self, whole: TextRange) -> u32 {
        let text = self.unit.at(whole);
        1 + memchr::memchr_iter(b'\n', text.as_bytes()).count() as u32
    }
}

/// Statements of a module that are run when it is loaded, in all arms.
struct Body<'r, 'u, 'a> {
    reader: &'r Reader<'u, 'a>,
    facts: &'r mut ModuleFacts,
}

impl Body<'_, '_, '_> {
    fn define(&mut self, name: TextRange, kind: Kind, whole: TextRange, shape: Shape) {
        let text = Segment::new(self.reader.unit.at(name));
        self.facts.definitions.push(Definition {
            seen: self.reader.seen(&text, false),
            name: text,
            kind,
            line: self.reader.lines.line_of(name.start().to_usize()) as u32 + 1,
            range: range(name),
            lines: self.reader.lines_of(whole),
            shape,
        });
    }

    fn class(&mut self, class: &StmtClassDef) {
        let mut members = Members::default();
        members.visit_body(&class.body);
        members.docs.extend(doc_of(&class.body));
        let shape = self.reader.shape(class.range, members.names, &members.docs);
        self.define(class.name.range, Kind::Class, class.range, shape);
    }

    fn function(&mut self, function: &StmtFunctionDef) {
        let docs: Vec<TextRange> = doc_of(&function.body).collect();
        let names = parameters(&function.parameters).collect();
        let shape = self.reader.shape(function.range, names, &docs);
        self.define(function.name.range, Kind::Function, function.range, shape);
    }

    /// A name that is bound to a value: to what another module has, or to something of its own.
    fn assign(&mut self, target: &Expr, value: Option<&Expr>, whole: TextRange) {
        if let Expr::Tuple(tuple) = target {
            tuple
                .elts
                .iter()
                .for_each(|target| self.assign(target, None, whole));
            return;
        }
        let Expr::Name(name) = target else {
            return;
        };
        let unit = self.reader.unit;
        let is_dunder = name.id.starts_with("__") && name.id.ends_with("__");
        if is_dunder {
            return;
        }
        let chain = value
            .filter(|value| matches!(value, Expr::Name(_) | Expr::Attribute(_)))
            .and_then(|value| unit.scopes.chain_at(value.start().to_u32()))
            .filter(|chain| Some(chain.range()) == value.map(Ranged::range));
        let alias = chain.and_then(|chain| {
            let imported = unit.meanings(chain).into_iter().next();
            let path = match imported {
                Some((_, path)) => path,
                None => self.reader.own_path(chain)?,
            };
            Some((path, chain.range()))
        });
        match alias {
            Some((target, at)) => self.facts.imports.push(Import {
                name: Segment::new(name.id.as_str()),
                target,
                how: How::Assignment,
                seen: self.reader.seen(name.id.as_str(), false),
                range: range(at),
            }),
            None => {
                let shape = self.reader.shape(whole, FxHashSet::default(), &[]);
                self.define(name.range, Kind::Value, whole, shape);
            }
        }
    }
}

impl<'s> Visitor<'s> for Body<'_, '_, '_> {
    fn visit_stmt(&mut self, statement: &'s Stmt) {
        match statement {
            Stmt::ClassDef(class) => self.class(class),
            Stmt::FunctionDef(function) => self.function(function),
            Stmt::Assign(assign) => {
                for target in &assign.targets {
                    self.assign(target, Some(&assign.value), assign.range);
                }
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    self.assign(&assign.target, Some(value), assign.range);
                }
            }
            Stmt::TypeAlias(alias) => {
                let shape = self.reader.shape(alias.range, FxHashSet::default(), &[]);
                self.define(alias.name.range(), Kind::TypeAlias, alias.range, shape);
            }
            other => walk_stmt(self, other),
        }
    }

    fn visit_expr(&mut self, _: &'s Expr) {}
}

/// The names that a class has: its methods, what its body assigns, and what `self` gets.
#[derive(Default)]
struct Members<'s> {
    names: FxHashSet<&'s str>,
    docs: Vec<TextRange>,
}

impl<'s> Visitor<'s> for Members<'s> {
    fn visit_stmt(&mut self, statement: &'s Stmt) {
        match statement {
            Stmt::FunctionDef(function) => {
                self.names.insert(function.name.as_str());
                self.docs.extend(doc_of(&function.body));
                let mut own = OwnAttributes(&mut self.names);
                own.visit_body(&function.body);
            }
            Stmt::ClassDef(class) => {
                self.names.insert(class.name.as_str());
            }
            Stmt::Assign(assign) => {
                let names = assign.targets.iter().filter_map(Expr::as_name_expr);
                self.names.extend(names.map(|name| name.id.as_str()));
            }
            Stmt::AnnAssign(assign) => {
                let name = assign.target.as_name_expr();
                self.names.extend(name.map(|name| name.id.as_str()));
            }
            other => walk_stmt(self, other),
        }
    }

    fn visit_expr(&mut self, _: &'s Expr) {}
}

/// What code assigns to attributes of `self`.
struct OwnAttributes<'m, 's>(&'m mut FxHashSet<&'s str>);

impl<'s> Visitor<'s> for OwnAttributes<'_, 's> {
    fn visit_stmt(&mut self, statement: &'s Stmt) {
        let mut add = |target: &'s Expr| {
            if let Expr::Attribute(attribute) = target
                && matches!(&*attribute.value, Expr::Name(name) if name.id.as_str() == "self")
            {
                self.0.insert(attribute.attr.as_str());
            }
        };
        match statement {
            Stmt::Assign(assign) => assign.targets.iter().for_each(add),
            Stmt::AnnAssign(assign) => add(&assign.target),
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {}
            other => walk_stmt(self, other),
        }
    }

    fn visit_expr(&mut self, _: &'s Expr) {}
}

fn parameters(all: &Parameters) -> impl Iterator<Item = &str> {
    all.iter().map(|parameter| parameter.name().as_str())
}

/// The docstring of a body.
fn doc_of(body: &[Stmt]) -> impl Iterator<Item = TextRange> {
    let first = body.first().filter(|statement| {
        matches!(statement, Stmt::Expr(it) if matches!(*it.value, Expr::StringLiteral(_)))
    });
    first.map(Ranged::range).into_iter()
}

/// Whether a statement only imports, names and tells: what a module consists of that hands on what others have.
fn is_about_names(statement: &Stmt) -> bool {
    let all = |body: &[Stmt]| body.iter().all(is_about_names);
    match statement {
        Stmt::Import(_) | Stmt::ImportFrom(_) | Stmt::Pass(_) => true,
        Stmt::Expr(it) => match &*it.value {
            Expr::StringLiteral(_) | Expr::EllipsisLiteral(_) => true,
            // `warnings.warn(...)`, `__all__.extend(...)`.
            Expr::Call(call) => match &*call.func {
                Expr::Attribute(function) => {
                    let of = function.value.as_name_expr();
                    let of = of.map(|name| name.id.as_str());
                    of == Some("warnings") || of == Some("__all__")
                }
                Expr::Name(name) => name.id.as_str() == "warn",
                _ => false,
            },
            _ => false,
        },
        // What it assigns is a definition, or another name of something.
        Stmt::Assign(_) | Stmt::AnnAssign(_) | Stmt::AugAssign(_) => true,
        Stmt::If(it) => {
            all(&it.body) && it.elif_else_clauses.iter().all(|clause| all(&clause.body))
        }
        Stmt::Try(it) => {
            let handlers = it.handlers.iter().all(|handler| {
                let handler = handler.as_except_handler();
                handler.is_some_and(|handler| all(&handler.body))
            });
            all(&it.body) && handlers && all(&it.orelse) && all(&it.finalbody)
        }
        _ => false,
    }
}

fn range(range: TextRange) -> Range<u32> {
    range.start().to_u32()..range.end().to_u32()
}
