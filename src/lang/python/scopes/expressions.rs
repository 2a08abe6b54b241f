//! Expressions.

use ruff_python_ast::{
    Arguments, Expr, ExprContext, ExprLambda, ExprName, FStringPart, InterpolatedStringElement,
    InterpolatedStringElements,
};
use ruff_text_size::{Ranged, TextRange};

use super::builder::Builder;
use super::{BindingKind, Context, Part, ScopeKind};
use crate::path::Segment;

/// What makes names be used that are not written, where it is called without an object.
const LISTS: &[&str] = &["vars", "dir"];

impl Builder<'_> {
    /// Walks some expressions.
    pub(super) fn expressions<'e>(&mut self, some: impl IntoIterator<Item = &'e Expr>) {
        for expression in some {
            self.expression(expression);
        }
    }

    /// Walks an expression.
    ///
    /// What opens on the left (`a + b + c`, `a.b().c()`) is taken apart in a loop: the parser reads
    /// it so, and it may be deeper than any stack.
    pub(super) fn expression(&mut self, expression: &Expr) {
        let mut outer = Vec::new();
        let mut inner = expression;
        while let Some(left) = self.left_of(inner) {
            outer.push(inner);
            inner = left;
        }
        self.whole(inner);
        while let Some(one) = outer.pop() {
            self.rest_of(one);
        }
    }

    /// What is evaluated first, where the rest can be walked after it by itself.
    fn left_of<'e>(&self, expression: &'e Expr) -> Option<&'e Expr> {
        match expression {
            Expr::BinOp(it) => Some(&it.left),
            Expr::Call(it) => Some(&it.func),
            Expr::Subscript(it) => Some(&it.value),
            Expr::Attribute(_) => {
                Some(below_attributes(expression)).filter(|it| !it.is_name_expr())
            }
            _ => None,
        }
    }

    /// The rest of what has something on its left.
    fn rest_of(&mut self, expression: &Expr) {
        match expression {
            Expr::BinOp(it) => self.expression(&it.right),
            Expr::Call(it) => {
                if let Expr::Name(name) = it.func.as_ref() {
                    let name = name.id.as_str();
                    let lists = LISTS.contains(&name) && it.arguments.is_empty();
                    if lists || super::dynamic::LOOKS_UP.contains(&name) {
                        self.scopes.is_dynamic(self.scope, name);
                    }
                }
                self.arguments(&it.arguments);
            }
            Expr::Subscript(it) => self.expression(&it.slice),
            _ => {}
        }
    }

    fn whole(&mut self, expression: &Expr) {
        match expression {
            Expr::Name(name) => self.read_name(name, context(name.ctx)),
            Expr::Attribute(_) => self.chain(expression),
            Expr::BoolOp(_) => self.either_way(expression),
            Expr::UnaryOp(it) => self.expression(&it.operand),
            Expr::Named(it) => {
                self.expression(&it.value);
                self.walrus(&it.target);
            }
            Expr::Lambda(lambda) => self.lambda(lambda),
            Expr::If(ternary) => self.ternary(ternary),
            Expr::Compare(comparison) => self.comparison(comparison),
            Expr::ListComp(it) => self.comprehension(it.range, &it.generators, [it.elt.as_ref()]),
            Expr::SetComp(it) => self.comprehension(it.range, &it.generators, [it.elt.as_ref()]),
            Expr::DictComp(it) => {
                let parts = it.key.as_deref().into_iter().chain([it.value.as_ref()]);
                self.comprehension(it.range, &it.generators, parts);
            }
            Expr::Generator(it) => self.generator(it),
            Expr::Await(it) => self.expression(&it.value),
            Expr::Yield(it) => self.expressions(it.value.as_deref()),
            Expr::YieldFrom(it) => self.expression(&it.value),
            Expr::Starred(it) => self.expression(&it.value),
            _ => self.display(expression),
        }
    }

    fn display(&mut self, expression: &Expr) {
        match expression {
            Expr::Dict(it) => {
                for item in &it.items {
                    self.expressions(&item.key);
                    self.expression(&item.value);
                }
            }
            Expr::Set(it) => self.expressions(&it.elts),
            Expr::List(it) => self.expressions(&it.elts),
            Expr::Tuple(it) => self.expressions(&it.elts),
            Expr::Slice(it) => {
                self.expressions(it.lower.as_deref());
                self.expressions(it.upper.as_deref());
                self.expressions(it.step.as_deref());
            }
            _ => self.string(expression),
        }
    }

    fn string(&mut self, expression: &Expr) {
        match expression {
            Expr::StringLiteral(it) => {
                self.string_starts(it.range);
                for part in &it.value {
                    self.string_starts(part.range);
                }
            }
            Expr::FString(it) => {
                self.string_starts(it.range);
                for part in &it.value {
                    self.string_starts(part.range());
                    if let FStringPart::FString(part) = part {
                        self.interpolated(&part.elements);
                    }
                }
            }
            Expr::TString(it) => {
                self.string_starts(it.range);
                for part in &it.value {
                    self.string_starts(part.range);
                    self.interpolated(&part.elements);
                }
            }
            // Numbers, bytes, constants, IPython commands: no names.
            _ => {}
        }
    }

    fn interpolated(&mut self, elements: &InterpolatedStringElements) {
        for element in elements {
            if let InterpolatedStringElement::Interpolation(it) = element {
                self.expression(&it.expression);
                if let Some(format) = &it.format_spec {
                    self.interpolated(&format.elements);
                }
            }
        }
    }

    fn string_starts(&mut self, range: TextRange) {
        let start = range.start().to_u32();
        self.scopes.strings.push((start, self.scope));
    }

    /// Walks the arguments of a call or a class.
    pub(super) fn arguments(&mut self, arguments: &Arguments) {
        self.expressions(&arguments.args);
        for keyword in &arguments.keywords {
            self.expression(&keyword.value);
        }
    }

    /// Defaults are evaluated here, the body later.
    fn lambda(&mut self, lambda: &ExprLambda) {
        if let Some(parameters) = &lambda.parameters {
            self.defaults(parameters);
        }
        self.later(|builder| {
            builder.in_scope(ScopeKind::Lambda, lambda.range, |builder| {
                if let Some(parameters) = &lambda.parameters {
                    builder.parameters(parameters);
                }
                builder.expression(&lambda.body);
            });
        });
    }

    /// In a comprehension `:=` binds a name of the scope around (PEP 572).
    fn walrus(&mut self, target: &Expr) {
        if let Expr::Name(name) = target {
            let is_around = |kind| kind != ScopeKind::Comprehension;
            let scope = self
                .scopes
                .outward(self.scope)
                .find(|scope| is_around(self.scopes.scope(*scope).kind))
                .unwrap_or(self.scope);
            self.bind_in(scope, name.id.as_str(), name.range, BindingKind::Walrus);
        }
    }

    /// Reads a name by itself.
    pub(super) fn read_name(&mut self, name: &ExprName, context: Context) {
        let part = Part {
            name: Segment::new(name.id.as_str()),
            range: name.range,
        };
        self.read(vec![part], context);
    }

    /// Reads `a.b.c`.
    fn chain(&mut self, expression: &Expr) {
        let (Expr::Name(root), Expr::Attribute(last)) = (below_attributes(expression), expression)
        else {
            return;
        };
        let mut parts = Vec::new();
        let mut at = expression;
        while let Expr::Attribute(attribute) = at {
            parts.push(Part {
                name: Segment::new(attribute.attr.as_str()),
                // Where nothing can be edited all has the range of the string.
                range: if self.fixed {
                    root.range
                } else {
                    attribute.attr.range
                },
            });
            at = &attribute.value;
        }
        parts.push(Part {
            name: Segment::new(root.id.as_str()),
            range: root.range,
        });
        parts.reverse();
        self.read(parts, context(last.ctx));
    }
}

/// What the attributes are of.
fn below_attributes(expression: &Expr) -> &Expr {
    let mut at = expression;
    while let Expr::Attribute(attribute) = at {
        at = &attribute.value;
    }
    at
}

fn context(context: ExprContext) -> Context {
    match context {
        ExprContext::Load | ExprContext::Invalid => Context::Load,
        ExprContext::Store => Context::Store,
        ExprContext::Del => Context::Delete,
    }
}
