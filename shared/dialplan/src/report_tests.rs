//! Tests of the report on a decision: the facts of its events, the rules that were asked, and what a log keeps.

use webhook::{Alert, Call, CallSid, ErrorCode};

use crate::reply::DialTone;
use crate::testing::{call, form, network};
use crate::{CallFacts, Decision, Direction, Event, Message, Plan, Reason, Step, UserEvent, outgoing};

const SID: &str = "CA00000000000000000000000000000001";

fn facts(plan: &Plan) -> Vec<(String, CallFacts)> {
    plan.events.iter().map(|event| (event.name().to_string(), event.call().clone())).collect()
}

fn of_call(direction: Direction, reason: Option<Reason>) -> CallFacts {
    CallFacts { sid: CallSid::parse(SID), direction: Some(direction), reason, ..CallFacts::default() }
}

/// Consumers join the events of a call by its SID, and look for the reason beside `reject` alone.
#[test]
fn each_event_says_of_which_call_it_is_and_why() {
    let plan = |phone: &str, dialled: &str| {
        let call = Call { sid: CallSid::parse(SID), ..call(phone, dialled) };
        facts(&outgoing(&call, &network(), &mut ()))
    };
    let (out, no) = (Direction::Outgoing, None);
    assert_eq!(
        plan("lobby", "5035550123"),
        [("dial_outgoing".into(), of_call(out, no)), ("dial_pstn".into(), of_call(out, no))]
    );
    assert_eq!(
        plan("lobby", "9005550123"),
        [("dial_outgoing".into(), of_call(out, no)), ("reject".into(), of_call(out, Some(Reason::Premium)))]
    );
    assert_eq!(
        plan("two", "911"),
        [
            ("dial_outgoing".into(), of_call(out, no)),
            ("reject".into(), of_call(out, Some(Reason::EmergencyDisabled))),
            ("emergency_refused".into(), of_call(out, no)),
        ]
    );
}

#[test]
fn a_call_from_outside_says_the_same() {
    let plan = |to: &str| {
        let fields = [("CallSid", SID), ("From", "+15035550199"), ("To", to)];
        facts(&crate::incoming(&Call::from_form(&form(&fields)), &network()))
    };
    assert_eq!(plan("+15035550110"), [("dial_sip_e164".into(), of_call(Direction::Incoming, None))]);
    let nobody = of_call(Direction::Incoming, Some(Reason::InvalidNumber));
    assert_eq!(plan("+15035550198"), [("reject".into(), nobody)]);
}

