//! The doctor's findings, as people read them: cells of tables, and lines.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use ledger::say;
use network::PostalAddress;
use numbers::emergency::ADDRESS_TEST;

use crate::{
    Attendance, Drill, Mark, Place, Presence, Readiness, Registration, Report, RollCall, Row, Verdict,
};

impl Report {
    /// The checks, the worst first: mark, name, and the finding with its remedy. The reason why several are not known is told
    /// once.
    #[must_use]
    pub fn check_cells(&self) -> Vec<[String; 3]> {
        let rows = worst_first(self);
        let texts = texts(self, &rows);
        rows.iter()
            .zip(texts)
            .map(|(row, text)| [shown(row.mark).to_owned(), row.check.name.to_owned(), text])
            .collect()
    }

    /// The phones, the dead first: name, last seen, how often and when last unreachable, verdict. Times are of a zone.
    #[must_use]
    pub fn phone_cells(&self, now: Timestamp, zone: &TimeZone) -> Vec<[String; 5]> {
        let time = |at: Option<Timestamp>| {
            let Some(at) = at else { return "-".to_owned() };
            format!("{} ({})", at.to_zoned(zone.clone()).strftime("%b %e %H:%M"), say::ago(at, now))
        };
        let mut phones: Vec<_> = self.phones.iter().collect();
        // The dead first, and of each kind those that were last seen the longest ago.
        let badness = |verdict| match verdict {
            Verdict::Unreachable => 0,
            Verdict::Quiet => 1,
            Verdict::Unknown => 2,
            Verdict::Back => 3,
            Verdict::Alive => 4,
        };
        phones.sort_by_key(|phone| (badness(phone.verdict), phone.last_seen));
        phones
            .into_iter()
            .map(|phone| {
                let (seen, missed) = (time(phone.last_seen), time(phone.last_unreachable));
                let (count, verdict) = (phone.unreachable.to_string(), phone.verdict.as_str().to_owned());
                [phone.name.clone(), seen, count, missed, verdict]
            })
            .collect()
    }

    /// The verdict on one line, with how much of it is not certain.
    #[must_use]
    pub fn summary(&self) -> String {
        let Self { network, stage, has_asked, .. } = self;
        let verdict = match (has_asked, self.count(Mark::Fail)) {
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

impl RollCall {
    /// A line for each place of each phone: phone, registration, until when, when it was renewed, where.
    #[must_use]
    pub fn cells(&self, now: Timestamp) -> Vec<[String; 5]> {
        let mut lines = Vec::new();
        for Attendance { phone, presence } in &self.phones {
            let of_none = |state: String| [phone.clone(), state, "-".into(), "-".into(), "-".into()];
            match presence {
                Presence::At(places) => lines.extend(places.iter().enumerate().map(|(i, place)| {
                    let (phone, state) = if i == 0 { (phone.as_str(), presence.as_str()) } else { ("", "") };
                    [phone.into(), state.into(), until(place, now), renewed(place), place.host.clone()]
                })),
                Presence::Refused(status) => lines.push(of_none(format!("{} ({status})", presence.as_str()))),
                _ => lines.push(of_none(presence.as_str().to_owned())),
            }
        }
        lines
    }
}

fn until(place: &Place, now: Timestamp) -> String {
    let Some(left) = place.left else { return "not told".to_owned() };
    match now.checked_add(SignedDuration::from_secs(left.into())) {
        Ok(end) => format!("{} ({left} s)", end.strftime("%H:%M:%SZ")),
        Err(_) => format!("{left} s"),
    }
}

fn renewed(place: &Place) -> String {
    place.renewed.map_or_else(|| "-".to_owned(), |seconds| format!("{seconds} s ago at most"))
}

impl Readiness {
    /// What happens when the phone calls for help, in a few lines, each for one fact.
    #[must_use]
    pub fn in_words(&self) -> Vec<String> {
        let mut lines = vec![format!(
            "{}: {}",
            self.phone,
            if self.may_call { "may call for help" } else { "may NOT call for help" }
        )];
        let mut add = |name: &str, value: String| lines.push(format!("  {name:<10} {value}"));
        if self.may_call {
            let dials = self.dials.iter().map(|(pressed, dialled)| match pressed == dialled {
                true => pressed.clone(),
                false => format!("{pressed} (dials {dialled})"),
            });
            add("dials", dials.collect::<Vec<_>>().join(", "));
            add(
                "shows",
                self.caller_id.map_or_else(|| "no number".into(), |number| number.as_str().to_owned()),
            );
            add("address", self.address.as_ref().map_or_else(|| "none in the file".into(), address));
            add("Twilio", registration(&self.registration));
            // Other countries have no test.
            let has_test = self.dials.iter().any(|(pressed, _)| pressed == ADDRESS_TEST);
            let none = if has_test { "never" } else { "none: 933 is North America's" };
            add("last drill", self.drill.as_ref().map_or_else(|| none.into(), drill));
        }
        let told: Vec<_> =
            self.told.iter().map(|(recipient, way)| format!("{way} (notify {recipient})")).collect();
        add("told", if told.is_empty() { "NOBODY".into() } else { told.join(", ") });
        lines
    }
}

fn address(PostalAddress { name, street, unit, city, region, .. }: &PostalAddress) -> String {
    let unit = unit.as_ref().map(|unit| format!(", {unit}")).unwrap_or_default();
    format!("{street}{unit}, {city}, {region} ({name})")
}

fn registration(registration: &Registration) -> String {
    match registration {
        Registration::NotThere => "registers no addresses in this country".to_owned(),
        Registration::Unknown(why) => (*why).to_owned(),
        Registration::Known { status, unchanged_since: None } => status.clone(),
        Registration::Known { status, unchanged_since: Some(time) } => {
            format!("{status}; the number is unchanged since {}", time.strftime("%Y-%m-%d"))
        }
    }
}

fn drill(Drill { date, passed }: &Drill) -> String {
    let result = match passed {
        Some(true) => "passed",
        Some(false) => "FAILED",
        None => "933 was dialled, nobody wrote down the result",
    };
    format!("{date}, {result}")
}

#[cfg(test)]
mod tests {
    use network::Finding;

    use super::*;
    use crate::Check;

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
            healthy.summary(),
            "n, stage prod: healthy (warnings: 1, unknown: 1, to see to by hand: 1)"
        );
        let sick = report([rows, vec![row(Mark::Fail, "E", "f", "r")]].concat());
        assert!(sick.summary().contains("not healthy: 1 check fails"));
        let unheard = Report { has_asked: false, ..report(Vec::new()) };
        assert_eq!(unheard.summary(), "n, stage prod: cannot be told without Twilio");
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
