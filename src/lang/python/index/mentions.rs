//! Paths in a unit besides its import statements: chains, strings, objects with an attribute's name in
//! a string.
//!
//! Too many is allowed, too few is not: any string that reads as a path counts as one, and any call of an object and
//! a string as one that takes the attribute.

use ruff_python_ast::visitor::{
    Visitor, walk_comprehension, walk_expr, walk_parameters, walk_stmt,
};
use ruff_python_ast::{
    Comprehension, Expr, ExprCall, ExprStringLiteral, ExprSubscript, Parameters, Stmt,
};
use ruff_text_size::{Ranged, TextRange, TextSize};
use rustc_hash::{FxHashMap, FxHashSet};

use super::reading::{Wanted, clause_paths};
use crate::lang::python::scopes::{BindingId, BindingKind, Bindings, Context, ScopeId};
use crate::lang::python::unit::{Unit, binds_root, bytes};
use crate::path::{PYTHON, Segment};

/// Functions that give the module of the name that they are given.
pub(in crate::lang::python) const IMPORTERS: [&str; 5] = [
    "import_module",
    "importorskip",
    "__import__",
    "resolve_name",
    "load_module",
];

/// Functions that replace what they are given the name of (`unittest.mock`, pytest's `monkeypatch` and
/// `mocker`, builtins).
pub(in crate::lang::python) const REPLACERS: [&str; 10] = [
    "patch", "object", "multiple", "dict", "setattr", "delattr", "setitem", "delitem", "spy",
    "stub",
];

/// Longer strings are no paths.
const LONGEST: usize = 1000;

/// A path, where it stands, and whether what it names may be replaced there.
pub(super) type Found = (Vec<Segment>, usize, bool);

/// Every path of a unit that may hold a wanted name.
pub(super) fn of(unit: &Unit<'_>, wanted: &Wanted) -> Vec<Found> {
    let mut paths = Paths {
        unit,
        wanted,
        by_hand: FxHashMap::default(),
        replaced: FxHashSet::default(),
        found: Vec::new(),
    };
    paths.modules_by_hand();
    for chain in &unit.scopes.chains {
        let names: Vec<Segment> = chain.names().cloned().collect();
        let reach = &chain.reach;
        let at = bytes(chain.range()).start;
        let mut all = meant(unit, &reach.bindings, &reach.stars, &names);
        for binding in &reach.bindings {
            let by_hand = paths.by_hand.get(binding).into_iter().flatten();
            all.extend(by_hand.map(|path| [path, &names[1..]].concat()));
        }
        let writes = chain.context != Context::Load;
        paths
            .found
            .extend(all.into_iter().map(|path| (path, at, writes)));
    }
    paths.visit_body(&unit.module.body);
    paths.found
}

/// What names may mean of which the first is reached by these bindings.
fn meant(
    unit: &Unit<'_>,
    bindings: &Bindings,
    stars: &Bindings,
    names: &[Segment],
) -> Vec<Vec<Segment>> {
    let mut paths = Vec::new();
    for &binding in bindings {
        let BindingKind::Import(import, clause) = unit.scopes.binding(binding).kind else {
            continue;
        };
        let statement = unit.scopes.import(import);
        let roots = match binds_root(statement, clause as usize) {
            true => vec![names[..1].to_vec()],
            false => clause_paths(unit, import, clause as usize),
        };
        paths.extend(roots.iter().map(|root| [root, &names[1..]].concat()));
    }
    for &binding in stars {
        if let BindingKind::Star(import) = unit.scopes.binding(binding).kind {
            let modules = clause_paths(unit, import, 0);
            paths.extend(modules.iter().map(|module| [module, names].concat()));
        }
    }
    paths
}

struct Paths<'u, 'a> {
    unit: &'u Unit<'a>,
    wanted: &'u Wanted,
    /// What names stand for that are assigned a module.
    by_hand: FxHashMap<BindingId, Vec<Vec<Segment>>>,
    /// Where strings start whose object is replaced.
    replaced: FxHashSet<TextSize>,
    found: Vec<Found>,
}

impl Paths<'_, '_> {
    fn literal(&mut self, literal: &ExprStringLiteral) {
        let text = literal.value.to_str();
        if text.len() > LONGEST {
            return;
        }
        let at = literal.range().start();
        for line in text.lines() {
            // An entry point is `name = module:object [extras]`.
            let path = line.rsplit('=').next().unwrap_or_default();
            let path = path.split('[').next().unwrap_or_default().trim();
            let Some(names) = names(path) else { continue };
            if !names.iter().any(|name| self.wanted.names.contains(name)) {
                continue;
            }
            // A quoted annotation speaks of the file's own names.
            let scope = self.unit.scopes.scope_of_string(at.to_u32());
            let reach = self
                .unit
                .scopes
                .lookup(scope.unwrap_or(ScopeId(0)), &names[0]);
            for path in meant(self.unit, &reach.bindings, &reach.stars, &names) {
                self.found.push((path, at.to_usize(), false));
            }
            let is_replaced = self.replaced.contains(&at);
            self.found.push((names, at.to_usize(), is_replaced));
        }
    }

