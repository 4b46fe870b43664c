//! Devices that send an emergency number late.

use network::{DeviceMode, Extension, Network};

use crate::{DialPlan, NO_KEY_TIMEOUT, Service};

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
