//! Requests that no phone can be made to send.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use lab::{Flow, Message, Registered, Registrar};

use crate::baresip::DOMAIN;

struct Desk {
    registrar: Registrar,
    now: Instant,
}

impl Desk {
    fn new() -> Self {
        let passwords = HashMap::from([("lobby".to_owned(), "Correct-Horse-77".to_owned())]);
        Self { registrar: Registrar::new(DOMAIN, passwords), now: Instant::now() }
    }

    /// Sends a REGISTER, answers the challenge, and takes what comes of it.
    fn registers(&mut self, uri: &str, headers: &[(&str, &str)]) -> (Message, Registered) {
        let mut request = Message {
            start: format!("REGISTER {uri} SIP/2.0"),
            headers: vec![("Via".into(), "SIP/2.0/UDP 192.0.2.10;branch=z9hG4bK1".into())],
            body: Vec::new(),
        }
        .with("From", format!("<sip:lobby@{DOMAIN}>;tag=1"))
        .with("To", format!("<sip:lobby@{DOMAIN}>"))
        .with("Call-ID", "x")
        .with("CSeq", "1 REGISTER");
        for (name, value) in headers {
            request = request.with(name, *value);
        }
        let flow = Flow::Udp("192.0.2.10:5060".parse().unwrap());
        let (challenge, registered) = self.registrar.register(&request, flow, self.now);
        if registered != Registered::Challenged {
            return (challenge, registered);
        }
        let header = challenge.header("Proxy-Authenticate").unwrap();
        let nonce = header.split("nonce=\"").nth(1).unwrap().split('"').next().unwrap();
        let secret = md5("lobby:sip.twilio.com:Correct-Horse-77");
        let response = md5(&format!("{secret}:{nonce}:0000000a:c:auth:{}", md5(&format!("REGISTER:{uri}"))));
        let answer = format!(
            "Digest username=\"lobby\", realm=\"sip.twilio.com\", nonce=\"{nonce}\", uri=\"{uri}\", nc=0000000a, \
             cnonce=\"c\", qop=auth, response=\"{response}\""
        );
        self.registrar.register(&request.with("Proxy-Authorization", answer), flow, self.now)
    }
}

fn md5(text: &str) -> String {
    use md5::{Digest as _, Md5};
    webhook::lower_hex(&Md5::digest(text.as_bytes()))
}

const URI: &str = "sip:demo.sip.twilio.com";

#[test]
fn a_user_in_the_request_uri_and_another_domain_are_refused() {
    let mut desk = Desk::new();
    assert_eq!(desk.registers("sip:lobby@demo.sip.twilio.com", &[]).1, Registered::Refused(400));
    assert_eq!(desk.registers("sip:other.sip.twilio.com", &[]).1, Registered::Refused(404));
    let localized =
        desk.registers("sip:demo.sip.umatilla.twilio.com", &[("Contact", "<sip:a@192.0.2.10>")]).1;
    assert!(matches!(localized, Registered::Here { .. }), "{localized:?}");
}

#[test]
fn times_are_cut_above_and_refused_below() {
    let mut desk = Desk::new();
    let here = |seconds| Registered::Here { user: "lobby".into(), seconds };
    let contact = ("Contact", "<sip:a@192.0.2.10>");
    assert_eq!(desk.registers(URI, &[contact, ("Expires", "86400")]).1, here(3600));
    assert_eq!(desk.registers(URI, &[contact]).1, here(3600));
    let (brief, registered) = desk.registers(URI, &[contact, ("Expires", "599")]);
    assert_eq!((registered, brief.header("Min-Expires")), (Registered::Refused(423), Some("600")));
    assert_eq!(desk.registers(URI, &[("Contact", "<sip:a@192.0.2.10>;expires=700")]).1, here(700));
    assert_eq!(desk.registrar.at("lobby", desk.now).len(), 1, "the same contact is one binding");
    assert_eq!(desk.registrar.at("lobby", desk.now + Duration::from_secs(700)), []);
}

#[test]
fn ten_places_and_no_more_until_one_is_left() {
    let mut desk = Desk::new();
    let register = |desk: &mut Desk, at: usize, seconds: &str| {
        desk.registers(
            URI,
            &[("Contact", &format!("<sip:a@192.0.2.10:{}>", 5000 + at)), ("Expires", seconds)],
        )
        .1
    };
    for at in 0..10 {
        assert!(matches!(register(&mut desk, at, "600"), Registered::Here { .. }), "{at}");
    }
    assert_eq!(register(&mut desk, 10, "600"), Registered::Refused(403));
    assert_eq!(register(&mut desk, 3, "0"), Registered::Gone { user: "lobby".into() });
    assert!(matches!(register(&mut desk, 10, "600"), Registered::Here { .. }));
    assert_eq!(
        desk.registers(URI, &[("Contact", "*"), ("Expires", "0")]).1,
        Registered::Gone { user: "lobby".into() }
    );
    assert_eq!(desk.registrar.at("lobby", desk.now), []);
}

#[test]
fn a_register_without_contact_asks_and_changes_nothing() {
    let mut desk = Desk::new();
    desk.registers(URI, &[("Contact", "<sip:a@192.0.2.10>;expires=900")]);
    let before = desk.registrar.at("lobby", desk.now);
    desk.now += Duration::from_secs(100);
    let (answer, registered) = desk.registers(URI, &[]);
    assert_eq!(registered, Registered::Asked { user: "lobby".into() });
    assert_eq!(answer.list("Contact"), ["<sip:a@192.0.2.10>;expires=800"]);
    assert_eq!(desk.registrar.at("lobby", desk.now), before);
}
