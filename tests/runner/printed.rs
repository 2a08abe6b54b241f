//! Asks the oracles that print trees about both states of the fixtures: `prettyplease` for Rust, and
//! `ast.unparse` for Python, in one process for all of them.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::fixture::Fixture;
use crate::print_oracle::print_the_same;

/// The changed files of a fixture with one of these extensions, in both states.
fn changed<'f>(
    fixture: &'f Fixture,
    extensions: &'f [&str],
) -> impl Iterator<Item = (&'f String, &'f str, &'f str)> {
    fixture.after.iter().filter_map(move |(path, after)| {
        let before = fixture.before.get(path).filter(|before| *before != after)?;
        let extension = Path::new(path).extension()?.to_str()?;
        let text = |bytes: &'f [u8]| std::str::from_utf8(bytes).ok();
        let known = extensions.contains(&extension);
        known.then_some((path, text(before)?, text(after)?))
    })
}

/// Whether a fixture has anything to print.
pub fn has_rust(fixture: &Fixture) -> bool {
    changed(fixture, &["rs"]).next().is_some()
}

/// Prints the files of Rust.
///
/// # Errors
///
/// The first file that prints otherwise.
pub fn rust(fixture: &Fixture) -> Result<(), String> {
    for (path, before, after) in changed(fixture, &["rs"]) {
        if let Some(Err(difference)) = print_the_same(before, after) {
            return Err(format!("{path} {difference}"));
        }
    }
    Ok(())
}

/// Whether the oracle of Rust sees damage, and takes what a rewrite may change for none.
///
/// # Errors
///
/// What it does not see, or what it complains of.
pub fn sees_damage() -> Result<(), String> {
    let before =
        "use old::a::Foo;\n/// [old::a]\nfn f(x: old::b::C<u8>) { let y = x.g(1); m!(y); }\n";
    let same = "use new::Bar as Foo;\nfn f(x: C<u8>) { let y = x.g(1); m!(new::y); }\n";
    if print_the_same(before, same) != Some(Ok(())) {
        return Err("paths and imports are not left out".to_owned());
    }
    for (old, new) in [
        ("(1)", "(2)"),
        (".g(", ".h("),
        ("let y", "let z"),
        ("m!(y);", ""),
        ("u8", "u8, u8"),
    ] {
        let damaged = before.replace(old, new);
        if !matches!(print_the_same(before, &damaged), Some(Err(_))) {
            return Err(format!("`{new}` for `{old}` is not seen"));
        }
    }
    Ok(())
}

/// Prints the files of Python, of all fixtures at once.
///
/// # Errors
///
/// Python did not run, or each file that prints otherwise.
pub fn python<'f>(
    fixtures: impl IntoIterator<Item = (&'f str, &'f Fixture)>,
) -> Result<(), String> {
    let mut cases = Vec::new();
    for (name, fixture) in fixtures {
        for (path, before, after) in changed(fixture, &["py", "pyi"]) {
            cases.push((format!("{name}: {path}"), before, after));
        }
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judge/printed.py");
    let python = std::env::var_os("REPOINT_PYTHON").unwrap_or_else(|| "python3".into());
    let mut child = Command::new(python)
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cannot run Python: {error}"))?;
    let input = serde_json::to_vec(&cases).map_err(|error| error.to_string())?;
    // The program reads all of it before it writes.
    let written = child.stdin.take().map(|mut stdin| stdin.write_all(&input));
    let output = child
        .wait_with_output()
        .map_err(|error| error.to_string())?;
    if let Some(Err(error)) = written {
        return Err(format!("Python does not read: {error}"));
    }
    if !output.status.success() {
        return Err(format!("Python ended with {}", output.status));
    }
    let differences: Vec<(String, String)> =
        serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())?;
    match differences.as_slice() {
        [] => Ok(()),
        _ => {
            let lines = differences
                .iter()
                .map(|(name, what)| format!("{name} {what}\n"));
            Err(lines.collect())
        }
    }
}
