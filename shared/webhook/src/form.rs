//! The parameters of a request.

use std::fmt;

/// The largest body, or query, that is read. A call's is below 4 KiB; a debugger event may quote a whole document
/// of 64 KiB, three times as long once it is encoded.
pub const MAX_BODY: usize = 256 * 1024;

/// The most parameters that are read: a call has about forty.
pub const MAX_FIELDS: usize = 512;

/// Parameters in the order they were sent, with blank values and duplicates kept.
///
/// The signature covers all of them (<https://www.twilio.com/docs/usage/security>), so none may be lost.
/// `Debug` shows names only.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Form(Vec<(String, String)>);

impl Form {
    /// Reads an `application/x-www-form-urlencoded` body, or the raw query of a GET.
    ///
    /// Bytes that are not UTF-8 are replaced, as the WHATWG URL standard has it.
    ///
    /// # Errors
    ///
    /// More than [`MAX_BODY`] bytes or [`MAX_FIELDS`] parameters.
    pub fn parse(body: &[u8]) -> Result<Self, FormError> {
        if body.len() > MAX_BODY {
            return Err(FormError::TooLarge);
        }
        let pairs: Vec<_> = form_urlencoded::parse(body).into_owned().take(MAX_FIELDS + 1).collect();
        if pairs.len() > MAX_FIELDS {
            return Err(FormError::TooManyFields);
        }
        Ok(Self(pairs))
    }

    /// A form of these names and values.
    pub fn from_pairs<N, V>(pairs: impl IntoIterator<Item = (N, V)>) -> Self
    where
        N: Into<String>,
        V: Into<String>,
    {
        Self(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }

    /// The first value of `name`, as sent, blank or not. Names are case-sensitive.
    #[must_use]
    pub fn first(&self, name: &str) -> Option<&str> {
        self.values(name).next()
    }

    /// The first value of `name` that is not blank, trimmed.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.values(name).map(str::trim).find(|value| !value.is_empty())
    }

    /// Names and values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The form as a request body: what [`Form::parse`] reads.
    #[must_use]
    pub fn encode(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(self.iter()).finish()
    }

    fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.iter().filter(move |(key, _)| *key == name).map(|(_, value)| value)
    }
}

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Form")?;
        f.debug_list().entries(self.iter().map(|(name, _)| name)).finish()
    }
}

/// Why a form is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormError {
    /// More than [`MAX_BODY`] bytes.
    TooLarge,
    /// More than [`MAX_FIELDS`] parameters.
    TooManyFields,
}

impl fmt::Display for FormError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge => write!(f, "form is larger than {MAX_BODY} bytes"),
            Self::TooManyFields => write!(f, "form has more than {MAX_FIELDS} fields"),
        }
    }
}

impl std::error::Error for FormError {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn keeps_blanks_order_and_duplicates() {
        let form = Form::parse(b"Digits=300&FinishedOnKey=&msg=Gather+End&Digits=%2B1&bare").unwrap();
        let pairs: Vec<_> = form.iter().collect();
        assert_eq!(
            pairs,
            [("Digits", "300"), ("FinishedOnKey", ""), ("msg", "Gather End"), ("Digits", "+1"), ("bare", "")]
        );
        assert_eq!(form.first("Digits"), Some("300"));
        assert_eq!(form.first("FinishedOnKey"), Some(""));
        assert_eq!(form.first("digits"), None);
    }

    #[test]
    fn text_is_the_first_that_says_something() {
        let form = Form::parse(b"From=+&From=+a+&From=b&To=").unwrap();
        assert_eq!((form.first("From"), form.text("From"), form.text("To")), (Some(" "), Some("a"), None));
    }

    #[test]
    fn bytes_that_are_not_utf8_are_replaced() {
        let form = Form::parse(b"a=%FFz\xfe").unwrap();
        assert_eq!(form.first("a"), Some("\u{fffd}z\u{fffd}"));
    }

    #[test]
    fn limits_are_exact() {
        assert!(Form::parse(&[b'a'; MAX_BODY]).is_ok());
        assert_eq!(Form::parse(&[b'a'; MAX_BODY + 1]), Err(FormError::TooLarge));
        assert!(Form::parse("a=&".repeat(MAX_FIELDS).as_bytes()).is_ok());
        assert_eq!(Form::parse("a=&".repeat(MAX_FIELDS + 1).as_bytes()), Err(FormError::TooManyFields));
    }

    #[test]
    fn debug_shows_names_only() {
        let form = Form::from_pairs([("From", "+15035550100"), ("Digits", "911")]);
        assert_eq!(format!("{form:?}"), r#"Form["From", "Digits"]"#);
    }

    proptest! {
        #[test]
        fn encoding_is_undone_by_parsing(pairs: Vec<(String, String)>) {
            let form = Form::from_pairs(pairs);
            // A pair of two blanks is written as `=`, which reads back as itself.
            prop_assert_eq!(Form::parse(form.encode().as_bytes()), Ok(form));
        }
    }
}
