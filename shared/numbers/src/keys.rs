//! A dialled text, reduced to the keys of a telephone.

/// The longest input that is looked at: no number, code or name has so many keys.
const MAX_KEYS: usize = 64;

/// Keys in the order in which they were pressed: `0`-`9`, `*`, `#`, `+`, small letters, `,` for other punctuation and
/// `?` for anything else.
///
/// Digits of every script are read as digits, and what people write between digits is dropped. Holds private
/// data, so there is no `Debug`.
pub struct Keys(String);

impl Keys {
    /// Reads the keys of a text, whatever it holds.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let mut keys = String::with_capacity(text.len().min(MAX_KEYS));
        for c in text.chars() {
            if keys.len() >= MAX_KEYS {
                // Too long to mean anything; the mark keeps the beginning from being taken for the whole.
                keys.push('?');
                break;
            }
            match c {
                '0'..='9' | '*' | '#' | '+' => keys.push(c),
                'a'..='z' | 'A'..='Z' => keys.push(c.to_ascii_lowercase()),
                '\u{ff0a}' => keys.push('*'),
                '\u{ff03}' => keys.push('#'),
                '\u{ff0b}' => keys.push('+'),
                c if is_separator(c) => {}
                c => {
                    keys.push(match crate::decimal(c).and_then(|digit| char::from_digit(digit.into(), 10)) {
                        Some(digit) => digit,
                        None if c.is_alphanumeric() => '?',
                        None => ',',
                    });
                }
            }
        }
        Self(keys)
    }

    /// The keys.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing to act on.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Punctuation that people and phones put between digits, and characters that cannot be seen.
fn is_separator(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '-' | '.' | '(' | ')' | '/' | '_')
        // Dashes, and the minus that is typed for one.
        || matches!(c, '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}' | '\u{ff0e}')
        // Soft hyphen, zero-width characters and direction marks, which come with copied numbers.
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
        // What makes a keycap emoji of the digit before it.
        || matches!(c, '\u{fe0e}' | '\u{fe0f}' | '\u{20e3}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_what_people_write() {
        for (text, keys) in [
            ("(503) 555-0123", "5035550123"),
            ("+1 503.555.0123\n", "+15035550123"),
            ("1-800-FLOWERS", "1800flowers"),
            ("\u{ff19}\u{ff11}\u{ff11}", "911"),
            ("\u{669}\u{661}\u{661}", "911"),
            ("9\u{fe0f}\u{20e3}1\u{fe0f}\u{20e3}1\u{fe0f}\u{20e3}", "911"),
            ("*67#", "*67#"),
            ("\u{1f4de}", ","),
            ("5,1;2", "5,1,2"),
            ("", ""),
        ] {
            assert_eq!(Keys::read(text).as_str(), keys, "{text:?}");
        }
    }

    /// Numbers are copied from web pages with dashes of every length and marks that nobody sees. Google's library drops those
    /// that it lists as punctuation between digits, too.
    #[test]
    fn dashes_and_marks_that_come_with_a_copied_number_are_no_keys() {
        let read_by_google = |text: &str| {
            phonenumber::parse(Some(phonenumber::country::US), text)
                .ok()
                .map(|read| read.national().to_string())
        };
        for mark in [
            "\u{2010}", "\u{2011}", "\u{2013}", "\u{2014}", "\u{2212}", "\u{ff0d}", "\u{a0}", "\u{ad}",
            "\u{200b}", "\u{2060}", "\u{3000}",
        ] {
            let text = format!("503{mark}555{mark}0123");
            assert_eq!(Keys::read(&text).as_str(), "5035550123", "{mark:?}");
            assert_eq!(read_by_google(&text).as_deref(), Some("5035550123"), "{mark:?}");
        }
        // Marks of direction around a number in a right-to-left text (UAX #9, 2.1 and 2.5), and a byte order mark.
        for (before, after) in
            [("\u{202a}", "\u{202c}"), ("\u{2066}", "\u{2069}"), ("\u{200e}", ""), ("\u{feff}", "")]
        {
            assert_eq!(Keys::read(&format!("{before}911{after}")).as_str(), "911", "{before:?}");
        }
    }

    /// A handset that is lifted and sends nothing asks for nothing; one key is enough to ask, as # does for the menu.
    #[test]
    fn nothing_but_blanks_is_no_key() {
        for text in ["", " ", "\n", "( ) -", "\u{200b}"] {
            assert!(Keys::read(text).is_empty(), "{text:?}");
        }
        for text in ["#", "*", "+", "0", "a", ",", "é"] {
            assert!(!Keys::read(text).is_empty(), "{text:?}");
        }
    }

    #[test]
    fn a_long_text_is_cut_and_marked() {
        let keys = Keys::read(&"9".repeat(10_000));
        assert_eq!(keys.as_str().len(), MAX_KEYS + 1);
        assert!(keys.as_str().ends_with('?'));
    }
}
