//! Gates that misbehave: they hang, leave processes, flood, ask for a terminal, are not there, are
//! killed, run no test, are flaky. Small scripts stand for the tools of a team.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use repoint::gate::{
    Asked, Command, Context, End, Expectation, Expected, Gate, Group, Leftover, Need, Outcome,
    Past, Phase, Unwatched, Watch, ask, end_leftover,
};

/// A folder, and one gate in it.
struct Stage {
    folder: tempfile::TempDir,
    gate: Gate,
    before: Option<Past>,
    phase: Phase,
    stop: AtomicBool,
}

/// A gate that must pass.
fn shell(script: &str) -> Stage {
    stage(Command::Shell(script.to_owned()))
}

fn argv(words: &[&str]) -> Stage {
    stage(Command::Argv(words.iter().map(|&w| w.to_owned()).collect()))
}

fn stage(command: Command) -> Stage {
    let folder = tempfile::tempdir().expect("a folder");
    let cwd = folder.path().join("tree");
    fs::create_dir(&cwd).expect("a folder");
    let pass = Expectation::Pass;
    Stage {
        gate: Gate {
            name: "a".to_owned(),
            command,
            cwd,
            env: BTreeMap::new(),
            expected: Expected {
                before: pass,
                during: pass,
                after: pass,
            },
            expect_output: None,
            junit: None,
            timeout: None,
            retries: 0,
            max_slowdown: None,
            allow_fewer: false,
            tags: Vec::new(),
            needs: Vec::new(),
        },
        folder,
        before: None,
        phase: Phase::After,
        stop: AtomicBool::new(false),
    }
}

impl Stage {
    fn failing(mut self) -> Self {
        let fail = Expectation::Fail;
        self.gate.expected = Expected {
            before: fail,
            during: fail,
            after: fail,
        };
        self
    }

    fn file(self, name: &str, text: &str) -> Self {
        fs::write(self.gate.cwd.join(name), text).expect("a file");
        self
    }

    fn with(mut self, change: impl FnOnce(&mut Gate)) -> Self {
        change(&mut self.gate);
        self
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("logs/a.log")
    }

    fn printed(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.log()).expect("a log")).into_owned()
    }

    fn ask(&self) -> Asked {
        self.ask_before(&mut Unwatched)
    }

    fn ask_before(&self, watch: &mut dyn Watch) -> Asked {
        ask(
            &self.gate,
            self.phase,
            Context {
                log: &self.log(),
                before: self.before,
                stop: &self.stop,
                watch,
            },
        )
    }
}

