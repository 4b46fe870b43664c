//! The user part of a SIP URI.

use std::fmt::Write;

/// Percent-encodes what a user part may not hold as it is (RFC 3261, section 25.1: `unreserved` and
/// `user-unreserved`, but for `;` and `?`, at which phones begin to read something else).
pub(crate) fn user(name: &str) -> String {
    let mut user = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.!~*'()&=+$,/".contains(&byte) {
            user.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(user, "%{byte:02X}");
        }
    }
    user
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_characters_are_encoded() {
        assert_eq!(user("street-roots_2"), "street-roots_2");
        assert_eq!(user("+15035550110"), "+15035550110");
        assert_eq!(user("a b&c"), "a%20b&c");
        assert_eq!(user("a;b?c"), "a%3Bb%3Fc");
    }
}
