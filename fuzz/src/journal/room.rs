//! A project with a journal in it, made anew for each input, and what lies around it.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use bstr::ByteSlice;
use repoint::transaction::{
    About, Action, Change, Digest, TransactionBuilder, Edited, Extent, Journal, OsDisk, STATE_FOLDER,
};
use serde_json::{Value, json};
use tempfile::TempDir;
use walkdir::WalkDir;

use super::mended;
use super::parts::Parts;

/// The file that the apply at the end changes.
pub const APPLIED: &str = "applied.txt";
pub const BEFORE_APPLY: &[u8] = b"old\n";
pub const AFTER_APPLY: &[u8] = b"new\n";

/// Stands in an input for the absolute path of the folder around the project.
const AROUND: &str = "/AROUND";

const FILES: &[(&str, &[u8])] = &[
    ("beside/canary", b"canary\n"),
    ("beside/sub/b.py", b"canary\n"),
    ("project/a.py", b"one\n"),
    ("project/sub/b.py", b"from old import x\r\n\0\xff"),
    ("project/c.rs", b""),
    ("project/applied.txt", BEFORE_APPLY),
];

const LINKS: &[(&str, &str)] = &[
    ("project/link", "../beside"),
    ("project/linked.py", "../beside/canary"),
    ("project/inside", "sub"),
];

/// The token of the packs in seeds.
const TOKEN: &str = "0123456789abcdef";

/// A folder with the project and what lies beside it.
pub struct Room {
    _folder: TempDir,
    around: PathBuf,
    root: PathBuf,
}

/// What a path is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Thing {
    Folder,
    Link(PathBuf),
    File(Vec<u8>, u32),
}

impl Room {
    /// A project whose state folder has these files, or links where `how` says so.
    pub fn new(parts: &mut Parts, how: u8) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let around = folder.path().canonicalize().expect("it exists");
        let root = around.join("project");
        for (name, content) in FILES {
            put(&around.join(name), content);
        }
        for (name, target) in LINKS {
            symlink(target, around.join(name)).expect("a link");
        }
        let place = around.to_str().expect("text").as_bytes();
        for (_, content) in &mut parts.0 {
            *content = content.replace(AROUND, place);
        }
        if how & 1 == 1 {
            mended::mend(parts);
        }
        let room = Self {
            _folder: folder,
            around,
            root,
        };
        room.fill(parts, how);
        room
    }

    fn fill(&self, parts: &Parts, how: u8) {
        let state = self.root.join(STATE_FOLDER);
        let beside = self.around.join("beside/state");
        let links = how >> 4 & 7;
        fs::create_dir_all(&state).expect("a folder");
        fs::create_dir_all(&beside).expect("a folder");
        let journal = state.join("journal");
        if links == 5 {
            symlink(&beside, &journal).expect("a link");
        } else {
            fs::create_dir(&journal).expect("a folder");
        }
        for (name, content) in &parts.0 {
            let to = match name.as_str() {
                "lock" => state.join("lock"),
                _ => journal.join(name),
            };
            if links == 6 {
                put(&beside.join(name), content);
                let _ = symlink(beside.join(name), &to);
            } else {
                put(&to, content);
            }
        }
        if links == 7 && !state.join("lock").exists() {
            symlink("../../beside/canary", state.join("lock")).expect("a link");
        }
        if how & 8 == 8 {
            for index in 0..2 {
                let temporary = format!(".repoint-{TOKEN}-{index}.tmp");
                symlink("../beside/canary", self.root.join(temporary)).expect("a link");
            }
        }
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// All that is in it, but for the state folder.
    pub fn contents(&self) -> BTreeMap<PathBuf, Thing> {
        let entries = WalkDir::new(&self.around).min_depth(1).into_iter();
        let state = self.root.join(STATE_FOLDER);
        let entries = entries.filter_entry(|entry| entry.path() != state);
        let thing = |entry: walkdir::Result<walkdir::DirEntry>| {
            let entry = entry.expect("readable");
            let path = entry.path();
            let kind = entry.file_type();
            let thing = if kind.is_symlink() {
                Thing::Link(fs::read_link(path).expect("a link"))
            } else if kind.is_dir() {
                Thing::Folder
            } else {
                let mode = entry.metadata().expect("a file").permissions().mode();
                Thing::File(fs::read(path).expect("a file"), mode)
            };
            let name = path.strip_prefix(&self.around).expect("it is in it");
            (name.to_owned(), thing)
        };
        entries.map(thing).collect()
    }

    /// Checks that nothing has changed but what may.
    ///
    /// # Panics
    /// Something has.
    pub fn check(&self, before: &BTreeMap<PathBuf, Thing>, parts: &Parts) {
        let after = self.contents();
        for (path, thing) in before {
            assert!(
                after.contains_key(path) || is_temporary(path),
                "{path:?} is gone; it was {thing:?}"
            );
        }
        let packed = packed(parts);
        for (path, thing) in &after {
            let was = before.get(path);
            if was == Some(thing) || is_temporary(path) {
                continue;
            }
            let Ok(name) = path.strip_prefix("project") else {
                panic!("{path:?} outside of the project is {thing:?}, and was {was:?}");
            };
            let (Thing::File(content, mode), None | Some(Thing::File(..))) = (thing, was) else {
                panic!("{path:?} is {thing:?}, and was {was:?}");
            };
            assert_eq!(mode & 0o7000, 0, "{path:?} got such permissions");
            if name == Path::new(APPLIED) && content == AFTER_APPLY {
                continue;
            }
            let digest = Digest::of(content).to_string();
            let is_packed = packed.iter().any(|(of, d)| of == name && *d == digest);
            let is_there = parts.0.iter().any(|(_, pack)| pack.contains_str(content));
            assert!(
                is_packed && is_there,
                "{path:?} is {thing:?}, and was {was:?}"
            );
        }
    }
}

