//! The fields of Twilio's resources: one table for each kind, which comparing and performing both read.

use network::PostalAddress;
use serde::Serialize;
use twilio::{Address, Fields, PhoneNumber, SipDomain};

use crate::wishes::{DomainWish, NumberSettings};

/// One field of a resource `R`, and what `W` wants of it.
pub(crate) struct Field<W: 'static, R: 'static> {
    /// How plans call it.
    name: &'static str,
    /// Twilio's parameter.
    parameter: &'static str,
    wanted: fn(&W) -> String,
    current: fn(&R) -> String,
}

/// A field that changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldChange {
    /// Its name.
    pub name: &'static str,
    /// The current value.
    pub from: String,
    /// The wanted value.
    pub to: String,
    /// Twilio's parameter.
    #[serde(skip)]
    pub(crate) parameter: &'static str,
    /// The value for Twilio, where people read something else.
    #[serde(skip)]
    pub(crate) sid: Option<String>,
}

impl FieldChange {
    /// A field under Twilio's own name, with what it is and what it will be.
    #[must_use]
    pub fn new(name: &'static str, from: String, to: String) -> Self {
        Self { name, from, to, parameter: name, sid: None }
    }
}

/// The fields that are not as they are wanted.
pub(crate) fn differences<W, R>(table: &[Field<W, R>], wanted: &W, found: &R) -> Vec<FieldChange> {
    let change = |field: &Field<W, R>| FieldChange {
        parameter: field.parameter,
        ..FieldChange::new(field.name, (field.current)(found), (field.wanted)(wanted))
    };
    table.iter().map(change).filter(|change| change.from != change.to).collect()
}

/// The current values of all fields.
pub(crate) fn values<W, R>(table: &[Field<W, R>], found: &R) -> Vec<String> {
    table.iter().map(|field| (field.current)(found)).collect()
}

/// All fields, for a resource that is not there yet.
pub(crate) fn settings<W, R>(table: &[Field<W, R>], wanted: &W) -> Vec<FieldChange> {
    let change = |field: &Field<W, R>| FieldChange {
        parameter: field.parameter,
        ..FieldChange::new(field.name, String::new(), (field.wanted)(wanted))
    };
    table.iter().map(change).collect()
}

/// The parameters of a change.
pub(crate) fn parameters(changes: &[FieldChange]) -> Fields {
    let value = |change: &FieldChange| change.sid.clone().unwrap_or_else(|| change.to.clone());
    changes.iter().fold(Fields::default(), |all, change| all.with(change.parameter, value(change)))
}

/// The parameters of a new resource: fields without a value are left out.
pub(crate) fn parameters_of_new(changes: &[FieldChange]) -> Fields {
    let set: Vec<_> = changes.iter().filter(|change| !change.to.is_empty()).cloned().collect();
    parameters(&set)
}

/// A field whose name is Twilio's parameter.
pub(crate) const fn field<W, R>(
    name: &'static str,
    wanted: fn(&W) -> String,
    current: fn(&R) -> String,
) -> Field<W, R> {
    Field { name, parameter: name, wanted, current }
}

/// The mode of a number that takes calls, rather than faxes.
const VOICE: &str = "voice";

/// A number (<https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource>). An application or a trunk
/// would win over the voice URL, so there is none.
pub(crate) const NUMBER: &[Field<NumberSettings, PhoneNumber>] = &[
    field("FriendlyName", |wish| wish.friendly_name.clone(), |number| number.friendly_name.clone()),
    field("VoiceUrl", |wish| wish.voice_url.clone(), |number| number.voice_url.clone()),
    field("VoiceMethod", |_| "POST".into(), |number| number.voice_method.clone()),
    field("VoiceFallbackUrl", |wish| wish.fallback_url.clone(), |number| number.voice_fallback_url.clone()),
    field("VoiceFallbackMethod", |_| "POST".into(), |number| number.voice_fallback_method.clone()),
    field("StatusCallback", |wish| wish.status_url.clone(), |number| number.status_callback.clone()),
    field("StatusCallbackMethod", |_| "POST".into(), |number| number.status_callback_method.clone()),
    field("VoiceApplicationSid", |_| String::new(), |number| number.voice_application_sid.clone()),
    field("TrunkSid", |_| String::new(), |number| number.trunk_sid.clone()),
    // Twilio takes calls unless it is told to take faxes, also where it does not say so.
    field(
        "VoiceReceiveMode",
        |_| VOICE.into(),
        |number| match number.voice_receive_mode.as_str() {
            "" => VOICE.into(),
            mode => mode.to_owned(),
        },
    ),
];

