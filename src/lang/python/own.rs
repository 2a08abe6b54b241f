//! Which names of its own module a text reaches by the name of that module: `sys.modules[__name__].X`,
//! `patch(f"{__name__}.X")`, `import_module(__name__)`, `"from __main__ import X"` in a string.
//!
//! Too many is allowed, too few is not. What only labels things with `__name__` (a logger, a blueprint, the test for
//! `"__main__"`) reaches no name.

use ruff_python_ast::visitor::{Visitor, walk_expr};
use ruff_python_ast::{
    Arguments, Expr, ExprCall, ExprContext, ExprFString, FStringPart, InterpolatedStringElement,
    Operator,
};
use rustc_hash::FxHashSet;

use super::index::REPLACERS;
use super::scopes::{ImportId, ImportKind};
use super::unit::{Unit, binds_root};
use crate::path::Segment;

/// Functions that give a module of which they are told the name.
const IMPORTERS: &[&str] = &[
    "import_module",
    "__import__",
    "importorskip",
    "resolve_name",
];

/// Functions whose argument is a name for people, whatever follows in it.
const LABELS: &[&str] = &["getLogger", "get_logger", "getChild"];

/// Attributes that give all names of a module: of a frame, of a function.
const NAMESPACES: &[&str] = &["f_globals", "f_locals", "__globals__"];

/// The module that runs as a script.
const MAIN: &str = "__main__";

/// Names of its own module that a text reaches by the module's name.
#[derive(Debug, Default)]
pub(super) struct Own {
    /// It may be any.
    any: bool,
    names: FxHashSet<Segment>,
    /// Those of them that it puts something else in the place of, or in the place of what lies below.
    replaced: FxHashSet<Segment>,
}

impl Own {
    /// Of a text.
    pub(super) fn of(unit: &Unit<'_>) -> Self {
        let mut finder = Finder {
            modules: unit.modules.iter().map(|module| module.join(".")).collect(),
            own: Self::default(),
            is_replacing: false,
        };
        finder.modules.retain(|module| !module.is_empty());
        finder.visit_body(&unit.module.body);
        finder.imports(unit);
        finder.own
    }

    /// Whether the name may be reached.
    pub(super) fn reaches(&self, name: &Segment) -> bool {
        self.any || self.names.contains(name)
    }

    /// Whether the name, or what lies below it, is assigned to or patched by the module's name.
    pub(super) fn replaces(&self, name: &Segment) -> bool {
        self.replaced.contains(name)
    }
}

struct Finder {
    /// The names that the file has, dotted.
    modules: Vec<String>,
    own: Own,
    /// It is in what is assigned to, or in arguments of what patches.
    is_replacing: bool,
}

impl Finder {
    fn add(&mut self, name: &str) {
        if self.is_replacing {
            self.own.replaced.insert(Segment::new(name));
        }
        self.own.names.insert(Segment::new(name));
    }

    /// Every word of a text.
    fn words(&mut self, text: &str) {
        for word in text.split(|c: char| c != '_' && !c.is_alphanumeric()) {
            if !word.is_empty() {
                self.add(word);
            }
        }
    }

    /// Imports of this very module, and what is read from it.
    fn imports(&mut self, unit: &Unit<'_>) {
        let main = vec![Segment::new_static(MAIN)];
        let own: Vec<&Vec<Segment>> = unit.modules.iter().chain([&main]).collect();
        let mut is_bound = false;
        for (number, import) in unit.scopes.imports.iter().enumerate() {
            let id = ImportId(number as u32);
            let is_from = matches!(import.kind, ImportKind::From { .. });
            for (at, clause) in import.clauses.iter().enumerate() {
                let Some(path) = unit.clause_path(id, at) else {
                    continue;
                };
                let leads_here = own.iter().any(|own| {
                    let value = if binds_root(import, at) {
                        1
                    } else {
                        path.len()
                    };
                    !own.is_empty() && own.starts_with(&path[..value.min(path.len())])
                });
                is_bound |= leads_here;
                let star = clause.path.first().is_some_and(|name| name == "*");
                if is_from && let [module @ .., name] = path.as_slice() {
                    let from_here = own.iter().any(|own| own.as_slice() == module);
                    if from_here && !star {
                        self.own.names.insert(name.clone());
                    }
                }
                self.own.any |= star && own.contains(&&path);
            }
        }
        if !is_bound {
            return;
        }
        for chain in &unit.scopes.chains {
            for (_, path) in unit.meanings(chain) {
                for own in own.iter().filter(|own| path.starts_with(own)) {
                    match path.get(own.len()) {
                        Some(name) => {
                            self.own.names.insert(name.clone());
                        }
                        None => self.own.any = true,
                    }
                }
            }
        }
    }

