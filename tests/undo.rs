//! Stories of several commands: what was written is taken back, listed, finished.
#![cfg(unix)]

mod stories;

use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use stories::{FIRST, NEW, NEWER, OLD, Project, SECOND, copy, name_of, tree_of};

/// Lines enough for edits apart from each other.
const LONG: &str = "from old.a import Foo\n\n\nx = 1\ny = 2\nz = 3\n";

#[test]
fn an_undo_gives_the_tree_back_byte_for_byte_with_its_modes() {
    let project = Project::of(&["a.py", "deep/er/b.py", "stays.pyi"]);
    project.write("stays.pyi", "x: int\n");
    project.write("crlf.py", "from old.a import Foo\r\nx = Foo\r\n");
    project.write("bom.py", "\u{feff}from old.a import Foo\n");
    project.write("end.py", "from old.a import Foo");
    project.write(
        "latin.py",
        b"# coding: latin-1\nfrom old.a import Foo  # \xe9\n",
    );
    project.write(name_of(b"caf\xe9 \n\"quoted\".py"), OLD);
    project.write("lib.rs", "use old::a::Foo;\n");
    project.chmod("a.py", 0o755);
    project.chmod("bom.py", 0o600);
    project.chmod("deep/er/b.py", 0o664);
    let before = project.tree();

    project.apply(FIRST);
    project
        .run(&["apply", "--move", "old::a::Foo=new::b::Bar"])
        .is(0);
    let after = project.tree();
    let changed = before.iter().filter(|(name, was)| after[*name] != **was);
    assert_eq!(changed.count(), 8);

    project
        .run(&["undo"])
        .is(0)
        .says("restored 1 file of transaction 2");
    project
        .run(&["undo"])
        .is(0)
        .says("restored 7 files of transaction 1; `repoint undo 4` takes this back");
    assert_eq!(project.tree(), before);
}

#[test]
fn what_was_edited_since_is_kept_and_named() {
    let project = Project::of(&["a.py", "b.py", "c.py"]);
    project.apply(FIRST);
    project.write("b.py", "edited\n");
    project
        .run(&["undo", "--partial"])
        .is(1)
        .says("b.py: has been edited since")
        .says("restored 2 files of transaction 1, 1 left")
        .says("`repoint undo 1 --3way` merges")
        .never("c.py:");
    assert_eq!(project.read("a.py"), OLD);
    assert_eq!(project.read("b.py"), "edited\n");
    assert_eq!(project.read("c.py"), OLD);
    assert_eq!(project.states(), ["2 done", "1 undone-in-part"]);
}

#[test]
fn with_every_file_edited_nothing_is_done() {
    let project = Project::of(&["a.py", "b.py"]);
    project.apply(FIRST);
    project.write("a.py", "edited\n");
    project.write("b.py", "edited too\n");
    let before = (project.tree(), project.journal_files());
    project
        .run(&["undo", "--partial"])
        .is(2)
        .says("nothing of transaction 1 was restored: 2 files cannot be");
    assert_eq!((project.tree(), project.journal_files()), before);
}

#[test]
fn force_overwrites_edits_and_makes_what_is_gone() {
    let project = Project::of(&["a.py", "b.py", "gone/c.py", "d.py"]);
    project.chmod("a.py", 0o750);
    project.chmod("d.py", 0o640);
    let before = project.tree();
    project.apply(FIRST);
    project.write("b.py", "edited\n");
    fs::remove_file(project.root.join("a.py")).expect("removed");
    fs::remove_dir_all(project.root.join("gone")).expect("removed");
    project
        .run(&["undo", "--partial", "--force"])
        .is(1)
        .says("gone/c.py: is not there any more")
        .says("restored 3 files of transaction 1, 1 left");
    let mut expected = before;
    expected.remove(Path::new("p/gone/c.py"));
    assert_eq!(project.tree(), expected);

    // Even that can be taken back, but a file is never removed.
    project
        .run(&["undo", "--partial", "2"])
        .is(1)
        .says("a.py: was not there before: remove it by hand")
        .says("restored 2 files of transaction 2, 1 left");
    assert_eq!(project.read("b.py"), "edited\n");
    assert_eq!(project.read("d.py"), NEW);
}

#[test]
fn force_and_3way_exclude_each_other() {
    let project = Project::of(&["a.py"]);
    project
        .run(&["undo", "--force", "--3way"])
        .is(2)
        .says("cannot be used with");
}

