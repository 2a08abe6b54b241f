//! The rewriter of Rust.

use std::sync::OnceLock;

use crate::rewriter::{self, Room};
use crate::{Outcome, seeds};

/// The tree that a source stands in: a package with every kind of target.
const FILES: &[(&str, &str)] = &[
    ("src/lib.rs", "pub mod m;\n"),
    ("src/m.rs", "pub mod inner;\n"),
    ("src/m/inner.rs", ""),
    ("src/bin/tool.rs", ""),
    ("tests/t.rs", ""),
    ("build.rs", ""),
    ("README.md", ""),
    ("src/m/lost.rs", ""),
    (
        "Cargo.toml",
        "[package]\nname = \"krate\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n\
         [dependencies]\nold = \"1\"\nnew = \"1\"\nother = \"1\"\n",
    ),
];

const TABLES: &[&str] = &[
    "language = \"rust\"\nname = \"usual\"\n\
     [[move]]\nfrom = \"old::a::Foo\"\nto = \"new::b::Bar\"\n\
     [[move]]\nfrom = \"old::a::X\"\nto = \"new::b::X\"\n\
     [[move]]\nfrom = \"old::codec\"\nto = \"new::codec\"\n",
    "language = \"rust\"\nname = \"module\"\n\
     [[move]]\nfrom = \"old::a\"\nto = \"new::b\"\n\
     [[keep]]\npath = \"old::a::X\"\n\
     [[remove]]\npath = \"old::mac\"\nnote = \"write your own\"\n",
    "language = \"rust\"\nname = \"uses\"\nrename = \"uses\"\n\
     [[move]]\nfrom = \"old::a::Foo\"\nto = \"new::b::Bar\"\n\
     [[move]]\nfrom = \"old::a::Enum\"\nto = \"new::b::Kind\"\n\
     [[move]]\nfrom = \"krate::a::Foo\"\nto = \"krate::b::Bar\"\n",
    "language = \"rust\"\nname = \"own\"\n\
     [[move]]\nfrom = \"krate::a\"\nto = \"krate::a_moved\"\n\
     [[move]]\nfrom = \"krate::m::a::Foo\"\nto = \"krate::n::Bar\"\n\
     [[move]]\nfrom = \"krate::m::inner\"\nto = \"krate::inner\"\n\
     [[move]]\nfrom = \"krate::m::Foo\"\nto = \"new::b::Bar\"\n",
    "language = \"rust\"\nname = \"whole\"\n\
     [[move]]\nfrom = \"old\"\nto = \"new\"\n\
     [[move]]\nfrom = \"std\"\nto = \"core\"\nexact = true\n\
     [[move]]\nfrom = \"std::fmt\"\nto = \"core::fmt\"\n",
    "language = \"rust\"\nname = \"kinds\"\n\
     [[move]]\nfrom = \"old::a::Foo\"\nto = \"new::b::r#try\"\nkind = \"type\"\n\
     [[move]]\nfrom = \"old::a::dual\"\nto = \"new::b::dual\"\nkind = \"value\"\n\
     [[move]]\nfrom = \"old::a::mac\"\nto = \"krate::mac\"\nkind = \"macro\"\n\
     [[move]]\nfrom = \"old::D\"\nto = \"new::D\"\nreview = \"look\"\n\
     [[move]]\nfrom = \"old::a::X\"\nalternatives = [\"new::b::Bar\", \"new::b::X\"]\n",
    "language = \"rust\"\nname = \"deep\"\n\
     [[move]]\nfrom = \"old::a\"\nto = \"old::a::v1\"\n\
     [[move]]\nfrom = \"krate::a::Foo\"\nto = \"old::b::Foo\"\n\
     [[move]]\nfrom = \"old::codec\"\nto = \"very::long::path::to::the::one::home\"\n",
];

pub const WORDS: &[&str] = &[
    "use old::a::Foo;\n",
    "use old::a::{self, Foo as F, X};\n",
    "use old::{a::{Foo, *}, codec};\n",
    "use crate::a::Foo;\n",
    "use super::*;\n",
    "use self::a as b;\n",
    "pub use old::*;\n",
    "extern crate old as o;\n",
    "old::a::Foo",
    "<old::a::Foo as old::a::Tr>::f()",
    "Foo",
    "::",
    "r#",
    "'a ",
    "$crate::",
    "mod a {\n",
    "mod a;\n",
    "#[path = \"x.rs\"]\n",
    "#[cfg(unix)]\n",
    "#![cfg_attr(x, doc = \"old::a::Foo\")]\n",
    "#[derive(old::D)]\n",
    "#[serde(with = \"old::codec\")]\n",
    "#[macro_use]\n",
    "fn f<T: old::a::Tr>(x: T) -> impl old::a::Tr {\n",
    "impl old::a::Tr for Foo {}\n",
    "trait Foo: old::a::Tr {}\n",
    "struct Foo<'a>(&'a old::a::X);\n",
    "enum Enum { Foo = old::a::LIMIT }\n",
    "macro_rules! m { ($p:path) => { $p }; }\n",
    "m!(old::a::Foo, use old::a::X;);\n",
    "println!(\"{old}\", old::a::X);\n",
    "match x { old::a::Enum::A(Foo) => {} _ => {} }\n",
    "let Foo = |Foo| async move { Foo.await };\n",
    "/// [`old::a::Foo`] and [x](old::a::X)\n",
    "/// ```\n/// use old::a::Foo;\n/// # fn main() {}\n/// ```\n",
    "//! [Foo]: old::a::Foo\n",
    "/** ```\n use old::a::Foo;\n ``` */",
    "```rust\nuse old::a::Foo;\n```\n",
    "// repoint: keep - why\n",
    "/*",
    "*/",
    "\"",
    "r###\"",
    "b'\\''",
    "c\"x\"",
    "#!/usr/bin/env run\n",
    "---\n[dependencies]\n---\n",
    "\u{feff}",
    "\r\n",
    "\r",
    "{",
    "}",
    "(",
    "[",
    "<",
    ">",
    ";",
    "!",
    "&",
    "..=",
    "=>",
    "dyn ",
    "unsafe ",
    "where ",
    "const ",
];

/// The sources of the fixtures and the sample, each with every table that speaks of it.
pub fn seeds() -> Vec<Vec<u8>> {
    let folders = ["tests/fixtures/rust", "tests/sample-rust"];
    let mut seeds = Vec::new();
    for (path, bytes) in seeds::files(&folders, &["rs", "md"]) {
        let name = path.to_string_lossy();
        let file = match name.rsplit('/').next() {
            Some("main.rs") => 3,
            Some("build.rs") => 5,
            _ if name.ends_with(".md") => 6,
            // Some stand further down.
            _ => [0, 0, 1, 2][bytes.len() % 4],
        };
        for (at, table) in TABLES.iter().enumerate() {
            // The crate is called otherwise inside of itself.
            let table_text = table.replace("krate::", "");
            if rewriter::speaks_of(&table_text, &bytes, "::") {
                let headers = rewriter::headers(at, file);
                seeds.extend(headers.map(|header| [&header[..], &bytes].concat()));
            }
        }
    }
    seeds
}

/// Checks the laws of a rewriter on a source of Rust, behind a header.
///
/// # Panics
/// One is broken.
pub fn rust(input: &[u8]) -> Outcome {
    static ROOM: OnceLock<Room> = OnceLock::new();
    ROOM.get_or_init(|| Room::new(FILES, TABLES)).check(input)
}
