//! Publishes messages to a topic, and never loses one.

use std::time::{Duration, Instant};

use aws_sdk_sns::Client;
use aws_sdk_sns::error::BuildError;
use aws_sdk_sns::types::{MessageAttributeValue, PublishBatchRequestEntry};
use dialplan::Message;
use telemetry::{Delivery, log_event, together};
use tokio::time::timeout;
use web::Sink;

use crate::aws::{Patience, aws_config};

/// For how long publishing may take, whatever happens on the way.
const LIMIT: Duration = Duration::from_secs(2);

/// The most messages that SNS takes in one request.
const BATCH: usize = 10;

/// An SNS topic, or the log where there is none.
#[derive(Debug, Clone)]
pub struct Sns {
    topic: Option<Topic>,
}

#[derive(Debug, Clone)]
struct Topic {
    client: Client,
    arn: String,
}

impl Sns {
    /// A sink for the topic with this ARN. Without one, events stay in the log.
    ///
    /// Region, credentials and endpoint are the environment's, as everywhere with the AWS SDK.
    pub async fn for_topic(arn: Option<String>) -> Self {
        let topic = match arn {
            None => None,
            Some(arn) => Some(Topic { client: client().await, arn }),
        };
        Self { topic }
    }
}

pub(crate) async fn client() -> Client {
    let patience = Patience { operation: LIMIT, attempts: 3, first_wait: Duration::from_millis(50) };
    Client::new(&aws_config(None, patience).await)
}

impl Sns {
    /// Publishes messages, in batches, within a time, and says what became of those that did not reach the topic.
    pub async fn publish_within<'m>(&self, messages: &'m [Message], limit: Duration) -> Unpublished<'m> {
        let deadline = Instant::now() + limit;
        let mut all = Unpublished::default();
        for batch in messages.chunks(BATCH) {
            let left = deadline.saturating_duration_since(Instant::now()).min(LIMIT);
            let unpublished = match &self.topic {
                Some(topic) if !left.is_zero() => topic.publish(batch, left).await,
                _ => Unpublished::waiting(batch),
            };
            all.waiting.extend(unpublished.waiting);
            all.refused.extend(unpublished.refused);
        }
        all
    }

    /// Publishes messages, in batches. What is returned did not reach the topic, as far as can be known; it is all
    /// of them where there is no topic.
    ///
    /// Each batch has two seconds.
    pub async fn publish<'m>(&self, messages: &'m [Message]) -> Vec<&'m Message> {
        let mut unpublished = Vec::new();
        for batch in messages.chunks(BATCH) {
            unpublished.extend(self.publish_batch(batch, LIMIT).await);
        }
        unpublished
    }

    async fn publish_batch<'m>(&self, batch: &'m [Message], limit: Duration) -> Vec<&'m Message> {
        match &self.topic {
            Some(topic) if !limit.is_zero() => {
                let Unpublished { mut waiting, refused } = topic.publish(batch, limit).await;
                waiting.extend(refused);
                waiting
            }
            _ => batch.iter().collect(),
        }
    }
}

/// Messages that did not reach the topic.
#[derive(Debug, Default)]
pub struct Unpublished<'m> {
    /// Messages that may be published later: SNS could not be reached, failed, or wants another key or topic first.
    pub waiting: Vec<&'m Message>,
    /// Messages that SNS will never take as they are.
    pub refused: Vec<&'m Message>,
}

impl<'m> Unpublished<'m> {
    fn waiting(batch: &'m [Message]) -> Self {
        Self { waiting: batch.iter().collect(), refused: Vec::new() }
    }
}

impl Sink for Sns {
    const AT_ONCE: bool = false;

    /// The log is the journal of a function: the ledger is made from it, and a function that is killed after its answer
    /// has lost nothing.
    fn keep(&self, messages: &[Message]) {
        let delivery = if self.topic.is_some() { Delivery::Topic } else { Delivery::Log };
        let _together = together();
        for message in messages {
            log_event(message.json(), message.stage(), delivery);
        }
    }

    async fn take(&self, messages: Vec<Message>) {
        // Without a topic the log is an event's way, and it is there already.
        if self.topic.is_none() {
            return;
        }
        // The next request waits behind this, so all batches together have two seconds.
        let deadline = Instant::now() + LIMIT;
        for batch in messages.chunks(BATCH) {
            let left = deadline.saturating_duration_since(Instant::now());
            for message in self.publish_batch(batch, left).await {
                log_event(message.json(), message.stage(), Delivery::Failed);
            }
        }
    }
}

impl Topic {
    async fn publish<'m>(&self, batch: &'m [Message], limit: Duration) -> Unpublished<'m> {
        let Ok(entries) = batch.iter().enumerate().map(|(i, message)| entry(i, message)).collect() else {
            tracing::error!(kind = "request", count = batch.len(), "publish failed");
            return Unpublished { waiting: Vec::new(), refused: batch.iter().collect() };
        };
        let request =
            self.client.publish_batch().topic_arn(&self.arn).set_publish_batch_request_entries(Some(entries));
        // The error's text is the SDK's and may quote the request, so only its kind is logged.
        let (kind, code) = match timeout(limit, request.send()).await {
            Ok(Ok(answer)) => {
                if let Some(first) = answer.failed().first() {
                    tracing::error!(
                        kind = "entry",
                        code = first.code(),
                        count = answer.failed().len(),
                        "publish failed"
                    );
                }
                let mut unpublished = Unpublished::default();
                for entry in answer.failed() {
                    let Some(message) = entry.id().parse().ok().and_then(|i: usize| batch.get(i)) else {
                        continue;
                    };
                    match entry.sender_fault() {
                        true => unpublished.refused.push(message),
                        false => unpublished.waiting.push(message),
                    }
                }
                return unpublished;
            }
            Ok(Err(error)) => (
                kind(&error),
                error.as_service_error().and_then(|error| error.meta().code().map(str::to_owned)),
            ),
            Err(_) => ("timeout", None),
        };
        tracing::error!(kind, code, count = batch.len(), "publish failed");
        Unpublished::waiting(batch)
    }
}

fn entry(i: usize, message: &Message) -> Result<PublishBatchRequestEntry, BuildError> {
    let mut entry = PublishBatchRequestEntry::builder().id(i.to_string()).message(message.json());
    for (name, value) in message.attributes() {
        let value = MessageAttributeValue::builder().data_type("String").string_value(value).build()?;
        entry = entry.message_attributes(name, value);
    }
    entry.build()
}

fn kind<E, R>(error: &aws_sdk_sns::error::SdkError<E, R>) -> &'static str {
    use aws_sdk_sns::error::SdkError;
    match error {
        SdkError::ConstructionFailure(_) => "request",
        SdkError::TimeoutError(_) => "timeout",
        SdkError::DispatchFailure(_) => "connection",
        SdkError::ResponseError(_) => "response",
        SdkError::ServiceError(_) => "service",
        _ => "other",
    }
}
