//! The network: every phone, code and rule, as one file describes it.
//!
//! ```text
//! dialtone.toml --NetworkFile::parse--> NetworkFile --network(stage)--> Network
//! ```
//!
//! Pure: the text of the file goes in, and a valid network or every problem of the file comes out.

mod addresses;
mod codes;
mod comments;
mod device;
mod extensions;
mod file;
mod finding;
mod fingerprint;
mod groups;
mod help;
mod language;
mod meant;
mod nearest;
mod notify;
mod parse;
mod problem;
mod reader;
mod sip_uri;
mod stage;
mod stages;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};

use numbers::{E164, Prefix, Region};

pub use addresses::PostalAddress;
pub use device::{Device, DeviceKind, DeviceMode, Mac};
pub use file::NetworkFile;
pub use finding::{Finding, some_of};
pub use fingerprint::{Fingerprint, NoFingerprint};
pub use help::{NoHelp, NoPlace};
pub use language::Language;
pub use nearest::nearest;
pub use notify::{Recipient, Way};
pub use problem::{Problem, Problems};
pub use stage::Stage;

/// The name in metrics of a phone that is not in the file.
pub const UNKNOWN: &str = "unknown";

/// A valid network, seen from one stage: what the decisions are made by.
#[derive(Debug, Clone)]
pub struct Network {
    pub(crate) name: String,
    pub(crate) stage: Stage,
    pub(crate) region: Region,
    pub(crate) allow: Vec<Region>,
    pub(crate) block: Vec<Prefix>,
    pub(crate) language: Language,
    pub(crate) time_limit: u32,
    pub(crate) ring_timeout: u32,
    pub(crate) refusal: RefusalStyle,
    pub(crate) dial_tone: Option<String>,
    pub(crate) emergency_caller_id: Option<E164>,
    pub(crate) asterisk: Option<Asterisk>,
    pub(crate) codes: BTreeMap<String, Target>,
    pub(crate) extensions: Vec<Extension>,
    /// User names in lower case: they compare without case.
    pub(crate) by_name: HashMap<String, usize>,
    pub(crate) by_number: HashMap<E164, Vec<usize>>,
    /// SIP domains of the other stages: their errors reach the same account-wide webhook.
    pub(crate) other_domains: Vec<String>,
    edge: String,
    emergency_calling: EmergencyCalling,
    /// The address of numbers that name none.
    address: Option<String>,
    addresses: Vec<PostalAddress>,
    /// The numbers whose phones name an address.
    address_of: HashMap<E164, String>,
    notify: Vec<Recipient>,
    fingerprint: Fingerprint,
}

/// One SIP phone.
#[derive(Debug, Clone)]
pub struct Extension {
    pub(crate) name: String,
    pub(crate) label: Option<String>,
    pub(crate) number: Option<E164>,
    pub(crate) caller_id: Option<E164>,
    /// Why it may not call for help, if it may not.
    pub(crate) no_help: Option<NoHelp>,
    pub(crate) language: Language,
    pub(crate) area_code: Option<AreaCode>,
    pub(crate) block: Vec<Prefix>,
    /// Codes of its own, which win over the network's.
    pub(crate) codes: BTreeMap<String, Target>,
    pub(crate) address: Option<String>,
    pub(crate) buy: Option<AreaCode>,
    pub(crate) device: Option<Device>,
}

/// The party that answers when a phone dials 911 (<https://www.twilio.com/docs/voice/api/sip-interface>).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmergencyCalling {
    /// The voice URL is asked, and shows the number, and so the address, of each phone.
    Dialtone,
    /// Twilio connects the call without asking. All phones show `emergency_caller_id`.
    Twilio,
    /// Nobody: these phones cannot call for help, and say so.
    None,
}

/// Three digits that complete a seven-digit number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AreaCode([u8; 3]);

impl AreaCode {
    /// The digits as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Only ASCII digits are ever stored (`parse::area_code`).
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// The action of a key or a short code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Dials a number, as if the caller had.
    Dial(E164),
    /// Connects with a context of the Asterisk server.
    Asterisk(String),
    /// Rings one of the network's phones, by its user name.
    Extension(String),
}

/// The Asterisk server behind the menu and the operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asterisk {
    /// The host, perhaps with a port.
    pub host: String,
    /// URI parameters, such as `;transport=tls`.
    pub params: String,
}

/// The treatment of a refused caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalStyle {
    /// The reason in words, then dial tone again.
    Explain,
    /// A bare `<Reject/>`.
    Reject,
}

impl Network {
    /// The name of the network.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The stage from which it is seen.
    #[must_use]
    pub fn stage(&self) -> &Stage {
        &self.stage
    }

    /// Every phone.
    #[must_use]
    pub fn extensions(&self) -> &[Extension] {
        &self.extensions
    }

    /// The action of a key or code on this phone.
    #[must_use]
    pub fn code<'n>(&'n self, extension: &'n Extension, keys: &str) -> Option<&'n Target> {
        extension.codes.get(keys).or_else(|| self.codes.get(keys))
    }

    /// Every code that works on this phone.
    pub fn codes_of<'n>(&'n self, extension: &'n Extension) -> impl Iterator<Item = &'n str> {
        let own = extension.codes.keys();
        own.chain(self.codes.keys().filter(|keys| !extension.codes.contains_key(*keys))).map(String::as_str)
    }

    /// How digits without a country code are read.
    #[must_use]
    pub fn region(&self) -> Region {
        self.region
    }

    /// Where phones may call.
    #[must_use]
    pub fn allow(&self) -> &[Region] {
        &self.allow
    }

