//! Mapped paths in text that is no code: entry points of packages, and files and comments that mention
//! them. Nothing of it is rewritten.

mod imports;

use std::ops::Range;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::rewrite::Verdict;
use super::unit::MODULE;
use crate::finding::{Code, Finding, Level};
use crate::lang::RewriteOptions;
use crate::lang::plan_builder::PlanBuilder;
use crate::lang::suppression::Suppressions;
use crate::mapping::Table;
use crate::outline::Outline;
use crate::path::{Namespaces, PYTHON, Segment};
use crate::plan::{Analysis, Plan};
use crate::text::Encoding;

pub(super) use imports::{imports, plain_imports};

/// Extensions of files of prose and configuration.
const EXTENSIONS: [&str; 25] = [
    "adoc", "bash", "cfg", "conf", "env", "in", "ini", "j2", "jinja", "jinja2", "json", "markdown",
    "md", "pxd", "pxi", "pyx", "rst", "sh", "template", "tmpl", "toml", "tpl", "txt", "yaml",
    "yml",
];

/// Those of them that hold documentation with examples.
const DOCUMENTS: [&str; 4] = ["adoc", "markdown", "md", "rst"];

/// Names of such files without an extension; `Dockerfile.dev` counts too.
const NAMES: [&str; 4] = ["Dockerfile", "Containerfile", "Makefile", "Procfile"];

/// What kind of file without code it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `pyproject.toml`.
    PyProject,
    /// `setup.cfg`.
    SetupCfg,
    /// Any other.
    Prose,
    /// Documentation of which only the examples are looked at.
    Examples,
}

impl Kind {
    /// The kind of a file, by its name, in a run with these options; `None` if it is not read.
    pub(super) fn in_run(path: &Path, options: &RewriteOptions) -> Option<Self> {
        let is_read = |kind: &Self| match kind {
            Self::PyProject | Self::SetupCfg => true,
            Self::Prose | Self::Examples => options.mentions,
        };
        let extension = path.extension().and_then(|extension| extension.to_str());
        let is_document = extension.is_some_and(|known| DOCUMENTS.contains(&known));
        match Self::of(path) {
            Some(kind) if is_read(&kind) => Some(kind),
            Some(_) if options.docs && is_document => Some(Self::Examples),
            _ => None,
        }
    }

    /// The kind of a file, by its name.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?;
        match name {
            "pyproject.toml" => return Some(Self::PyProject),
            "setup.cfg" => return Some(Self::SetupCfg),
            _ => {}
        }
        let is_named = NAMES.iter().any(|known| {
            let rest = name.strip_prefix(known);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        });
        let extension = path.extension().and_then(|extension| extension.to_str());
        let is_known = is_named || extension.is_some_and(|known| EXTENSIONS.contains(&known));
        is_known.then_some(Self::Prose)
    }

    /// The encoding of such a file: it is never written, so that any text will do.
    pub(super) fn encoding_of(bytes: &[u8]) -> Encoding {
        match std::str::from_utf8(bytes) {
            Ok(_) => Encoding::UTF_8,
            Err(_) => Encoding::LATIN_1,
        }
    }

    /// Notes of a file.
    pub(super) fn analyze(self, text: &str, table: &Table, options: &RewriteOptions) -> Analysis {
        let mut findings = match self {
            Self::PyProject => named(text, entry_points(text), table),
            Self::SetupCfg => named(text, sections(text), table),
            Self::Prose => Vec::new(),
            Self::Examples => examples(text, table),
        };
        if options.mentions && !is_table(text) {
            let known: Vec<usize> = findings.iter().map(|finding| finding.range.start).collect();
            let all = mentioned(text, table).into_iter();
            findings.extend(all.filter(|finding| !known.contains(&finding.range.start)));
        }
        let kept = Suppressions::of(text, "#");
        findings.retain(|finding| !kept.keeps(finding.range.start));
        findings.sort_by_key(|finding| finding.range.start);
        Analysis {
            outline: Outline::default(),
            plan: Plan {
                findings,
                ..Plan::default()
            },
        }
    }
}

/// Whether a text is a table of rules, which names old paths to be rid of them.
fn is_table(text: &str) -> bool {
    let has = |line: &str| text.lines().any(|own| own.trim() == line);
    ["[[move]]", "[[remove]]", "[[keep]]"].into_iter().any(has)
}

