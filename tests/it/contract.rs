//! What the consumers of the SNS topic demand of a message, rule by rule, and what breaks them.
//!
//! Path: SNS, SQS, an hourly writer, a static page. One message that the writer cannot map stops it for good.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde_json::Value;

mod schema;

/// The names that the page knew first, without those that carry a code. New ones are in the schema alone; none of these may
/// go.
const FIRST_NAMES: [&str; 12] = [
    "dial_outgoing",
    "dial_pstn",
    "dial_extension",
    "dial_sip_asterisk",
    "dial_emergency",
    "dial_address_test",
    "emergency_refused",
    "emergency_failed",
    "reject",
    "dial_sip_e164",
    "outgoing_call",
    "incoming_call",
];

const STATUSES: [&str; 7] = ["completed", "answered", "busy", "no-answer", "failed", "canceled", "unknown"];

/// The reasons that the page knew first, likewise.
const FIRST_REASONS: [&str; 11] = [
    "invalid_number",
    "country_not_allowed",
    "premium",
    "special_service",
    "blocked",
    "own_number",
    "caller_id_block",
    "emergency_disabled",
    "unknown_caller",
    "foreign_domain",
    "impostor",
];

/// The host name that the consumers let through.
const HOSTNAME: &str = "dialplan-functions-prod";

