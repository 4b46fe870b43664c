//! Emergency numbers, recognised generously.
//!
//! A person in an emergency presses too many keys, dials an outside line first, or has a phone that rewrites what was
//! dialled. Nothing here looks anything up, so nothing here can fail.
//!
//! Everything that counts as a call for help comes from the tables of this file: [`COUNTRIES`], [`EVERYWHERE`] and the
//! prefixes and codes below. The decision, the device plans and the fallback function are compared with them by tests.

use crate::countries::{Region, calling_code_of};
use crate::{Keys, ShowingCode};

/// Numbers that mean help in every country, because people know them from home or from films, unless the country uses
/// them for something else; none of [`COUNTRIES`] does.
pub const EVERYWHERE: [&str; 3] = ["911", "112", "999"];

/// The test of 911 in North America: a voice reads back the caller id and the address that 911 would get.
///
/// Source: <https://www.twilio.com/docs/voice/tutorials/emergency-calling-for-programmable-voice>. It exists nowhere else.
pub const ADDRESS_TEST: &str = "933";

/// A country, and how Twilio places emergency calls from its numbers.
#[derive(Debug, PartialEq, Eq)]
pub struct Country {
    region: &'static str,
    /// The numbers, the best known first.
    numbers: &'static [&'static str],
    /// The one number that is dialled for any of them; elsewhere the keys are dialled as they were pressed.
    only: Option<&'static str>,
    registers_addresses: bool,
}

/// The countries from whose numbers Twilio places emergency calls, with the emergency numbers of each.
///
/// Sources: the list of countries is Twilio's (page of 2026-08-24, `facts/emergency.md`); the numbers are those of Google's
/// short-number metadata (PyPI `phonenumbers` 9.0, `is_emergency_number`, read on 2026-11-26). The emergency number must be valid
/// in the country of the caller id (Twilio's changelog of 2021-12-16). An address can be registered in the US, Canada and
/// the UK only.
pub const COUNTRIES: [Country; 13] = [
    // 112 is the name of 911 in mobile networks; Twilio documents 911 alone.
    Country { region: "US", numbers: &["911", "112"], only: Some("911"), registers_addresses: true },
    Country { region: "CA", numbers: &["911", "112"], only: Some("911"), registers_addresses: true },
    Country { region: "GB", numbers: &["999", "112"], only: None, registers_addresses: true },
    Country { region: "IE", numbers: &["112", "999"], only: None, registers_addresses: false },
    // 106 is for text telephones.
    Country { region: "AU", numbers: &["000", "106", "112"], only: None, registers_addresses: false },
    Country { region: "NZ", numbers: &["111"], only: None, registers_addresses: false },
    Country { region: "FR", numbers: &["112", "15", "17", "18"], only: None, registers_addresses: false },
    Country { region: "DE", numbers: &["112", "110"], only: None, registers_addresses: false },
    Country { region: "AT", numbers: &["112", "122", "133", "144"], only: None, registers_addresses: false },
    Country { region: "IT", numbers: &["112", "113", "115", "118"], only: None, registers_addresses: false },
    Country { region: "MY", numbers: &["999", "112"], only: None, registers_addresses: false },
    // 1669 is the national institute for emergency medicine.
    Country { region: "TH", numbers: &["191", "199", "1669"], only: None, registers_addresses: false },
    Country { region: "PH", numbers: &["911", "112", "117"], only: None, registers_addresses: false },
];

