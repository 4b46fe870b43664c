//! Requests: sent, repeated where that is safe, and judged.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::sleep;
use std::time::Duration;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::Value;
use ureq::Agent;
use ureq::http::{HeaderValue, Response};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::unversioned::transport::DefaultConnector;

use crate::error::shape_of;
use crate::failure::{Resolver, outcome_of, words};
use crate::hosts::Host;
use crate::patience::{Kind, Next, Outcome, retry_after, what_next, with_chance};
use crate::{Account, Error, Hosts, Patience, Refusal, Result, Wait};

/// The largest answer that is read, in bytes. A page of 1000 numbers is about 2 MB.
const MAX_ANSWER: u64 = 16 * 1024 * 1024;

/// Pauses of at least this long are announced.
const LONG: Duration = Duration::from_secs(2);

/// The longest message of Twilio that is passed on, in characters.
const MAX_MESSAGE: usize = 500;

/// The path under which an account has its resources; the SID follows.
const ACCOUNTS: &str = "/2010-04-01/Accounts/";

/// The method of a request and what it carries.
pub(crate) enum Body {
    /// GET.
    None,
    /// GET, with a query.
    Query(String),
    /// POST.
    Form(String),
    /// DELETE.
    Delete,
}

/// One request.
pub(crate) struct Call {
    kind: Kind,
    host: Host,
    place: String,
    body: Body,
    /// Where to ask in place of `place`: what a list calls its next page.
    target: Option<String>,
}

impl Call {
    /// A request for a place: on the API's host a place in the account, elsewhere the whole path.
    pub(crate) fn new(kind: Kind, host: Host, place: &str, body: Body) -> Self {
        Self { kind, host, place: place.to_owned(), body, target: None }
    }

    /// The next page of the same list.
    pub(crate) fn next_page(self, target: &str) -> Self {
        Self { target: Some(target.to_owned()), body: Body::None, ..self }
    }

    /// How errors call it.
    pub(crate) fn label(&self) -> String {
        let method = match self.body {
            Body::None | Body::Query(_) => "GET",
            Body::Form(_) => "POST",
            Body::Delete => "DELETE",
        };
        format!("{method} {}", self.place)
    }

    fn url(&self, account: &Account, hosts: &Hosts) -> String {
        let base = hosts.at(self.host);
        let path = match (&self.target, self.host) {
            (Some(target), _) => target.clone(),
            (None, Host::Api) => format!("{ACCOUNTS}{}{}", account.sid(), self.place),
            (None, _) => self.place.clone(),
        };
        match &self.body {
            Body::Query(query) => format!("{base}{path}?{query}"),
            _ => format!("{base}{path}"),
        }
    }
}

/// How one attempt ended.
enum Attempt {
    Answer {
        status: u16,
        retry_after: Option<Duration>,
        body: Vec<u8>,
    },
    Failure {
        outcome: Outcome,
        reason: String,
    },
    /// The response body exceeded [`MAX_ANSWER`].
    TooLong,
}

/// Sends requests, repeats them where that is safe, and judges the answers.
pub(crate) struct Transport {
    agent: Agent,
    account: Account,
    hosts: Hosts,
    patience: Patience,
    on_wait: Option<OnWait>,
    answers: AtomicUsize,
    refusals: AtomicUsize,
}

/// Called before a long pause.
pub(crate) type OnWait = Box<dyn Fn(Wait) + Send + Sync>;

impl Transport {
    pub(crate) fn new(account: Account, hosts: Hosts, patience: Patience) -> Self {
        Self::trusting(RootCerts::WebPki, account, hosts, patience)
    }

