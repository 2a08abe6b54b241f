//! What is written, and what is not: read-only files and folders, other owners, links, names.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;

use rustix::fs::{CWD, Mode, OFlags, mkdirat, openat};

use super::run::Run;
use super::tree::{NEW, OLD, Tree};
use super::user::is_root;

/// Who the program runs as, if the tests are root's.
const NOBODY: u32 = 65534;

/// Gives the tree to nobody, if it is root's to give.
fn give(tree: &Tree) {
    if is_root(tree) {
        for entry in walkdir::WalkDir::new(tree.root()) {
            let entry = entry.expect("readable");
            chown(entry.path(), Some(NOBODY), Some(NOBODY)).expect("given");
        }
    }
}

/// Of every file below the project's root, and of what repoint keeps there, the permissions.
fn modes(folder: &Path) -> Vec<(String, u32)> {
    let walk = walkdir::WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter();
    walk.map(|entry| entry.expect("readable"))
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let name = entry.path().strip_prefix(folder).expect("below");
            let mode = entry.metadata().expect("there").permissions().mode();
            (name.display().to_string(), mode & 0o7777)
        })
        .collect()
}

#[test]
fn read_only_files_and_folders_are_named_and_left() {
    for other in [false, true] {
        let tree = Tree::new(&[("a.rs", OLD), ("ro.rs", OLD), ("folder/b.rs", OLD)]);
        give(&tree);
        tree.mode("ro.rs", 0o444);
        tree.mode("folder", 0o555);
        let run = Run::new(&tree, "apply").args(["."]);
        let run = if other {
            run.by_another_user(&tree)
        } else {
            run
        };
        let done = run.done().exits(2);
        done.says(&["ro.rs", "is read-only", "--exclude"])
            .says(&["folder/b.rs", "read-only folder"])
            .says(&["1 file changed", "2 left", "2 failed"]);
        assert_eq!(tree.read("a.rs"), NEW);
        assert_eq!(
            tree.read("ro.rs") + &tree.read("folder/b.rs"),
            OLD.repeat(2)
        );
        tree.mode("folder", 0o755);
    }
}

#[test]
fn strict_means_none_then() {
    let tree = Tree::new(&[("a.rs", OLD), ("ro.rs", OLD)]);
    tree.mode("ro.rs", 0o444);
    let run = Run::new(&tree, "apply").args(["--strict", "."]);
    run.done().exits(2).says(&["nothing was written"]);
    assert_eq!(tree.read("a.rs"), OLD);
}

#[test]
fn a_file_of_another_user_is_left_by_who_may_not_write_it() {
    let tree = Tree::new(&[("a.rs", OLD), ("root.rs", OLD)]);
    if !is_root(&tree) {
        return;
    }
    give(&tree);
    chown(tree.at("root.rs"), Some(0), Some(0)).expect("given");
    let run = Run::new(&tree, "apply").args(["."]).by_another_user(&tree);
    run.done().exits(2).says(&["root.rs", "cannot be written"]);
    assert_eq!(
        (tree.read("a.rs"), tree.read("root.rs")),
        (NEW.to_owned(), OLD.to_owned())
    );
}

#[test]
fn root_keeps_the_owner_of_what_it_writes() {
    let tree = Tree::new(&[("a.rs", OLD)]);
    if !is_root(&tree) {
        return;
    }
    chown(tree.at("a.rs"), Some(1234), Some(2345)).expect("given");
    tree.mode("a.rs", 0o640);
    Run::new(&tree, "apply").args(["."]).done().exits(0);
    let metadata = fs::metadata(tree.at("a.rs")).expect("there");
    assert_eq!(
        (metadata.uid(), metadata.gid(), metadata.mode() & 0o7777),
        (1234, 2345, 0o640)
    );
    assert_eq!(tree.read("a.rs"), NEW);
}

