//! Countries that may be called, and prices of numbers.
//!
//! <https://www.twilio.com/docs/voice/api/dialing-permissions-resources>,
//! <https://www.twilio.com/docs/phone-numbers/pricing>.

use serde::Deserialize;

use crate::client::place;
use crate::hosts::Host;
use crate::lenient::{flag, or_default, text};
use crate::{Client, Fields, Result};

/// Whether a country may be called. The Caribbean countries of +1 have an entry each.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct CountryPermission {
    /// Two letters (ISO 3166).
    pub iso_code: String,
    /// Ordinary numbers.
    #[serde(default, deserialize_with = "flag")]
    pub low_risk_numbers_enabled: bool,
    /// Numbers that cost a lot.
    #[serde(default, deserialize_with = "flag")]
    pub high_risk_special_numbers_enabled: bool,
    /// Numbers that fraudsters like to call.
    #[serde(default, deserialize_with = "flag")]
    pub high_risk_tollfraud_numbers_enabled: bool,
}

/// The price of a kind of number per month, as Twilio writes it (`1.15`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct NumberPrice {
    /// `local`, `toll free`, `mobile`, `national`.
    pub number_type: String,
    /// Before discounts.
    #[serde(default, deserialize_with = "text")]
    pub base_price: String,
    /// The price that this account pays.
    #[serde(default, deserialize_with = "text")]
    pub current_price: String,
}

#[derive(Deserialize)]
struct CountryPrices {
    #[serde(default, deserialize_with = "text")]
    price_unit: String,
    #[serde(default, deserialize_with = "or_default")]
    phone_number_prices: Vec<NumberPrice>,
}

/// Permissions and prices.
///
/// # Errors
/// Each function fails as [`Error`](crate::Error) says.
impl Client {
    /// The dialling permissions, country by country.
    pub fn dialing_permissions(&self) -> Result<Vec<CountryPermission>> {
        self.list(Host::Voice, "/v1/DialingPermissions/Countries", &Fields::new())
    }

    /// The currency (`USD`), and what each kind of number of a country (two letters, ISO 3166) costs per month.
    pub fn number_prices(&self, country: &str) -> Result<(String, Vec<NumberPrice>)> {
        let place = place("/v1/PhoneNumbers/Countries/{}", &[country])?;
        let prices: CountryPrices = self.read(Host::Pricing, &place)?;
        Ok((prices.price_unit, prices.phone_number_prices))
    }
}
