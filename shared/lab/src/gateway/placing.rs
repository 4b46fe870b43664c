//! Calls to phones.

use std::time::Instant;

use super::answering::{ALLOW, seq_of};
use super::dialog::{Dialog, DialogId, Phase, contact, via};
use super::pending::Wants;
use super::{Gateway, Sip, own_headers};
use crate::flow::Flow;
use crate::message::Message;
use crate::sdp::{Description, Ear};

/// A call to place.
#[derive(Debug, Clone)]
pub struct Invitation {
    /// The Contact that the phone registered.
    pub target: String,
    /// Where it registered from.
    pub flow: Flow,
    /// The From header field, without a tag.
    pub from: String,
    /// The To header field.
    pub to: String,
    /// More header fields.
    pub headers: Vec<(String, String)>,
    /// Where the lab hears.
    pub media: Ear,
}

impl Gateway {
    /// Calls a phone.
    pub fn place(&mut self, invitation: Invitation, now: Instant) -> DialogId {
        let Invitation { target, flow, from, to, headers, media } = invitation;
        let id = self.next_id();
        let call_id = format!("{}@0.0.0.0", crate::digest::random());
        let ours = format!("{from};tag={}", crate::digest::random());
        let mut invite = Message {
            start: format!("INVITE {target} SIP/2.0"),
            headers: vec![("Via".to_owned(), via())],
            body: Description::offer(media).write(1),
        }
        .with("From", &ours)
        .with("To", &to)
        .with("Call-ID", &call_id)
        .with("CSeq", "1 INVITE")
        .with("Max-Forwards", "68")
        .with("Contact", contact())
        .with("Allow", ALLOW)
        .with("User-Agent", "Twilio Gateway");
        for (name, value) in &headers {
            invite = invite.with(name, value);
        }
        let invite = invite.with("Content-Type", "application/sdp");
        let dialog = Dialog {
            id,
            phase: Phase::Ringing,
            is_outgoing: true,
            call_id,
            ours,
            theirs: to,
            target,
            routes: Vec::new(),
            our_seq: 1,
            their_seq: 0,
            flow,
            invite: invite.clone(),
            answers: Vec::new(),
            media: Some(media),
            version: 1,
            theirs_described: None,
            was_heard: false,
            is_given_up: false,
            refer: None,
        };
        self.add(dialog);
        self.pending.add(id, Wants::Response, &invite, flow, now);
        self.out.push_back((invite, flow));
        id
    }

    pub(super) fn cancel(&mut self, id: DialogId, now: Instant) {
        let Some(dialog) = self.dialogs.get(&id) else { return };
        let to = dialog.invite.header("To").unwrap_or_default();
        let cancel = dialog.beside_invite("CANCEL", to);
        let flow = dialog.flow;
        self.pending.add(id, Wants::Final, &cancel, flow, now);
        self.out.push_back((cancel, flow));
    }

    pub(super) fn never_responds(&mut self, id: DialogId, now: Instant) {
        let is_ringing =
            self.dialogs.get(&id).is_some_and(|dialog| dialog.phase == Phase::Ringing && dialog.is_outgoing);
        if is_ringing {
            self.pending.done(id, Wants::Response, None);
            self.end(id, now);
            self.events.push_back(Sip::Silent(id));
        }
    }

    /// A response to a request of ours.
    pub(super) fn response(
        &mut self,
        id: DialogId,
        response: &Message,
        status: u16,
        flow: Flow,
        now: Instant,
    ) {
        let Some(dialog) = self.dialogs.get_mut(&id) else { return };
        let seq = response.header("CSeq").unwrap_or_default();
        if !seq.ends_with(" INVITE") {
            if status >= 200 {
                self.pending.done(id, Wants::Final, Some(seq));
            }
            return;
        }
        self.pending.done(id, Wants::Response, None);
        if seq_of(response) != 1 || !dialog.is_outgoing {
            return;
        }
        if status >= 300 {
            let ack = dialog.beside_invite("ACK", response.header("To").unwrap_or_default());
            self.out.push_back((ack, flow));
            if dialog.phase == Phase::Ringing {
                let headers = own_headers(response);
                self.end(id, now);
                self.events.push_back(Sip::Refuses(id, status, headers));
            }
            return;
        }
        let is_first = !std::mem::replace(&mut dialog.was_heard, true);
        if status < 200 {
            if dialog.phase == Phase::Over && is_first {
                return self.cancel(id, now);
            }
            if dialog.phase == Phase::Ringing && status > 100 {
                self.events.push_back(Sip::Rings(id, status));
            }
            return;
        }
        self.accepted(id, response, flow, now);
    }

    fn accepted(&mut self, id: DialogId, response: &Message, flow: Flow, now: Instant) {
        let Some(dialog) = self.dialogs.get_mut(&id) else { return };
        let is_new = dialog.phase == Phase::Ringing;
        let is_late = dialog.phase == Phase::Over || dialog.is_given_up;
        response.header("To").unwrap_or_default().clone_into(&mut dialog.theirs);
        // The last one that was passed comes first.
        dialog.routes = response.list("Record-Route").into_iter().rev().map(str::to_owned).collect();
        dialog.learn(response, flow);
        let ack_seq = dialog.our_seq;
        dialog.our_seq = 1;
        let ack = dialog.request("ACK");
        dialog.our_seq = ack_seq;
        self.out.push_back((ack, flow));
        let description = Description::parse(&response.body);
        if !is_new && !is_late {
            return;
        }
        dialog.phase = Phase::Talking;
        match description.filter(|_| !is_late) {
            Some(description) => {
                dialog.theirs_described = Some(description.clone());
                self.events.push_back(Sip::Answers(id, description));
            }
            None => {
                let refusal = if is_late { 487 } else { 488 };
                self.hang_up(id, now);
                self.events.push_back(Sip::Refuses(id, refusal, Vec::new()));
            }
        }
    }
}
