//! Events leave a serving process by its journal: a request writes them there before its answer, and one thread takes
//! them from there to where they go. Answers do not wait for that thread, not even if it hangs.

use std::io;
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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
    /// What requests have to be kept before they are answered.
    gathered: Mutex<Vec<Message>>,
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
        let queue = Queue {
            journal,
            calls: calls.clone(),
            health: Arc::clone(health),
            office,
            window: None,
            gathered: Mutex::default(),
        };
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
        self.gathered().extend(messages);
        let turn = Turn(self);
        tokio::task::yield_now().await;
        drop(turn);
    }
}

/// The turn of a request: the others that are ready come first, and whichever is done first writes for all, since writing
/// costs as much as deciding (docs/performance.md). A request that is given up writes all the same.
struct Turn<'q>(&'q Queue);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        // Locked while it writes: nobody takes what another is writing for written.
        let mut gathered = self.0.gathered();
        if !gathered.is_empty() {
            self.0.keep_all(std::mem::take(&mut *gathered));
        }
    }
}

impl Queue {
    fn gathered(&self) -> MutexGuard<'_, Vec<Message>> {
        self.gathered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep_all(&self, messages: Vec<Message>) {
        let mut notices = Vec::new();
        if let Some(office) = &self.office {
            let texts = messages.iter().map(Message::json);
            notices.extend(texts.filter(|json| Office::may_concern(json)).map(str::to_owned));
            // Before they are in the journal: the cursor of notices must not pass what nobody has heard of.
            office.expect(notices.len());
        }
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
            notices.into_iter().for_each(|event| office.offer_expected(event));
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

#[cfg(test)]
mod tests {
    use publish::{Limits, Position, Reader};

    use super::*;

    fn message(second: u32) -> Message {
        let json = format!(
            r#"{{"timestamp":"2026-06-20T18:04:{second:02}.123456Z","hostname":"h","event":{{"Event":"UserEvent","UserEvent":"reject","endpoint":"lobby","Channel":"lobby"}},"call":{{"sid":null,"direction":"outgoing","status":null,"duration_seconds":null,"reason":"premium","error_code":null}}}}"#
        );
        Message::parse(&json, "prod").unwrap()
    }

    #[tokio::test]
    async fn what_is_answered_is_kept_also_by_another_and_if_its_request_is_given_up() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Arc::new(Journal::open(folder.path(), Limits::default()).unwrap());
        let out = Destination::open(None, Some(&folder.path().join("events")), None).unwrap();
        let health = Arc::new(Health::new());
        let (events, queue) =
            Events::start(Some(Arc::clone(&journal)), folder.path(), out, &health, None).unwrap();
        let kept = || Reader::new(journal.slot(), Position::default()).read(100).unwrap().messages;

        queue.take(vec![message(1)]).await;
        assert_eq!(kept(), [message(1)]);

        let first = async {
            queue.take(vec![message(2)]).await;
            kept()
        };
        let second = async {
            queue.take(vec![message(3), message(4)]).await;
            kept()
        };
        let (first, second) = tokio::join!(first, second);
        assert_eq!(first, (1..=4).map(message).collect::<Vec<_>>(), "the first one writes for both");
        assert_eq!(second, first);

        tokio::select! {
            biased;
            () = queue.take(vec![message(5)]) => panic!("it lets the others go first"),
            () = std::future::ready(()) => {}
        }
        assert_eq!(kept().last(), Some(&message(5)), "its caller has hung up, and it happened all the same");
        events.finish();
    }
}
