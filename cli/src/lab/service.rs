//! The service that the lab asks: in this process, or one that listens elsewhere.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use exchange::{FetchError, Method, Request, place_at};
use http::header::CONTENT_TYPE;
use lab::{Answer, Later, Service};
use tokio::sync::mpsc::UnboundedSender;
use tower::Service as _;
use ureq::Agent;
use web::{Sink, Web};
use webhook::{AuthToken, sign};

/// For how long to wait for an answer, as Twilio does (error 11200 beyond).
const WAIT: Duration = Duration::from_secs(15);

/// The largest document, and the largest sound.
const MAX_DOCUMENT: u64 = 64 * 1024;
const MAX_SOUND: u64 = 16 * 1024 * 1024;

/// How a request is signed, and for whom.
#[derive(Clone)]
pub(super) struct Signer {
    pub(super) public_url: String,
    pub(super) token: AuthToken,
}

/// A request as it goes out.
struct Signed {
    place: String,
    signature: String,
    body: Option<String>,
}

impl Signer {
    /// Signs a request; nothing if it leads to another service.
    fn sign(&self, request: &Request) -> Option<Signed> {
        let place = place_at(&request.url, &self.public_url)?;
        let fields = request.form.encode();
        Some(match request.method {
            Method::Get => {
                let mark = if place.contains('?') { '&' } else { '?' };
                let place = format!("{place}{mark}{fields}");
                let signature = sign(&self.token, &format!("{}{place}", self.public_url), None);
                Signed { place, signature, body: None }
            }
            Method::Post => {
                let url = format!("{}{place}", self.public_url);
                let signature = sign(&self.token, &url, Some(&request.form));
                Signed { place, signature, body: Some(fields) }
            }
        })
    }
}

/// Takes events to the transcript.
pub(super) struct Tell(pub(super) UnboundedSender<String>);

impl Sink for Tell {
    const AT_ONCE: bool = true;

    async fn take(&self, messages: Vec<dialplan::Message>) {
        for message in messages {
            let _ = self.0.send(message.json().to_owned());
        }
    }
}

/// The service in this process.
pub(super) struct Inside {
    pub(super) signer: Signer,
    pub(super) web: Web<Tell>,
}

impl Service for Inside {
    fn ask(&self, request: Request) -> Later<Result<Answer, FetchError>> {
        let mut web = self.web.clone();
        let signed = self.signer.sign(&request);
        Box::pin(async move {
            // What leads elsewhere is not here.
            let signed = signed.ok_or(FetchError::Unreachable)?;
            let mut builder = http::Request::builder()
                .method(request.method.as_str())
                .uri(&signed.place)
                .header("x-twilio-signature", &signed.signature);
            if signed.body.is_some() {
                builder = builder.header(CONTENT_TYPE, "application/x-www-form-urlencoded; charset=UTF-8");
            }
            let body = Bytes::from(signed.body.unwrap_or_default());
            let request = builder.body(body).map_err(|_| FetchError::Unreachable)?;
            let response = web.call(request).await.map_err(|_| FetchError::Unreachable)?;
            let kind = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
            Ok(Answer {
                status: response.status().as_u16(),
                content_type: kind.unwrap_or_default().to_owned(),
                body: String::from_utf8_lossy(response.body()).into_owned(),
            })
        })
    }

    fn sound(&self, url: String) -> Later<Option<Vec<u8>>> {
        sound(url)
    }
}

/// A service that listens elsewhere.
pub(super) struct Elsewhere {
    pub(super) signer: Signer,
    pub(super) url: String,
    pub(super) agent: Agent,
}

impl Elsewhere {
    pub(super) fn new(signer: Signer, url: String) -> Self {
        Self { signer, url, agent: agent(WAIT) }
    }
}

impl Service for Elsewhere {
    fn ask(&self, request: Request) -> Later<Result<Answer, FetchError>> {
        let signed = self.signer.sign(&request);
        let elsewhere = sign(&self.signer.token, &request.url, Some(&request.form));
        // A fallback URL may lead anywhere.
        let url = match &signed {
            Some(signed) => format!("{}{}", self.url, signed.place),
            None => request.url.clone(),
        };
        let agent = self.agent.clone();
        blocking(move || {
            let (signature, body) = match signed {
                Some(signed) => (signed.signature, signed.body),
                None => (elsewhere, Some(request.form.encode())),
            };
            let sent = match body {
                None => agent.get(&url).header("X-Twilio-Signature", signature).call(),
                Some(body) => agent
                    .post(&url)
                    .header("X-Twilio-Signature", signature)
                    .header("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
                    .send(body),
            };
            let mut response = sent.map_err(|error| failure(&error))?;
            let kind = response.headers().get("content-type").and_then(|value| value.to_str().ok());
            let content_type = kind.unwrap_or_default().to_owned();
            let status = response.status().as_u16();
            let body = response.body_mut().with_config().limit(MAX_DOCUMENT).read_to_vec();
            let body = String::from_utf8_lossy(&body.map_err(|error| failure(&error))?).into_owned();
            Ok(Answer { status, content_type, body })
        })
    }

    fn sound(&self, url: String) -> Later<Option<Vec<u8>>> {
        sound(url)
    }
}

fn failure(error: &ureq::Error) -> FetchError {
    match error {
        ureq::Error::Timeout(_) => FetchError::Silence,
        ureq::Error::BodyExceedsLimit(_) => FetchError::TooLarge,
        _ => FetchError::Unreachable,
    }
}

fn agent(wait: Duration) -> Agent {
    let config = Agent::config_builder()
        .timeout_global(Some(wait))
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .user_agent("TwilioProxy/1.1");
    config.build().new_agent()
}

/// Fetches a file that a document plays.
fn sound(url: String) -> Later<Option<Vec<u8>>> {
    let fetch = blocking(move || {
        let mut response = agent(Duration::from_secs(5)).get(&url).call().map_err(|error| failure(&error))?;
        if !response.status().is_success() {
            return Err(FetchError::Status(response.status().as_u16()));
        }
        response.body_mut().with_config().limit(MAX_SOUND).read_to_vec().map_err(|error| failure(&error))
    });
    Box::pin(async move { fetch.await.ok() })
}

/// Runs what blocks on a thread that may.
fn blocking<T: Send + 'static>(
    act: impl FnOnce() -> Result<T, FetchError> + Send + 'static,
) -> Later<Result<T, FetchError>> {
    Box::pin(async move { tokio::task::spawn_blocking(act).await.unwrap_or(Err(FetchError::Unreachable)) })
}

/// Shared by the lab.
pub(super) fn service(signer: Signer, url: Option<String>, web: Web<Tell>) -> Arc<dyn Service> {
    match url {
        Some(url) => Arc::new(Elsewhere::new(signer, url)),
        None => Arc::new(Inside { signer, web }),
    }
}
