//! The journal of `dialtone serve`.

use std::io;
use std::path::Path;

use ledger::{Ledger, Record, Taken};
use publish::{Position, Reader};

use crate::error::{FeedError, Result};

/// How many events go into the ledger in one transaction.
const MOST: usize = 10_000;

/// Reads what is new in one slot of a journal: what one process at a time writes.
pub(crate) fn read(slot: &Path, stage: &str, ledger: &mut Ledger) -> Result<Taken> {
    let name = std::fs::canonicalize(slot).map_err(FeedError::file(slot))?;
    let name = format!("journal {}", name.display());
    let known: Option<Position> = ledger.cursor(&name)?.and_then(|cursor| cursor.parse().ok());
    let end = end(slot).map_err(FeedError::file(slot))?;
    // A journal that ends before the cursor was deleted and begun anew.
    let mut reader = Reader::new(slot, known.filter(|known| *known <= end).unwrap_or_default());
    let mut all = Taken::default();
    loop {
        let batch = reader.read(MOST).map_err(FeedError::file(slot))?;
        if batch.messages.is_empty() {
            return Ok(all);
        }
        let records = batch
            .messages
            .iter()
            .filter(|message| message.stage() == stage)
            .filter_map(|message| Record::parse(message.json()));
        // Without the leading zeros of its own text: nothing in the ledger looks like a telephone number.
        let at = reader.position();
        let cursor = format!("{}:{}", at.segment, at.offset);
        all += ledger.take(records, Some((&name, &cursor)))?;
    }
}

/// Where a slot ends: its last segment, which a number names, and its length.
fn end(slot: &Path) -> io::Result<Position> {
    let mut end = Position::default();
    for entry in std::fs::read_dir(slot)? {
        let entry = entry?;
        let number = entry.path().file_stem().and_then(|stem| stem.to_str()?.parse().ok());
        if let Some(segment) = number {
            end = end.max(Position { segment, offset: entry.metadata()?.len() });
        }
    }
    Ok(end)
}

#[cfg(test)]
pub(crate) mod tests {
    use jiff::tz::TimeZone;
    use publish::{Journal, Limits};

    use super::*;

    pub(crate) fn messages(seconds: std::ops::Range<u32>) -> Vec<dialplan::Message> {
        let event = |second| {
            format!(
                r#"{{"timestamp":"2026-06-20T18:04:{second:02}.123456Z","hostname":"h","event":{{"Event":"UserEvent","UserEvent":"reject","endpoint":"lobby","Channel":"lobby"}},"call":{{"sid":null,"direction":"outgoing","status":null,"duration_seconds":null,"reason":"premium","error_code":null}}}}"#
            )
        };
        seconds.map(|second| dialplan::Message::parse(&event(second), "prod").unwrap()).collect()
    }

    #[test]
    fn a_journal_is_read_on_and_also_when_it_began_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let mut ledger = Ledger::in_memory(&TimeZone::UTC).unwrap();
        let mut read = |slot: &Path, stage: &str| {
            let taken = super::read(slot, stage, &mut ledger).unwrap_or_else(|_| panic!());
            (taken.new, taken.repeated)
        };
        let journal = Journal::open(&path, Limits::default()).unwrap();
        let slot = journal.slot().to_owned();
        journal.append(messages(0..7)).unwrap();
        assert_eq!(read(&slot, "dev"), (0, 0));
        assert_eq!(read(&slot, "prod"), (0, 0), "the cursor is the ledger's, and a ledger has one stage");
        journal.append(messages(7..9)).unwrap();
        assert_eq!(read(&slot, "prod"), (2, 0));
        drop(journal);
        std::fs::remove_dir_all(&path).unwrap();
        let journal = Journal::open(&path, Limits::default()).unwrap();
        journal.append(messages(8..10)).unwrap();
        assert_eq!(read(journal.slot(), "prod"), (1, 1));
        assert_eq!(publish::slots(&path).unwrap().len(), 1);
    }
}
