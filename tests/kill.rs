//! `repoint apply`, `undo` and `recover` killed at any instant: after `repoint recover` a tree is wholly old or wholly new, and no stray file is left.
//!
//! A plain `cargo test` kills a run on a small tree at each mark of its course. `.ci/run` kills at any instant:
//! `cargo test --test kill -- --ignored`. `REPOINT_KILLS` says how often; 300 times if it does not.
#![cfg(unix)]

#[path = "stories/memory.rs"]
mod memory;

use std::collections::BTreeSet;
use std::fs;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// Files of a tree that is killed at any instant, and of one that is killed at each mark.
const MANY: usize = 2_000;
const FEW: usize = 200;
const FOLDERS: usize = 20;

/// The import on either side.
const SIDES: [&str; 2] = ["old::a::Foo", "new::b::Foo"];

/// What may be killed. Each takes the tree to its other side.
const COMMANDS: [&str; 2] = ["apply", "undo"];

/// Trees that are worked on at once.
const WORKERS: usize = 2;

/// How far a run was when it was killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Nothing was written anywhere.
    Planning,
    /// There was no record yet.
    Preparing,
    /// The record was there, and did not say done.
    Replacing,
    /// It said done.
    Finished,
}

#[derive(Debug, Default)]
struct Counts {
    /// By phase, in the order of [`Phase`].
    phases: [usize; 4],
    undos: usize,
    recoveries: usize,
}

impl Counts {
    fn add(&mut self, other: &Self) {
        for (sum, more) in self.phases.iter_mut().zip(other.phases) {
            *sum += more;
        }
        self.undos += other.undos;
        self.recoveries += other.recoveries;
    }
}

/// Whose appearance starts the clock of a kill.
#[derive(Clone, Copy, Debug)]
enum Mark {
    Start,
    Pack,
    Stage,
    Commit,
}

const MARKS: [Mark; 4] = [Mark::Start, Mark::Pack, Mark::Stage, Mark::Commit];

/// When the marks of an unhampered run appear, from its start, and when it ends.
#[derive(Clone, Copy, Debug)]
struct Course {
    pack: Duration,
    stage: Duration,
    commit: Duration,
    end: Duration,
}

impl Course {
    /// How long it takes from a mark on; from the start, how long until there is a pack.
    fn left_after(self, mark: Mark) -> Duration {
        match mark {
            Mark::Start => self.pack,
            Mark::Pack => self.end.saturating_sub(self.pack),
            Mark::Stage => self.end.saturating_sub(self.stage),
            Mark::Commit => self.end.saturating_sub(self.commit),
        }
    }
}

struct Tree {
    _folder: TempDir,
    root: PathBuf,
    files: usize,
}

impl Tree {
    fn new(files: usize) -> Self {
        let (folder, root) = memory::folder();
        fs::write(root.join("repoint.toml"), "").expect("a file");
        let tree = Self {
            _folder: folder,
            root,
            files,
        };
        for index in 0..files {
            let path = tree.file(index);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(&path, content(index, 0)).expect("a file");
            fs::set_permissions(&path, fs::Permissions::from_mode(mode(index))).expect("a mode");
        }
        tree
    }

    fn file(&self, index: usize) -> PathBuf {
        let folder = index * FOLDERS / self.files;
        self.root.join(format!("src/d{folder:02}/f{index:04}.rs"))
    }

    /// The side on which every single file is. Panics if there is none, or a file too many.
    #[track_caller]
    fn side(&self, context: &str) -> usize {
        let first = fs::read_to_string(self.file(0)).expect("a file");
        let side = usize::from(first != content(0, 0));
        let mut found = 0;
        for entry in walkdir::WalkDir::new(self.root.join("src")) {
            let entry = entry.expect("it can be walked");
            if entry.file_type().is_dir() {
                continue;
            }
            let name = entry.file_name().to_str().expect("text");
            let index = name
                .strip_prefix('f')
                .and_then(|name| name.strip_suffix(".rs"));
            let index: usize = index
                .and_then(|index| index.parse().ok())
                .unwrap_or_else(|| panic!("{context}: stray {}", entry.path().display()));
            let text = fs::read_to_string(entry.path()).expect("a file");
            assert_eq!(
                text,
                content(index, side),
                "{context}: {name} is not as f0000.rs"
            );
            let metadata = entry.metadata().expect("it is there");
            assert_eq!(
                metadata.permissions().mode() & 0o777,
                mode(index),
                "{context}: {name}"
            );
            found += 1;
        }
        assert_eq!(found, self.files, "{context}");
        side
    }

