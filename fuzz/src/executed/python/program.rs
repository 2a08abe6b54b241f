//! Programs: a package of a few modules, each a list of statements with the names that they bind.
//!
//! What is bound is followed, roughly, so that most of what a program refers to is there; and names are
//! few, so that they clash. The modules of a program import from those before them only.

use std::collections::BTreeMap;

use fastrand::Rng;

use super::OWN;
use super::world::MODULES;
use crate::executed::Files;

/// What stands at the head of a file; the rest may use it.
const HEADER: &str = "import contextlib, importlib, sys, typing\nfrom typing import TYPE_CHECKING\nfrom unittest import mock\n";

/// Names that are bound to anything.
pub const LOCALS: &[&str] = &["f", "g", "K", "old", "a", "b", "new", "x", "kept", "home"];

/// The modules of a program below its package, in the order in which they may import each other, how
/// many in a hundred programs have them, and their files.
const OWN_MODULES: &[(&str, u8, &str)] = &[
    ("b", 55, "b.py"),
    ("sub.c", 30, "sub/c.py"),
    ("sub", 25, "sub/__init__.py"),
    ("", 25, "__init__.py"),
    ("main", 100, "main.py"),
];

/// Something that can be written in a scope.
#[derive(Clone, Debug)]
pub struct Expr {
    pub text: String,
    /// Which module it is, if it is one.
    pub module: Option<String>,
}

/// What is bound in a scope and around it.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    pub exprs: Vec<Expr>,
    pub is_module: bool,
}

impl Scope {
    /// A name gets another meaning.
    pub fn bind(&mut self, name: &str, module: Option<String>) {
        self.unbind(name);
        self.exprs.push(Expr {
            text: name.to_owned(),
            module,
        });
    }

    pub fn unbind(&mut self, name: &str) {
        self.exprs.retain(|expr| head(&expr.text) != name);
    }

    /// `import a.b.c`: every part of it is there.
    pub fn bind_dotted(&mut self, path: &str) {
        let root = head(path);
        let is_root = |expr: &Expr| expr.text == root && expr.module.as_deref() == Some(root);
        if !self.exprs.iter().any(is_root) {
            self.unbind(root);
        }
        let ends = path.match_indices('.').map(|(at, _)| at);
        for end in ends.chain([path.len()]) {
            let text = path[..end].to_owned();
            self.exprs.retain(|expr| expr.text != text);
            self.exprs.push(Expr {
                module: Some(text.clone()),
                text,
            });
        }
    }

    /// A scope inside of this one.
    pub fn inner(&self) -> Self {
        Self {
            exprs: self.exprs.clone(),
            is_module: false,
        }
    }
}

/// The first name of a chain.
pub fn head(text: &str) -> &str {
    text.split('.').next().unwrap_or_default()
}

/// Makes the statements of one file.
pub struct Maker<'a> {
    pub rng: &'a mut Rng,
    /// The names that modules before this one bind: of each, which module it is.
    pub own: &'a BTreeMap<String, Vec<(String, Option<String>)>>,
    /// The package of the file, below that of the program.
    pub package: &'a str,
    /// Modules that rules speak of: most of what is imported comes from there.
    pub moved: &'a [&'static str],
    names: usize,
}

