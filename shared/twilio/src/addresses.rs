//! Addresses: where somebody is, which emergency services and some countries ask for.
//!
//! <https://www.twilio.com/docs/usage/api/address>.

use serde::Deserialize;

use crate::client::place;
use crate::hosts::Host;
use crate::lenient::{flag, text};
use crate::{Client, Fields, Result};

/// An address of the account's. Its `Debug` output does not say where it is.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Address {
    /// `AD...`.
    pub sid: String,
    /// Its name.
    #[serde(default, deserialize_with = "text")]
    pub friendly_name: String,
    /// The customer at the address.
    #[serde(default, deserialize_with = "text")]
    pub customer_name: String,
    /// House number and street.
    #[serde(default, deserialize_with = "text")]
    pub street: String,
    /// Suite, floor, flat.
    #[serde(default, deserialize_with = "text")]
    pub street_secondary: String,
    /// Town.
    #[serde(default, deserialize_with = "text")]
    pub city: String,
    /// State or province.
    #[serde(default, deserialize_with = "text")]
    pub region: String,
    /// Postal code.
    #[serde(default, deserialize_with = "text")]
    pub postal_code: String,
    /// Two letters (ISO 3166).
    #[serde(default, deserialize_with = "text")]
    pub iso_country: String,
    /// Whether emergency calls may be made from there.
    #[serde(default, deserialize_with = "flag")]
    pub emergency_enabled: bool,
    /// Whether Twilio found it.
    #[serde(default, deserialize_with = "flag")]
    pub validated: bool,
}

crate::debug_shows!(Address: sid, iso_country, emergency_enabled, validated);

const ADDRESSES: &str = "/Addresses.json";
const ADDRESS: &str = "/Addresses/{}.json";

/// Addresses.
///
/// # Errors
/// Each function fails as [`Error`](crate::Error) says.
impl Client {
    /// All addresses of the account.
    pub fn addresses(&self) -> Result<Vec<Address>> {
        self.list(Host::Api, ADDRESSES, &Fields::new())
    }

    /// The address that a number names, also while the list of all does not show it yet.
    pub fn address(&self, sid: &str) -> Result<Address> {
        self.read(Host::Api, &place(ADDRESS, &[sid])?)
    }

    /// Makes an address. `CustomerName`, `Street`, `City`, `Region`, `PostalCode` and `IsoCountry` are needed.
    pub fn create_address(&self, fields: &Fields) -> Result<Address> {
        self.create(ADDRESSES, fields)
    }

    /// Changes what the fields name and nothing else. The country stays.
    pub fn update_address(&self, sid: &str, fields: &Fields) -> Result<Address> {
        self.update(&place(ADDRESS, &[sid])?, fields)
    }

    /// Deletes an address. Twilio refuses while a number uses it.
    pub fn delete_address(&self, sid: &str) -> Result<()> {
        self.delete(&place(ADDRESS, &[sid])?)
    }
}
