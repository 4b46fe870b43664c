//! From a phone of the network to the files of its device.

use network::{DeviceMode, Extension, Network};
use secret::Secret;

use crate::error::DeviceError;
use crate::file::DeviceFile;
use crate::lab;
use crate::line::{Line, Proxy};
use crate::profile::Profile;
use crate::service::Service;
use crate::xml;

/// Writes the files of a phone's device. What the phone may dial is asked of the service.
///
/// # Errors
///
/// The phone has no device, or one that cannot do what the stage demands, or a value that its format cannot carry.
pub fn render(
    network: &Network,
    phone: &Extension,
    password: &Secret,
    service: &dyn Service,
    proxy: Proxy<'_>,
) -> Result<Vec<DeviceFile>, DeviceError> {
    let device = phone.device().ok_or(DeviceError::NoDevice)?;
    let profile = Profile::of(device.kind);
    if device.kind.is_hardware() && device.mac.is_none() {
        return Err(DeviceError::NoMac);
    }
    if network.stage().secure && !profile.is_secure {
        return Err(DeviceError::NotSecure(device.kind.as_str()));
    }
    if device.mode == DeviceMode::Menu && device.kind.is_hardware() && !profile.has_hot_line {
        return Err(DeviceError::NoHotLine(device.kind.as_str()));
    }
    let line = Line::new(network, phone, device, password, service, proxy);
    if !xml::can_hold(line.password()) {
        return Err(line.unwritable("password", "make a new one with dialtone rotate"));
    }
    if !xml::can_hold(line.label) {
        return Err(line.unwritable("label", "choose another label in the network file"));
    }
    let files = (profile.files)(&line)?;
    Ok(match proxy {
        Proxy::Edge => files,
        Proxy::Lab(_) => lab::marked(files, network, phone),
    })
}
