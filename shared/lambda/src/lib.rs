//! AWS Lambda as a host: API Gateway HTTP API events (payload version 2.0) in and out of a [`Web`].
//!
//! The event's raw path and raw query go to the service untouched, since Twilio's signature covers them.

mod guard;

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use lambda_http::lambda_runtime::{LambdaInvocation, Runtime};
use lambda_http::{Adapter, Body, LambdaEvent, RequestExt};
use serde::{Deserialize, Deserializer, Serialize};
use telemetry::LogFormat;
use tower::{Layer, Service};
use web::{Answer, RequestId, Rest, Route, Settings, Sink, Web};

pub use lambda_http::Error;

use guard::{Event, Guard, InHand, Kept};

// Only to be linked.
use fewlibs as _;

/// Reads the settings, builds the sink from them and serves some routes until Lambda ends the process.
///
/// # Errors
///
/// The settings are not complete: each problem is logged, and the function does not start.
pub async fn serve<S: Sink, F: Future<Output = S>>(
    routes: &'static [Route],
    sink: impl FnOnce(Option<String>) -> F,
) -> Result<(), Error> {
    telemetry::start_logging(LogFormat::JsonToStdout);
    let Settings { network, tokens, topic } = Settings::from_env().inspect_err(|error| {
        for finding in &error.findings {
            tracing::error!(problem = finding.to_string(), "cannot start");
        }
    })?;
    let host = Host::new(Web::new(network, tokens, routes, sink(topic).await));
    // A runtime of our own making, since the ready-made one has no place for what comes before the request is built
    // and after the answer.
    Runtime::new(host.guarded()).layer(host).run().await
}

/// The handler that [`serve`] gives to Lambda's runtime, without the runtime: an event in, the function's answer out. For tests, which
/// have no Runtime API to ask.
pub struct Handler<S> {
    host: Host<S>,
    guarded: Guard<Adapter<'static, Response<Body>, Host<S>>>,
}

impl<S: Sink> Handler<S> {
    /// A function that answers with this service.
    #[must_use]
    pub fn new(web: Web<S>) -> Self {
        let host = Host::new(web);
        Self { guarded: host.guarded(), host }
    }

    /// Answers one event, and performs what the answer leaves to be done.
    ///
    /// # Errors
    ///
    /// The event is not even JSON, which Lambda never hands over. Everything else has an answer.
    pub async fn answer<'de, D: Deserializer<'de>>(
        &mut self,
        event: D,
    ) -> Result<impl Serialize + use<S, D>, D::Error> {
        let event = Event::deserialize(event)?;
        let Ok(reply) = self.guarded.call(LambdaEvent::new(event, lambda_http::Context::default())).await;
        self.host.perform().await;
        Ok(reply)
    }
}

/// Turns Lambda's requests and responses into plain ones, and performs what they leave once Twilio has its answer.
///
/// Lambda passes an answer on when the runtime posts it, and stops the process only when it asks for the next event
/// (<https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>). In between is time for what nobody waits for.
struct Host<S> {
    web: Web<S>,
    in_hand: InHand,
    left: Left,
}

/// The work that the request in hand has left. Lambda gives a process one request at a time.
type Left = Arc<Mutex<Rest>>;

impl<S> Clone for Host<S> {
    fn clone(&self) -> Self {
        Self { web: self.web.clone(), in_hand: self.in_hand.clone(), left: Arc::clone(&self.left) }
    }
}

impl<S: Sink> Service<lambda_http::Request> for Host<S> {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: lambda_http::Request) -> Self::Future {
        let host = self.clone();
        Box::pin(async move {
            let Answer { response, rest } = host.web.answer(&plain(request, host.in_hand.take())).await;
            *host.left() = rest;
            Ok(response.map(body))
        })
    }
}

impl<S: Sink> Host<S> {
    fn new(web: Web<S>) -> Self {
        Self { web, in_hand: InHand::default(), left: Left::default() }
    }

    /// Performs what the request that was answered last has left.
    async fn perform(&self) {
        let rest = std::mem::take(&mut *self.left());
        self.web.perform(rest).await;
    }

    fn guarded(&self) -> Guard<Adapter<'static, Response<Body>, Self>> {
        Guard::new(Adapter::from(self.clone()), self.in_hand.clone())
    }
}

