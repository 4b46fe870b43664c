//! Requests to the service.

use webhook::Form;

/// How a request is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// The fields are in the query, after what the URL has there already.
    Get,
    /// The fields are a form in the body.
    Post,
}

impl Method {
    /// The method that an attribute names. Twilio's default is POST throughout.
    #[must_use]
    pub fn of(attribute: Option<&str>) -> Self {
        if attribute.is_some_and(|text| text.eq_ignore_ascii_case("GET")) { Self::Get } else { Self::Post }
    }

    /// The word in the request line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// Where something is asked or reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// How.
    pub method: Method,
    /// The absolute URL, without a fragment.
    pub url: String,
}

impl Target {
    /// A POST to this URL.
    #[must_use]
    pub fn post(url: impl Into<String>) -> Self {
        Self { method: Method::Post, url: url.into() }
    }
}

/// A request that the host signs and sends.
#[derive(Debug, Clone)]
pub struct Request {
    /// How.
    pub method: Method,
    /// The absolute URL, without a fragment and without the fields.
    pub url: String,
    /// The fields that Twilio would post.
    pub form: Form,
}

/// Whether Twilio reads an answer of this type as TwiML (<https://www.twilio.com/docs/voice/twiml>).
#[must_use]
pub fn is_twiml(content_type: &str) -> bool {
    matches!(kind(content_type).as_str(), "text/xml" | "application/xml" | "text/html")
}

pub(crate) fn is_text(content_type: &str) -> bool {
    kind(content_type) == "text/plain"
}

pub(crate) fn is_audio(content_type: &str) -> bool {
    kind(content_type).starts_with("audio/")
}

fn kind(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Why a document cannot be had, with Twilio's code for it (<https://www.twilio.com/docs/api/errors>).
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The service answered with another status than 2xx.
    #[error("the service answered {0} (11200)")]
    Status(u16),
    /// The service did not answer in time.
    #[error("the service did not answer in time (11200)")]
    Silence,
    /// No connection.
    #[error("the service cannot be reached (11205)")]
    Unreachable,
    /// Above 64 KB.
    #[error("the document is larger than 64 KB (11750)")]
    TooLarge,
    /// Not a type that Twilio takes.
    #[error("the answer's type is {0:?} (12300)")]
    ContentType(String),
    /// Not TwiML.
    #[error("the answer is no TwiML")]
    Document(#[source] crate::DocumentError),
}

impl FetchError {
    /// Twilio's error code.
    #[must_use]
    pub fn code(&self) -> u32 {
        match self {
            Self::Status(_) | Self::Silence => 11200,
            Self::Unreachable => 11205,
            Self::TooLarge => 11750,
            Self::ContentType(_) => 12300,
            Self::Document(error) => error.code(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn post_is_the_default() {
        assert_eq!(Method::of(None), Method::Post);
        assert_eq!(Method::of(Some("get")), Method::Get);
        assert_eq!(Method::of(Some("PUT")), Method::Post);
    }

    #[test]
    fn types_are_compared_without_parameters() {
        assert!(is_twiml("text/xml; charset=utf-8") && is_twiml("Application/XML") && is_twiml("text/html"));
        assert!(
            !is_twiml("")
                && !is_twiml("application/json")
                && is_text("text/plain;x")
                && is_audio("audio/x-wav")
        );
    }
}