impl Country {
    /// The country of a region; none if Twilio places no emergency calls from there.
    #[must_use]
    pub fn of(region: Region) -> Option<&'static Self> {
        // Territories of the United States dial 911, too. Twilio's list does not name them (assumed): to refuse help there
        // would be worse than a call that Twilio turns down.
        let name = match region.as_str() {
            "PR" | "VI" | "GU" | "AS" | "MP" => "US",
            name => name,
        };
        COUNTRIES.iter().find(|country| country.region == name)
    }

    /// Whether a number of the other country is one of here, as far as help goes: the United States and Canada are one
    /// numbering plan, and 911 is dialled from both.
    #[must_use]
    pub fn shares_help_with(&self, other: &Self) -> bool {
        self.region == other.region || self.only.is_some() && self.only == other.only
    }

    /// Its region, by the two letters of ISO 3166.
    #[must_use]
    pub fn region(&self) -> &'static str {
        self.region
    }

    /// Its emergency numbers, the best known first.
    #[must_use]
    pub fn numbers(&self) -> &'static [&'static str] {
        self.numbers
    }

    /// The number that people there know best.
    #[must_use]
    pub fn primary(&self) -> &'static str {
        self.numbers.first().copied().unwrap_or("112")
    }

    /// Whether Twilio registers an address for its numbers, so that the emergency centre knows the place.
    #[must_use]
    pub fn registers_addresses(&self) -> bool {
        self.registers_addresses
    }

    /// Whether 933 reads back what the emergency centre would get.
    #[must_use]
    pub fn has_address_test(&self) -> bool {
        matches!(self.region, "US" | "CA")
    }

    /// The number that Twilio is told to dial: one that is valid in this country. Two digits need the
    /// country code (Twilio's page of 2026-06-22).
    #[must_use]
    pub fn dial(&self, service: Service) -> String {
        let pressed = match service {
            Service::AddressTest => return ADDRESS_TEST.to_owned(),
            Service::Emergency(pressed) => pressed,
        };
        let valid = self.numbers.iter().find(|number| **number == pressed);
        let number = self.only.or(valid.copied()).unwrap_or_else(|| self.primary());
        let code = Region::parse(self.region).and_then(calling_code_of);
        match code.filter(|_| number.len() == 2) {
            Some(code) => format!("+{code}{number}"),
            None => number.to_owned(),
        }
    }
}

/// An emergency service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// Help, by the emergency number that was spelt. [`Country::dial`] says what is dialled for it.
    Emergency(&'static str),
    /// 933, see [`ADDRESS_TEST`].
    AddressTest,
}

/// The service that `text`, in whatever spelling, asks for. Besides the numbers that mean help everywhere, those of the
/// regions count.
#[must_use]
pub fn recognize(text: &str, regions: &[Region]) -> Option<Service> {
    recognize_keys(&Keys::read(text), regions)
}

/// The service that these keys ask for.
#[must_use]
pub fn recognize_keys(pressed: &Keys, regions: &[Region]) -> Option<Service> {
    // Nobody begins with a pause: p112 is the name of a phone.
    if pressed.as_str().starts_with(['w', 'p']) {
        return None;
    }
    // Punctuation and pauses (`w` and `p`) mean nothing to a person who needs help.
    let keys: String = pressed.as_str().chars().filter(|key| !matches!(key, ',' | 'w' | 'p')).collect();
    // RFC 5031: the service URN for help of any kind.
    if keys == "sos" || keys.starts_with("urnservicesos") {
        return Some(Service::Emergency(primary(regions)));
    }
    let digits = without_star_codes(&keys, regions).trim_matches(['*', '#', '+']);
    // Names of phones, which are most of what a file asks about.
    if !digits.starts_with(|key: char| key.is_ascii_digit()) {
        return None;
    }
    let known = Known::of(regions);
    let spelt = known.spelt(digits).or_else(|| known.behind_a_code(&keys, regions));
    spelt.or_else(|| known.spelt(before_an_extension(pressed.as_str())?))
}

/// The most digits of a beginning: an outside line's 9 and 166 of Thailand's 1669.
pub const LONGEST_BEGINNING: usize = 4;

/// The digits of a call for help that somebody has begun to dial: `9` and `91` of 911, with an outside line's 9 or
/// without. None for anything else, a complete call for help included.
///
/// A slow caller, or an adapter that sends what it has, makes several calls of one: 9, 1, 1. The pieces are put together
/// if, and only if, the whole is a call for help.
#[must_use]
pub fn beginning(text: &str, regions: &[Region]) -> Option<String> {
    beginning_of(&Keys::read(text), regions)
}

