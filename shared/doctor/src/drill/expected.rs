//! The words that 933 must read back.

use network::{Extension, Network, PostalAddress};
use numbers::E164;

use super::case::Case;

/// The number and the address that 911 should see of a phone in a test.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Expected {
    pub(super) number: String,
    pub(super) address: String,
}

impl Expected {
    pub(super) fn of(case: &Case, network: &Network, phone: &Extension) -> Self {
        match case {
            Case::Phone(_) => Self::at(network, network.number_for_help(phone)),
            // Twilio answers by itself, and knows the phone by the domain's number or by its user name.
            Case::Corner { flag: true, is_direct: true, has_sid: true } if case.is_in_force(network) => {
                Self::at(network, network.emergency_caller_id())
            }
            Case::Corner { flag: true, is_direct: true, has_sid: true } => Self {
                number: "the number that you have set as EmergencyCallerSid".to_owned(),
                address: "the address that is registered for that number".to_owned(),
            },
            Case::Corner { flag: true, is_direct: true, has_sid: false } => Self::at(network, phone.number()),
            // Dialtone dials for the phone, whatever the domain says.
            Case::Corner { .. } => Self::at(network, network.help_caller_id(Some(phone))),
        }
    }

    fn at(network: &Network, number: Option<&E164>) -> Self {
        let Some(number) = number else {
            return Self {
                number: "none: the file has no number for the phone".to_owned(),
                address: "none: the file has no number for the phone".to_owned(),
            };
        };
        Self {
            number: number.as_str().to_owned(),
            address: network.address_of(number).map_or_else(
                || "where the phone stands: the file has no address for this number".to_owned(),
                in_words,
            ),
        }
    }
}

/// The address's name in the file, and what of it a voice reads.
fn in_words(address: &PostalAddress) -> String {
    format!("{} ({} in the file)", address.in_short(), address.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::network_with;

    const PHONES: &str = "[extensions.lobby]\nnumber = \"+15035550110\"\naddress = \"shop\"\n[extensions.closet]\n\
                          emergency = true\n[addresses.shop]\ncustomer = \"Shop\"\nstreet = \"100 SE Main St\"\n\
                          unit = \"Floor 2\"\ncity = \"Portland\"\nregion = \"OR\"\npostal_code = \"97214\"\n";

    #[test]
    fn each_test_has_a_number_of_its_own() {
        let settings = "emergency_caller_id = \"+15035550190\"";
        let ours = network_with(settings, PHONES);
        let theirs =
            network_with(&format!("{settings}\naddress = \"shop\"\nemergency_calling = \"twilio\""), PHONES);
        let number = |network: &Network, case: &Case, phone| {
            Expected::of(case, network, network.extension(phone).unwrap()).number
        };
        let corner = |flag, is_direct, has_sid| Case::Corner { flag, is_direct, has_sid };
        for (network, case, phone, expected) in [
            (&ours, Case::Phone("lobby".into()), "lobby", "+15035550110"),
            (&ours, Case::Phone("closet".into()), "closet", "+15035550190"),
            (&theirs, Case::Phone("lobby".into()), "lobby", "+15035550190"),
            (&ours, corner(false, true, false), "lobby", "+15035550110"),
            (&ours, corner(false, true, true), "lobby", "+15035550110"),
            (&ours, corner(true, true, false), "lobby", "+15035550110"),
            (&ours, corner(true, true, false), "closet", "none"),
            (&ours, corner(true, true, true), "lobby", "the number that you have set"),
            (&theirs, corner(true, true, true), "lobby", "+15035550190"),
            (&theirs, corner(true, false, true), "lobby", "+15035550110"),
            (&theirs, corner(true, false, true), "closet", "+15035550190"),
        ] {
            let found = number(network, &case, phone);
            assert!(found.starts_with(expected), "{case:?} of {phone}: {found}");
        }
        let expected = Expected::of(&corner(false, true, false), &ours, ours.extension("lobby").unwrap());
        assert_eq!(expected.address, "100 SE Main St, Floor 2, Portland (shop in the file)");
        let closet = Expected::of(&corner(false, true, false), &ours, ours.extension("closet").unwrap());
        assert!(closet.address.contains("no address"), "{closet:?}");
    }
}
