use proptest::prelude::*;
use sip::{digest_field, parameter};

use super::*;
use crate::answer::Binding;

const DOMAIN: &str = "demo.sip.twilio.com";
const CHALLENGE: &str = "Digest realm=\"sip.twilio.com\",qop=\"auth\",nonce=\"n1\",opaque=\"o\"";

fn phones(count: usize) -> Vec<Phone> {
    (0..count)
        .map(|i| Phone { user: format!("phone{i}"), password: Secret::new("Correct-Horse-77") })
        .collect()
}

fn round(phones: &[Phone], transport: Transport, now: Instant) -> Round<'_> {
    let mut round = Round::new(DOMAIN, phones, [7; 16], now);
    round.connected(transport, "192.0.2.1:5060".parse().unwrap());
    round
}

fn sent(round: &mut Round<'_>, now: Instant) -> Message {
    match round.step(now) {
        Step::Send(bytes) => Message::parse(&bytes).unwrap(),
        other => panic!("{other:?}"),
    }
}

fn challenged(request: &Message, more: &str) -> Message {
    Message::response(request, 407, "Proxy Authentication required")
        .with("Proxy-Authenticate", format!("{CHALLENGE}{more}"))
}

#[test]
fn a_question_has_no_contact_and_its_answer_is_where_the_phone_is() {
    let (phones, now) = (phones(1), Instant::now());
    let mut round = round(&phones, Transport::Tls, now);
    let question = sent(&mut round, now);
    assert_eq!(question.start, "REGISTER sip:demo.sip.twilio.com SIP/2.0");
    assert_eq!((question.header("Contact"), question.header("Expires")), (None, None));
    assert_eq!(question.header("To"), Some("<sip:phone0@demo.sip.twilio.com>"));
    assert!(question.header("Via").unwrap().starts_with("SIP/2.0/TLS 192.0.2.1:5060;branch=z9hG4bK"));
    assert_eq!(question.header("Proxy-Authorization"), None);
    assert!(matches!(round.step(now), Step::Listen(_)));

    round.hear(&Message::response(&question, 100, "trying -- your call is important to us"), now);
    round.hear(&challenged(&question, ""), now);
    let second = sent(&mut round, now);
    assert_eq!(second.header("Contact"), None);
    assert_eq!(second.header("Call-ID"), question.header("Call-ID"));
    assert_eq!(second.header("CSeq"), Some("2 REGISTER"));
    let branch = |message: &Message| parameter(message.header("Via").unwrap(), "branch").map(str::to_owned);
    assert_ne!(branch(&second), branch(&question));
    let answer = second.header("Proxy-Authorization").unwrap();
    let field = |name| digest_field(answer.strip_prefix("Digest ").unwrap(), name).unwrap_or_default();
    assert_eq!((field("username"), field("opaque"), field("algorithm")), ("phone0", "o", ""));
    let secret = md5("phone0:sip.twilio.com:Correct-Horse-77");
    let asked = md5("REGISTER:sip:demo.sip.twilio.com");
    let expected = md5(&format!("{secret}:n1:00000001:{}:auth:{asked}", field("cnonce")));
    assert_eq!(field("response"), expected);

    // A late copy of the challenge is nobody's.
    round.hear(&challenged(&question, ""), now);
    let ok = Message::response(&second, 200, "OK").with("Contact", "<sip:phone0@192.0.2.9>;expires=99");
    round.hear(&ok, now);
    assert_eq!(round.step(now), Step::Done);
    let binding = Binding { host: "192.0.2.9".into(), expires: Some(99) };
    assert_eq!(round.into_answers(), [Registration::At(vec![binding])]);
}