/// Words of two names or more with dots between, and where they stand. A colon with a name right behind it
/// counts as a dot: `old.gone:f`, the object of a module. What belongs to a longer word (a file's path, an
/// address) is none.
pub(super) fn paths(text: &str) -> Vec<(Range<usize>, Vec<Segment>)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find(is_part).map(|start| at + start) {
        let len = text[start..]
            .find(|c| !is_part(c))
            .unwrap_or(text.len() - start);
        let end = start + len;
        at = end;
        let word = text[start..end].trim_end_matches('.');
        let is_whole = word.len() == len;
        if !word.split('.').all(|name| PYTHON.is_name(name)) || is_longer(text, start..end) {
            continue;
        }
        let object = text[end..].strip_prefix(':').map(object_of);
        let object = object.filter(|object| is_whole && !object.is_empty());
        let path = word
            .split('.')
            .chain(object.into_iter().flat_map(|object| object.split('.')))
            .map(Segment::new);
        let path: Vec<Segment> = path.collect();
        if path.len() < 2 {
            continue;
        }
        let object_len = object.map_or(0, |object| object.len() + 1);
        // `key:a.b` may be read either way.
        if word.contains('.') {
            at += object_len;
        }
        found.push((start..start + word.len() + object_len, path));
    }
    found
}

fn is_part(c: char) -> bool {
    c == '_' || c == '.' || unicode_ident::is_xid_continue(c)
}

/// The names at the start of what stands behind a colon.
fn object_of(rest: &str) -> &str {
    let len = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
    let object = rest[..len].trim_end_matches('.');
    if object.split('.').all(|name| PYTHON.is_name(name)) {
        object
    } else {
        ""
    }
}

/// Whether a word is part of the path of a file, or of an address.
fn is_longer(text: &str, word: Range<usize>) -> bool {
    let before = text[..word.start].chars().next_back();
    let after = text[word.end..].chars().next();
    before.is_some_and(|c| "/\\@-$%".contains(c)) || after.is_some_and(|c| "/\\@".contains(c))
}

/// As [`paths`], with the names that `from` imports name in several pieces.
pub(super) fn paths_and_imports(text: &str, table: &Table) -> Vec<(Range<usize>, Vec<Segment>)> {
    let mut found = paths(text);
    if text.contains("import") {
        let is_said = |module: &[Segment]| {
            module.len() > 1 && !matches!(Verdict::of(table, module, MODULE), Verdict::Stays)
        };
        let names = imports(text).into_iter();
        // What is said of the module is said of its names.
        let names = names.filter(|name| !is_said(&name.path[..name.path.len() - 1]));
        found.extend(names.map(|name| (name.range, name.path)));
        found.sort_by_key(|(range, _)| range.start);
    }
    found
}

/// A note for each mapped path in prose.
pub(super) fn mentioned(text: &str, table: &Table) -> Vec<Finding> {
    let message = "mentions a deprecated path";
    paths_and_imports(text, table)
        .into_iter()
        .filter_map(|(range, path)| noted(Code::Mention, message, range, &path, table))
        .collect()
}

/// A note for each mapped path that an example imports.
fn examples(text: &str, table: &Table) -> Vec<Finding> {
    let message = "a deprecated path in an example, which is not rewritten";
    let mut found: Vec<(Range<usize>, Vec<Segment>)> = Vec::new();
    for line in plain_imports(text) {
        let names = paths(text.get(line.clone()).unwrap_or_default()).into_iter();
        found.extend(names.map(|(at, path)| (line.start + at.start..line.start + at.end, path)));
    }
    found.extend(
        imports(text)
            .into_iter()
            .map(|name| (name.range, name.path)),
    );
    found
        .into_iter()
        .filter_map(|(range, path)| noted(Code::Doc, message, range, &path, table))
        .collect()
}

fn noted(
    code: Code,
    message: &str,
    range: Range<usize>,
    path: &[Segment],
    table: &Table,
) -> Option<Finding> {
    let verdict = Verdict::of(table, path, Namespaces::ALL);
    let subject = verdict.subject(path, range)?;
    let mut draft = PlanBuilder::default();
    draft.remark(code, Level::Note, &subject, message.to_owned(), table);
    draft.findings.pop()
}

/// A note for each mapped path in these parts of a text.
fn named(text: &str, parts: Vec<Range<usize>>, table: &Table) -> Vec<Finding> {
    let message = "an entry point names a deprecated path";
    let mut found = Vec::new();
    for part in parts {
        let inside = text.get(part.clone()).unwrap_or_default();
        for (at, path) in paths(inside) {
            let range = part.start + at.start..part.start + at.end;
            found.extend(noted(Code::EntryPoint, message, range, &path, table));
        }
    }
    found
}

