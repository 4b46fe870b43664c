//! A lock that one process holds at a time.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;

use thiserror::Error;

/// A lock on a file, held until this is dropped or the process ends, however it ends.
///
/// The lock belongs to the open file, and every child process inherits that file between `fork` and `exec` (flock(2)).
/// Closing our descriptor would therefore leave the lock with a child that is just being started. Dropping unlocks
/// explicitly, which releases the lock for every copy of the descriptor. If the owner is killed in that moment, the
/// child's copy closes when the child executes its program, since Rust opens files with `O_CLOEXEC`.
#[derive(Debug)]
pub struct Lock(File);

/// Why a lock cannot be taken.
#[derive(Debug, Error)]
pub enum LockError {
    /// Another process, or another part of this one, holds it.
    #[error("another process holds the lock")]
    Held,
    /// The file cannot be made or locked.
    #[error("the lock file cannot be used")]
    File(#[source] io::Error),
}

impl Lock {
    /// Takes the lock on a file, without waiting. The file is made if it does not exist, and is never removed: a
    /// second process could otherwise lock a file that has no name any more.
    ///
    /// # Errors
    ///
    /// Another process holds the lock, or the file cannot be used.
    pub fn take(path: &Path) -> Result<Self, LockError> {
        let file = File::options().create(true).append(true).open(path).map_err(LockError::File)?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(LockError::Held),
            Err(TryLockError::Error(error)) => Err(LockError::File(error)),
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // If this fails, closing the file releases the lock as soon as no child has a copy.
        let _ = self.0.unlock();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("l");
        let lock = Lock::take(&path).unwrap();
        assert!(matches!(Lock::take(&path), Err(LockError::Held)));
        drop(lock);
        Lock::take(&path).unwrap();
        assert!(matches!(Lock::take(&folder.path().join("no/l")), Err(LockError::File(_))));
    }

    /// `try_clone` copies the descriptor as `fork` does.
    #[test]
    fn a_dropped_lock_is_free_although_a_child_has_a_copy() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("l");
        let lock = Lock::take(&path).unwrap();
        let inherited = lock.0.try_clone().unwrap();
        drop(lock);
        let again = Lock::take(&path).unwrap();
        drop(inherited);
        assert!(matches!(Lock::take(&path), Err(LockError::Held)), "the copy took the second lock along");
        drop(again);
    }
}
