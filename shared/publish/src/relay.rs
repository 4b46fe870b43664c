//! From the voice functions' logs to SNS.

use std::time::Duration;

use aws_lambda_events::event::cloudwatch_logs::LogsEvent;
use dialplan::Message;
use telemetry::{Delivery, count_unpublished, log_event};

use crate::entry::{Entry, Origin};
use crate::sns::Sns;

/// How long to wait before each further attempt. With two seconds at most for each request and a handful of
/// requests to a subscription's batch, the relay stays well under its time limit of a minute.
const WAITS: [Duration; 2] = [Duration::from_millis(250), Duration::from_secs(1)];

/// Nothing of a batch could be published, so Lambda may hand it over again without sending anything twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("nothing could be published")]
pub struct NothingPublished;

/// Publishes the events in a batch of log lines.
///
/// Lambda retries a batch as a whole. So what fails after a part was published is not handed back, which would
/// send that part twice: it is tried again here, and then written to the log whole, for `dialtone replay`.
///
/// # Errors
///
/// Not one message was published.
pub async fn relay(event: &LogsEvent, sns: &Sns) -> Result<(), NothingPublished> {
    let messages: Vec<Message> = Entry::of_subscription(event)
        .into_iter()
        .filter(|entry| entry.origin == Origin::Log)
        .map(|entry| entry.message)
        .collect();
    let count = messages.len();
    let mut left = messages;
    for wait in WAITS.map(Some).into_iter().chain([None]) {
        left = sns.publish(&left).await.into_iter().cloned().collect();
        match wait {
            Some(wait) if !left.is_empty() => tokio::time::sleep(wait).await,
            _ => break,
        }
    }
    tracing::info!(count, unpublished = left.len(), "relayed");
    if count > 0 && left.len() == count {
        // Lambda keeps the batch; the alarm should not have to wait until it gives up.
        left.iter().for_each(|message| count_unpublished(message.stage()));
        return Err(NothingPublished);
    }
    for message in &left {
        log_event(message.json(), message.stage(), Delivery::Failed);
    }
    Ok(())
}
