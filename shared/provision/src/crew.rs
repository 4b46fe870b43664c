//! Work side by side, as much at once as Twilio takes.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// How many requests are under way in the beginning. Twilio counts the concurrent requests of a whole account and answers
/// 429 (20429) beyond its limit, which differs between accounts and is not published
/// (<https://www.twilio.com/docs/api/errors/20429>).
const FIRST: usize = 4;
/// The most requests that are ever under way.
const MOST: usize = 32;

/// How many requests may be under way: one more after each full turn without a refusal, half as many after a 429.
#[derive(Debug)]
pub(crate) struct Crew {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    limit: usize,
    active: usize,
    /// How many have ended well since the limit changed.
    ended: usize,
    /// How often Twilio has said that it is busy.
    refusals: usize,
}

impl Crew {
    pub(crate) fn new() -> Self {
        let state = State { limit: FIRST, active: 0, ended: 0, refusals: 0 };
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    /// Works on all items, in their order. Once `is_last` is true of a result, no other item is begun. `refusals` counts
    /// how often Twilio has said that it is busy.
    pub(crate) fn work<Item: Sync, Out: Send>(
        &self,
        items: &[Item],
        refusals: impl Fn() -> usize + Sync,
        work: impl Fn(&Item) -> Out + Sync,
        is_last: impl Fn(&Out) -> bool + Sync,
    ) -> Vec<Option<Out>> {
        let (next, is_over) = (AtomicUsize::new(0), AtomicBool::new(false));
        let results = Mutex::new(items.iter().map(|_| None).collect::<Vec<_>>());
        let run = || {
            loop {
                self.begin();
                let index = next.fetch_add(1, Ordering::Relaxed);
                let item = items.get(index).filter(|_| !is_over.load(Ordering::Relaxed));
                let result = item.map(&work);
                // Before its place is free, or another item would be begun in it.
                if result.as_ref().is_some_and(&is_last) {
                    is_over.store(true, Ordering::Relaxed);
                }
                self.end(refusals());
                let Some(result) = result else { break };
                let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(place) = results.get_mut(index) {
                    *place = Some(result);
                }
            }
        };
        thread::scope(|scope| {
            for _ in 0..MOST.min(items.len()) {
                scope.spawn(run);
            }
        });
        results.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self) {
        let state = self.state();
        let is_full = |state: &mut State| state.active >= state.limit;
        let mut state = self.changed.wait_while(state, is_full).unwrap_or_else(PoisonError::into_inner);
        state.active += 1;
    }

    fn end(&self, refusals: usize) {
        self.state().ended(refusals);
        self.changed.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn ended(&mut self, refusals: usize) {
        self.active = self.active.saturating_sub(1);
        self.ended += 1;
        if refusals > self.refusals {
            (self.limit, self.ended, self.refusals) = ((self.limit / 2).max(1), 0, refusals);
        } else if self.ended >= self.limit && self.limit < MOST {
            (self.limit, self.ended) = (self.limit + 1, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_at_once_until_twilio_is_busy() {
        let crew = Crew::new();
        let limit = || crew.state().limit;
        for _ in 0..4 {
            crew.end(0);
        }
        assert_eq!(limit(), 5);
        for _ in 0..1000 {
            crew.end(0);
        }
        assert_eq!(limit(), MOST);
        // One refusal that several see is one.
        crew.end(1);
        crew.end(1);
        assert_eq!(limit(), MOST / 2);
        for refusals in 2..20 {
            crew.end(refusals);
        }
        assert_eq!(limit(), 1);
        crew.end(19);
        assert_eq!(limit(), 2);
    }

    #[test]
    fn all_is_done_in_order_and_no_more_than_allowed_at_once() {
        let (crew, active, most) = (Crew::new(), AtomicUsize::new(0), AtomicUsize::new(0));
        let items: Vec<usize> = (0..200).collect();
        let double = |item: &usize| {
            most.fetch_max(active.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            thread::yield_now();
            active.fetch_sub(1, Ordering::SeqCst);
            item * 2
        };
        let results = crew.work(&items, || 0, double, |_| false);
        assert!(results.iter().enumerate().all(|(index, result)| *result == Some(index * 2)));
        assert!(most.load(Ordering::SeqCst) <= MOST);
        // Each request is the last one that is begun, so no more are than were under way.
        let results = Crew::new().work(&items, || 0, double, |_| true);
        assert!(results.iter().flatten().count() <= FIRST, "{results:?}");
    }
}
