//! Where help comes when a phone calls for it, and that a file sends it nowhere else.
//!
//! The fourth rule of help: a file that is called good cannot send help to another place than the phone's, refuse a phone by
//! surprise, or name a number that does not work where the phone stands. What the file does not say is left to advice.

use std::fmt;

use numbers::emergency::Country;
use numbers::{E164, Region};

use crate::problem::Problem;
use crate::reader::{Path, Place, Reader, Wrong, wrong};
use crate::{EmergencyCalling, Extension, Finding, Network, PostalAddress};

/// Why a phone cannot call for help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoHelp {
    /// The file says `emergency = false`.
    Kept,
    /// The file says `emergency_calling = "none"`, for every phone.
    Network,
    /// It has no number that could be called back, and the network has none either.
    NoNumber,
    /// Its number is still to be bought, and until then no other number would lead help to where it stands.
    NotBought,
}

impl NoHelp {
    /// The remedy; empty where the file wants it so.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Kept | Self::Network => "",
            Self::NoNumber => "give it a number, or set network.emergency_caller_id",
            Self::NotBought => "buy its number with `dialtone apply --buy`, then deploy the file",
        }
    }
}

impl fmt::Display for NoHelp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Kept => "cannot call for help: emergency = false",
            Self::Network => "cannot call for help: emergency_calling = \"none\"",
            Self::NoNumber => "cannot call for help: no number could be called back",
            Self::NotBought => "cannot call for help before its number is bought",
        })
    }
}

/// Why help is sent to no place that the file names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoPlace {
    /// The phone may not call for help, or has no number that could be called back.
    #[error("may not call for help")]
    MayNotCall,
    /// The number has no address.
    #[error("no address in the file")]
    NoAddress,
}

impl Network {
    /// Where a phone stands, as far as the file says: its own address, or the network's.
    #[must_use]
    pub fn place_of<'n>(&'n self, phone: &'n Extension) -> Option<&'n PostalAddress> {
        self.addresses.iter().find(|address| Some(address.name.as_str()) == self.place_name(phone))
    }

    /// The emergency number that people know where a phone stands; `None` asks for the network's own phones.
    #[must_use]
    pub fn help_number(&self, phone: Option<&Extension>) -> &'static str {
        let regions = self.help_regions(phone);
        regions.iter().find_map(|region| Country::of(*region)).map_or("911", Country::primary)
    }

    /// The number that an emergency centre sees when a phone calls for help: where Twilio itself answers, one for all phones, and
    /// else [`Network::help_caller_id`].
    #[must_use]
    pub fn number_for_help<'n>(&'n self, phone: &'n Extension) -> Option<&'n E164> {
        match self.emergency_calling {
            EmergencyCalling::Twilio => self.emergency_caller_id(),
            EmergencyCalling::Dialtone | EmergencyCalling::None => self.help_caller_id(Some(phone)),
        }
    }

    /// Where help is sent when this phone calls for it: to the address of the number that the emergency centre sees.
    ///
    /// # Errors
    ///
    /// Nobody would come, or not to a place that the file names.
    pub fn help_goes_to(&self, phone: &Extension) -> Result<&PostalAddress, NoPlace> {
        let number = self.number_for_help(phone).filter(|_| phone.emergency()).ok_or(NoPlace::MayNotCall)?;
        self.address_of(number).ok_or(NoPlace::NoAddress)
    }

    /// Every phone that cannot call for help, with the reason.
    #[must_use]
    pub fn without_help(&self) -> Vec<Finding> {
        let refused = self.extensions.iter().filter_map(|phone| Some((phone, phone.no_help?)));
        refused.map(|(phone, why)| Finding::new(phone.name(), why.to_string(), why.remedy())).collect()
    }

    fn place_name<'n>(&'n self, phone: &'n Extension) -> Option<&'n str> {
        phone.address.as_deref().or(self.address.as_deref())
    }

    /// The name of the address that is registered for a number.
    fn registered(&self, number: &E164) -> Option<&str> {
        self.address_of.get(number).or(self.address.as_ref()).map(String::as_str)
    }

    /// A phone that waits for its number shows the network's. Where that leads help to another place, it has to wait.
    pub(crate) fn keep_from_wrong_places(&mut self) {
        let caller = self.emergency_caller_id;
        let leads_to = caller.and_then(|number| self.registered(&number).map(str::to_owned));
        for phone in &mut self.extensions {
            let stands = phone.address.as_ref().or(self.address.as_ref());
            if phone.buy.is_some()
                && phone.no_help.is_none()
                && stands.is_some()
                && stands != leads_to.as_ref()
            {
                phone.no_help = Some(NoHelp::NotBought);
            }
        }
    }
}