#[test]
fn passwords_are_wrong_or_late_or_wanted_by_a_stranger() {
    for (challenges, expected) in [
        (&["", ""][..], Registration::WrongPassword),
        (&["", ",stale=true", ""], Registration::WrongPassword),
        (&["", ",stale=true", ",stale=true", ",stale=true"], Registration::WrongPassword),
        (&["", ",stale=TRUE", "200"], Registration::At(Vec::new())),
        (&["", "403"], Registration::Refused { status: 403, after_password: true }),
        (&["403"], Registration::Refused { status: 403, after_password: false }),
        (&[",algorithm=SHA-256"], Registration::Unanswerable),
    ] {
        let (phones, now) = (phones(1), Instant::now());
        let mut round = round(&phones, Transport::Udp, now);
        for challenge in challenges {
            let request = sent(&mut round, now);
            let response = match challenge.parse() {
                Ok(status) => Message::response(&request, status, "x"),
                Err(_) => challenged(&request, challenge),
            };
            round.hear(&response, now);
        }
        assert_eq!(round.step(now), Step::Done, "{challenges:?}");
        assert_eq!(round.into_answers(), [expected], "{challenges:?}");
    }
    for (realm, is_ours) in [
        ("sip.twilio.com", true),
        (DOMAIN, true),
        ("com", false),
        ("o.sip.twilio.com", false),
        ("example.org", false),
        ("", false),
    ] {
        assert_eq!(is_realm_of(realm, DOMAIN), is_ours, "{realm}");
    }
}

#[test]
fn phones_are_asked_about_at_a_steady_pace() {
    let (phones, start) = (phones(9), Instant::now());
    let mut round = round(&phones, Transport::Tcp, start);
    let (mut now, mut asked) = (start, Vec::new());
    loop {
        match round.step(now) {
            Step::Send(bytes) => {
                asked.push((now - start).as_millis());
                let request = Message::parse(&bytes).unwrap();
                round.hear(&Message::response(&request, 200, "OK"), now);
            }
            Step::Listen(until) => now = until,
            Step::Done => break,
        }
    }
    assert_eq!(asked, [0, 250, 500, 750, 1000, 1250, 1500, 1750, 2000]);
}

#[test]
fn a_registrar_that_never_speaks_is_not_asked_about_everybody() {
    let (phones, start) = (phones(500), Instant::now());
    let mut round = round(&phones, Transport::Udp, start);
    let mut now = start;
    loop {
        match round.step(now) {
            Step::Send(_) => {}
            Step::Listen(until) => now = until,
            Step::Done => break,
        }
    }
    assert_eq!((now - start).as_secs(), 16);
    assert!(round.into_answers().iter().all(|answer| *answer == Registration::Silent));
}

#[test]
fn a_lost_connection_loses_no_phone() {
    let (phones, now) = (phones(2), Instant::now());
    let mut round = round(&phones, Transport::Tcp, now);
    let first = sent(&mut round, now);
    round.connected(Transport::Tcp, "192.0.2.1:5062".parse().unwrap());
    let later = now + Duration::from_secs(1);
    let again = sent(&mut round, later);
    assert_eq!(again.header("To"), first.header("To"));
    assert!(again.header("Via").unwrap().contains("192.0.2.1:5062"));
    round.hear(&Message::response(&first, 200, "OK"), later);
    assert_eq!(round.count(), 0, "an answer to the old connection's request");
    round.hear(&Message::response(&again, 200, "OK"), later);
    assert_eq!(round.count(), 1);
}

proptest! {
    /// Every round ends within a limit of requests, for any answers in any order.
    #[test]
    fn every_round_ends(script in prop::collection::vec((0..6_u8, 0..40_u64), 0..60), count in 0..6_usize, is_udp: bool) {
        let (phones, start) = (phones(count), Instant::now());
        let mut round = round(&phones, if is_udp { Transport::Udp } else { Transport::Tls }, start);
        let (mut now, mut requests, mut script) = (start, Vec::new(), script.into_iter());
        let mut sent = 0;
        loop {
            match round.step(now) {
                Step::Send(bytes) => {
                    requests.push(Message::parse(&bytes).unwrap());
                    sent += 1;
                }
                Step::Listen(until) => match script.next() {
                    Some((kind, which)) => {
                        let which = usize::try_from(which).unwrap();
                        let Some(request) = requests.get(which % requests.len().max(1)) else { continue };
                        let response = match kind {
                            0 => challenged(request, ""),
                            1 => challenged(request, ",stale=true"),
                            2 => Message::response(request, 200, "OK"),
                            3 => Message::response(request, 100, "x"),
                            4 => Message::response(request, 503, "x"),
                            _ => request.clone(),
                        };
                        round.hear(&response, now);
                    }
                    None => now = until,
                },
                Step::Done => break,
            }
        }
        // Four attempts at a phone, each with six copies more.
        prop_assert!(sent <= count * 4 * 7);
        prop_assert_eq!(round.into_answers().len(), count);
    }
}
