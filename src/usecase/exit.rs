//! The exit status.

use std::process::ExitCode;

/// What a run was worth; the greater one wins. The format of the output never matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// 0: clean, or all of it rewritten.
    Clean,
    /// 1: references are left.
    Left,
    /// 2: the command line, a mapping or the configuration is wrong, or a file could not be read,
    /// parsed, verified or written.
    Failed,
}

impl Exit {
    /// [`Exit::Left`] if something is left.
    pub fn left_if(left: bool) -> Self {
        if left { Self::Left } else { Self::Clean }
    }

    /// [`Exit::Failed`] if something failed.
    pub fn failed_if(failed: bool) -> Self {
        if failed { Self::Failed } else { Self::Clean }
    }

    /// What is left counts for nothing; failures count all the same.
    #[must_use]
    pub fn forgive(self) -> Self {
        match self {
            Self::Left => Self::Clean,
            other => other,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_beat_what_is_left_and_are_never_forgiven() {
        assert_eq!(Exit::Left.max(Exit::Failed), Exit::Failed);
        assert_eq!(Exit::Left.forgive(), Exit::Clean);
        assert_eq!(Exit::Failed.forgive(), Exit::Failed);
    }
}
