//! Plays Twilio against a running service: one call, walked through to its end.
//!
//! ```text
//! Script --what people do--> Walk --signed requests--> Service
//!                              |  <----- TwiML -------
//!                              +--what people hear--> Transcript --> Terminal
//! ```
//!
//! `exchange` knows what Twilio does with a document; this crate is its host without sound: everything is heard at once, and the
//! [`Script`] says which keys are pressed and how each Dial ends. The [`Service`] gets every request signed, as Twilio signs it. No
//! telephone rings, and Twilio is not asked.

mod ending;
mod error;
mod given;
mod script;
mod service;
mod terminal;
mod transcript;
mod walk;

pub use ending::{Ending, UnknownEnding};
pub use error::CallError;
pub use given::{credentials, random, service_url};
pub use script::Script;
pub use service::Service;
pub use terminal::Terminal;
pub use transcript::Transcript;
pub use walk::{End, Walk};
