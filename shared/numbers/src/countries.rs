//! Regions (ISO 3166) and country calling codes (ITU-T E.164), as Google's metadata has them.

use std::fmt;

use generated::{CALLING_CODES, REGIONS};

/// A country or territory by its two-letter code, in upper case.
///
/// Any two letters: whether there are telephone numbers for them is [`Region::is_known`]'s to say.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region([u8; 2]);

impl Region {
    /// Reads two ASCII letters of either case, and nothing else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match *text.as_bytes() {
            [a, b] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => {
                Some(Self([a.to_ascii_uppercase(), b.to_ascii_uppercase()]))
            }
            _ => None,
        }
    }

    /// The two letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Always letters: `parse` and the generated tables are the only sources.
        str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Whether telephone numbers of this region are known.
    #[must_use]
    pub fn is_known(&self) -> bool {
        calling_code_of(*self).is_some()
    }

    /// For the generated tables.
    pub(crate) const fn new(letters: [u8; 2]) -> Self {
        Self(letters)
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Region({})", self.as_str())
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The country calling code that digits begin with, and its regions, the main one first.
///
/// `digits` come without `+` and may be incomplete. No code begins another (ITU-T E.164, 6.1), so there is at most
/// one. Codes of no country, such as 800 and 881, have the one "region" `001`.
#[must_use]
pub fn calling_code(digits: &str) -> Option<(u16, &'static [&'static str])> {
    let mut code = 0;
    for byte in digits.bytes().take(3) {
        let digit = byte.is_ascii_digit().then(|| u16::from(byte - b'0'))?;
        code = code * 10 + digit;
        if code == 0 {
            return None;
        }
        let known = CALLING_CODES.binary_search_by_key(&code, |(code, _)| *code);
        if let Some(found) = known.ok().and_then(|index| CALLING_CODES.get(index)) {
            return Some(*found);
        }
    }
    None
}

/// The country calling code of a region, if its numbers are known.
#[must_use]
pub fn calling_code_of(region: Region) -> Option<u16> {
    dialling(region).map(|(code, _)| code)
}

/// A region's calling code and the prefix of calls inside it, which is empty where there is none.
pub(crate) fn dialling(region: Region) -> Option<(u16, &'static str)> {
    let index = REGIONS.binary_search_by_key(&region, |(region, _, _)| *region).ok()?;
    REGIONS.get(index).map(|(_, code, trunk)| (*code, *trunk))
}

/// Written by `build/countries.rs`.
mod generated {
    use super::Region;

    include!(concat!(env!("OUT_DIR"), "/countries.rs"));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(text: &str) -> Region {
        Region::parse(text).unwrap()
    }

    #[test]
    fn a_region_is_two_letters_of_either_case() {
        assert_eq!(region("us").as_str(), "US");
        assert_eq!(region("Us"), region("US"));
        assert_eq!(format!("{0} {0:?}", region("gb")), "GB Region(GB)");
        for text in ["", "U", "USA", "1U", "00", "é", "U ", "\u{1d414}"] {
            assert_eq!(Region::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn known_regions_have_numbers() {
        assert!(["US", "CA", "PR", "MX", "GB", "GG", "XK", "AC"].iter().all(|text| region(text).is_known()));
        assert!(["UK", "ZZ", "EU", "AA"].iter().all(|text| !region(text).is_known()));
        assert!(REGIONS.len() > 240, "{}", REGIONS.len());
    }

    #[test]
    fn regions_and_their_codes() {
        for (text, code) in [("US", 1), ("JM", 1), ("RU", 7), ("KZ", 7), ("GB", 44), ("JE", 44), ("FI", 358)]
        {
            assert_eq!(calling_code_of(region(text)), Some(code), "{text}");
        }
        assert_eq!(calling_code_of(region("ZZ")), None);
    }

    #[test]
    fn digits_begin_with_one_code_at_most() {
        let code = |digits| calling_code(digits).map(|(code, regions)| (code, regions[0]));
        assert_eq!(code("15035550123"), Some((1, "US")));
        assert_eq!(code("1"), Some((1, "US")));
        assert_eq!(code("44"), Some((44, "GB")));
        assert_eq!(code("358401234567"), Some((358, "FI")));
        assert_eq!(code("881612345678"), Some((881, "001")));
        for digits in ["", "0", "01", "001", "4", "35", "210", "999", "+1", "x1", "3x8", "４４", "é"] {
            assert_eq!(code(digits), None, "{digits:?}");
        }
    }

    #[test]
    fn no_code_begins_another() {
        for (code, _) in CALLING_CODES {
            assert_eq!(calling_code(&code.to_string()).unwrap().0, *code);
        }
    }

    #[test]
    fn the_tables_agree_and_are_in_order() {
        assert!(CALLING_CODES.is_sorted_by(|a, b| a.0 < b.0));
        assert!(REGIONS.is_sorted_by(|a, b| a.0 < b.0));
        let of_codes =
            CALLING_CODES.iter().flat_map(|(code, regions)| regions.iter().map(move |id| (code, id)));
        let countries = of_codes.filter(|(_, id)| **id != "001");
        assert_eq!(countries.clone().count(), REGIONS.len());
        countries.for_each(|(code, id)| assert_eq!(calling_code_of(region(id)), Some(*code), "{id}"));
    }

    #[test]
    fn north_america_is_complete() {
        let (_, regions) = calling_code("1").unwrap();
        assert_eq!((regions.len(), regions[0]), (25, "US"));
    }
}
