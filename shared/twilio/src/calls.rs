//! The calls that there were.
//!
//! <https://www.twilio.com/docs/voice/api/call-resource>.

use serde::Deserialize;

use crate::hosts::Host;
use crate::lenient::text;
use crate::{Client, Fields, Result};

/// One leg of a call. Its `Debug` output does not say who called whom.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
pub struct CallRecord {
    /// `CA...`.
    pub sid: String,
    /// The caller: a number, or a `sip:` address.
    #[serde(default, deserialize_with = "text")]
    pub from: String,
    /// The called address.
    #[serde(default, deserialize_with = "text")]
    pub to: String,
    /// `completed`, `busy`, `no-answer`, ...
    #[serde(default, deserialize_with = "text")]
    pub status: String,
    /// `inbound`, `outbound-api`, `outbound-dial`.
    #[serde(default, deserialize_with = "text")]
    pub direction: String,
    /// When, as RFC 2822.
    #[serde(default, deserialize_with = "text")]
    pub start_time: String,
    /// For how long, in seconds; empty while it goes on.
    #[serde(default, deserialize_with = "text")]
    pub duration: String,
    /// The leg that it was dialled for; empty for a call that came from outside.
    #[serde(default, deserialize_with = "text")]
    pub parent_call_sid: String,
    /// The price as a negative decimal; empty until Twilio has reckoned.
    #[serde(default, deserialize_with = "text")]
    pub price: String,
}

crate::debug_shows!(CallRecord: sid, status, direction, start_time, duration);

/// Calls.
///
/// # Errors
/// Each function fails as [`Error`](crate::Error) says.
impl Client {
    /// The calls since the beginning of a day (`YYYY-MM-DD`, UTC), the latest first; `limit` of them at most.
    pub fn calls(&self, since_date: &str, limit: usize) -> Result<Vec<CallRecord>> {
        // The name ends in `>`, so that name, `=` and value read "at or after".
        self.list_up_to(Host::Api, "/Calls.json", &Fields::new().with("StartTime>", since_date), limit)
    }
}
