//! Sources: every form of import and of use that the rewriter knows, over the names of the rules.
//!
//! A strategy of a statement gives lines that end in `\n` and are not indented; what stands in a suite
//! is indented by it.

use proptest::prelude::*;

use crate::rules::{name, path};

/// Where the source is: which package its dots mean, and whether it is a rule's own module.
pub fn file() -> impl Strategy<Value = &'static str> {
    prop::sample::select(
        &[
            "main.py",
            "main.py",
            "main.py",
            "pkg/c.py",
            "pkg/__init__.py",
            "pkg/a/__init__.py",
            "pkg/a/f.py",
            "old/a.py",
            "new/a.py",
            "main.pyi",
        ][..],
    )
}

fn local() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&["a", "b", "K", "f", "old", "new", "x"][..])
}

/// A path that an expression starts with: from a root, or from a name that is bound here.
fn chain() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => path(),
        1 => (local(), name()).prop_map(|(head, name)| format!("{head}.{name}")),
        3 => local().prop_map(str::to_owned),
        1 => path().prop_map(|path| path.replacen('.', " . ", 1)),
        1 => path().prop_map(|path| format!("({})", path.replacen('.', "  # why\n    .", 1))),
    ]
}

fn module() -> impl Strategy<Value = String> {
    let dots = prop::sample::select(&[".", "..", ". ", "...", ".a", "..b", ".a.b"][..]);
    prop_oneof![8 => path(), 2 => dots.prop_map(str::to_owned)]
}

fn comment() -> impl Strategy<Value = &'static str> {
    prop::sample::select(
        &[
            "",
            "",
            "",
            "",
            "  # c",
            "  # noqa: F401",
            "  # type: ignore",
            "  # repoint: keep",
        ][..],
    )
}

fn clause() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => name().prop_map(str::to_owned),
        2 => (name(), local()).prop_map(|(name, local)| format!("{name} as {local}")),
        1 => name().prop_map(|name| format!("{name} as {name}")),
    ]
}

/// A list of names in the layouts that there are.
fn list() -> impl Strategy<Value = String> {
    (
        prop::collection::vec((clause(), comment(), any::<bool>()), 1..5),
        0..6,
        any::<bool>(),
    )
        .prop_map(|(names, layout, comma)| {
            let bare: Vec<&str> = names.iter().map(|(name, _, _)| name.as_str()).collect();
            let comma = if comma { "," } else { "" };
            match layout {
                0 | 1 => bare.join(", "),
                2 => format!("({}{comma})", bare.join(", ")),
                3 => bare.join(", \\\n    "),
                4 => format!("(\n    {}\n)", bare.join("\n    , ")),
                _ => {
                    let last = names.len() - 1;
                    let lines = names
                        .iter()
                        .enumerate()
                        .map(|(at, (name, comment, above))| {
                            let above = if *above { "    # above\n" } else { "" };
                            let comma = if at == last { comma } else { "," };
                            format!("{above}    {name}{comma}{comment}\n")
                        });
                    format!("(\n{})", lines.collect::<String>())
                }
            }
        })
}

/// An import without the end of its line.
fn import() -> impl Strategy<Value = String> {
    let dotted = prop_oneof![
        4 => path(),
        2 => (path(), local()).prop_map(|(path, local)| format!("{path} as {local}")),
    ];
    prop_oneof![
        6 => (module(), list()).prop_map(|(module, list)| format!("from {module} import {list}")),
        5 => prop::collection::vec(dotted, 1..4).prop_map(|clauses| format!("import {}", clauses.join(", "))),
        1 => module().prop_map(|module| format!("from {module} import *")),
        1 => (module(), name()).prop_map(|(module, name)| format!("from {module} import({name})")),
        1 => (path(), name()).prop_map(|(path, name)| format!("from {path} \\\n  import {name}")),
    ]
}

