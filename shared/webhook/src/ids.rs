//! Twilio's identifiers: two letters and 32 hexadecimal digits.

use std::fmt;

/// Whether `text` is a Twilio identifier of the kind that `prefix` names.
pub(crate) fn is_sid(prefix: &str, text: &str) -> bool {
    text.strip_prefix(prefix)
        .is_some_and(|hex| hex.len() == 32 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

macro_rules! sid {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        ///
        /// Nothing else can be in it, so it may be logged.
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Box<str>);

        impl $name {
            #[doc = concat!("Accepts exactly `", $prefix, "` and 32 hexadecimal digits.")]
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                is_sid($prefix, text).then(|| Self(text.into()))
            }

            /// The identifier as Twilio wrote it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

sid! {
    /// Names one leg of a call, for its whole life.
    CallSid, "CA"
}

sid! {
    /// Names a Twilio account or subaccount.
    AccountSid, "AC"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_exact_shape_is_an_identifier() {
        let hex = "0123456789abcdefABCDEF0123456789";
        assert_eq!(CallSid::parse(&format!("CA{hex}")).unwrap().as_str(), format!("CA{hex}"));
        assert_eq!(AccountSid::parse(&format!("AC{hex}")).unwrap().to_string(), format!("AC{hex}"));
        for wrong in [
            format!("AC{hex}"),
            format!("ca{hex}"),
            format!("CA{hex}0"),
            format!(" CA{hex}"),
            format!("CA{hex}\n"),
        ] {
            assert_eq!(CallSid::parse(&wrong), None, "{wrong}");
        }
        assert_eq!(CallSid::parse("CA+1503555010000000000000000000000"), None);
        assert_eq!(CallSid::parse(&format!("CA{}", "é".repeat(16))), None);
        assert_eq!(CallSid::parse(""), None);
    }

    #[test]
    fn is_printed_bare() {
        let sid = CallSid::parse(&format!("CA{}", "0".repeat(32))).unwrap();
        assert_eq!(format!("{sid:?}"), sid.as_str());
    }
}
