//! The North American Numbering Plan: country code 1, and ten digits.

use std::fmt;
use std::ops::Range;

use crate::countries::Region;
use crate::e164::E164;
use crate::found::Found;
use crate::kind::Kind;
use crate::world;

/// The parts of a North American number, `+1 NPA NXX XXXX`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Nanp {
    /// The area code or service code, three digits.
    pub npa: u16,
    /// The exchange (central office code), three digits.
    pub exchange: u16,
    /// The last four digits.
    pub line: u16,
}

impl fmt::Debug for Nanp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Nanp(…)")
    }
}

impl E164 {
    /// The parts of a number with country code 1 and ten more digits, whether or not it can exist.
    #[must_use]
    pub fn nanp(&self) -> Option<Nanp> {
        let ten = self.digits().strip_prefix('1').filter(|ten| ten.len() == 10)?;
        let part = |range: Range<usize>| ten.get(range)?.parse().ok();
        Some(Nanp { npa: part(0..3)?, exchange: part(3..6)?, line: part(6..10)? })
    }
}

/// Service access codes that belong to no place: personal, carrier, government and machine numbers, and toll-free
/// codes that are reserved but not open (NANPA's list of non-geographic codes).
const NON_GEOGRAPHIC: [u16; 54] = [
    456, 500, 521, 522, 523, 524, 525, 526, 527, 528, 529, 532, 533, 535, 538, 542, 543, 544, 545, 546, 547,
    549, 550, 552, 553, 554, 556, 558, 566, 569, 577, 578, 588, 589, 600, 622, 633, 644, 655, 677, 688, 700,
    710, 822, 880, 881, 882, 883, 884, 885, 886, 887, 889, 898,
];

/// The seven area codes of toll-free numbers (NANPA, 2026).
const TOLL_FREE: [u16; 7] = [800, 833, 844, 855, 866, 877, 888];

/// Area codes that were opened, at least for new exchanges, after the metadata of `phonenumber` 0.3.10 (9.0.33): 273 in
/// Quebec and 274, 472 and 983 in the United States, by the metadata of PyPI `phonenumbers` 9.0.43. `tests/it` compares.
const OPENED_SINCE: [(u16, Region); 4] = [
    (273, Region::new(*b"CA")),
    (274, Region::new(*b"US")),
    (472, Region::new(*b"US")),
    (983, Region::new(*b"US")),
];

/// Looks up a number after country code 1 whose area code is newer than the table.
pub(crate) fn opened_since(ten: &str) -> Option<Found> {
    let (npa, exchange) = (ten.get(..3)?.parse().ok()?, ten.get(3..)?);
    let is_dialled = ten.len() == 10
        && ten.bytes().all(|digit| digit.is_ascii_digit())
        && exchange.starts_with(['2', '3', '4', '5', '6', '7', '8', '9']);
    let region = region_opened_since(npa).filter(|_| is_dialled)?;
    Some(Found { region, kind: Kind::FixedLineOrMobile })
}

fn region_opened_since(npa: u16) -> Option<Region> {
    OPENED_SINCE.iter().find(|(opened, _)| *opened == npa).map(|(_, region)| *region)
}

impl Nanp {
    /// Whether it is toll-free: one of the seven toll-free codes, and an exchange from 200 on (NANPA, 2026). Metadata
    /// calls numbers of other countries toll-free, too, because they are so for a caller there.
    #[must_use]
    pub fn is_toll_free(&self) -> bool {
        TOLL_FREE.contains(&self.npa) && self.has_exchange()
    }

    /// Whether the exchange has the form NXX, N from 2 to 9: others cannot be dialled.
    #[must_use]
    pub fn has_exchange(&self) -> bool {
        (200..1000).contains(&self.exchange)
    }
}

/// Whether an area code belongs to no place, see [`Nanp`]: personal, carrier and machine numbers.
#[must_use]
pub fn is_non_geographic(npa: u16) -> bool {
    NON_GEOGRAPHIC.contains(&npa)
}

/// Whether an area code belongs to a place: one of the numbering plan, and neither toll-free, nor premium (900), nor of
/// no place.
#[must_use]
pub fn is_area_code(npa: u16) -> bool {
    (200..1000).contains(&npa)
        && npa != 900
        && !is_n11(npa)
        && !TOLL_FREE.contains(&npa)
        && !is_non_geographic(npa)
        && (world::leads_on(1, text(&digits(npa))) || region_opened_since(npa).is_some())
}

/// An area code as it is dialled. Every number of the file is checked at a cold start, so nothing is allocated for it.
fn digits(npa: u16) -> [u8; 3] {
    [npa / 100, npa / 10, npa].map(|part| b'0' + (part % 10) as u8)
}

fn text(digits: &[u8; 3]) -> &str {
    std::str::from_utf8(digits).unwrap_or_default()
}

/// Whether three digits are a service code such as 211, 411 or 911 (`N11`, N from 2 to 9).
#[must_use]
pub fn is_n11(code: u16) -> bool {
    (2..=9).contains(&(code / 100)) && code % 100 == 11
}

/// The region and kind of the ten digits after country code 1, or nothing if no such number can exist.
#[must_use]
pub fn classify(ten: &str) -> Option<Found> {
    if ten.len() == 10 { world::find(1, ten).or_else(|| opened_since(ten)) } else { None }
}

