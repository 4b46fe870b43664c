//! Digits in any script, and the letters on the keys.

/// The value of a decimal digit in any script: `7`, `７`, `٧`, `७` and `𝟕` are all 7.
///
/// Decimal digits are the characters of general category `Nd`. Superscripts, Roman numerals and circled numbers are
/// not among them: nobody dials those.
#[must_use]
pub fn decimal(c: char) -> Option<u8> {
    let c = u32::from(c);
    let following = ZEROS.partition_point(|zero| *zero <= c);
    let zero = ZEROS.get(following.checked_sub(1)?)?;
    u8::try_from(c - zero).ok().filter(|value| *value < 10)
}

/// The digit of the key that has this letter, of either case (ITU-T E.161).
#[must_use]
pub fn keypad(c: char) -> Option<u8> {
    match c.to_ascii_lowercase() {
        'a'..='c' => Some(2),
        'd'..='f' => Some(3),
        'g'..='i' => Some(4),
        'j'..='l' => Some(5),
        'm'..='o' => Some(6),
        'p'..='s' => Some(7),
        't'..='v' => Some(8),
        'w'..='z' => Some(9),
        _ => None,
    }
}

/// The zeros of Unicode 14.0, in order. Nine digits follow each (Unicode guarantees it: `Nd` comes in tens).
const ZEROS: [u32; 66] = [
    0x30, 0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xDE6, 0xE50,
    0xED0, 0xF20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40,
    0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10, 0x104A0, 0x10D30, 0x11066,
    0x110F0, 0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x11730, 0x118E0, 0x11950,
    0x11C50, 0x11D50, 0x11DA0, 0x16A60, 0x16AC0, 0x16B50, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6,
    0x1E140, 0x1E2F0, 0x1E950, 0x1FBF0,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_every_script_have_their_value() {
        let scripts = [
            "0123456789",
            "０１２３４５６７８９",
            "٠١٢٣٤٥٦٧٨٩",
            "۰۱۲۳۴۵۶۷۸۹",
            "०१२३४५६७८९",
            "๐๑๒๓๔๕๖๗๘๙",
            "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗",
            "🯰🯱🯲🯳🯴🯵🯶🯷🯸🯹",
        ];
        for script in scripts {
            let values: Vec<_> = script.chars().map(decimal).collect();
            assert_eq!(values, (0..10).map(Some).collect::<Vec<_>>(), "{script}");
        }
    }

    #[test]
    fn nothing_else_has_a_value() {
        for c in ['\0', '/', ':', 'a', '²', 'Ⅷ', '①', '一', '٪', '＋', '📞', char::MAX] {
            assert_eq!(decimal(c), None, "{c:?}");
        }
        // Of all characters, only ASCII's ten digits and others that Unicode calls numeric.
        for c in '\0'..=char::MAX {
            assert_eq!(c.is_ascii_digit(), decimal(c).is_some() && c.is_ascii(), "{c:?}");
            assert!(decimal(c).is_none() || c.is_numeric(), "{c:?}");
        }
    }

    #[test]
    fn zeros_are_in_order_and_ten_apart() {
        assert!(ZEROS.windows(2).all(|pair| pair[1] - pair[0] >= 10));
    }

    #[test]
    fn letters_are_on_the_keys_of_e_161() {
        let spell = |word: &str| word.chars().map(keypad).collect::<Option<Vec<_>>>();
        assert_eq!(spell("FLOWERS"), Some(vec![3, 5, 6, 9, 3, 7, 7]));
        assert_eq!(spell("abcdefghijklmnopqrstuvwxyz"), spell("ABCDEFGHIJKLMNOPQRSTUVWXYZ"));
        assert_eq!(spell("adgjmptwsvyz").unwrap(), [2, 3, 4, 5, 6, 7, 8, 9, 7, 8, 9, 9]);
        for c in ['0', '9', '*', '#', '+', ' ', 'é', 'Ａ', 'ſ', '\u{212A}'] {
            assert_eq!(keypad(c), None, "{c:?}");
        }
    }
}
