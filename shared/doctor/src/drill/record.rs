//! Results that were found without the guide, as `--record` names them.

use network::{Network, some_of};

use super::book::{Entry, Outcome};
use super::case::Case;

/// How many cases an error lists.
const MOST_CASES: usize = 30;

/// Reads results.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// The network whose phones dialled.
    pub network: &'a Network,
    /// The phone that dialled, where the case does not name it.
    pub from: Option<&'a str>,
    /// `YYYY-MM-DD`, UTC.
    pub date: &'a str,
}

/// The text is no result of a case of this network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not the result of a case; the cases are {cases}")]
pub struct RecordError {
    text: String,
    cases: String,
}

impl Record<'_> {
    /// Reads `CASE=pass`, `CASE=fail`, or either with a note after a colon.
    ///
    /// # Errors
    ///
    /// There is no such case, or the word is another.
    pub fn entry(&self, text: &str) -> Result<Entry, RecordError> {
        let cases = Case::all(self.network);
        // A phone's name may have an equals sign in it, so the known cases decide where theirs ends.
        let found = cases.iter().find_map(|case| {
            let result = text.strip_prefix(&case.id())?.strip_prefix('=')?;
            let (word, note) = result.split_once(':').unwrap_or((result, ""));
            let verdict = match word {
                "pass" => Outcome::Pass,
                "fail" => Outcome::Fail,
                _ => return None,
            };
            Some((case, verdict, note.trim()))
        });
        let Some((case, verdict, note)) = found else {
            let ids: Vec<_> = cases.iter().map(Case::id).collect();
            return Err(RecordError { text: text.to_owned(), cases: some_of(&ids, MOST_CASES) });
        };
        let phone = match case {
            Case::Phone(name) => Some(name.as_str()),
            Case::Corner { .. } => self.from,
        };
        Ok(Entry {
            date: self.date.to_owned(),
            stage: self.network.stage().name.clone(),
            case: case.id(),
            phone: phone.map(str::to_owned),
            verdict,
            outgoing_asked: None,
            note: note.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::network;

    #[test]
    fn results_are_read_with_any_name_of_a_phone() {
        let network = network("[extensions.\"x=pass\"]\nnumber = \"+15035550110\"\n");
        let record = Record { network: &network, from: Some("x=pass"), date: "2026-11-08" };
        let one = record.entry("phone:x=pass=fail:other address").unwrap();
        assert_eq!(
            (one.case.as_str(), one.verdict, one.note.as_str()),
            ("phone:x=pass", Outcome::Fail, "other address")
        );
        let other = record.entry("off-menu-number=pass").unwrap();
        assert_eq!((other.phone.as_deref(), other.verdict), (Some("x=pass"), Outcome::Pass));
        for text in ["", "off-menu-number", "off-menu-number=maybe", "phone:porch=pass", "off=pass"] {
            let error = record.entry(text).unwrap_err().to_string();
            assert!(error.contains("off-menu-number"), "{error}");
        }
    }
}
