//! Verify, decide, perform.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use dialplan::{DialTone, Dialled, Message, Plan, UserEvent};
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use network::Network;
use telemetry::{together, unique_timestamp};
use tower::Service;
use webhook::{Alert, AuthTokens, Call, CallProgress, Content, DialEnd, Form, Rejection, Signed, Verifier};

use crate::identity::{IDENTITY_HEADER, Identity};
use crate::measures;
use crate::recent::{Memory, Recent};
use crate::route::Route;
use crate::sink::Sink;

const SIGNATURE: &str = "x-twilio-signature";

/// The name of a request in the logs. A host puts it into the request's extensions.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

/// The path and the query of a request as they were sent, where they are no URI. A host puts it into the request's
/// extensions; it then counts instead of the URI.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RawTarget {
    /// The path.
    pub path: String,
    /// The part behind the question mark.
    pub query: Option<String>,
}

/// The HTTP service: Twilio's webhooks in, TwiML out, events to a [`Sink`].
///
/// A host that can answer first and act afterwards uses [`Web::answer`] and [`Web::perform`], so that nobody waits
/// for what is performed; for others it is a [`Service`]. Cloning is cheap.
#[derive(Debug)]
pub struct Web<S> {
    inner: Arc<Inner<S>>,
}

impl<S> Clone for Web<S> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

#[derive(Debug)]
struct Inner<S> {
    network: Network,
    verifier: Verifier,
    /// The service's identity, told to requests that proved theirs.
    identity: Option<HeaderValue>,
    routes: &'static [Route],
    sink: S,
    /// How many requests were turned away since the start.
    rejected: AtomicU64,
    /// The webhooks of late, if each is to be counted once.
    recent: Option<Box<dyn Memory>>,
}

/// A request that is proven to come from Twilio.
struct Webhook {
    route: Option<Route>,
    form: Form,
    query: String,
}

impl<S: Sink> Web<S> {
    /// A service that answers some routes of a network.
    #[must_use]
    pub fn new(network: Network, tokens: AuthTokens, routes: &'static [Route], sink: S) -> Self {
        let verifier = Verifier::new(tokens, &network.stage().public_url);
        let identity = Identity::of(&network).header();
        let inner =
            Inner { network, verifier, identity, routes, sink, rejected: AtomicU64::new(0), recent: None };
        Self { inner: Arc::new(inner) }
    }
}

impl<S> Web<S> {
    /// The same service, which counts a webhook once that Twilio sends several times: the answer is the same each time, and
    /// its events are taken once. For a host that is one process; it has to be called before the service is cloned.
    #[must_use]
    pub fn counting_once(mut self) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.inner) {
            inner.recent = Some(Box::new(Recent::default()));
        }
        self
    }
}

impl<S: Sink> Web<S> {
    /// Verifies and decides. What is left is for [`Web::perform`], once Twilio has the response.
    ///
    /// Waits for nothing: only a sink that takes events at once is given them before the answer.
    pub async fn answer(&self, request: &Request<Bytes>) -> Answer {
        self.inner.answer(request).await
    }

    /// Performs what a request has left: events on their way, and lines for the log.
    pub async fn perform(&self, rest: Rest) {
        self.inner.perform(rest).await;
    }
}

/// The answer to a request.
#[derive(Debug)]
pub struct Answer {
    /// The response for Twilio.
    pub response: Response<Bytes>,
    /// The work that remains.
    pub rest: Rest,
}

/// The work that an answered request leaves. Nobody waits for it.
#[derive(Debug, Default)]
#[must_use = "events are lost unless it is performed"]
pub struct Rest(Option<Box<Report>>);

#[derive(Debug)]
struct Report {
    request_id: Option<String>,
    call_sid: Option<String>,
    route: Route,
    status: u16,
    plan: Plan,
    /// The events, if the sink takes them after the answer.
    messages: Vec<Message>,
    latency: Duration,
    is_repeated: bool,
}

/// Answers and performs, for hosts that cannot tell the two apart.
impl<S: Sink> Service<Request<Bytes>> for Web<S> {
    type Response = Response<Bytes>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Bytes>) -> Self::Future {
        let inner = Arc::clone(&self.inner);
        Box::pin(async move {
            let Answer { response, rest } = inner.answer(&request).await;
            inner.perform(rest).await;
            Ok(response)
        })
    }
}

