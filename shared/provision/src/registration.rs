//! How far Twilio is with the emergency address of a number.

use serde::{Serialize, Serializer};
use twilio::PhoneNumber;

/// Twilio's `emergency_address_status` of a number (<https://www.twilio.com/docs/voice/api/sip-emergency-calling>).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Registration {
    /// No address is registered: a call to 911 goes to a national centre and costs 75 USD.
    Unregistered,
    /// Twilio is registering the address.
    PendingRegistration,
    /// Emergency services know the address.
    Registered,
    /// Twilio could not register the address, and does not try again by itself.
    RegistrationFailure,
    /// Twilio is taking the address off, which takes up to half an hour.
    PendingUnregistration,
    /// Twilio could not take the address off.
    UnregistrationFailure,
    /// The file has the number, and the account does not. It is the one word here that is not Twilio's.
    Absent,
    /// A word that is not documented.
    Other(String),
}

impl Registration {
    /// The status of a number. A number that never had an address may have none.
    #[must_use]
    pub fn of(number: &PhoneNumber) -> Self {
        match number.emergency_address_status.as_str() {
            "" | "unregistered" => Self::Unregistered,
            "pending-registration" => Self::PendingRegistration,
            "registered" => Self::Registered,
            "registration-failure" => Self::RegistrationFailure,
            "pending-unregistration" => Self::PendingUnregistration,
            "unregistration-failure" => Self::UnregistrationFailure,
            other => Self::Other(other.to_owned()),
        }
    }

    /// Twilio's word, or `not-in-account`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Unregistered => "unregistered",
            Self::PendingRegistration => "pending-registration",
            Self::Registered => "registered",
            Self::RegistrationFailure => "registration-failure",
            Self::PendingUnregistration => "pending-unregistration",
            Self::UnregistrationFailure => "unregistration-failure",
            Self::Absent => "not-in-account",
            Self::Other(word) => word,
        }
    }
}

impl Serialize for Registration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// A number to which the file gives an address that emergency services do not know yet, or no longer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unregistered {
    /// In E.164 form.
    pub number: String,
    /// How far Twilio is with its address.
    pub status: Registration,
}

impl Unregistered {
    /// Whether Twilio tried and failed. It does not try again by itself.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        matches!(self.status, Registration::RegistrationFailure | Registration::UnregistrationFailure)
    }
}
