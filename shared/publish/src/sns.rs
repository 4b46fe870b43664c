//! Publishes messages to a topic, and never loses one.

use std::time::{Duration, Instant};

use aws_config::BehaviorVersion;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_sns::Client;
use aws_sdk_sns::error::BuildError;
use aws_sdk_sns::types::{MessageAttributeValue, PublishBatchRequestEntry};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use dialplan::Message;
use telemetry::{Delivery, log_event};
use tokio::time::timeout;
use web::Sink;

use crate::roots;

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
    // ring: the first random number of aws-lc alone costs 24 ms (docs/decisions.md).
    let http = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring));
    let http = match roots::trusted() {
        Some(context) => http.tls_context(context).build_https(),
        None => http.build_https(),
    };
    let timeouts =
        TimeoutConfig::builder().connect_timeout(Duration::from_secs(1)).operation_timeout(LIMIT).build();
    let retries =
        RetryConfig::standard().with_max_attempts(3).with_initial_backoff(Duration::from_millis(50));
    let config = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http)
        .timeout_config(timeouts)
        .retry_config(retries)
        .load()
        .await;
    Client::new(&config)
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

    async fn take(&self, messages: Vec<Message>) {
        // Without a topic the log is an event's way; otherwise it is the last resort.
        let delivery = if self.topic.is_some() { Delivery::Failed } else { Delivery::Log };
        // The next request waits behind this, so all batches together have two seconds.
        let deadline = Instant::now() + LIMIT;
        for batch in messages.chunks(BATCH) {
            let left = deadline.saturating_duration_since(Instant::now());
            for message in self.publish_batch(batch, left).await {
                log_event(message.json(), message.stage(), delivery);
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
