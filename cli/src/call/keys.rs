//! Keys pressed at a dial tone.

use std::str::FromStr;

use super::document::Element;

/// What a person presses: digits, `*` and `#`, perhaps nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Keys(String);

impl Keys {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Keys {
    type Err = String;

    /// Reads keys; what people write between them is dropped.
    fn from_str(text: &str) -> Result<Self, String> {
        let keys: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')')).collect();
        match keys.chars().find(|c| !matches!(c, '0'..='9' | '*' | '#')) {
            Some(c) => Err(format!("{c:?} is not a key of a telephone; write 0 to 9, * and #")),
            None => Ok(Self(keys)),
        }
    }
}

/// What a `<Gather>` makes of keys: its `Digits` and `FinishedOnKey`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Gathered {
    pub(super) digits: String,
    /// Blank when time, or the number of digits, ended the input.
    pub(super) finished_on: String,
}

impl Gathered {
    /// Twilio stops at the first finishing key, or after `numDigits`; it does not hear what follows.
    pub(super) fn from(keys: &Keys, gather: &Element) -> Self {
        let finish_on = gather.attribute("finishOnKey").unwrap_or("#");
        let most = gather.attribute("numDigits").and_then(|text| text.parse().ok()).unwrap_or(usize::MAX);
        let mut digits = String::new();
        for key in keys.0.chars() {
            if finish_on.contains(key) {
                return Self { digits, finished_on: key.to_string() };
            }
            digits.push(key);
            if digits.len() >= most {
                break;
            }
        }
        Self { digits, finished_on: String::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gathered(keys: &str, attributes: &[(&str, &str)]) -> (String, String) {
        let attributes = attributes.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        let gather = Element { attributes, ..Element::default() };
        let gathered = Gathered::from(&keys.parse().unwrap(), &gather);
        (gathered.digits, gathered.finished_on)
    }

    #[test]
    fn a_finishing_key_is_no_digit() {
        for (keys, digits, finished_on) in [
            ("503-555-0123#", "5035550123", "#"),
            ("5035550123", "5035550123", ""),
            ("#", "", "#"),
            ("", "", ""),
            ("*67#503", "*67", "#"),
            ("911##", "911", "#"),
        ] {
            assert_eq!(gathered(keys, &[]), (digits.into(), finished_on.into()), "{keys}");
        }
    }

    #[test]
    fn the_document_chooses_the_finishing_key_and_the_length() {
        assert_eq!(gathered("12#*3", &[("finishOnKey", "*")]), ("12#".into(), "*".into()));
        assert_eq!(gathered("12#", &[("finishOnKey", "")]), ("12#".into(), "".into()));
        assert_eq!(gathered("1234#", &[("numDigits", "3")]), ("123".into(), "".into()));
        assert_eq!(gathered("12#", &[("numDigits", "3")]), ("12".into(), "#".into()));
    }

    #[test]
    fn letters_are_no_keys() {
        assert!("abc".parse::<Keys>().unwrap_err().contains("'a'"));
        assert!("+1503".parse::<Keys>().is_err());
    }
}
