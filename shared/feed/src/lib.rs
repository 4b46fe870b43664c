//! Fills the ledger: from files of events, from journals of `dialtone serve`, and from Twilio's own lists.
//!
//! ```text
//! files, folders, journals --Source::read--> Ledger <--read_lists-- Twilio's lists of calls and alerts
//! ```
//!
//! The ledger keeps a cursor for each source, so that everything is read on from where the last reading ended. Reading twice does no
//! harm, because the ledger merges what it knows already.

mod error;
mod files;
mod journal;
mod keeping;
mod notes;
mod twilio_lists;

pub use error::FeedError;
pub use files::Source;
pub use keeping::retain;
pub use twilio_lists::read_lists;
