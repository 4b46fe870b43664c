//! The answer of `/healthz`.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// The state of a serving process. Written from every side, read by who asks.
#[derive(Debug)]
pub(crate) struct Health {
    start: Instant,
    is_journal_writable: AtomicBool,
    /// Milliseconds after the start; 0 is never.
    published: AtomicU64,
    /// The same, when everything that was kept had last been delivered.
    caught_up: AtomicU64,
    /// How old the oldest event was at the start that waited already, in milliseconds.
    waited: AtomicU64,
    log_lines_dropped: AtomicU64,
    notices_waiting: AtomicU64,
}

impl Health {
    pub(crate) fn new() -> Self {
        Self {
            start: Instant::now(),
            is_journal_writable: AtomicBool::new(true),
            published: AtomicU64::new(0),
            caught_up: AtomicU64::new(0),
            waited: AtomicU64::new(0),
            log_lines_dropped: AtomicU64::new(0),
            notices_waiting: AtomicU64::new(0),
        }
    }

    pub(crate) fn journal_is(&self, writable: bool) {
        self.is_journal_writable.store(writable, Ordering::Relaxed);
    }

    pub(crate) fn is_journal_writable(&self) -> bool {
        self.is_journal_writable.load(Ordering::Relaxed)
    }

    pub(crate) fn has_published(&self) {
        self.published.store(self.now().max(1), Ordering::Relaxed);
    }

    pub(crate) fn is_caught_up(&self, all: bool) {
        if all {
            self.caught_up.store(self.now(), Ordering::Relaxed);
            self.waited.store(0, Ordering::Relaxed);
        }
    }

    /// An event of this age waits from before the start.
    pub(crate) fn has_waited(&self, age: Duration) {
        self.waited.store(u64::try_from(age.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    pub(crate) fn dropped(&self, lines: u64) {
        self.log_lines_dropped.store(lines, Ordering::Relaxed);
    }

    pub(crate) fn notices_wait(&self, count: usize) {
        self.notices_waiting.store(count as u64, Ordering::Relaxed);
    }

    /// Ready as long as events are kept, and what is known of their way on. That SNS is out of reach makes a service no
    /// less ready: another one would not reach it either, and calls are answered all the same.
    pub(crate) fn report(&self) -> (bool, Value) {
        let is_ready = self.is_journal_writable();
        let seconds = |at: u64| self.now().saturating_sub(at) / 1000;
        let published = Some(self.published.load(Ordering::Relaxed)).filter(|at| *at > 0).map(seconds);
        let report = json!({
            "ready": is_ready,
            "journal": if is_ready { "writable" } else { "cannot be written" },
            "published_seconds_ago": published,
            "behind_seconds": (self.waited.load(Ordering::Relaxed) / 1000
                + seconds(self.caught_up.load(Ordering::Relaxed))).saturating_sub(2),
            "log_lines_dropped": self.log_lines_dropped.load(Ordering::Relaxed),
            "notices_waiting": self.notices_waiting.load(Ordering::Relaxed),
        });
        (is_ready, report)
    }

    fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}
