//! From expressions to what they say, and to what they may be: literals joined in the usual ways, and
//! paths of callees.

use std::cell::{OnceCell, RefCell};

use ruff_python_ast::{
    Arguments, ConversionFlag, DictItem, Expr, ExprCall, ExprFString, ExprStringLiteral,
    FStringPart, InterpolatedStringElement, Operator, StringFlags,
};
use ruff_text_size::{Ranged, TextRange};
use rustc_hash::{FxHashMap, FxHashSet};

use super::known::{Call, Known, last};
use super::pattern::{braces, percent, pieces};
use super::text::{Content, Run, Text, decode};
use super::walk::Seen;
use crate::lang::python::scopes::{BindingId, BindingKind, ImportKind, NameReference};
use crate::lang::python::unit::{Unit, bytes};
use crate::mapping::Outcome;
use crate::path::{Namespaces, Segment};

/// What a string is read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// It stands where a path is known to stand.
    Known,
    /// Only to know what it says.
    Asked,
    /// By itself: what its names stand for is read elsewhere.
    Alone,
}

/// How far values of names are followed.
const DEPTH: u32 = 8;

/// Reads expressions of one text.
pub(super) struct Reader<'u, 'a> {
    pub(super) unit: &'u Unit<'a>,
    pub(super) seen: &'u Seen<'u>,
    /// Starts of literals that are part of a known string.
    pub(super) claimed: RefCell<FxHashSet<u32>>,
    /// How often each constant was read for a known string.
    pub(super) constants: RefCell<FxHashMap<u32, FxHashSet<u32>>>,
    /// Whether the table speaks of a known callee.
    pub(super) callees_move: OnceCell<bool>,
}

/// An expression's first name or value, and the attributes after it.
pub(super) fn unwound(expr: &Expr) -> (&Expr, Vec<&str>) {
    let mut names = Vec::new();
    let mut base = expr;
    while let Expr::Attribute(attribute) = base {
        names.push(attribute.attr.as_str());
        base = &attribute.value;
    }
    names.reverse();
    (base, names)
}

/// The argument at a position or with a keyword.
pub(super) fn argument<'e>(
    arguments: &'e Arguments,
    position: usize,
    keyword: &str,
) -> Option<&'e Expr> {
    let named = (!keyword.is_empty()).then(|| arguments.find_keyword(keyword));
    match named.flatten() {
        Some(keyword) => Some(&keyword.value),
        None => arguments.find_positional(position),
    }
}