/// Which contents the packs have for which file.
fn packed(parts: &Parts) -> Vec<(PathBuf, String)> {
    let packs = parts.0.iter().filter(|(name, _)| name.ends_with(".pack"));
    let lines = packs.flat_map(|(_, pack)| pack.lines());
    let mut packed = Vec::new();
    // Contents with a line of JSON in them count too, which does no harm.
    for line in lines {
        let start = line.find("{\"").unwrap_or(0);
        let Some(Ok(value)) = serde_json::Deserializer::from_slice(&line[start..])
            .into_iter::<Value>()
            .next()
        else {
            continue;
        };
        let path = match &value["path"] {
            Value::String(text) => PathBuf::from(text),
            Value::Array(bytes) => {
                use std::os::unix::ffi::OsStringExt;
                let byte = |byte: &Value| u8::try_from(byte.as_u64()?).ok();
                let bytes: Vec<u8> = bytes.iter().filter_map(byte).collect();
                std::ffi::OsString::from_vec(bytes).into()
            }
            _ => continue,
        };
        for digest in [&value["old"]["digest"], &value["new"]["digest"]] {
            if let Some(digest) = digest.as_str() {
                packed.push((path.clone(), digest.to_ascii_lowercase()));
            }
        }
    }
    packed
}

/// Whether it is what a transaction puts beside a file.
fn is_temporary(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| name.starts_with(".repoint-") && name.ends_with(".tmp"))
}

fn put(path: &Path, content: &[u8]) {
    fs::create_dir_all(path.parent().expect("below a folder")).expect("a folder");
    fs::write(path, content).expect("writable");
    let mode = fs::Permissions::from_mode(0o644);
    fs::set_permissions(path, mode).expect("its own");
}

