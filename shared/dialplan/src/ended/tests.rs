//! Ends of Dials and legs, through the front door.

use super::*;
use crate::testing::{form, network};

const LOBBY: &str = "sip:lobby@test-prod.sip.twilio.com";

fn ended(from: &str, to: &str, fields: &[(&str, &str)], again: bool) -> Plan {
    let fields: Vec<_> = [("From", from), ("To", to)].into_iter().chain(fields.iter().copied()).collect();
    dial_ended(&DialEnd::from_form(&form(&fields)), &network(), Dialled { again, help: false })
}

fn names(plan: &Plan) -> Vec<String> {
    plan.events.iter().map(|event| format!("{} {}", event.name(), event.endpoint())).collect()
}

#[test]
fn a_phone_hears_why_and_gets_dial_tone_again() {
    for (fields, sentence) in [
        (vec![("DialCallStatus", "busy")], "The line is busy."),
        (vec![("DialCallStatus", "no-answer")], "No one answered."),
        (vec![("DialCallStatus", "failed")], "The call did not go through."),
        (
            vec![("DialCallStatus", "no-answer"), ("ErrorCode", "32009")],
            "That phone cannot be reached right now.",
        ),
        (
            vec![("DialCallStatus", "failed"), ("ErrorCode", "32011")],
            "That phone cannot be reached right now.",
        ),
        (vec![("DialCallStatus", "failed"), ("ErrorCode", "13224")], "That number is not in service."),
        (vec![("DialCallStatus", "odd value")], "The call did not go through."),
        (vec![], "The call did not go through."),
    ] {
        let document = ended(LOBBY, "sip:x@test-prod.sip.twilio.com", &fields, false).reply.to_string();
        assert!(document.contains(sentence) && document.contains("<Gather"), "{fields:?}: {document}");
    }
}

#[test]
fn who_needs_help_and_did_not_get_it_is_told_what_to_do() {
    // What was dialled first in the call may have been anything: the Dial's own URL says that it was help.
    for (to, status) in [("911", "failed"), ("5", "no-answer"), ("x", "busy")] {
        let fields = [
            ("From", LOBBY),
            ("To", &format!("sip:{to}@test-prod.sip.twilio.com")),
            ("DialCallStatus", status),
        ];
        let end = DialEnd::from_form(&form(&fields));
        let help = Dialled { help: true, again: false };
        let plan = dial_ended(&end, &network(), help);
        let document = plan.reply.to_string();
        assert!(document.contains("Please try 9 1 1 again") && document.contains("<Gather"), "{document}");
        assert_eq!(names(&plan).last().unwrap(), "emergency_failed lobby");
        assert!(
            !names(&dial_ended(&end, &network(), Dialled::default()))
                .iter()
                .any(|name| name.contains("emergency"))
        );
    }
    for (status, bridged, is_failure) in [
        ("completed", None, false),
        ("completed", Some("true"), false),
        ("completed", Some("false"), true),
        ("answered", Some("false"), true),
        ("canceled", Some("false"), false),
        ("failed", Some("true"), false),
    ] {
        let fields =
            [("From", LOBBY), ("To", "sip:911@test-prod.sip.twilio.com"), ("DialCallStatus", status)];
        let end = DialEnd::from_form(&form(&fields));
        let end = DialEnd { bridged: bridged.map(|bridged| bridged == "true"), ..end };
        let plan = dial_ended(&end, &network(), Dialled { help: true, again: false });
        let has_failed = names(&plan).iter().any(|name| name.contains("emergency"));
        assert_eq!(has_failed, is_failure, "{status} {bridged:?}");
    }
}

#[test]
fn after_a_conversation_the_call_is_over() {
    for fields in [
        vec![("DialCallStatus", "completed")],
        vec![("DialCallStatus", "answered")],
        vec![("DialCallStatus", "canceled")],
        vec![("DialCallStatus", "failed"), ("DialBridged", "true")],
    ] {
        for (from, to) in [(LOBBY, "sip:x@test-prod.sip.twilio.com"), ("+15035550199", "+15035550110")] {
            let document = ended(from, to, &fields, false).reply.to_string();
            assert!(document.ends_with("<Response/>"), "{fields:?}: {document}");
        }
    }
}

