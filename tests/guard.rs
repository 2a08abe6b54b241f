//! `apply` in git work trees: changes that are in no commit are not written over, save repoint's
//! own. Each test is a short story with the real git.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

const FIRST: &str = "old::a::Foo=mid::a::Foo";
const SECOND: &str = "mid::a::Foo=new::a::Foo";

/// A work tree with two files, committed.
struct Work {
    dir: TempDir,
}

impl Work {
    fn new() -> Self {
        let work = Self::without_git();
        work.git(&["init", "--quiet"]);
        work.commit();
        work
    }

    fn without_git() -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let work = Self { dir };
        work.write("a.rs", "use old::a::Foo;\n");
        work.write("b.rs", "use old::a::Foo as B;\n");
        work
    }

    fn root(&self) -> &Path {
        self.dir.path()
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.root().join(file);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, text).expect("written");
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.root().join(file)).expect("readable")
    }

    fn git(&self, args: &[&str]) -> String {
        self.git_in(".", args)
    }

    fn git_in(&self, folder: &str, args: &[&str]) -> String {
        let output = Command::new("git")
            .args(["-c", "user.name=n", "-c", "user.email=e@example.org"])
            .args(["-c", "protocol.file.allow=always"])
            .args(args)
            .current_dir(self.root().join(folder))
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .output()
            .expect("git runs");
        assert!(output.status.success(), "git {args:?}: {output:?}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", "all"]);
    }

    fn apply(&self, args: &[&str]) -> Ran {
        self.run(repoint().arg("apply").args(args))
    }

    fn run(&self, command: &mut Command) -> Ran {
        Ran(command.current_dir(self.root()).output().expect("it runs"))
    }
}

fn repoint() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_repoint"));
    command
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("NO_COLOR", "1");
    command
}

struct Ran(Output);

impl Ran {
    fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.0.stderr).into_owned()
    }

    #[track_caller]
    fn exits(self, status: i32) -> Self {
        assert_eq!(self.0.status.code(), Some(status), "{}", self.stderr());
        self
    }

    #[track_caller]
    fn says(self, words: &[&str]) -> Self {
        let stderr = self.stderr();
        for words in words {
            assert!(stderr.contains(words), "expected `{words}`:\n{stderr}");
        }
        self
    }

    #[track_caller]
    fn never_says(self, words: &str) -> Self {
        let stderr = self.stderr();
        assert!(!stderr.contains(words), "not expected `{words}`:\n{stderr}");
        self
    }
}

#[test]
fn two_mappings_in_a_row_need_no_commit_between_them() {
    let work = Work::new();
    work.apply(&["--move", FIRST]).exits(0);
    assert_eq!(work.read("a.rs"), "use mid::a::Foo;\n");
    work.apply(&["--move", SECOND]).exits(0);
    assert_eq!(work.read("a.rs"), "use new::a::Foo;\n");
    assert_eq!(work.read("b.rs"), "use new::a::Foo as B;\n");
    assert_eq!(
        work.git(&["status", "--porcelain"]),
        " M a.rs\n M b.rs\n",
        "the journal is ignored"
    );
}

#[test]
fn what_repoint_wrote_may_be_staged_by_hand() {
    let work = Work::new();
    work.apply(&["--move", FIRST]).exits(0);
    work.git(&["add", "a.rs"]);
    work.apply(&["--move", SECOND]).exits(0);
}

#[test]
fn one_edited_file_keeps_all_as_they_are() {
    let work = Work::new();
    work.write("b.rs", "use old::a::Foo as Edited;\n");
    work.apply(&["--move", FIRST])
        .exits(2)
        .says(&[
            "error: b.rs: has changes that are in no commit",
            "nothing was written",
            "--allow-dirty",
            "nothing changed, 2 references left",
        ])
        .never_says("a.rs:");
    assert_eq!(work.read("a.rs"), "use old::a::Foo;\n");
    assert_eq!(work.read("b.rs"), "use old::a::Foo as Edited;\n");
}

#[test]
fn an_edited_file_without_a_reference_does_not_matter() {
    let work = Work::new();
    work.write("c.rs", "fn c() {}\n");
    work.commit();
    work.write("c.rs", "fn edited() {}\n");
    work.write("untracked.rs", "fn new() {}\n");
    work.apply(&["--move", FIRST]).exits(0);
}

