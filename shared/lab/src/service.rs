//! The service that decides calls, as the lab asks it.

use std::future::Future;
use std::pin::Pin;

use exchange::{FetchError, Request};

/// A result that comes later.
pub type Later<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A service's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The `Content-Type`, or nothing.
    pub content_type: String,
    /// The body.
    pub body: String,
}

/// A service, in this process or elsewhere. Requests of one call are sent one after the other.
pub trait Service: Send + Sync + 'static {
    /// Signs and sends a request.
    fn ask(&self, request: Request) -> Later<Result<Answer, FetchError>>;

    /// Fetches a sound that a document plays; nothing if it cannot be had.
    fn sound(&self, url: String) -> Later<Option<Vec<u8>>>;
}
