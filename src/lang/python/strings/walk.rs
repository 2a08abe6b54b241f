//! One walk over the tree: every expression that may hold a path in a string, nothing decided.

use ruff_python_ast::visitor::source_order::{self, SourceOrderVisitor};
use ruff_python_ast::{
    Expr, ExprCall, ExprCompare, ExprList, ExprSubscript, ExprTuple, ModModule, Parameter, Stmt,
    StmtClassDef, WithItem,
};
use ruff_text_size::{Ranged, TextRange};
use rustc_hash::{FxHashMap, FxHashSet};

/// A variable that is assigned to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Assigned<'a> {
    pub(super) target: &'a Expr,
    pub(super) value: &'a Expr,
    /// In the module's own code, not in a class or function.
    pub(super) in_module: bool,
}

/// A string, and the comparisons, entries and lists around it.
#[derive(Clone, Debug)]
pub(super) struct Literal<'a> {
    pub(super) expr: &'a Expr,
    pub(super) groups: Vec<u32>,
}

/// What was seen, each in source order.
#[derive(Debug, Default)]
pub(super) struct Seen<'a> {
    pub(super) calls: Vec<&'a ExprCall>,
    pub(super) subscripts: Vec<&'a ExprSubscript>,
    pub(super) compares: Vec<&'a ExprCompare>,
    pub(super) assigned: Vec<Assigned<'a>>,
    pub(super) literals: Vec<Literal<'a>>,
    /// What is bound to the name that starts here, by `=`, `:=` or `with`.
    pub(super) values: FxHashMap<u32, &'a Expr>,
    /// Values that one statement binds to one name and to nothing else, and where that name starts.
    pub(super) held: Vec<(&'a Expr, u32)>,
    /// What is assigned to a subscript.
    pub(super) stores: FxHashMap<TextRange, &'a Expr>,
    /// The annotation of the parameter whose name starts here.
    pub(super) annotations: FxHashMap<u32, &'a Expr>,
    /// What stands after `-m` in an argument list of Python.
    pub(super) run: Vec<&'a Expr>,
    /// The outermost attribute of each chain that starts at a call or subscript, by that.
    pub(super) attributes: FxHashMap<TextRange, &'a Expr>,
    /// Expressions whose value nobody uses.
    pub(super) discarded: FxHashSet<TextRange>,
    /// Definitions of classes.
    pub(super) classes: Vec<&'a StmtClassDef>,
    /// Values of keywords, and at keys that are plain strings, with the name.
    pub(super) keyed: Vec<(&'a str, &'a Expr)>,
    /// Bodies of `__getattr__` of the module.
    pub(super) getattrs: Vec<TextRange>,
    groups: Vec<u32>,
    next_group: u32,
    depth: u32,
}

/// Walks a module.
pub(super) fn seen(module: &ModModule) -> Seen<'_> {
    let mut seen = Seen::default();
    seen.suite(&module.body);
    seen
}

impl<'a> Seen<'a> {
    /// Statements of which the first may be documentation.
    fn suite(&mut self, body: &'a [Stmt]) {
        let documented = body.first().is_some_and(is_text);
        for stmt in &body[usize::from(documented)..] {
            self.visit_stmt(stmt);
        }
    }

    fn inner(&mut self, body: &'a [Stmt]) {
        self.depth += 1;
        self.suite(body);
        self.depth -= 1;
    }

    fn grouped(&mut self, walk: impl FnOnce(&mut Self)) {
        self.groups.push(self.next_group);
        self.next_group += 1;
        walk(self);
        self.groups.pop();
    }

    fn assigned(&mut self, target: &'a Expr, value: &'a Expr) {
        match target {
            Expr::Name(name) => {
                self.values.insert(name.range.start().to_u32(), value);
            }
            Expr::Subscript(subscript) => {
                self.stores.insert(subscript.range, value);
            }
            _ => {}
        }
        let in_module = self.depth == 0;
        self.assigned.push(Assigned {
            target,
            value,
            in_module,
        });
    }

    fn holds(&mut self, target: &Expr, value: &'a Expr) {
        if let Expr::Name(name) = target
            && matches!(
                value,
                Expr::Name(_) | Expr::Attribute(_) | Expr::Call(_) | Expr::Subscript(_)
            )
        {
            self.held.push((value, name.range.start().to_u32()));
        }
    }

    fn call(&mut self, call: &'a ExprCall) {
        self.calls.push(call);
        for keyword in &call.arguments.keywords {
            if let Some(name) = &keyword.arg {
                self.keyed.push((name.as_str(), &keyword.value));
            }
        }
        self.visit_expr(&call.func);
        // Arguments that are strings stand together; what is deeper inside does not.
        let group = self.next_group;
        self.next_group += 1;
        let keywords = call.arguments.keywords.iter().map(|keyword| &keyword.value);
        let mut values: Vec<&Expr> = call.arguments.args.iter().chain(keywords).collect();
        values.sort_by_key(|value| value.range().start());
        for value in values {
            let is_direct = value.is_string_literal_expr();
            if is_direct {
                self.groups.push(group);
            }
            self.visit_expr(value);
            if is_direct {
                self.groups.pop();
            }
        }
    }
}