/// The same of keys.
#[must_use]
pub fn beginning_of(keys: &Keys, regions: &[Region]) -> Option<String> {
    let digits = without_star_codes(keys.as_str(), regions).trim_matches(['*', '#', ',']);
    let is_short = (1..=LONGEST_BEGINNING).contains(&digits.len());
    if !is_short || !digits.bytes().all(|key| key.is_ascii_digit()) {
        return None;
    }
    // A whole number is recognised below; two digits behind an outside line's 9 are not, and are no beginning either.
    let behind_a_line = |number: &str| {
        digits.strip_prefix('9').is_some_and(|rest| number.len() > rest.len() && number.starts_with(rest))
    };
    let begins = |number: &str| number.starts_with(digits) || behind_a_line(number);
    let begins_one = Known::of(regions).numbers.into_iter().any(begins);
    (begins_one && recognize_keys(keys, regions).is_none()).then(|| digits.to_owned())
}

/// The number that people of these regions know best.
fn primary(regions: &[Region]) -> &'static str {
    regions.iter().find_map(|region| Country::of(*region)).map_or("112", Country::primary)
}

/// What means help in some regions. Every call asks many times, so it is looked up once.
struct Known {
    /// Every number, those of [`EVERYWHERE`] first.
    numbers: Vec<&'static str>,
    in_north_america: bool,
}

/// Whether the digits could be a local number: seven, not beginning with 0 or 1, nor with an exchange that cannot be.
fn is_local(digits: &str) -> bool {
    digits.len() == 7
        && digits.starts_with(['2', '3', '4', '5', '6', '7', '8', '9'])
        && !digits.starts_with("911")
}

impl Known {
    fn of(regions: &[Region]) -> Self {
        let mut numbers = Vec::with_capacity(8);
        numbers.extend(EVERYWHERE);
        for country in regions.iter().filter_map(|region| Country::of(*region)) {
            numbers.extend(country.numbers.iter().filter(|number| !EVERYWHERE.contains(*number)));
        }
        Self { numbers, in_north_america: regions.iter().any(|region| calling_code_of(*region) == Some(1)) }
    }

    /// The service that digits spell, with what people press before an emergency number.
    fn spelt(&self, digits: &str) -> Option<Service> {
        let found = prefixes(digits)
            .find_map(|(prefix, rest)| self.service(prefix, rest).map(|service| (service, rest)));
        match found {
            // Seven digits may be a local number in North America; elsewhere nobody reads them so. Then only plain 911 behind
            // a prefix counts as an emergency call.
            Some((service, rest)) if is_local(digits) && self.in_north_america => {
                (rest == "911" || digits == "9911911").then_some(service)
            }
            found => found.map(|(service, _)| service),
        }
    }

    /// An emergency number, and nothing else, behind a country's own code to hide the caller's number (141 999), or behind its
    /// calling code: telephones that know it write +44 before everything (Linphone, "international prefix").
    fn behind_a_code(&self, keys: &str, regions: &[Region]) -> Option<Service> {
        let keys = keys.trim_matches(['*', '#']);
        let exactly = |rest: &str| self.numbers.iter().copied().find(|number| *number == rest);
        let hidden = ShowingCode::before(keys, regions).and_then(|(_, rest)| exactly(rest));
        let abroad = || {
            let international =
                ["+", "0011", "011", "00"].into_iter().filter_map(|way| keys.strip_prefix(way));
            let codes = || regions.iter().filter_map(|region| calling_code_of(*region));
            // North America's 1 is long distance, too, see `prefixes`.
            let national = international.flat_map(|rest| {
                codes()
                    .filter(|code| *code != 1)
                    .filter_map(|code| rest.strip_prefix(code.to_string().as_str()))
            });
            national.into_iter().find_map(exactly)
        };
        hidden.or_else(abroad).map(Service::Emergency)
    }

