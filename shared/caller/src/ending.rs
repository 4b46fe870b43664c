//! How a Dial ends.

use std::str::FromStr;

use exchange::{LegCause, LegEnd};

/// How a Dial ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Someone answers, and hangs up after 14 seconds.
    Completed,
    /// The line is busy.
    Busy,
    /// Nobody answers in time.
    NoAnswer,
    /// Twilio, or the carrier, cannot place the call.
    Failed,
    /// The caller hangs up while it rings.
    Canceled,
    /// The phone is not registered: no-answer, with error 32009.
    Unreachable,
}

/// A word that names no ending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no such ending of a Dial")]
pub struct UnknownEnding;

impl Ending {
    /// Every ending.
    pub const ALL: [Self; 6] =
        [Self::Completed, Self::Busy, Self::NoAnswer, Self::Failed, Self::Canceled, Self::Unreachable];

    /// Its word: Twilio's status of the Dial, or `unreachable`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Busy => "busy",
            Self::NoAnswer => "no-answer",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
            Self::Unreachable => "unreachable",
        }
    }

    /// What happens, for a person who chooses.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Completed => "Someone answers, and hangs up after 14 seconds",
            Self::Busy => "The line is busy",
            Self::NoAnswer => "Nobody answers in time",
            Self::Failed => "Twilio, or the carrier, cannot place the call",
            Self::Canceled => "The caller hangs up while it rings",
            Self::Unreachable => "The phone is not registered: no-answer, with error 32009",
        }
    }

    /// How each leg of the Dial ends. A phone that is not registered gives no SIP code.
    pub(crate) fn of_a_leg(self) -> LegEnd {
        match self {
            Self::Completed => LegEnd::with_code(LegCause::Released, 200),
            Self::Busy => LegEnd::with_code(LegCause::Busy, 486),
            Self::NoAnswer | Self::Canceled => LegEnd::with_code(LegCause::Released, 487),
            Self::Failed => LegEnd::new(LegCause::Failed),
            Self::Unreachable => LegEnd::new(LegCause::Unregistered),
        }
    }
}

/// Reads what a person answers; nothing is the usual ending.
impl FromStr for Ending {
    type Err = UnknownEnding;

    fn from_str(text: &str) -> Result<Self, UnknownEnding> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Self::Completed);
        }
        let named = |ending: &Self| ending.as_str().eq_ignore_ascii_case(text);
        Self::ALL.into_iter().find(named).ok_or(UnknownEnding)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_answers_with_a_word_or_nothing() {
        assert_eq!(" \n".parse(), Ok(Ending::Completed));
        assert_eq!("No-Answer".parse(), Ok(Ending::NoAnswer));
        assert_eq!("x".parse::<Ending>(), Err(UnknownEnding));
        for ending in Ending::ALL {
            assert_eq!(ending.as_str().parse(), Ok(ending));
        }
    }
}
