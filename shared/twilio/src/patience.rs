//! How often, and after what pause, a request is made again.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;

/// How often to retry after a time-out or a lost connection. Each attempt can take as long as the time-out.
const MOST_SILENCES: u32 = 3;

/// How long to keep trying.
///
/// Twilio asks for exponential pauses with some chance in them when it is busy (429,
/// <https://www.twilio.com/docs/api/errors/20429>). The default is 7 attempts within 7 s or so, each of 30 s at
/// most; of attempts that get no answer at all, 3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patience {
    /// How often a request is made at most. 0 is read as 1.
    pub attempts: u32,
    /// The pause after the first attempt. It doubles each time.
    pub first_pause: Duration,
    /// The longest pause, also when Twilio asks for a longer one. Chance adds up to half of it.
    pub longest_pause: Duration,
    /// For how long one attempt may take, the answer's body included.
    pub request_timeout: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            attempts: 7,
            first_pause: Duration::from_millis(100),
            longest_pause: Duration::from_secs(30),
            request_timeout: Duration::from_secs(30),
        }
    }
}

/// A pause of some seconds before a request is made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    /// For how long Twilio asks us to wait (`Retry-After`), if it does.
    pub asked: Option<Duration>,
    /// For how long it will be: not longer than [`Patience::longest_pause`] and what chance adds.
    pub pause: Duration,
}

/// The effect of a request, which decides whether it may be made twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Changes nothing.
    Read,
    /// Sets or deletes something known by its SID: the same twice as once.
    Settle,
    /// Makes something: twice would be two.
    Create,
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// With an answer, and what its `Retry-After` header asks for.
    Answered(u16, Option<Duration>),
    /// Before anything was sent, for a reason that may pass.
    NotSent,
    /// Before anything was sent, for a reason that stays (a certificate, say).
    Hopeless,
    /// In silence, after something may have been sent.
    Lost,
}

/// The next step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// Ask again after a pause, to which chance is added ([`with_chance`]).
    Retry(Duration),
    /// It is as it is: take the answer, or report the failure.
    GiveUp,
}

/// Decides the next step after an attempt. The first attempt is number 1.
pub(crate) fn what_next(kind: Kind, outcome: Outcome, attempt: u32, patience: &Patience) -> Next {
    let (may_repeat, most) = match outcome {
        // Twilio: a request that met 429 was not processed.
        Outcome::Answered(429, _) => (true, patience.attempts),
        Outcome::Answered(500.., _) => (kind != Kind::Create, patience.attempts),
        Outcome::Answered(..) | Outcome::Hopeless => (false, 0),
        Outcome::NotSent => (true, patience.attempts.min(MOST_SILENCES)),
        Outcome::Lost => (kind != Kind::Create, patience.attempts.min(MOST_SILENCES)),
    };
    if !may_repeat || attempt >= most {
        return Next::GiveUp;
    }
    let doubled = 2_u32.saturating_pow(attempt.saturating_sub(1));
    let pause = patience.first_pause.saturating_mul(doubled);
    let asked = match outcome {
        Outcome::Answered(_, Some(asked)) => asked,
        _ => Duration::ZERO,
    };
    Next::Retry(pause.max(asked).min(patience.longest_pause))
}

/// A pause made longer by a tenth to a half, so that threads that were refused together do not come back together.
pub(crate) fn with_chance(pause: Duration, chance: u32) -> Duration {
    // In thousandths, so that threads differ.
    let thousandths = 1100 + chance % 401;
    pause.saturating_mul(thousandths) / 1000
}

