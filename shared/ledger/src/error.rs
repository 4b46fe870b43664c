//! How the ledger fails.

use std::path::PathBuf;

use network::Finding;

/// Why the ledger cannot be read or written. `Display` is one line; the cause is its `source()`.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be opened.
    #[error("the ledger {path} cannot be opened")]
    Open {
        /// The file.
        path: PathBuf,
        /// SQLite's error.
        source: rusqlite::Error,
    },
    /// The file was written by a newer Dialtone.
    #[error("the ledger has schema version {found}, and this program knows versions up to {known}")]
    Newer {
        /// The version of the file.
        found: i64,
        /// The newest version that this program knows.
        known: i64,
    },
    /// SQLite failed: the disk is full, the file is damaged, or another writer has held it for too long.
    #[error("the ledger cannot be used")]
    Sqlite(#[from] rusqlite::Error),
}

impl Error {
    /// The same for a person, with its cause and what to do.
    #[must_use]
    pub fn finding(&self) -> Finding {
        let cause = std::error::Error::source(self).map(|cause| format!(": {cause}")).unwrap_or_default();
        Finding::new("", format!("{self}{cause}"), self.remedy())
    }

    /// Whether the person who gave the command can mend it, by another file or program.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        !matches!(self, Self::Sqlite(_))
    }

    /// The remedy, in the imperative.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Open { .. } => "choose a file in a folder that you may write to, with --ledger FILE",
            Self::Newer { .. } => "update this program, or name another file with --ledger FILE",
            Self::Sqlite(_) => {
                "free space on the disk if it is full; a damaged ledger can be deleted and read anew from its sources"
            }
        }
    }
}

/// Every result of the ledger.
pub type Result<T> = std::result::Result<T, Error>;