#[test]
fn a_merge_takes_back_what_was_rewritten_and_leaves_the_edit() {
    let project = Project::of(&["a.py", "b.py", "c.py"]);
    for name in ["a.py", "b.py"] {
        project.write(name, LONG);
    }
    project.apply(FIRST);
    let rewritten = project.read("a.py");
    project.write("a.py", rewritten.replace("z = 3", "z = 4"));
    project.write("b.py", rewritten.replace("as Foo", "as Foo  # here"));
    project.write("c.py", "\0");
    // No configuration is read, of whomever: git would stop at each of these.
    for name in [".git/config", "home/.gitconfig"] {
        project.write(name, "[core]\n\trepositoryformatversion = what\n[");
    }
    project.write(".git/HEAD", "ref: refs/heads/main\n");
    for folder in [".git/objects", ".git/refs", "temporary"] {
        fs::create_dir(project.root.join(folder)).expect("made");
    }
    let [home, temporary] = ["home", "temporary"].map(|name| project.root.join(name));
    let env = [
        ("HOME", home.as_os_str()),
        ("TMPDIR", temporary.as_os_str()),
        ("GIT_CONFIG_COUNT", OsStr::new("many")),
    ];
    project
        .run_in(&project.root, &["undo", "--partial", "--3way"], &env)
        .is(1)
        .says("b.py: was edited in the lines that were rewritten: merge by hand")
        .says("c.py: cannot be merged: git merge-file: Cannot merge binary files")
        .says("restored 1 file of transaction 1, 2 left")
        .says("`repoint undo 1 --force`");
    assert_eq!(fs::read_dir(temporary).expect("listed").count(), 0);
    assert_eq!(project.read("a.py"), LONG.replace("z = 3", "z = 4"));
    assert_eq!(
        project.read("b.py"),
        rewritten.replace("as Foo", "as Foo  # here")
    );

    // What the first undo merged is not taken for somebody's edit.
    project
        .run(&["undo", "--partial", "--force"])
        .is(0)
        .says("restored 2 files of transaction 1, 1 were as before already");
    assert_eq!(project.read("a.py"), LONG.replace("z = 3", "z = 4"));
    assert_eq!(project.read("b.py"), LONG);
    assert_eq!(project.states(), ["3 done", "2 done", "1 undone"]);
}

#[test]
fn without_git_nothing_is_merged() {
    let project = Project::of(&["a.py", "b.py"]);
    project.apply(FIRST);
    project.write("a.py", format!("{NEW}\n\nx = 1\n"));
    let path = [("PATH", OsStr::new("/nowhere"))];
    project
        .run_in(&project.root, &["undo", "--partial", "--3way"], &path)
        .is(1)
        .says("a.py: cannot be merged: git is not installed");
    assert_eq!(project.read("b.py"), OLD);
}

#[test]
fn what_is_gone_is_left() {
    let project = Project::of(&["a.py", "b.py"]);
    project.apply(FIRST);
    fs::remove_file(project.root.join("a.py")).expect("removed");
    project
        .run(&["undo", "--partial"])
        .is(1)
        .says("a.py: is not there any more")
        .says("`repoint undo 1 --force` restores");
    assert!(!project.root.join("a.py").exists());
    assert_eq!(project.read("b.py"), OLD);
}

#[test]
fn a_mode_that_was_changed_since_stays() {
    let project = Project::of(&["a.py"]);
    project.chmod("a.py", 0o644);
    project.apply(FIRST);
    project.chmod("a.py", 0o755);
    project.run(&["undo"]).is(0);
    assert_eq!(project.tree()[Path::new("p/a.py")], (OLD.into(), 0o755));
}

#[test]
fn undo_redo_undo() {
    let project = Project::of(&["a.py", "b.py"]);
    let before = project.tree();
    project.apply(FIRST);
    let after = project.tree();
    project.run(&["undo"]).is(0);
    assert_eq!(project.tree(), before);
    project
        .run(&["undo", "2"])
        .is(0)
        .says("restored 2 files of transaction 2");
    assert_eq!(project.tree(), after);
    assert_eq!(project.states(), ["3 done", "2 undone", "1 done"]);
    project.run(&["undo"]).is(0).says("of transaction 1");
    assert_eq!(project.tree(), before);
    assert_eq!(
        project.states(),
        ["4 done", "3 done", "2 undone", "1 undone"]
    );
    // Twice is once.
    project
        .run(&["undo", "1"])
        .is(2)
        .says("transaction 1 is already taken back by transaction 4; `repoint undo 4`");
    assert_eq!(project.tree(), before);
}

#[test]
fn two_applies_are_taken_back_one_after_the_other() {
    let project = Project::of(&["a.py", "b.py"]);
    let before = project.tree();
    project.apply(FIRST);
    let between = project.tree();
    project.apply(SECOND);
    assert_eq!(project.read("a.py"), NEWER);
    project.run(&["undo"]).is(0);
    assert_eq!(project.tree(), between);
    project.run(&["undo"]).is(0);
    assert_eq!(project.tree(), before);
    project
        .run(&["undo"])
        .is(2)
        .says("every apply in the journal is taken back already; `repoint undo 4`");
    // And done again in the wrong order: the newer undo is named.
    project
        .run(&["undo", "3"])
        .is(2)
        .says("a.py: was rewritten since by transaction 4: undo that one first");
    project.run(&["undo", "4"]).is(0);
    project.run(&["undo", "3"]).is(0);
    assert_eq!(project.read("a.py"), NEWER);
}

#[test]
fn a_file_that_a_later_apply_rewrote_is_left_and_that_one_named() {
    let project = Project::of(&["a.py", "b.py"]);
    project.apply(FIRST);
    project
        .run(&["apply", "--lang", "python", "--move", SECOND, "a.py"])
        .is(0);
    project
        .run(&["undo", "--partial", "1"])
        .is(1)
        .says("a.py: was rewritten since by transaction 2: undo that one first");
    assert_eq!(project.read("a.py"), NEWER);
    assert_eq!(project.read("b.py"), OLD);
    project.run(&["undo", "--partial", "2"]).is(0);
    // What an undo brought back is nobody's rewrite.
    project.write("a.py", "edited\n");
    project
        .run(&["undo", "--partial", "1"])
        .is(2)
        .says("a.py: has been edited since");
    project.write("a.py", NEW);
    project
        .run(&["undo", "--partial", "1"])
        .is(0)
        .says("restored 1 file");
    assert_eq!(project.read("a.py"), OLD);
}

