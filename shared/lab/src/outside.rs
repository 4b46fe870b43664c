//! The telephone network of the lab: numbers that answer, are busy, or do not answer. Nothing leaves this machine.

use std::fmt;
use std::str::FromStr;
use std::sync::Mutex;
use std::sync::PoisonError;

/// The fate of the next calls to numbers outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Behaviour {
    /// They answer after three seconds, and say back what they hear.
    #[default]
    Answers,
    /// They ring until someone has them answer.
    Rings,
    /// They are busy.
    Busy,
    /// They cannot be called: the carrier refuses them (Twilio's error 13224).
    Invalid,
    /// The account does not own the numbers that phones show, so nobody outside can be called (Twilio's error 13214).
    NotOwned,
}

/// Words that name no behaviour.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not answers, rings, busy, invalid or not-owned")]
pub struct NoBehaviour(String);

impl Behaviour {
    /// Every one.
    pub const ALL: &[Self] = &[Self::Answers, Self::Rings, Self::Busy, Self::Invalid, Self::NotOwned];
}

impl fmt::Display for Behaviour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Answers => "answers",
            Self::Rings => "rings",
            Self::Busy => "busy",
            Self::Invalid => "invalid",
            Self::NotOwned => "not-owned",
        })
    }
}

impl FromStr for Behaviour {
    type Err = NoBehaviour;

    fn from_str(text: &str) -> Result<Self, NoBehaviour> {
        let found = Self::ALL.iter().find(|behaviour| behaviour.to_string() == text);
        found.copied().ok_or_else(|| NoBehaviour(text.to_owned()))
    }
}

/// The behaviour of someone outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Far {
    /// The telephone rings.
    Rings,
    /// Someone answers.
    Answers,
    /// The line is busy.
    Busy,
    /// The carrier refuses the number.
    Invalid,
    /// Twilio refuses the number that is shown.
    NotOwned,
    /// Someone hangs up.
    HangsUp,
}

/// The telephone network.
#[derive(Default)]
pub(crate) struct Outside {
    behaviour: Mutex<Behaviour>,
}

impl Outside {
    pub(crate) fn behaviour(&self) -> Behaviour {
        *self.behaviour.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn behave(&self, behaviour: Behaviour) {
        *self.behaviour.lock().unwrap_or_else(PoisonError::into_inner) = behaviour;
    }
}

/// Whether this number, as Twilio dials it, is one for help. Every other number has a plus, a country code and more digits:
/// those for help have no plus (911, 988, 1669), or at most three digits after the country code (+3315 in France,
/// docs/emergency.md). 988, the crisis lifeline, is one of them.
pub(crate) fn is_help(number: &str) -> bool {
    number.len() <= if number.starts_with('+') { 6 } else { 4 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_is_short_everywhere() {
        // docs/emergency.md, which a test compares with what is dialled.
        for number in ["911", "933", "988", "999", "112", "000", "1669", "+3315", "+3318"] {
            assert!(is_help(number), "{number}");
        }
        // The shortest numbers of the plan: Niue, Saint Helena.
        for number in ["+15035550123", "+6834002", "+29022222", "5550123"] {
            assert!(!is_help(number), "{number}");
        }
    }
}
