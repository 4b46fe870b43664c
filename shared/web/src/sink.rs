//! Where events go.

use std::future::Future;

use dialplan::Message;
use telemetry::{Delivery, log_event, together};

/// Takes events on their way.
///
/// Whatever becomes of them, the answer to Twilio does not depend on it: a sink never fails. What it cannot
/// deliver, it writes to the log whole ([`log_event`]).
pub trait Sink: Send + Sync + 'static {
    /// Whether [`take`](Self::take) waits for nobody. Then it comes before the answer: whatever happens next, the
    /// events are kept. What may wait for a network comes after it, for the caller must not wait, too.
    const AT_ONCE: bool;

    /// Keeps the messages of one request before its answer, if [`take`](Self::take) comes after it: a process that ends in
    /// between has lost nothing. Waits for nobody.
    fn keep(&self, _messages: &[Message]) {}

    /// Takes the messages of one request, in order. Once it has, what it was given before is kept, too; none may be given
    /// only to learn that.
    fn take(&self, messages: Vec<Message>) -> impl Future<Output = ()> + Send;
}

/// Leaves every event in the log. For functions that a caller waits for.
#[derive(Debug, Clone, Copy, Default)]
pub struct LogSink;

impl Sink for LogSink {
    const AT_ONCE: bool = true;

    async fn take(&self, messages: Vec<Message>) {
        let _together = together();
        for message in &messages {
            log_event(message.json(), message.stage(), Delivery::Log);
        }
    }
}