impl<S> Host<S> {
    fn left(&self) -> MutexGuard<'_, Rest> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S, P> Layer<P> for Host<S> {
    type Service = Afterwards<S, P>;

    fn layer(&self, posting: P) -> Self::Service {
        Afterwards { host: self.clone(), posting }
    }
}

/// One turn of the runtime: what answers and posts the answer, and then what is left.
struct Afterwards<S, P> {
    host: Host<S>,
    posting: P,
}

impl<S: Sink, P> Service<LambdaInvocation> for Afterwards<S, P>
where
    P: Service<LambdaInvocation, Response = (), Error = Error>,
    P::Future: 'static,
{
    type Response = ();
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<(), Error>>>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.posting.poll_ready(context)
    }

    fn call(&mut self, invocation: LambdaInvocation) -> Self::Future {
        let posting = self.posting.call(invocation);
        let host = self.host.clone();
        Box::pin(async move {
            let posted = posting.await;
            // Also if Lambda did not take the answer: what has happened has happened.
            host.perform().await;
            posted
        })
    }
}

fn plain(request: lambda_http::Request, Kept { target, body }: Kept) -> Request<Bytes> {
    let id = request.lambda_context_ref().map(|context| RequestId(context.request_id.clone()));
    let (mut parts, _) = request.into_parts();
    parts.extensions.clear();
    match guard::uri(&target) {
        Some(uri) => parts.uri = uri,
        None => {
            parts.extensions.insert(target);
        }
    }
    if let Some(id) = id {
        parts.extensions.insert(id);
    }
    Request::from_parts(parts, body)
}