    /// For how long a call may last, in seconds.
    #[must_use]
    pub fn time_limit(&self) -> u32 {
        self.time_limit
    }

    /// The prefixes that no phone may call.
    #[must_use]
    pub fn block(&self) -> &[Prefix] {
        &self.block
    }

    /// The language for callers without a phone whose language is known.
    #[must_use]
    pub fn language(&self) -> Language {
        self.language
    }

    /// For how long a phone rings, in seconds.
    #[must_use]
    pub fn ring_timeout(&self) -> u32 {
        self.ring_timeout
    }

    /// The treatment of a refused caller.
    #[must_use]
    pub fn refusal(&self) -> RefusalStyle {
        self.refusal
    }

    /// The sound that is played for dial tone; a voice asks to dial if there is none.
    #[must_use]
    pub fn dial_tone(&self) -> Option<&str> {
        self.dial_tone.as_deref()
    }

    /// The Asterisk server, if there is one.
    #[must_use]
    pub fn asterisk(&self) -> Option<&Asterisk> {
        self.asterisk.as_ref()
    }

    /// The caller id that a phone without a number of its own shows to 911.
    #[must_use]
    pub fn emergency_caller_id(&self) -> Option<&E164> {
        self.emergency_caller_id.as_ref()
    }

    /// The number that an emergency centre sees of a phone, and calls back: the phone's own, or the network's for a phone
    /// without one and for a phone that is not in the file. None if there is neither.
    #[must_use]
    pub fn help_caller_id<'n>(&'n self, phone: Option<&'n Extension>) -> Option<&'n E164> {
        phone.and_then(Extension::number).or(self.emergency_caller_id.as_ref())
    }

    /// The countries whose emergency numbers count on a phone: that of the number it shows, and the network's.
    #[must_use]
    pub fn help_regions(&self, phone: Option<&Extension>) -> Vec<Region> {
        let own = self
            .help_caller_id(phone)
            .and_then(numbers::E164::region)
            .filter(|region| *region != self.region);
        own.into_iter().chain([self.region]).collect()
    }

    /// The party that answers when a phone dials 911.
    #[must_use]
    pub fn emergency_calling(&self) -> EmergencyCalling {
        self.emergency_calling
    }

    /// The Twilio edge that a phone registers through.
    #[must_use]
    pub fn edge_of<'n>(&'n self, extension: &'n Extension) -> &'n str {
        extension.device.as_ref().and_then(|device| device.edge.as_deref()).unwrap_or(&self.edge)
    }

    /// Every address.
    #[must_use]
    pub fn addresses(&self) -> &[PostalAddress] {
        &self.addresses
    }

    /// Where help is sent for a call from this number: the address of its phones, or the network's.
    #[must_use]
    pub fn address_of(&self, number: &E164) -> Option<&PostalAddress> {
        let name = self.address_of.get(number).or(self.address.as_ref())?;
        self.addresses.iter().find(|address| address.name == *name)
    }

    /// Where help will be sent for the number that is to be bought for a phone. None: it may not call 911 even then.
    #[must_use]
    pub fn address_when_bought(&self, phone: &Extension) -> Option<&PostalAddress> {
        let is_kept = matches!(phone.no_help, Some(NoHelp::Kept | NoHelp::Network));
        let name = phone.address.as_ref().or(self.address.as_ref()).filter(|_| !is_kept)?;
        self.addresses.iter().find(|address| address.name == *name)
    }

    /// The people who hear of calls for help.
    #[must_use]
    pub fn notify(&self) -> &[Recipient] {
        &self.notify
    }

    /// The fingerprint of the file.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// The SIP domains of the network's other stages.
    #[must_use]
    pub fn other_domains(&self) -> &[String] {
        &self.other_domains
    }

    /// The phones that ring for a number.
    pub fn phones_of(&self, number: &E164) -> impl Iterator<Item = &Extension> + Clone {
        self.by_number.get(number).into_iter().flatten().filter_map(|&i| self.extensions.get(i))
    }
}

impl Extension {
    /// The SIP user name as the file writes it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The phone's name in metrics. Never a telephone number: a phone whose user name is one goes by its `label`,
    /// or else as `unknown`.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        match &self.label {
            Some(label) => label,
            None if self.name.starts_with('+') => UNKNOWN,
            None => &self.name,
        }
    }

    /// The number that rings this phone.
    #[must_use]
    pub fn number(&self) -> Option<&E164> {
        self.number.as_ref()
    }

    /// The number that it shows to those it calls.
    #[must_use]
    pub fn caller_id(&self) -> Option<&E164> {
        self.caller_id.as_ref()
    }

    /// The language that it speaks.
    #[must_use]
    pub fn language(&self) -> Language {
        self.language
    }

    /// The area code that completes a number of seven digits.
    #[must_use]
    pub fn area_code(&self) -> Option<AreaCode> {
        self.area_code
    }

    /// The prefixes that this phone may not call.
    #[must_use]
    pub fn block(&self) -> &[Prefix] {
        &self.block
    }

    /// Whether it may call 911.
    #[must_use]
    pub fn emergency(&self) -> bool {
        self.no_help.is_none()
    }

    /// Whether a number of seven digits can be completed here.
    #[must_use]
    pub fn has_area_code(&self) -> bool {
        self.area_code.is_some()
    }

    /// The area code in which a number is to be bought for this phone.
    #[must_use]
    pub fn buy(&self) -> Option<&str> {
        self.buy.as_ref().map(AreaCode::as_str)
    }

    /// The phone's hardware or program.
    #[must_use]
    pub fn device(&self) -> Option<&Device> {
        self.device.as_ref()
    }
}
