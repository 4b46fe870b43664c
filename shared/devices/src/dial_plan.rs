//! Which keys a device waits for, and when it sends them.
//!
//! The server reads what was dialled, and says why when it refuses. So a device has to keep nothing back: it sends
//! whatever was keyed, as it was keyed, once no key has come for a while. The one thing it sends at once is 911, and
//! only if nothing else that the server accepts begins with 911.

use dialplan::{DeviceKind, Extension, Network};

use crate::server;

/// How long a device waits for another key, in seconds. Their makers' 3 or 4 cut off whoever dials slowly.
pub const NO_KEY_TIMEOUT: u8 = 7;

/// The dial plan of a phone, to be written in the language of its device.
///
/// Where 911 goes out at once, no other sequence of the plan begins with 911. So it makes no difference whether a
/// device acts on the first sequence that fits, as some makers say, or on the only one that still can.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DialPlan {
    /// Whether nothing but 911 begins with 911.
    is_911_alone: bool,
    /// Whether 91 leads somewhere, as a code or a name.
    is_91_a_place: bool,
}

impl DialPlan {
    /// The plan for a phone: what the server accepts is asked of the server's own code.
    #[must_use]
    pub fn of(network: &Network, phone: &Extension) -> Self {
        Self {
            is_911_alone: !server::goes_on_from_911(network, phone),
            is_91_a_place: server::accepts("91", network, phone),
        }
    }

    /// Whether a device of this kind sends 911 with its last key, and not after [`NO_KEY_TIMEOUT`]. Programs send
    /// whatever they are told to, at once.
    #[must_use]
    pub fn sends_911_at_once(self, kind: DeviceKind) -> bool {
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
    /// `+` is dialled when it is complete, one with it after the no-key timeout (`P85`).
    ///
    /// 91 alone is not in it, unless it leads somewhere: `91` would be dialled before a third key could come, and
    /// `91+` would hold 911 back. A caller who stops at 91 hears the device's own busy tone.
    pub(crate) fn grandstream(self) -> &'static str {
        if self.sends_911_at_once(DeviceKind::GrandstreamHt801) {
            "{ 911 | [012345678*#]+ | [012345678*#][x*#]+ | 9+ | 9[023456789*#]+ | 9[023456789*#][x*#]+ | \
             91[023456789*#]+ | 91[023456789*#][x*#]+ }"
        } else {
            "{ [x*#]+ }"
        }
    }

    /// For a Linksys or Cisco adapter: `Dial_Plan_1_`.
    ///
    /// `.` is none or more of what stands before it. A sequence that is complete is sent at once if no other can go
    /// on, and otherwise after the short interdigit timer. All that is dialled is complete, key by key, so the long
    /// timer, at whose end the adapter gives a busy tone, never runs.
    pub(crate) fn linksys(self) -> &'static str {
        if self.is_911_alone {
            "([0-8*#][0-9*#].|9|9[02-9*#][0-9*#].|91|91[02-9*#][0-9*#].|911)"
        } else {
            "([0-9*#][0-9*#].)"
        }
    }

    /// For a Polycom: `dialplan.digitmap`, the alternatives of a digit map (RFC 3435, section 2.1.5).
    ///
    /// `.` is none or more of what stands before it, `T` the timer. An alternative without `T` is dialled when it is
    /// complete.
    pub(crate) fn polycom(self) -> &'static str {
        if self.is_911_alone {
            "[0-8*#][0-9*#].T|9T|9[02-9*#][0-9*#].T|91T|91[02-9*#][0-9*#].T|911"
        } else {
            "[0-9*#][0-9*#].T"
        }
    }
}
