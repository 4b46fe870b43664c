//! Writing a journal.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Seek, SeekFrom, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use dialplan::Message;
use files::{Lock, LockError};

use super::reader::{Batch, Position, Reader};
use super::segments::{segment, segments, slot};
use super::tail::Tail;

/// How many processes may write one journal at a time.
const SLOTS: u32 = 64;

/// How much a journal keeps. An event takes about 350 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The size of a segment, in bytes, from which the next event goes into a new one.
    pub segment: u64,
    /// How many full segments are kept of those that have been delivered.
    pub delivered: usize,
    /// How many full segments are kept in any case. What is older is deleted although it was not delivered.
    pub most: usize,
}

impl Default for Limits {
    /// 128 MiB of what was delivered, and 1 GiB, about three million events, while nothing can be.
    fn default() -> Self {
        Self { segment: 8 << 20, delivered: 16, most: 128 }
    }
}

/// A journal, open to be appended to.
#[derive(Debug)]
pub struct Journal {
    slot: PathBuf,
    limits: Limits,
    written: Mutex<Written>,
    /// The oldest segment that is still to be delivered.
    needed: AtomicU64,
    /// The oldest segment with calls for help of which somebody is still to be told. None: nobody is told of them.
    untold: AtomicU64,
    _lock: Lock,
}

/// The segment that is written, and what was written last.
#[derive(Debug)]
struct Written {
    writer: Writer,
    tail: Tail,
}

#[derive(Debug)]
struct Writer {
    number: u64,
    file: File,
    size: u64,
    /// Whether the last line was cut off: by a full disk, or by the end of an earlier process.
    is_torn: bool,
}

/// Why some messages could not be kept.
#[derive(Debug, thiserror::Error)]
#[error("{} events cannot be written to the journal", messages.len())]
pub struct Unkept {
    /// Those messages, from the end of what was to be kept.
    pub messages: Vec<Message>,
    /// The system's error.
    #[source]
    pub source: io::Error,
}

impl Journal {
    /// Opens a journal in the first slot that no other process has. The folder is made if it does not exist, for its owner
    /// alone.
    ///
    /// # Errors
    ///
    /// The folder or the files in it cannot be made, or all slots are taken.
    pub fn open(folder: &Path, limits: Limits) -> io::Result<Self> {
        for number in 0..SLOTS {
            let slot = slot(folder, number);
            make_folder(&slot)?;
            match Lock::take(&lock_of(&slot)) {
                Ok(lock) => return Self::open_slot(slot, lock, limits),
                Err(LockError::Held) => {}
                Err(LockError::File(error)) => return Err(error),
            }
        }
        Err(io::Error::new(ErrorKind::ResourceBusy, "too many processes write this journal"))
    }

    fn open_slot(slot: PathBuf, lock: Lock, limits: Limits) -> io::Result<Self> {
        let known = segments(&slot)?;
        let number = known.last().copied().unwrap_or(1);
        let writer = Writer::open(&slot, number)?;
        let needed = AtomicU64::new(known.first().copied().unwrap_or(number));
        let written = Mutex::new(Written { tail: Tail::at(writer.end()), writer });
        Ok(Self { slot, limits, written, needed, untold: AtomicU64::new(u64::MAX), _lock: lock })
    }

    /// The folder of the slot, for readers.
    pub fn slot(&self) -> &Path {
        &self.slot
    }

    /// The position behind the last event.
    pub fn end(&self) -> Position {
        self.written().writer.end()
    }

    fn written(&self) -> MutexGuard<'_, Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps messages, in one write. They survive the process, however it ends, as soon as this returns.
    ///
    /// # Errors
    ///
    /// The disk is full or fails. The first messages may have been kept.
    pub fn append(&self, messages: Vec<Message>) -> Result<(), Unkept> {
        let mut written = self.written();
        let Written { writer, tail } = &mut *written;
        if writer.size >= self.limits.segment {
            // A segment that cannot be made must not keep events out of the one that is there.
            if let Ok(next) = Writer::open(&self.slot, writer.number.saturating_add(1)) {
                *writer = next;
                self.forget_old();
            }
        }
        writer.append(messages, tail)
    }

    /// Reads on, for the one reader that this process delivers from: what was written last is still in memory, and is given
    /// away once; the rest comes from the disk.
    ///
    /// # Errors
    ///
    /// As [`Reader::read`].
    pub fn read(&self, reader: &mut Reader, most: usize) -> io::Result<Batch> {
        // A statement of its own: nobody who writes waits for the disk to be read.
        let fresh = self.written().tail.take(reader.position(), most);
        match fresh {
            Some((messages, end)) => {
                reader.go_to(end);
                Ok(Batch { messages, ..Batch::default() })
            }
            None => reader.read(most),
        }
    }