#[track_caller]
fn assert_failed(asked: &Asked, why: &str) {
    match &asked.outcome {
        Outcome::Failed(said) => assert!(said.contains(why), "{said}"),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn assert_broken(asked: &Asked, why: &str) {
    match &asked.outcome {
        Outcome::Broken(said) => assert!(said.contains(why), "{said}"),
        other => panic!("{other:?}"),
    }
}

/// Whether a process runs. One that nobody waited for has ended all the same.
fn runs(pid: &str) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"));
    stat.is_ok_and(|stat| {
        let state = stat.rsplit_once(") ").map(|(_, rest)| rest.chars().next());
        !matches!(state, Some(Some('Z' | 'X')))
    })
}

fn pid_in(file: &Path) -> String {
    let text = fs::read_to_string(file).expect("a process id");
    text.trim().to_owned()
}

#[test]
fn one_that_passes_has_its_output_in_the_log() {
    let stage = shell("echo one; echo two >&2; printf '\\033[1mthree'");
    let asked = stage.ask();
    assert_eq!(asked.outcome, Outcome::Passed);
    assert!(!asked.flaky);
    let [run] = asked.runs.as_slice() else {
        panic!("{asked:?}");
    };
    assert_eq!(run.end, End::Exited(0));
    assert_eq!(run.counts, None);
    assert_eq!(run.log, "a.log");
    assert_eq!(run.notes, [""; 0]);
    assert_eq!(run.last_lines, ["one", "two", "three"]);
    assert_eq!(stage.printed(), "one\ntwo\n\u{1b}[1mthree");
}

#[test]
fn one_that_says_nothing_has_no_lines() {
    let asked = argv(&["true"]).ask();
    assert_eq!(asked.runs[0].last_lines, [""; 0]);
}

#[test]
fn what_is_shown_cannot_command_a_terminal() {
    let stage = shell("printf 'a\\033]0;title\\007b\\n10%%\\r20%%\\r\\nl\\303\\244\\377\\n'");
    let asked = stage.ask();
    let lines = &asked.runs[0].last_lines;
    assert!(
        lines.iter().all(|line| !line.contains('\u{1b}')),
        "{lines:?}"
    );
    assert_eq!(lines.last().map(String::as_str), Some("l\u{e4}"));
}

#[test]
fn one_that_hangs_is_ended() {
    let stage = shell("echo started; sleep 600").with(|gate| {
        gate.timeout = Some(Duration::from_millis(300));
    });
    let asked = stage.ask();
    assert_failed(&asked, "did not end within 0.30s");
    assert_eq!(asked.runs[0].end, End::TimedOut(300));
    assert_eq!(asked.runs[0].last_lines, ["started"]);
    // The same proves nothing where tests must fail.
    assert_broken(&stage.failing().ask(), "did not end");
}

#[test]
fn one_that_ignores_the_request_to_end_is_killed_with_its_children() {
    let stage = shell(
        "trap '' TERM; (trap '' TERM; sleep 600) & echo $! >child; while :; do sleep 1; done",
    )
    .with(|gate| gate.timeout = Some(Duration::from_millis(300)));
    let asked = stage.ask();
    assert_failed(&asked, "did not end");
    assert!(!runs(&pid_in(&stage.gate.cwd.join("child"))));
}

#[test]
fn grandchildren_that_stay_are_ended_and_said() {
    let stage = shell("(sleep 600; true) & echo $! >child; exit 0");
    let asked = stage.ask();
    assert_eq!(asked.outcome, Outcome::Passed);
    assert!(!runs(&pid_in(&stage.gate.cwd.join("child"))));
    assert!(
        asked.runs[0].notes[0].contains("left processes behind"),
        "{asked:?}"
    );
}

#[test]
fn a_process_that_left_the_session_and_holds_the_output_blocks_nobody() {
    let stage = shell("echo before; setsid sleep 30 & echo $! >child; exit 3");
    let asked = stage.ask();
    assert_failed(&asked, "exit status 3");
    assert_eq!(asked.runs[0].last_lines, ["before"]);
    let child = pid_in(&stage.gate.cwd.join("child"));
    let _ = std::process::Command::new("kill").arg(child).status();
}

#[test]
fn a_flood_fills_neither_memory_nor_disk_and_is_searched_whole() {
    const LINE: &str = "0123456789012345678901234567890123456789012345678\n";
    // 100 MB, the needle, 100 MB.
    let flood = format!("yes '{}' | head -n 2000000", LINE.trim_end());
    let stage = shell(&format!(
        "echo first; {flood}; printf '\\033[31mneedle\\033[0m in it\\n'; {flood}; echo last; exit 1"
    ))
    .failing()
    .with(|gate| gate.expect_output = regex::Regex::new("^needle in").ok());
    let asked = stage.ask();
    assert_failed(&asked, "exit status 1");
    assert_eq!(asked.runs[0].found, Some(true));
    assert_eq!(
        asked.runs[0].last_lines.last().map(String::as_str),
        Some("last")
    );
    let log = fs::read(stage.log()).expect("a log");
    assert!(log.len() < (64 << 20) + 100, "{}", log.len());
    assert!(log.starts_with(format!("first\n{LINE}").as_bytes()));
    assert!(log.ends_with(format!("{LINE}last\n").as_bytes()));
    let printed = 6 + 200_000_000 + "\u{1b}[31mneedle\u{1b}[0m in it\n".len() + 5;
    let said = format!(
        "\n[repoint: {} bytes were left out here]\n",
        printed - (64 << 20)
    );
    let middle = &log[32 << 20..(32 << 20) + said.len()];
    assert_eq!(String::from_utf8_lossy(middle), said);
    let names: Vec<_> = fs::read_dir(stage.folder.path().join("logs"))
        .expect("logs")
        .collect();
    assert_eq!(names.len(), 1, "{names:?}");
}

#[test]
fn a_line_without_end_fills_no_memory() {
    let stage = shell("head -c 20000000 /dev/zero | tr '\\0' x; exit 1");
    let asked = stage.ask();
    assert_failed(&asked, "exit status 1");
    assert!(asked.runs[0].last_lines.iter().all(|line| line.len() < 600));
    assert_eq!(fs::metadata(stage.log()).expect("a log").len(), 20_000_000);
}

#[test]
fn there_is_no_terminal_to_ask() {
    let script = "if cat; then echo empty; fi; if (: </dev/tty) 2>/dev/null; then echo tty; fi; \
                  test -t 0 || test -t 1 || test -t 2 || echo none";
    let stage = shell(script);
    assert_eq!(stage.ask().outcome, Outcome::Passed);
    assert_eq!(stage.printed(), "empty\nnone\n");
    let asked = shell("read answer </dev/tty").ask();
    assert_failed(&asked, "exit status");
}

#[test]
fn one_that_is_not_there_is_broken_and_says_why() {
    for (stage, why) in [
        (
            argv(&["no-such-program-here"]),
            "no program `no-such-program-here` is in PATH",
        ),
        (argv(&["./none"]), "there is no program `./none`"),
        (
            argv(&["./plain"]).file("plain", "true"),
            "`./plain` is not executable",
        ),
        (argv(&[]), "it has no program"),
        (argv(&["a\0b"]), "`a\\u{0}b`"),
        (
            argv(&["true"]).with(|gate| gate.cwd.push("gone")),
            "tree/gone does not exist",
        ),
        (
            argv(&["true"])
                .file("f", "")
                .with(|gate| gate.cwd.push("f")),
            "tree/f is no folder",
        ),
    ] {
        let asked = stage.ask();
        assert_broken(&asked, "cannot be started: ");
        assert_broken(&asked, why);
        // Nothing is asked again that cannot be started.
        let stage = stage.with(|gate| gate.retries = 3).failing();
        let asked = stage.ask();
        assert_broken(&asked, why);
        assert_eq!(asked.runs.len(), 1);
    }
    assert_broken(
        &shell("no-such-program-here").ask(),
        "a command of the shell is not found",
    );
}

#[test]
fn a_script_whose_interpreter_is_gone_says_so() {
    use std::os::unix::fs::PermissionsExt;

    let stage = argv(&["./script"]).file("script", "#!/no/such/interpreter\n");
    let script = stage.gate.cwd.join("script");
    fs::set_permissions(script, fs::Permissions::from_mode(0o755)).expect("a mode");
    assert_broken(
        &stage.ask(),
        "names an interpreter in its first line that is not there",
    );
}

#[test]
fn one_that_is_killed_says_by_what() {
    let stage = shell("kill -SEGV $$");
    let asked = stage.ask();
    assert_eq!(asked.runs[0].end, End::Killed(11));
    assert_failed(&asked, "killed by signal 11 (SIGSEGV)");
    assert_broken(&stage.failing().ask(), "which is no test that fails");
}

#[test]
fn one_that_runs_no_test_has_not_passed() {
    let test = "import unittest\nclass A(unittest.TestCase):\n    @unittest.skip('x')\n    def test_a(self): pass\n";
    let empty = argv(&["python3", "-m", "unittest", "test_a"]).file("test_a.py", "");
    let asked = empty.ask();
    assert!(matches!(asked.outcome, Outcome::Failed(_)), "{asked:?}");
    assert!(matches!(empty.failing().ask().outcome, Outcome::Broken(_)));
    let skipped = argv(&["python3", "-m", "unittest", "test_a"]).file("test_a.py", test);
    assert_failed(&skipped.ask(), "no test ran: 1 skipped");
    assert_broken(&skipped.failing().ask(), "no test ran: 1 skipped");
}

#[test]
fn only_a_test_that_fails_is_a_failure_that_was_expected() {
    let unittest = |text: &str| {
        argv(&["python3", "-m", "unittest", "test_a"])
            .file("test_a.py", text)
            .failing()
    };
    let class = "import unittest\nclass A(unittest.TestCase):\n    def test_a(self): ";
    let fails = unittest(&format!("{class}self.fail('3 deprecated references')\n"));
    assert_failed(&fails.ask(), "exit status 1, 0 passed, 1 failed");
    let with_reason = |fails: Stage, reason| {
        fails.with(|gate| gate.expect_output = regex::Regex::new(reason).ok())
    };
    let fails = with_reason(fails, "deprecated references$");
    assert_failed(&fails.ask(), "1 failed");
    let fails = with_reason(fails, "^something else");
    assert_broken(&fails.ask(), "no match of expect-output");
    assert_broken(
        &unittest("import no_such_module\n").ask(),
        "exit status 1, 0 passed, 1 error: what could not be run proves nothing",
    );
    assert_eq!(
        unittest(&format!("{class}pass\n")).ask().outcome,
        Outcome::Passed
    );
    assert_broken(
        &argv(&["python3", "-m", "unittest", "--no-such-option"])
            .failing()
            .ask(),
        "unittest ends with 1 if tests fail",
    );
}

#[test]
fn one_that_fails_every_third_time_is_flaky_if_asked_again() {
    let script = "n=$(cat n 2>/dev/null || echo 2); n=$(( (n + 1) % 3 )); echo $n >n; test $n != 0";
    let stage = shell(script).with(|gate| gate.retries = 1);
    let asked = stage.ask();
    assert_eq!(asked.outcome, Outcome::Passed);
    assert!(asked.flaky);
    assert_eq!(asked.runs.len(), 2);
    assert_failed_run(&asked, 0);
    assert_eq!(asked.runs[1].log, "a.2.log");
    let asked = stage.ask();
    assert_eq!((asked.runs.len(), asked.flaky), (1, false));
    // Without retries the failure stands.
    let stage = shell(script);
    assert_failed(&stage.ask(), "exit status 1");
}

#[track_caller]
fn assert_failed_run(asked: &Asked, run: usize) {
    assert!(
        matches!(asked.runs[run].outcome, Outcome::Failed(_)),
        "{asked:?}"
    );
}

#[test]
fn a_failure_is_asked_again_as_often_as_it_says() {
    let stage = shell("echo x >>runs; exit 1").with(|gate| gate.retries = 2);
    let asked = stage.ask();
    assert_eq!((asked.runs.len(), asked.flaky), (3, false));
    // One that was expected, or decides nothing, is not.
    let stage = stage.failing();
    assert_eq!(stage.ask().runs.len(), 1);
    let stage = stage.with(|gate| gate.expected = Expected::default());
    assert_eq!(stage.ask().runs.len(), 1);
}

#[test]
fn fewer_tests_than_before_are_a_failure_in_during_alone() {
    let mut stage = shell("echo '=== 9 passed, 1 skipped in 0.1s ==='");
    let all = stage.ask().past().expect("a run");
    let mut more = all;
    more.counts = more.counts.map(|mut counts| {
        counts.passed = Some(10);
        counts
    });
    stage.phase = Phase::During;
    stage.before = Some(all);
    assert_eq!(stage.ask().outcome, Outcome::Passed);
    stage.before = Some(more);
    assert_failed(&stage.ask(), "9 tests passed, fewer than the 10 of before");
    stage.phase = Phase::After;
    assert_eq!(stage.ask().outcome, Outcome::Passed);
    stage.phase = Phase::During;
    stage.gate.allow_fewer = true;
    assert_eq!(stage.ask().outcome, Outcome::Passed);
}

#[test]
fn junit_is_believed_if_this_run_wrote_it() {
    let report = r#"<testsuite><testcase name="a"/><testcase name="b"/></testsuite>"#;
    let stage = shell(&format!(
        "echo '{report}' >junit.xml; echo 'Ran 1 test in 0.1s'; echo OK"
    ));
    let junit = stage.gate.cwd.join("junit.xml");
    let stage = stage.with(|gate| gate.junit = Some(junit));
    let run = &stage.ask().runs[0];
    assert_eq!(run.runners, ["junit"]);
    assert_eq!(run.counts.and_then(|counts| counts.passed), Some(2));
    // The next one writes none: what the first one left says nothing.
    let stage = stage.with(|gate| gate.command = Command::Shell("echo hello".to_owned()));
    let run = &stage.ask().runs[0];
    assert_eq!(run.counts, None);
    assert!(
        run.notes[0].ends_with("junit.xml gives no counts: it is older than the run"),
        "{run:?}"
    );
}

#[test]
fn a_hidden_status_is_said() {
    let asked = shell("echo '=== 1 failed, 2 passed in 0.1s ===' | cat").ask();
    assert_eq!(asked.outcome, Outcome::Passed);
    assert!(
        asked.runs[0].notes[0].contains("although its runner says 2 passed, 1 failed"),
        "{asked:?}"
    );
}

#[test]
fn python_writes_no_byte_code_unless_the_gate_wants_it() {
    let stage = argv(&["python3", "-c", "import a"]).file("a.py", "");
    let cache = stage.gate.cwd.join("__pycache__");
    assert_eq!(stage.ask().outcome, Outcome::Passed);
    assert!(!cache.exists());
    let stage = stage.with(|gate| {
        gate.env
            .insert("PYTHONDONTWRITEBYTECODE".to_owned(), String::new());
        gate.env
            .insert("PYTHONPYCACHEPREFIX".to_owned(), String::new());
    });
    assert_eq!(stage.ask().outcome, Outcome::Passed);
    assert!(cache.exists());
}

#[test]
fn what_it_needs_is_asked_before_it_is_run() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let open = listener.local_addr().expect("an address").to_string();
    let closed = {
        let gone = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        gone.local_addr().expect("an address").to_string()
    };
    let stage = shell("touch ran").with(|gate| {
        gate.env.insert("SET".to_owned(), "x".to_owned());
        gate.env.insert("EMPTY".to_owned(), String::new());
        gate.needs = vec![
            Need::Tcp(open),
            Need::Env("SET".to_owned()),
            Need::Path(gate.cwd.clone()),
        ];
    });
    assert_eq!(stage.ask().outcome, Outcome::Passed);
    fs::remove_file(stage.gate.cwd.join("ran")).expect("it ran");
    let stage = stage.with(|gate| {
        gate.needs.push(Need::Tcp(closed.clone()));
        gate.needs.push(Need::Env("EMPTY".to_owned()));
        gate.needs.push(Need::Env("NO_SUCH_VARIABLE".to_owned()));
        gate.needs.push(Need::Path(gate.cwd.join("gone")));
    });
    let asked = stage.ask();
    assert_broken(&asked, &format!("nothing answers at tcp:{closed}: "));
    assert_broken(
        &asked,
        "the variable EMPTY is empty; the variable NO_SUCH_VARIABLE is not set; ",
    );
    assert_broken(&asked, "tree/gone is not there");
    assert!(asked.runs.is_empty());
    assert!(!stage.gate.cwd.join("ran").exists());
}

