//! The makers' languages for dial plans.
//!
//! `shared/devices/tests/dial_plans` has a small interpreter for each, and runs the plans.

use std::iter;

use crate::dial_plan::{DialPlan, beginnings};
use crate::pattern::{Keys, Others, Pattern};

/// A maker's language for dial plans.
pub(crate) struct Dialect {
    /// Writes a plan.
    pub(crate) write: fn(&DialPlan) -> String,
    /// Whether a beginning that leads somewhere itself keeps an emergency number from being sent at once.
    pub(crate) holds_back: fn(&str, &str) -> bool,
}

impl Dialect {
    /// Writes a plan in this language.
    pub(crate) fn write(&self, plan: &DialPlan) -> String {
        (self.write)(plan)
    }

    /// The emergency numbers that are sent at once in this language.
    pub(crate) fn help_of(&self, plan: &DialPlan) -> impl Iterator<Item = &'static str> {
        plan.help_at_once(self.holds_back)
    }
}

/// The most characters of `P4200`.
const GRANDSTREAM_CHARACTERS: usize = 1024;

/// The most characters of a `Dial_Plan` (the administrators' guides of the SPA series).
const LINKSYS_CHARACTERS: usize = 2047;

/// The most bytes of a Polycom's digit map in firmware of 2004. Version 2.1 and later take 768.
const POLYCOM_BYTES: usize = 512;

/// The most alternatives of one, likewise. Version 2.1 and later take 30.
const POLYCOM_ALTERNATIVES: usize = 20;

/// Grandstream: `P4200`.
///
/// `x` is a digit, `+` one or more of what stands before it, and `|` separates alternatives. A sequence without `+` is
/// dialled when it is complete, one with it after the no-key timeout (`P85`). The manuals do not say which of two that fit
/// wins. In case it is the one that can go on, no sequence with `+` begins with an emergency number; for other numbers
/// the language has no such way, and the worst is a wait.
///
/// 91 alone is not in it, unless it leads somewhere: `91` would be dialled before a third key could come, and `91+` would
/// hold 911 back. A caller who stops at 91 hears the device's own busy tone.
pub(crate) const GRANDSTREAM: Dialect = Dialect { write: grandstream, holds_back: is_repeated_to };

/// Linksys and Cisco: `Dial_Plan_1_`.
///
/// `.` is none or more of what stands before it. A sequence that is complete is sent at once if no other can go on, and
/// otherwise after the short interdigit timer; `S0` behind it sets that timer to nothing, as in the makers' own default
/// plan. All that is dialled is complete, key by key, so the long timer, at whose end the adapter gives a busy tone, never
/// runs. Nothing that goes on begins with an emergency number.
pub(crate) const LINKSYS: Dialect = Dialect { write: linksys, holds_back: |_, _| false };

/// Polycom: `dialplan.digitmap`, the alternatives of a digit map (RFC 3435, section 2.1.5).
///
/// `.` is none or more of what stands before it, `T` the timer. An alternative without `T` is dialled when it is complete,
/// whatever else could go on. Even if it were not so, nothing that goes on begins with an emergency number.
pub(crate) const POLYCOM: Dialect =
    Dialect { write: |plan| digit_map(plan, POLYCOM_BYTES, POLYCOM_ALTERNATIVES), holds_back: |_, _| false };

/// Yealink: `dialplan.digitmap.string`, a digit map as on a Polycom, of at most 2048 characters.
///
/// A number is dialled when an alternative without `T` is complete (Administrator's Guide for T2, T4 and T5, page 358).
pub(crate) const YEALINK: Dialect =
    Dialect { write: |plan| digit_map(plan, YEALINK_CHARACTERS, usize::MAX), holds_back: |_, _| false };

/// Snom: `user_dp_str`, regular expressions between bars, each with what it becomes and flags; `d` dials at once.
///
/// Only what is complete needs one: all else goes out as it is after `auto_dial`. Sequences with `#` are left to that, since
/// what becomes of `#` in a URI is not documented. How long the setting may be is not, either; it is kept to 1024 characters
/// (assumed).
pub(crate) const SNOM: Dialect = Dialect { write: snom, holds_back: |_, _| false };

/// The most characters of a Yealink's digit map.
const YEALINK_CHARACTERS: usize = 2048;

/// The most characters of a Snom's dial plan (assumed).
const SNOM_CHARACTERS: usize = 1024;

