//! The end of a journal in memory, so that its own process need not read and parse again what it has just written.

use std::collections::VecDeque;

use dialplan::Message;

use super::reader::Position;

/// How many messages are held for the reader. One that is further behind reads the disk, so that a topic out of reach takes
/// no memory.
const MOST: usize = 4_096;

/// The messages that were written last.
#[derive(Debug)]
pub(super) struct Tail {
    /// Behind the message before the first one of these.
    start: Position,
    /// Each message, and the position behind it.
    messages: VecDeque<(Message, Position)>,
}

impl Tail {
    /// An empty one, at the end of a journal.
    pub(super) fn at(end: Position) -> Self {
        Self { start: end, messages: VecDeque::new() }
    }

    /// Adds a message that was written.
    pub(super) fn push(&mut self, message: Message, end: Position) {
        if self.messages.len() >= MOST {
            self.messages.clear();
            self.start = end;
        } else {
            self.messages.push_back((message, end));
        }
    }

    /// Gives away the messages behind a position, at most so many, and the position behind them. Nothing, if messages are
    /// missing between it and these.
    pub(super) fn take(&mut self, from: Position, most: usize) -> Option<(Vec<Message>, Position)> {
        // The reader had these from the disk.
        while let Some((_, end)) = self.messages.pop_front_if(|(_, end)| *end <= from) {
            self.start = end;
        }
        if self.start != from || self.messages.is_empty() {
            return None;
        }
        let (messages, ends): (Vec<_>, Vec<_>) = self.messages.drain(..self.messages.len().min(most)).unzip();
        self.start = *ends.last()?;
        Some((messages, self.start))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::messages;
    use super::*;

    fn at(offset: u64) -> Position {
        Position { segment: 1, offset }
    }

    /// Messages that end at 10, 20, 30 …
    fn tail(count: u32) -> Tail {
        let mut tail = Tail::at(at(0));
        for (message, end) in messages(0..count).into_iter().zip(1..) {
            tail.push(message, at(end * 10));
        }
        tail
    }

    #[test]
    fn each_message_is_given_away_once_in_its_order() {
        let mut tail = tail(5);
        assert_eq!(tail.take(at(0), 2), Some((messages(0..2), at(20))));
        assert_eq!(tail.take(at(20), 9), Some((messages(2..5), at(50))));
        assert_eq!(tail.take(at(50), 9), None);
        tail.push(messages([5]).remove(0), at(60));
        assert_eq!(tail.take(at(50), 9), Some((messages(5..6), at(60))));
    }

    #[test]
    fn a_reader_that_is_behind_reads_the_disk_until_it_has_caught_up() {
        let mut tail = tail(3);
        tail.take(at(0), 1).unwrap();
        assert_eq!(tail.take(at(0), 9), None, "the first message is only on the disk");
        assert_eq!(tail.take(at(20), 9), Some((messages(2..3), at(30))), "it had two of them from the disk");
    }

    #[test]
    fn a_reader_that_does_not_come_takes_no_memory() {
        let mut tail = tail(u32::try_from(MOST).unwrap() + 3);
        assert_eq!(tail.messages.len(), 2);
        assert_eq!(tail.take(at(0), 9), None);
        let start = (MOST as u64 + 1) * 10;
        assert_eq!(tail.take(at(start), 9).unwrap().0.len(), 2);
    }
}