#[test]
fn a_service_is_found_by_any_address() {
    if let Ok(listener) = std::net::TcpListener::bind("[::1]:0") {
        let port = listener.local_addr().expect("an address").port();
        for address in [format!("[::1]:{port}"), format!("localhost:{port}")] {
            let stage = shell("true").with(|gate| gate.needs = vec![Need::Tcp(address)]);
            // Where `localhost` is no IPv6 name there is nothing to find.
            let outcome = stage.ask().outcome;
            if !matches!(&stage.gate.needs[0], Need::Tcp(name) if name.starts_with("localhost")) {
                assert_eq!(outcome, Outcome::Passed);
            }
        }
    }
    let stage = shell("true").with(|gate| gate.needs = vec![Need::Tcp("no-port".to_owned())]);
    assert_broken(&stage.ask(), "nothing answers at tcp:no-port: ");
}

/// Sets a flag once the gate has printed a line, and keeps its group.
struct Stopper<'a> {
    stop: &'a AtomicBool,
    group: Option<Group>,
    lines: Vec<String>,
}

impl Watch for Stopper<'_> {
    fn started(&mut self, group: &Group) {
        self.group = Some(group.clone());
    }

    fn wants_lines(&self) -> bool {
        true
    }

    fn line(&mut self, line: &str) {
        self.lines.push(line.to_owned());
        self.stop.store(true, Ordering::Relaxed);
    }
}

