//! The outcome of a decision.

use twiml::Response;

use crate::event::Event;
use crate::reason::Reason;

/// The answer to a request, and the events to report.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The answer, which says what Twilio does next. Callbacks that are only told something ignore it.
    pub reply: Response,
    /// The events, in order.
    pub events: Vec<Event>,
    /// The decision in a word, for logs.
    pub decision: Decision,
}

/// A decision in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Dials the telephone network.
    Pstn,
    /// Dials phones of this network.
    Extension,
    /// Dials the Asterisk server.
    Asterisk,
    /// Dials 911.
    Emergency,
    /// Dials 933, the test of it.
    AddressTest,
    /// Refuses the call.
    Refused(Reason),
    /// Asks again, since nothing was dialled.
    Silence,
    /// The call is over, or the caller gets dial tone again.
    Ended,
    /// Rings again phones that were not reached.
    RingAgain,
    /// Took note of something.
    Noted,
    /// Concerns another product or stage of the account.
    Ignored,
}

impl Decision {
    /// The word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pstn => "pstn",
            Self::Extension => "extension",
            Self::Asterisk => "asterisk",
            Self::Emergency => "emergency",
            Self::AddressTest => "address_test",
            Self::Refused(_) => "refused",
            Self::Silence => "silence",
            Self::Ended => "ended",
            Self::RingAgain => "ring_again",
            Self::Noted => "noted",
            Self::Ignored => "ignored",
        }
    }

    /// Why the call is refused, if it is.
    #[must_use]
    pub fn reason(self) -> Option<Reason> {
        match self {
            Self::Refused(reason) => Some(reason),
            _ => None,
        }
    }
}
