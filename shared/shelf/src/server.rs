//! A plain HTTP/1.1 server in front of the shelf.

use std::convert::Infallible;
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

use crate::body::{AnyBody, FileBody, Handover, words};
use crate::shelf::Answer;
use crate::{News, Shelf};

/// How long a client may take to send a request's head.
const READ_LIMIT: Duration = Duration::from_secs(10);

/// How long the last download may go on when everything else is over.
const SHUTDOWN_LIMIT: Duration = Duration::from_secs(10);

/// How long the server stays when all is fetched, so that a second client is told so.
const LINGER: Duration = Duration::from_secs(2);

/// How the serving ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Every file was fetched.
    Fetched,
    /// The time was over.
    TimeOver,
    /// Somebody stopped it.
    Stopped,
}

/// The listener for the news.
type Teller = Arc<dyn Fn(&News) + Send + Sync>;

/// Serves until everything is fetched, the time is over or somebody stops it, and tells what happens.
pub async fn serve(
    listener: TcpListener,
    shelf: &Shelf,
    time: Duration,
    stop: impl Future<Output = ()>,
    tell: impl Fn(&News) + Send + Sync + 'static,
) -> End {
    let tell: Teller = Arc::new(tell);
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    let all_fetched = Arc::new(Notify::new());
    let end = tokio::time::sleep(time);
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
        let Ok((stream, socket)) = twice(stream) else { continue };
        let (teller, handovers) = unbounded_channel();
        let (service_shelf, service_tell) = (shelf.clone(), Arc::clone(&tell));
        let service = service_fn(move |request| {
            let answer = answer(&service_shelf, &request, peer, &socket, &teller, &service_tell);
            async move { Ok::<_, Infallible>(answer) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(READ_LIMIT)
            // A client may close its own side once it has asked.
            .half_close(true)
            .serve_connection(TokioIo::new(stream), service);
        let connection = graceful.watch(connection);
        let (shelf, all_fetched, tell) = (shelf.clone(), Arc::clone(&all_fetched), Arc::clone(&tell));
        connections.spawn(see_off(shelf, connection, handovers, all_fetched, tell));
    };
    drop(listener);
    let _ = tokio::time::timeout(SHUTDOWN_LIMIT, async {
        graceful.shutdown().await;
        while connections.join_next().await.is_some() {}
    })
    .await;
    how
}

/// The same socket twice: for the connection, and to see whether the client is still there.
fn twice(stream: TcpStream) -> std::io::Result<(TcpStream, Arc<std::net::TcpStream>)> {
    let stream = stream.into_std()?;
    let other = stream.try_clone()?;
    Ok((TcpStream::from_std(stream)?, Arc::new(other)))
}

/// Waits for the end of a connection, and notes what became of the file that it carried.
async fn see_off(
    shelf: Shelf,
    connection: impl Future<Output = hyper::Result<()>>,
    mut handovers: UnboundedReceiver<Handover>,
    all_fetched: Arc<Notify>,
    tell: Teller,
) {
    // How it ends says nothing: a client may reset it with the whole file in hand.
    let _ = connection.await;
    while let Ok(handover) = handovers.try_recv() {
        let mut parcel = match handover {
            Handover::Given(parcel) => parcel,
            Handover::Kept(parcel) => {
                let phone = shelf.phone(parcel.path()).unwrap_or_default();
                let file = name_in(parcel.path()).to_owned();
                tell(&News::BrokeOff { phone, file });
                continue;
            }
        };
        parcel.arrives();
        let phone = shelf.phone(parcel.path()).unwrap_or_default();
        let waiting = shelf.waiting();
        if !waiting.contains(&phone) {
            tell(&News::Complete { phone });
        }
        if waiting.is_empty() {
            all_fetched.notify_one();
        }
    }
}

/// Answers a request, and says who asked for which file. The path is left out: it is a secret as long as its file waits.
fn answer(
    shelf: &Shelf,
    request: &Request<Incoming>,
    peer: SocketAddr,
    socket: &Arc<std::net::TcpStream>,
    teller: &UnboundedSender<Handover>,
    tell: &Teller,
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
            tell(&News::Leaves { phone, file: file.to_owned(), to: peer.ip() });
            let body = FileBody::new(bytes, parcel, Arc::clone(socket), teller.clone()).boxed_unsync();
            let mut response = found(file, body);
            // One file for each connection, so that its end is the end of the file's way.
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            response
        }
        Answer::Gone => {
            tell(&News::Refused { phone, file: file.to_owned(), by: peer.ip() });
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
