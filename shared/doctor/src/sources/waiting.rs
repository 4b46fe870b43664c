//! Several requests at once; a person who waits is told for what.

use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{Scope, ScopedJoinHandle};
use std::time::Duration;

/// After this time a person who waits is told for what.
const LONG: Duration = Duration::from_secs(1);

/// The tasks that are at work.
pub(crate) struct Watch {
    left: Vec<&'static str>,
    over: Sender<&'static str>,
    heard: Receiver<&'static str>,
}

impl Watch {
    pub(crate) fn new() -> Self {
        let (over, heard) = channel();
        Self { left: Vec::new(), over, heard }
    }

    /// Starts a task on a thread of its own.
    pub(crate) fn spawn<'scope, T: Send + 'scope>(
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

    /// Waits until all tasks have ended. `tell` gets a line that names the tasks that take longer than a second.
    pub(crate) fn wait(self, tell: &dyn Fn(&str)) {
        let Self { mut left, over, heard } = self;
        drop(over);
        let mut last = String::new();
        while !left.is_empty() {
            match heard.recv_timeout(LONG) {
                Ok(name) => left.retain(|other| *other != name),
                Err(RecvTimeoutError::Timeout) => {
                    let line = format!("waiting for {} ...", left.join(", "));
                    if line != last {
                        tell(&line);
                        last = line;
                    }
                }
                // A task has panicked; `result` passes that on.
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
    }
}

/// The result of a task.
pub(crate) fn result<T>(task: ScopedJoinHandle<'_, T>) -> T {
    task.join().unwrap_or_else(|panic| resume_unwind(panic))
}
