//! One event as the ledger keeps it.

use jiff::Timestamp;
use serde::Deserialize;
use webhook::{CallSid, ErrorCode};

use crate::phone::PhoneName;
use crate::words::{Ending, Way, What, Why};

/// The longest call that is believed, in seconds: Twilio's own limit is 24 hours
/// (<https://www.twilio.com/docs/voice/twiml/dial#timelimit>).
const LONGEST_CALL: u32 = 86_400;

/// One event: its kind, time, phone and call. It cannot hold a telephone number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// When it happened.
    pub at: Timestamp,
    /// The phone.
    pub phone: PhoneName,
    /// The kind of event.
    pub what: What,
    /// The call in which it happened.
    pub call: Option<CallSid>,
    /// The direction of the call.
    pub way: Way,
    /// How it ended, when that is what happened.
    pub ending: Ending,
    /// For how long the parties talked, in seconds.
    pub seconds: Option<u32>,
    /// Why it was refused.
    pub why: Option<Why>,
    /// Twilio's error code, when that is what happened.
    pub error: Option<ErrorCode>,
}

/// The proof of life or death in an event of a phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// Nothing.
    None,
    /// It is alive: it called, or it answered.
    Life,
    /// It could not be reached.
    Death,
    /// Somebody answered: this phone, or another one that shares its number.
    PerhapsLife,
}

impl Proof {
    pub(crate) fn code(self) -> i64 {
        match self {
            Self::None => 0,
            Self::Life => 1,
            Self::Death => 2,
            Self::PerhapsLife => 3,
        }
    }
}

impl Record {
    /// Reads a message as it goes to the topic, which is what `serve --events` writes a line of.
    ///
    /// Nothing, if it is no message of ours. Messages of older senders have no `call`, or a time without a zone, which
    /// is UTC.
    #[must_use]
    pub fn parse(json: &str) -> Option<Self> {
        let written: Written<'_> = serde_json::from_str(json).ok()?;
        let event = written.event;
        if event.event != "UserEvent" {
            return None;
        }
        let call = written.call.unwrap_or_default();
        let (what, detail) = split(&event.user_event);
        let at = time(&written.timestamp)?;
        let ending = match what {
            What::Reject => Ending::Refused,
            what if what.is_end() => Ending::of_status(detail),
            _ => Ending::None,
        };
        let why = call.reason.as_deref().map(|reason| Why::parse(reason).unwrap_or(Why::Other));
        Some(Self {
            at,
            phone: PhoneName::of_event(event.endpoint.as_deref().unwrap_or_default()),
            what,
            call: call.sid.as_deref().and_then(CallSid::parse),
            way: match (call.direction.as_deref().and_then(Way::parse), what) {
                (Some(way), _) => way,
                (None, What::DialIncoming | What::IncomingCall | What::IncomingEnded) => Way::Incoming,
                (None, What::Error | What::TwilioError | What::Other) => Way::Unknown,
                (None, _) => Way::Outgoing,
            },
            ending,
            seconds: call.duration_seconds.filter(|seconds| *seconds <= LONGEST_CALL),
            why: why.filter(|_| matches!(what, What::Reject | What::EmergencyRefused)),
            error: what.is_error().then(|| ErrorCode::parse(detail)).flatten(),
        })
    }

    /// The proof that it is about the phone. 32009: not registered; 32011: no timely answer; 32022: no acknowledgement.
    #[must_use]
    pub fn proof(&self) -> Proof {
        match self.what {
            _ if !self.phone.is_known() => Proof::None,
            What::DialOutgoing | What::Answered => Proof::Life,
            // Busy, too, is what a phone says that is there.
            What::IncomingEnded if matches!(self.ending, Ending::Completed | Ending::Busy) => {
                Proof::PerhapsLife
            }
            What::Error | What::TwilioError
                if self.error.is_some_and(|code| matches!(code.value(), 32_009 | 32_011 | 32_022)) =>
            {
                Proof::Death
            }
            _ => Proof::None,
        }
    }

    /// The detail that tells it apart from others of the same moment: a status, a reason or an error code.
    pub(crate) fn detail(&self) -> i64 {
        match self.what {
            What::Reject | What::EmergencyRefused => self.why.map_or(0, Why::code),
            _ => self.error.map_or(self.ending.code(), |code| i64::from(code.value())),
        }
    }
}

