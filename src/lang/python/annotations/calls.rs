//! Which arguments of the functions of `typing` are types.

use ruff_python_ast::{Expr, ExprCall};

use super::{Finder, Place};

/// What an argument is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Argument {
    /// A type.
    Type,
    /// The fields of a functional `NamedTuple` or `TypedDict`, with a type each.
    Fields,
    /// Anything else.
    Value,
}

impl Finder<'_, '_> {
    /// Reads the arguments of a call.
    pub(super) fn call(&mut self, call: &ExprCall) {
        let function = self.typing_name(&call.func);
        let function = function.as_deref().unwrap_or_default();
        for (index, argument) in call.arguments.args.iter().enumerate() {
            self.argument(positional(function, index), argument);
        }
        for keyword in &call.arguments.keywords {
            // `**fields` has no name.
            let kind = match &keyword.arg {
                Some(name) => named(function, name.as_str()),
                None => Argument::Value,
            };
            self.argument(kind, &keyword.value);
        }
    }

    fn argument(&mut self, kind: Argument, argument: &Expr) {
        match kind {
            Argument::Type => self.types(argument, Place::Code),
            Argument::Fields => self.fields(argument),
            Argument::Value => self.value(argument, Place::Code),
        }
    }

    /// `[("name", type), ...]` or `{"name": type, ...}`.
    fn fields(&mut self, fields: &Expr) {
        let pairs = match fields {
            Expr::List(list) => &list.elts,
            Expr::Tuple(tuple) => &tuple.elts,
            Expr::Dict(dict) => {
                for item in &dict.items {
                    self.types(&item.value, Place::Code);
                }
                return;
            }
            other => return self.value(other, Place::Code),
        };
        for pair in pairs {
            match pair {
                Expr::Tuple(pair) if pair.elts.len() == 2 => {
                    self.types(&pair.elts[1], Place::Code);
                }
                other => self.value(other, Place::Code),
            }
        }
    }
}

fn positional(function: &str, index: usize) -> Argument {
    match (function, index) {
        ("cast" | "ForwardRef", 0)
        | ("NewType" | "TypeAliasType" | "assert_type", 1)
        | ("TypeVar", 1..) => Argument::Type,
        ("NamedTuple" | "TypedDict", 1) => Argument::Fields,
        _ => Argument::Value,
    }
}

fn named(function: &str, name: &str) -> Argument {
    match (function, name) {
        ("NamedTuple" | "TypedDict", "fields") => Argument::Fields,
        ("NamedTuple" | "TypedDict", "typename" | "total" | "closed") => Argument::Value,
        // Fields as keywords: gone from Python 3.13 on.
        ("NamedTuple" | "TypedDict", _)
        | ("cast" | "assert_type", "typ")
        | ("TypeVar" | "ParamSpec", "bound" | "default")
        | ("TypeVarTuple", "default")
        | ("ForwardRef", "arg")
        | ("NewType", "tp")
        | ("TypeAliasType", "value") => Argument::Type,
        _ => Argument::Value,
    }
}
