//! The line before one recipient: which deliveries to it are under way, and which wait for their turn. Pure: the clock is
//! passed in.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::desk::Delivery;
use crate::notice::Kind;

/// How many deliveries to a recipient are under way at once. One that takes half a minute for each holds up nobody else.
const AT_ONCE: usize = 32;

/// The same, for a recipient that failed last. A few try it, so that one attempt that hangs does not hide that it is back.
const AT_ONCE_FAILING: usize = 4;

/// For how long a recipient that failed is left alone. Ten thousand notices to one that is dead must not take the
/// processor from calls, and one new notice hardly waits.
const REST: Duration = Duration::from_millis(250);

/// The deliveries to one recipient.
#[derive(Debug, Default)]
pub(crate) struct Line {
    under_way: usize,
    /// Those that were never tried, but for drills.
    first: VecDeque<Delivery>,
    /// The rest: they have waited, or can.
    later: VecDeque<Delivery>,
    /// Until when it is left alone, if its last attempt failed.
    rests: Option<Instant>,
}

impl Line {
    pub(crate) fn join(&mut self, delivery: Delivery) {
        let is_first = delivery.attempt == 1 && delivery.notice.kind != Kind::Drill;
        if is_first { &mut self.first } else { &mut self.later }.push_back(delivery);
    }

    /// The next delivery, if one may start now. It is under way until [`Line::ended`].
    pub(crate) fn start(&mut self, now: Instant) -> Option<Delivery> {
        let most = if self.rests.is_some() { AT_ONCE_FAILING } else { AT_ONCE };
        if self.under_way >= most || self.rests.is_some_and(|rest| now < rest) {
            return None;
        }
        // A new call for help does not wait behind those that a dead recipient did not take.
        let first = if self.rests.is_some() { self.first.pop_back() } else { self.first.pop_front() };
        let delivery = first.or_else(|| self.later.pop_front())?;
        self.under_way += 1;
        if let Some(rests) = &mut self.rests {
            *rests = now + REST;
        }
        Some(delivery)
    }

    /// A delivery that was under way has ended.
    pub(crate) fn ended(&mut self, is_sent: bool, now: Instant) {
        self.under_way = self.under_way.saturating_sub(1);
        self.rests = (!is_sent).then(|| now + REST);
    }

    /// When a delivery may start that waits for the recipient's rest to end.
    pub(crate) fn next_start(&self) -> Option<Instant> {
        let waits = self.queued() > 0 && self.under_way < AT_ONCE_FAILING;
        self.rests.filter(|_| waits)
    }

    pub(crate) fn under_way(&self) -> usize {
        self.under_way
    }

    /// How many deliveries are not made yet.
    pub(crate) fn waiting(&self) -> usize {
        self.queued() + self.under_way
    }

    fn queued(&self) -> usize {
        self.first.len() + self.later.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::tests::deliveries;

    /// How many start now.
    fn started(line: &mut Line, now: Instant) -> usize {
        std::iter::from_fn(|| line.start(now)).count()
    }

    fn line(count: usize, now: Instant) -> Line {
        let mut line = Line::default();
        deliveries(count, now).into_iter().for_each(|delivery| line.join(delivery));
        line
    }

    #[test]
    fn a_recipient_that_takes_its_time_is_sent_many_at_once() {
        let now = Instant::now();
        let mut line = line(100, now);
        assert_eq!((started(&mut line, now), line.waiting()), (AT_ONCE, 100));
        assert_eq!(line.next_start(), None, "the end of one lets the next go, not time");
        line.ended(true, now);
        assert_eq!((started(&mut line, now), line.under_way()), (1, AT_ONCE));
    }

    #[test]
    fn a_recipient_that_fails_is_tried_now_and_then_until_it_is_back() {
        let mut now = Instant::now();
        let mut line = line(1_000, now);
        started(&mut line, now);
        (0..AT_ONCE).for_each(|_| line.ended(false, now));
        let mut tries = 0;
        for _ in 0..100 {
            assert_eq!(line.next_start(), Some(now + REST));
            now += REST;
            let count = started(&mut line, now);
            tries += count;
            (0..count).for_each(|_| line.ended(false, now));
        }
        assert_eq!(tries, 100);
        now += REST;
        assert_eq!(started(&mut line, now), 1);
        line.ended(true, now);
        assert_eq!(started(&mut line, now), AT_ONCE, "it is back");
    }

    #[test]
    fn an_attempt_that_hangs_does_not_hide_that_a_recipient_is_back() {
        let mut now = Instant::now();
        let mut line = line(1_000, now);
        line.start(now).unwrap();
        line.ended(false, now);
        for under_way in 1..=AT_ONCE_FAILING {
            now += REST;
            assert_eq!((started(&mut line, now), line.under_way()), (1, under_way));
        }
        now += REST;
        assert_eq!((started(&mut line, now), line.next_start()), (0, None));
        line.ended(true, now);
        assert_eq!(started(&mut line, now), AT_ONCE + 1 - AT_ONCE_FAILING);
    }

    #[test]
    fn a_new_call_for_help_is_tried_before_those_that_failed() {
        let mut now = Instant::now();
        let mut line = line(10, now);
        let mut again = line.start(now).unwrap();
        again.attempt = 2;
        line.ended(false, now);
        line.join(again);
        let newest = deliveries(11, now).pop().unwrap();
        line.join(newest.clone());
        now += REST;
        assert_eq!(line.start(now).unwrap().key(), newest.key());
        now += REST;
        assert_eq!(line.start(now).unwrap().attempt, 1, "those that were never tried come before that one");
    }
}
