//! The gateway with its clock and its way to the edge, and the calls that wait for what happens on it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::{Notify, mpsc};
use tokio::task::JoinSet;

use crate::edge::{Edge, Passed};
use crate::flow::Flow;
use crate::gateway::{DialogId, Gateway, Sip};
use crate::message::Message;

/// A call of a phone that begins: its INVITE, and what happens in its dialog from here on.
pub(crate) struct Beginning {
    pub(crate) calls: Sip,
    pub(crate) inbox: mpsc::UnboundedReceiver<Sip>,
    pub(crate) sender: mpsc::UnboundedSender<Sip>,
}

/// The gateway, shared by all calls.
pub(crate) struct Switch {
    desk: Mutex<Desk>,
    wire: mpsc::UnboundedSender<(Message, Flow)>,
    beginnings: mpsc::UnboundedSender<Beginning>,
    wake: Notify,
}

struct Desk {
    gateway: Gateway,
    /// The tasks that wait for events of a dialog.
    inboxes: HashMap<DialogId, mpsc::UnboundedSender<Sip>>,
}

impl Switch {
    /// Puts a gateway behind the edge. Calls that begin come out of the second part.
    pub(crate) fn start(
        edge: &Arc<Edge>,
        tasks: &mut JoinSet<()>,
    ) -> (Arc<Self>, mpsc::UnboundedReceiver<Beginning>) {
        let (wire, to_send) = mpsc::unbounded_channel();
        let (beginnings, begun) = mpsc::unbounded_channel();
        let desk = Mutex::new(Desk { gateway: Gateway::default(), inboxes: HashMap::new() });
        let switch = Arc::new(Self { desk, wire, beginnings, wake: Notify::new() });
        tasks.spawn(Arc::clone(&switch).receive(edge.gateway()));
        tasks.spawn(Arc::clone(&switch).send(to_send, Arc::clone(edge)));
        tasks.spawn(Arc::clone(&switch).keep_time());
        (switch, begun)
    }

    /// Does something with the gateway, and whatever follows from it.
    pub(crate) fn with<T>(&self, act: impl FnOnce(&mut Gateway, Instant) -> T) -> T {
        let mut desk = self.lock();
        let done = act(&mut desk.gateway, Instant::now());
        self.follow(&mut desk);
        done
    }

    /// Does something that makes a dialog, for someone who waits for what happens in it.
    pub(crate) fn open(
        &self,
        inbox: &mpsc::UnboundedSender<Sip>,
        act: impl FnOnce(&mut Gateway, Instant) -> DialogId,
    ) -> DialogId {
        let mut desk = self.lock();
        let id = act(&mut desk.gateway, Instant::now());
        desk.inboxes.insert(id, inbox.clone());
        self.follow(&mut desk);
        id
    }

    /// Nobody waits any more.
    pub(crate) fn forget(&self, id: DialogId) {
        self.lock().inboxes.remove(&id);
    }

    fn lock(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn follow(&self, desk: &mut Desk) {
        while let Some(sent) = desk.gateway.outgoing() {
            let _ = self.wire.send(sent);
        }
        while let Some(event) = desk.gateway.happened() {
            let id = event.dialog();
            if matches!(event, Sip::Calls { .. }) {
                // What follows at once, such as a CANCEL, must not be lost.
                let (sender, inbox) = mpsc::unbounded_channel();
                desk.inboxes.insert(id, sender.clone());
                let _ = self.beginnings.send(Beginning { calls: event, inbox, sender });
                continue;
            }
            if let Some(inbox) = desk.inboxes.get(&id) {
                let _ = inbox.send(event);
            }
        }
        self.wake.notify_one();
    }

    async fn receive(self: Arc<Self>, mut passed: mpsc::UnboundedReceiver<Passed>) {
        while let Some(Passed { message, flow, user }) = passed.recv().await {
            self.with(|gateway, now| gateway.handle(&message, flow, user.as_deref(), now));
        }
    }

    async fn send(self: Arc<Self>, mut messages: mpsc::UnboundedReceiver<(Message, Flow)>, edge: Arc<Edge>) {
        while let Some((message, flow)) = messages.recv().await {
            if !edge.send(message.clone(), flow).await {
                self.with(|gateway, now| gateway.lost(&message, now));
            }
        }
    }

    async fn keep_time(self: Arc<Self>) {
        loop {
            let next = self.lock().gateway.next_tick();
            match next {
                None => self.wake.notified().await,
                Some(next) => {
                    tokio::select! {
                        () = tokio::time::sleep_until(next.into()) => {}
                        () = self.wake.notified() => {}
                    }
                    if next <= Instant::now() {
                        self.with(Gateway::tick);
                    }
                }
            }
        }
    }
}