#[test]
fn in_a_sticky_folder_only_owners_replace() {
    let tree = Tree::new(&[("mine.rs", OLD), ("shared/theirs.rs", OLD)]);
    if !is_root(&tree) {
        return;
    }
    give(&tree);
    chown(tree.at("shared"), Some(0), Some(0)).expect("given");
    chown(tree.at("shared/theirs.rs"), Some(0), Some(0)).expect("given");
    tree.mode("shared", 0o1777);
    tree.mode("shared/theirs.rs", 0o666);
    let run = Run::new(&tree, "apply").args(["."]).by_another_user(&tree);
    run.done()
        .exits(2)
        .says(&["shared/theirs.rs", "read-only folder"]);
    assert_eq!(tree.read("mine.rs"), NEW);
    assert_eq!(tree.read("shared/theirs.rs"), OLD);
}

#[test]
fn other_names_of_a_file_are_said() {
    let tree = Tree::new(&[("a.rs", OLD)]);
    tree.hard_link("../outside/other.rs", "a.rs");
    let done = Run::new(&tree, "apply").args(["."]).done().exits(0);
    done.says(&["a.rs", "1 name (hard links)"]);
    assert_eq!(
        (tree.read("a.rs"), tree.read("../outside/other.rs")),
        (NEW.to_owned(), OLD.to_owned())
    );
}

#[test]
fn a_target_is_written_once_whatever_names_it_has() {
    let tree = Tree::new(&[("real.rs", OLD)]);
    tree.link("link.rs", "real.rs");
    tree.link("second.rs", "link.rs");
    let done = Run::new(&tree, "apply")
        .args(["link.rs", "real.rs", "second.rs", "."])
        .done();
    done.exits(0).says(&["1 file changed"]);
    assert_eq!(tree.read("real.rs"), NEW);
    for link in ["link.rs", "second.rs"] {
        assert!(
            fs::symlink_metadata(tree.at(link))
                .expect("there")
                .is_symlink(),
            "{link}"
        );
    }
}

#[test]
fn names_that_differ_only_in_case_are_two_files() {
    let tree = Tree::new(&[("a.rs", OLD), ("A.rs", "use old::a::Foo as Upper;\n")]);
    if tree.read("a.rs") != OLD {
        // This file system has one name for both.
        return;
    }
    Run::new(&tree, "apply").args(["."]).done().exits(0);
    assert_eq!(tree.read("a.rs"), NEW);
    assert_eq!(tree.read("A.rs"), "use new::b::Bar as Upper;\n");
}

#[test]
fn odd_names_are_written_and_taken_back() {
    let tree = Tree::new(&[("repoint.toml", "")]);
    let names: [&[u8]; 6] = [
        b"new\nline.rs",
        b"quote\"s'.rs",
        b"not\xff utf8.rs",
        b"-dash.rs",
        b" space .rs",
        b"\x1b[31mred.rs",
    ];
    for name in names {
        fs::write(tree.at_bytes(name), OLD).expect("written");
    }
    let long = [vec![b'l'; 252], b".rs".to_vec()].concat();
    fs::write(tree.at_bytes(&long), OLD).expect("written");
    let before = tree.snapshot();
    Run::new(&tree, "apply")
        .args(["."])
        .done()
        .exits(0)
        .says(&["7 files changed"]);
    for name in names.iter().copied().chain([long.as_slice()]) {
        let text = fs::read_to_string(tree.at_bytes(name)).expect("there");
        assert_eq!(text, NEW, "{}", name.escape_ascii());
    }
    Run::bare(&tree, "undo")
        .done()
        .exits(0)
        .says(&["restored 7 files"]);
    assert_eq!(tree.snapshot(), before);
}

#[test]
fn a_private_file_is_private_in_the_journal_too() {
    let tree = Tree::new(&[("a.rs", OLD)]);
    tree.mode("a.rs", 0o600);
    Run::new(&tree, "apply").args(["."]).done().exits(0);
    let journal = modes(&tree.at(".repoint/journal"));
    let names: Vec<&str> = journal.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["1.done", "1.pack"]);
    for (name, mode) in journal {
        assert_eq!(mode & 0o077, 0, "{name}: {mode:o}");
    }
    assert_eq!(
        modes(tree.root())
            .iter()
            .find(|(n, _)| n == "a.rs")
            .map(|(_, m)| *m),
        Some(0o600)
    );
}