    /// Whether the journal can be written: a blank line is, which readers pass over.
    pub fn is_writable(&self) -> bool {
        let writer = &mut self.written().writer;
        let is_written = matches!(writer.file.write(b"\n"), Ok(1));
        if is_written {
            writer.size += 1;
            writer.is_torn = false;
        }
        is_written
    }

    /// Says that everything before a position was delivered, so that it may be deleted in time.
    pub fn delivered(&self, to: Position) {
        self.needed.store(to.segment, Ordering::Relaxed);
    }

    /// Says the same of the notices of calls for help.
    pub fn told(&self, to: Position) {
        self.untold.store(to.segment, Ordering::Relaxed);
    }

    fn forget_old(&self) {
        let Ok(known) = segments(&self.slot) else { return };
        let needed = self.needed.load(Ordering::Relaxed).min(self.untold.load(Ordering::Relaxed));
        let full = known.len().saturating_sub(1);
        for (i, number) in known.into_iter().take(full).enumerate() {
            let newer = full - i - 1;
            let is_delivered = number < needed;
            if newer < if is_delivered { self.limits.delivered } else { self.limits.most } {
                continue;
            }
            if !is_delivered {
                tracing::error!(segment = number, "events are deleted that were never delivered or told");
            }
            let _ = fs::remove_file(segment(&self.slot, number));
        }
    }
}

impl Writer {
    fn open(slot: &Path, number: u64) -> io::Result<Self> {
        let mut file =
            File::options().create(true).append(true).read(true).mode(0o600).open(segment(slot, number))?;
        let size = file.seek(SeekFrom::End(0))?;
        let mut last = [b'\n'];
        if let Some(before) = size.checked_sub(1) {
            file.read_exact_at(&mut last, before)?;
        }
        Ok(Self { number, file, size, is_torn: last != [b'\n'] })
    }

    fn end(&self) -> Position {
        Position { segment: self.number, offset: self.size }
    }

    fn append(&mut self, messages: Vec<Message>, tail: &mut Tail) -> Result<(), Unkept> {
        let start = self.size;
        // Behind the last whole line; a torn one before these has to stay.
        let mut whole = start;
        let was_torn = self.is_torn;
        let mut lines = Vec::with_capacity(messages.len() * 512 + 1);
        if self.is_torn {
            // The rest of a line becomes one that cannot be read, instead of spoiling the next.
            lines.push(b'\n');
        }
        let mut ends = Vec::with_capacity(messages.len());
        for message in &messages {
            line(message, &mut lines);
            ends.push(lines.len());
        }
        let outcome = self.write(&lines);
        let mut messages = messages.into_iter();
        let written = self.size - start;
        for end in ends.into_iter().map(|end| start + end as u64).take_while(|end| *end <= start + written) {
            let position = Position { segment: self.number, offset: end };
            messages.by_ref().take(1).for_each(|message| tail.push(message, position));
            whole = end;
        }
        outcome.map_err(|source| {
            self.take_back(whole, was_torn && whole == start);
            Unkept { messages: messages.collect(), source }
        })
    }

    /// Takes back the part of a line that a full disk took: its message is delivered otherwise, and an end that comes later
    /// would make it a line. The segment is this process's own. What cannot be taken back stays torn.
    fn take_back(&mut self, whole: u64, is_torn: bool) {
        if self.size > whole && self.file.set_len(whole).is_ok() {
            self.size = whole;
            self.is_torn = is_torn;
        }
    }

    /// Writes lines, in one write unless the disk takes only some of them.
    fn write(&mut self, lines: &[u8]) -> io::Result<()> {
        let mut rest = lines;
        while !rest.is_empty() {
            match self.file.write(rest) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(count) => {
                    self.size += count as u64;
                    self.is_torn = rest.get(..count).is_some_and(|written| !written.ends_with(b"\n"));
                    rest = rest.get(count..).unwrap_or_default();
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// A line: the stage, and the message as consumers parse it.
fn line(message: &Message, lines: &mut Vec<u8>) {
    lines.extend_from_slice(b"{\"stage\":");
    // Into memory: this cannot fail.
    let _ = serde_json::to_writer(&mut *lines, message.stage());
    lines.extend_from_slice(b",\"message\":");
    lines.extend_from_slice(message.json().as_bytes());
    lines.extend_from_slice(b"}\n");
}

/// Takes a slot that no process writes, to read what was left in it. Nothing, while one does.
///
/// # Errors
///
/// The lock file cannot be used.
pub fn adopt(slot: &Path) -> io::Result<Option<Lock>> {
    match Lock::take(&lock_of(slot)) {
        Ok(lock) => Ok(Some(lock)),
        Err(LockError::Held) => Ok(None),
        Err(LockError::File(error)) => Err(error),
    }
}

fn lock_of(slot: &Path) -> PathBuf {
    slot.join("lock")
}

fn make_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().mode(0o700).recursive(true).create(folder)
}
