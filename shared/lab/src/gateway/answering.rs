//! Requests of phones: calls, and everything within a call.

use std::time::Instant;

use super::dialog::{Dialog, DialogId, Phase, contact};
use super::pending::Wants;
use super::{Gateway, Sip, described, own_headers};
use crate::flow::Flow;
use crate::message::{Message, address, parameter};
use crate::sdp::{Description, Ear};

impl Gateway {
    /// A request of no call that is known.
    pub(super) fn stranger(&mut self, request: &Message, flow: Flow, user: Option<&str>, now: Instant) {
        let method = request.method().unwrap_or_default();
        let is_new = parameter(request.header("To").unwrap_or_default(), "tag").is_none();
        let refusal = match (method, user) {
            ("ACK", _) => return,
            ("INVITE", Some(user)) if is_new => return self.call(request, flow, user, now),
            ("OPTIONS", _) if is_new => Message::response(request, 200, "OK"),
            _ if is_new && method != "CANCEL" => Message::response(request, 405, "Method Not Allowed"),
            _ => Message::response(request, 481, "Call leg/transaction does not exist"),
        };
        self.out.push_back((refusal, flow));
    }

    fn call(&mut self, invite: &Message, flow: Flow, user: &str, now: Instant) {
        let refuse = |code, reason| (Message::response(invite, code, reason), flow);
        let (Some(call_id), Some(contact)) =
            (invite.header("Call-ID"), invite.list("Contact").first().copied())
        else {
            return self.out.push_back(refuse(400, "Bad Request"));
        };
        // Without an offer, or with codecs of others only, there is nothing to talk with (Twilio's error 64501).
        let Some(offer) = Description::parse(&invite.body) else {
            return self.out.push_back(refuse(488, "Not Acceptable Here"));
        };
        let id = self.next_id();
        let to = invite.header("To").unwrap_or_default();
        let dialog = Dialog {
            id,
            phase: Phase::Ringing,
            is_outgoing: false,
            call_id: call_id.to_owned(),
            ours: format!("{to};tag={}", crate::digest::random()),
            theirs: invite.header("From").unwrap_or_default().to_owned(),
            target: address(contact).0.trim().to_owned(),
            routes: invite.list("Record-Route").into_iter().map(str::to_owned).collect(),
            our_seq: 0,
            their_seq: seq_of(invite),
            flow,
            invite: invite.clone(),
            answers: Vec::new(),
            media: None,
            version: 0,
            theirs_described: Some(offer.clone()),
            was_heard: true,
            is_given_up: false,
            refer: None,
        };
        self.add(dialog);
        self.answer_invite(id, 100, "trying -- your call is important to us", None, now);
        // Before the service is asked (Twilio's page on SIP domains).
        self.answer_invite(id, 180, "Ringing", None, now);
        let (invite, user) = (invite.clone(), user.to_owned());
        self.events.push_back(Sip::Calls { dialog: id, invite, user, flow, offer });
    }

    /// Answers a phone that calls; it is heard at `media`.
    pub fn answer(&mut self, id: DialogId, media: impl Into<Ear>, now: Instant) {
        let media = media.into();
        let Some(dialog) = self.dialogs.get_mut(&id).filter(|dialog| dialog.phase == Phase::Ringing) else {
            return;
        };
        let Some(offer) = dialog.theirs_described.clone() else { return };
        dialog.media = Some(media);
        dialog.phase = Phase::Answered;
        let body = dialog.describe(&described(&offer, media));
        self.answer_invite(id, 200, "OK", Some(body), now);
    }

    /// Refuses a phone that calls.
    pub fn refuse(&mut self, id: DialogId, code: u16, reason: &str, now: Instant) {
        if self.dialogs.get(&id).is_some_and(|dialog| dialog.phase == Phase::Ringing && !dialog.is_outgoing) {
            self.answer_invite(id, code, reason, None, now);
            self.end(id, now);
        }
    }

    /// Answers a REFER: 202 and a NOTIFY that all is done, or 603.
    pub fn answer_refer(&mut self, id: DialogId, is_taken: bool, now: Instant) {
        let Some(dialog) = self.dialogs.get_mut(&id) else { return };
        let Some(seq) = dialog.refer.take() else { return };
        let wanted = format!("{seq} REFER");
        let Some(request) =
            dialog.answers.iter().find(|(key, _)| *key == wanted).map(|(_, request)| request.clone())
        else {
            return;
        };
        dialog.answers.retain(|(key, _)| *key != wanted);
        let (code, reason) = if is_taken { (202, "Accepted") } else { (603, "Decline") };
        let response = dialog.response(&request, code, reason).with("Contact", contact());
        dialog.answers.push((wanted, response.clone()));
        let flow = dialog.flow;
        self.out.push_back((response, flow));
        if is_taken {
            let mut notify = dialog
                .request("NOTIFY")
                .with("Contact", contact())
                .with("Event", format!("refer;id={seq}"))
                .with("Subscription-State", "terminated;reason=noresource")
                .with("Content-Type", "message/sipfrag;version=2.0");
            notify.body = b"SIP/2.0 200 OK\r\n".to_vec();
            self.pending.add(id, Wants::Final, &notify, flow, now);
            self.out.push_back((notify, flow));
        }
    }

