//! Races and silence, with a clock that the test turns.

use std::time::Duration;

use super::*;
use crate::message::parameter;

const SOUND: &str =
    "v=0\r\nc=IN IP4 192.0.2.10\r\nm=audio 4000 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n";

struct Desk {
    gateway: Gateway,
    now: Instant,
    flow: Flow,
}

impl Desk {
    fn new() -> Self {
        let flow = Flow::Udp("192.0.2.10:5060".parse().unwrap());
        Self { gateway: Gateway::default(), now: Instant::now(), flow }
    }

    fn hears(&mut self, message: &Message) {
        let user = (message.method() == Some("INVITE")).then_some("lobby");
        self.gateway.handle(message, self.flow, user, self.now);
    }

    fn waits(&mut self, milliseconds: u64) {
        self.now += Duration::from_millis(milliseconds);
        self.gateway.tick(self.now);
    }

    /// The first words of all that it sent since.
    fn sent(&mut self) -> Vec<String> {
        let sent = std::iter::from_fn(|| self.gateway.outgoing());
        let words = |message: &Message| match message.status() {
            Some(status) => format!("{status} {}", message.header("CSeq").unwrap()),
            None => message.method().unwrap().to_owned(),
        };
        sent.map(|(message, _)| words(&message)).collect()
    }

    fn last_sent(&mut self) -> Message {
        std::iter::from_fn(|| self.gateway.outgoing()).last().unwrap().0
    }

    /// The events since the last look, by the names of the variants.
    fn happened(&mut self) -> Vec<String> {
        let events = std::iter::from_fn(|| self.gateway.happened());
        let name = |event: &Sip| match event {
            Sip::Refuses(_, status, _) => format!("Refuses {status}"),
            event => format!("{event:?}").split(['(', ' ']).next().unwrap().to_owned(),
        };
        events.map(|event| name(&event)).collect()
    }

    /// A phone calls, and the gateway is about to think about it.
    fn called(&mut self) -> DialogId {
        self.hears(&invite());
        assert_eq!(self.sent(), ["100 2 INVITE", "180 2 INVITE"]);
        let Some(Sip::Calls { dialog, .. }) = self.gateway.happened() else { panic!() };
        dialog
    }

    fn answers(&mut self, id: DialogId) -> Message {
        self.gateway.answer(id, "192.0.2.1:4000".parse::<std::net::SocketAddr>().unwrap(), self.now);
        self.last_sent()
    }

    /// The gateway calls a phone: its INVITE.
    fn calls(&mut self) -> (DialogId, Message) {
        let invitation = Invitation {
            target: "sip:lobby@192.0.2.10".into(),
            flow: self.flow,
            from: "<sip:+15035550110@d>".into(),
            to: "<sip:lobby@d>".into(),
            headers: Vec::new(),
            media: "192.0.2.1:4000".parse::<std::net::SocketAddr>().unwrap().into(),
        };
        let id = self.gateway.place(invitation, self.now);
        (id, self.last_sent())
    }
}

/// A request of the phone that calls, in no dialog yet or in the one that this answer made.
fn request(method: &str, seq: u32, answer: Option<&Message>) -> Message {
    let to = answer.map_or("<sip:1@d>", |answer| answer.header("To").unwrap());
    Message::request(method, "sip:1@d")
        .with("Via", format!("SIP/2.0/UDP 192.0.2.10;branch=z9hG4bK{seq}{method}"))
        .with("From", "<sip:lobby@d>;tag=a")
        .with("To", to)
        .with("Call-ID", "x")
        .with("CSeq", format!("{seq} {method}"))
        .with("Contact", "<sip:lobby@192.0.2.10>")
}

fn invite() -> Message {
    let mut invite = request("INVITE", 2, None);
    invite.body = SOUND.as_bytes().to_vec();
    invite
}

/// An answer of the phone that is called.
fn answer(request: &Message, status: u16) -> Message {
    let mut answer = Message::response(request, status, "").with("Contact", "<sip:lobby@192.0.2.10>");
    if status == 200 {
        answer.body = SOUND.as_bytes().to_vec();
    }
    answer
}

