//! The signal to stop, for commands that serve.

use std::future::pending;

use tokio::signal::unix::{SignalKind, signal};

/// Resolves at SIGTERM or at SIGINT (Ctrl-C). If one of the two cannot be caught, the other still is, and the first
/// keeps the system's own action: it ends the process at once.
pub async fn signalled() {
    tokio::select! {
        () = caught(SignalKind::terminate()) => {}
        () = caught(SignalKind::interrupt()) => {}
    }
}

/// Resolves when a signal arrives; never, if it cannot be caught.
async fn caught(kind: SignalKind) {
    let Ok(mut signals) = signal(kind) else { return pending().await };
    if signals.recv().await.is_none() {
        pending::<()>().await;
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
