//! The results: a file beside the network file. Keep both in version control.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use files::Access;
use jiff::civil::Date;
use network::Finding;
use serde::{Deserialize, Serialize};

use super::case::Case;

/// Its name.
const NAME: &str = "dialtone-933.json";

/// For how many days a result counts. Addresses, numbers and Twilio change.
const DAYS: i64 = 180;

/// How a test ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// 933 read back the right number and the right address.
    Pass,
    /// It did not.
    Fail,
}

/// Why results cannot be read or kept. It names no telephone number.
#[derive(Debug, thiserror::Error)]
pub enum BookError {
    /// The file cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file holds something else.
    #[error("{}: {source}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// Where it stops making sense.
        source: serde_json::Error,
    },
    /// A note holds a telephone number, and the file is for others to read.
    #[error("the note has a telephone number in it, and the file is for others to read")]
    NumberInNote,
}

impl BookError {
    /// The error as everything is reported.
    #[must_use]
    pub fn finding(&self) -> Finding {
        match self {
            Self::File { path, source } => Finding::new(path.display().to_string(), source.to_string(), ""),
            Self::Content { path, source } => Finding::new(
                path.display().to_string(),
                source.to_string(),
                "restore it from version control, or delete it to begin anew",
            ),
            Self::NumberInNote => Finding::new("", self.to_string(), "write the phone's name"),
        }
    }
}

/// One result. Phones go by their names, and no number is in it: the file is for others to read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// `YYYY-MM-DD`, UTC.
    pub date: String,
    /// The stage's name.
    pub stage: String,
    /// See [`Case::id`].
    pub case: String,
    /// The phone that dialled.
    pub phone: Option<String>,
    /// Whether it passed.
    pub verdict: Outcome,
    /// Whether the call went through /outgoing, as far as Twilio's log tells.
    #[serde(default)]
    pub outgoing_asked: Option<bool>,
    /// The person's words.
    #[serde(default)]
    pub note: String,
}

/// All results.
#[derive(Debug, Default)]
pub struct Book {
    path: PathBuf,
    results: Vec<Entry>,
}

/// The content of the file.
#[derive(Serialize, Deserialize)]
struct Content {
    results: Vec<Entry>,
}

/// The standing of a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It was never tried.
    Never,
    /// It passed, but too long ago.
    Old,
    /// The latest try failed.
    Failed,
    /// It passed, and not too long ago.
    Passed,
}

impl Book {
    /// Opens the results beside a network file. Without a file, the book is empty.
    ///
    /// # Errors
    ///
    /// The file is there, but cannot be read.
    pub fn open(network_file: &Path) -> Result<Self, BookError> {
        let path = network_file.with_file_name(NAME);
        let results = match std::fs::read(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            Err(source) => return Err(BookError::File { path, source }),
            Ok(text) => match serde_json::from_slice::<Content>(&text) {
                Ok(content) => content.results,
                Err(source) => return Err(BookError::Content { path, source }),
            },
        };
        Ok(Self { path, results })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds a result, and keeps it.
    ///
    /// # Errors
    ///
    /// Its note has a telephone number in it, or the file cannot be written.
    pub fn add(&mut self, entry: Entry) -> Result<(), BookError> {
        if numbers::has_number(&entry.note) {
            return Err(BookError::NumberInNote);
        }
        self.results.push(entry);
        self.write().map_err(|source| BookError::File { path: self.path.clone(), source })
    }

    /// The standing of a test on a day.
    pub fn standing(&self, stage: &str, case: &Case, today: Date) -> Standing {
        let Some(latest) = self.latest(stage, case) else { return Standing::Never };
        let age = latest.date.parse::<Date>().map(|date| today.duration_since(date).as_hours() / 24);
        match (latest.verdict, age) {
            (Outcome::Fail, _) => Standing::Failed,
            (Outcome::Pass, Ok(..=DAYS)) => Standing::Passed,
            // A date that cannot be read proves nothing.
            (Outcome::Pass, _) => Standing::Old,
        }
    }

    /// The latest result of a test.
    pub fn latest(&self, stage: &str, case: &Case) -> Option<&Entry> {
        let id = case.id();
        // Dates sort as texts. Of one day's results the last one counts.
        self.results
            .iter()
            .filter(|entry| entry.stage == stage && entry.case == id)
            .max_by(|one, other| one.date.cmp(&other.date))
    }

    /// The results of each phone's own test, by its user name; the latest of a phone last.
    pub fn of_phones<'b>(&'b self, stage: &str) -> Vec<(&'b str, &'b Entry)> {
        let of_stage = self.results.iter().filter(|entry| entry.stage == stage);
        let mut all: Vec<_> =
            of_stage.filter_map(|entry| Some((entry.case.strip_prefix("phone:")?, entry))).collect();
        // Dates sort as texts, and what is of one day stays in its order.
        all.sort_by(|(_, one), (_, other)| one.date.cmp(&other.date));
        all
    }

