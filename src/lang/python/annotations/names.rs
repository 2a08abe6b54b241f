//! What the names around a quoted type stand for.

use ruff_python_ast::{Expr, ExprName};
use ruff_text_size::Ranged;

use super::{Finder, Place};
use crate::lang::python::scopes::{BindingKind, Resolution};
use crate::path::Segment;

/// Modules whose names mean what those of `typing` mean.
const TYPING: [&str; 3] = ["typing", "typing_extensions", "annotationlib"];

/// Further modules where whatever takes brackets is a generic type.
const GENERIC: [&str; 3] = ["collections", "collections.abc", "contextlib"];

/// Builtins that take types in brackets (PEP 585).
const BUILTIN: [&str; 6] = ["dict", "frozenset", "list", "set", "tuple", "type"];

/// What takes something in brackets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Generic {
    /// Its strings are values.
    Literal,
    /// The first is a type, the others are values.
    Annotated,
    /// All are types.
    Type,
}

impl Finder<'_, '_> {
    /// What kind of generic type it is, if it is surely one. `Literal` and `Annotated` are known by their
    /// names from wherever they are imported: compatibility modules hand them on.
    pub(super) fn generic(&self, expression: &Expr, place: Place) -> Option<Generic> {
        let paths = self.paths(expression, place);
        let is_last = |name: &str| {
            let is_name = |path: &Vec<Segment>| path.len() > 1 && path[path.len() - 1] == name;
            paths.iter().any(is_name)
        };
        if is_last("Literal") {
            return Some(Generic::Literal);
        }
        if is_last("Annotated") {
            return Some(Generic::Annotated);
        }
        let is_type = paths.iter().any(|path| {
            let Some((last, module)) = path.split_last() else {
                return false;
            };
            let module = module.join(".");
            let module = module.as_str();
            TYPING.contains(&module)
                || GENERIC.contains(&module)
                || (module == "builtins" && BUILTIN.contains(&last.as_str()))
        });
        is_type.then_some(Generic::Type)
    }

    /// Whether code names this member of `typing`.
    pub(super) fn is_of_typing(&self, expression: &Expr, name: &str) -> bool {
        self.typing_name(expression).is_some_and(|it| it == name)
    }

    /// The member of `typing` that code names.
    pub(super) fn typing_name(&self, expression: &Expr) -> Option<Segment> {
        self.paths(expression, Place::Code)
            .into_iter()
            .find_map(|path| match path.as_slice() {
                [module, name] if TYPING.contains(&module.as_str()) => Some(name.clone()),
                _ => None,
            })
    }

    /// The absolute paths that a dotted name may mean.
    fn paths(&self, expression: &Expr, place: Place) -> Vec<Vec<Segment>> {
        let Some((root, rest)) = dotted(expression) else {
            return Vec::new();
        };
        let scopes = &self.unit.scopes;
        let quoted;
        let reach = match place {
            Place::Code => match scopes.chain_at(root.start().to_u32()) {
                Some(chain) => &chain.reach,
                None => return Vec::new(),
            },
            Place::Quoted { scope, .. } => {
                quoted = scopes.lookup(scope, root.id.as_str());
                &quoted
            }
        };
        let found = self.unit.meanings_of(reach, &rest);
        let mut paths: Vec<Vec<Segment>> = found.into_iter().map(|(_, path)| path).collect();
        let name = Segment::new(root.id.as_str());
        for mut module in self.star_modules(reach) {
            module.push(name.clone());
            module.extend_from_slice(&rest);
            paths.push(module);
        }
        if reach.bindings.is_empty() {
            let builtin = [Segment::new_static("builtins"), name];
            paths.push(builtin.into_iter().chain(rest).collect());
        }
        paths
    }

    /// The modules of star imports that may bring a name.
    fn star_modules(&self, reach: &Resolution) -> impl Iterator<Item = Vec<Segment>> {
        reach.stars.iter().filter_map(|id| {
            let BindingKind::Star(import) = self.unit.scopes.binding(*id).kind else {
                return None;
            };
            self.unit.clause_path(import, 0)
        })
    }
}

/// The first name and the names after it, if that is all there is.
fn dotted(expression: &Expr) -> Option<(&ExprName, Vec<Segment>)> {
    let mut rest = Vec::new();
    let mut at = expression;
    while let Expr::Attribute(attribute) = at {
        rest.push(Segment::new(attribute.attr.as_str()));
        at = &attribute.value;
    }
    rest.reverse();
    Some((at.as_name_expr()?, rest))
}
