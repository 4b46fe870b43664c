//! Each phone's readiness to call for help, and the people who hear of it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use network::{EmergencyCalling, Extension, Finding, Network, PostalAddress};
use numbers::E164;
use numbers::emergency::{Country, Service};
use serde_json::{Value, json};
use twilio::PhoneNumber;

use crate::drill::{Book, Case, Outcome};

/// One phone's readiness to call for help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Readiness {
    /// The phone, as the file calls it.
    pub phone: String,
    /// Whether it may call for help.
    pub may_call: bool,
    /// The number that Twilio is told to dial for each number that people press, in the order in which people know them.
    pub dials: Vec<(String, String)>,
    /// The number that the emergency centre sees, and calls back.
    pub caller_id: Option<E164>,
    /// The address that the file gives this number.
    pub address: Option<PostalAddress>,
    /// Whether emergency services know the address, in Twilio's word.
    pub registration: Registration,
    /// The last test with 933 of this phone, if there was one.
    pub drill: Option<Drill>,
    /// The places, from 1, of those in `[[notify]]` who hear of its calls, each with its way.
    pub told: Vec<(usize, &'static str)>,
}

/// The status of a number's emergency address at Twilio.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Registration {
    /// The caller id's country registers no addresses.
    NotThere,
    /// Twilio could not be asked, or the account does not have the number.
    Unknown(&'static str),
    /// Twilio's word. `unchanged_since` is the last change of the number: Twilio does not say since when the address is
    /// registered, but it has been so since then.
    Known {
        /// `registered`, `pending-registration`, `unregistered`, ...
        status: String,
        /// When the number was changed last.
        unchanged_since: Option<Timestamp>,
    },
}

/// The last test of a phone with 933.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drill {
    /// `YYYY-MM-DD`.
    pub date: String,
    /// Whether what was read back was right; none if 933 was dialled, but nobody wrote down what was heard.
    pub passed: Option<bool>,
}

impl Readiness {
    /// The readiness of each phone, in the order of the file.
    ///
    /// `dialled` is when each phone dialled 933 last, by its name, as far as a ledger knows.
    #[must_use]
    pub fn of_all(
        network: &Network,
        numbers: Result<&[PhoneNumber], &Finding>,
        book: &Book,
        dialled: &BTreeMap<String, Timestamp>,
    ) -> Vec<Self> {
        let phones = network.extensions().iter();
        phones.map(|phone| Self::of(network, phone, numbers, book, dialled.get(phone.name()))).collect()
    }

    fn of(
        network: &Network,
        phone: &Extension,
        numbers: Result<&[PhoneNumber], &Finding>,
        book: &Book,
        dialled: Option<&Timestamp>,
    ) -> Self {
        let caller_id = network.number_for_help(phone);
        let country = caller_id.and_then(|number| Country::of(number.region()?));
        let may_call =
            network.emergency_calling() != EmergencyCalling::None && phone.emergency() && caller_id.is_some();
        let dials = country.filter(|_| may_call).map(dials).unwrap_or_default();
        let recipients = network.notify().iter().enumerate();
        let told = recipients
            .filter(|(_, recipient)| recipient.hears_of(Some(phone.name())))
            .map(|(index, recipient)| (index + 1, recipient.way.as_str()))
            .collect();
        Self {
            phone: phone.name().to_owned(),
            may_call,
            dials,
            caller_id: caller_id.copied(),
            address: caller_id.and_then(|number| network.address_of(number)).cloned(),
            registration: registration(caller_id, country, numbers),
            drill: drill(network, phone, book, dialled),
            told,
        }
    }

    /// One JSON object, with the names that `docs/doctor.md` documents.
    #[must_use]
    pub fn as_json(&self) -> Value {
        let dials: Vec<_> = self
            .dials
            .iter()
            .map(|(pressed, dialled)| json!({"pressed": pressed, "dialled": dialled}))
            .collect();
        let told: Vec<_> =
            self.told.iter().map(|(recipient, way)| json!({"recipient": recipient, "way": way})).collect();
        let (status, since) = match &self.registration {
            Registration::NotThere => ("not in this country", None),
            Registration::Unknown(why) => (*why, None),
            Registration::Known { status, unchanged_since } => (status.as_str(), *unchanged_since),
        };
        json!({
            "phone": self.phone, "may_call": self.may_call, "dials": dials,
            "caller_id": self.caller_id.as_ref().map(E164::as_str),
            "address": self.address.as_ref().map(address_as_json),
            "registration": status, "unchanged_since": since.map(|time| time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()),
            "last_drill": self.drill.as_ref().map(|drill| json!({"date": drill.date, "passed": drill.passed})),
            "told": told,
        })
    }
}

fn address_as_json(address: &PostalAddress) -> Value {
    json!({
        "name": address.name, "customer": address.customer, "street": address.street, "unit": address.unit,
        "city": address.city, "region": address.region, "postal_code": address.postal_code,
        "country": address.country.as_str(),
    })
}

/// The numbers dialled for each emergency number of a country, and for its test.
fn dials(country: &Country) -> Vec<(String, String)> {
    let numbers = country.numbers().iter().map(|number| (*number, Service::Emergency(number)));
    let test = country.has_address_test().then_some((numbers::emergency::ADDRESS_TEST, Service::AddressTest));
    numbers.chain(test).map(|(pressed, service)| (pressed.to_owned(), country.dial(service))).collect()
}