#[test]
fn a_state_folder_that_is_a_link_or_no_folder_is_refused() {
    let tree = Tree::new(&[("a.rs", OLD)]);
    tree.link(".repoint", "../outside");
    let before = tree.snapshot();
    let done = Run::new(&tree, "apply").args(["."]).done().exits(2);
    done.says(&[".repoint", "is a link", "--state-dir"]);
    assert_eq!(tree.snapshot(), before);
    fs::remove_file(tree.at(".repoint")).expect("removed");
    for make in [
        |tree: &Tree| tree.write(".repoint", ""),
        |tree: &Tree| tree.fifo(".repoint"),
    ] {
        make(&tree);
        Run::new(&tree, "apply")
            .args(["."])
            .done()
            .exits(2)
            .says(&[".repoint"]);
        assert_eq!(tree.read("a.rs"), OLD);
        fs::remove_file(tree.at(".repoint")).expect("removed");
    }
}

#[test]
fn links_in_the_state_folder_are_not_followed() {
    for part in ["journal", "lock"] {
        let tree = Tree::new(&[("a.rs", OLD)]);
        fs::create_dir(tree.at(".repoint")).expect("made");
        fs::write(tree.at("../outside/lock"), "somebody's").expect("written");
        let to = if part == "lock" {
            "../../outside/lock"
        } else {
            "../../outside"
        };
        tree.link(&format!(".repoint/{part}"), to);
        let before = tree.snapshot();
        Run::new(&tree, "apply")
            .args(["."])
            .done()
            .exits(2)
            .says(&[part]);
        assert_eq!(tree.snapshot(), before, "{part}");
    }
}

/// A source of Python, which asks for no manifest on the way up.
const OLD_PYTHON: &str = "from old.a import Foo\n";

/// A file whose absolute path has `length` bytes, which only relative names can make.
fn file_of_length(tree: &Tree, length: usize) {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY;
    let mode = Mode::from_raw_mode(0o755);
    let mut folder = openat(CWD, tree.root(), flags, mode).expect("opened");
    let mut rest = length - tree.root().as_os_str().len() - "/z.py".len();
    while rest > 0 {
        // At the end at least one byte must be left for a name.
        let step = if rest > 202 { 151 } else { rest };
        let name = "d".repeat(step - 1);
        mkdirat(&folder, &name, mode).expect("made");
        folder = openat(&folder, &name, flags, mode).expect("opened");
        rest -= step;
    }
    let create = OFlags::WRONLY | OFlags::CREATE;
    let file = openat(&folder, "z.py", create, Mode::from_raw_mode(0o644)).expect("made");
    rustix::io::write(&file, OLD_PYTHON.as_bytes()).expect("written");
}

#[test]
fn a_path_with_no_room_beside_it_is_named_and_left() {
    let tree = Tree::new(&[("a.py", OLD_PYTHON)]);
    // PATH_MAX of Linux counts a null byte at the end; a temporary file has a longer name than this.
    file_of_length(&tree, 4090);
    let run = Run::bare(&tree, "apply").args(["--lang", "python"]);
    let done = run.args(["--move", "old.a.Foo=new.a.Foo"]).done().exits(2);
    done.says(&["z.py", "too long to make a temporary file"])
        .says(&["1 file changed", "1 failed"]);
    assert_eq!(tree.read("a.py"), "from new.a import Foo\n");
    Run::bare(&tree, "recover").done().exits(0);
    Run::bare(&tree, "undo").done().exits(0);
    assert_eq!(tree.read("a.py"), OLD_PYTHON);
}

#[test]
fn a_lost_owner_takes_set_user_id_along() {
    let tree = Tree::new(&[("a.rs", OLD)]);
    if !is_root(&tree) {
        return;
    }
    give(&tree);
    chown(tree.at("a.rs"), Some(0), Some(0)).expect("given");
    tree.mode("a.rs", 0o4666);
    let run = Run::new(&tree, "apply").args(["."]);
    run.by_another_user(&tree).done().exits(0);
    let metadata = fs::metadata(tree.at("a.rs")).expect("there");
    assert_eq!(metadata.uid(), NOBODY);
    assert_eq!(metadata.mode() & 0o7777, 0o666);
}

