//! The signal to stop, for commands that serve.

use std::future::pending;

use tokio::signal::unix::{SignalKind, signal};

/// Resolves at SIGTERM or at SIGINT (Ctrl-C). If one of the two cannot be caught, the other still is, and the first
/// keeps the system's own action: it ends the process at once.
///
/// Signals are caught from the call on, not from the first poll: who calls it before saying that it serves is never
/// killed by an early Ctrl-C. It has to be called in a Tokio runtime.
pub fn signalled() -> impl Future<Output = ()> {
    let (term, int) = (caught(SignalKind::terminate()), caught(SignalKind::interrupt()));
    async move {
        tokio::select! {
            () = term => {}
            () = int => {}
        }
    }
}

/// Resolves when a signal arrives; never, if it cannot be caught.
fn caught(kind: SignalKind) -> impl Future<Output = ()> {
    let signals = signal(kind);
    async move {
        let Ok(mut signals) = signals else { return pending().await };
        if signals.recv().await.is_none() {
            pending::<()>().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SIGKILL (9) can never be caught (signal(7)), so it stands for a signal that cannot be had.
    #[tokio::test]
    async fn a_signal_that_cannot_be_caught_does_not_keep_the_other_from_being_heard() {
        let heard = async {
            tokio::select! {
                () = caught(SignalKind::from_raw(9)) => "the one that cannot be caught",
                () = caught(SignalKind::user_defined1()) => "the other",
            }
        };
        let sent = async {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            let status =
                std::process::Command::new("kill").args(["-USR1", &std::process::id().to_string()]).status();
            assert!(status.unwrap().success());
        };
        let (heard, ()) = tokio::join!(heard, sent);
        assert_eq!(heard, "the other");
    }
}