/// Everything that the service answers is text; as text it needs no base64 on its way through API Gateway.
fn body(bytes: Bytes) -> Body {
    match String::from_utf8(bytes.into()) {
        Ok(text) if text.is_empty() => Body::Empty,
        Ok(text) => Body::Text(text),
        Err(error) => Body::Binary(error.into_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use web::RawTarget;

    use super::*;

    #[test]
    fn the_raw_path_and_query_stay_as_they_are() {
        let target =
            |path: &str, query: Option<&str>| RawTarget { path: path.into(), query: query.map(Into::into) };
        let uri = guard::uri(&target("/outgoing", Some("a=%3a&b=it's&From=sip:x@y"))).unwrap();
        assert_eq!((uri.path(), uri.query()), ("/outgoing", Some("a=%3a&b=it's&From=sip:x@y")));
        assert_eq!(guard::uri(&target("/status/dial", None)).unwrap().path(), "/status/dial");
        for (path, query) in
            [("/incoming", "a=\"b\""), ("/incoming", "a=#b"), ("/in coming", "a"), ("", "a"), ("/a?b", "c")]
        {
            assert_eq!(guard::uri(&target(path, Some(query))), None, "{path} {query}");
        }
    }

    /// An event as API Gateway sends it, body in base64 and headers in small letters.
    #[tokio::test]
    async fn an_api_gateway_event_is_answered() {
        let file = "[network]\nname='n'\nregion='US'\n[stages.prod]\nsip_domain='n.sip.twilio.com'\n\
                    public_url='https://n.example.org'\n[extensions.lobby]\nnumber='+15035550110'\n";
        let network = network::NetworkFile::parse(file).and_then(|file| file.network("prod")).unwrap();
        let tokens = webhook::AuthTokens::parse("secret").unwrap();
        let form = webhook::Form::parse(b"From=%2B15035550199&To=%2B15035550110&FromZip=").unwrap();
        let signature =
            webhook::sign(tokens.first(), "https://n.example.org/incoming?a=%3a&b=it's", Some(&form));
        let event = format!(
            r#"{{"version":"2.0","routeKey":"$default","rawPath":"/incoming","rawQueryString":"a=%3a&b=it's",
                "headers":{{"host":"abc.execute-api.us-west-2.amazonaws.com","x-forwarded-proto":"https",
                "content-type":"application/x-www-form-urlencoded; charset=UTF-8","x-twilio-signature":"{signature}"}},
                "requestContext":{{"http":{{"method":"POST","path":"/incoming","protocol":"HTTP/1.1","sourceIp":"192.0.2.1",
                "userAgent":"TwilioProxy/1.1"}},"stage":"$default","timeEpoch":1781978645000}},
                "body":"RnJvbT0lMkIxNTAzNTU1MDE5OSZUbz0lMkIxNTAzNTU1MDExMCZGcm9tWmlwPQ==","isBase64Encoded":true}}"#
        );
        let web = Web::new(network, tokens, web::INCOMING, web::LogSink);
        let mut handler = Handler::new(web);
        let mut answer = async |event: &str| {
            let mut event = serde_json::Deserializer::from_str(event);
            serde_json::to_value(handler.answer(&mut event).await.unwrap()).unwrap()
        };
        let response = answer(&event).await;
        assert_eq!(response["statusCode"], 200);
        assert!(response["body"].as_str().unwrap().contains("sip:lobby@n.sip.twilio.com"));
        assert_eq!(answer(&event.replace(&signature, "")).await["statusCode"], 403);
        // API Gateway writes no such body. If anything else does, that is no failure of the function.
        assert_eq!(answer(&event.replace("RnJvbT0", "!!!")).await["statusCode"], 403);
        let plain = event.replace(
            "RnJvbT0lMkIxNTAzNTU1MDE5OSZUbz0lMkIxNTAzNTU1MDExMCZGcm9tWmlwPQ==",
            "From=%2B15035550199&To=%2B15035550110&FromZip=",
        );
        assert_eq!(answer(&plain.replace(":true}", ":false}")).await["statusCode"], 200);
    }

    /// Notes when events are taken.
    #[derive(Clone, Default)]
    struct Noted(Arc<Mutex<Vec<&'static str>>>);

    impl Sink for Noted {
        const AT_ONCE: bool = false;

        async fn take(&self, messages: Vec<dialplan::Message>) {
            assert!(!messages.is_empty());
            self.0.lock().unwrap().push("taken");
        }
    }

    #[tokio::test]
    async fn events_are_taken_when_the_answer_is_posted_even_in_vain() {
        let file = "[network]\nname='n'\nregion='US'\n[stages.prod]\nsip_domain='n.sip.twilio.com'\n\
                    public_url='https://n.example.org'\n[extensions.lobby]\nnumber='+15035550110'\n";
        let network = network::NetworkFile::parse(file).and_then(|file| file.network("prod")).unwrap();
        let tokens = webhook::AuthTokens::parse("secret").unwrap();
        let body = "From=%2B15035550199&To=%2B15035550110";
        let form = webhook::Form::parse(body.as_bytes()).unwrap();
        let signature = webhook::sign(tokens.first(), "https://n.example.org/incoming", Some(&form));
        let noted = Noted::default();
        let web = Web::new(network, tokens, web::INCOMING, noted.clone());
        let host = Host::new(web);
        let (answering, posting_noted) = (host.clone(), noted.clone());
        // What lambda_http does for an event, but that Lambda does not take the answer.
        let posting = tower::service_fn(move |_: LambdaInvocation| {
            let (mut answering, noted, signature) =
                (answering.clone(), posting_noted.clone(), signature.clone());
            async move {
                let request =
                    Request::post("https://n.example.org/incoming").header("x-twilio-signature", signature);
                let request = request.body(Body::Empty).unwrap();
                let target = RawTarget { path: "/incoming".into(), query: None };
                answering.in_hand.put(Kept { target, body: Bytes::from_static(body.as_bytes()) });
                let response = answering.call(request).await.unwrap();
                assert_eq!(response.status(), 200);
                noted.0.lock().unwrap().push("posted");
                Err::<(), Error>("not taken".into())
            }
        });
        let mut turn = host.layer(posting);
        let invocation = || {
            let (parts, ()) = Response::new(()).into_parts();
            LambdaInvocation { parts, body: Bytes::new(), context: lambda_http::Context::default() }
        };
        assert!(turn.call(invocation()).await.is_err());
        assert!(turn.call(invocation()).await.is_err());
        assert_eq!(*noted.0.lock().unwrap(), ["posted", "taken", "posted", "taken"]);
    }

    #[test]
    fn answers_are_text() {
        assert!(
            matches!(body(Bytes::from_static(b"<Response/>")), Body::Text(text) if text == "<Response/>")
        );
        assert!(matches!(body(Bytes::new()), Body::Empty));
    }
}
