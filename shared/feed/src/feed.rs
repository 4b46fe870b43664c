//! Fills the ledger while somebody reads it: a thread of its own, since reading a year takes seconds.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use ledger::{Ledger, Taken};

use crate::FeedError;
use crate::source::Source;

/// How often sources are looked at. Those that cost something look less often by themselves.
const LOOK: Duration = Duration::from_millis(250);

/// How often what is seldom is done.
const SELDOM: Duration = Duration::from_secs(3600);

/// How long to wait at the end for the piece that is being read.
const LAST_PIECE: Duration = Duration::from_millis(500);

/// The thread.
#[derive(Debug)]
pub struct Feed {
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

impl Feed {
    /// Reads from the sources until it is stopped. `seldom` is done at once and then each hour; `tell` hears of failures, after which the
    /// same is tried again.
    pub fn start<E: From<FeedError>>(
        mut ledger: Ledger,
        mut sources: Vec<Source>,
        mut seldom: impl FnMut(&mut Ledger) -> Result<(), E> + Send + 'static,
        mut tell: impl FnMut(E) + Send + 'static,
    ) -> Self {
        let (stop, stopped) = mpsc::channel();
        let thread = thread::spawn(move || {
            let mut done: Option<Instant> = None;
            loop {
                if done.is_none_or(|done| done.elapsed() >= SELDOM) {
                    done = Some(Instant::now());
                    seldom(&mut ledger).unwrap_or_else(&mut tell);
                }
                for source in &mut sources {
                    let read = source.read(&mut ledger).map(|_: Taken| ());
                    read.map_err(E::from).unwrap_or_else(&mut tell);
                }
                if stopped.recv_timeout(LOOK) != Err(RecvTimeoutError::Timeout) {
                    break;
                }
            }
        });
        Self { stop, thread }
    }

    /// Ends the thread. A piece that takes too long is left: a transaction is kept whole or not at all.
    pub fn stop(self) {
        drop(self.stop);
        let started = Instant::now();
        while !self.thread.is_finished() && started.elapsed() < LAST_PIECE {
            thread::sleep(Duration::from_millis(5));
        }
    }
}