    fn journal(&self, name: &str) -> PathBuf {
        self.root.join(".repoint/journal").join(name)
    }

    /// The names in the journal.
    fn names(&self) -> BTreeSet<String> {
        let entries = fs::read_dir(self.journal(""));
        let entries = entries.into_iter().flatten().flatten();
        entries
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect()
    }

    /// The number that the next transaction gets.
    fn next(&self) -> u64 {
        let names = self.names();
        let numbers = names
            .iter()
            .filter_map(|name| name.split('.').next()?.parse().ok());
        numbers.max().unwrap_or(0) + 1
    }

    fn spawn(&self, args: &[&str]) -> Child {
        Command::new(env!("CARGO_BIN_EXE_repoint"))
            .args(args)
            .arg("--quiet")
            .current_dir(&self.root)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program")
    }

    /// Runs to the end.
    #[track_caller]
    fn run(&self, args: &[&str], context: &str) {
        let output = self.spawn(args).wait_with_output().expect("it ends");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{context}: {args:?}: {said}");
    }

    fn spawn_command(&self, command: &str, side: usize) -> Child {
        let rule = format!("{}={}", SIDES[side], SIDES[1 - side]);
        match command {
            "apply" => self.spawn(&["apply", "--move", &rule]),
            other => self.spawn(&[other]),
        }
    }

    fn has(&self, mark: Mark, id: u64) -> bool {
        match mark {
            Mark::Start => true,
            Mark::Pack => self.journal(&format!("{id}.pack")).exists(),
            Mark::Commit => self.journal(&format!("{id}.commit")).exists(),
            Mark::Stage => {
                let folder = self.file(0).parent().map(Path::to_owned).expect("a folder");
                let mut entries = fs::read_dir(folder).expect("a folder").flatten();
                entries.any(|entry| {
                    entry
                        .file_name()
                        .as_encoded_bytes()
                        .starts_with(b".repoint-")
                })
            }
        }
    }

    /// Waits for a mark. False if the process ends before.
    fn wait_for(&self, mark: Mark, id: u64, child: &mut Child) -> bool {
        while !self.has(mark, id) {
            if child.try_wait().expect("a process").is_some() {
                return false;
            }
            std::thread::sleep(Duration::from_micros(50));
        }
        true
    }

    /// Times an apply that nobody hampers. The tree is on its other side then.
    fn course(&self, side: usize) -> Course {
        let id = self.next();
        let start = Instant::now();
        let mut child = self.spawn_command("apply", side);
        let [pack, stage, commit] = [Mark::Pack, Mark::Stage, Mark::Commit].map(|mark| {
            self.wait_for(mark, id, &mut child);
            start.elapsed()
        });
        let status = child.wait().expect("it ends");
        let end = start.elapsed();
        assert!(status.success());
        assert_eq!(self.side("nobody hampers it"), 1 - side);
        Course {
            pack,
            stage,
            commit,
            end,
        }
    }

    fn phase(&self, id: u64) -> Phase {
        let names = self.names();
        let is = |what: &str| names.contains(&format!("{id}.{what}"));
        if is("done") {
            Phase::Finished
        } else if is("commit") {
            Phase::Replacing
        } else if is("pack") {
            Phase::Preparing
        } else {
            Phase::Planning
        }
    }
}

fn content(index: usize, side: usize) -> String {
    format!("use {}; // {index}\n", SIDES[side])
}