    /// The same with other certificate authorities than those of the web.
    pub(crate) fn trusting(roots: RootCerts, account: Account, hosts: Hosts, patience: Patience) -> Self {
        let timeout = patience.request_timeout;
        let config = Agent::config_builder()
            .tls_config(TlsConfig::builder().root_certs(roots).build())
            .timeout_global(Some(timeout))
            // Well before the whole: a connection that was never made is known to have done nothing.
            .timeout_connect(Some(timeout / 3))
            .http_status_as_error(false)
            // The credentials are for Twilio, not for another host that an answer names.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(concat!("dialtone/", env!("CARGO_PKG_VERSION")))
            .build();
        let agent = Agent::with_parts(config, DefaultConnector::default(), Resolver::default());
        let (answers, refusals) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Self { agent, account, hosts, patience, on_wait: None, answers, refusals }
    }

    pub(crate) fn patience(self, patience: Patience) -> Self {
        Self { on_wait: self.on_wait, ..Self::new(self.account, self.hosts, patience) }
    }

    pub(crate) fn on_wait(self, on_wait: OnWait) -> Self {
        Self { on_wait: Some(on_wait), ..self }
    }

    pub(crate) fn answers(&self) -> usize {
        self.answers.load(Ordering::Relaxed)
    }

    pub(crate) fn refusals(&self) -> usize {
        self.refusals.load(Ordering::Relaxed)
    }

    pub(crate) fn hosts(&self) -> &Hosts {
        &self.hosts
    }

    /// Sends, and reads the answer as JSON.
    pub(crate) fn json<T: DeserializeOwned>(&self, call: &Call) -> Result<T> {
        let body = self.send(call)?;
        serde_json::from_slice(&body).map_err(|error| {
            let (request, reason) = (call.label(), shape_of(&error));
            match call.kind {
                // The resource was probably made, but its SID is not known.
                Kind::Create => {
                    Error::Uncertain { request, reason: format!("the answer cannot be read: {reason}") }
                }
                Kind::Read | Kind::Settle => Error::Unreadable { request, reason },
            }
        })
    }

    /// Sends, again where need be, and returns the body of a good answer.
    pub(crate) fn send(&self, call: &Call) -> Result<Vec<u8>> {
        for attempt in 1.. {
            let ended = self.attempt(call);
            if let Attempt::Answer { status, .. } = ended {
                self.answers.fetch_add(1, Ordering::Relaxed);
                self.refusals.fetch_add(usize::from(status == 429), Ordering::Relaxed);
            }
            let outcome = match &ended {
                Attempt::Answer { status, retry_after, .. } => Outcome::Answered(*status, *retry_after),
                Attempt::Failure { outcome, .. } => *outcome,
                Attempt::TooLong => return self.judge(call, ended),
            };
            match what_next(call.kind, outcome, attempt, &self.patience) {
                Next::Retry(pause) => {
                    let pause = with_chance(pause, getrandom::u32().unwrap_or_default());
                    let asked = match outcome {
                        Outcome::Answered(_, asked) => asked,
                        _ => None,
                    };
                    if let Some(tell) = self.on_wait.as_ref().filter(|_| pause >= LONG) {
                        tell(Wait { asked, pause });
                    }
                    sleep(pause);
                }
                Next::GiveUp => return self.judge(call, ended),
            }
        }
        self.judge(call, Attempt::TooLong)
    }

    fn attempt(&self, call: &Call) -> Attempt {
        match self.exchange(call) {
            Ok(mut response) => {
                let status = response.status().as_u16();
                let header = response.headers().get("retry-after").and_then(|value| value.to_str().ok());
                let retry_after = header.and_then(|header| retry_after(header, Timestamp::now()));
                match response.body_mut().with_config().limit(MAX_ANSWER).read_to_vec() {
                    Ok(body) => Attempt::Answer { status, retry_after, body },
                    Err(ureq::Error::BodyExceedsLimit(_)) => Attempt::TooLong,
                    // The status is what counts where the body only explains it.
                    Err(_) if status >= 300 || matches!(call.body, Body::Delete) => {
                        Attempt::Answer { status, retry_after, body: Vec::new() }
                    }
                    Err(error) => Attempt::Failure { outcome: Outcome::Lost, reason: self.reason(&error) },
                }
            }
            Err(error) => Attempt::Failure { outcome: outcome_of(&error), reason: self.reason(&error) },
        }
    }

