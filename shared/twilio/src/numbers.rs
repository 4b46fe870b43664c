//! Phone numbers: those of the account, and those for sale.
//!
//! <https://www.twilio.com/docs/phone-numbers/api>.

use serde::Deserialize;

use crate::client::place;
use crate::hosts::Host;
use crate::lenient::{flag, or_default, text};
use crate::{Client, Fields, Result};

/// A number of the account. An empty text is something that is not set.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
pub struct PhoneNumber {
    /// `PN...`.
    pub sid: String,
    /// The number, `+` and digits.
    #[serde(default, deserialize_with = "text")]
    pub phone_number: String,
    /// Its name in the Console.
    #[serde(default, deserialize_with = "text")]
    pub friendly_name: String,
    /// The URL that decides calls.
    #[serde(default, deserialize_with = "text")]
    pub voice_url: String,
    /// `GET` or `POST`.
    #[serde(default, deserialize_with = "text")]
    pub voice_method: String,
    /// The URL that decides calls when `voice_url` fails.
    #[serde(default, deserialize_with = "text")]
    pub voice_fallback_url: String,
    /// `GET` or `POST`.
    #[serde(default, deserialize_with = "text")]
    pub voice_fallback_method: String,
    /// The URL that is told of the call's progress.
    #[serde(default, deserialize_with = "text")]
    pub status_callback: String,
    /// `GET` or `POST`.
    #[serde(default, deserialize_with = "text")]
    pub status_callback_method: String,
    /// `AP...`. If set, the application is asked rather than `voice_url`.
    #[serde(default, deserialize_with = "text")]
    pub voice_application_sid: String,
    /// `TK...`. If set, calls go to the trunk rather than to `voice_url`.
    #[serde(default, deserialize_with = "text")]
    pub trunk_sid: String,
    /// `voice` or `fax`. A number that takes faxes does not ask `voice_url`.
    #[serde(default, deserialize_with = "text")]
    pub voice_receive_mode: String,
    /// `AD...`: where the callers of 911 are.
    #[serde(default, deserialize_with = "text")]
    pub emergency_address_sid: String,
    /// Whether emergency services know that address: `registered`, `unregistered`, `pending-registration`, ...
    #[serde(default, deserialize_with = "text")]
    pub emergency_address_status: String,
    /// When anything of the number was changed last, as RFC 2822.
    #[serde(default, deserialize_with = "text")]
    pub date_updated: String,
    /// `AD...`: the address that the number's country asks for.
    #[serde(default, deserialize_with = "text")]
    pub address_sid: String,
    /// The number's capabilities.
    #[serde(default, deserialize_with = "or_default")]
    pub capabilities: Capabilities,
}

/// The capabilities of a number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub struct Capabilities {
    /// Make and take calls.
    #[serde(default, deserialize_with = "flag")]
    pub voice: bool,
}

/// A number for sale.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct AvailableNumber {
    /// The number, `+` and digits.
    pub phone_number: String,
    /// The town, as the network writes it; empty for toll-free numbers.
    #[serde(default, deserialize_with = "text")]
    pub locality: String,
    /// The state or province.
    #[serde(default, deserialize_with = "text")]
    pub region: String,
    /// The address needed to buy it: `none`, `any`, `local` or `foreign`.
    #[serde(default, deserialize_with = "text")]
    pub address_requirements: String,
}

/// The kinds of numbers that the United States and Canada have for sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NumberKind {
    /// A number of a place.
    Local,
    /// A number that costs its callers nothing.
    TollFree,
}

impl NumberKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Local => "Local",
            Self::TollFree => "TollFree",
        }
    }

    /// The kind's name in Twilio's price list (`number_type`).
    pub fn price_class(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::TollFree => "toll free",
        }
    }
}

crate::debug_shows!(PhoneNumber: sid, voice_application_sid, trunk_sid, emergency_address_sid, address_sid);

const NUMBERS: &str = "/IncomingPhoneNumbers.json";
const NUMBER: &str = "/IncomingPhoneNumbers/{}.json";
const AVAILABLE: &str = "/AvailablePhoneNumbers/{}/{}.json";

/// Phone numbers.
///
/// # Errors
/// Each function fails as [`Error`](crate::Error) says.
impl Client {
    /// All numbers of the account.
    pub fn numbers(&self) -> Result<Vec<PhoneNumber>> {
        self.list(Host::Api, NUMBERS, &Fields::new())
    }

    /// One number of the account.
    pub fn number(&self, sid: &str) -> Result<PhoneNumber> {
        self.read(Host::Api, &place(NUMBER, &[sid])?)
    }

    /// Buys a number (`+` and digits). This costs money, now and each month.
    pub fn buy_number(&self, phone_number: &str, fields: &Fields) -> Result<PhoneNumber> {
        self.create(NUMBERS, &fields.clone().with("PhoneNumber", phone_number))
    }

    /// Changes what the fields name and nothing else.
    pub fn update_number(&self, sid: &str, fields: &Fields) -> Result<PhoneNumber> {
        self.update(&place(NUMBER, &[sid])?, fields)
    }

    /// Gives a number back. Someone else may have it then.
    pub fn release_number(&self, sid: &str) -> Result<()> {
        self.delete(&place(NUMBER, &[sid])?)
    }

    /// Numbers for sale with which calls can be made: of a country (two letters, ISO 3166), and of an area code
    /// if one is given; `limit` of them at most.
    pub fn available_numbers(
        &self,
        country: &str,
        kind: NumberKind,
        area_code: Option<&str>,
        limit: u32,
    ) -> Result<Vec<AvailableNumber>> {
        let mut query = Fields::new().with("VoiceEnabled", "true");
        if let Some(area_code) = area_code {
            query = query.with("AreaCode", area_code);
        }
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        self.list_up_to(Host::Api, &place(AVAILABLE, &[country, kind.as_str()])?, &query, limit)
    }
}
