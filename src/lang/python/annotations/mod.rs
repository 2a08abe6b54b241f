//! Strings and comments that hold types: their names become chains like any other.
//!
//! Sources of the rules: PEP 484 ("Forward references", "Type comments"), PEP 586 (`Literal`), PEP 593
//! (`Annotated`), and the documentation of `typing`. Here is where a type may stand; `calls` says which
//! arguments are types, `names` what a callee is, `comments` finds `# type:`.
//!
//! Deliberately absent: whether a type makes sense. What is no expression is no type.

mod calls;
mod comments;
mod names;
#[cfg(test)]
mod tests;

use ruff_python_ast::relocate::relocate_expr;
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{
    Expr, ExprStringLiteral, ExprSubscript, Stmt, StmtAnnAssign, StmtClassDef, TypeParam,
};
use ruff_python_parser::{parse_expression, parse_string_annotation};
use ruff_text_size::Ranged;
use rustc_hash::FxHashSet;

use super::scopes::{BlockId, Quoted, ScopeId};
use super::unit::{Unit, bytes};

use names::Generic;

/// Adds the names of quoted types to the scopes of a text. A type that cannot be edited in place (escapes,
/// literals side by side) is added as fixed. Where a literal is a type is kept in [`Unit::types`]: it is no
/// string to anyone else.
pub(super) fn add(unit: &mut Unit<'_>) {
    let mut finder = Finder::new(unit);
    for statement in &unit.module.body {
        finder.visit_stmt(statement);
    }
    finder.comments();
    let Finder { found, strings, .. } = finder;
    unit.scopes.add_quoted(found.iter().map(|found| Quoted {
        expression: &found.expression,
        scope: found.scope,
        block: found.block,
        fixed: found.fixed,
    }));
    unit.types = strings;
    unit.quoted = found.iter().map(|found| found.expression.range()).collect();
    unit.quoted
        .sort_by_key(|range| (range.start(), std::cmp::Reverse(range.end())));
    unit.quoted
        .dedup_by(|inner, outer| outer.contains_range(*inner));
}

/// A type that stood in a string or a comment.
struct Found {
    expression: Expr,
    scope: ScopeId,
    block: BlockId,
    fixed: bool,
}

/// Where an expression stands.
#[derive(Clone, Copy)]
enum Place {
    /// In the tree of the text.
    Code,
    /// In a string or a comment.
    Quoted {
        scope: ScopeId,
        block: BlockId,
        /// See [`super::scopes::NameReference::fixed`].
        fixed: bool,
    },
}

struct Finder<'u, 'a> {
    unit: &'u Unit<'a>,
    /// Blocks by where they start.
    blocks: Vec<BlockId>,
    found: Vec<Found>,
    strings: FxHashSet<u32>,
}

impl<'u, 'a> Finder<'u, 'a> {
    fn new(unit: &'u Unit<'a>) -> Self {
        let count = unit.scopes.blocks.len() as u32;
        let mut blocks: Vec<BlockId> = (0..count).map(BlockId).collect();
        // Where two start at one place the outer one was made first, and the sort is stable.
        blocks.sort_by_key(|id| unit.scopes.block(*id).range.start());
        Self {
            unit,
            blocks,
            found: Vec::new(),
            strings: FxHashSet::default(),
        }
    }

    /// The innermost block around a byte.
    fn block_at(&self, at: u32) -> BlockId {
        let scopes = &self.unit.scopes;
        let after = self
            .blocks
            .partition_point(|id| scopes.block(*id).range.start().to_u32() <= at);
        let last = after.checked_sub(1).map(|index| self.blocks[index]);
        std::iter::successors(last, |id| scopes.block(*id).parent)
            .find(|id| at < scopes.block(*id).range.end().to_u32())
            .unwrap_or(BlockId(0))
    }

    /// Reads an expression as a type.
    fn types(&mut self, expression: &Expr, place: Place) {
        let mut at = expression;
        loop {
            match at {
                // Opens on the left, maybe deeper than any stack.
                Expr::BinOp(it) => {
                    self.types(&it.right, place);
                    at = &it.left;
                }
                Expr::Starred(it) => at = &it.value,
                Expr::StringLiteral(it) => return self.string(it, place),
                Expr::Subscript(it) => return self.arguments_of(it, place),
                Expr::Tuple(it) => return it.elts.iter().for_each(|it| self.types(it, place)),
                Expr::List(it) => return it.elts.iter().for_each(|it| self.types(it, place)),
                _ => return self.value(at, place),
            }
        }
    }

    /// What is no type: only in code may it hold types further in.
    fn value(&mut self, expression: &Expr, place: Place) {
        if matches!(place, Place::Code) {
            self.visit_expr(expression);
        }
    }