fn registration(
    caller_id: Option<&E164>,
    country: Option<&Country>,
    numbers: Result<&[PhoneNumber], &Finding>,
) -> Registration {
    let Some(caller_id) = caller_id else { return Registration::Unknown("no number") };
    if country.is_some_and(|country| !country.registers_addresses()) {
        return Registration::NotThere;
    }
    let Ok(numbers) = numbers else { return Registration::Unknown("not asked") };
    let Some(number) = numbers.iter().find(|number| number.phone_number == caller_id.as_str()) else {
        return Registration::Unknown("not a number of the account");
    };
    let status = match number.emergency_address_status.as_str() {
        "" => "unregistered",
        status => status,
    };
    let unchanged_since = DateTimeParser::new().parse_timestamp(&number.date_updated).ok();
    Registration::Known { status: status.to_owned(), unchanged_since }
}

/// The later of what was written down and what the ledger knows.
fn drill(network: &Network, phone: &Extension, book: &Book, dialled: Option<&Timestamp>) -> Option<Drill> {
    let case = Case::Phone(phone.name().to_owned());
    let written = book.latest(&network.stage().name, &case);
    let written =
        written.map(|entry| Drill { date: entry.date.clone(), passed: Some(entry.verdict == Outcome::Pass) });
    let dialled = dialled.map(|time| Drill { date: crate::day::day_of(*time).to_string(), passed: None });
    match (written, dialled) {
        (Some(written), Some(dialled)) if dialled.date > written.date => Some(dialled),
        (written, dialled) => written.or(dialled),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drill::Entry;
    use crate::samples::{network_with, number};

    const PHONES: &str = "[extensions.lobby]\nnumber = \"+15035550110\"\naddress = \"shop\"\n\
                          [extensions.attic]\nemergency = false\n[extensions.porch]\n[addresses.shop]\n\
                          customer = \"Shop\"\nstreet = \"100 SE Main St\"\ncity = \"Portland\"\nregion = \"OR\"\n\
                          postal_code = \"97214\"\n[[notify]]\nwebhook = \"https://a.example.org/\"\n\
                          [[notify]]\nmail = \"operator@example.org\"\nphones = [\"lobby\"]\n";

    fn all(settings: &str, results: &[(&str, Outcome)], dialled: &[(&str, &str)]) -> Vec<Readiness> {
        let network = network_with(settings, PHONES);
        let folder = tempfile::tempdir().unwrap();
        let mut book = Book::open(&folder.path().join("dialtone.toml")).unwrap();
        for (date, verdict) in results {
            let entry = Entry {
                date: (*date).to_owned(),
                stage: "prod".into(),
                case: "phone:lobby".into(),
                phone: None,
                verdict: *verdict,
                outgoing_asked: None,
                note: String::new(),
            };
            book.add(entry).unwrap();
        }
        let numbers = [PhoneNumber {
            date_updated: "Sun, 08 Nov 2026 10:00:00 +0000".into(),
            ..number("+15035550110", "registered")
        }];
        let dialled =
            dialled.iter().map(|(phone, time)| ((*phone).to_owned(), time.parse().unwrap())).collect();
        Readiness::of_all(&network, Ok(&numbers), &book, &dialled)
    }

    #[test]
    fn each_phone_has_its_caller_id_its_place_and_its_listeners() {
        let found = all("emergency_caller_id = \"+15035550190\"", &[("2026-11-01", Outcome::Fail)], &[]);
        let [lobby, attic, porch] = &found[..] else { panic!("{found:?}") };
        assert!(lobby.may_call && !attic.may_call && porch.may_call);
        let dials =
            |phone: &Readiness| phone.dials.iter().map(|(a, b)| format!("{a}>{b}")).collect::<Vec<_>>();
        assert_eq!(dials(lobby), ["911>911", "112>911", "933>933"]);
        assert_eq!(dials(attic), [""; 0]);
        assert_eq!(lobby.caller_id.unwrap().as_str(), "+15035550110");
        assert_eq!(porch.caller_id.unwrap().as_str(), "+15035550190");
        assert_eq!(lobby.address.as_ref().unwrap().street, "100 SE Main St");
        let since = Some("2026-11-08T10:00:00Z".parse().unwrap());
        let registered = Registration::Known { status: "registered".into(), unchanged_since: since };
        assert_eq!(
            (&lobby.registration, &porch.registration),
            (&registered, &Registration::Unknown("not a number of the account"))
        );
        assert_eq!((lobby.told.len(), porch.told.as_slice()), (2, &[(1, "webhook")][..]));
        assert_eq!(lobby.drill, Some(Drill { date: "2026-11-01".into(), passed: Some(false) }));
        assert_eq!(porch.drill, None);
    }

    #[test]
    fn the_later_drill_counts() {
        let date = |dialled: &str| {
            all("", &[("2026-11-01", Outcome::Pass)], &[("lobby", dialled)])[0].drill.clone().unwrap()
        };
        assert_eq!(date("2026-11-02T01:00:00Z"), Drill { date: "2026-11-02".into(), passed: None });
        // The same day's is the one that was written down.
        assert_eq!(date("2026-11-01T01:00:00Z").passed, Some(true));
    }

    #[test]
    fn the_number_is_that_of_the_country() {
        let settings = "region = \"GB\"\nemergency_caller_id = \"+442079460190\"";
        let text = format!(
            "[network]\nname = \"n\"\n{settings}\n[stages.prod]\nsip_domain = \"n.sip.twilio.com\"\n\
                            public_url = \"https://n.example.org\"\n[extensions.porch]\n"
        );
        let network = network::NetworkFile::parse(&text).and_then(|file| file.network("prod")).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let book = Book::open(&folder.path().join("dialtone.toml")).unwrap();
        let found = Readiness::of_all(&network, Ok(&[]), &book, &BTreeMap::new());
        assert_eq!(
            found[0].dials,
            [("999".to_owned(), "999".to_owned()), ("112".to_owned(), "112".to_owned())]
        );
    }
}