    /// A request within a call.
    pub(super) fn request(&mut self, id: DialogId, request: &Message, flow: Flow, now: Instant) {
        let Some(dialog) = self.dialogs.get_mut(&id) else { return };
        let method = request.method().unwrap_or_default().to_owned();
        let key = request.header("CSeq").unwrap_or_default().to_owned();
        if method == "ACK" {
            // That of an earlier refusal, such as the question for a password, may come late.
            let seq = format!("{} INVITE", seq_of(request));
            if self.pending.done(id, Wants::Ack, Some(&seq)) && dialog.phase == Phase::Answered {
                dialog.phase = Phase::Talking;
            }
            return;
        }
        if let Some((_, answer)) = dialog.answers.iter().find(|(known, _)| *known == key) {
            // It did not hear the answer. A REFER that is being thought about is kept as the request it was.
            if answer.status().is_some() {
                self.out.push_back((answer.clone(), flow));
            }
            return;
        }
        if method == "CANCEL" {
            let response = dialog.response(request, 200, "OK");
            self.reply(id, &key, response, flow);
            return self.cancelled(id, request, now);
        }
        let is_theirs =
            parameter(request.header("From").unwrap_or_default(), "tag") == parameter(&dialog.theirs, "tag");
        if !is_theirs || dialog.phase == Phase::Over {
            let gone = Message::response(request, 481, "Call leg/transaction does not exist");
            return self.out.push_back((gone, flow));
        }
        if seq_of(request) < dialog.their_seq {
            let late = dialog.response(request, 500, "Server Internal Error");
            return self.out.push_back((late, flow));
        }
        dialog.their_seq = seq_of(request);
        dialog.learn(request, flow);
        match method.as_str() {
            "BYE" => {
                let response = dialog.response(request, 200, "OK");
                let headers = own_headers(request);
                self.reply(id, &key, response, flow);
                self.pending.done(id, Wants::Ack, None);
                self.end(id, now);
                self.events.push_back(Sip::Ends(id, headers));
            }
            "INVITE" | "UPDATE" => self.change(id, request, &key, flow, now),
            "REFER" => {
                let Some(target) = request.header("Refer-To").map(str::to_owned) else {
                    let response = dialog.response(request, 400, "Bad Request");
                    return self.reply(id, &key, response, flow);
                };
                dialog.refer = Some(seq_of(request));
                dialog.answers.push((key, request.clone()));
                self.events.push_back(Sip::Refers(id, target));
            }
            "INFO" => {
                let response = dialog.response(request, 200, "OK");
                self.reply(id, &key, response, flow);
                self.events.push_back(Sip::Info(id));
            }
            "OPTIONS" | "NOTIFY" | "MESSAGE" => {
                let response = dialog.response(request, 200, "OK");
                self.reply(id, &key, response, flow);
            }
            _ => {
                let response = dialog.response(request, 405, "Method Not Allowed");
                self.reply(id, &key, response, flow);
            }
        }
    }

    /// A description within a call: hold, resume, another address.
    fn change(&mut self, id: DialogId, request: &Message, key: &str, flow: Flow, now: Instant) {
        let Some(dialog) = self.dialogs.get_mut(&id) else { return };
        let is_invite = request.method() == Some("INVITE");
        if dialog.phase == Phase::Ringing && is_invite {
            let busy = dialog.response(request, 491, "Request Pending");
            return self.reply(id, key, busy, flow);
        }
        let offer = Description::parse(&request.body).or_else(|| dialog.theirs_described.clone());
        let (Some(offer), Some(media)) = (offer, dialog.media) else {
            let refusal = dialog.response(request, 488, "Not Acceptable Here");
            return self.reply(id, key, refusal, flow);
        };
        let has_body = is_invite || !request.body.is_empty();
        let mut response = dialog.response(request, 200, "OK");
        if has_body {
            // baresip goes deaf without it.
            response = response.with("Content-Type", "application/sdp");
            response.body = dialog.describe(&described(&offer, media));
        }
        dialog.theirs_described = Some(offer.clone());
        self.reply(id, key, response.clone(), flow);
        if is_invite {
            self.pending.add(id, Wants::Ack, &response, flow, now);
        }
        self.events.push_back(Sip::Changes(id, offer));
    }

    fn cancelled(&mut self, id: DialogId, cancel: &Message, now: Instant) {
        let is_ringing = self.dialogs.get(&id).is_some_and(|dialog| {
            dialog.phase == Phase::Ringing && !dialog.is_outgoing && dialog.their_seq == seq_of(cancel)
        });
        if is_ringing {
            self.answer_invite(id, 487, "Request Terminated", None, now);
            self.end(id, now);
            self.events.push_back(Sip::Ends(id, own_headers(cancel)));
        }
    }

    fn answer_invite(&mut self, id: DialogId, code: u16, reason: &str, body: Option<Vec<u8>>, now: Instant) {
        let Some(dialog) = self.dialogs.get_mut(&id) else { return };
        let invite = dialog.invite.clone();
        let key = invite.header("CSeq").unwrap_or_default().to_owned();
        let mut response = dialog.response(&invite, code, reason);
        if let Some(body) = body {
            response = response.with("Content-Type", "application/sdp").with("Allow", ALLOW);
            response.body = body;
        }
        let flow = dialog.flow;
        self.reply(id, &key, response.clone(), flow);
        if code >= 200 {
            self.pending.add(id, Wants::Ack, &response, flow, now);
        }
    }

    fn reply(&mut self, id: DialogId, key: &str, response: Message, flow: Flow) {
        if let Some(dialog) = self.dialogs.get_mut(&id) {
            dialog.answers.retain(|(known, _)| known != key);
            dialog.answers.push((key.to_owned(), response.clone()));
        }
        self.out.push_back((response, flow));
    }
}

/// The methods that the gateway takes.
pub(super) const ALLOW: &str = "INVITE, ACK, CANCEL, BYE, REFER, NOTIFY, INFO, OPTIONS, UPDATE, MESSAGE";

/// The number of a request.
pub(super) fn seq_of(message: &Message) -> u32 {
    message.header("CSeq").and_then(|text| text.split(' ').next()?.parse().ok()).unwrap_or_default()
}
