//! From keys to a telephone number, and whether it may be called.
//!
//! Twilio gets the number that the caller's digits spell. If no such number can exist, the call is
//! refused; digits are completed (country code, area code) but never changed.

use numbers::{E164, Found, Kind, Nanp, Region};

use crate::reason::Reason;
use network::Network;

/// One telephone number that keys may mean.
pub(crate) struct Reading {
    /// Numbers, the most likely first.
    pub(crate) numbers: Vec<E164>,
    /// Whether something behind the number looks like an extension.
    pub(crate) has_extension: bool,
}

/// The longest number (ITU-T E.164, 6.1), and what may come before it: 9 and 011.
const LONGEST: usize = 15 + 4;

/// Reads keys: digits, perhaps a leading `+`, letters that spell digits, a trailing `#` that meant "send", and perhaps an
/// extension.
pub(crate) fn read(keys: &str, network: &Network, phone: &network::Extension) -> Reading {
    let keys = keys.trim_end_matches('#');
    if has_extension(keys) {
        return Reading { numbers: Vec::new(), has_extension: true };
    }
    Reading { numbers: candidates(keys, network, phone), has_extension: false }
}

/// Whether keys are a number that exists.
pub(crate) fn is_number(keys: &str, network: &Network, phone: &network::Extension) -> bool {
    read(keys, network, phone).numbers.iter().any(|number| exists(number, network).is_ok())
}

/// How many digits too many, or too few, are noticed where numbers have no length of their own.
const SURPLUS: usize = 4;

/// Whether there are more digits than the number has, however it is read. Asked once it is refused.
pub(crate) fn is_too_long(keys: &str, network: &Network, phone: &network::Extension) -> bool {
    let keys = keys.trim_end_matches('#');
    if is_longer_than_any(keys, network) {
        return true;
    }
    if !keys.trim_start_matches('+').bytes().all(|key| key.is_ascii_digit()) {
        return false;
    }
    let is_number =
        |keys: &str| candidates(keys, network, phone).iter().any(|number| exists(number, network).is_ok());
    // Shorter ones are local numbers or codes, and begin all sorts of numbers.
    let shorter = (1..=SURPLUS)
        .filter_map(|surplus| keys.get(..keys.len().checked_sub(surplus)?))
        .take_while(|shorter| shorter.len() > 7)
        .any(is_number);
    // Where a number begins another, as 0800 1111 does in Britain, digits may be missing.
    let longer = |more: usize| is_number(&format!("{keys}{}", "5".repeat(more)));
    shorter && !(0..=SURPLUS).any(longer)
}

/// Whether digits are a short number, which has no form behind a country code: 116 123, 118 712, 3699. North America's have
/// three digits and are codes.
pub(crate) fn is_short_number(keys: &str, network: &Network) -> bool {
    let keys = keys.trim_end_matches('#');
    numbers::calling_code_of(network.region()) != Some(1)
        && (3..=6).contains(&keys.len())
        && keys.bytes().all(|key| key.is_ascii_digit())
}

/// Whether there are more digits than any number has.
fn is_longer_than_any(number: &str, network: &Network) -> bool {
    // The mark of `Keys` for what is longer than anything.
    let digits = number.trim_start_matches('+').trim_end_matches('?');
    if !digits.bytes().all(|key| key.is_ascii_digit()) {
        return false;
    }
    let is_north_america = numbers::calling_code_of(network.region()) == Some(1);
    if !is_north_america || number.starts_with(['+', '0']) || number.starts_with("90") {
        return digits.len() > LONGEST;
    }
    let national = digits.strip_prefix('9').filter(|rest| rest.len() >= 10).unwrap_or(digits);
    national.strip_prefix('1').unwrap_or(national).len() > 10
}

/// Whether digits, then a pause (`,` `w` `p`) or an `x`, and more digits were dialled. Where the number ends cannot be told
/// from it, so the caller is asked to dial the number alone.
fn has_extension(keys: &str) -> bool {
    let Some(at) = keys.find([',', 'x', 'e', 'w', 'p']) else { return false };
    let Some((number, rest)) = keys.split_at_checked(at) else { return false };
    let digits = number.strip_prefix('+').unwrap_or(number);
    let marks = rest.trim_start_matches(|key: char| !key.is_ascii_digit());
    // Letters may spell a number (1-800-FLOWERS), but not behind seven digits. No number or code has less than three.
    let is_mark = rest.starts_with(',') && digits.len() >= 3 || digits.len() >= 7;
    is_mark && digits.bytes().all(|key| key.is_ascii_digit()) && !marks.is_empty()
}