fn snom(plan: &DialPlan) -> String {
    let help: Vec<_> = SNOM.help_of(plan).collect();
    plan.longest(&help, |complete| {
        let fits = complete.iter().filter(|pattern| !pattern.keys().any(|keys| keys.holds('#')));
        let rules: Vec<_> =
            fits.map(|pattern| format!("|^({})$|sip:\\1@\\d|d", expression(pattern))).collect();
        let plan = rules.join(" ");
        (plan.len() <= SNOM_CHARACTERS).then_some(plan)
    })
}

/// A pattern as a regular expression: `1[2-9][0-9]{9}`.
fn expression(pattern: &Pattern) -> String {
    let mut text = String::new();
    let keys: Vec<_> = pattern.keys().collect();
    for same in keys.chunk_by(|one, other| one == other) {
        let Some(keys) = same.first() else { continue };
        let set: String = keys.iter().collect();
        let class = match (*keys == Keys::DIGITS, keys.is_one()) {
            (true, _) => "[0-9]".to_owned(),
            (false, true) if set != "*" => set,
            _ => format!("[{set}]"),
        };
        match same.len() {
            1 => text.push_str(&class),
            _ if keys.is_one() => same.iter().for_each(|_| text.push_str(&class)),
            length => text.push_str(&format!("{class}{{{length}}}")),
        }
    }
    text
}

fn grandstream(plan: &DialPlan) -> String {
    let help: Vec<_> = GRANDSTREAM.help_of(plan).collect();
    let others: Vec<_> = if help.is_empty() {
        vec!["[x*#]+".to_owned()]
    } else {
        let open = DialPlan::others(&help).open.into_iter().flat_map(|pattern| {
            let text = pattern.text(false);
            [format!("{text}+"), format!("{text}[x*#]+")]
        });
        let mut begun: Vec<_> = help.iter().flat_map(|number| beginnings(number)).collect();
        begun.sort_unstable();
        begun.dedup();
        let begun = begun.into_iter().filter(|keys| !help.iter().any(|number| is_repeated_to(keys, number)));
        open.chain(begun.map(|keys| format!("{keys}+"))).collect()
    };
    plan.longest(&help, |complete| {
        let complete = complete.iter().map(|pattern| pattern.text(false));
        let all: Vec<_> = complete.chain(others.iter().cloned()).collect();
        let plan = format!("{{ {} }}", all.join(" | "));
        (plan.len() <= GRANDSTREAM_CHARACTERS).then_some(plan)
    })
}

/// Whether keys become a number when the last of them is pressed again and again: 91 becomes 911.
fn is_repeated_to(keys: &str, number: &str) -> bool {
    let rest = number.strip_prefix(keys);
    rest.is_some_and(|rest| keys.chars().next_back().is_some_and(|last| rest.chars().all(|key| key == last)))
}

fn linksys(plan: &DialPlan) -> String {
    let help: Vec<_> = LINKSYS.help_of(plan).collect();
    let Others { beginnings, open } = DialPlan::others(&help);
    let beginnings = beginnings.iter().map(|pattern| pattern.text(true));
    let others: Vec<_> = beginnings.chain(open.iter().map(|pattern| going_on(pattern) + ".")).collect();
    plan.longest(&help, |complete| {
        let complete = complete.iter().map(|pattern| pattern.text(true) + "S0");
        let all: Vec<_> = complete.chain(others.iter().cloned()).collect();
        let plan = format!("({})", all.join("|"));
        (plan.len() <= LINKSYS_CHARACTERS).then_some(plan)
    })
}

fn digit_map(plan: &DialPlan, bytes: usize, alternatives: usize) -> String {
    let help: Vec<_> = POLYCOM.help_of(plan).collect();
    let Others { beginnings, open } = DialPlan::others(&help);
    let beginnings = beginnings.iter().map(|pattern| format!("{}T", pattern.text(true)));
    let others: Vec<_> = beginnings.chain(open.iter().map(|pattern| going_on(pattern) + ".T")).collect();
    plan.longest(&help, |complete| {
        let complete = complete.iter().map(|pattern| pattern.text(true));
        let all: Vec<_> = complete.chain(others.iter().cloned()).collect();
        let plan = all.join("|");
        (plan.len() <= bytes && all.len() <= alternatives).then_some(plan)
    })
}

/// The pattern, and any key behind it.
fn going_on(pattern: &Pattern) -> String {
    pattern.then(iter::once(Keys::ALL)).text(true)
}
