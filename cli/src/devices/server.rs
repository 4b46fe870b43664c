//! A plain HTTP/1.1 server in front of the shelf.

use std::convert::Infallible;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::header::{CACHE_CONTROL, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;

use super::body::{AnyBody, FileBody, words};
use super::shelf::{Answer, Parcel, Shelf};
use crate::{output, stop};

/// How long a client may take to send a request's head.
const READ_LIMIT: Duration = Duration::from_secs(10);

/// How long the last download may go on when everything else is over.
const SHUTDOWN_LIMIT: Duration = Duration::from_secs(10);

/// How long the server stays when all is fetched, so that whoever asks second is told so.
const LINGER: Duration = Duration::from_secs(2);

/// How long a client may take to close its side when it has everything.
const CLOSE_LIMIT: Duration = Duration::from_secs(2);

/// How long a client's reset may take.
const RESET_LIMIT: Duration = Duration::from_millis(300);

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
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    let all_fetched = Arc::new(Notify::new());
    let end = tokio::time::sleep(time);
    let stop = stop::signalled();
    tokio::pin!(end, stop);
    let mut how = End::TimeOver;
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
            () = all_fetched.notified(), if how == End::TimeOver => {
                how = End::Fetched;
                end.as_mut().reset(tokio::time::Instant::now() + LINGER);
                continue;
            }
            // Those that have ended are forgotten.
            Some(_) = connections.join_next() => continue,
            () = &mut end => break how,
            () = &mut stop => break End::Stopped,
        };
        let _ = stream.set_nodelay(true);
        let Ok((stream, watched)) = twice(stream) else { continue };
        let (handed_over, parcels) = unbounded_channel();
        let service_shelf = shelf.clone();
        let service = service_fn(move |request| {
            let answer = answer(&service_shelf, &request, peer, &handed_over);
            async move { Ok::<_, Infallible>(answer) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(READ_LIMIT)
            .serve_connection(TokioIo::new(stream), service);
        let connection = graceful.watch(connection);
        connections.spawn(see_off(shelf.clone(), connection, watched, parcels, Arc::clone(&all_fetched)));
    };
    drop(listener);
    let _ = tokio::time::timeout(SHUTDOWN_LIMIT, async {
        graceful.shutdown().await;
        while connections.join_next().await.is_some() {}
    })
    .await;
    how
}

/// The same socket twice: for the connection, and to see what became of it.
fn twice(stream: TcpStream) -> std::io::Result<(TcpStream, TcpStream)> {
    let stream = stream.into_std()?;
    let other = stream.try_clone()?;
    Ok((TcpStream::from_std(stream)?, TcpStream::from_std(other)?))
}

/// Waits for the end of a connection. What it was given has arrived if the client took it; otherwise it broke off.
async fn see_off(
    shelf: Shelf,
    connection: impl Future<Output = hyper::Result<()>>,
    watched: TcpStream,
    mut parcels: UnboundedReceiver<Parcel>,
    all_fetched: Arc<Notify>,
) {
    let has_ended_well = connection.await.is_ok();
    if parcels.is_empty() {
        return;
    }
    let has_arrived = has_ended_well && is_taken(&watched).await;
    while let Ok(mut parcel) = parcels.try_recv() {
        let path = parcel.path().to_owned();
        let phone = shelf.phone(&path).unwrap_or_default();
        if !has_arrived {
            let file = name_in(&path);
            output::aside(&format!(
                "{phone}: {file} may not have arrived; it can be fetched again for a minute"
            ));
            continue;
        }
        parcel.arrives();
        let waiting = shelf.waiting();
        if !waiting.contains(&phone) {
            output::aside(&format!("{phone}: has all of its files"));
        }
        if waiting.is_empty() {
            all_fetched.notify_one();
        }
    }
}

/// Whether the other side took all that was written before the connection was closed. Whoever went away before that
/// answers it with a reset, which may come a moment after the end of what they sent.
async fn is_taken(watched: &TcpStream) -> bool {
    let ended = async {
        let mut rest = [0; 256];
        while watched.readable().await.is_ok() {
            match watched.try_read(&mut rest) {
                Ok(0) => {
                    tokio::time::sleep(RESET_LIMIT).await;
                    break;
                }
                Err(error) if error.kind() != ErrorKind::WouldBlock => return false,
                _ => {}
            }
        }
        true
    };
    let is_over = tokio::time::timeout(CLOSE_LIMIT, ended).await;
    is_over.unwrap_or(true) && matches!(watched.take_error(), Ok(None))
}

/// Who asked for what is said without the path, which is a secret as long as its file waits.
fn answer(
    shelf: &Shelf,
    request: &Request<Incoming>,
    peer: SocketAddr,
    handed_over: &UnboundedSender<Parcel>,
) -> Response<AnyBody> {
    let (path, now) = (request.uri().path(), Instant::now());
    let phone = shelf.phone(path).unwrap_or_default();
    let file = name_in(path);
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
            let body = FileBody::new(bytes, parcel, handed_over.clone()).boxed_unsync();
            let mut response = found(file, body);
            // Only the end of a connection tells what became of it.
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            response
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

/// The name of the file that a path leads to.
fn name_in(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
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
