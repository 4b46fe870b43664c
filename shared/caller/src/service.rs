//! The service that is called, as Twilio calls it.

use std::time::Duration;

use exchange::{Element, Method};
use ureq::Agent;
use webhook::{AuthToken, Form, sign};

use crate::CallError;

/// For how long to wait for an answer. Twilio itself gives up after 15 s.
const WAIT: Duration = Duration::from_secs(10);

/// The largest document that Twilio takes.
const MAX_DOCUMENT: u64 = 64 * 1024;

/// The service's answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
    content_type: String,
    location: String,
}

/// The service: where it listens, and how requests to it are signed.
pub struct Service {
    agent: Agent,
    url: String,
    public_url: String,
    token: AuthToken,
}

impl Service {
    /// The service at `url`, which Twilio knows by `public_url`. Neither ends in a slash. The token signs.
    #[must_use]
    pub fn new(url: String, public_url: String, token: AuthToken) -> Self {
        let mut config = Agent::config_builder()
            .timeout_global(Some(WAIT))
            .http_status_as_error(false)
            // What follows a redirect is another request, with a signature of its own.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent("TwilioProxy/1.1");
        if webhook::is_local(&url) {
            // A proxy, which the environment may name, has another idea of what is local.
            config = config.proxy(None);
        }
        Self { agent: config.build().new_agent(), url, public_url, token }
    }

    /// Where the service listens.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// How Twilio reaches it.
    pub(crate) fn public_url(&self) -> &str {
        &self.public_url
    }

    /// Sends fields, signed for the public URL, to a path and query.
    pub(crate) fn send(&self, method: Method, place: &str, fields: &Form) -> Result<Answer, CallError> {
        let place = place_of(method, place, fields);
        let public = format!("{}{place}", self.public_url);
        let url = format!("{}{place}", self.url);
        let sent = match method {
            Method::Get => {
                let signature = sign(&self.token, &public, None);
                self.agent.get(&url).header("X-Twilio-Signature", signature).call()
            }
            Method::Post => {
                let signature = sign(&self.token, &public, Some(fields));
                self.agent
                    .post(&url)
                    .header("X-Twilio-Signature", signature)
                    .header("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
                    .send(fields.encode())
            }
        };
        let mut response = sent.map_err(|error| self.unreachable(error))?;
        let header = |name| {
            let value = response.headers().get(name).and_then(|value| value.to_str().ok());
            value.unwrap_or_default().to_owned()
        };
        let (content_type, location) = (header("content-type"), header("location"));
        let status = response.status().as_u16();
        let body = response.body_mut().with_config().limit(MAX_DOCUMENT).read_to_vec();
        let request = || format!("{} {}", method.as_str(), path_of(&place));
        let body = body.map_err(|error| match error {
            ureq::Error::BodyExceedsLimit(_) => CallError::TooLarge { request: request() },
            error => self.unreachable(error),
        })?;
        let body = match String::from_utf8(body) {
            Ok(body) => body,
            // A refusal is one in any encoding.
            Err(error) if status >= 300 => String::from_utf8_lossy(error.as_bytes()).into_owned(),
            Err(_) => return Err(CallError::Encoding { request: request() }),
        };
        Ok(Answer { status, body, content_type, location })
    }

    fn unreachable(&self, error: ureq::Error) -> CallError {
        let url = self.url.clone();
        match error {
            ureq::Error::Timeout(_) => CallError::Silent { url, seconds: WAIT.as_secs() },
            error => CallError::Unreachable { url, source: Box::new(error) },
        }
    }

    /// Whether Twilio would take an answer; if not, why.
    pub(crate) fn accept(&self, answer: &Answer, method: Method, place: &str) -> Result<(), CallError> {
        let (status, path) = (answer.status, path_of(place).to_owned());
        let request = format!("{} {path}", method.as_str());
        Err(match status {
            200..=299 => return Ok(()),
            403 => CallError::Signature { request, public_url: self.public_url.clone() },
            404 => CallError::NotFound { path },
            405 => CallError::Method { request },
            400..=499 => CallError::Refused { request, status },
            300..=399 => CallError::Redirected { request, location: answer.location.clone(), status },
            _ => CallError::Failed { request, status },
        })
    }
}

impl Answer {
    /// Whether Twilio reads the body as TwiML (else its error 12300). `request` is what it answers.
    pub(crate) fn check_twiml(&self, request: &str) -> Result<(), CallError> {
        let request = request.to_owned();
        if let Err(source) = Element::parse(&self.body) {
            return Err(CallError::Malformed { request, source });
        }
        if exchange::is_twiml(&self.content_type) {
            return Ok(());
        }
        Err(CallError::ContentType { request, kind: self.content_type.clone() })
    }

    pub(crate) fn content_type(&self) -> &str {
        &self.content_type
    }
}

/// A GET has its fields in the query, after what the URL has there already.
fn place_of(method: Method, place: &str, fields: &Form) -> String {
    match method {
        Method::Post => place.to_owned(),
        Method::Get => {
            let mark = if place.contains('?') { '&' } else { '?' };
            format!("{place}{mark}{}", fields.encode())
        }
    }
}

/// The path alone: the query of a GET is long, and says who calls.
fn path_of(place: &str) -> &str {
    place.split_once('?').map_or(place, |(path, _)| path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_get_has_its_fields_in_the_query_and_blanks_stay() {
        let form = Form::from_pairs([("From", "sip:a@h"), ("FinishedOnKey", "")]);
        assert_eq!(place_of(Method::Get, "/o", &form), "/o?From=sip%3Aa%40h&FinishedOnKey=");
        assert_eq!(place_of(Method::Get, "/o?x=1", &form), "/o?x=1&From=sip%3Aa%40h&FinishedOnKey=");
        assert_eq!(place_of(Method::Post, "/o?x=1", &form), "/o?x=1");
    }

    #[test]
    fn proxies_are_not_asked_for_what_is_local() {
        for url in ["http://127.0.0.1:8080", "http://localhost", "http://localhost:1/x", "http://[::1]:1"] {
            assert!(webhook::is_local(url), "{url}");
        }
        for url in ["https://prod.example.org", "http://localhost.example.org", "http://10.0.0.1"] {
            assert!(!webhook::is_local(url), "{url}");
        }
    }

    #[test]
    fn refusals_are_told_from_failures() {
        let token = webhook::AuthTokens::parse("12345").unwrap().first().clone();
        let service = Service::new("http://127.0.0.1:1".into(), "https://prod.example.org".into(), token);
        let judged = |status| {
            let answer =
                Answer { status, body: String::new(), content_type: String::new(), location: "/x".into() };
            service.accept(&answer, Method::Post, "/outgoing?x").err()
        };
        assert!(judged(200).is_none() && judged(204).is_none());
        for status in [400, 403, 404, 405, 413] {
            assert!(judged(status).unwrap().is_refusal(), "{status}");
        }
        for status in [302, 500, 502] {
            assert!(!judged(status).unwrap().is_refusal(), "{status}");
        }
        assert!(judged(403).unwrap().finding().remedy.contains("https://prod.example.org"));
    }
}
