//! The last drill of a phone, from the results that `doctor` keeps beside the network file.

use std::collections::HashMap;
use std::path::Path;

use jiff::civil::Date;
use jiff::{Timestamp, tz::TimeZone};
use serde::Deserialize;

/// For how many days a drill counts, as in `doctor`.
const DAYS: i64 = 180;

/// A test of 911 with 933.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Drill {
    /// `YYYY-MM-DD`, UTC.
    pub(crate) date: String,
    pub(crate) passed: bool,
}

#[derive(Deserialize, Default)]
struct Content {
    results: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    date: String,
    stage: String,
    case: String,
    verdict: String,
}

impl Drill {
    /// The latest result of each phone's own test, by its user name. A file that cannot be read is `doctor`'s to complain
    /// about.
    pub(crate) fn all(network_file: &Path, stage: &str) -> HashMap<String, Self> {
        let text = std::fs::read(network_file.with_file_name("dialtone-933.json")).unwrap_or_default();
        let mut content: Content = serde_json::from_slice(&text).unwrap_or_default();
        // Dates sort as texts. Of one day's results the last one counts.
        content.results.sort_by(|one, other| one.date.cmp(&other.date));
        let of_stage = content.results.into_iter().filter(|entry| entry.stage == stage);
        of_stage
            .filter_map(|entry| {
                let phone = entry.case.strip_prefix("phone:")?.to_owned();
                Some((phone, Self { passed: entry.verdict == "pass", date: entry.date }))
            })
            .collect()
    }

    /// The latest result of the phone's own test.
    pub(crate) fn last(network_file: &Path, stage: &str, phone: &str) -> Option<Self> {
        Self::all(network_file, stage).remove(phone)
    }

    /// Whether it passed, and not too long ago.
    pub(crate) fn is_good(&self, now: Timestamp) -> bool {
        let today = now.to_zoned(TimeZone::UTC).date();
        let age = self.date.parse::<Date>().map(|date| today.duration_since(date).as_hours() / 24);
        self.passed && matches!(age, Ok(..=DAYS))
    }
}
