//! A response's body that says what became of it.

use std::io;
use std::net::TcpStream;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Frame, SizeHint};
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::{Sleep, sleep};

use crate::shelf::Parcel;

/// How long the head of a response is out before the file follows. A client that went away answers the head with a
/// reset, which needs one round trip.
const HEAD_START: Duration = Duration::from_millis(300);

/// Any body of a response.
pub(crate) type AnyBody = UnsyncBoxBody<Bytes, io::Error>;

/// A body of some words, or none.
pub(crate) fn words(text: &'static str) -> AnyBody {
    Full::new(Bytes::from_static(text.as_bytes())).map_err(|never| match never {}).boxed_unsync()
}

/// The outcome of handing over a file.
pub(crate) enum Handover {
    /// The client went away before a byte of it was sent.
    Kept(Parcel),
    /// It went out. The client may have read it whatever happens to the connection afterwards: a reset does not tell
    /// a client that read everything from one that read nothing.
    Given(Parcel),
}

/// The body of a file on its way.
pub(crate) struct FileBody {
    file: Bytes,
    head_start: Pin<Box<Sleep>>,
    /// The connection's socket, to see whether the client is still there.
    socket: Arc<TcpStream>,
    /// Where to tell what became of the file, until it is told.
    parcel: Option<(Parcel, UnboundedSender<Handover>)>,
}

impl FileBody {
    pub(crate) fn new(
        file: Bytes,
        parcel: Parcel,
        socket: Arc<TcpStream>,
        handovers: UnboundedSender<Handover>,
    ) -> Self {
        Self { file, head_start: Box::pin(sleep(HEAD_START)), socket, parcel: Some((parcel, handovers)) }
    }

    fn tell(&mut self, handover: impl FnOnce(Parcel) -> Handover) {
        if let Some((parcel, handovers)) = self.parcel.take() {
            // The connection listens as long as it has a body.
            let _ = handovers.send(handover(parcel));
        }
    }
}

impl Body for FileBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if self.parcel.is_none() {
            return Poll::Ready(None);
        }
        ready!(self.head_start.as_mut().poll(context));
        // A socket that was reset has no peer any more (getpeername(2): ENOTCONN). Asking so leaves the socket's error
        // to hyper.
        if let Err(gone) = self.socket.peer_addr() {
            self.tell(Handover::Kept);
            return Poll::Ready(Some(Err(gone)));
        }
        self.tell(Handover::Given);
        Poll::Ready(Some(Ok(Frame::data(std::mem::take(&mut self.file)))))
    }

    fn is_end_stream(&self) -> bool {
        self.parcel.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(u64::try_from(self.file.len()).unwrap_or(u64::MAX))
    }
}

impl Drop for FileBody {
    fn drop(&mut self) {
        self.tell(Handover::Kept);
    }
}
