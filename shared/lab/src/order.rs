//! What a person, or a program, tells a lab to do.

use std::str::FromStr;

use numbers::E164;

use crate::outside::Behaviour;
use crate::running::Running;

/// An order: one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// What numbers outside do from here on.
    Behave(Behaviour),
    /// Those that ring outside answer.
    Answer,
    /// Those that ring or talk outside hang up.
    HangUp,
    /// Someone outside calls a number of the network.
    Call {
        /// The number.
        to: String,
        /// Who calls: a number, or what Twilio sends in place of one.
        from: String,
    },
    /// The lab ends.
    Quit,
}

/// Words that are no order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoOrder {
    /// The first word is none.
    #[error("write {ORDERS}")]
    Word,
    /// What is called is no number.
    #[error("{0}: write the number as Twilio does, such as +15035550110")]
    Number(String),
}

/// The orders, in words.
pub const ORDERS: &str =
    "answers, rings, busy, invalid, not-owned, answer, hangup, call NUMBER [FROM] or quit";

/// Who calls from outside, if nobody says who.
const CALLER: &str = "+15035550199";

impl FromStr for Order {
    type Err = NoOrder;

    fn from_str(line: &str) -> Result<Self, NoOrder> {
        let words: Vec<_> = line.split_whitespace().collect();
        match *words.as_slice() {
            ["answer"] => Ok(Self::Answer),
            ["hangup"] => Ok(Self::HangUp),
            ["quit"] => Ok(Self::Quit),
            ["call", to] => Self::call(to, CALLER),
            ["call", to, from] => Self::call(to, from),
            [word] => word.parse().map(Self::Behave).map_err(|_| NoOrder::Word),
            _ => Err(NoOrder::Word),
        }
    }
}

impl Order {
    fn call(to: &str, from: &str) -> Result<Self, NoOrder> {
        match E164::parse(to) {
            Ok(_) => Ok(Self::Call { to: to.to_owned(), from: from.to_owned() }),
            Err(_) => Err(NoOrder::Number(to.to_owned())),
        }
    }

    /// Has a lab follow it, and gives what to say of it. [`Self::Quit`] is for the host, which ends the lab.
    pub fn give(self, lab: &Running) -> Option<String> {
        match self {
            Self::Behave(behaviour) => {
                lab.behave(behaviour);
                return Some(format!("numbers outside, from here on: {behaviour}"));
            }
            Self::Answer => lab.answer(),
            Self::HangUp => lab.hang_up(),
            Self::Call { to, from } => lab.call_in(&from, &to),
            Self::Quit => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_words() {
        for behaviour in Behaviour::ALL {
            assert_eq!(behaviour.to_string().parse(), Ok(Order::Behave(*behaviour)));
            assert!(ORDERS.contains(&behaviour.to_string()), "{behaviour}");
        }
        assert_eq!(" hangup ".parse(), Ok(Order::HangUp));
        let call = |from: &str| Ok(Order::Call { to: "+15035550110".into(), from: from.into() });
        assert_eq!("call +15035550110".parse(), call(CALLER));
        assert_eq!("call +15035550110 anonymous".parse(), call("anonymous"));
        for wrong in ["", "call", "hang up", "BUSY"] {
            assert_eq!(wrong.parse::<Order>(), Err(NoOrder::Word), "{wrong}");
        }
        assert_eq!("call lobby".parse::<Order>(), Err(NoOrder::Number("lobby".into())));
    }
}
