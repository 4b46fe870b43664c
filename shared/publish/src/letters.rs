//! Texts for a topic of people or queues, beside the events.

use std::time::Duration;

use aws_sdk_sns::Client;
use thiserror::Error;
use tokio::time::timeout;

use crate::sns::client;

/// For how long publishing may take.
const LIMIT: Duration = Duration::from_secs(10);

/// The longest subject that SNS takes, in characters (<https://docs.aws.amazon.com/sns/latest/api/API_Publish.html>).
const LONGEST_SUBJECT: usize = 99;

/// A topic that takes texts as they are.
#[derive(Debug, Clone)]
pub struct Letters {
    client: Client,
    arn: String,
}

/// Why a text was not taken. The SDK's own words may quote the text, so they are not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum LettersError {
    /// SNS refused it, or could not be reached.
    #[error("SNS did not take it")]
    NotTaken,
    /// SNS did not answer in time.
    #[error("SNS did not answer in time")]
    TimedOut,
}

impl Letters {
    /// The topic with this ARN. Region, credentials and endpoint are the environment's.
    pub async fn for_topic(arn: String) -> Self {
        Self { client: client().await, arn }
    }

    /// Publishes a text. A subject is cut to what SNS takes.
    ///
    /// # Errors
    ///
    /// It was not taken, as far as can be known.
    pub async fn send(&self, subject: Option<&str>, text: &str) -> Result<(), LettersError> {
        let subject = subject.map(|subject| {
            let printable = subject.chars().filter(|c| c.is_ascii() && !c.is_ascii_control());
            printable.take(LONGEST_SUBJECT).collect::<String>()
        });
        let request = self.client.publish().topic_arn(&self.arn).set_subject(subject).message(text);
        match timeout(LIMIT, request.send()).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) => Err(LettersError::NotTaken),
            Err(_) => Err(LettersError::TimedOut),
        }
    }
}
