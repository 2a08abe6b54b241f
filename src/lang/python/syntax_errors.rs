//! What makes a module invalid although it parses: a late `from __future__`, `return` outside of a function,
//! a name that is used before it is declared `global`.
//!
//! CPython's compiler finds these after its parser. The checks are those of the parser's crate, with one of
//! its own for what an import binds; the context that they ask for is kept here, during one walk.

use std::cell::RefCell;

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{
    Comprehension, Expr, ModModule, Parameters, PythonVersion, Stmt, StmtFunctionDef,
};
use ruff_python_parser::semantic_errors::{
    LazyImportContext, SemanticSyntaxChecker, SemanticSyntaxContext, SemanticSyntaxError,
    SemanticSyntaxErrorKind,
};
use ruff_text_size::{Ranged, TextRange};
use rustc_hash::{FxHashMap, FxHashSet};

use super::parse::SourceKind;

/// Each error of a module as a sentence, in the order in which they are found. Empty if it is valid.
pub(super) fn errors(module: &ModModule, text: &str, kind: SourceKind) -> Vec<String> {
    let mut walker = Walker {
        checker: SemanticSyntaxChecker::new(),
        context: Context {
            text,
            kind,
            future_annotations: has_future_annotations(module),
            frames: vec![Frame::new(Scope::Module, &module.body)],
            errors: RefCell::default(),
        },
    };
    walker.visit_body(&module.body);
    walker.context.errors.into_inner()
}

fn has_future_annotations(module: &ModModule) -> bool {
    module.body.iter().any(|statement| match statement {
        Stmt::ImportFrom(import) => {
            import.module.as_deref() == Some("__future__")
                && import.names.iter().any(|name| &name.name == "annotations")
        }
        _ => false,
    })
}

/// What the code of a scope is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    Module,
    Class,
    Function { is_async: bool },
    Lambda,
    Comprehension { is_async: bool },
    Generator,
}

/// A scope that the walk is in.
struct Frame {
    scope: Scope,
    /// Names declared `global` in it, with the first place.
    globals: FxHashMap<String, TextRange>,
    /// Names of parameters.
    parameters: FxHashSet<String>,
    /// Loops around, within the scope.
    loops: usize,
    /// `try` statements around, within the scope.
    tries: usize,
}

impl Frame {
    fn new(scope: Scope, body: &[Stmt]) -> Self {
        let mut globals = Globals::default();
        globals.visit_body(body);
        Self {
            scope,
            globals: globals.names,
            parameters: FxHashSet::default(),
            loops: 0,
            tries: 0,
        }
    }

    fn is_function(&self) -> bool {
        matches!(self.scope, Scope::Function { .. } | Scope::Lambda)
    }
}

/// The `global` statements of one scope.
#[derive(Default)]
struct Globals {
    names: FxHashMap<String, TextRange>,
}

impl<'a> Visitor<'a> for Globals {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Global(global) => {
                for name in &global.names {
                    let range = global.range;
                    self.names.entry(name.to_string()).or_insert(range);
                }
            }
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {}
            other => walk_stmt(self, other),
        }
    }

    fn visit_expr(&mut self, _: &'a Expr) {}
}

/// What the checks ask for.
struct Context<'a> {
    text: &'a str,
    kind: SourceKind,
    future_annotations: bool,
    /// The module first.
    frames: Vec<Frame>,
    errors: RefCell<Vec<String>>,
}

impl Context<'_> {
    fn frame(&self) -> Option<&Frame> {
        self.frames.last()
    }

    /// The frames from inside, up to the first that is none of comprehensions and generators.
    fn closest(&self, passes: impl Fn(Scope) -> bool) -> Option<Scope> {
        let mut scopes = self.frames.iter().rev().map(|frame| frame.scope);
        scopes.find(|scope| !passes(*scope))
    }
}

fn is_comprehension(scope: Scope) -> bool {
    matches!(scope, Scope::Comprehension { .. } | Scope::Generator)
}

