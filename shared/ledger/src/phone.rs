//! Names of phones, which are never telephone numbers.

use std::fmt;

use network::UNKNOWN;

/// A phone's name in events: a label or a user name of the network file, or `unknown`.
///
/// A telephone number cannot be in it. Older systems published numbers here; they become `unknown`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PhoneName(Box<str>);

impl PhoneName {
    /// The name that an event gives.
    #[must_use]
    pub fn of_event(text: &str) -> Self {
        let is_word = !text.is_empty() && text.chars().count() <= 64 && !text.chars().any(char::is_control);
        Self(if is_word && !numbers::has_number(text) { text.into() } else { UNKNOWN.into() })
    }

    /// The phone that is not known.
    #[must_use]
    pub fn unknown() -> Self {
        Self(UNKNOWN.into())
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a phone is named at all.
    #[must_use]
    pub fn is_known(&self) -> bool {
        &*self.0 != UNKNOWN
    }
}

impl fmt::Display for PhoneName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_no_name() {
        for name in ["lobby", "cocina 2", "bottles-and-cans-one", "Straße 12", "a1b2c3d4e5f6g7", "123456"] {
            assert_eq!(PhoneName::of_event(name).as_str(), name);
        }
        for number in [
            "+15035550123",
            "503-555-0123",
            "(503) 555 0123",
            "5550123",
            "sip:5035550123@x",
            "lobby\n",
            "",
            "%2B15035550123",
            "٠١٢٣٤٥٦٧",
            "5_0_3_5_5_5_0",
        ] {
            assert_eq!(PhoneName::of_event(number), PhoneName::unknown(), "{number}");
        }
    }
}
