use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;
use crate::text::Edit;

/// The doc comments of a text that has no strings.
fn comments(source: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = source[at..]
        .find("//")
        .into_iter()
        .chain(source[at..].find("/*"))
        .min()
    {
        let start = at + next;
        let rest = &source[start..];
        let line = rest.starts_with("//");
        let end = if line {
            rest.find('\n').unwrap_or(rest.len())
        } else {
            rest[2..].find("*/").map_or(rest.len(), |end| end + 4)
        };
        let token = rest[..end].trim_end_matches('\r');
        if ["///", "//!", "/**", "/*!"]
            .iter()
            .any(|mark| token.starts_with(mark))
        {
            found.push(start..start + token.len());
        }
        at = start + end;
    }
    found
}

fn read(source: &str) -> Docs {
    let docs = parse(source, &comments(source));
    assert_consistent(source, &docs);
    docs
}

/// What holds for any text.
fn assert_consistent(source: &str, docs: &Docs) {
    for link in &docs.links {
        assert_eq!(source.get(link.range.clone()), Some(&*link.path));
    }
    assert!(docs.links.is_sorted_by_key(|link| link.range.start));
    for mention in &docs.mentions {
        let text = source.get(mention.clone()).expect("in bounds");
        assert!(text.contains("::"), "{text}");
        assert!(
            docs.links
                .iter()
                .all(|link| link.range.end <= mention.start || mention.end <= link.range.start)
        );
    }
    let mut last = 0;
    for doctest in &docs.doctests {
        for piece in doctest.code.pieces() {
            let outer = piece.outer..piece.outer + piece.len;
            let inner = piece.inner..piece.inner + piece.len;
            assert_eq!(source.get(outer), doctest.code.text().get(inner));
            assert!(piece.lead <= piece.outer);
            assert!(piece.outer - piece.lead >= last, "leads overlap");
            assert!(!source[piece.outer - piece.lead..piece.outer].contains('\n'));
            last = piece.outer + piece.len;
        }
    }
}

/// Each link as `kind path`, with `@` and the disambiguator if there is one.
#[track_caller]
fn links(source: &str, expected: &[&str]) {
    let mut found = Vec::new();
    for link in read(source).links {
        let mut text = format!("{:?} {}", link.kind, link.path);
        if let Some(disambiguator) = link.disambiguator {
            write!(text, " @{disambiguator:?}").expect("memory");
        }
        found.push(text);
    }
    assert_eq!(found, expected, "{source}");
}

#[track_caller]
fn doctests(source: &str, expected: &[&str]) {
    let docs = read(source);
    let found: Vec<&str> = docs
        .doctests
        .iter()
        .map(|doctest| doctest.code.text())
        .collect();
    assert_eq!(found, expected, "{source}");
}

#[track_caller]
fn mentions(source: &str, expected: &[&str]) {
    let found: Vec<&str> = read(source)
        .mentions
        .into_iter()
        .map(|range| &source[range])
        .collect();
    assert_eq!(found, expected, "{source}");
}

/// The text with `edit` of the first doctest done.
#[track_caller]
fn edited(source: &str, inner: &str, with: &str) -> String {
    let docs = read(source);
    let code = &docs.doctests[0].code;
    let start = code.text().find(inner).expect("there");
    let edits = code
        .outer_edits(&Edit::replace(start..start + inner.len(), with))
        .expect("maps");
    let mut text = source.to_owned();
    for edit in edits.into_iter().rev() {
        text.replace_range(edit.range, &edit.text);
    }
    text
}

/// `markdown` as `///` lines.
fn commented(markdown: &str) -> String {
    markdown
        .lines()
        .map(|line| format!("/// {line}\n"))
        .collect()
}

