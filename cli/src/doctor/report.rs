//! What the doctor found, as people and programs read it.

use comfy_table::{ContentArrangement, Table, presets};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::help::columns;
use crate::output;

/// How wide the table is at most, in characters. Longer findings go on in the next line.
const WIDTH: u16 = 110;

/// What a check came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// As it should be.
    Ok,
    /// Something does not work, or will not when it is needed.
    Fail,
    /// Something works, but is not as it should be.
    Warn,
    /// It could not be found out.
    Unknown,
    /// Nobody but a person can see it.
    Manual,
}

impl Mark {
    /// For programs.
    fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Fail => "fail",
            Self::Warn => "warn",
            Self::Unknown => "unknown",
            Self::Manual => "manual",
        }
    }

    /// For people.
    fn shown(self) -> &'static str {
        match self {
            Self::Fail => "FAIL",
            Self::Manual => "by hand",
            other => other.as_str(),
        }
    }
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    /// For programs; never changes.
    pub(super) id: &'static str,
    /// For people.
    pub(super) name: &'static str,
    pub(super) mark: Mark,
    pub(super) finding: String,
    /// What to do; blank where all is well.
    pub(super) remedy: String,
    /// The phones that it is about, as the file calls them.
    pub(super) phones: Vec<String>,
}

/// Why a source says nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Silence {
    pub(super) what: String,
    pub(super) remedy: String,
}

impl From<twilio::Error> for Silence {
    fn from(error: twilio::Error) -> Self {
        Self { what: error.to_string(), remedy: error.remedy().unwrap_or("run the doctor again").to_owned() }
    }
}

impl Row {
    pub(super) fn ok(id: &'static str, name: &'static str, finding: impl Into<String>) -> Self {
        Self { id, name, mark: Mark::Ok, finding: finding.into(), remedy: String::new(), phones: Vec::new() }
    }

    pub(super) fn fail(
        id: &'static str,
        name: &'static str,
        finding: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self { mark: Mark::Fail, remedy: remedy.into(), ..Self::ok(id, name, finding) }
    }

    pub(super) fn warn(
        id: &'static str,
        name: &'static str,
        finding: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self { mark: Mark::Warn, remedy: remedy.into(), ..Self::ok(id, name, finding) }
    }

    pub(super) fn unknown(id: &'static str, name: &'static str, silence: &Silence) -> Self {
        let Silence { what, remedy } = silence.clone();
        Self { mark: Mark::Unknown, remedy, ..Self::ok(id, name, what) }
    }

    pub(super) fn manual(
        id: &'static str,
        name: &'static str,
        finding: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self { mark: Mark::Manual, remedy: remedy.into(), ..Self::ok(id, name, finding) }
    }

    /// The same about these phones.
    pub(super) fn about<'a>(self, phones: impl IntoIterator<Item = &'a str>) -> Self {
        Self { phones: phones.into_iter().map(str::to_owned).collect(), ..self }
    }
}

/// What is to be thought of a phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It made or took a call, and nothing is known against it.
    Alive,
    /// It could not be reached, but has made or taken a call since.
    Back,
    /// It could not be reached, and has given no sign of life since.
    Unreachable,
    /// It has made and taken no call.
    Quiet,
    /// What it did could not be found out.
    Unknown,
}

impl Verdict {
    fn as_str(self) -> &'static str {
        match self {
            Self::Alive => "alive",
            Self::Back => "back",
            Self::Unreachable => "unreachable",
            Self::Quiet => "quiet",
            Self::Unknown => "unknown",
        }
    }
}

/// What is known of a phone. Nothing in here tells with whom it spoke.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Phone {
    pub(super) name: String,
    /// Its latest sign of life.
    pub(super) last_seen: Option<Timestamp>,
    /// How often it could not be reached in the last day.
    pub(super) unreachable: usize,
    pub(super) last_unreachable: Option<Timestamp>,
    pub(super) verdict: Verdict,
}

/// Everything.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) network: String,
    pub(super) stage: String,
    pub(super) rows: Vec<Row>,
    pub(super) phones: Vec<Phone>,
    /// Whether Twilio said anything at all. Without that, nobody can call the network healthy.
    pub(super) has_asked: bool,
}

impl Report {
    /// Whether nothing fails.
    pub(super) fn is_healthy(&self) -> bool {
        self.has_asked && self.count(Mark::Fail) == 0
    }

    fn count(&self, mark: Mark) -> usize {
        self.rows.iter().filter(|row| row.mark == mark).count()
    }

    /// One JSON object.
    pub(super) fn as_json(&self) -> Value {
        let checks: Vec<_> = self
            .rows
            .iter()
            .map(|row| {
                json!({
                    "id": row.id, "name": row.name, "result": row.mark.as_str(), "finding": row.finding,
                    "remedy": row.remedy, "phones": row.phones,
                })
            })
            .collect();
        let phones: Vec<_> = self
            .phones
            .iter()
            .map(|phone| {
                json!({
                    "name": phone.name, "last_seen": phone.last_seen.map(second), "unreachable": phone.unreachable,
                    "last_unreachable": phone.last_unreachable.map(second), "verdict": phone.verdict.as_str(),
                })
            })
            .collect();
        json!({
            "network": self.network, "stage": self.stage, "healthy": self.is_healthy(), "checks": checks,
            "phones": phones,
        })
    }

