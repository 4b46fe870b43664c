//! Why passwords cannot be read, kept or made.

use std::io;
use std::path::PathBuf;

use network::Finding;
use provision::KeyringError;
use thiserror::Error;

use crate::{ELSEWHERE, KEEP_OUT_OF_GIT, VARIABLE};

/// Why passwords, or what is kept beside them, cannot be read, kept or made. No variant holds a password.
#[derive(Debug, Error)]
pub enum PasswordsError {
    /// Nobody says where they are, and there is no home.
    #[error("there is no HOME to keep the passwords in")]
    Homeless,
    /// Git would see them in this checkout.
    #[error("git would see it in the checkout {}", checkout.display())]
    Seen {
        /// The file of passwords.
        path: PathBuf,
        /// The checkout.
        checkout: PathBuf,
    },
    /// A file cannot be read.
    #[error("{source}")]
    Unread {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file cannot be written.
    #[error("{source}")]
    Unwritten {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another process holds the lock.
    #[error("another dialtone is changing this stage (it holds {})", .0.display())]
    Held(PathBuf),
    /// The file is not for its owner alone.
    #[error("others can read the passwords")]
    Open(PathBuf),
    /// The file holds something else. What it holds is not repeated.
    #[error("is not a file of passwords (line {line})")]
    Content {
        /// The file.
        path: PathBuf,
        /// Where it stops making sense.
        line: usize,
    },
    /// The file is another stage's.
    #[error("has passwords of {stranger}, and not of {owner}")]
    OfAnother {
        /// The file.
        path: PathBuf,
        /// Whose they are: `NETWORK:STAGE`.
        stranger: String,
        /// Who asks: `NETWORK:STAGE`.
        owner: String,
    },
    /// The variable cannot be understood.
    #[error("{VARIABLE} is not JSON of the form {{\"lobby\":\"...\"}}")]
    Form,
    /// The variable has passwords that Twilio would not take, of these phones.
    #[error("the password of {} is too weak", .0.join(", "))]
    Weak(Vec<String>),
    /// The variable gives the password of this phone, so that it is not changed here.
    #[error("{VARIABLE} gives the password of {0}")]
    Given(String),
    /// No password can be made.
    #[error(transparent)]
    Unmade(KeyringError),
    /// A password cannot be kept.
    #[error(transparent)]
    Unkept(KeyringError),
    /// What an import found cannot be understood. URLs can hold passwords, so it is not repeated.
    #[error("is not what `dialtone import` wrote (line {line}, column {column})")]
    Before {
        /// The file.
        path: PathBuf,
        /// Where it stops making sense.
        line: usize,
        /// Where in the line.
        column: usize,
    },
}

impl PasswordsError {
    /// The error as everything is reported.
    #[must_use]
    pub fn finding(&self) -> Finding {
        let of =
            |path: &PathBuf, remedy: &str| Finding::new(path.display().to_string(), self.to_string(), remedy);
        match self {
            Self::Homeless => Finding::new("", self.to_string(), "name a file with --passwords FILE"),
            Self::Seen { path, .. } => of(path, KEEP_OUT_OF_GIT),
            Self::Unread { path, .. } => of(path, "make it readable"),
            Self::Unwritten { path, .. } => of(path, ELSEWHERE),
            Self::Held(_) => Finding::new("", self.to_string(), "wait until it has ended"),
            Self::Open(path) => of(path, &format!("run `chmod 600 {}`", path.display())),
            Self::Content { path, .. } => of(path, ""),
            Self::OfAnother { path, .. } => of(
                path,
                "name a file of its own for each stage with --passwords FILE (DIALTONE_PASSWORDS_FILE), or none: each then \
                 has its usual one",
            ),
            Self::Form => Finding::new("", self.to_string(), ""),
            Self::Weak(_) => Finding::new(
                VARIABLE,
                self.to_string(),
                "Twilio wants 12 characters or more, with a capital letter, a small letter and a digit",
            ),
            Self::Given(_) => Finding::new(
                "",
                self.to_string(),
                "change it there, then run `dialtone apply --set-passwords`",
            ),
            Self::Unmade(error) | Self::Unkept(error) => error.finding(),
            Self::Before { path, .. } => of(path, "take it from a backup"),
        }
    }

    /// Whether the user cannot mend it: the system has no random numbers.
    #[must_use]
    pub fn is_of_the_system(&self) -> bool {
        matches!(self, Self::Unmade(_))
    }
}