fn expression() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => chain(),
        3 => chain().prop_map(|path| format!("{path}()")),
        1 => (local(), chain(), chain()).prop_map(|(local, one, two)| format!("[{one} for {local} in {two}]")),
        1 => (local(), chain(), local()).prop_map(|(local, one, two)| format!("{{{one}: {two} for {local} in x if {two}}}")),
        1 => (local(), chain(), chain()).prop_map(|(local, one, two)| format!("(lambda {local}, x={one}: {two})")),
        1 => (local(), chain()).prop_map(|(local, path)| format!("({local} := {path})")),
        1 => chain().prop_map(|path| format!("f\"{{{path}}} {{x:{{{path}}}}} old.a\"")),
        1 => (local(), chain()).prop_map(|(local, path)| format!("x({local}={path}, *{path})")),
        1 => path().prop_map(|path| format!("x(\"{path}\")")),
        1 => path().prop_map(|path| format!("getattr(x, \"{path}\", {path})")),
        1 => (chain(), name()).prop_map(|(path, name)| format!("getattr({path}, \"{name}\")")),
        1 => (path(), call()).prop_map(|(path, call)| format!("{call}(\"{path}\")")),
        1 => (path(), name()).prop_map(|(path, name)| format!("patch.object({path}, \"{name}\")")),
    ]
}

/// A call that takes a path.
fn call() -> impl Strategy<Value = &'static str> {
    prop::sample::select(
        &[
            "mock.patch",
            "importlib.import_module",
            "monkeypatch.delattr",
            "__import__",
            "pytest.importorskip",
            "sys.modules.get",
        ][..],
    )
}

/// A simple statement without the end of its line.
fn simple() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => import(),
        8 => expression(),
        3 => (local(), expression()).prop_map(|(local, value)| format!("{local} = {value}")),
        2 => (local(), path(), path()).prop_map(|(local, one, two)| format!("{local}: \"{one}\" = {two}")),
        1 => (path(), local()).prop_map(|(path, local)| format!("{path}.a = {local}")),
        1 => chain().prop_map(|path| format!("del {path}")),
        1 => local().prop_map(|local| format!("global {local}")),
        1 => local().prop_map(|local| format!("print({local})")),
        1 => prop::collection::vec(local(), 0..3).prop_map(|names| {
            let names: Vec<_> = names.iter().map(|name| format!("\"{name}\"")).collect();
            format!("__all__ = [{}]", names.join(", "))
        }),
        1 => local().prop_map(|name| format!("__all__ += [\"{name}\"]")),
        1 => (local(), path()).prop_map(|(name, path)| format!("{name} = cast(\"list[{path}]\", x)  # type: {path}")),
        1 => local().prop_map(|name| format!("type {name} = {name}")),
        1 => path().prop_map(|path| format!("\"\"\"See :class:`{path}`.\n\n>>> import {path}\n>>> {path}\n\"\"\"")),
        1 => path().prop_map(|path| format!("\"\"\"\nfrom {path} import f\n{path}.f()\n\"\"\"")),
        1 => Just("pass".to_owned()),
    ]
}

/// One line, or several where its brackets are open: statements with semicolons.
fn line() -> impl Strategy<Value = String> {
    (
        prop::collection::vec(simple(), 1..3),
        comment(),
        prop::bool::weighted(0.1),
    )
        .prop_map(|(statements, comment, semicolon)| {
            let end = if semicolon { ";" } else { "" };
            format!("{}{end}{comment}\n", statements.join("; "))
        })
}

/// A suite that belongs to what stands before its colon.
fn suite(head: impl AsRef<str>, body: &[String]) -> String {
    let text = body.concat();
    if text.is_empty() {
        return format!("{}: pass\n", head.as_ref());
    }
    let mut lines = format!("{}:\n", head.as_ref());
    for line in text.split_inclusive('\n') {
        lines.push_str("    ");
        lines.push_str(line);
    }
    lines
}

