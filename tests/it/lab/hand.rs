//! A phone that is moved by hand, message by message, for what no real phone can be made to do.

use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use sip::{Challenge, Credentials, Message, address};

use super::phone::Account;

/// For how long anything may take on a machine that is busy.
const LIMIT: Duration = Duration::from_secs(30);

/// The phone: a socket for SIP and one for sound.
pub(crate) struct Hand {
    socket: UdpSocket,
    sound: UdpSocket,
    edge: SocketAddr,
    user: String,
    password: String,
    domain: String,
    /// What came and was not asked for yet.
    inbox: Vec<Message>,
    count: u32,
    /// The address that it believes it has.
    pub(crate) host: String,
}

/// A call, as the phone sees it.
pub(crate) struct Talk {
    id: String,
    from: String,
    to: String,
    target: String,
    pub(crate) routes: Vec<String>,
    seq: u32,
    pub(crate) invite: Message,
}

impl Hand {
    pub(crate) fn new(account: &Account<'_>) -> Self {
        let bind = || UdpSocket::bind("127.0.0.1:0").unwrap();
        let (socket, sound) = (bind(), bind());
        Self {
            edge: account.proxy.split(';').next().unwrap().parse().unwrap(),
            host: socket.local_addr().unwrap().to_string(),
            socket,
            sound,
            user: account.user.to_owned(),
            password: account.password.to_owned(),
            domain: account.domain.to_owned(),
            inbox: Vec::new(),
            count: 0,
        }
    }

    /// Registers with these header fields beside its Contact, and gives the answer.
    pub(crate) fn registers(&mut self, more: &[(&str, &str)]) -> Message {
        let uri = format!("sip:{}", self.domain);
        let mut request =
            self.message("REGISTER", &uri, "r", &uri.replace("sip:", &format!("sip:{}@", self.user)));
        for (name, value) in more {
            request = request.with(name, *value);
        }
        self.asks(&request)
    }

    /// Sends a request of no dialog, with its password when it is asked for it, and gives the answer.
    pub(crate) fn asks(&mut self, request: &Message) -> Message {
        self.sends(request);
        let answer = self.takes(|message| message.status().is_some_and(|status| status > 100));
        if answer.status() != Some(407) {
            return answer;
        }
        let again = self.proven(request, &answer);
        self.sends(&again);
        self.takes(|message| message.status().is_some_and(|status| status != 100 && status != 407))
    }

    /// A request of no dialog.
    pub(crate) fn message(&mut self, method: &str, uri: &str, call: &str, to: &str) -> Message {
        self.count += 1;
        let (user, domain, host, count) = (&self.user, &self.domain, &self.host, self.count);
        Message::request(method, uri)
            .with("Via", format!("SIP/2.0/UDP {host};branch=z9hG4bK{count}{user};rport"))
            .with("From", format!("<sip:{user}@{domain}>;tag={user}"))
            .with("To", format!("<{to}>"))
            .with("Call-ID", format!("{call}{user}{}", std::process::id()))
            .with("CSeq", format!("{count} {method}"))
            .with("Max-Forwards", "70")
            .with("Contact", format!("<sip:{user}@{host}>"))
    }

    /// Dials, and gives the call once the lab has taken it.
    pub(crate) fn dials(&mut self, what: &str) -> Talk {
        let mut talk = self.invites(what);
        let answer = self.takes(|message| {
            message.status().is_some_and(|status| status > 100) && is_of(message, talk.seq, "INVITE")
        });
        talk.to = answer.header("To").unwrap().to_owned();
        assert_eq!(answer.status(), Some(180), "{}", text(&answer));
        talk
    }

    /// Sends an INVITE with its password, and waits for nothing.
    pub(crate) fn invites(&mut self, what: &str) -> Talk {
        let uri = format!("sip:{what}@{}", self.domain);
        let call = format!("c{}", self.count);
        let mut invite = self.message("INVITE", &uri, &call, &uri);
        invite = invite.with("Content-Type", "application/sdp");
        invite.body = self.description("sendrecv");
        self.sends(&invite);
        let challenge = self.takes(|message| message.status() == Some(407));
        self.sends(&acknowledge(&invite, &challenge));
        let invite = self.proven(&invite, &challenge);
        self.sends(&invite);
        Talk {
            id: invite.header("Call-ID").unwrap().to_owned(),
            from: invite.header("From").unwrap().to_owned(),
            to: invite.header("To").unwrap().to_owned(),
            target: uri,
            routes: Vec::new(),
            seq: self.count,
            invite,
        }
    }