fn mode(index: usize) -> u32 {
    if index.is_multiple_of(7) {
        0o755
    } else {
        0o644
    }
}

/// A random number below `end`.
fn chance(end: u64) -> u64 {
    RandomState::new().build_hasher().finish() % end.max(1)
}

fn moment(within: Duration) -> Duration {
    let end = u64::try_from(within.as_micros()).unwrap_or(u64::MAX);
    Duration::from_micros(chance(end))
}

/// Kills a process after a while, unless it ends before.
fn kill(child: &mut Child, after: Duration) {
    std::thread::sleep(after);
    // It may have ended.
    let _ = child.kill();
    child.wait().expect("it ends");
}

/// Kills a command a while after a mark, and recovers. Gives the phase it was in, and the side of the tree.
fn killed_after(
    tree: &Tree,
    (command, side): (&str, usize),
    mark: Mark,
    after: Duration,
    recovery: Option<Duration>,
) -> (Phase, usize) {
    let id = tree.next();
    let mut child = tree.spawn_command(command, side);
    tree.wait_for(mark, id, &mut child);
    kill(&mut child, after);
    let phase = tree.phase(id);
    let context = format!("{command} killed {after:?} after {mark:?}: {phase:?}");
    if let Some(after) = recovery.filter(|_| phase != Phase::Finished) {
        let mut child = tree.spawn(&["recover"]);
        kill(&mut child, after);
    }
    tree.run(&["recover"], &context);
    let expected = match phase {
        Phase::Planning | Phase::Preparing => side,
        Phase::Replacing | Phase::Finished => 1 - side,
    };
    let side = tree.side(&context);
    assert_eq!(side, expected, "{context}");
    let open = tree
        .names()
        .into_iter()
        .find(|name| !(name.ends_with(".done") || name.ends_with(".pack")));
    assert_eq!(open, None, "{context}");
    (phase, side)
}

fn worker(runs: usize) -> Counts {
    let tree = Tree::new(MANY);
    let course = tree.course(0);
    println!("{course:?}");
    // It stages and replaces, as the end of an apply does.
    let recovery = course.left_after(Mark::Stage);
    let mut counts = Counts::default();
    let mut side = 1;
    for run in 0..runs {
        let command = COMMANDS[usize::from(run % 5 == 4)];
        let mark = MARKS[run % MARKS.len()];
        let after = moment(course.left_after(mark) * 11 / 10);
        let again = (run % 3 == 0).then(|| moment(recovery));
        let phase;
        (phase, side) = killed_after(&tree, (command, side), mark, after, again);
        counts.phases[phase as usize] += 1;
        counts.undos += usize::from(command == "undo");
        counts.recoveries += usize::from(again.is_some() && phase != Phase::Finished);
    }
    counts
}

#[test]
fn a_run_that_is_killed_at_its_marks_leaves_one_side_of_the_tree() {
    let tree = Tree::new(FEW);
    tree.course(0);
    let mut side = 1;
    for command in COMMANDS {
        for mark in MARKS {
            let again = Some(Duration::ZERO);
            (_, side) = killed_after(&tree, (command, side), mark, Duration::ZERO, again);
        }
    }
}

#[test]
#[ignore = "kills at random instants; .ci/run runs it"]
fn a_killed_run_leaves_one_side_of_the_tree() {
    let runs: usize =
        std::env::var("REPOINT_KILLS").map_or(300, |runs| runs.parse().expect("a number"));
    let started = Instant::now();
    let counts = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..WORKERS)
            .map(|_| scope.spawn(|| worker(runs.div_ceil(WORKERS))))
            .collect();
        let mut counts = Counts::default();
        for worker in workers {
            counts.add(&worker.join().expect("no tree is between"));
        }
        counts
    });
    println!("{counts:?} in {:?}", started.elapsed());
    let [planning, preparing, replacing, finished] = counts.phases;
    assert!(planning >= 1 && finished >= 1, "{counts:?}");
    assert!(
        preparing >= runs / 20 && replacing >= runs / 20,
        "{counts:?}"
    );
}
