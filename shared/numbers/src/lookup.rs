//! Whether a number can exist, where it is, and what it is for.

use crate::countries::{Region, calling_code, dialling};
use crate::e164::E164;
use crate::found::Found;
use crate::world;

/// Why a number cannot be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LookupError {
    /// It has a country code that is not assigned, or that is no country's (freephone, satellite, premium).
    #[error("has the code of no country")]
    NoSuchCountry,
    /// Its country has no such number.
    #[error("is no number of its country")]
    Invalid,
}

/// Where a number is and what it is for.
///
/// The table says what the patterns of `phonenumber` say about exactly the digits after the country code;
/// `tests/oracle.rs` holds the two together. That crate's parser is another matter: it drops leading digits that
/// look like a national prefix (the 8 of St Petersburg, +7 812) and loses the region of numbers that begin with 0
/// (Italy's). Of 10,381 numbers that Google's own library calls valid, 129 would be refused so, and none is.
///
/// The patterns match beginnings, as they do in `phonenumber`, so where lengths vary within a country a few numbers
/// pass that are a digit too long or too short: 278 of 21,147 examples, most of which had digits changed.
///
/// # Errors
///
/// If no country has the number's code, or the country has no such number.
pub fn look_up(number: &E164) -> Result<Found, LookupError> {
    let (code, regions) = calling_code(number.digits()).ok_or(LookupError::NoSuchCountry)?;
    if regions == ["001"] {
        return Err(LookupError::NoSuchCountry);
    }
    let national = number.digits().get(digits_of(code)..).unwrap_or_default();
    let newer = || if code == 1 { crate::nanp::opened_since(national) } else { None };
    world::find(code, national).or_else(newer).ok_or(LookupError::Invalid)
}

impl E164 {
    /// The country that a number belongs to, also if it cannot exist: by its area code in North America, by what the
    /// metadata says of it elsewhere, and else by its calling code.
    #[must_use]
    pub fn region(&self) -> Option<Region> {
        let by_area_code = self.nanp().and_then(|parts| crate::nanp::npa_region(parts.npa));
        by_area_code.or_else(|| look_up(self).ok().map(|found| found.region)).or_else(|| {
            let (_, regions) = calling_code(self.digits())?;
            regions.first().and_then(|region| Region::parse(region))
        })
    }
}

/// The number that digits dialled inside a region mean, such as `020 7946 0123` in GB (without the spaces).
///
/// One national prefix (0 in most countries, nothing in some) is dropped if what remains is a number of the
/// country; all other digits are kept as they were dialled.
#[must_use]
pub fn national(region: Region, digits: &str) -> Option<E164> {
    let (code, trunk) = dialling(region)?;
    let without_trunk = digits.strip_prefix(trunk).filter(|_| !trunk.is_empty());
    let readings = without_trunk.into_iter().chain([digits]);
    readings
        .filter_map(|national| E164::parse(&format!("+{code}{national}")).ok())
        .find(|number| look_up(number).is_ok())
}

fn digits_of(code: u16) -> usize {
    match code {
        0..=9 => 1,
        10..=99 => 2,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::Kind;

    fn found(text: &str) -> Result<(String, Kind), LookupError> {
        look_up(&E164::parse(text).unwrap()).map(|found| (found.region.to_string(), found.kind))
    }

    #[test]
    fn numbers_of_all_the_world() {
        let cases = [
            ("+15035550123", "US", Kind::FixedLineOrMobile),
            ("+442079460123", "GB", Kind::FixedLine),
            ("+447400123456", "GB", Kind::Mobile),
            ("+441481256789", "GG", Kind::FixedLine),
            ("+77012345678", "KZ", Kind::Mobile),
            ("+79265550123", "RU", Kind::Mobile),
            ("+525555550123", "MX", Kind::FixedLineOrMobile),
            ("+448001111", "GB", Kind::TollFree),
            // An overlay of North Carolina, newer than the table: NANPA opened 472 in 2022.
            ("+14725550123", "US", Kind::FixedLineOrMobile),
        ];
        for (text, region, kind) in cases {
            assert_eq!(found(text), Ok((region.into(), kind)), "{text}");
        }
    }

    #[test]
    fn no_leading_digit_is_taken_for_a_prefix() {
        let cases = [
            ("+441614960000", "GB", Kind::FixedLine),
            ("+33123456789", "FR", Kind::FixedLine),
            ("+5511961234567", "BR", Kind::Mobile),
            ("+8613123456789", "CN", Kind::Mobile),
            ("+611800160401", "AU", Kind::TollFree),
            ("+78123456789", "RU", Kind::FixedLine),
            ("+390612345678", "IT", Kind::FixedLine),
            ("+390669812345", "VA", Kind::FixedLine),
        ];
        for (text, region, kind) in cases {
            assert_eq!(found(text), Ok((region.into(), kind)), "{text}");
        }
        // Written with the national prefix, or Mexico's mobile form of before 2019, they are other digits.
        for text in
            ["+4402079460123", "+49030123456", "+5215555550123", "+4412", "+1503555012", "+150355501234"]
        {
            assert_eq!(found(text), Err(LookupError::Invalid), "{text}");
        }
    }

    /// Which country a number is of decides which emergency number is dialled for it, so it is told even if no such number
    /// can exist.
    #[test]
    fn a_number_belongs_to_a_country_also_if_it_cannot_exist() {
        for (text, region) in [
            ("+15035550123", "US"),
            ("+16045550123", "CA"),
            ("+17875550123", "PR"),
            // Countries that share a code with others.
            ("+18761550123", "JM"),
            ("+441481256789", "GG"),
            ("+77012345678", "KZ"),
            ("+15555550123", "US"),
            ("+442", "GB"),
            ("+4930", "DE"),
        ] {
            let found = E164::parse(text).unwrap().region();
            assert_eq!(found, Region::parse(region), "{text}");
            assert!(found.is_some(), "{text}");
        }
        // ITU-T E.164: 210 is spare, 881 is satellites.
        for text in ["+2101234567", "+881612345678"] {
            assert_eq!(E164::parse(text).unwrap().region(), None, "{text}");
        }
    }

    #[test]
    fn codes_of_no_country() {
        for text in ["+2101234567", "+80012345678", "+881612345678", "+883510012345", "+979123456789", "+99"]
        {
            assert_eq!(found(text), Err(LookupError::NoSuchCountry), "{text}");
        }
    }

    #[test]
    fn digits_dialled_inside_a_country() {
        let cases = [
            ("GB", "02079460123", Some("+442079460123")),
            ("GB", "2079460123", Some("+442079460123")),
            ("GB", "01614960000", Some("+441614960000")),
            ("GB", "002079460123", None),
            ("GG", "01481256789", Some("+441481256789")),
            ("IT", "0612345678", Some("+390612345678")),
            ("HU", "0612345678", Some("+3612345678")),
            ("RU", "89265550123", Some("+79265550123")),
            ("RU", "8005550123", Some("+78005550123")),
            ("MX", "5555550123", Some("+525555550123")),
            ("US", "15035550123", Some("+15035550123")),
            ("US", "5035550123", Some("+15035550123")),
            ("US", "5550123", None),
            ("GB", "", None),
            ("GB", "0", None),
            ("GB", "+442079460123", None),
            ("GB", "0207946012x", None),
            ("ZZ", "02079460123", None),
        ];
        for (region, digits, text) in cases {
            let number = national(Region::parse(region).unwrap(), digits);
            assert_eq!(number.as_ref().map(E164::as_str), text, "{region} {digits}");
        }
    }
}