impl<'u> Reader<'u, '_> {
    pub(super) fn known(&self) -> Known<'u> {
        Known(self.unit.setting.settings)
    }

    /// The chain whose first name is this expression.
    pub(super) fn chain(&self, name: &Expr) -> Option<&'u NameReference> {
        let Expr::Name(name) = name else {
            return None;
        };
        self.unit.scopes.chain_at(name.range.start().to_u32())
    }

    /// Absolute paths that a callee may mean, `.method` for any method of that name last.
    pub(super) fn paths(&self, expr: &Expr) -> Vec<String> {
        let mut found = Vec::new();
        self.paths_to(expr, DEPTH, &mut found);
        self.add_moved(&mut found);
        if let Expr::Attribute(attribute) = expr {
            found.push(format!(".{}", attribute.attr));
        }
        found
    }

    /// The row of a call by what its callee may mean: the first that there is.
    pub(super) fn row(&self, callee: &Expr) -> Option<Call> {
        let known = self.known();
        let is_other = self
            .last_name(callee)
            .is_some_and(|last| !known.is_last_name(last));
        let table = self.unit.setting.table;
        if is_other && !*self.callees_move.get_or_init(|| known.is_any_mapped(table)) {
            return None;
        }
        self.paths(callee).iter().find_map(|path| known.call(path))
    }

    /// The name that every path of an expression ends with before the table is asked, where that is
    /// easily told. Most calls are of nothing that is known, and this tells it without their paths.
    fn last_name<'e>(&'e self, expr: &'e Expr) -> Option<&'e str> {
        let name = match expr {
            Expr::Attribute(attribute) => attribute.attr.as_str(),
            Expr::Name(_) => {
                let chain = self.chain(expr)?;
                let name = chain.parts[0].name.as_str();
                let mut ends = chain.reach.bindings.iter().map(|id| self.end_of(*id));
                let end = ends.next().unwrap_or(Some(name))?;
                if ends.any(|other| other != Some(end))
                    || (!chain.reach.stars.is_empty() && end != name)
                {
                    return None;
                }
                end
            }
            _ => return None,
        };
        self.known().fixture(name).is_none().then_some(name)
    }

    /// The last name of what a binding stands for, if it is a definition or an import from a module.
    fn end_of(&self, id: BindingId) -> Option<&str> {
        let scopes = &self.unit.scopes;
        let binding = scopes.binding(id);
        match binding.kind {
            BindingKind::Function | BindingKind::Class => Some(&binding.name),
            BindingKind::Import(..) => {
                let (import, clause) = scopes.clause(id)?;
                let is_from = matches!(import.kind, ImportKind::From { .. });
                clause.path.last().filter(|_| is_from).map(|name| &**name)
            }
            _ => None,
        }
    }

    /// Adds where the paths move to and where they may come from: a known callee that is itself moved is
    /// known before and afterwards.
    fn add_moved(&self, paths: &mut Vec<String>) {
        let table = self.unit.setting.table;
        for at in 0..paths.len() {
            if !table.touches(paths[at].split('.')) {
                continue;
            }
            let names: Vec<Segment> = paths[at].split('.').map(Segment::new).collect();
            if let Outcome::Moves(moved) = table.resolve(&names, Namespaces::ALL) {
                paths.push(moved.to.segments().join("."));
            }
            paths.extend(table.sources(&names).iter().map(|old| old.join(".")));
        }
    }

    /// Whether an expression is a thing of the standard library or the like, by its path.
    pub(super) fn is(&self, expr: &Expr, path: &str) -> bool {
        let is_other = || {
            let other = self.last_name(expr).is_some_and(|name| name != last(path));
            other && !self.unit.setting.table.touches(path.split('.'))
        };
        matches!(expr, Expr::Name(_) | Expr::Attribute(_))
            && !is_other()
            && self.paths(expr).iter().any(|found| found == path)
    }

    fn paths_to(&self, expr: &Expr, depth: u32, found: &mut Vec<String>) {
        let Some(depth) = depth.checked_sub(1) else {
            return;
        };
        let (base, names) = unwound(expr);
        let joined = |head: &str, names: &[&str]| {
            let mut path = head.to_owned();
            for name in names {
                path.push('.');
                path.push_str(name);
            }
            path
        };
        for (at, name) in names.iter().enumerate() {
            if let Some(like) = self.known().fixture(name) {
                found.push(joined(like, &names[at + 1..]));
            }
        }
        match base {
            Expr::Name(_) => {
                let Some(chain) = self.chain(base) else {
                    return;
                };
                for head in self.heads(chain, depth) {
                    found.push(joined(&head, &names));
                }
            }
            Expr::Call(call) => {
                let mut made = Vec::new();
                self.made(&call.func, depth, &mut made);
                found.extend(made.iter().map(|like| joined(like, &names)));
            }
            _ => {}
        }
    }

    /// What the values that a callee or a class makes are like.
    fn made(&self, callee: &Expr, depth: u32, found: &mut Vec<String>) {
        let mut callees = Vec::new();
        self.paths_to(callee, depth, &mut callees);
        self.add_moved(&mut callees);
        let made = callees.iter().filter_map(|path| self.known().made(path));
        found.extend(made.map(str::to_owned));
    }

    /// The one value of a name.
    pub(super) fn value(&self, name: &Expr) -> Option<&'u Expr> {
        let chain = self.chain(name)?;
        let [binding] = chain.reach.bindings[..] else {
            return None;
        };
        let start = self.unit.scopes.binding(binding).range.start().to_u32();
        let value = self.seen.values.get(&start).copied();
        value.filter(|_| chain.parts.len() == 1)
    }

    /// Absolute paths of what the first name of a chain may be.
    fn heads(&self, chain: &NameReference, depth: u32) -> Vec<String> {
        let unit = self.unit;
        let name = chain.parts[0].name.as_str();
        let mut found = Vec::new();
        for &id in &chain.reach.bindings {
            let binding = unit.scopes.binding(id);
            match binding.kind {
                BindingKind::Import(import, clause) => {
                    let path = unit.value_path(import, clause as usize);
                    found.extend(path.map(|path| path.join(".")));
                }
                BindingKind::Parameter => {
                    found.extend(self.known().fixture(name).map(str::to_owned));
                    let start = binding.range.start().to_u32();
                    if let Some(annotation) = self.seen.annotations.get(&start) {
                        self.made(annotation, depth, &mut found);
                    }
                }
                BindingKind::Function | BindingKind::Class
                    if unit.scopes.scope(binding.scope).parent.is_none() =>
                {
                    let module = unit.modules.first();
                    found.extend(module.map(|module| format!("{}.{name}", module.join("."))));
                }
                BindingKind::Assignment | BindingKind::Target | BindingKind::Walrus => {
                    let start = binding.range.start().to_u32();
                    if let Some(value) = self.seen.values.get(&start) {
                        self.value_heads(value, depth, &mut found);
                    }
                }
                _ => {}
            }
        }
        for &star in &chain.reach.stars {
            if let BindingKind::Star(import) = unit.scopes.binding(star).kind {
                let module = unit.clause_path(import, 0);
                found.extend(module.map(|module| format!("{}.{name}", module.join("."))));
            }
        }
        if chain.reach.bindings.is_empty() {
            found.push(format!("builtins.{name}"));
            // A fixture of a notebook or a doctest.
            found.extend(self.known().fixture(name).map(str::to_owned));
        }
        found
    }

    fn value_heads(&self, value: &Expr, depth: u32, found: &mut Vec<String>) {
        match value {
            Expr::Call(_) | Expr::Name(_) | Expr::Attribute(_) => {
                self.paths_to(value, depth, found);
            }
            _ => {}
        }
    }

    /// What a string expression says; `None` if it is none.
    pub(super) fn text(&self, expr: &Expr, purpose: Purpose) -> Option<Text> {
        let is_string = match expr {
            Expr::StringLiteral(_) | Expr::FString(_) => true,
            Expr::BinOp(binary) => matches!(binary.op, Operator::Add | Operator::Mod),
            Expr::Call(call) => is_method(call, "format") || is_method(call, "join"),
            Expr::Name(_) => true,
            _ => self.own_path(expr).is_some(),
        };
        if !is_string {
            return None;
        }
        let mut text = Text::new(bytes(expr.range()));
        self.add(expr, &mut text, purpose, DEPTH);
        matches!(text.runs.first(), Some(Run::Known { .. })).then_some(text)
    }

    fn add(&self, expr: &Expr, text: &mut Text, purpose: Purpose, depth: u32) {
        let Some(depth) = depth.checked_sub(1) else {
            return text.hole();
        };
        match expr {
            Expr::StringLiteral(literal) => self.literal(literal, text, purpose),
            Expr::FString(literal) => self.format_literal(literal, text, purpose, depth),
            Expr::BinOp(binary) if binary.op == Operator::Add => {
                self.add(&binary.left, text, purpose, depth);
                self.add(&binary.right, text, purpose, depth);
            }
            Expr::BinOp(binary) if binary.op == Operator::Mod => {
                self.percented(&binary.left, &binary.right, text, purpose, depth);
            }
            Expr::Call(call) if is_method(call, "format") => {
                self.formatted(call, text, purpose, depth);
            }
            Expr::Call(call) if is_method(call, "join") => {
                self.joined(call, text, purpose, depth);
            }
            Expr::Named(named) => self.add(&named.value, text, purpose, depth),
            Expr::Name(name) => self.name(expr, name.range, text, purpose, depth),
            _ => match self.own_path(expr).filter(|_| purpose != Purpose::Alone) {
                Some(path) => text.push_own(&path.join(".")),
                None => text.hole(),
            },
        }
    }

    /// `"%s.f" % x`, `"%(x)s.f" % {"x": x}`.
    fn percented(
        &self,
        pattern: &Expr,
        values: &Expr,
        text: &mut Text,
        purpose: Purpose,
        depth: u32,
    ) {
        let read = self.pattern(pattern, text, purpose, depth);
        let mut next = 0;
        pieces(&read, text, &percent, &mut |key, text| {
            let value = match (values, key) {
                (Expr::Dict(dict), key) if !key.is_empty() => {
                    let is_key = |item: &&DictItem| matches!(&item.key, Some(Expr::StringLiteral(own)) if own.value.to_str() == key);
                    let mut items = dict.items.iter().filter(is_key);
                    items.next_back().map(|item| &item.value)
                }
                (Expr::Tuple(tuple), "") => {
                    next += 1;
                    tuple.elts.get(next - 1)
                }
                (value, "") => {
                    next += 1;
                    Some(value).filter(|_| next == 1)
                }
                _ => None,
            };
            match value {
                Some(value) => self.add(value, text, purpose, depth),
                None => text.hole(),
            }
        });
    }

    /// What a pattern says, whose start becomes the start of `text`.
    fn pattern(&self, pattern: &Expr, text: &mut Text, purpose: Purpose, depth: u32) -> Text {
        let mut read = Text::new(0..0);
        self.add(pattern, &mut read, purpose, depth);
        if text.runs.is_empty() {
            text.own = read.own;
        }
        read
    }

    fn claim(&self, range: TextRange, purpose: Purpose) {
        if purpose == Purpose::Known {
            self.claimed.borrow_mut().insert(range.start().to_u32());
        }
    }

    fn literal(&self, literal: &ExprStringLiteral, text: &mut Text, purpose: Purpose) {
        self.claim(literal.range, purpose);
        for part in &literal.value {
            let content = match part.flags.prefix().is_raw() {
                true => Content::Raw,
                false => Content::Plain,
            };
            self.content(part.range, part.flags, content, text);
        }
    }

    fn content(&self, range: TextRange, flags: impl StringFlags, how: Content, text: &mut Text) {
        let range = bytes(range);
        let start = range.start + flags.opener_len().to_usize();
        let end = range.end.saturating_sub(flags.closer_len().to_usize());
        match self.unit.text.get(start..end) {
            Some(raw) => decode(raw, start, how, text),
            None => text.hole(),
        }
    }

    fn format_literal(&self, literal: &ExprFString, text: &mut Text, purpose: Purpose, depth: u32) {
        self.claim(literal.range, purpose);
        for part in &literal.value {
            let string = match part {
                FStringPart::Literal(part) => {
                    let content = match part.flags.prefix().is_raw() {
                        true => Content::Raw,
                        false => Content::Plain,
                    };
                    self.content(part.range, part.flags, content, text);
                    continue;
                }
                FStringPart::FString(string) => string,
            };
            let content = match string.flags.prefix().is_raw() {
                true => Content::RawFormat,
                false => Content::Format,
            };
            for element in &string.elements {
                match element {
                    InterpolatedStringElement::Literal(run) => {
                        let raw = self.unit.at(run.range);
                        decode(raw, bytes(run.range).start, content, text);
                    }
                    InterpolatedStringElement::Interpolation(value)
                        if value.format_spec.is_none()
                            && value.debug_text.is_none()
                            && matches!(
                                value.conversion,
                                ConversionFlag::None | ConversionFlag::Str
                            ) =>
                    {
                        self.add(&value.expression, text, purpose, depth);
                    }
                    InterpolatedStringElement::Interpolation(_) => text.hole(),
                }
            }
        }
    }

    /// `"{}.f".format(x)`.
    fn formatted(&self, call: &ExprCall, text: &mut Text, purpose: Purpose, depth: u32) {
        let Expr::Attribute(function) = &*call.func else {
            return text.hole();
        };
        let pattern = self.pattern(&function.value, text, purpose, depth);
        let mut next = 0;
        pieces(&pattern, text, &braces, &mut |key, text| {
            let value = if key.is_empty() {
                next += 1;
                call.arguments.find_positional(next - 1)
            } else if let Ok(position) = key.parse() {
                call.arguments.find_positional(position)
            } else {
                let keyword = call.arguments.find_keyword(key);
                keyword.map(|keyword| &keyword.value)
            };
            match value {
                Some(value) => self.add(value, text, purpose, depth),
                None => text.hole(),
            }
        });
    }

    /// `".".join(["a", "b"])`.
    fn joined(&self, call: &ExprCall, text: &mut Text, purpose: Purpose, depth: u32) {
        let values = match call.arguments.find_positional(0) {
            Some(Expr::List(list)) => &list.elts,
            Some(Expr::Tuple(tuple)) => &tuple.elts,
            _ => return text.hole(),
        };
        let Expr::Attribute(function) = &*call.func else {
            return text.hole();
        };
        let mut separator = Text::new(0..0);
        self.add(&function.value, &mut separator, purpose, depth);
        if !separator.is_complete() {
            return text.hole();
        }
        let separator = separator.known();
        for (at, value) in values.iter().enumerate() {
            if at > 0 {
                text.push(&separator, None);
            }
            self.add(value, text, purpose, depth);
        }
    }

    /// A constant: a name with one value, or the name of this module.
    fn name(&self, expr: &Expr, range: TextRange, text: &mut Text, purpose: Purpose, depth: u32) {
        let Some(chain) = self.chain(expr).filter(|_| purpose != Purpose::Alone) else {
            return text.hole();
        };
        if let Some(own) = self.own_path(expr) {
            return text.push_own(&own.join("."));
        }
        let Some((binding, value)) = self.constant(chain) else {
            return text.hole();
        };
        let start = self.unit.scopes.binding(binding).range.start().to_u32();
        if purpose == Purpose::Known {
            let mut constants = self.constants.borrow_mut();
            let reads = constants.entry(start).or_default();
            reads.insert(range.start().to_u32());
        }
        let mut inner = Text::new(bytes(value.range()));
        self.add(value, &mut inner, purpose, depth);
        if text.runs.is_empty() {
            text.own = inner.own;
        }
        for mut run in inner.runs {
            if let Run::Known { constant, .. } = &mut run {
                constant.get_or_insert(start);
            }
            text.runs.push(run);
        }
    }

    /// The one value of a name, if that is a string.
    fn constant(&self, chain: &NameReference) -> Option<(BindingId, &'u Expr)> {
        let [binding] = chain.reach.bindings[..] else {
            return None;
        };
        let bound = self.unit.scopes.binding(binding);
        let is_bound = matches!(bound.kind, BindingKind::Assignment | BindingKind::Walrus);
        if !is_bound || chain.parts.len() > 1 || !chain.reach.stars.is_empty() {
            return None;
        }
        let value = *self.seen.values.get(&bound.range.start().to_u32())?;
        let is_string = match value {
            Expr::StringLiteral(_) | Expr::FString(_) | Expr::BinOp(_) | Expr::Name(_) => true,
            Expr::Call(call) => is_method(call, "format") || is_method(call, "join"),
            _ => self.own_path(value).is_some(),
        };
        is_string.then_some((binding, value))
    }
}

fn is_method(call: &ExprCall, name: &str) -> bool {
    matches!(&*call.func, Expr::Attribute(function)
        if function.attr.as_str() == name && matches!(&*function.value, Expr::StringLiteral(_) | Expr::Name(_)))
}
