//! Waiting for a future without a runtime.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake};
use std::thread::{self, Thread};

/// Runs a future on this thread until it is done.
///
/// For functions whose sinks wait for nothing. What needs timers or sockets needs a runtime that has them.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let waker = Arc::new(Unpark(thread::current())).into();
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

/// Lets the tasks of a runtime find out what happened while the process was frozen, such as connections that were
/// closed at the other end.
pub(crate) async fn settle() {
    // Once for the sockets to be looked at, once for the tasks that wait for them, and once for theirs.
    for _ in 0..3 {
        let mut is_back = false;
        poll_fn(|context| {
            if is_back {
                return Poll::Ready(());
            }
            is_back = true;
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

#[cfg(test)]
mod tests {
    use std::future::ready;

    use super::*;

    #[test]
    fn what_is_ready_is_taken() {
        assert_eq!(block_on(ready(7)), 7);
    }

    #[test]
    fn what_is_woken_by_another_thread_is_waited_for() {
        let mut sender = None;
        let (done, is_done) = std::sync::mpsc::channel();
        let answer = block_on(poll_fn(move |context| {
            if let Ok(answer) = is_done.try_recv() {
                return Poll::Ready(answer);
            }
            let (waker, done) = (context.waker().clone(), done.clone());
            sender.get_or_insert_with(|| {
                thread::spawn(move || {
                    done.send("later").unwrap();
                    waker.wake();
                })
            });
            Poll::Pending
        }));
        assert_eq!(answer, "later");
    }
}