    /// What the object of an expression may be: a chain, or a module that is looked up by a string.
    fn objects(&self, object: &Expr) -> Vec<Vec<Segment>> {
        match object {
            Expr::Name(name) => self.chain(name.range()),
            Expr::Attribute(attribute) => {
                let mut path = self.objects(&attribute.value);
                for path in &mut path {
                    path.push(Segment::new(&attribute.attr));
                }
                path
            }
            Expr::Call(call) => call.arguments.args.first().map_or_else(Vec::new, |first| {
                let calls = |names: &[&str]| self.is_called(&call.func, names);
                match string(first).and_then(names) {
                    // `__import__("a.b")` gives `a`.
                    Some(path) if calls(&IMPORTERS) => vec![path[..1].to_vec(), path],
                    None if calls(&["vars"]) => self.objects(first),
                    _ => Vec::new(),
                }
            }),
            Expr::Named(named) => self.objects(&named.value),
            Expr::Subscript(subscript) if self.is_called(&subscript.value, &["modules"]) => {
                let path = string(&subscript.slice).and_then(names);
                path.into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    /// Whether an expression is one of these functions, by its written or its imported name.
    fn is_called(&self, function: &Expr, names: &[&str]) -> bool {
        let is_one = |name: &str| names.contains(&name);
        match function {
            Expr::Attribute(attribute) => is_one(&attribute.attr),
            Expr::Name(name) if is_one(&name.id) => true,
            Expr::Name(name) => {
                let meant = self.chain(name.range());
                meant
                    .iter()
                    .any(|path| path.last().is_some_and(|last| is_one(last)))
            }
            _ => false,
        }
    }

    /// Finds `m = import_module("lib")`, `m = lib`, `for m in (lib, other)`, `def f(m=lib)` and the like.
    fn modules_by_hand(&mut self) {
        let mut assigned = Assigned::default();
        assigned.visit_body(&self.unit.module.body);
        for (number, binding) in self.unit.scopes.bindings.iter().enumerate() {
            let start = binding.range.start();
            let Some(values) = assigned.values.get(&start) else {
                continue;
            };
            let paths: Vec<Vec<Segment>> = values
                .iter()
                .flat_map(|value| self.objects(value))
                .collect();
            let holds = matches!(
                binding.kind,
                BindingKind::Assignment
                    | BindingKind::Walrus
                    | BindingKind::Target
                    | BindingKind::Parameter
            );
            if holds && !paths.is_empty() {
                self.by_hand.insert(BindingId(number as u32), paths);
            }
        }
    }

    /// What the first name of the chain at a place may mean.
    fn chain(&self, range: TextRange) -> Vec<Vec<Segment>> {
        let Some(chain) = self.unit.scopes.chain_at(range.start().to_u32()) else {
            return Vec::new();
        };
        let head = [chain.parts[0].name.clone()];
        let mut paths = meant(self.unit, &chain.reach.bindings, &chain.reach.stars, &head);
        for binding in &chain.reach.bindings {
            paths.extend(self.by_hand.get(binding).into_iter().flatten().cloned());
        }
        paths
    }

    /// Adds an attribute of an object.
    fn attribute(&mut self, object: &Expr, name: &str, at: usize, writes: bool) {
        if !PYTHON.is_name(name) {
            return;
        }
        for mut path in self.objects(object) {
            path.push(Segment::new(name));
            self.found.push((path, at, writes));
        }
    }

    /// `patch.object(mod, "Name")`, `getattr(mod, "Name")`, `patch.multiple(mod, Name=...)` and whatever looks like it.
    fn call(&mut self, call: &ExprCall) {
        let called = match &*call.func {
            Expr::Name(name) => name.id.as_str(),
            Expr::Attribute(attribute) => attribute.attr.as_str(),
            _ => "",
        };
        let writes = REPLACERS.contains(&called);
        let given = call.arguments.args.iter();
        let named = call.arguments.keywords.iter();
        let all: Vec<&Expr> = given
            .chain(named.clone().map(|keyword| &keyword.value))
            .collect();
        if writes {
            let starts = all.iter().map(|given| given.range().start());
            self.replaced.extend(starts);
        }
        for object in &all {
            if !matches!(object, Expr::Name(_) | Expr::Attribute(_) | Expr::Call(_)) {
                continue;
            }
            for attribute in &all {
                if let Some(name) = string(attribute) {
                    self.attribute(object, name, attribute.range().start().to_usize(), writes);
                }
            }
        }
        let Some(first) = all.first().filter(|_| called == "multiple") else {
            return;
        };
        for name in named.filter_map(|keyword| keyword.arg.as_ref()) {
            let at = name.range().start().to_usize();
            match string(first).and_then(names) {
                Some(mut path) => {
                    path.push(Segment::new(name));
                    self.found.push((path, at, true));
                }
                None => self.attribute(first, name, at, true),
            }
        }
    }

    /// `mod.__dict__["Name"]`, `vars(mod)["Name"]`.
    fn subscript(&mut self, subscript: &ExprSubscript) {
        let Some(name) = string(&subscript.slice) else {
            return;
        };
        let at = subscript.slice.range().start().to_usize();
        match &*subscript.value {
            Expr::Attribute(dict) if dict.attr.as_str() == "__dict__" => {
                self.attribute(&dict.value, name, at, true);
            }
            Expr::Call(_) => self.attribute(&subscript.value, name, at, true),
            _ => {}
        }
    }
}

impl<'a> Visitor<'a> for Paths<'_, '_> {
    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::StringLiteral(literal) => self.literal(literal),
            Expr::Call(call) => self.call(call),
            Expr::Subscript(subscript) => self.subscript(subscript),
            // `import_module("mod").Name`: what starts at a name is a chain.
            Expr::Attribute(attribute) if !starts_at_name(&attribute.value) => {
                let at = attribute.attr.range().start().to_usize();
                let writes = attribute.ctx.is_store() || attribute.ctx.is_del();
                self.attribute(&attribute.value, &attribute.attr, at, writes);
            }
            _ => {}
        }
        walk_expr(self, expression);
    }
}

/// Values that names are bound to, by the starts of the names: assigned, given by `for x in (a, b)`, defaults.
#[derive(Default)]
struct Assigned<'a> {
    values: FxHashMap<TextSize, Vec<&'a Expr>>,
}

