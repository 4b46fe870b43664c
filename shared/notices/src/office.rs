//! Runs a desk on threads, for a host that goes on while notices are sent.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use network::{Network, Way};

use crate::desk::{Delivery, Desk};
use crate::done::Done;
use crate::line::Line;
use crate::notice::Notice;
use crate::send::{SendError, Senders};
use crate::told::Told;

/// A sender needs little of its stack, and there may be dozens for each recipient.
const STACK: usize = 512 * 1024;

/// The nice value that leaves the processor to all others (`setpriority(2)`). A notice still gets its share of a busy one.
#[cfg(target_os = "linux")]
const LOWEST_PRIORITY: i32 = 19;

/// For how long events gather before they are read. An event is offered before its call is answered, and the processor
/// belongs to the answer first.
const GATHERING: Duration = Duration::from_millis(5);

/// How many inputs are read before deliveries are started: an office that only reads tells nobody.
const READ_AT_ONCE: usize = 1_000;

/// For how long the office waits when nothing is due; it is woken by the next event.
const IDLE: Duration = Duration::from_secs(3600);

/// Takes events, and sends the notices that they call for. Nobody waits for it.
#[derive(Debug)]
pub struct Office {
    inputs: Sender<Input>,
    /// How many events were handed over.
    offered: AtomicU64,
    progress: Arc<Progress>,
    thread: Mutex<Option<JoinHandle<usize>>>,
}

/// Lets every thread that answers a call go first. On Linux a thread has a priority of its own, and those that it starts
/// have it, too; elsewhere the whole process would step back, so there nothing is changed.
fn step_back() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, LOWEST_PRIORITY) {
        tracing::warn!(%error, "notices are sent at the priority of calls");
    }
}

/// How far the clerk has come.
#[derive(Debug, Default)]
struct Progress {
    /// How many events were read.
    taken: AtomicU64,
    /// How many deliveries are not made yet.
    waiting: AtomicUsize,
}

enum Input {
    Event(String),
    Done(Vec<String>),
    Sent(Delivery, Result<(), SendError>),
    Close(Instant),
}

impl Office {
    /// Opens an office for the recipients of a network.
    ///
    /// # Errors
    ///
    /// No thread can be had.
    pub fn open(network: Arc<Network>, senders: Arc<Senders>, done: Done) -> std::io::Result<Self> {
        let (inputs, received) = mpsc::channel();
        let replies = inputs.clone();
        let progress = Arc::<Progress>::default();
        let seen = Arc::clone(&progress);
        let name = thread::Builder::new().name("notices".into());
        let thread = name.spawn(move || {
            step_back();
            let recipients = network.notify().to_vec();
            let lines = recipients.iter().map(|_| Line::default()).collect();
            let desk = Desk::new(recipients);
            Clerk { desk, network, senders, done, replies, lines, progress: seen }.work(&received)
        })?;
        Ok(Self { inputs, offered: AtomicU64::new(0), progress, thread: Mutex::new(Some(thread)) })
    }

    /// Whether an event, in its JSON, may be one that people are told of. Cheap: it reads no JSON.
    #[must_use]
    pub fn may_concern(event: &str) -> bool {
        event.contains("emergency") || event.contains("dial_address_test")
    }

    /// Hands over an event, in the JSON that consumers of the topic parse. Waits for nothing.
    pub fn offer(&self, event: String) {
        // Most events concern nobody here.
        if Self::may_concern(&event) {
            self.expect(1);
            self.offer_expected(event);
        }
    }

    /// Says that events will be handed over by [`Office::offer_expected`]: until they are, the office is not idle. For events
    /// that are in a journal before they are offered.
    pub fn expect(&self, events: usize) {
        self.offered.fetch_add(events as u64, Ordering::AcqRel);
    }

    /// Hands over one of them.
    pub fn offer_expected(&self, event: String) {
        let _ = self.inputs.send(Input::Event(event));
    }

    /// Names deliveries that another process made, by their [`key`](Delivery::key): they are not made again.
    pub fn were_made(&self, keys: Vec<String>) {
        let _ = self.inputs.send(Input::Done(keys));
    }

    /// How many deliveries are not made yet, as far as their events were read.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.progress.waiting.load(Ordering::Acquire)
    }

    /// Whether every event that was handed over has been read, and all its notices were delivered or given up.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        // In this order: what is offered meanwhile makes it busy, never idle.
        let taken = self.progress.taken.load(Ordering::Acquire);
        self.waiting() == 0 && self.offered.load(Ordering::Acquire) == taken
    }

    /// Starts nothing more, and waits for what is under way, but not longer than `grace`. Gives the number of deliveries
    /// that were not made: after a restart, the host offers their events again.
    pub fn close(&self, grace: Duration) -> usize {
        let _ = self.inputs.send(Input::Close(Instant::now() + grace));
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        thread.and_then(|thread| thread.join().ok()).unwrap_or_default()
    }
}

/// Sits at the desk.
struct Clerk {
    desk: Desk,
    network: Arc<Network>,
    senders: Arc<Senders>,
    done: Done,
    replies: Sender<Input>,
    /// One for each recipient.
    lines: Vec<Line>,
    progress: Arc<Progress>,
}

