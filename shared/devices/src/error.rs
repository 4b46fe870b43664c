//! Why a device's file cannot be written.

use network::Finding;
use thiserror::Error;

/// Why a device's file cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DeviceError {
    /// The phone has no `device` in the network file.
    #[error("the phone has no device")]
    NoDevice,
    /// Hardware asks for its file by its MAC address, and the network file does not name it.
    #[error("the device has no mac")]
    NoMac,
    /// The stage's SIP domain takes nothing but TLS and SRTP (`secure = true`), and the device has not both as
    /// Twilio speaks them.
    #[error("a {0} cannot encrypt calls as this stage demands")]
    NotSecure(&'static str),
    /// The phone shall dial when its handset is lifted, and no setting for that is known.
    #[error("no setting is known by which a {0} dials when it is lifted")]
    NoHotLine(&'static str),
    /// The file's format has no way to write a value down.
    #[error("the {what} has a character that a {kind}'s file cannot carry")]
    Unwritable {
        /// `password`, `label` or `user name`; never the value itself.
        what: &'static str,
        /// The kind of device.
        kind: &'static str,
        /// The remedy.
        remedy: &'static str,
    },
}

impl DeviceError {
    /// The error as everything is reported, about a phone.
    #[must_use]
    pub fn finding(&self, phone: &str) -> Finding {
        Finding::new(phone, self.to_string(), self.remedy())
    }

    /// What to do about it.
    fn remedy(&self) -> &'static str {
        match self {
            Self::NoDevice => {
                "add one to its section, such as device = { kind = \"grandstream-ht801\", mac = \"00:0b:82:12:34:56\" }"
            }
            Self::NoMac => "add the address that is printed on it, such as mac = \"00:0b:82:12:34:56\"",
            Self::NotSecure(_) => "use another device, or set secure = false for the stage",
            Self::NoHotLine(_) => "use mode = \"dialtone\", or another device",
            Self::Unwritable { remedy, .. } => remedy,
        }
    }
}
