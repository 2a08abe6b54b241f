//! One run of a gate as a process: how it is started, watched and ended.
//!
//! It leads a session of its own, so there is no terminal that it could ask (not even by `/dev/tty`),
//! and all that it starts is ended with it. Standard input is empty. What it prints goes through a
//! pipe that is always emptied, so that it is never stopped by it. What the run was worth is not
//! known here.

use std::fmt;
use std::io::{self, ErrorKind, PipeReader, Read as _};
use std::path::Path;
use std::process::{self, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use process_wrap::std::{ChildWrapper, CommandWrap};
use serde::{Deserialize, Serialize};

use super::group::{self, Group, MARK};
use super::log::{HALF, Log};
use super::scan::{self, Read, Scan};
use super::{Command, Gate};

/// How long a group has to end by itself, once it was asked to.
pub const GRACE: Duration = Duration::from_secs(5);

/// How long those have to end who were there when the first process ended: helpers do that by themselves,
/// a moment later.
const LINGER: Duration = Duration::from_millis(200);

/// How often the stop flag and the time are looked at.
const PAUSE: Duration = Duration::from_millis(50);

/// How long is waited for the end of the output, once nobody of the group lives: somebody who left
/// it may hold the pipe open for ever.
const DRAIN: Duration = Duration::from_secs(1);

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "end", content = "with")]
pub enum End {
    /// It exited with this status.
    Exited(i32),
    /// This signal ended it.
    Killed(i32),
    /// It did not end in so many milliseconds, and was ended.
    TimedOut(u64),
    /// It could not be started: why, as one sentence.
    NotStarted(String),
    /// Whoever ran the program asked it to end.
    Stopped,
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exited(status) => write!(f, "exit status {status}"),
            Self::Killed(signal) => match name_of_signal(*signal) {
                Some(name) => write!(f, "killed by signal {signal} ({name})"),
                None => write!(f, "killed by signal {signal}"),
            },
            Self::TimedOut(millis) => write!(
                f,
                "did not end within {}",
                super::shown_duration(Duration::from_millis(*millis))
            ),
            Self::NotStarted(why) => write!(f, "cannot be started: {why}"),
            Self::Stopped => f.write_str("was stopped"),
        }
    }
}

/// Who looks on while a gate runs.
pub trait Watch {
    /// It was started, as this group: who records it can end it later, whatever happens meanwhile.
    fn started(&mut self, _group: &Group) {}

    /// Whether [`Watch::line`] is to be told.
    fn wants_lines(&self) -> bool {
        false
    }

    /// It printed a line, which is safe to be shown.
    fn line(&mut self, _line: &str) {}

    /// It runs since so long; told every now and then.
    fn elapsed(&mut self, _elapsed: Duration) {}
}

/// Nobody looks on.
#[derive(Clone, Copy, Debug)]
pub struct Unwatched;

impl Watch for Unwatched {}

/// What came of one run.
pub(super) struct Ran {
    pub end: End,
    /// Until its first process ended, or was ended.
    pub duration: Duration,
    pub read: Read,
    /// What a person should know of the run, a sentence each.
    pub notes: Vec<String>,
}

impl Ran {
    fn without_process(end: End) -> Self {
        Self {
            end,
            duration: Duration::ZERO,
            read: Read::default(),
            notes: Vec::new(),
        }
    }
}

/// Runs a gate once. Comes back when nobody of its group lives.
pub(super) fn run(
    gate: &Gate,
    limit: Duration,
    log: &Path,
    stop: &AtomicBool,
    watch: &mut dyn Watch,
) -> Ran {
    let start = Instant::now();
    if stop.load(Ordering::Relaxed) {
        return Ran::without_process(End::Stopped);
    }
    match Running::start(gate, log, watch.wants_lines()) {
        Ok(running) => {
            watch.started(&running.group);
            running.wait(start, limit, stop, watch)
        }
        Err(why) => Ran::without_process(End::NotStarted(why)),
    }
}

/// Where the output goes: whoever holds the pipe after the end writes to nobody.
type Sink = Arc<Mutex<Option<(Log, Scan)>>>;

