//! A plain HTTP/1.1 server in front of the shelf.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::body::{AnyBody, FileBody, words};
use super::shelf::{Answer, Shelf};
use crate::output;

/// How long a client may take to send a request's head.
const READ_LIMIT: Duration = Duration::from_secs(10);

/// How long the last download may go on when everything else is over.
const SHUTDOWN_LIMIT: Duration = Duration::from_secs(10);

/// How the serving ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// Every file was fetched.
    Fetched,
    /// The time was over.
    TimeOver,
    /// Somebody stopped it.
    Stopped,
}

/// Serves until everything is fetched, the time is over or somebody stops it.
pub(super) async fn serve(listener: TcpListener, shelf: &Shelf, time: Duration) -> End {
    let connections = GracefulShutdown::new();
    let (sender, mut arrivals) = unbounded_channel();
    let end = tokio::time::sleep(time);
    let stop = stop_signal();
    tokio::pin!(end, stop);
    let how = loop {
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                // Out of file descriptors, most likely: others will finish.
                Err(_) => {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            },
            () = all_fetched(&mut arrivals, shelf) => break End::Fetched,
            () = &mut end => break End::TimeOver,
            () = &mut stop => break End::Stopped,
        };
        let _ = stream.set_nodelay(true);
        let (shelf, sender) = (shelf.clone(), sender.clone());
        let service = service_fn(move |request| {
            let answer = answer(&shelf, &request, peer, &sender);
            async move { Ok::<_, Infallible>(answer) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(READ_LIMIT)
            .serve_connection(TokioIo::new(stream), service);
        // An error here is a client that went away.
        tokio::spawn(connections.watch(connection));
    };
    drop(listener);
    let _ = tokio::time::timeout(SHUTDOWN_LIMIT, connections.shutdown()).await;
    how
}

/// Waits for the arrival after which nothing is left. Cancelled and begun again, it loses none that matters: it
/// looks at the shelf.
async fn all_fetched(arrivals: &mut UnboundedReceiver<String>, shelf: &Shelf) {
    loop {
        let Some(path) = arrivals.recv().await else { return std::future::pending().await };
        let phone = shelf.phone(&path).unwrap_or_default();
        let waiting: BTreeSet<_> = shelf.waiting().into_iter().collect();
        if !waiting.contains(&phone) {
            output::aside(&format!("{phone}: has all of its files"));
        }
        if waiting.is_empty() {
            return;
        }
    }
}

async fn stop_signal() {
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return std::future::pending().await };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

/// Who asked for what is said without the path, which is a secret as long as its file waits.
fn answer(
    shelf: &Shelf,
    request: &Request<Incoming>,
    peer: SocketAddr,
    arrivals: &UnboundedSender<String>,
) -> Response<AnyBody> {
    let (path, now) = (request.uri().path(), Instant::now());
    let phone = shelf.phone(path).unwrap_or_default();
    let file = path.rsplit('/').next().unwrap_or_default();
    if request.method() == Method::HEAD {
        return match shelf.length(path, now) {
            Some(Ok(length)) => {
                let mut response = found(file, words(""));
                response.headers_mut().insert(CONTENT_LENGTH, length.into());
                response
            }
            Some(Err(())) => status(StatusCode::GONE),
            None => status(StatusCode::NOT_FOUND),
        };
    }
    if request.method() != Method::GET {
        return status(StatusCode::NOT_FOUND);
    }
    match shelf.take(path, now) {
        Answer::File(bytes, parcel) => {
            output::aside(&format!("{phone}: {file} goes to {}", peer.ip()));
            found(file, FileBody::new(bytes, parcel, arrivals.clone()).boxed_unsync())
        }
        Answer::Gone => {
            output::aside(&format!(
                "{phone}: {file} was asked for again by {}, and refused; if the device has none, start again",
                peer.ip()
            ));
            status(StatusCode::GONE)
        }
        Answer::Nothing => status(StatusCode::NOT_FOUND),
    }
}

fn found(file: &str, body: AnyBody) -> Response<AnyBody> {
    let mut response = Response::new(body);
    let kind = if file.ends_with("accounts") { "text/plain; charset=utf-8" } else { "application/xml" };
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn status(code: StatusCode) -> Response<AnyBody> {
    let mut response = Response::new(words(""));
    *response.status_mut() = code;
    response
}
