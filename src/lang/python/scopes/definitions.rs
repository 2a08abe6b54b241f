//! Functions, classes and type aliases, with their type parameters.

use ruff_python_ast::{
    Decorator, Parameters, StmtClassDef, StmtFunctionDef, StmtTypeAlias, TypeParam, TypeParams,
};
use ruff_python_trivia::SimpleTokenizer;
use ruff_text_size::{Ranged, TextRange};

use super::builder::Builder;
use super::{BindingKind, BlockKind, ScopeKind};
use crate::path::Segment;

impl Builder<'_> {
    /// Decorators and defaults are evaluated here, annotations where the type parameters are seen.
    pub(super) fn function(&mut self, function: &StmtFunctionDef) {
        self.decorators(&function.decorator_list);
        self.defaults(&function.parameters);
        let range = self.without_decorators(function.range, &function.decorator_list);
        let type_params = function.type_params.as_deref();
        self.with_type_params(type_params, range, |builder| {
            for parameter in function.parameters.iter_source_order() {
                if let Some(annotation) = parameter.annotation() {
                    builder.annotation(annotation);
                }
            }
            if let Some(returns) = function.returns.as_deref() {
                builder.annotation(returns);
            }
            builder.later(|builder| {
                builder.in_scope(ScopeKind::Function, range, |builder| {
                    builder.parameters(&function.parameters);
                    builder.suite(BlockKind::Function, &function.body, function.range);
                });
            });
        });
        self.bind(&function.name, BindingKind::Function);
    }

    /// Binds the parameters in the scope at hand.
    pub(super) fn parameters(&mut self, parameters: &Parameters) {
        for parameter in parameters.iter_source_order() {
            self.bind(parameter.name(), BindingKind::Parameter);
        }
    }

    /// Walks the default values.
    pub(super) fn defaults(&mut self, parameters: &Parameters) {
        for parameter in parameters.iter_source_order() {
            self.expressions(parameter.default());
        }
    }

    pub(super) fn class(&mut self, class: &StmtClassDef) {
        self.decorators(&class.decorator_list);
        let range = self.without_decorators(class.range, &class.decorator_list);
        self.with_type_params(class.type_params.as_deref(), range, |builder| {
            if let Some(arguments) = &class.arguments {
                builder.arguments(arguments);
            }
            let name = Some(Segment::new(class.name.as_str()));
            builder.in_scope_of_class(ScopeKind::Class, range, name, |builder| {
                builder.suite(BlockKind::Class, &class.body, class.range);
            });
        });
        self.bind(&class.name, BindingKind::Class);
    }

    /// The value is evaluated when it is asked for, in a scope of its own.
    pub(super) fn type_alias(&mut self, alias: &StmtTypeAlias) {
        let type_params = alias.type_params.as_deref();
        self.with_type_params(type_params, alias.range, |builder| {
            let range = alias.value.range();
            builder.in_scope(ScopeKind::TypeParameters, range, |builder| {
                builder.lazily(|builder| builder.expression(&alias.value));
            });
        });
        self.target(&alias.name, BindingKind::TypeAlias);
    }

    /// Walks what sees the type parameters, if there are any.
    fn with_type_params(
        &mut self,
        type_params: Option<&TypeParams>,
        range: TextRange,
        walk: impl FnOnce(&mut Self),
    ) {
        let Some(type_params) = type_params else {
            return walk(self);
        };
        self.in_scope(ScopeKind::TypeParameters, range, |builder| {
            for type_param in &type_params.type_params {
                builder.type_param(type_param);
            }
            walk(builder);
        });
    }

    /// Bounds and defaults are evaluated when they are asked for.
    fn type_param(&mut self, type_param: &TypeParam) {
        let (name, bound, default) = match type_param {
            TypeParam::TypeVar(it) => (&it.name, it.bound.as_deref(), it.default.as_deref()),
            TypeParam::TypeVarTuple(it) => (&it.name, None, it.default.as_deref()),
            TypeParam::ParamSpec(it) => (&it.name, None, it.default.as_deref()),
        };
        self.bind(name, BindingKind::TypeParameter);
        self.lazily(|builder| {
            builder.expressions(bound);
            builder.expressions(default);
        });
    }

    fn decorators(&mut self, decorators: &[Decorator]) {
        for decorator in decorators {
            self.expression(&decorator.expression);
        }
    }

    /// From `def`, `async` or `class`.
    fn without_decorators(&self, range: TextRange, decorators: &[Decorator]) -> TextRange {
        let (Some(last), Some(text)) = (decorators.last(), self.text) else {
            return range;
        };
        let first = SimpleTokenizer::starts_at(last.end(), text)
            .skip_trivia()
            .next();
        match first {
            Some(token) if token.start() < range.end() => {
                TextRange::new(token.start(), range.end())
            }
            _ => range,
        }
    }
}
