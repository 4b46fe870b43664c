//! Exit codes.

use std::process::{ExitCode, Termination};

/// What a command came to, and the exit code that says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// 0: done.
    Done,
    /// 1: the answer is no.
    No,
    /// 2: wrong usage, or a bad file. `clap` uses the same code.
    Usage,
    /// 3: the other side failed.
    OtherSide,
}

impl Termination for Outcome {
    fn report(self) -> ExitCode {
        ExitCode::from(match self {
            Self::Done => 0,
            Self::No => 1,
            Self::Usage => 2,
            Self::OtherSide => 3,
        })
    }
}
