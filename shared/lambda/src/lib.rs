//! AWS Lambda as a host: API Gateway HTTP API events (payload version 2.0) in and out of an [`Edge`].
//!
//! The event's raw path and raw query go to the edge untouched, since Twilio's signature covers them. The Runtime
//! API is spoken by hand, over one connection that waits: a function does one thing at a time, so it needs neither
//! a pool of connections nor a reactor, and a caller need not wait until those have started (docs/performance.md).

use std::env;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Poll;

use edge::{Edge, LogFormat, Route, Settings, Sink};
use tower::Service;

mod event;
mod runtime_api;
mod wait;

use runtime_api::{Failure, RuntimeApi};

pub use wait::block_on;

/// Why a function ends.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// Reads the settings, builds the sink from them and serves some routes until Lambda ends the process.
///
/// It blocks its thread while it waits for the next event: Lambda freezes the process then anyway.
///
/// # Errors
///
/// The settings are not complete: each problem is logged, and the function does not start. Or the Runtime API is
/// gone.
pub async fn serve<S: Sink, F: Future<Output = S>>(
    routes: &'static [Route],
    sink: impl FnOnce(Option<String>) -> F,
) -> Result<(), Error> {
    edge::start_logging(LogFormat::JsonToStdout);
    let Settings { network, tokens, topic } = Settings::from_env().inspect_err(|error| {
        for problem in &error.0 {
            tracing::error!(problem, "cannot start");
        }
    })?;
    let mut edge = Edge::new(network, tokens, routes, sink(topic).await)?;
    let address = env::var("AWS_LAMBDA_RUNTIME_API")
        .map_err(|_| "AWS_LAMBDA_RUNTIME_API is not set: this program is started by AWS Lambda")?;
    let mut api = RuntimeApi::connect(address)?;
    loop {
        let invocation = api.next()?;
        wait::settle().await;
        match answer(&mut edge, &invocation.event, &invocation.id).await {
            Ok(answer) => api.respond(&invocation, &answer)?,
            Err(failure) => {
                tracing::error!(request_id = invocation.id, kind = failure.kind, "invocation failed");
                api.fail(&invocation, &failure)?;
            }
        }
    }
}

/// What Lambda gets for one event.
async fn answer<S: Sink>(edge: &mut Edge<S>, event: &[u8], id: &str) -> Result<Vec<u8>, Failure> {
    let request = event::request(event, id)
        .map_err(|_| Failure { kind: "event", message: "not an event of an HTTP API, version 2.0" })?;
    let mut response = edge.call(request);
    // A panic is an error of one request. What it says may be private.
    let panicked = Failure { kind: "panic", message: "the function has panicked" };
    let caught =
        poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| response.as_mut().poll(context))) {
            Ok(poll) => poll.map(Some),
            Err(_) => Poll::Ready(None),
        });
    match caught.await {
        Some(Ok(response)) => Ok(event::answer(&response)),
        None => Err(panicked),
    }
}

#[cfg(test)]
mod tests;
