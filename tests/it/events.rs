//! Events: what is reported for each request, and that every message passes the consumers.

use std::collections::HashSet;

use serde_json::Value;

use crate::contract::faults;
use crate::harness::{Request, Service, Traffic, Words};

const STREET: &str = "networks/street.toml";

/// What metrics call the phones of that network.
const ENDPOINTS: [&str; 10] =
    ["lobby", "plaza", "closet", "armario", "kitchen", "porch", "x&y='z'$", "booth", "inside", "strict"];

/// What is asked, in words; how; and the names of the events, each with its phone: `dial_outgoing lobby`.
type Asked<'a> = (&'a str, &'a dyn Fn(&Service) -> Request<'_>, &'a [&'a str]);

/// Sends each request to one service, and compares the events of its call with those expected.
fn reported(requests: &[Asked<'_>]) {
    let service = Service::on(STREET).start();
    let sids: Vec<_> = requests
        .iter()
        .map(|(what, request, _)| {
            let request = request(&service);
            let sid = request.value("CallSid").to_owned();
            let status = request.send().status;
            assert!(matches!(status, 200 | 204), "{what}: {status}");
            sid
        })
        .collect();
    let record = service.stop();
    for ((what, _, expected), sid) in requests.iter().zip(sids) {
        let name = |event: &Value| {
            let text = |member: &str| event["event"][member].as_str().unwrap().to_owned();
            format!("{} {}", text("UserEvent"), text("endpoint"))
        };
        let actual: Vec<_> = record.events_of(&sid).iter().map(name).collect();
        assert_eq!(actual, *expected, "{what}");
    }
    for line in &record.events {
        assert_eq!(faults(line, &ENDPOINTS), Vec::<String>::new(), "{line}");
    }
}

#[test]
fn of_calls_that_phones_make() {
    reported(&[
        (
            "to the network",
            &|s| s.phone("lobby").dials("5035550123"),
            &["dial_outgoing lobby", "dial_pstn lobby"],
        ),
        (
            "by another case",
            &|s| s.phone("LOBBY").dials("5035550123"),
            &["dial_outgoing lobby", "dial_pstn lobby"],
        ),
        (
            "to a phone",
            &|s| s.phone("lobby").dials("plaza"),
            &["dial_outgoing lobby", "dial_extension lobby"],
        ),
        (
            "to a shared number",
            &|s| s.phone("lobby").dials("5550114"),
            &["dial_outgoing lobby", "dial_extension lobby"],
        ),
        (
            "to the menu",
            &|s| s.phone("plaza").dials("#"),
            &["dial_outgoing plaza", "dial_sip_asterisk plaza"],
        ),
        ("to 911", &|s| s.phone("plaza").dials("911"), &["dial_outgoing plaza", "dial_emergency plaza"]),
        ("nowhere", &|s| s.phone("plaza").dials("1"), &["dial_outgoing plaza", "reject plaza"]),
        ("by a stranger", &|s| s.phone("nobody").dials("1"), &["dial_outgoing unknown", "reject unknown"]),
        (
            "to 911 by a stranger",
            &|s| s.phone("nobody").dials("911"),
            &["dial_outgoing unknown", "dial_emergency unknown"],
        ),
        ("by a number", &|s| s.phone("+15035550115").dials("1"), &["dial_outgoing booth", "reject booth"]),
        (
            "by a bare number",
            &|s| s.phone("+15035550116").dials("1"),
            &["dial_outgoing unknown", "reject unknown"],
        ),
        (
            "at the dial tone",
            &|s| s.phone("lobby").presses(1, "5035550123"),
            &["dial_outgoing lobby", "dial_pstn lobby"],
        ),
        ("silence", &|s| s.phone("lobby").presses(1, ""), &[]),
        (
            "by REFER",
            &|s| s.phone("lobby").is_referred_to("sip:5035550123@pbx-prod.example.org"),
            &["dial_outgoing lobby", "dial_pstn lobby"],
        ),
        (
            "by REFER to nowhere",
            &|s| s.phone("lobby").is_referred_to(""),
            &["dial_outgoing lobby", "reject lobby"],
        ),
    ]);
}

#[test]
fn of_calls_that_end() {
    reported(&[
        (
            "outgoing, busy",
            &|s| s.phone("lobby").dial_ends("busy"),
            &["outgoing_call lobby", "outgoing_dialstatus_busy lobby"],
        ),
        (
            "outgoing, in a word that Twilio does not have",
            &|s| s.phone("lobby").dial_ends("weird value"),
            &["outgoing_call lobby", "outgoing_dialstatus_unknown lobby"],
        ),
        (
            "outgoing, without a word",
            &|s| s.phone("lobby").dial_ends("").without("DialCallStatus"),
            &["outgoing_call lobby", "outgoing_dialstatus_unknown lobby"],
        ),
        (
            "outgoing, to a phone that is not there",
            &|s| s.phone("lobby").dial_ends("no-answer").field("ErrorCode", "32009"),
            &["outgoing_call lobby", "outgoing_dialstatus_no-answer lobby", "error-32009 lobby"],
        ),
        (
            "incoming, under the phone that was rung",
            &|s| s.outsider("+15035550100").dial_ends("+15035550110", "completed"),
            &["incoming_call lobby", "incoming_dialstatus_completed lobby"],
        ),
        (
            "incoming, under all phones that were rung",
            &|s| s.outsider("+15035550100").dial_ends("+15035550114", "no-answer"),
            &[
                "incoming_call kitchen",
                "incoming_dialstatus_no-answer kitchen",
                "incoming_call porch",
                "incoming_dialstatus_no-answer porch",
                "incoming_call x&y='z'$",
                "incoming_dialstatus_no-answer x&y='z'$",
            ],
        ),
        (
            "incoming, to nobody",
            &|s| s.outsider("+15035550100").dial_ends("+15035550177", "failed"),
            &["incoming_call unknown", "incoming_dialstatus_failed unknown"],
        ),
        (
            "incoming, from a SIP caller elsewhere",
            &|s| s.outsider("sip:someone@example.com").dial_ends("+15035550110", "busy"),
            &["incoming_call lobby", "incoming_dialstatus_busy lobby"],
        ),
    ]);
}

#[test]
fn of_calls_from_outside() {
    reported(&[
        ("to one phone", &|s| s.outsider("+15035550100").calls("+15035550110"), &["dial_sip_e164 lobby"]),
        (
            "to all phones of a number",
            &|s| s.outsider("+15035550100").calls("+15035550114"),
            &["dial_sip_e164 kitchen", "dial_sip_e164 porch", "dial_sip_e164 x&y='z'$"],
        ),
        ("to nobody", &|s| s.outsider("+15035550100").calls("+15035550177"), &["reject unknown"]),
    ]);
}

/// The payload of the debugger's webhook, for a phone that is not registered.
fn payload(sid: &str, code: &str, url: &str, to: &str) -> String {
    serde_json::json!({
        "resource_sid": sid, "service_sid": null, "error_code": code,
        "more_info": {"Msg": "a phone is not there", "ErrorCode": format!("{code},a phone is not there")},
        "webhook": {"type": "application/json",
            "request": {"url": url, "method": "INVITE", "headers": {}, "parameters": {"To": to}},
            "response": {"status_code": null, "headers": {}, "body": null}},
    })
    .to_string()
}

#[test]
fn of_errors() {
    /// An alert about a SIP address; the CallSid is only there to find its event by.
    fn alert<'a>(service: &'a Service, code: &str, url: &str, to: &str) -> Request<'a> {
        let sid = crate::harness::call_sid();
        service.post("/status/error").field("CallSid", &sid).field("Payload", &payload(&sid, code, url, to))
    }
    const DOMAIN: &str = "street-prod.sip.twilio.com";
    let lobby = format!("sip:lobby@{DOMAIN}");
    let name_addr = format!("\"sipout\" <sips:Lobby@{DOMAIN}:5061;transport=tls>;tag=1");
    let dialled = format!("sip:+15035550123@{DOMAIN}");
    let pound = format!("sip:%23@{DOMAIN}");
    let odd = format!("sip:x%26y%3D'z'%24@{DOMAIN}");
    reported(&[
        ("32009", &|s| alert(s, "32009", &lobby, &lobby), &["twilio-error-32009 lobby"]),
        ("32011", &|s| alert(s, "32011", "", &name_addr), &["twilio-error-32011 lobby"]),
        (
            "a number that was dialled",
            &|s| alert(s, "13224", &dialled, &dialled),
            &["twilio-error-13224 unknown"],
        ),
        ("%23", &|s| alert(s, "13224", &pound, &pound), &["twilio-error-13224 unknown"]),
        ("an encoded name", &|s| alert(s, "32009", &odd, &odd), &["twilio-error-32009 x&y='z'$"]),
        (
            "one of ours by https",
            &|s| alert(s, "11200", "https://street.example.org/outgoing", &lobby),
            &["twilio-error-11200 lobby"],
        ),
        ("another stage's phone", &|s| alert(s, "32009", "sip:lobby@street-dev.sip.twilio.com", ""), &[]),
        ("another product's URL", &|s| alert(s, "11200", "https://sms.example.com/hook", ""), &[]),
        ("no code", &|s| alert(s, "", &lobby, &lobby), &[]),
    ]);
}

