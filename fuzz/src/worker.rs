//! The process that tries inputs, and tells the one that watches it how each went.
//!
//! A process of its own, because what is looked for may end it: a stack that overflows, an abort.

use std::io::{self, Write};
use std::panic::{self, AssertUnwindSafe};
use std::sync::Mutex;
use std::time::Duration;

use cpu_time::ProcessTime;

use crate::mutation::Inputs;
use crate::{Outcome, Target};

/// How an input went, and the time of the processor that it took: what else the machine does should
/// not count.
pub struct Tried {
    /// What became of it, or what the law says.
    pub outcome: Result<Outcome, String>,
    /// Of all threads.
    pub took: Duration,
}

static SAID: Mutex<String> = Mutex::new(String::new());

/// Tries one input. A panic is caught.
pub fn tried(target: &Target, input: &[u8]) -> Tried {
    let start = ProcessTime::now();
    let outcome = panic::catch_unwind(AssertUnwindSafe(|| (target.law)(input)));
    let took = start.elapsed();
    let said = |_| SAID.lock().map(|said| said.clone()).unwrap_or_default();
    Tried {
        outcome: outcome.map_err(said),
        took,
    }
}

/// Keeps what a panic says instead of printing it.
pub fn keep_what_panics_say() {
    panic::set_hook(Box::new(|info| {
        let text = info.payload_as_str().unwrap_or("panic");
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        if let Ok(mut said) = SAID.lock() {
            *said = format!("{text} ({place})");
        }
    }));
}

/// Tries every input `from`, `from + step`, ... below `end`, and prints two lines for each, see
/// [`Line`].
///
/// # Errors
/// Nobody reads them.
pub fn work(
    inputs: &Inputs<'_>,
    target: &Target,
    from: u64,
    end: u64,
    step: u64,
) -> io::Result<()> {
    keep_what_panics_say();
    let mut out = io::stdout().lock();
    for number in (from..end).step_by(usize::try_from(step).unwrap_or(1)) {
        writeln!(out, "at {number}")?;
        out.flush()?;
        let Tried { outcome, took } = tried(target, &inputs.get(number));
        let (word, message) = match outcome {
            Ok(Outcome::Refused) => ("refused", String::new()),
            Ok(Outcome::Same) => ("same", String::new()),
            Ok(Outcome::Changed) => ("changed", String::new()),
            Ok(Outcome::Left(message)) => ("left", message),
            Err(message) => ("broken", message),
        };
        let message: String = message.escape_debug().take(2_000).collect();
        writeln!(out, "{word} {} {message}", took.as_micros())?;
        out.flush()?;
    }
    Ok(())
}

/// What a worker prints.
#[derive(Debug)]
pub enum Line {
    /// It tries the input of this number.
    At(u64),
    /// The input went so.
    Done {
        /// What became of it, or what the law says.
        outcome: Result<Outcome, String>,
        /// Time of the processor.
        took: Duration,
    },
}

impl Line {
    /// Reads a line; `None` if a worker does not print such.
    pub fn parse(line: &str) -> Option<Self> {
        let (word, rest) = line.split_once(' ')?;
        if word == "at" {
            return rest.parse().ok().map(Self::At);
        }
        let (took, message) = rest.split_once(' ')?;
        let message = message.to_owned();
        Some(Self::Done {
            outcome: match word {
                "refused" => Ok(Outcome::Refused),
                "same" => Ok(Outcome::Same),
                "changed" => Ok(Outcome::Changed),
                "left" => Ok(Outcome::Left(message)),
                "broken" => Err(message),
                _ => return None,
            },
            took: Duration::from_micros(took.parse().ok()?),
        })
    }
}
