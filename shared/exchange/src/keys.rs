//! Keys of a telephone, and what a `<Gather>` makes of them.

use std::str::FromStr;

use crate::element::Element;

/// The keys that a person presses: digits, `*` and `#`, perhaps nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keys(String);

/// A character that no telephone has a key for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a key of a telephone; write 0 to 9, * and #")]
pub struct NoKey(pub char);

impl Keys {
    /// The keys, in order.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Keys {
    type Err = NoKey;

    /// Reads keys; what people write between them is dropped.
    fn from_str(text: &str) -> Result<Self, NoKey> {
        let keys: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')')).collect();
        match keys.chars().find(|c| !is_key(*c)) {
            Some(c) => Err(NoKey(c)),
            None => Ok(Self(keys)),
        }
    }
}

/// Whether a telephone has this key.
#[must_use]
pub fn is_key(c: char) -> bool {
    matches!(c, '0'..='9' | '*' | '#')
}

/// The keys of a `<Gather>` so far, and what ends them.
#[derive(Debug)]
pub(crate) struct Gathered {
    pub(crate) digits: String,
    /// Blank when time, or the number of digits, ended the input.
    pub(crate) finished_on: String,
    finish_on: String,
    most: usize,
}

impl Gathered {
    pub(crate) fn new(gather: &Element) -> Self {
        Self {
            digits: String::new(),
            finished_on: String::new(),
            finish_on: gather.attribute("finishOnKey").unwrap_or("#").to_owned(),
            most: gather.attribute("numDigits").and_then(|text| text.parse().ok()).unwrap_or(usize::MAX),
        }
    }

    /// Takes a key; true when it ends the input: the finishing key, which is no digit, or the last of `numDigits`.
    pub(crate) fn press(&mut self, key: char) -> bool {
        if self.finish_on.contains(key) {
            self.finished_on = key.to_string();
            return true;
        }
        self.digits.push(key);
        self.digits.len() >= self.most
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gathered(keys: &str, attributes: &[(&str, &str)]) -> (String, String) {
        let attributes = attributes.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        let mut gathered = Gathered::new(&Element { attributes, ..Element::default() });
        // Twilio does not hear what follows the end.
        let _ = keys.parse::<Keys>().unwrap().as_str().chars().any(|key| gathered.press(key));
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
        assert!("abc".parse::<Keys>().unwrap_err().to_string().contains("'a'"));
        assert!("+1503".parse::<Keys>().is_err());
    }
}