#[test]
fn ends_are_filed_under_the_phone() {
    let plan = ended(LOBBY, "sip:x@test-prod.sip.twilio.com", &[("DialCallStatus", "busy")], false);
    assert_eq!(names(&plan), ["outgoing_call lobby", "outgoing_dialstatus_busy lobby"]);
    let unreachable = [("DialCallStatus", "no-answer"), ("ErrorCode", "32009")];
    let plan = ended(LOBBY, "sip:porch@test-prod.sip.twilio.com", &unreachable, false);
    assert_eq!(
        names(&plan),
        ["outgoing_call lobby", "outgoing_dialstatus_no-answer lobby", "error-32009 Porch"]
    );
    let plan = ended(LOBBY, "sip:x@test-prod.sip.twilio.com", &unreachable, false);
    assert_eq!(names(&plan)[2], "error-32009 lobby");
    let plan = ended("+15035550199", "+15035550110", &[("DialCallStatus", "no-answer")], false);
    assert_eq!(names(&plan), ["incoming_call lobby", "incoming_dialstatus_no-answer lobby"]);
    let plan = ended("anonymous", "+15035550112", &[("DialCallStatus", "weird value")], false);
    assert_eq!(
        names(&plan),
        [
            "incoming_call one",
            "incoming_dialstatus_unknown one",
            "incoming_call two",
            "incoming_dialstatus_unknown two"
        ]
    );
    assert_eq!(
        names(&ended("", "", &[], false)),
        ["incoming_call unknown", "incoming_dialstatus_unknown unknown"]
    );
}

#[test]
fn a_phone_that_was_talking_has_no_error_of_another() {
    let fields = [("DialCallStatus", "completed"), ("DialBridged", "true"), ("ErrorCode", "32009")];
    let plan = ended("+15035550199", "+15035550112", &fields, false);
    assert_eq!(
        names(&plan),
        [
            "incoming_call one",
            "incoming_dialstatus_completed one",
            "incoming_call two",
            "incoming_dialstatus_completed two"
        ]
    );
}

#[test]
fn an_unreachable_phone_rings_once_more_and_then_the_caller_is_told() {
    let fields = [("DialCallStatus", "no-answer"), ("ErrorCode", "32009")];
    let first = ended("+15035550199", "+15035550110", &fields, false);
    let document = first.reply.to_string();
    assert_eq!(first.decision, Decision::RingAgain);
    assert!(document.contains("<Pause length=\"5\"/><Dial"), "{document}");
    assert!(
        document.contains("action=\"/status/dial?again=1\"") && document.contains(">sip:lobby@"),
        "{document}"
    );
    // The call goes on: it is counted when the second Dial ends.
    assert_eq!(names(&first), ["error-32009 lobby"]);
    let last = ended("+15035550199", "+15035550110", &fields, true);
    assert_eq!(
        names(&last),
        ["incoming_call lobby", "incoming_dialstatus_no-answer lobby", "error-32009 lobby"]
    );

    let second = ended("+15035550199", "+15035550110", &fields, true).reply.to_string();
    assert!(second.contains("cannot be reached") && second.ends_with("<Hangup/></Response>"), "{second}");
    let again = |query| Dialled::from_query(query).again;
    assert!(again("again=1") && again("a=b&again=1") && !again("") && !again("again=0"));
    assert!(Dialled::from_query("help=1").help && !Dialled::from_query("").help);
}

#[test]
fn a_leg_is_noted_only_for_its_error() {
    let progress =
        |fields: &[(&str, &str)]| call_progress(&CallProgress::from_form(&form(fields)), &network());
    assert_eq!(names(&progress(&[("CallStatus", "completed"), ("To", LOBBY)])), [""; 0]);
    let parent = ("ParentCallSid", "CA00000000000000000000000000000001");
    let fields =
        [("CallStatus", "failed"), ("To", LOBBY), ("From", "+15035550199"), ("ErrorCode", "32011"), parent];
    assert_eq!(names(&progress(&fields)), ["error-32011 lobby"]);
    let fields =
        [("CallStatus", "failed"), ("To", "+15035550199"), ("From", LOBBY), ("ErrorCode", "13224"), parent];
    assert_eq!(names(&progress(&fields)), ["error-13224 lobby"]);
    assert_eq!(names(&progress(&[("ErrorCode", "13224")])), ["error-13224 unknown"]);
}