struct Running {
    child: Box<dyn ChildWrapper>,
    group: Group,
    sink: Sink,
    lines: Receiver<Vec<u8>>,
}

/// What a run is waiting for.
enum State {
    /// That it ends.
    Runs,
    /// That those end who were there when it ended.
    Lingers(Instant),
    /// That those end who were asked to.
    Asked(Instant),
    /// That those end who were killed.
    Killed(Instant),
}

impl Running {
    fn start(gate: &Gate, log: &Path, wants_lines: bool) -> Result<Self, String> {
        let pattern = gate.expect_output.as_ref().map(regex::Regex::as_str);
        let scan = Scan::new(pattern).map_err(|error| format!("expect-output: {error}"))?;
        let log = Log::create(log, HALF)
            .map_err(|error| format!("its log {} cannot be made: {error}", log.display()))?;
        let mark = mark();
        let (reader, command) = command(gate, &mark).map_err(|error| error.to_string())?;
        let sink: Sink = Arc::new(Mutex::new(Some((log, scan))));
        let (sender, lines) = sync_channel(16);
        let into = Arc::clone(&sink);
        // Before the process, which would run unread if there is no thread left. Without a process the
        // pipe is closed, and the thread ends.
        thread::Builder::new()
            .spawn(move || read(reader, &into, &sender, wants_lines))
            .map_err(|error| format!("there is no thread to read its output: {error}"))?;
        let child = spawn(command).map_err(|error| why_not_started(gate, &error))?;
        let group = group::of_leader(child.id(), &mark);
        Ok(Self {
            child,
            group,
            sink,
            lines,
        })
    }

    fn wait(
        mut self,
        start: Instant,
        limit: Duration,
        stop: &AtomicBool,
        watch: &mut dyn Watch,
    ) -> Ran {
        let mut state = State::Runs;
        let mut cause = None;
        let mut ended = None;
        let mut notes = Vec::new();
        let mut pause = Duration::from_millis(1);
        loop {
            self.listen(pause, watch);
            pause = (pause * 2).min(PAUSE);
            if ended.is_none() && has_ended(&mut *self.child) {
                ended = Some(start.elapsed());
            }
            if ended.is_some() && !is_alive(&self.group) {
                break;
            }
            match state {
                State::Runs => {
                    cause = match ended {
                        Some(_) => {
                            state = State::Lingers(Instant::now());
                            pause = Duration::from_millis(1);
                            continue;
                        }
                        None if stop.load(Ordering::Relaxed) => Some(End::Stopped),
                        None if start.elapsed() >= limit => Some(End::TimedOut(millis(limit))),
                        None => {
                            watch.elapsed(start.elapsed());
                            continue;
                        }
                    };
                    state = self.ask_to_end();
                    pause = Duration::from_millis(1);
                }
                State::Lingers(since) if since.elapsed() >= LINGER => {
                    notes.push(
                        "it left processes behind, which were ended: what a gate starts it must end \
                         itself"
                            .to_owned(),
                    );
                    state = self.ask_to_end();
                    pause = Duration::from_millis(1);
                }
                State::Asked(since) if since.elapsed() >= GRACE => {
                    signal(&mut *self.child, &self.group, Signal::Kill);
                    state = State::Killed(Instant::now());
                }
                // Nothing ends a process that waits for a disk which does not answer.
                State::Killed(since) if since.elapsed() >= GRACE => {
                    notes.push(format!(
                        "the process group {} does not end, even if killed",
                        self.group.id
                    ));
                    break;
                }
                State::Lingers(_) | State::Asked(_) | State::Killed(_) => {}
            }
        }
        let duration = ended.unwrap_or_else(|| start.elapsed());
        let end = match (cause, ended) {
            (Some(cause), _) => cause,
            (None, Some(_)) => end_of(self.child.wait()),
            (None, None) => End::Stopped,
        };
        if ended.is_some() {
            // Takes it out of the system's list of processes; it has ended, so this does not wait.
            let _ = self.child.wait();
        }
        let read = self.drain(watch, &mut notes);
        Ran {
            end,
            duration,
            read,
            notes,
        }
    }