#[test]
fn forms_of_links() {
    links("/// See [a::Foo].\n", &["Shortcut a::Foo"]);
    links("/// See [`a::Foo`].\n", &["Shortcut a::Foo"]);
    links("/// See [`a::Foo`][].\n", &["Shortcut a::Foo"]);
    links("/// See [it](a::Foo).\n", &["Inline a::Foo"]);
    links("/// See [it](`a::Foo`).\n", &["Inline a::Foo"]);
    links(
        "/// See [it](a::Foo \"title (a::Bar)\").\n",
        &["Inline a::Foo"],
    );
    links("/// See [it](<a::Foo> 'x').\n", &["Inline a::Foo"]);
    links("/// See [it]( a::Foo ).\n", &["Inline a::Foo"]);
    links("/// See [it][a::Foo].\n", &["Reference a::Foo"]);
    links("/// See [it][`a::Foo`].\n", &["Reference a::Foo"]);
    links("//! See [crate::a::Foo].\n", &["Shortcut crate::a::Foo"]);
    links(
        "/// [a::Foo] and [b::Bar]\n",
        &["Shortcut a::Foo", "Shortcut b::Bar"],
    );
}

#[test]
fn disambiguated_links() {
    links("/// [struct@a::Foo]\n", &["Shortcut a::Foo @Type"]);
    links(
        "/// [`a::f()`] [`a::m!`]\n",
        &["Shortcut a::f @Value", "Shortcut a::m @Macro"],
    );
    links("/// [m](macro@a::m)\n", &["Inline a::m @Macro"]);
    links("/// [x](a::f())\n", &["Inline a::f @Value"]);
    links("/// [x][fn@a::f#panics]\n", &["Reference a::f @Value"]);
    links(
        "/// [`a::Vec<T>`] [`a::Vec<T>::new`]\n",
        &["Shortcut a::Vec", "Shortcut a::Vec @Type"],
    );
    links("/// [w](a::Vec<T>)\n", &["Inline a::Vec"]);
}

#[test]
fn link_texts_that_look_like_links() {
    links("/// [`a](b)`](a::Foo)\n", &["Inline a::Foo"]);
    links("/// [![b](c.png)](a::Foo)\n", &["Inline a::Foo"]);
    links("/// [a::Old](b::New)\n", &["Inline b::New"]);
    links("/// [*some* **text**](b::New)\n", &["Inline b::New"]);
    links("/// [two\n/// lines](b::New)\n", &["Inline b::New"]);
    links("/// [two](\n/// b::New)\n", &["Inline b::New"]);
    links("/// > [two](\n/// > b::New)\n", &["Inline b::New"]);
    links("/// [](b::New)\n", &["Inline b::New"]);
}

#[test]
fn definitions() {
    links("/// [it]\n///\n/// [it]: a::Foo\n", &["Definition a::Foo"]);
    links(
        "/// [it][x] [x] [it][x]\n///\n/// [x]: a::Foo \"title\"\n",
        &["Definition a::Foo"],
    );
    links("/// [unused]: a::Foo 'the title'\n", &["Definition a::Foo"]);
    links("/// [`x`]: struct@a::Foo\n", &["Definition a::Foo @Type"]);
    links("/// [x]: <a::Foo>\n", &["Definition a::Foo"]);
    links("/// [x]:\n///     a::Foo\n", &["Definition a::Foo"]);
    links("/// > [x]:\n/// > a::Foo\n", &["Definition a::Foo"]);
    links(
        "/// [a::Foo]: a::Foo\n///\n/// [a::Foo]\n",
        &["Definition a::Foo"],
    );
    links(
        "/// [b]: b::B\n/// [a]: a::A\n",
        &["Definition b::B", "Definition a::A"],
    );
    // Only the first counts.
    links("/// [x]: a::Foo\n/// [x]: a::Bar\n", &["Definition a::Foo"]);
    // Each comment of an item is part of one text.
    links(
        "/// [x]\n#[inline]\n///\n/// [x]: a::Foo\n",
        &["Definition a::Foo"],
    );
}