/// A file, what it had, and what it got.
type Changed = (&'static str, Option<&'static [u8]>, &'static [u8]);

const B: &[u8] = b"from old import x\r\n\0\xff";

/// What was applied to a project that is as the room's is now.
const BACK: &[Changed] = &[
    ("a.py", Some(b"zero\n"), b"one\n"),
    ("sub/b.py", Some(b"from older import x\r\n"), B),
    ("c.rs", Some(b"use old::x;"), b""),
];

/// What is to be applied to it.
const ON: &[Changed] = &[
    ("a.py", Some(b"one\n"), b"two\n"),
    ("sub/b.py", Some(B), b"from new import x\r\n\0\xff"),
    ("c.rs", Some(b""), b"use new::x;\n"),
];

const MADE: &[Changed] = &[("sub/made.py", None, b"made\n"), ON[0]];

const EDITED: &[Changed] = &[("a.py", Some(b"half\n"), b"whole\n"), ON[1]];

/// Journals that the program itself writes, some of them interrupted, and some forged.
pub fn seeds() -> Vec<Vec<u8>> {
    let mut journals = Vec::new();
    for changes in [&BACK[..1], BACK, ON, &ON[..1], MADE, EDITED] {
        let done = made(&[changes], false);
        let undone = made(&[changes], true);
        journals.push(open(&done, 1));
        journals.push(open(&undone, 2));
        journals.push(without_record(&done, 1));
        journals.extend([done, undone]);
    }
    let two = made(&[BACK, ON], false);
    journals.extend([open(&two, 2), two]);
    for forged in [
        "../beside/canary",
        "/AROUND/beside/canary",
        "/AROUND/project/a.py",
        "link/canary",
        "link/sub/b.py",
        "linked.py",
        "inside/b.py",
        "sub/../a.py",
        "sub//b.py",
        "sub",
        "gone/x.py",
        ".repoint/journal/1.pack",
    ] {
        for journal in [open(&made(&[ON], false), 1), made(&[BACK], false)] {
            journals.push(forge(journal, forged));
        }
    }
    let headers = [0b0000_0000_u8, 0b0000_0001, 0b1000_1011, 0b0000_0111];
    let with_headers = journals.iter().flat_map(|journal| {
        let joined = journal.joined();
        headers.map(|header| [&[header][..], &joined].concat())
    });
    with_headers.collect()
}

/// The journal of these transactions, and of the undo of the last one.
fn made(transactions: &[&[Changed]], is_undone: bool) -> Parts {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().canonicalize().expect("it exists");
    let disk = OsDisk;
    let journal = Journal::of_project(&disk, &root);
    fs::create_dir(root.join("sub")).expect("a folder");
    for changes in transactions {
        let lock = journal.lock("apply").expect("nobody else has it");
        let draft = TransactionBuilder::begin(&journal, lock, vec![root.clone()]);
        let mut draft = draft.expect("a new journal");
        for (name, old, new) in *changes {
            let path = root.join(name);
            if let Some(old) = old {
                put(&path, old);
            }
            let change = Change {
                path: &path,
                old: *old,
                new,
                references: 2,
                mode: 0o644,
            };
            draft.add(&change).expect("writable");
        }
        let about = About {
            action: Action::Apply,
            tables: vec!["table.toml".to_owned()],
        };
        draft.commit(about, 100).expect("writable");
    }
    if is_undone {
        let lock = journal.lock("undo").expect("nobody else has it");
        let id = transactions.len() as u64;
        let undone = journal.undo(lock, id, Edited::Leave, Extent::Part, 100);
        undone.expect("its own journal");
    }
    let files = fs::read_dir(journal.folder().join("journal")).expect("a journal");
    let mut parts: Vec<(String, Vec<u8>)> = files
        .map(|file| {
            let file = file.expect("readable");
            let name = file.file_name().into_string().expect("text");
            (name, fs::read(file.path()).expect("readable"))
        })
        .collect();
    parts.sort();
    same_always(Parts(parts))
}

/// An input must be the same in every process: without times, and names of folders.
fn same_always(mut parts: Parts) -> Parts {
    for (name, content) in &mut parts.0 {
        if name.ends_with(".pack") {
            mended::pack(content, |line| {
                if line.get("token").is_some() {
                    line["token"] = json!(TOKEN);
                    line["seal"] = json!("1-2");
                }
            });
        } else {
            let mut record: Value = serde_json::from_slice(content).expect("a record");
            record["record"]["time"] = json!(1_700_000_000);
            *content = record.to_string().into_bytes();
        }
    }
    mended::mend(&mut parts);
    parts
}

/// The same, interrupted before this transaction was finished.
fn open(journal: &Parts, id: u64) -> Parts {
    let mut journal = journal.clone();
    for (name, content) in &mut journal.0 {
        if *name == format!("{id}.done") {
            *name = format!("{id}.commit");
            let done: Value = serde_json::from_slice(content).expect("a record");
            *content = done["record"].to_string().into_bytes();
        }
    }
    journal
}

/// The same, interrupted before this transaction began.
fn without_record(journal: &Parts, id: u64) -> Parts {
    let mut journal = journal.clone();
    journal.0.retain(|(name, _)| *name != format!("{id}.done"));
    journal
}

/// The same with other names of files in it.
fn forge(mut journal: Parts, path: &str) -> Parts {
    for (name, content) in &mut journal.0 {
        if name.ends_with(".pack") {
            mended::pack(content, |line| {
                if line.get("path").is_some() {
                    line["path"] = json!(path);
                    line["mode"] = json!(0o4777);
                }
            });
        }
    }
    mended::mend(&mut journal);
    journal
}
