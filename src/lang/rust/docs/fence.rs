//! The words behind the opening fence of a code block.

use cargo_toml::Edition;

/// What the words say of a block that is Rust.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Fence {
    pub(super) edition: Option<Edition>,
}

/// Reads the words behind a fence; `None` if the block is not Rust.
///
/// As rustdoc's `LangString::parse`: a foreign word makes the block foreign, unless `rust` is said
/// too. Words of older rustdocs (`allow_fail`) and of nightly ones (`E0123`, `standalone`) count as Rust.
pub(super) fn parse(info: &str) -> Option<Fence> {
    let mut fence = Fence::default();
    let mut rust = false;
    let mut foreign = false;
    let mut rest = info.trim_matches(is_separator);
    while let Some(first) = rest.chars().next() {
        let (word, tail) = match first {
            '{' => {
                let (classes, tail) = rest[1..].split_once('}')?;
                if !classes.split(is_separator).all(is_class) {
                    return None;
                }
                (None, tail)
            }
            '(' => (None, rest.split_once(')')?.1),
            '"' => {
                let (word, tail) = rest[1..].split_once('"')?;
                if !tail.is_empty() && !tail.starts_with(ends_word) {
                    return None;
                }
                (Some(word), tail)
            }
            _ => {
                let (word, tail) = bare_word(rest)?;
                // rustdoc forgets a word that touches a brace.
                ((!tail.starts_with('{')).then_some(word), tail)
            }
        };
        rest = tail.trim_start_matches(is_separator);
        let Some(word) = word else { continue };
        match word {
            "rust" => rust = true,
            "custom" => return None,
            // Such code is code all the same.
            "should_panic" | "no_run" | "compile_fail" | "test_harness" | "ignore" => {}
            "standalone" | "standalone_crate" | "allow_fail" => {}
            _ if word.starts_with("ignore-") => {}
            _ if is_error_code(word) => {}
            _ => match word.strip_prefix("edition") {
                Some(year) => {
                    fence.edition = edition(year);
                    continue;
                }
                None => {
                    foreign = true;
                    continue;
                }
            },
        }
        // Rust's own words only count where no foreign one came before.
        rust |= !foreign;
    }
    (rust || !foreign).then_some(fence)
}

fn is_separator(c: char) -> bool {
    c == ' ' || c == ',' || c == '\t'
}

/// Whether `text` may stand in `{...}`: `.class`, `key=value` or nothing.
fn is_class(text: &str) -> bool {
    match (text.strip_prefix('.'), text.split_once('=')) {
        (Some(class), _) => !class.is_empty(),
        (None, Some((key, value))) => !key.is_empty() && !value.is_empty(),
        (None, None) => text.is_empty(),
    }
}

fn ends_word(c: char) -> bool {
    is_separator(c) || c == '{' || c == '('
}

fn is_error_code(word: &str) -> bool {
    word.strip_prefix('E')
        .is_some_and(|code| code.len() == 4 && code.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The word at the start of `text`; `None` if a character is in no word.
fn bare_word(text: &str) -> Option<(&str, &str)> {
    let end = text.find(ends_word).unwrap_or(text.len());
    let (word, tail) = text.split_at(end);
    let leads = |c: char| c.is_ascii_alphanumeric() || "_-:".contains(c);
    let follows = |c: char| leads(c) || ".!#$%&*+/;<>?@^|~".contains(c);
    (word.starts_with(leads) && word.chars().all(follows)).then_some((word, tail))
}

fn edition(year: &str) -> Option<Edition> {
    Some(match year {
        "2015" => Edition::E2015,
        "2018" => Edition::E2018,
        "2021" => Edition::E2021,
        "2024" => Edition::E2024,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rust() {
        for info in [
            "",
            "  ",
            "rust",
            "rust,no_run",
            "rust no_run",
            "should_panic",
            "ignore",
            "ignore-windows",
            "ignore (needs a server)",
            "compile_fail,E0277",
            "edition2021",
            "edition2021,no_run",
            "test_harness",
            "standalone_crate",
            "allow_fail",
            "{.class}",
            "rust,{.a .b}",
            "{class=\"x\"}",
            "rust,foo",
            "foo,rust",
            "ignore,foo",
            "\"rust\"",
            "\"rust\"{.a}",
            ",rust,",
            "text{.a}",
        ] {
            assert!(parse(info).is_some(), "{info:?}");
        }
    }

    #[test]
    fn not_rust() {
        for info in [
            "text",
            "toml",
            "console",
            "sh",
            "c",
            "Rust",
            "custom,{.c}",
            "rust,custom",
            "foo,ignore",
            "foo no_run",
            "should-panic",
            "norun",
            "E27",
            "Eabcd",
            "rust,{.a",
            "rust (unclosed",
            "\"rust",
            "rust=1",
            ".rust",
            "rüst",
            "{rust}",
            "{=x}",
            "{.}",
            "{key=}",
            "rust{.a}b",
            "\"rust\"x",
        ] {
            assert_eq!(parse(info), None, "{info:?}");
        }
    }

    #[test]
    fn the_edition_among_other_words() {
        let fence = parse("compile_fail,edition2018,ignore-wasm").expect("Rust");
        assert_eq!(fence.edition, Some(Edition::E2018));
        assert_eq!(parse("edition1999").and_then(|fence| fence.edition), None);
    }
}
