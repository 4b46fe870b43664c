//! Emergency calls get through: every spelling, every caller, every way to ask.

mod oracle;

use crate::harness::{Element, Request, Service};

const STREET: &str = "networks/street.toml";

/// What people dial, and what phones make of it.
const SPELLINGS: [&str; 51] = [
    "911",
    "9911",
    "1911",
    "91911",
    "+911",
    "+1911",
    "0111911",
    "011911",
    "00911",
    "001911",
    "9011911",
    "911,",
    "9,1,1",
    "911!",
    "9w911",
    "99911",
    "0911",
    "911111",
    "91191",
    "sos",
    "911#",
    "911##",
    "#911",
    "*911",
    "*911#",
    "911*",
    "911911",
    "911911911",
    "9111",
    "91111",
    "99111",
    "9 1 1",
    " 9 1 1",
    "9-1-1",
    "9.1.1",
    "(911)",
    "911\n",
    "112",
    "1112",
    "9112",
    "+112",
    "112#",
    "*67911",
    "*82911",
    "#31#911",
    "\u{ff19}\u{ff11}\u{ff11}",    // full-width
    "\u{669}\u{661}\u{661}",       // Arabic-Indic
    "\u{6f9}\u{6f1}\u{6f1}",       // Persian
    "\u{96f}\u{967}\u{967}",       // Devanagari
    "9\u{20e3}1\u{20e3}1\u{20e3}", // keycaps
    "\u{200b}911\u{200e}",         // characters that cannot be seen
];

/// The callers, each with the number that 911 sees. The network's own is the last resort.
fn callers(service: &Service) -> Vec<(String, &'static str)> {
    const NETWORK: &str = "+15035550190";
    let domain = &service.sip_domain;
    let own = |user: &str| format!("sip:{user}@{domain}");
    vec![
        (own("lobby"), "+15035550110"),
        (own("LOBBY"), "+15035550110"),
        (format!("sips:Lobby@{domain}:5061;transport=tls"), "+15035550110"),
        (format!("\"Lobby\" <sip:lobby@{domain}>;tag=1"), "+15035550110"),
        ("sip:lobby@street-prod.sip.umatilla.twilio.com".into(), "+15035550110"),
        // Its number, which has the address; not the number that it shows.
        (own("plaza"), "+15035550111"),
        (own("%2B15035550115"), "+15035550115"),
        (own("nobody"), NETWORK),
        (own(""), NETWORK),
        (own("%FF%00"), NETWORK),
        ("sip:lobby@example.com".into(), NETWORK),
        ("sip:lobby@street-dev.sip.twilio.com".into(), NETWORK),
        ("+15035550100".into(), NETWORK),
        ("anonymous".into(), NETWORK),
        ("client:lobby".into(), NETWORK),
        ("\u{1f4de} <<>> \"".into(), NETWORK),
        (String::new(), NETWORK),
    ]
}

/// Whether 911 is dialled so that nothing cuts it short.
fn check(heard: &Element, number: &str, caller_id: &str) -> Result<(), String> {
    let Some(dial) = heard.child("Dial") else { return Err(format!("nothing is dialled:\n{heard}")) };
    let is_good = heard.dialled() == [number]
        && dial.children[0].name == "Number"
        && dial.attribute("callerId") == Some(caller_id)
        && dial.attribute("timeLimit").is_none()
        && dial.attribute("hangupOnStar").is_none()
        && dial.attribute("answerOnBridge") == Some("true")
        && heard.children.len() == 1;
    if is_good { Ok(()) } else { Err(format!("{number} as {caller_id} was expected:\n{heard}")) }
}

