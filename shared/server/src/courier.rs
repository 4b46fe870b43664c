//! The thread that takes events from the journal to where they go.

use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use dialplan::Message;
use jiff::Timestamp;
use publish::{Cursor, Journal, Reader, adopt, slots};
use telemetry::{Delivery, log_event};

use crate::destination::Destination;
use crate::health::Health;

/// How often the thread looks up when nobody calls it.
const TICK: Duration = Duration::from_secs(1);

/// For how long events gather before they are delivered together. Under load each delivery alone would cost a reading, a
/// writing and a note of its own, which is processor time that answers need (docs/performance.md).
const GATHERING: Duration = Duration::from_millis(5);

/// How long to wait after a first failure. Each further one doubles it.
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// The longest wait between two attempts.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// How often to look for what other processes left in their slots.
const ADOPTION: Duration = Duration::from_secs(60);

/// How long one delivery may take. SNS has two seconds for each request.
const LIMIT: Duration = Duration::from_secs(2);

/// The calls that wake the thread.
pub(crate) enum Call {
    /// There is something in the journal.
    Kept,
    /// A message that the journal could not take.
    Unkept(Message),
    /// The service has ended.
    Stop(Instant),
}

pub(crate) struct Courier {
    journal: Option<Arc<Journal>>,
    folder: PathBuf,
    destination: Destination,
    health: Arc<Health>,
    /// From the process's own slot.
    own: Option<Way>,
    /// Messages that the journal could not take.
    unkept: VecDeque<Message>,
    deadline: Option<Instant>,
    /// When to try again after a failure, and how long the wait was.
    retry: Option<(Instant, Duration)>,
}

/// A way from a slot: what was read and is not delivered yet, and how far everything before it was.
struct Way {
    reader: Reader,
    cursor: Cursor,
    in_hand: Vec<Message>,
}

impl Courier {
    pub(crate) fn new(
        journal: Option<Arc<Journal>>,
        folder: &Path,
        destination: Destination,
        health: Arc<Health>,
    ) -> io::Result<Self> {
        // What was kept before this destination was ever named went elsewhere.
        let own = match &journal {
            Some(journal) => Some(Way::open(journal.slot(), destination.name(), journal.end())?),
            None => None,
        };
        if let Some(age) = own.as_ref().and_then(Way::age) {
            health.has_waited(age);
        }
        Ok(Self {
            journal,
            folder: folder.to_owned(),
            destination,
            health,
            own,
            unkept: VecDeque::new(),
            deadline: None,
            retry: None,
        })
    }

    /// Delivers until the service has ended and everything is delivered, or time is over.
    pub(crate) fn run(mut self, calls: &Receiver<Call>) {
        self.adopt();
        let mut adopted = Instant::now();
        loop {
            match calls.recv_timeout(self.wait()) {
                Ok(call) => self.hear(call),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => _ = self.deadline.get_or_insert_with(Instant::now),
            }
            if self.deadline.is_none() {
                std::thread::sleep(GATHERING);
            }
            // All that came meanwhile is one call.
            calls.try_iter().for_each(|call| self.hear(call));
            let is_done = self.deliver();
            if self.deadline.is_none() && is_done && adopted.elapsed() > ADOPTION {
                adopted = Instant::now();
                self.adopt();
            }
            // What did not go waits in the journal for the next start.
            if self.deadline.is_some() {
                break;
            }
        }
        for message in self.unkept {
            log_event(message.json(), message.stage(), Delivery::Failed);
        }
    }

    fn hear(&mut self, call: Call) {
        match call {
            Call::Kept => {}
            Call::Unkept(message) => self.unkept.push_back(message),
            Call::Stop(deadline) => self.deadline = Some(deadline),
        }
    }

    /// How long to wait for a call.
    fn wait(&self) -> Duration {
        let until = |at: Instant| at.saturating_duration_since(Instant::now());
        let wait = self.retry.map_or(TICK, |(at, _)| until(at).min(TICK));
        self.deadline.map_or(wait, |deadline| wait.min(until(deadline)).min(TICK / 20))
    }

    /// Delivers what there is. Whether all of it went.
    fn deliver(&mut self) -> bool {
        if let Some(journal) = self.journal.as_ref().filter(|_| !self.health.is_journal_writable()) {
            self.health.journal_is(journal.is_writable());
        }
        // At the end there is no time to be patient.
        if self.deadline.is_none() && self.retry.is_some_and(|(at, _)| Instant::now() < at) {
            return false;
        }
        let mut is_done = self.deliver_unkept();
        if let Some(way) = &mut self.own {
            let is_over = || self.deadline.is_some_and(|deadline| Instant::now() >= deadline);
            let (went, is_all) = way.deliver(
                self.journal.as_deref(),
                &mut self.destination,
                &self.health,
                || remaining(self.deadline),
                is_over,
            );
            if let Some(journal) = self.journal.as_ref().filter(|_| went) {
                journal.delivered(way.cursor.position());
            }
            is_done &= is_all;
            // What takes a part takes the next one soon.
            self.retry = self.retry.filter(|_| !went);
        }
        self.health.is_caught_up(is_done);
        self.retry = match self.retry {
            _ if is_done => None,
            None => Some((Instant::now() + FIRST_WAIT, FIRST_WAIT)),
            Some((_, wait)) => {
                let wait = (wait * 2).min(LONGEST_WAIT);
                Some((Instant::now() + wait, wait))
            }
        };
        is_done
    }

