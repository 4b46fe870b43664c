//! From an event of the topic to the people whom it concerns.
//!
//! ```text
//! Topic ──(filter: calls for help)──► Notify ──► each recipient
//!                                      │  ▲
//!                       one that failed │  │ every two minutes, for an hour
//!                                      ▼  │
//!                             NoticesTopic ─► NoticesQueue ──► (then) NoticesFailures
//! ```
//!
//! A recipient that fails is tried again by itself, so that no other is told twice.

use std::sync::Arc;

use aws_lambda_events::event::sns::SnsEvent;
use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent};
use network::Recipient;
use notices::{Kind, Notice};
use publish::LettersError;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::settings::Settings;

/// An invocation of the function: an event of the topic, or a recipient that is tried again.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Event {
    Topic(SnsEvent),
    Queue(SqsEvent),
}

/// One recipient that is tried again.
#[derive(Serialize, Deserialize)]
struct Again {
    /// The event, as the topic has it. It holds no number.
    event: String,
    /// The place of the recipient in the network file.
    recipient: usize,
}

/// Why an invocation failed; Lambda tries it again.
#[derive(Debug, Error)]
pub(crate) enum CourierError {
    #[error("a recipient was not told, and the retry could not be queued")]
    NotQueued(#[source] LettersError),
}

/// Tells people.
pub(crate) struct Courier(Settings);

impl Courier {
    pub(crate) fn new(settings: Settings) -> Self {
        Self(settings)
    }

    /// Delivers an event of the topic, or what the queue brings back. The answer names the messages of the queue whose
    /// recipient was not told: they alone come back (`ReportBatchItemFailures`), so that nobody else is told twice.
    pub(crate) async fn deliver(&self, event: Event) -> Result<SqsBatchResponse, CourierError> {
        let mut failed = SqsBatchResponse::default();
        match event {
            Event::Topic(event) => {
                for record in event.records {
                    self.tell_all(&record.sns.message).await?;
                }
            }
            Event::Queue(event) => {
                for record in event.records {
                    let again = record.body.and_then(|body| serde_json::from_str::<Again>(&body).ok());
                    let Some(Again { event, recipient }) = again else { continue };
                    if !self.tell(&event, recipient).await {
                        failed.add_failure(record.message_id.unwrap_or_default());
                    }
                }
            }
        }
        Ok(failed)
    }

    /// Tells everybody whom an event concerns, all at once, and queues those who were not reached.
    async fn tell_all(&self, event: &str) -> Result<(), CourierError> {
        let Some(notice) = Notice::of(event, &self.0.network) else { return Ok(()) };
        let recipients = self.0.network.notify().iter().enumerate();
        let wanted =
            recipients.filter(|(_, recipient)| is_wanted(recipient, &notice)).map(|(index, _)| index);
        let attempts: Vec<_> = wanted.map(|index| (index, self.start(&notice, index))).collect();
        for (recipient, attempt) in attempts {
            if attempt.await.unwrap_or(false) {
                continue;
            }
            let again = Again { event: event.to_owned(), recipient };
            let body = serde_json::to_string(&again).unwrap_or_default();
            self.0.again.send(None, &body).await.map_err(CourierError::NotQueued)?;
        }
        Ok(())
    }

    /// Tells one recipient. True if it was reached, or if there is nobody any more to be told.
    async fn tell(&self, event: &str, recipient: usize) -> bool {
        match Notice::of(event, &self.0.network) {
            Some(notice) => self.start(&notice, recipient).await.unwrap_or(false),
            None => true,
        }
    }

    fn start(&self, notice: &Notice, index: usize) -> tokio::task::JoinHandle<bool> {
        let way = self.0.network.notify().get(index).map(|recipient| recipient.way.clone());
        let (notice, senders) = (notice.clone(), Arc::clone(&self.0.senders));
        tokio::task::spawn_blocking(move || {
            let Some(way) = way else { return true };
            let (call_sid, kind) = (notice.call_sid.as_deref(), notice.kind.as_str());
            match senders.send(&notice, &way) {
                Ok(()) => {
                    tracing::info!(call_sid, kind, way = way.as_str(), recipient = index, "notice sent");
                    true
                }
                Err(error) => {
                    let (why, remedy) = (error.kind(), error.remedy());
                    tracing::error!(
                        call_sid,
                        kind,
                        way = way.as_str(),
                        recipient = index,
                        why,
                        remedy,
                        "notice not sent yet"
                    );
                    false
                }
            }
        })
    }
}

fn is_wanted(recipient: &Recipient, notice: &Notice) -> bool {
    (notice.kind != Kind::Drill || recipient.drills) && recipient.hears_of(notice.phone.as_deref())
}
