//! Notices of calls for help: a person hears of one within seconds, with the phone, a callback number and the place.
//!
//! ```text
//! event (JSON) + Network --Notice::of--> Notice --Desk--> Delivery --Senders::send--> SMS, call, webhook, mail
//!                                                   ^                      |
//!                                                   +------- outcome ------+
//! ```
//!
//! A notice is made after the answer to Twilio, never before. It is made from the phone's name and the network file, goes
//! to the people that the file names, and is kept nowhere: no log, event or error holds its number or its address.
//!
//! * [`Notice`]: what is said, as a line, a mail, TwiML for a voice and JSON.
//! * [`Desk`]: when each recipient is told: once for each call and kind, again after a failure, and not in a storm. Pure.
//! * [`Senders`]: how. [`Office`] runs all of it on threads, for `dialtone serve`.

/// The file of what was told, in each slot of a journal.
pub const DONE: &str = "notices.done";

mod desk;
mod done;
mod line;
mod notice;
mod office;
mod send;
mod signature;
mod told;
mod words;

pub use desk::{Delivery, Desk, GIVE_UP, backoff};
pub use done::Done;
pub use notice::{Kind, Notice};
pub use office::Office;
pub use send::{MailError, Mailer, SendError, Senders};
pub use signature::{SIGNATURE_HEADER, sign};
pub use told::Told;
