//! Addresses of the account, as the file writes them.

use numbers::Region;
use twilio::{Address, PhoneNumber};

use super::found::Found;
use crate::registration::Registration;

/// An address that numbers have, for `[addresses]`.
pub(super) struct FoundPlace<'a> {
    /// Its name in the file.
    pub(super) name: String,
    pub(super) address: &'a Address,
    pub(super) country: Region,
    /// The numbers that have it, each with how far Twilio is.
    pub(super) numbers: Vec<(&'a str, Registration)>,
}

/// The emergency addresses of these numbers that a file can name, each once.
pub(super) fn places<'a>(found: &'a Found, numbers: &[&'a PhoneNumber]) -> Vec<FoundPlace<'a>> {
    let mut places: Vec<FoundPlace<'a>> = Vec::new();
    for &number in numbers {
        let Some(address) = found.address_of(number).filter(|address| is_whole(address)) else { continue };
        let Some(country) = Region::parse(&address.iso_country).filter(Region::is_known) else { continue };
        let entry = (number.phone_number.as_str(), Registration::of(number));
        match places.iter_mut().find(|place| place.address.sid == address.sid) {
            Some(place) => place.numbers.push(entry),
            None => {
                let name = free_name(address, &places);
                places.push(FoundPlace { name, address, country, numbers: vec![entry] });
            }
        }
    }
    places
}

/// Whether all of it is known that a file needs. Help cannot be sent by half an address.
fn is_whole(address: &Address) -> bool {
    let Address { customer_name, street, city, region, postal_code, .. } = address;
    [customer_name, street, city, region, postal_code].iter().all(|text| !text.trim().is_empty())
}

/// A word for an address: what Twilio calls it, or else who is there or the street.
fn free_name(address: &Address, taken: &[FoundPlace<'_>]) -> String {
    let own = [&address.friendly_name, &address.customer_name, &address.street];
    let word = own.into_iter().map(|text| slug(text)).find(|word| !word.is_empty());
    let word = word.unwrap_or_else(|| "place".into());
    let is_free = |name: &String| taken.iter().all(|place| place.name != *name);
    (1..)
        .map(|count| if count == 1 { word.clone() } else { format!("{word}-{count}") })
        .find(is_free)
        .unwrap_or_default()
}

/// Letters, digits and hyphens, at most 24 of them.
pub(super) fn slug(text: &str) -> String {
    let mut slug = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
        if slug.len() == 24 {
            break;
        }
    }
    slug.trim_end_matches('-').to_owned()
}
