//! Devices that send an emergency number late.

use network::{DeviceKind, DeviceMode, Extension, Network};

use crate::dial_plan::{DialPlan, NO_KEY_TIMEOUT};
use crate::profile::Profile;
use crate::service::Service;

/// A sentence for the person who sets up a phone, if its device does not send an emergency number with its last key.
#[must_use]
pub fn late_help(network: &Network, phone: &Extension, service: &impl Service) -> Option<String> {
    let device = phone.device()?;
    // A menu phone collects no keys: whatever is pressed goes to the menu. A program sends what it is told to.
    if device.mode == DeviceMode::Menu || !device.kind.is_hardware() {
        return None;
    }
    let plan = DialPlan::of(network, phone, service);
    let late: Vec<_> = plan.late(device.kind).collect();
    if late.is_empty() {
        return None;
    }
    Some(format!(
        "{}: the device sends {} after {NO_KEY_TIMEOUT} seconds and not at once, since something else that it may dial \
         begins with the same keys",
        phone.name(),
        late.join(" and ")
    ))
}

impl DialPlan {
    /// Whether a device of this kind sends an emergency number with its last key, and not after [`NO_KEY_TIMEOUT`]. Programs
    /// send what they are told to, at once.
    #[must_use]
    pub fn sends_at_once(&self, kind: DeviceKind, number: &str) -> bool {
        Profile::of(kind).dialect.is_none_or(|dialect| dialect.help_of(self).any(|known| known == number))
    }

    /// The emergency numbers of the phone's countries that a device of this kind does not send with their last key. None,
    /// unless the file has something else that begins so.
    pub fn late(&self, kind: DeviceKind) -> impl Iterator<Item = &'static str> {
        self.own_help.iter().copied().filter(move |number| !self.sends_at_once(kind, number))
    }
}
