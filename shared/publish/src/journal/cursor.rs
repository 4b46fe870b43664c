//! How far a reader has come, kept beside the segments.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::reader::Position;

/// A reader's position, on the disk. It is written in one small write after each delivery, so a process that is killed
/// repeats one delivery at most.
#[derive(Debug)]
pub struct Cursor {
    path: PathBuf,
    /// The file, once it could be made.
    file: Option<File>,
    at: Position,
}

impl Cursor {
    /// Opens the cursor with a name in a slot. A new one, or one that cannot be read, begins at `start`.
    ///
    /// # Errors
    ///
    /// The file cannot be made or read.
    pub fn open(slot: &Path, name: &str, start: Position) -> io::Result<Self> {
        let path = slot.join(format!("{name}.cursor"));
        let known = match std::fs::read_to_string(&path) {
            Ok(text) => text.trim().parse().ok(),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let mut cursor = Self { path, file: None, at: known.unwrap_or(start) };
        match cursor.save(cursor.at) {
            // A full disk must not keep a service from its start: it delivers, and notes it once there is room.
            Err(error) if !files::is_full(&error) => Err(error),
            _ => Ok(cursor),
        }
    }

    /// Where the cursor of another process stands. Nothing, if there is none.
    #[must_use]
    pub fn look(slot: &Path, name: &str) -> Option<Position> {
        std::fs::read_to_string(slot.join(format!("{name}.cursor"))).ok()?.trim().parse().ok()
    }

    /// Whether a slot has a cursor with a name.
    #[must_use]
    pub fn exists(slot: &Path, name: &str) -> bool {
        slot.join(format!("{name}.cursor")).exists()
    }

    /// Where it stands.
    #[must_use]
    pub fn position(&self) -> Position {
        self.at
    }

    /// Notes that everything before a position was delivered.
    ///
    /// # Errors
    ///
    /// It cannot be written. It stands there all the same, in memory.
    pub fn save(&mut self, at: Position) -> io::Result<()> {
        self.at = at;
        let file = match self.file.take() {
            Some(file) => file,
            None => File::options().create(true).write(true).truncate(false).mode(0o600).open(&self.path)?,
        };
        // Always equally long, so each write covers the one before.
        self.file.insert(file).write_all_at(format!("{at}\n").as_bytes(), 0)
    }
}