    /// Waits for the final answer to the INVITE of a call, and acknowledges it.
    pub(crate) fn is_answered(&mut self, talk: &mut Talk) -> Message {
        let answer = self.takes(|message| {
            message.status().is_some_and(|status| status >= 200) && is_of(message, talk.seq, "INVITE")
        });
        if answer.status() != Some(200) {
            self.sends(&acknowledge(&talk.invite, &answer));
            return answer;
        }
        talk.to = answer.header("To").unwrap().to_owned();
        talk.target = address(answer.header("Contact").unwrap()).0.to_owned();
        talk.routes = answer.list("Record-Route").into_iter().rev().map(str::to_owned).collect();
        let ack = self.within(talk, "ACK");
        self.sends(&ack);
        answer
    }

    /// Answers a call of the lab, and gives it once the lab has heard so.
    pub(crate) fn picks_up(&mut self, invite: &Message) -> Talk {
        self.answers(invite, 180);
        self.answers(invite, 200);
        // It has the tag of the answer.
        let ack = self.is_asked("ACK");
        let header = |name: &str| ack.header(name).unwrap().to_owned();
        Talk {
            id: header("Call-ID"),
            from: header("To"),
            to: header("From"),
            target: address(invite.header("Contact").unwrap()).0.to_owned(),
            routes: invite.list("Record-Route").into_iter().map(str::to_owned).collect(),
            seq: 0,
            invite: invite.clone(),
        }
    }

    /// A request within a call.
    pub(crate) fn within(&mut self, talk: &mut Talk, method: &str) -> Message {
        if method != "ACK" {
            talk.seq += 1;
        }
        self.count += 1;
        let mut request = Message::request(method, &talk.target).with(
            "Via",
            format!("SIP/2.0/UDP {};branch=z9hG4bK{}{};rport", self.host, self.count, self.user),
        );
        for route in &talk.routes {
            request = request.with("Route", route);
        }
        request
            .with("From", &talk.from)
            .with("To", &talk.to)
            .with("Call-ID", &talk.id)
            .with("CSeq", format!("{} {method}", talk.seq))
            .with("Contact", format!("<sip:{}@{}>", self.user, self.host))
    }

    /// Sends a request within a call, and gives the final answer.
    pub(crate) fn asks_within(
        &mut self,
        talk: &mut Talk,
        method: &str,
        body: Option<(&str, Vec<u8>)>,
    ) -> Message {
        let mut request = self.within(talk, method);
        if let Some((kind, body)) = body {
            request = request.with("Content-Type", kind);
            request.body = body;
        }
        self.sends(&request);
        let answer = self.takes(|message| {
            message.status().is_some_and(|status| status >= 200) && is_of(message, talk.seq, method)
        });
        if method == "INVITE" {
            let ack = self.within(talk, "ACK");
            self.sends(&ack);
        }
        answer
    }

    /// Takes back a call that rings.
    pub(crate) fn cancels(&mut self, talk: &Talk) {
        let mut cancel = Message::request("CANCEL", talk.invite.uri());
        for name in ["Via", "From", "To", "Call-ID"] {
            cancel = cancel.with(name, talk.invite.header(name).unwrap());
        }
        self.sends(&cancel.with("CSeq", format!("{} CANCEL", talk.seq)));
    }

    /// Waits for a request of the lab.
    pub(crate) fn is_asked(&mut self, method: &str) -> Message {
        self.takes(|message| message.method() == Some(method))
    }

    /// Waits for a response to a request of its own.
    pub(crate) fn is_told(&mut self, status: u16, method: &str) -> Message {
        self.takes(|message| {
            message.status() == Some(status)
                && message.header("CSeq").is_some_and(|seq| seq.ends_with(method))
        })
    }