#[test]
fn a_transaction_that_was_taken_back_is_not_named_for_an_edit() {
    let project = Project::of(&["a.py"]);
    project.apply(FIRST);
    project.apply(SECOND);
    project.run(&["undo"]).is(0);
    project.write("a.py", NEWER);
    project
        .run(&["undo"])
        .is(2)
        .says("a.py: has been edited since")
        .never("rewritten since");
}

#[test]
fn what_may_not_be_written_is_left_until_it_may() {
    let project = Project::of(&["a.py", "b.py"]);
    let before = project.tree();
    project.apply(FIRST);
    project.chmod("a.py", 0o444);
    project
        .run(&["undo", "--partial"])
        .is(1)
        .says("a.py: is read-only: make it writable")
        .says("restored 1 file of transaction 1, 1 left");
    project.chmod("a.py", 0o644);
    project
        .run(&["undo", "--partial"])
        .is(0)
        .says("restored 1 file");
    assert_eq!(project.tree(), before);
}

#[test]
fn other_names_of_a_file_are_said() {
    let project = Project::of(&["a.py"]);
    project.apply(FIRST);
    let other = project.root.join("other");
    fs::hard_link(project.root.join("a.py"), &other).expect("linked");
    project
        .run(&["undo"])
        .is(0)
        .says("a.py: has 1 name (hard links) beside this one, which do not follow it");
    assert_eq!(project.read("other"), NEW);
    assert_eq!(project.read("a.py"), OLD);
}

#[test]
fn an_edit_between_two_applies_is_an_edit_after_the_undo_of_the_second() {
    let project = Project::of(&["a.py"]);
    project.apply(FIRST);
    project.write("a.py", format!("{NEW}x = Foo\n"));
    project.apply(SECOND);
    project.run(&["undo"]).is(0);
    project
        .run(&["undo"])
        .is(2)
        .says("a.py: has been edited since")
        .never("rewritten since");
}

#[test]
fn the_rest_of_a_partial_undo_is_taken_back_by_force() {
    let project = Project::of(&["a.py", "b.py"]);
    let before = project.tree();
    project.apply(FIRST);
    project.write("a.py", "edited\n");
    project.run(&["undo", "--partial"]).is(1);
    project
        .run(&["undo", "--partial"])
        .is(2)
        .says("nothing of transaction 1 was restored: 1 file cannot be");
    project
        .run(&["undo", "--partial", "--force"])
        .is(0)
        .says("restored 1 file of transaction 1, 1 were as before already; `repoint undo 3`");
    assert_eq!(project.tree(), before);
    project
        .run(&["undo", "--partial"])
        .is(2)
        .says("taken back already");
}

#[test]
fn what_was_taken_back_by_other_means_counts_and_the_next_is_next() {
    let project = Project::of(&["a.py", "b.py"]);
    project
        .run(&["apply", "--lang", "python", "--move", FIRST, "a.py"])
        .is(0);
    project.apply(FIRST);
    project.write("b.py", OLD);
    project
        .run(&["undo"])
        .is(0)
        .says("restored 0 files of transaction 2, 1 were as before already");
    assert_eq!(project.states(), ["3 done", "2 undone", "1 done"]);
    project
        .run(&["undo"])
        .is(0)
        .says("restored 1 file of transaction 1");
    assert_eq!(project.read("a.py"), OLD);
}

#[test]
fn what_the_journal_does_not_keep_it_says() {
    let project = Project::of(&["a.py"]);
    project.apply(FIRST);
    project
        .run(&["apply", "--keep", "1", "--lang", "python", "--move", SECOND])
        .is(0);
    assert_eq!(project.journal_files(), ["2.done", "2.pack"]);
    project
        .run(&["undo", "1"])
        .is(2)
        .says("transaction 1 is not in the journal any more: 2 is the oldest that was kept");
    project
        .run(&["undo", "9"])
        .is(2)
        .says("there is no transaction 9");
    assert_eq!(project.read("a.py"), NEWER);
    project.run(&["undo", "--keep", "1"]).is(0);
    assert_eq!(project.journal_files(), ["3.done", "3.pack"]);
    project.run(&["undo"]).is(2).says("taken back already");
}

#[test]
fn without_a_journal_there_is_nothing_and_none_is_made() {
    let project = Project::of(&["a.py"]);
    project
        .run(&["undo"])
        .is(2)
        .says("there is nothing to take back");
    project
        .run(&["recover"])
        .is(0)
        .says("nothing was interrupted");
    project.run(&["log"]).is(0).says("nothing was written yet");
    assert!(!project.root.join(".repoint").exists());
}

