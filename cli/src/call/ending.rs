//! How a Dial ends.

use clap::ValueEnum;
use webhook::{CallStatus, DialStatus};

use super::document::Element;

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
            Self::Unreachable => "unreachable",
            _ => self.dial_status().as_str(),
        }
    }

    /// Reads what a person answers; nothing is the usual ending.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        match text.trim() {
            "" => Ok(Self::Completed),
            text => Self::from_str(text, true),
        }
    }

    /// `DialCallStatus`.
    pub(super) fn dial_status(self) -> DialStatus {
        match self {
            Self::Completed => DialStatus::Completed,
            Self::Busy => DialStatus::Busy,
            Self::NoAnswer | Self::Unreachable => DialStatus::NoAnswer,
            Self::Failed => DialStatus::Failed,
            Self::Canceled => DialStatus::Canceled,
        }
    }

    /// `CallStatus` of the leg that rang, the `first` or another. Only one leg can be answered: the others are
    /// given up.
    pub(super) fn leg_status(self, first: bool) -> CallStatus {
        match self {
            Self::Completed if first => CallStatus::Completed,
            Self::Completed | Self::Canceled => CallStatus::Canceled,
            Self::Busy => CallStatus::Busy,
            Self::NoAnswer | Self::Unreachable => CallStatus::NoAnswer,
            Self::Failed => CallStatus::Failed,
        }
    }

    /// `DialSipResponseCode`, where the phone itself answers. A phone that is not registered does not.
    pub(super) fn sip_response(self) -> Option<u16> {
        match self {
            Self::Completed => Some(200),
            Self::Busy => Some(486),
            Self::NoAnswer | Self::Canceled => Some(487),
            Self::Failed | Self::Unreachable => None,
        }
    }
}

/// Someone whom a Dial rings.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Leg {
    pub(super) sid: String,
    /// The number, or the whole SIP URI.
    pub(super) target: String,
    pub(super) is_sip: bool,
    /// Where the end of the leg is reported.
    pub(super) callback: Option<String>,
    pub(super) callback_method: Option<String>,
}

impl Leg {
    /// The legs of a `<Dial>`. Text that stands alone in it is a number.
    pub(super) fn of(dial: &Element) -> Vec<Self> {
        let bare = (!dial.text.is_empty()).then(|| Self::new(dial.text.clone(), false));
        dial.children.iter().map(Self::from_noun).chain(bare).collect()
    }

    fn new(target: String, is_sip: bool) -> Self {
        Self { sid: super::caller::sid("CA"), target, is_sip, callback: None, callback_method: None }
    }

    fn from_noun(noun: &Element) -> Self {
        let target = match noun.name.as_str() {
            "Number" | "Sip" => noun.text.clone(),
            other => format!("{} {}", other.to_lowercase(), noun.text),
        };
        // Without a list of events, the end is the one that is reported.
        let events = noun.attribute("statusCallbackEvent").unwrap_or("completed");
        let is_reported = events.split_whitespace().any(|event| event == "completed");
        Self {
            callback: noun.attribute("statusCallback").filter(|_| is_reported).map(str::to_owned),
            callback_method: noun.attribute("statusCallbackMethod").map(str::to_owned),
            ..Self::new(target, noun.name == "Sip")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::document;

    #[test]
    fn a_person_answers_with_a_word_or_nothing() {
        assert_eq!(Ending::read(" \n"), Ok(Ending::Completed));
        assert_eq!(Ending::read("No-Answer"), Ok(Ending::NoAnswer));
        assert!(Ending::read("x").is_err());
        for ending in Ending::value_variants() {
            assert_eq!(Ending::read(ending.as_str()), Ok(*ending));
        }
    }

    #[test]
    fn legs_are_nouns_or_a_bare_number() {
        let dial = |text: &str| document::parse(&format!("<Response>{text}</Response>")).unwrap();
        let root = dial(
            "<Dial><Sip statusCallback=\"/c\" statusCallbackEvent=\"completed\">sip:a@h</Sip>\
             <Number statusCallback=\"/c\" statusCallbackEvent=\"ringing answered\">+1</Number>\
             <Number statusCallback=\"/c\">911</Number><Conference>room</Conference></Dial>",
        );
        let legs = Leg::of(&root.children[0]);
        let found: Vec<_> =
            legs.iter().map(|leg| (leg.target.as_str(), leg.is_sip, leg.callback.as_deref())).collect();
        assert_eq!(
            found,
            [
                ("sip:a@h", true, Some("/c")),
                ("+1", false, None),
                ("911", false, Some("/c")),
                ("conference room", false, None)
            ]
        );
        let root = dial("<Dial>+15035550123</Dial>");
        assert_eq!(Leg::of(&root.children[0])[0].target, "+15035550123");
    }
}
