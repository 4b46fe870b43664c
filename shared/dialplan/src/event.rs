//! The vocabulary of events.
//!
//! The consumers of the SNS topic parse these messages; names and shapes are a contract. No type here can hold
//! a telephone number of a caller or callee, nor anything that a caller typed.

use std::fmt::{self, Display};

use serde::{Serialize, Serializer};
use webhook::{CallSid, DialStatus, ErrorCode};

use crate::message::Message;
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
    pub fn message(&self, stage: &Stage, timestamp: &str) -> Message {
        Message::new(self, stage, timestamp)
    }
}

#[expect(clippy::ref_option, reason = "the signature is serde's")]
fn sid<S: Serializer>(sid: &Option<CallSid>, serializer: S) -> Result<S::Ok, S::Error> {
    sid.as_ref().map(CallSid::as_str).serialize(serializer)
}

#[expect(clippy::ref_option, reason = "the signature is serde's")]
fn error_code<S: Serializer>(code: &Option<ErrorCode>, serializer: S) -> Result<S::Ok, S::Error> {
    code.as_ref().map(ToString::to_string).serialize(serializer)
}
