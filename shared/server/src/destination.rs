//! Where events go: SNS, a file, or standard output.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::path::Path;
use std::time::Duration;

use dialplan::Message;
use publish::Sns;
use telemetry::{Delivery, log_event};
use tokio::runtime::Runtime;

/// Where events go.
pub(crate) enum Destination {
    Topic(Box<Sns>, Runtime),
    File(File),
    Stdout(File),
    /// Standard output where a person reads it: each event in words.
    Screen(File, InWords),
}

/// Puts an event, one JSON object, into words; nothing for one that says nothing to a person.
pub type InWords = fn(&str) -> Option<String>;

/// The outcome of delivering messages: how many of them, from the beginning, need not be delivered again.
pub(crate) type Delivered<'m> = Result<(), Vec<&'m Message>>;

impl Destination {
    pub(crate) fn open(
        topic: Option<String>,
        file: Option<&Path>,
        screen: Option<InWords>,
    ) -> io::Result<Self> {
        // Without the standard library's lock and buffer, which a pipe that nobody reads would hold until the end.
        let stdout = || Ok::<_, io::Error>(File::from(io::stdout().as_fd().try_clone_to_owned()?));
        match (topic, file, screen) {
            (Some(arn), ..) => {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
                let sns = runtime.block_on(Sns::for_topic(Some(arn)));
                Ok(Self::Topic(Box::new(sns), runtime))
            }
            (None, Some(path), _) => Ok(Self::File(File::options().create(true).append(true).open(path)?)),
            (None, None, None) => Ok(Self::Stdout(stdout()?)),
            (None, None, Some(in_words)) => Ok(Self::Screen(stdout()?, in_words)),
        }
    }

    /// Its name, in the log and as that of its cursor.
    pub(crate) fn name(&self) -> &'static str {
        let [topic, file, stdout] = publish::DESTINATIONS;
        match self {
            Self::Topic(..) => topic,
            Self::File(_) => file,
            Self::Stdout(_) | Self::Screen(..) => stdout,
        }
    }

    /// How many messages are delivered at a time. SNS takes ten in a request.
    pub(crate) fn batch(&self) -> usize {
        match self {
            Self::Topic(..) => 10,
            Self::File(_) | Self::Stdout(_) | Self::Screen(..) => 1_000,
        }
    }

    /// Delivers messages within a time. What is left may be delivered later.
    pub(crate) fn deliver<'m>(&mut self, messages: &'m [Message], limit: Duration) -> Delivered<'m> {
        let (out, in_words) = match self {
            Self::Topic(sns, runtime) => {
                let unpublished = runtime.block_on(sns.publish_within(messages, limit));
                for message in unpublished.refused {
                    log_event(message.json(), message.stage(), Delivery::Failed);
                }
                let waiting = unpublished.waiting;
                return if waiting.is_empty() { Ok(()) } else { Err(waiting) };
            }
            Self::File(file) | Self::Stdout(file) => (file, None),
            Self::Screen(file, in_words) => (file, Some(*in_words)),
        };
        let lines: String = match in_words {
            Some(in_words) => messages.iter().filter_map(|message| in_words(message.json())).collect(),
            None => messages.iter().flat_map(|message| [message.json(), "\n"]).collect(),
        };
        let before = out.metadata().ok().filter(std::fs::Metadata::is_file).map(|about| about.len());
        out.write_all(lines.as_bytes()).map_err(|error| {
            // A disk that filled up took a part of them. All of them come again.
            if let Some(before) = before {
                let _ = out.set_len(before);
            }
            tracing::error!(%error, "events cannot be written");
            messages.iter().collect()
        })
    }
}
