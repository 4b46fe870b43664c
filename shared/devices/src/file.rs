//! A file for a device, and its name.

use std::fmt::{self, Write};

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
