//! Text messages and spoken calls that the account itself begins.
//!
//! <https://www.twilio.com/docs/messaging/api/message-resource>, <https://www.twilio.com/docs/voice/api/call-resource>.

use serde::Deserialize;

use crate::client::place;
use crate::hosts::Host;
use crate::lenient::text;
use crate::{Client, Fields, Result};

/// The outcome of a message or a call. Its `Debug` output names it by its SID alone.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Sent {
    /// `SM...` or `CA...`.
    pub sid: String,
    /// Of a message `queued`, `sent`, `delivered`, `undelivered`, `failed`; of a call `queued`, `ringing`,
    /// `in-progress`, `completed`, `busy`, `no-answer`, `failed`, `canceled`.
    #[serde(default, deserialize_with = "text")]
    pub status: String,
}

/// Messages and calls.
///
/// # Errors
/// Each function fails as [`Error`](crate::Error) says.
impl Client {
    /// Sends a text message. Twilio has taken it; whether it arrives is what [`message`](Self::message) tells later.
    pub fn send_message(&self, to: &str, from: &str, body: &str) -> Result<Sent> {
        self.create("/Messages.json", &Fields::new().with("To", to).with("From", from).with("Body", body))
    }

    /// A message, as it stands now.
    pub fn message(&self, sid: &str) -> Result<Sent> {
        self.read(Host::Api, &place("/Messages/{}.json", &[sid])?)
    }

    /// Calls somebody and plays a document, which may have 4,000 characters (32018).
    pub fn place_call(&self, to: &str, from: &str, twiml: &str) -> Result<Sent> {
        self.create("/Calls.json", &Fields::new().with("To", to).with("From", from).with("Twiml", twiml))
    }

    /// A call, as it stands now.
    pub fn call(&self, sid: &str) -> Result<Sent> {
        self.read(Host::Api, &place("/Calls/{}.json", &[sid])?)
    }
}
