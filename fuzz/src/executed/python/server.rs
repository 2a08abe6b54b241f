//! The interpreter that runs programs: one process, which has a child for the programs of a world.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::Context;
use serde_json::{Value, json};

use super::{World, placed};
use crate::executed::Files;

/// Where the program after the rewrite runs.
#[derive(Clone, Copy)]
pub enum State {
    /// Only the new paths are there.
    New,
    /// The old ones too.
    Both,
}

/// What became of a program in both states.
#[derive(Debug)]
pub struct Ran {
    /// What it showed before.
    pub before: Vec<String>,
    /// What it showed after.
    pub after: Vec<String>,
    /// What the printed trees of its files differ in, besides imports and paths.
    pub printed: Vec<String>,
    /// The places in `after` where a file fails since it has no module that only another file loaded before.
    pub unloaded: Vec<usize>,
}

/// The process.
pub struct Server {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl Server {
    pub fn start() -> anyhow::Result<Self> {
        let name = std::env::var_os("REPOINT_PYTHON").unwrap_or_else(|| "python3".into());
        let mut child = Command::new(name)
            .args([
                "-B",
                "-S",
                "-I",
                "-W",
                "ignore",
                "-c",
                include_str!("server.py"),
                include_str!("../../../../tests/judge/printed.py"),
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("python3 cannot be started")?;
        let stdin = child.stdin.take().context("it is piped")?;
        let stdout = child.stdout.take().context("it is piped")?;
        Ok(Self {
            child,
            stdin,
            stdout: BufReader::new(stdout),
        })
    }

    /// Says what there is for the programs after this.
    pub fn world(&mut self, world: &World) -> anyhow::Result<()> {
        let both = world.stubs(true);
        let new = world.stubs(false);
        self.ask(&json!({"old": both, "new": new, "both": both, "words": world.words()}))?;
        Ok(())
    }

    /// The next program runs in a child that has run no other one.
    pub fn afresh(&mut self) -> anyhow::Result<()> {
        self.ask(&json!({"afresh": true}))?;
        Ok(())
    }

    /// What a program shows before and after.
    pub fn run(&mut self, before: &Files, after: &Files, state: State) -> anyhow::Result<Ran> {
        let state = match state {
            State::New => "new",
            State::Both => "both",
        };
        let after = placed(after, "own");
        let request = json!({"before": placed(before, "own"), "after": after, "state": state});
        let mut answer: BTreeMap<String, Vec<String>> =
            serde_json::from_value(self.ask(&request)?)?;
        let mut lines = |what: &str| answer.remove(what).unwrap_or_default();
        let places = lines("unloaded").iter().map(|at| at.parse()).collect::<Result<_, _>>()?;
        Ok(Ran {
            before: lines("before"),
            after: lines("after"),
            printed: lines("printed"),
            unloaded: places,
        })
    }

    fn ask(&mut self, request: &Value) -> anyhow::Result<Value> {
        writeln!(self.stdin, "{request}")?;
        let mut line = String::new();
        self.stdout.read_line(&mut line)?;
        anyhow::ensure!(!line.is_empty(), "python3 ended");
        Ok(serde_json::from_str(&line)?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
