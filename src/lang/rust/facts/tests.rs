//! Packages as data, and the facts of one of their files, printed.

use std::fmt::Write as _;
use std::fs;

use crate::facts::{Definition, FileFacts, How, ModuleFacts, Seen};
use crate::lang::temp_tree::TempTree;
use crate::lang::{Language, RewriteOptions, SourceError, rust::Rust};
use crate::mapping::from_moves;
use crate::path::{RUST, Segment};
use crate::project::Project;

const MANIFEST: (&str, &str) = (
    "Cargo.toml",
    "[package]\nname = \"krate\"\nedition = \"2021\"\n[dependencies]\ndep = \"1\"\nother-dep = \"1\"\n",
);

/// A package with `file` in it, which holds the text.
type File<'a> = (&'a str, &'a str);

fn facts_in(tree: &TempTree, file: &str) -> Result<FileFacts, SourceError> {
    // A rule that speaks of nothing here: no path of a file is asked of it.
    let tables = from_moves(&[("unheard::of", "unheard::off")], &[&RUST]).expect("a table");
    let table = tables.into_tables().remove(0);
    let project = Project::at(tree.root().to_owned());
    let options = RewriteOptions::default();
    let session = Rust.open(&project, &table, &options);
    let path = tree.path(file);
    session.facts(&path, &fs::read_to_string(&path).expect("written"))
}

