//! Fills the ledger while its pages are served: a thread of its own, since reading a year takes seconds.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use feed::Source;
use ledger::{Ledger, Taken};
use network::Finding;

use crate::ledger::LedgerArgs;

/// How often files are looked at.
const LOOK: Duration = Duration::from_millis(250);

/// How often Twilio's lists are read, and what is too old is forgotten.
const SELDOM: Duration = Duration::from_secs(3600);

/// How long to wait for the piece that is being read when the command ends.
const LAST_PIECE: Duration = Duration::from_millis(500);

/// The thread.
pub(super) struct Feed {
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

impl Feed {
    pub(super) fn start(args: LedgerArgs, mut ledger: Ledger, mut sources: Vec<Source>) -> Self {
        let (stop, stopped) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            let mut told = BTreeSet::new();
            let mut seldom: Option<Instant> = None;
            loop {
                if seldom.is_none_or(|last| last.elapsed() >= SELDOM) {
                    seldom = Some(Instant::now());
                    tell(&mut told, args.retain(&mut ledger).and_then(|()| args.read_lists(&mut ledger)));
                }
                for source in &mut sources {
                    tell(&mut told, source.read(&mut ledger).map(|_: Taken| ()).map_err(Into::into));
                }
                if stopped.recv_timeout(LOOK) != Err(RecvTimeoutError::Timeout) {
                    break;
                }
            }
        });
        Self { stop, thread }
    }

    /// Ends the thread. A piece that takes too long is left: a transaction is kept whole or not at all.
    pub(super) fn stop(self) {
        drop(self.stop);
        let thread = Arc::new(self.thread);
        let started = Instant::now();
        while !thread.is_finished() && started.elapsed() < LAST_PIECE {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Says what went wrong, once.
fn tell(told: &mut BTreeSet<Vec<Finding>>, result: crate::exit::Result<()>) {
    if let Err(failure) = result
        && told.insert(failure.findings().to_vec())
    {
        failure.tell();
    }
}
