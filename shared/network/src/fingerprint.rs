//! The fingerprint that identifies a network file.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

/// The first 8 bytes of the SHA-256 (FIPS 180-4) of a network file: enough to tell two files of one network apart.
///
/// It is written as 16 hexadecimal digits, as `sha256sum dialtone.toml | cut -c 1-16` prints them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 8]);

impl Fingerprint {
    /// The fingerprint of a file's text.
    #[must_use]
    pub fn of(text: impl AsRef<[u8]>) -> Self {
        let hash = Sha256::digest(text.as_ref());
        Self(hash.first_chunk().copied().unwrap_or_default())
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", u64::from_be_bytes(self.0))
    }
}

/// A text is not the fingerprint of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not 16 hexadecimal digits in small letters")]
pub struct NoFingerprint;

impl FromStr for Fingerprint {
    type Err = NoFingerprint;

    fn from_str(text: &str) -> Result<Self, NoFingerprint> {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if text.len() != 16 || !text.bytes().all(is_digit) {
            return Err(NoFingerprint);
        }
        u64::from_str_radix(text, 16).map(|number| Self(number.to_be_bytes())).map_err(|_| NoFingerprint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_beginning_of_what_sha256sum_prints() {
        // FIPS 180-4's example of one block ("abc"), and the well-known hash of nothing.
        for (text, digits) in [("abc", "ba7816bf8f01cfea"), ("", "e3b0c44298fc1c14")] {
            assert_eq!(Fingerprint::of(text).to_string(), digits);
            assert_eq!(digits.parse(), Ok(Fingerprint::of(text)));
        }
    }

    #[test]
    fn what_is_no_fingerprint_is_refused() {
        for text in ["", "ba7816bf8f01cfe", "ba7816bf8f01cfea4", "BA7816BF8F01CFEA", "+a7816bf8f01cfea"] {
            assert_eq!(text.parse::<Fingerprint>(), Err(NoFingerprint), "{text}");
        }
    }
}
