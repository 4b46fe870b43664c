//! The parts of a network file that is made from an account.

use numbers::Region;
use twilio::PhoneNumber;

use super::guess::Reason;
use super::places::FoundPlace;
use crate::account::Domain;

/// The user's choice.
#[derive(Debug, Clone)]
pub struct Choice {
    /// The network's name.
    pub network: String,
    /// The stage that the file begins with.
    pub stage: String,
    /// The SIP domain whose phones are read; none if the account has none.
    pub domain: Option<String>,
    /// A SIP domain to be made instead of taking that one over.
    pub new_domain: Option<String>,
    /// Where Twilio will call Dialtone, if that is known.
    pub public_url: Option<String>,
    /// The country, if it is not that of most numbers.
    pub region: Option<Region>,
    /// Only these phones; all if there are none.
    pub only: Vec<String>,
    /// Whether the domain's credential lists become this stage's.
    pub adopt_lists: bool,
}

/// The parts of the file.
pub(super) struct Parts<'a> {
    pub(super) choice: &'a Choice,
    pub(super) region: Region,
    pub(super) domain: Option<&'a Domain>,
    pub(super) phones: Vec<Phone<'a>>,
    pub(super) places: Vec<FoundPlace<'a>>,
    /// Numbers that no phone of the file has.
    pub(super) free: Vec<&'a PhoneNumber>,
    /// The number that Twilio shows to 911 today, where it answers emergency calls itself.
    pub(super) emergency_caller: Option<&'a PhoneNumber>,
    /// Whether Twilio places no emergency calls in the network's country.
    pub(super) is_without_help: bool,
    /// Whether Twilio itself answers emergency calls today, and would send help to another place than some phone's.
    pub(super) is_misled: bool,
}

/// A phone of the file.
pub(super) struct Phone<'a> {
    pub(super) name: String,
    /// The credential list that it is in. None: it was made up for a number.
    pub(super) list: Option<&'a str>,
    pub(super) number: Option<(&'a PhoneNumber, Option<Reason>)>,
    /// Why help would come to a wrong place if it were called from this phone.
    pub(super) misled: Option<String>,
}

impl Phone<'_> {
    /// Whether the name is a telephone number, which metrics must not carry.
    pub(super) fn needs_label(&self) -> bool {
        self.name.starts_with('+')
    }
}

/// A credential list that gets another name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rename {
    /// `CL…`.
    pub sid: String,
    /// The current name.
    pub from: String,
    /// The new name.
    pub to: String,
}
