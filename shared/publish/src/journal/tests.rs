use std::fs;
use std::io::Write;
use std::path::Path;

use dialplan::Message;

use super::*;

/// The message with a number, in its time.
fn message(i: u32) -> Message {
    let json = format!(
        r#"{{"timestamp":"2026-06-20T18:04:05.{i:06}Z","hostname":"dialtone-prod","event":{{"Event":"UserEvent","UserEvent":"reject","endpoint":"lobby","Channel":"lobby"}},"call":{{"sid":null,"direction":"outgoing","status":null,"duration_seconds":null,"reason":"premium","error_code":null}}}}"#
    );
    Message::parse(&json, "prod").unwrap()
}

pub(super) fn messages(numbers: impl IntoIterator<Item = u32>) -> Vec<Message> {
    numbers.into_iter().map(message).collect()
}

/// Everything in a slot, and how many lines of it could not be read.
fn all(slot: &Path) -> (Vec<Message>, usize) {
    let mut reader = Reader::new(slot, Position::default());
    let (mut messages, mut unreadable) = (Vec::new(), 0);
    loop {
        let batch = reader.read(7).unwrap();
        assert!(batch.messages.len() <= 7);
        unreadable += batch.unreadable;
        if batch.messages.is_empty() {
            return (messages, unreadable);
        }
        messages.extend(batch.messages);
    }
}

#[test]
fn what_is_kept_is_read_in_order_also_while_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path(), Limits::default()).unwrap();
    let mut reader = Reader::new(journal.slot(), Position::default());
    assert_eq!(reader.read(10).unwrap(), Batch::default());
    journal.append(messages(0..3)).unwrap();
    assert_eq!(reader.read(2).unwrap().messages, messages(0..2));
    journal.append(messages(3..5)).unwrap();
    assert_eq!(reader.read(10).unwrap().messages, messages(2..5));
    assert_eq!((reader.read(10).unwrap(), reader.position()), (Batch::default(), journal.end()));
    reader.go_to(Position::default());
    assert_eq!(reader.read(1).unwrap().messages, messages([0]));
}

#[test]
fn a_torn_line_costs_itself_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path(), Limits::default()).unwrap();
    journal.append(messages([0])).unwrap();
    let slot = journal.slot().to_owned();
    drop(journal);
    let segment = slot.join("0000000001.jsonl");
    fs::OpenOptions::new()
        .append(true)
        .open(&segment)
        .unwrap()
        .write_all(b"{\"stage\":\"prod\",\"mess")
        .unwrap();
    // Nobody reads half a line: the rest may still come.
    assert_eq!(all(&slot), (messages([0]), 0));
    let journal = Journal::open(folder.path(), Limits::default()).unwrap();
    journal.append(messages([1])).unwrap();
    assert_eq!(all(&slot), (messages([0, 1]), 1));
}

#[test]
fn segments_are_turned_over_and_the_delivered_ones_are_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let limits = Limits { segment: 700, delivered: 2, most: 5 };
    let journal = Journal::open(folder.path(), limits).unwrap();
    let count = || fs::read_dir(journal.slot()).unwrap().count() - 1;
    for i in 0..12 {
        journal.append(messages([i])).unwrap();
    }
    // Three lines to a segment, and none has been delivered.
    assert_eq!((count(), all(journal.slot()).0), (4, messages(0..12)));
    journal.delivered(journal.end());
    journal.append(messages([12])).unwrap();
    assert_eq!((count(), all(journal.slot()).0), (3, messages(6..13)));
    // Nothing is delivered for long.
    let mut behind = Reader::new(journal.slot(), Position { segment: 3, offset: 0 });
    for i in 13..60 {
        journal.append(messages([i])).unwrap();
    }
    assert_eq!(count(), 6);
    let batch = behind.read(1).unwrap();
    assert_eq!(batch.messages, messages([42]));
    assert_eq!(batch.lost_segments, 15 - 3);
}

#[test]
fn two_processes_do_not_write_into_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let one = Journal::open(folder.path(), Limits::default()).unwrap();
    let other = Journal::open(folder.path(), Limits::default()).unwrap();
    assert_ne!(one.slot(), other.slot());
    one.append(messages([1])).unwrap();
    other.append(messages([2])).unwrap();
    let of_one = one.slot().to_owned();
    drop(one);
    let again = Journal::open(folder.path(), Limits::default()).unwrap();
    assert_eq!(again.slot(), of_one);
    again.append(messages([3])).unwrap();
    assert_eq!(all(again.slot()).0, messages([1, 3]));
    assert_eq!(slots(folder.path()).unwrap(), [again.slot(), other.slot()]);
    assert_eq!(slots(&folder.path().join("none")).unwrap(), Vec::<std::path::PathBuf>::new());
}

