//! The unified diff that `git apply` makes the same bytes of as `repoint apply`.
//!
//! Made here and not by a diff library's printer, because every byte counts: lines end at LF only,
//! names are bytes, and a file without a final line end says so. Nothing here reads a file's text;
//! both texts are handed in.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

use unicode_width::UnicodeWidthStr;

use similar::{Algorithm, DiffOp, capture_diff_slices, group_diff_ops};

use crate::project::git::{ObjectFormat, Repository, file_mode, quoted_name};

pub use super::hunks::CONTEXT;

/// The mode of a file that is not there: a text on standard input.
const PLAIN_MODE: &str = "100644";

/// The diff of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Where it is to be applied: the root of the file's repository, else of the project.
    pub root: PathBuf,
    /// The file below the root: bytes, separated by `/`.
    pub name: Vec<u8>,
    /// The diff, header included.
    pub text: Vec<u8>,
}

impl Section {
    /// The diff that makes `new` of `old`, or `None` if nothing changes. Symbolic links in `file`
    /// are resolved, so that a file has one name however it was reached; it need not exist.
    /// `project_root` is what names are relative to outside of a repository.
    ///
    /// # Errors
    /// `file` has no folder that exists, so where it really lies cannot be told.
    pub fn new(
        file: &Path,
        project_root: &Path,
        old: &[u8],
        new: &[u8],
    ) -> io::Result<Option<Self>> {
        Self::with_context(file, project_root, old, new, CONTEXT)
    }

    /// The same with so many lines around each change. Without any, `git apply` needs `--unidiff-zero`.
    ///
    /// # Errors
    /// See [`new`](Self::new).
    pub fn with_context(
        file: &Path,
        project_root: &Path,
        old: &[u8],
        new: &[u8],
        context: usize,
    ) -> io::Result<Option<Self>> {
        if old == new {
            return Ok(None);
        }
        let file = real_path(file)?;
        let (root, format) = root_of(&file, project_root);
        let name = name_below(&root, &file);
        let mut text = Vec::new();
        let mode = match file.metadata() {
            Ok(metadata) => file_mode(&metadata),
            Err(_) => PLAIN_MODE,
        };
        write_header(
            &mut text,
            &name,
            [old, new].map(|text| format.blob_id(text)),
            mode,
        );
        write_hunks(&mut text, old, new, context);
        Ok(Some(Self { root, name, text }))
    }
}

/// The diffs of all files that are to be applied at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patch {
    /// Where it is to be applied.
    pub root: PathBuf,
    sections: BTreeMap<Vec<u8>, Vec<u8>>,
}

impl Patch {
    /// Sorts sections into one patch a root, by root and by name. A file that was reached by
    /// several names is in it once.
    pub fn group(sections: impl IntoIterator<Item = Section>) -> Vec<Self> {
        let mut by_root: BTreeMap<PathBuf, BTreeMap<Vec<u8>, Vec<u8>>> = BTreeMap::new();
        for Section { root, name, text } in sections {
            by_root.entry(root).or_default().insert(name, text);
        }
        by_root
            .into_iter()
            .map(|(root, sections)| Self { root, sections })
            .collect()
    }

    /// Writes it, sections in the order of git.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_to(&self, out: &mut dyn Write) -> io::Result<()> {
        self.sections
            .values()
            .try_for_each(|text| out.write_all(text))
    }

    /// How many lines each file gets and loses, as `git diff --stat` shows it within `width` columns.
    pub fn stat(&self, width: usize) -> String {
        let rows: Vec<(String, usize, usize)> = self
            .sections
            .iter()
            .map(|(name, text)| {
                let lines = text.split(|byte| *byte == b'\n');
                let body = || lines.clone().skip_while(|line| !line.starts_with(b"@@"));
                let count = |sign: u8| body().filter(|line| line.first() == Some(&sign)).count();
                let name = String::from_utf8_lossy(name);
                (crate::text::one_line(&name), count(b'+'), count(b'-'))
            })
            .collect();
        let widest = |texts: &mut dyn Iterator<Item = usize>| texts.max().unwrap_or(0);
        let names = widest(
            &mut rows
                .iter()
                .map(|(name, ..)| UnicodeWidthStr::width(&**name)),
        );
        let most = widest(&mut rows.iter().map(|(_, added, removed)| added + removed));
        let digits = most.to_string().len();
        let room = width.saturating_sub(names + digits + 6).max(10);
        let scaled = |lines: usize| match most > room && lines > 0 {
            true => (lines * room / most).max(1),
            false => lines,
        };
        let mut text = String::new();
        for (name, added, removed) in &rows {
            let pad = " ".repeat(names - UnicodeWidthStr::width(&**name));
            let all = added + removed;
            let (plus, minus) = ("+".repeat(scaled(*added)), "-".repeat(scaled(*removed)));
            text.push_str(&format!(" {name}{pad} | {all:>digits$} {plus}{minus}\n"));
        }
        text
    }

    /// Number of files in it; at least 1.
    pub fn files(&self) -> usize {
        self.sections.len()
    }

    /// Where to apply it, for standard error. `git apply` silently changes nothing when it is
    /// started in another folder of the repository.
    pub fn hint(&self) -> String {
        format!(
            "apply the patch with `git apply` in {}",
            super::place::shown(&self.root)
        )
    }
}

