//! When things happen.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

/// The latest timestamp that was given out, in microseconds since 1970.
static LATEST: AtomicI64 = AtomicI64::new(i64::MIN);

/// By how much a clock is corrected while it runs, in microseconds. If it goes back by more, it had been wrong.
const CORRECTION: i64 = 1_000_000;

/// Now, as ISO 8601 in UTC with microseconds, and never the same twice in a process.
///
/// The consumers of the events drop one of two equal lines, so two equal events must differ in their time. A clock that ran
/// ahead and came back, by more than a second, is followed: events are not to be filed under its wrong time for as long
/// as the process runs. Those hours may then come twice, though hardly the same microsecond.
#[must_use]
pub fn unique_timestamp() -> String {
    format(unique(&LATEST, Timestamp::now().as_microsecond()))
}

fn unique(latest: &AtomicI64, now: i64) -> i64 {
    let next = |earlier: i64| {
        // A second event in the same microsecond, or a clock that was corrected: one more than the latest.
        if earlier < now || earlier.saturating_sub(now) > CORRECTION { now } else { earlier + 1 }
    };
    next(
        latest
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |earlier| Some(next(earlier)))
            .unwrap_or(now),
    )
}

/// Now, in the same form, for log lines: these may be equal.
pub(crate) fn now() -> String {
    format(Timestamp::now().as_microsecond())
}

/// How long a second of the calendar is in text: `2026-06-20T18:04:05`.
const SECOND: usize = 19;

/// The second that was written last, since a request needs several timestamps and the calendar is most of the work.
static LAST: Mutex<(i64, [u8; SECOND])> = Mutex::new((0, *b"1970-01-01T00:00:00"));

fn format(microsecond: i64) -> String {
    let second = microsecond.div_euclid(1_000_000);
    let mut text = String::with_capacity("2026-06-20T18:04:05.123456Z".len());
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    if last.0 != second {
        let timestamp = Timestamp::from_second(second).unwrap_or(Timestamp::UNIX_EPOCH);
        match format!("{timestamp:.0}").as_bytes().first_chunk() {
            // Years beyond 9999 have more digits; the calendar of this process ends before.
            Some(written) => *last = (second, *written),
            None => return format!("{timestamp:.6}"),
        }
    }
    text.push_str(str::from_utf8(&last.1).unwrap_or_default());
    text.push('.');
    let mut rest = microsecond.rem_euclid(1_000_000);
    for place in [100_000, 10_000, 1_000, 100, 10, 1] {
        text.push(char::from(b'0' + u8::try_from(rest / place).unwrap_or_default()));
        rest %= place;
    }
    text.push('Z');
    text
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn six_digits_and_a_z() {
        assert_eq!(format(1_781_978_645_123_456), "2026-06-20T18:04:05.123456Z");
        assert_eq!(format(1_781_978_645_000_000), "2026-06-20T18:04:05.000000Z");
        for microsecond in
            [0, 1, 999_999, 1_781_978_645_000_001, 951_782_400_000_000, 1_830_297_599_999_999, -1]
        {
            let timestamp = Timestamp::from_microsecond(microsecond).unwrap();
            assert_eq!(format(microsecond), format!("{timestamp:.6}"));
        }
    }

    #[test]
    fn a_clock_that_ran_ahead_and_came_back_is_followed() {
        const DAY: i64 = 86_400_000_000;
        let latest = AtomicI64::new(i64::MIN);
        let now = 1_781_978_645_000_000;
        assert_eq!(
            [now, now, now - 400_000, now + 1].map(|now| unique(&latest, now)),
            [now, now + 1, now + 2, now + 3]
        );
        assert_eq!([now + DAY, now + DAY - 1].map(|now| unique(&latest, now)), [now + DAY, now + DAY + 1]);
        assert_eq!([now + 5, now + 5].map(|now| unique(&latest, now)), [now + 5, now + 6]);
    }

    #[test]
    fn never_the_same_twice_from_any_thread() {
        let threads: Vec<_> = (0..4)
            .map(|_| std::thread::spawn(|| (0..5_000).map(|_| unique_timestamp()).collect::<Vec<_>>()))
            .collect();
        let all: Vec<_> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), 20_000);
    }
}