    /// Whether an expression is the name of this module.
    fn is_name(&self, value: &Expr) -> bool {
        match value {
            Expr::Name(name) => name.id.as_str() == "__name__",
            // `sys.modules[cls.__module__]`: mostly the own one.
            Expr::Attribute(attribute) => {
                matches!(attribute.attr.as_str(), "__module__" | "__name__")
            }
            Expr::StringLiteral(literal) => {
                let text = literal.value.to_str();
                text == MAIN || self.modules.iter().any(|module| module == text)
            }
            _ => false,
        }
    }

    /// Whether an expression is this module.
    fn is_module(&self, value: &Expr) -> bool {
        match value {
            Expr::Subscript(it) => {
                it.ctx == ExprContext::Load
                    && last_name(&it.value) == Some("modules")
                    && self.is_name(&it.slice)
            }
            Expr::Call(call) => {
                let first = call.arguments.find_positional(0);
                let named = first.is_some_and(|first| self.is_name(first));
                match call.func.as_ref() {
                    Expr::Attribute(method) if last_name(&method.value) == Some("modules") => {
                        named && matches!(method.attr.as_str(), "get" | "__getitem__" | "pop")
                    }
                    function => {
                        let function = last_name(function).unwrap_or_default();
                        function == "getmodule" || named && IMPORTERS.contains(&function)
                    }
                }
            }
            _ => false,
        }
    }

    /// A call with this module, or its name, among the arguments; whether that is all that must be known of
    /// the arguments.
    fn call(&mut self, call: &ExprCall) -> bool {
        let function = last_name(&call.func).unwrap_or_default();
        if LABELS.contains(&function) {
            return true;
        }
        let Some(first) = call.arguments.find_positional(0) else {
            return false;
        };
        let is_module = self.is_module(first);
        if function == "multiple" && (is_module || self.is_name(first)) {
            let keywords = call.arguments.keywords.iter();
            let names: Vec<&str> = keywords
                .filter_map(|keyword| Some(keyword.arg.as_ref()?.as_str()))
                .collect();
            names.into_iter().for_each(|name| self.add(name));
            self.others(&call.arguments);
            return true;
        }
        // `getattr(module, "X")`, `patch.object(module, "X")`.
        if is_module && let Some(Expr::StringLiteral(name)) = call.arguments.find_positional(1) {
            self.add(name.value.to_str());
            self.others(&call.arguments);
            return true;
        }
        false
    }

    /// The arguments but the first.
    fn others(&mut self, arguments: &Arguments) {
        arguments
            .args
            .iter()
            .skip(1)
            .for_each(|it| self.visit_expr(it));
        arguments
            .keywords
            .iter()
            .for_each(|it| self.visit_expr(&it.value));
    }

    /// What follows the module's name in a text that is put together.
    fn continued(&mut self, rest: &str, is_open: bool) {
        let Some(rest) = rest.strip_prefix(['.', ':']) else {
            return;
        };
        let end = rest.find(|c: char| c != '_' && !c.is_alphanumeric());
        match end.unwrap_or(rest.len()) {
            0 => self.own.any |= rest.is_empty() && is_open,
            end => {
                self.own.any |= end == rest.len() && is_open;
                self.add(&rest[..end]);
            }
        }
    }

    fn f_string(&mut self, string: &ExprFString) {
        for part in &string.value {
            let FStringPart::FString(part) = part else {
                continue;
            };
            let mut elements = part.elements.iter().peekable();
            while let Some(element) = elements.next() {
                let InterpolatedStringElement::Interpolation(it) = element else {
                    continue;
                };
                if !matches!(&*it.expression, Expr::Name(name) if name.id.as_str() == "__name__") {
                    continue;
                }
                match elements.next_if(|next| next.is_literal()) {
                    Some(InterpolatedStringElement::Literal(literal)) => {
                        let is_open = elements.peek().is_some();
                        self.continued(&literal.value, is_open);
                    }
                    // Another literal stands beside this one, or the name is all.
                    _ => {
                        self.own.any |= elements.peek().is_some() || string.value.iter().count() > 1
                    }
                }
            }
        }
    }