#[test]
fn what_is_asked_again_is_answered_again_and_happens_once() {
    let mut desk = Desk::new();
    let id = desk.called();
    desk.hears(&invite());
    assert_eq!((desk.sent(), desk.happened()), (vec!["180 2 INVITE".into()], vec![]));
    let ok = desk.answers(id);
    desk.hears(&invite());
    assert_eq!(desk.last_sent().to_bytes(), ok.to_bytes());
    desk.hears(&request("ACK", 2, Some(&ok)));
    let bye = request("BYE", 3, Some(&ok));
    desk.hears(&bye);
    desk.hears(&bye);
    assert_eq!(desk.sent(), ["200 3 BYE", "200 3 BYE"]);
    assert_eq!(desk.happened(), ["Ends"]);
}

#[test]
fn an_answer_that_nobody_acknowledges_is_sent_again_and_then_the_call_ends() {
    let mut desk = Desk::new();
    let id = desk.called();
    let ok = desk.answers(id);
    desk.waits(499);
    assert_eq!(desk.sent(), Vec::<String>::new());
    desk.waits(1);
    assert_eq!(desk.sent(), ["200 2 INVITE"]);
    // The question for a password was acknowledged late: that is not this answer's.
    desk.hears(&request("ACK", 1, Some(&ok)));
    desk.waits(1_000);
    assert_eq!(desk.sent(), ["200 2 INVITE"]);
    desk.waits(31_000);
    assert_eq!((desk.sent(), desk.happened()), (vec!["BYE".into()], vec!["Ends".into()]));
    assert_eq!(desk.gateway.open(), 0);
}

#[test]
fn an_acknowledged_answer_is_not_sent_again() {
    let mut desk = Desk::new();
    let id = desk.called();
    let ok = desk.answers(id);
    desk.hears(&request("ACK", 2, Some(&ok)));
    desk.waits(40_000);
    assert_eq!((desk.sent(), desk.happened(), desk.gateway.open()), (vec![], vec![], 1));
}

#[test]
fn a_cancel_ends_a_call_that_rings_and_no_other() {
    let mut desk = Desk::new();
    desk.called();
    desk.hears(&request("CANCEL", 2, None));
    assert_eq!(desk.sent(), ["200 2 CANCEL", "487 2 INVITE"]);
    assert_eq!(desk.happened(), ["Ends"]);
    desk.waits(500);
    assert_eq!(desk.sent(), ["487 2 INVITE"]);
    desk.hears(&request("ACK", 2, None));
    desk.waits(1_000);
    assert_eq!(desk.sent(), Vec::<String>::new());

    // It crosses the answer: too late, and the phone will hang up (section 9.2).
    let mut desk = Desk::new();
    let id = desk.called();
    let ok = desk.answers(id);
    desk.hears(&request("CANCEL", 2, None));
    assert_eq!((desk.sent(), desk.happened()), (vec!["200 2 CANCEL".into()], vec![]));
    desk.hears(&request("ACK", 2, Some(&ok)));
    desk.hears(&request("BYE", 3, Some(&ok)));
    assert_eq!((desk.sent(), desk.happened()), (vec!["200 3 BYE".into()], vec!["Ends".into()]));
}

#[test]
fn an_answer_that_crosses_our_cancel_is_acknowledged_and_hung_up() {
    let mut desk = Desk::new();
    let (id, invite) = desk.calls();
    desk.hears(&answer(&invite, 180));
    desk.gateway.hang_up(id, desk.now);
    let cancel = desk.last_sent();
    // The CANCEL belongs to the INVITE's transaction (section 9.1).
    assert_eq!((cancel.method(), cancel.header("Via")), (Some("CANCEL"), invite.header("Via")));
    desk.hears(&answer(&invite, 200));
    assert_eq!(desk.sent(), ["ACK", "BYE"]);
    assert_eq!(desk.happened(), ["Rings", "Refuses 487"]);
    // The phone did not hear the ACK.
    desk.hears(&answer(&invite, 200));
    assert!(desk.sent().contains(&"ACK".to_owned()));
}

