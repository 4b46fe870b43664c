//! Messages that are sent again until they are answered (RFC 3261, section 17).

use std::time::{Duration, Instant};

use super::dialog::DialogId;
use crate::flow::Flow;
use crate::message::Message;

/// T1, and T2.
const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(4);

/// Timer B, F and H: 64 times T1.
pub(super) const GIVE_UP: Duration = Duration::from_secs(32);

/// The kind of answer that a message waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wants {
    /// A response to our INVITE: any.
    Response,
    /// A final response to another request of ours.
    Final,
    /// The ACK of our final answer.
    Ack,
}

struct Waiting {
    dialog: DialogId,
    wants: Wants,
    seq: String,
    message: Message,
    flow: Flow,
    next: Instant,
    pause: Duration,
    until: Instant,
}

/// The messages that are due.
#[derive(Default)]
pub(super) struct Due {
    /// To be sent again.
    pub(super) again: Vec<(Message, Flow)>,
    /// Given up.
    pub(super) lost: Vec<(DialogId, Wants)>,
}

/// Everything that waits.
#[derive(Default)]
pub(super) struct Pending(Vec<Waiting>);

impl Pending {
    pub(super) fn add(
        &mut self,
        dialog: DialogId,
        wants: Wants,
        message: &Message,
        flow: Flow,
        now: Instant,
    ) {
        // A 200 is sent again over any transport (section 13.3.1.4), the rest where packets are lost.
        let is_repeated = matches!(flow, Flow::Udp(_))
            || (wants == Wants::Ack && message.status().is_some_and(|s| s < 300));
        let until = now + GIVE_UP;
        let next = if is_repeated { now + FIRST } else { until };
        let seq = message.header("CSeq").unwrap_or_default().to_owned();
        self.0.push(Waiting {
            dialog,
            wants,
            seq,
            message: message.clone(),
            flow,
            next,
            pause: FIRST,
            until,
        });
    }

    /// It was answered. True if it waited.
    pub(super) fn done(&mut self, dialog: DialogId, wants: Wants, seq: Option<&str>) -> bool {
        let before = self.0.len();
        self.0.retain(|one| {
            one.dialog != dialog || one.wants != wants || seq.is_some_and(|seq| seq != one.seq)
        });
        self.0.len() < before
    }

    /// When to look again.
    pub(super) fn next(&self) -> Option<Instant> {
        self.0.iter().map(|one| one.next.min(one.until)).min()
    }

    /// The messages that are due by now.
    pub(super) fn due(&mut self, now: Instant) -> Due {
        let mut due = Due::default();
        let Due { again, lost } = &mut due;
        self.0.retain_mut(|one| {
            if now >= one.until {
                lost.push((one.dialog, one.wants));
                return false;
            }
            if now >= one.next {
                again.push((one.message.clone(), one.flow));
                one.pause = (one.pause * 2).min(if one.wants == Wants::Response { GIVE_UP } else { LONGEST });
                one.next = now + one.pause;
            }
            true
        });
        due
    }
}
