//! The wishes of a network file for Twilio.

use network::{EmergencyCalling, Network, PostalAddress};
use numbers::{E164, Region};
use twilio::NumberKind;

use crate::import::Before;
use crate::names::Names;

/// The most users that a credential list takes.
pub(crate) const USERS_OF_A_LIST: usize = 1000;

/// Further wishes from the command line.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Numbers may be bought.
    pub buy: bool,
    /// The most numbers that one run buys; none: as many as the file asks for.
    pub max_purchases: Option<usize>,
    /// Numbers, and a SIP domain, that another stage or network keeps are taken over.
    pub take_over: bool,
    /// Every password that is known is set again, whatever Twilio has.
    pub set_passwords: bool,
    /// Numbers that are not wanted any more are released, for good. Otherwise they are kept, and answer nobody.
    pub release_numbers: bool,
}

/// The wishes of a stage.
#[derive(Debug, Clone)]
pub struct Wishes {
    /// The names of its resources.
    pub names: Names,
    /// The SIP domain, or none when everything is to go.
    pub domain: Option<DomainWish>,
    /// The SIP domain's name, also when it is to go.
    pub domain_name: String,
    /// User names of the phones, in the order of the file.
    pub users: Vec<String>,
    /// Numbers of the network, each once.
    pub numbers: Vec<NumberWish>,
    /// All numbers that the file names, also when everything is to go.
    pub named: Vec<E164>,
    /// Numbers to be bought.
    pub purchases: Vec<Purchase>,
    /// Addresses that some number needs, or will when it is bought.
    pub addresses: Vec<PostalAddress>,
    /// The countries that may be called.
    pub allow: Vec<Region>,
    /// The origins of the network's other stages, each with the stage's name.
    pub others: Vec<(String, String)>,
    /// Further wishes.
    pub options: Options,
    /// The phones to which changes are limited; none: all.
    pub only: Vec<String>,
    /// How everything was before an import, where that is to come back.
    pub before: Option<Before>,
}

/// The SIP domain.
#[derive(Debug, Clone)]
pub struct DomainWish {
    pub(crate) friendly_name: String,
    pub(crate) voice_url: String,
    pub(crate) fallback_url: String,
    pub(crate) status_url: String,
    pub(crate) emergency_calling: bool,
    /// The number that Twilio shows to 911, where it answers emergency calls itself.
    pub(crate) emergency_caller: Option<E164>,
    pub(crate) secure: bool,
}

/// One number of the network.
#[derive(Debug, Clone)]
pub struct NumberWish {
    /// The number.
    pub number: E164,
    /// The name of its address in the file, if 911 may ever see the number. Registering one costs money every month.
    pub address: Option<String>,
    /// Whether a phone that may call 911 has it.
    pub emergency: bool,
    /// The phones that have it. Nobody has the network's own caller id for emergencies.
    pub phones: Vec<String>,
    pub(crate) settings: NumberSettings,
}

/// How a number is set up.
#[derive(Debug, Clone)]
pub(crate) struct NumberSettings {
    pub(crate) friendly_name: String,
    pub(crate) voice_url: String,
    pub(crate) fallback_url: String,
    pub(crate) status_url: String,
}

/// A number that is to be bought.
#[derive(Debug, Clone)]
pub struct Purchase {
    /// For which phone.
    pub phone: String,
    /// The country that it is bought in.
    pub country: Region,
    /// Three digits.
    pub area_code: String,
    /// The name of the address in the file that the number will have.
    pub address: Option<String>,
    pub(crate) settings: NumberSettings,
}

impl Purchase {
    /// The class of the number, which decides its price. Toll-free area codes are those of the NANP.
    #[must_use]
    pub fn class(&self) -> NumberKind {
        match self.area_code.as_str() {
            "800" | "833" | "844" | "855" | "866" | "877" | "888" => NumberKind::TollFree,
            _ => NumberKind::Local,
        }
    }

    /// The name of that class in Twilio's price list.
    #[must_use]
    pub fn price_class(&self) -> &'static str {
        self.class().price_class()
    }
}