    /// Delivers what is in memory alone. What does not go at once is logged, so that it is somewhere.
    fn deliver_unkept(&mut self) -> bool {
        let batch = self.destination.batch();
        while !self.unkept.is_empty() {
            let most = self.unkept.len().min(batch);
            let messages: Vec<_> = self.unkept.drain(..most).collect();
            match self.destination.deliver(&messages, remaining(self.deadline)) {
                Ok(()) => self.health.has_published(),
                Err(left) => {
                    for message in left {
                        log_event(message.json(), message.stage(), Delivery::Failed);
                    }
                    // The next batch would only wait as long, and the end of the process may come first.
                    for message in self.unkept.drain(..) {
                        log_event(message.json(), message.stage(), Delivery::Failed);
                    }
                }
            }
        }
        true
    }

    /// Delivers what processes left behind that wrote the same journal and are gone.
    fn adopt(&mut self) {
        let own = self.journal.as_ref().map(|journal| journal.slot().to_owned());
        for slot in slots(&self.folder).unwrap_or_default() {
            // Without a cursor of this name, its events went elsewhere.
            if own.as_ref() == Some(&slot) || !Cursor::exists(&slot, self.destination.name()) {
                continue;
            }
            let Ok(Some(_lock)) = adopt(&slot) else { continue };
            let start = publish::Position::default();
            if let Ok(mut way) = Way::open(&slot, self.destination.name(), start) {
                way.deliver(None, &mut self.destination, &self.health, || LIMIT, || false);
            }
        }
    }
}

impl Way {
    fn open(slot: &Path, name: &str, start: publish::Position) -> io::Result<Self> {
        let cursor = Cursor::open(slot, name, start)?;
        Ok(Self { reader: Reader::new(slot, cursor.position()), cursor, in_hand: Vec::new() })
    }

    /// How old the first event is that waits.
    fn age(&self) -> Option<Duration> {
        let next = Reader::new(self.reader.slot(), self.cursor.position()).read(1).ok()?;
        let age = crate::bell::age(next.messages.first()?.json(), Timestamp::now())?;
        age.try_into().ok()
    }

    /// Delivers from where it stands. Whether anything went, and whether all of it. `journal` is that of the slot, if this
    /// process writes it.
    fn deliver(
        &mut self,
        journal: Option<&Journal>,
        destination: &mut Destination,
        health: &Health,
        limit: impl Fn() -> Duration,
        is_over: impl Fn() -> bool,
    ) -> (bool, bool) {
        let (mut went, mut is_last) = (false, false);
        loop {
            if self.in_hand.is_empty() {
                let most = destination.batch();
                let batch = match journal {
                    Some(journal) => journal.read(&mut self.reader, most),
                    None => self.reader.read(most),
                };
                match batch {
                    Ok(batch) => {
                        is_last = batch.messages.len() < most;
                        if batch.unreadable > 0 || batch.lost_segments > 0 {
                            let (lines, segments) = (batch.unreadable, batch.lost_segments);
                            tracing::error!(lines, segments, "a part of the journal cannot be read");
                        }
                        self.in_hand = batch.messages;
                    }
                    Err(error) => {
                        tracing::error!(%error, "the journal cannot be read");
                        return (went, false);
                    }
                }
            }
            if self.in_hand.is_empty() {
                return (went, true);
            }
            if is_over() {
                return (went, false);
            }
            let left = match destination.deliver(&self.in_hand, limit()) {
                Ok(()) => Vec::new(),
                Err(left) => left.into_iter().cloned().collect(),
            };
            let is_stuck = !left.is_empty();
            went |= left.len() < self.in_hand.len();
            self.in_hand = left;
            if is_stuck {
                return (went, false);
            }
            health.has_published();
            if let Err(error) = self.cursor.save(self.reader.position()) {
                tracing::error!(%error, "what was delivered cannot be noted; a restart would deliver it again");
            }
            if is_last {
                // What came meanwhile has called, and gathers.
                return (went, true);
            }
        }
    }
}

/// How long one delivery may take, so close to the end.
fn remaining(deadline: Option<Instant>) -> Duration {
    deadline.map_or(LIMIT, |deadline| deadline.saturating_duration_since(Instant::now()).min(LIMIT))
}