fn facts_of(files: &[File<'_>], file: &str) -> FileFacts {
    let all = [&[MANIFEST], files].concat();
    facts_in(&TempTree::new(&all), file).expect("facts")
}

fn path(path: &[Segment]) -> String {
    path.join("::")
}

fn module(text: &str, module: &ModuleFacts, shown: &mut String) {
    let paths: Vec<String> = module.paths.iter().map(|one| path(one)).collect();
    let mut line = format!("module {}", paths.join(", "));
    let flags = [
        (module.seen == Seen::Everywhere, " pub"),
        (module.only_hands_on, " hands-on"),
    ];
    line.extend(flags.iter().filter(|flag| flag.0).map(|flag| flag.1));
    writeln!(shown, "{line}").expect("a string");
    for one in &module.definitions {
        let public = if one.seen == Seen::Everywhere {
            " pub"
        } else {
            ""
        };
        let (name, kind, lines) = (&one.name, one.kind, one.lines);
        let range = one.range.start as usize..one.range.end as usize;
        assert_eq!(text[range].trim_start_matches("r#"), name.as_str());
        writeln!(shown, "  def {kind:?} {name}{public} lines={lines}").expect("a string");
    }
    for one in &module.imports {
        let how = match one.how {
            How::ReExport => " re-export",
            _ => "",
        };
        let public = if one.seen == Seen::Everywhere {
            " pub"
        } else {
            ""
        };
        let (name, target) = (&one.name, path(&one.target));
        writeln!(shown, "  import {name} = {target}{how}{public}").expect("a string");
    }
    for one in &module.globs {
        let public = if one.is_public { " pub" } else { "" };
        writeln!(shown, "  glob {}{public}", path(&one.module)).expect("a string");
    }
}

fn references(text: &str, facts: &FileFacts) -> String {
    let mut shown = String::new();
    for one in &facts.references {
        let what = match (one.is_import, one.is_re_export) {
            (true, true) => " re-export",
            (true, false) => " import",
            (false, _) => "",
        };
        let written = &text[one.range.start as usize..one.range.end as usize];
        writeln!(shown, "ref {}{what} `{written}`", path(&one.path)).expect("a string");
    }
    shown
}

fn modules(text: &str, facts: &FileFacts) -> String {
    let mut shown = String::new();
    for one in &facts.modules {
        module(text, one, &mut shown);
    }
    shown
}

/// Removes the indent of the lines of a table.
fn lines(expected: &str) -> String {
    let lines = expected
        .lines()
        .map(|line| line.strip_prefix("        ").unwrap_or(line));
    let mut all: Vec<&str> = lines.collect();
    all.retain(|line| !line.trim().is_empty());
    all.iter().map(|line| format!("{line}\n")).collect()
}

/// Checks the modules of the first file.
#[track_caller]
fn are_modules(files: &[File<'_>], expected: &str) {
    let facts = facts_of(files, files[0].0);
    assert_eq!(
        modules(files[0].1, &facts),
        lines(expected),
        "{}",
        files[0].1
    );
}

/// Checks the references of the first file.
#[track_caller]
fn are_references(files: &[File<'_>], expected: &str) {
    let facts = facts_of(files, files[0].0);
    assert_eq!(
        references(files[0].1, &facts),
        lines(expected),
        "{}",
        files[0].1
    );
}

const LIB: File<'_> = ("src/lib.rs", "pub mod a;\nmod b;\npub mod ws;\n");
const B: File<'_> = ("src/b.rs", "pub struct Foo;\npub struct Bar;\n");
const WS: File<'_> = ("src/ws.rs", "pub mod manager { pub struct Manager; }\n");

#[test]
fn definitions_have_a_kind_a_place_and_lines() {
    are_modules(
        &[
            (
                "src/a.rs",
                "
/// Text.
#[derive(Clone)]
pub struct Foo {
    /// A field.
    pub x: u8,
}
pub(crate) enum Two { A, B }
union Either { a: u8, b: i8 }
pub unsafe trait Do {
    fn it(&self);
}
pub type Alias = Foo;
pub async fn run(a: u8) {
    struct Inner;
}
const ONE: u8 = 1;
pub static r#try: u8 = 2;
const _: () = ();
extern \"C\" { pub fn far(); }
thread_local! { pub static HERE: u8 = 3; }
macro_rules! quiet { () => {} }
impl Foo { pub const C: u8 = 1; fn method(&self) {} }
",
            ),
            LIB,
        ],
        "
        module krate::a pub
          def Class Foo pub lines=4
          def Class Two lines=1
          def Class Either lines=1
          def Trait Do pub lines=3
          def TypeAlias Alias pub lines=1
          def Function run pub lines=3
          def Value ONE lines=1
          def Value try pub lines=1
          def Function far pub lines=1
          def Value HERE pub lines=1
",
    );
}

#[test]
fn imports_say_absolute_paths() {
    are_modules(
        &[
            (
                "src/a.rs",
                "
use crate::b::Foo;
pub use super::b::{Bar as Baz, self};
pub(crate) use crate::{ws::{manager::{self as m, Manager}}, b::Foo as _};
use m::Manager as Again;
use dep::x::Y;
use ::other_dep as o;
use std::fmt::{self, Write as _};
pub use crate::b::*;
use super::*;
extern crate dep as d;
fn f() { use crate::b::Bar; }
",
            ),
            LIB,
            B,
            WS,
        ],
        "
        module krate::a pub
          def Function f lines=1
          import Foo = krate::b::Foo
          import Baz = krate::b::Bar re-export pub
          import b = krate::b re-export pub
          import m = krate::ws::manager re-export
          import Manager = krate::ws::manager::Manager re-export
          import Again = krate::ws::manager::Manager
          import Y = dep::x::Y
          import o = other_dep
          import fmt = std::fmt
          import d = dep
          glob krate::b pub
          glob krate
",
    );
}

#[test]
fn every_leaf_of_an_import_is_a_reference() {
    are_references(
        &[
            (
                "src/a.rs",
                "
use crate::b::Foo;
pub use super::b::{Bar as Baz, self};
pub(crate) use crate::{ws::{manager::{self as m}}, b::Foo as _};
pub use crate::b::*;
use dep::{};
extern crate dep as d;
fn f() { use crate::b::Bar; { use self::m::Manager; } }
",
            ),
            LIB,
            B,
            WS,
        ],
        "
        ref krate::b::Foo import `crate::b::Foo`
        ref krate::b::Bar re-export `Bar as Baz`
        ref krate::b re-export `self`
        ref krate::ws::manager re-export `self as m`
        ref krate::b::Foo re-export `b::Foo as _`
        ref krate::b re-export `crate::b::*`
        ref dep import `dep::{}`
        ref dep import `dep`
        ref krate::b::Bar import `crate::b::Bar`
        ref krate::a::m::Manager import `self::m::Manager`
",
    );
}

#[test]
fn paths_in_code_say_more_than_their_import() {
    are_references(
        &[
            (
                "src/a.rs",
                "
use crate::ws::manager;
use crate::b::Foo;
struct Own;
impl Own { fn new() -> Self { Self::make(); Own::new() } fn make() {} }
fn f<T: Default>(x: Foo) -> u8 {
    let manager = manager::Manager::new();
    let y: crate::b::Bar = super::b::make::<u8>();
    manager.run(x, T::default(), u8::MAX);
    vec![dep::x::Y; 2];
    Foo::<u8>::new(std::mem::take(&mut y));
    Vec::new();
    unknown::Thing;
    <Foo as dep::Trait>::go()
}
#[dep::test]
pub(in crate::a) fn t() { odd!(a => crate::b::Bar); stringify!(crate::b::Foo) }
",
            ),
            LIB,
            B,
            WS,
        ],
        "
        ref krate::ws::manager import `crate::ws::manager`
        ref krate::b::Foo import `crate::b::Foo`
        ref krate::ws::manager::Manager::new `manager::Manager::new`
        ref krate::b::Bar `crate::b::Bar`
        ref krate::b::make `super::b::make`
        ref dep::x::Y `dep::x::Y`
        ref krate::b::Foo::new `Foo::<u8>::new`
        ref std::mem::take `std::mem::take`
        ref dep::Trait `dep::Trait`
        ref dep::test `dep::test`
        ref krate::a `crate::a`
        ref krate::b::Bar `crate::b::Bar`
",
    );
}

#[test]
fn what_a_glob_brings_is_said_by_the_glob() {
    are_references(
        &[
            (
                "src/a.rs",
                "use crate::b::*;\nfn f(x: Foo) { Bar; Bar::new(); Unknown; }\nmod tests { use super::*; fn t() { f(1) } }\n",
            ),
            LIB,
            B,
            WS,
        ],
        "
        ref krate::b import `crate::b::*`
        ref krate::b::Bar::new `Bar::new`
        ref krate::a import `super::*`
",
    );
}

#[test]
fn documentation_names_paths_in_links() {
    are_references(
        &[
            (
                "src/a.rs",
                "
//! See [`crate::b::Foo`], [the other](super::b::Bar) and [`Own`].

/// No link: crate::b::Bar, but [`dep::x`].
pub struct Own;
",
            ),
            LIB,
            B,
        ],
        "
        ref krate::b::Foo `crate::b::Foo`
        ref krate::b::Bar `super::b::Bar`
        ref dep::x `dep::x`
",
    );
}

#[test]
fn macros_are_at_the_root_and_their_tokens_name_paths() {
    let text = "
#[macro_export]
macro_rules! outer {
    ($x:ident) => { $crate::b::Foo; $crate::b::$x; dep::x::Y };
}
pub mod inner {
    #[macro_export]
    macro_rules! second { () => {} }
}
";
    are_modules(
        &[("src/a.rs", text), LIB, B],
        "
        module krate::a pub
        module krate::a::inner pub
        module krate pub
          def Macro outer pub lines=3
          def Macro second pub lines=1
",
    );
    are_modules(
        &[("src/lib.rs", text)],
        "
        module krate pub
          def Macro outer pub lines=3
          def Macro second pub lines=1
        module krate::inner pub
",
    );
    are_references(
        &[("src/a.rs", text), LIB, B],
        "
        ref krate::b::Foo `crate::b::Foo`
        ref krate::b `crate::b`
        ref dep::x::Y `dep::x::Y`
",
    );
}

#[test]
fn macros_of_procedures_have_their_own_names() {
    let manifest = (
        "Cargo.toml",
        "[package]\nname = \"krate\"\nedition = \"2021\"\n[lib]\nproc-macro = true\n",
    );
    let text = "#[proc_macro_derive(Made, attributes(x))]\npub fn derive() {}\n#[proc_macro]\npub fn call() {}\n";
    let facts = facts_of(&[manifest, ("src/lib.rs", text)], "src/lib.rs");
    assert_eq!(
        modules(text, &facts),
        lines(
            "
        module krate pub
          def Macro Made pub lines=1
          def Function derive pub lines=1
          def Macro call pub lines=1
"
        )
    );
}

#[test]
fn modules_inside_a_file_and_twins() {
    are_modules(
        &[
            (
                "src/b.rs",
                "
#[cfg(unix)]
pub mod os { pub fn go() {} pub(crate) mod deep { use super::super::Foo; pub use super::go; } }
#[cfg(windows)]
mod os { fn stay() {} }
#[cfg(unix)]
pub struct Foo { a: u8 }
#[cfg(not(unix))]
pub struct Foo;
cfg_if! { if #[cfg(unix)] { pub fn one() {} mod m { pub struct M; } } else { pub fn one() {} } }
fn f() { mod local { use crate::b::Foo; struct L; } }
",
            ),
            LIB,
        ],
        "
        module krate::b
          def Class Foo pub lines=1
          def Class Foo pub lines=1
          def Function one pub lines=1
          def Function one pub lines=1
          def Function f lines=1
        module krate::b::os pub
          def Function go pub lines=1
        module krate::b::os::deep hands-on
          import Foo = krate::b::Foo
          import go = krate::b::os::go re-export pub
        module krate::b::os
          def Function stay lines=1
        module krate::b::m
          def Class M pub lines=1
",
    );
}

#[test]
fn modules_that_only_hand_on() {
    let hands_on = |text: &str| {
        let facts = facts_of(&[("src/a.rs", text), LIB], "src/a.rs");
        facts.modules[0].only_hands_on
    };
    for text in [
        "pub use crate::b::Foo;",
        "//! Text.\n#![allow(unused)]\nmod x;\nextern crate dep;\n#[doc(inline)]\npub(crate) use x::*;\nuse crate::b;",
    ] {
        assert!(hands_on(text), "{text}");
    }
    for text in [
        "",
        "use crate::b::Foo;",
        "mod x;",
        "pub extern crate dep;",
        "pub(self) use crate::b::Foo;",
        "pub use crate::b::Foo; fn f() {}",
        "pub use crate::b::Foo; mod x {}",
        "pub use crate::b::Foo; make!();",
        "pub use crate::b::Foo; impl Foo {}",
    ] {
        assert!(!hands_on(text), "{text}");
    }
}

#[test]
fn re_exports_are_not_followed() {
    are_modules(
        &[
            (
                "src/a.rs",
                "pub use crate::chain::Foo;\nuse super::private::Foo as Other;\n",
            ),
            (
                "src/lib.rs",
                "pub mod a;\nmod b;\npub mod chain;\nuse b as private;\n",
            ),
            ("src/chain.rs", "pub use crate::b::Foo;"),
            B,
        ],
        "
        module krate::a pub hands-on
          import Foo = krate::chain::Foo re-export pub
          import Other = krate::b::Foo
",
    );
}

#[test]
fn a_file_of_two_targets_has_two_paths() {
    let files = [
        (
            "src/a.rs",
            "use crate::b::Foo;\npub mod c { #[macro_export] macro_rules! m { () => {} } }",
        ),
        ("src/main.rs", "mod a;\nmod b;\nfn main() {}\n"),
        LIB,
        B,
    ];
    are_modules(
        &files,
        "
        module krate::a, crate@src/main.rs::a pub
          import Foo = krate::b::Foo
        module krate::a::c, crate@src/main.rs::a::c pub
        module krate, crate@src/main.rs pub
          def Macro m pub lines=1
",
    );
    let [a, main, ..] = files;
    are_modules(
        &[a, main, B],
        "
        module krate::a
          import Foo = krate::b::Foo
        module krate::a::c pub
        module krate pub
          def Macro m pub lines=1
",
    );
}

#[test]
fn a_test_names_the_library() {
    let test = (
        "tests/it.rs",
        "use krate::b::Foo;\nmod common;\nfn t() { common::go(); dep::x(); crate::common::go() }\n",
    );
    are_modules(
        &[test, LIB],
        "
        module crate@tests/it.rs pub
          def Function t lines=1
          import Foo = krate::b::Foo
",
    );
    are_references(
        &[test, LIB],
        "
        ref krate::b::Foo import `krate::b::Foo`
        ref crate@tests/it.rs::common::go `common::go`
        ref dep::x `dep::x`
        ref crate@tests/it.rs::common::go `crate::common::go`
",
    );
}

#[test]
fn a_file_in_no_module_tree_says_only_what_is_absolute() {
    let text = "use crate::b::Foo;\nuse super::x;\nuse krate::b::Bar;\nstruct Own;\nfn f() { Own::new(); dep::x::Y; Foo::new(); std::mem::drop(1) }\n";
    let files = [("src/loose/case.rs", text), LIB];
    are_modules(&files, "");
    are_references(
        &files,
        "
        ref krate::b::Bar import `krate::b::Bar`
        ref dep::x::Y `dep::x::Y`
        ref std::mem::drop `std::mem::drop`
",
    );
    let facts = facts_of(&[("src/loose/case.rs", "fn ("), LIB], "src/loose/case.rs");
    assert_eq!(facts, FileFacts::default());
}

#[test]
fn crates_of_a_workspace_and_edition_2015() {
    let tree = TempTree::new(&[
        ("Cargo.toml", "[workspace]\nmembers = [\"one\", \"two\"]\n"),
        (
            "one/Cargo.toml",
            "[package]\nname = \"one-x\"\nedition = \"2018\"\n[dependencies]\nrenamed = { package = \"two-y\", path = \"../two\" }\n",
        ),
        (
            "one/src/lib.rs",
            "pub use renamed::a::X;\nfn f() { renamed::a::X::new() }\n",
        ),
        ("two/Cargo.toml", "[package]\nname = \"two-y\"\n"),
        ("two/src/lib.rs", "extern crate dep;\npub mod a;\n"),
        (
            "two/src/a.rs",
            "use a::X as Y;\nuse dep::Z;\npub struct X;\nfn f() { ::a::X; super::a::X; }\n",
        ),
    ]);
    let shown = |file: &str| {
        let facts = facts_in(&tree, file).expect("facts");
        let text = fs::read_to_string(tree.path(file)).expect("written");
        modules(&text, &facts) + &references(&text, &facts)
    };
    assert_eq!(
        shown("one/src/lib.rs"),
        lines(
            "
        module one_x pub
          def Function f lines=1
          import X = two_y::a::X re-export pub
        ref two_y::a::X re-export `renamed::a::X`
        ref two_y::a::X::new `renamed::a::X::new`
"
        )
    );
    assert_eq!(
        shown("two/src/a.rs"),
        lines(
            "
        module two_y::a pub
          def Class X pub lines=1
          def Function f lines=1
          import Y = two_y::a::X
          import Z = dep::Z
        ref two_y::a::X import `a::X as Y`
        ref dep::Z import `dep::Z`
        ref two_y::a::X `a::X`
        ref two_y::a::X `super::a::X`
"
        )
    );
}

#[test]
fn a_text_that_is_not_rust_is_an_error_with_a_place() {
    let tree = TempTree::new(&[MANIFEST, ("src/lib.rs", "fn a() {}\nfn () {}")]);
    let error = facts_in(&tree, "src/lib.rs").expect_err("no Rust");
    assert_eq!(error.offset, Some(13));
}

/// The only definition of a file.
fn only(text: &str) -> Definition {
    let facts = facts_of(&[("src/lib.rs", text)], "src/lib.rs");
    facts.modules[0].definitions[0].clone()
}

#[test]
fn a_copy_has_the_digest_of_its_original() {
    let original = only("pub struct Foo { a: u8, b: Vec<u8> }").shape;
    for copy in [
        "/// Text.\n#[derive(Clone)]\npub struct Foo {\n    /// Text.\n    #[x(y[1])]\n    a: u8, // why\n    b: Vec<u8>\n}\n",
        "fn f() {}\npub struct Foo{a:u8,b:Vec<u8>}",
    ] {
        let copies = facts_of(&[("src/lib.rs", copy)], "src/lib.rs")
            .modules
            .remove(0)
            .definitions;
        let copy = copies
            .iter()
            .find(|one| one.name == "Foo")
            .expect("defined");
        assert_eq!(copy.shape, original);
    }
    for other in [
        "pub struct Foo { a: u8, b: Vec<i8> }",
        "pub struct Bar { a: u8, b: Vec<u8> }",
    ] {
        assert_ne!(only(other).shape.digest, original.digest, "{other}");
    }
}

#[test]
fn members_are_the_names_inside() {
    let same = |one: &str, other: &str| {
        let (one, other) = (only(one).shape.members, only(other).shape.members);
        assert_eq!(one, other);
        assert!(!one.is_empty() && one.is_sorted());
        one.len()
    };
    let fields = "struct Foo { a: u8, b: u8 }";
    assert_eq!(same(fields, "enum Foo { b, a }"), 2);
    assert_eq!(same(fields, "union Foo { a: u8, b: u8 }"), 2);
    assert_eq!(same(fields, "fn foo(b: u8, a: &str) {}"), 2);
    assert_eq!(same(fields, "trait Foo { const a: u8; fn b(&self); }"), 2);
    let methods =
        "struct Foo { a: u8 } impl<T> Foo<T> { fn b() {} fn a() {} } impl X for Foo { fn c() {} }";
    assert_eq!(same(fields, methods), 2);
    let apart = "struct Foo { a: u8 } mod m { use super::Foo; impl Foo { fn b() {} } }";
    assert_eq!(same(fields, apart), 2);
    let namesake = "struct Foo { a: u8, b: u8 } mod m { struct Foo; impl Foo { fn c() {} } }";
    assert_eq!(same(fields, namesake), 2);
}

#[test]
fn what_is_made_for_other_crates_names_none_of_this_one() {
    are_references(
        &[
            (
                "src/a.rs",
                "fn f() { quote! { use crate::b::Foo; use dep::X; crate::b::Bar::new(); ::std::mem::take(x) } }\n",
            ),
            LIB,
            B,
        ],
        "
        ref dep::X import `dep::X`
        ref std::mem::take `std::mem::take`
",
    );
}