/// Draws a program.
pub fn program(moved: &[&'static str], rng: &mut Rng) -> Files {
    let mut files = Files::new();
    let mut own = BTreeMap::new();
    for &(module, share, file) in OWN_MODULES {
        if rng.u8(..100) >= share {
            continue;
        }
        let package = match module {
            "sub.c" | "sub" => "sub",
            _ => "",
        };
        let size = match module {
            "main" => rng.usize(2..8),
            _ => rng.usize(1..5),
        };
        let mut maker = Maker {
            rng,
            own: &own,
            package,
            moved,
            names: 0,
        };
        let mut scope = Scope {
            is_module: true,
            ..Scope::default()
        };
        let mut text = HEADER.to_owned() + &maker.block(&mut scope, 3, size);
        let names: Vec<_> = scope
            .exprs
            .into_iter()
            .filter(|expr| !expr.text.contains('.'))
            .map(|expr| (expr.text, expr.module))
            .collect();
        text.push_str(&maker.exports(&names));
        files.insert(file.to_owned(), text);
        own.insert(module.to_owned(), names);
    }
    // Without these, folders would be namespace packages; that is no other matter here.
    for (file, below) in [("__init__.py", ""), ("sub/__init__.py", "sub/")] {
        if files.keys().any(|name| name.starts_with(below)) {
            files.entry(file.to_owned()).or_default();
        }
    }
    files
}

impl Maker<'_> {
    pub fn pick<'s>(&mut self, of: &[&'s str]) -> &'s str {
        of[self.rng.usize(..of.len())]
    }

    /// A module that there is.
    pub fn module(&mut self) -> &'static str {
        match self.chance(50) && !self.moved.is_empty() {
            true => self.pick(self.moved),
            false => self.pick(MODULES),
        }
    }

    /// True so many times of a hundred.
    pub fn chance(&mut self, percent: u8) -> bool {
        self.rng.u8(..100) < percent
    }

    /// A name that nothing else has.
    pub fn fresh(&mut self, stem: &str) -> String {
        self.names += 1;
        format!("{stem}{}", self.names)
    }

    /// Statements, each on its lines; at least one.
    pub fn block(&mut self, scope: &mut Scope, depth: usize, size: usize) -> String {
        (0..size.max(1))
            .map(|_| self.statement(scope, depth))
            .collect()
    }

    fn statement(&mut self, scope: &mut Scope, depth: usize) -> String {
        if scope.exprs.is_empty() || self.chance(30) {
            let import = self.import(scope);
            let mut text = self.end(&import);
            for _ in 0..self.rng.usize(..3) {
                text.push_str(&self.use_of(scope));
            }
            return text;
        }
        match self.rng.u8(..100) {
            0..50 => self.use_of(scope),
            50..58 => self.rebind(scope),
            58..62 => self.delete(scope),
            _ if depth > 0 => self.compound(scope, depth - 1),
            _ => self.use_of(scope),
        }
    }

    /// The end of the line of a simple statement.
    fn end(&mut self, statement: &str) -> String {
        let is_one_line = !statement.contains('\n') && !statement.contains('#');
        match self.rng.u8(..20) {
            0 if is_one_line => format!("{statement}; pass\n"),
            1 if is_one_line => format!("pass; {statement};\n"),
            2 if is_one_line => format!("{statement}  # why\n"),
            3 if is_one_line => format!("{statement}  # noqa\n"),
            _ => format!("{statement}\n"),
        }
    }

    fn rebind(&mut self, scope: &mut Scope) -> String {
        let name = self.pick(LOCALS);
        let (value, module) = self.chain(scope);
        scope.bind(name, module);
        match self.rng.u8(..6) {
            0 => format!("({name} := {value})\n"),
            1 => format!("for {name} in ({value},): pass\n"),
            2 => format!("{name}: object = {value}\n"),
            3 => format!("{name}, x = {value}, {value}\n"),
            _ => format!("{name} = {value}\n"),
        }
    }

    fn delete(&mut self, scope: &mut Scope) -> String {
        let at = self.rng.usize(..scope.exprs.len());
        let name = head(&scope.exprs[at].text).to_owned();
        scope.unbind(&name);
        format!("del {name}\n")
    }

    /// A statement with a suite.
    fn compound(&mut self, scope: &mut Scope, depth: usize) -> String {
        let size = self.rng.usize(1..4);
        let bound = |scope: &Scope| scope.exprs.clone();
        match self.rng.u8(..22) {
            0..5 => self.function(scope, depth, size),
            5 => self.class(scope, depth, size),
            6 => self.global(scope),
            7 => {
                let body = self.block(scope, depth, size);
                let mut other = scope.clone();
                let other = self.block(&mut other, depth, 1);
                suite("if yes()", &body) + &suite("else", &other)
            }
            8 => {
                let mut dead = scope.clone();
                let dead = self.block(&mut dead, depth, size);
                match self.chance(50) {
                    true => suite("if no()", &dead),
                    false => suite("if no()", &dead) + &suite("else", &self.block(scope, depth, 1)),
                }
            }
            9 => {
                let mut dead = scope.clone();
                let import = self.import(&mut dead);
                let (path, _) = self.chain(&dead);
                let name = self.fresh("typed");
                suite("if TYPE_CHECKING", &format!("{import}\n"))
                    + &format!("def {name}(x: \"{path}\") -> None: pass\n")
            }
            10 => {
                let body = self.block(scope, depth, size);
                suite("try", &body) + &suite("except ImportError", "show(1)\n")
            }
            11 => {
                let import = self.import(scope);
                let body = format!("import nowhere\n{import}\n");
                suite("try", "import nowhere\n") + &suite("except ImportError", &body[15..])
            }
            12 => {
                let import = self.import(scope);
                let names = bound(scope);
                let name = names.last().map_or("x", |expr| head(&expr.text)).to_owned();
                suite("try", &format!("{import}\n"))
                    + &suite("except ImportError", &format!("{name} = None\n"))
            }
            13 => {
                let body = self.block(scope, depth, size);
                let last = self.use_of(scope);
                suite("try", &body) + &suite("finally", &last)
            }
            14 => suite(
                "with contextlib.suppress(ImportError)",
                &self.block(scope, depth, size),
            ),
            15 => {
                let name = self.pick(LOCALS);
                scope.bind(name, None);
                suite(
                    format!("for {name} in (1, 2)"),
                    &self.block(scope, depth, size),
                )
            }
            16 => {
                let body = self.block(scope, depth, size);
                suite("while yes()", &format!("{body}break\n"))
            }
            17 => {
                let (path, _) = self.chain(scope);
                let body = self.use_of(scope);
                let pattern = match path.contains('.') {
                    true => path.clone(),
                    false => format!("{path}()"),
                };
                let case = suite(format!("case {pattern}"), &body);
                let other = suite("case _", "show(2)\n");
                suite(format!("match {path}"), &(case + &other))
            }
            18 => {
                let (path, _) = self.chain(scope);
                let body = suite("try", &format!("raise {path}\n"));
                body + &suite(format!("except {path}"), "show(3)\n")
                    + &suite("except Exception as x", "show(4)\n")
            }
            19 => {
                let import = self.import(scope);
                match import.contains(['\n', '#', '*']) {
                    true => format!("{import}\n"),
                    false => {
                        let (path, _) = self.chain(scope);
                        format!("if yes(): {import}; show({path})\n")
                    }
                }
            }
            20 => {
                let name = self.fresh("Sub");
                let (path, _) = self.chain(scope);
                let body = suite(format!("class {name}({path})"), "pass\n");
                suite("try", &(body + &format!("show({name}.__mro__[1])\n")))
                    + &suite("except TypeError", "show(5)\n")
            }
            _ => {
                let (path, _) = self.chain(scope);
                let name = self.fresh("made");
                format!("@{path}\ndef {name}(): return 6\nshow({name})\n")
            }
        }
    }

    fn function(&mut self, scope: &mut Scope, depth: usize, size: usize) -> String {
        let name = self.fresh("go");
        let mut inner = scope.inner();
        let parameter = match self.rng.u8(..5) {
            0 => {
                let name = self.pick(LOCALS);
                inner.bind(name, None);
                format!("{name}=7")
            }
            1 => {
                let (path, _) = self.chain(scope);
                format!("y={path}")
            }
            _ => String::new(),
        };
        let mut body = String::new();
        if self.chance(50) {
            body.push_str(&format!("{}\n", self.import(&mut inner)));
        }
        body.push_str(&self.block(&mut inner, depth, size));
        if self.chance(20) {
            body.push_str(&self.nested(&mut inner));
        }
        let result = if self.chance(30) && !inner.exprs.is_empty() {
            format!("return {}\n", self.chain(&inner).0)
        } else {
            String::new()
        };
        let call = match self.chance(60) {
            true => format!("attempt({name})\n"),
            false => format!("show({name}())\n"),
        };
        suite(format!("def {name}({parameter})"), &(body + &result)) + &call
    }

    /// A function in a function, with the name of the outer one.
    fn nested(&mut self, scope: &mut Scope) -> String {
        let name = self.pick(LOCALS);
        let inner = self.fresh("inner");
        let import = self.import_of(scope, name);
        let again = self.import_of(scope, name);
        let body = format!("nonlocal {name}\n{again}\nshow({name})\n");
        format!(
            "{import}\n{}{inner}()\nshow({name})\n",
            suite(format!("def {inner}()"), &body)
        )
    }

    fn global(&mut self, scope: &mut Scope) -> String {
        let function = self.fresh("set_up");
        let name = self.pick(LOCALS);
        let mut inner = scope.inner();
        let import = self.import_of(&mut inner, name);
        if scope.is_module {
            let module = inner.exprs.last().and_then(|expr| expr.module.clone());
            scope.bind(name, module);
        }
        let body = format!("global {name}\n{import}\n");
        suite(format!("def {function}()"), &body) + &format!("{function}()\n")
    }

    fn class(&mut self, scope: &mut Scope, depth: usize, size: usize) -> String {
        let name = self.fresh("C");
        let mut inner = scope.inner();
        let mut body = self.block(&mut inner, depth.min(1), size);
        if self.chance(50) {
            let (path, _) = self.chain(scope);
            let parameter = self.chain(&inner).0;
            body.push_str(&format!("def m(self, x={parameter}): return x, {path}\n"));
            body.push_str("attempt(lambda: m(1))\n");
        }
        let class = suite(format!("class {name}"), &body);
        let at = self.rng.usize(..inner.exprs.len().max(1));
        match inner.exprs.get(at) {
            // What is read from a module that is an attribute is not followed.
            Some(expr) => class + &format!("attempt(lambda: {name}.{})\n", head(&expr.text)),
            None => class,
        }
    }

    /// `__all__`, perhaps.
    fn exports(&mut self, names: &[(String, Option<String>)]) -> String {
        if names.is_empty() || !self.chance(25) {
            return String::new();
        }
        let list = |names: &[(String, Option<String>)]| {
            let quoted = names.iter().map(|(name, _)| format!("\"{name}\""));
            quoted.collect::<Vec<_>>().join(", ")
        };
        match self.chance(60) {
            true => format!("__all__ = [{}]\n", list(names)),
            false => {
                let (some, rest) = names.split_at(self.rng.usize(..names.len()));
                format!("__all__ = [{}]\n__all__ += [{}]\n", list(some), list(rest))
            }
        }
    }

    /// The absolute path of a module of the program.
    pub fn own_path(module: &str) -> String {
        match module {
            "" => OWN.to_owned(),
            _ => format!("{OWN}.{module}"),
        }
    }
}

