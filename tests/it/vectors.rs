//! The outgoing decisions that were agreed on, one by one.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::harness::{Element, Record, Service, call_sid, tests};

struct Case {
    id: String,
    sid: String,
    expect: Value,
    heard: Element,
}

#[test]
fn every_vector_is_decided_as_agreed() {
    let vectors = fs::read_to_string(tests().join("vectors/outgoing.json")).unwrap();
    let vectors: Value = serde_json::from_str(&vectors).unwrap();
    let service = Service::on("vectors/network.toml").start();
    let domain = service.sip_domain.clone();
    let cases: Vec<_> = vectors["cases"].as_array().unwrap().iter().map(|case| ask(&service, case)).collect();
    assert_eq!(cases.len(), 142, "no vector may be lost");
    let record = service.stop();

    let wrong: Vec<_> = cases
        .iter()
        .filter_map(|case| judge(case, &record, &domain).err().map(|why| format!("{}: {why}", case.id)))
        .collect();
    assert!(wrong.is_empty(), "{} of {} vectors fail:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

fn ask(service: &Service, case: &Value) -> Case {
    // All vectors have the same CallSid, but events are told apart by it.
    let sid = call_sid();
    let fields = case["fields"].as_object().unwrap().iter();
    let request = fields
        .fold(service.post(case["path"].as_str().unwrap_or("/outgoing")), |request, (name, value)| {
            request.field(name, value.as_str().unwrap())
        });
    let heard = request.set("CallSid", &sid).hears();
    Case { id: case["id"].as_str().unwrap().to_owned(), sid, expect: case["expect"].clone(), heard }
}

fn judge(case: &Case, record: &Record, domain: &str) -> Result<(), String> {
    let Case { expect, heard, .. } = case;
    let equal = |what: &str, expected: &str, actual: &str| {
        if expected == actual { Ok(()) } else { Err(format!("{what}: expected {expected}, got {actual}")) }
    };
    let events = record.events_of(&case.sid);
    let name =
        |event: &serde_json::Value| event["event"]["UserEvent"].as_str().unwrap_or_default().to_owned();
    let (dialled, outcome) = match events.as_slice() {
        [dialled, outcome] => (dialled, outcome),
        // A call for help that is refused is an event of its own, beside the refusal.
        [dialled, outcome, third] if name(outcome) == "reject" && name(third) == "emergency_refused" => {
            (dialled, outcome)
        }
        _ => return Err(format!("{} events instead of two", events.len())),
    };
    equal("first event", "dial_outgoing", dialled["event"]["UserEvent"].as_str().unwrap())?;
    let outcome_name = outcome["event"]["UserEvent"].as_str().unwrap();

    if let Some(reasons) = expect["refuse"].as_array() {
        if heard.child("Dial").is_some() {
            return Err(format!("expected a refusal, dials {:?}", heard.dialled()));
        }
        equal("event", "reject", outcome_name)?;
        let reason = &outcome["call"]["reason"];
        return if reasons.contains(reason) {
            Ok(())
        } else {
            Err(format!("expected one of {reasons:?}, refused for {reason}"))
        };
    }
    let Some(dial) = heard.child("Dial") else {
        return Err(format!("nothing is dialled: {} {}", outcome_name, outcome["call"]["reason"]));
    };
    let nouns: Vec<_> = dial.children.iter().map(|noun| noun.name.as_str()).collect();
    let texts = heard.dialled();
    if let Some(caller_id) = expect["caller_id"].as_str() {
        equal("callerId", caller_id, dial.attribute("callerId").unwrap_or("none"))?;
    }
    for (kind, event) in [("pstn", "dial_pstn"), ("emergency", "dial_emergency")] {
        if let Some(number) = expect[kind].as_str() {
            let event = if number == "933" { "dial_address_test" } else { event };
            equal("nouns", "Number", &nouns.join(" "))?;
            equal("number", number, texts[0])?;
            return equal("event", event, outcome_name);
        }
    }
    equal("nouns", &vec!["Sip"; nouns.len()].join(" "), &nouns.join(" "))?;
    if let Some(context) = expect["asterisk"].as_str() {
        equal("Asterisk", &format!("sip:{context}@pbx-prod.example.org;transport=tls"), upto(texts[0], '?'))?;
        return equal("event", "dial_sip_asterisk", outcome_name);
    }
    let expected: BTreeSet<_> = expect["sip"]
        .as_array()
        .unwrap()
        .iter()
        .map(|name| format!("sip:{}@{domain}", name.as_str().unwrap()))
        .collect();
    let actual: BTreeSet<_> = texts.iter().map(|text| (*text).to_owned()).collect();
    if expected != actual {
        return Err(format!("expected {expected:?}, rings {actual:?}"));
    }
    equal("event", "dial_extension", outcome_name)
}

fn upto(text: &str, end: char) -> &str {
    text.split(end).next().unwrap()
}
