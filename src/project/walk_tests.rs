//! The walk on real trees in temporary folders.

use super::*;
use crate::project::Anchor;

const TAG: &str = "Signature: 8a477f597d28d172789f06886806bc55\n";

struct Tree {
    _dir: tempfile::TempDir,
    root: PathBuf,
}

impl Tree {
    /// A tree of files, each holding the word `Foo` unless it says otherwise (`name: text`).
    fn new(files: &[&str]) -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let root = dir.path().canonicalize().expect("it exists");
        let tree = Self { _dir: dir, root };
        for file in files {
            let (name, text) = file.split_once(": ").unwrap_or((file, "use a::Foo;\n"));
            tree.write(name, text);
        }
        tree
    }

    fn write(&self, name: &str, text: &str) {
        let file = self.root.join(name);
        fs::create_dir_all(file.parent().expect("it has a parent")).expect("written");
        fs::write(file, text).expect("written");
    }

    fn at(&self, name: &str) -> PathBuf {
        if name == "." {
            self.root.clone()
        } else {
            self.root.join(name)
        }
    }

    fn walk(&self, paths: &[&str], options: &WalkOptions) -> Walked {
        let paths: Vec<_> = paths.iter().map(|path| self.at(path)).collect();
        let anchors = [Anchor {
            word: Some("Foo".to_owned()),
            alongside: Vec::new(),
        }];
        discover(
            &paths,
            &Project::at(self.root.clone()),
            options,
            Sources::named_so(&|path| path.extension().is_some_and(|ending| ending == "rs")),
            &Prefilter::new(&anchors),
        )
    }

    /// Names of the candidates, relative to the tree, when nothing fails.
    #[track_caller]
    fn names(&self, paths: &[&str], options: &WalkOptions) -> Vec<String> {
        let walked = self.walk(paths, options);
        assert_eq!(walked.failures, []);
        self.relative(walked.candidates.iter().map(|candidate| &candidate.path))
    }

    fn relative<'p>(&self, paths: impl Iterator<Item = &'p PathBuf>) -> Vec<String> {
        paths
            .map(|path| path.strip_prefix(&self.root).unwrap_or(path))
            .map(|path| path.to_string_lossy().into_owned())
            .collect()
    }

    /// The one failure: what, and why.
    #[track_caller]
    fn failure(&self, paths: &[&str], options: &WalkOptions) -> (String, String) {
        let walked = self.walk(paths, options);
        assert_eq!(walked.failures.len(), 1, "{:?}", walked.failures);
        let (path, message) = walked.failures.into_iter().next().expect("one");
        (self.relative([&path].into_iter()).remove(0), message)
    }
}

fn globs(tree: &Tree, patterns: &[&str]) -> Globs {
    let patterns: Vec<_> = patterns.iter().map(|text| (*text).to_owned()).collect();
    Globs::compile(&tree.root, &patterns).expect("valid patterns")
}

#[test]
fn sources_that_match_come_sorted_by_bytes_whatever_the_threads() {
    let tree = Tree::new(&[
        "b.rs",
        "a/z.rs",
        "a.rs",
        "a-b.rs",
        "a/b c.rs",
        "a/\u{e9}.rs",
        "x.rs/y.rs",
        "new\nline.rs",
        "-.rs",
        "\"q\".rs",
        "none.rs: nothing",
        "Foo.txt",
        "rs",
    ]);
    let expected = [
        "\"q\".rs",
        "-.rs",
        "a-b.rs",
        "a.rs",
        "a/b c.rs",
        "a/z.rs",
        "a/\u{e9}.rs",
        "b.rs",
        "new\nline.rs",
        "x.rs/y.rs",
    ];
    for threads in [0, 1, 2, 7] {
        let options = WalkOptions {
            threads,
            ..WalkOptions::default()
        };
        let walked = tree.walk(&["."], &options);
        assert_eq!(walked.searched, 11);
        assert_eq!(tree.names(&["."], &options), expected);
        assert!(
            walked
                .candidates
                .iter()
                .all(|found| found.size == 12 && found.real == found.path)
        );
    }
}