impl SemanticSyntaxContext for Context<'_> {
    fn future_annotations_or_stub(&self) -> bool {
        self.future_annotations || self.kind == SourceKind::Stub
    }

    fn lazy_import_context(&self) -> Option<LazyImportContext> {
        let frame = self.frames.iter().rev().find(|frame| {
            frame.tries > 0 || matches!(frame.scope, Scope::Function { .. } | Scope::Class)
        })?;
        match frame.scope {
            Scope::Function { .. } => Some(LazyImportContext::Function),
            Scope::Class => Some(LazyImportContext::Class),
            _ => Some(LazyImportContext::TryExceptBlocks),
        }
    }

    /// No file fails for its version.
    fn python_version(&self) -> PythonVersion {
        PythonVersion::latest()
    }

    fn source(&self) -> &str {
        self.text
    }

    fn global(&self, name: &str) -> Option<TextRange> {
        self.frame()?.globals.get(name).copied()
    }

    /// Imports in functions around are not moved from one scope to another, so that this cannot become wrong.
    fn has_nonlocal_binding(&self, _: &str) -> bool {
        true
    }

    fn in_async_context(&self) -> bool {
        self.closest(is_comprehension) == Some(Scope::Function { is_async: true })
    }

    fn in_await_allowed_context(&self) -> bool {
        matches!(
            self.closest(is_comprehension),
            Some(Scope::Function { .. } | Scope::Lambda)
        )
    }

    fn in_yield_allowed_context(&self) -> bool {
        self.frame().is_some_and(Frame::is_function)
    }

    fn in_sync_comprehension(&self) -> bool {
        let inner = self.frames.iter().rev();
        inner
            .take_while(|frame| is_comprehension(frame.scope))
            .any(|frame| frame.scope == Scope::Comprehension { is_async: false })
    }

    fn in_class_body_comprehension(&self) -> bool {
        self.closest(is_comprehension) == Some(Scope::Class)
    }

    fn in_module_scope(&self) -> bool {
        self.frame()
            .is_some_and(|frame| frame.scope == Scope::Module)
    }

    fn in_function_scope(&self) -> bool {
        self.frame().is_some_and(Frame::is_function)
    }

    fn in_generator_context(&self) -> bool {
        self.frame()
            .is_some_and(|frame| frame.scope == Scope::Generator)
    }

    fn in_notebook(&self) -> bool {
        self.kind == SourceKind::Cells
    }

    fn report_semantic_error(&self, error: SemanticSyntaxError) {
        // Without the module, which a rewrite changes: what was wrong before is wrong after.
        let message = match error.kind {
            SemanticSyntaxErrorKind::NonModuleImportStar(_) => {
                "a star import is only allowed at module level".to_owned()
            }
            _ => error.to_string(),
        };
        self.errors.borrow_mut().push(message);
    }

    fn in_loop_context(&self) -> bool {
        self.frame().is_some_and(|frame| frame.loops > 0)
    }

    fn is_bound_parameter(&self, name: &str) -> bool {
        self.frame()
            .is_some_and(|frame| frame.parameters.contains(name))
    }
}

/// The walk.
struct Walker<'a> {
    checker: SemanticSyntaxChecker,
    context: Context<'a>,
}

impl<'a> Walker<'a> {
    fn within(&mut self, frame: Frame, walk: impl FnOnce(&mut Self)) {
        self.context.frames.push(frame);
        walk(self);
        self.context.frames.pop();
    }

    /// Walks something that the innermost frame counts.
    fn counted(&mut self, count: fn(&mut Frame) -> &mut usize, walk: impl FnOnce(&mut Self)) {
        if let Some(frame) = self.context.frames.last_mut() {
            *count(frame) += 1;
        }
        walk(self);
        if let Some(frame) = self.context.frames.last_mut() {
            *count(frame) -= 1;
        }
    }

    /// "name 'x' is assigned to before global declaration", which the checker says of names alone.
    fn bound_by_import(&mut self, statement: &Stmt) {
        let names = match statement {
            Stmt::Import(import) => &import.names,
            Stmt::ImportFrom(import) => &import.names,
            _ => return,
        };
        for alias in names {
            let bound = match &alias.asname {
                Some(name) => name.as_str(),
                None => alias.name.split('.').next().unwrap_or_default(),
            };
            let declared = self.context.global(bound);
            if declared.is_some_and(|declared| declared.start() > statement.start()) {
                self.context.errors.borrow_mut().push(format!(
                    "name `{bound}` is bound before its global declaration"
                ));
            }
        }
    }

    fn function(&mut self, function: &'a StmtFunctionDef) {
        for decorator in &function.decorator_list {
            self.visit_decorator(decorator);
        }
        if let Some(parameters) = &function.type_params {
            self.visit_type_params(parameters);
        }
        self.visit_parameters(&function.parameters);
        if let Some(returns) = &function.returns {
            self.visit_annotation(returns);
        }
        let is_async = function.is_async;
        let mut frame = Frame::new(Scope::Function { is_async }, &function.body);
        frame.parameters = names_of(&function.parameters);
        self.within(frame, |walker| walker.visit_body(&function.body));
    }

