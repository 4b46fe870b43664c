//! Runs a desk on threads, for a host that goes on while notices are sent.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use network::{Network, Way};

use crate::desk::{Delivery, Desk};
use crate::done::Done;
use crate::notice::Notice;
use crate::send::{SendError, Senders};

/// How many notices to one recipient are under way at once. One that takes half a minute for each holds up nobody else.
const AT_ONCE: usize = 32;

/// A sender needs little of its stack, and there may be as many as recipients times [`AT_ONCE`].
const STACK: usize = 512 * 1024;

/// For how long the office waits when nothing is due; it is woken by the next event.
const IDLE: Duration = Duration::from_secs(3600);

/// Takes events, and sends the notices that they call for. Nobody waits for it.
#[derive(Debug)]
pub struct Office {
    inputs: Sender<Input>,
    thread: JoinHandle<usize>,
}

enum Input {
    Event(String),
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
        let name = thread::Builder::new().name("notices".into());
        let thread = name.spawn(move || {
            let recipients = network.notify().to_vec();
            let busy = vec![0; recipients.len()];
            Clerk { desk: Desk::new(recipients), network, senders, done, replies, busy, queued: Vec::new() }
                .work(&received)
        })?;
        Ok(Self { inputs, thread })
    }

    /// Hands over an event, in the JSON that consumers of the topic parse. Waits for nothing.
    pub fn offer(&self, event: &str) {
        // Most events concern nobody here, and are not even copied.
        if event.contains("emergency") || event.contains("dial_address_test") {
            let _ = self.inputs.send(Input::Event(event.to_owned()));
        }
    }

    /// Starts nothing more, and waits for what is under way, but not longer than `grace`. Gives the number of deliveries
    /// that were not made: after a restart, the host offers their events again.
    #[must_use]
    pub fn close(self, grace: Duration) -> usize {
        let _ = self.inputs.send(Input::Close(Instant::now() + grace));
        self.thread.join().unwrap_or_default()
    }
}

/// Sits at the desk.
struct Clerk {
    desk: Desk,
    network: Arc<Network>,
    senders: Arc<Senders>,
    done: Done,
    replies: Sender<Input>,
    /// How many deliveries to each recipient are under way.
    busy: Vec<usize>,
    /// Deliveries that wait until their recipient is less busy.
    queued: Vec<Delivery>,
}

impl Clerk {
    fn work(mut self, inputs: &Receiver<Input>) -> usize {
        loop {
            let wait = self.desk.next_due().map_or(IDLE, |due| due.saturating_duration_since(Instant::now()));
            match inputs.recv_timeout(wait) {
                Ok(Input::Event(event)) => {
                    if let Some(notice) = Notice::of(&event, &self.network) {
                        let done = &self.done;
                        self.desk.offer(notice, Instant::now(), |key| done.contains(key));
                    }
                }
                Ok(Input::Sent(delivery, result)) => self.sent(delivery, result),
                Ok(Input::Close(deadline)) => {
                    self.finish(inputs, deadline);
                    break;
                }
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {}
            }
            let due = self.desk.take_due(Instant::now());
            self.queued.extend(due);
            self.start();
        }
        self.desk.waiting() + self.queued.len() + self.busy.iter().sum::<usize>()
    }

    /// Waits for the deliveries that are under way.
    fn finish(&mut self, inputs: &Receiver<Input>, deadline: Instant) {
        while self.busy.iter().any(|busy| *busy > 0) {
            match inputs.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(Input::Sent(delivery, result)) => self.sent(delivery, result),
                Ok(_) => {}
                Err(_) => return,
            }
        }
    }

    /// Starts what may be started, in the order in which it was queued.
    fn start(&mut self) {
        for delivery in std::mem::take(&mut self.queued) {
            match self.busy.get_mut(delivery.recipient) {
                Some(busy) if *busy < AT_ONCE => {
                    *busy += 1;
                    self.send(delivery);
                }
                _ => self.queued.push(delivery),
            }
        }
    }

    fn send(&mut self, delivery: Delivery) {
        let Some(recipient) = self.network.notify().get(delivery.recipient) else { return };
        let (way, senders, replies) =
            (recipient.way.clone(), Arc::clone(&self.senders), self.replies.clone());
        let again = delivery.clone();
        let started = thread::Builder::new().stack_size(STACK).spawn(move || {
            let result = senders.send(&delivery.notice, &way);
            let _ = replies.send(Input::Sent(delivery, result));
        });
        if started.is_err() {
            // No thread is to be had now: the same as a recipient that fails.
            self.free(again.recipient);
            let _ = self.desk.failed(again, Instant::now());
        }
    }

    fn free(&mut self, recipient: usize) {
        if let Some(busy) = self.busy.get_mut(recipient) {
            *busy = busy.saturating_sub(1);
        }
    }

    fn sent(&mut self, delivery: Delivery, result: Result<(), SendError>) {
        self.free(delivery.recipient);
        let (call_sid, kind) = (delivery.notice.call_sid.clone(), delivery.notice.kind.as_str());
        let (recipient, attempt) = (delivery.recipient, delivery.attempt);
        let way = self.network.notify().get(recipient).map(|recipient| Way::as_str(&recipient.way));
        let key = delivery.key();
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
        if let Err(error) = self.done.note(&key) {
            tracing::error!(%error, "cannot note that a notice was sent: after a restart it is sent again");
        }
    }
}