impl<'a> Assigned<'a> {
    fn bind(&mut self, target: &'a Expr, value: &'a Expr) {
        match target {
            Expr::Name(name) => self
                .values
                .entry(name.range.start())
                .or_default()
                .push(value),
            Expr::Tuple(_) | Expr::List(_) => {
                let (targets, values) = (items(target), items(value));
                let is_starred = |items: &[Expr]| items.iter().any(Expr::is_starred_expr);
                if targets.len() == values.len() && !is_starred(targets) && !is_starred(values) {
                    for (target, value) in targets.iter().zip(values) {
                        self.bind(target, value);
                    }
                }
            }
            _ => {}
        }
    }

    fn iterate(&mut self, target: &'a Expr, over: &'a Expr) {
        for value in items(over) {
            self.bind(target, value);
        }
    }
}

/// What a tuple, list or set is written as.
fn items(expression: &Expr) -> &[Expr] {
    match expression {
        Expr::Tuple(tuple) => &tuple.elts,
        Expr::List(list) => &list.elts,
        Expr::Set(set) => &set.elts,
        _ => &[],
    }
}

impl<'a> Visitor<'a> for Assigned<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Assign(assign) => {
                for target in &assign.targets {
                    self.bind(target, &assign.value);
                }
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    self.bind(&assign.target, value);
                }
            }
            Stmt::For(walked) => self.iterate(&walked.target, &walked.iter),
            _ => {}
        }
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Named(named) = expression {
            self.bind(&named.target, &named.value);
        }
        walk_expr(self, expression);
    }

    fn visit_comprehension(&mut self, comprehension: &'a Comprehension) {
        self.iterate(&comprehension.target, &comprehension.iter);
        walk_comprehension(self, comprehension);
    }

    fn visit_parameters(&mut self, parameters: &'a Parameters) {
        for parameter in parameters.iter_non_variadic_params() {
            if let Some(default) = &parameter.default {
                let start = parameter.parameter.name.range.start();
                self.values.entry(start).or_default().push(default);
            }
        }
        walk_parameters(self, parameters);
    }
}

fn starts_at_name(expression: &Expr) -> bool {
    match expression {
        Expr::Name(_) => true,
        Expr::Attribute(attribute) => starts_at_name(&attribute.value),
        _ => false,
    }
}

fn string(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::StringLiteral(literal) => Some(literal.value.to_str()),
        _ => None,
    }
}

/// The names of a path as strings write it: dots, and perhaps a colon before the object.
fn names(text: &str) -> Option<Vec<Segment>> {
    let names: Vec<Segment> = text.split(['.', ':']).map(Segment::new).collect();
    let all = names.iter().all(|name| PYTHON.is_name(name));
    (all && text.bytes().filter(|byte| *byte == b':').count() < 2).then_some(names)
}