#[test]
fn one_that_is_stopped_ends_with_all_it_started_and_is_not_asked_again() {
    let stage = shell("sleep 600 & echo $! >child; echo ready; wait").with(|gate| gate.retries = 3);
    let mut stopper = Stopper {
        stop: &stage.stop,
        group: None,
        lines: Vec::new(),
    };
    let asked = stage.ask_before(&mut stopper);
    assert!(asked.was_stopped());
    assert_broken(&asked, "was stopped");
    assert_eq!(asked.runs.len(), 1);
    assert_eq!(stopper.lines, ["ready"]);
    assert!(!runs(&pid_in(&stage.gate.cwd.join("child"))));
    let group = stopper.group.expect("a group");
    assert_eq!(end_leftover(&group), Leftover::Gone);
}

#[cfg(target_os = "linux")]
mod leftover {
    use std::process::{Child, Command, Stdio};

    use super::*;

    /// A process that leads a group, as a gate whose program was killed has left it.
    struct Left(Child);

    impl Left {
        fn new(script: &str) -> Self {
            let mut command = Command::new("setsid");
            command
                .args(["sh", "-c", script])
                .env("REPOINT_GATE", "mark");
            command.stdout(Stdio::null());
            let left = Self(command.spawn().expect("a process"));
            // It is started before it leads a group.
            for _ in 0..3000 {
                if field(left.0.id(), 2) == Some(left.0.id().into()) {
                    break;
                }
                std::thread::sleep(Duration::from_millis(1));
            }
            left
        }

