//! Child processes that must succeed, or end in time.

use std::fs::File;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use libtest_mimic::Failed;

/// Standard output of a command that must succeed.
pub fn output_of(command: &mut Command) -> Result<String, Failed> {
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("{command:?}: {error}"))?;
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(stdout);
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    Err(format!("{command:?} gives {}:\n{stdout}{stderr}", output.status).into())
}

/// The exit status of a command whose output goes to a file; it is killed when the time is over.
pub fn status_within(
    limit: Duration,
    command: &mut Command,
    log: &File,
) -> Result<ExitStatus, Failed> {
    let command = command
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log.try_clone()?);
    let mut child = command
        .spawn()
        .map_err(|error| format!("{command:?}: {error}"))?;
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if started.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            return Err(format!("{command:?} takes more than {limit:?}").into());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}
