//! The gateway: the other end of every dialog, behind the edge. It has no socket and no clock: a host brings what phones
//! send and what time it is, and takes what is to be sent and what happened.
//!
//! RFC 3261 as far as a gateway needs it, RFC 3515 for REFER. This is the one module that knows dialogs.

mod answering;
mod dialog;
mod pending;
mod placing;

use std::collections::{HashMap, VecDeque};
use std::time::Instant;

use self::dialog::{Dialog, Phase};
use self::pending::{GIVE_UP, Pending, Wants};
use crate::flow::Flow;
use crate::message::Message;
use crate::sdp::{Description, Ear};

pub use self::dialog::DialogId;
pub use self::placing::Invitation;

/// Something that happened.
#[derive(Debug, Clone)]
pub enum Sip {
    /// A phone calls. It hears that it rings already.
    Calls {
        /// Names the call.
        dialog: DialogId,
        /// The INVITE.
        invite: Message,
        /// The user that authenticated.
        user: String,
        /// From where.
        flow: Flow,
        /// Its offer.
        offer: Description,
    },
    /// A phone that was called rings, or is otherwise busy with the call (this status).
    Rings(DialogId, u16),
    /// A phone answered.
    Answers(DialogId, Description),
    /// A phone refused: the status, and its X- headers.
    Refuses(DialogId, u16, Vec<(String, String)>),
    /// A phone does not respond at all.
    Silent(DialogId),
    /// The other side ended the call: it hung up, or cancelled. Its X- headers.
    Ends(DialogId, Vec<(String, String)>),
    /// It describes its sound anew: holds, resumes, or moves.
    Changes(DialogId, Description),
    /// It sends a REFER: the Refer-To value.
    Refers(DialogId, String),
    /// It sent an INFO, which counts for nothing.
    Info(DialogId),
}

impl Sip {
    /// The dialog in which it happened.
    pub fn dialog(&self) -> DialogId {
        match self {
            Self::Calls { dialog: id, .. }
            | Self::Rings(id, _)
            | Self::Answers(id, _)
            | Self::Refuses(id, ..)
            | Self::Silent(id)
            | Self::Ends(id, _)
            | Self::Changes(id, _)
            | Self::Refers(id, _)
            | Self::Info(id) => *id,
        }
    }
}

/// Everything that is on the line.
#[derive(Default)]
pub struct Gateway {
    dialogs: HashMap<DialogId, Dialog>,
    by_call: HashMap<String, DialogId>,
    pending: Pending,
    over: VecDeque<(Instant, DialogId)>,
    out: VecDeque<(Message, Flow)>,
    events: VecDeque<Sip>,
    count: u64,
}

impl Gateway {
    /// The next message to send, until there is none.
    pub fn outgoing(&mut self) -> Option<(Message, Flow)> {
        self.out.pop_front()
    }

    /// The next thing that happened, until there is none.
    pub fn happened(&mut self) -> Option<Sip> {
        self.events.pop_front()
    }

    /// How many dialogs are not over.
    #[must_use]
    pub fn open(&self) -> usize {
        self.dialogs.values().filter(|dialog| dialog.phase != Phase::Over).count()
    }

    /// When [`Gateway::tick`] has something to do.
    #[must_use]
    pub fn next_tick(&self) -> Option<Instant> {
        let forgotten = self.over.front().map(|(since, _)| *since + GIVE_UP);
        self.pending.next().into_iter().chain(forgotten).min()
    }

    /// Sends again what was not answered, and gives up what never is.
    pub fn tick(&mut self, now: Instant) {
        while let Some((_, id)) = self.over.pop_front_if(|(since, _)| *since + GIVE_UP <= now) {
            if let Some(dialog) = self.dialogs.remove(&id) {
                self.by_call.remove(&dialog.call_id);
            }
        }
        let due = self.pending.due(now);
        self.out.extend(due.again);
        for (id, wants) in due.lost {
            match wants {
                Wants::Response => self.never_responds(id, now),
                // Nobody acknowledges the answer: the call is over (section 13.3.1.4).
                Wants::Ack => {
                    if self.dialogs.get(&id).is_some_and(|dialog| dialog.phase != Phase::Over) {
                        self.hang_up(id, now);
                        self.events.push_back(Sip::Ends(id, Vec::new()));
                    }
                }
                Wants::Final => {}
            }
        }
    }

    /// A message could not be sent: its connection is gone.
    pub fn lost(&mut self, message: &Message, now: Instant) {
        let id = message.header("Call-ID").and_then(|call| self.by_call.get(call)).copied();
        if let Some(id) = id.filter(|_| message.method() == Some("INVITE")) {
            self.never_responds(id, now);
        }
    }

    /// Takes in what a phone sent, and the edge let through; `user` is who authenticated, for an INVITE that begins a
    /// call.
    pub fn handle(&mut self, message: &Message, flow: Flow, user: Option<&str>, now: Instant) {
        let known = message.header("Call-ID").and_then(|call| self.by_call.get(call)).copied();
        match (message.status(), known) {
            (Some(status), Some(id)) => self.response(id, message, status, flow, now),
            (Some(_), None) => {}
            (None, Some(id)) => self.request(id, message, flow, now),
            (None, None) => self.stranger(message, flow, user, now),
        }
    }

    /// Ends a call, whatever it is doing: BYE, CANCEL, or a refusal.
    pub fn hang_up(&mut self, id: DialogId, now: Instant) {
        let Some(dialog) = self.dialogs.get_mut(&id) else { return };
        match dialog.phase {
            Phase::Ringing if dialog.is_outgoing => {
                if std::mem::replace(&mut dialog.is_given_up, true) {
                    return;
                }
                if dialog.was_heard { self.cancel(id, now) } else { self.never_responds(id, now) }
            }
            Phase::Ringing => self.refuse(id, 480, "Temporarily Unavailable", now),
            Phase::Answered | Phase::Talking => {
                let bye =
                    dialog.request("BYE").with("Reason", "Q.850;cause=16;text=\"Normal call clearing\"");
                let flow = dialog.flow;
                self.pending.done(id, Wants::Ack, None);
                self.pending.add(id, Wants::Final, &bye, flow, now);
                self.out.push_back((bye, flow));
                self.end(id, now);
            }
            Phase::Over => {}
        }
    }

    fn add(&mut self, dialog: Dialog) {
        self.by_call.insert(dialog.call_id.clone(), dialog.id);
        self.dialogs.insert(dialog.id, dialog);
    }

    fn next_id(&mut self) -> DialogId {
        self.count += 1;
        DialogId(self.count)
    }

    fn end(&mut self, id: DialogId, now: Instant) {
        if let Some(dialog) = self.dialogs.get_mut(&id).filter(|dialog| dialog.phase != Phase::Over) {
            dialog.phase = Phase::Over;
            self.over.push_back((now, id));
        }
    }
}

/// The X- headers of a message, by their names as written.
fn own_headers(message: &Message) -> Vec<(String, String)> {
    let own = message.headers.iter().filter(|(name, _)| name.to_ascii_lowercase().starts_with("x-"));
    own.cloned().collect()
}

/// Where the sound of a leg is heard, as a phone is told.
fn described(theirs: &Description, media: Ear) -> Description {
    theirs.answer(media)
}

#[cfg(test)]
mod tests;
