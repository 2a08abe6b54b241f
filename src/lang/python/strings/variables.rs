//! Variables of settings, and the other ways to set one.

use ruff_python_ast::{Expr, ExprCall, Stmt, StmtClassDef};
use ruff_text_size::Ranged;

use super::Form;
use super::find::{Finder, is_literal};
use super::read::{Purpose, unwound};
use super::walk::Assigned;

impl<'u> Finder<'u, '_> {
    /// `@override_settings(ROOT_URLCONF="...", **{"MIDDLEWARE": [...]})`, `os.environ.update({...})`.
    pub(super) fn overrides(&mut self, call: &'u ExprCall) {
        for keyword in &call.arguments.keywords {
            match (&keyword.arg, &keyword.value) {
                (Some(name), value) => self.variable(name.as_str(), value),
                (None, Expr::Dict(_)) => self.variables(&keyword.value),
                (None, _) => {}
            }
        }
        call.arguments
            .args
            .iter()
            .for_each(|dict| self.variables(dict));
    }

    /// Variables of settings as keys.
    fn variables(&mut self, dict: &'u Expr) {
        let Expr::Dict(dict) = dict else { return };
        for item in &dict.items {
            if let Some(Expr::StringLiteral(key)) = &item.key {
                self.variable(key.value.to_str(), &item.value);
            }
        }
    }

    /// `setattr(settings, "ROOT_URLCONF", "...")`.
    pub(super) fn setting_by_name(
        &mut self,
        owner: &'u Expr,
        name: Option<&'u Expr>,
        value: Option<&'u Expr>,
    ) {
        if let (Some(Expr::StringLiteral(name)), Some(value)) = (name, value)
            && is_settings(owner)
        {
            self.variable(name.value.to_str(), value);
        }
    }

    /// `INSTALLED_APPS.append("...")`, `TEMPLATES[0]["OPTIONS"]["builtins"].extend([...])`,
    /// `CACHES["default"].update({...})`.
    pub(super) fn list_method(&mut self, call: &'u ExprCall) {
        let Expr::Attribute(method) = &*call.func else {
            return;
        };
        let arguments = &call.arguments;
        let at = match method.attr.as_str() {
            "append" | "extend" | "remove" | "index" | "count" | "add" | "discard" | "update" => 0,
            "insert" | "setdefault" => 1,
            _ => return,
        };
        let Some((variable, keys)) = setting_at(&method.value) else {
            return;
        };
        if let Some(value) = arguments.find_positional(at) {
            self.at_setting(variable, &keys, value);
        }
        if method.attr.as_str() == "update" && self.reader.known().name(variable).is_none() {
            for keyword in &arguments.keywords {
                if let Some(name) = &keyword.arg {
                    self.at_key(variable, name.as_str(), &keyword.value);
                }
            }
        }
    }

    /// `"..." in INSTALLED_APPS`.
    pub(super) fn grown(&mut self, held: &'u Expr, value: &'u Expr) {
        if let Some((variable, keys)) = setting_at(held) {
            self.at_setting(variable, &keys, value);
        }
    }

    /// A value that becomes part of a variable of settings, at these keys of it.
    fn at_setting(&mut self, variable: &str, keys: &[&str], value: &'u Expr) {
        let known = self.reader.known();
        let is_key = known.has_keys(variable) && keys.iter().any(|key| known.key(variable, key));
        match is_key {
            true => self.leaves(value, &Form::Path),
            false => self.variable(variable, value),
        }
    }

    /// Names in a class that is derived from a known one: `name` of an `AppConfig`.
    pub(super) fn members(&mut self, class: &'u StmtClassDef) {
        let known = self.reader.known();
        let mut rows = Vec::new();
        for base in class.bases() {
            for path in self.reader.paths(base) {
                rows.extend(known.members(&path));
            }
            // A class of this file that is derived from a known one itself.
            let bindings = self.reader.chain(base).map(|chain| &chain.reach.bindings);
            for id in bindings.into_iter().flatten() {
                let start = self.reader.unit.scopes.binding(*id).range.start();
                rows.extend(self.derived.get(&start.to_u32()).into_iter().flatten());
            }
        }
        if rows.is_empty() {
            return;
        }
        let start = class.name.range.start().to_u32();
        self.derived.insert(start, rows.clone());
        let bound: Vec<(&str, &Expr)> = class.body.iter().filter_map(bound).collect();
        for (name, value) in &bound {
            for row in rows.iter().filter(|row| row.is_of(name)) {
                let keeps_label = bound.iter().any(|(other, _)| *other == row.unless);
                let form = match row.app && !keeps_label {
                    true => Form::App,
                    false => Form::Path,
                };
                if !self.is_claimed(value) {
                    self.leaves(value, &form);
                }
            }
        }
    }

    /// A value at a key or a keyword whose name tells what it is, wherever that stands.
    pub(super) fn named_value(&mut self, name: &str, value: &'u Expr) {
        let known = self.reader.known();
        if (known.is_own_name(name) || known.is_setting(name)) && !self.is_claimed(value) {
            self.variable(name, value);
        }
    }

    /// Whether the strings of a value were read as paths already.
    fn is_claimed(&self, value: &Expr) -> bool {
        let claimed = self.reader.claimed.borrow();
        let is = |value: &Expr| claimed.contains(&value.start().to_u32());
        match value {
            Expr::List(list) => list.elts.iter().any(is),
            Expr::Tuple(list) => list.elts.iter().any(is),
            Expr::Set(list) => list.elts.iter().any(is),
            value => is(value),
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
                if is_owner(owner) {
                    self.setting(owner, attribute.attr.as_str(), assigned.value);
                }
            }
            // `os.environ["DJANGO_SETTINGS_MODULE"] = "..."`
            Expr::Subscript(subscript) => {
                if let Some((variable, keys)) = setting_at(assigned.target)
                    && self.is_variable(variable)
                {
                    return self.at_setting(variable, &keys, assigned.value);
                }
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

    fn is_variable(&self, name: &str) -> bool {
        let known = self.reader.known();
        known.name(name).is_some() || known.has_keys(name)
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

/// Whether an object of this name holds settings.
fn is_owner(name: &str) -> bool {
    matches!(name, "settings" | "conf" | "config")
}

fn is_settings(expr: &Expr) -> bool {
    match expr {
        Expr::Name(name) => is_owner(name.id.as_str()),
        Expr::Attribute(attribute) => is_owner(attribute.attr.as_str()),
        _ => false,
    }
}

/// The variable that an expression is part of, and the keys on the way, the outermost last: `TEMPLATES[0]["OPTIONS"]`,
/// `settings.INSTALLED_APPS`.
fn setting_at(expr: &Expr) -> Option<(&str, Vec<&str>)> {
    let mut keys = Vec::new();
    let mut at = expr;
    loop {
        match at {
            Expr::Subscript(subscript) => {
                if let Expr::StringLiteral(key) = &*subscript.slice {
                    keys.push(key.value.to_str());
                }
                at = &subscript.value;
            }
            Expr::Name(name) => return Some((name.id.as_str(), keys)),
            Expr::Attribute(attribute) if is_settings(&attribute.value) => {
                return Some((attribute.attr.as_str(), keys));
            }
            _ => return None,
        }
    }
}

/// A name that a statement binds, and its value.
fn bound(stmt: &Stmt) -> Option<(&str, &Expr)> {
    match stmt {
        Stmt::Assign(assign) => match &*assign.targets {
            [Expr::Name(name)] => Some((name.id.as_str(), &assign.value)),
            _ => None,
        },
        Stmt::AnnAssign(assign) => match (&*assign.target, &assign.value) {
            (Expr::Name(name), Some(value)) => Some((name.id.as_str(), value)),
            _ => None,
        },
        _ => None,
    }
}
