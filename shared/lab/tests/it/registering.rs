//! A real phone registers.

use std::collections::HashMap;
use std::time::Duration;

use lab::{Edge, Flow, Noticed, Registered, Registrar};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::baresip::{Account, Baresip, DOMAIN};

const PASSWORD: &str = "Correct-Horse-77";

async fn edge() -> (Edge, UnboundedReceiver<Noticed>) {
    let passwords = HashMap::from([("lobby".to_owned(), PASSWORD.to_owned())]);
    Edge::listen("127.0.0.1:0".parse().unwrap(), Registrar::new(DOMAIN, passwords)).await.unwrap()
}

struct Seen {
    flow: Flow,
    registered: Registered,
}

async fn next(notices: &mut UnboundedReceiver<Noticed>) -> Seen {
    let noticed =
        tokio::time::timeout(Duration::from_secs(20), notices.recv()).await.expect("the phone comes");
    match noticed.unwrap() {
        Noticed::Register { flow, registered } => Seen { flow, registered },
        Noticed::NoTls { .. } => unreachable!("nobody asks for TLS here"),
    }
}

fn phone(edge: &Edge, transport: &str, password: &str, seconds: u32) -> Option<Baresip> {
    let proxy = format!("sip:{};transport={transport}", edge.address());
    Baresip::start(&Account { user: "lobby", password, proxy, seconds })
}

#[tokio::test(flavor = "multi_thread")]
async fn baresip_registers_over_udp_and_tcp() {
    for transport in ["udp", "tcp"] {
        let (edge, mut notices) = edge().await;
        let Some(phone) = phone(&edge, transport, PASSWORD, 600) else { return };
        assert_eq!(next(&mut notices).await.registered, Registered::Challenged);
        let here = next(&mut notices).await;
        assert_eq!(
            here.registered,
            Registered::Here { user: "lobby".into(), seconds: 600 },
            "{}",
            phone.said()
        );
        assert_eq!(matches!(here.flow, Flow::Tcp(_)), transport == "tcp");
        assert!(phone.says("200 OK"), "{}", phone.said());
        let bindings = edge.at("lobby");
        assert_eq!(bindings.len(), 1);
        assert!(bindings[0].contact.starts_with("sip:lobby"), "{}", bindings[0].contact);
        assert_eq!(bindings[0].flow, here.flow);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn baresip_with_a_wrong_password_is_refused() {
    let (edge, mut notices) = edge().await;
    let Some(phone) = phone(&edge, "udp", "Wrong-Horse-77", 600) else { return };
    assert_eq!(next(&mut notices).await.registered, Registered::Challenged);
    assert_eq!(next(&mut notices).await.registered, Registered::Refused(403), "{}", phone.said());
    assert!(phone.says("403"), "{}", phone.said());
    assert!(edge.at("lobby").is_empty());
}

/// It wants a minute, is told the least (Min-Expires), and comes again with that (RFC 3261, section 10.2.8).
#[tokio::test(flavor = "multi_thread")]
async fn baresip_in_a_hurry_waits_ten_minutes() {
    let (edge, mut notices) = edge().await;
    let Some(phone) = phone(&edge, "udp", PASSWORD, 60) else { return };
    let mut seen = Vec::new();
    while !matches!(seen.last(), Some(Registered::Here { .. })) {
        seen.push(next(&mut notices).await.registered);
    }
    assert!(seen.contains(&Registered::Refused(423)), "{seen:?}\n{}", phone.said());
    assert_eq!(seen.last(), Some(&Registered::Here { user: "lobby".into(), seconds: 600 }));
    assert_eq!(edge.at("lobby").len(), 1);
}
