//! Interpreters that run one program after the other, each in a process of its own.

use std::ffi::{OsStr, OsString};
use std::io::{BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};

use serde_json::{Value, json};

/// Those that have nothing to do.
static IDLE: Mutex<Vec<Server>> = Mutex::new(Vec::new());

/// An interpreter that serves. It ends when its input does, at the latest with this process.
struct Server {
    _process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

/// Runs `python3 ARGUMENTS` in `folder`, with `path` before the standard library. `server` is the
/// program `server.py`.
///
/// # Errors
///
/// What Python said, if the program did not go well.
pub fn run(
    server: &Path,
    folder: &Path,
    path: &[PathBuf],
    arguments: &[String],
) -> Result<(), String> {
    let idle = || IDLE.lock().unwrap_or_else(PoisonError::into_inner);
    let free = idle().pop();
    let mut python = free.map_or_else(|| Server::start(server), Ok)?;
    let request = json!({"folder": folder, "path": path, "arguments": arguments});
    let answer = python.ask(&request)?;
    // One that failed to answer is not asked again.
    idle().push(python);
    match answer["status"].as_i64() {
        Some(0) => Ok(()),
        status => {
            let said = answer["said"].as_str().unwrap_or_default();
            Err(format!("{said}\nstatus {status:?}"))
        }
    }
}

impl Server {
    fn start(program: &Path) -> Result<Self, String> {
        let mut process = Command::new(interpreter())
            .args(["-B", "-S", "-W", "ignore"])
            .arg(program)
            .env_remove("PYTHONPATH")
            .env_remove("PYTHONSAFEPATH")
            .env_remove("PYTHONSTARTUP")
            .env("PYTHONHASHSEED", "0")
            .env("PYTHONUTF8", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("cannot run python: {error}"))?;
        match (process.stdin.take(), process.stdout.take()) {
            (Some(input), Some(output)) => Ok(Self {
                _process: process,
                input,
                output: BufReader::new(output),
            }),
            _ => Err("python has no pipes".to_owned()),
        }
    }

    fn ask(&mut self, request: &Value) -> Result<Value, String> {
        let ended = |error| format!("the judge ended: {error}");
        let line = format!("{request}\n");
        self.input.write_all(line.as_bytes()).map_err(ended)?;
        self.input.flush().map_err(ended)?;
        let mut answer = String::new();
        self.output.read_line(&mut answer).map_err(ended)?;
        serde_json::from_str(&answer).map_err(|error| format!("the judge ended: {error}"))
    }
}

/// The interpreter itself: `python3` is often a script that looks for it, which takes longer than a
/// fixture does.
fn interpreter() -> &'static OsStr {
    static FOUND: OnceLock<OsString> = OnceLock::new();
    FOUND.get_or_init(|| {
        let name = std::env::var_os("REPOINT_PYTHON").unwrap_or_else(|| "python3".into());
        let asked = Command::new(&name)
            .args(["-c", "import sys; print(sys.executable)"])
            .output();
        match asked.map(|output| String::from_utf8(output.stdout)) {
            Ok(Ok(path)) if !path.trim().is_empty() => path.trim().into(),
            _ => name,
        }
    })
}
