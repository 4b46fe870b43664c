//! When things happen.

use std::sync::atomic::{AtomicI64, Ordering};

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

fn format(microsecond: i64) -> String {
    let timestamp = Timestamp::from_microsecond(microsecond).unwrap_or(Timestamp::UNIX_EPOCH);
    format!("{timestamp:.6}")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn six_digits_and_a_z() {
        assert_eq!(format(1_781_978_645_123_456), "2026-06-20T18:04:05.123456Z");
        assert_eq!(format(1_781_978_645_000_000), "2026-06-20T18:04:05.000000Z");
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
