//! Roles and directives of Sphinx's Python domain whose target is an absolute path (Sphinx, "The Python
//! Domain" and "sphinx.ext.autodoc").

use std::ops::Range;

use crate::path::PYTHON;

/// Roles that refer to something of Python; with `py:` before them too.
const ROLES: [&str; 13] = [
    "attr", "class", "const", "data", "deco", "exc", "func", "meth", "mod", "obj", "prop",
    "property", "type",
];

/// Directives whose argument is such a path. Those that describe an object define its name.
const DIRECTIVES: [&str; 12] = [
    "autoattribute",
    "autoclass",
    "autodata",
    "autodecorator",
    "autoexception",
    "autofunction",
    "automethod",
    "automodule",
    "autoproperty",
    "currentmodule",
    "py:currentmodule",
    "autotype",
];

/// The paths, in order, as bytes of `text`.
pub(super) fn targets(text: &str) -> Vec<Range<usize>> {
    let mut found = roles(text);
    found.extend(directives(text));
    found.sort_by_key(|range| range.start);
    found
}

fn roles(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = text[at..].find('`').map(|tick| at + tick) {
        at = open + 1;
        if !has_role(&text[..open]) {
            continue;
        }
        let Some(close) = text[at..].find('`').map(|tick| at + tick) else {
            break;
        };
        found.extend(target(text, at..close));
        at = close + 1;
    }
    found
}

/// Whether a known role ends this text: `:py:class:`.
fn has_role(before: &str) -> bool {
    let Some(name) = before.strip_suffix(':') else {
        return false;
    };
    let is_part = |c: char| c.is_ascii_alphanumeric() || "_-+.:".contains(c);
    let start = name.trim_end_matches(is_part).len();
    let Some(name) = name[start..].strip_prefix(':') else {
        return false;
    };
    ROLES.contains(&name.strip_prefix("py:").unwrap_or(name))
}

/// The path in `~a.b`, `text <a.b>`, `a.b()`. None for one that starts with a dot: Sphinx searches for that.
fn target(text: &str, content: Range<usize>) -> Option<Range<usize>> {
    let inside = text.get(content.clone())?;
    let (start, inside) = match inside.strip_suffix('>').and_then(|rest| rest.rfind('<')) {
        Some(open) => (
            content.start + open + 1,
            &inside[open + 1..inside.len() - 1],
        ),
        None => (content.start, inside),
    };
    let path = inside.trim_start_matches(['!', '~', ' ']);
    path_at(
        start + inside.len() - path.len(),
        path.trim_end().trim_end_matches("()"),
    )
}

fn path_at(start: usize, path: &str) -> Option<Range<usize>> {
    let is_path = !path.is_empty() && path.split('.').all(|name| PYTHON.is_name(name));
    is_path.then(|| start..start + path.len())
}

fn directives(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        found.extend(directive(line).map(|range| start + range.start..start + range.end));
        start += line.len();
    }
    found
}

fn directive(line: &str) -> Option<Range<usize>> {
    let rest = line.trim_start().strip_prefix(".. ")?.trim_start();
    let (name, argument) = rest.split_once("::")?;
    if !DIRECTIVES.contains(&name) {
        return None;
    }
    let argument = argument.trim_start();
    let start = line.len() - argument.len();
    let end = argument
        .find(|c: char| c.is_whitespace() || c == '(')
        .unwrap_or(argument.len());
    path_at(start, &argument[..end])
}
