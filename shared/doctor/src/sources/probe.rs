//! Requests to the service itself: as a stranger would send them, and as Twilio would.

use std::thread;
use std::time::{Duration, Instant};

use network::Stage;
use serde_json::Value;
use ureq::Agent;
use web::{IDENTITY_HEADER, Identity, Route};
use webhook::{AuthToken, AuthTokens, Form, sign};

use super::waiting::result;

/// Twilio gives up after 15 s.
const WAIT: Duration = Duration::from_secs(15);

/// How many bytes a server's report on itself may have.
const LONGEST_REPORT: u64 = 16 * 1024;

/// An answer of the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The value of `X-Dialtone`, if the answer has it.
    pub(crate) told: Option<String>,
    pub(crate) took: Duration,
}

impl Answer {
    /// Whether Dialtone answered, and took the signature for Twilio's.
    pub(crate) fn is_dialtone(&self) -> bool {
        self.told.is_some()
    }

    /// The identity that a service states. The fallback is Dialtone's, too, but has no file.
    pub(crate) fn identity(&self) -> Option<Identity> {
        self.told.as_deref()?.parse().ok()
    }
}

/// Why a request got no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProbeError {
    /// The URL of the file makes no request.
    #[error("cannot ask {url}: {source}")]
    Url { url: String, source: ureq::http::Error },
    #[error("{origin} gives no answer within {} s", WAIT.as_secs())]
    TimedOut { origin: String },
    #[error("cannot reach {origin}: {source}")]
    Unreachable { origin: String, source: ureq::Error },
}

/// The answers.
#[derive(Debug)]
pub(crate) struct Probe {
    pub(crate) unsigned: Result<Answer, ProbeError>,
    pub(crate) forged: Result<Answer, ProbeError>,
    pub(crate) signed: Signed,
    /// None without a `fallback_url`.
    pub(crate) fallback: Option<Result<Answer, ProbeError>>,
}

/// The answers to requests that are signed as Twilio signs.
#[derive(Debug)]
pub(crate) enum Signed {
    /// No token was given, so nothing could be signed.
    WithoutToken,
    /// One for each function.
    Sent(Vec<Told>),
}

/// A function's answer to a signed request.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) path: &'static str,
    /// The status that says that the signature was accepted.
    pub(crate) expected: u16,
    pub(crate) answer: Result<Answer, ProbeError>,
}

/// Asks. It takes no part in any call: each request is one that a right service answers without an event.
///
/// What the service must turn away is kept to two requests: the template's alarm for rejected signatures counts them.
pub(crate) fn probe(stage: &Stage, token: Option<&AuthToken>) -> Probe {
    let asker = Asker::of(stage.public_url.as_str());
    let outgoing = Route::Outgoing.path();
    let forged = AuthTokens::parse("not-the-token-of-any-account").ok();
    Probe {
        unsigned: asker.send("POST", outgoing, None),
        forged: asker.send("POST", outgoing, forged.as_ref().map(AuthTokens::first)),
        signed: token.map_or(Signed::WithoutToken, |token| Signed::Sent(functions(stage, token))),
        fallback: fallback(stage, token),
    }
}

/// A signed request to each function.
///
/// A signature is looked at before all else. So a method that no webhook has proves that it was accepted (405), with no
/// call in it; a call's progress without a call in it is taken and forgotten (204). The three paths are three functions,
/// each with its own copy of the token and of the file.
pub(crate) fn functions(stage: &Stage, token: &AuthToken) -> Vec<Told> {
    let asker = Asker::of(stage.public_url.as_str());
    let requests =
        [("PUT", Route::Outgoing, 405), ("PUT", Route::Incoming, 405), ("POST", Route::CallProgress, 204)];
    thread::scope(|scope| {
        let asked = requests.map(|(method, route, expected)| {
            let asker = &asker;
            (route.path(), expected, scope.spawn(move || asker.send(method, route.path(), Some(token))))
        });
        let told = asked.map(|(path, expected, answer)| Told { path, expected, answer: result(answer) });
        told.into()
    })
}

/// What the service that follows calls says of itself, to a callback without a call in it.
pub(crate) fn identity(stage: &Stage, token: &AuthToken) -> Result<Answer, ProbeError> {
    Asker::of(stage.public_url.as_str()).send("POST", Route::CallProgress.path(), Some(token))
}

/// A request to the fallback, if there is one. The method keeps it from being counted as a call that needed it.
pub(crate) fn fallback(stage: &Stage, token: Option<&AuthToken>) -> Option<Result<Answer, ProbeError>> {
    let url = stage.fallback_url.as_deref()?;
    Some(Asker::of(url).send(if token.is_some() { "PUT" } else { "POST" }, "", token))
}

/// The health that a plain server states, unsigned; nothing where there is no such page, as on AWS.
pub(crate) fn health(stage: &Stage) -> Result<Option<Value>, ProbeError> {
    let origin = stage.public_url.as_str();
    let asker = Asker::of(origin);
    let url = format!("{origin}/healthz");
    let mut answer = asker.agent.get(&url).call().map_err(|error| asker.failed(error))?;
    let text = answer.body_mut().with_config().limit(LONGEST_REPORT).read_to_string().unwrap_or_default();
    let report: Option<Value> = serde_json::from_str(&text).ok();
    Ok(report.filter(|report| report.get("ready").is_some()))
}

/// Asks one origin.
struct Asker<'a> {
    agent: Agent,
    origin: &'a str,
}

impl<'a> Asker<'a> {
    fn of(origin: &'a str) -> Self {
        Self { agent: agent(origin), origin }
    }

    /// Sends an empty form, signed if there is something to sign with.
    fn send(&self, method: &str, path: &str, token: Option<&AuthToken>) -> Result<Answer, ProbeError> {
        let url = format!("{}{path}", self.origin);
        let mut request = ureq::http::Request::builder()
            .method(method)
            .uri(&url)
            .header("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8");
        if let Some(token) = token {
            let form = Form::default();
            request = request.header("X-Twilio-Signature", sign(token, &url, Some(&form)));
        }
        let request = request.body(Vec::new()).map_err(|source| ProbeError::Url { url, source })?;
        let started = Instant::now();
        let answer = self.agent.run(request).map_err(|error| self.failed(error))?;
        let told = answer.headers().get(IDENTITY_HEADER).and_then(|value| value.to_str().ok());
        let told = told.map(str::to_owned);
        Ok(Answer { status: answer.status().as_u16(), told, took: started.elapsed() })
    }

    fn failed(&self, error: ureq::Error) -> ProbeError {
        let origin = self.origin.to_owned();
        match error {
            ureq::Error::Timeout(_) => ProbeError::TimedOut { origin },
            source => ProbeError::Unreachable { origin, source },
        }
    }
}

fn agent(url: &str) -> Agent {
    let mut config = Agent::config_builder()
        .timeout_global(Some(WAIT))
        .http_status_as_error(false)
        .allow_non_standard_methods(true)
        // Twilio's signature would not fit where a redirect leads.
        .max_redirects(0)
        .max_redirects_will_error(false)
        .user_agent(concat!("dialtone-doctor/", env!("CARGO_PKG_VERSION")));
    if webhook::is_local(url) {
        // A proxy, which the environment may name, has another idea of what is local.
        config = config.proxy(None);
    }
    config.build().new_agent()
}