#[test]
fn what_was_allowed_once_is_asked_for_again() {
    let work = Work::new();
    work.write("b.rs", "use old::a::Foo as Edited;\n");
    work.apply(&["--move", FIRST, "--allow-dirty"]).exits(0);
    assert_eq!(work.read("b.rs"), "use mid::a::Foo as Edited;\n");
    work.apply(&["--move", SECOND])
        .exits(2)
        .says(&["error: b.rs: has changes"])
        .never_says("a.rs:");
    work.apply(&["--move", SECOND, "--allow-dirty"]).exits(0);
}

#[test]
fn an_edit_of_what_repoint_wrote_is_somebody_s() {
    let work = Work::new();
    work.apply(&["--move", FIRST]).exits(0);
    work.write("a.rs", "use mid::a::Foo; // edited\n");
    work.apply(&["--move", SECOND])
        .exits(2)
        .says(&["error: a.rs: has changes"])
        .never_says("b.rs:");
    work.commit();
    work.apply(&["--move", SECOND]).exits(0);
}

#[test]
fn staged_changes_have_an_option_of_their_own() {
    let work = Work::new();
    work.write("a.rs", "use old::a::Foo as Staged;\n");
    work.git(&["add", "a.rs"]);
    work.apply(&["--move", FIRST])
        .exits(2)
        .says(&["error: a.rs: has changes that are staged", "--allow-staged"]);
    work.write("b.rs", "use old::a::Foo as Edited;\n");
    work.apply(&["--move", FIRST, "--allow-staged"])
        .exits(2)
        .says(&["error: b.rs: has changes", "--allow-dirty"])
        .never_says("a.rs:");
    work.git(&["checkout", "b.rs"]);
    work.apply(&["--move", FIRST, "--allow-staged"]).exits(0);
    assert_eq!(work.read("a.rs"), "use mid::a::Foo as Staged;\n");
}

#[test]
fn a_file_that_is_staged_and_then_edited_is_dirty() {
    let work = Work::new();
    work.write("a.rs", "use old::a::Foo as Staged;\n");
    work.git(&["add", "a.rs"]);
    work.write("a.rs", "use old::a::Foo as Edited;\n");
    work.apply(&["--move", FIRST, "--allow-staged"])
        .exits(2)
        .says(&["--allow-dirty"]);
}

#[test]
fn a_file_that_git_does_not_know_is_dirty_even_if_it_is_ignored() {
    let work = Work::new();
    work.write(".gitignore", "generated.rs\nout/\n");
    work.commit();
    work.write("generated.rs", "use old::a::Foo;\n");
    work.write("out/deep/o.rs", "use old::a::Foo;\n");
    work.apply(&["--move", FIRST, "generated.rs", "out/deep/o.rs"])
        .exits(2)
        .says(&[
            "error: generated.rs: is in no commit, and git ignores it",
            "error: out/deep/o.rs: is in no commit, and git ignores it",
            "--allow-dirty",
        ]);
    work.apply(&["--move", FIRST, "--allow-dirty", "generated.rs"])
        .exits(0);
    work.write("untracked.rs", "use old::a::Foo;\n");
    work.apply(&["--move", FIRST])
        .exits(2)
        .says(&["error: untracked.rs: is in no commit"]);
}

#[test]
fn each_repository_answers_for_its_own_files() {
    let work = Work::new();
    let library = Work::new();
    let url = library.root().display().to_string();
    work.git(&["submodule", "--quiet", "add", &url, "library"]);
    work.commit();
    work.write("nested/n.rs", "use old::a::Foo;\n");
    work.git_in("nested", &["init", "--quiet"]);
    work.git_in("nested", &["add", "--all"]);
    work.git_in("nested", &["commit", "--quiet", "--message", "all"]);
    work.write("library/a.rs", "use old::a::Foo as Edited;\n");
    work.apply(&["--move", FIRST])
        .exits(2)
        .says(&["error: library/a.rs: has changes"])
        .never_says("nested");
    work.git_in("library", &["checkout", "a.rs"]);
    work.apply(&["--move", FIRST]).exits(0);
    for file in ["a.rs", "library/a.rs", "nested/n.rs"] {
        assert_eq!(work.read(file), "use mid::a::Foo;\n", "{file}");
    }
}

