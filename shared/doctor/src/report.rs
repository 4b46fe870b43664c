//! The report, as programs read it. The command line prints it for people.

use jiff::Timestamp;
use network::Finding;
use serde_json::{Value, json};

/// The result of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// As it should be.
    Ok,
    /// Something does not work, or will not when it is needed.
    Fail,
    /// Something works, but is not as it should be.
    Warn,
    /// It could not be found out.
    Unknown,
    /// Only a person can see it.
    Manual,
}

impl Mark {
    /// The word in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Fail => "fail",
            Self::Warn => "warn",
            Self::Unknown => "unknown",
            Self::Manual => "manual",
        }
    }
}

/// A check, by its two names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Check {
    /// For programs; never changes.
    pub id: &'static str,
    /// For people.
    pub name: &'static str,
}

/// A check and its result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The check.
    pub check: Check,
    /// The result in one word.
    pub mark: Mark,
    /// The result in a sentence, and what to do. `about` is the name of the check; `remedy` is empty where all is well.
    pub finding: Finding,
    /// The phones that the row is about, as the file calls them.
    pub phones: Vec<String>,
}

impl Row {
    pub(crate) fn ok(check: Check, what: impl Into<String>) -> Self {
        Self::new(check, Mark::Ok, what, "")
    }

    pub(crate) fn fail(check: Check, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(check, Mark::Fail, what, remedy)
    }

    pub(crate) fn warn(check: Check, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(check, Mark::Warn, what, remedy)
    }

    /// A check whose source did not answer, and why.
    pub(crate) fn unknown(check: Check, silence: &Finding) -> Self {
        Self::new(check, Mark::Unknown, silence.what.as_str(), silence.remedy.as_str())
    }

    pub(crate) fn manual(check: Check, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(check, Mark::Manual, what, remedy)
    }

    /// The same row about these phones.
    pub(crate) fn about<'a>(self, phones: impl IntoIterator<Item = &'a str>) -> Self {
        Self { phones: phones.into_iter().map(str::to_owned).collect(), ..self }
    }

    fn new(check: Check, mark: Mark, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { check, mark, finding: Finding::new(check.name, what, remedy), phones: Vec::new() }
    }
}

/// The state of a phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It made or answered a call, and nothing is known against it.
    Alive,
    /// It could not be reached, but has made or answered a call since.
    Back,
    /// It could not be reached, and has given no sign of life since.
    Unreachable,
    /// It has made and answered no call.
    Quiet,
    /// Twilio's logs could not be read.
    Unknown,
}

impl Verdict {
    /// The word in JSON and in tables.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Alive => "alive",
            Self::Back => "back",
            Self::Unreachable => "unreachable",
            Self::Quiet => "quiet",
            Self::Unknown => "unknown",
        }
    }
}

/// A sign of life or death of a phone, from a ledger.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sign {
    /// The last proof of life.
    pub life: Option<Timestamp>,
    /// The last proof that it could not be reached.
    pub death: Option<Timestamp>,
}

/// A phone's state. It does not say with whom the phone spoke.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phone {
    /// Its name in the file.
    pub name: String,
    /// Its latest sign of life.
    pub last_seen: Option<Timestamp>,
    /// How often it could not be reached in the last day.
    pub unreachable: usize,
    /// When it could not be reached for the last time.
    pub last_unreachable: Option<Timestamp>,
    /// The verdict that follows.
    pub verdict: Verdict,
}

/// Everything that was found.
#[derive(Debug)]
pub struct Report {
    /// The network's name.
    pub network: String,
    /// The stage's name.
    pub stage: String,
    /// The checks, in the order in which people should read them.
    pub rows: Vec<Row>,
    /// The phones, in the order of the file.
    pub phones: Vec<Phone>,
    /// Whether Twilio answered anything at all. Without that, the network cannot be called healthy.
    pub has_asked: bool,
}

impl Report {
    /// Whether nothing fails.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        self.has_asked && self.count(Mark::Fail) == 0
    }

    /// How many rows have this mark.
    #[must_use]
    pub fn count(&self, mark: Mark) -> usize {
        self.rows.iter().filter(|row| row.mark == mark).count()
    }

    /// One JSON object, with the names that `docs/doctor.md` documents.
    #[must_use]
    pub fn as_json(&self) -> Value {
        let checks: Vec<_> = self.rows.iter().map(row_as_json).collect();
        let phones: Vec<_> = self.phones.iter().map(phone_as_json).collect();
        json!({
            "network": self.network, "stage": self.stage, "healthy": self.is_healthy(), "checks": checks,
            "phones": phones,
        })
    }
}

fn row_as_json(row: &Row) -> Value {
    let Row { check, mark, finding, phones } = row;
    json!({
        "id": check.id, "name": check.name, "result": mark.as_str(), "finding": finding.what,
        "remedy": finding.remedy, "phones": phones,
    })
}

fn phone_as_json(phone: &Phone) -> Value {
    json!({
        "name": phone.name, "last_seen": phone.last_seen.map(second), "unreachable": phone.unreachable,
        "last_unreachable": phone.last_unreachable.map(second), "verdict": phone.verdict.as_str(),
    })
}

/// A time to the second, as RFC 3339.
fn second(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHECK: Check = Check { id: "e", name: "E" };

    fn report(rows: Vec<Row>) -> Report {
        Report { network: "n".into(), stage: "prod".into(), rows, phones: Vec::new(), has_asked: true }
    }

    #[test]
    fn only_a_failure_is_not_healthy() {
        let rows = vec![
            Row::ok(CHECK, "f"),
            Row::warn(CHECK, "f", "r"),
            Row::unknown(CHECK, &Finding::new("", "w", "r")),
            Row::manual(CHECK, "f", "r"),
        ];
        assert!(report(rows.clone()).is_healthy());
        assert!(!report([rows, vec![Row::fail(CHECK, "f", "r")]].concat()).is_healthy());
        assert!(!Report { has_asked: false, ..report(Vec::new()) }.is_healthy());
    }

    #[test]
    fn a_row_is_an_object_with_documented_names() {
        let json = report(vec![Row::fail(CHECK, "f", "r").about(["lobby"])]).as_json();
        assert_eq!(
            json["checks"][0],
            json!({"id": "e", "name": "E", "result": "fail", "finding": "f", "remedy": "r", "phones": ["lobby"]})
        );
    }
}
