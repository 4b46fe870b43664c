//! How a Dial ends, as the command line says it.

use clap::ValueEnum;
use exchange::{LegCause, LegEnd};

/// How a Dial ends, as `--then` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Ending {
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

impl Ending {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Busy => "busy",
            Self::NoAnswer => "no-answer",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
            Self::Unreachable => "unreachable",
        }
    }

    /// Reads what a person answers; nothing is the usual ending.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        match text.trim() {
            "" => Ok(Self::Completed),
            text => Self::from_str(text, true),
        }
    }

    /// How each leg of the Dial ends. A phone that is not registered gives no SIP code.
    pub(super) fn of_a_leg(self) -> LegEnd {
        match self {
            Self::Completed => LegEnd::with_code(LegCause::Released, 200),
            Self::Busy => LegEnd::with_code(LegCause::Busy, 486),
            Self::NoAnswer | Self::Canceled => LegEnd::with_code(LegCause::Released, 487),
            Self::Failed => LegEnd::new(LegCause::Failed),
            Self::Unreachable => LegEnd::new(LegCause::Unregistered),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_answers_with_a_word_or_nothing() {
        assert_eq!(Ending::read(" \n"), Ok(Ending::Completed));
        assert_eq!(Ending::read("No-Answer"), Ok(Ending::NoAnswer));
        assert!(Ending::read("x").is_err());
        for ending in Ending::value_variants() {
            assert_eq!(Ending::read(ending.as_str()), Ok(*ending));
        }
    }
}
