//! The vocabulary of events, and the messages that carry them.
//!
//! The consumers of the SNS topic parse these messages; names and shapes are a contract. No type here can hold
//! a telephone number of a caller or callee, nor anything that a caller typed.

use std::fmt::{self, Display};

use serde::{Serialize, Serializer};
use webhook::{CallSid, DialStatus, ErrorCode};

use crate::network::{Extension, Stage};

/// What metrics call a phone that is not in the file.
pub(crate) const UNKNOWN: &str = "unknown";

/// Something that happened to a call, as it is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserEvent {
    /// A phone asked for a call. What became of it follows.
    DialOutgoing,
    /// A number in the telephone network is dialled.
    DialPstn,
    /// Phones of this network are dialled.
    DialExtension,
    /// The Asterisk server is dialled.
    DialSipAsterisk,
    /// An emergency service is dialled.
    DialEmergency,
    /// The call is refused; [`CallFacts::reason`] says why.
    Reject,
    /// A call from the telephone network rings a phone.
    DialSipE164,
    /// An outgoing Dial has ended.
    OutgoingCall,
    /// How it ended.
    OutgoingDialStatus(DialStatus),
    /// An incoming Dial has ended.
    IncomingCall,
    /// How it ended.
    IncomingDialStatus(DialStatus),
    /// Twilio gave an error code with the end of a Dial or of a leg.
    Error(ErrorCode),
    /// Twilio's debugger reported an error.
    TwilioError(ErrorCode),
}

impl Display for UserEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DialOutgoing => f.write_str("dial_outgoing"),
            Self::DialPstn => f.write_str("dial_pstn"),
            Self::DialExtension => f.write_str("dial_extension"),
            Self::DialSipAsterisk => f.write_str("dial_sip_asterisk"),
            Self::DialEmergency => f.write_str("dial_emergency"),
            Self::Reject => f.write_str("reject"),
            Self::DialSipE164 => f.write_str("dial_sip_e164"),
            Self::OutgoingCall => f.write_str("outgoing_call"),
            Self::OutgoingDialStatus(status) => write!(f, "outgoing_dialstatus_{}", status.as_str()),
            Self::IncomingCall => f.write_str("incoming_call"),
            Self::IncomingDialStatus(status) => write!(f, "incoming_dialstatus_{}", status.as_str()),
            Self::Error(code) => write!(f, "error-{code}"),
            Self::TwilioError(code) => write!(f, "twilio-error-{code}"),
        }
    }
}

/// Why a call is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// What was dialled is no number.
    InvalidNumber,
    /// The number's country is not in `allow`.
    CountryNotAllowed,
    /// The callee would be paid for the call.
    Premium,
    /// A short code without an entry, or a number that is tied to no place.
    SpecialService,
    /// On a block list.
    Blocked,
    /// The phone dialled itself.
    OwnNumber,
    /// The phone asked for its number to be hidden, which cannot be promised.
    CallerIdBlock,
    /// The phone may not call emergency services.
    EmergencyDisabled,
    /// The caller is no phone of this network.
    UnknownCaller,
    /// The caller's SIP domain is not this stage's.
    ForeignDomain,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 10] = [
        Self::InvalidNumber,
        Self::CountryNotAllowed,
        Self::Premium,
        Self::SpecialService,
        Self::Blocked,
        Self::OwnNumber,
        Self::CallerIdBlock,
        Self::EmergencyDisabled,
        Self::UnknownCaller,
        Self::ForeignDomain,
    ];

    /// The word for it in events.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidNumber => "invalid_number",
            Self::CountryNotAllowed => "country_not_allowed",
            Self::Premium => "premium",
            Self::SpecialService => "special_service",
            Self::Blocked => "blocked",
            Self::OwnNumber => "own_number",
            Self::CallerIdBlock => "caller_id_block",
            Self::EmergencyDisabled => "emergency_disabled",
            Self::UnknownCaller => "unknown_caller",
            Self::ForeignDomain => "foreign_domain",
        }
    }
}

/// Which way a call goes, seen from the phones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// A phone calls.
    Outgoing,
    /// A phone is called.
    Incoming,
}

/// What is known of the call when something happens to it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CallFacts {
    /// Twilio's name for the call.
    #[serde(serialize_with = "sid")]
    pub sid: Option<CallSid>,
    /// Which way it goes; nothing for an error that belongs to no call.
    pub direction: Option<Direction>,
    /// How its Dial ended.
    pub status: Option<&'static str>,
    /// For how long the parties talked, in seconds.
    pub duration_seconds: Option<u32>,
    /// Why it was refused.
    pub reason: Option<Reason>,
    /// Twilio's error code.
    #[serde(serialize_with = "error_code")]
    pub error_code: Option<ErrorCode>,
}

/// One event: what happened, to which phone, in which call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    name: UserEvent,
    endpoint: String,
    call: CallFacts,
}

impl Event {
    /// An event of a phone of the network, or of none that is known.
    #[must_use]
    pub fn new(name: UserEvent, phone: Option<&Extension>, call: CallFacts) -> Self {
        Self { name, endpoint: phone.map_or(UNKNOWN, Extension::endpoint).to_owned(), call }
    }