/// The region of an area code, if all of its numbers that can exist are in one.
///
/// In the small countries a number exists only with certain exchanges, but it is clear from the area code alone
/// which country it would be in.
#[must_use]
pub fn npa_region(npa: u16) -> Option<Region> {
    world::region(1, text(&digits(npa))).or_else(|| region_opened_since(npa))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(ten: &str) -> Option<(String, Kind)> {
        classify(ten).map(|found| (found.region.to_string(), found.kind))
    }

    #[test]
    fn numbers_have_a_region_and_a_kind() {
        let cases = [
            ("5035550123", "US", Kind::FixedLineOrMobile),
            ("6135550123", "CA", Kind::FixedLineOrMobile),
            ("7875550123", "PR", Kind::FixedLineOrMobile),
            ("8765230123", "JM", Kind::FixedLineOrMobile),
            ("8766060123", "JM", Kind::FixedLine),
            ("8762101234", "JM", Kind::Mobile),
            ("2684061234", "AG", Kind::Pager),
            ("2464171234", "BB", Kind::Uan),
            ("2469761234", "BB", Kind::PremiumRate),
            ("8002345678", "US", Kind::TollFree),
            ("9002345678", "US", Kind::PremiumRate),
            ("2732345678", "CA", Kind::FixedLineOrMobile),
            ("4729995678", "US", Kind::FixedLineOrMobile),
            ("5002345678", "US", Kind::PersonalNumber),
            ("6002345678", "CA", Kind::Voip),
        ];
        for (ten, region, kind) in cases {
            assert_eq!(found(ten), Some((region.into(), kind)), "{ten}");
        }
    }

    #[test]
    fn numbers_that_cannot_exist_are_nothing() {
        for ten in [
            "2731550123",
            "5030550123",
            "5031550123",
            "1035550123",
            "7005550123",
            "7105550123",
            "5555555555",
            "8766061123",
        ] {
            assert_eq!(classify(ten), None, "{ten}");
        }
    }

    #[test]
    fn an_area_code_tells_the_country() {
        for (npa, region) in
            [(268, "AG"), (345, "KY"), (649, "TC"), (767, "DM"), (868, "TT"), (809, "DO"), (658, "JM")]
        {
            assert_eq!(npa_region(npa).map(|region| region.to_string()).as_deref(), Some(region), "{npa}");
        }
        for npa in [503, 604, 787] {
            assert!(npa_region(npa).is_some(), "{npa}");
        }
        for npa in [0, 100, 555, 976, 700, 911, 999, 1000, u16::MAX] {
            assert_eq!(npa_region(npa), None, "{npa}");
        }
    }

    #[test]
    fn anything_but_ten_digits_is_nothing() {
        for text in [
            "",
            "503555012",
            "50355501234",
            "503555012x",
            "503-555-01",
            "５035550",
            "+503555012",
            "\0\0\0\0\0\0\0\0\0\0",
        ] {
            assert_eq!(classify(text), None, "{text:?}");
        }
    }

    #[test]
    fn the_parts_of_a_number() {
        let parts = |text| E164::parse(text).unwrap().nanp();
        assert_eq!(parts("+15035550123"), Some(Nanp { npa: 503, exchange: 555, line: 123 }));
        assert_eq!(parts("+10000000000"), Some(Nanp { npa: 0, exchange: 0, line: 0 }));
        for text in ["+1503555012", "+150355501234", "+442079460123", "+11"] {
            assert_eq!(parts(text), None, "{text}");
        }
        assert_eq!(format!("{:?}", parts("+15035550123")), "Some(Nanp(…))");
    }

    #[test]
    fn area_codes_belong_to_places() {
        for npa in [212, 503, 604, 684, 787, 809, 876, 989] {
            assert!(is_area_code(npa), "{npa}");
        }
        for npa in
            [0, 100, 103, 199, 411, 500, 555, 600, 700, 800, 844, 888, 900, 911, 976, 999, 1000, u16::MAX]
        {
            assert!(!is_area_code(npa), "{npa}");
        }
    }

    /// NANPA's seven codes, as Google's metadata has them, which files them under the United States. 822 and 880 to 889 are kept
    /// for later, and the caller pays for 900. An exchange begins with 2 to 9 (NXX).
    #[test]
    fn toll_free_is_what_the_metadata_calls_so() {
        for npa in 200..1000 {
            for exchange in [0, 99, 155, 199, 200, 234, 911, 999] {
                let ten = format!("{npa}{exchange:03}5678");
                let parts = E164::parse(&format!("+1{ten}")).unwrap().nanp().unwrap();
                let by_metadata = world::find(1, &ten).is_some_and(|found| {
                    found.kind == Kind::TollFree && Some(found.region) == Region::parse("US")
                });
                assert_eq!(parts.is_toll_free(), by_metadata, "{npa} {exchange}");
                assert_eq!(parts.has_exchange(), ten.as_bytes()[3] >= b'2', "{npa} {exchange}");
            }
        }
    }

    #[test]
    fn service_codes_end_in_11() {
        let codes: Vec<u16> = (0..=u16::MAX).filter(|code| is_n11(*code)).collect();
        assert_eq!(codes, [211, 311, 411, 511, 611, 711, 811, 911]);
    }
}
