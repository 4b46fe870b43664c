//! A terminal at which a person watches, beside where events go.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use dialplan::Message;

use crate::destination::InWords;

/// How many events may wait for a terminal that somebody has stopped. The rest is not shown; it is kept all the same.
const WAITING: usize = 1_000;

/// How long to wait for the last lines.
const LAST_LINES: Duration = Duration::from_millis(250);

/// Shows events in words. Nothing waits for it.
pub(crate) struct Window {
    lines: SyncSender<Box<str>>,
    over: Receiver<()>,
}

/// The end that requests see.
#[derive(Clone)]
pub(crate) struct Sill(SyncSender<Box<str>>);

impl Window {
    /// Opens standard output.
    pub(crate) fn open(in_words: InWords) -> io::Result<Self> {
        let mut out = File::from(io::stdout().as_fd().try_clone_to_owned()?);
        let (lines, waiting) = sync_channel::<Box<str>>(WAITING);
        let (is_over, over) = sync_channel(1);
        thread::Builder::new().name("window".into()).spawn(move || {
            for event in waiting {
                // An empty one is the last.
                if event.is_empty() {
                    break;
                }
                if let Some(line) = in_words(&event) {
                    let _ = out.write_all(line.as_bytes());
                }
            }
            let _ = is_over.send(());
        })?;
        Ok(Self { lines, over })
    }

    pub(crate) fn sill(&self) -> Sill {
        Sill(self.lines.clone())
    }

    /// Gives the thread a moment for its last lines.
    pub(crate) fn close(self) {
        if self.lines.try_send("".into()).is_ok() {
            let _ = self.over.recv_timeout(LAST_LINES);
        }
    }
}

impl Sill {
    pub(crate) fn show(&self, message: &Message) {
        let _ = self.0.try_send(message.json().into());
    }
}