    /// A generic type and what stands in its brackets.
    fn arguments_of(&mut self, subscript: &ExprSubscript, place: Place) {
        self.value(&subscript.value, place);
        match self.generic(&subscript.value, place) {
            Some(Generic::Literal) => {}
            Some(Generic::Annotated) => match subscript.slice.as_ref() {
                Expr::Tuple(slice) => {
                    for (index, item) in slice.elts.iter().enumerate() {
                        match index {
                            0 => self.types(item, place),
                            _ => self.value(item, place),
                        }
                    }
                }
                only => self.types(only, place),
            },
            Some(Generic::Type) | None => self.types(&subscript.slice, place),
        }
    }

    /// A string that is a type, if it is an expression at all.
    fn string(&mut self, literal: &ExprStringLiteral, place: Place) {
        let start = literal.start().to_u32();
        let (scope, block, fixed) = match place {
            Place::Quoted {
                scope,
                block,
                fixed,
            } => (scope, block, fixed),
            Place::Code => match self.unit.scopes.scope_of_string(start) {
                Some(scope) => (scope, self.block_at(start), false),
                None => return,
            },
        };
        let plain = literal.as_single_part_string().filter(|part| {
            !fixed && self.unit.text.get(bytes(part.content_range())) == Some(part.as_str())
        });
        let parsed = match plain {
            Some(part) => parse_string_annotation(self.unit.text, part),
            None => parse_expression(literal.value.to_str()),
        };
        let Ok(parsed) = parsed else { return };
        let mut expression = parsed.into_expr();
        if plain.is_none() {
            relocate_expr(&mut expression, literal.range);
        }
        self.strings.insert(start);
        self.quoted(expression, scope, block, plain.is_none());
    }

    /// Keeps a type that was quoted, and reads what is quoted in it.
    fn quoted(&mut self, expression: Expr, scope: ScopeId, block: BlockId, fixed: bool) {
        let place = Place::Quoted {
            scope,
            block,
            fixed,
        };
        self.types(&expression, place);
        self.found.push(Found {
            expression,
            scope,
            block,
            fixed,
        });
    }

    fn class(&mut self, class: &StmtClassDef) {
        for decorator in &class.decorator_list {
            self.visit_decorator(decorator);
        }
        if let Some(params) = &class.type_params {
            self.visit_type_params(params);
        }
        for base in class.bases() {
            match base {
                Expr::Subscript(base) => self.arguments_of(base, Place::Code),
                other => self.visit_expr(other),
            }
        }
        for keyword in class.keywords() {
            self.visit_expr(&keyword.value);
        }
        self.visit_body(&class.body);
    }

    fn annotated(&mut self, statement: &StmtAnnAssign) {
        self.visit_expr(&statement.target);
        self.types(&statement.annotation, Place::Code);
        let Some(value) = &statement.value else {
            return;
        };
        if self.is_of_typing(&statement.annotation, "TypeAlias") {
            self.types(value, Place::Code);
        } else {
            self.visit_expr(value);
        }
    }
}

impl<'e> Visitor<'e> for Finder<'_, '_> {
    fn visit_stmt(&mut self, statement: &'e Stmt) {
        match statement {
            Stmt::ClassDef(class) => self.class(class),
            Stmt::AnnAssign(statement) => self.annotated(statement),
            Stmt::TypeAlias(alias) => {
                if let Some(params) = &alias.type_params {
                    self.visit_type_params(params);
                }
                self.types(&alias.value, Place::Code);
            }
            _ => walk_stmt(self, statement),
        }
    }

    fn visit_annotation(&mut self, annotation: &'e Expr) {
        self.types(annotation, Place::Code);
    }

    fn visit_type_param(&mut self, param: &'e TypeParam) {
        let (bound, default) = match param {
            TypeParam::TypeVar(it) => (it.bound.as_deref(), it.default.as_deref()),
            TypeParam::TypeVarTuple(it) => (None, it.default.as_deref()),
            TypeParam::ParamSpec(it) => (None, it.default.as_deref()),
        };
        for held in bound.into_iter().chain(default) {
            self.types(held, Place::Code);
        }
    }

    /// What opens on the left is taken apart in a loop, as the parser reads it.
    fn visit_expr(&mut self, expression: &'e Expr) {
        let mut at = expression;
        loop {
            at = match at {
                Expr::BinOp(it) => {
                    self.visit_expr(&it.right);
                    &it.left
                }
                Expr::Attribute(it) => &it.value,
                Expr::Call(it) => {
                    self.call(it);
                    &it.func
                }
                Expr::Subscript(it) if self.generic(&it.value, Place::Code).is_some() => {
                    return self.arguments_of(it, Place::Code);
                }
                Expr::Subscript(it) => {
                    self.visit_expr(&it.slice);
                    &it.value
                }
                _ => return walk_expr(self, at),
            };
        }
    }
}