    /// Replaces the file in one step.
    fn write(&self) -> io::Result<()> {
        let content = Content { results: self.results.clone() };
        let mut text = serde_json::to_vec_pretty(&content)?;
        text.push(b'\n');
        // It is no secret: everyone who works on the network reads it.
        files::replace(&self.path, &text, Access::Everyone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(date: &str, case: &str, verdict: Outcome) -> Entry {
        Entry {
            date: date.into(),
            stage: "prod".into(),
            case: case.into(),
            phone: None,
            verdict,
            outgoing_asked: None,
            note: String::new(),
        }
    }

    #[test]
    fn the_latest_result_counts_for_half_a_year() {
        let case = Case::Phone("lobby".into());
        let today: Date = "2026-11-08".parse().unwrap();
        let standing = |results: &[(&str, Outcome)]| {
            let results =
                results.iter().map(|(date, verdict)| entry(date, "phone:lobby", *verdict)).collect();
            Book { results, ..Book::default() }.standing("prod", &case, today)
        };
        assert_eq!(standing(&[]), Standing::Never);
        assert_eq!(standing(&[("2026-11-08", Outcome::Pass)]), Standing::Passed);
        assert_eq!(standing(&[("2026-05-12", Outcome::Pass)]), Standing::Passed);
        assert_eq!(standing(&[("2026-05-11", Outcome::Pass)]), Standing::Old);
        assert_eq!(standing(&[("some day", Outcome::Pass)]), Standing::Old);
        assert_eq!(
            standing(&[("2026-11-08", Outcome::Fail), ("2026-11-08", Outcome::Pass)]),
            Standing::Passed
        );
        assert_eq!(
            standing(&[("2026-11-08", Outcome::Fail), ("2026-11-01", Outcome::Pass)]),
            Standing::Failed
        );
        let elsewhere =
            Book { results: vec![entry("2026-11-08", "phone:lobby", Outcome::Pass)], ..Book::default() };
        assert_eq!(elsewhere.standing("dev", &case, today), Standing::Never);
    }

    #[test]
    fn results_are_kept_and_numbers_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("dialtone.toml");
        let mut book = Book::open(&file).unwrap();
        book.add(entry("2026-11-08", "phone:lobby", Outcome::Pass)).unwrap();
        for note in ["read back +1 503 555-0110", "5550110", "(503)555.0110"] {
            assert!(
                book.add(Entry { note: note.into(), ..entry("2026-11-08", "x", Outcome::Pass) }).is_err(),
                "{note}"
            );
        }
        book.add(Entry {
            note: "at 100 Main St, suite 20".into(),
            ..entry("2026-11-08", "x", Outcome::Fail)
        })
        .unwrap();
        let again = Book::open(&file).unwrap();
        assert!(again.results == book.results && again.results.len() == 2);
        std::fs::write(again.path(), "{").unwrap();
        assert!(Book::open(&file).is_err());
    }
}
