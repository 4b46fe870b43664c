//! Standard output on Lambda, where lines go to CloudWatch.
//!
//! A write is a call into the kernel, and wakes the reader. So the lines of one moment are written in one piece: one
//! write for a call instead of three, for no more instructions of our own (`examples/line.rs`; docs/performance.md, "Our own ways beside
//! the plain ones").

use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Lines that are held back, while somebody holds them back.
static HELD: Mutex<Option<Vec<u8>>> = Mutex::new(None);

fn held() -> MutexGuard<'static, Option<Vec<u8>>> {
    HELD.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where log lines and metrics go.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lines;

impl Write for Lines {
    fn write(&mut self, lines: &[u8]) -> io::Result<usize> {
        match &mut *held() {
            Some(held) => held.extend_from_slice(lines),
            None => io::stdout().lock().write_all(lines)?,
        }
        Ok(lines.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Holds lines back until it is dropped; then they are written together.
#[must_use = "lines are written as soon as it is dropped"]
#[derive(Debug)]
pub struct Together {
    /// Within another one it does nothing.
    is_outermost: bool,
}

/// From now on, and until what this returns is dropped.
pub fn together() -> Together {
    let mut held = held();
    let is_outermost = held.is_none();
    if is_outermost {
        *held = Some(Vec::with_capacity(2048));
    }
    Together { is_outermost }
}

impl Drop for Together {
    fn drop(&mut self) {
        if !self.is_outermost {
            return;
        }
        let lines = held().take().unwrap_or_default();
        if !lines.is_empty() {
            // A line that cannot be written must not stop a call.
            let _ = io::stdout().lock().write_all(&lines);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outermost_holds() {
        let outer = together();
        let inner = together();
        Lines.write_all(b"one\n").unwrap();
        drop(inner);
        Lines.write_all(b"two\n").unwrap();
        assert_eq!(held().as_deref(), Some(&b"one\ntwo\n"[..]));
        drop(outer);
        assert_eq!(*held(), None);
        // Also where a panic ends it.
        let panicked = std::panic::catch_unwind(|| {
            let _together = together();
            Lines.write_all(b"three\n").unwrap();
            panic!("over");
        });
        assert!(panicked.is_err());
        assert_eq!(*held(), None);
    }
}
