//! Why a call cannot be walked through.

use exchange::{DocumentError, FetchError};
use network::Finding;

/// Why a walk ends before the call does. `Display` is one line; the cause is its `source()`.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// No connection, or one that broke.
    #[error("cannot reach {url}")]
    Unreachable {
        /// Where the service should listen.
        url: String,
        /// The client's error.
        source: Box<ureq::Error>,
    },
    /// No answer in time.
    #[error("{url} gives no answer within {seconds} s")]
    Silent {
        /// Where the service listens.
        url: String,
        /// How long it was waited for.
        seconds: u64,
    },
    /// The document is above 64 KB.
    #[error("the answer to {request} is larger than the 64 KB that Twilio takes (11750)")]
    TooLarge {
        /// Method and path.
        request: String,
    },
    /// The document has another encoding.
    #[error("the answer to {request} is not UTF-8 (12100)")]
    Encoding {
        /// Method and path.
        request: String,
    },
    /// The document is no XML that Twilio reads.
    #[error("{request} gives no TwiML")]
    Malformed {
        /// Method and path.
        request: String,
        /// The fault in it.
        source: DocumentError,
    },
    /// The document has a type that Twilio does not take.
    #[error("{request} gives no TwiML: its type is {}, where Twilio takes text/xml (12300)", if kind.is_empty() { "nothing" } else { kind })]
    ContentType {
        /// Method and path.
        request: String,
        /// The header; empty if there is none.
        kind: String,
    },
    /// Twilio would end the call here.
    #[error(transparent)]
    Document(#[from] FetchError),
    /// One document leads to the next without end.
    #[error("the call is still not over after {0} documents: it goes in circles")]
    Circle(usize),
    /// 403.
    #[error("the service does not accept the signature of {request} (403)")]
    Signature {
        /// Method and path.
        request: String,
        /// The URL that was signed.
        public_url: String,
    },
    /// 404.
    #[error("the service has nothing at {path} (404)")]
    NotFound {
        /// The path.
        path: String,
    },
    /// 405.
    #[error("the service does not take {request} (405)")]
    Method {
        /// Method and path.
        request: String,
    },
    /// Another status from 400 to 499.
    #[error("the service refuses {request} ({status})")]
    Refused {
        /// Method and path.
        request: String,
        /// The status.
        status: u16,
    },
    /// A status from 300 to 399.
    #[error("the service redirects {request} to {location} ({status}), where the signature would not fit")]
    Redirected {
        /// Method and path.
        request: String,
        /// Where to.
        location: String,
        /// The status.
        status: u16,
    },
    /// Any other status.
    #[error("the service fails at {request} ({status})")]
    Failed {
        /// Method and path.
        request: String,
        /// The status.
        status: u16,
    },
}

impl CallError {
    /// Whether the service turned a request away, as it should do with strangers, and did not fail.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        matches!(
            self,
            Self::Signature { .. } | Self::NotFound { .. } | Self::Method { .. } | Self::Refused { .. }
        )
    }

    /// The fault and its remedy.
    #[must_use]
    pub fn finding(&self) -> Finding {
        let what = match self {
            // Without the library's own prefix.
            Self::Unreachable { source, .. } => match &**source {
                ureq::Error::Io(cause) => format!("{self}: {cause}"),
                cause => format!("{self}: {cause}"),
            },
            Self::Malformed { source, .. } => format!("{self}: {source}"),
            _ => self.to_string(),
        };
        let remedy = match self {
            Self::Unreachable { .. } => "does the service listen there? say where with --url".to_owned(),
            Self::Signature { public_url, .. } => {
                format!("let it run with the same TWILIO_AUTH_TOKEN, and with public_url {public_url}")
            }
            Self::NotFound { .. } => "let --url lead to the function, or server, that answers it".to_owned(),
            Self::Method { .. } => "try the other --method".to_owned(),
            Self::Refused { .. } | Self::Failed { .. } => "its log says why".to_owned(),
            Self::Redirected { .. } => "let public_url and --url name the place itself".to_owned(),
            Self::Silent { .. }
            | Self::TooLarge { .. }
            | Self::Encoding { .. }
            | Self::Malformed { .. }
            | Self::ContentType { .. }
            | Self::Document(_)
            | Self::Circle(_) => String::new(),
        };
        Finding::new("", what, remedy)
    }
}