/// `/dev/full` fails every write as a full disk does (full(4)).
#[test]
fn a_full_disk_is_told_with_what_it_did_not_take() {
    let folder = tempfile::tempdir().unwrap();
    let slot = folder.path().join("0");
    fs::create_dir(&slot).unwrap();
    std::os::unix::fs::symlink("/dev/full", slot.join("0000000001.jsonl")).unwrap();
    let journal = Journal::open(folder.path(), Limits::default()).unwrap();
    let unkept = journal.append(messages(0..3)).unwrap_err();
    assert_eq!((unkept.messages, unkept.source.kind()), (messages(0..3), std::io::ErrorKind::StorageFull));
}

#[test]
fn a_cursor_stands_where_it_was_left() {
    let folder = tempfile::tempdir().unwrap();
    let start = Position { segment: 3, offset: 70 };
    let mut cursor = Cursor::open(folder.path(), "sns", start).unwrap();
    assert_eq!(cursor.position(), start);
    // It is there before anything is delivered: a start that is cut off does not skip what came meanwhile.
    assert_eq!(Cursor::open(folder.path(), "sns", Position::default()).unwrap().position(), start);
    for at in [Position { segment: 123_456, offset: 9_999_999 }, Position { segment: 4, offset: 0 }] {
        cursor.save(at).unwrap();
        assert_eq!(Cursor::open(folder.path(), "sns", Position::default()).unwrap().position(), at);
    }
    fs::write(folder.path().join("sns.cursor"), "\0\0").unwrap();
    assert_eq!(Cursor::open(folder.path(), "sns", start).unwrap().position(), start);
    assert!("1".parse::<Position>().is_err() && "1:x".parse::<Position>().is_err());
}

/// A writer that goes on to the next segment while a reader looks for it loses the reader nothing.
#[test]
fn nothing_is_passed_over_while_segments_are_turned_over() {
    const COUNT: u32 = 6_000;
    let folder = tempfile::tempdir().unwrap();
    let limits = Limits { segment: 4_096, delivered: 10_000, most: 10_000 };
    let journal = Journal::open(folder.path(), limits).unwrap();
    let mut reader = Reader::new(journal.slot(), Position::default());
    let mut read = Vec::new();
    std::thread::scope(|scope| {
        scope.spawn(|| (0..COUNT).for_each(|i| journal.append(messages([i])).unwrap()));
        while read.last() != Some(&message(COUNT - 1)) {
            let batch = reader.read(1_000).unwrap();
            assert_eq!((batch.unreadable, batch.lost_segments), (0, 0));
            read.extend(batch.messages);
        }
    });
    assert!(read == messages(0..COUNT), "{} of {COUNT} were read", read.len());
}

/// What the journal still has in memory and what its reader takes from the disk make one whole, also while segments are
/// turned over and a reader falls behind.
#[test]
fn memory_and_disk_together_give_every_message_once() {
    const COUNT: u32 = 20_000;
    let folder = tempfile::tempdir().unwrap();
    let limits = Limits { segment: 100_000, delivered: 10_000, most: 10_000 };
    let journal = Journal::open(folder.path(), limits).unwrap();
    journal.append(messages([0])).unwrap();
    // It begins before what is in memory, as after a start.
    let mut reader = Reader::new(journal.slot(), Position::default());
    let mut read = Vec::new();
    std::thread::scope(|scope| {
        // The most that memory holds are fewer: at first the reader is behind.
        (1..COUNT / 2).for_each(|i| journal.append(messages([i])).unwrap());
        scope.spawn(|| {
            for i in COUNT / 2..COUNT {
                journal.append(messages([i])).unwrap();
                if i % 1000 == 0 {
                    assert!(journal.is_writable());
                }
            }
        });
        while read.last() != Some(&message(COUNT - 1)) {
            let batch = journal.read(&mut reader, 700).unwrap();
            assert_eq!((batch.unreadable, batch.lost_segments), (0, 0));
            read.extend(batch.messages);
        }
    });
    assert!(read == messages(0..COUNT), "{} of {COUNT} were read", read.len());
    assert_eq!(journal.read(&mut reader, 700).unwrap(), Batch::default());
    assert_eq!(Reader::new(journal.slot(), reader.position()).read(9).unwrap(), Batch::default());
}
