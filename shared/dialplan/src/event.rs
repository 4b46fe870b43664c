//! The vocabulary of events.
//!
//! The consumers of the SNS topic parse these messages; names and shapes are a contract. No type here can hold
//! a telephone number of a caller or callee, nor anything that a caller typed.

use std::fmt::{self, Display};

use network::{Extension, UNKNOWN};
use serde::{Serialize, Serializer};
use webhook::{CallSid, DialStatus, ErrorCode};

use crate::reason::Reason;

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
    /// Help is dialled, for real.
    DialEmergency,
    /// 933 is dialled, which reads back what 911 would get.
    DialAddressTest,
    /// A phone that may not call for help tried to.
    EmergencyRefused,
    /// A call for help was connected to nobody.
    EmergencyFailed,
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

impl UserEvent {
    /// Those with one name each, which carries neither a status nor an error code.
    pub const PLAIN: [Self; 12] = [
        Self::DialOutgoing,
        Self::DialPstn,
        Self::DialExtension,
        Self::DialSipAsterisk,
        Self::DialEmergency,
        Self::DialAddressTest,
        Self::EmergencyRefused,
        Self::EmergencyFailed,
        Self::Reject,
        Self::DialSipE164,
        Self::OutgoingCall,
        Self::IncomingCall,
    ];
}

impl Display for UserEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DialOutgoing => f.write_str("dial_outgoing"),
            Self::DialPstn => f.write_str("dial_pstn"),
            Self::DialExtension => f.write_str("dial_extension"),
            Self::DialSipAsterisk => f.write_str("dial_sip_asterisk"),
            Self::DialEmergency => f.write_str("dial_emergency"),
            Self::DialAddressTest => f.write_str("dial_address_test"),
            Self::EmergencyRefused => f.write_str("emergency_refused"),
            Self::EmergencyFailed => f.write_str("emergency_failed"),
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

/// The direction of a call, seen from the phones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// A phone calls.
    Outgoing,
    /// A phone is called.
    Incoming,
}

/// The facts known about the call when something happens to it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CallFacts {
    /// Twilio's name for the call.
    #[serde(serialize_with = "sid")]
    pub sid: Option<CallSid>,
    /// The direction; nothing for an error that belongs to no call.
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

    /// The name of the event.
    #[must_use]
    pub fn name(&self) -> UserEvent {
        self.name
    }

    /// The phone, as metrics call it.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The facts of the call.
    #[must_use]
    pub fn call(&self) -> &CallFacts {
        &self.call
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