impl<S: Sink> Inner<S> {
    async fn answer(&self, request: &Request<Bytes>) -> Answer {
        let started = Instant::now();
        let webhook = match self.verify(request) {
            Ok(webhook) => webhook,
            Err(refusal) => {
                return Answer { response: self.turn_away(request, refusal), rest: Rest::default() };
            }
        };
        let mut answer = self.answer_proven(request, &webhook, started).await;
        if let Some(identity) = &self.identity {
            answer.response.headers_mut().insert(IDENTITY_HEADER, identity.clone());
        }
        answer
    }

    async fn answer_proven(&self, request: &Request<Bytes>, webhook: &Webhook, started: Instant) -> Answer {
        let is_known_method = [Method::GET, Method::POST].contains(request.method());
        let route = match webhook.route {
            Some(route) if is_known_method => route,
            other => {
                // Twilio itself is asking, so a URL in its console is wrong.
                let code =
                    if other.is_none() { StatusCode::NOT_FOUND } else { StatusCode::METHOD_NOT_ALLOWED };
                tracing::warn!(request_id = request_id(request), status = code.as_u16(), "no such route");
                return Answer { response: status(code), rest: Rest::default() };
            }
        };
        let (call_sid, mut plan) = decide(route, webhook, &self.network);
        let is_repeated = self.is_repeated(request);
        if is_repeated {
            plan.events.clear();
        }
        let response = if route.is_callback() { status(StatusCode::NO_CONTENT) } else { twiml(&plan) };
        let latency = started.elapsed();
        let mut messages = self.messages(&plan);
        if S::AT_ONCE && is_repeated {
            // The first of them may not be kept yet: it is, once a sink has taken what comes after it.
            self.sink.take(Vec::new()).await;
        } else if S::AT_ONCE {
            self.take(std::mem::take(&mut messages)).await;
        } else if !messages.is_empty() {
            self.sink.keep(&messages);
        }
        let report = Report {
            request_id: request_id(request).map(str::to_owned),
            call_sid,
            route,
            status: response.status().as_u16(),
            plan,
            messages,
            latency,
            is_repeated,
        };
        Answer { response, rest: Rest(Some(Box::new(report))) }
    }

    async fn perform(&self, Rest(report): Rest) {
        let Some(report) = report else { return };
        report.write(&self.network.stage().name);
        self.take(report.messages).await;
    }

    /// Whether a proven request came before.
    fn is_repeated(&self, request: &Request<Bytes>) -> bool {
        let signature = request.headers().get(SIGNATURE).map(HeaderValue::as_bytes);
        self.recent.as_ref().zip(signature).is_some_and(|(recent, signature)| recent.is_repeated(signature))
    }

    fn messages(&self, plan: &Plan) -> Vec<Message> {
        let stage = self.network.stage();
        plan.events.iter().map(|event| Message::of(event, stage, &unique_timestamp())).collect()
    }

    async fn take(&self, messages: Vec<Message>) {
        if !messages.is_empty() {
            self.sink.take(messages).await;
        }
    }

    /// Comes first on every path: a caller that cannot prove it is Twilio learns nothing.
    fn verify(&self, request: &Request<Bytes>) -> Result<Webhook, Refusal> {
        let (path, query) = target(request);
        let body = request.body();
        let is_get = request.method() == Method::GET;
        let is_form = !is_get && is_form(request);
        let form = match (is_get, is_form) {
            (true, _) => Form::parse(query.unwrap_or_default().as_bytes()),
            (_, true) => Form::parse(body),
            _ => Form::parse(&[]),
        }
        .map_err(|_| Refusal::TooLarge)?;
        let content = match (is_get, is_form) {
            (true, _) => Content::Query,
            (_, true) => Content::Form(&form),
            _ => Content::Raw(body),
        };
        let signature = signature(request)?;
        self.verifier.verify(&Signed { path, query, signature, content }).map_err(Refusal::Unproven)?;
        Ok(Webhook {
            route: Route::find(self.routes, path),
            form,
            query: query.unwrap_or_default().to_owned(),
        })
    }

