//! Sources that are large or made to be slow.

use std::fmt::Write as _;
use std::time::Duration;

use cpu_time::ThreadTime;

use super::scopes_of;

/// Time of the processor: far more than any needs (some seconds in a debug build), far less than a quadratic walk
/// takes.
const LIMIT: Duration = Duration::from_secs(60);

#[track_caller]
fn is_fast(text: String) {
    let run = move || {
        let start = ThreadTime::now();
        scopes_of(&text);
        start.elapsed()
    };
    let thread = std::thread::Builder::new().stack_size(256 << 20).spawn(run);
    let took = thread.expect("a thread").join().expect("no panic");
    assert!(took < LIMIT, "{took:?}");
}

fn repeated(times: usize, one: impl Fn(usize) -> String) -> String {
    (0..times).map(one).collect()
}

#[test]
fn branches_in_sequence() {
    is_fast(repeated(20_000, |n| {
        format!("if a{n}:\n    x = {n}\n    y{n} = x\nprint(x)\n")
    }));
}

#[test]
fn branches_in_each_other() {
    let mut text = String::new();
    for depth in 0..500 {
        let indent = " ".repeat(depth);
        writeln!(text, "{indent}if x:\n{indent} x = y{depth} = {depth}").expect("a string");
    }
    text.push_str("print(x)\n");
    is_fast(text);
}

#[test]
fn loops_in_sequence_and_in_each_other() {
    let sequence = repeated(5_000, |n| {
        format!("for i in x:\n    print(x)\n    x = {n}\n")
    });
    let mut nested = String::new();
    for depth in 0..200 {
        let indent = " ".repeat(depth);
        writeln!(
            nested,
            "{indent}while x:\n{indent} x = y{depth} = f(y{depth}, x)"
        )
        .expect("a string");
    }
    is_fast(sequence + &nested);
}

#[test]
fn many_ways_out_of_one_loop() {
    let body = repeated(3_000, |n| {
        format!("    if a{n}:\n        b{n} = 1\n        continue\n    c{n} = b{n}\n")
    });
    is_fast(format!("while x:\n{body}"));
}

#[test]
fn long_alternatives() {
    let elifs = repeated(10_000, |n| format!("elif (b{n} := x):\n    c{n} = x\n"));
    let cases = repeated(3_000, |n| format!("    case [{n}, d{n}]:\n        pass\n"));
    is_fast(format!("if x:\n    pass\n{elifs}match x:\n{cases}"));
}

#[test]
fn many_bindings_and_many_reads() {
    let reads = repeated(20_000, |n| format!("f = lambda: f\ndel f\n# {n}\n"));
    let stars = repeated(2_000, |n| format!("from a{n} import *\nx\n"));
    is_fast(reads + &stars);
}

#[test]
fn one_deep_expression() {
    let sum = "a + ".repeat(50_000);
    let calls = ".b()".repeat(50_000);
    is_fast(format!("{sum}a\na{calls}\na()"));
}

#[test]
fn many_handlers() {
    let handlers = repeated(3_000, |n| format!("except A{n} as e:\n    b{n} = e\n"));
    let body = repeated(3_000, |n| format!("    c{n} = 1\n"));
    is_fast(format!("try:\n{body}{handlers}finally:\n    pass\n"));
}
