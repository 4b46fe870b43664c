//! The cases that a drill tests.

use network::{EmergencyCalling, Extension, Network};
use numbers::E164;
use numbers::emergency::Country;

/// One test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Case {
    /// One corner of the matrix: how the account is set up, and who dials.
    Corner {
        /// Whether the SIP domain's `EmergencyCallingEnabled` is on.
        flag: bool,
        /// Whether the phone dials 933 at once, rather than at a dial tone or in a menu.
        is_direct: bool,
        /// Whether the SIP domain has an `EmergencyCallerSid`.
        has_sid: bool,
    },
    /// A phone that may call 911, as things are.
    Phone(String),
}

impl Case {
    /// Every test of a network: first how things are, then its phones, then how things could be. None where no phone shows a
    /// number of North America, since 933 exists nowhere else.
    #[must_use]
    pub fn all(network: &Network) -> Vec<Self> {
        let tested: Vec<_> =
            network.extensions().iter().filter(|phone| is_answered(network, phone)).collect();
        if tested.is_empty() {
            return Vec::new();
        }
        let corners = || {
            [true, false].into_iter().flat_map(|flag| {
                [true, false].into_iter().flat_map(move |is_direct| {
                    [false, true].into_iter().map(move |has_sid| Self::Corner { flag, is_direct, has_sid })
                })
            })
        };
        let mut cases: Vec<_> = corners().filter(|case| case.is_in_force(network)).collect();
        cases.extend(tested.iter().map(|phone| Self::Phone(phone.name().to_owned())));
        cases.extend(corners().filter(|case| !case.is_in_force(network)));
        cases
    }

    /// Whether this is how things are, by the file.
    #[must_use]
    pub fn is_in_force(&self, network: &Network) -> bool {
        let by_twilio = network.emergency_calling() == EmergencyCalling::Twilio;
        match self {
            Self::Corner { flag, has_sid, .. } => *flag == by_twilio && *has_sid == by_twilio,
            Self::Phone(_) => true,
        }
    }

    /// Its name in the file of results, and for `--record`.
    #[must_use]
    pub fn id(&self) -> String {
        match self {
            Self::Corner { flag, is_direct, has_sid } => {
                let flag = if *flag { "on" } else { "off" };
                let way = if *is_direct { "direct" } else { "menu" };
                let caller = if *has_sid { "sid" } else { "number" };
                format!("{flag}-{way}-{caller}")
            }
            Self::Phone(name) => format!("phone:{name}"),
        }
    }

    /// The case's title, on one line.
    #[must_use]
    pub fn title(&self) -> String {
        match self {
            Self::Corner { flag, is_direct, has_sid } => {
                let flag = if *flag { "emergency calling on" } else { "emergency calling off" };
                let way = if *is_direct {
                    "933 dialled at once"
                } else {
                    "933 dialled at a dial tone or in the menu"
                };
                let caller =
                    if *has_sid { "EmergencyCallerSid set" } else { "the phone's registered number" };
                format!("{flag}, {way}, {caller}")
            }
            Self::Phone(name) => format!("933 from {name}, as things are"),
        }
    }

    /// How Twilio has to be set up.
    #[must_use]
    pub fn set_up(&self, network: &Network) -> String {
        let Self::Corner { flag, has_sid, .. } = self else { return "nothing".to_owned() };
        if self.is_in_force(network) {
            return "nothing: `dialtone apply` has set it up like this".to_owned();
        }
        let domain = &network.stage().sip_domain;
        let flag = if *flag { "on" } else { "off" };
        let caller = match (has_sid, flag) {
            (true, _) => "EmergencyCallerSid: a number with a registered address, not the phone's own",
            (false, "on") => "no EmergencyCallerSid, and a phone whose user name is its own number with +",
            (false, _) => "no EmergencyCallerSid",
        };
        format!(
            "on the SIP domain {domain}, by Twilio's console or API: emergency calling {flag}; {caller}. `dialtone \
             apply` puts it back afterwards"
        )
    }

    /// The instruction to the person at the phone.
    #[must_use]
    pub fn dial(&self) -> &'static str {
        match self {
            Self::Corner { is_direct: false, .. } => {
                "dial 9005550123, which is refused, and at the dial tone after that 933 and #; or go to the menu (#) \
                 and dial 933 there"
            }
            _ => "dial 933 (never 911)",
        }
    }
}

/// Whether 933 reads back what help would get from a phone: it may call for help, and shows a number of North America.
pub(super) fn is_answered(network: &Network, phone: &Extension) -> bool {
    let shown = match network.emergency_calling() {
        EmergencyCalling::Twilio => network.emergency_caller_id(),
        EmergencyCalling::Dialtone => network.help_caller_id(Some(phone)),
        EmergencyCalling::None => None,
    };
    let country = shown.and_then(E164::region).and_then(Country::of);
    phone.emergency() && country.is_some_and(Country::has_address_test)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::samples::network_with;

    fn ids(settings: &str) -> Vec<String> {
        let phones = "[extensions.lobby]\nnumber = \"+15035550110\"\n[extensions.attic]\nemergency = false\n";
        let settings = format!("emergency_caller_id = \"+15035550190\"\n{settings}");
        Case::all(&network_with(&settings, phones)).iter().map(Case::id).collect()
    }

    #[test]
    fn the_matrix_is_whole_and_begins_with_how_things_are() {
        let ours = ids("");
        assert_eq!(ours[..4], ["off-direct-number", "off-menu-number", "phone:lobby", "on-direct-number"]);
        let theirs = ids("emergency_calling = \"twilio\"");
        assert_eq!(theirs[..3], ["on-direct-sid", "on-menu-sid", "phone:lobby"]);
        assert_eq!(ours.len(), 9);
        let (ours, theirs): (BTreeSet<_>, BTreeSet<_>) =
            (ours.into_iter().collect(), theirs.into_iter().collect());
        assert!(ours.len() == 9 && ours == theirs);
    }

    /// 933 is North America's; what there is to test elsewhere is nobody's number.
    #[test]
    fn where_933_does_not_exist_there_is_nothing_to_test() {
        let text = |settings: &str, phones: &str| {
            let text = format!(
                "[network]\nname=\"n\"\nregion=\"GB\"\n{settings}\n[stages.prod]\n\
                 sip_domain=\"n.sip.twilio.com\"\npublic_url=\"https://n.example.org\"\n{phones}"
            );
            network::NetworkFile::parse(&text).and_then(|file| file.network("prod")).unwrap()
        };
        let british = "[extensions.hall]\nnumber = \"+442079460110\"\n";
        assert_eq!(Case::all(&text("", british)), []);
        assert_eq!(Case::all(&text("emergency_calling = \"none\"", british)), []);
    }
}