    fn ask_to_end(&mut self) -> State {
        signal(&mut *self.child, &self.group, Signal::End);
        State::Asked(Instant::now())
    }

    /// Waits for output, or for a while.
    fn listen(&self, pause: Duration, watch: &mut dyn Watch) {
        match self.lines.recv_timeout(pause) {
            Ok(lines) => tell(watch, &lines),
            // Whoever closed its output is about to end.
            Err(RecvTimeoutError::Disconnected) => thread::sleep(pause.min(PAUSE / 10)),
            Err(RecvTimeoutError::Timeout) => {}
        }
    }

    /// Reads what is left in the pipe.
    fn drain(self, watch: &mut dyn Watch, notes: &mut Vec<String>) -> Read {
        let since = Instant::now();
        loop {
            let Some(left) = DRAIN.checked_sub(since.elapsed()) else {
                notes.push(
                    "a process that left its session still holds its output: what it prints from now on \
                     is not seen"
                        .to_owned(),
                );
                break;
            };
            match self.lines.recv_timeout(left) {
                Ok(lines) => tell(watch, &lines),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
        // Nobody takes lines any more, so the reader cannot wait for that.
        drop(self.lines);
        let sink = self
            .sink
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let Some((log, scan)) = sink else {
            return Read::default();
        };
        if let Some(problem) = log.finish() {
            notes.push(format!("its log is cut off: {problem}"));
        }
        let (read, last) = scan.finish();
        tell(watch, &last);
        read
    }
}

/// Empties the pipe until nobody holds it.
fn read(mut pipe: PipeReader, sink: &Sink, lines: &SyncSender<Vec<u8>>, wants_lines: bool) {
    let mut buffer = vec![0; 64 << 10];
    loop {
        let length = match pipe.read(&mut buffer) {
            Ok(0) => return,
            Ok(length) => length,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(_) => return,
        };
        let new = match &mut *sink.lock().unwrap_or_else(PoisonError::into_inner) {
            Some((log, scan)) => {
                log.write(&buffer[..length]);
                scan.feed(&buffer[..length])
            }
            None => return,
        };
        if wants_lines && !new.is_empty() && lines.send(new).is_err() {
            return;
        }
    }
}

fn tell(watch: &mut dyn Watch, lines: &[u8]) {
    if watch.wants_lines() && !lines.is_empty() {
        scan::shown(lines).for_each(|line| watch.line(&line));
    }
}

fn command(gate: &Gate, mark: &str) -> io::Result<(PipeReader, process::Command)> {
    let mut command = match &gate.command {
        Command::Argv(words) => {
            let (program, arguments) = words
                .split_first()
                .ok_or_else(|| io::Error::new(ErrorKind::InvalidInput, "it has no program"))?;
            let mut command = process::Command::new(program);
            command.args(arguments);
            command
        }
        Command::Shell(text) => {
            let (shell, option) = if cfg!(windows) {
                ("cmd", "/C")
            } else {
                ("sh", "-c")
            };
            let mut command = process::Command::new(shell);
            command.args([option, text]);
            command
        }
    };
    let (reader, writer) = io::pipe()?;
    command
        .current_dir(&gate.cwd)
        // Python runs an old `.pyc` if a source was rewritten to the same length within a second.
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .envs(&gate.env)
        .env(MARK, mark)
        .stdin(Stdio::null())
        .stdout(writer.try_clone()?)
        .stderr(writer);
    Ok((reader, command))
}

/// The command is gone afterwards: it holds the writing end of the pipe.
fn spawn(command: process::Command) -> io::Result<Box<dyn ChildWrapper>> {
    let mut command = CommandWrap::from(command);
    #[cfg(unix)]
    command.wrap(process_wrap::std::ProcessSession);
    #[cfg(windows)]
    command.wrap(process_wrap::std::JobObject);
    command.spawn()
}

/// Tells the processes of one run from those of any other.
fn mark() -> String {
    static RUNS: AtomicU64 = AtomicU64::new(0);
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| since.as_nanos());
    let run = RUNS.fetch_add(1, Ordering::Relaxed);
    format!("{}-{now}-{run}", process::id())
}

fn why_not_started(gate: &Gate, error: &io::Error) -> String {
    let cwd = &gate.cwd;
    if !cwd.is_dir() {
        let what = if cwd.exists() {
            "is no folder"
        } else {
            "does not exist"
        };
        return format!("its folder `cwd` {} {what}", crate::text::shown(cwd));
    }
    let program = match &gate.command {
        Command::Argv(words) => words.first().map_or("", String::as_str),
        Command::Shell(_) => "sh",
    };
    let shown = crate::text::one_line(program);
    let is_path = Path::new(program).components().count() > 1;
    match error.kind() {
        ErrorKind::NotFound if is_path && cwd.join(program).exists() => {
            format!("`{shown}` names an interpreter in its first line that is not there")
        }
        ErrorKind::NotFound if is_path => format!("there is no program `{shown}`"),
        ErrorKind::NotFound => format!("no program `{shown}` is in PATH"),
        ErrorKind::PermissionDenied => format!("`{shown}` is not executable"),
        _ => format!("`{shown}`: {error}"),
    }
}

fn end_of(status: io::Result<process::ExitStatus>) -> End {
    let status = match status {
        Ok(status) => status,
        Err(error) => return End::NotStarted(format!("its exit status is not known: {error}")),
    };
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return End::Killed(signal);
    }
    End::Exited(status.code().unwrap_or(-1))
}