    /// Answers a request of the lab; a 200 to an INVITE says where it hears.
    pub(crate) fn answers(&mut self, request: &Message, status: u16) {
        let mut answer = Message::response(request, status, "as the hand says");
        for route in request.fields("Record-Route") {
            answer = answer.with("Record-Route", route);
        }
        answer = answer.with("Contact", format!("<sip:{}@{}>", self.user, self.host));
        if status == 200 && request.method() == Some("INVITE") {
            answer = answer.with("Content-Type", "application/sdp");
            answer.body = self.description("sendrecv");
        }
        self.sends(&answer);
    }

    /// Where it hears, and which way sound goes.
    pub(crate) fn description(&self, direction: &str) -> Vec<u8> {
        let host = self.host.split(':').next().unwrap();
        let port = self.sound.local_addr().unwrap().port();
        format!(
            "v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\nm=audio {port} RTP/AVP 0 101\r\n\
             a=rtpmap:101 telephone-event/8000\r\na={direction}\r\n"
        )
        .into_bytes()
    }

    /// Says a packet of silence to where this description hears, and waits until a packet comes back.
    pub(crate) fn speaks_and_hears(&self, description: &Message) {
        let found = lab::Description::parse(&description.body).unwrap();
        self.sound.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        let until = Instant::now() + LIMIT;
        let mut packet = vec![0x80, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 7];
        packet.resize(172, 0xff);
        let mut buffer = [0; 2048];
        loop {
            self.sound.send_to(&packet, found.address).unwrap();
            if self.sound.recv(&mut buffer).is_ok_and(|length| length == 172) {
                return;
            }
            assert!(Instant::now() < until, "no sound comes back");
        }
    }

    pub(crate) fn sends(&self, message: &Message) {
        self.socket.send_to(&message.to_bytes(), self.edge).unwrap();
    }

    fn proven(&mut self, request: &Message, challenge: &Message) -> Message {
        self.count += 1;
        let method = request.method().unwrap();
        let who = Credentials { user: &self.user, password: &self.password };
        let (name, value) = Challenge::of(challenge).unwrap().answer(who, method, request.uri(), "c");
        let via = format!("SIP/2.0/UDP {};branch=z9hG4bK{}{};rport", self.host, self.count, self.user);
        let mut again = request.clone();
        for (name, value) in &mut again.headers {
            match name.as_str() {
                "CSeq" => *value = format!("{} {method}", self.count),
                "Via" => value.clone_from(&via),
                _ => {}
            }
        }
        again.with(name, value)
    }

    fn takes(&mut self, wanted: impl Fn(&Message) -> bool) -> Message {
        let until = Instant::now() + LIMIT;
        loop {
            if let Some(at) = self.inbox.iter().position(&wanted) {
                return self.inbox.remove(at);
            }
            let left = until.saturating_duration_since(Instant::now());
            let seen: Vec<_> = self.inbox.iter().map(text).collect();
            assert!(!left.is_zero(), "{} waits for something else than {seen:#?}", self.user);
            self.socket.set_read_timeout(Some(left)).unwrap();
            let mut buffer = [0; 8192];
            if let Ok(length) = self.socket.recv(&mut buffer) {
                self.inbox.push(Message::parse(&buffer[..length]).unwrap());
            }
        }
    }
}

fn is_of(answer: &Message, seq: u32, method: &str) -> bool {
    answer.header("CSeq") == Some(&format!("{seq} {method}"))
}

/// The ACK of a refusal (RFC 3261, section 17.1.1.3).
fn acknowledge(invite: &Message, refusal: &Message) -> Message {
    let seq = invite.header("CSeq").unwrap().replace("INVITE", "ACK");
    Message::request("ACK", invite.uri())
        .with("Via", invite.header("Via").unwrap())
        .with("From", invite.header("From").unwrap())
        .with("To", refusal.header("To").unwrap())
        .with("Call-ID", invite.header("Call-ID").unwrap())
        .with("CSeq", seq)
}

pub(crate) fn text(message: &Message) -> String {
    String::from_utf8_lossy(&message.to_bytes()).into_owned()
}