        fn group(&self) -> Group {
            Group {
                id: self.0.id(),
                started: started(self.0.id()),
                boot: boot(),
                mark: "mark".to_owned(),
            }
        }
    }

    impl Drop for Left {
        fn drop(&mut self) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }

    fn boot() -> Option<String> {
        let text = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
        Some(text.trim().to_owned())
    }

    fn started(id: u32) -> Option<u64> {
        field(id, 19)
    }

    /// A number of `/proc/ID/stat`, counted from what follows the name: 2 is the group, 19 the start.
    fn field(id: u32, at: usize) -> Option<u64> {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        stat.rsplit_once(") ")?.1.split(' ').nth(at)?.parse().ok()
    }

    #[test]
    fn those_whom_their_leader_left_are_told_by_their_mark() {
        let mut left = Left::new("sleep 600 & exit 0");
        let group = left.group();
        left.0.wait().expect("a status");
        let other_mark = Group {
            mark: "another".to_owned(),
            ..group.clone()
        };
        assert_eq!(end_leftover(&other_mark), Leftover::Gone);
        assert_eq!(end_leftover(&group), Leftover::Ended);
        assert_eq!(end_leftover(&group), Leftover::Gone);
    }

    #[test]
    fn a_stranger_with_the_same_number_is_left_alone() {
        let left = Left::new("sleep 600");
        let group = left.group();
        let other_start = Group {
            started: group.started.map(|started| started - 1),
            ..group.clone()
        };
        assert_eq!(end_leftover(&other_start), Leftover::Gone);
        let other_boot = Group {
            boot: Some("another".to_owned()),
            ..group.clone()
        };
        assert_eq!(end_leftover(&other_boot), Leftover::Gone);
        let unknown = Group {
            started: None,
            ..group.clone()
        };
        assert_eq!(end_leftover(&unknown), Leftover::Unknown);
        assert!(runs(&group.id.to_string()));
        assert_eq!(end_leftover(&group), Leftover::Ended);
        assert!(!runs(&group.id.to_string()));
    }
}

