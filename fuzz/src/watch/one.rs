//! One input in a process of its own, and how it is made smaller.

use std::io::Read;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::find::{Find, Kind};
use crate::Target;

/// The exit status of a process that tried one input which breaks a law; it prints what is said.
pub const BROKEN: i32 = 4;
/// The exit status of one whose input took too long.
pub const SLOW: i32 = 5;
/// That of one whose plan did not pass verification; it prints what is said.
pub const LEFT: i32 = 6;

/// Time to make one find small.
const PATIENCE: Duration = Duration::from_secs(60);

/// A part of `input` with which the same is found. Parts are left out, halves first, for as long as
/// there is patience.
pub fn minimized(
    target: &Target,
    input: &[u8],
    find: &Find,
    limit: Duration,
) -> anyhow::Result<Vec<u8>> {
    let start = Instant::now();
    let header = target.header.min(input.len());
    let mut small = input.to_vec();
    let mut size = (small.len() - header) / 2;
    while size > 0 {
        let mut at = header;
        let mut is_smaller = false;
        while at < small.len() {
            if start.elapsed() > PATIENCE {
                return Ok(small);
            }
            let mut without = small.clone();
            without.drain(at..(at + size).min(small.len()));
            if is_same(target, &without, &find.kind, limit)? {
                small = without;
                is_smaller = true;
            } else {
                at += size;
            }
        }
        // Single bytes again, as long as that helps.
        if size > 1 || !is_smaller {
            size /= 2;
        }
    }
    Ok(small)
}

fn is_same(target: &Target, input: &[u8], kind: &Kind, limit: Duration) -> anyhow::Result<bool> {
    let folder = super::scratch()?;
    let file = folder.path().join("input");
    std::fs::write(&file, input)?;
    let mut process = Command::new(std::env::current_exe()?)
        .args(["one", target.name])
        .arg(&file)
        .args(["--limit", &limit.as_secs_f64().to_string()])
        .env("TMPDIR", folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let most = limit * 10;
    let start = Instant::now();
    let status = loop {
        match process.try_wait()? {
            Some(status) => break Some(status),
            None if start.elapsed() > most => {
                process.kill()?;
                process.wait()?;
                break None;
            }
            None => std::thread::sleep(Duration::from_millis(1)),
        }
    };
    let Some(status) = status else {
        return Ok(matches!(kind, Kind::Hang));
    };
    let mut said = String::new();
    if let Some(mut out) = process.stdout.take() {
        out.read_to_string(&mut said)?;
    }
    let found = match status.code() {
        Some(BROKEN) => Kind::Broken(said.trim_end().to_owned()),
        Some(LEFT) => Kind::Left(said.trim_end().to_owned()),
        Some(SLOW) => Kind::Slow(limit),
        Some(0) => return Ok(false),
        _ => Kind::Crash(status.to_string()),
    };
    Ok(found.name() == kind.name())
}
