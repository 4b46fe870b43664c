//! A phone's dossier as one screen of 80 columns.

use jiff::tz::TimeZone;
use ledger::{State, say};

use super::Dossier;
use crate::drill::Outcome;

/// How wide the names at the left are.
const NAMES: usize = 12;

/// How many errors are shown, and how much advice: the screen has 24 lines.
const ERRORS: usize = 3;
const ADVICE: usize = 3;

/// The lines, with times in a zone.
pub(super) fn of(dossier: &Dossier<'_>, zone: &TimeZone) -> String {
    let Dossier { phone, health, now, .. } = dossier;
    let mut lines = Vec::new();
    let mut add = |name: &str, text: &str| lines.push(format!("{name:<NAMES$} {text}").trim_end().to_owned());
    let state = match health.state {
        State::Unreachable => "UNREACHABLE",
        other => other.as_str(),
    };
    add(phone.endpoint(), state);
    add("heard", &health.in_words(*now));
    match health.misses {
        0 => {}
        misses @ 1..=2 => add("missed", &format!("{misses} since then")),
        _ => add("missed", "3 or more since then"),
    }
    let has_number = phone.number().is_some();
    add("rings for", if has_number { "its own number" } else { "no number; the other phones can call it" });
    match dossier.help() {
        Ok(address) => add("911", &address),
        Err(why) => add("911", &why.to_string()),
    }
    let drill = dossier.drill.as_ref().map_or_else(
        || "never".to_owned(),
        |drill| {
            format!("{}, {}", drill.date, if drill.verdict == Outcome::Pass { "passed" } else { "FAILED" })
        },
    );
    add("last drill", &drill);
    add("service", dossier.service.in_words());
    if dossier.errors.is_empty() {
        add("errors", "none in seven days");
    }
    for (index, (code, count, last)) in dossier.errors.iter().take(ERRORS).enumerate() {
        let name = if index == 0 { "errors" } else { "" };
        let last = say::ago(*last, *now);
        add(name, &format!("{count} x {code} {}, last {last}", say::error_in_words(*code)));
    }
    for (index, advice) in dossier.advice().iter().take(ADVICE).enumerate() {
        add(if index == 0 { "to do" } else { "" }, advice);
    }
    if dossier.calls.is_empty() {
        add("calls", "none in 90 days");
    } else {
        lines.push(String::new());
        for (call, told) in &dossier.calls {
            lines.push(call.row(*now, zone));
            lines.extend(ledger::show::below(call, told, zone));
        }
    }
    lines.join("\n")
}
