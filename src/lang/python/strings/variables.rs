//! Variables of settings, and the other ways to set one (row P58).

use ruff_python_ast::{Expr, ExprCall};

use super::Form;
use super::find::{Finder, is_literal};
use super::read::{Purpose, unwound};
use super::walk::Assigned;

impl<'u> Finder<'u, '_> {
    /// `@override_settings(ROOT_URLCONF="...")`.
    pub(super) fn overrides(&mut self, call: &'u ExprCall) {
        for keyword in &call.arguments.keywords {
            if let Some(name) = &keyword.arg {
                self.variable(name.as_str(), &keyword.value);
            }
        }
    }

    pub(super) fn assigned(&mut self, assigned: &Assigned<'u>) {
        match assigned.target {
            Expr::Name(name) if assigned.in_module => {
                self.variable(name.id.as_str(), assigned.value);
            }
            // `settings.ROOT_URLCONF = "..."`, `app.conf.include = [...]`
            Expr::Attribute(attribute) => {
                let (base, names) = unwound(&attribute.value);
                let first = match base {
                    Expr::Name(name) => name.id.as_str(),
                    _ => "",
                };
                let owner = names.last().copied().unwrap_or(first);
                if matches!(owner, "settings" | "conf" | "config") {
                    self.setting(owner, attribute.attr.as_str(), assigned.value);
                }
            }
            // `os.environ["DJANGO_SETTINGS_MODULE"] = "..."`
            Expr::Subscript(subscript) => {
                let name = self.reader.text(&subscript.slice, Purpose::Asked);
                let is_literal = is_literal(&subscript.slice);
                if let Some(name) = name.filter(|_| is_literal) {
                    let (_, names) = unwound(&subscript.value);
                    let owner = names.last().copied().unwrap_or_default();
                    self.setting(owner, &name.known(), assigned.value);
                }
            }
            _ => {}
        }
    }

    /// `app.conf.update(include=[...])`.
    pub(super) fn conf_update(&mut self, call: &'u ExprCall) {
        let (_, names) = unwound(&call.func);
        if let [.., "conf", "update"] = names[..] {
            for keyword in &call.arguments.keywords {
                if let Some(name) = &keyword.arg {
                    self.setting("conf", name.as_str(), &keyword.value);
                }
            }
        }
    }

    /// A variable of settings, or a key that only settings of this name have.
    fn setting(&mut self, owner: &str, name: &str, value: &'u Expr) {
        let known = self.reader.known();
        match known.has_keys(owner) && known.name(name).is_none() && known.key(owner, name) {
            true => self.leaves(value, &Form::Path),
            false => self.variable(name, value),
        }
    }

    /// A variable of settings.
    pub(super) fn variable(&mut self, name: &str, value: &'u Expr) {
        match self.reader.known().name(name) {
            Some(true) => self.leaves(value, &Form::App),
            Some(false) => self.leaves(value, &Form::Path),
            None if self.reader.known().has_keys(name) => self.keyed(value, name),
            None => {}
        }
    }

    /// Values at known keys, at any depth.
    pub(super) fn keyed(&mut self, value: &'u Expr, variable: &str) {
        match value {
            Expr::Name(_) => {
                let value = self.reader.value(value);
                if let Some(value @ Expr::Dict(_)) = value {
                    self.keyed(value, variable);
                }
            }
            Expr::Call(call) if self.reader.is(&call.func, "builtins.dict") => {
                for keyword in &call.arguments.keywords {
                    let key = keyword.arg.as_ref().map_or("", |name| name.as_str());
                    self.at_key(variable, key, &keyword.value);
                }
            }
            Expr::List(list) => {
                let values = list.elts.iter();
                values.for_each(|value| self.keyed(value, variable));
            }
            Expr::Tuple(list) => {
                let values = list.elts.iter();
                values.for_each(|value| self.keyed(value, variable));
            }
            Expr::Dict(dict) => {
                for item in &dict.items {
                    let key = match &item.key {
                        Some(Expr::StringLiteral(key)) => key.value.to_str(),
                        _ => "",
                    };
                    self.at_key(variable, key, &item.value);
                }
            }
            _ => {}
        }
    }

    fn at_key(&mut self, variable: &str, key: &str, value: &'u Expr) {
        match self.reader.known().key(variable, key) {
            true => self.leaves(value, &Form::Path),
            false => self.keyed(value, variable),
        }
    }
}
