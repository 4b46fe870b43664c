//! What the three languages have in common: keys, sets of keys, repetition.

use std::collections::BTreeSet;

/// How often an element may come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Times {
    Once,
    OnceOrMore,
    NoneOrMore,
}

/// One sequence of a plan.
#[derive(Debug, Default)]
pub(crate) struct Sequence {
    pub(crate) elements: Vec<(BTreeSet<char>, Times)>,
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
        assert!(!keys.is_empty());
        self.elements.push((keys, Times::Once));
    }

    /// Sets how often the last element may come.
    pub(crate) fn repeat(&mut self, times: Times) {
        self.elements.last_mut().expect("there is something to repeat").1 = times;
    }

    pub(crate) fn is_of_fixed_length(&self) -> bool {
        self.elements.iter().all(|(_, times)| *times == Times::Once)
    }

    pub(crate) fn after(&self, keys: &str) -> Progress {
        let mut states = self.with_skipped([0].into());
        for key in keys.chars() {
            let mut next = BTreeSet::new();
            for state in states {
                let Some((set, times)) = self.elements.get(state) else { continue };
                if set.contains(&key) {
                    next.insert(state + 1);
                    if *times != Times::Once {
                        next.insert(state);
                    }
                }
            }
            states = self.with_skipped(next);
        }
        Progress {
            is_complete: states.contains(&self.elements.len()),
            can_go_on: states.iter().any(|state| *state < self.elements.len()),
        }
    }

    /// Adds the states behind elements that need not come.
    fn with_skipped(&self, mut states: BTreeSet<usize>) -> BTreeSet<usize> {
        for (state, (_, times)) in self.elements.iter().enumerate() {
            if *times == Times::NoneOrMore && states.contains(&state) {
                states.insert(state + 1);
            }
        }
        states
    }
}

/// What a device makes of keys that are pressed one after the other, and of the silence after them.
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
