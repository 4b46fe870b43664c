//! A file for a device.

use std::fmt;

/// A file for a device. `Debug` shows its name and its length, since it may hold a password.
#[derive(Clone, PartialEq, Eq)]
pub struct DeviceFile {
    /// The name that the device asks for.
    pub name: String,
    /// The content.
    pub bytes: Vec<u8>,
    /// Whether it lets its reader register as this phone.
    pub is_secret: bool,
}

impl DeviceFile {
    /// A file that holds the password.
    pub(crate) fn secret(name: String, bytes: Vec<u8>) -> Self {
        Self { name, bytes, is_secret: true }
    }
}

impl fmt::Debug for DeviceFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceFile")
            .field("name", &self.name)
            .field("length", &self.bytes.len())
            .field("is_secret", &self.is_secret)
            .finish()
    }
}
