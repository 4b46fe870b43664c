//! A dialog (RFC 3261, section 12): what both ends of a call remember.

use crate::flow::Flow;
use crate::message::{Message, address, parameter};
use crate::sdp::{Description, Ear};

/// Names a dialog of the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DialogId(pub(crate) u64);

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// No final answer to the INVITE yet.
    Ringing,
    /// A final answer was sent, and waits for its ACK.
    Answered,
    /// A conversation.
    Talking,
    /// Over. It is remembered for a while, for what is sent again.
    Over,
}

/// The state of one call leg.
pub(super) struct Dialog {
    pub(super) id: DialogId,
    pub(super) phase: Phase,
    /// Whether the gateway placed the call.
    pub(super) is_outgoing: bool,
    pub(super) call_id: String,
    /// The header field with our tag, and the one of the phone, which has its tag once it answered.
    pub(super) ours: String,
    pub(super) theirs: String,
    /// The phone's Contact.
    pub(super) target: String,
    /// Record-Route, in the order in which our requests follow it.
    pub(super) routes: Vec<String>,
    pub(super) our_seq: u32,
    pub(super) their_seq: u32,
    pub(super) flow: Flow,
    /// The INVITE: theirs, to answer it; ours, to cancel it.
    pub(super) invite: Message,
    /// The answers to their requests: CSeq and the response.
    pub(super) answers: Vec<(String, Message)>,
    /// Where the lab hears on this leg.
    pub(super) media: Option<Ear>,
    /// Counts our descriptions.
    pub(super) version: u64,
    /// The phone's last description.
    pub(super) theirs_described: Option<Description>,
    /// Whether any response came.
    pub(super) was_heard: bool,
    /// Whether it ends as soon as it may: a CANCEL must wait for a response (section 9.1).
    pub(super) is_given_up: bool,
    /// The number of the subscription that a REFER made.
    pub(super) refer: Option<u32>,
}

/// The gateway's address as a phone sees it: an address that leads nowhere, as at Twilio (seen in traces).
pub(super) const HERE: &str = "172.18.32.5:5060";

impl Dialog {
    /// A request of ours within the dialog, numbered on.
    pub(super) fn request(&mut self, method: &str) -> Message {
        if method != "ACK" && method != "CANCEL" {
            self.our_seq += 1;
        }
        let mut request = Message {
            start: format!("{method} {} SIP/2.0", self.target),
            headers: vec![("Via".to_owned(), via())],
            body: Vec::new(),
        };
        for route in &self.routes {
            request = request.with("Route", route);
        }
        request
            .with("From", &self.ours)
            .with("To", &self.theirs)
            .with("Call-ID", &self.call_id)
            .with("CSeq", format!("{} {method}", self.our_seq))
            .with("Max-Forwards", "70")
            .with("User-Agent", "Twilio Gateway")
    }

    /// The ACK of a refusal, or a CANCEL: as the INVITE, with the same branch (sections 9.1 and 17.1.1.3).
    pub(super) fn beside_invite(&self, method: &str, to: &str) -> Message {
        let mut request = Message {
            start: format!("{method} {} SIP/2.0", self.invite.uri()),
            headers: Vec::new(),
            body: Vec::new(),
        };
        for name in ["Via", "Route", "From"] {
            let fields = self.invite.headers.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name));
            request.headers.extend(fields.cloned());
        }
        let seq = self.invite.header("CSeq").and_then(|seq| seq.split(' ').next()).unwrap_or("1");
        request
            .with("To", to)
            .with("Call-ID", &self.call_id)
            .with("CSeq", format!("{seq} {method}"))
            .with("Max-Forwards", "70")
    }

    /// A response of ours to a request of theirs.
    pub(super) fn response(&self, request: &Message, code: u16, reason: &str) -> Message {
        let mut response = Message::response(request, code, reason);
        if code > 100 {
            for (_, value) in response.headers.iter_mut().filter(|(name, _)| name.eq_ignore_ascii_case("To"))
            {
                // The tag of ours, and no other.
                if !self.is_outgoing && parameter(request.header("To").unwrap_or_default(), "tag").is_none() {
                    value.clone_from(&self.ours);
                }
            }
        }
        let is_invite = request.method() == Some("INVITE");
        if is_invite && (101..300).contains(&code) {
            let routes = request.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("Record-Route"));
            response.headers.extend(routes.cloned());
            response = response.with("Contact", contact());
        }
        response.with("Server", "Twilio Gateway")
    }

    /// Takes in what a message of theirs says of the way to them.
    pub(super) fn learn(&mut self, message: &Message, flow: Flow) {
        self.flow = flow;
        if let Some(contact) = message.list("Contact").first() {
            address(contact).0.trim().clone_into(&mut self.target);
        }
    }

    /// The next description of ours; the same answer again if they ask again.
    pub(super) fn describe(&mut self, description: &Description) -> Vec<u8> {
        self.version += 1;
        description.write(self.version)
    }
}

/// The Contact of the gateway.
pub(super) fn contact() -> String {
    format!("<sip:{HERE};transport=udp>")
}

/// A Via with a new branch.
pub(super) fn via() -> String {
    format!("SIP/2.0/UDP {HERE};branch=z9hG4bK{}", crate::digest::random())
}
