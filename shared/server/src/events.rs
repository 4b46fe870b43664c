//! Events leave a serving process by its journal: a request writes them there before its answer, and one thread takes
//! them from there to where they go. Answers do not wait for that thread, not even if it hangs.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use dialplan::Message;
use notices::Office;
use publish::Journal;
use telemetry::{Delivery, log_event};
use web::Sink;

use crate::courier::{Call, Courier};
use crate::destination::Destination;
use crate::health::Health;
use crate::window::Sill;

/// How many events may wait in memory while the journal cannot be written. What comes after that goes to the log.
const UNKEPT: usize = 10_000;

/// For how long events are still delivered after the last request. The rest waits in the journal for the next start.
const GRACE: Duration = Duration::from_millis(2_500);

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
        if let Some(window) = &self.window {
            messages.iter().for_each(|message| window.show(message));
        }
        let notices: Vec<_> = messages
            .iter()
            .map(Message::json)
            .filter(|json| Office::may_concern(json))
            .map(str::to_owned)
            .collect();
        let all = messages.len();
        let unkept = match &self.journal {
            None => messages,
            Some(journal) => match journal.append(messages) {
                Ok(()) => Vec::new(),
                Err(error) => {
                    tracing::error!(unkept = error.messages.len(), source = %error.source, "the journal cannot be written");
                    error.messages
                }
            },
        };
        self.health.journal_is(unkept.is_empty());
        if let Some(office) = &self.office {
            notices.into_iter().for_each(|event| office.offer(event));
        }
        // A thread that has calls in plenty need not be called again.
        if unkept.len() < all {
            let _ = self.calls.try_send(Call::Kept);
        }
        for message in unkept {
            if let Err(
                TrySendError::Full(Call::Unkept(message)) | TrySendError::Disconnected(Call::Unkept(message)),
            ) = self.calls.try_send(Call::Unkept(message))
            {
                log_event(message.json(), message.stage(), Delivery::Failed);
            }
        }
    }
}
