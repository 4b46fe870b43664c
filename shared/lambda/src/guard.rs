//! Events that `lambda_http` cannot turn into a request.
//!
//! It builds a URI from the host, the path and the query of an event, and panics if they are none: a query with a quote
//! or a blank in it is enough, and anyone can send one. Neither a panic nor an event that cannot be read may become a
//! failure of the function, which would wake the operator. So `lambda_http` never sees what a stranger wrote there.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use http::{Uri, header};
use lambda_http::LambdaEvent;
use lambda_http::request::LambdaRequest;
use serde::{Deserialize, Deserializer, Serialize};
use tower::Service;
use web::RawTarget;

/// The path and the query of the event in hand. Lambda gives a process one event at a time.
#[derive(Debug, Clone, Default)]
pub(crate) struct InHand(Arc<Mutex<RawTarget>>);

impl InHand {
    pub(crate) fn put(&self, target: RawTarget) {
        *self.target() = target;
    }

    pub(crate) fn take(&self) -> RawTarget {
        std::mem::take(&mut *self.target())
    }

    fn target(&self) -> MutexGuard<'_, RawTarget> {
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

/// What Lambda gets.
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
        let Event(Some(LambdaRequest::ApiGatewayV2(mut request))) = payload else {
            tracing::warn!(
                request_id = context.request_id,
                status = 403,
                why = "unreadable",
                "request rejected"
            );
            // Nothing of it is signed.
            return Box::pin(async { Ok(Reply::Unreadable { status_code: 403 }) });
        };
        let path = request.raw_path.take().unwrap_or_default();
        let query = request.raw_query_string.take().filter(|query| !query.is_empty());
        self.in_hand.put(RawTarget { path, query });
        // What else the URI would be made of.
        request.request_context.domain_name = None;
        request.request_context.stage = None;
        request.headers.remove(header::HOST);
        let answer =
            self.adapter.call(LambdaEvent { payload: LambdaRequest::ApiGatewayV2(request), context });
        Box::pin(async move { answer.await.map(Reply::Answer) })
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
