//! Polycom's language: the digit maps of RFC 3435, section 2.1.5, and Polycom's administrator's guide. `x` a digit,
//! `[...]` sets, `.` none or more, `|` or, `T` the timer.
//!
//! The shortest match counts: an alternative without `T` is dialled as soon as it is complete, one with it when the
//! timer ends. Where nothing can match any more, `dialplan.impossibleMatchHandling="0"` sends what there is.

use std::collections::BTreeSet;

use crate::pattern::{Outcome, Sequence, Times, digits, is_key, set};

pub(crate) struct Plan(Vec<(Sequence, bool)>);

impl Plan {
    pub(crate) fn parse(text: &str) -> Self {
        assert!(text.len() <= 512, "firmware of 2004 holds no more");
        let plan = Self::parse_any(text);
        assert!(plan.0.len() <= 20, "nor more alternatives");
        plan
    }

    /// A Yealink's: the same language, with more room (Administrator's Guide for T2, T4 and T5, pages 285 and 358).
    pub(crate) fn parse_yealink(text: &str) -> Self {
        assert!(text.len() <= 2048, "the setting holds no more");
        Self::parse_any(text)
    }

    fn parse_any(text: &str) -> Self {
        Self(text.split('|').map(alternative).collect())
    }

    pub(crate) fn alternatives(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn dial(&self, keys: &str) -> Outcome {
        for end in 1..=keys.len() {
            let so_far = &keys[..end];
            let progress: Vec<_> =
                self.0.iter().map(|(sequence, is_timed)| (sequence.after(so_far), *is_timed)).collect();
            if progress.iter().any(|(progress, is_timed)| progress.is_complete && !is_timed) {
                return Outcome::AtOnce(so_far.to_owned());
            }
            if !progress.iter().any(|(progress, _)| progress.is_complete || progress.can_go_on) {
                return Outcome::AtOnce(so_far.to_owned());
            }
        }
        let fits = |(sequence, is_timed): &(Sequence, bool)| *is_timed && sequence.after(keys).is_complete;
        if self.0.iter().any(fits) { Outcome::AfterSilence(keys.to_owned()) } else { Outcome::Busy }
    }
}

fn alternative(text: &str) -> (Sequence, bool) {
    let (text, is_timed) = text.strip_suffix('T').map_or((text, false), |text| (text, true));
    let named = |c: char| (c == 'x').then(digits);
    let mut sequence = Sequence::default();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '[' => sequence.push(set(&mut chars, named)),
            'x' => sequence.push(digits()),
            '.' => sequence.repeat(Times::NoneOrMore),
            c if is_key(c) => sequence.push(BTreeSet::from([c])),
            c => panic!("{c:?} means nothing, or something that is not tested"),
        }
    }
    (sequence, is_timed)
}

/// Polycom's own default.
#[test]
fn examples() {
    let plan = Plan::parse("[2-9]11|0T|011xxx.T|[0-1][2-9]xxxxxxxxx|[2-9]xxxxxxxxx|[2-9]xxxT");
    for (keys, outcome) in [
        ("911", Outcome::AtOnce("911".into())),
        ("0", Outcome::AfterSilence("0".into())),
        ("01144", Outcome::AfterSilence("01144".into())),
        ("15035550123", Outcome::AtOnce("15035550123".into())),
        ("5035", Outcome::AfterSilence("5035".into())),
        ("503", Outcome::Busy),
        ("*67", Outcome::AtOnce("*".into())),
    ] {
        assert_eq!(plan.dial(keys), outcome, "{keys}");
    }
}
