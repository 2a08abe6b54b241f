//! From calls, subscripts and variables to the strings in them that are paths.

use std::cell::{OnceCell, RefCell};

use ruff_python_ast::{CmpOp, Expr, ExprCall, Operator};
use ruff_text_size::{Ranged, TextRange};
use rustc_hash::FxHashMap;

use super::held::held;
use super::known::{Call, Kind, MemberRow};
use super::read::{Purpose, Reader, argument, unwound};
use super::snippet::line_end;
use super::text::Text;
use super::walk::{Seen, seen};
use super::{Constant, Form, Found, Name, Package, Pair, Plain, Site, lazy};
use crate::lang::python::docs::docstrings;
use crate::lang::python::unit::{Unit, bytes};
use crate::path::{Segment, is_identifier};

/// Finds every string that is a path, or may be one. Strings that are types must be
/// known by now: their names are chains of their own.
pub(in crate::lang::python) fn find(unit: &Unit<'_>) -> Found {
    let seen = seen(unit.module);
    let reader = Reader {
        unit,
        seen: &seen,
        claimed: RefCell::default(),
        constants: RefCell::default(),
        callees_move: OnceCell::new(),
    };
    let mut finder = Finder {
        reader,
        found: Found::default(),
        continued: Vec::new(),
        labels: Vec::new(),
        derived: FxHashMap::default(),
        held: held(unit, &seen.held),
    };
    finder.all();
    finder.found
}

pub(super) struct Finder<'u, 'a> {
    pub(super) reader: Reader<'u, 'a>,
    pub(super) found: Found,
    /// Attributes of calls and subscripts that other calls name.
    continued: Vec<(TextRange, Name)>,
    /// Starts of literals that are names of loggers and tasks.
    labels: Vec<u32>,
    /// Rows about members of a class, by where its name starts.
    pub(super) derived: FxHashMap<u32, Vec<&'static MemberRow>>,
    /// What is read of variables that hold one value.
    pub(super) held: FxHashMap<TextRange, Vec<Vec<Name>>>,
}