#[test]
fn a_damaged_content_stops_no_other_file() {
    let project = Project::of(&["a.py", "b.py", "c.py"]);
    project.apply(FIRST);
    project.damage("1.pack", OLD, 1);
    project
        .run(&["undo", "--partial"])
        .is(1)
        .says("b.py: cannot be restored: its content in the journal is damaged")
        .says("restored 2 files");
    assert_eq!(project.read("a.py"), OLD);
    assert_eq!(project.read("b.py"), NEW);
    assert_eq!(project.read("c.py"), OLD);
}

#[test]
fn a_pack_that_is_not_what_was_written_is_refused() {
    let project = Project::of(&["a.py", "b.py"]);
    project.apply(FIRST);
    let pack = project.journal("1.pack");
    let whole = fs::read(&pack).expect("read");
    let after = project.tree();
    for length in [0, 10, whole.len() / 2, whole.len() - 1] {
        fs::write(&pack, &whole[..length]).expect("written");
        project
            .run(&["undo"])
            .is(2)
            .says("1.pack: is damaged at byte");
    }
    fs::write(&pack, &whole).expect("written");
    project.damage("1.pack", "b.py", 0);
    project
        .run(&["undo"])
        .is(2)
        .says("1.pack: is damaged at byte");
    fs::remove_file(&pack).expect("removed");
    project.run(&["undo"]).is(2).says("1.pack: cannot be read");
    assert_eq!(project.tree(), after);
    assert_eq!(project.journal_files(), ["1.done"]);
}

#[test]
fn a_record_that_cannot_be_read_is_said() {
    let project = Project::of(&["a.py"]);
    project.apply(FIRST);
    project.apply(SECOND);
    let after = project.tree();
    let done = fs::read_to_string(project.journal("2.done")).expect("read");
    let newer = done.replace("\"version\":1", "\"version\":9");
    for (record, why) in [
        ("{\u{1b}", "damaged: "),
        (newer.as_str(), "has version 9 of the format"),
    ] {
        fs::write(project.journal("2.done"), record).expect("written");
        project
            .run(&["undo"])
            .is(2)
            .says("the record of transaction 2 cannot be read");
        project.run(&["undo", "2"]).is(2).says(why).never("\u{1b}");
        let log = project.run(&["log"]).is(0).never("\u{1b}");
        assert!(log.out.starts_with("2  damaged: "), "{}", log.out);
        assert!(log.out.contains("\n1  "), "{}", log.out);
    }
    assert_eq!(project.tree(), after);
}

#[test]
fn the_journal_may_be_elsewhere() {
    let project = Project::of(&["a.py"]);
    let state = ["--state-dir", "../state"];
    project
        .run(&[&["apply", "--lang", "python", "--move", FIRST], &state[..]].concat())
        .is(0);
    assert!(!project.root.join(".repoint").exists());
    project
        .run(&["undo"])
        .is(2)
        .says("there is nothing to take back");
    let log = project.run(&[&["log"], &state[..]].concat()).is(0);
    assert_eq!(log.out.lines().count(), 1);
    project.run(&[&["undo"], &state[..]].concat()).is(0);
    assert_eq!(project.read("a.py"), OLD);
}

#[test]
fn a_project_that_was_moved_is_restored_where_it_is() {
    let mut project = Project::of(&["a.py", "deep/b.py"]);
    project.apply(FIRST);
    let moved = project.root.with_file_name("elsewhere");
    fs::rename(&project.root, &moved).expect("moved");
    project.root = moved;
    let sub = project.root.join("deep");
    project.run_in(&sub, &["undo"], &[]).is(0);
    assert_eq!(project.read("a.py"), OLD);
    assert_eq!(project.read("deep/b.py"), OLD);
}

#[test]
fn files_outside_are_restored_by_their_own_journal_only() {
    let mut project = Project::of(&["a.py", "../out/b.py"]);
    let before = project.tree();
    project
        .run(&["apply", "--lang", "python", "--move", FIRST, ".", "../out"])
        .is(0);
    assert_eq!(project.read("../out/b.py"), NEW);
    let own = project.root.clone();
    let copied = own.with_file_name("copied");
    copy(&own, &copied);
    project.root = copied.clone();
    project
        .run(&["undo", "--partial"])
        .is(2)
        .says("transaction 1 was written for the project at")
        .says("`repoint undo 1 --trust`");
    assert_eq!(project.read("a.py"), NEW);
    project
        .run(&["undo", "--partial", "--trust"])
        .is(1)
        .says("b.py: lies outside of the project, and the journal is a copy");
    assert_eq!(project.read("../out/b.py"), NEW);
    assert_eq!(project.read("a.py"), OLD);
    project
        .run(&["undo", "--partial", "--trust", "--force"])
        .is(2);
    assert_eq!(project.read("../out/b.py"), NEW);

    fs::remove_dir_all(copied).expect("removed");
    project.root = own;
    project.run(&["undo", "--partial"]).is(0);
    assert_eq!(project.tree(), before);
}

