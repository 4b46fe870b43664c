//! Several things at once, with a word to whoever waits.

use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{Scope, ScopedJoinHandle};
use std::time::Duration;

use crate::output;

/// How long is too long to say nothing.
const LONG: Duration = Duration::from_secs(1);

/// Knows who is at work.
pub(super) struct Watch {
    left: Vec<&'static str>,
    over: Sender<&'static str>,
    heard: Receiver<&'static str>,
}

impl Watch {
    pub(super) fn new() -> Self {
        let (over, heard) = channel();
        Self { left: Vec::new(), over, heard }
    }

    /// Does something on a thread of its own.
    pub(super) fn spawn<'scope, T: Send + 'scope>(
        &mut self,
        scope: &'scope Scope<'scope, '_>,
        name: &'static str,
        task: impl FnOnce() -> T + Send + 'scope,
    ) -> ScopedJoinHandle<'scope, T> {
        self.left.push(name);
        let over = self.over.clone();
        scope.spawn(move || {
            let result = task();
            // Nobody hears it when another task has panicked.
            let _ = over.send(name);
            result
        })
    }

    /// Waits until all is done. Whoever takes longer than a second is named on standard error.
    pub(super) fn wait(self) {
        let Self { mut left, over, heard } = self;
        drop(over);
        let mut last = String::new();
        while !left.is_empty() {
            match heard.recv_timeout(LONG) {
                Ok(name) => left.retain(|other| *other != name),
                Err(RecvTimeoutError::Timeout) => {
                    let line = format!("waiting for {} ...", left.join(", "));
                    if line != last {
                        output::aside(&line);
                        last = line;
                    }
                }
                // A task has panicked; `result` passes that on.
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
    }
}

/// What came of a task.
pub(super) fn result<T>(task: ScopedJoinHandle<'_, T>) -> T {
    task.join().unwrap_or_else(|panic| resume_unwind(panic))
}
