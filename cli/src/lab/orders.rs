//! What a person, or a program, tells the lab to do.

use std::str::FromStr;

use lab::{Behaviour, Running};
use numbers::E164;

use super::transcript::Transcript;

/// An order: one line of standard input.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// What numbers outside do from here on.
    Behave(Behaviour),
    /// Those that ring outside answer.
    Answer,
    /// Those that ring or talk outside hang up.
    HangUp,
    /// Someone outside calls a number of the network.
    Call {
        to: String,
        from: String,
    },
    Quit,
}

/// Who calls from outside, if nobody says who.
const CALLER: &str = "+15035550199";

impl FromStr for Order {
    type Err = String;

    fn from_str(line: &str) -> Result<Self, String> {
        let words: Vec<_> = line.split_whitespace().collect();
        match *words.as_slice() {
            ["answer"] => Ok(Self::Answer),
            ["hangup"] => Ok(Self::HangUp),
            ["quit"] => Ok(Self::Quit),
            ["call", to] => Self::call(to, CALLER),
            ["call", to, from] => Self::call(to, from),
            [word] if Behaviour::from_str(word).is_ok() => {
                word.parse().map(Self::Behave).map_err(|error| format!("{error}"))
            }
            _ => Err(
                "write answers, rings, busy, invalid, not-owned, answer, hangup, call NUMBER [FROM] or quit"
                    .into(),
            ),
        }
    }
}

impl Order {
    fn call(to: &str, from: &str) -> Result<Self, String> {
        match E164::parse(to) {
            Ok(_) => Ok(Self::Call { to: to.to_owned(), from: from.to_owned() }),
            Err(_) => Err(format!("{to}: write the number as Twilio does, such as +15035550110")),
        }
    }

    pub(super) fn give(self, lab: &Running, transcript: &Transcript) {
        match self {
            Self::Behave(behaviour) => {
                lab.behave(behaviour);
                transcript.note(&format!("numbers outside, from here on: {behaviour}"));
            }
            Self::Answer => lab.answer(),
            Self::HangUp => lab.hang_up(),
            Self::Call { to, from } => lab.call_in(&from, &to),
            Self::Quit => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_words() {
        assert_eq!("busy".parse(), Ok(Order::Behave(Behaviour::Busy)));
        assert_eq!(" hangup ".parse(), Ok(Order::HangUp));
        let call = Order::Call { to: "+15035550110".into(), from: CALLER.into() };
        assert_eq!("call +15035550110".parse(), Ok(call));
        for wrong in ["", "call", "call lobby", "hang up", "BUSY"] {
            assert!(wrong.parse::<Order>().is_err(), "{wrong}");
        }
    }
}
