//! How a command ends.

use std::fmt::Display;
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

/// Why a command could not do what it was asked to.
#[derive(Debug)]
pub(crate) struct Failure {
    outcome: Outcome,
    message: String,
    /// Whether standard output has told a program what went wrong.
    is_told: bool,
}

impl Failure {
    /// The user can mend it.
    pub(crate) fn usage(message: impl Display) -> Self {
        Self { outcome: Outcome::Usage, message: message.to_string(), is_told: false }
    }

    /// Whoever the outcome says.
    pub(crate) fn of(outcome: Outcome, message: impl Display) -> Self {
        Self { outcome, message: message.to_string(), is_told: false }
    }

    /// What went wrong, and what to do about it.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// The same, after standard output has told a program.
    pub(crate) fn told(self) -> Self {
        Self { is_told: true, ..self }
    }

    /// The other side has to.
    pub(crate) fn other_side(message: impl Display) -> Self {
        Self { outcome: Outcome::OtherSide, message: message.to_string(), is_told: false }
    }
}

/// Every command's result.
pub(crate) type Result<T = Outcome> = std::result::Result<T, Failure>;

/// Both, or everything that keeps one of them from being had, so that a user need not mend one thing after the other.
pub(crate) fn both<One, Other>(one: Result<One>, other: Result<Other>) -> Result<(One, Other)> {
    match (one, other) {
        (Ok(one), Ok(other)) => Ok((one, other)),
        (Err(first), Err(second)) => {
            Err(Failure { message: format!("{}\n{}", first.message, second.message), ..first })
        }
        (Err(failure), Ok(_)) | (Ok(_), Err(failure)) => Err(failure),
    }
}

/// Tells a program that asked for JSON why there is nothing else to be read.
pub(crate) fn tell_as_json<T>(is_asked_for: bool, result: Result<T>) -> Result<T> {
    result.map_err(|failure| {
        if is_asked_for && !failure.is_told {
            crate::output::json(&serde_json::json!({"done": false, "errors": [&failure.message]}));
        }
        failure.told()
    })
}

/// The same as one object with findings, for commands whose answer is `{"ok", "errors", ...}`.
pub(crate) fn tell_as_object<T>(is_asked_for: bool, about: &str, result: Result<T>) -> Result<T> {
    result.map_err(|failure| {
        if is_asked_for && !failure.is_told {
            // Messages say what is wrong, and after a semicolon what to do about it.
            let findings: Vec<_> = failure
                .message
                .lines()
                .map(|line| match line.rsplit_once("; ") {
                    Some((what, remedy)) => {
                        serde_json::json!({"about": about, "what": what, "remedy": remedy})
                    }
                    None => serde_json::json!({"about": about, "what": line, "remedy": null}),
                })
                .collect();
            crate::output::json(&serde_json::json!({"ok": false, "errors": findings}));
        }
        failure.told()
    })
}

/// The one place that prints errors.
pub(crate) fn report(result: Result) -> Outcome {
    result.unwrap_or_else(|failure| {
        crate::output::error(&failure.message);
        failure.outcome
    })
}
