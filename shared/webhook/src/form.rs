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
#[derive(Clone, Default)]
pub struct Form {
    /// Names and values, one behind the other. A call has sixty of them, and a caller waits for each allocation.
    text: String,
    /// Where each name and each value ends; each begins where the one before ends.
    ends: Vec<(usize, usize)>,
}

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
        let form = Self::plain(body)
            .unwrap_or_else(|| Self::from_pairs(form_urlencoded::parse(body).take(MAX_FIELDS + 1)));
        if form.ends.len() > MAX_FIELDS { Err(FormError::TooManyFields) } else { Ok(form) }
    }

    /// A form that is UTF-8 in each of its parts, as Twilio's are; of one with too many parameters, one more than
    /// may be. The same as the library makes of it, with half of the instructions and two allocations: 23 thousand
    /// for a call, and 49 by the library (`examples/form.rs`; docs/performance.md, "Our own ways beside the plain ones").
    fn plain(body: &[u8]) -> Option<Self> {
        let mut text = Vec::with_capacity(body.len());
        let mut ends = Vec::with_capacity(32);
        for pair in body.split(|&byte| byte == b'&').filter(|pair| !pair.is_empty()).take(MAX_FIELDS + 1) {
            let equals = pair.iter().position(|&byte| byte == b'=').unwrap_or(pair.len());
            decode(pair.get(..equals).unwrap_or_default(), &mut text);
            let name = text.len();
            decode(pair.get(equals + 1..).unwrap_or_default(), &mut text);
            ends.push((name, text.len()));
        }
        let text = String::from_utf8(text).ok()?;
        // Two halves of a character in neighbouring parts would make a whole one.
        let is_whole =
            ends.iter().all(|&(name, value)| text.is_char_boundary(name) && text.is_char_boundary(value));
        is_whole.then_some(Self { text, ends })
    }

    /// A form of these names and values.
    pub fn from_pairs<N, V>(pairs: impl IntoIterator<Item = (N, V)>) -> Self
    where
        N: AsRef<str>,
        V: AsRef<str>,
    {
        let mut form = Self::default();
        for (name, value) in pairs {
            form.text.push_str(name.as_ref());
            let name = form.text.len();
            form.text.push_str(value.as_ref());
            form.ends.push((name, form.text.len()));
        }
        form
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
        let mut start = 0;
        self.ends.iter().map(move |&(name, value)| {
            let pair = (self.text.get(start..name), self.text.get(name..value));
            start = value;
            // Both ends are where a character ends.
            (pair.0.unwrap_or_default(), pair.1.unwrap_or_default())
        })
    }

    /// The form as a request body: what [`Form::parse`] reads.
    #[must_use]
    pub fn encode(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(self.iter()).finish()
    }

    fn values(&self, wanted: &str) -> impl Iterator<Item = &str> {
        let mut start = 0;
        self.ends.iter().filter_map(move |&(name, value)| {
            let begin = std::mem::replace(&mut start, value);
            // Most names differ in their length already.
            (name - begin == wanted.len() && self.text.get(begin..name) == Some(wanted))
                .then(|| self.text.get(name..value).unwrap_or_default())
        })
    }
}

/// Undoes percent-encoding, and `+` for a blank. A percent sign that encodes nothing stays.
fn decode(part: &[u8], text: &mut Vec<u8>) {
    let mut rest = part;
    while let Some(at) = rest.iter().position(|byte| matches!(byte, b'+' | b'%')) {
        let (plain, behind) = rest.split_at_checked(at).unwrap_or_default();
        text.extend_from_slice(plain);
        let Some((mark, behind)) = behind.split_first() else { return };
        rest = behind;
        text.push(match (mark, behind) {
            (b'+', _) => b' ',
            (_, [high, low, further @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => {
                    rest = further;
                    high << 4 | low
                }
                _ => b'%',
            },
            _ => b'%',
        });
    }
    text.extend_from_slice(rest);
}

fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

impl PartialEq for Form {
    fn eq(&self, other: &Self) -> bool {
        self.ends == other.ends && self.text == other.text
    }
}

impl Eq for Form {}

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Form")?;
        f.debug_list().entries(self.iter().map(|(name, _)| name)).finish()
    }
}

/// Why a form is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// More than [`MAX_BODY`] bytes.
    #[error("form is larger than {MAX_BODY} bytes")]
    TooLarge,
    /// More than [`MAX_FIELDS`] parameters.
    #[error("form has more than {MAX_FIELDS} fields")]
    TooManyFields,
}

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
    fn halves_of_a_character_do_not_meet() {
        let body = b"a%E2=%82%AC&b=%E2&%82%AC=c";
        assert_eq!(Form::plain(body), None);
        assert_eq!(Form::parse(body), Ok(Form::from_pairs(form_urlencoded::parse(body))));
        assert_eq!(
            Form::parse(b"%=%4&%zz=%4g&==&=&&a==b").unwrap().iter().collect::<Vec<_>>(),
            [("%", "%4"), ("%zz", "%4g"), ("", "="), ("", ""), ("a", "=b")]
        );
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

        /// The library is the standard. Half of the bytes mean something.
        #[test]
        fn the_short_way_leads_to_the_same(body in prop::collection::vec(prop_oneof![
            any::<u8>(), prop::sample::select(b"&=%+2bF0\xe2\x82\xac".to_vec())
        ], 0..60)) {
            let expected = Form::from_pairs(form_urlencoded::parse(&body));
            prop_assert_eq!(Form::parse(&body), Ok(expected.clone()));
            if let Some(short) = Form::plain(&body) {
                prop_assert_eq!(short, expected);
            }
        }
    }
}
