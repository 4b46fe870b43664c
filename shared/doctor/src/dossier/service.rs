//! Whether the running service has the file at hand.

use network::{Fingerprint, Stage};
use webhook::AuthToken;

use crate::sources::probe::identity;

/// What the running service knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// It was not asked: there is nothing to sign with, or nobody wanted to.
    NotAsked,
    /// It gives no answer.
    Silent,
    /// It does not take our signature.
    Refuses,
    /// It has this file.
    Same,
    /// It has another file.
    Other,
    /// It does not say which file it has.
    Unsaid,
}

impl Service {
    /// Asks with a signed callback that has no call in it, which the service takes and forgets. `file` is the text of the network
    /// file at hand.
    #[must_use]
    pub fn ask(stage: &Stage, token: Option<&AuthToken>, file: &str) -> Self {
        let Some(token) = token else { return Self::NotAsked };
        let Ok(answer) = identity(stage, token) else { return Self::Silent };
        if !(200..300).contains(&answer.status) {
            return Self::Refuses;
        }
        match answer.identity() {
            None => Self::Unsaid,
            Some(service) if service.file == Fingerprint::of(file) => Self::Same,
            Some(_) => Self::Other,
        }
    }

    /// The word for it in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotAsked => "not_asked",
            Self::Silent => "silent",
            Self::Refuses => "refuses",
            Self::Same => "same_file",
            Self::Other => "other_file",
            Self::Unsaid => "file_unknown",
        }
    }

    pub(super) fn in_words(self) -> &'static str {
        match self {
            Self::NotAsked => "not asked (TWILIO_AUTH_TOKEN is not set, or --offline)",
            Self::Silent => "gives NO ANSWER",
            Self::Refuses => "does not take our signature",
            Self::Same => "runs, with this file",
            Self::Other => "runs, with ANOTHER file",
            Self::Unsaid => "runs, and does not say which file it has",
        }
    }

    pub(super) fn advice(self) -> Option<&'static str> {
        match self {
            Self::Silent => Some("start the service, or mend the way to it: dialtone doctor"),
            Self::Refuses => Some("give the service and this command the same TWILIO_AUTH_TOKEN"),
            Self::Other => {
                Some("give the service this file and start it anew, or fetch the file that it has")
            }
            Self::NotAsked | Self::Same | Self::Unsaid => None,
        }
    }
}