#[test]
fn no_link_is_followed() {
    let project = Project::of(&["a.py", "sub/b.py", "c.py", "../out/b.py", "../out/c.py"]);
    project.apply(FIRST);
    fs::remove_dir_all(project.root.join("sub")).expect("removed");
    fs::remove_file(project.root.join("c.py")).expect("removed");
    symlink("../out", project.root.join("sub")).expect("linked");
    symlink("../out/c.py", project.root.join("c.py")).expect("linked");
    project.write("../out/b.py", NEW);
    project.write("../out/c.py", NEW);
    let out = project.root.with_file_name("out");
    let outside = tree_of(&out);
    project
        .run(&["undo", "--partial", "--force"])
        .is(1)
        .says("sub/b.py: lies behind a link now, which is not followed")
        .says("c.py: is no regular file any more")
        .says("restored 1 file of transaction 1, 2 left");
    assert_eq!(tree_of(&out), outside);
}

#[test]
fn a_state_folder_that_is_a_link_is_refused() {
    let project = Project::of(&["a.py"]);
    project.apply(FIRST);
    let state = project.root.join(".repoint");
    let away = project.root.with_file_name("away");
    fs::rename(&state, &away).expect("moved");
    symlink(&away, &state).expect("linked");
    for command in ["undo", "log", "recover"] {
        project
            .run(&[command])
            .is(2)
            .says("is a link, which is not followed");
    }
    assert_eq!(project.read("a.py"), NEW);
    project.run(&["undo", "--state-dir", ".repoint"]).is(0);
    assert_eq!(project.read("a.py"), OLD);
}

/// An undo that was interrupted with half of the files replaced.
fn interrupted_undo() -> Project {
    let project = Project::of(&["a.py", "b.py", "c.py"]);
    project.apply(FIRST);
    project.run(&["undo"]).is(0);
    project.unfinish(2);
    project.write("b.py", NEW);
    project
}

#[test]
fn an_interrupted_undo_is_finished_by_recover() {
    let project = interrupted_undo();
    assert_eq!(project.states(), ["2 unfinished", "1 done"]);
    let check = ["check", "--lang", "python", "--move", "no.no=no.yes"];
    project
        .run(&check)
        .is(2)
        .says("transaction 2 was interrupted");
    project
        .run(&["recover"])
        .is(0)
        .says("is finished now: 1 file replaced, 2 were already, 0 left");
    assert_eq!(project.read("b.py"), OLD);
    assert_eq!(project.states(), ["2 done", "1 undone"]);
    project
        .run(&["recover"])
        .is(0)
        .says("nothing was interrupted");
    project.run(&check).is(0);
}

#[test]
fn an_interrupted_undo_is_finished_by_the_same_undo_and_no_other_apply_goes_with_it() {
    for args in [&["undo"][..], &["undo", "2"]] {
        let project = Project::of(&["a.py", "b.py"]);
        project.apply(FIRST);
        project.apply(SECOND);
        project.run(&["undo"]).is(0);
        project.unfinish(3);
        project.write("b.py", NEWER);
        project
            .run(args)
            .is(0)
            .says("that was the undo of transaction 2");
        assert_eq!(project.read("a.py"), NEW);
        assert_eq!(project.read("b.py"), NEW);
        assert_eq!(project.states(), ["3 done", "2 undone", "1 done"]);
    }
}

#[test]
fn an_interrupted_undo_can_be_taken_back() {
    let project = interrupted_undo();
    project.run(&["undo", "2"]).is(0);
    for name in ["a.py", "b.py", "c.py"] {
        assert_eq!(project.read(name), NEW);
    }
    assert_eq!(project.states(), ["3 done", "2 undone", "1 done"]);
}

#[test]
fn a_file_that_was_edited_after_the_interruption_is_left_by_recover() {
    let project = interrupted_undo();
    project.write("b.py", "edited\n");
    project
        .run(&["recover"])
        .is(2)
        .says("b.py: has been edited since")
        .says("1 left");
    assert_eq!(project.read("b.py"), "edited\n");
    assert_eq!(project.states(), ["2 done", "1 undone-in-part"]);
    project.run(&["recover"]).is(0);
}

#[test]
fn an_interrupted_apply_is_finished_and_taken_back() {
    let project = Project::of(&["a.py", "b.py"]);
    let before = project.tree();
    project.apply(FIRST);
    project.unfinish(1);
    project.write("a.py", OLD);
    project
        .run(&["undo"])
        .is(0)
        .says("restored 2 files of transaction 1");
    assert_eq!(project.tree(), before);
}

#[test]
fn an_edit_after_an_interrupted_apply_is_left_by_its_undo() {
    let project = Project::of(&["a.py", "b.py"]);
    project.apply(FIRST);
    project.unfinish(1);
    project.write("a.py", OLD);
    project.write("b.py", "edited\n");
    project
        .run(&["undo", "--partial"])
        .is(1)
        .says("b.py: has been edited since")
        .says("restored 1 file of transaction 1, 1 left; `repoint undo 2`");
    assert_eq!(project.read("a.py"), OLD);
    assert_eq!(project.read("b.py"), "edited\n");
}

