//! Which keys a device waits for, and when it sends them.
//!
//! The server reads what was dialled, and says why when it refuses. So a device keeps nothing back: it sends whatever was
//! keyed, as it was keyed, once no key has come for a while. What is complete it sends at once.

use network::{DeviceKind, Extension, Network};

use crate::complete::complete;
use crate::pattern::{Keys, Others, Pattern};
use crate::server::Server;

/// How long a device waits for another key, in seconds. Their makers' 3 or 4 cut off whoever dials slowly.
pub const NO_KEY_TIMEOUT: u8 = 7;

/// The most characters of `P4200`.
const GRANDSTREAM_CHARACTERS: usize = 1024;

/// The most characters of a `Dial_Plan` (the administrators' guides of the SPA series).
const LINKSYS_CHARACTERS: usize = 2047;

/// The most bytes of a Polycom's digit map in firmware of 2004. Version 2.1 and later take 768.
const POLYCOM_BYTES: usize = 512;

/// The most alternatives of one, likewise. Version 2.1 and later take 30.
const POLYCOM_ALTERNATIVES: usize = 20;

/// The dial plan of a phone, to be written in the language of its device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DialPlan {
    /// What is sent with its last key, most important first. Nothing longer that the server accepts begins with it.
    complete: Vec<Pattern>,
    /// Whether 911 is complete.
    is_911_alone: bool,
    /// Whether 91 leads somewhere, as a code or a name.
    is_91_a_place: bool,
}

impl DialPlan {
    /// The plan for a phone: what the server accepts is asked of the server's own code.
    #[must_use]
    pub fn of(network: &Network, phone: &Extension) -> Self {
        let complete = complete(network, phone);
        Self {
            is_911_alone: complete.iter().any(|pattern| Pattern::exactly("911").as_ref() == Some(pattern)),
            is_91_a_place: Server { network, phone }.accepts("91"),
            complete,
        }
    }

    /// Whether a device of this kind sends 911 with its last key, and not after [`NO_KEY_TIMEOUT`]. Programs send
    /// whatever they are told to, at once.
    #[must_use]
    pub fn sends_911_at_once(&self, kind: DeviceKind) -> bool {
        match kind {
            DeviceKind::GrandstreamHt701 | DeviceKind::GrandstreamHt801 => {
                self.is_911_alone && !self.is_91_a_place
            }
            _ => self.is_911_alone,
        }
    }

    /// For a Grandstream: `P4200`.
    ///
    /// `x` is a digit, `+` one or more of what stands before it, and `|` separates alternatives. A sequence without
    /// `+` is dialled when it is complete, one with it after the no-key timeout (`P85`). The manuals do not say which of
    /// two that fit wins. In case it is the one that can go on, no sequence with `+` begins with 911; for other
    /// numbers the language has no such way, and the worst is a wait.
    ///
    /// 91 alone is not in it, unless it leads somewhere: `91` would be dialled before a third key could come, and
    /// `91+` would hold 911 back. A caller who stops at 91 hears the device's own busy tone.
    pub(crate) fn grandstream(&self) -> String {
        let others: &[&str] = if self.sends_911_at_once(DeviceKind::GrandstreamHt801) {
            &[
                "[012345678*#]+",
                "[012345678*#][x*#]+",
                "9+",
                "9[023456789*#]+",
                "9[023456789*#][x*#]+",
                "91[023456789*#]+",
                "91[023456789*#][x*#]+",
            ]
        } else {
            &["[x*#]+"]
        };
        self.longest(|complete| {
            let complete = complete.iter().map(|pattern| pattern.text(false));
            let all: Vec<_> = complete.chain(others.iter().map(ToString::to_string)).collect();
            let plan = format!("{{ {} }}", all.join(" | "));
            (plan.len() <= GRANDSTREAM_CHARACTERS).then_some(plan)
        })
    }

    /// For a Linksys or Cisco adapter: `Dial_Plan_1_`.
    ///
    /// `.` is none or more of what stands before it. A sequence that is complete is sent at once if no other can go on,
    /// and otherwise after the short interdigit timer; `S0` behind it sets that timer to nothing, as in the makers' own
    /// default plan. All that is dialled is complete, key by key, so the long timer, at whose end the adapter gives a
    /// busy tone, never runs. Nothing that goes on begins with 911.
    pub(crate) fn linksys(&self) -> String {
        let others = self.others();
        let beginnings = others.beginnings.iter().map(|pattern| pattern.text(true));
        let open = others.open.iter().map(|pattern| pattern.then([Keys::ALL]).text(true) + ".");
        let others: Vec<_> = beginnings.chain(open).collect();
        self.longest(|complete| {
            let complete = complete.iter().map(|pattern| pattern.text(true) + "S0");
            let all: Vec<_> = complete.chain(others.iter().cloned()).collect();
            let plan = format!("({})", all.join("|"));
            (plan.len() <= LINKSYS_CHARACTERS).then_some(plan)
        })
    }

    /// For a Polycom: `dialplan.digitmap`, the alternatives of a digit map (RFC 3435, section 2.1.5).
    ///
    /// `.` is none or more of what stands before it, `T` the timer. An alternative without `T` is dialled when it is
    /// complete, whatever else could go on. Even if it were not so, nothing that goes on begins with 911.
    pub(crate) fn polycom(&self) -> String {
        let others = self.others();
        let beginnings = others.beginnings.iter().map(|pattern| format!("{}T", pattern.text(true)));
        let open = others.open.iter().map(|pattern| pattern.then([Keys::ALL]).text(true) + ".T");
        let others: Vec<_> = beginnings.chain(open).collect();
        self.longest(|complete| {
            let complete = complete.iter().map(|pattern| pattern.text(true));
            let all: Vec<_> = complete.chain(others.iter().cloned()).collect();
            let plan = all.join("|");
            (plan.len() <= POLYCOM_BYTES && all.len() <= POLYCOM_ALTERNATIVES).then_some(plan)
        })
    }

    /// Everything but 911, if that is complete.
    fn others(&self) -> Others {
        let help: Vec<_> = Pattern::exactly("911").into_iter().filter(|_| self.is_911_alone).collect();
        Others::than(&help)
    }

    /// A plan with as much of what is complete as its device can hold. What it cannot hold goes out after the timeout.
    fn longest(&self, write: impl Fn(&[Pattern]) -> Option<String>) -> String {
        let mut held: Vec<Pattern> = Vec::new();
        let mut plan = write(&held).unwrap_or_default();
        for pattern in &self.complete {
            held.push(pattern.clone());
            match write(&held) {
                Some(longer) => plan = longer,
                None => drop(held.pop()),
            }
        }
        plan
    }
}