/// Where a `pyproject.toml` names objects: `[project.scripts]`, `[project.gui-scripts]`,
/// `[project.entry-points.*]` (PyPA, "Entry points specification"), and those of Poetry.
fn entry_points(text: &str) -> Vec<Range<usize>> {
    const TABLES: [&[&str]; 5] = [
        &["project", "scripts"],
        &["project", "gui-scripts"],
        &["project", "entry-points"],
        &["tool", "poetry", "scripts"],
        &["tool", "poetry", "plugins"],
    ];
    // A file that is not valid says what it can.
    let (tree, _) = DeTable::parse_recoverable(text);
    let mut found = Vec::new();
    for keys in TABLES {
        let mut table = Some(tree.get_ref());
        let mut value = None;
        for key in keys {
            value = table.and_then(|table| table.get(*key));
            table = value.and_then(|value| match value.get_ref() {
                DeValue::Table(table) => Some(table),
                _ => None,
            });
        }
        if let Some(value) = value {
            strings(value, &mut found);
        }
    }
    found.sort_by_key(|range| range.start);
    found
}

/// The strings in a value.
fn strings(value: &Spanned<DeValue<'_>>, found: &mut Vec<Range<usize>>) {
    match value.get_ref() {
        DeValue::String(_) => found.push(value.span()),
        DeValue::Array(items) => items.iter().for_each(|item| strings(item, found)),
        DeValue::Table(table) => table.values().for_each(|item| strings(item, found)),
        _ => {}
    }
}

/// Where a `setup.cfg` names objects: behind the last `=` of a line in `[options.entry_points]`.
fn sections(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut is_inside = false;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        let trimmed = line.trim();
        if line.starts_with('[') {
            is_inside = trimmed == "[options.entry_points]";
        } else if is_inside && !trimmed.starts_with(['#', ';']) {
            found.extend(line.rfind('=').map(|sign| start + sign + 1..end));
        }
        start = end;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_whole_paths() {
        let words = |text: &str| -> Vec<String> {
            let found = paths(text).into_iter();
            found.map(|(range, _)| text[range].to_owned()).collect()
        };
        assert_eq!(words("see old.gone.f, `a.b`."), ["old.gone.f", "a.b"]);
        assert_eq!(words("uvicorn old.gone:f (a.b)."), ["old.gone:f", "a.b"]);
        assert_eq!(words("a.b:c.d, a.b: c, a.b:80"), ["a.b:c.d", "a.b", "a.b"]);
        assert_eq!(words("a:b.c"), ["a:b.c", "b.c"]);
        assert_eq!(words("done. And é.b..."), ["é.b"]);
        assert_eq!(words("[\"a.b\"] x=a.b"), ["a.b", "a.b"]);
        for none in [
            "http://a.b/c",
            "x@a.b",
            "a.b@c",
            "src/a.b",
            "1.2",
            "a..b",
            ".a.b",
            "a.1",
            "a",
            "-a.b",
        ] {
            assert_eq!(words(none), [""; 0], "{none}");
        }
    }

    #[test]
    fn a_table_of_rules_mentions_nothing() {
        assert!(is_table(
            "language = \"python\"\n[[move]]\nfrom = \"a.b\"\n"
        ));
        assert!(!is_table("`[[move]]`: a.b to c.d\n"));
    }

    #[test]
    fn entry_points_are_found_wherever_they_stand() {
        let found = |text: &str| -> Vec<String> {
            let parts = entry_points(text).into_iter();
            parts.map(|part| text[part].to_owned()).collect()
        };
        assert_eq!(found("[project]\nscripts = { a = 'b.c:d' }\n"), ["'b.c:d'"]);
        assert_eq!(
            found("[project.entry-points.x]\n'a.b' = \"c.d\"\n"),
            ["\"c.d\""]
        );
        assert_eq!(found("[tool.poetry.plugins.x]\na = 'b'\n"), ["'b'"]);
        assert_eq!(
            found("[tool.other]\na = 'b.c'\n[project]\nname = 'd.e'\n"),
            [""; 0]
        );
        assert_eq!(found("[project.scripts]\na = 'b'\n[broken\n").len(), 1);
        assert_eq!(found("project = 1\n"), [""; 0]);
    }

    #[test]
    fn only_one_section_of_setup_cfg_counts() {
        let text =
            "[options.entry_points]\na =\n  b = c.d:e\n# f = g.h\nx = y = z.z\n[other]\na = b.c\n";
        let found: Vec<&str> = sections(text)
            .into_iter()
            .map(|part| text[part].trim())
            .collect();
        assert_eq!(found, ["", "c.d:e", "z.z"]);
    }
}
