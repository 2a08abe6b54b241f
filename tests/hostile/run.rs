//! Runs the program with a time limit: what is waited for in vain fails a test and does not hang it.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::tree::Tree;
use super::user::{self, User};

/// Only tells a program that hangs from one that is slow on a machine with much to do.
const LIMIT: Duration = Duration::from_secs(60);

/// The rule of every run that does not say otherwise.
pub const RULE: [&str; 2] = ["--move", "old::a::Foo=new::b::Bar"];

/// What a run came to.
pub struct Done {
    pub code: Option<i32>,
    pub out: Vec<u8>,
    pub err: Vec<u8>,
}

impl Done {
    pub fn out(&self) -> String {
        String::from_utf8_lossy(&self.out).into_owned()
    }

    pub fn err(&self) -> String {
        String::from_utf8_lossy(&self.err).into_owned()
    }

    /// The exit status, with all that was said if it is another one.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}\n{}", self.out(), self.err());
        self
    }

    /// Lines of standard error that hold all of these words.
    #[track_caller]
    pub fn says(self, words: &[&str]) -> Self {
        let err = self.err();
        let found = err
            .lines()
            .any(|line| words.iter().all(|word| line.contains(word)));
        assert!(found, "no line with {words:?} in\n{err}");
        self
    }

    /// The files of findings in the format `concise`, in order.
    pub fn found(&self) -> Vec<String> {
        let out = self.out();
        let name = |line: &str| line.split(':').next().unwrap_or_default().to_owned();
        out.lines().map(name).collect()
    }
}

/// A run of the program that has not started.
pub struct Run {
    folder: PathBuf,
    arguments: Vec<OsString>,
    user: User,
    stdin: Vec<u8>,
    memory: Option<u64>,
    path: Option<PathBuf>,
}

impl Run {
    /// `repoint COMMAND` at the project's root, with nothing else.
    pub fn bare(tree: &Tree, command: &str) -> Self {
        Self {
            folder: tree.root().to_owned(),
            arguments: vec![command.into()],
            user: User::Self_,
            stdin: Vec::new(),
            memory: None,
            path: None,
        }
    }

    /// `repoint COMMAND` at the project's root with the [`RULE`], one line a finding.
    pub fn new(tree: &Tree, command: &str) -> Self {
        Self::bare(tree, command)
            .args(RULE)
            .args(["--output-format", "concise"])
    }

    pub fn args(mut self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        let arguments = arguments.into_iter().map(|one| one.as_ref().to_owned());
        self.arguments.extend(arguments);
        self
    }

    pub fn from(mut self, folder: &Path) -> Self {
        self.folder = folder.to_owned();
        self
    }

    /// As somebody who is neither the superuser nor the owner of what root made.
    pub fn by_another_user(mut self, tree: &Tree) -> Self {
        self.user = user::another(tree);
        self
    }

    pub fn stdin(mut self, text: &str) -> Self {
        self.stdin = text.into();
        self
    }

    /// With so many GiB of address space.
    pub fn memory(mut self, gib: u64) -> Self {
        self.memory = Some(gib);
        self
    }

    /// With this folder alone to look for programs in.
    pub fn programs_of(mut self, folder: PathBuf) -> Self {
        self.path = Some(folder);
        self
    }

    #[track_caller]
    pub fn done(self) -> Done {
        let program = self.user.program();
        let mut command = match self.memory {
            None => Command::new(program),
            Some(gib) => {
                let mut shell = Command::new("/bin/sh");
                let limit = format!("ulimit -v {}; exec \"$0\" \"$@\"", gib << 20);
                shell.arg("-c").arg(limit).arg(program);
                shell
            }
        };
        command
            .args(&self.arguments)
            .current_dir(&self.folder)
            .env("NO_COLOR", "1");
        if let Some(path) = &self.path {
            command.env("PATH", path);
        }
        self.user.become_of(&mut command);
        within_limit(command, self.stdin)
    }
}

/// Runs any command to its end, or fails when it takes too long.
#[track_caller]
pub fn within_limit(mut command: Command, stdin: Vec<u8>) -> Done {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    // A program that was just copied is busy while another test, which has started one of its own meanwhile, holds
    // the descriptor that it was written through.
    let is_busy = |child: &std::io::Result<_>| {
        let error = child.as_ref().err();
        error.is_some_and(|error: &std::io::Error| error.kind() == ErrorKind::ExecutableFileBusy)
    };
    let mut child = command.spawn();
    for _ in 0..100 {
        if !is_busy(&child) {
            break;
        }
        thread::sleep(Duration::from_millis(20));
        child = command.spawn();
    }
    let mut child = child.expect("it starts");
    let mut into = child.stdin.take().expect("piped");
    // Who does not read all of it is not at fault.
    thread::spawn(move || into.write_all(&stdin));
    let out = collect(child.stdout.take().expect("piped"));
    let err = collect(child.stderr.take().expect("piped"));
    let end = Instant::now() + LIMIT;
    let (out, err) = (wait(&out, end, &mut child), wait(&err, end, &mut child));
    let code = child.wait().expect("it ended").code();
    Done { code, out, err }
}

fn collect(mut from: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (send, receive) = channel();
    thread::spawn(move || {
        let mut all = Vec::new();
        let _ = from.read_to_end(&mut all);
        let _ = send.send(all);
    });
    receive
}

#[track_caller]
fn wait(from: &Receiver<Vec<u8>>, end: Instant, child: &mut Child) -> Vec<u8> {
    let left = end.saturating_duration_since(Instant::now());
    from.recv_timeout(left).unwrap_or_else(|_| {
        let _ = child.kill();
        let _ = child.wait();
        panic!("it hangs");
    })
}

/// What a person types in a shell that knows `<(...)` and `>(...)`; `$0` is the program.
#[track_caller]
pub fn in_bash(tree: &Tree, script: &str) -> Done {
    let mut command = Command::new("bash");
    command
        .arg("-c")
        .arg(script)
        .arg(env!("CARGO_BIN_EXE_repoint"))
        .current_dir(tree.root())
        .env("NO_COLOR", "1");
    within_limit(command, Vec::new())
}

/// Applies a patch with git in a folder that is no repository.
#[track_caller]
pub fn git_apply(folder: &Path, patch: &[u8]) {
    let mut command = Command::new("git");
    command
        .arg("apply")
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env(
            "GIT_CEILING_DIRECTORIES",
            folder.parent().expect("a folder"),
        );
    within_limit(command, patch.to_vec()).exits(0);
}

/// Opens the other end of a FIFO for reading, and gives what comes out of it.
pub fn reader_of(fifo: PathBuf) -> Receiver<Vec<u8>> {
    let (send, receive) = channel();
    thread::spawn(move || {
        let mut all = Vec::new();
        let read = File::open(fifo).and_then(|mut fifo| fifo.read_to_end(&mut all));
        let _ = send.send(read.map(|_| all).unwrap_or_default());
    });
    receive
}
