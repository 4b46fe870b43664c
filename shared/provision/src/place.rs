//! Whether two addresses are one place.
//!
//! Twilio corrects an address when it is made: abbreviates, capitalizes, calls a town what the post calls it, moves a unit
//! into the street. None of that is another place, so only what decides where help goes is compared: the house number, the
//! postal code, the state and the country. What Twilio does not show is not compared.

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
        && agree(&postal_code(&wish.postal_code, country), &postal_code(&found.postal_code, country))
        && agree(&state(&wish.region), &state(&found.region))
        && agree(country, &found.iso_country.to_uppercase())
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
            Address { iso_country: "CA".into(), ..found("100 MAIN ST", "PORTLAND", "OR", "97201") },
        ] {
            assert!(!is_same(&ours, &theirs), "{}", line(&theirs));
        }
    }
}
