//! Grandstream's language, as the HandyTones' manuals tell it: `x` a digit, `[147]` and `[3-5]` sets, `+` one or more,
//! `|` or, all in braces.
//!
//! The manuals do not say what happens when one sequence is complete and another could go on. Those of later phones
//! say that a sequence without `+` is dialled at once. Both readings are run.

use std::collections::BTreeSet;

use crate::pattern::{Outcome, Sequence, Times, digits, is_key, set};

#[derive(Debug, Clone, Copy)]
pub(crate) enum Reading {
    /// The first sequence of fixed length that is complete is dialled.
    FirstThatFits,
    /// A sequence is dialled when it is complete and no other can go on.
    LastThatCan,
}

pub(crate) struct Plan(Vec<Sequence>);

impl Plan {
    pub(crate) fn parse(text: &str) -> Self {
        assert!(text.len() <= 1024, "P4200 holds no more");
        let inner = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).expect("braces");
        Self(inner.split('|').map(|sequence| sequence_of(sequence.trim())).collect())
    }

    pub(crate) fn dial(&self, keys: &str, reading: Reading) -> Outcome {
        for end in 1..=keys.len() {
            let so_far = &keys[..end];
            let progress: Vec<_> = self.0.iter().map(|sequence| (sequence, sequence.after(so_far))).collect();
            let is_at_once = match reading {
                Reading::FirstThatFits => progress
                    .iter()
                    .any(|(sequence, progress)| progress.is_complete && sequence.is_of_fixed_length()),
                Reading::LastThatCan => {
                    progress.iter().any(|(_, progress)| progress.is_complete)
                        && !progress.iter().any(|(_, progress)| progress.can_go_on)
                }
            };
            if is_at_once {
                return Outcome::AtOnce(so_far.to_owned());
            }
        }
        if self.0.iter().any(|sequence| sequence.after(keys).is_complete) {
            Outcome::AfterSilence(keys.to_owned())
        } else {
            Outcome::Busy
        }
    }
}

fn sequence_of(text: &str) -> Sequence {
    let named = |c: char| (c == 'x').then(digits);
    let mut sequence = Sequence::default();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '[' => sequence.push(set(&mut chars, named)),
            'x' => sequence.push(digits()),
            '+' => sequence.repeat(Times::OnceOrMore),
            c if is_key(c) => sequence.push(BTreeSet::from([c])),
            c => panic!("{c:?} means nothing, or something that is not tested"),
        }
    }
    sequence
}

/// The examples of the manuals.
#[test]
fn examples() {
    let plan = Plan::parse("{ [369]11 | 1617xxxxxxx | *x+ }");
    for reading in [Reading::FirstThatFits, Reading::LastThatCan] {
        assert_eq!(plan.dial("911", reading), Outcome::AtOnce("911".into()));
        assert_eq!(plan.dial("16175550123", reading), Outcome::AtOnce("16175550123".into()));
        assert_eq!(plan.dial("*123", reading), Outcome::AfterSilence("*123".into()));
        assert_eq!(plan.dial("411", reading), Outcome::Busy);
        assert_eq!(plan.dial("*", reading), Outcome::Busy);
    }
    let plan = Plan::parse("{ 911 | x+ }");
    assert_eq!(plan.dial("911", Reading::FirstThatFits), Outcome::AtOnce("911".into()));
    assert_eq!(plan.dial("911", Reading::LastThatCan), Outcome::AfterSilence("911".into()));
}