/// Makes the apply of the tree one that was interrupted after its commit, and takes its files back.
fn interrupt(tree: &Tree) {
    let done = tree.read(".repoint/journal/1.done");
    let done: serde_json::Value = serde_json::from_str(&done).expect("JSON");
    tree.write(".repoint/journal/1.commit", &done["record"].to_string());
    fs::remove_file(tree.at(".repoint/journal/1.done")).expect("removed");
    tree.write("a.rs", OLD);
}

/// As a clone does: the same bytes in other folders.
fn cloned(from: &Tree) -> Tree {
    let clone = Tree::new(&[]);
    for entry in walkdir::WalkDir::new(from.root()) {
        let entry = entry.expect("readable");
        if entry.file_type().is_file() {
            let name = entry.path().strip_prefix(from.root()).expect("below");
            clone.write(name, "");
            fs::copy(entry.path(), clone.at(name)).expect("copied");
        }
    }
    clone
}

#[test]
fn a_journal_that_came_with_a_clone_is_not_finished() {
    let tree = Tree::new(&[("a.rs", OLD)]);
    Run::new(&tree, "apply").args(["."]).done().exits(0);
    interrupt(&tree);
    let clone = cloned(&tree);
    let before = clone.read("a.rs");
    for command in ["apply", "diff", "check"] {
        let done = Run::new(&clone, command).args(["."]).done().exits(2);
        done.says(&["transaction 1 was written for", "--trust", "remove"]);
    }
    for command in ["recover", "undo"] {
        let done = Run::bare(&clone, command).done().exits(2);
        done.says(&["transaction 1 was written for", "--trust"]);
    }
    assert_eq!(clone.read("a.rs"), before);
    Run::bare(&clone, "recover")
        .args(["--trust"])
        .done()
        .exits(0);
    assert_eq!(clone.read("a.rs"), NEW);
    Run::bare(&clone, "undo").done().exits(2);
    Run::bare(&clone, "undo").args(["--trust"]).done().exits(0);
    assert_eq!(clone.read("a.rs"), OLD);
}

#[test]
fn two_projects_that_share_a_journal_do_not_finish_each_other() {
    let first = Tree::new(&[("a.rs", OLD)]);
    Run::new(&first, "apply").args(["."]).done().exits(0);
    interrupt(&first);
    let second = Tree::new(&[("a.rs", OLD)]);
    let state = first.at(".repoint").display().to_string();
    let root = first.root().display().to_string();
    let run = Run::bare(&second, "recover").args(["--state-dir", &state]);
    run.done()
        .exits(2)
        .says(&["was written for the project at", &root]);
    assert_eq!(second.read("a.rs"), OLD);
    Run::bare(&first, "recover").done().exits(0);
    assert_eq!(first.read("a.rs"), NEW);
}

#[test]
fn a_pack_of_elsewhere_without_a_record_is_left_alone_and_blocks_nobody() {
    let tree = Tree::new(&[("a.rs", OLD)]);
    Run::new(&tree, "apply").args(["."]).done().exits(0);
    fs::remove_file(tree.at(".repoint/journal/1.done")).expect("removed");
    let pack = fs::read(tree.at(".repoint/journal/1.pack")).expect("read");
    let head = pack.split(|byte| *byte == b'\n').next().expect("a line");
    let head: serde_json::Value = serde_json::from_slice(head).expect("JSON");
    let staged = format!(".repoint-{}-0.tmp", head["token"].as_str().expect("text"));
    let clone = cloned(&tree);
    clone.write("a.rs", OLD);
    clone.write(&staged, "somebody's");
    let done = Run::new(&clone, "apply").args(["."]).done().exits(0);
    done.says(&["transaction 1 was written for"]);
    assert_eq!(clone.read("a.rs"), NEW);
    assert_eq!(clone.read(&staged), "somebody's");
    Run::bare(&clone, "recover")
        .args(["--trust"])
        .done()
        .exits(0);
    assert!(!clone.at(".repoint/journal/1.pack").exists());
}