    /// The first iterable is evaluated outside.
    fn comprehension(
        &mut self,
        generators: &'a [Comprehension],
        scope: Scope,
        results: &[&'a Expr],
    ) {
        if let Some(first) = generators.first() {
            self.visit_expr(&first.iter);
        }
        self.within(Frame::new(scope, &[]), |walker| {
            for (at, generator) in generators.iter().enumerate() {
                walker.visit_expr(&generator.target);
                if at > 0 {
                    walker.visit_expr(&generator.iter);
                }
                for condition in &generator.ifs {
                    walker.visit_expr(condition);
                }
            }
            for result in results {
                walker.visit_expr(result);
            }
        });
    }
}

fn names_of(parameters: &Parameters) -> FxHashSet<String> {
    parameters
        .iter()
        .map(|parameter| parameter.name().to_string())
        .collect()
}

impl<'a> Visitor<'a> for Walker<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        self.checker.visit_stmt(statement, &self.context);
        self.bound_by_import(statement);
        match statement {
            Stmt::FunctionDef(function) => self.function(function),
            Stmt::ClassDef(class) => {
                for decorator in &class.decorator_list {
                    self.visit_decorator(decorator);
                }
                if let Some(parameters) = &class.type_params {
                    self.visit_type_params(parameters);
                }
                if let Some(arguments) = &class.arguments {
                    self.visit_arguments(arguments);
                }
                let frame = Frame::new(Scope::Class, &class.body);
                self.within(frame, |walker| walker.visit_body(&class.body));
            }
            Stmt::For(block) => {
                self.visit_expr(&block.iter);
                self.visit_expr(&block.target);
                self.counted(
                    |frame| &mut frame.loops,
                    |walker| walker.visit_body(&block.body),
                );
                self.visit_body(&block.orelse);
            }
            Stmt::While(block) => {
                self.visit_expr(&block.test);
                self.counted(
                    |frame| &mut frame.loops,
                    |walker| walker.visit_body(&block.body),
                );
                self.visit_body(&block.orelse);
            }
            Stmt::Try(_) => {
                self.counted(
                    |frame| &mut frame.tries,
                    |walker| walk_stmt(walker, statement),
                );
            }
            _ => walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        self.checker.visit_expr(expression, &self.context);
        match expression {
            Expr::Lambda(lambda) => {
                if let Some(parameters) = &lambda.parameters {
                    self.visit_parameters(parameters);
                }
                let mut frame = Frame::new(Scope::Lambda, &[]);
                frame.parameters = lambda
                    .parameters
                    .as_deref()
                    .map(names_of)
                    .unwrap_or_default();
                self.within(frame, |walker| walker.visit_expr(&lambda.body));
            }
            Expr::ListComp(of) => {
                self.comprehension(&of.generators, plain(&of.generators), &[&of.elt]);
            }
            Expr::SetComp(of) => {
                self.comprehension(&of.generators, plain(&of.generators), &[&of.elt]);
            }
            Expr::DictComp(of) => {
                let results: Vec<&Expr> = of
                    .key
                    .as_deref()
                    .into_iter()
                    .chain(std::iter::once(of.value.as_ref()))
                    .collect();
                self.comprehension(&of.generators, plain(&of.generators), &results);
            }
            Expr::Generator(of) => {
                self.comprehension(&of.generators, Scope::Generator, &[&of.elt]);
            }
            _ => walk_expr(self, expression),
        }
    }
}

fn plain(generators: &[Comprehension]) -> Scope {
    Scope::Comprehension {
        is_async: generators.iter().any(|generator| generator.is_async),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn of(text: &str) -> Vec<String> {
        let parsed = super::super::parse::module(text, SourceKind::Module).expect("parses");
        errors(parsed.syntax(), text, SourceKind::Module)
    }

    #[test]
    fn what_a_rewrite_can_break_is_found() {
        for text in [
            "import a\nfrom __future__ import annotations\n",
            "def f():\n    from a import *\n",
            "class C:\n    from a import *\n",
            "def f():\n    import old.a\n    global old\n",
            "def f():\n    from a import old\n    global old\n",
            "def f():\n    old\n    global old\n",
            "return 1\n",
            "class C:\n    yield 1\n",
            "def f():\n    await a\n",
            "break\n",
            "for a in b:\n    def f():\n        continue\n",
        ] {
            assert_eq!(of(text).len(), 1, "{text}: {:?}", of(text));
        }
    }

    #[test]
    fn what_is_valid_has_no_error() {
        for text in [
            "'''doc'''\nfrom __future__ import annotations\nimport a\nfrom b import *\n",
            "def f():\n    global old\n    import old.a\n    old.b\n",
            "def f(a):\n    def g():\n        nonlocal a\n        a = 1\n    for b in a:\n        break\n",
            "async def f():\n    await a\n    return [await b async for c in d if await c]\n",
            "def f():\n    yield from a\n    return lambda: (yield)\n",
            "while a:\n    try:\n        continue\n    finally:\n        break\nelse:\n    b\n",
            "class C:\n    import a\n    x: int = 1\n    y = [b for b in c]\n",
            "async def f():\n    return (x async for x in y)\n",
            "def f[T](a: T, *b, **c) -> T:\n    match a:\n        case [x, *y]:\n            return x\n",
        ] {
            assert_eq!(of(text), [""; 0], "{text}");
        }
    }
}
