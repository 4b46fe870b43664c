//! HTTP around the board: pages, and a stream that says when the ledger has changed.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderName};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::body::{Body, Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc, watch};

use crate::board::Board;
use crate::request::{Answer, Request as Asked};
use crate::view::Beside;

/// How long a client may take to send a request.
const READ_LIMIT: Duration = Duration::from_secs(10);

/// How large a form may be.
const LARGEST_BODY: usize = 4 << 10;

/// How many connections there may be, streams included.
const CONNECTIONS: usize = 256;

/// How often the ledger is asked whether it has changed. A page shows news within a second.
const LOOK: Duration = Duration::from_millis(250);

/// How often what lies beside the ledger is asked for, if the ledger does not change.
const LOOK_BESIDE: Duration = Duration::from_secs(5);

/// How often a stream sends something, so that a proxy keeps it open.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// How long connections may go on after the signal to stop.
const SHUTDOWN_LIMIT: Duration = Duration::from_secs(1);

/// A page may load its own style, script and icon, and ask its own server; nothing else, and nothing inline.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The state that requests share.
#[derive(Clone)]
struct Host {
    board: Arc<Mutex<Board>>,
    version: watch::Receiver<u64>,
}

/// Serves until `stop` resolves. `beside` is asked whenever the ledger has changed, and now and then.
pub async fn serve(
    listener: TcpListener,
    board: Board,
    beside: impl Fn() -> Beside,
    stop: impl Future<Output = ()>,
) {
    let (sender, version) = watch::channel(0);
    let host = Host { board: Arc::new(Mutex::new(board)), version };
    let connections = GracefulShutdown::new();
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    let mut look = Box::pin(look(&host, sender, beside));
    tokio::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut look => break,
            () = &mut stop => break,
        };
        // Out of file descriptors, most likely: others will finish.
        let Ok((stream, _)) = accepted else {
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        // A connection too many is closed at once.
        let Ok(seat) = Arc::clone(&room).try_acquire_owned() else { continue };
        let _ = stream.set_nodelay(true);
        let host = host.clone();
        let service = service_fn(move |request| {
            let host = host.clone();
            async move { Ok::<_, Infallible>(host.answer(request).await) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(READ_LIMIT)
            .max_buf_size(16 << 10)
            .serve_connection(TokioIo::new(stream), service);
        let connection = connections.watch(connection);
        tokio::spawn(async move {
            // An error here is a client that went away.
            let _ = connection.await;
            drop(seat);
        });
    }
    // Streams end with the sender.
    drop((look, listener));
    let _ = tokio::time::timeout(SHUTDOWN_LIMIT, connections.shutdown()).await;
}

/// Tells streams when the ledger has changed, also by another process, or what lies beside it.
async fn look(host: &Host, sender: watch::Sender<u64>, beside: impl Fn() -> Beside) {
    let (mut known, mut asked) = (None, Instant::now());
    loop {
        tokio::time::sleep(LOOK).await;
        let found = host.board().ledger.version().ok();
        let has_changed = found != known;
        if !has_changed && asked.elapsed() < LOOK_BESIDE {
            continue;
        }
        (known, asked) = (found, Instant::now());
        let beside = beside();
        let before = std::mem::replace(&mut host.board().beside, beside);
        if has_changed || before != host.board().beside {
            sender.send_modify(|version| *version += 1);
        }
    }
}

impl Host {
    fn board(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn answer(&self, request: Request<Incoming>) -> Response<Content> {
        let (parts, body) = request.into_parts();
        let is_post = parts.method == Method::POST;
        if !is_post && parts.method != Method::GET && parts.method != Method::HEAD {
            return plain(StatusCode::METHOD_NOT_ALLOWED, "");
        }
        let text = |name: HeaderName| text(&parts.headers, &name);
        let mut asked = Asked {
            is_post,
            path: percent_decode_str(parts.uri.path()).decode_utf8_lossy().into_owned(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            host: text(header::HOST),
            cookies: text(header::COOKIE),
            body: String::new(),
        };
        if is_post {
            match tokio::time::timeout(READ_LIMIT, Limited::new(body, LARGEST_BODY).collect()).await {
                Ok(Ok(body)) => asked.body = String::from_utf8_lossy(&body.to_bytes()).into_owned(),
                Ok(Err(_)) => return plain(StatusCode::PAYLOAD_TOO_LARGE, ""),
                Err(_) => return plain(StatusCode::REQUEST_TIMEOUT, ""),
            }
        }
        match asked.path.as_str() {
            "/live" | "/version" if !self.board().may_watch(&asked) => plain(StatusCode::UNAUTHORIZED, ""),
            "/live" => self.live(),
            "/version" => {
                let version = *self.version.borrow();
                plain(StatusCode::OK, &format!("{version}\n"))
            }
            _ => {
                let answer = self.board().answer(&asked, Timestamp::now());
                whole(answer, parts.method == Method::HEAD)
            }
        }
    }

    /// Server-sent events (<https://html.spec.whatwg.org/multipage/server-sent-events.html>): the version, now and
    /// whenever it changes.
    fn live(&self) -> Response<Content> {
        let mut version = self.version.clone();
        let (sender, receiver) = mpsc::channel(1);
        tokio::spawn(async move {
            version.mark_changed();
            loop {
                let text = match tokio::time::timeout(HEARTBEAT, version.changed()).await {
                    Ok(Ok(())) => format!("data: {}\n\n", *version.borrow_and_update()),
                    // The service ends.
                    Ok(Err(_)) => break,
                    Err(_) => ":\n\n".to_owned(),
                };
                // A reader that is slow gets the latest version when it reads again; one that is gone ends this.
                if sender.send(Bytes::from(text)).await.is_err() {
                    break;
                }
            }
        });
        let mut response = Response::new(Content::Live(receiver));
        set(&mut response, header::CONTENT_TYPE, "text/event-stream");
        finish(response, false)
    }
}

fn text(headers: &HeaderMap, name: &HeaderName) -> String {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

fn plain(status: StatusCode, text: &str) -> Response<Content> {
    let mut response = Response::new(Content::whole(text.to_owned()));
    *response.status_mut() = status;
    finish(response, false)
}

fn whole(answer: Answer, is_head: bool) -> Response<Content> {
    let mut response = Response::new(Content::whole(if is_head { String::new() } else { answer.body }));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    set(&mut response, header::CONTENT_TYPE, answer.kind);
    for (name, value) in [(header::LOCATION, answer.location), (header::SET_COOKIE, answer.cookie)] {
        if let Some(value) = value {
            set(&mut response, name, &value);
        }
    }
    finish(response, answer.is_lasting)
}

fn finish(mut response: Response<Content>, is_lasting: bool) -> Response<Content> {
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::CACHE_CONTROL, if is_lasting { "private, max-age=300" } else { "no-store" }),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        set(&mut response, name, value);
    }
    response
}

fn set(response: &mut Response<Content>, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

/// The body of an answer.
enum Content {
    /// All of it; nothing once it was sent.
    Whole(Option<Bytes>),
    /// Pieces, as they come.
    Live(mpsc::Receiver<Bytes>),
}

impl Content {
    fn whole(text: String) -> Self {
        Self::Whole(Some(Bytes::from(text)))
    }
}

impl Body for Content {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match self.get_mut() {
            Self::Whole(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Self::Live(receiver) => {
                receiver.poll_recv(context).map(|bytes| bytes.map(|bytes| Ok(Frame::data(bytes))))
            }
        }
    }

    fn size_hint(&self) -> hyper::body::SizeHint {
        match self {
            Self::Whole(bytes) => {
                hyper::body::SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
            }
            Self::Live(_) => hyper::body::SizeHint::default(),
        }
    }
}
