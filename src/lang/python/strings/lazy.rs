//! Tables of names that are imported on demand: `_import_structure`, `lazy_loader.attach`,
//! tables that the module's `__getattr__` reads. Their keys are parts of paths, so they are only noted.

use ruff_python_ast::{Expr, ExprDict};
use rustc_hash::FxHashSet;

use super::plan::{Pen, one};
use super::read::{Purpose, Reader};
use super::text::Text;
use super::{Found, Lazy, plain};
use crate::finding::Code;
use crate::lang::python::scopes::ScopeId;
use crate::path::{Segment, is_identifier};

/// Every name of such a table with the paths that it may mean.
pub(super) fn tables(reader: &Reader<'_, '_>) -> Vec<Lazy> {
    let mut tables = Tables {
        reader,
        package: own_package(reader),
        found: Vec::new(),
    };
    let asked = asked_for(reader);
    let has_getattr = !reader.seen.getattrs.is_empty();
    for assigned in reader.seen.assigned.iter().filter(|a| a.in_module) {
        match assigned.target {
            Expr::Name(name) if name.id.as_str() == "_import_structure" => {
                tables.structure(assigned.value);
            }
            Expr::Name(name) if asked.contains(&name.range.start().to_u32()) => {
                tables.on_demand(assigned.value);
            }
            // What is exported and not bound, `__getattr__` gives.
            Expr::Name(name) if name.id.as_str() == "__all__" && has_getattr => {
                tables.names(assigned.value);
            }
            // `_import_structure["gone"] = ["f"]`
            Expr::Subscript(subscript) if is_structure(&subscript.value) => {
                tables.entry(&subscript.slice, assigned.value);
            }
            _ => {}
        }
    }
    for call in &reader.seen.calls {
        // `_import_structure["gone"].append("f")`
        if let Expr::Attribute(method) = &*call.func
            && let Expr::Subscript(subscript) = &*method.value
            && is_structure(&subscript.value)
            && let Some(names) = call.arguments.find_positional(0)
        {
            tables.entry(&subscript.slice, names);
        }
        let arguments = &call.arguments;
        let submodules = arguments.find_argument_value("submodules", 1);
        let attributes = arguments.find_argument_value("submod_attrs", 2);
        if (submodules.is_some() || attributes.is_some())
            && reader.is(&call.func, "lazy_loader.attach")
        {
            for names in submodules.into_iter().chain(attributes) {
                tables.structure(names);
            }
        }
    }
    tables.found
}

/// Notes what is mapped.
pub(super) fn plan(found: &Found, pen: &mut Pen<'_, '_>) {
    let mut noted = FxHashSet::default();
    for lazy in &found.lazy {
        let verdict = plain::asked(&lazy.path, pen.unit.setting.table);
        if let Some(verdict) = verdict
            && noted.insert(lazy.range.start)
        {
            let judged = one(&lazy.path, lazy.range.clone(), verdict);
            let message = "a deprecated path in a table of names that are imported on demand";
            pen.noted(&judged, Code::Lazy, message);
        }
    }
}

fn is_structure(expr: &Expr) -> bool {
    matches!(expr, Expr::Name(name) if name.id.as_str() == "_import_structure")
}

/// The package that relative names start from.
fn own_package(reader: &Reader<'_, '_>) -> Vec<Segment> {
    let module = reader.unit.modules.first().cloned().unwrap_or_default();
    match reader.unit.is_package {
        true => module,
        false => module[..module.len().saturating_sub(1)].to_vec(),
    }
}

/// Where the names are bound that the module's `__getattr__` reads.
fn asked_for(reader: &Reader<'_, '_>) -> FxHashSet<u32> {
    let mut asked = FxHashSet::default();
    let scopes = &reader.unit.scopes;
    for chain in &scopes.chains {
        let place = chain.parts[0].range;
        if reader
            .seen
            .getattrs
            .iter()
            .any(|body| body.contains_range(place))
        {
            let bindings = chain.reach.bindings.iter();
            asked.extend(bindings.map(|id| scopes.binding(*id).range.start().to_u32()));
        }
    }
    asked
}