    /// The service that is spelt by exactly these digits.
    ///
    /// A number may be pressed again and again, 911 begun once more (91191), and a last key held too long (9111, 9999). Anything
    /// longer is a number whose dialler slipped (9-1-1-503...), and is not worth sending help to the wrong place.
    fn service(&self, prefix: Prefix, digits: &str) -> Option<Service> {
        if digits == ADDRESS_TEST {
            // Other countries have no test, and a number of theirs may begin so.
            return self.in_north_america.then_some(Service::AddressTest);
        }
        // Two digits are too few to guess at: 115 in France is no 15.
        let counts = |number: &&'static str| match prefix {
            Prefix::Nothing => number.len() > 2 || digits == *number,
            Prefix::Line => number.len() > 2,
            Prefix::LongDistance => EVERYWHERE.contains(number),
        };
        let known = || self.numbers.iter().copied().filter(counts);
        let first = known().find(|number| digits.starts_with(number))?;
        let (mut rest, mut last) = (digits, first);
        while let Some(number) = known().find(|number| rest.starts_with(number)) {
            rest = rest.get(number.len()..).unwrap_or_default();
            last = number;
        }
        let is_begun_again = matches!(rest, "9" | "91") && matches!(last, "911" | "112");
        let is_held = may_be_held(first) && rest.chars().all(|key| first.ends_with(key));
        (rest.is_empty() || is_begun_again || is_held).then_some(Service::Emergency(first))
    }
}

/// What follows codes with a `*` or `#`, perhaps behind an outside line's 9. Those of digits alone are looked at elsewhere, since
/// a number may begin so.
fn without_star_codes<'k>(keys: &'k str, regions: &[Region]) -> &'k str {
    let mut rest = keys;
    // Somebody who hides the number by habit may also show it.
    for _ in 0..2 {
        let inside = rest.strip_prefix('9').filter(|inside| inside.starts_with(['*', '#'])).unwrap_or(rest);
        match ShowingCode::before(inside, regions) {
            Some((code, behind)) if !code.is_numeric() => rest = behind,
            _ => break,
        }
    }
    rest
}

/// The digits before a pause or a mark that leads to an extension: a number that was stored with keys to press later, or an
/// extension. None if a whole number follows: nobody asked for help then.
fn before_an_extension(keys: &str) -> Option<&str> {
    const LONGEST: usize = 6;
    let (number, rest) = keys.split_at_checked(keys.find(|key: char| !key.is_ascii_digit())?)?;
    let marks = [',', 'w', 'p', 'x', '*', '#'];
    let marked = rest.trim_start_matches(marks);
    let extension = marked.strip_prefix("ext").unwrap_or(marked).trim_start_matches(marks);
    let is_short = (1..=LONGEST).contains(&extension.len());
    // The first of the rest is no digit, so digits alone mean that a mark came before them.
    let is_numeric = extension.bytes().all(|key| key.is_ascii_digit() || key == b',');
    (number.len() > 2 && is_short && is_numeric).then_some(number)
}

/// A prefix before the number that was meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Prefix {
    Nothing,
    /// An outside line, another country or a trunk.
    Line,
    /// North America's 1 for long distance, perhaps behind the others.
    LongDistance,
}

/// The digits as they are, and without what may come before them: an outside line's 9, an international 011 or 00 or a
/// trunk 0, a long distance 1, in that order.
fn prefixes(digits: &str) -> impl Iterator<Item = (Prefix, &str)> {
    // An outside line's 9 pressed twice is taken only before plain 911: more would be 9 and a local number.
    let twice = digits.strip_prefix("99").filter(|rest| *rest == "911");
    let outside = [Some(digits), digits.strip_prefix('9'), twice];
    outside.into_iter().flatten().flat_map(move |outside| {
        let plain = outside.strip_prefix('+').unwrap_or(outside);
        // All of them, since 0112 is a trunk 0 and 112, but begins with 011.
        let international = ["011", "00", "0"].into_iter().filter_map(|prefix| plain.strip_prefix(prefix));
        [plain].into_iter().chain(international).flat_map(move |rest| {
            let before = if rest.len() == digits.len() { Prefix::Nothing } else { Prefix::Line };
            let long = rest.strip_prefix('1').map(|rest| (Prefix::LongDistance, rest));
            [Some((before, rest)), long].into_iter().flatten()
        })
    })
}

/// Whether the last key may be pressed too often: in 911, and in numbers of one key (999, 000, 111). `1122` may be a code.
fn may_be_held(number: &str) -> bool {
    number == "911" || number.chars().all(|key| number.starts_with(key))
}

#[cfg(test)]
mod tests;