#[track_caller]
fn none(wrong: &[String]) {
    assert!(wrong.is_empty(), "{} fail:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_spelling_gets_through_for_every_caller() {
    let service = Service::on(STREET).start();
    let mut wrong = Vec::new();
    for (from, caller_id) in callers(&service) {
        for spelling in SPELLINGS {
            let heard = service.phone_at(&from).dials(spelling).hears();
            if let Err(why) = check(&heard, "911", caller_id) {
                wrong.push(format!("{spelling:?} from {from:?}: {why}"));
            }
        }
        let heard = service.phone_at(&from).dials("933").hears();
        if let Err(why) = check(&heard, "933", caller_id) {
            wrong.push(format!("933 from {from:?}: {why}"));
        }
    }
    none(&wrong);
}

#[test]
fn every_way_to_ask_gets_through() {
    let service = Service::on(STREET).start();
    let lobby = || service.phone("lobby");
    let domain = &service.sip_domain;
    let to = |address: &str| lobby().dials_address(address);
    let ways: Vec<(&str, Request<'_>)> = vec![
        ("bare", to("911")),
        ("tel", to("tel:911")),
        ("tel with a context", to("tel:911;phone-context=+1")),
        ("sips", to(&format!("sips:911@{domain}"))),
        ("upper-case", to(&format!("SIP:911@{domain}"))),
        ("name-addr", to(&format!("<sip:911@{domain}>"))),
        ("quoted name", to(&format!("\"Help\" <sip:911@{domain};user=phone>"))),
        ("user parameters", to(&format!("sip:911;phone-context=+1@{domain}"))),
        ("port and parameters", to(&format!("sip:911@{domain}:5061;transport=tls?X-A=b"))),
        ("password", to(&format!("sip:911:secret@{domain}"))),
        ("no host", to("sip:911")),
        ("another host", to("sip:911@example.com")),
        ("another stage", to("sip:911@street-dev.sip.twilio.com")),
        ("spaces around", to("  sip:911@street-prod.sip.twilio.com  ")),
        ("raw spaces", to(&format!("sip:9 1 1@{domain}"))),
        ("raw pound", to(&format!("sip:911#@{domain}"))),
        ("the older name of To", lobby().dials("1").without("To").set("Called", "sip:911@x")),
        ("another SipDomain", lobby().dials("911").set("SipDomain", "example.com")),
        ("no SipDomain", lobby().dials("911").without("SipDomain")),
        ("no From", lobby().dials("911").without("From").without("Caller")),
        ("nothing but To", service.post("/outgoing").field("To", "sip:911@x")),
        ("odd CallSid", lobby().dials("911").set("CallSid", "?")),
        (
            "fields twice",
            lobby().dials("911").field("From", "x").field("CallSid", "y").field("SipDomain", "z"),
        ),
        ("by GET", lobby().dials("911").method("GET")),
        ("by GET with a slash", service.get("/outgoing/").field("To", "sip:911@x")),
        ("at the dial tone", lobby().presses(1, "911")),
        ("at the last dial tone", lobby().presses(3, "911")),
        ("at no dial tone", lobby().presses(250, "9-1-1")),
        ("at the dial tone, by a stranger", service.phone("nobody").presses(2, "911")),
        ("by REFER", lobby().is_referred_to("sip:911@pbx-prod.example.org")),
        ("by REFER to anywhere", lobby().is_referred_to("<sip:911@example.com>")),
        ("by REFER with a password", lobby().is_referred_to("sip:%39%31%31:x@example.com;a=b")),
        ("by REFER, tel", lobby().is_referred_to("tel:911")),
    ];
    let mut wrong = Vec::new();
    for (way, request) in ways {
        let heard = request.hears();
        let known =
            ["+15035550110", "+15035550190"].into_iter().any(|number| check(&heard, "911", number).is_ok());
        if !known {
            wrong.push(format!("{way}: {heard}"));
        }
    }
    none(&wrong);
}

#[test]
fn a_phone_that_may_not_is_told_so() {
    let service = Service::on(STREET).start();
    for name in ["closet", "CLOSET"] {
        for spelling in SPELLINGS.into_iter().chain(["933"]) {
            let heard = service.phone(name).dials(spelling).hears();
            assert_eq!(heard.verbs(), ["Gather"], "{spelling:?} from {name}");
            assert!(heard.said()[0].contains("9 1 1"), "{heard}");
        }
    }
    let heard = service.phone("armario").dials("911").hears();
    assert_eq!(
        heard.said()[0],
        "Este teléfono no puede llamar al 9 1 1, así que busque otro teléfono ahora."
    );
    assert_eq!(heard.children[0].children[0].attribute("language"), Some("es-MX"));
    // Its own number does not get it through by another door.
    assert!(service.phone("closet").presses(2, "911").hears().child("Dial").is_none());
    assert!(service.phone("closet").is_referred_to("sip:911@example.com").hears().child("Dial").is_none());
    // The same words for somebody else's domain are somebody else.
    assert_eq!(service.phone_at("sip:closet@example.com").dials("911").hears().dialled(), ["911"]);
}

#[test]
fn without_a_number_of_the_network_a_stranger_is_told_so() {
    let service = Service::on(STREET).but("emergency_caller_id = \"+15035550190\"", "").start();
    let heard = service.phone("nobody").dials("911").hears();
    assert_eq!(heard.verbs(), ["Gather"]);
    assert_eq!(service.phone("lobby").dials("911").hears().dialled(), ["911"]);
}

#[test]
fn a_number_that_only_begins_so_is_not_one() {
    let service = Service::on(STREET).start();
    for keys in ["9115035550123", "91150355", "911503", "9115", "nine11", "9119115", "1199"] {
        let heard = service.phone("lobby").dials(keys).hears();
        assert!(heard.child("Dial").is_none(), "{keys}: {heard}");
    }
}