    /// `__name__ + ".X"`, `"%s.X" % __name__`.
    fn operation(&mut self, left: &Expr, op: Operator, right: &Expr) {
        let is_own =
            |value: &Expr| matches!(value, Expr::Name(name) if name.id.as_str() == "__name__");
        match (op, left, right) {
            (Operator::Add, left, Expr::StringLiteral(rest)) if is_own(left) => {
                self.continued(rest.value.to_str(), true);
            }
            (Operator::Add, left, _) if is_own(left) => self.own.any = true,
            (Operator::Mod, Expr::StringLiteral(pattern), right) => {
                let named = match right {
                    Expr::Tuple(tuple) => tuple.elts.first().is_some_and(is_own),
                    other => is_own(other),
                };
                if named && let Some(rest) = pattern.value.to_str().strip_prefix("%s") {
                    self.pattern(rest, '%');
                }
            }
            _ => {}
        }
    }

    /// What follows the place of the module's name in a pattern, whose places start with `place`.
    fn pattern(&mut self, rest: &str, place: char) {
        let known = rest.find(place).map_or(rest, |at| &rest[..at]);
        self.continued(known, known.len() < rest.len());
    }

    /// `"{}.X".format(__name__)`, `".".join([__name__, "X"])`.
    fn string_method(&mut self, call: &ExprCall) {
        let Expr::Attribute(method) = call.func.as_ref() else {
            return;
        };
        let Expr::StringLiteral(pattern) = method.value.as_ref() else {
            return;
        };
        let is_own =
            |value: &Expr| matches!(value, Expr::Name(name) if name.id.as_str() == "__name__");
        let pattern = pattern.value.to_str();
        match method.attr.as_str() {
            "format" => {
                let arguments = call.arguments.iter_source_order();
                let named = arguments.into_iter().any(|it| is_own(it.value()));
                if named
                    && pattern.starts_with('{')
                    && let Some((_, rest)) = pattern.split_once('}')
                {
                    self.pattern(rest, '{');
                }
            }
            "join" => {
                let parts = match call.arguments.find_positional(0) {
                    Some(Expr::List(list)) => &list.elts,
                    Some(Expr::Tuple(tuple)) => &tuple.elts,
                    _ => return,
                };
                if let [first, second, ..] = parts.as_slice()
                    && is_own(first)
                {
                    match second {
                        Expr::StringLiteral(name) => self.words(name.value.to_str()),
                        _ => self.own.any = true,
                    }
                }
            }
            _ => {}
        }
    }

    /// A string that says the name of this module and more.
    fn literal(&mut self, text: &str) {
        if text.contains(MAIN) && text != MAIN {
            self.words(text);
        }
        for at in 0..self.modules.len() {
            let module = &self.modules[at];
            let rest = text.strip_prefix(module.as_str()).map(str::to_owned);
            if let Some(rest) = rest {
                self.continued(&rest, false);
            } else if text.contains(&format!("from {module} import")) {
                let text = text.to_owned();
                self.words(&text);
            }
        }
    }
}

impl<'a> Visitor<'a> for Finder {
    fn visit_expr(&mut self, expression: &'a Expr) {
        let outer = self.is_replacing;
        self.is_replacing |= replaces(expression);
        self.expression(expression);
        self.is_replacing = outer;
    }
}

impl Finder {
    fn expression(&mut self, expression: &Expr) {
        match expression {
            Expr::Attribute(attribute) if self.is_module(&attribute.value) => {
                self.own.any |= attribute.attr.as_str() == "__dict__";
                return self.add(attribute.attr.as_str());
            }
            Expr::Attribute(attribute) => {
                self.own.any |= NAMESPACES.contains(&attribute.attr.as_str());
            }
            Expr::Call(call) => {
                if self.call(call) {
                    return;
                }
                self.string_method(call);
            }
            Expr::BinOp(it) => self.operation(&it.left, it.op, &it.right),
            Expr::FString(string) => self.f_string(string),
            Expr::StringLiteral(literal) => self.literal(literal.value.to_str()),
            _ => {}
        }
        self.own.any |= self.is_module(expression);
        walk_expr(self, expression);
    }
}

/// Whether an expression puts something in the place of what is named in it.
fn replaces(expression: &Expr) -> bool {
    match expression {
        Expr::Attribute(attribute) => !attribute.ctx.is_load(),
        Expr::Call(call) => last_name(&call.func).is_some_and(|name| REPLACERS.contains(&name)),
        _ => false,
    }
}

/// The last name of `a.b.c`.
fn last_name(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::Name(name) => Some(name.id.as_str()),
        Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
        _ => None,
    }
}