#[test]
fn no_links() {
    for source in [
        "/// [x](https://a.b/c::d)\n",
        "/// [x](#anchor) [y](./a.html) [z](../a/struct.B.html)\n",
        "/// [x]: https://docs.rs\n",
        "/// <https://a.b> <me@a.b> <a::b>\n",
        "/// \\[a::Foo\\]\n",
        "/// `[a::Foo]` ``[x](a::Foo)``\n",
        "/// ```\n/// [a::Foo]\n/// ```\n",
        "/// ```text\n/// [a::Foo]: b::C\n/// ```\n",
        "/// ~~~\n/// [a::Foo]\n/// ~~~\n",
        "/// x\n///\n///     [a::Foo]\n",
        "/// ![x](a::Foo) ![a::Foo]\n",
        "/// x[^note]\n///\n/// [^note]: a::Foo\n",
        "/// - [ ] todo\n/// - [x] done\n",
        "/// [a, b] [0] [..] []\n",
        "/// [two\n/// words]\n",
        "/// [x](a\\_b)\n",
        "/// a::Foo\n",
        "// [a::Foo]\n",
        "/*! [a::Foo] unclosed",
        "/// <p title=\"[a::Foo]\">\n",
    ] {
        links(source, &[]);
    }
}

#[test]
fn links_in_block_comments() {
    links("/** See [a::Foo]. */\n", &["Shortcut a::Foo"]);
    links(
        "/**\n * See [a::Foo]\n * and [it](b::Bar).\n */\n",
        &["Shortcut a::Foo", "Inline b::Bar"],
    );
    links("/*!\n  See [a::Foo]\n*/\n", &["Shortcut a::Foo"]);
    links("/** a */ /** [a::Foo] */ fn f() {}", &["Shortcut a::Foo"]);
}

#[test]
fn links_elsewhere() {
    links(
        "/// | a | b |\n/// |---|---|\n/// | [a::Foo] | `x` |\n",
        &["Shortcut a::Foo"],
    );
    links(
        "/// # [a::Foo]\n///\n/// - x\n///   1. [b::Bar]\n",
        &["Shortcut a::Foo", "Shortcut b::Bar"],
    );
    links(
        "/// naïve – [größe::Foo] „x“\r\n/// [é](a::Ñ)\r\n",
        &["Shortcut größe::Foo", "Inline a::Ñ"],
    );
    links(
        "struct S {\n\t/// [a::Foo]\n\tx: u8, /// [b::Bar]\n\ty: u8,\n}",
        &["Shortcut a::Foo", "Shortcut b::Bar"],
    );
    links(
        "/// **[a::Foo]** ~~[b::Bar]~~ \"[c::Baz]\"\n",
        &["Shortcut a::Foo", "Shortcut b::Bar", "Shortcut c::Baz"],
    );
}

#[test]
fn fenced_doctests() {
    doctests(
        "/// ```\n/// use a::B;\n/// B::new();\n/// ```\n",
        &["use a::B;\nB::new();\n"],
    );
    doctests("/// ~~~~rust\n/// x\n/// ~~~\n/// ~~~~\n", &["x\n~~~\n"]);
    doctests("//! ```rust,no_run\n//! x\n//! ```\n", &["x\n"]);
    doctests(
        "/// ```\n/// a\n/// ```\n/// ```\n/// b\n/// ```\n",
        &["a\n", "b\n"],
    );
    doctests("/// ```\n/// unclosed\n", &["unclosed\n"]);
    doctests(
        "/// ```\n///     deep\n///\n/// x\n/// ```\n",
        &["    deep\n\nx\n"],
    );
    doctests("///```\n///use a::B;\n///```\n", &["use a::B;\n"]);
    doctests("///\t```\n///\tuse a::B;\n///\t```\n", &["use a::B;\n"]);
    doctests(
        "/// ```\r\n/// use a::B;\r\n/// ```\r\n",
        &["use a::B;\r\n"],
    );
}

#[test]
fn other_blocks_are_no_doctests() {
    for info in [
        "text",
        "toml",
        "console",
        "custom,{.x}",
        "rust,{",
        "should-panic",
    ] {
        doctests(&format!("/// ```{info}\n/// use a::B;\n/// ```\n"), &[]);
    }
    doctests("/// `use a::B;`\n", &[]);
    doctests("// ```\n// use a::B;\n// ```\n", &[]);
    doctests("/// <pre>\n/// use a::B;\n/// </pre>\n", &[]);
}