#[test]
fn a_linked_work_tree_is_asked_itself() {
    let work = Work::new();
    let other = tempfile::tempdir().expect("a folder");
    let linked = other.path().join("linked");
    work.git(&["worktree", "add", "--quiet", &linked.display().to_string()]);
    work.write("a.rs", "use old::a::Foo as Edited;\n");
    let run = |expected| {
        let mut command = repoint();
        command
            .args(["apply", "--move", FIRST])
            .current_dir(&linked);
        Ran(command.output().expect("it runs")).exits(expected)
    };
    fs::write(linked.join("b.rs"), "use old::a::Foo as Edited;\n").expect("written");
    run(2)
        .says(&["error: b.rs: has changes"])
        .never_says("a.rs:");
    fs::write(linked.join("b.rs"), "use old::a::Foo as B;\n").expect("written");
    run(0);
}

#[test]
fn without_a_work_tree_nobody_is_asked() {
    let work = Work::without_git();
    work.apply(&["--move", FIRST]).exits(0).never_says("git");
}

#[test]
fn without_git_nothing_is_written_unless_all_is_allowed() {
    let work = Work::new();
    work.write("a.rs", "use old::a::Foo as Edited;\n");
    let empty = tempfile::tempdir().expect("a folder");
    let run = |arguments: &[&str]| {
        let mut command = repoint();
        command
            .args(["apply", "--move", FIRST])
            .args(arguments)
            .env("PATH", empty.path());
        work.run(&mut command)
    };
    run(&["-q"]).exits(2).says(&[
        "git is not installed",
        "nothing was written",
        "--allow-dirty",
    ]);
    assert_eq!(work.read("a.rs"), "use old::a::Foo as Edited;\n");
    run(&["--allow-dirty"]).exits(0);
    assert_eq!(work.read("a.rs"), "use mid::a::Foo as Edited;\n");
}

#[test]
fn where_git_is_told_to_look_away_the_content_tells() {
    for bit in ["--skip-worktree", "--assume-unchanged"] {
        let work = Work::new();
        work.git(&["update-index", bit, "a.rs", "b.rs"]);
        work.write("a.rs", "use old::a::Foo as Edited;\n");
        work.apply(&["--move", FIRST])
            .exits(2)
            .says(&[
                "error: a.rs: has changes that are in no commit",
                "look away",
            ])
            .never_says("b.rs:");
        assert_eq!(work.read("a.rs"), "use old::a::Foo as Edited;\n");
        work.git(&["update-index", &bit.replace("--", "--no-"), "a.rs"]);
        work.git(&["checkout", "a.rs"]);
        work.apply(&["--move", FIRST]).exits(0);
    }
}

#[test]
fn a_work_tree_that_has_lost_its_repository_is_not_written() {
    let work = Work::without_git();
    work.write(".git", "gitdir: /nonexistent\n");
    work.apply(&["--move", FIRST, "-q"]).exits(2).says(&[
        "leads to no repository",
        "nothing was written",
        "--allow-dirty",
    ]);
    work.apply(&["--move", FIRST, "--allow-dirty"]).exits(0);
}

#[test]
fn many_refused_files_are_counted_and_named_if_asked() {
    let work = Work::new();
    for n in 0..30 {
        work.write(&format!("n{n}.rs"), "use old::a::Foo;\n");
    }
    let named = |arguments: &[&str]| {
        let ran = work.apply(arguments).exits(2);
        ran.stderr().matches("is in no commit").count()
    };
    assert_eq!(named(&["--move", FIRST]), 20);
    work.apply(&["--move", FIRST])
        .says(&["and 10 files more; -v names them all"]);
    assert_eq!(named(&["--move", FIRST, "-v"]), 30);
}

#[test]
fn a_git_that_does_not_answer_stops_it_unless_all_is_allowed() {
    let work = Work::new();
    let index: PathBuf = work.root().join(".git/index");
    fs::write(&index, "no index").expect("written");
    work.apply(&["--move", FIRST]).exits(2).says(&[
        "nothing was written",
        "git cannot tell",
        "--allow-dirty",
    ]);
    assert_eq!(work.read("a.rs"), "use old::a::Foo;\n");
    work.apply(&["--move", FIRST, "--allow-dirty"]).exits(0);
}

#[test]
fn a_refused_apply_leaves_no_transaction_behind() {
    let work = Work::new();
    work.write("b.rs", "use old::a::Foo as Edited;\n");
    work.apply(&["--move", FIRST]).exits(2);
    let journal = work.root().join(".repoint/journal");
    let left: Vec<_> = fs::read_dir(journal).expect("there").collect();
    assert!(left.is_empty(), "{left:?}");
}