impl<'u> Finder<'u, '_> {
    fn all(&mut self) {
        let seen: &'u Seen<'u> = self.reader.seen;
        for call in &seen.calls {
            self.call(call);
        }
        for subscript in &seen.subscripts {
            self.subscript(subscript);
        }
        for compare in &seen.compares {
            let is_membership = |op: &CmpOp| matches!(op, CmpOp::In | CmpOp::NotIn);
            if let ([op], [held]) = (&*compare.ops, &*compare.comparators)
                && is_membership(op)
            {
                match self.reader.is(held, "sys.modules") {
                    true => self.site(&compare.left, Form::Module),
                    false => self.grown(held, &compare.left),
                }
            }
        }
        for module in &seen.run {
            self.site(module, Form::Module);
        }
        for assigned in &seen.assigned {
            self.assigned(assigned);
            // `sys.modules |= {...}`.
            if self.reader.is(assigned.target, "sys.modules") {
                self.stored_items(assigned.value);
            }
        }
        for class in &seen.classes {
            self.members(class);
        }
        for (name, value) in &seen.keyed {
            self.named_value(name, value);
        }
        self.held_objects(&seen.held);
        self.found.lazy = lazy::tables(&self.reader);
        self.found.sites.sort_by_key(|site| site.text.range.start);
        self.rest(seen);
        self.quoted_types();
        self.constants();
    }

    /// Strings that nothing claimed.
    fn rest(&mut self, seen: &'u Seen<'u>) {
        // What is documentation is read as such.
        let documented = docstrings(self.reader.unit.module);
        let is_documented = |literal: &Expr| match literal {
            Expr::StringLiteral(literal) => literal.value.iter().any(|part| {
                let start = part.content_range().start().to_usize();
                documented
                    .binary_search_by_key(&start, |range| range.start)
                    .is_ok()
            }),
            _ => false,
        };
        for literal in &seen.literals {
            let range = literal.expr.range();
            let start = range.start().to_u32();
            if is_documented(literal.expr)
                || self.reader.claimed.borrow().contains(&start)
                || self.reader.unit.types.contains(&start)
            {
                continue;
            }
            let raw = self.reader.unit.at(range);
            if !raw.contains(['.', ':', '\\']) && !raw.contains("import") {
                continue;
            }
            if let Some(text) = self.reader.text(literal.expr, Purpose::Alone) {
                self.found.plain.push(Plain {
                    text,
                    groups: literal.groups.clone(),
                    is_label: self.labels.contains(&start),
                    line_end: line_end(self.reader.unit, literal.expr),
                    fate: None,
                    type_in: None,
                });
            }
        }
    }

    /// Paths in quoted types whose first name nothing binds: they are only text, as other strings are.
    fn quoted_types(&mut self) {
        let unit = self.reader.unit;
        if unit.quoted.is_empty() {
            return;
        }
        for chain in &unit.scopes.chains {
            let (first, last) = (&chain.parts[0], &chain.parts[chain.parts.len() - 1]);
            if !unit.is_unbound_type(chain) {
                continue;
            }
            let range = bytes(TextRange::new(first.range.start(), last.range.end()));
            let names: Vec<&str> = chain.parts.iter().map(|part| part.name.as_str()).collect();
            let path = names.join(".");
            let place =
                (unit.text.get(range.clone()) == Some(path.as_str())).then_some(range.start);
            let mut text = Text::new(range);
            text.push(&path, place);
            self.found.plain.push(Plain {
                text,
                groups: Vec::new(),
                is_label: false,
                line_end: None,
                fate: None,
                type_in: Some(chain.scope),
            });
        }
    }

    fn constants(&mut self) {
        let scopes = &self.reader.unit.scopes;
        let constants = self.reader.constants.borrow();
        if constants.is_empty() {
            return;
        }
        let mut all: FxHashMap<u32, usize> = FxHashMap::default();
        for chain in &scopes.chains {
            for id in &chain.reach.bindings {
                let start = scopes.binding(*id).range.start().to_u32();
                if constants.contains_key(&start) {
                    *all.entry(start).or_default() += 1;
                }
            }
        }
        for (start, reads) in constants.iter() {
            self.found.constants.push(Constant {
                start: *start,
                is_sure: all.get(start) == Some(&reads.len()),
            });
        }
    }

    fn call(&mut self, call: &'u ExprCall) {
        self.attrgetter(call);
        self.modules_method(call);
        self.conf_update(call);
        self.list_method(call);
        if let Some(row) = self.reader.row(&call.func) {
            self.known(call, &row);
        }
    }

    fn known(&mut self, call: &'u ExprCall, row: &Call) {
        let arguments = &call.arguments;
        let first = argument(arguments, row.argument, &row.keyword);
        let second = argument(arguments, row.argument.saturating_add(1), &row.attribute);
        match row.kind {
            Kind::Overrides => return self.overrides(call),
            Kind::Attach => {
                // What it names is read by `lazy`.
                return;
            }
            _ => {}
        }
        let Some(first) = first else {
            return;
        };
        match row.kind {
            Kind::Path if row.keyword == "target" => {
                self.values(first, &Form::Target, call, row.value);
            }
            Kind::Path => self.values(first, &Form::Path, call, row.value),
            Kind::Include => match first {
                Expr::Tuple(pair) => {
                    let module = pair.elts.iter().take(1);
                    module.for_each(|module| self.leaves(module, &Form::Path));
                }
                module => self.leaves(module, &Form::Path),
            },
            Kind::Module => self.values(first, &Form::Module, call, row.value),
            Kind::Relative => self.relative(call, first, second, row),
            Kind::Import => self.dunder_import(call, first),
            Kind::Attribute => {
                self.attribute(first, second, arguments.args.len(), false);
                self.setting_by_name(first, second, argument(arguments, 2, "value"));
            }
            Kind::Lookup => self.attribute(first, second, 2, true),
            Kind::Item => {
                if let Some(key) = second
                    && self.is_modules(first)
                {
                    self.replaced(key, arguments.find_positional(2));
                }
            }
            Kind::Mapping => self.mapping(first, argument(arguments, 1, "values")),
            Kind::Multiple => self.multiple(call, first, row),
            Kind::Settings => self.keyed(first, "LOGGING"),
            Kind::Variable => {
                let name = self
                    .reader
                    .text(first, Purpose::Asked)
                    .map(|text| text.known());
                let value = argument(arguments, 1, "value");
                if let (Some(name), Some(value)) = (name, value) {
                    self.variable(&name, value);
                }
            }
            Kind::Entries => self.leaves(first, &Form::Entries),
            Kind::Warning => {
                for filter in &arguments.args {
                    self.site(filter, Form::Warning);
                }
            }
            Kind::Label => {
                let start = first.range().start().to_u32();
                self.labels.push(start);
            }
            Kind::Overrides | Kind::Attach => {}
        }
    }

    /// The strings of an argument; what the call gives may go on with the path.
    fn values(&mut self, value: &'u Expr, form: &Form, call: &'u ExprCall, gives: bool) {
        let before = self.found.sites.len();
        self.leaves(value, form);
        if gives {
            self.continue_from(before, call.range());
        }
    }

    /// What the expression at `range` gives is what the sites from `before` on name.
    pub(super) fn continue_from(&mut self, before: usize, range: TextRange) {
        let after = self.after(range);
        let whole = self.reader.seen.attributes.get(&range);
        let whole = whole.map_or(range, |chain| chain.range());
        let discarded = self.reader.seen.discarded.contains(&range);
        let held = self.held.get(&range).filter(|_| after.is_empty());
        let is_unused = discarded || self.reader.seen.discarded.contains(&whole);
        for site in &mut self.found.sites[before..] {
            site.escapes = !is_unused;
            site.discarded = discarded;
            site.after.clone_from(&after);
            match held {
                // The package on top is no path of its own: only one chain is followed from it.
                Some(reads) if site.form == Form::Top => {
                    if let [read] = &reads[..] {
                        site.after.clone_from(read);
                    }
                }
                Some(reads) => {
                    site.escapes = false;
                    site.through.clone_from(reads);
                }
                None => {}
            }
        }
    }

    /// The attributes after a call or subscript, in code or by another call.
    fn after(&self, range: TextRange) -> Vec<Name> {
        let mut after = Vec::new();
        let mut at = self.reader.seen.attributes.get(&range).copied();
        while let Some(Expr::Attribute(attribute)) = at {
            after.push(Name {
                name: Segment::new(attribute.attr.as_str()),
                range: bytes(attribute.attr.range),
            });
            at = Some(&attribute.value);
        }
        after.reverse();
        let named = self.continued.iter().filter(|(base, _)| *base == range);
        if after.is_empty() {
            after.extend(named.map(|(_, name)| name.clone()));
        }
        after
    }

    /// A string expression as a site.
    pub(super) fn site(&mut self, value: &'u Expr, form: Form) {
        if let Some(text) = self.reader.text(value, Purpose::Known) {
            self.add_site(text, form);
        }
    }

    fn add_site(&mut self, text: Text, form: Form) {
        self.found.sites.push(Site {
            text,
            form,
            after: Vec::new(),
            through: Vec::new(),
            is_store: false,
            is_replaced: false,
            listed: Vec::new(),
            stored: Vec::new(),
            escapes: false,
            discarded: false,
        });
    }

    /// Every string of a list, of the keys and values of a dict, of either side of a condition.
    pub(super) fn leaves(&mut self, value: &'u Expr, form: &Form) {
        match value {
            Expr::List(list) => list.elts.iter().for_each(|value| self.leaves(value, form)),
            Expr::Tuple(list) => list.elts.iter().for_each(|value| self.leaves(value, form)),
            Expr::Set(list) => list.elts.iter().for_each(|value| self.leaves(value, form)),
            Expr::Starred(starred) => self.leaves(&starred.value, form),
            Expr::If(choice) => {
                self.leaves(&choice.body, form);
                self.leaves(&choice.orelse, form);
            }
            Expr::BoolOp(choice) => {
                let values = choice.values.iter();
                values.for_each(|value| self.leaves(value, form));
            }
            Expr::Dict(dict) => {
                for item in &dict.items {
                    if let Some(key) = item.key.as_ref()
                        && *form != Form::Entries
                        && !(holds_strings(&item.value) && is_one_name(key))
                    {
                        self.leaves(key, form);
                    }
                    self.leaves(&item.value, form);
                }
            }
            Expr::BinOp(sum) if sum.op == Operator::Add && is_listed(value) => {
                self.leaves(&sum.left, form);
                self.leaves(&sum.right, form);
            }
            Expr::Call(call) if is_collection(&call.func) => {
                let values = call.arguments.args.iter();
                values.for_each(|value| self.leaves(value, form));
            }
            _ => self.site(value, form.clone()),
        }
    }

    fn is_modules(&self, value: &Expr) -> bool {
        self.reader.is(value, "sys.modules")
            || self
                .reader
                .text(value, Purpose::Asked)
                .is_some_and(|text| text.is_complete() && text.known() == "sys.modules")
    }

    /// A module, and the package that it is relative to if it starts with a dot.
    fn relative(
        &mut self,
        call: &'u ExprCall,
        name: &'u Expr,
        package: Option<&'u Expr>,
        row: &Call,
    ) {
        let text = self.reader.text(name, Purpose::Asked);
        let is_relative = |text: &Text| text.known().starts_with('.');
        let text = text.filter(is_relative);
        let literal = package.filter(|package| is_literal(package));
        // The package of a relative module goes where that goes; that of another is read by nobody.
        let said = package.and_then(|package| self.package(package));
        if let (None, Some(literal), Some(said)) = (&text, literal, &said)
            && said.is_mapped(self.reader.unit.setting.table)
        {
            self.site(literal, Form::Module);
        }
        let is_open = |text: &Text| !text.is_complete() && !text.known().starts_with("..");
        if let (Some(text), Some(said)) = (text.filter(is_open), &said)
            && let Some(literal) = &said.literal
        {
            // The two are one path, of which the end is not known.
            let mut whole = literal.clone();
            whole.runs.extend(text.runs);
            self.add_site(whole, Form::Module);
            return;
        }
        self.values(name, &Form::Relative(said), call, row.value);
    }

    /// What a package argument says.
    fn package(&self, package: &Expr) -> Option<Package> {
        let purpose = match is_literal(package) {
            true => Purpose::Known,
            false => Purpose::Asked,
        };
        let text = self.reader.text(package, purpose)?;
        let known = text.known();
        let names = known.split('.');
        (text.is_complete() && names.clone().all(is_identifier)).then(|| Package {
            names: names.map(Segment::new).collect(),
            literal: is_literal(package).then_some(text),
        })
    }

    /// `patch.dict("old.gone.D", ...)`, `patch.dict(sys.modules, {...})`.
    fn mapping(&mut self, dict: &'u Expr, values: Option<&'u Expr>) {
        if self.is_modules(dict) {
            if let Some(Expr::Dict(values)) = values {
                for item in &values.items {
                    if let Some(key) = &item.key {
                        self.replaced(key, Some(&item.value));
                    }
                }
            }
        } else {
            self.site(dict, Form::Path);
        }
    }

    /// `patch.multiple("old.gone", K=...)`.
    fn multiple(&mut self, call: &'u ExprCall, target: &'u Expr, row: &Call) {
        let keywords = call.arguments.keywords.iter();
        let names = keywords.filter_map(|keyword| keyword.arg.as_ref());
        let is_name = |name: &str| name != row.keyword && !row.options.iter().any(|o| o == name);
        let names: Vec<Name> = names
            .filter(|name| is_name(name.as_str()))
            .map(|name| Name {
                name: Segment::new(name.as_str()),
                range: bytes(name.range),
            })
            .collect();
        if let (base @ Expr::Name(_), attributes) = unwound(target)
            && !self.is_constant(target)
        {
            let chain = base.range().start().to_u32();
            for name in names {
                self.found.pairs.push(Pair {
                    chain,
                    parts: 1 + attributes.len(),
                    name: name.name,
                    range: name.range,
                    is_read: false,
                    rest: Vec::new(),
                    dynamic: false,
                });
            }
            return;
        }
        let before = self.found.sites.len();
        self.site(target, Form::Multiple);
        for site in &mut self.found.sites[before..] {
            site.after.clone_from(&names);
        }
    }

    fn is_constant(&self, value: &Expr) -> bool {
        let text = self.reader.text(value, Purpose::Asked);
        text.is_some_and(|text| text.is_complete())
    }

    /// An object and a name of it; or, without the name, the path of both.
    fn attribute(&mut self, object: &'u Expr, name: Option<&'u Expr>, count: usize, dynamic: bool) {
        let is_path = !dynamic && (count < 3 || name.is_none_or(|name| !is_literal(name)));
        if is_literal(object) || self.is_constant(object) {
            if is_path {
                self.site(object, Form::Target);
            }
            return;
        }
        if let Some(name) = name {
            self.pair(object, name, dynamic);
        }
    }

    pub(super) fn pair(&mut self, object: &'u Expr, name: &'u Expr, dynamic: bool) {
        let Some(text) = self
            .reader
            .text(name, Purpose::Asked)
            .filter(Text::is_complete)
        else {
            return;
        };
        let known = text.known();
        let place = text.place(0..known.len());
        let (base, attributes) = unwound(object);
        let first = known.split('.').next().unwrap_or_default();
        if !is_identifier(first) {
            return;
        }
        let range = match &place {
            Some(place) => place.start..place.start + first.len(),
            None => text.range.clone(),
        };
        match base {
            Expr::Name(_) => self.found.pairs.push(Pair {
                chain: base.range().start().to_u32(),
                parts: 1 + attributes
                    .iter()
                    .take_while(|name| **name != "__dict__")
                    .count(),
                name: Segment::new(first),
                range,
                is_read: false,
                rest: Vec::new(),
                dynamic: dynamic || place.is_none() || first != known || !is_literal(name),
            }),
            Expr::Call(_) | Expr::Subscript(_) if place.is_some() && attributes.is_empty() => {
                let name = Segment::new(first);
                self.continued.push((base.range(), Name { name, range }));
            }
            _ => {}
        }
    }
}