    /// Prints a table, and one of the phones if they are wanted.
    pub(super) fn print(&self, with_phones: bool) {
        let mut table = plain_table();
        table.set_header(["", "check", "finding"]);
        for (row, text) in self.rows.iter().zip(self.texts()) {
            table.add_row([row.mark.shown(), row.name, text.as_str()]);
        }
        output::line(&table.trim_fmt());
        if with_phones {
            output::line("");
            output::line(&self.table_of_phones());
        }
        output::line("");
        output::line(&self.summary());
    }

    /// What is said of each row to people: why something is not known, and what to do, only once.
    fn texts(&self) -> Vec<String> {
        let mut told: Vec<&Row> = Vec::new();
        let mut texts = Vec::new();
        for row in &self.rows {
            let Row { mark, finding, remedy, .. } = row;
            let first = told.iter().find(|first| self.has_same_reason(first, row));
            texts.push(match first.filter(|_| *mark == Mark::Unknown) {
                Some(first) => format!("not known, for the same reason as {:?}", first.name),
                None if remedy.is_empty() => finding.clone(),
                None => format!("{finding}\n-> {remedy}"),
            });
            if *mark == Mark::Unknown {
                told.push(row);
            }
        }
        texts
    }

    /// Whether two rows are not known for one reason. Where nothing was heard of Twilio, it matters little what was
    /// asked; where something was, what was not tells which right a key lacks.
    fn has_same_reason(&self, one: &Row, other: &Row) -> bool {
        one.remedy == other.remedy && (!self.has_asked || one.finding == other.finding)
    }

    fn table_of_phones(&self) -> String {
        let mut table = plain_table();
        table.set_header(["phone", "last seen", "unreachable", "last unreachable", "verdict"]);
        let time = |time: Option<Timestamp>| time.map_or_else(|| "-".to_owned(), second);
        for phone in &self.phones {
            let count = phone.unreachable.to_string();
            let (seen, missed) = (time(phone.last_seen), time(phone.last_unreachable));
            table.add_row([phone.name.as_str(), &seen, &count, &missed, phone.verdict.as_str()]);
        }
        table.trim_fmt()
    }

    fn summary(&self) -> String {
        let Self { network, stage, .. } = self;
        let verdict = match (self.has_asked, self.count(Mark::Fail)) {
            (false, _) => "cannot be told without Twilio".to_owned(),
            (true, 0) => "healthy".to_owned(),
            (true, 1) => "not healthy: 1 check fails".to_owned(),
            (true, count) => format!("not healthy: {count} checks fail"),
        };
        let rest: Vec<_> =
            [(Mark::Warn, "warnings"), (Mark::Unknown, "unknown"), (Mark::Manual, "to see to by hand")]
                .into_iter()
                .filter(|(mark, _)| self.count(*mark) > 0)
                .map(|(mark, words)| format!("{words}: {}", self.count(mark)))
                .collect();
        match rest.as_slice() {
            [] => format!("{network}, stage {stage}: {verdict}"),
            _ => format!("{network}, stage {stage}: {verdict} ({})", rest.join(", ")),
        }
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

/// A time to the second, as RFC 3339.
fn second(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(rows: Vec<Row>) -> Report {
        Report { network: "n".into(), stage: "prod".into(), rows, phones: Vec::new(), has_asked: true }
    }

    #[test]
    fn only_a_failure_is_not_healthy() {
        let silence = Silence { what: "w".into(), remedy: "r".into() };
        let rows = vec![
            Row::ok("a", "A", "f"),
            Row::warn("b", "B", "f", "r"),
            Row::unknown("c", "C", &silence),
            Row::manual("d", "D", "f", "r"),
        ];
        let healthy = report(rows.clone());
        assert!(healthy.is_healthy());
        assert_eq!(
            healthy.summary(),
            "n, stage prod: healthy (warnings: 1, unknown: 1, to see to by hand: 1)"
        );
        let sick = report([rows, vec![Row::fail("e", "E", "f", "r")]].concat());
        assert!(!sick.is_healthy() && sick.summary().contains("not healthy: 1 check fails"));
        assert!(!Report { has_asked: false, ..report(Vec::new()) }.is_healthy());
    }

    #[test]
    fn every_row_that_is_not_ok_has_a_remedy() {
        let json = report(vec![Row::fail("e", "E", "f", "r").about(["lobby"])]).as_json();
        assert_eq!(json["checks"][0]["remedy"], "r");
        assert_eq!(json["checks"][0]["phones"][0], "lobby");
        assert_eq!(json["checks"][0]["result"], "fail");
    }

    #[test]
    fn one_reason_is_said_once() {
        let silence = |what: &str, remedy: &str| Silence { what: what.into(), remedy: remedy.into() };
        let rows = vec![
            Row::fail("a", "A", "GET /x failed", "r"),
            Row::unknown("b", "B", &silence("GET /x failed", "r")),
            Row::unknown("c", "C", &silence("GET /x failed", "r")),
            Row::unknown("d", "D", &silence("GET /y failed", "r")),
            Row::unknown("e", "E", &silence("no certificate", "s")),
        ];
        let same = "not known, for the same reason as \"B\"";
        let [failed, y] = ["GET /x failed\n-> r", "GET /y failed\n-> r"];
        let heard = report(rows);
        assert_eq!(heard.texts(), [failed, failed, same, y, "no certificate\n-> s"]);
        let unheard = Report { has_asked: false, ..heard };
        assert_eq!(unheard.texts(), [failed, failed, same, same, "no certificate\n-> s"]);
        // Programs read each row by itself.
        assert_eq!(unheard.as_json()["checks"][2]["finding"], "GET /x failed");
    }
}
