//! What is stored in `sys.modules`. `sys.modules["old"] = new` defines the old path: it is an alias for those
//! who still import it, and stays. Any other value (a stand-in for a test) goes where the module goes.

use ruff_python_ast::{Arguments, Expr, ExprCall};

use super::Form;
use super::find::Finder;
use super::read::{Purpose, argument};
use crate::lang::python::scopes::BindingKind;
use crate::lang::python::unit::bytes;
use crate::path::Segment;

/// Names that are assigned are followed this far.
const DEPTH: u32 = 4;

/// Functions that give the module of which they are told the name.
const IMPORTERS: &[&str] = &["importlib.import_module", "pytest.importorskip"];

impl<'u> Finder<'u, '_> {
    /// `sys.modules[key] = value`.
    pub(super) fn stored(&mut self, key: &'u Expr, value: Option<&'u Expr>) {
        let before = self.found.sites.len();
        self.site(key, Form::Module);
        let values = value.map_or_else(Vec::new, |value| self.modules_of(value, DEPTH));
        for site in &mut self.found.sites[before..] {
            site.is_store = true;
            site.is_replaced = true;
            site.stored.clone_from(&values);
        }
    }

    /// A store that is undone (`patch.dict(sys.modules, ...)`): the old module's own place is no exception.
    pub(super) fn replaced(&mut self, key: &'u Expr, value: Option<&'u Expr>) {
        let before = self.found.sites.len();
        self.stored(key, value);
        for site in &mut self.found.sites[before..] {
            site.is_store = false;
        }
    }

    /// The same for each item of what `sys.modules` is updated with.
    pub(super) fn stored_items(&mut self, items: &'u Expr) {
        match items {
            Expr::Dict(dict) => {
                for item in &dict.items {
                    if let Some(key) = &item.key {
                        self.stored(key, Some(&item.value));
                    }
                }
            }
            Expr::List(list) => list.elts.iter().for_each(|pair| self.stored_pair(pair)),
            Expr::Tuple(list) => list.elts.iter().for_each(|pair| self.stored_pair(pair)),
            _ => {}
        }
    }

    fn stored_pair(&mut self, pair: &'u Expr) {
        if let Expr::Tuple(pair) = pair
            && let [key, value] = pair.elts.as_slice()
        {
            self.stored(key, Some(value));
        }
    }

    /// The modules that an expression may be.
    pub(super) fn modules_of(&self, value: &Expr, depth: u32) -> Vec<Vec<Segment>> {
        let Some(depth) = depth.checked_sub(1) else {
            return Vec::new();
        };
        match value {
            Expr::Name(_) | Expr::Attribute(_) => self.modules_of_chain(value, depth),
            Expr::Named(named) => self.modules_of(&named.value, depth),
            Expr::Subscript(it) if self.reader.is(&it.value, "sys.modules") => {
                self.module_named(Some(&it.slice))
            }
            Expr::Call(call) => self.module_of_call(call),
            _ => Vec::new(),
        }
    }

    fn modules_of_chain(&self, value: &Expr, depth: u32) -> Vec<Vec<Segment>> {
        let unit = self.reader.unit;
        let mut first = value;
        while let Expr::Attribute(attribute) = first {
            first = &attribute.value;
        }
        let Some(chain) = self.reader.chain(first) else {
            return Vec::new();
        };
        let mut found: Vec<Vec<Segment>> = unit
            .meanings(chain)
            .into_iter()
            .map(|(_, path)| path)
            .collect();
        if let [binding] = chain.reach.bindings[..]
            && chain.parts.len() == 1
        {
            let binding = unit.scopes.binding(binding);
            let start = bytes(binding.range).start as u32;
            if matches!(binding.kind, BindingKind::Assignment | BindingKind::Walrus)
                && let Some(value) = self.reader.seen.values.get(&start)
            {
                found.extend(self.modules_of(value, depth));
            }
        }
        found
    }

    /// `import_module("new")`, `sys.modules.get("new")`, `__import__("new")`.
    fn module_of_call(&self, call: &ExprCall) -> Vec<Vec<Segment>> {
        let reader = &self.reader;
        let first = call.arguments.find_positional(0);
        let gives = match &*call.func {
            Expr::Attribute(method) if matches!(method.attr.as_str(), "get" | "__getitem__") => {
                reader.is(&method.value, "sys.modules")
            }
            _ => false,
        };
        if gives || IMPORTERS.iter().any(|path| reader.is(&call.func, path)) {
            return self.module_named(first);
        }
        if reader.is(&call.func, "builtins.__import__") {
            let is_whole = has_names(&call.arguments);
            let mut found = self.module_named(first);
            found.retain(|module| is_whole || module.len() == 1);
            return found;
        }
        Vec::new()
    }

    /// The module of which an expression is the whole name.
    fn module_named(&self, name: Option<&Expr>) -> Vec<Vec<Segment>> {
        let text = name.and_then(|name| self.reader.text(name, Purpose::Asked));
        let Some(text) = text.filter(|text| text.is_complete()) else {
            return Vec::new();
        };
        vec![text.known().split('.').map(Segment::new).collect()]
    }
}

/// Whether `__import__` gives the module itself.
fn has_names(arguments: &Arguments) -> bool {
    match argument(arguments, 3, "fromlist") {
        None => false,
        Some(Expr::List(list)) => !list.elts.is_empty(),
        Some(Expr::Tuple(list)) => !list.elts.is_empty(),
        Some(_) => true,
    }
}