/// The wanted settings of a SIP domain, with the SID of the number that 911 sees.
pub(crate) struct DomainSettings {
    pub(crate) wish: DomainWish,
    /// `PN…`, or blank where Twilio does not answer emergency calls.
    pub(crate) emergency_caller: String,
}

/// The one field of a domain that holds a SID while people know the number.
pub(crate) const EMERGENCY_CALLER: &str = "EmergencyCallerSid";

/// A SIP domain (<https://www.twilio.com/docs/voice/sip/api/sip-domain-resource>).
pub(crate) const DOMAIN: &[Field<DomainSettings, SipDomain>] = &[
    field("FriendlyName", |want| want.wish.friendly_name.clone(), |domain| domain.friendly_name.clone()),
    field("SipRegistration", |_| true.to_string(), |domain| domain.sip_registration.to_string()),
    field("VoiceUrl", |want| want.wish.voice_url.clone(), |domain| domain.voice_url.clone()),
    field("VoiceMethod", |_| "POST".into(), |domain| domain.voice_method.clone()),
    field(
        "VoiceFallbackUrl",
        |want| want.wish.fallback_url.clone(),
        |domain| domain.voice_fallback_url.clone(),
    ),
    field("VoiceFallbackMethod", |_| "POST".into(), |domain| domain.voice_fallback_method.clone()),
    field(
        "VoiceStatusCallbackUrl",
        |want| want.wish.status_url.clone(),
        |domain| domain.voice_status_callback_url.clone(),
    ),
    field(
        "VoiceStatusCallbackMethod",
        |_| "POST".into(),
        |domain| domain.voice_status_callback_method.clone(),
    ),
    field(
        "EmergencyCallingEnabled",
        |want| want.wish.emergency_calling.to_string(),
        |domain| domain.emergency_calling_enabled.to_string(),
    ),
    field(
        EMERGENCY_CALLER,
        |want| want.emergency_caller.clone(),
        |domain| domain.emergency_caller_sid.clone(),
    ),
    field("Secure", |want| want.wish.secure.to_string(), |domain| domain.secure.to_string()),
];

/// An address (<https://www.twilio.com/docs/usage/api/address>). Twilio corrects what it gets, so addresses are compared
/// by place (`place.rs`) and never changed.
pub(crate) const ADDRESS: &[Field<PostalAddress, Address>] = &[
    of_address("customer", "CustomerName", |wish| wish.customer.clone(), |found| found.customer_name.clone()),
    of_address("street", "Street", |wish| wish.street.clone(), |found| found.street.clone()),
    of_address(
        "unit",
        "StreetSecondary",
        |wish| wish.unit.clone().unwrap_or_default(),
        |found| found.street_secondary.clone(),
    ),
    of_address("city", "City", |wish| wish.city.clone(), |found| found.city.clone()),
    of_address("region", "Region", |wish| wish.region.clone(), |found| found.region.clone()),
    of_address(
        "postal_code",
        "PostalCode",
        |wish| wish.postal_code.clone(),
        |found| found.postal_code.clone(),
    ),
    of_address("country", "IsoCountry", |wish| wish.country.to_string(), |found| found.iso_country.clone()),
];

const fn of_address(
    name: &'static str,
    parameter: &'static str,
    wanted: fn(&PostalAddress) -> String,
    current: fn(&Address) -> String,
) -> Field<PostalAddress, Address> {
    Field { name, parameter, wanted, current }
}
