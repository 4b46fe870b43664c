//! Reading a journal from a position on.

use std::fmt::{self, Display};
use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use dialplan::Message;

use super::segments::{segment, segments};
use crate::entry::Entry;

/// How much is read at a time. A line is a tenth of a percent of it.
const PIECE: usize = 256 * 1024;

/// A place in a slot of a journal: a segment, and a number of bytes into it. Its text sorts as it does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The segment's number.
    pub segment: u64,
    /// How many bytes of it come before.
    pub offset: u64,
}

impl Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:020}:{:020}", self.segment, self.offset)
    }
}

/// A text is no position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a position in a journal")]
pub struct NoPosition;

impl FromStr for Position {
    type Err = NoPosition;

    fn from_str(text: &str) -> Result<Self, NoPosition> {
        let (segment, offset) = text.split_once(':').ok_or(NoPosition)?;
        let number = |text: &str| text.parse().map_err(|_| NoPosition);
        Ok(Self { segment: number(segment)?, offset: number(offset)? })
    }
}

/// The events that were read.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// The events, in the order in which they were kept.
    pub messages: Vec<Message>,
    /// How many lines were no event: torn by a full disk or a power cut.
    pub unreadable: usize,
    /// How many segments were deleted before this reader came to them.
    pub lost_segments: u64,
}

/// Reads one slot of a journal, also while it is written.
#[derive(Debug)]
pub struct Reader {
    slot: PathBuf,
    at: Position,
}

impl Reader {
    /// A reader of a slot, from a position on. [`Position::default`] is before the first event.
    #[must_use]
    pub fn new(slot: &Path, at: Position) -> Self {
        Self { slot: slot.to_owned(), at }
    }

    /// The folder of the slot.
    #[must_use]
    pub fn slot(&self) -> &Path {
        &self.slot
    }

    /// Behind what was read last.
    #[must_use]
    pub fn position(&self) -> Position {
        self.at
    }

    /// Goes to a position: back, to read the same once more, or past what was read elsewhere.
    pub fn go_to(&mut self, at: Position) {
        self.at = at;
    }

    /// Reads the next messages, at most so many. An empty batch is the end of what was written so far.
    ///
    /// # Errors
    ///
    /// The slot cannot be read. The position stays where it was.
    pub fn read(&mut self, most: usize) -> io::Result<Batch> {
        let mut batch = Batch::default();
        while batch.messages.len() < most {
            let piece = match self.piece() {
                Ok(piece) => piece,
                Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
                Err(error) => return Err(error),
            };
            let mut taken = 0;
            for line in piece.split_inclusive(|byte| *byte == b'\n').filter(|line| line.ends_with(b"\n")) {
                if batch.messages.len() == most {
                    break;
                }
                taken += line.len();
                batch.take(line);
            }
            self.at.offset += taken as u64;
            let rest = piece.len() - taken;
            if taken == 0 && piece.len() == PIECE {
                // A line as long as this is none of ours.
                self.at.offset += piece.len() as u64;
                batch.unreadable += 1;
            } else if batch.messages.len() < most
                && piece.len() < PIECE
                && !self.turn_over(&mut batch, rest as u64)?
            {
                // The end of what was there. What a writer has added since is for the next time: a reader that runs after
                // it reads one line at a time.
                break;
            }
        }
        Ok(batch)
    }

    /// How long the segment is; nothing if it is gone.
    fn length(&self) -> io::Result<u64> {
        match std::fs::metadata(segment(&self.slot, self.at.segment)) {
            Ok(about) => Ok(about.len()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(0),
            Err(error) => Err(error),
        }
    }

    /// Bytes from the position on.
    fn piece(&self) -> io::Result<Vec<u8>> {
        let file = File::open(segment(&self.slot, self.at.segment))?;
        // What has no length, a device, would be read for ever.
        let rest = file.metadata()?.len().saturating_sub(self.at.offset);
        let mut piece = vec![0; usize::try_from(rest).unwrap_or(PIECE).min(PIECE)];
        let mut filled = 0;
        while let Some(rest) = piece.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match file.read_at(rest, self.at.offset + filled as u64) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        piece.truncate(filled);
        Ok(piece)
    }

    /// Goes on to the next segment, if there is one; `rest` bytes behind the position have been seen, and are no line. The
    /// writer begins a segment only when it is done with the one before.
    fn turn_over(&mut self, batch: &mut Batch, rest: u64) -> io::Result<bool> {
        let Some(next) = segments(&self.slot)?.into_iter().find(|number| *number > self.at.segment) else {
            return Ok(false);
        };
        // Lines that came between reading and listing are read before the segment is left.
        if self.length()? > self.at.offset + rest {
            return Ok(true);
        }
        let has_rest = rest > 0;
        if self.at.offset == 0 && !has_rest && self.at.segment > 0 {
            // Nothing of it was read: it is gone, unless it is empty.
            batch.lost_segments += u64::from(!segment(&self.slot, self.at.segment).exists());
        }
        if self.at.segment > 0 {
            batch.lost_segments += next - self.at.segment - 1;
        }
        batch.unreadable += usize::from(has_rest);
        self.at = Position { segment: next, offset: 0 };
        Ok(true)
    }
}

impl Batch {
    fn take(&mut self, line: &[u8]) {
        if line.trim_ascii().is_empty() {
            return;
        }
        match str::from_utf8(line).ok().and_then(Entry::read) {
            Some(entry) => self.messages.push(entry.message),
            None => self.unreadable += 1,
        }
    }
}
