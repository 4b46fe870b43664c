//! The service that is called, as Twilio calls it.

use std::fmt::Display;
use std::time::Duration;

use clap::ValueEnum;
use exchange::{Element, Method};
use ureq::Agent;
use webhook::{AuthToken, Form, sign};

use crate::exit::Outcome;
use crate::output::Progress;

/// For how long to wait for an answer. Twilio itself gives up after 15 s.
const WAIT: Duration = Duration::from_secs(10);

/// The largest document that Twilio takes.
const MAX_DOCUMENT: u64 = 64 * 1024;

/// How the first request is sent, as `--method` names it.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum FirstMethod {
    /// The fields are in the query.
    #[value(name = "GET")]
    Get,
    /// The fields are a form in the body.
    #[value(name = "POST")]
    Post,
}

impl From<FirstMethod> for Method {
    fn from(method: FirstMethod) -> Self {
        match method {
            FirstMethod::Get => Self::Get,
            FirstMethod::Post => Self::Post,
        }
    }
}

/// Why a walk ends before the call does.
#[derive(Debug)]
pub(super) struct Trouble {
    pub(super) outcome: Outcome,
    pub(super) message: String,
}

impl Trouble {
    pub(super) fn other_side(message: String) -> Self {
        Self { outcome: Outcome::OtherSide, message }
    }
}

/// What the service answered.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: String,
    content_type: String,
    location: String,
}

/// The service: where it listens, and how requests to it are signed.
pub(super) struct Service {
    agent: Agent,
    url: String,
    public_url: String,
    token: AuthToken,
}

impl Service {
    /// The service at `url`, which Twilio knows by `public_url`. Neither ends in a slash.
    pub(super) fn new(url: String, public_url: String, token: AuthToken) -> Self {
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

    pub(super) fn public_url(&self) -> &str {
        &self.public_url
    }

    /// Sends fields, signed for the public URL, to a path and query.
    pub(super) fn send(&self, method: Method, place: &str, fields: &Form) -> Result<Answer, Trouble> {
        let place = place_of(method, place, fields);
        let public = format!("{}{place}", self.public_url);
        let url = format!("{}{place}", self.url);
        let _under_way = Progress::of(&format!("waiting for {}", self.url));
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
        let mut response = sent.map_err(|error| self.unreachable(&error))?;
        let header = |name| {
            let value = response.headers().get(name).and_then(|value| value.to_str().ok());
            value.unwrap_or_default().to_owned()
        };
        let (content_type, location) = (header("content-type"), header("location"));
        let status = response.status().as_u16();
        let body = response.body_mut().with_config().limit(MAX_DOCUMENT).read_to_vec();
        let body = body.map_err(|error| match error {
            ureq::Error::BodyExceedsLimit(_) => Trouble::other_side(format!(
                "the answer to {} {} is larger than the 64 KB that Twilio takes (11750)",
                method.as_str(),
                path_of(&place)
            )),
            error => self.unreachable(&error),
        })?;
        let body = match String::from_utf8(body) {
            Ok(body) => body,
            // A refusal is one in any encoding.
            Err(error) if status >= 300 => String::from_utf8_lossy(error.as_bytes()).into_owned(),
            Err(_) => {
                let what = format!("{} {}", method.as_str(), path_of(&place));
                return Err(Trouble::other_side(format!("the answer to {what} is not UTF-8 (12100)")));
            }
        };
        Ok(Answer { status, body, content_type, location })
    }

    fn unreachable(&self, error: &ureq::Error) -> Trouble {
        let url = &self.url;
        let nobody = |error: &dyn Display| {
            format!("cannot reach {url}: {error}; does the service listen there? say where with --url")
        };
        Trouble::other_side(match error {
            ureq::Error::Timeout(_) => format!("{url} gives no answer within {} s", WAIT.as_secs()),
            // Without the library's own prefix.
            ureq::Error::Io(error) => nobody(error),
            error => nobody(error),
        })
    }

    /// Whether Twilio would take an answer; if not, why, in plain words.
    pub(super) fn accept(&self, answer: &Answer, method: Method, place: &str) -> Result<(), Trouble> {
        let (status, path, public_url) = (answer.status, path_of(place), &self.public_url);
        let what = format!("{} {path}", method.as_str());
        let no = |message: String| Err(Trouble { outcome: Outcome::No, message });
        match status {
            200..=299 => Ok(()),
            403 => no(format!(
                "the service does not accept the signature of {what} (403): is TWILIO_AUTH_TOKEN the same there, \
                 and does it run with public_url {public_url}?"
            )),
            404 => no(format!(
                "the service has nothing at {path} (404): does --url lead to the function, or server, that answers it?"
            )),
            405 => no(format!("the service does not take {what} (405): try the other --method")),
            400..=499 => no(format!("the service refuses {what} ({status}); its log says why")),
            300..=399 => Err(Trouble::other_side(format!(
                "the service redirects {what} to {} ({status}), where the signature would not fit: let public_url \
                 and --url name the place itself",
                answer.location
            ))),
            _ => {
                Err(Trouble::other_side(format!("the service fails at {what} ({status}); its log says why")))
            }
        }
    }
}

impl Answer {
    /// The body, if Twilio reads it as TwiML (else its error 12300).
    pub(super) fn twiml(&self) -> Result<(), String> {
        Element::parse(&self.body).map_err(|error| error.to_string())?;
        if exchange::is_twiml(&self.content_type) {
            return Ok(());
        }
        let kind = if self.content_type.is_empty() { "nothing" } else { &self.content_type };
        Err(format!("its type is {kind}, where Twilio takes text/xml (12300)"))
    }

    pub(super) fn content_type(&self) -> &str {
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
    fn refusals_and_failures_have_their_exit_codes() {
        let token = webhook::AuthTokens::parse("12345").unwrap().first().clone();
        let service = Service::new("http://127.0.0.1:1".into(), "https://prod.example.org".into(), token);
        let judged = |status| {
            let answer =
                Answer { status, body: String::new(), content_type: String::new(), location: "/x".into() };
            service.accept(&answer, Method::Post, "/outgoing?x").err()
        };
        assert!(judged(200).is_none() && judged(204).is_none());
        for status in [400, 403, 404, 405, 413] {
            assert_eq!(judged(status).unwrap().outcome, Outcome::No, "{status}");
        }
        for status in [302, 500, 502] {
            assert_eq!(judged(status).unwrap().outcome, Outcome::OtherSide, "{status}");
        }
        assert!(judged(403).unwrap().message.contains("https://prod.example.org"));
    }
}
