//! A word about what takes longer than a second, for a person at a terminal.

use std::io::{IsTerminal, Write, stderr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::plain;

/// After how long something is worth a word, and how often the word is renewed.
const SLOW: Duration = Duration::from_secs(1);

/// Whether the cursor is in a line that says what is under way.
static IS_SHOWN: AtomicBool = AtomicBool::new(false);

/// Says what is under way until it is dropped, from the second second on: one line, which is wiped in the end.
pub(crate) struct Progress {
    thread: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// Begins something, such as `reading events.jsonl`. Nothing is said in a pipe.
    pub(crate) fn of(what: &str) -> Self {
        if !stderr().is_terminal() {
            return Self { thread: None };
        }
        let (done, waiting) = channel();
        let what = plain(what);
        let thread = std::thread::spawn(move || {
            let begun = Instant::now();
            while waiting.recv_timeout(SLOW) == Err(RecvTimeoutError::Timeout) {
                IS_SHOWN.store(true, Ordering::Relaxed);
                say(&line(&what, begun.elapsed(), super::columns_of(&stderr())));
            }
            wipe();
        });
        Self { thread: Some((done, thread)) }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((done, thread)) = self.thread.take() {
            drop(done);
            // It ends at once; the line is wiped before anything else is printed.
            let _ = thread.join();
        }
    }
}

/// What is said, in one line of the terminal: a longer one could not be wiped.
fn line(what: &str, elapsed: Duration, columns: Option<u16>) -> String {
    let text = format!("{what} … {} s", elapsed.as_secs());
    text.chars().take(usize::from(columns.unwrap_or(80)).saturating_sub(1)).collect()
}

/// Takes the line away, before anything else is printed. If it still holds, it comes again.
pub(super) fn wipe() {
    if IS_SHOWN.swap(false, Ordering::Relaxed) {
        say("");
    }
}

/// Writes over the line that the cursor is in (ECMA-48: CR, and EL, erase to the end of the line).
fn say(text: &str) {
    let _ = write!(stderr(), "\r\u{1b}[K{text}").and_then(|()| stderr().flush());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_about_something_slow_fits_the_line() {
        assert_eq!(line("asking Twilio", Duration::from_secs(3), Some(80)), "asking Twilio … 3 s");
        assert_eq!(line(&"x".repeat(100), Duration::ZERO, Some(40)).chars().count(), 39);
    }
}
