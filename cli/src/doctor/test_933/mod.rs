//! The tests of 911: 933 reads back the number and the address that 911 would see.
//!
//! Twilio documents neither what happens to a directly dialled 911 when the SIP domain's emergency flag is off, nor
//! what `EmergencyCallerSid` does then, so it has to be tried out, account by account.

mod book;
mod case;
mod evidence;
mod expected;
mod guide;
mod person;

pub(super) use book::{Book, Entry, Outcome, Standing};
pub(super) use case::Case;
pub(super) use guide::Guide;
pub(super) use person::Terminal;