/// Of what a test run is killed by.
fn name_of_signal(signal: i32) -> Option<&'static str> {
    Some(match signal {
        1 => "SIGHUP",
        2 => "SIGINT",
        3 => "SIGQUIT",
        4 => "SIGILL",
        6 => "SIGABRT",
        8 => "SIGFPE",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        13 => "SIGPIPE",
        15 => "SIGTERM",
        _ => return None,
    })
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// What a group is told.
#[derive(Clone, Copy)]
enum Signal {
    End,
    Kill,
}

/// Whether the first process has ended. It is not waited for: as long as it is listed, nobody else gets
/// its number.
#[cfg(target_os = "linux")]
fn has_ended(child: &mut dyn ChildWrapper) -> bool {
    use rustix::io::Errno;
    use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

    let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) else {
        return true;
    };
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    match waitid(WaitId::Pid(pid), options) {
        Ok(status) => status.is_some(),
        Err(error) => error != Errno::INTR,
    }
}

/// It is waited for: where ended processes cannot be told from living ones, the group would live for ever.
#[cfg(not(target_os = "linux"))]
fn has_ended(child: &mut dyn ChildWrapper) -> bool {
    !matches!(child.try_wait(), Ok(None))
}

#[cfg(unix)]
fn signal(_: &mut dyn ChildWrapper, group: &Group, signal: Signal) {
    use rustix::process::{Pid, Signal as Number, kill_process_group};

    let number = match signal {
        Signal::End => Number::TERM,
        Signal::Kill => Number::KILL,
    };
    if let Some(pid) = i32::try_from(group.id).ok().and_then(Pid::from_raw) {
        let _ = kill_process_group(pid, number);
    }
}

#[cfg(not(unix))]
fn signal(child: &mut dyn ChildWrapper, _: &Group, _: Signal) {
    let _ = child.start_kill();
}

/// Whether any process of the group runs.
#[cfg(target_os = "linux")]
fn is_alive(group: &Group) -> bool {
    group::is_alive(group.id)
}

/// Whether any process of the group is there.
#[cfg(all(unix, not(target_os = "linux")))]
fn is_alive(group: &Group) -> bool {
    use rustix::process::{Pid, test_kill_process_group};

    let pid = i32::try_from(group.id).ok().and_then(Pid::from_raw);
    pid.is_some_and(|pid| test_kill_process_group(pid).is_ok())
}

#[cfg(not(unix))]
fn is_alive(_: &Group) -> bool {
    false
}