/// The wait that a `Retry-After` header asks for (RFC 9110, 10.2.3): seconds, or a date.
pub(crate) fn retry_after(header: &str, now: Timestamp) -> Option<Duration> {
    let header = header.trim();
    if !header.is_empty() && header.bytes().all(|b| b.is_ascii_digit()) {
        return Some(Duration::from_secs(header.parse().unwrap_or(u64::MAX)));
    }
    let then = DateTimeParser::new().parse_timestamp(header).ok()?;
    Some(Duration::try_from(then.duration_since(now)).unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patience() -> Patience {
        Patience {
            attempts: 5,
            first_pause: Duration::from_millis(100),
            longest_pause: Duration::from_secs(1),
            ..Patience::default()
        }
    }

    #[test]
    fn what_is_asked_again_is_a_table() {
        use Kind::{Create, Read, Settle};
        use Outcome::{Answered, Hopeless, Lost, NotSent};
        let again = |millis| Next::Retry(Duration::from_millis(millis));
        let after = |seconds| Some(Duration::from_secs(seconds));
        let no = Next::GiveUp;
        for (outcome, attempt, read, settle, create) in [
            (Answered(200, None), 1, no, no, no),
            (Answered(302, None), 1, no, no, no),
            (Answered(400, None), 1, no, no, no),
            (Answered(401, after(1)), 1, no, no, no),
            (Answered(404, None), 1, no, no, no),
            (Answered(429, None), 1, again(100), again(100), again(100)),
            (Answered(429, None), 2, again(200), again(200), again(200)),
            (Answered(429, None), 4, again(800), again(800), again(800)),
            (Answered(429, None), 5, no, no, no),
            (Answered(429, after(0)), 1, again(100), again(100), again(100)),
            (Answered(429, after(1)), 1, again(1000), again(1000), again(1000)),
            (Answered(429, after(3600)), 1, again(1000), again(1000), again(1000)),
            (Answered(500, None), 1, again(100), again(100), no),
            (Answered(503, None), 3, again(400), again(400), no),
            (Answered(599, None), 5, no, no, no),
            (Lost, 1, again(100), again(100), no),
            (Lost, 2, again(200), again(200), no),
            (Lost, 3, no, no, no),
            (NotSent, 1, again(100), again(100), again(100)),
            (NotSent, 3, no, no, no),
            (Hopeless, 1, no, no, no),
        ] {
            for (kind, expected) in [(Read, read), (Settle, settle), (Create, create)] {
                let next = what_next(kind, outcome, attempt, &patience());
                assert_eq!(next, expected, "{kind:?} {outcome:?} {attempt}");
            }
        }
    }

    #[test]
    fn a_pause_neither_overflows_nor_exceeds_the_longest() {
        let patient = Patience { attempts: u32::MAX, ..patience() };
        let next = what_next(Kind::Read, Outcome::Answered(429, None), u32::MAX - 1, &patient);
        assert_eq!(next, Next::Retry(Duration::from_secs(1)));
        let none = Patience { attempts: 0, ..patience() };
        assert_eq!(what_next(Kind::Read, Outcome::NotSent, 1, &none), Next::GiveUp);
    }

    #[test]
    fn chance_makes_a_pause_longer_by_a_tenth_to_a_half() {
        let pause = Duration::from_millis(1000);
        assert_eq!(with_chance(pause, 0), Duration::from_millis(1100));
        assert_eq!(with_chance(pause, 400), Duration::from_millis(1500));
        assert_eq!(with_chance(pause, 401), Duration::from_millis(1100));
        assert!(with_chance(pause, u32::MAX) <= Duration::from_millis(1500));
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now: Timestamp = "2026-11-08T10:00:00Z".parse().unwrap();
        let asked = |header| retry_after(header, now);
        assert_eq!(asked("0"), Some(Duration::ZERO));
        assert_eq!(asked(" 7 "), Some(Duration::from_secs(7)));
        assert_eq!(asked("99999999999999999999999"), Some(Duration::from_secs(u64::MAX)));
        assert_eq!(asked("Sun, 08 Nov 2026 10:00:05 GMT"), Some(Duration::from_secs(5)));
        assert_eq!(asked("Sun, 08 Nov 2026 09:00:05 GMT"), Some(Duration::ZERO));
        for header in ["", "soon", "-1", "1.5"] {
            assert_eq!(asked(header), None, "{header}");
        }
    }
}
