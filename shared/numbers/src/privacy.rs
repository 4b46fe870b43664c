//! Telephone numbers in texts that must not hold one.

/// The fewest digits of a telephone number: a local one of North America.
const FEWEST: usize = 7;

/// Whether a text could have a telephone number in it: seven digits of any script, with nothing but punctuation or blanks
/// between them. Names of phones, labels, notes and what an error quotes are asked this before they are kept or shown.
#[must_use]
pub fn has_number(text: &str) -> bool {
    let mut run = 0;
    text.chars().any(|c| {
        if c.is_numeric() {
            run += 1;
        } else if !is_punctuation(c) {
            run = 0;
        }
        run >= FEWEST
    })
}

/// Whether people write this between the digits of a number.
fn is_punctuation(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | '.' | '(' | ')' | '+' | '/' | '_' | '\u{2010}'..='\u{2015}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_however_they_are_written() {
        for text in [
            "5550123",
            "+1 (503) 555-0123",
            "503.555.0123",
            "call 503_555_0123 now",
            "503\u{2011}555\u{2011}0123",
            "\u{ff15}\u{ff10}\u{ff13}5550123",
            "\u{665}\u{660}\u{663}\u{665}\u{665}\u{665}\u{660}",
        ] {
            assert!(has_number(text), "{text}");
        }
        for text in
            ["", "lobby", "123456", "555,0123", "room 12 floor 3 desk 456", "a1b2c3d4e5f6a7", "2026-1"]
        {
            assert!(!has_number(text), "{text}");
        }
    }
}
