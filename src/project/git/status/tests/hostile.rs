//! What a repository, a configuration or an environment could do to the question.

use super::*;

#[test]
fn no_command_that_the_repository_names_is_run() {
    let tree = Tree::committed(&["a", "b"]);
    let ran = tree.root.join("ran");
    let command = leaving(&ran);
    tree.write(".gitattributes", "a filter=one\nb filter=odd=name.x\n");
    tree.git(".", &["add", "."]);
    tree.commit(".");
    tree.write(
        ".git/config.more",
        &format!("[filter \"odd=name.x\"]\n\tprocess = \"{command}\"\n\trequired\n"),
    );
    for (key, value) in [
        ("core.fsmonitor", command.as_str()),
        ("core.pager", &command),
        ("pager.status", &command),
        ("alias.status", "!exit 1"),
        ("diff.external", &command),
        ("filter.one.clean", &command),
        ("filter.one.required", "true"),
        ("include.path", "config.more"),
    ] {
        tree.git(".", &["config", key, value]);
    }
    #[cfg(unix)]
    tree.write_program(".git/hooks/post-index-change", &command);
    // The same length, so that git compares what is in them.
    tree.write("a", "A");
    tree.write("b", "B");
    let expected = ["a", "b"].map(|name| (name.to_owned(), State::Unstaged));
    assert_eq!(tree.states(&["a", "b"]), expected);
    assert!(!ran.exists(), "a command was run");
    // Git by itself runs some of them, so there was something to keep from running.
    let _ = tree.try_git(".", &["status"]);
    assert!(ran.exists());
}

#[test]
fn each_command_that_git_by_itself_would_run_is_kept_from_running() {
    let cases: [(&str, &[(&str, &str)]); 4] = [
        ("core.fsmonitor", &[]),
        ("filter.x.clean", &[("filter.x.required", "true")]),
        ("filter.x.process", &[]),
        ("filter.a=b.clean", &[]),
    ];
    for (key, more) in cases {
        let tree = Tree::committed(&["a", "b"]);
        tree.write(".gitattributes", "a filter=x\nb filter=a=b\n");
        let ran = tree.root.join("ran");
        tree.git(".", &["config", key, &leaving(&ran)]);
        for (key, value) in more {
            tree.git(".", &["config", key, value]);
        }
        tree.write("a", "A");
        tree.write("b", "B");
        let expected = ["a", "b"].map(|name| (name.to_owned(), State::Unstaged));
        assert_eq!(tree.states(&["a", "b"]), expected, "{key}");
        assert!(!ran.exists(), "{key} was run");
        let _ = tree.try_git(".", &["status"]);
        assert!(ran.exists(), "{key}: nothing was held back");
    }
}

#[test]
fn a_filter_of_the_user_decides_what_a_change_is() {
    let mut tree = Tree::committed(&["a"]);
    let global = tree.path(".git/of-the-user");
    tree.write(
        ".git/of-the-user",
        "[filter \"case\"]\n\tclean = tr A-Z a-z\n",
    );
    tree.set("GIT_CONFIG_GLOBAL", &global);
    tree.write(".gitattributes", "a filter=case\n");
    tree.write("a", "A");
    assert_eq!(tree.state("a"), None);
    tree.write("a", "B");
    assert_eq!(tree.state("a"), Some(State::Unstaged));
}

#[test]
fn nothing_is_fetched() {
    let tree = Tree::empty();
    tree.init("server");
    tree.write("server/d/a", "a");
    tree.git("server", &["config", "uploadpack.allowFilter", "true"]);
    tree.git("server", &["add", "."]);
    tree.commit("server");
    let url = format!("file://{}", tree.path("server").display());
    let clone = [
        "clone",
        "-q",
        "--no-checkout",
        "--filter=tree:0",
        &url,
        "partial",
    ];
    tree.git(".", &clone);
    let packs = || {
        fs::read_dir(tree.path("partial/.git/objects/pack"))
            .expect("there")
            .count()
    };
    let before = packs();
    tree.write("partial/d/a", "a");
    assert!(matches!(
        tree.ask(&["partial/d/a"]),
        Err(GitStatusError::Failed { .. })
    ));
    assert_eq!(packs(), before);
    tree.git("partial", &["status"]);
    assert_ne!(packs(), before, "nothing was held back");
}

