//! The log of errors and warnings.
//!
//! <https://www.twilio.com/docs/usage/monitor-alert>. Twilio keeps it for 30 days, and lists 10 000 at most.

use serde::Deserialize;

use crate::client::place;
use crate::hosts::Host;
use crate::lenient::text;
use crate::{Client, Fields, Result};

/// An error or a warning. Its `Debug` output does not say who called whom.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Alert {
    /// `NO...`.
    pub sid: String,
    /// The event, often as a form of its own.
    #[serde(default, deserialize_with = "text")]
    pub alert_text: String,
    /// Twilio's code (<https://www.twilio.com/docs/api/errors>), in digits.
    #[serde(default, deserialize_with = "text")]
    pub error_code: String,
    /// `error`, `warning`, `notice` or `debug`.
    #[serde(default, deserialize_with = "text")]
    pub log_level: String,
    /// When, as RFC 3339.
    #[serde(default, deserialize_with = "text")]
    pub date_created: String,
    /// The URL that Twilio asked for, if it asked; for some codes a `sip:` address.
    #[serde(default, deserialize_with = "text")]
    pub request_url: String,
    /// The fields of that request, as a form. Empty in a list: ask for the alert itself.
    #[serde(default, deserialize_with = "text")]
    pub request_variables: String,
    /// The resource that it is about; mostly a call, `CA...`.
    #[serde(default, deserialize_with = "text")]
    pub resource_sid: String,
}

crate::debug_shows!(Alert: sid, error_code, log_level, date_created, resource_sid);

/// The log.
///
/// # Errors
/// Each function fails as [`Error`](crate::Error) says.
impl Client {
    /// The alerts of one level since a date (`YYYY-MM-DD`, or RFC 3339), the latest first; `limit` of them at
    /// most.
    pub fn alerts(&self, level: &str, start_date: &str, limit: usize) -> Result<Vec<Alert>> {
        let query = Fields::new().with("LogLevel", level).with("StartDate", start_date);
        self.list_up_to(Host::Monitor, "/v1/Alerts", &query, limit)
    }

    /// One alert with everything that Twilio knows of it.
    pub fn alert(&self, sid: &str) -> Result<Alert> {
        self.read(Host::Monitor, &place("/v1/Alerts/{}", &[sid])?)
    }
}
