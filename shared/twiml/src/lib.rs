//! TwiML, the language in which a webhook tells Twilio what to do with a call.
//!
//! Only the verbs that Dialtone speaks, as types: a document that these types can express is one that Twilio
//! accepts (names and limits from <https://www.twilio.com/docs/voice/twiml>). Pure: no I/O, no dependencies.
//!
//! ```
//! use twiml::{Dial, Noun, Response};
//!
//! let dial = Dial::new("/status/dial").caller_id("+15035550110").noun(Noun::number("+15035550123"));
//! assert_eq!(
//!     Response::new().dial(dial).to_string(),
//!     r#"<?xml version="1.0" encoding="UTF-8"?><Response><Dial answerOnBridge="true" callerId="+15035550110" action="/status/dial"><Number>+15035550123</Number></Dial></Response>"#,
//! );
//! ```
//!
//! A document holds dialled numbers, so its `Debug` output names the verbs and nothing else.

mod dial;
mod response;
mod xml;

pub use dial::{Dial, Noun};
pub use response::{Gather, Prompt, RejectReason, Response, Say, Verb};
