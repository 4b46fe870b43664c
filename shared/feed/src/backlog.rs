//! Events of a journal that have not reached the topic.

use std::path::Path;

use jiff::Timestamp;
use ledger::Record;
use publish::{Cursor, Reader, TOPIC};

/// When the oldest event was written that `dialtone serve` has kept in its journal and did not publish yet: the topic is out
/// of reach, or the service was started without it, by mistake perhaps. Nothing, if all of them reached the topic, or it
/// never had one.
#[must_use]
pub fn unpublished_since(journal: &Path) -> Option<Timestamp> {
    let slots = publish::slots(journal).unwrap_or_default();
    slots.iter().filter_map(|slot| of_slot(slot)).min()
}

fn of_slot(slot: &Path) -> Option<Timestamp> {
    let next = Reader::new(slot, Cursor::look(slot, TOPIC)?).read(1).ok()?;
    next.messages.first().and_then(|message| Record::parse(message.json())).map(|record| record.at)
}

#[cfg(test)]
mod tests {
    use publish::{Journal, Limits, Position};

    use super::*;

    #[test]
    fn what_waits_for_the_topic_is_as_old_as_its_first_event() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path(), Limits::default()).unwrap();
        let mut cursor = Cursor::open(journal.slot(), TOPIC, Position::default()).unwrap();
        assert_eq!(unpublished_since(folder.path()), None, "there is nothing");
        journal.append(crate::journal::tests::messages(3..5)).unwrap();
        let first = "2026-06-20T18:04:03.123456Z".parse().unwrap();
        assert_eq!(unpublished_since(folder.path()), Some(first));
        cursor.save(journal.end()).unwrap();
        assert_eq!(unpublished_since(folder.path()), None, "all were published");
        assert_eq!(unpublished_since(&folder.path().join("none")), None);
    }

    #[test]
    fn a_service_without_a_topic_waits_for_nothing_until_it_had_one() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path(), Limits::default()).unwrap();
        Cursor::open(journal.slot(), "stdout", Position::default()).unwrap();
        journal.append(crate::journal::tests::messages(3..5)).unwrap();
        assert_eq!(unpublished_since(folder.path()), None);
        let mut cursor = Cursor::open(journal.slot(), TOPIC, Position::default()).unwrap();
        cursor.save(journal.end()).unwrap();
        // Somebody lost the variable: what is written now reaches no topic.
        journal.append(crate::journal::tests::messages(6..7)).unwrap();
        assert!(unpublished_since(folder.path()).is_some());
    }
}
