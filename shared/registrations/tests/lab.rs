//! The lab's registrar, which answers as Twilio's is known to: what is asked of it against what it knows.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "helpers of tests are tests, and a test that cannot go on says so and stops"
)]

use std::collections::HashMap;
use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

use lab::{Edge, Registrar as Desk};
use registrations::{Phone, Registrar, Registration, ask};
use secret::Secret;
use sip::{Challenge, Credentials, Message};

const DOMAIN: &str = "demo.sip.twilio.com";
const PASSWORD: &str = "Correct-Horse-77";

/// Registers a user at a place, as a phone does over UDP.
fn register(edge: SocketAddr, user: &str, place: &str, sequence: &mut u32) {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let uri = format!("sip:{DOMAIN}");
    let mut send = |password: Option<(&str, String)>| {
        *sequence += 1;
        let mut request = Message::request("REGISTER", &uri)
            .with("Via", format!("SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK{sequence};rport"))
            .with("From", format!("<sip:{user}@{DOMAIN}>;tag=a"))
            .with("To", format!("<sip:{user}@{DOMAIN}>"))
            .with("Call-ID", user)
            .with("CSeq", format!("{sequence} REGISTER"))
            .with("Contact", format!("<sip:{user}@{place}>;expires=600"));
        if let Some((name, value)) = password {
            request = request.with(name, value);
        }
        socket.send_to(&request.to_bytes(), edge).unwrap();
        let mut buffer = [0; 4096];
        let length = socket.recv(&mut buffer).unwrap();
        Message::parse(&buffer[..length]).unwrap()
    };
    let challenge = Challenge::of(&send(None)).unwrap();
    let who = Credentials { user, password: PASSWORD };
    assert_eq!(send(Some(challenge.answer(who, "REGISTER", &uri, "c"))).status(), Some(200), "{user}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lab_tells_where_phones_are_and_nothing_changes() {
    const USERS: [&str; 4] = ["lobby", "many", "never", "stranger"];
    let passwords = USERS.map(|user| (user.to_owned(), PASSWORD.to_owned()));
    let desk = Desk::new(DOMAIN, HashMap::from(passwords));
    let (edge, _notices) = Edge::listen("127.0.0.1:0".parse().unwrap(), desk).await.unwrap();
    let address = edge.address();
    let registering = move || {
        let mut sequence = 0;
        register(address, "lobby", "192.0.2.7:5060", &mut sequence);
        register(address, "stranger", "192.0.2.8", &mut sequence);
        (0..10).for_each(|i| register(address, "many", &format!("203.0.113.{i}"), &mut sequence));
    };
    tokio::task::spawn_blocking(registering).await.unwrap();
    let known = || USERS.map(|user| edge.at(user));
    let before = known();
    assert_eq!(before.each_ref().map(Vec::len), [1, 10, 0, 1]);

    for transport in ["udp", "tcp"] {
        let registrar: Registrar = format!("sip:{address};transport={transport}").parse().unwrap();
        let phones = USERS.map(|user| {
            let password = if user == "stranger" { "Other-Horse-78" } else { PASSWORD };
            Phone { user: user.to_owned(), password: Secret::new(password) }
        });
        let asking = move || ask(&registrar, DOMAIN, &phones, None, &|_| ()).unwrap();
        let answers = tokio::task::spawn_blocking(asking).await.unwrap();
        let hosts = |answer: &Registration| match answer {
            Registration::At(bindings) => {
                assert!(bindings.iter().all(|binding| binding.expires.is_some_and(|left| left <= 600)));
                bindings.iter().map(|binding| binding.host.clone()).collect()
            }
            other => vec![format!("{other:?}")],
        };
        assert_eq!(hosts(&answers[0]), ["192.0.2.7"], "{transport}");
        assert_eq!(hosts(&answers[1]), (0..10).map(|i| format!("203.0.113.{i}")).collect::<Vec<_>>());
        assert_eq!(answers[2], Registration::At(Vec::new()), "{transport}");
        // The lab refuses a wrong password outright, where kamailio asks again.
        assert_eq!(answers[3], Registration::Refused { status: 403, after_password: true }, "{transport}");
        assert_eq!(known(), before, "asking has changed something");
    }
}
