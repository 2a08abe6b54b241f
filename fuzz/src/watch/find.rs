//! What is found, and which finds are of one kind.

use std::fmt;
use std::time::Duration;

/// An input that is not as it should be.
#[derive(Clone, Debug)]
pub struct Find {
    /// Of the input.
    pub number: u64,
    pub kind: Kind,
}

/// What is wrong with it.
#[derive(Clone, Debug)]
pub enum Kind {
    /// A law is broken, or something panicked.
    Broken(String),
    /// It took so much time of the processor.
    Slow(Duration),
    /// It did not end.
    Hang,
    /// It ended the process so.
    Crash(String),
    /// Its plan did not pass verification, which is no find.
    Left(String),
}

impl Kind {
    /// In the names of files.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Broken(_) => "broken",
            Self::Slow(_) => "slow",
            Self::Hang => "hang",
            Self::Crash(_) => "crash",
            Self::Left(_) => "left",
        }
    }

    /// The same for finds that are probably the same.
    pub fn name(&self) -> String {
        let message = match self {
            Self::Broken(message) | Self::Left(message) => kind_of_message(message),
            Self::Crash(status) => status.clone(),
            Self::Slow(_) | Self::Hang => String::new(),
        };
        format!("{} {message}", self.word())
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Broken(message) => write!(f, "broken: {message}"),
            Self::Slow(took) => write!(f, "slow: {:.2} s", took.as_secs_f64()),
            Self::Hang => f.write_str("does not end"),
            Self::Crash(status) => write!(f, "ends the process: {status}"),
            Self::Left(message) => write!(f, "left: {message}"),
        }
    }
}

/// A message without the names and places in it.
pub fn kind_of_message(message: &str) -> String {
    let words: String = message.split('`').step_by(2).collect();
    let sentence = words.split("\\n").next().unwrap_or_default();
    let sentence = sentence.split(['{', '[', '"']).next().unwrap_or_default();
    let place = message.rsplit_once(" (").map_or("", |(_, place)| place);
    let text = sentence.chars().filter(|c| !c.is_ascii_digit()).take(160);
    let place = place.rsplit('/').next().unwrap_or_default();
    let text: String = text.collect();
    if place.ends_with(')') && place.contains(".rs:") && !text.contains(".rs:") {
        format!("{text} ({place}")
    } else {
        text
    }
}
