//! Events that `lambda_http` cannot turn into a request.
//!
//! It builds a URI from the host, the path and the query of an event, and panics if they are none: a query with a quote
//! or a blank in it is enough, and anyone can send one. It panics, too, at a body that is called base64 and is none.
//! Neither a panic nor an event that cannot be read may become a failure of the function, which would wake the operator.
//! So `lambda_http` never sees what a stranger wrote there.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Uri, header};
use lambda_http::LambdaEvent;
use lambda_http::request::LambdaRequest;
use serde::{Deserialize, Deserializer, Serialize};
use tower::Service;
use web::RawTarget;

/// The part of the event in hand that is kept back. Lambda gives a process one event at a time.
#[derive(Debug, Clone, Default)]
pub(crate) struct InHand(Arc<Mutex<Kept>>);

/// The parts of an event that a stranger wrote.
#[derive(Default)]
pub(crate) struct Kept {
    pub(crate) target: RawTarget,
    pub(crate) body: Bytes,
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Kept(..)")
    }
}

impl InHand {
    pub(crate) fn put(&self, kept: Kept) {
        *self.kept() = kept;
    }

    pub(crate) fn take(&self) -> Kept {
        std::mem::take(&mut *self.kept())
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An event, or nothing if it is not the event of an HTTP API.
pub(crate) struct Event(Option<LambdaRequest>);

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // It has taken the whole event as text before it looks at anything in it.
        Ok(Self(LambdaRequest::deserialize(deserializer).ok()))
    }
}

/// The reply that Lambda gets.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Reply<R> {
    Answer(R),
    #[serde(rename_all = "camelCase")]
    Unreadable {
        status_code: u16,
    },
}

/// Stands before `lambda_http`'s adapter and keeps the path and the query back for the host.
pub(crate) struct Guard<A> {
    adapter: A,
    in_hand: InHand,
}

impl<A> Guard<A> {
    pub(crate) fn new(adapter: A, in_hand: InHand) -> Self {
        Self { adapter, in_hand }
    }
}

impl<A> Service<LambdaEvent<Event>> for Guard<A>
where
    A: Service<LambdaEvent<LambdaRequest>>,
    A::Future: Send + 'static,
{
    type Response = Reply<A::Response>;
    type Error = A::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.adapter.poll_ready(context)
    }

    fn call(&mut self, LambdaEvent { payload, context }: LambdaEvent<Event>) -> Self::Future {
        let unreadable = |context: &lambda_http::Context| {
            let request_id = context.request_id.as_str();
            tracing::warn!(request_id, status = 403, why = "unreadable", "request rejected");
        };
        // Nothing of an unreadable event is signed.
        let Event(Some(LambdaRequest::ApiGatewayV2(mut request))) = payload else {
            unreadable(&context);
            return Box::pin(async { Ok(Reply::Unreadable { status_code: 403 }) });
        };
        let Some(body) = body(request.body.take(), request.is_base64_encoded) else {
            unreadable(&context);
            return Box::pin(async { Ok(Reply::Unreadable { status_code: 403 }) });
        };
        request.is_base64_encoded = false;
        let path = request.raw_path.take().unwrap_or_default();
        let query = request.raw_query_string.take().filter(|query| !query.is_empty());
        self.in_hand.put(Kept { target: RawTarget { path, query }, body });
        // What else the URI would be made of.
        request.request_context.domain_name = None;
        request.request_context.stage = None;
        request.headers.remove(header::HOST);
        let answer =
            self.adapter.call(LambdaEvent { payload: LambdaRequest::ApiGatewayV2(request), context });
        Box::pin(async move { answer.await.map(Reply::Answer) })
    }
}

/// The body as it was sent. Nothing if it is called base64 (RFC 4648, section 4) and is none.
fn body(text: Option<String>, is_base64: bool) -> Option<Bytes> {
    match text {
        Some(text) if is_base64 => STANDARD.decode(text).ok().map(Bytes::from),
        text => Some(Bytes::from(text.unwrap_or_default())),
    }
}

/// The URI of a path and a query, if there is one that has them exactly as they are.
pub(crate) fn uri(target: &RawTarget) -> Option<Uri> {
    let uri: Uri = match &target.query {
        Some(query) => format!("{}?{query}", target.path).parse().ok()?,
        None => target.path.parse().ok()?,
    };
    (uri.path() == target.path && uri.query() == target.query.as_deref()).then_some(uri)
}
