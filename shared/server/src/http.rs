//! A plain HTTP/1.1 server around the web.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio_io_timeout::TimeoutStream;
use tower::Service;
use web::{RequestId, Sink, Web};

use crate::connections::{Connections, Place};
use crate::health::Health;

/// How long a client may take to send a request's head, or its body. Twilio itself gives up after 15 s.
const READ_LIMIT: Duration = Duration::from_secs(10);

/// How long a client may take nothing of an answer.
const WRITE_LIMIT: Duration = Duration::from_secs(10);

/// The longest head of a request. Twilio's take 1 KiB.
const HEAD_LIMIT: usize = 16 * 1024;

/// How long a connection that has asked nothing may still do so after the signal to stop.
const FIRST_REQUEST: Duration = Duration::from_millis(500);

/// How long open connections may go on after the signal to stop.
const SHUTDOWN_LIMIT: Duration = Duration::from_secs(3);

/// Serves until `stop` resolves, then lets requests that have begun finish.
pub(crate) async fn serve<S: Sink>(
    listener: TcpListener,
    web: Web<S>,
    connections: &Connections,
    health: &Arc<Health>,
    stop: impl Future<Output = ()>,
) {
    let graceful = GracefulShutdown::new();
    let ids = RequestIds::new();
    tokio::pin!(stop);
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                // Out of file descriptors, most likely.
                Err(error) => {
                    tracing::error!(%error, "cannot accept");
                    connections.make_room();
                    tokio::time::sleep(Duration::from_millis(10)).await;
                    continue;
                }
            },
            () = &mut stop => break,
        };
        let place = Arc::new(connections.place());
        let id = place.id();
        let host = Host { web: web.clone(), ids: ids.clone(), health: Arc::clone(health), place };
        let service = service_fn(move |request| host.clone().answer(request));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(READ_LIMIT)
            .max_buf_size(HEAD_LIMIT)
            .serve_connection(TokioIo::new(Box::pin(timed(stream))), service);
        // An error here is a client that went away.
        let task = tokio::spawn(graceful.watch(connection));
        Place::ends_with(connections, id, task.abort_handle());
    }
    drop((listener, web));
    tracing::info!("stopping");
    // hyper closes a connection that has sent nothing yet. The request of one that was taken just now is on its way.
    let begun = Instant::now();
    while connections.fresh() > 0 && begun.elapsed() < FIRST_REQUEST {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    if tokio::time::timeout(SHUTDOWN_LIMIT, graceful.shutdown()).await.is_err() {
        tracing::warn!("connections were still open");
    }
}

fn timed(stream: TcpStream) -> TimeoutStream<TcpStream> {
    // A small answer must not wait for the acknowledgement of an earlier one.
    let _ = stream.set_nodelay(true);
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(WRITE_LIMIT));
    stream
}

/// The state that the requests of a connection need.
struct Host<S> {
    web: Web<S>,
    ids: RequestIds,
    health: Arc<Health>,
    place: Arc<Place>,
}

impl<S> Clone for Host<S> {
    fn clone(&self) -> Self {
        let Self { web, ids, health, place } = self;
        Self { web: web.clone(), ids: ids.clone(), health: Arc::clone(health), place: Arc::clone(place) }
    }
}

impl<S: Sink> Host<S> {
    async fn answer(mut self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
        self.place.has_asked();
        self.place.touch();
        let id = self.ids.next();
        let mut response = match body_of(&self.place, request).await {
            Ok(request) if request.uri().path() == "/healthz" => health(&self.health),
            Ok(mut request) => {
                request.extensions_mut().insert(RequestId(id.clone()));
                self.web.call(request).await?
            }
            Err(code) => plain(code, Bytes::new()),
        };
        if !response.status().is_success() {
            // One who is turned away, request after request, must let the others have their turn; a call has had its own.
            tokio::task::yield_now().await;
        }
        self.place.touch();
        if let Ok(value) = HeaderValue::from_str(&id) {
            response.headers_mut().insert("x-request-id", value);
        }
        Ok(response.map(Full::new))
    }
}

async fn body_of(place: &Place, request: Request<Incoming>) -> Result<Request<Bytes>, StatusCode> {
    let (parts, body) = request.into_parts();
    match tokio::time::timeout(READ_LIMIT, place.body(body)).await {
        Ok(body) => Ok(Request::from_parts(parts, body?)),
        Err(_) => Err(StatusCode::REQUEST_TIMEOUT),
    }
}

/// For load balancers and monitors: unsigned, and says nothing of the network.
fn health(health: &Health) -> Response<Bytes> {
    let (is_ready, report) = health.report();
    let code = if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let mut response = plain(code, format!("{report}\n").into());
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn plain(code: StatusCode, text: Bytes) -> Response<Bytes> {
    let mut response = Response::new(text);
    *response.status_mut() = code;
    response
}

/// Names for requests: unlike those of another start, and counted.
///
/// Letters only, so that no name looks like a telephone number to a search of the logs for one.
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