impl Extension {
    /// Why it may not call for help; none if it may.
    #[must_use]
    pub fn no_help(&self) -> Option<NoHelp> {
        self.no_help
    }
}

/// The parts of the file that concern help, besides its network.
pub(crate) struct Sources<'f, 'a> {
    /// The tables of the phones, in the order of [`Network::extensions`].
    pub(crate) phones: &'f [Place<'a>],
    /// The table `[network]`.
    pub(crate) network: Place<'a>,
    /// Whether `network.address` is there and wrong: then nothing is known of where phones stand.
    pub(crate) is_address_broken: bool,
}

/// Refuses what would send help to a wrong place, and advises about what the file leaves open.
pub(crate) fn check(
    reader: &mut Reader<'_>,
    network: &Network,
    sources: &Sources<'_, '_>,
    advice: &mut Vec<Problem>,
) {
    if network.emergency_calling == EmergencyCalling::None {
        return;
    }
    let table = &sources.network;
    if Country::of(network.region).is_none() {
        let what = format!("is {}, from where Twilio places no emergency calls", network.region);
        reader.report(table.offset_of("region"), table.path("region"), wrong(what, NO_CALLS));
        return;
    }
    if let Some(number) = network.emergency_caller_id
        && let Some(problem) = wrong_country(&number, network.address_of(&number), network)
    {
        reader.report(table.offset_of("emergency_caller_id"), table.path("emergency_caller_id"), problem);
    }
    for (place, phone) in sources.phones.iter().zip(&network.extensions) {
        check_phone(reader, network, sources, (place, phone), advice);
    }
    advise_on_the_whole(reader, network, sources, advice);
}

const NO_CALLS: &str =
    "write emergency_calling = \"none\", and a note at the phones that they cannot call for help";

