//! A phone that does nothing but register, over UDP.

use std::net::UdpSocket;
use std::time::Duration;

use sip::{Challenge, Credentials, Message};

use super::DOMAIN;
use super::kamailio::PASSWORD;

pub(super) struct Phone {
    pub(super) user: String,
    registrar: u16,
    socket: UdpSocket,
    sequence: u32,
}

impl Phone {
    pub(super) fn new(user: impl Into<String>, registrar: u16) -> Self {
        Self { user: user.into(), registrar, socket: socket(), sequence: 0 }
    }

    /// Its router gives it another port.
    pub(super) fn moves(&mut self) {
        self.socket = socket();
    }

    /// Registers at a host for so many seconds; 0 takes the place away.
    pub(super) fn registers(&mut self, host: &str, seconds: u32) {
        let status = self.tries(host, seconds);
        assert_eq!(status, 200, "{} at {host}", self.user);
    }

    /// The same, and the status that comes of it.
    pub(super) fn tries(&mut self, host: &str, seconds: u32) -> u16 {
        let first = self.request(host, seconds);
        let challenged = self.send(&first);
        let Ok(challenge) = Challenge::of(&challenged) else { return challenged.status().unwrap() };
        let who = Credentials { user: &self.user, password: PASSWORD };
        let (name, value) = challenge.answer(who, "REGISTER", &format!("sip:{DOMAIN}"), "c");
        let second = self.request(host, seconds).with(name, value);
        self.send(&second).status().unwrap()
    }

    fn request(&mut self, host: &str, seconds: u32) -> Message {
        self.sequence += 1;
        let Self { user, sequence, .. } = self;
        let port = self.socket.local_addr().unwrap().port();
        Message::request("REGISTER", &format!("sip:{DOMAIN}"))
            .with("Via", format!("SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK{user}{sequence};rport"))
            .with("From", format!("<sip:{user}@{DOMAIN}>;tag=a"))
            .with("To", format!("<sip:{user}@{DOMAIN}>"))
            .with("Call-ID", format!("{user}-{host}-{port}"))
            .with("CSeq", format!("{sequence} REGISTER"))
            .with("Contact", format!("<sip:{user}@{host}>"))
            .with("Expires", seconds.to_string())
    }

    /// Sends it until an answer comes.
    fn send(&self, request: &Message) -> Message {
        let mut buffer = [0; 4096];
        for _ in 0..60 {
            self.socket.send_to(&request.to_bytes(), ("127.0.0.1", self.registrar)).unwrap();
            while let Ok(length) = self.socket.recv(&mut buffer) {
                let response = Message::parse(&buffer[..length]).unwrap();
                // A copy may have been answered, too.
                if response.header("CSeq") == request.header("CSeq") && response.status().unwrap() >= 200 {
                    return response;
                }
            }
        }
        panic!("the registrar does not answer {}", self.user);
    }
}

fn socket() -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
    socket
}
