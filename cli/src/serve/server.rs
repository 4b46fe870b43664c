//! A plain HTTP/1.1 server around the web.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tower::Service;
use web::{RequestId, Sink, Web};

use crate::stop;

/// How long a client may take to send a request's head, or its body. Twilio itself gives up after 15 s.
const READ_LIMIT: Duration = Duration::from_secs(10);

/// How long open connections may go on after the signal to stop.
const SHUTDOWN_LIMIT: Duration = Duration::from_secs(10);

/// Serves until SIGTERM or SIGINT, then lets requests that have begun finish.
pub(super) async fn serve<S: Sink>(listener: TcpListener, web: Web<S>) {
    let connections = GracefulShutdown::new();
    let ids = RequestIds::new();
    let stop = stop::signalled();
    tokio::pin!(stop);
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                // Out of file descriptors, most likely: others will finish.
                Err(error) => {
                    tracing::error!(%error, "cannot accept");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            },
            () = &mut stop => break,
        };
        // A small answer must not wait for the acknowledgement of an earlier one.
        let _ = stream.set_nodelay(true);
        let (web, ids) = (web.clone(), ids.clone());
        let service = service_fn(move |request| answer(web.clone(), ids.next(), request));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(READ_LIMIT)
            .serve_connection(TokioIo::new(stream), service);
        // An error here is a client that went away.
        tokio::spawn(connections.watch(connection));
    }
    drop((listener, web));
    tracing::info!("stopping");
    if tokio::time::timeout(SHUTDOWN_LIMIT, connections.shutdown()).await.is_err() {
        tracing::warn!("connections were still open");
    }
}

async fn answer<S: Sink>(
    mut web: Web<S>,
    id: String,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let mut response = match body_of(request).await {
        Ok(request) if request.uri().path() == "/healthz" => health(),
        Ok(mut request) => {
            request.extensions_mut().insert(RequestId(id.clone()));
            web.call(request).await?
        }
        Err(code) => plain(code, ""),
    };
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-request-id", value);
    }
    Ok(response.map(Full::new))
}

async fn body_of(request: Request<Incoming>) -> Result<Request<Bytes>, StatusCode> {
    let (parts, body) = request.into_parts();
    match tokio::time::timeout(READ_LIMIT, Limited::new(body, webhook::MAX_BODY).collect()).await {
        Ok(Ok(body)) => Ok(Request::from_parts(parts, body.to_bytes())),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(StatusCode::PAYLOAD_TOO_LARGE),
        Ok(Err(_)) => Err(StatusCode::BAD_REQUEST),
        Err(_) => Err(StatusCode::REQUEST_TIMEOUT),
    }
}

/// For load balancers: unsigned, and says no more than that the process answers.
fn health() -> Response<Bytes> {
    plain(StatusCode::OK, "ok\n")
}

fn plain(code: StatusCode, text: &'static str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from_static(text.as_bytes()));
    *response.status_mut() = code;
    response
}

/// Names for requests: unlike those of another start, and counted.
///
/// Letters only, so that no name looks like a telephone number to whoever searches the logs for one.
#[derive(Clone)]
struct RequestIds {
    start: String,
    count: Arc<AtomicU64>,
}

impl RequestIds {
    fn new() -> Self {
        let start = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        Self { start: letters(u64::try_from(start).unwrap_or_default()), count: Arc::default() }
    }

    fn next(&self) -> String {
        format!("{}-{}", self.start, letters(self.count.fetch_add(1, Ordering::Relaxed)))
    }
}

/// A number to the base of 26.
fn letters(mut number: u64) -> String {
    let mut letters = Vec::new();
    loop {
        letters.extend(u8::try_from(number % 26).map(|digit| char::from(b'a' + digit)));
        number /= 26;
        if number == 0 {
            return letters.iter().rev().collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_ids_are_letters_and_all_different() {
        assert_eq!([0, 25, 26, 675, 676].map(letters), ["a", "z", "ba", "zz", "baa"]);
        let ids = RequestIds::new();
        let all: std::collections::HashSet<_> = (0..2_000).map(|_| ids.next()).collect();
        assert_eq!(all.len(), 2_000);
        assert!(all.iter().all(|id| id.chars().all(|c| c.is_ascii_lowercase() || c == '-')));
    }
}
