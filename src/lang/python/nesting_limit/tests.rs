//! Generated sources that nest in every way that Python has.

use super::*;
use crate::lang::python::parse::{self, SourceKind};
use crate::lang::python::scopes::Scopes;

/// A way to nest: the text of a number of levels.
type Nesting = (&'static str, fn(usize) -> String);

fn around(open: &str, inside: &str, close: &str, levels: usize) -> String {
    format!(
        "x = {}{inside}{}\n",
        open.repeat(levels),
        close.repeat(levels)
    )
}

const NESTINGS: &[Nesting] = &[
    ("parentheses", |n| around("(", "1", ")", n)),
    ("lists", |n| around("[", "1", "]", n)),
    ("sets", |n| around("{", "1", "}", n)),
    ("dicts", |n| around("{1: ", "1", "}", n)),
    ("tuples", |n| around("(", "", ",)", n)),
    ("calls", |n| around("f(", "1", ")", n)),
    ("keywords", |n| around("f(a, b=", "1", ")", n)),
    ("subscripts", |n| around("a[", "1", "]", n)),
    ("comprehensions", |n| around("[a for b in ", "c", "]", n)),
    ("f-strings", |n| around("f'{", "1", "}'", n)),
    ("minus", |n| around("-", "1", "", n)),
    ("not", |n| around("not ", "1", "", n)),
    ("await", |n| around("await ", "a", "", n)),
    ("lambdas", |n| around("lambda: ", "1", "", n)),
    ("lambdas of two", |n| around("lambda a, b: ", "1", "", n)),
    ("conditions", |n| around("1 if 2 else ", "3", "", n)),
    ("powers", |n| around("2 ** ", "1", "", n)),
    ("sums", |n| around("1 + ", "1", "", n)),
    ("ands and ors", |n| around("1 and 2 or ", "1", "", n)),
    ("comparisons", |n| around("1 < ", "1", "", n)),
    ("attributes", |n| around("", "a", ".b", n)),
    ("called chains", |n| around("", "a", ".b()", n)),
    ("subscript chains", |n| around("", "a", "[0]", n)),
    ("assignments", |n| around("a = ", "1", "", n)),
    ("elif", |n| {
        format!("if a:\n    b\n{}", "elif c:\n    d\n".repeat(n))
    }),
    ("statements of one line", |n| {
        format!("{}a\n", "if a: ".repeat(n))
    }),
    ("with on one line", |n| {
        format!("{}a\n", "with a, b: ".repeat(n))
    }),
    ("statements in brackets", |n| {
        format!("({}a\n", "with a, b: ".repeat(n))
    }),
    ("conditions in brackets", |n| {
        format!("({}a\n", "if a, b: ".repeat(n))
    }),
    ("open brackets", |n| format!("{}\n", "(".repeat(n))),
    ("patterns", |n| {
        format!(
            "match a:\n    case {}1{}:\n        pass\n",
            "[".repeat(n),
            "]".repeat(n)
        )
    }),
    ("strings", |n| format!("x = {}'a'\n", "'a' ".repeat(n))),
];

/// Parses, walks and drops a text, as a session does.
fn read(text: &str) -> Result<(), SourceError> {
    let parsed = parse::module(text, SourceKind::Module)?;
    let _ = Scopes::of(parsed.syntax(), text);
    let _ = crate::lang::python::exports::of(parsed.syntax());
    let _ = crate::lang::python::syntax_errors::errors(parsed.syntax(), text, SourceKind::Module);
    Ok(())
}

/// Half of what a worker has: what walks a tree later may take more than what is here.
const WORKER: usize = 128 << 20;

/// The most levels that are not refused, up to what takes long.
fn most(text: fn(usize) -> String) -> usize {
    let (mut fits, mut fails) = (1, 200_000);
    while fails - fits > 50 {
        let middle = (fits + fails) / 2;
        if too_deep(&text(middle), Mode::Module) {
            fails = middle;
        } else {
            fits = middle;
        }
    }
    fits
}

#[track_caller]
fn on_a_worker(check: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new()
        .stack_size(WORKER)
        .spawn(check)
        .expect("a thread")
        .join()
        .expect("no panic");
}

#[test]
fn no_depth_overflows_the_stack() {
    on_a_worker(|| {
        for (name, text) in NESTINGS {
            for levels in [5_000, most(*text), 50_000, 1_000_000] {
                // The name of the case is all that is seen of an overflow.
                println!("{name}, {levels} levels");
                let _ = read(&text(levels));
            }
        }
    });
}

/// Indentation needs as many bytes a line as it has levels.
#[test]
fn deep_blocks_do_not_overflow() {
    on_a_worker(|| {
        let mut text = String::new();
        for level in 0..2_800 {
            text.push_str(&" ".repeat(level));
            text.push_str("if a:\n");
        }
        text.push_str(&" ".repeat(2_800));
        text.push_str("a\n");
        // The parser may have its own limit; nothing may crash.
        let _ = read(&text);
    });
}

#[test]
fn five_thousand_levels_are_read() {
    on_a_worker(|| {
        for (name, text) in NESTINGS {
            let text = text(5_000);
            if !text.contains(": if") && !text.contains(": with") {
                assert!(!too_deep(&text, Mode::Module), "{name}");
            }
        }
    });
}

#[test]
fn long_flat_text_is_not_refused() {
    for unit in [
        "x = [1, 2, -3, (4, 5), {6: 7}]\n",
        "def f(a, b=1, *c, **d): return a if b else lambda e, g: -e\n",
        "if a:\n    b\nelif c:\n    d\nelse:\n    e\n",
        "from a import (b, c as d)\n",
        "x = f'{a!r:>{b}} {c}' 'd'\n",
        "for a, b in c: print(*d, **e)\n",
        "@a.b(c)\nclass D(E, metaclass=F): pass\n",
        "match a:\n    case {'b': [c, *_]} | D(e=f): pass\n",
        "a = b = c; d += 1; del e\n",
    ] {
        assert!(!too_deep(&unit.repeat(50_000), Mode::Module), "{unit}");
    }
    for item in [
        "1",
        "-1",
        "lambda a, b: c",
        "(1, 2)",
        "a if b else c",
        "'a': {'b': 1}",
    ] {
        let text = format!("x = [{}]\n", format!("{item}, ").repeat(100_000));
        assert!(!too_deep(&text, Mode::Module), "{item}");
    }
}

/// What the tokens of a text take where they nest deepest.
fn deepest(text: &str) -> usize {
    let mut lexer = lex(text, Mode::Module);
    let mut levels = Levels::default();
    let mut deepest = 0;
    loop {
        let kind = lexer.next_token();
        if kind == TokenKind::EndOfFile {
            return deepest;
        }
        levels.take(kind);
        deepest = deepest.max(levels.level.above + levels.level.cost());
    }
}

#[test]
fn bytes_alone_never_say_less_than_tokens() {
    for (name, text) in NESTINGS {
        for levels in [0, 1, 2, 7, 100] {
            let text = text(levels);
            assert!(deepest(&text) <= bound(&text), "{name}, {levels}");
        }
    }
}

#[test]
fn nor_do_they_for_what_ends_in_a_bracket() {
    for text in [" match(", "\tmatch([{", " f'{match("] {
        assert!(deepest(text) <= bound(text), "{text:?}");
    }
}

/// Bits of Python, to be put together in any way.
const BITS: &[&str] = &[
    "a", "1", "1if ", "0_7or", "not", "lambda", "if ", "for ", "match", " ", "\n", "\n  ",
    "\n    ", "\r", "(", "[", "{", ")", "]", "}", ",", ":", ";", ".", "=", ":=", "*", "**", "-",
    "~", "@", "!", "$", "?", "\\", "#", "'", "\"", "f'", "f\"{", "\"\"\"", "\u{e9}", "\u{20ac}",
];

proptest::proptest! {
    #[test]
    fn nor_do_they_for_what_is_no_python(
        bits in proptest::collection::vec(proptest::sample::select(BITS), 0..40)
    ) {
        let text = bits.concat();
        proptest::prop_assert!(deepest(&text) <= bound(&text), "{text:?}");
    }
}
