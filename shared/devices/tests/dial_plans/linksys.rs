//! The language of the SPA series, as their administrators' guides tell it: `x` a digit, `[235-8*]` sets, `.` none or
//! more, `|` or, `<dialled:sent>`, `S0` for no wait, all in parentheses.
//!
//! A sequence that is complete is sent when no other can go on, or when the short timer ends, which is at once behind
//! `S0`. Keys that fit no
//! sequence are rejected; so are incomplete ones, when the long timer ends. `#` ends the input where it is no key.

use std::collections::BTreeSet;

use crate::pattern::{Outcome, Sequence, Times, digits, is_key, set};

/// Sequences, each with whether its short timer is none.
pub(crate) struct Plan(Vec<(Sequence, bool)>);

impl Plan {
    pub(crate) fn parse(text: &str) -> Self {
        assert!(text.len() <= 2047, "a Dial_Plan holds no more");
        Self(inside(text).split('|').map(|sequence| sequence_of(sequence.trim())).collect())
    }

    pub(crate) fn dial(&self, keys: &str) -> Outcome {
        let mut is_complete = false;
        for end in 1..=keys.len() {
            let so_far = &keys[..end];
            let progress: Vec<_> =
                self.0.iter().map(|(sequence, is_hasty)| (sequence.after(so_far), *is_hasty)).collect();
            let was_complete = is_complete;
            is_complete = progress.iter().any(|(progress, _)| progress.is_complete);
            let can_go_on = progress.iter().any(|(progress, _)| progress.can_go_on);
            if progress.iter().any(|(progress, is_hasty)| progress.is_complete && *is_hasty) {
                return Outcome::AtOnce(so_far.to_owned());
            }
            match (is_complete, can_go_on) {
                (true, false) => return Outcome::AtOnce(so_far.to_owned()),
                (false, false) if so_far.ends_with('#') && was_complete => {
                    return Outcome::AtOnce(keys[..end - 1].to_owned());
                }
                (false, false) => return Outcome::Busy,
                _ => {}
            }
        }
        if is_complete { Outcome::AfterSilence(keys.to_owned()) } else { Outcome::Busy }
    }
}

/// The keys that a hot line's plan sends as soon as the handset is lifted.
pub(crate) fn hot_line(plan: &str) -> Option<&str> {
    inside(plan).strip_prefix("S0<:")?.strip_suffix('>')
}

fn inside(text: &str) -> &str {
    text.strip_prefix('(').and_then(|text| text.strip_suffix(')')).expect("parentheses")
}

fn sequence_of(text: &str) -> (Sequence, bool) {
    let (text, is_hasty) = match text.strip_suffix("S0") {
        Some(text) => (text, true),
        None => (text, false),
    };
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
    (sequence, is_hasty)
}

/// The examples of the guides.
#[test]
fn examples() {
    let plan = Plan::parse("(00|011xxxxxx.|[49]11|01.)");
    for (keys, outcome) in [
        ("411", Outcome::AtOnce("411".into())),
        ("00", Outcome::AtOnce("00".into())),
        ("01144", Outcome::Busy),
        ("01144207", Outcome::AfterSilence("01144207".into())),
        ("0111", Outcome::AfterSilence("0111".into())),
        ("7", Outcome::Busy),
        ("0#", Outcome::AtOnce("0".into())),
    ] {
        assert_eq!(plan.dial(keys), outcome, "{keys}");
    }
    let plan = Plan::parse("(*xx|[3469]11|0|00|[2-9]xxxxxx|1xxx[2-9]xxxxxxS0|xxxxxxxxxxxx.)");
    assert_eq!(plan.dial("15035550110"), Outcome::AtOnce("15035550110".into()));
    assert_eq!(plan.dial("5550110"), Outcome::AfterSilence("5550110".into()));
    assert_eq!(hot_line("(S0<:12125551234>)"), Some("12125551234"));
    assert_eq!(hot_line("(911)"), None);
}
