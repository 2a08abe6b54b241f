//! Which files of the tree a file loads: by its imports, wherever they stand, and by calls that load a module of which
//! they are told the name (`import_module`, `mock.patch`). Only the tree of the text is looked at: no name is resolved.
//!
//! Tests load the `conftest.py` files around them, as pytest does. Imports for type checkers load nothing. Deliberately
//! absent: settings of frameworks, entry points, modules whose names are put together at run time.

use std::path::{Path, PathBuf};

use ignore::WalkBuilder;
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, ExprCall, Stmt, StmtImportFrom};
use rustc_hash::FxHashSet;

use super::index::{IMPORTERS, REPLACERS};
use super::notebook::Notebook;
use super::parse::{self, SourceKind};
use super::roots::{Kind, Relative, Roots};
use crate::path::{PYTHON, Segment};
use crate::project::keep_out;

/// The file in which pytest looks for fixtures of the tests below.
const CONFTEST: &str = "conftest.py";

/// The variable in which pytest looks for modules with more of them.
const PLUGINS: &str = "pytest_plugins";

/// The files of the project with root `project` that `file` (absolute), which holds `text`, loads.
pub(super) fn of(file: &Path, text: &str, roots: &Roots, project: &Path) -> Vec<PathBuf> {
    let mut loads = Loads {
        file,
        roots,
        seen: FxHashSet::default(),
        files: Vec::new(),
    };
    loads.around(project);
    let kind = SourceKind::of(file);
    if kind == SourceKind::Cells {
        if let Ok(Some(notebook)) = Notebook::read(text) {
            loads.text(notebook.text(), kind);
        }
    } else {
        loads.text(text, kind);
    }
    loads.files
}

/// The tests below a file of fixtures, sorted.
pub(super) fn served(file: &Path) -> Vec<PathBuf> {
    let (true, Some(folder)) = (file.ends_with(CONFTEST), file.parent()) else {
        return Vec::new();
    };
    let mut walk = WalkBuilder::new(folder);
    let _ = keep_out(&mut walk);
    let entries = walk.build().flatten();
    let files = entries.filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()));
    let mut tests: Vec<PathBuf> = files.map(ignore::DirEntry::into_path).collect();
    tests.retain(|path| is_test(path));
    tests.sort();
    tests
}

/// The module that a stub says the types of, if that lies elsewhere in the tree than the stub itself.
pub(super) fn twin(file: &Path, roots: &Roots) -> Option<PathBuf> {
    if SourceKind::of(file) != SourceKind::Stub {
        return None;
    }
    let beside = file.with_extension("py");
    if beside.is_file() {
        return Some(beside);
    }
    let homes = roots.homes(file);
    homes
        .iter()
        .find_map(|home| match roots.find_from(file, &home.module)?.kind {
            Kind::Package(found) | Kind::Module(found) => {
                (found != file && SourceKind::of(&found) == SourceKind::Module).then_some(found)
            }
            Kind::Namespace(_) => None,
        })
}

/// Whether pytest takes a file for one of tests, by its name.
fn is_test(file: &Path) -> bool {
    let name = file.file_name().and_then(|name| name.to_str());
    let stem = name.and_then(|name| name.strip_suffix(".py"));
    stem.is_some_and(|stem| stem.starts_with("test_") || stem.ends_with("_test"))
}

struct Loads<'l> {
    file: &'l Path,
    roots: &'l Roots,
    /// Modules that were looked up.
    seen: FxHashSet<Vec<Segment>>,
    files: Vec<PathBuf>,
}