#[test]
fn indented_doctests() {
    doctests(
        "/// x\n///\n///     use a::B;\n///\n///     B::new();\n///\n/// y\n",
        &["use a::B;\n\nB::new();\n"],
    );
    doctests("/// x\n///     lazy\n", &[]);
    doctests("/// x\n///\n/// \tuse a::B;\n", &["use a::B;\n"]);
    // The common indentation is no code block.
    doctests("///     x\n///     y\n", &[]);
}

#[test]
fn doctests_in_containers() {
    doctests(
        "/// - x\n///\n///   ```\n///   use a::B;\n///   ```\n",
        &["use a::B;\n"],
    );
    doctests(
        "/// 1. x\n///    - ```\n///      use a::B;\n///\n///      x\n///      ```\n",
        &["use a::B;\n\nx\n"],
    );
    doctests("/// > ```\n/// > use a::B;\n/// > ```\n", &["use a::B;\n"]);
    doctests(
        "/// -     use a::B;\n///\n///       x\n",
        &["use a::B;\n\nx\n"],
    );
    doctests(
        "/// x[^1]\n///\n/// [^1]: y\n///\n///     ```\n///     use a::B;\n///     ```\n",
        &["use a::B;\n"],
    );
}

#[test]
fn hidden_lines() {
    doctests(
        "/// ```\n/// # use a::B;\n/// #\n///   # let x;\n/// #[test]\n/// #![allow(x)]\n/// ## y\n///   ##z\n/// #x\n/// ```\n",
        &["use a::B;\n\nlet x;\n#[test]\n#![allow(x)]\n# y\n  #z\n#x\n"],
    );
}

#[test]
fn fences_say_the_edition_of_a_doctest() {
    let docs = read("/// ```edition2018,ignore,compile_fail\n/// x\n/// ```\n");
    let doctest = &docs.doctests[0];
    assert_eq!(doctest.edition, Some(cargo_toml::Edition::E2018));
}

#[test]
fn new_lines_are_commented() {
    let source = "    /// ```\n    /// use a::B;\n    /// # use c::D;\n    ///\n    /// ```\n";
    assert_eq!(
        edited(source, "use a::B;", "use a::B;\nuse x::Y;"),
        "    /// ```\n    /// use a::B;\n    /// use x::Y;\n    /// # use c::D;\n    ///\n    /// ```\n"
    );
    assert_eq!(
        edited(source, "use c::D;", "use c::D;\nuse x::Y;"),
        "    /// ```\n    /// use a::B;\n    /// # use c::D;\n    /// # use x::Y;\n    ///\n    /// ```\n"
    );
    assert_eq!(
        edited("/// ```\n///\n/// x\n/// ```\n", "", "\ny"),
        "/// ```\n///\n/// y\n/// x\n/// ```\n"
    );
    assert_eq!(
        edited("/// - ```\n///   # a;\n///   ```\n", "a;", "b;\nc;"),
        "/// - ```\n///   # b;\n///   # c;\n///   ```\n"
    );
    assert_eq!(
        edited("/// -     a;\n", "a;", "b;\nc;"),
        "/// -     b;\n///       c;\n"
    );
    assert_eq!(
        edited("//! > ```\r\n//! > a;\r\n//! > ```\r\n", "a;", "b;\r\nc;"),
        "//! > ```\r\n//! > b;\r\n//! > c;\r\n//! > ```\r\n"
    );
}

#[test]
fn lines_go_with_their_marks() {
    assert_eq!(
        edited("  /// ```\n  /// a;\n  /// # b;\n  /// ```\n", "b;\n", ""),
        "  /// ```\n  /// a;\n  /// ```\n"
    );
    assert_eq!(
        edited(
            "/// - ```\r\n///   a;\r\n///   b;\r\n///   ```\r\n",
            "a;\r\nb;\r\n",
            ""
        ),
        "/// - ```\r\n///   ```\r\n"
    );
    assert_eq!(
        edited("/// ```\n///   ## a\n/// b\n/// ```\n", "  # a\n", ""),
        "/// ```\n/// b\n/// ```\n"
    );
}

