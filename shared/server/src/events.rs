//! Events leave a serving process by its journal: a request writes them there before its answer, and one thread takes
//! them from there to where they go. Answers do not wait for that thread, not even if it hangs.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use dialplan::Message;
use notices::Office;
use publish::{Journal, Sns};
use telemetry::{Delivery, log_event};
use tokio::runtime::Runtime;
use web::Sink;

use crate::courier::Courier;
use crate::health::Health;
use crate::window::Sill;

/// How many events may wait in memory while the journal cannot be written. What comes after that goes to the log.
const UNKEPT: usize = 10_000;

/// For how long events are still delivered after the last request. The rest waits in the journal for the next start.
const GRACE: Duration = Duration::from_millis(2_500);

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
        match self {
            Self::Topic(..) => "sns",
            Self::File(_) => "file",
            Self::Stdout(_) | Self::Screen(..) => "stdout",
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
        out.write_all(lines.as_bytes()).map_err(|error| {
            tracing::error!(%error, "events cannot be written");
            messages.iter().collect()
        })
    }
}

/// The calls that wake the thread.
pub(crate) enum Call {
    /// There is something in the journal.
    Kept,
    /// A message that the journal could not take.
    Unkept(Message),
    /// The service has ended.
    Stop(Instant),
}

/// The thread that delivers.
pub(crate) struct Events {
    calls: SyncSender<Call>,
    over: Receiver<()>,
}

/// The end that requests see.
pub(crate) struct Queue {
    journal: Option<Arc<Journal>>,
    calls: SyncSender<Call>,
    health: Arc<Health>,
    office: Option<Arc<Office>>,
    window: Option<Sill>,
}

impl Events {
    /// Starts the thread. Without a journal, events wait in memory.
    pub(crate) fn start(
        journal: Option<Arc<Journal>>,
        folder: &Path,
        destination: Destination,
        health: &Arc<Health>,
        office: Option<Arc<Office>>,
    ) -> io::Result<(Self, Queue)> {
        let courier = Courier::new(journal.clone(), folder, destination, Arc::clone(health))?;
        let (calls, called) = sync_channel(UNKEPT);
        let (is_over, over) = sync_channel(1);
        thread::Builder::new().name("events".into()).spawn(move || {
            courier.run(&called);
            let _ = is_over.send(());
        })?;
        let queue = Queue { journal, calls: calls.clone(), health: Arc::clone(health), office, window: None };
        Ok((Self { calls, over }, queue))
    }

    /// Gives the thread a last while. If it hangs, in a pipe that nobody reads, it ends with the process: everything that
    /// it had to deliver is in the journal.
    pub(crate) fn finish(self) {
        let deadline = Instant::now() + GRACE;
        let _ = self.calls.try_send(Call::Stop(deadline));
        if self.over.recv_timeout(GRACE + Duration::from_millis(250)) == Err(RecvTimeoutError::Timeout) {
            tracing::warn!("events could not be delivered; they wait in the journal");
        }
    }
}

impl Queue {
    /// The same, and a person watches, too.
    pub(crate) fn beside(self, window: Option<Sill>) -> Self {
        Self { window, ..self }
    }
}

impl Sink for Queue {
    const AT_ONCE: bool = true;

    async fn take(&self, messages: Vec<Message>) {
        let unkept = match &self.journal {
            None => messages.len(),
            Some(journal) => match journal.append(&messages) {
                Ok(()) => 0,
                Err(error) => {
                    tracing::error!(unkept = error.unkept, source = %error.source, "the journal cannot be written");
                    error.unkept
                }
            },
        };
        self.health.journal_is(unkept == 0);
        if let Some(office) = &self.office {
            messages.iter().for_each(|message| office.offer(message.json()));
        }
        if let Some(window) = &self.window {
            messages.iter().for_each(|message| window.show(message));
        }
        let kept = messages.len() - unkept;
        // A thread that has calls in plenty need not be called again.
        if kept > 0 {
            let _ = self.calls.try_send(Call::Kept);
        }
        for message in messages.into_iter().skip(kept) {
            if let Err(
                TrySendError::Full(Call::Unkept(message)) | TrySendError::Disconnected(Call::Unkept(message)),
            ) = self.calls.try_send(Call::Unkept(message))
            {
                log_event(message.json(), message.stage(), Delivery::Failed);
            }
        }
    }
}
