//! The import statements of a text that run while its module is imported, from its tree alone.
//!
//! Left out is what runs later or never then: bodies of functions, blocks for type checkers, `if __name__ == "__main__"`,
//! `if False`, lazy imports. Deliberately absent: calls that import (`import_module`), and what a name means.

use ruff_python_ast::visitor::{Visitor, walk_stmt};
use ruff_python_ast::{BoolOp, CmpOp, Expr, ModModule, Number, Stmt, StmtIf, UnaryOp};
use ruff_text_size::{Ranged, TextSize};

use crate::path::Segment;

/// What one clause of a statement imports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Loaded {
    /// `import a.b`.
    Module(Vec<Segment>),
    /// `from ..a import b`.
    From {
        /// The dots.
        level: u32,
        /// What follows them.
        module: Vec<Segment>,
        /// The name; `None` for a star.
        name: Option<Segment>,
    },
}

/// A clause that runs while the module is imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Running {
    /// Where its statement starts.
    pub(super) at: TextSize,
    /// What it imports.
    pub(super) loaded: Loaded,
}

/// The clauses of a module, in source order.
pub(super) fn of(module: &ModModule) -> Vec<Running> {
    let mut finder = Finder {
        checking: Vec::new(),
        found: Vec::new(),
    };
    finder.visit_body(&module.body);
    finder.found
}

struct Finder<'a> {
    /// Other names of `TYPE_CHECKING`.
    checking: Vec<&'a str>,
    found: Vec<Running>,
}

impl<'a> Finder<'a> {
    fn add(&mut self, at: TextSize, loaded: Loaded) {
        self.found.push(Running { at, loaded });
    }

    /// The arms of which the condition may hold while the module is imported.
    fn choice(&mut self, choice: &'a StmtIf) {
        let mut outcome = self.outcome(&choice.test);
        if outcome != Some(false) {
            self.visit_body(&choice.body);
        }
        for clause in &choice.elif_else_clauses {
            if outcome == Some(true) {
                return;
            }
            outcome = match &clause.test {
                Some(test) => self.outcome(test),
                None => Some(true),
            };
            if outcome != Some(false) {
                self.visit_body(&clause.body);
            }
        }
    }

    /// How a condition turns out while the module is imported, if that is known.
    fn outcome(&self, test: &Expr) -> Option<bool> {
        match test {
            Expr::Name(name) => {
                let name = name.id.as_str();
                (name == CHECKING || self.checking.contains(&name)).then_some(false)
            }
            Expr::Attribute(attribute) => (attribute.attr.as_str() == CHECKING).then_some(false),
            Expr::BooleanLiteral(literal) => Some(literal.value),
            Expr::NumberLiteral(literal) => match &literal.value {
                Number::Int(int) => int.as_u8().map(|value| value != 0),
                _ => None,
            },
            Expr::UnaryOp(not) if not.op == UnaryOp::Not => {
                self.outcome(&not.operand).map(|outcome| !outcome)
            }
            Expr::BoolOp(it) => {
                let decisive = it.op == BoolOp::Or;
                let outcomes = || it.values.iter().map(|value| self.outcome(value));
                if outcomes().any(|outcome| outcome == Some(decisive)) {
                    return Some(decisive);
                }
                outcomes()
                    .all(|outcome| outcome == Some(!decisive))
                    .then_some(!decisive)
            }
            Expr::Compare(it) => {
                let sides = [&*it.left].into_iter().chain(&it.comparators);
                let is_main = |side: &Expr| matches!(side, Expr::StringLiteral(text) if text.value.to_str() == "__main__");
                let is_own = |side: &Expr| matches!(side, Expr::Name(name) if name.id.as_str() == "__name__");
                let compares = sides.clone().any(is_main) && sides.clone().any(is_own);
                match (&*it.ops, compares) {
                    ([CmpOp::Eq], true) => Some(false),
                    ([CmpOp::NotEq], true) => Some(true),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

/// What is true for type checkers only.
const CHECKING: &str = "TYPE_CHECKING";

impl<'a> Visitor<'a> for Finder<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        let at = statement.range().start();
        match statement {
            Stmt::Import(import) if !import.is_lazy => {
                for clause in &import.names {
                    self.add(at, Loaded::Module(dotted(&clause.name)));
                }
            }
            Stmt::ImportFrom(import) if !import.is_lazy => {
                for clause in &import.names {
                    if clause.name.as_str() == CHECKING {
                        self.checking.extend(clause.asname.as_deref());
                    }
                    let written = import.module.as_deref();
                    let loaded = Loaded::From {
                        level: import.level,
                        module: written.map_or_else(Vec::new, dotted),
                        name: (&clause.name != "*").then(|| Segment::new(&clause.name)),
                    };
                    self.add(at, loaded);
                }
            }
            Stmt::If(choice) => self.choice(choice),
            Stmt::FunctionDef(_) => {}
            other => walk_stmt(self, other),
        }
    }

    /// No expression holds a statement.
    fn visit_expr(&mut self, _: &'a Expr) {}
}

fn dotted(name: &str) -> Vec<Segment> {
    name.split('.').map(Segment::new).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::python::parse::{self, SourceKind};

    fn names(text: &str) -> Vec<String> {
        let parsed = parse::module(text, SourceKind::Module).expect("valid");
        let show = |running: Running| match running.loaded {
            Loaded::Module(path) => path.join("."),
            Loaded::From {
                level,
                module,
                name,
            } => format!(
                "{}{}:{}",
                ".".repeat(level as usize),
                module.join("."),
                name.as_deref().unwrap_or("*")
            ),
        };
        of(parsed.syntax()).into_iter().map(show).collect()
    }

    #[test]
    fn blocks_classes_and_arms_run() {
        let text = "\
import a.b, c as d
from .x import y, z as w
from .. import *
class C:
    import in_class
try:
    import tried
except ImportError:
    import otherwise
if cond:
    import one
elif other:
    import two
else:
    import three
with x: import in_with
for _ in x:
    while y:
        match z:
            case 1: import in_case
";
        let all = "a.b c .x:y .x:z ..:* in_class tried otherwise one two three in_with in_case";
        assert_eq!(names(text).join(" "), all);
    }

    #[test]
    fn what_runs_later_or_never_does_not() {
        let text = "\
from typing import TYPE_CHECKING as TC
import typing as t
def f():
    import in_function
async def g():
    import in_async
class C:
    def m(self):
        import in_method
if TC: import a
if t.TYPE_CHECKING and x:
    import b
else:
    import yes_b
if not TYPE_CHECKING: import yes_c
else: import c
if __name__ == '__main__': import d
if '__main__' != __name__: import yes_d
else: import dd
if False: import e
if 0: import f
if x:
    import yes_x
elif True:
    import yes_true
else:
    import never
if TYPE_CHECKING or x: import yes_or
";
        let all = "typing:TYPE_CHECKING typing yes_b yes_c yes_d yes_x yes_true yes_or";
        assert_eq!(names(text).join(" "), all);
    }
}