#[test]
fn ctrl_c_ends_the_gate_and_then_the_program() {
    use std::os::unix::process::ExitStatusExt;
    use std::process::Stdio;

    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    let configuration = "[[gate]]\nname = 'a'\nshell = true\nafter = 'pass'\nretries = 3\n\
                         run = 'echo x >>runs; sleep 600 & echo $! >pid; wait'\n\
                         [[gate]]\nname = 'b'\nrun = ['touch', 'ran']\n";
    fs::write(root.join("repoint.toml"), configuration).expect("a file");
    let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_repoint"));
    program.args(["gate", "run"]).current_dir(root);
    program.stdout(Stdio::null()).stderr(Stdio::piped());
    let mut program = program.spawn().expect("a process");
    let pid = root.join("pid");
    for _ in 0..3000 {
        if fs::read_to_string(&pid).is_ok_and(|text| text.ends_with('\n')) {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let child = pid_in(&pid);
    assert!(runs(&child));
    let interrupt = std::process::Command::new("kill")
        .args(["-INT", &program.id().to_string()])
        .status();
    assert!(interrupt.is_ok_and(|status| status.success()));
    let status = program.wait().expect("a status");
    assert_eq!(status.signal(), Some(2));
    assert!(!runs(&child));
    assert!(!root.join("ran").exists());
    let asked = fs::read_to_string(root.join("runs")).expect("a text");
    assert_eq!(asked, "x\n");
}