#[test]
fn ignore_files_count_outside_git() {
    let tree = Tree::new(&[
        ".gitignore: /gen\n*.skip.rs\n",
        ".ignore: other/\n",
        ".git/info/exclude: local.rs\n",
        "a.rs",
        "gen/a.rs",
        "sub/gen/a.rs",
        "b.skip.rs",
        "other/c.rs",
        "local.rs",
        ".hidden.rs",
        ".dir/a.rs",
    ]);
    let options = WalkOptions::default();
    assert_eq!(tree.names(&["."], &options), ["a.rs", "sub/gen/a.rs"]);
    // The ignore files of parents count for a folder that is named.
    tree.write("sub/b.skip.rs", "Foo");
    tree.write("sub/local.rs", "Foo");
    assert_eq!(tree.names(&["sub"], &options), ["sub/gen/a.rs"]);
    let all = WalkOptions {
        no_ignore: true,
        ..WalkOptions::default()
    };
    assert_eq!(tree.names(&["."], &all).len(), 8);
    let hidden = WalkOptions {
        hidden: true,
        ..WalkOptions::default()
    };
    assert_eq!(
        tree.names(&["."], &hidden),
        [".dir/a.rs", ".hidden.rs", "a.rs", "sub/gen/a.rs"]
    );
}

#[test]
fn what_stands_above_a_work_tree_does_not_count_in_it() {
    let tree = Tree::new(&[
        ".gitignore: *\n",
        "repo/.git/HEAD: ref: refs/heads/main\n",
        "repo/.git/info/exclude: c.rs\n",
        "repo/.gitignore: b.rs\n",
        "repo/a.rs",
        "repo/s/b.rs",
        "repo/s/c.rs",
        "repo/s/d.rs",
    ]);
    let options = WalkOptions::default();
    assert_eq!(
        tree.names(&["repo"], &options),
        ["repo/a.rs", "repo/s/d.rs"]
    );
    assert_eq!(tree.names(&["repo/s"], &options), ["repo/s/d.rs"]);
    assert_eq!(tree.names(&["."], &options), [""; 0]);
}

#[test]
fn git_s_own_folder_is_never_read() {
    let tree = Tree::new(&[
        ".git/HEAD: x",
        ".git/refs/heads/a.rs",
        ".repoint/1/a.rs",
        "a.rs",
    ]);
    let options = WalkOptions {
        hidden: true,
        no_ignore: true,
        ..WalkOptions::default()
    };
    assert_eq!(tree.names(&["."], &options), ["a.rs"]);
}

#[test]
fn a_named_file_is_always_read_and_a_file_only_once() {
    let tree = Tree::new(&[
        ".gitignore: gen/\n",
        "gen/a.rs",
        ".hidden.rs",
        "src/b.rs",
        "src/in/c.rs",
    ]);
    let options = WalkOptions {
        exclude: globs(&tree, &["src/b.rs"]),
        include: globs(&tree, &["c.rs"]),
        ..WalkOptions::default()
    };
    assert_eq!(tree.names(&["."], &options), ["src/in/c.rs"]);
    let paths = [
        "src",
        "gen/a.rs",
        ".",
        "src/in",
        "src/b.rs",
        ".hidden.rs",
        "src/../src/b.rs",
    ];
    let walked = tree.walk(&paths, &options);
    assert_eq!(walked.searched, 4);
    assert_eq!(
        tree.names(&paths, &options),
        [".hidden.rs", "gen/a.rs", "src/b.rs", "src/in/c.rs"]
    );
    // An ignored folder is entered when it is named.
    assert_eq!(tree.names(&["gen"], &WalkOptions::default()), ["gen/a.rs"]);
    let both = tree.names(&[".", "gen"], &WalkOptions::default());
    assert_eq!(both, ["gen/a.rs", "src/b.rs", "src/in/c.rs"]);
}

#[test]
fn patterns_leave_out_and_let_in() {
    let tree = Tree::new(&["a.rs", "gen/a.rs", "x/gen/b.rs", "x/c.rs"]);
    let with = |include: &[&str], exclude: &[&str]| {
        let options = WalkOptions {
            include: globs(&tree, include),
            exclude: globs(&tree, exclude),
            ..WalkOptions::default()
        };
        tree.names(&["."], &options)
    };
    assert_eq!(with(&[], &["gen"]), ["a.rs", "x/c.rs"]);
    assert_eq!(with(&[], &["/gen", "c.rs"]), ["a.rs", "x/gen/b.rs"]);
    assert_eq!(with(&["gen/"], &[]), ["gen/a.rs", "x/gen/b.rs"]);
    assert_eq!(with(&["x/**"], &["gen"]), ["x/c.rs"]);
}

#[test]
fn caches_and_vendored_crates_are_entered_only_when_named() {
    let tree = Tree::new(&[
        "target/a.rs",
        "out/b.rs",
        "deps/c/c.rs",
        "vendor/d.rs",
        "e.rs",
        ".cargo/config.toml: [source.mine]\ndirectory = \"deps\"\n",
    ]);
    let options = WalkOptions::default();
    assert_eq!(
        tree.names(&["."], &options),
        ["e.rs", "out/b.rs", "target/a.rs", "vendor/d.rs"]
    );
    tree.write("target/CACHEDIR.TAG", TAG);
    tree.write("out/CACHEDIR.TAG", "Signature: none");
    assert_eq!(
        tree.names(&["."], &options),
        ["e.rs", "out/b.rs", "vendor/d.rs"]
    );
    assert_eq!(tree.names(&["target"], &options), ["target/a.rs"]);
    assert_eq!(tree.names(&["deps/c"], &options), ["deps/c/c.rs"]);
    assert_eq!(tree.names(&["deps"], &options), ["deps/c/c.rs"]);
}

