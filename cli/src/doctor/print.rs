//! The doctor's report, as people read it.

use comfy_table::{ContentArrangement, Table, presets};
use doctor::{Mark, Report, RollCall, Row, Verdict};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use ledger::say;

use super::registrations;
use crate::help::columns;
use crate::output;

/// How wide the table is at most, in characters. Longer findings go on in the next line.
const WIDTH: u16 = 110;

/// Prints a table of the checks, tables of the phones and of their registrations if they are wanted, and the verdict.
pub(super) fn print(report: &Report, with_phones: bool, roll: Option<&RollCall>) {
    let mut table = plain_table();
    table.set_header(["", "check", "finding"]);
    let rows = worst_first(report);
    for (row, text) in rows.iter().zip(texts(report, &rows)) {
        table.add_row([shown(row.mark), row.check.name, text.as_str()]);
    }
    output::line(&table.trim_fmt());
    if with_phones {
        output::line("");
        output::line(&table_of_phones(report));
    }
    if let Some(roll) = roll {
        let mut table = plain_table();
        registrations::fill(&mut table, roll, Timestamp::now());
        output::line("");
        output::line(&table.trim_fmt());
    }
    output::line("");
    output::line(&summary(report));
}

fn shown(mark: Mark) -> &'static str {
    match mark {
        Mark::Fail => "FAIL",
        Mark::Manual => "by hand",
        other => other.as_str(),
    }
}

/// What fails is read first, and what is in order last.
fn worst_first(report: &Report) -> Vec<&Row> {
    let mut rows: Vec<_> = report.rows.iter().collect();
    rows.sort_by_key(|row| match row.mark {
        Mark::Fail => 0,
        Mark::Warn => 1,
        Mark::Unknown => 2,
        Mark::Manual => 3,
        Mark::Ok => 4,
    });
    rows
}

/// The text of each row. The reason why something is not known, with its remedy, is told only once.
fn texts(report: &Report, rows: &[&Row]) -> Vec<String> {
    let mut told: Vec<&Row> = Vec::new();
    let mut texts = Vec::new();
    for &row in rows {
        let Row { mark, finding, .. } = row;
        let first = told.iter().find(|first| has_same_reason(report, first, row));
        texts.push(match first.filter(|_| *mark == Mark::Unknown) {
            Some(first) => format!("not known, for the same reason as {:?}", first.check.name),
            None if finding.remedy.is_empty() => finding.what.clone(),
            None => format!("{}\n-> {}", finding.what, finding.remedy),
        });
        if *mark == Mark::Unknown {
            told.push(row);
        }
    }
    texts
}

/// Whether two rows are not known for one reason. If Twilio answered nothing, the requests do not matter; if it answered
/// some, the request that it refused shows which right a key lacks.
fn has_same_reason(report: &Report, one: &Row, other: &Row) -> bool {
    one.finding.remedy == other.finding.remedy
        && (!report.has_asked || one.finding.what == other.finding.what)
}

fn table_of_phones(report: &Report) -> String {
    let mut table = plain_table();
    table.set_header(["phone", "last seen", "unreachable", "last unreachable", "verdict"]);
    let (now, zone) = (Timestamp::now(), TimeZone::system());
    let time = |at: Option<Timestamp>| {
        let Some(at) = at else { return "-".to_owned() };
        format!("{} ({})", at.to_zoned(zone.clone()).strftime("%b %e %H:%M"), say::ago(at, now))
    };
    let mut phones: Vec<_> = report.phones.iter().collect();
    // The dead first, and of each kind those that were last seen the longest ago.
    let badness = |verdict| match verdict {
        Verdict::Unreachable => 0,
        Verdict::Quiet => 1,
        Verdict::Unknown => 2,
        Verdict::Back => 3,
        Verdict::Alive => 4,
    };
    phones.sort_by_key(|phone| (badness(phone.verdict), phone.last_seen));
    for phone in phones {
        let count = phone.unreachable.to_string();
        let (seen, missed) = (time(phone.last_seen), time(phone.last_unreachable));
        table.add_row([phone.name.as_str(), &seen, &count, &missed, phone.verdict.as_str()]);
    }
    table.trim_fmt()
}

fn summary(report: &Report) -> String {
    let Report { network, stage, has_asked, .. } = report;
    let verdict = match (has_asked, report.count(Mark::Fail)) {
        (false, _) => "cannot be told without Twilio".to_owned(),
        (true, 0) => "healthy".to_owned(),
        (true, 1) => "not healthy: 1 check fails".to_owned(),
        (true, count) => format!("not healthy: {count} checks fail"),
    };
    let rest: Vec<_> =
        [(Mark::Warn, "warnings"), (Mark::Unknown, "unknown"), (Mark::Manual, "to see to by hand")]
            .into_iter()
            .filter(|(mark, _)| report.count(*mark) > 0)
            .map(|(mark, words)| format!("{words}: {}", report.count(mark)))
            .collect();
    match rest.as_slice() {
        [] => format!("{network}, stage {stage}: {verdict}"),
        _ => format!("{network}, stage {stage}: {verdict} ({})", rest.join(", ")),
    }
}

fn plain_table() -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(columns(WIDTH));
    table
}

#[cfg(test)]
mod tests {
    use doctor::Check;
    use network::Finding;

    use super::*;

    fn row(mark: Mark, name: &'static str, what: &str, remedy: &str) -> Row {
        let check = Check { id: name, name };
        Row { check, mark, finding: Finding::new(name, what, remedy), phones: Vec::new() }
    }

    fn report(rows: Vec<Row>) -> Report {
        Report { network: "n".into(), stage: "prod".into(), rows, phones: Vec::new(), has_asked: true }
    }

    #[test]
    fn the_summary_counts_what_is_not_ok() {
        let rows = vec![
            row(Mark::Ok, "A", "f", ""),
            row(Mark::Warn, "B", "f", "r"),
            row(Mark::Unknown, "C", "w", "r"),
            row(Mark::Manual, "D", "f", "r"),
        ];
        let healthy = report(rows.clone());
        assert_eq!(
            summary(&healthy),
            "n, stage prod: healthy (warnings: 1, unknown: 1, to see to by hand: 1)"
        );
        let sick = report([rows, vec![row(Mark::Fail, "E", "f", "r")]].concat());
        assert!(summary(&sick).contains("not healthy: 1 check fails"));
        let unheard = Report { has_asked: false, ..report(Vec::new()) };
        assert_eq!(summary(&unheard), "n, stage prod: cannot be told without Twilio");
    }

    #[test]
    fn one_reason_is_told_once() {
        let rows = vec![
            row(Mark::Fail, "A", "GET /x failed", "r"),
            row(Mark::Unknown, "B", "GET /x failed", "r"),
            row(Mark::Unknown, "C", "GET /x failed", "r"),
            row(Mark::Unknown, "D", "GET /y failed", "r"),
            row(Mark::Unknown, "E", "no certificate", "s"),
        ];
        let same = "not known, for the same reason as \"B\"";
        let [failed, y] = ["GET /x failed\n-> r", "GET /y failed\n-> r"];
        let heard = report(rows);
        assert_eq!(texts(&heard, &worst_first(&heard)), [failed, failed, same, y, "no certificate\n-> s"]);
        let unheard = Report { has_asked: false, ..heard };
        assert_eq!(
            texts(&unheard, &worst_first(&unheard)),
            [failed, failed, same, same, "no certificate\n-> s"]
        );
        // Programs read each row by itself.
        assert_eq!(unheard.as_json()["checks"][2]["finding"], "GET /x failed");
    }
}
