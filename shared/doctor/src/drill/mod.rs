//! The drill: dial 933, and a voice reads back the number and the address that 911 would see.
//!
//! Twilio does not document what happens to a directly dialled 911 while the SIP domain's emergency flag is off, nor what
//! `EmergencyCallerSid` does then, so each account has to try it out.

mod book;
mod case;
mod evidence;
mod expected;
mod guide;
mod person;
mod record;

pub use book::{Book, BookError, Entry, Outcome, Standing};
pub use case::Case;
pub use evidence::Calls;
pub use guide::{Guide, GuideError, Tally};
pub use person::Person;
pub use record::{Record, RecordError};