#[test]
fn a_path_that_is_no_source_is_a_failure_and_the_rest_goes_on() {
    let tree = Tree::new(&["a.rs", "notes.txt", "folder.rs/x.rs"]);
    let options = WalkOptions::default();
    let failure = |name: &str| tree.failure(&[name, "a.rs"], &options);
    assert_eq!(
        failure("gone.rs"),
        ("gone.rs".into(), "no such file or folder".into())
    );
    assert_eq!(failure("notes.txt").0, "notes.txt");
    assert!(failure("notes.txt").1.starts_with("not a source file"));
    assert_eq!(failure("a.rs/b").1, "cannot be read: not a directory");
    let walked = tree.walk(&["gone", "a.rs", "folder.rs"], &options);
    assert_eq!(walked.candidates.len(), 2);
    assert_eq!(tree.walk(&[], &options), Walked::default());
}

#[test]
fn a_large_file_fails_only_if_it_matches() {
    let filler = "// filler of no interest\n".repeat(40_000);
    let tree = Tree::new(&[]);
    tree.write("plain.rs", &filler);
    tree.write("late.rs", &format!("{filler}use a::Foo;\n{filler}"));
    tree.write("end.rs", &format!("{filler}Foo"));
    let options = WalkOptions {
        max_file_size: 1_000_100,
        ..WalkOptions::default()
    };
    let (path, message) = tree.failure(&["."], &options);
    assert_eq!(path, "late.rs");
    assert!(
        message.contains("2000012 bytes") && message.contains("--max-file-size"),
        "{message}"
    );
    let walked = tree.walk(&["."], &options);
    assert_eq!(walked.searched, 3);
    assert_eq!(
        tree.relative(walked.candidates.iter().map(|c| &c.path)),
        ["end.rs"]
    );
}

#[test]
fn shares_cover_the_tree_once() {
    let names: Vec<_> = (0..60).map(|i| format!("d{}/f{i}.rs", i % 7)).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let tree = Tree::new(&names);
    let mut all = Vec::new();
    for share in 1..=3 {
        let partition = format!("hash:{share}/3").parse().expect("a share");
        let options = WalkOptions {
            partition: Some(partition),
            ..WalkOptions::default()
        };
        let found = tree.names(&["."], &options);
        assert!((8..=32).contains(&found.len()));
        // It does not matter where the walk starts, nor that a file is named.
        let named = tree.names(&[&names[..], &["d1", "d2"]].concat(), &options);
        assert_eq!(named, found);
        all.extend(found);
    }
    all.sort();
    assert_eq!(all, tree.names(&["."], &WalkOptions::default()));
}

