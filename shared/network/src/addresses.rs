//! `[addresses]`: where help is sent.

use numbers::Region;

use crate::help::is_unregistered;
use crate::nearest::nearest;
use crate::parse;
use crate::problem::Problem;
use crate::reader::{At, Reader, Section, Wrong, table, wrong};

/// A postal address, registered with Twilio for the numbers of phones that stand there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostalAddress {
    /// Its name in the file.
    pub name: String,
    /// The person or organisation at the address.
    pub customer: String,
    /// House number and street.
    pub street: String,
    /// Apartment, suite or floor.
    pub unit: Option<String>,
    /// City or town.
    pub city: String,
    /// State or province, such as `OR`.
    pub region: String,
    /// Postal code.
    pub postal_code: String,
    /// Country.
    pub country: Region,
}

impl PostalAddress {
    /// What a voice reads of it, and a line has room for: street, unit and city.
    #[must_use]
    pub fn in_short(&self) -> String {
        let unit = self.unit.as_deref().map(|unit| format!(", {unit}")).unwrap_or_default();
        format!("{}{unit}, {}", self.street, self.city)
    }
}

/// The names of the addresses, those included that have a fault of their own.
pub(crate) struct Names<'a> {
    names: Vec<&'a str>,
    /// Whether the file may have more of them, which a broken line hides.
    is_torn: bool,
}

impl<'a> Names<'a> {
    pub(crate) fn of(section: Option<&Section<'a>>, is_torn: bool) -> Self {
        let names = section.into_iter().flat_map(Section::entries).map(|(name, _)| name.value).collect();
        Self { names, is_torn }
    }

    /// The name of an address that the file has.
    pub(crate) fn named(&self, name: &str) -> Result<String, Wrong> {
        if self.is_torn || self.names.contains(&name) {
            return Ok(name.to_owned());
        }
        let remedy = match nearest(name, &self.names) {
            Some(near) => format!("did you mean {near}?"),
            None => "name one of [addresses]".into(),
        };
        Err(wrong(format!("there is no address {}", parse::shown(name)), remedy))
    }
}

pub(crate) fn read_addresses(
    reader: &mut Reader<'_>,
    section: Option<&Section<'_>>,
    country: Option<Region>,
    mut advice: Option<&mut Vec<Problem>>,
) -> Vec<PostalAddress> {
    let mut addresses = Vec::new();
    for (section, name, value) in section.into_iter().flat_map(|s| s.entries().map(move |(k, v)| (s, k, v))) {
        let path = section.path(name.value);
        if let Err(problem) = parse::address_name(name.value) {
            reader.report(name.offset, path, problem);
        }
        let Some(mut table) = table(reader, path, value) else { continue };
        let customer = table.required(reader, "customer", "Example Bookshop", parse::filled);
        let street = table.required(reader, "street", "100 Main Street", parse::filled);
        let unit = table.text(reader, "unit", parse::filled);
        let city = table.required(reader, "city", "Portland", parse::filled);
        let region = table.required(reader, "region", "OR", parse::filled);
        let postal_code = table.required(reader, "postal_code", "97201", parse::filled);
        let own_country = table.text(reader, "country", parse::region);
        table.refuse_unknown(reader);
        let (Some(customer), Some(street), Some(city)) = (customer, street, city) else { continue };
        let (Some(region), Some(postal_code)) = (region, postal_code) else { continue };
        let Some(country) = own_country.map(|at| at.value).or(country) else { continue };
        if let Some(advice) = advice.as_deref_mut() {
            if country.as_str() == "US" {
                advise_on_form(reader, &table, &region, &postal_code, advice);
            }
            if is_unregistered(country) {
                advice.push(Problem {
                    line: reader.line(name.offset),
                    key: path.to_string(),
                    what: format!(
                        "is in {country}, where Twilio registers no addresses: callers must say where they are"
                    ),
                    remedy: "write a note at the phones".into(),
                });
            }
        }
        addresses.push(PostalAddress {
            name: name.value.to_owned(),
            customer: customer.value,
            street: street.value,
            unit: unit.map(|at| at.value),
            city: city.value,
            region: region.value,
            postal_code: postal_code.value,
            country,
        });
    }
    addresses
}

/// A state or a postal code that Twilio would not take in the United States.
fn advise_on_form(
    reader: &Reader<'_>,
    table: &Section<'_>,
    region: &At<String>,
    postal_code: &At<String>,
    advice: &mut Vec<Problem>,
) {
    let mut advise = |offset, key, remedy: &str| {
        let (line, key) = (reader.line(offset), table.path(key).to_string());
        let what = "is not what Twilio takes in the United States".into();
        advice.push(Problem { line, key, what, remedy: remedy.into() });
    };
    if !is_state(&region.value) {
        advise(region.offset, "region", "write the state by its two letters, such as \"OR\"");
    }
    if !is_zip(&postal_code.value) {
        advise(postal_code.offset, "postal_code", "write five digits, or five, a hyphen and four");
    }
}

/// A state by its postal abbreviation (USPS Publication 28, appendix B), in form only.
fn is_state(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// A ZIP code, or ZIP+4.
fn is_zip(text: &str) -> bool {
    let are_digits =
        |text: &str, count| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.split_once('-') {
        Some((five, four)) => are_digits(five, 5) && are_digits(four, 4),
        None => are_digits(text, 5),
    }
}

/// Addresses that nothing names: `apply` would register them with Twilio for nobody.
pub(crate) fn advise_on_unused(
    reader: &Reader<'_>,
    section: &Section<'_>,
    is_used: impl Fn(&str) -> bool,
    advice: &mut Vec<Problem>,
) {
    for (name, _) in section.entries().filter(|(name, _)| !is_used(name.value)) {
        advice.push(Problem {
            line: reader.line(name.offset),
            key: section.path(name.value).to_string(),
            what: "is no phone's address".into(),
            remedy: "name it at a phone or as network.address, or remove it".into(),
        });
    }
}