/// A suite that belongs to what stands before its colon.
pub fn suite(head: impl AsRef<str>, body: &str) -> String {
    let mut lines = format!("{}:\n", head.as_ref());
    for line in body.split_inclusive('\n') {
        lines.push_str("    ");
        lines.push_str(line);
    }
    lines
}

/// Programs with something less on a line, or with a suite in the place of its statement.
pub fn simpler(files: &Files) -> Vec<Files> {
    let mut all = Vec::new();
    for (name, text) in files {
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        for at in 0..lines.len() {
            let mut put = |line: String, rest: String| {
                let text = lines[..at].concat() + &line + &rest;
                let mut files = files.clone();
                files.insert(name.clone(), text);
                all.push(files);
            };
            let (line, rest) = (lines[at], &lines[at + 1..]);
            if line.trim_end().ends_with(':') {
                put(String::new(), dedented(line, rest));
            }
            for shorter in shorter(line) {
                put(shorter, rest.concat());
            }
        }
    }
    all
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The suite of `head`, and what is below, on the level of `head`.
fn dedented(head: &str, rest: &[&str]) -> String {
    let own = indent(head);
    let end = rest.iter().position(|line| indent(line) <= own);
    let (suite, below) = rest.split_at(end.unwrap_or(rest.len()));
    let lines = suite.iter().map(|line| line.get(4..).unwrap_or(line));
    lines.chain(below.iter().copied()).collect()
}

/// A line without one of the parts between its commas or semicolons, without an alias or a comment.
fn shorter(line: &str) -> Vec<String> {
    let mut all = Vec::new();
    let body = line.trim_end();
    let lead = &line[..indent(line)];
    if let Some(at) = body.find("  #") {
        all.push(format!("{}\n", &body[..at]));
    }
    for separator in ["; ", ", "] {
        let parts: Vec<&str> = body.trim_start().split(separator).collect();
        for without in 0..parts.len() {
            if parts.len() < 2 {
                break;
            }
            let mut parts = parts.clone();
            let part = parts.remove(without);
            let joined = parts.join(separator);
            // The first part holds the keyword too.
            if let (0, Some(at)) = (without, part.rfind("import ")) {
                all.push(format!("{lead}{}{joined}\n", &part[..at + 7]));
            }
            all.push(format!("{lead}{joined}\n"));
        }
    }
    if let Some(at) = body.find(" as ") {
        let end = body[at + 4..].find(|c: char| !c.is_alphanumeric());
        let end = end.map_or(body.len(), |end| at + 4 + end);
        all.push(format!("{}{}\n", &body[..at], &body[end..]));
    }
    if let Some(inner) = body.trim_start().strip_prefix("attempt(lambda: ") {
        let inner = inner.strip_suffix(')').unwrap_or(inner);
        all.push(format!("{lead}show({inner})\n"));
    }
    all
}