pub(super) fn is_literal(value: &Expr) -> bool {
    matches!(value, Expr::StringLiteral(_) | Expr::FString(_))
}

fn is_collection(callee: &Expr) -> bool {
    matches!(callee, Expr::Name(name)
        if matches!(name.id.as_str(), "list" | "tuple" | "set" | "frozenset"))
}

/// Whether a key is one name: no path of a module below another.
fn is_one_name(key: &Expr) -> bool {
    matches!(key, Expr::StringLiteral(key) if !key.value.to_str().contains(['.', ':']))
}

/// Whether a value of a dict holds the paths itself, so that its key is only a name for them.
fn holds_strings(value: &Expr) -> bool {
    matches!(
        value,
        Expr::StringLiteral(_)
            | Expr::FString(_)
            | Expr::List(_)
            | Expr::Tuple(_)
            | Expr::Set(_)
            | Expr::Dict(_)
    )
}

/// Whether a sum is one of lists.
fn is_listed(value: &Expr) -> bool {
    match value {
        Expr::List(_) | Expr::Tuple(_) => true,
        Expr::Call(call) => is_collection(&call.func),
        Expr::BinOp(sum) if sum.op == Operator::Add => {
            is_listed(&sum.left) || is_listed(&sum.right)
        }
        _ => false,
    }
}
