//! Why the ledger cannot be filled.

mod cloudwatch;

use std::io;
use std::path::{Path, PathBuf};

use network::Finding;
use samconfig::SamconfigError;

pub use self::cloudwatch::CloudWatchError;

/// Why a source cannot be read into the ledger. `Display` is one line; the cause is its `source()`.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// A file, a folder or a journal cannot be read.
    #[error("{} cannot be read", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The ledger cannot be read or written.
    #[error(transparent)]
    Ledger(#[from] ledger::Error),
    /// Twilio does not give its lists.
    #[error(transparent)]
    Twilio(#[from] twilio::Error),
    /// CloudWatch Logs cannot be read.
    #[error(transparent)]
    CloudWatch(#[from] CloudWatchError),
    /// There is no place for the ledger.
    #[error("there is no HOME to keep the ledger in")]
    NoHome,
    /// The folder of the ledger cannot be made.
    #[error("the folder of {} cannot be made", path.display())]
    Folder {
        /// The ledger.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// `samconfig.toml` cannot be read.
    #[error(transparent)]
    Samconfig(#[from] SamconfigError),
    /// `samconfig.toml` does not say where the stage runs.
    #[error("names no stack and region for the stage {stage}")]
    NoStack {
        /// The file.
        path: PathBuf,
        /// The stage.
        stage: String,
    },
}

impl FeedError {
    /// The same for a person, with what to do.
    #[must_use]
    pub fn finding(&self) -> Finding {
        match self {
            Self::File { path, source } => {
                Finding::new(format!("--from {}", path.display()), source.to_string(), "")
            }
            Self::Ledger(error) => error.finding(),
            Self::Twilio(error) => Finding::new("", error.to_string(), ""),
            Self::CloudWatch(error) => error.finding(),
            Self::NoHome => Finding::new("", self.to_string(), "name a file with --ledger FILE"),
            Self::Folder { path, source } => {
                let remedy = "choose another file with --ledger FILE";
                Finding::new(path.display().to_string(), source.to_string(), remedy)
            }
            Self::Samconfig(error) => error.finding(),
            Self::NoStack { path, .. } => {
                let remedy = "name another file with --samconfig FILE, or write it: dialtone samconfig";
                Finding::new(path.display().to_string(), self.to_string(), remedy)
            }
        }
    }

    /// Whether the person who gave the command can mend it. Otherwise the other side has to.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        match self {
            Self::File { .. }
            | Self::NoHome
            | Self::Folder { .. }
            | Self::Samconfig(_)
            | Self::NoStack { .. } => true,
            Self::Ledger(error) => error.is_usage(),
            Self::Twilio(_) => false,
            Self::CloudWatch(error) => {
                matches!(error, CloudWatchError::NoCredentials | CloudWatchError::NoGroups { .. })
            }
        }
    }

    /// The file of this path cannot be read.
    pub(crate) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        |source| Self::File { path: path.to_owned(), source }
    }
}

pub(crate) type Result<T> = std::result::Result<T, FeedError>;