/// The numbers that the keys may mean, most likely first.
///
/// `keys` holds digits, perhaps a leading `+`, and letters that spell digits.
fn candidates(keys: &str, network: &Network, phone: &network::Extension) -> Vec<E164> {
    let mut found = Vec::new();
    let Some(digits) = digits(keys.trim_end_matches([',', 'w', 'p'])) else { return found };
    // People write + before what they dial abroad. No calling code begins with 0.
    let digits = match digits.strip_prefix('+') {
        Some(rest) if rest.starts_with('0') => rest.to_owned(),
        _ => digits,
    };
    match digits.strip_prefix('+') {
        Some(digits) => found.extend(international(digits)),
        None => {
            domestic(&digits, network, phone, &mut found);
            if let Some(rest) = digits.strip_prefix('9') {
                // An outside line's 9. Tried after the whole, since area codes and exchanges begin with 9 too.
                domestic(rest, network, phone, &mut found);
            }
            found.extend(bare_country_code(&digits, network));
        }
    }
    found
}

/// The number that the keys spell: an optional `+` and digits, or nothing if a key is neither.
///
/// Letters count only after an area code that was dialled in digits (1-800-FLOWERS): a misspelt name of a phone
/// must not ring a stranger.
fn digits(keys: &str) -> Option<String> {
    let (plus, keys) = keys.strip_prefix('+').map_or(("", keys), |keys| ("+", keys));
    let letters_from = keys.find(|c: char| !c.is_ascii_digit());
    if letters_from.is_some_and(|at| at < 3) {
        return None;
    }
    let mut digits = String::with_capacity(keys.len() + 1);
    digits.push_str(plus);
    for c in keys.chars() {
        digits.push(match c {
            '0'..='9' => c,
            _ => char::from_digit(numbers::keypad(c)?.into(), 10)?,
        });
    }
    let spelt = digits.len() - plus.len();
    // A spelt number has exactly the length of one, or the letters were something else.
    (letters_from.is_none() || matches!(spelt, 10 | 11)).then_some(digits)
}

fn domestic(digits: &str, network: &Network, phone: &network::Extension, found: &mut Vec<E164>) {
    if let Some(rest) = abroad(digits, network.region()) {
        found.extend(international(rest));
        return;
    }
    if numbers::calling_code_of(network.region()) != Some(1) {
        found.extend(numbers::national(network.region(), digits));
        return;
    }
    let whole = match (digits.len(), digits.as_bytes().first()) {
        (7, Some(b'2'..=b'9')) => {
            phone.area_code().map(|area_code| format!("+1{}{digits}", area_code.as_str()))
        }
        (10, Some(b'2'..=b'9')) => Some(format!("+1{digits}")),
        (11, Some(b'1')) => Some(format!("+{digits}")),
        _ => None,
    };
    found.extend(whole.and_then(|text| E164::parse(&text).ok()));
}

/// The number behind the digits that lead abroad: those of the region (ITU-T, list of dialling procedures: 0011 in Australia, 001 in
/// Thailand), North America's 011, or 00 as nearly everywhere.
fn abroad(digits: &str, region: Region) -> Option<&str> {
    let own = match region.as_str() {
        "AU" => "0011",
        "TH" => "001",
        _ => "011",
    };
    [own, "011", "00"].into_iter().find_map(|prefix| digits.strip_prefix(prefix))
}

/// A number after `+`, `011` or `00`. North American ones have exactly ten digits after the 1.
fn international(digits: &str) -> Option<E164> {
    if digits.starts_with('1') && digits.len() != 11 {
        return None;
    }
    E164::parse(&format!("+{digits}")).ok()
}

/// A country code without the prefix that should come before it, as people dial Mexico: taken only for countries
/// that the network calls, and not for North America, whose own rules are above.
fn bare_country_code(digits: &str, network: &Network) -> Option<E164> {
    let (code, regions) = numbers::calling_code(digits)?;
    if code == 1 || !is_any_allowed(regions, network) {
        return None;
    }
    international(digits).filter(|number| numbers::look_up(number).is_ok())
}

