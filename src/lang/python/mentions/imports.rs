//! Import statements in text that is no code: `from a.b import C` names `a.b.C`, which stands nowhere in one
//! piece.

use std::ops::Range;

use super::is_part;
use crate::path::{PYTHON, Segment};

/// A name that a `from` import in a text names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::lang::python) struct Imported {
    /// Where the name stands.
    pub(in crate::lang::python) range: Range<usize>,
    /// The module's path, and the name.
    pub(in crate::lang::python) path: Vec<Segment>,
    /// Where the module stands.
    pub(in crate::lang::python) module: Range<usize>,
}

/// Every name that is imported by `from a.b import c, d as e`, wherever that stands in a text.
pub(in crate::lang::python) fn imports(text: &str) -> Vec<Imported> {
    let mut found = Vec::new();
    for (at, word) in text.match_indices("import") {
        let Some(module) = module_before(&text[..at]) else {
            continue;
        };
        let names = text[module.clone()].split('.').map(Segment::new);
        let parent: Vec<Segment> = names.collect();
        for range in names_after(text, at + word.len()) {
            let mut path = parent.clone();
            path.push(Segment::new(&text[range.clone()]));
            found.push(Imported {
                range,
                path,
                module: module.clone(),
            });
        }
    }
    found
}

/// Lines of examples that start with `import`: where what they name stands.
pub(in crate::lang::python) fn plain_imports(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let code = line.trim_start();
        let code = code.strip_prefix(">>>").unwrap_or(code).trim_start();
        if let Some(names) = code.strip_prefix("import ") {
            let end = start + line.len();
            found.push(end - names.len()..end);
        }
        start += line.len();
    }
    found
}

/// The module of `from a.b ` at the end of a text.
fn module_before(before: &str) -> Option<Range<usize>> {
    let blank = |text: &str| text.trim_end_matches([' ', '\t']).len();
    let end = blank(before);
    let start = end
        - before[..end]
            .chars()
            .rev()
            .take_while(|c| is_part(*c))
            .map(char::len_utf8)
            .sum::<usize>();
    let is_path = before[start..end]
        .split('.')
        .all(|name| PYTHON.is_name(name));
    let word = blank(&before[..start]);
    let is_apart = end < before.len() && word < start;
    let rest = before[..word].strip_suffix("from")?;
    let is_word = !rest.ends_with(is_part);
    (is_path && is_apart && is_word).then_some(start..end)
}

/// The names behind `import`, up to what is none.
fn names_after(text: &str, start: usize) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let is_blank = |c: char| matches!(c, ' ' | '\t');
    let rest = &text[start..];
    let open = rest.trim_start_matches(is_blank);
    let is_group = open.starts_with('(');
    if open.len() == rest.len() && !is_group {
        return found;
    }
    // In a group names go on in the next line, behind what starts the lines of a comment or an example.
    let skipped = |c: char| is_blank(c) || is_group && matches!(c, '\n' | '\r' | '#' | '.' | '>');
    let mut at = text.len() - open.len() + usize::from(is_group);
    let skip = |at: usize| text.len() - text[at..].trim_start_matches(skipped).len();
    let name_at = |at: usize| {
        let len = text[at..]
            .find(|c| c == '.' || !is_part(c))
            .unwrap_or(text.len() - at);
        (PYTHON.is_name(&text[at..at + len])).then_some(at..at + len)
    };
    loop {
        at = skip(at);
        let Some(name) = name_at(at) else {
            return found;
        };
        at = skip(name.end);
        found.push(name);
        if let Some(alias) = text[at..].strip_prefix("as ") {
            let alias = name_at(skip(text.len() - alias.len()));
            at = alias.map_or(at, |alias| skip(alias.end));
        }
        match text[at..].strip_prefix(',') {
            Some(rest) => at = text.len() - rest.len(),
            None => return found,
        }
        // `\` at the end of a line.
        let rest = text[at..].trim_start_matches(is_blank);
        if let Some(next) = rest.strip_prefix("\\\n").or(rest.strip_prefix("\\\r\n")) {
            at = text.len() - next.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_wherever_the_statement_stands() {
        let read = |text: &str| -> Vec<String> {
            let found = imports(text).into_iter();
            found.map(|found| found.path.join(".")).collect()
        };
        assert_eq!(read("do not write: from a.b import C!"), ["a.b.C"]);
        assert_eq!(read("`from a import b as c, d`, and so on"), ["a.b", "a.d"]);
        assert_eq!(
            read("# from a import (\n#     b,\n#     c\n# )"),
            ["a.b", "a.c"]
        );
        assert_eq!(read(">>> from a import b, \\\n  c"), ["a.b", "a.c"]);
        assert_eq!(read("from a import(b)"), ["a.b"]);
        for none in [
            "import a.b",
            "from .a import b",
            "a from b.c, import d",
            "xfrom a import b",
            "from a important b",
            "from a import *",
            "from a  imports b",
            "",
        ] {
            assert_eq!(read(none), [""; 0], "{none}");
        }
    }
}
