//! The process group of a gate: who lives in it, and how it is ended.
//!
//! A gate leads a session, and so a process group, of its own. As long as anyone lives in the group its
//! number is taken; once all are gone the system may give it to a stranger. So a group is only ever
//! signalled while its leader is known to be there, or a member shows the mark of the gate.

use serde::{Deserialize, Serialize};

/// The variable by which every process of a gate can be told from a stranger.
pub(super) const MARK: &str = "REPOINT_GATE";

/// A group of processes, so that it can be recorded, and found again by a later run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Group {
    /// The number of the group, which is that of the process that leads it.
    pub id: u32,
    /// When its leader began, in clock ticks since the system did. `None` where the system does not
    /// say.
    pub started: Option<u64>,
    /// Which start of the system that was. `None` where the system does not say.
    pub boot: Option<String>,
    /// What the variable `REPOINT_GATE` of its processes holds.
    pub mark: String,
}

/// What came of a group that may have outlived the program that began it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leftover {
    /// None of its processes is there any more.
    Gone,
    /// It lived, and was ended.
    Ended,
    /// It lives still: its processes do not end, or belong to another user.
    Lives,
    /// The system does not say when a process began, so nothing was done.
    Unknown,
}

/// Ends a group that outlived the program that began it (a kill, a crash): TERM, and KILL after five
/// seconds. Nothing is done to a stranger to whom the system gave the number later.
pub fn end_leftover(group: &Group) -> Leftover {
    system::end_leftover(group)
}

#[cfg(target_os = "linux")]
pub(super) use system::is_alive;
pub(super) use system::of_leader;

#[cfg(target_os = "linux")]
mod system {
    use std::fs;
    use std::thread::sleep;
    use std::time::{Duration, Instant};

    use super::{Group, Leftover, MARK};
    use crate::gate::process::GRACE;
    use rustix::process::{Pid, Signal, kill_process_group};

    /// What `/proc/PID/stat` says of a process, proc_pid_stat(5).
    struct Stat {
        ended: bool,
        group: u32,
        session: u32,
        started: u64,
    }

    /// The group whose leader was just begun with a mark.
    pub fn of_leader(id: u32, mark: &str) -> Group {
        Group {
            id,
            started: stat(id).map(|stat| stat.started),
            boot: boot(),
            mark: mark.to_owned(),
        }
    }

    /// Whether any process of a group runs. One that has ended and was not waited for does not.
    pub fn is_alive(group: u32) -> bool {
        members(group).next().is_some()
    }

    pub fn end_leftover(group: &Group) -> Leftover {
        let Some(started) = group.started else {
            return Leftover::Unknown;
        };
        if group.boot != boot() {
            return Leftover::Gone;
        }
        let Some(pid) = i32::try_from(group.id).ok().and_then(Pid::from_raw) else {
            return Leftover::Gone;
        };
        let ours = || match stat(group.id) {
            // The leader is there, be it as one who has ended: nobody else can have its number.
            Some(leader) if leader.started == started => is_alive(group.id),
            Some(_) => false,
            // Those whom the leader left keep the number of the group, and its mark.
            None => members(group.id).any(|(id, stat)| {
                stat.session == group.id && stat.started >= started && has_mark(id, &group.mark)
            }),
        };
        if !ours() {
            return Leftover::Gone;
        }
        for signal in [Signal::TERM, Signal::KILL] {
            let _ = kill_process_group(pid, signal);
            let since = Instant::now();
            while since.elapsed() < GRACE {
                if !ours() {
                    return Leftover::Ended;
                }
                sleep(Duration::from_millis(10));
            }
        }
        Leftover::Lives
    }

    fn boot() -> Option<String> {
        let text = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
        Some(text.trim().to_owned())
    }

    fn members(group: u32) -> impl Iterator<Item = (u32, Stat)> {
        fs::read_dir("/proc")
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
            .filter_map(|id| Some((id, stat(id)?)))
            .filter(move |(_, stat)| stat.group == group && !stat.ended)
    }

    fn stat(id: u32) -> Option<Stat> {
        parse(&fs::read_to_string(format!("/proc/{id}/stat")).ok()?)
    }

    /// The name of the program stands in brackets, and may hold brackets and spaces itself.
    fn parse(text: &str) -> Option<Stat> {
        let (_, fields) = text.rsplit_once(')')?;
        let fields: Vec<&str> = fields.split_whitespace().collect();
        Some(Stat {
            ended: matches!(*fields.first()?, "Z" | "X"),
            group: fields.get(2)?.parse().ok()?,
            session: fields.get(3)?.parse().ok()?,
            started: fields.get(19)?.parse().ok()?,
        })
    }

    fn has_mark(id: u32, mark: &str) -> bool {
        let wanted = format!("{MARK}={mark}");
        fs::read(format!("/proc/{id}/environ")).is_ok_and(|text| {
            text.split(|byte| *byte == 0)
                .any(|v| v == wanted.as_bytes())
        })
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_name_with_brackets_and_spaces_hides_no_field() {
            let text = "42 (a) R (b) S 1 42 40 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 777 1 1";
            let stat = parse(text).expect("fields");
            assert_eq!(
                (stat.ended, stat.group, stat.session, stat.started),
                (false, 42, 40, 777)
            );
            assert!(parse("42 (a) S 1 42").is_none());
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use super::{Group, Leftover};

    pub fn of_leader(id: u32, mark: &str) -> Group {
        Group {
            id,
            started: None,
            boot: None,
            mark: mark.to_owned(),
        }
    }

    pub fn end_leftover(_: &Group) -> Leftover {
        Leftover::Unknown
    }
}
