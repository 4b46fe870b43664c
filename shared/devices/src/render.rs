//! From a phone of the network to the files of its device.

use std::fmt::Write;

use network::{DeviceKind, Extension, Mac, Network};

use crate::error::DeviceError;
use crate::file::DeviceFile;
use crate::line::Line;
use crate::password::Password;
use crate::{baresip, grandstream, linksys, linphone, polycom, xml, zoiper};

/// Writes the files of a phone's device.
///
/// # Errors
///
/// The phone has no device, or one that cannot do what the stage demands, or a value that its format cannot carry.
pub fn render(
    network: &Network,
    phone: &Extension,
    password: Password<'_>,
) -> Result<Vec<DeviceFile>, DeviceError> {
    let device = phone.device().ok_or(DeviceError::NoDevice)?;
    let mac = || device.mac.as_ref().map(Mac::hex).ok_or(DeviceError::NoMac);
    if network.stage().secure && !is_secure(device.kind) {
        return Err(DeviceError::NotSecure(device.kind.as_str()));
    }
    let line = Line::new(network, phone, device, password);
    let unwritable = |what, remedy| Err(DeviceError::Unwritable { what, kind: device.kind.as_str(), remedy });
    if !xml::can_hold(password.reveal()) {
        return unwritable("password", "make a new one with dialtone rotate");
    }
    if !xml::can_hold(line.label) {
        return unwritable("label", "choose another label in the network file");
    }
    let secret = |name, bytes| DeviceFile { name, bytes, is_secret: true };
    Ok(match device.kind {
        DeviceKind::GrandstreamHt701 | DeviceKind::GrandstreamHt801 => {
            let mac = mac()?;
            vec![secret(format!("cfg{mac}.xml"), grandstream::file(&line, device.kind, &mac))]
        }
        DeviceKind::LinksysPap2
        | DeviceKind::LinksysSpa2102
        | DeviceKind::CiscoSpa112
        | DeviceKind::CiscoSpa122 => {
            vec![secret(format!("spa{}.xml", mac()?), linksys::file(&line, device.kind))]
        }
        DeviceKind::PolycomSoundpointIp => {
            let settings = format!("{}.cfg", file_name(phone.name()));
            vec![
                DeviceFile {
                    name: format!("{}.cfg", mac()?),
                    bytes: polycom::boot_file(&settings),
                    is_secret: false,
                },
                secret(settings, polycom::file(&line)),
            ]
        }
        DeviceKind::Linphone => {
            vec![secret(format!("{}-linphone.xml", file_name(phone.name())), linphone::file(&line))]
        }
        DeviceKind::Zoiper => {
            vec![secret(format!("{}-zoiper.xml", file_name(phone.name())), zoiper::file(&line))]
        }
        DeviceKind::Baresip => {
            let name = format!("{}-baresip-accounts", file_name(phone.name()));
            vec![secret(name, baresip::file(&line)?)]
        }
    })
}

/// Whether a device speaks TLS 1.2 and SRTP with keys in the SDP (RFC 4568), which is what Twilio takes. The adapters
/// of Linksys and Cisco encrypt calls in a way of their own (mini-certificates); the others are too old.
fn is_secure(kind: DeviceKind) -> bool {
    matches!(
        kind,
        DeviceKind::GrandstreamHt801 | DeviceKind::Linphone | DeviceKind::Zoiper | DeviceKind::Baresip
    )
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