#[test]
fn what_was_written_and_then_edited_before_recovery_can_be_taken_back() {
    for args in [
        &["undo", "--partial", "--3way"][..],
        &["undo", "--partial", "1", "--force"],
    ] {
        let project = Project::of(&["a.py", "b.py", "c.py"]);
        project.write("a.py", LONG);
        project.apply(FIRST);
        project.unfinish(1);
        let edited = project.read("a.py").replace("z = 3", "z = 4");
        project.write("a.py", &edited);
        project.write("b.py", OLD);
        project
            .run(&["recover"])
            .is(2)
            .says("a.py: has been edited");
        project
            .run(&["undo", "--partial"])
            .is(1)
            .says("a.py: has been edited since")
            .says("restored 2 files of transaction 1, 1 left");
        assert_eq!(project.read("a.py"), edited);
        assert_eq!(project.states(), ["2 done", "1 undone-in-part"]);
        project.run(args).is(0).says("restored 1 file");
        let expected = match args.last() {
            Some(&"--3way") => LONG.replace("z = 3", "z = 4"),
            _ => LONG.to_owned(),
        };
        assert_eq!(project.read("a.py"), expected);
        assert_eq!(project.states(), ["3 done", "2 done", "1 undone"]);
    }
}

#[test]
fn what_was_gone_at_recovery_and_came_back_is_taken_back() {
    let project = Project::of(&["sub/a.py", "sub/b.py", "c.py"]);
    let before = project.tree();
    project.apply(FIRST);
    project.unfinish(1);
    project.write("sub/b.py", OLD);
    let [there, away] = ["sub", "away"].map(|name| project.root.join(name));
    fs::rename(&there, &away).expect("moved");
    project
        .run(&["recover"])
        .is(2)
        .says("sub/a.py: is not there any more");
    fs::rename(&away, &there).expect("moved");
    project
        .run(&["undo"])
        .is(0)
        .says("restored 2 files of transaction 1, 1 were as before already");
    assert_eq!(project.tree(), before);
}

#[test]
fn an_undo_of_a_part_of_the_undos_makes_that_part_undoable() {
    let project = Project::of(&["a.py", "b.py", "c.py"]);
    let before = project.tree();
    project.apply(FIRST);
    project.write("a.py", "edited\n");
    project.run(&["undo", "--partial"]).is(1);
    project.write("a.py", NEW);
    project
        .run(&["undo", "--partial"])
        .is(0)
        .says("restored 1 file");
    assert_eq!(project.states(), ["3 done", "2 done", "1 undone"]);
    project
        .run(&["undo", "--partial", "2"])
        .is(0)
        .says("restored 2 files");
    assert_eq!(
        project.states(),
        ["4 done", "3 done", "2 undone", "1 undone-in-part"]
    );
    project
        .run(&["undo", "--partial"])
        .is(0)
        .says("restored 2 files");
    assert_eq!(project.tree(), before);
    assert_eq!(project.states()[4], "1 undone");
    project
        .run(&["undo", "--partial"])
        .is(2)
        .says("taken back already");
}

#[test]
fn an_undo_that_was_taken_back_in_part_is_undone_again() {
    for args in [&["undo", "--partial"][..], &["undo", "--partial", "1"]] {
        let project = Project::of(&["a.py", "b.py", "c.py"]);
        project.apply(FIRST);
        project.run(&["undo", "--partial"]).is(0);
        project.write("a.py", "edited\n");
        project.run(&["undo", "--partial", "2"]).is(1);
        assert_eq!(project.read("b.py"), NEW);
        assert_eq!(
            project.states(),
            ["3 done", "2 undone-in-part", "1 undone-in-part"]
        );
        project.run(args).is(1).says("restored 2 files");
        assert_eq!(project.read("b.py"), OLD);
        assert_eq!(project.read("a.py"), "edited\n");
    }
}

/// An apply that was interrupted, and that can never be finished: a new content is lost.
fn stuck() -> Project {
    let project = Project::of(&["a.py", "b.py", "c.py"]);
    project.apply(FIRST);
    project.unfinish(1);
    project.write("b.py", OLD);
    project.damage("1.pack", NEW, 1);
    project
}

#[test]
fn what_can_never_be_finished_can_be_taken_back() {
    for args in [&["undo"][..], &["undo", "1"]] {
        let project = stuck();
        project
            .run(&["recover"])
            .is(2)
            .says("b.py: is damaged at byte")
            .says("transaction 1 is not finished")
            .says("`repoint undo 1`");
        assert_eq!(project.states(), ["1 unfinished"]);
        project
            .run(args)
            .is(0)
            .says("transaction 1 was interrupted and cannot be finished: 1 file")
            .says("restored 2 files of transaction 1, 1 were as before already; `repoint undo 2`");
        for name in ["a.py", "b.py", "c.py"] {
            assert_eq!(project.read(name), OLD);
        }
        assert_eq!(project.states(), ["2 done", "1 undone"]);
        assert_eq!(
            project.tree().len(),
            4,
            "a stray file: {:?}",
            project.tree()
        );
    }
}

/// A file that is a mount point: nobody can rename over it.
struct Mount(PathBuf);

impl Mount {
    /// `None` for who may not mount.
    fn over(file: PathBuf) -> Option<Self> {
        let mount = Command::new("mount")
            .arg("--bind")
            .args([&file; 2])
            .output();
        mount
            .is_ok_and(|done| done.status.success())
            .then_some(Self(file))
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).output();
    }
}

