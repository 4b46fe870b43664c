//! From a phone of the network to the files of its device.

use std::fmt::Write;

use network::{DeviceMode, Extension, Network};
use secret::Secret;

use crate::error::DeviceError;
use crate::file::DeviceFile;
use crate::lab::{self, Proxy};
use crate::line::Line;
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

/// A phone's name as part of a file name and of a URL's path: letters, digits, `+`, `-` and `_` as they are, a dot
/// unless it comes first, and `=XX` for any other byte.
#[must_use]
pub fn file_name(phone: &str) -> String {
    let mut name = String::with_capacity(phone.len());
    for (at, byte) in phone.bytes().enumerate() {
        if byte.is_ascii_alphanumeric() || b"+-_".contains(&byte) || byte == b'.' && at > 0 {
            name.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(name, "={byte:02X}");
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_are_safe_and_tell_phones_apart() {
        assert_eq!(file_name("+15035550114"), "+15035550114");
        assert_eq!(file_name("street-roots_2.b"), "street-roots_2.b");
        assert_eq!(file_name("../a b=c"), "=2E.=2Fa=20b=3Dc");
        assert_ne!(file_name("a b"), file_name("a=20b"));
    }
}