impl Loads<'_> {
    /// Files of fixtures that pytest loads before this one.
    fn around(&mut self, project: &Path) {
        if !is_test(self.file) && !self.file.ends_with(CONFTEST) {
            return;
        }
        let folders = self.file.ancestors().skip(1);
        for folder in folders.take_while(|folder| folder.starts_with(project)) {
            let fixtures = folder.join(CONFTEST);
            if fixtures != self.file && fixtures.is_file() {
                self.files.push(fixtures);
            }
        }
    }

    fn text(&mut self, text: &str, kind: SourceKind) {
        if let Ok(parsed) = parse::module(text, kind) {
            self.visit_body(&parsed.syntax().body);
        }
    }

    /// Adds a module, after the packages around it.
    fn module(&mut self, path: &[Segment]) {
        for end in 1..=path.len() {
            let path = &path[..end];
            if self.seen.contains(path) {
                continue;
            }
            self.seen.insert(path.to_vec());
            let Some(found) = self.roots.find_from(self.file, path) else {
                return;
            };
            match found.kind {
                Kind::Package(file) | Kind::Module(file) if !self.files.contains(&file) => {
                    self.files.push(file);
                }
                _ => {}
            }
        }
    }

    /// Adds the module that a string names, or that holds what it names.
    fn named(&mut self, expression: &Expr) {
        if let Expr::StringLiteral(literal) = expression {
            let names = literal.value.to_str().split(['.', ':']);
            let names: Vec<Segment> = names.map(Segment::new).collect();
            if names.iter().all(|name| PYTHON.is_name(name)) {
                self.module(&names);
            }
        }
    }

    fn from(&mut self, import: &StmtImportFrom) {
        let written = import.module.as_ref();
        let names = written.map_or_else(Vec::new, |name| dotted(name));
        let module = match import.level {
            0 => names,
            level => match self.roots.relative(self.file, level, &names, &|_| None) {
                Relative::One(module) => module,
                Relative::None | Relative::Ambiguous(_) => return,
            },
        };
        self.module(&module);
        for name in import.names.iter().filter(|name| &name.name != "*") {
            let path = [&module[..], &[Segment::new(&name.name)]].concat();
            self.module(&path);
        }
    }

    /// `import_module("a.b")`, `patch("a.b.c")`, `monkeypatch.setattr("a.b.c", ...)`.
    fn call(&mut self, call: &ExprCall) {
        let called = match &*call.func {
            Expr::Name(name) => name.id.as_str(),
            Expr::Attribute(attribute) => attribute.attr.as_str(),
            _ => return,
        };
        if !IMPORTERS.contains(&called) && !REPLACERS.contains(&called) {
            return;
        }
        let first = call.arguments.args.first();
        let keywords = call.arguments.keywords.iter();
        for given in first.into_iter().chain(keywords.map(|it| &it.value)) {
            self.named(given);
        }
    }
}

impl<'a> Visitor<'a> for Loads<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Import(import) => {
                for name in &import.names {
                    self.module(&dotted(&name.name));
                }
            }
            Stmt::ImportFrom(import) => self.from(import),
            Stmt::If(choice) if is_type_checking(&choice.test) => {
                for clause in &choice.elif_else_clauses {
                    self.visit_elif_else_clause(clause);
                }
            }
            Stmt::Assign(assign)
                if assign
                    .targets
                    .iter()
                    .any(|target| matches!(target, Expr::Name(name) if name.id == PLUGINS)) =>
            {
                match &*assign.value {
                    Expr::List(list) => list.elts.iter().for_each(|item| self.named(item)),
                    Expr::Tuple(list) => list.elts.iter().for_each(|item| self.named(item)),
                    one => self.named(one),
                }
            }
            other => walk_stmt(self, other),
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Call(call) = expression {
            self.call(call);
        }
        walk_expr(self, expression);
    }
}

fn dotted(name: &str) -> Vec<Segment> {
    name.split('.').map(Segment::new).collect()
}

fn is_type_checking(test: &Expr) -> bool {
    match test {
        Expr::Name(name) => name.id == "TYPE_CHECKING",
        Expr::Attribute(attribute) => &attribute.attr == "TYPE_CHECKING",
        _ => false,
    }
}
