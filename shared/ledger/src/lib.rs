//! The ledger: calls, and the health of phones, in SQLite.
//!
//! ```text
//! journal, log files, `aws logs` exports --Record::parse--+
//! Twilio's lists of calls and alerts --of_twilio----------+--> Ledger::take --> calls, phones, counts
//! ```
//!
//! * [`Ledger::take`] is idempotent, and the order of what it takes makes no difference. The same events twice give the
//!   same ledger; late and repeated ones never move time back.
//! * No telephone number is ever in the file: a [`PhoneName`] cannot be one, and everything else is a number of a
//!   closed set ([`What`], [`Destination`], [`Ending`], [`Why`]), a time, a duration, a country or a call's SID.
//! * [`Health`] is the last proof of life and the last proof of death, each with its age.

mod calls;
mod counts;
mod error;
mod forget;
mod health;
mod news;
mod notices;
mod of_twilio;
mod open;
mod phone;
mod record;
mod registrations;
pub mod say;
pub mod show;
mod take;
#[cfg(test)]
mod tests;
mod words;

pub use calls::{Call, Filter, Happening};
pub use counts::{Count, Day};
pub use error::{Error, Result};
pub use health::{Death, Health, Life, Sign, State};
pub use news::News;
pub use notices::Notice;
pub use of_twilio::{Leg, of_alerts, of_calls};
pub use open::{Access, Ledger};
pub use phone::PhoneName;
pub use record::{Proof, Record};
pub use take::Taken;
pub use words::{Channel, Destination, Ending, Help, Way, What, Why};