#[test]
fn of_legs_that_end() {
    fn leg<'a>(service: &'a Service, to: &str) -> Request<'a> {
        let domain = &service.sip_domain;
        service.post("/status/call").fields([
            ("CallSid", crate::harness::call_sid().as_str()),
            ("ParentCallSid", "CA00000000000000000000000000000009"),
            ("From", "+15035550100"),
            ("To", &format!("sip:{to}@{domain}")),
            ("CallStatus", "no-answer"),
            ("CallDuration", "0"),
            ("SequenceNumber", "0"),
        ])
    }
    reported(&[
        ("without an error", &|s| leg(s, "lobby"), &[]),
        ("with one", &|s| leg(s, "lobby").field("ErrorCode", "32011"), &["error-32011 lobby"]),
        ("to nobody", &|s| leg(s, "+15035550123").field("ErrorCode", "32011"), &["error-32011 unknown"]),
    ]);
}

#[test]
fn every_message_of_a_long_mixed_run_passes_the_consumers() {
    let service = Service::on(STREET).start();
    let mut traffic = Traffic::new(6, words());
    for _ in 0..1_500 {
        let status = traffic.next(&service).send().status;
        assert!(matches!(status, 200 | 204), "{status}");
    }
    let record = service.stop();
    assert!(record.events.len() > 1_500, "{} events", record.events.len());
    let wrong: Vec<_> = record
        .events
        .iter()
        .flat_map(|line| {
            faults(line, &ENDPOINTS).into_iter().map(move |rule| format!("not so: {rule}: {line}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));

    // Two equal lines would count once.
    let events = record.parsed_events();
    let timestamps: HashSet<_> = events.iter().map(|event| event["timestamp"].as_str().unwrap()).collect();
    assert_eq!(timestamps.len(), events.len(), "timestamps are unique");
    assert_eq!(record.stdout, "", "events that have a file do not go to standard output");
    let seen: HashSet<_> = events.iter().map(|event| event["event"]["endpoint"].as_str().unwrap()).collect();
    assert!(seen.contains("lobby") && seen.contains("booth") && seen.contains("unknown"), "{seen:?}");
}

fn words() -> Words<'static> {
    Words {
        dialled: &[
            "5035550123",
            "15035550123",
            "911",
            "9911",
            "933",
            "#",
            "0",
            "*",
            "lobby",
            "plaza",
            "x&y='z'$",
            "5550114",
            "+442079460123",
            "9005550123",
            "1",
            "",
            "+15035550177",
            "411",
            "5035551212",
            "*675035550123",
            "followme-operator",
            "Registry",
            "unknown",
            "\u{1f4de}",
            "%23",
        ],
        callers: &[
            "sip:lobby@{domain}",
            "sip:PLAZA@{domain}",
            "sip:closet@{domain}",
            "sip:+15035550115@{domain}",
            "sip:+15035550116@{domain}",
            "sip:nobody@{domain}",
            "sip:followme-operator@{domain}",
            "sip:5035550123@{domain}",
            "sip:lobby@example.com",
            "+15035550100",
            "client:someone",
            "anonymous",
            "",
        ],
        numbers: &["+15035550110", "+15035550111", "+15035550114", "+15035550115", "+15035550177"],
        junk: &[
            "5035550123",
            "weird value",
            "\u{0}",
            "<&>\"'",
            "null",
            "{}",
            "[1,2]",
            "\u{feff}",
            "-1",
            "%ZZ",
        ],
    }
}
