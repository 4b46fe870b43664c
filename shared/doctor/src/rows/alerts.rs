//! Rows on the alerts that Twilio reported, code by code.

use network::Finding;
use twilio::codes::{meaning, page};

use crate::report::{Check, Row};
use crate::sources::alerts::{Alerts, DAYS_OF_ALERTS};

const ALERTS: Check = Check { id: "alerts", name: "what Twilio reported" };

/// One row for each code, those that keep calls from working first.
pub(crate) fn rows(alerts: Result<&Alerts, &Finding>) -> Vec<Row> {
    let alerts = match alerts {
        Ok(alerts) => alerts,
        Err(silence) => return vec![Row::unknown(ALERTS, silence)],
    };
    if alerts.codes.is_empty() {
        return vec![Row::ok(ALERTS, format!("nothing in {DAYS_OF_ALERTS} days"))];
    }
    let (failures, warnings): (Vec<_>, Vec<_>) =
        alerts.codes.iter().partition(|(code, _)| meaning(**code).is_failure);
    let row = |(code, tally): (&u32, &crate::sources::alerts::Tally)| {
        let meaning = meaning(*code);
        let latest = tally.latest.strftime("%Y-%m-%d %H:%M");
        let what =
            format!("{code}, {}x in {DAYS_OF_ALERTS} days, last {latest} UTC: {}", tally.count, meaning.what);
        let remedy = format!("{} ({})", meaning.remedy, page(*code));
        if meaning.is_failure { Row::fail(ALERTS, what, remedy) } else { Row::warn(ALERTS, what, remedy) }
    };
    failures.into_iter().chain(warnings).map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Mark;
    use crate::sources::alerts::Tally;

    #[test]
    fn each_code_is_a_row_and_failures_come_first() {
        let latest = "2026-11-08T09:05:00Z".parse().unwrap();
        let codes = [11200, 12100, 32009, 99_999].map(|code| (code, Tally { count: 3, latest }));
        let rows = rows(Ok(&Alerts { codes: codes.into(), ..Alerts::default() }));
        let told: Vec<_> = rows.iter().map(|row| (row.mark, &row.finding.what[..5])).collect();
        assert_eq!(
            told,
            [(Mark::Fail, "11200"), (Mark::Fail, "12100"), (Mark::Warn, "32009"), (Mark::Warn, "99999")]
        );
        assert!(rows[0].finding.what.contains("3x in 7 days, last 2026-11-08 09:05 UTC"), "{:?}", rows[0]);
        assert!(rows[3].finding.remedy.contains("/docs/api/errors/99999"), "{:?}", rows[3]);
    }

    #[test]
    fn silence_of_twilio_and_of_the_log_differ() {
        assert_eq!(rows(Ok(&Alerts::default()))[0].mark, Mark::Ok);
        assert_eq!(rows(Err(&Finding::new("", "no", "ask again")))[0].mark, Mark::Unknown);
    }
}
