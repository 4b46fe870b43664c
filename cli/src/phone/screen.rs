//! The screen: 80 columns, and no more lines than a terminal has.

use ledger::{State, say};

use super::Findings;
use crate::calls;

/// The width of the names before the colons' place.
const NAMES: usize = 12;

/// How many kinds of errors are shown.
const ERRORS: usize = 4;

/// How many pieces of advice are shown.
const ADVICE: usize = 4;

pub(super) fn of(findings: &Findings<'_>) -> String {
    let Findings { phone, health, now, .. } = findings;
    let mut lines = Vec::new();
    let mut add = |name: &str, text: &str| lines.push(format!("{name:<NAMES$} {text}").trim_end().to_owned());
    let state = match health.state {
        State::Unreachable => "UNREACHABLE",
        other => other.as_str(),
    };
    add(phone.endpoint(), state);
    add("heard", &health.in_words(*now));
    if health.misses > 0 {
        let many = if health.misses > 2 {
            "3 or more"
        } else if health.misses > 1 {
            "2"
        } else {
            "1"
        };
        add("missed", &format!("{many} since then"));
    }
    let rings =
        if phone.number().is_some() { "its own number" } else { "no number; the other phones can call it" };
    add("rings for", rings);
    match findings.help() {
        Ok(address) => add("911", &address),
        Err(why) => add("911", why),
    }
    let drill = findings.drill.as_ref().map_or_else(
        || "never".to_owned(),
        |drill| format!("{}, {}", drill.date, if drill.passed { "passed" } else { "FAILED" }),
    );
    add("last drill", &drill);
    add("service", findings.knowledge.in_words());
    if findings.errors.is_empty() {
        add("errors", "none in seven days");
    }
    for (index, (code, count, last)) in findings.errors.iter().take(ERRORS).enumerate() {
        let name = if index == 0 { "errors" } else { "" };
        add(
            name,
            &format!("{count} x {code} {}, last {}", say::error_in_words(*code), say::ago(*last, *now)),
        );
    }
    for (index, advice) in findings.advice().iter().take(ADVICE).enumerate() {
        add(if index == 0 { "to do" } else { "" }, advice);
    }
    if findings.calls.is_empty() {
        add("calls", "none in 90 days");
    } else {
        lines.push(String::new());
        let zone = calls::local();
        lines.extend(findings.calls.iter().map(|call| call.row(*now, &zone)));
    }
    lines.join("\n")
}