/// The words that `docs/events.schema.json` allows for a name or a reason.
fn words_of(definition: &str) -> BTreeSet<String> {
    let path = crate::harness::repository().join("docs/events.schema.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let words = schema["$defs"][definition]["enum"].as_array().unwrap();
    words.iter().map(|word| word.as_str().unwrap().to_owned()).collect()
}

static NAMES: LazyLock<BTreeSet<String>> = LazyLock::new(|| words_of("name"));
static REASONS: LazyLock<BTreeSet<String>> = LazyLock::new(|| words_of("reason"));

/// Everything that is wrong with a message of a network with these endpoints.
pub(crate) fn faults(message: &str, endpoints: &[&str]) -> Vec<String> {
    let Ok(value) = serde_json::from_str::<Value>(message) else { return vec!["is not JSON".into()] };
    if !value.is_object() {
        return vec!["is no object".into()];
    }
    let mut faults = Vec::new();
    let mut demand = |is_kept: bool, rule: &str| {
        if !is_kept {
            faults.push(rule.to_owned());
        }
    };
    demand(!message.contains('\n'), "is one line");
    demand(
        has_keys(&value, &["timestamp", "hostname", "event", "call"]),
        "has the agreed members, unwrapped",
    );
    demand(
        value["timestamp"].as_str().is_some_and(is_timestamp),
        "timestamp is ISO 8601 in UTC with a fraction",
    );
    demand(value["hostname"] == HOSTNAME, "hostname is the one that is let through");

    let event = &value["event"];
    demand(has_keys(event, &["Event", "UserEvent", "endpoint", "Channel"]), "event has the agreed members");
    demand(event["Event"] == "UserEvent", "event.Event is UserEvent");
    demand(event["UserEvent"].as_str().is_some_and(is_name), "event.UserEvent is a known name");
    let endpoint = event["endpoint"].as_str().unwrap_or_default();
    demand(
        endpoint == "unknown" || endpoints.contains(&endpoint),
        "event.endpoint is a phone of the file, or unknown",
    );
    let channel = event["Channel"].as_str().unwrap_or_default();
    demand(!channel.is_empty(), "event.Channel is there");
    demand(!channel.contains("followme-operator"), "event.Channel is not dropped");
    demand(channel == endpoint, "event.Channel names the phone too");

    let call = &value["call"];
    let call_keys = ["sid", "direction", "status", "duration_seconds", "reason", "error_code"];
    demand(has_keys(call, &call_keys), "call has the agreed members");
    let is_one_of = |member: &str, words: &[&str]| {
        call[member].is_null() || call[member].as_str().is_some_and(|word| words.contains(&word))
    };
    demand(call["sid"].is_null() || call["sid"].as_str().is_some_and(is_call_sid), "call.sid is a CallSid");
    demand(is_one_of("direction", &["outgoing", "incoming"]), "call.direction is a known word");
    let reason = &call["reason"];
    let is_reason = reason.is_null() || reason.as_str().is_some_and(|word| REASONS.contains(word));
    demand(is_reason, "call.reason is a known word");
    demand(call["status"].is_null() || call["status"].is_string(), "call.status is a word");
    demand(
        call["duration_seconds"].is_null() || call["duration_seconds"].is_u64(),
        "call.duration_seconds counts",
    );
    let name = event["UserEvent"].as_str().unwrap_or_default();
    demand(
        (name == "reject") == call["reason"].is_string(),
        "a reject has its reason, and nothing else has one",
    );
    let code = name.rsplit_once("error-").map(|(_, code)| code);
    demand(code.is_none() || call["error_code"] == code.unwrap_or_default(), "an error has its code");
    let is_known_code = call["error_code"].is_null() || call["error_code"].as_str().is_some_and(is_code);
    demand(is_known_code, "call.error_code is a code");
    demand(longest_run_of_digits(&without_identifiers(&value)) < 7, "there is no telephone number in it");
    faults
}

fn has_keys(value: &Value, keys: &[&str]) -> bool {
    value
        .as_object()
        .is_some_and(|object| object.len() == keys.len() && keys.iter().all(|key| object.contains_key(*key)))
}

/// `2026-06-20T18:04:05.123456Z`, or with `+00:00`; 3, 6 or 9 digits of fraction, which keep equal events apart.
fn is_timestamp(text: &str) -> bool {
    let Some(rest) = text.strip_suffix('Z').or_else(|| text.strip_suffix("+00:00")) else { return false };
    let Some((seconds, fraction)) = rest.split_once('.') else { return false };
    let shape: String = seconds.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    shape == "0000-00-00T00:00:00"
        && matches!(fraction.len(), 3 | 6 | 9)
        && fraction.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_name(name: &str) -> bool {
    let status = ["outgoing_dialstatus_", "incoming_dialstatus_"]
        .into_iter()
        .find_map(|start| name.strip_prefix(start));
    let code = ["error-", "twilio-error-"].into_iter().find_map(|start| name.strip_prefix(start));
    NAMES.contains(name)
        || status.is_some_and(|status| STATUSES.contains(&status))
        || code.is_some_and(is_code)
}

fn is_code(text: &str) -> bool {
    (1..=6).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

pub(crate) fn is_call_sid(text: &str) -> bool {
    text.strip_prefix("CA")
        .is_some_and(|hex| hex.len() == 32 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// The message as text, but for the two members that are made of digits.
fn without_identifiers(value: &Value) -> String {
    let mut value = value.clone();
    for path in ["/timestamp", "/call/sid"] {
        if let Some(member) = value.pointer_mut(path) {
            *member = Value::Null;
        }
    }
    value.to_string()
}

/// The longest run of digits, over what people write between them.
pub(crate) fn longest_run_of_digits(text: &str) -> usize {
    let (mut longest, mut run) = (0, 0);
    for c in text.chars() {
        match c {
            '0'..='9' => run += 1,
            ' ' | '-' | '.' | '(' | ')' if run > 0 => {}
            _ => run = 0,
        }
        longest = longest.max(run);
    }
    longest
}

const GOOD: &str = r#"{"timestamp":"2026-06-20T18:04:05.123456Z","hostname":"dialplan-functions-prod","event":{"Event":"UserEvent","UserEvent":"outgoing_dialstatus_no-answer","endpoint":"lobby","Channel":"lobby"},"call":{"sid":null,"direction":"outgoing","status":"no-answer","duration_seconds":0,"reason":null,"error_code":null}}"#;

#[test]
fn the_agreed_message_passes() {
    assert_eq!(faults(GOOD, &["lobby"]), Vec::<String>::new());
}

#[test]
fn what_breaks_the_consumers_does_not() {
    for (from, to) in [
        ("\"2026-06-20T18:04:05.123456Z\"", "null"),
        ("2026-06-20T18:04:05.123456Z", "1781978645"),
        ("2026-06-20T18:04:05.123456Z", "20260620T180405Z"),
        ("2026-06-20T18:04:05.123456Z", "Sat, 20 Jun 2026 18:04:05 +0000"),
        (".123456Z", "Z"),
        (".123456Z", ".123456"),
        (".123456Z", ".123456z"),
        ("dialplan-functions-prod", "Dialplan-functions-prod"),
        ("dialplan-functions-prod", "dialplan-functions-stage"),
        ("\"hostname\":", "\"host\":"),
        ("\"Event\":\"UserEvent\",", ""),
        ("\"Event\":\"UserEvent\"", "\"Event\":\"Registry\""),
        ("\"outgoing_dialstatus_no-answer\"", "7"),
        ("outgoing_dialstatus_no-answer", "outgoing_dialstatus_weird value"),
        ("outgoing_dialstatus_no-answer", "outgoing_dialstatus_"),
        ("outgoing_dialstatus_no-answer", "error-+15035550123"),
        ("\"Channel\":\"lobby\"", "\"Channel\":\"\""),
        ("\"Channel\":\"lobby\"", "\"Channel\":7"),
        ("lobby", "followme-operator"),
        ("lobby", "+15035550123"),
        ("\"status\":\"no-answer\"", "\"status\":\"503 555 0123\""),
        ("\"reason\":null", "\"reason\":\"because\""),
        ("{\"timestamp\"", "{\"default\":\"\",\"timestamp\""),
    ] {
        assert!(GOOD.contains(from), "{from}");
        assert_ne!(faults(&GOOD.replace(from, to), &["lobby"]), Vec::<String>::new(), "{from} -> {to}");
    }
    for message in ["", "null", "[]", "{}", "\"UserEvent\"", "{\"default\":\"{}\"}"] {
        assert_ne!(faults(message, &["lobby"]), Vec::<String>::new(), "{message}");
    }
}