#[test]
fn many_named_files_are_searched_by_several_threads() {
    let names: Vec<_> = (0..300).map(|i| format!("f{i:03}.rs")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let tree = Tree::new(&names);
    let progress = Arc::new(AtomicUsize::new(0));
    let options = WalkOptions {
        threads: 4,
        progress: Some(Arc::clone(&progress)),
        ..WalkOptions::default()
    };
    assert_eq!(tree.names(&names, &options), names);
    assert_eq!(progress.load(Ordering::Relaxed), 300);
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::os::unix::net::UnixListener;
    use std::process::Command;

    #[test]
    fn links_are_followed_only_when_named() {
        let tree = Tree::new(&["src/a.rs", "other/b.rs"]);
        symlink("a.rs", tree.at("src/link.rs")).expect("linked");
        symlink("../src", tree.at("src/cycle")).expect("linked");
        symlink("nowhere", tree.at("src/dangling.rs")).expect("linked");
        symlink("../other", tree.at("src/other")).expect("linked");
        symlink("self.rs", tree.at("src/self.rs")).expect("linked");
        let options = WalkOptions::default();
        assert_eq!(tree.names(&["."], &options), ["other/b.rs", "src/a.rs"]);

        let walked = tree.walk(&["src/link.rs"], &options);
        assert_eq!(walked.candidates[0].path, tree.at("src/link.rs"));
        assert_eq!(walked.candidates[0].real, tree.at("src/a.rs"));
        assert_eq!(
            tree.names(&["src/link.rs", "src/a.rs"], &options),
            ["src/a.rs"]
        );
        assert_eq!(
            tree.names(&["src/link.rs", "src"], &options),
            ["src/link.rs"]
        );

        let walked = tree.walk(&["src/other"], &options);
        assert_eq!(walked.candidates[0].path, tree.at("src/other/b.rs"));
        assert_eq!(walked.candidates[0].real, tree.at("other/b.rs"));
        assert_eq!(
            tree.names(&["src/other", "other", "."], &options),
            ["other/b.rs", "src/a.rs"]
        );
        assert_eq!(
            tree.names(&["src/other", "."], &options),
            ["src/a.rs", "src/other/b.rs"]
        );

        let (name, message) = tree.failure(&["src/dangling.rs"], &options);
        assert_eq!(
            (name.as_str(), message.as_str()),
            ("src/dangling.rs", "a symbolic link that leads to nothing")
        );
        assert_eq!(tree.failure(&["src/self.rs"], &options).0, "src/self.rs");
    }

    #[test]
    fn a_named_link_to_a_file_leads_only_into_the_project_or_a_named_folder() {
        let tree = Tree::new(&["p/a.rs", "p2/b.rs"]);
        symlink("../p2/b.rs", tree.at("p/b.rs")).expect("linked");
        symlink("a.rs", tree.at("p/c.rs")).expect("linked");
        symlink("../p/a.rs", tree.at("p2/d.rs")).expect("linked");
        let walk = |paths: &[&str]| {
            let paths: Vec<_> = paths.iter().map(|path| tree.at(path)).collect();
            let all = Prefilter::new(&[Anchor {
                word: None,
                alongside: Vec::new(),
            }]);
            let project = Project::at(tree.at("p"));
            let walked = discover(
                &paths,
                &project,
                &WalkOptions::default(),
                Sources::named_so(&|_| true),
                &all,
            );
            (
                tree.relative(walked.candidates.iter().map(|found| &found.path)),
                walked.failures,
            )
        };
        let found = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        let (names, failures) = walk(&["p/b.rs", "p/c.rs"]);
        assert_eq!(names, found(&["p/c.rs"]));
        let to = tree.at("p2/b.rs");
        let to = to.display();
        let message = format!("is a link that leads out of the project, to {to}; name {to} itself");
        assert_eq!(failures, [(tree.at("p/b.rs"), message)]);
        // The other name is not lost with the one that fails.
        assert_eq!(walk(&["p/b.rs", "p2/b.rs"]).0, found(&["p2/b.rs"]));
        assert_eq!(walk(&["p/b.rs", "p2"]), (found(&["p/b.rs"]), vec![]));
        assert_eq!(walk(&["p2/d.rs"]), (found(&["p2/d.rs"]), vec![]));
    }

    #[test]
    fn only_regular_files_are_opened() {
        let tree = Tree::new(&["a.rs"]);
        let fifo = Command::new("mkfifo").arg(tree.at("fifo.rs")).status();
        assert!(fifo.expect("mkfifo runs").success());
        let _socket = UnixListener::bind(tree.at("socket.rs")).expect("bound");
        let options = WalkOptions::default();
        assert_eq!(tree.names(&["."], &options), ["a.rs"]);
        for name in ["fifo.rs", "socket.rs"] {
            let message = tree.failure(&[name], &options).1;
            assert_eq!(message, "neither a file nor a folder");
        }
    }

    #[test]
    fn what_cannot_be_read_is_named_and_the_rest_goes_on() {
        let tree = Tree::new(&["a.rs", "locked.rs", "shut/b.rs"]);
        for name in ["locked.rs", "shut"] {
            let none = fs::Permissions::from_mode(0o000);
            fs::set_permissions(tree.at(name), none).expect("set");
        }
        let walked = tree.walk(&["."], &WalkOptions::default());
        fs::set_permissions(tree.at("shut"), fs::Permissions::from_mode(0o755)).expect("set");
        // The superuser reads everything.
        if walked.candidates.len() == 1 {
            let failed = tree.relative(walked.failures.iter().map(|(path, _)| path));
            assert_eq!(failed, ["locked.rs", "shut"]);
            assert!(
                walked
                    .failures
                    .iter()
                    .all(|(_, why)| why == "cannot be read: permission denied")
            );
        }
    }

    #[test]
    fn names_need_not_be_utf_8() {
        let tree = Tree::new(&["a.rs"]);
        let name = OsStr::from_bytes(b"b\xff.rs");
        if fs::write(tree.root.join(name), "Foo").is_ok() {
            let walked = tree.walk(&["."], &WalkOptions::default());
            assert_eq!(walked.candidates[1].path, tree.root.join(name));
        }
    }
}
