//! Numbers as the telephone networks of the world know them (ITU-T E.164).

use std::fmt;

use crate::countries::calling_code;

/// The most digits that a number has, country code included (ITU-T E.164, 6.1).
const MOST_DIGITS: usize = 15;

/// A number in E.164 form: `+`, a country code, and the national number; 2 to 15 digits, the first not 0.
///
/// Well-formed is not existing: that is [`look_up`](crate::look_up)'s to say.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct E164(Text);

impl E164 {
    /// Reads exactly `^\+[1-9][0-9]{1,14}$`: ASCII digits, nothing before, between or after.
    ///
    /// # Errors
    ///
    /// Which rule the text breaks, without the text.
    pub fn parse(text: &str) -> Result<Self, E164Error> {
        Text::parse(text, 2).map(Self)
    }

    /// The number with its `+`. This is the only way to its digits, so that none are printed by accident.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The number without its `+`.
    #[must_use]
    pub fn digits(&self) -> &str {
        self.0.digits()
    }

    /// Whether the number begins with these digits, or is them.
    #[must_use]
    pub fn starts_with(&self, prefix: &Prefix) -> bool {
        self.digits().starts_with(prefix.0.digits())
    }
}

impl fmt::Debug for E164 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.redact("E164", f)
    }
}

/// The beginning of numbers, or a whole one, as lists of blocked numbers have them: `+` and 1 to 15 digits, the first
/// not 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prefix(Text);

impl Prefix {
    /// Reads exactly `^\+[1-9][0-9]{0,14}$`.
    ///
    /// # Errors
    ///
    /// Which rule the text breaks, without the text.
    pub fn parse(text: &str) -> Result<Self, E164Error> {
        Text::parse(text, 1).map(Self)
    }

    /// The prefix with its `+`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Debug for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.redact("Prefix", f)
    }
}

/// Why a text is no number in E.164 form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum E164Error {
    /// It does not begin with `+`.
    #[error("does not begin with +")]
    NoPlus,
    /// After the `+` is something other than `0` to `9`.
    #[error("has something other than digits after the +")]
    NotDigits,
    /// Its first digit is 0, which no country code begins with.
    #[error("has a country code that begins with 0")]
    LeadingZero,
    /// It has too few digits, or more than 15.
    #[error("has too few digits or more than 15")]
    Length,
}

/// `+` and digits, in place, so that numbers are `Copy`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Text {
    /// Zeros follow the text, so the derived order is the order of the texts.
    bytes: [u8; MOST_DIGITS + 1],
    length: u8,
}

impl Text {
    fn parse(text: &str, least: usize) -> Result<Self, E164Error> {
        let digits = text.strip_prefix('+').ok_or(E164Error::NoPlus)?;
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(E164Error::NotDigits);
        }
        if digits.starts_with('0') {
            return Err(E164Error::LeadingZero);
        }
        if !(least..=MOST_DIGITS).contains(&digits.len()) {
            return Err(E164Error::Length);
        }
        let mut bytes = [0; MOST_DIGITS + 1];
        bytes.iter_mut().zip(text.bytes()).for_each(|(to, from)| *to = from);
        let length = u8::try_from(text.len()).map_err(|_| E164Error::Length)?;
        Ok(Self { bytes, length })
    }

    fn as_str(&self) -> &str {
        // Always there and ASCII: `parse` is the only source.
        self.bytes
            .get(..usize::from(self.length))
            .and_then(|text| str::from_utf8(text).ok())
            .unwrap_or_default()
    }

    fn digits(&self) -> &str {
        self.as_str().trim_start_matches('+')
    }

    /// At most the country code, which is no one's secret.
    fn redact(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.digits().len();
        match calling_code(self.digits()) {
            Some((code, _)) => write!(f, "{name}(+{code}…, {count} digits)"),
            None => write!(f, "{name}(+…, {count} digits)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn well_formed_numbers_are_kept_as_they_are() {
        for text in ["+15035550123", "+12", "+99", "+442079460123", "+123456789012345"] {
            let number = E164::parse(text).unwrap();
            assert_eq!(number.as_str(), text);
            assert_eq!(number.digits(), &text[1..]);
        }
    }

    #[test]
    fn anything_else_is_refused_by_the_rule_it_breaks() {
        let cases = [
            ("", E164Error::NoPlus),
            ("15035550123", E164Error::NoPlus),
            (" +15035550123", E164Error::NoPlus),
            ("＋15035550123", E164Error::NoPlus),
            ("+1 5035550123", E164Error::NotDigits),
            ("+15035550123\n", E164Error::NotDigits),
            ("++15035550123", E164Error::NotDigits),
            ("+１5035550123", E164Error::NotDigits),
            ("+05035550123", E164Error::LeadingZero),
            ("+", E164Error::Length),
            ("+1", E164Error::Length),
            ("+1234567890123456", E164Error::Length),
        ];
        for (text, error) in cases {
            assert_eq!(E164::parse(text), Err(error), "{text:?}");
        }
    }

    #[test]
    fn a_prefix_may_be_one_digit_or_a_whole_number() {
        let number = E164::parse("+15035550123").unwrap();
        for text in ["+1", "+1503", "+15035550123"] {
            let prefix = Prefix::parse(text).unwrap();
            assert!(number.starts_with(&prefix), "{text}");
            assert_eq!(prefix.as_str(), text);
        }
        for text in ["+2", "+1504", "+150355501230"] {
            assert!(!number.starts_with(&Prefix::parse(text).unwrap()), "{text}");
        }
        for text in ["", "+", "1503", "+0", "+1-503", "+1234567890123456"] {
            assert!(Prefix::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn nothing_printed_has_digits_of_the_number() {
        assert_eq!(format!("{:?}", E164::parse("+15035550123").unwrap()), "E164(+1…, 11 digits)");
        assert_eq!(format!("{:?}", E164::parse("+442079460123").unwrap()), "E164(+44…, 12 digits)");
        assert_eq!(format!("{:?}", E164::parse("+2101234567").unwrap()), "E164(+…, 10 digits)");
        assert_eq!(format!("{:?}", Prefix::parse("+1503555").unwrap()), "Prefix(+1…, 7 digits)");
        assert!(!E164::parse("+1503555012345678").unwrap_err().to_string().contains("503"));
    }

    #[test]
    fn numbers_are_in_the_order_of_their_texts() {
        let parse = |text| E164::parse(text).unwrap();
        assert!(parse("+1503") < parse("+15035550123"));
        assert!(parse("+15035550123") < parse("+15035550124"));
        assert!(parse("+15035550123") < parse("+44"));
    }

    proptest! {
        #[test]
        fn what_is_parsed_comes_out_again(text in "\\+[1-9][0-9]{1,14}") {
            let number = E164::parse(&text).unwrap();
            prop_assert_eq!(number.as_str(), text.as_str());
            prop_assert_eq!(E164::parse(number.as_str()), Ok(number));
            prop_assert!(number.starts_with(&Prefix::parse(&text).unwrap()));
        }

        #[test]
        fn only_the_form_is_accepted(text in "\\PC*|[+0-9]{0,18}") {
            let digits = text.strip_prefix('+').filter(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()));
            let fits = digits.is_some_and(|rest| (2..=15).contains(&rest.len()) && !rest.starts_with('0'));
            prop_assert_eq!(E164::parse(&text).is_ok(), fits);
        }
    }
}
