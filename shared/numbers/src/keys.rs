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

    #[test]
    fn a_long_text_is_cut_and_marked() {
        let keys = Keys::read(&"9".repeat(10_000));
        assert_eq!(keys.as_str().len(), MAX_KEYS + 1);
        assert!(keys.as_str().ends_with('?'));
    }
}
