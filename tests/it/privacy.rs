//! Nobody's number is anywhere: not in a log line, not in an event.

use serde_json::Value;

use crate::contract::{is_call_sid, longest_run_of_digits};
use crate::harness::{Record, Service, TOKEN, Traffic, Words};

const STREET: &str = "networks/street.toml";

/// What is dialled: nine numbers that occur nowhere else, not even in the network file, and other things.
const DIALLED: [&str; 13] = [
    "5035557391",
    "15035558462",
    "+12065559573",
    "2815559604",
    "+442071838750",
    "01149301234567",
    "9005557193",
    "5558264",
    "+525512345678",
    "*675035557391",
    "(503) 555-7391",
    "grandmother",
    "911",
];

/// The numbers among them.
const NUMBERS: &[&str] = DIALLED.split_at(9).0;

/// What else somebody said in confidence, in the shape in which it would show.
const SECRETS: [&str; 8] = [
    "hunter2-sip",
    "secret-",
    "Lindqvist",
    "s3cr3t-t0ken",
    "CA+15035557391",
    "OGRE-PASSPORT",
    "grandmother",
    "98.51.7.23",
];

#[test]
fn no_number_reaches_a_log_or_an_event() {
    let service = Service::on(STREET).start();
    let mut traffic = Traffic::new(7, words());
    for i in 0..2_000 {
        let request = traffic.next(&service).fields([
            ("SipSourceIp", "98.51.7.23"),
            ("CallerName", "Lindqvist"),
            ("StirPassportToken", "OGRE-PASSPORT"),
            ("ForwardedFrom", "+15035558462"),
        ]);
        let request = match i % 7 {
            0 => request.unsigned(),
            1 => request.signed_with("s3cr3t-t0ken"),
            2 => request.signature("s3cr3t-t0ken"),
            3 => request.set("CallSid", "CA+15035557391"),
            4 => request.header("User-Agent", "Lindqvist").header("X-Forwarded-For", "98.51.7.23"),
            _ => request,
        };
        let status = request.send().status;
        assert!(matches!(status, 200 | 204 | 403), "{status}");
    }
    // Numbers where no field is: paths, queries, methods, bodies that are too large or no form.
    for &number in NUMBERS {
        service.post(&format!("/{}", webhook::encode_user(number))).send();
        service.post(&format!("/{}", webhook::encode_user(number))).unsigned().send();
        service.post(&format!("/outgoing?To={}&try={number}", webhook::encode_user(number))).send();
        service.get(&format!("/outgoing?To={}", webhook::encode_user(number))).unsigned().send();
        service.post("/outgoing").method("DELETE").field("To", number).send();
        service.post("/outgoing").body(format!("To={number}&").repeat(600)).send();
        service.post("/outgoing").json(&format!("{{\"To\":\"{number}\"}}")).send();
        service.post("/outgoing").header("Content-Type", "application/json").body(number).send();
    }
    let record = service.stop();
    assert!(record.log.len() > 2_000 && record.events.len() > 1_000);
    search(&record);
}

/// The same while events cannot be published, and wait in the journal.
#[test]
fn nor_what_an_outage_leaves_behind() {
    let service = Service::on(STREET)
        .with("DIALTONE_TOPIC_ARN", "arn:aws:sns:us-west-2:123456789012:events")
        .with("AWS_ENDPOINT_URL_SNS", "http://127.0.0.1:9")
        .with("AWS_ACCESS_KEY_ID", "AKIA-s3cr3t-t0ken")
        .with("AWS_SECRET_ACCESS_KEY", "s3cr3t-t0ken")
        .with("AWS_REGION", "us-west-2")
        .start();
    let mut traffic = Traffic::new(8, words());
    for _ in 0..50 {
        traffic.next(&service).send();
    }
    let record = service.stop();
    assert!(record.journal.len() > 20, "{:?}", record.log.last());
    search(&record);
}

/// Looks through everything that was left behind.
fn search(record: &Record) {
    let mut found = Vec::new();
    let kept: Vec<_> = record.journal.iter().map(Value::to_string).collect();
    for line in record.log.iter().chain(&record.events).chain(&kept).chain(std::iter::once(&record.stdout)) {
        let lower = line.to_lowercase();
        let words = NUMBERS.iter().copied().chain(SECRETS).chain([TOKEN]);
        for word in words.map(str::to_lowercase) {
            let encoded = webhook::encode_user(&word).to_string().to_lowercase();
            let digits = word.trim_start_matches("011").trim_start_matches('+').trim_start_matches('1');
            if [word.as_str(), &encoded, digits].into_iter().any(|form| lower.contains(form)) {
                found.push(format!("{word} in {line}"));
            }
        }
        match serde_json::from_str(line) {
            Ok(value) => digits_in(&value, "", line, &mut found),
            Err(_) if line.is_empty() => {}
            Err(error) => found.push(format!("{error} in {line}")),
        }
    }
    assert!(found.is_empty(), "{} finds:\n{}", found.len(), found.join("\n"));
}

/// Runs of seven and more digits, except where identifiers and measurements have their place.
fn digits_in(value: &Value, key: &str, line: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(object) => object.iter().for_each(|(key, value)| digits_in(value, key, line, found)),
        Value::Array(array) => array.iter().for_each(|value| digits_in(value, key, line, found)),
        Value::String(text) => match key {
            // The folder of the test has the number of the process in its name.
            "timestamp" | "request_id" | "address" | "journal" => {}
            "sid" | "call_sid" if is_call_sid(text) => {}
            // An event that was logged whole.
            "event" if text.starts_with('{') => {
                digits_in(&serde_json::from_str(text).unwrap(), "", line, found);
            }
            _ if longest_run_of_digits(text) >= 7 => found.push(format!("digits in {key} of {line}")),
            _ => {}
        },
        Value::Number(number) if key != "latency_us" && number.to_string().len() >= 7 => {
            found.push(format!("a number in {key} of {line}"));
        }
        _ => {}
    }
}

fn words() -> Words<'static> {
    Words {
        dialled: &DIALLED,
        callers: &[
            "sip:lobby@{domain}",
            "sip:plaza:hunter2-sip@{domain}",
            "\"Lindqvist\" <sip:+15035558462@{domain}>;tag=5035557391",
            "sip:5035557391@{domain}",
            "sip:%2B15035557391@{domain}",
            "sip:grandmother@{domain}",
            "sip:lobby@98.51.7.23",
            "+12065559573",
            "2815559604",
            "tel:+12065559573",
            "client:Lindqvist",
        ],
        numbers: &["+15035550110", "+15035550114", "+15035557391", "5035557391"],
        junk: &[
            "+15035557391",
            "sip:5035557391:hunter2-sip@x",
            "%2B15035557391",
            "CA+15035557391",
            "5035557391\n",
            "{\"error_code\":\"5035557391\"}",
            "{\"error_code\":5035557391}",
            "grandmother",
            "s3cr3t-t0ken",
            "{\"error_code\":\"32009\",\"resource_sid\":\"+15035557391\"}",
            "\u{ff15}\u{ff10}\u{ff13}5557391",
        ],
    }
}
