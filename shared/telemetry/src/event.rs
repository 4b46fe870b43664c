//! Events in the log, whole, so that they can be published from there.

use crate::metrics::Metrics;

/// Why an event is in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// The log is its way: the relay brings it to SNS.
    Log,
    /// The function that writes it publishes it after its answer.
    Topic,
    /// It could not be published; `dialtone replay` can do so later.
    Failed,
}

/// Writes an event of a stage to the log: `json` is the message as consumers parse it.
pub fn log_event(json: &str, stage: &str, delivery: Delivery) {
    match delivery {
        Delivery::Log => tracing::info!(delivery = "log", stage, event = json, "event"),
        Delivery::Topic => tracing::info!(delivery = "topic", stage, event = json, "event"),
        Delivery::Failed => {
            tracing::warn!(delivery = "failed", stage, event = json, "event");
            count_unpublished(stage);
        }
    }
}

/// Counts an event that could not be published, for the alarm, and writes nothing else: it is kept elsewhere.
pub fn count_unpublished(stage: &str) {
    unpublished(stage).write();
}

/// The metrics of an event that could not be published.
#[must_use]
pub fn unpublished(stage: &str) -> Metrics<'_> {
    Metrics::of(stage).count("PublishFailures", None)
}
