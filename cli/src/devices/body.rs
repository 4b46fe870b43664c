//! A response's body that says when it was handed over to its end.

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
    /// Where the parcel goes when the connection has all of it. If the body is dropped before that, it broke off.
    parcel: Option<(Parcel, UnboundedSender<Parcel>)>,
}

impl FileBody {
    pub(super) fn new(bytes: Bytes, parcel: Parcel, handed_over: UnboundedSender<Parcel>) -> Self {
        Self { rest: bytes, parcel: Some((parcel, handed_over)) }
    }
}

impl Body for FileBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.parcel.is_none() {
            return Poll::Ready(None);
        }
        let size = PIECE.min(self.rest.len());
        let piece = self.rest.split_to(size);
        if self.rest.is_empty()
            && let Some((parcel, handed_over)) = self.parcel.take()
        {
            // The connection listens as long as it has a body.
            let _ = handed_over.send(parcel);
        }
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.parcel.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(u64::try_from(self.rest.len()).unwrap_or(u64::MAX))
    }
}
