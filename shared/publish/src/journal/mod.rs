//! The journal: every event of a service, on the local disk before the answer goes out.
//!
//! A journal is a folder. Each process that writes has a slot in it, a folder with a number, which it locks; a slot is a
//! series of segments, files of one line for each event. Lines are appended in one write and never changed. Everything
//! else (SNS, a file of events, the ledger, notices) is made from the journal by a [`Reader`], which knows its
//! [`Position`]. Positions are counted in segments and bytes, so the clock has no part in them.
//!
//! A line survives the process as soon as [`Journal::append`] returns. It survives a power cut once the system has written
//! its buffers, which takes up to half a minute.

mod cursor;
mod reader;
mod segments;
mod tail;
mod writer;

pub use cursor::Cursor;
pub use reader::{Batch, Position, Reader};
pub use segments::slots;
pub use writer::{Journal, Limits, Unkept, adopt};

/// The name of the cursor of the topic.
pub const TOPIC: &str = "sns";

#[cfg(test)]
mod tests;