    fn turn_away(&self, request: &Request<Bytes>, refusal: Refusal) -> Response<Bytes> {
        let rejected_total = self.rejected.fetch_add(1, Ordering::Relaxed) + 1;
        let (code, why) = match refusal {
            Refusal::Unproven(rejection) => {
                measures::rejected(&self.network.stage().name);
                (StatusCode::FORBIDDEN, rejection.as_str())
            }
            Refusal::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
        };
        // The path is the sender's invention, so only a route of ours is named.
        let route = Route::find(self.routes, target(request).0).map(Route::path);
        let (request_id, status_code) = (request_id(request), code.as_u16());
        tracing::warn!(request_id, route, status = status_code, why, rejected_total, "request rejected");
        status(code)
    }
}

impl Report {
    fn write(&self, stage: &str) {
        let _together = together();
        let Self { plan, route, latency, .. } = self;
        tracing::info!(
            request_id = self.request_id.as_deref(),
            call_sid = self.call_sid.as_deref(),
            route = route.path(),
            status = self.status,
            decision = plan.decision.as_str(),
            reason = plan.decision.reason().map(dialplan::Reason::as_str),
            latency_us = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX),
            repeated = self.is_repeated.then_some(true),
            "request"
        );
        if plan.events.iter().any(|event| event.name() == UserEvent::EmergencyFailed) {
            // At the level that wakes somebody: a person asked for help and did not get it.
            tracing::error!(call_sid = self.call_sid.as_deref(), "emergency call failed");
        }
        if !self.is_repeated {
            measures::answered(stage, *route, plan, *latency);
        }
    }
}

/// Why a request is turned away.
#[derive(Clone, Copy)]
enum Refusal {
    Unproven(Rejection),
    TooLarge,
}

fn decide(route: Route, webhook: &Webhook, network: &Network) -> (Option<String>, Plan) {
    let Webhook { form, query, .. } = webhook;
    let of = |call: &Call| call.sid.as_ref().map(|sid| sid.as_str().to_owned());
    match route {
        Route::Outgoing => {
            let call = Call::from_form(form);
            (of(&call), dialplan::outgoing(&call, network, &mut ()))
        }
        Route::Digits => {
            let call = Call::from_form(form);
            (of(&call), dialplan::digits(&call, network, &DialTone::from_query(query), &mut ()))
        }
        Route::Refer => {
            let call = Call::from_form(form);
            (of(&call), dialplan::refer(&call, network, &mut ()))
        }
        Route::Incoming => {
            let call = Call::from_form(form);
            (of(&call), dialplan::incoming(&call, network))
        }
        Route::DialEnded => {
            let end = DialEnd::from_form(form);
            (of(&end.call), dialplan::dial_ended(&end, network, Dialled::from_query(query)))
        }
        Route::CallProgress => {
            let progress = CallProgress::from_form(form);
            (of(&progress.call), dialplan::call_progress(&progress, network))
        }
        Route::Alert => (None, dialplan::alert(&Alert::from_form(form), network)),
    }
}

/// The signature of a request, if there is exactly one: we do not choose between two.
fn signature<B>(request: &Request<B>) -> Result<Option<&[u8]>, Refusal> {
    let mut values = request.headers().get_all(SIGNATURE).iter();
    match (values.next(), values.next()) {
        (value, None) => Ok(value.map(HeaderValue::as_bytes)),
        (_, Some(_)) => Err(Refusal::Unproven(Rejection::Malformed)),
    }
}

/// Whether the body is form data, as Twilio's is unless it says otherwise.
fn is_form<B>(request: &Request<B>) -> bool {
    const FORM: &[u8] = b"application/x-www-form-urlencoded";
    request.headers().get(header::CONTENT_TYPE).is_none_or(|value| {
        value.as_bytes().get(..FORM.len()).is_some_and(|start| start.eq_ignore_ascii_case(FORM))
    })
}

/// The path and the query, as the signature covers them.
fn target<B>(request: &Request<B>) -> (&str, Option<&str>) {
    match request.extensions().get::<RawTarget>() {
        Some(target) => (&target.path, target.query.as_deref()),
        None => (request.uri().path(), request.uri().query()),
    }
}

fn request_id<B>(request: &Request<B>) -> Option<&str> {
    request.extensions().get::<RequestId>().map(|id| id.0.as_str())
}

fn status(code: StatusCode) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = code;
    response
}

fn twiml(plan: &Plan) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(plan.reply.to_string()));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/xml; charset=utf-8"));
    // Twilio may cache the answer to a GET, and the next call is another.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests;
