//! Plans, as people and programs read them.

use network::Finding;
use provision::{Plan, Registration, Summary, Unregistered};
use serde_json::{Value, json};
use terminal as output;

use crate::cost::Cost;
use crate::page;

/// What to say if the user says no.
pub const NOTHING_CHANGED: &str = "nothing was changed";

/// A plan as one JSON object.
pub fn json_of(network: &str, stage: &str, plan: &Plan, cost: &Cost) -> Value {
    json!({
        "network": network, "stage": stage, "changes": plan.summaries(), "warnings": plan.warnings(),
        "obstacles": plan.obstacles, "notes": plan.notes, "left": plan.left, "cut_off": plan.cut_off(), "prices": cost.purchases,
        "cost": cost,
    })
}

/// Prints a plan as a diff. One that is longer than a page is shown by kinds, unless `is_all`.
pub fn print(network: &str, stage: &str, plan: &Plan, is_all: bool) {
    let summaries = plan.summaries();
    let whole = page::whole(&summaries);
    let length = whole.len() + plan.obstacles.len() + plan.notes.len();
    let is_page = is_all || length <= page::PAGE;
    let more = if is_page { "" } else { "; --all shows every field" };
    output::line(&match plan.len() {
        0 => format!("{network}, stage {stage}: nothing to do"),
        changes => format!("{network}, stage {stage}: {}{more}", count(changes)),
    });
    if !plan.is_empty() {
        output::line("");
    }
    let lines = if is_page { whole } else { page::grouped(&summaries) };
    lines.iter().for_each(|line| output::line(&format!("  {}", output::plain(line))));
    left(&plan.left);
    let fitted = |findings: &[Finding]| -> Vec<Finding> {
        if is_page {
            return findings.to_vec();
        }
        page::together(findings).into_iter().map(page::shortened).collect()
    };
    for obstacle in fitted(&plan.obstacles) {
        output::aside("");
        output::aside(&format!("not whole: {}", output::plain(&obstacle.to_string())));
    }
    notes(&fitted(&plan.notes));
    for Finding { about, what, remedy } in fitted(&plan.warnings()) {
        output::aside("");
        output::aside(&output::plain(&format!("warning: {about} {what}; {remedy}")));
    }
}

/// Prints what is left as it is, because only some phones were asked for.
pub fn left(left: &[Summary]) {
    if !left.is_empty() {
        output::aside("");
        output::aside(&format!("left as it is (--only): {}; `dialtone plan` shows it", count(left.len())));
    }
}

/// Prints what a person has to see to, beside the output proper.
pub fn notes<'n>(notes: impl IntoIterator<Item = &'n Finding>) {
    for (place, Finding { about, what, remedy }) in notes.into_iter().enumerate() {
        if place == 0 {
            output::aside("");
        }
        output::aside(&output::plain(&format!("note: {about} {what}; {remedy}")));
    }
}

/// The numbers from which 911 does not work, why, and what to do.
pub fn help(unregistered: &[Unregistered]) -> Vec<Finding> {
    let (failed, rest): (Vec<_>, Vec<_>) = unregistered.iter().partition(|number| number.has_failed());
    let (absent, rest): (Vec<_>, Vec<_>) =
        rest.into_iter().partition(|number| number.status == Registration::Absent);
    let (pending, none): (Vec<_>, Vec<_>) =
        rest.into_iter().partition(|number| number.status == Registration::PendingRegistration);
    let line = |numbers: Vec<&Unregistered>, why: &str, remedy: &str| {
        // All numbers: somebody may have to go there.
        let numbers: Vec<_> = numbers.iter().map(|number| number.number.as_str()).collect();
        let what = format!("do not rely on 911 from {}: {why}", numbers.join(", "));
        (!numbers.is_empty()).then(|| Finding::new("", what, remedy))
    };
    let lines = [
        line(
            failed,
            "Twilio could not register the address (registration-failure)",
            "correct it in the file and apply that, or ask Twilio's emergency support",
        ),
        line(
            absent,
            "the account does not have it, so no call can show it",
            "buy or port it, or correct the file",
        ),
        line(pending, "Twilio is still registering the address", "run the same command again later"),
        line(
            none,
            "no address is registered now, so a call to 911 goes to a national centre and costs 75 USD",
            "run the same command again",
        ),
    ];
    lines.into_iter().flatten().collect()
}

/// A count of changes, in words.
pub fn count(changes: usize) -> String {
    match changes {
        1 => "1 change".to_owned(),
        count => format!("{count} changes"),
    }
}