#[test]
fn doctests_in_block_comments() {
    let stars = "/**\n * x\n *\n * ```\n * # use a::B;\n * y\n * ```\n */\n";
    doctests(stars, &["use a::B;\ny\n"]);
    assert_eq!(
        edited(stars, "y", "y;\nz"),
        "/**\n * x\n *\n * ```\n * # use a::B;\n * y;\n * z\n * ```\n */\n"
    );
    assert_eq!(
        edited(stars, "use a::B;\n", ""),
        "/**\n * x\n *\n * ```\n * y\n * ```\n */\n"
    );
    let plain = "    /*!\n    x\n\n    ```\n    use a::B;\n    ```\n    */\n";
    doctests(plain, &["use a::B;\n"]);
    assert_eq!(
        edited(plain, "use a::B;", "b;\nc;"),
        plain.replace("use a::B;", "b;\n    c;")
    );
    doctests("/** ```\nuse a::B;\n``` */\n", &["use a::B;\n"]);
    doctests("/***\n * a\n ***/", &[]);
    doctests(
        "/**\r\n * ```\r\n * use a::B;\r\n * ```\r\n */\r\n",
        &["use a::B;\r\n"],
    );
    // Not all lines have a star.
    links(
        "/**
 * x
   [a::B]
 */
",
        &["Shortcut a::B"],
    );
}

#[test]
fn what_shares_a_line_with_code_stays() {
    let source = "/** x\n\n        a;\n        b; */\n";
    doctests(source, &["   a;\n   b; \n"]);
    assert_eq!(edited(source, "   b; ", ""), "/** x\n\n        a;\n*/\n");
    let opening = "/**         a;\n    b\n*/\n";
    doctests(opening, &[" a;\n"]);
    assert_eq!(
        edited(opening, "a;", "a;\nc;"),
        "/**         a;\n        c;\n    b\n*/\n"
    );
    for source in [
        opening,
        "/**\n     a;\n     b; */",
        "/// -     a;\n///       b;\n",
        "fn f(/// - x\n\n x: u8, ///     a;\n ///     b;\n)",
    ] {
        let docs = read(source);
        for doctest in &docs.doctests {
            let code = &doctest.code;
            let last = code.text().len();
            assert_eq!(code.outer_edits(&Edit::delete(0..last)), None, "{source}");
        }
    }
}

#[test]
fn paths_in_prose() {
    mentions("/// Uses a::b::C and `d::E`.\n", &["a::b::C", "d::E"]);
    mentions(
        "/// my_mod::my_fn(), *a::b*, (::a::b), a::r#try, größe::Ñ\n",
        &["my_mod::my_fn", "a::b", "::a::b", "a::r#try", "größe::Ñ"],
    );
    mentions(
        "/// `use a::b::{c, d};` `a::b::*` a::b::\n",
        &["a::b", "a::b", "a::b"],
    );
    mentions("/// Vec::<T>::new a::B<c::D>\n", &["a::B", "c::D"]);
    mentions("/// ```text\n/// a::b\n/// ```\n", &["a::b"]);
    mentions("/** a::b\n * x */\n", &["a::b"]);
}

#[test]
fn no_mentions() {
    for source in [
        "/// [a::b] [x](a::b) [x][a::b] [a::c](https://x.y)\n",
        "/// [x]: a::b\n",
        "/// ```\n/// a::b;\n/// ```\n",
        "/// x\n///\n///     a::b;\n",
        "/// https://x.y/a::b <https://x.y/?q=a::b>\n",
        "/// a: b, a :: b, ::a, a::, 1::2 :: a:::b\n",
        "/// <T as A>::b Vec<T>::new\n",
        "// a::b\n",
        "/// {a}::b\n",
    ] {
        mentions(source, &[]);
    }
}

#[test]
fn nothing_to_find() {
    for source in ["", "/// text\n", "fn f() {}", "/// a `b` c\n/// d: e\n"] {
        let docs = read(source);
        assert!(docs.links.is_empty() && docs.doctests.is_empty() && docs.mentions.is_empty());
    }
}

