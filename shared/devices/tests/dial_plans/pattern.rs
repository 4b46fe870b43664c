//! The common parts of the three languages: keys, sets of keys, repetition.

use std::collections::{BTreeMap, BTreeSet};

/// How often an element may come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Times {
    OnceOrMore,
    NoneOrMore,
}

/// One sequence of a plan. Bit `n` of a mask is its element `n`.
#[derive(Debug, Default)]
pub(crate) struct Sequence {
    length: usize,
    /// The elements that each key fits.
    fitting: BTreeMap<char, u64>,
    /// Elements that may come again.
    repeated: u64,
    /// Elements that need not come.
    optional: u64,
}

/// How far the keys that were pressed have come in a sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Progress {
    /// The keys are the whole sequence.
    pub(crate) is_complete: bool,
    /// With more keys they could be.
    pub(crate) can_go_on: bool,
}

impl Sequence {
    pub(crate) fn push(&mut self, keys: BTreeSet<char>) {
        assert!(!keys.is_empty() && self.length < 60);
        for key in keys {
            *self.fitting.entry(key).or_default() |= 1 << self.length;
        }
        self.length += 1;
    }

    /// Sets how often the last element may come.
    pub(crate) fn repeat(&mut self, times: Times) {
        let last = 1 << (self.length.checked_sub(1).expect("there is something to repeat"));
        self.repeated |= last;
        if times == Times::NoneOrMore {
            self.optional |= last;
        }
    }

    pub(crate) fn is_of_fixed_length(&self) -> bool {
        self.repeated == 0
    }

    pub(crate) fn after(&self, keys: &str) -> Progress {
        let mut places = self.with_skipped(1);
        for key in keys.chars() {
            let fitting = places & self.fitting.get(&key).copied().unwrap_or_default();
            if fitting == 0 {
                return Progress { is_complete: false, can_go_on: false };
            }
            places = self.with_skipped(fitting << 1 | fitting & self.repeated);
        }
        let end = 1 << self.length;
        Progress { is_complete: places & end != 0, can_go_on: places & (end - 1) != 0 }
    }

    /// Adds the places behind elements that need not come.
    fn with_skipped(&self, mut places: u64) -> u64 {
        loop {
            let more = places | (places & self.optional) << 1;
            if more == places {
                return places;
            }
            places = more;
        }
    }
}

/// A device's reaction to keys that are pressed one after the other, and to the silence after them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// These keys were sent with the last of them.
    AtOnce(String),
    /// These keys were sent when no other came.
    AfterSilence(String),
    /// The device itself gave a busy tone.
    Busy,
}

/// Reads `[...]` from behind its opening bracket: keys, ranges of digits, and whatever `named` knows.
pub(crate) fn set(
    text: &mut std::iter::Peekable<std::str::Chars<'_>>,
    named: impl Fn(char) -> Option<BTreeSet<char>>,
) -> BTreeSet<char> {
    let mut keys = BTreeSet::new();
    loop {
        let c = text.next().expect("the set ends");
        if c == ']' {
            return keys;
        }
        if let Some(named) = named(c) {
            keys.extend(named);
        } else if text.next_if_eq(&'-').is_some() {
            let last = text.next().expect("the range ends");
            assert!(c.is_ascii_digit() && last.is_ascii_digit() && c < last, "{c}-{last}");
            keys.extend(c..=last);
        } else {
            assert!(is_key(c), "{c:?} in a set");
            keys.insert(c);
        }
    }
}

pub(crate) fn is_key(c: char) -> bool {
    c.is_ascii_digit() || c == '*' || c == '#'
}

pub(crate) fn digits() -> BTreeSet<char> {
    ('0'..='9').collect()
}
