//! Fills the ledger: from files of events, from journals of `dialtone serve`, from CloudWatch Logs, and from Twilio's own lists.
//!
//! ```text
//! files, folders, journals, CloudWatch Logs --Source::read--> Ledger <--read_lists-- Twilio's lists of calls and alerts
//! ```
//!
//! The ledger keeps a cursor for each source, so that everything is read on from where the last reading ended. Reading twice does no
//! harm, because the ledger merges what it knows already.

mod backlog;
mod cloudwatch;
mod error;
mod feed;
mod files;
mod fingerprint;
mod journal;
mod keeping;
mod notes;
mod place;
mod source;
mod twilio_lists;

pub use backlog::unpublished_since;
pub use cloudwatch::CloudWatch;
pub use error::{CloudWatchError, FeedError};
pub use feed::Feed;
pub use files::Files;
pub use keeping::retain;
pub use place::{open, place, sources};
pub use source::Source;
pub use twilio_lists::read_lists;
