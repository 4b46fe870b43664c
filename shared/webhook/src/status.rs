//! The closed sets of words in Twilio's requests.

use std::fmt;

/// Twilio's words for the variants of a set that has `Unknown` besides.
macro_rules! words {
    ($set:ident { $($variant:ident: $word:literal,)+ }) => {
        impl $set {
            const ALL: &[Self] = &[$(Self::$variant),+];

            /// Reads Twilio's word, in any case and with blanks around it; others are `Unknown`.
            #[must_use]
            pub fn parse(text: &str) -> Self {
                let is_named = |status: &Self| status.as_str().eq_ignore_ascii_case(text.trim());
                Self::ALL.iter().copied().find(is_named).unwrap_or_default()
            }

            /// Twilio's word, or `unknown`.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                    Self::Unknown => "unknown",
                }
            }
        }
    };
}

/// The state of a leg: `CallStatus` (<https://www.twilio.com/docs/voice/twiml>).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum CallStatus {
    /// Accepted by Twilio, not begun.
    Queued,
    /// Twilio starts to place the leg.
    Initiated,
    /// The other side rings, or the caller hears ringing.
    Ringing,
    /// Answered, and alive.
    InProgress,
    /// Answered, and over.
    Completed,
    /// The other side was busy.
    Busy,
    /// Could not be placed.
    Failed,
    /// Nobody answered in time.
    NoAnswer,
    /// Given up before it was answered.
    Canceled,
    /// Absent, or a word Twilio did not have when this was written.
    #[default]
    Unknown,
}

words!(CallStatus {
    Queued: "queued",
    Initiated: "initiated",
    Ringing: "ringing",
    InProgress: "in-progress",
    Completed: "completed",
    Busy: "busy",
    Failed: "failed",
    NoAnswer: "no-answer",
    Canceled: "canceled",
});

/// How a `<Dial>` ended: `DialCallStatus` (<https://www.twilio.com/docs/voice/twiml/dial>).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DialStatus {
    /// Answered, and over.
    Completed,
    /// Answered; documented for conferences.
    Answered,
    /// The other side was busy.
    Busy,
    /// Nobody answered in time, or the phone is not registered (then with error 32009).
    NoAnswer,
    /// Could not be placed.
    Failed,
    /// The caller hung up first.
    Canceled,
    /// Absent, or a word Twilio did not have when this was written.
    #[default]
    Unknown,
}

words!(DialStatus {
    Completed: "completed",
    Answered: "answered",
    Busy: "busy",
    NoAnswer: "no-answer",
    Failed: "failed",
    Canceled: "canceled",
});

/// A Twilio error or warning (<https://www.twilio.com/docs/api/errors>): 32009 is a phone that is not registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ErrorCode(u32);

impl ErrorCode {
    /// Reads one to six digits above zero; a comma or blank and any text may follow, as in the debugger's
    /// `32009,Your TwiML tried to Dial...`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.trim().split([',', ' ']).next()?;
        if !(1..=6).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        digits.parse().ok().filter(|&code| code > 0).map(Self)
    }

    /// The number.
    #[must_use]
    pub fn value(self) -> u32 {
        self.0
    }

    /// Whether it says that a phone cannot be reached: 32009, it is not registered; 32011, it does not answer.
    #[must_use]
    pub fn is_unreachable(self) -> bool {
        matches!(self.0, 32009 | 32011)
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn call_statuses_are_twilios_words() {
        for status in CallStatus::ALL {
            assert_eq!(CallStatus::parse(status.as_str()), *status);
        }
        assert_eq!(CallStatus::parse(" In-Progress\n"), CallStatus::InProgress);
        for other in ["", "answered", "in progress", "cancelled", "unknown", "+15035550100"] {
            assert_eq!(CallStatus::parse(other).as_str(), "unknown");
        }
    }

    #[test]
    fn dial_statuses_are_twilios_words() {
        for status in DialStatus::ALL {
            assert_eq!(DialStatus::parse(status.as_str()), *status);
        }
        assert_eq!(DialStatus::parse("NO-ANSWER "), DialStatus::NoAnswer);
        for other in ["", "in-progress", "no_answer", "unknown"] {
            assert_eq!(DialStatus::parse(other).as_str(), "unknown");
        }
    }

    #[test]
    fn error_codes_are_one_to_six_digits() {
        let code = |text| ErrorCode::parse(text).map(ErrorCode::value);
        assert_eq!(code("32009"), Some(32009));
        assert_eq!(code(" 13224\n"), Some(13224));
        assert_eq!(code("32009,Your TwiML tried to Dial"), Some(32009));
        assert_eq!(code("32009 Your TwiML"), Some(32009));
        assert_eq!(code("032011"), Some(32011));
        for wrong in
            ["", "0", "000000", "+32009", "-1", "1234567", "15035550100", "32009x", "x", "\u{0663}", ","]
        {
            assert_eq!(code(wrong), None, "{wrong}");
        }
        assert_eq!(ErrorCode::parse("32009").unwrap().to_string(), "32009");
    }
}