#[test]
fn a_file_that_cannot_be_replaced_keeps_nobody_from_going_back() {
    let project = Project::of(&["a.py", "b.py", "c.py"]);
    let before = project.tree();
    project.apply(FIRST);
    project.unfinish(1);
    project.write("b.py", OLD);
    let Some(mount) = Mount::over(project.root.join("b.py")) else {
        return;
    };
    project
        .run(&["recover"])
        .is(2)
        .says("b.py: cannot be written: ");
    project
        .run(&["undo", "--partial"])
        .is(0)
        .says("restored 2 files");
    assert_eq!(project.tree(), before);
    assert_eq!(project.states(), ["2 done", "1 undone"]);
    drop(mount);
}

#[test]
fn a_file_that_cannot_be_replaced_is_found_before_anything_is_written() {
    let project = Project::of(&["a.py", "b.py", "c.py"]);
    let Some(mount) = Mount::over(project.root.join("b.py")) else {
        return;
    };
    let apply = ["apply", "--lang", "python", "--move", FIRST];
    project
        .run(&apply)
        .is(2)
        .says("b.py: is a mount point, which cannot be replaced");
    assert_eq!([project.read("a.py"), project.read("c.py")], [NEW, NEW]);
    assert_eq!(project.read("b.py"), OLD);
    assert_eq!(project.states(), ["1 done"]);
    project.run(&["undo"]).is(0);
    drop(mount);
    project.run(&apply).is(0);
}

#[test]
fn by_default_one_edited_file_keeps_all_as_they_are() {
    let project = Project::of(&["a.py", "b.py", "c.py"]);
    project.apply(FIRST);
    project.write("b.py", "edited\n");
    let before = (project.tree(), project.journal_files());
    project
        .run(&["undo"])
        .is(2)
        .says("b.py: has been edited since")
        .says("nothing of transaction 1 was restored: 1 file cannot be")
        .says("--3way")
        .says("--force")
        .says("--partial");
    assert_eq!((project.tree(), project.journal_files()), before);
    assert_eq!(project.states(), ["1 done"]);
    project
        .run(&["undo", "--force"])
        .is(0)
        .says("restored 3 files");
}

#[test]
fn what_was_only_formatted_since_is_merged_away() {
    let project = Project::of(&["a.py", "b.py"]);
    let text = "import zlib\nfrom old.a import Foo\n\nx = Foo( 1,2 )\n";
    project.write("a.py", text);
    let before = project.tree();
    project.apply(FIRST);
    let formatted = project
        .read("a.py")
        .replace("import zlib\n", "")
        .replace("Foo( 1,2 )", "Foo(1, 2)")
        .replace("\n\nx", "\nimport zlib\n\nx");
    project.write("a.py", &formatted);
    project.run(&["undo"]).is(2).says("a.py: has been edited");
    project
        .run(&["undo", "--3way"])
        .is(0)
        .says("restored 2 files");
    assert_eq!(project.tree(), before);
}

#[test]
fn what_cannot_be_finished_is_not_given_up_for_another() {
    let project = Project::of(&["a.py", "b.py"]);
    project.apply(FIRST);
    project.apply(SECOND);
    project.unfinish(2);
    project.write("a.py", NEW);
    project.damage("2.pack", NEWER, 0);
    project
        .run(&["undo", "1"])
        .is(2)
        .says("transaction 2 is not finished");
    assert_eq!(project.states(), ["2 unfinished", "1 done"]);
}

#[test]
fn a_pack_without_a_record_is_said_unless_somebody_writes() {
    let project = Project::of(&["a.py"]);
    project.apply(FIRST);
    fs::copy(project.journal("1.pack"), project.journal("2.pack")).expect("copied");
    let note = "transaction 2 was interrupted before it changed anything";
    let check = ["check", "--lang", "python", "--move", "no.no=no.yes"];
    let diff = ["diff", "--lang", "python", "--move", "no.no=no.yes"];
    project.run(&check).is(0).says(note);
    project.run(&diff).is(0).says(note);
    {
        let lock = File::open(project.root.join(".repoint/lock")).expect("opened");
        lock.lock().expect("locked");
        project.run(&check).is(0).never(note);
        project.run(&["undo"]).is(2).says("wait until it is done");
        project
            .run(&["recover"])
            .is(2)
            .says("wait until it is done");
    }
    project.run(&["recover"]).is(0).says("cleared away");
    project.run(&check).is(0).never(note);
    assert_eq!(project.journal_files(), ["1.done", "1.pack"]);
}

/// The new content that an interrupted run has put beside a file.
fn staged(project: &Project, id: u64, name: &str, index: usize) -> PathBuf {
    let pack = fs::read(project.journal(&format!("{id}.pack"))).expect("read");
    let end = pack.iter().position(|b| *b == b'\n').expect("a line");
    let head: serde_json::Value = serde_json::from_slice(&pack[..end]).expect("JSON");
    let token = head["token"].as_str().expect("text");
    let beside = format!(".repoint-{token}-{index}.tmp");
    let path = project.root.join(name).with_file_name(beside);
    fs::write(&path, NEW).expect("written");
    path
}