#[test]
fn even_a_trusted_journal_reaches_nothing_of_gits_and_gives_no_set_id_bits() {
    let tree = Tree::new(&[("a.rs", OLD)]);
    Run::new(&tree, "apply").args(["."]).done().exits(0);
    // A forged journal: its own digest is right, the name of its file is not.
    use sha2::Digest;
    for (name, exit) in [
        (".git/hooks/pre-commit", 2),
        ("x/.GIT/config", 2),
        ("new.rs", 0),
    ] {
        let clone = cloned(&tree);
        let pack = fs::read(clone.at(".repoint/journal/1.pack")).expect("read");
        let mut lines = pack.splitn(3, |byte| *byte == b'\n');
        let (head, line) = (lines.next().expect("head"), lines.next().expect("line"));
        let contents = lines.next().expect("contents");
        let mut line: serde_json::Value = serde_json::from_slice(line).expect("JSON");
        (line["path"], line["mode"]) = (name.into(), 0o4755.into());
        let line = line.to_string().into_bytes();
        let forged = [head, b"\n", &line, b"\n", contents].concat();
        let done = clone.read(".repoint/journal/1.done");
        let mut done: serde_json::Value = serde_json::from_str(&done).expect("JSON");
        let digest = sha2::Sha256::digest([head, &line].concat());
        let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        done["record"]["pack"]["digest"] = digest.into();
        done["record"]["pack"]["length"] = forged.len().into();
        fs::write(clone.at(".repoint/journal/1.pack"), forged).expect("written");
        clone.write(".repoint/journal/1.done", &done.to_string());
        fs::create_dir_all(clone.at(name).parent().expect("a folder")).expect("made");
        let run = Run::bare(&clone, "undo").args(["--trust", "--force"]);
        run.done().exits(exit);
        assert_eq!(clone.at(name).exists(), exit == 0, "{name}");
        if exit == 0 {
            let mode = fs::metadata(clone.at(name)).expect("there").permissions();
            assert_eq!(mode.mode() & 0o7777, 0o755);
        }
    }
}

#[test]
fn a_state_folder_is_repoints_alone() {
    let tree = Tree::new(&[
        ("a.rs", OLD),
        ("locked/lock", "somebody's"),
        ("ignoring/.gitignore", "target\n"),
        ("full/notes.txt", ""),
        ("diary/journal/monday.txt", ""),
        ("file", ""),
        (".git/HEAD", ""),
    ]);
    let before = tree.snapshot();
    for folder in [
        ".",
        "..",
        "locked",
        "ignoring",
        "full",
        "diary",
        "file",
        ".git",
        ".git/state",
    ] {
        for command in ["apply", "diff", "check"] {
            let run = Run::new(&tree, command).args(["--state-dir", folder, "a.rs"]);
            run.done().exits(2).says(&["--state-dir", "name"]);
        }
        for command in ["undo", "log", "recover"] {
            let run = Run::bare(&tree, command).args(["--state-dir", folder]);
            run.done().exits(2).says(&["--state-dir", "name"]);
        }
        assert_eq!(tree.snapshot(), before, "{folder}");
    }
    fs::remove_dir_all(tree.at(".git")).expect("removed");
    fs::create_dir(tree.at("empty")).expect("made");
    for folder in ["empty", "new/deep"] {
        let state = ["--state-dir", folder];
        Run::new(&tree, "apply")
            .args(state)
            .args(["a.rs"])
            .done()
            .exits(0);
        // What is put there later does not matter.
        tree.write(format!("{folder}/notes.txt"), "");
        Run::bare(&tree, "undo").args(state).done().exits(0);
        assert_eq!(tree.read("a.rs"), OLD);
    }
}

#[test]
fn a_cause_is_said_once() {
    let tree = Tree::new(&[("a.rs", OLD)]);
    tree.write(".repoint", "");
    let done = Run::new(&tree, "apply").args(["."]).done().exits(2);
    let err = done.err();
    assert_eq!(err.matches("os error").count(), 1, "{err}");
}
