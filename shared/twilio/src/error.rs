//! How a request fails.

use std::fmt;

use crate::remedy;

/// The result of a request.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a request failed, told apart by what is known of Twilio's side afterwards.
///
/// `request` is the method and the path, such as `POST /SIP/Domains.json`, without account and query. `reason` is in
/// plain words. No variant keeps the error below it as a source: its text may contain the account's SID.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Twilio answered no (4xx), or would have: nothing was done.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Twilio was not reached: nothing was done.
    #[error("cannot ask Twilio for {request}: {reason}")]
    Unreachable {
        /// The request.
        request: String,
        /// The failure.
        reason: String,
    },
    /// Twilio failed (5xx) while it was only asked to read: nothing was done.
    #[error("Twilio does not answer {request}: {reason}")]
    Troubled {
        /// The request.
        request: String,
        /// Twilio's reason.
        reason: String,
    },
    /// The request may or may not have been carried out: no answer in time, a lost connection, a 5xx, or an answer to a
    /// creation that cannot be read.
    #[error("asked Twilio for {request}, but the outcome is not known: {reason}")]
    Uncertain {
        /// The request.
        request: String,
        /// The failure.
        reason: String,
    },
    /// The answer is not what Twilio's API documents: not JSON, a field missing, a redirect.
    #[error("cannot read the answer to {request}: {reason}")]
    Unreadable {
        /// The request.
        request: String,
        /// The fault in the answer.
        reason: String,
    },
}

/// A refusal, as Twilio words it (<https://www.twilio.com/docs/usage/twilios-response#response-formats-exceptions>).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Refusal {
    /// The request.
    pub request: String,
    /// The HTTP status.
    pub status: u16,
    /// Twilio's error code (<https://www.twilio.com/docs/api/errors>).
    pub code: Option<u32>,
    /// Twilio's words; empty if it gave none. They contain neither the account nor a secret.
    pub message: String,
    /// Where Twilio explains the code; may be empty.
    pub more_info: String,
}

impl Error {
    /// Whether the request may have been carried out all the same. Look before you repeat it.
    pub fn is_uncertain(&self) -> bool {
        matches!(self, Self::Uncertain { .. })
    }

    /// Whether what was asked for does not exist.
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(404) || self.code() == Some(20404)
    }

    /// Twilio's error code, if it refused with one.
    pub fn code(&self) -> Option<u32> {
        self.refusal().and_then(|refusal| refusal.code)
    }

    /// The HTTP status, if it refused.
    pub fn status(&self) -> Option<u16> {
        self.refusal().map(|refusal| refusal.status)
    }

    /// The request: method and path, without account and query.
    pub fn request(&self) -> &str {
        match self {
            Self::Refused(Refusal { request, .. })
            | Self::Unreachable { request, .. }
            | Self::Troubled { request, .. }
            | Self::Uncertain { request, .. }
            | Self::Unreadable { request, .. } => request,
        }
    }

    /// The remedy, if it is known. `Display` does not repeat it.
    pub fn remedy(&self) -> Option<&'static str> {
        match self {
            Self::Refused(refusal) => remedy::of(refusal.status, refusal.code, &refusal.message),
            Self::Unreachable { .. } => Some(
                "check the network connection, and HTTPS_PROXY if you use a proxy; status.twilio.com says how Twilio is",
            ),
            Self::Troubled { .. } => {
                Some("run the same command again later; status.twilio.com says how Twilio is")
            }
            Self::Uncertain { .. } => {
                Some("run the same command again: the next run looks first, and makes nothing twice")
            }
            Self::Unreadable { .. } => Some("check that no proxy answers in Twilio's place"),
        }
    }

    fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { request, status, code, message, more_info } = self;
        write!(f, "Twilio refuses {request}: ")?;
        match message.as_str() {
            "" => f.write_str("it does not say why")?,
            message => f.write_str(message)?,
        }
        write!(f, " ({status}")?;
        if let Some(code) = code {
            write!(f, ", error {code}")?;
        }
        if remedy::of(*status, *code, message).is_none() && !more_info.is_empty() {
            write!(f, ", see {more_info}")?;
        }
        f.write_str(")")
    }
}

/// The fault in JSON, without the values: those may be private, and an error is shown.
pub(crate) fn shape_of(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.strip_prefix("missing field ") {
        Some(field) => format!("the field {} is missing", field.split(" at line").next().unwrap_or_default()),
        None if error.is_data() => "a field is not of the kind that it should be".to_owned(),
        None => "it is not JSON".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, code: Option<u32>, message: &str) -> Error {
        let more_info =
            code.map(|code| format!("https://www.twilio.com/docs/errors/{code}")).unwrap_or_default();
        Error::Refused(Refusal {
            request: "POST /SIP/Domains.json".into(),
            status,
            code,
            message: message.into(),
            more_info,
        })
    }

    #[test]
    fn a_refusal_says_what_twilio_says_and_what_to_do() {
        let taken = refused(400, Some(21232), "Domain demo.sip.twilio.com already exists.");
        assert_eq!(
            taken.to_string(),
            "Twilio refuses POST /SIP/Domains.json: Domain demo.sip.twilio.com already exists. (400, error 21232)"
        );
        assert_eq!(
            taken.remedy(),
            Some(
                "the name is invalid or taken: all of Twilio's customers share the names, so choose another one"
            )
        );
        assert_eq!(
            refused(400, Some(29999), "Odd.").to_string(),
            "Twilio refuses POST /SIP/Domains.json: Odd. (400, error 29999, see https://www.twilio.com/docs/errors/29999)"
        );
        assert_eq!(
            refused(409, None, "").to_string(),
            "Twilio refuses POST /SIP/Domains.json: it does not say why (409)"
        );
    }

    #[test]
    fn a_missing_resource_is_known_by_status_or_code() {
        assert!(refused(404, None, "").is_not_found() && refused(400, Some(20404), "").is_not_found());
        assert!(!refused(400, Some(21232), "").is_not_found());
    }
}
