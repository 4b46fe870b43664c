//! Whether Twilio is as the file says.

use network::{Finding, some_of};
use provision::Plan;

use crate::report::{Check, Row};

const DRIFT: Check = Check { id: "drift", name: "Twilio is as the file says" };
const WHOLE: Check = Check { id: "whole", name: "the network is whole" };
const NOTE: Check = Check { id: "note", name: "what a person has to see to" };

/// One row for the changes, and one for each kind of thing that a person has to see to.
pub(crate) fn rows(plan: Result<&Plan, &Finding>) -> Vec<Row> {
    let plan = match plan {
        Ok(plan) => plan,
        Err(silence) => return vec![Row::unknown(DRIFT, silence)],
    };
    let mut rows = vec![match plan.len() {
        0 => Row::ok(DRIFT, "there is nothing to change"),
        count => {
            let changes = if count == 1 { "1 change".to_owned() } else { format!("{count} changes") };
            Row::fail(
                DRIFT,
                format!("{changes}: {}", kinds(plan)),
                "see them with `dialtone plan`, make them with `dialtone apply`",
            )
        }
    }];
    rows.extend(alike(&plan.obstacles, |finding, remedy| Row::fail(WHOLE, finding, remedy)));
    rows.extend(alike(&plan.notes, |finding, remedy| Row::warn(NOTE, finding, remedy)));
    rows
}

/// The kinds of the changes, each once with its count.
fn kinds(plan: &Plan) -> String {
    let mut kinds: Vec<(&str, usize)> = Vec::new();
    for summary in plan.summaries() {
        let kind = summary.kind;
        match kinds.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, count)) => *count += 1,
            None => kinds.push((kind, 1)),
        }
    }
    let words: Vec<_> = kinds.iter().map(|(kind, count)| format!("{kind} ({count})")).collect();
    words.join(", ")
}

/// Findings that say the same of many things are one row.
fn alike(notes: &[Finding], row: impl Fn(String, &str) -> Row) -> Vec<Row> {
    let mut grouped: Vec<(&Finding, Vec<&str>)> = Vec::new();
    for note in notes {
        match grouped.iter_mut().find(|(known, _)| (&known.what, &known.remedy) == (&note.what, &note.remedy))
        {
            Some((_, about)) => about.push(&note.about),
            None => grouped.push((note, vec![&note.about])),
        }
    }
    let row = |(note, about): (&Finding, Vec<&str>)| {
        row(format!("{} {}", some_of(&about, 3), note.what), note.remedy.as_str())
    };
    grouped.into_iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use provision::Change;

    use super::*;
    use crate::report::Mark;

    fn note(about: &str, what: &str) -> Finding {
        Finding::new(about, what, "do")
    }

    #[test]
    fn changes_are_counted_by_kind() {
        let list = || Change::CreateList { friendly_name: "l".into() };
        let user = Change::SetPassword {
            list_sid: "CL1".into(),
            sid: "CR1".into(),
            user: "lobby".into(),
            cuts_off: false,
        };
        let plan = Plan { changes: vec![list(), user, list()], ..Plan::default() };
        let rows = rows(Ok(&plan));
        assert_eq!((rows.len(), rows[0].mark), (1, Mark::Fail));
        assert_eq!(rows[0].finding.what, "3 changes: credential list (2), password (1)");
        assert!(rows[0].finding.remedy.contains("dialtone plan"));
    }

    #[test]
    fn notes_are_warnings_and_alike_ones_are_one() {
        let about = ["a", "b", "c", "d"].map(|about| note(about, "is odd"));
        let notes = about.into_iter().chain([note("e", "is odder")]).collect();
        let rows = rows(Ok(&Plan { notes, ..Plan::default() }));
        let findings: Vec<_> = rows.iter().map(|row| (row.mark, row.finding.what.as_str())).collect();
        assert_eq!(
            findings,
            [
                (Mark::Ok, "there is nothing to change"),
                (Mark::Warn, "a, b, c and 1 more is odd"),
                (Mark::Warn, "e is odder")
            ]
        );
    }

    #[test]
    fn a_network_that_is_not_whole_is_not_healthy() {
        let obstacles = vec![note("n.sip.twilio.com", "is kept by another network")];
        let rows = rows(Ok(&Plan { obstacles, ..Plan::default() }));
        assert_eq!((rows.len(), rows[1].mark), (2, Mark::Fail));
        assert!(rows[1].finding.what.contains("is kept by another network"));
    }

    #[test]
    fn without_an_answer_nothing_is_known() {
        let silence = Finding::new("", "no", "ask again");
        assert_eq!(rows(Err(&silence))[0].mark, Mark::Unknown);
    }
}