#[test]
fn ranges_that_are_no_comments_are_left_out() {
    let source = "fn f() {} /// [a::B]\n";
    let ranges = [0..2, 3..900, 10..20, 5..5];
    let docs = parse(source, &ranges);
    assert_eq!(docs.links.len(), 1);
}

/// Markdown out of the parts that matter here.
fn markdown_text() -> impl Strategy<Value = String> {
    let parts = prop::sample::select(vec![
        "[",
        "]",
        "(",
        ")",
        "][",
        "](",
        "[]",
        "`",
        "```",
        "```\n",
        "~~~",
        "\n",
        "\n\n",
        " ",
        "    ",
        "\t",
        "# ",
        "#",
        "##",
        "> ",
        "- ",
        "1. ",
        "a::B",
        "::",
        "fn@",
        "()",
        "!",
        "<T>",
        "<",
        ">",
        "]: ",
        "\"t\"",
        "\\",
        "é",
        "*",
        "**",
        "_",
        "|",
        "[^1]",
        "[^1]: ",
        "rust",
        "text",
        "{.c}",
        "http://a.b",
        "&amp;",
        "---\n",
        "| a |\n",
        "r#x",
        "\r",
        "/",
        "[x]: a::B\n",
        "<p>\n",
        "[x](a::B)",
        "use a::B;\n",
    ]);
    prop::collection::vec(parts, 0..40).prop_map(|parts| parts.concat())
}

/// Any Markdown in any kind of comment.
fn commented_text() -> impl Strategy<Value = String> {
    let text = prop_oneof![markdown_text(), any::<String>()];
    (text, 0..6_u8, any::<bool>()).prop_map(|(text, style, crlf)| {
        let safe = text
            .replace("*/", "* /")
            .replace("/*", "/ *")
            .replace("//", "/");
        let source = match style {
            0 => commented(&safe),
            1 => safe.lines().map(|line| format!("\t//!{line}\n")).collect(),
            2 => format!("/**{safe}*/"),
            3 => format!("  /*! {safe} */ x"),
            4 => format!(
                "/**\n{}\n */",
                safe.lines()
                    .map(|line| format!(" * {line}\n"))
                    .collect::<String>()
            ),
            _ => format!("/** {safe} */ {}", commented(&safe)),
        };
        if crlf {
            source.replace('\n', "\r\n")
        } else {
            source
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_comment_is_read_consistently(source in commented_text()) {
        read(&source);
    }

    #[test]
    fn any_ranges_are_read(source in commented_text(), ranges in prop::collection::vec((0..300_usize, 0..300_usize), 0..4)) {
        let mut ranges: Vec<_> = ranges.into_iter().map(|(a, b)| a.min(b)..a.max(b)).collect();
        ranges.sort_by_key(|range| range.start);
        let mut end = 0;
        ranges.retain(|range| {
            let apart = range.start >= end;
            end = end.max(range.end);
            apart
        });
        parse(&source, &ranges);
    }

    #[test]
    fn a_line_goes_as_a_whole(lines in prop::collection::vec("[a-z;# ]{0,8}", 1..6), at in 0..6_usize) {
        let body: String = lines.iter().map(|line| format!("/// {line}\n")).collect();
        let source = format!("/// ```\n{body}/// ```\n");
        let docs = read(&source);
        let code = &docs.doctests[0].code;
        let inner: Vec<&str> = code.text().split_inclusive('\n').collect();
        let at = at % inner.len();
        let start: usize = inner[..at].iter().map(|line| line.len()).sum();
        let edits = code.outer_edits(&Edit::delete(start..start + inner[at].len())).expect("maps");
        let mut text = source.clone();
        for edit in edits.into_iter().rev() {
            text.replace_range(edit.range, &edit.text);
        }
        let mut left: Vec<&str> = source.lines().collect();
        left.remove(at + 1);
        prop_assert_eq!(text.lines().collect::<Vec<_>>(), left);
    }
}