    /// What happened.
    #[must_use]
    pub fn name(&self) -> UserEvent {
        self.name
    }

    /// The phone, as metrics call it.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// What is known of the call.
    #[must_use]
    pub fn call(&self) -> &CallFacts {
        &self.call
    }

    /// The message for the topic.
    ///
    /// `timestamp` is ISO 8601 in UTC with microseconds: the consumers drop one of two equal lines, so no two
    /// messages of a process may carry the same.
    #[must_use]
    pub fn message(&self, stage: &Stage, timestamp: impl Into<String>) -> Message {
        Message {
            body: Body {
                timestamp: timestamp.into(),
                hostname: stage.metrics_host.clone(),
                event: Inner {
                    event: "UserEvent",
                    user_event: self.name.to_string(),
                    endpoint: self.endpoint.clone(),
                    channel: self.endpoint.clone(),
                },
                call: self.call.clone(),
            },
            stage: stage.name.clone(),
        }
    }
}

/// A message for the topic: the body that consumers parse, and what repeats it as attributes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    body: Body,
    stage: String,
}

impl Message {
    /// The JSON that consumers parse.
    #[must_use]
    pub fn json(&self) -> String {
        // Strings, numbers and nulls: there is nothing here that JSON cannot express.
        serde_json::to_string(&self.body).unwrap_or_default()
    }

    /// The stage that it comes from.
    #[must_use]
    pub fn stage(&self) -> &str {
        &self.stage
    }

    /// The attributes for subscription filters, each with its value.
    pub fn attributes(&self) -> impl Iterator<Item = (&'static str, &str)> {
        [
            ("event", Some(self.body.event.user_event.as_str())),
            ("stage", Some(self.stage.as_str())),
            ("endpoint", Some(self.body.event.endpoint.as_str())),
            ("reason", self.body.call.reason.map(Reason::as_str)),
        ]
        .into_iter()
        .filter_map(|(name, value)| value.map(|value| (name, value)))
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Body {
    timestamp: String,
    hostname: String,
    event: Inner,
    call: CallFacts,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Inner {
    #[serde(rename = "Event")]
    event: &'static str,
    #[serde(rename = "UserEvent")]
    user_event: String,
    endpoint: String,
    #[serde(rename = "Channel")]
    channel: String,
}

#[expect(clippy::ref_option, reason = "the signature is serde's")]
fn sid<S: Serializer>(sid: &Option<CallSid>, serializer: S) -> Result<S::Ok, S::Error> {
    sid.as_ref().map(CallSid::as_str).serialize(serializer)
}

#[expect(clippy::ref_option, reason = "the signature is serde's")]
fn error_code<S: Serializer>(code: &Option<ErrorCode>, serializer: S) -> Result<S::Ok, S::Error> {
    code.as_ref().map(ToString::to_string).serialize(serializer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::network;

    fn event() -> Event {
        let network = network();
        let call = CallFacts {
            sid: CallSid::parse("CA00000000000000000000000000000001"),
            direction: Some(Direction::Outgoing),
            status: Some("no-answer"),
            duration_seconds: Some(0),
            reason: Some(Reason::Premium),
            error_code: ErrorCode::parse("32009"),
        };
        let name = UserEvent::OutgoingDialStatus(DialStatus::NoAnswer);
        Event::new(name, network.extension("lobby"), call)
    }

    #[test]
    fn the_message_is_the_contract() {
        let message = event().message(network().stage(), "2026-06-20T18:04:05.123456Z");
        assert_eq!(
            message.json(),
            "{\"timestamp\":\"2026-06-20T18:04:05.123456Z\",\"hostname\":\"dialtone-prod\",\"event\":{\"Event\":\"UserEvent\",\
             \"UserEvent\":\"outgoing_dialstatus_no-answer\",\"endpoint\":\"lobby\",\"Channel\":\"lobby\"},\"call\":{\"sid\":\
             \"CA00000000000000000000000000000001\",\"direction\":\"outgoing\",\"status\":\"no-answer\",\"duration_seconds\":0,\
             \"reason\":\"premium\",\"error_code\":\"32009\"}}"
        );
        let attributes: Vec<_> = message.attributes().collect();
        assert_eq!(
            attributes,
            [
                ("event", "outgoing_dialstatus_no-answer"),
                ("stage", "prod"),
                ("endpoint", "lobby"),
                ("reason", "premium")
            ]
        );
    }

    #[test]
    fn what_is_not_known_is_null_and_has_no_attribute() {
        let message =
            Event::new(UserEvent::Reject, None, CallFacts::default()).message(network().stage(), "t");
        assert!(message.json().ends_with(
            "\"endpoint\":\"unknown\",\"Channel\":\"unknown\"},\"call\":{\"sid\":null,\"direction\":null,\"status\":null,\
             \"duration_seconds\":null,\"reason\":null,\"error_code\":null}}"
        ));
        assert_eq!(message.attributes().count(), 3);
    }

    #[test]
    fn a_reason_has_one_word_everywhere() {
        for reason in Reason::ALL {
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.as_str());
        }
    }
}