/// What follows Python and `-m` among arguments of a program: `[sys.executable, "-m", "old.gone"]`.
fn run_module(arguments: &[Expr]) -> Option<&Expr> {
    let is_python = |expr: &Expr| match expr {
        Expr::StringLiteral(literal) => literal.value.to_str().contains("python"),
        Expr::Attribute(attribute) => attribute.attr.as_str() == "executable",
        _ => false,
    };
    let is_option = |expr: &Expr| matches!(expr, Expr::StringLiteral(literal) if literal.value.to_str() == "-m");
    let at = arguments.iter().position(is_option)?;
    let starts = arguments[..at].iter().any(is_python);
    arguments.get(at + 1).filter(|_| starts)
}

fn is_text(stmt: &Stmt) -> bool {
    matches!(stmt, Stmt::Expr(stmt) if stmt.value.is_string_literal_expr())
}

impl<'a> SourceOrderVisitor<'a> for Seen<'a> {
    fn visit_parameter(&mut self, parameter: &'a Parameter) {
        if let Some(annotation) = &parameter.annotation {
            let start = parameter.name.range.start().to_u32();
            self.annotations.insert(start, annotation);
        }
        source_order::walk_parameter(self, parameter);
    }

    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(function) => {
                if self.depth == 0 && function.name.as_str() == "__getattr__" {
                    self.getattrs.push(function.range);
                }
                for decorator in &function.decorator_list {
                    self.visit_decorator(decorator);
                }
                self.visit_parameters(&function.parameters);
                if let Some(returns) = &function.returns {
                    self.visit_annotation(returns);
                }
                self.inner(&function.body);
                return;
            }
            Stmt::ClassDef(class) => {
                self.classes.push(class);
                for decorator in &class.decorator_list {
                    self.visit_decorator(decorator);
                }
                if let Some(arguments) = &class.arguments {
                    self.visit_arguments(arguments);
                }
                self.inner(&class.body);
                return;
            }
            Stmt::Assign(assign) => {
                if let [target] = &*assign.targets {
                    self.holds(target, &assign.value);
                }
                for target in &assign.targets {
                    self.assigned(target, &assign.value);
                }
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    self.holds(&assign.target, value);
                    self.assigned(&assign.target, value);
                }
            }
            Stmt::AugAssign(assign) => {
                let in_module = self.depth == 0;
                self.assigned.push(Assigned {
                    target: &assign.target,
                    value: &assign.value,
                    in_module,
                });
            }
            Stmt::Expr(stmt) => {
                self.discarded.insert(stmt.value.range());
            }
            _ => {}
        }
        source_order::walk_stmt(self, stmt);
    }

    fn visit_with_item(&mut self, item: &'a WithItem) {
        if let Some(Expr::Name(name)) = item.optional_vars.as_deref() {
            let start = name.range.start().to_u32();
            self.values.insert(start, &item.context_expr);
        }
        source_order::walk_with_item(self, item);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Call(call) => return self.call(call),
            Expr::StringLiteral(_) | Expr::FString(_) => {
                let groups = self.groups.clone();
                self.literals.push(Literal { expr, groups });
            }
            Expr::Subscript(subscript) => self.subscripts.push(subscript),
            Expr::Named(named) => {
                if let Expr::Name(name) = &*named.target {
                    self.values
                        .insert(name.range.start().to_u32(), &named.value);
                }
            }
            Expr::Attribute(attribute) => {
                let mut base = &*attribute.value;
                while let Expr::Attribute(inner) = base {
                    base = &inner.value;
                }
                if matches!(base, Expr::Call(_) | Expr::Subscript(_)) {
                    self.attributes.entry(base.range()).or_insert(expr);
                }
                // Between the two there are names only, and there may be thousands of them.
                return self.visit_expr(base);
            }
            Expr::Compare(compare) => {
                self.compares.push(compare);
                return self.grouped(|walk| source_order::walk_expr(walk, expr));
            }
            Expr::List(_) | Expr::Tuple(_) | Expr::Set(_) => {
                if let Expr::List(ExprList { elts, .. }) | Expr::Tuple(ExprTuple { elts, .. }) =
                    expr
                {
                    self.run.extend(run_module(elts));
                }
                return self.grouped(|walk| source_order::walk_expr(walk, expr));
            }
            Expr::Dict(dict) => {
                for item in &dict.items {
                    if let Some(Expr::StringLiteral(key)) = &item.key {
                        self.keyed.push((key.value.to_str(), &item.value));
                    }
                    self.grouped(|walk| {
                        if let Some(key) = &item.key {
                            walk.visit_expr(key);
                        }
                        walk.visit_expr(&item.value);
                    });
                }
                return;
            }
            _ => {}
        }
        source_order::walk_expr(self, expr);
    }
}