/// The name of an event, and what follows it in some.
fn split(name: &str) -> (What, &str) {
    for what in [What::OutgoingEnded, What::IncomingEnded] {
        if let Some(status) = name.strip_prefix(what.as_str()).and_then(|rest| rest.strip_prefix('_')) {
            // A sender of 2023 put the phone behind the status.
            return (what, status.split('_').next().unwrap_or_default());
        }
    }
    for what in [What::TwilioError, What::Error] {
        if let Some(code) = name.strip_prefix(what.as_str()).and_then(|rest| rest.strip_prefix('-')) {
            return (what, code);
        }
    }
    (What::parse(name).filter(|what| *what != What::Answered).unwrap_or(What::Other), "")
}

/// ISO 8601, with a zone or without one, which then is UTC.
fn time(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| {
        let civil: jiff::civil::DateTime = text.parse().ok()?;
        civil.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
    })
}

#[derive(Deserialize)]
struct Written<'a> {
    #[serde(borrow)]
    timestamp: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    event: WrittenEvent<'a>,
    #[serde(borrow, default)]
    call: Option<WrittenCall<'a>>,
}

#[derive(Deserialize)]
struct WrittenEvent<'a> {
    #[serde(rename = "Event", borrow)]
    event: std::borrow::Cow<'a, str>,
    #[serde(rename = "UserEvent", borrow)]
    user_event: std::borrow::Cow<'a, str>,
    #[serde(borrow, default)]
    endpoint: Option<std::borrow::Cow<'a, str>>,
}

#[derive(Deserialize, Default)]
struct WrittenCall<'a> {
    #[serde(borrow, default)]
    sid: Option<std::borrow::Cow<'a, str>>,
    #[serde(borrow, default)]
    direction: Option<std::borrow::Cow<'a, str>>,
    #[serde(default)]
    duration_seconds: Option<u32>,
    #[serde(borrow, default)]
    reason: Option<std::borrow::Cow<'a, str>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(name: &str, endpoint: &str) -> Record {
        let call = r#"{"sid":"CA00000000000000000000000000000001","direction":"outgoing","status":"busy","duration_seconds":7,"reason":null,"error_code":null}"#;
        Record::parse(&format!(
            r#"{{"timestamp":"2026-06-20T18:04:05.123456Z","hostname":"h","event":{{"Event":"UserEvent","UserEvent":"{name}","endpoint":"{endpoint}","Channel":"{endpoint}"}},"call":{call}}}"#
        ))
        .unwrap()
    }

    #[test]
    fn every_name_of_the_contract_is_known() {
        for (name, what, detail) in [
            ("dial_outgoing", What::DialOutgoing, 0),
            ("dial_pstn", What::DialPstn, 0),
            ("dial_address_test", What::DialAddressTest, 0),
            ("emergency_refused", What::EmergencyRefused, 0),
            ("emergency_failed", What::EmergencyFailed, 0),
            ("reject", What::Reject, 0),
            ("outgoing_dialstatus_no-answer", What::OutgoingEnded, Ending::NoAnswer.code()),
            ("incoming_dialstatus_busy_lobby", What::IncomingEnded, Ending::Busy.code()),
            ("error-32009", What::Error, 32_009),
            ("twilio-error-13224", What::TwilioError, 13_224),
            ("call_911_notify", What::Other, 0),
            ("answered", What::Other, 0),
        ] {
            let record = record(name, "lobby");
            assert_eq!((record.what, record.detail()), (what, detail), "{name}");
        }
        for event in [dialplan::UserEvent::DialEmergency, dialplan::UserEvent::DialSipE164] {
            assert_ne!(record(&event.to_string(), "x").what, What::Other);
        }
    }

    #[test]
    fn only_a_phone_that_is_known_proves_something() {
        assert_eq!(record("dial_outgoing", "lobby").proof(), Proof::Life);
        assert_eq!(record("dial_outgoing", "unknown").proof(), Proof::None);
        assert_eq!(record("dial_outgoing", "+15035550100").proof(), Proof::None);
        assert_eq!(record("error-32011", "lobby").proof(), Proof::Death);
        assert_eq!(record("twilio-error-13224", "lobby").proof(), Proof::None);
        assert_eq!(record("incoming_dialstatus_completed", "lobby").proof(), Proof::PerhapsLife);
    }

    #[test]
    fn messages_of_older_senders_are_read() {
        let old = r#"{"timestamp":"2026-06-20T18:04:05.123456","hostname":"h","event":{"Event":"UserEvent","endpoint":"alpha","Channel":"alpha","UserEvent":"incoming_call"}}"#;
        let record = Record::parse(old).unwrap();
        assert_eq!((record.way, record.call), (Way::Incoming, None));
        assert_eq!(record.at, "2026-06-20T18:04:05.123456Z".parse().unwrap());
        for other in
            ["", "{}", "null", r#"{"timestamp":"x","event":{"Event":"UserEvent","UserEvent":"reject"}}"#]
        {
            assert_eq!(Record::parse(other), None, "{other}");
        }
    }
}