#[test]
fn what_only_decides_how_a_status_looks_has_no_say() {
    let mut tree = Tree::committed(&["d/caf\u{e9}", "a"]);
    let global = tree.path(".git/of-the-user");
    tree.write("a", "stashed");
    tree.git(".", &["stash", "-q"]);
    tree.write(
        ".git/of-the-user",
        "[status]\n\tshowUntrackedFiles = no\n\trelativePaths = true\n\tbranch = true\n\
         \tshort = true\n\tshowStash = true\n\tsubmoduleSummary = true\n\trenames = copies\n\
         [core]\n\tquotePath = true\n[color]\n\tui = always\n\tstatus = always\n\
         [column]\n\tui = always\n\tstatus = always\n[pager]\n\tstatus = true\n\
         [diff]\n\tignoreSubmodules = none\n",
    );
    tree.set("GIT_CONFIG_GLOBAL", &global);
    tree.set("GIT_LITERAL_PATHSPECS", "1");
    tree.set("GIT_GLOB_PATHSPECS", "1");
    tree.write("d/caf\u{e9}", "other");
    tree.write("d/new/x", "other");
    let expected = [
        ("d/caf\u{e9}".to_owned(), State::Unstaged),
        ("d/new/x".to_owned(), State::Untracked),
    ];
    assert_eq!(tree.states(&["d/caf\u{e9}", "d/new/x"]), expected);
}

#[test]
fn what_the_user_ignores_everywhere_is_ignored() {
    let mut tree = Tree::committed(&["a"]);
    let global = tree.path(".git/of-the-user");
    let list = tree.path(".git/ignored");
    tree.write(".git/ignored", "b\n");
    let config = format!("[core]\n\texcludesFile = \"{}\"\n", list.display());
    tree.write(".git/of-the-user", &config);
    tree.write("b", "b");
    assert_eq!(tree.state("b"), Some(State::Untracked));
    tree.set("GIT_CONFIG_GLOBAL", &global);
    assert_eq!(tree.state("b"), Some(State::Ignored));
}

#[test]
fn the_environment_of_another_repository_does_not_mislead() {
    let mut tree = Tree::empty();
    for folder in ["here", "there"] {
        tree.init(folder);
        tree.write(&format!("{folder}/a"), "a");
        tree.write(&format!("{folder}/clean"), folder);
        tree.git(folder, &["add", "."]);
        tree.commit(folder);
    }
    tree.write("here/a", "other");
    tree.git("here", &["config", "core.ignoreCase", "true"]);
    let there = tree.path("there/.git");
    for (name, value) in [
        ("GIT_DIR", there.clone()),
        ("GIT_WORK_TREE", tree.path("there")),
        ("GIT_COMMON_DIR", there.clone()),
        ("GIT_INDEX_FILE", there.join("index")),
        ("GIT_OBJECT_DIRECTORY", there.join("objects")),
        ("GIT_CONFIG", there.join("config")),
        ("GIT_PREFIX", "there/".into()),
        ("GIT_ATTR_SOURCE", "no-such-tree".into()),
        ("GIT_NAMESPACE", "x".into()),
    ] {
        tree.set(name, value);
        assert_eq!(tree.state("here/a"), Some(State::Unstaged), "{name}");
        assert_eq!(tree.state("here/A"), Some(State::Unstaged), "{name}");
        for clean in ["here/clean", "there/clean", "there/a"] {
            assert_eq!(tree.state(clean), None, "{name}: {clean}");
        }
    }
}

#[test]
fn the_index_that_a_hook_was_given_is_asked() {
    let tree = || {
        let tree = Tree::committed(&["a", "nested/x"]);
        tree.write("a", "other");
        fs::copy(tree.path(".git/index"), tree.path(".git/next")).expect("copied");
        tree.git(".", &["add", "a"]);
        // The index of now has it staged, the other one does not.
        fs::rename(tree.path(".git/index"), tree.path(".git/staged")).expect("moved");
        fs::rename(tree.path(".git/next"), tree.path(".git/index")).expect("moved");
        tree
    };
    let mut same = tree();
    assert_eq!(same.state("a"), Some(State::Unstaged));
    same.set("GIT_INDEX_FILE", ".git/staged");
    assert_eq!(same.state("a"), Some(State::Staged));
    let absolute = same.path(".git/staged");
    same.set("GIT_INDEX_FILE", absolute);
    assert_eq!(same.state("a"), Some(State::Staged));
    // One that is gone, or lies elsewhere, is none of a hook.
    same.set("GIT_INDEX_FILE", ".git/absent");
    assert_eq!(same.state("a"), Some(State::Unstaged));
    fs::rename(same.path(".git/staged"), same.path("elsewhere")).expect("moved");
    let elsewhere = same.path("elsewhere");
    same.set("GIT_INDEX_FILE", elsewhere);
    assert_eq!(same.state("a"), Some(State::Unstaged));
}