#[test]
fn a_phone_that_was_silent_so_far_is_cancelled_once_it_responds() {
    let mut desk = Desk::new();
    let (id, invite) = desk.calls();
    desk.gateway.hang_up(id, desk.now);
    // No CANCEL before a response (section 9.1).
    assert_eq!((desk.sent(), desk.happened()), (vec![], vec!["Silent".into()]));
    desk.hears(&answer(&invite, 180));
    assert_eq!(desk.sent(), ["CANCEL"]);
    desk.hears(&answer(&invite, 487));
    assert_eq!(desk.sent(), ["ACK"]);
}

#[test]
fn an_invitation_is_sent_again_until_something_is_heard() {
    let mut desk = Desk::new();
    let (_, invite) = desk.calls();
    let mut again = 0;
    for _ in 0..16 {
        desk.waits(500);
        again += desk.sent().len();
    }
    // After 0.5, 1.5, 3.5 and 7.5 seconds (timer A).
    assert_eq!(again, 4);
    desk.hears(&answer(&invite, 100));
    desk.waits(40_000);
    assert_eq!((desk.sent(), desk.happened()), (vec![], vec![]));

    let mut desk = Desk::new();
    desk.calls();
    desk.waits(32_000);
    assert_eq!(desk.happened(), ["Silent"]);
}

#[test]
fn a_refusal_is_acknowledged_each_time_and_happens_once() {
    let mut desk = Desk::new();
    let (_, invite) = desk.calls();
    desk.hears(&answer(&invite, 603));
    let ack = desk.last_sent();
    assert_eq!((ack.method(), ack.header("Via")), (Some("ACK"), invite.header("Via")));
    desk.hears(&answer(&invite, 603));
    assert_eq!(desk.sent(), ["ACK"]);
    assert_eq!(desk.happened(), ["Refuses 603"]);
}

#[test]
fn a_new_description_is_answered_with_one_and_not_before_the_first() {
    let mut desk = Desk::new();
    let id = desk.called();
    let held = |answer: &Message| {
        let mut held = request("INVITE", 3, Some(answer));
        held.body = format!("{SOUND}a=sendonly\r\n").into_bytes();
        held
    };
    let ringing = Message::response(&invite(), 180, "").with("x", "y");
    let early = held(&ringing);
    desk.hears(&early);
    assert_eq!(desk.sent(), ["491 3 INVITE"]);
    let ok = desk.answers(id);
    desk.hears(&request("ACK", 2, Some(&ok)));
    let mut held = held(&ok);
    held.headers.iter_mut().filter(|(name, _)| name == "CSeq").for_each(|(_, seq)| *seq = "4 INVITE".into());
    desk.hears(&held);
    let answer = desk.last_sent();
    assert!(String::from_utf8_lossy(&answer.body).contains("a=recvonly"));
    let Some(Sip::Changes(_, description)) = desk.gateway.happened() else { panic!() };
    assert!(!description.hears);
}

#[test]
fn what_belongs_to_no_call_is_told_so() {
    let mut desk = Desk::new();
    let id = desk.called();
    let ok = desk.answers(id);
    let mut other = request("BYE", 3, Some(&ok));
    other
        .headers
        .iter_mut()
        .filter(|(name, _)| name == "From")
        .for_each(|(_, from)| *from = "<sip:x@d>;tag=b".into());
    desk.hears(&other);
    let mut unknown = request("BYE", 3, Some(&ok));
    unknown.headers.iter_mut().filter(|(name, _)| name == "Call-ID").for_each(|(_, call)| *call = "y".into());
    desk.hears(&unknown);
    assert_eq!((desk.sent(), desk.happened()), (vec!["481 3 BYE".to_owned(); 2], vec![]));
    assert!(parameter(ok.header("To").unwrap(), "tag").is_some());
    desk.hears(&request("INFO", 3, Some(&ok)));
    assert_eq!((desk.sent(), desk.happened()), (vec!["200 3 INFO".into()], vec!["Info".into()]));
}