/// `file` without symbolic links. The last name need not exist: a text on standard input may be of
/// a file that is not there yet.
fn real_path(file: &Path) -> io::Result<PathBuf> {
    match (file.canonicalize(), file.parent(), file.file_name()) {
        (Err(error), Some(folder), Some(name)) if error.kind() == io::ErrorKind::NotFound => {
            Ok(folder.canonicalize()?.join(name))
        }
        (result, ..) => result,
    }
}

/// Where a patch of `file` is applied: its repository, else the project, else (a file that was named
/// and lies elsewhere) the root of the file system, because patches know neither absolute names
/// nor `..`.
fn root_of(file: &Path, project_root: &Path) -> (PathBuf, ObjectFormat) {
    if let Some(repository) = file.parent().and_then(Repository::around) {
        return (repository.root, repository.object_format);
    }
    let project = project_root
        .canonicalize()
        .unwrap_or_else(|_| project_root.to_owned());
    let root = if file.starts_with(&project) {
        project
    } else {
        file.ancestors().last().unwrap_or(file).to_owned()
    };
    (root, ObjectFormat::default())
}

fn name_below(root: &Path, file: &Path) -> Vec<u8> {
    let below = file.strip_prefix(root).unwrap_or(file);
    let names = below.components().filter_map(|component| match component {
        Component::Normal(name) => Some(name.as_encoded_bytes()),
        _ => None,
    });
    names.collect::<Vec<_>>().join(&b'/')
}

fn write_header(out: &mut Vec<u8>, name: &[u8], ids: [String; 2], mode: &str) {
    let [old, new] = ["a/", "b/"].map(|side| quoted_name(side, name));
    let [old_id, new_id] = ids;
    // A TAB ends a name with a space in it: other tools take what follows a space for a date.
    let tab = if name.contains(&b' ') { "\t" } else { "" };
    let header = format!(
        "diff --git {old} {new}\nindex {old_id}..{new_id} {mode}\n--- {old}{tab}\n+++ {new}{tab}\n"
    );
    out.extend(header.bytes());
}

fn write_hunks(out: &mut Vec<u8>, old: &[u8], new: &[u8], context: usize) {
    let old: Vec<&[u8]> = old.split_inclusive(|&byte| byte == b'\n').collect();
    let new: Vec<&[u8]> = new.split_inclusive(|&byte| byte == b'\n').collect();
    let ops = capture_diff_slices(Algorithm::Myers, &old, &new);
    for hunk in group_diff_ops(ops, context) {
        let (Some(first), Some(last)) = (hunk.first(), hunk.last()) else {
            continue;
        };
        let old_span = span(first.old_range().start, last.old_range().end);
        let new_span = span(first.new_range().start, last.new_range().end);
        out.extend(format!("@@ -{old_span} +{new_span} @@\n").bytes());
        for op in &hunk {
            if matches!(op, DiffOp::Equal { .. }) {
                write_lines(out, b' ', &old[op.old_range()]);
            } else {
                write_lines(out, b'-', &old[op.old_range()]);
                write_lines(out, b'+', &new[op.new_range()]);
            }
        }
    }
}

/// Lines `start..end`, from 0, as a hunk says it: from 1, no count if it is 1, and the line before
/// if there is none.
fn span(start: usize, end: usize) -> String {
    match end - start {
        0 => format!("{start},0"),
        1 => format!("{}", start + 1),
        count => format!("{},{count}", start + 1),
    }
}

fn write_lines(out: &mut Vec<u8>, mark: u8, lines: &[&[u8]]) {
    for line in lines {
        out.push(mark);
        out.extend_from_slice(line);
        if !line.ends_with(b"\n") {
            out.extend(b"\n\\ No newline at end of file\n");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hunks(old: &str, new: &str) -> String {
        let mut out = Vec::new();
        write_hunks(&mut out, old.as_bytes(), new.as_bytes(), CONTEXT);
        String::from_utf8(out).expect("both are text")
    }

    #[test]
    fn a_missing_final_line_end_is_said_on_each_side() {
        assert_eq!(
            hunks("a\nb", "a\nc\n"),
            "@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+c\n"
        );
        assert_eq!(
            hunks("a\nb\nc", "x\nb\nc"),
            "@@ -1,3 +1,3 @@\n-a\n+x\n b\n c\n\\ No newline at end of file\n"
        );
    }

    #[test]
    fn a_lone_cr_ends_no_line() {
        assert_eq!(
            hunks("a\rb\r\n", "a\rc\r\n"),
            "@@ -1 +1 @@\n-a\rb\r\n+a\rc\r\n"
        );
    }

    #[test]
    fn empty_texts_start_at_line_0() {
        assert_eq!(hunks("", "a\n"), "@@ -0,0 +1 @@\n+a\n");
        assert_eq!(hunks("a\n", ""), "@@ -1 +0,0 @@\n-a\n");
    }

    #[test]
    fn equal_texts_have_no_section() {
        let section = Section::new(Path::new("/nowhere/x.rs"), Path::new("/"), b"a", b"a");
        assert!(section.expect("no file is needed").is_none());
    }
}
