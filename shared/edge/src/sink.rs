//! Where events go.

use std::future::Future;

use dialplan::Message;

use crate::gauges;
use crate::lines::together;

/// Takes events on their way.
///
/// Whatever becomes of them, the answer to Twilio does not depend on it: a sink never fails. What it cannot
/// deliver, it writes to the log whole ([`log_message`]).
pub trait Sink: Send + Sync + 'static {
    /// Whether [`take`](Self::take) waits for nobody. Then it comes before the answer: whatever happens next, the
    /// events are kept. What may wait for a network comes after it, for the caller must not wait, too.
    const AT_ONCE: bool;

    /// Takes the messages of one request, in order.
    fn take(&self, messages: Vec<Message>) -> impl Future<Output = ()> + Send;
}

/// Why a message is in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// The log is its way: the relay brings it to SNS.
    Log,
    /// It could not be published; `dialtone replay` can do so later.
    Failed,
}

/// Writes a message to the log, whole, so that it can be published from there.
pub fn log_message(message: &Message, delivery: Delivery) {
    let stage = message.stage();
    match delivery {
        Delivery::Log => tracing::info!(delivery = "log", stage, event = message.json(), "event"),
        Delivery::Failed => {
            tracing::warn!(delivery = "failed", stage, event = message.json(), "event");
            count_unpublished(message);
        }
    }
}

/// Counts a message that could not be published, for the alarm, and writes nothing else: somebody else keeps it.
pub fn count_unpublished(message: &Message) {
    gauges::unpublished(message.stage());
}

/// Leaves every event in the log. For functions that a caller waits for.
#[derive(Debug, Clone, Copy, Default)]
pub struct LogSink;

impl Sink for LogSink {
    const AT_ONCE: bool = true;

    async fn take(&self, messages: Vec<Message>) {
        let _together = together();
        for message in &messages {
            log_message(message, Delivery::Log);
        }
    }
}