/// An error of the debugger names the call where it has one; which way that went is not known.
#[test]
fn an_alert_says_its_call_and_its_code() {
    let told = |payload: &str| {
        let plan = crate::alert(&Alert::from_form(&form(&[("Payload", payload)])), &network());
        let one = plan.events.first().map(|event| (event.endpoint().to_owned(), event.call().clone()));
        assert_eq!(plan.decision, if one.is_some() { Decision::Noted } else { Decision::Ignored });
        one
    };
    let request = |code: &str, url: &str, to: &str, from: &str| {
        format!(
            r#"{{"error_code":"{code}","webhook":{{"request":{{"url":"{url}","parameters":{{"To":"{to}","From":"{from}"}}}}}}}}"#
        )
    };
    let (_, facts) = told(&format!(r#"{{"resource_sid":"{SID}","error_code":"32009"}}"#)).unwrap();
    let expected =
        CallFacts { sid: CallSid::parse(SID), error_code: ErrorCode::parse("32009"), ..CallFacts::default() };
    assert_eq!(facts, expected);
    let ours = "sip:5035550123@test-prod.sip.twilio.com";
    for (payload, phone) in [
        // A webhook of ours by its URL alone, and an address of Twilio's own that stands for one.
        (request("11200", "https://prod.example.org/status/call", "", ""), Some("unknown")),
        (request("11200", "https://prod.example.org", "", ""), Some("unknown")),
        (request("11200", "https://prod.example.organic/x", "", ""), None),
        (request("11200", "http://10.1.2.3/incoming", "+15035550110", "+15035550199"), Some("lobby")),
        (request("11200", "https://other.example.org/sms", "+15035550110", "+15035550199"), None),
        // `To` is the contact of a phone behind its router; that it is of our domain, `From` says.
        (request("32011", "", "<sip:porch@198.51.100.7:5060>", ours), Some("Porch")),
        (request("32011", "", "<sip:porch@198.51.100.7:5060>", "+15035550199"), Some("unknown")),
    ] {
        assert_eq!(told(&payload).map(|(phone, _)| phone).as_deref(), phone, "{payload}");
    }
}

/// `explain` shows the rules in their order, and a refusal stands at the rule that made it.
#[test]
fn the_trail_names_every_rule_that_was_asked() {
    let trail = |dialled: &str| {
        let mut steps: Vec<Step> = Vec::new();
        let _ = outgoing(&call("lobby", dialled), &network(), &mut steps);
        steps.iter().map(|step| format!("{}: {}", step.rule.as_str(), step.finding)).collect::<Vec<_>>()
    };
    let start =
        ["emergency: not an emergency number", "caller: lobby is a phone of this network", "codes: no code"];
    let mut whole: Vec<_> = start.to_vec();
    whole.extend([
        "names: no phone of that name",
        "number: +15035550123, US, FixedLineOrMobile",
        "ours: not a number of this network",
        "policy: allowed",
    ]);
    assert_eq!(trail("5035550123"), whole);
    for (dialled, last) in [
        ("+442079460123", "policy: refused: country_not_allowed"),
        ("5031550123", "number: refused: invalid_number"),
        ("9005550123", "policy: refused: premium"),
        ("5035550110", "ours: refused: own_number"),
        ("lobby", "names: refused: own_number"),
        ("*67", "codes: refused: caller_id_block"),
        ("911", "emergency: 911 from lobby"),
    ] {
        assert_eq!(trail(dialled).last().map(String::as_str), Some(last), "{dialled}");
    }
}

/// The word of each decision is what dashboards count by (docs/operations.md).
#[test]
fn a_decision_has_one_word() {
    for (dialled, word) in
        [("5035550123", "pstn"), ("one", "extension"), ("0", "asterisk"), ("933", "address_test")]
    {
        assert_eq!(outgoing(&call("lobby", dialled), &network(), &mut ()).decision.as_str(), word);
    }
    let all = [Decision::Emergency, Decision::Refused(Reason::Premium), Decision::Silence, Decision::Ended]
        .into_iter()
        .chain([Decision::RingAgain, Decision::Noted, Decision::Ignored]);
    let words: Vec<_> = all.map(Decision::as_str).collect();
    assert_eq!(words, ["emergency", "refused", "silence", "ended", "ring_again", "noted", "ignored"]);
}

/// Three dial tones, and then a goodbye; but a caller who is on the way to 911 is not cut off.
#[test]
fn a_call_for_help_that_grows_costs_no_dial_tone() {
    let next = |query: &str, begun: Option<&str>| DialTone::from_query(query).next(begun);
    assert!(next("", None).is_some() && next("try=2", None).is_some());
    assert!(next("try=3", None).is_none() && next("try=3", Some("9")).is_some());
    assert!(next("try=3&help=9", Some("9")).is_none(), "nothing was added");
    let grown = next("try=3&help=9", Some("91")).expect("one more digit of 911");
    assert_eq!(grown.begun(), Some("91"));
    assert!(grown.next(Some("9")).is_none());
    for (query, begun) in [
        ("help=9", Some("9")),
        ("try=2&help=991", Some("991")),
        ("help=9166", Some("9166")),
        ("help=91669", None),
        ("help=x", None),
        ("help=", None),
    ] {
        assert_eq!(DialTone::from_query(query).begun(), begun, "{query}");
    }
    // The URL of the first tone is the bare route, the same that somebody may set by hand.
    let refused = outgoing(&call("lobby", "5"), &network(), &mut ()).reply.to_string();
    assert!(refused.contains("action=\"/outgoing/digits\""), "{refused}");
}

/// A log line becomes a message again only if each word of it is one that the consumers can read.
#[test]
fn a_line_of_the_log_has_words_of_its_own_length_and_script() {
    let event = Event::new(UserEvent::Reject, network().extension("lobby"), CallFacts::default());
    let message = Message::of(&event, network().stage(), "2026-06-20T18:04:05.123456Z");
    let with = |host: &str| {
        let json =
            message.json().replace("\"hostname\":\"dialtone-prod\"", &format!("\"hostname\":\"{host}\""));
        Message::parse(&json, "prod").is_some()
    };
    let (fits, long) = ("h".repeat(64), "h".repeat(65));
    for (host, reads) in [
        ("h", true),
        ("street 1", true),
        (&*fits, true),
        (&*long, false),
        ("", false),
        ("h\\n", false),
        ("stra\u{df}e", false),
    ] {
        assert_eq!(with(host), reads, "{host:?}");
    }
    let at = |time: &str| message.json().replace("2026-06-20T18:04:05.123456Z", time);
    assert!(Message::parse(&at("2026-06-20T18:04:05Z"), "prod").is_some());
    assert!(Message::parse(&at("2026-06-20T18:04:05"), "prod").is_none());
    let read = Message::parse(message.json(), "prod").unwrap();
    assert_eq!((read.stage(), read.json()), ("prod", message.json()));
}