fn is_any_allowed(regions: &[&str], network: &Network) -> bool {
    regions.iter().any(|region| network.allow().iter().any(|allowed| allowed.as_str() == *region))
}

/// Directory assistance, NPA-555-1212: 411 by another name, in any area code, and billed.
pub(crate) fn is_directory_assistance(number: &E164) -> bool {
    number.nanp().is_some_and(|parts| parts.exchange == 555 && parts.line == 1212)
}

/// Whether a number can exist, and where it is.
///
/// # Errors
///
/// The reason to refuse it. A country that is not allowed is refused by its code alone, since the data on
/// foreign numbers takes long to load.
pub(crate) fn exists(number: &E164, network: &Network) -> Result<Found, Reason> {
    let Some(nanp) = number.nanp() else {
        let Some((_, regions)) = numbers::calling_code(number.digits()) else {
            return Err(Reason::InvalidNumber);
        };
        if !is_any_allowed(regions, network) {
            return Err(Reason::CountryNotAllowed);
        }
        return numbers::look_up(number).map_err(|_| Reason::InvalidNumber);
    };
    let found = in_its_country(numbers::look_up(number), nanp).map_err(|()| match nanp.npa {
        900 => Reason::Premium,
        npa if numbers::is_non_geographic(npa) => Reason::SpecialService,
        // The country is the better answer: a caller who is told to check the number would only try again.
        npa if numbers::npa_region(npa).is_some_and(|region| !network.allow().contains(&region)) => {
            Reason::CountryNotAllowed
        }
        _ => Reason::InvalidNumber,
    })?;
    // No exchange of a place is N11: after 9-1-1 in the middle of a number there is only a slip of the finger.
    if is_geographic(&found) && numbers::is_n11(nanp.exchange) {
        return Err(Reason::InvalidNumber);
    }
    Ok(found)
}

/// Classes North American numbers by their area code. The metadata calls numbers of other countries toll-free, and then
/// files them under the US; they are calls to those countries. An exchange below 200 cannot be dialled.
fn in_its_country(found: Result<Found, numbers::LookupError>, nanp: Nanp) -> Result<Found, ()> {
    let found =
        found.map_err(|_| ()).and_then(|found| if nanp.has_exchange() { Ok(found) } else { Err(()) })?;
    if nanp.is_toll_free() || found.kind != Kind::TollFree {
        return Ok(found);
    }
    // An area code that belongs to one country alone; a toll-free code with another exchange is no number.
    let region = numbers::npa_region(nanp.npa).ok_or(())?;
    Ok(Found { region, kind: Kind::FixedLineOrMobile })
}

fn is_geographic(found: &Found) -> bool {
    matches!(found.kind, Kind::FixedLine | Kind::Mobile | Kind::FixedLineOrMobile)
}

/// Whether the network lets this phone call a number that exists.
///
/// # Errors
///
/// The reason to refuse it.
pub(crate) fn permitted(
    number: &E164,
    found: &Found,
    network: &Network,
    phone: &network::Extension,
) -> Result<(), Reason> {
    let nanp = number.nanp();
    if !is_region_allowed(found, nanp.as_ref(), network) {
        return Err(Reason::CountryNotAllowed);
    }
    let pay_per_call = |nanp: &Nanp| nanp.npa == 900 || nanp.exchange == 976 && is_geographic(found);
    if matches!(found.kind, Kind::PremiumRate | Kind::SharedCost) || nanp.as_ref().is_some_and(pay_per_call) {
        return Err(Reason::Premium);
    }
    let placeless = nanp.is_some_and(|nanp| numbers::is_non_geographic(nanp.npa));
    if placeless || matches!(found.kind, Kind::PersonalNumber | Kind::Pager | Kind::Voicemail) {
        return Err(Reason::SpecialService);
    }
    if network.block().iter().chain(phone.block()).any(|prefix| number.starts_with(prefix)) {
        return Err(Reason::Blocked);
    }
    Ok(())
}

fn is_region_allowed(found: &Found, nanp: Option<&Nanp>, network: &Network) -> bool {
    // Toll-free codes are shared by all of North America; the metadata files them under the US.
    let shared = nanp.is_some_and(Nanp::is_toll_free);
    let fits =
        |region: &Region| *region == found.region || shared && numbers::calling_code_of(*region) == Some(1);
    network.allow().iter().any(fits)
}

#[cfg(test)]
mod tests;
