//! Where events are read from.

use std::fmt;

use jiff::Timestamp;
use ledger::{Ledger, Taken};

use crate::cloudwatch::CloudWatch;
use crate::error::Result;
use crate::files::Files;

/// A source that is read on from where the last reading ended.
#[derive(Debug)]
pub enum Source {
    /// A file, a folder of files, or a journal.
    Files(Files),
    /// The logs of the functions.
    CloudWatch(Box<CloudWatch>),
}

impl Source {
    /// Reads what is new.
    ///
    /// # Errors
    ///
    /// The source cannot be read, or the ledger cannot be written. What was read before is in the ledger.
    pub fn read(&mut self, ledger: &mut Ledger) -> Result<Taken> {
        match self {
            Self::Files(files) => files.read(ledger),
            Self::CloudWatch(logs) => logs.read(ledger, Timestamp::now()),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Files(files) => files.fmt(f),
            Self::CloudWatch(logs) => logs.fmt(f),
        }
    }
}