struct Tables<'t, 'u, 'a> {
    reader: &'t Reader<'u, 'a>,
    package: Vec<Segment>,
    found: Vec<Lazy>,
}

impl<'u> Tables<'_, 'u, '_> {
    /// `{"gone": ["f", "g"]}`, `["gone"]`: below this package.
    fn structure(&mut self, value: &'u Expr) {
        match value {
            Expr::Dict(dict) => {
                for item in &dict.items {
                    if let Some(key) = &item.key {
                        self.entry(key, &item.value);
                    }
                }
            }
            _ => {
                for (names, range) in self.strings(value) {
                    self.add(&[&self.package.clone(), &names], range);
                }
            }
        }
    }

    fn entry(&mut self, module: &'u Expr, names: &'u Expr) {
        let Some((module, range)) = self.string(module) else {
            return;
        };
        let package = self.package.clone();
        let path = [package.as_slice(), &module].concat();
        // What is said of the module is said of all its names.
        let is_mapped = plain::asked(&path, self.reader.unit.setting.table).is_some();
        self.add(&[&path], range);
        for (name, range) in self.strings(names) {
            if !is_mapped {
                self.add(&[&path, &name], range);
            }
        }
    }

    /// `{"Name": "old.mod"}`, `{"Name": ("old.mod", "Name")}`, `{"Name": ".gone"}`, `{"old.mod": ["Name"]}`.
    fn on_demand(&mut self, value: &'u Expr) {
        let Expr::Dict(ExprDict { items, .. }) = value else {
            return self.names(value);
        };
        for item in items {
            let key = item.key.as_ref().and_then(|key| self.string(key));
            let values = self.strings(&item.value);
            for (names, range) in &values {
                self.add(&[names], range.clone());
                for (other, _) in values.iter().chain(&key) {
                    self.add(&[names, other], range.clone());
                }
            }
            if let Some((key, range)) = key {
                self.add(&[&key], range.clone());
                for (other, _) in &values {
                    self.add(&[&key, other], range.clone());
                }
            }
        }
    }

    /// `["gone", "f"]`: names of this module, of which none is bound besides.
    fn names(&mut self, value: &'u Expr) {
        let bound = &self.reader.unit.scopes.scope(ScopeId(0)).bindings;
        let module = self
            .reader
            .unit
            .modules
            .first()
            .cloned()
            .unwrap_or_default();
        for (names, range) in self.strings(value) {
            if let [name] = names.as_slice()
                && !bound.contains_key(name)
                && !module.is_empty()
            {
                self.add(&[&module, &names], range);
            }
        }
    }

    fn add(&mut self, names: &[&Vec<Segment>], range: std::ops::Range<usize>) {
        let path: Vec<Segment> = names
            .iter()
            .flat_map(|names| names.iter().cloned())
            .collect();
        if path.len() > 1 {
            self.found.push(Lazy { path, range });
        }
    }

    fn strings(&self, value: &'u Expr) -> Vec<(Vec<Segment>, std::ops::Range<usize>)> {
        match value {
            Expr::List(list) => list.elts.iter().filter_map(|e| self.string(e)).collect(),
            Expr::Tuple(list) => list.elts.iter().filter_map(|e| self.string(e)).collect(),
            Expr::Set(list) => list.elts.iter().filter_map(|e| self.string(e)).collect(),
            value => self.string(value).into_iter().collect(),
        }
    }

    /// The names of a string, absolute if it starts with dots, and where they stand.
    fn string(&self, value: &'u Expr) -> Option<(Vec<Segment>, std::ops::Range<usize>)> {
        if !value.is_string_literal_expr() {
            return None;
        }
        let text = self
            .reader
            .text(value, Purpose::Known)
            .filter(Text::is_complete)?;
        let known = text.known();
        let name = known.trim_start_matches('.');
        let level = known.len() - name.len();
        let mut names = match level {
            0 => Vec::new(),
            _ => {
                let depth = self.package.len().checked_sub(level - 1)?;
                self.package[..depth].to_vec()
            }
        };
        for part in name.split([':', '.']) {
            if !is_identifier(part) {
                return None;
            }
            names.push(Segment::new(part));
        }
        let range = text.near(0..known.len());
        Some((names, range))
    }
}
