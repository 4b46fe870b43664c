//! Whether two addresses are one place.
//!
//! Twilio corrects an address when it is made: abbreviates, capitalizes, calls a town what the post calls it, moves a unit
//! into the street. None of that is another place, so only what decides where help goes is compared: the house number, the
//! unit, the postal code, the state and the country; and the city where there is no postal code, because Twilio replaces
//! it by the city that the post uses. What Twilio does not show is not compared.

use network::PostalAddress;
use twilio::Address;

/// Whether what Twilio has is where the file says.
pub(crate) fn is_same(wish: &PostalAddress, found: &Address) -> bool {
    let country = wish.country.as_str();
    let agree = |ours: &str, theirs: &str| ours.is_empty() || theirs.is_empty() || ours == theirs;
    let is_house = match house_number(&wish.street) {
        Some(ours) => {
            found.street.is_empty() || house_number(&found.street).is_some_and(|theirs| ours == theirs)
        }
        // "One Main Street" is "1 MAIN ST" to Twilio.
        None => true,
    };
    is_house
        && is_unit(wish, found)
        && agree(&postal_code(&wish.postal_code, country), &postal_code(&found.postal_code, country))
        && (!wish.postal_code.is_empty() && !found.postal_code.is_empty()
            || agree(&letters(&wish.city), &letters(&found.city)))
        && agree(&state(&wish.region), &state(&found.region))
        && agree(country, &found.iso_country.to_uppercase())
}

/// Whether both have a unit, the same, or neither has one. For addresses that somebody else made: Twilio adds no unit.
pub(crate) fn has_same_unit(wish: &PostalAddress, found: &Address) -> bool {
    let theirs = unit_of(&found.street_secondary).or_else(|| unit_in_street(&found.street));
    let ours = wish.unit.as_deref().and_then(unit_of).or_else(|| unit_in_street(&wish.street));
    ours == theirs
}

/// An address on one line.
pub(crate) fn line(found: &Address) -> String {
    let Address { street, street_secondary, city, region, postal_code, iso_country, .. } = found;
    let street = [street.as_str(), street_secondary].map(str::trim).join(" ");
    format!("{}, {city}, {region} {postal_code}, {iso_country}", street.trim())
}

/// The digits of the first word, if it begins with one: 100, 100A, 12-34.
fn house_number(street: &str) -> Option<String> {
    let first =
        street.split_whitespace().next().filter(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    Some(first.chars().filter(char::is_ascii_digit).collect())
}

/// Whether the unit that Twilio shows is the file's. It may have moved into the street, and the letter of a house number
/// may have become a unit: 100A is 100 APT A.
fn is_unit(wish: &PostalAddress, found: &Address) -> bool {
    let Some(theirs) = unit_of(&found.street_secondary).or_else(|| unit_in_street(&found.street)) else {
        return true;
    };
    let ours = wish.unit.as_deref().and_then(unit_of).or_else(|| unit_in_street(&wish.street));
    let house = wish.street.split_whitespace().next().unwrap_or_default();
    let letter: String = house.chars().filter(char::is_ascii_alphabetic).collect();
    ours.is_some_and(|ours| ours == theirs) || letters(&letter) == theirs
}

/// The words that stand before a unit in a street (USPS Publication 28, C2).
const DESIGNATORS: [&str; 8] = ["APT", "STE", "SUITE", "UNIT", "RM", "FL", "BLDG", "#"];

fn unit_in_street(street: &str) -> Option<String> {
    let upper = street.to_ascii_uppercase().replace('#', " # ");
    let mut words = upper.split_whitespace().skip_while(|word| !DESIGNATORS.contains(word));
    words.next()?;
    words.next().and_then(unit_of)
}

/// The last word of a unit: Suite 2 is STE 2 is 2.
fn unit_of(text: &str) -> Option<String> {
    text.split_whitespace().next_back().map(letters).filter(|unit| !unit.is_empty())
}

fn letters(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

/// Letters and digits. Of a ZIP code in nine digits the first five are the place; the rest is added by Twilio.
fn postal_code(code: &str, country: &str) -> String {
    let most = if country == "US" { 5 } else { usize::MAX };
    code.chars().filter(char::is_ascii_alphanumeric).take(most).map(|c| c.to_ascii_uppercase()).collect()
}

/// A state by its two letters. Spelt out it may be shortened, which cannot be compared.
fn state(region: &str) -> String {
    let region = region.trim();
    if region.len() == 2 { region.to_uppercase() } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(street: &str, region: &str, postal_code: &str) -> PostalAddress {
        PostalAddress {
            name: "shop".into(),
            customer: "Shop".into(),
            street: street.into(),
            unit: Some("Suite 2".into()),
            city: "Portland".into(),
            region: region.into(),
            postal_code: postal_code.into(),
            country: numbers::Region::parse("US").unwrap(),
        }
    }

    fn found(street: &str, city: &str, region: &str, postal_code: &str) -> Address {
        let [street, city, region, postal_code] = [street, city, region, postal_code].map(str::to_owned);
        Address { street, city, region, postal_code, iso_country: "US".into(), ..Address::default() }
    }

    #[test]
    fn what_twilio_corrects_is_the_same_place() {
        for (ours, theirs) in [
            (wish("100 Main Street", "OR", "97201"), found("100 MAIN ST", "PORTLAND", "OR", "97201")),
            (
                wish("100 Main Street", "or", "97201"),
                found("100 NW MAIN ST STE 2", "Tigard", "OR", "97201-1234"),
            ),
            (
                wish("100A Main St", "Oregon", "97201-1234"),
                found("100 MAIN ST APT A", "PORTLAND", "OR", "97201"),
            ),
            (wish("12-34 Main St", "OR", "97201"), found("1234 MAIN ST", "PORTLAND", "OR", "97201")),
            (wish("One Main Street", "OR", "97201"), found("1 MAIN ST", "PORTLAND", "OR", "97201")),
            (wish("100 Main Street", "OR", "97201"), Address::default()),
        ] {
            assert!(is_same(&ours, &theirs), "{ours:?} {}", line(&theirs));
        }
    }

    #[test]
    fn another_house_is_another_place() {
        let ours = wish("100 Main Street", "OR", "97201");
        for theirs in [
            found("102 MAIN ST", "PORTLAND", "OR", "97201"),
            found("MAIN ST", "PORTLAND", "OR", "97201"),
            found("100 MAIN ST", "PORTLAND", "OR", "97205"),
            found("100 MAIN ST", "PORTLAND", "ME", "97201"),
            Address { street_secondary: "STE 3".into(), ..found("100 MAIN ST", "PORTLAND", "OR", "97201") },
            found("100 MAIN ST STE 12", "PORTLAND", "OR", "97201"),
            found("100 MAIN ST #3", "PORTLAND", "OR", "97201"),
            found("100 MAIN ST", "SALEM", "OR", ""),
            Address { iso_country: "CA".into(), ..found("100 MAIN ST", "PORTLAND", "OR", "97201") },
        ] {
            assert!(!is_same(&ours, &theirs), "{}", line(&theirs));
        }
    }
}
