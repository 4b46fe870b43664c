//! docs/events.schema.json says what the contract says: one validator by others, beside our own rules.

use std::collections::BTreeSet;

use dialplan::{Reason, UserEvent};
use serde_json::{Value, json};

use super::{FIRST_NAMES, FIRST_REASONS, GOOD, NAMES, REASONS, STATUSES, faults};
use crate::harness::peers::Peer;

/// Asks both, and demands one answer.
fn agree(schema: &mut Peer, message: &Value, is_good: bool) {
    let theirs = schema.ask(message);
    let ours = faults(&message.to_string(), &["lobby"]);
    assert_eq!(theirs == json!([]), is_good, "the schema: {theirs}\n{message}");
    assert_eq!(ours.is_empty(), is_good, "the contract: {ours:?}\n{message}");
}

fn good() -> Value {
    serde_json::from_str(GOOD).unwrap()
}

fn with(pointer: &str, value: Value) -> Value {
    let mut message = good();
    *message.pointer_mut(pointer).unwrap() = value;
    message
}

#[test]
fn every_name_and_every_reason_is_in_the_schema() {
    let mut schema = Peer::start("schema.py");
    let mut named = |name: &str, reason: Value, code: Value| {
        let mut message = with("/event/UserEvent", json!(name));
        message["call"]["reason"] = reason;
        message["call"]["error_code"] = code;
        agree(&mut schema, &message, true);
    };
    for name in NAMES.iter().filter(|name| *name != "reject") {
        named(name, Value::Null, Value::Null);
    }
    for reason in REASONS.iter() {
        named("reject", json!(reason), Value::Null);
    }
    for status in STATUSES {
        named(&format!("outgoing_dialstatus_{status}"), Value::Null, Value::Null);
        named(&format!("incoming_dialstatus_{status}"), Value::Null, json!("13224"));
    }
    named("error-32009", Value::Null, json!("32009"));
    named("twilio-error-11200", Value::Null, json!("11200"));
}

#[test]
fn the_schema_has_the_names_and_reasons_of_the_dial_plan_and_no_others() {
    let reasons: BTreeSet<_> = Reason::ALL.map(|reason| reason.as_str().to_owned()).into();
    assert_eq!(*REASONS, reasons);
    let names: BTreeSet<_> = UserEvent::PLAIN.map(|event| event.to_string()).into();
    assert_eq!(*NAMES, names);
}

#[test]
fn no_name_and_no_reason_is_ever_taken_back() {
    for (first, now) in [(&FIRST_NAMES[..], &NAMES), (&FIRST_REASONS[..], &REASONS)] {
        let gone: Vec<_> = first.iter().filter(|word| !now.contains(**word)).collect();
        assert!(gone.is_empty(), "{gone:?}");
    }
}

/// Each member is left out, renamed, doubled in a wrapper and replaced by what it must not be.
#[test]
fn what_breaks_the_contract_breaks_the_schema() {
    let mut schema = Peer::start("schema.py");
    agree(&mut schema, &good(), true);
    let members = [
        ("", "timestamp"),
        ("", "hostname"),
        ("", "event"),
        ("", "call"),
        ("/event", "Event"),
        ("/event", "UserEvent"),
        ("/event", "endpoint"),
        ("/event", "Channel"),
        ("/call", "sid"),
        ("/call", "direction"),
        ("/call", "status"),
        ("/call", "duration_seconds"),
        ("/call", "reason"),
        ("/call", "error_code"),
    ];
    for (parent, member) in members {
        let mut message = good();
        let object = message.pointer_mut(parent).unwrap().as_object_mut().unwrap();
        let value = object.remove(member).unwrap();
        agree(&mut schema, &message, false);
        let object = message.pointer_mut(parent).unwrap().as_object_mut().unwrap();
        object.insert(member.to_uppercase(), value);
        agree(&mut schema, &message, false);
        for wrong in [json!([]), json!({}), json!(true)] {
            agree(&mut schema, &with(&format!("{parent}/{member}"), wrong), false);
        }
    }
    for (pointer, wrong) in [
        ("/timestamp", json!("2026-06-20T18:04:05Z")),
        ("/timestamp", json!("2026-06-20T18:04:05.123456")),
        ("/timestamp", json!("Sat, 20 Jun 2026 18:04:05 +0000")),
        ("/timestamp", json!(1_781_978_645)),
        ("/hostname", json!("Dialplan-functions-prod")),
        ("/event/Event", json!("Registry")),
        ("/event/UserEvent", json!("weird")),
        ("/event/UserEvent", json!("outgoing_dialstatus_")),
        ("/event/UserEvent", json!("outgoing_dialstatus_weird")),
        ("/event/UserEvent", json!("error-+15035550123")),
        ("/event/UserEvent", json!("error-32009")),
        ("/event/UserEvent", json!("reject")),
        ("/event/endpoint", json!("+15035550123")),
        ("/event/endpoint", json!("503 555 0123")),
        ("/event/endpoint", json!("")),
        ("/event/Channel", json!("followme-operator")),
        ("/call/sid", json!("CA1")),
        ("/call/direction", json!("sideways")),
        ("/call/status", json!("503 555 0123")),
        ("/call/duration_seconds", json!(-1)),
        ("/call/duration_seconds", json!(1.5)),
        ("/call/reason", json!("because")),
        ("/call/reason", json!("premium")),
        ("/call/error_code", json!("15035550123")),
    ] {
        agree(&mut schema, &with(pointer, wrong), false);
    }
    for message in [json!(null), json!([]), json!({}), json!("UserEvent"), json!({"default": GOOD})] {
        agree(&mut schema, &message, false);
    }
}