    fn exchange(&self, call: &Call) -> std::result::Result<Response<ureq::Body>, ureq::Error> {
        let url = call.url(&self.account, &self.hosts);
        let mut authorization = HeaderValue::from_str(self.account.authorization().expose())
            .map_err(|error| ureq::Error::Http(error.into()))?;
        authorization.set_sensitive(true);
        let direct = webhook::is_local(&url);
        match &call.body {
            Body::Form(form) => {
                let request = self.agent.post(&url).header("Authorization", authorization);
                let request = request.header("Content-Type", "application/x-www-form-urlencoded");
                if direct { request.config().proxy(None).build().send(form) } else { request.send(form) }
            }
            other => {
                let request = match other {
                    Body::Delete => self.agent.delete(&url),
                    _ => self.agent.get(&url),
                };
                let request = request.header("Authorization", authorization);
                if direct { request.config().proxy(None).build().call() } else { request.call() }
            }
        }
    }

    /// Judges the last attempt.
    fn judge(&self, call: &Call, ended: Attempt) -> Result<Vec<u8>> {
        let request = call.label();
        match ended {
            Attempt::Answer { status: 200..=299, body, .. } => Ok(body),
            Attempt::Answer { status: 300..=399, .. } => Err(Error::Unreadable {
                request,
                reason: "it is a redirect, which Twilio does not send".to_owned(),
            }),
            Attempt::Answer { status: status @ 400..=499, body, .. } => {
                let told = self.told(&body);
                let (code, message, more_info) = (told.code, told.message, told.more_info);
                Err(Error::Refused(Refusal { request, status, code, message, more_info }))
            }
            Attempt::Answer { status, body, .. } => {
                let message = self.told(&body).message;
                let reason = match message.as_str() {
                    "" => format!("Twilio failed ({status})"),
                    message => format!("Twilio failed ({status}): {message}"),
                };
                Err(match unsettled(call.kind, request, reason) {
                    Error::Unreachable { request, reason } => Error::Troubled { request, reason },
                    error => error,
                })
            }
            Attempt::Failure { outcome: Outcome::NotSent | Outcome::Hopeless, reason } => {
                Err(Error::Unreachable { request, reason })
            }
            Attempt::Failure { reason, .. } => Err(unsettled(call.kind, request, reason)),
            Attempt::TooLong => {
                let reason = format!("it is longer than {} MB", MAX_ANSWER / 1024 / 1024);
                Err(match call.kind {
                    Kind::Create => {
                        Error::Uncertain { request, reason: format!("the answer cannot be read: {reason}") }
                    }
                    Kind::Read | Kind::Settle => Error::Unreadable { request, reason },
                })
            }
        }
    }

    /// Reads the body of a refusal. Each field is read alone, so an odd one does not spoil the others. A body that
    /// is not from Twilio says nothing.
    fn told(&self, body: &[u8]) -> Told {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let text = |name| self.shown(body.get(name).and_then(Value::as_str).unwrap_or_default());
        let code = body.get("code").and_then(Value::as_u64).and_then(|code| code.try_into().ok());
        Told { code, message: text("message"), more_info: text("more_info") }
    }

    fn reason(&self, error: &ureq::Error) -> String {
        self.shown(&words(error, self.patience.request_timeout))
    }

    /// A text from outside, fit to be shown: nothing of the account, no control characters, not too long.
    fn shown(&self, text: &str) -> String {
        let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        // Cut last: of a secret that is cut in two, the first half would not be found.
        self.account.scrub(&text).chars().take(MAX_MESSAGE).collect()
    }
}

/// The body of a refusal.
struct Told {
    code: Option<u32>,
    message: String,
    more_info: String,
}

/// A request without a usable answer. Reading changes nothing, so its outcome is not uncertain.
fn unsettled(kind: Kind, request: String, reason: String) -> Error {
    match kind {
        Kind::Read => Error::Unreachable { request, reason },
        Kind::Settle | Kind::Create => Error::Uncertain { request, reason },
    }
}