fn check_phone(
    reader: &mut Reader<'_>,
    network: &Network,
    sources: &Sources<'_, '_>,
    (place, phone): (&Place<'_>, &Extension),
    advice: &mut Vec<Problem>,
) {
    // What is wrong by itself was reported, and nothing follows from it.
    let is_broken = |key: &str, is_read: bool| place.has(key) && !is_read;
    if is_broken("address", phone.address.is_some())
        || is_broken("number", phone.number.is_some() || phone.buy.is_some())
        || phone.address.is_none() && sources.is_address_broken
    {
        return;
    }
    let own = phone.number.as_ref().filter(|_| phone.emergency());
    let networks = network.emergency_caller_id.as_ref();
    // Twilio answers a directly dialled 911 itself then, and shows the network's number whatever the file says of the phone.
    let is_networks =
        network.emergency_calling == EmergencyCalling::Twilio || phone.number.is_none() && phone.emergency();
    let shown = own.map(|number| (number, false)).into_iter();
    let shown = shown.chain(networks.filter(|_| is_networks).map(|number| (number, true)));
    let stands = network.place_name(phone);
    for (number, is_networks) in shown {
        let leads_to = network.registered(number);
        let key =
            if is_networks && place.has("address") || !place.has("number") { "address" } else { "number" };
        match (stands, leads_to) {
            // Two phones with one number that name two addresses were reported where they name them.
            (Some(stands), leads_to) if leads_to != Some(stands) => {
                if !is_networks && phone.address.is_some() {
                    return;
                }
                reader.report(
                    place.offset_of(key),
                    place.own_path(),
                    elsewhere(stands, leads_to, is_networks),
                );
                return;
            }
            (None, Some(leads_to)) => advice.push(Problem {
                line: reader.line(place.offset()),
                key: place.path("address").to_string(),
                what: format!(
                    "is not set: 911 would send help to {leads_to}, where its number is registered"
                ),
                remedy: "name the address where the phone stands".into(),
            }),
            (None, None) if !is_networks && !network.addresses.is_empty() => {
                advice.push(unplaced(reader, place.offset(), place.path("address")));
            }
            _ => {}
        }
        // The network's number was looked at already.
        if !is_networks && let Some(problem) = wrong_country(number, network.place_of(phone), network) {
            reader.report(place.offset_of("number"), place.path("number"), problem);
            return;
        }
    }
}

/// Help would come to another place than the phone's.
fn elsewhere(stands: &str, leads_to: Option<&str>, is_networks: bool) -> Wrong {
    let shown = if is_networks { "emergency_caller_id" } else { "the phone's number" };
    let what = match leads_to {
        Some(other) => {
            format!("stands at {stands}, but help would come to {other}, where {shown} is registered")
        }
        None => format!("stands at {stands}, but help would come to where {shown} is registered"),
    };
    let remedy = if is_networks {
        "give the phone a number of its own, or write emergency = false"
    } else {
        "911 sees one address for each number; give the phone another number, or both the same address"
    };
    wrong(what, remedy)
}

fn unplaced(reader: &Reader<'_>, offset: usize, key: Path<'_>) -> Problem {
    Problem {
        line: reader.line(offset),
        key: key.to_string(),
        what: "is not set: 911 would not know where the phone stands".into(),
        remedy: "name one of [addresses], or set network.address for all phones".into(),
    }
}

/// A number with which no help, or that of another country, would come to a place; without one, to the network's region.
fn wrong_country(number: &E164, place: Option<&PostalAddress>, network: &Network) -> Option<Wrong> {
    let shown = number.region()?;
    let here = place.map_or(network.region, |address| address.country);
    let remedy = "use a number of the country where the phone stands, or write emergency = false";
    let Some(country) = Country::of(shown) else {
        let what = format!("is a number of {shown}, with which Twilio places no emergency calls");
        return Some(wrong(what, remedy));
    };
    let shares = Country::of(here).is_some_and(|here| country.shares_help_with(here));
    let what =
        || format!("is a number of {shown}, but the phone stands in {here}: help would come elsewhere");
    (!shares).then(|| wrong(what(), remedy))
}

/// Advises on matters that only the operator can know or change.
fn advise_on_the_whole(
    reader: &Reader<'_>,
    network: &Network,
    sources: &Sources<'_, '_>,
    advice: &mut Vec<Problem>,
) {
    let table = &sources.network;
    let line = reader.line(table.offset());
    let mut advise = |key: &str, what: &str, remedy: &str| {
        advice.push(Problem { line, key: key.into(), what: what.into(), remedy: remedy.into() });
    };
    if !network.extensions.iter().any(Extension::emergency) {
        return;
    }
    if network.addresses.is_empty() {
        advise(
            "addresses",
            "is not there: the file does not say where help is sent",
            "add [addresses.NAME], and name it as network.address or at the phones",
        );
    }
    if network.notify.is_empty() {
        advise(
            "notify",
            "is not there: nobody hears of a call for help",
            "add [[notify]] with sms, call, webhook or mail",
        );
    }
    let strangers =
        network.emergency_caller_id.as_ref().filter(|number| network.registered(number).is_none());
    if strangers.is_some() && !network.addresses.is_empty() {
        advise(
            "network.emergency_caller_id",
            "has no address in the file: 911 would not know the place",
            "set network.address, or use the number of a phone with an address",
        );
    }
}

/// Whether Twilio registers no addresses in a country, so that the emergency centre does not see them (page of 2026-08-24).
pub(crate) fn is_unregistered(country: Region) -> bool {
    Country::of(country).is_none_or(|country| !country.registers_addresses())
}

#[cfg(test)]
mod tests;