impl Clerk {
    fn work(mut self, inputs: &Receiver<Input>) -> usize {
        let mut taken = 0;
        loop {
            let starts = self.lines.iter().filter_map(Line::next_start);
            let next = starts.chain(self.desk.next_due()).min();
            let wait = next.map_or(IDLE, |next| next.saturating_duration_since(Instant::now()));
            let first = inputs.recv_timeout(wait);
            match &first {
                Ok(Input::Event(_)) => thread::sleep(GATHERING),
                Err(RecvTimeoutError::Disconnected) => break,
                _ => {}
            }
            let mut deadline = None;
            for input in first.into_iter().chain(inputs.try_iter().take(READ_AT_ONCE)) {
                match input {
                    Input::Event(event) => {
                        taken += 1;
                        self.hear(&event);
                    }
                    Input::Done(keys) => self.done.were_made(keys),
                    Input::Sent(delivery, result) => self.sent(delivery, result),
                    Input::Close(end) => deadline = Some(end),
                }
            }
            if let Some(deadline) = deadline {
                self.finish(inputs, deadline);
                break;
            }
            self.start(Instant::now());
            self.progress.waiting.store(self.waiting(), Ordering::Release);
            self.progress.taken.store(taken, Ordering::Release);
        }
        self.waiting()
    }

    fn hear(&mut self, event: &str) {
        if let Some(notice) = Notice::of(event, &self.network) {
            let done = &self.done;
            self.desk.offer(notice, Instant::now(), |key| done.contains(key));
        }
    }

    /// How many deliveries are not made yet.
    fn waiting(&self) -> usize {
        self.desk.waiting() + self.lines.iter().map(Line::waiting).sum::<usize>()
    }

    /// Waits for the deliveries that are under way.
    fn finish(&mut self, inputs: &Receiver<Input>, deadline: Instant) {
        while self.lines.iter().any(|line| line.under_way() > 0) {
            match inputs.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(Input::Sent(delivery, result)) => self.sent(delivery, result),
                Ok(_) => {}
                Err(_) => return,
            }
        }
    }

    /// Starts what may be started, to each recipient in the order in which it was due.
    fn start(&mut self, now: Instant) {
        for delivery in self.desk.take_due(now) {
            if let Some(line) = self.lines.get_mut(delivery.recipient) {
                line.join(delivery);
            }
        }
        for recipient in 0..self.lines.len() {
            while let Some(delivery) = self.lines.get_mut(recipient).and_then(|line| line.start(now)) {
                self.send(delivery);
            }
        }
    }

    fn send(&mut self, delivery: Delivery) {
        let Some(recipient) = self.network.notify().get(delivery.recipient) else { return };
        let (way, senders, replies) =
            (recipient.way.clone(), Arc::clone(&self.senders), self.replies.clone());
        let again = delivery.clone();
        let started = thread::Builder::new().stack_size(STACK).spawn(move || {
            // A panic is a failed attempt: without an answer, the recipient would be taken for busy for ever.
            let send = AssertUnwindSafe(|| senders.send(&delivery.notice, &way));
            let result = catch_unwind(send).unwrap_or(Err(SendError::Fault));
            let _ = replies.send(Input::Sent(delivery, result));
        });
        if started.is_err() {
            // No thread is to be had now: the same as a recipient that fails.
            self.ended(again.recipient, false);
            let _ = self.desk.failed(again, Instant::now());
        }
    }

    fn ended(&mut self, recipient: usize, is_sent: bool) {
        if let Some(line) = self.lines.get_mut(recipient) {
            line.ended(is_sent, Instant::now());
        }
    }

    fn sent(&mut self, delivery: Delivery, result: Result<(), SendError>) {
        self.ended(delivery.recipient, result.is_ok());
        let (call_sid, kind) = (delivery.notice.call_sid.clone(), delivery.notice.kind.as_str());
        let (recipient, attempt) = (delivery.recipient, delivery.attempt);
        let way = self.network.notify().get(recipient).map(|recipient| Way::as_str(&recipient.way));
        let key = delivery.key();
        let is_sent = result.is_ok();
        match result {
            Ok(()) => tracing::info!(call_sid, kind, way, recipient, attempt, "notice sent"),
            Err(error) => {
                let (why, remedy) = (error.kind(), error.remedy());
                if self.desk.failed(delivery, Instant::now()) {
                    tracing::warn!(
                        call_sid,
                        kind,
                        way,
                        recipient,
                        attempt,
                        why,
                        remedy,
                        "notice not sent yet"
                    );
                    return;
                }
                tracing::error!(call_sid, kind, way, recipient, attempt, why, remedy, "notice given up");
            }
        }
        let way = way.unwrap_or_default().to_owned();
        if let Err(error) = self.done.note(&Told { key, way, is_sent, at: Timestamp::now() }) {
            tracing::error!(%error, "cannot note that a notice was sent: after a restart it is sent again");
        }
    }
}