#[test]
fn what_was_changed_about_a_file_before_recovery_stays() {
    let project = Project::of(&["a.py", "b.py"]);
    project.chmod("a.py", 0o644);
    project.chmod("b.py", 0o644);
    project.apply(FIRST);
    project.unfinish(1);
    for (index, name) in ["a.py", "b.py"].into_iter().enumerate() {
        let staged = staged(&project, 1, name, index);
        project.chmod(staged, 0o644);
        project.write(name, OLD);
    }
    project.chmod("a.py", 0o600);
    let noted = project.root.join("b.py");
    // Not every file system has attributes.
    let has_notes = xattr::set(&noted, "user.note", b"kept").is_ok();
    project.run(&["recover"]).is(0).says("2 files replaced");
    assert_eq!(project.tree()[Path::new("p/a.py")], (NEW.into(), 0o600));
    assert_eq!(project.tree().len(), 3);
    if has_notes {
        let note = xattr::get(&noted, "user.note").expect("read");
        assert_eq!(note.as_deref(), Some(&b"kept"[..]));
    }
}

#[test]
fn temporary_files_in_a_folder_that_went_are_named() {
    for (is_committed, becomes_link) in [(false, false), (false, true), (true, false), (true, true)]
    {
        let project = Project::of(&["sub/a.py", "sub/b.py"]);
        project.apply(FIRST);
        let beside = staged(&project, 1, "sub/a.py", 0);
        project.write("sub/a.py", OLD);
        if is_committed {
            project.unfinish(1);
        } else {
            fs::remove_file(project.journal("1.done")).expect("removed");
        }
        let [there, away] = ["sub", "away"].map(|name| project.root.join(name));
        fs::rename(&there, &away).expect("moved");
        if becomes_link {
            symlink(&away, &there).expect("linked");
        }
        let said = project
            .run(&["recover"])
            .is(2)
            .says("-*.tmp` may lie where this folder went: remove them");
        assert_eq!(said.err.matches("may lie").count(), 1, "{}", said.err);
        let name = beside.file_name().and_then(OsStr::to_str).expect("text");
        let token = name.strip_suffix("-0.tmp").expect("the first");
        assert!(said.err.contains(token), "{}", said.err);
        assert!(away.join(name).exists());
        project.run(&["recover"]).is(0).never("may lie");
    }
}

#[test]
fn what_was_just_being_forgotten_is_no_leftover() {
    for lost in ["1.pack", "1.done"] {
        let project = Project::of(&["a.py"]);
        project.apply(FIRST);
        project.apply(SECOND);
        fs::remove_file(project.journal(lost)).expect("removed");
        let diff = ["diff", "--lang", "python", "--move", "no.no=no.yes"];
        project.run(&diff).is(0).never("transaction 1");
        assert_eq!(project.states(), ["2 done"]);
        project.run(&["log"]).is(0).never("interrupted");
        project
            .run(&["recover"])
            .is(0)
            .says("nothing was interrupted")
            .never("transaction 1");
        assert_eq!(project.journal_files(), ["2.done", "2.pack"]);
        project
            .run(&["undo", "1"])
            .is(2)
            .says("2 is the oldest that was kept");
        project.run(&["undo"]).is(0).says("of transaction 2");
    }
}

#[test]
fn the_log_has_a_line_for_each() {
    let project = Project::of(&["a.py", "b.py"]);
    project.write(
        "map.toml",
        "language = \"python\"\nname = \"odd\\u001bname\"\n[[move]]\nfrom = \"old.a.Foo\"\nto = \"new.b.Bar\"\n",
    );
    project.run(&["apply", "-m", "map.toml"]).is(0);
    project.apply(SECOND);
    project.write("a.py", "edited\n");
    project.run(&["undo", "--partial"]).is(1);
    let log = project
        .run(&["log"])
        .is(0)
        .says("3 transactions in ")
        .never("\u{1b}");
    let lines: Vec<Vec<&str>> = log.out.lines().map(|l| l.split("  ").collect()).collect();
    let without_time = |line: &Vec<&str>| [&line[..1], &line[2..]].concat().join("|");
    let lines: Vec<String> = lines.iter().map(without_time).collect();
    assert_eq!(
        lines,
        [
            "3|undo of 2|new.b.Bar=third.c.Baz|1 file, 1 reference|done, 1 left",
            "2|apply|new.b.Bar=third.c.Baz|2 files, 2 references|undone in part by 3",
            "1|apply|odd\\u{1b}name|2 files, 2 references|done",
        ]
    );
    let json = project.run(&["log", "--json"]).is(0);
    let first: serde_json::Value =
        serde_json::from_str(json.out.lines().next().expect("a line")).expect("JSON");
    assert!(
        first["time"]
            .as_i64()
            .is_some_and(|time| time > 1_700_000_000)
    );
    let expected = serde_json::json!({
        "version": 1, "type": "transaction", "id": 3, "time": first["time"], "action": "undo",
        "of": 2, "tables": ["new.b.Bar=third.c.Baz"], "files": 1, "references": 1, "left": 1,
        "state": "done", "undone_by": null, "problem": null
    });
    assert_eq!(first, expected);
    project.run(&["-q", "log"]).is(0).never("transactions in");
}

#[test]
fn a_configuration_that_is_wrong_keeps_nobody_from_going_back() {
    let project = Project::of(&["a.py"]);
    project.apply(FIRST);
    project.write("repoint.toml", "nonsense = [");
    project.run(&["log"]).is(0);
    project
        .run(&["undo", "--config", "none.toml"])
        .is(2)
        .says("none.toml: no such file");
    project.run(&["undo"]).is(0);
    assert_eq!(project.read("a.py"), OLD);
}