#[cfg(unix)]
#[test]
fn a_hook_of_a_commit_is_told_what_will_be_committed() {
    let tree = Tree::committed(&["a", "b"]);
    tree.write_program(".git/hooks/pre-commit", "env -0 >.git/seen");
    tree.write("a", "other");
    tree.write("b", "other");
    // Of both forms: the index is the real one, or one beside it that is gone afterwards.
    tree.git(".", &["add", "a"]);
    tree.commit(".");
    let mut inside = Tree {
        _folder: tree._folder,
        root: tree.root,
        git: tree.git,
    };
    let seen = inside.read(".git/seen");
    let seen = String::from_utf8(seen).expect("plain names");
    let variables: Vec<_> = seen
        .split('\0')
        .filter_map(|pair| pair.split_once('='))
        .filter(|(name, _)| name.starts_with("GIT_"))
        .collect();
    assert!(variables.iter().any(|(name, _)| *name == "GIT_INDEX_FILE"));
    for (name, value) in variables {
        inside.set(name, value);
    }
    assert_eq!(inside.state("a"), None);
    assert_eq!(inside.state("b"), Some(State::Unstaged));
}

#[test]
fn without_a_git_nothing_is_known() {
    let mut tree = Tree::committed(&["a"]);
    tree.git.program = "no-such-program-of-this-name".into();
    let without = Status {
        uncommitted: Vec::new(),
        without_git: true,
    };
    assert_eq!(tree.ask(&["a"]).expect("no error"), without);
    tree.git.program = "git".into();
    let empty = tree.root.join("empty");
    fs::create_dir(&empty).expect("made");
    tree.set("PATH", &empty);
    assert_eq!(tree.ask(&["a"]).expect("no error"), without);
    // Where there is nothing to ask, it is not missed.
    assert_eq!(tree.ask(&[]).expect("no error"), Status::default());
}

#[test]
fn a_git_that_fails_is_told_with_its_own_words() {
    let tree = Tree::committed(&["a"]);
    tree.write(".git/index", "DIRC broken");
    let error = tree.ask(&["a"]).expect_err("the index is broken");
    let text = error.to_string();
    assert!(matches!(&error, GitStatusError::Failed { root, .. } if *root == tree.root));
    assert!(text.contains(&tree.root.display().to_string()), "{text}");
    assert!(text.contains("index"), "{text}");
    assert!(!text.contains('\n'), "{text}");
    tree.write(".git/config", "[core]\n\trepositoryFormatVersion = 99\n");
    assert!(tree.ask(&["a"]).is_err());
    tree.write(".git/config", "[broken\n");
    assert!(tree.ask(&["a"]).is_err());
}

// Only the superuser can give a file away; elsewhere this says nothing.
#[cfg(unix)]
#[test]
fn a_repository_of_another_user_is_refused_as_git_does() {
    let mut tree = Tree::committed(&["a"]);
    let other = Some(54321);
    if std::os::unix::fs::chown(&tree.root, other, None).is_err()
        || std::os::unix::fs::chown(tree.path(".git"), other, None).is_err()
    {
        return;
    }
    let error = tree.ask(&["a"]).expect_err("it is another user's");
    assert!(error.to_string().contains("dubious ownership"), "{error}");
    // A build server says that it may be read.
    tree.set("GIT_CONFIG_COUNT", "1");
    tree.set("GIT_CONFIG_KEY_0", "safe.directory");
    tree.set("GIT_CONFIG_VALUE_0", "*");
    assert_eq!(tree.states(&["a"]), []);
}

#[cfg(unix)]
#[test]
fn a_program_that_is_no_git_is_told() {
    use std::os::unix::fs::PermissionsExt;

    let mut tree = Tree::committed(&["a"]);
    let fake = tree.root.join("fake");
    let run = |tree: &mut Tree, script: &str| {
        tree.write_program("fake", script);
        tree.git.program = fake.clone().into();
        tree.ask(&["a"]).expect_err("it is no git").to_string()
    };
    assert!(run(&mut tree, "echo hello").contains("`hello`"));
    assert!(run(&mut tree, "exit 3").contains("3"));
    let text = run(&mut tree, "printf '\\n\\033[2Jfirst\\nsecond' >&2; exit 1");
    assert!(text.contains("?[2Jfirst;"), "{text}");
    // More than a pipe holds, on both streams.
    let much = "head -c 300000 /dev/zero >&2; head -c 300000 /dev/zero";
    assert!(run(&mut tree, much).contains("not understood"));
    let odd = "for a in \"$@\"; do case $a in rev-parse) printf 'true\\n\\n';; \
               status) printf '2 R. renamed\\0';; esac; done";
    assert!(run(&mut tree, odd).contains("`2 R. renamed`"));
    fs::set_permissions(&fake, fs::Permissions::from_mode(0o644)).expect("set");
    let error = tree.ask(&["a"]).expect_err("it cannot be started");
    assert!(matches!(error, GitStatusError::NotStarted { .. }));
}
