//! `sys.modules`, `__dict__` and the calls that ask them.

use ruff_python_ast::{Expr, ExprCall, ExprContext, ExprSubscript};
use ruff_text_size::Ranged;

use super::find::Finder;
use super::read::{Purpose, argument};
use super::{Form, Name};
use crate::path::Segment;

impl<'u> Finder<'u, '_> {
    /// `attrgetter("gone")(old)`.
    pub(super) fn attrgetter(&mut self, call: &'u ExprCall) {
        if let Expr::Call(getter) = &*call.func
            && let [object] = &*call.arguments.args
            && self.reader.is(&getter.func, "operator.attrgetter")
        {
            for name in &getter.arguments.args {
                self.pair(object, name, true);
            }
        }
    }

    /// `sys.modules.get("old.gone")`, `old.__dict__.get("gone")`.
    pub(super) fn modules_method(&mut self, call: &'u ExprCall) {
        let Expr::Attribute(method) = &*call.func else {
            return;
        };
        let Some(first) = call.arguments.find_positional(0) else {
            return;
        };
        let is_lookup = matches!(
            method.attr.as_str(),
            "get"
                | "pop"
                | "setdefault"
                | "__getitem__"
                | "__contains__"
                | "__delitem__"
                | "__setitem__"
        );
        if is_lookup && self.reader.is(&method.value, "sys.modules") {
            let before = self.found.sites.len();
            match method.attr.as_str() {
                "setdefault" | "__setitem__" => {
                    self.stored(first, call.arguments.find_positional(1));
                }
                _ => self.site(first, Form::Module),
            }
            if !method.attr.as_str().starts_with("__") {
                self.continue_from(before, call.range());
            }
        } else if is_lookup {
            self.dict_lookup(&method.value, first);
        } else if method.attr.as_str() == "update" && self.reader.is(&method.value, "sys.modules") {
            self.stored_items(first);
        }
    }

    /// `old.__dict__["gone"]`, `vars(old)["gone"]`.
    pub(super) fn dict_lookup(&mut self, dict: &'u Expr, name: &'u Expr) {
        match dict {
            Expr::Attribute(attribute) if attribute.attr.as_str() == "__dict__" => {
                self.pair(&attribute.value, name, true);
            }
            Expr::Call(call) if self.reader.is(&call.func, "builtins.vars") => {
                if let [object] = &*call.arguments.args {
                    self.pair(object, name, true);
                }
            }
            _ => {}
        }
    }

    pub(super) fn subscript(&mut self, subscript: &'u ExprSubscript) {
        if !self.reader.is(&subscript.value, "sys.modules") {
            return self.dict_lookup(&subscript.value, &subscript.slice);
        }
        if subscript.ctx == ExprContext::Store {
            let value = self.reader.seen.stores.get(&subscript.range).copied();
            return self.stored(&subscript.slice, value);
        }
        let before = self.found.sites.len();
        self.site(&subscript.slice, Form::Module);
        self.continue_from(before, subscript.range);
        if subscript.ctx == ExprContext::Del {
            for site in &mut self.found.sites[before..] {
                site.escapes = false;
            }
        }
    }

    /// `__import__("a.b")` gives `a`, with a list of names `a.b`.
    pub(super) fn dunder_import(&mut self, call: &'u ExprCall, name: &'u Expr) {
        let arguments = &call.arguments;
        let level = argument(arguments, 4, "level");
        if level.is_some_and(|level| !is_zero(level)) {
            return;
        }
        let before = self.found.sites.len();
        let form = match argument(arguments, 3, "fromlist") {
            None => Form::Top,
            Some(Expr::List(list)) if list.elts.is_empty() => Form::Top,
            Some(Expr::Tuple(list)) if list.elts.is_empty() => Form::Top,
            Some(_) => Form::Module,
        };
        self.site(name, form);
        self.continue_from(before, call.range());
        let names = match argument(arguments, 3, "fromlist") {
            Some(Expr::List(list)) => &list.elts[..],
            Some(Expr::Tuple(list)) => &list.elts[..],
            _ => &[],
        };
        let listed: Vec<Name> = names.iter().filter_map(|name| self.listed(name)).collect();
        for site in &mut self.found.sites[before..] {
            site.listed.clone_from(&listed);
        }
    }

    /// A name in a literal.
    fn listed(&self, name: &'u Expr) -> Option<Name> {
        let text = self.reader.text(name, Purpose::Asked)?;
        let known = text.known();
        let range = text.place(0..known.len());
        let is_alone = text.is_complete() && name.is_string_literal_expr();
        range.filter(|_| is_alone).map(|range| Name {
            name: Segment::new(known),
            range,
        })
    }
}

fn is_zero(value: &Expr) -> bool {
    matches!(value, Expr::NumberLiteral(number)
        if number.value.as_int().is_some_and(|int| int.as_u8() == Some(0)))
}
