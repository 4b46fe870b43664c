//! When things happen.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

/// The latest timestamp that was given out, in microseconds since 1970.
static LATEST: AtomicI64 = AtomicI64::new(i64::MIN);

/// Now, as ISO 8601 in UTC with microseconds, and never the same twice in a process.
///
/// The consumers of the events drop one of two equal lines, so two equal events must differ in their time.
#[must_use]
pub fn unique_timestamp() -> String {
    let now = Timestamp::now().as_microsecond();
    let earlier = LATEST.fetch_max(now, Ordering::Relaxed);
    // A second event in the same microsecond, or a clock that was set back: one more than the latest.
    let unique = if earlier < now { now } else { LATEST.fetch_add(1, Ordering::Relaxed) + 1 };
    format(unique)
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
    fn never_the_same_twice_from_any_thread() {
        let threads: Vec<_> = (0..4)
            .map(|_| std::thread::spawn(|| (0..5_000).map(|_| unique_timestamp()).collect::<Vec<_>>()))
            .collect();
        let all: Vec<_> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), 20_000);
    }
}