impl Wishes {
    /// The wishes of one stage. `others` are the network's other stages: name and origin.
    #[must_use]
    pub fn new(network: &Network, others: Vec<(String, String)>, options: Options) -> Self {
        let stage = network.stage();
        let names = Names::new(network.name(), &stage.name);
        let url = |path: &str| format!("{}{path}", stage.public_url);
        // Without a fallback of its own, Twilio asks once more: most failures are over by then.
        let fallback = |path: &str| stage.fallback_url.clone().unwrap_or_else(|| url(path));
        let settings = |phone: &str| NumberSettings {
            friendly_name: names.number(phone),
            voice_url: url("/incoming"),
            fallback_url: fallback("/incoming"),
            status_url: url("/status/call"),
        };
        let domain = DomainWish {
            friendly_name: names.domain(),
            voice_url: url("/outgoing"),
            fallback_url: fallback("/outgoing"),
            status_url: url("/status/call"),
            emergency_calling: network.emergency_calling() == EmergencyCalling::Twilio,
            emergency_caller: match network.emergency_calling() {
                EmergencyCalling::Twilio => network.emergency_caller_id().copied(),
                EmergencyCalling::Dialtone | EmergencyCalling::None => None,
            },
            secure: stage.secure,
        };
        let mut numbers: Vec<NumberWish> = Vec::new();
        let mut purchases = Vec::new();
        let mut want = |number: &E164, phone: Option<&str>, emergency: bool| {
            let address =
                network.address_of(number).filter(|_| emergency).map(|address| address.name.clone());
            if let Some(known) = numbers.iter_mut().find(|known| known.number == *number) {
                known.phones.extend(phone.map(str::to_owned));
                known.emergency |= emergency;
                known.address = known.address.take().or(address);
                return;
            }
            let phones = phone.map(str::to_owned).into_iter().collect();
            let settings = settings(phone.unwrap_or("emergency"));
            numbers.push(NumberWish { number: *number, address, emergency, phones, settings });
        };
        for phone in network.extensions() {
            if let Some(number) = phone.number() {
                want(number, Some(phone.name()), phone.emergency());
            }
            if let Some(area_code) = phone.buy() {
                purchases.push(Purchase {
                    phone: phone.name().to_owned(),
                    country: network.region(),
                    area_code: area_code.to_owned(),
                    address: network.address_when_bought(phone).map(|address| address.name.clone()),
                    settings: settings(phone.name()),
                });
            }
        }
        if let Some(number) = network.emergency_caller_id() {
            want(number, None, true);
        }
        let bought = purchases.iter().filter(|_| options.buy).map(|purchase| &purchase.address);
        let used: Vec<_> = numbers.iter().map(|number| &number.address).chain(bought).flatten().collect();
        let is_used = |address: &&PostalAddress| used.contains(&&address.name);
        Self {
            domain: Some(domain),
            domain_name: stage.sip_domain.clone(),
            users: network.extensions().iter().map(|phone| phone.name().to_owned()).collect(),
            addresses: network.addresses().iter().filter(is_used).cloned().collect(),
            allow: network.allow().to_vec(),
            named: numbers.iter().map(|number| number.number).collect(),
            names,
            numbers,
            purchases,
            others,
            options,
            only: Vec::new(),
            before: None,
        }
    }

    /// The same stage, which was called differently once: what it had under those names is its own.
    #[must_use]
    pub fn formerly(self, owners: &[String]) -> Self {
        let names = owners.iter().fold(self.names, |names, owner| names.formerly(owner));
        Self { names, ..self }
    }

    /// The same, for these phones alone.
    #[must_use]
    pub fn only(self, phones: Vec<String>) -> Self {
        Self { only: phones, ..self }
    }

    /// Whether something of these phones is to be changed.
    pub(crate) fn concerns(&self, phones: &[String]) -> bool {
        self.only.is_empty() || phones.iter().any(|phone| self.only.contains(phone))
    }

    /// The phones that are, or will be, at an address of the file.
    pub(crate) fn phones_at(&self, address: &str) -> Vec<String> {
        let is_there = |known: &Option<String>| known.as_deref() == Some(address);
        let have = self.numbers.iter().filter(|number| is_there(&number.address));
        let will_have = self.purchases.iter().filter(|purchase| is_there(&purchase.address));
        let have = have.flat_map(|number| number.phones.iter().cloned());
        have.chain(will_have.map(|purchase| purchase.phone.clone())).collect()
    }

    /// The same stage, wanting nothing any more.
    #[must_use]
    pub fn nothing(self) -> Self {
        Self {
            domain: None,
            users: Vec::new(),
            numbers: Vec::new(),
            purchases: Vec::new(),
            addresses: Vec::new(),
            ..self
        }
    }

    /// The same, and what was there before an import comes back.
    #[must_use]
    pub fn restoring(self, before: Before) -> Self {
        Self { before: Some(before), ..self }
    }
}
