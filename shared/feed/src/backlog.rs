//! Events of a journal that have not reached the topic.

use std::path::Path;

use jiff::Timestamp;
use ledger::Record;
use publish::{Cursor, DESTINATIONS, Reader};

/// When the oldest event was written that `dialtone serve` has kept in its journal and could not publish yet. Nothing, if
/// all of them reached the topic, or the service publishes to none.
#[must_use]
pub fn unpublished_since(journal: &Path) -> Option<Timestamp> {
    let slots = publish::slots(journal).unwrap_or_default();
    slots.iter().filter_map(|slot| of_slot(slot)).min()
}

fn of_slot(slot: &Path) -> Option<Timestamp> {
    let [topic, others @ ..] = DESTINATIONS;
    let (at, written) = Cursor::look(slot, topic)?;
    // A service that was started without a topic since does not want one.
    let is_left = others.iter().filter_map(|name| Cursor::look(slot, name)).any(|(_, other)| other > written);
    if is_left {
        return None;
    }
    let next = Reader::new(slot, at).read(1).ok()?;
    next.messages.first().and_then(|message| Record::parse(message.json())).map(|record| record.at)
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::time::{Duration, SystemTime};

    use publish::{Journal, Limits, Position};

    use super::*;

    #[test]
    fn what_waits_for_the_topic_is_as_old_as_its_first_event() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path(), Limits::default()).unwrap();
        let mut cursor = Cursor::open(journal.slot(), "sns", Position::default()).unwrap();
        assert_eq!(unpublished_since(folder.path()), None, "there is nothing");
        journal.append(crate::journal::tests::messages(3..5)).unwrap();
        let first = "2026-06-20T18:04:03.123456Z".parse().unwrap();
        assert_eq!(unpublished_since(folder.path()), Some(first));
        cursor.save(journal.end()).unwrap();
        assert_eq!(unpublished_since(folder.path()), None, "all were published");
        assert_eq!(unpublished_since(&folder.path().join("none")), None);
    }

    #[test]
    fn a_service_that_no_longer_publishes_waits_for_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path(), Limits::default()).unwrap();
        Cursor::open(journal.slot(), "sns", Position::default()).unwrap();
        Cursor::open(journal.slot(), "stdout", Position::default()).unwrap();
        journal.append(crate::journal::tests::messages(3..5)).unwrap();
        let written = |name: &str, age: u64| {
            let file = File::options().write(true).open(journal.slot().join(name)).unwrap();
            file.set_modified(SystemTime::now() - Duration::from_secs(age)).unwrap();
        };
        written("stdout.cursor", 60);
        assert!(unpublished_since(folder.path()).is_some(), "the topic was named last");
        written("sns.cursor", 120);
        assert_eq!(unpublished_since(folder.path()), None);
    }
}
