//! The hash of digest authentication.

use md5::{Digest as _, Md5};

/// MD5 (RFC 1321) of a text, as 32 hexadecimal digits.
#[must_use]
pub fn md5(text: &str) -> String {
    format!("{:032x}", u128::from_be_bytes(Md5::digest(text.as_bytes()).into()))
}
