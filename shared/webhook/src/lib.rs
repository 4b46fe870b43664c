//! The language we are asked in: what Twilio sends, proven and typed.
//!
//! ```text
//! body, query --Form::parse--> Form --Verifier::verify--> proven --Call::from_form--> Call, DialEnd, ...
//! ```
//!
//! * [`Form`]: the parameters exactly as sent, blanks, order and duplicates included.
//! * [`Verifier`]: the `X-Twilio-Signature` check; [`sign`] is its other half, for a program that plays Twilio.
//! * [`Address`], [`SipUri`]: who calls and what was dialled, in every shape Twilio is known to send.
//! * [`Call`], [`DialEnd`], [`CallProgress`], [`Alert`]: the requests. Reading them cannot fail.
//!
//! Everything is synchronous and free of I/O. What Twilio sends is read leniently, because it adds parameters
//! without notice and phones send what they like; only the signature is strict.
//!
//! Nothing private leaks: types that hold a number, a user name, digits or a token print their shape only.
//!
//! ```
//! use webhook::{AuthTokens, Call, Content, Form, PublicUrl, Signed, Verifier, sign};
//!
//! let tokens = AuthTokens::parse("12345")?;
//! let form = Form::parse(b"From=sip%3Alobby%40demo.sip.twilio.com&To=sip%3A%2523%40demo.sip.twilio.com")?;
//! let signature = sign(tokens.first(), "https://voice.example.org/outgoing", Some(&form));
//!
//! let verifier = Verifier::new(tokens, &PublicUrl::parse("https://voice.example.org")?);
//! verifier.verify(&Signed {
//!     path: "/outgoing",
//!     query: None,
//!     signature: Some(signature.as_bytes()),
//!     content: Content::Form(&form),
//! })?;
//! assert_eq!(Call::from_form(&form).to.dialled(), "#");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod address;
mod alert;
mod call;
mod form;
mod host;
mod ids;
mod origin;
mod signature;
mod sip;
mod status;
mod token;

pub use address::Address;
pub use alert::{Alert, AlertLevel};
pub use call::{Call, CallProgress, DialEnd};
pub use form::{Form, FormError, MAX_BODY, MAX_FIELDS};
pub use host::{host_of, is_local, is_loopback, is_private};
pub use ids::{AccountSid, CallSid};
pub use origin::{PublicUrl, PublicUrlError};
pub use signature::{Content, Rejection, Signed, Verifier, lower_hex, sign};
pub use sip::{SipUri, encode_user, is_same_domain};
pub use status::{CallStatus, DialStatus, ErrorCode};
pub use token::{AuthToken, AuthTokens, TokenError};
