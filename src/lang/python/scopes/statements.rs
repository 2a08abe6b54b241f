//! Statements, but for definitions, imports and those with `case`.

use ruff_python_ast::visitor::{Visitor, walk_stmt};
use ruff_python_ast::{
    ExceptHandler, Expr, Stmt, StmtAnnAssign, StmtAugAssign, StmtFor, StmtIf, StmtTry, StmtWhile,
    StmtWith,
};
use ruff_text_size::TextRange;

use super::builder::Builder;
use super::flow::{Delta, Jump};
use super::{BindingKind, BlockKind, Context, ScopeKind};

/// Context managers that are known to end an exception, by the last name of the call.
const SUPPRESSES: &str = "suppress";

/// Those that are known to let every exception pass.
const LETS_PASS: &[&str] = &[
    "open",
    "catch_warnings",
    "closing",
    "nullcontext",
    "redirect_stdout",
    "redirect_stderr",
    "NamedTemporaryFile",
    "TemporaryDirectory",
];

impl Builder<'_> {
    /// Walks a statement, the so manieth of its block.
    pub(super) fn statement(&mut self, statement: &Stmt) {
        match statement {
            Stmt::FunctionDef(function) => self.function(function),
            Stmt::ClassDef(class) => self.class(class),
            Stmt::TypeAlias(alias) => self.type_alias(alias),
            Stmt::Import(import) => self.import(import),
            Stmt::ImportFrom(import) => self.import_from(import),
            Stmt::If(statement) => self.if_statement(statement),
            Stmt::For(statement) => self.for_loop(statement),
            Stmt::While(statement) => self.while_loop(statement),
            Stmt::With(statement) => self.with(statement),
            Stmt::Match(statement) => self.match_statement(statement),
            Stmt::Try(statement) => self.try_statement(statement),
            _ => self.simple_statement(statement),
        }
    }

    fn simple_statement(&mut self, statement: &Stmt) {
        match statement {
            Stmt::Expr(statement) => self.expression(&statement.value),
            Stmt::Assign(statement) => {
                self.expression(&statement.value);
                for target in &statement.targets {
                    self.target(target, BindingKind::Assignment);
                }
            }
            Stmt::AugAssign(statement) => self.augmented(statement),
            Stmt::AnnAssign(statement) => self.annotated(statement),
            Stmt::Delete(statement) => {
                for target in &statement.targets {
                    self.target(target, BindingKind::Deletion);
                }
            }
            Stmt::Return(statement) => {
                self.expressions(statement.value.as_deref());
                self.flow.leave();
            }
            Stmt::Raise(statement) => {
                self.expressions(statement.exc.as_deref());
                self.expressions(statement.cause.as_deref());
                self.flow.leave();
            }
            Stmt::Assert(statement) => {
                let mark = self.flow.mark();
                let (holds, fails) = self.condition(&statement.test, mark);
                let dead = self.flow.is_dead();
                self.flow.apply(&fails);
                self.expressions(statement.msg.as_deref());
                self.flow.back(mark, dead);
                self.flow.apply(&holds);
            }
            Stmt::Global(statement) => {
                for name in &statement.names {
                    let key = self.name(name.as_str());
                    let globals = &mut self.scopes.scopes[self.scope.index()].globals;
                    globals.entry(key).or_default().push(name.range);
                }
            }
            Stmt::Nonlocal(statement) => {
                for name in &statement.names {
                    let key = self.name(name.as_str());
                    let nonlocals = &mut self.scopes.scopes[self.scope.index()].nonlocals;
                    nonlocals.entry(key).or_default().push(name.range);
                }
            }
            Stmt::Break(_) => self.flow.jump(Jump::Break),
            Stmt::Continue(_) => self.flow.jump(Jump::Continue),
            _ => {}
        }
    }

    /// `a += 1` reads and binds; `a.b += 1` is one chain that is assigned to.
    fn augmented(&mut self, statement: &StmtAugAssign) {
        let Expr::Name(name) = statement.target.as_ref() else {
            self.target(&statement.target, BindingKind::Assignment);
            self.expression(&statement.value);
            return;
        };
        self.read_name(name, Context::Load);
        self.expression(&statement.value);
        self.bind_name(name.id.as_str(), name.range, BindingKind::Assignment);
    }

    fn annotated(&mut self, statement: &StmtAnnAssign) {
        self.expressions(statement.value.as_deref());
        match statement.target.as_ref() {
            // `(a): int` declares nothing.
            Expr::Name(_) if statement.value.is_none() && !statement.simple => {}
            Expr::Name(_) if statement.value.is_none() => {
                self.target(&statement.target, BindingKind::Annotation);
            }
            target => self.target(target, BindingKind::Assignment),
        }
        self.annotation(&statement.annotation);
    }

    /// What is annotated may be evaluated at once, later, or never.
    pub(super) fn annotation(&mut self, annotation: &Expr) {
        self.lazily(|builder| builder.expression(annotation));
    }

    fn if_statement(&mut self, statement: &StmtIf) {
        let (mark, dead) = (self.flow.mark(), self.flow.is_dead());
        let (holds, mut fails) = self.condition(&statement.test, mark);
        self.flow.apply(&holds);
        self.suite(BlockKind::If(0), &statement.body, statement.range);
        let mut ways = vec![self.flow.take(mark, dead)];
        let mut has_else = false;
        for (number, clause) in (1..).zip(&statement.elif_else_clauses) {
            self.flow.apply(&fails);
            if let Some(test) = &clause.test {
                let holds;
                (holds, fails) = self.condition(test, mark);
                self.flow.apply(&holds);
            } else {
                has_else = true;
            }
            self.suite(BlockKind::If(number), &clause.body, statement.range);
            ways.push(self.flow.take(mark, dead));
        }
        if !has_else {
            ways.push(fails);
        }
        self.flow.meet(&ways);
    }

    fn for_loop(&mut self, statement: &StmtFor) {
        self.expression(&statement.iter);
        self.expect_stars(&statement.body);
        let (mark, dead) = (self.flow.mark(), self.flow.is_dead());
        self.flow.begin_loop();
        self.target(&statement.target, BindingKind::Target);
        self.suite(BlockKind::Loop, &statement.body, statement.range);
        self.flow.repeat();
        self.flow.back(mark, dead);
        let mut ways = self.flow.breaks();
        self.flow.end_loop();
        self.loop_else(&statement.orelse, statement.range);
        ways.push(self.flow.take(mark, dead));
        self.flow.meet(&ways);
    }

    fn while_loop(&mut self, statement: &StmtWhile) {
        self.expect_stars(&statement.body);
        let (mark, dead) = (self.flow.mark(), self.flow.is_dead());
        self.flow.begin_loop();
        let (holds, mut fails) = self.condition(&statement.test, mark);
        self.flow.apply(&holds);
        self.suite(BlockKind::Loop, &statement.body, statement.range);
        self.flow.repeat();
        self.flow.back(mark, dead);
        let mut ways = self.flow.breaks();
        fails.dead |= is_always_true(&statement.test);
        self.flow.apply(&fails);
        self.flow.end_loop();
        self.loop_else(&statement.orelse, statement.range);
        ways.push(self.flow.take(mark, dead));
        self.flow.meet(&ways);
    }

    /// A star import in a loop of the module may bring what is read before it, in the turns after the first.
    fn expect_stars(&mut self, body: &[Stmt]) {
        let is_module = self.scopes.scope(self.scope).kind == ScopeKind::Module;
        // The loops in it are looked through with the outermost one.
        if is_module && !self.flow.is_in_loop() && has_star(body) {
            self.flow.expect_stars(self.scope);
        }
    }

    fn loop_else(&mut self, body: &[Stmt], statement: TextRange) {
        if !body.is_empty() {
            self.suite(BlockKind::LoopElse, body, statement);
        }
    }

    /// Any manager may end an exception, but few do: only a body that never ends normally, or a
    /// known manager, is taken to be left from anywhere. Where ways are what is asked for, every manager is that is
    /// not known.
    fn with(&mut self, statement: &StmtWith) {
        let mut suppresses = false;
        let mut is_known = false;
        let mut lets_pass = true;
        for item in &statement.items {
            self.expression(&item.context_expr);
            if let Some(target) = &item.optional_vars {
                self.target(target, BindingKind::Target);
            }
            let name = name_of_call(&item.context_expr);
            lets_pass &= name.is_some_and(|name| LETS_PASS.contains(&name));
            if let Some(name) = name {
                suppresses |= name == SUPPRESSES;
                is_known |= name == "raises" || name.starts_with("assertRaises");
            }
        }
        let (mark, dead) = (self.flow.mark(), self.flow.is_dead());
        let written = self.flow.written();
        let kind = BlockKind::With { suppresses };
        self.suite(kind, &statement.body, statement.range);
        let may_end = self.recording.is_some() && !lets_pass;
        if suppresses || is_known || may_end || self.flow.is_dead() {
            let normal = self.flow.take(mark, dead);
            let left = self.flow.after_any(written..self.flow.written());
            self.flow.meet(&[normal, left]);
        }
    }

    fn try_statement(&mut self, statement: &StmtTry) {
        let (mark, dead) = (self.flow.mark(), self.flow.is_dead());
        let from = self.flow.written();
        let has_finally = !statement.finalbody.is_empty();
        if has_finally {
            self.flow.begin_finally();
        }
        self.suite(BlockKind::Try, &statement.body, statement.range);
        let body = self.flow.take(mark, dead);
        let mut ways = self.handlers(statement, from);
        self.flow.apply(&body);
        if !statement.orelse.is_empty() {
            self.suite(BlockKind::TryElse, &statement.orelse, statement.range);
        }
        ways.push(self.flow.take(mark, dead));
        self.flow.meet(&ways);
        if has_finally {
            let normal = self.flow.take(mark, dead);
            let writes = from..self.flow.written();
            let waiting = self.flow.enter_finally(&normal, writes);
            let head = self.flow.mark();
            self.suite(BlockKind::Finally, &statement.finalbody, statement.range);
            let last = self.flow.seen_from(head);
            self.flow.back(mark, dead);
            self.flow.end_finally(&normal, waiting, &last);
        }
    }

    /// Each handler may be entered from anywhere in the body, whose writes begin at `from`; one of
    /// `except*` after another one.
    fn handlers(&mut self, statement: &StmtTry, from: usize) -> Vec<Delta> {
        let (mark, dead) = (self.flow.mark(), self.flow.is_dead());
        let mut thrown = self.flow.after_any(from..self.flow.written());
        let mut ways = Vec::new();
        for (number, handler) in (0..).zip(&statement.handlers) {
            let ExceptHandler::ExceptHandler(handler) = handler;
            self.flow.apply(&thrown);
            self.expressions(handler.type_.as_deref());
            let variable = handler.name.as_ref().map(|name| {
                self.bind(name, BindingKind::Except);
                let name = self.name(name.as_str());
                self.flow.variable(self.scope, &name)
            });
            if let Some(variable) = variable {
                self.flow.begin_handler(variable);
            }
            self.suite(BlockKind::Except(number), &handler.body, statement.range);
            if let Some(variable) = variable {
                self.flow.end_handler(variable);
            }
            ways.push(self.flow.take(mark, dead));
            if statement.is_star {
                thrown = self.flow.after_any(from..self.flow.written());
            }
        }
        ways
    }

    /// Walks what is assigned to, or deleted.
    pub(super) fn target(&mut self, target: &Expr, kind: BindingKind) {
        match target {
            Expr::Name(name) => {
                self.bind_name(name.id.as_str(), name.range, kind);
            }
            Expr::Starred(starred) => self.target(&starred.value, kind),
            Expr::List(list) => list.elts.iter().for_each(|one| self.target(one, kind)),
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|one| self.target(one, kind)),
            other => self.expression(other),
        }
    }
}

/// Whether there is a star import among statements, or in suites of theirs that run as part of them.
fn has_star(body: &[Stmt]) -> bool {
    let mut stars = Stars(false);
    stars.visit_body(body);
    stars.0
}

struct Stars(bool);

impl<'a> Visitor<'a> for Stars {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::ImportFrom(import) => self.0 |= import.names.iter().any(|name| &name.name == "*"),
            // No star is allowed in these.
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {}
            _ => walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, _: &'a Expr) {}
}

/// `while True`, `while 1`.
fn is_always_true(test: &Expr) -> bool {
    match test {
        Expr::BooleanLiteral(literal) => literal.value,
        Expr::NumberLiteral(literal) => match &literal.value {
            ruff_python_ast::Number::Int(int) => int.as_u64() != Some(0),
            _ => false,
        },
        _ => false,
    }
}

/// The last name of what is called.
fn name_of_call(expression: &Expr) -> Option<&str> {
    match expression.as_call_expr()?.func.as_ref() {
        Expr::Name(name) => Some(name.id.as_str()),
        Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
        _ => None,
    }
}
