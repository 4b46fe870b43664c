//! The service that a lab asks: in this process, or one that listens elsewhere.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use exchange::{FetchError, Method, Request, place_at};
use http::header::CONTENT_TYPE;
use network::Network;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tower::Service as _;
use ureq::Agent;
use web::{Route, Sink, Web};
use webhook::{AuthToken, AuthTokens, sign};

use crate::service::{Answer, Later, Service};

/// For how long to wait for an answer, as Twilio does (error 11200 beyond).
const WAIT: Duration = Duration::from_secs(15);

/// The largest document, and the largest sound.
const MAX_DOCUMENT: u64 = 64 * 1024;
const MAX_SOUND: u64 = 16 * 1024 * 1024;

/// The service of a network, in this process. Its events come out of the second part, each as it goes to the topic.
#[must_use]
pub fn inside(network: Network, tokens: AuthTokens) -> (Arc<dyn Service>, UnboundedReceiver<String>) {
    let (sender, events) = unbounded_channel();
    let public_url = network.stage().public_url.to_string();
    let signer = Signer { public_url, token: tokens.first().clone() };
    let web = Web::new(network, tokens, Route::ALL, Tell(sender)).counting_once();
    (Arc::new(Inside { signer, web }), events)
}

/// A service that listens at `url`, and whom Twilio would ask at `public_url`.
#[must_use]
pub fn elsewhere(public_url: String, token: AuthToken, url: String) -> Arc<dyn Service> {
    Arc::new(Elsewhere { signer: Signer { public_url, token }, url, agent: agent(WAIT) })
}

/// How a request is signed, and for whom.
struct Signer {
    public_url: String,
    token: AuthToken,
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

/// Takes events to the host of the lab.
struct Tell(UnboundedSender<String>);

impl Sink for Tell {
    const AT_ONCE: bool = true;

    async fn take(&self, messages: Vec<dialplan::Message>) {
        for message in messages {
            let _ = self.0.send(message.json().to_owned());
        }
    }
}

/// The service in this process.
struct Inside {
    signer: Signer,
    web: Web<Tell>,
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
struct Elsewhere {
    signer: Signer,
    url: String,
    agent: Agent,
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

#[cfg(test)]
mod tests {
    use exchange::Caller;
    use network::NetworkFile;
    use webhook::Form;

    use super::*;

    const URL: &str = "https://lab.example.org";

    fn network() -> Network {
        let text = "[network]\nname = \"lab\"\nregion = \"US\"\narea_code = \"503\"\n[stages.dev]\n\
                    sip_domain = \"lab-dev.sip.twilio.com\"\npublic_url = \"https://lab.example.org\"\n\
                    [extensions.lobby]\nnumber = \"+15035550110\"\n";
        NetworkFile::parse(text).and_then(|file| file.network("dev")).unwrap()
    }

    fn request(method: Method, url: &str) -> Request {
        let Caller { account, from, to, .. } =
            Caller::phone(format!("AC{:032}", 0), "lab-dev.sip.twilio.com", "lobby", "5035550123");
        let fields = [("AccountSid", account), ("From", from), ("To", to)];
        Request { method, url: url.to_owned(), form: Form::from_pairs(fields) }
    }

    #[tokio::test]
    async fn the_service_inside_takes_what_is_signed_and_tells_its_events() {
        let tokens = AuthTokens::parse("T0ken-0f-the-lab-27182818284590452").unwrap();
        let (service, mut events) = inside(network(), tokens);
        for method in [Method::Post, Method::Get] {
            let answer = service.ask(request(method, &format!("{URL}/outgoing"))).await.unwrap();
            assert_eq!(answer.status, 200);
            assert!(answer.content_type.starts_with("text/xml") && answer.body.contains("+15035550123"));
            assert!(events.recv().await.unwrap().contains("dial_outgoing"));
            assert!(events.recv().await.unwrap().contains("dial_pstn"));
        }
        let away = service.ask(request(Method::Post, "https://other.example.org/outgoing")).await;
        assert!(matches!(away, Err(FetchError::Unreachable)), "what leads elsewhere is not here");
    }

    #[tokio::test]
    async fn a_service_elsewhere_that_is_down_is_unreachable() {
        let token = AuthTokens::parse("T0ken-0f-the-lab-27182818284590452").unwrap().first().clone();
        // Port 1 is for root alone, and nobody listens there.
        let service = elsewhere(URL.to_owned(), token, "http://127.0.0.1:1".to_owned());
        let answer = service.ask(request(Method::Post, &format!("{URL}/outgoing"))).await;
        assert!(matches!(answer, Err(FetchError::Unreachable)));
        assert_eq!(service.sound("http://127.0.0.1:1/tone.wav".to_owned()).await, None);
    }
}