fn block(inner: impl Strategy<Value = String> + Clone + 'static) -> impl Strategy<Value = String> {
    let body = || prop::collection::vec(inner.clone(), 1..4);
    let parameter = || prop_oneof![local().prop_map(str::to_owned), Just(String::new())];
    prop_oneof![
        5 => (local(), parameter(), chain(), body()).prop_map(|(name, parameter, path, body)| {
            let parameters = if parameter.is_empty() { String::new() } else { format!("{parameter}: \"{path}\" = {path}") };
            suite(format!("def {name}({parameters}) -> {path}"), &body)
        }),
        1 => (local(), path(), body()).prop_map(|(name, path, body)| format!("@{path}\n{}", suite(format!("async def {name}(*a, **b)"), &body))),
        1 => (local(), local(), body()).prop_map(|(name, local, body)| suite(format!("def f[{name}]({local})"), &body)),
        1 => (local(), local(), body(), body()).prop_map(|(name, other, body, more)| {
            let inner = format!("nonlocal {other}\n{}", more.concat());
            suite(format!("def {name}({other}=None)"), &[body.concat(), suite("def inner()", &[inner])])
        }),
        3 => (local(), path(), body()).prop_map(|(name, path, body)| suite(format!("class {name}({path})"), &body)),
        3 => (chain(), body(), body()).prop_map(|(path, body, other)| suite(format!("if {path}"), &body) + &suite("else", &other)),
        1 => (body(), body()).prop_map(|(body, other)| suite("if TYPE_CHECKING", &body) + &suite("elif sys.version_info > (3, 8)", &other)),
        3 => (body(), body(), prop::sample::select(&["except ImportError", "except Exception as a", "except (ImportError, OSError)"][..]))
            .prop_map(|(body, other, except)| suite("try", &body) + &suite(except, &other)),
        1 => (body(), body(), body()).prop_map(|(one, two, three)| {
            suite("try", &one) + &suite("except ImportError", &[]) + &suite("else", &two) + &suite("finally", &three)
        }),
        1 => (local(), chain(), body()).prop_map(|(local, path, body)| suite(format!("for {local} in {path}"), &body)),
        1 => (chain(), body()).prop_map(|(path, body)| suite(format!("while {path}"), &body)),
        1 => (local(), chain(), body()).prop_map(|(local, path, body)| suite(format!("with {path}() as {local}"), &body)),
        1 => body().prop_map(|body| suite("with suppress(ImportError)", &body)),
        1 => (path(), local(), body()).prop_map(|(path, local, body)| {
            let cases = suite(format!("case {path}(a={local})"), &body) + &suite(format!("case {local}"), &[]);
            suite("match x", &[cases])
        }),
        1 => (chain(), import()).prop_map(|(path, import)| format!("if {path}: {import}; x\n")),
    ]
}

fn statement() -> impl Strategy<Value = String> {
    line().prop_recursive(
        3,
        14,
        3,
        |inner| prop_oneof![1 => inner.clone(), 4 => block(inner)],
    )
}

/// How the lines of a source are written.
fn layout() -> impl Strategy<Value = fn(String) -> String> {
    fn tabs(text: String) -> String {
        text.replace("    ", "\t")
    }
    fn crlf(text: String) -> String {
        text.replace('\n', "\r\n")
    }
    fn old_mac(text: String) -> String {
        text.replace('\n', "\r")
    }
    fn unended(text: String) -> String {
        text.trim_end().to_owned()
    }
    fn fed(text: String) -> String {
        format!("\u{c}{text}")
    }
    fn marked(text: String) -> String {
        format!("\u{feff}{text}")
    }
    fn headed(text: String) -> String {
        format!(
            "#!/usr/bin/env python\n\"\"\"Old.\"\"\"\nfrom __future__ import annotations\n{text}"
        )
    }
    let plain: fn(String) -> String = |text| text;
    prop_oneof![
        8 => Just(plain),
        1 => Just(tabs as fn(String) -> String),
        1 => Just(crlf as fn(String) -> String),
        1 => Just(old_mac as fn(String) -> String),
        1 => Just(unended as fn(String) -> String),
        1 => Just(fed as fn(String) -> String),
        1 => Just(marked as fn(String) -> String),
        2 => Just(headed as fn(String) -> String),
    ]
}

/// The text of a module.
pub fn source() -> impl Strategy<Value = String> {
    (layout(), prop::collection::vec(statement(), 1..7))
        .prop_map(|(layout, statements)| layout(statements.concat()))
}
