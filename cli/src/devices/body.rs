//! A response's body that knows whether it was sent to its end.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Frame, SizeHint};
use tokio::sync::mpsc::UnboundedSender;

use super::shelf::Parcel;

/// How much is given out at a time. The connection asks for more when it has written what it had.
const PIECE: usize = 1024;

/// Any body of a response.
pub(super) type AnyBody = UnsyncBoxBody<Bytes, Infallible>;

/// A body of some words, or none.
pub(super) fn words(text: &'static str) -> AnyBody {
    Full::new(Bytes::from_static(text.as_bytes())).boxed_unsync()
}

/// The body of a file on its way.
pub(super) struct FileBody {
    rest: Bytes,
    parcel: Parcel,
    /// Who is told, by its path, that the file has arrived.
    arrivals: UnboundedSender<String>,
    is_over: bool,
}

impl FileBody {
    pub(super) fn new(bytes: Bytes, parcel: Parcel, arrivals: UnboundedSender<String>) -> Self {
        Self { rest: bytes, parcel, arrivals, is_over: false }
    }
}

impl Body for FileBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.is_over {
            return Poll::Ready(None);
        }
        let size = PIECE.min(self.rest.len());
        let piece = self.rest.split_to(size);
        if self.rest.is_empty() {
            self.is_over = true;
            self.parcel.arrives();
            let path = self.parcel.path().to_owned();
            // Nobody listens any more once the server stops.
            let _ = self.arrivals.send(path);
        }
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.is_over
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(u64::try_from(self.rest.len()).unwrap_or(u64::MAX))
    }
}
