//! A word about what takes longer than a second, for a person who waits.

use std::io::{IsTerminal, Write, stderr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::plain;

/// After how long something is worth a word, and how often the word is renewed.
const SLOW: Duration = Duration::from_secs(1);
/// The same where words stay, in a pipe: one line each.
const SLOW_IN_PIPE: Duration = Duration::from_secs(5);

/// Whether the cursor is in a line that says what is under way.
static IS_SHOWN: AtomicBool = AtomicBool::new(false);

/// Says what is under way until it is dropped, from the second second on: one line, which is wiped in the end.
pub struct Progress {
    thread: Option<(Sender<()>, JoinHandle<()>)>,
    far: Arc<Mutex<Far>>,
}

/// How far something is. It only moves forward, whatever is learnt of the whole on the way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Far {
    done: usize,
    total: usize,
}

impl Progress {
    /// Begins something, such as `reading events.jsonl`. Nothing is said in a pipe.
    pub fn of(what: &str) -> Self {
        Self::begin(what, stderr().is_terminal().then_some(SLOW))
    }

    /// Begins something that says how far it is ([`Progress::tell`]); in a pipe, too.
    pub fn counted(what: &str) -> Self {
        Self::begin(what, Some(if stderr().is_terminal() { SLOW } else { SLOW_IN_PIPE }))
    }

    fn begin(what: &str, pause: Option<Duration>) -> Self {
        let far = Arc::new(Mutex::new(Far::default()));
        let Some(pause) = pause else { return Self { thread: None, far } };
        let (done, waiting) = channel();
        let (what, known) = (plain(what), Arc::clone(&far));
        let thread = std::thread::spawn(move || {
            let begun = Instant::now();
            while waiting.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                let far = *known.lock().unwrap_or_else(PoisonError::into_inner);
                let columns = super::columns_of(&stderr());
                let line = line(&what, far, begun.elapsed(), columns);
                if stderr().is_terminal() {
                    IS_SHOWN.store(true, Ordering::Relaxed);
                    say(&line);
                } else {
                    let _ = writeln!(stderr(), "{line}");
                }
            }
            wipe();
        });
        Self { thread: Some((done, thread)), far }
    }

    /// So much is done, of so much as far as is known by now.
    pub fn tell(&self, done: usize, total: usize) {
        let mut far = self.far.lock().unwrap_or_else(PoisonError::into_inner);
        *far = far.forward(Far { done, total });
    }
}

impl Far {
    /// The further one of two. What is done only grows, and so does its share.
    fn forward(self, next: Self) -> Self {
        let is_further = next.done > self.done && next.done * self.total.max(1) >= self.done * next.total;
        if is_further { next } else { self }
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

/// How long the rest takes if it goes on as it did.
pub fn time_left(done: usize, total: usize, elapsed: Duration) -> Option<Duration> {
    let left = total.checked_sub(done).filter(|left| *left > 0 && done > 0)?;
    let (left, done) = (u32::try_from(left).ok()?, u32::try_from(done).ok()?);
    Some(elapsed.saturating_mul(left) / done)
}

/// A time that is not known exactly: `about 40 s`, `about 3 min`.
pub fn about(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..=99 => format!("about {} s", seconds.max(1)),
        seconds => format!("about {} min", (seconds + 30) / 60),
    }
}

/// The progress in one line of the terminal: a longer one could not be wiped.
fn line(what: &str, far: Far, elapsed: Duration, columns: Option<u16>) -> String {
    let Far { done, total } = far;
    let mut text = format!("{what} … {} s", elapsed.as_secs());
    if total > 0 {
        text = format!("{what} … {done} of {total}, {} s", elapsed.as_secs());
    }
    if let Some(left) = time_left(done, total, elapsed) {
        text.push_str(&format!(", {} left", about(left)));
    }
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
        let line = |what: &str, done, total, seconds, columns| {
            line(what, Far { done, total }, Duration::from_secs(seconds), Some(columns))
        };
        assert_eq!(line("asking Twilio", 0, 0, 3, 80), "asking Twilio … 3 s");
        assert_eq!(line("reading", 0, 8, 3, 80), "reading … 0 of 8, 3 s");
        assert_eq!(line("reading", 2, 8, 3, 80), "reading … 2 of 8, 3 s, about 9 s left");
        assert_eq!(line("reading", 1, 8, 60, 80), "reading … 1 of 8, 60 s, about 7 min left");
        assert_eq!(line(&"x".repeat(100), 0, 0, 0, 40).chars().count(), 39);
    }

    #[test]
    fn progress_only_moves_forward() {
        let mut far = Far::default();
        for (done, total, shown) in
            [(1, 8, (1, 8)), (1, 5, (1, 8)), (2, 30, (1, 8)), (4, 30, (4, 30)), (3, 8, (4, 30))]
        {
            far = far.forward(Far { done, total });
            assert_eq!((far.done, far.total), shown, "{done} of {total}");
        }
    }
}
