//! Snom's language, as its wiki tells it (*Dial Plan - Regular Expressions*): entries `|pattern|result|flags`, separated by
//! spaces. The first entry that matches counts. With the flag `d` the number is complete, and is dialled. All else is
//! dialled as it is, once no key has come for a while.

use std::collections::BTreeSet;

use crate::pattern::{Outcome, Sequence, is_key, set};

pub(crate) struct Plan(Vec<Sequence>);

impl Plan {
    pub(crate) fn parse(text: &str) -> Self {
        Self(text.split(' ').filter(|entry| !entry.is_empty()).map(entry).collect())
    }

    pub(crate) fn dial(&self, keys: &str) -> Outcome {
        let is_complete = |so_far: &str| self.0.iter().any(|sequence| sequence.after(so_far).is_complete);
        match (1..=keys.len()).map(|end| &keys[..end]).find(|so_far| is_complete(so_far)) {
            Some(so_far) => Outcome::AtOnce(so_far.to_owned()),
            None => Outcome::AfterSilence(keys.to_owned()),
        }
    }
}

/// An entry that dials what was keyed, at the registrar: `\1` is the group, `\d` the registrar's name.
fn entry(text: &str) -> Sequence {
    let parts: Vec<_> = text.split('|').collect();
    let ["", pattern, "sip:\\1@\\d", "d"] = parts.as_slice() else { panic!("{text:?}") };
    expression(
        pattern.strip_prefix("^(").and_then(|rest| rest.strip_suffix(")$")).expect("one group, anchored"),
    )
}

fn expression(text: &str) -> Sequence {
    let mut sequence = Sequence::default();
    let mut last = BTreeSet::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '{' => {
                let times: String = chars.by_ref().take_while(|c| *c != '}').collect();
                (1..times.parse().expect("a number")).for_each(|_| sequence.push(last.clone()));
                continue;
            }
            '[' => last = set(&mut chars, |_| None),
            // Outside of brackets a star repeats.
            c if is_key(c) && c != '*' => last = BTreeSet::from([c]),
            c => panic!("{c:?} means nothing, or something that is not tested"),
        }
        sequence.push(last.clone());
    }
    sequence
}

/// The wiki's own: a number of five digits is dialled at once.
#[test]
fn examples() {
    let plan = Plan::parse(r"|^([0-9]{5})$|sip:\1@\d|d |^(911)$|sip:\1@\d|d |^([*]5)$|sip:\1@\d|d");
    assert_eq!(plan.dial("39833"), Outcome::AtOnce("39833".into()));
    assert_eq!(plan.dial("3983"), Outcome::AfterSilence("3983".into()));
    assert_eq!(plan.dial("9115"), Outcome::AtOnce("911".into()));
    assert_eq!(plan.dial("*5"), Outcome::AtOnce("*5".into()));
}