/// Twilio does not send `DialBridged` with every end (twilio.md, `<Dial action>`): that somebody was talking, each of the two says
/// alone.
#[test]
fn either_sign_of_a_conversation_clears_the_phone_that_did_not_answer() {
    for fields in [
        [("DialCallStatus", "completed"), ("ErrorCode", "32009")],
        [("DialCallStatus", "answered"), ("ErrorCode", "32009")],
    ] {
        let plan = ended("+15035550199", "+15035550110", &fields, false);
        assert!(names(&plan).iter().all(|name| !name.starts_with("error")), "{:?}", names(&plan));
    }
    let bridged = [("DialCallStatus", "failed"), ("DialBridged", "true"), ("ErrorCode", "32011")];
    let plan = ended("+15035550199", "+15035550110", &bridged, false);
    assert_eq!(names(&plan), ["incoming_call lobby", "incoming_dialstatus_failed lobby"]);
    // An error that is not of a phone is kept all the same.
    let other = [("DialCallStatus", "completed"), ("ErrorCode", "13224")];
    assert_eq!(names(&ended("+15035550199", "+15035550110", &other, false))[2], "error-13224 lobby");
}

/// Each of the three signs that a phone of ours called is enough: its domain, its address, or what it dialled.
#[test]
fn a_call_from_a_phone_is_known_by_any_of_its_signs() {
    let busy = ("DialCallStatus", "busy");
    let domain = ("SipDomain", "test-prod.sip.twilio.com");
    for (from, to, fields) in [
        ("anonymous", "+15035550199", &[busy, domain][..]),
        (LOBBY, "+15035550199", &[busy]),
        ("anonymous", "sip:5035550199@test-prod.sip.twilio.com", &[busy]),
    ] {
        assert_eq!(ended(from, to, fields, false).events[0].name(), UserEvent::OutgoingCall, "{from} {to}");
    }
    let elsewhere = ended("sip:lobby@pbx.example.org", "+15035550110", &[busy], false);
    assert_eq!(elsewhere.events[0].name(), UserEvent::IncomingCall, "a caller from another system");
}

/// An end is counted with its facts: which call, which way, how it ended, and for how long they talked.
#[test]
fn an_end_is_reported_with_its_facts() {
    let sid = "CA00000000000000000000000000000001";
    let fields = [
        ("CallSid", sid),
        ("DialCallStatus", "no-answer"),
        ("DialCallDuration", "17"),
        ("ErrorCode", "13224"),
    ];
    for (from, to, direction) in [
        (LOBBY, "sip:x@test-prod.sip.twilio.com", Direction::Outgoing),
        ("+15035550199", "+15035550110", Direction::Incoming),
    ] {
        for event in ended(from, to, &fields, false).events {
            let facts = event.call();
            assert_eq!(facts.sid.as_ref().map(webhook::CallSid::as_str), Some(sid), "{}", event.name());
            assert_eq!(facts.direction, Some(direction));
            assert_eq!((facts.status, facts.duration_seconds), (Some("no-answer"), Some(17)));
            assert_eq!(facts.error_code, ErrorCode::parse("13224"));
        }
    }
}

/// A leg is filed under the phone that it rang, if that is certain; and it is a call to a phone only if another call has it
/// for a leg.
#[test]
fn the_error_of_a_leg_belongs_to_the_phone_that_it_rang() {
    let parent = ("ParentCallSid", "CA00000000000000000000000000000001");
    let noted = |to: &str, from: &str, more: &[(&str, &str)]| {
        let fields = [("CallStatus", "failed"), ("ErrorCode", "32011"), ("To", to), ("From", from)];
        let fields: Vec<_> = fields.into_iter().chain(more.iter().copied()).collect();
        let plan = call_progress(&CallProgress::from_form(&form(&fields)), &network());
        (names(&plan)[0].clone(), plan.events[0].call().direction)
    };
    let outside = "+15035550199";
    for (to, from, more, name, direction) in [
        (LOBBY, outside, &[parent][..], "lobby", Direction::Incoming),
        // The call of a phone itself, which the domain's callback reports.
        (LOBBY, outside, &[], "lobby", Direction::Outgoing),
        (outside, LOBBY, &[parent], "lobby", Direction::Outgoing),
        // A number says which phone where it rings one; two share the other.
        ("+15035550110", outside, &[parent], "lobby", Direction::Incoming),
        ("+15035550112", outside, &[parent], "unknown", Direction::Outgoing),
        // A user of that name on another system is no phone of ours.
        ("sip:lobby@pbx-prod.example.org", outside, &[parent], "unknown", Direction::Outgoing),
    ] {
        let expected = (format!("error-32011 {name}"), Some(direction));
        assert_eq!(noted(to, from, more), expected, "{to} {from} {more:?}");
    }
}
