//! Whether help finds the people who call it.

use network::{EmergencyCalling, Extension, Finding, Network, some_of};
use numbers::E164;
use twilio::{PhoneNumber, SipDomain};

use crate::report::{Check, Row};

const ADDRESSES: Check = Check { id: "emergency-addresses", name: "911 knows where the phones are" };
const CALLER: Check = Check { id: "emergency-caller", name: "911 for phones without a number" };
const DOMAIN: Check = Check { id: "emergency-domain", name: "who answers 911" };

/// The standing of one number's emergency address.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Standing {
    Registered,
    /// The fault, in a few words.
    Not(String),
}

/// Emergency addresses and the domain's flag.
pub(crate) fn rows(
    network: &Network,
    numbers: Result<&[PhoneNumber], &Finding>,
    domain: Result<Option<&SipDomain>, &Finding>,
) -> Vec<Row> {
    let mut rows = match numbers {
        Ok(numbers) => vec![addresses(network, numbers), caller(network, numbers)],
        Err(silence) => {
            vec![Row::unknown(ADDRESSES, silence), Row::unknown(CALLER, silence)]
        }
    };
    rows.push(match domain {
        Ok(domain) => flag(network, numbers.unwrap_or_default(), domain),
        Err(silence) => Row::unknown(DOMAIN, silence),
    });
    rows
}

fn addresses(network: &Network, numbers: &[PhoneNumber]) -> Row {
    let phones: Vec<_> = network.extensions().iter().filter(|phone| phone.emergency()).collect();
    if phones.is_empty() {
        return Row::warn(
            ADDRESSES,
            "no phone of the file may call 911",
            "give phones a number, or set emergency = true; people expect 911 to work",
        );
    }
    let mut wrong: Vec<(&Extension, String)> = Vec::new();
    for phone in &phones {
        if let Standing::Not(why) = standing(network.number_for_help(phone), numbers) {
            wrong.push((phone, why));
        }
    }
    if wrong.is_empty() {
        let finding = format!("registered for every phone that may call 911: {}", phones.len());
        return Row::ok(ADDRESSES, finding);
    }
    let told: Vec<_> = wrong.iter().map(|(phone, why)| format!("{} ({why})", phone.name())).collect();
    let is_pending = wrong.iter().all(|(_, why)| why.starts_with("pending"));
    let remedy = if is_pending {
        "wait and look again; until it says registered, 911 does not know where to send help"
    } else {
        "write the addresses into the file and apply them, or correct the numbers; until then such a call reaches a \
         national centre that asks where it is, for 75 USD"
    };
    Row::fail(ADDRESSES, some_of(&told, 10), remedy).about(wrong.iter().map(|(phone, _)| phone.name()))
}

fn caller(network: &Network, numbers: &[PhoneNumber]) -> Row {
    let Some(number) = network.emergency_caller_id() else {
        return Row::warn(
            CALLER,
            "there is no emergency_caller_id: a phone without a number, or one that is not in the file, cannot call 911",
            "set network.emergency_caller_id to a number with a registered emergency address",
        );
    };
    match standing(Some(number), numbers) {
        Standing::Registered => Row::ok(CALLER, "emergency_caller_id is registered"),
        Standing::Not(why) => Row::fail(
            CALLER,
            format!("emergency_caller_id: {why}"),
            "register an emergency address for this number (`address` in the file, then `dialtone apply`)",
        ),
    }
}

fn flag(network: &Network, numbers: &[PhoneNumber], domain: Option<&SipDomain>) -> Row {
    let Some(domain) = domain else {
        return Row::fail(
            DOMAIN,
            "the account does not have the SIP domain, so no phone can call at all",
            "`dialtone apply` makes it",
        );
    };
    let remedy =
        "`dialtone apply` sets it; then go through the 933 tests again (`dialtone doctor --emergency-test`)";
    match (network.emergency_calling(), domain.emergency_calling_enabled) {
        (EmergencyCalling::Dialtone, false) => {
            Row::ok(DOMAIN, "Dialtone, which shows the number of each phone")
        }
        (EmergencyCalling::None, false) => {
            Row::ok(DOMAIN, "nobody: the file says that these phones cannot call for help")
        }
        (EmergencyCalling::Dialtone | EmergencyCalling::None, true) => Row::fail(
            DOMAIN,
            "the SIP domain leaves 911 to Twilio, the file to Dialtone: 911 may see another address than the phone's",
            remedy,
        ),
        (EmergencyCalling::Twilio, false) => Row::fail(
            DOMAIN,
            "the file leaves 911 to Twilio, but emergency calling is off on the SIP domain",
            remedy,
        ),
        (EmergencyCalling::Twilio, true) => {
            let wanted = network.emergency_caller_id().and_then(|number| find(number, numbers));
            if wanted.is_some_and(|number| number.sid == domain.emergency_caller_sid) {
                Row::ok(DOMAIN, "Twilio, which shows emergency_caller_id for all phones")
            } else {
                Row::fail(
                    DOMAIN,
                    "the SIP domain's EmergencyCallerSid is not emergency_caller_id, so 911 is refused, or sees another place",
                    remedy,
                )
            }
        }
    }
}

fn standing(number: Option<&E164>, numbers: &[PhoneNumber]) -> Standing {
    let Some(number) = number else { return Standing::Not("no number".into()) };
    match find(number, numbers) {
        None => Standing::Not("the account does not have the number".into()),
        Some(known) => match known.emergency_address_status.as_str() {
            "registered" => Standing::Registered,
            "" => Standing::Not("unregistered".into()),
            status => Standing::Not(status.to_owned()),
        },
    }
}

fn find<'a>(number: &E164, numbers: &'a [PhoneNumber]) -> Option<&'a PhoneNumber> {
    numbers.iter().find(|known| known.phone_number == number.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Mark;
    use crate::samples::{network_with, number};

    const PHONES: &str = "[extensions.lobby]\nnumber = \"+15035550110\"\n[extensions.porch]\nnumber = \"+15035550111\"\n\
                          [extensions.closet]\n[extensions.attic]\nemergency = false\n";
    const CALLER_ID: &str = "emergency_caller_id = \"+15035550190\"";

    fn account(lobby: &str, porch: &str, caller: &str) -> Vec<PhoneNumber> {
        vec![number("+15035550110", lobby), number("+15035550111", porch), number("+15035550190", caller)]
    }

    #[test]
    fn every_phone_that_may_call_911_is_looked_at() {
        let network = network_with(CALLER_ID, PHONES);
        let row = |lobby, porch, caller| addresses(&network, &account(lobby, porch, caller));
        assert_eq!(row("registered", "registered", "registered").mark, Mark::Ok);
        let bad = row("registered", "registration-failure", "registered");
        assert_eq!((bad.mark, bad.phones), (Mark::Fail, vec!["porch".to_owned()]));
        assert!(bad.finding.what.contains("porch (registration-failure)"), "{}", bad.finding.what);
        // A phone without a number shows the network's.
        assert_eq!(row("registered", "registered", "").phones, ["closet"]);
        let pending = row("pending-registration", "registered", "registered");
        assert!(
            pending.mark == Mark::Fail && pending.finding.remedy.starts_with("wait"),
            "{}",
            pending.finding.remedy
        );
        assert_eq!(addresses(&network, &[]).phones, ["lobby", "porch", "closet"]);
        // The numbers themselves are for the file, not for a log.
        assert!(!bad.finding.what.contains("5550111"), "{}", bad.finding.what);
    }

    #[test]
    fn no_phone_that_may_call_911_is_worth_a_word() {
        let network = network_with("", "[extensions.attic]\n");
        assert_eq!(addresses(&network, &[]).mark, Mark::Warn);
        assert_eq!(caller(&network, &[]).mark, Mark::Warn);
    }

    #[test]
    fn the_flag_of_the_domain_follows_the_file() {
        let numbers = account("registered", "registered", "registered");
        let domain = |enabled, caller: &str| SipDomain {
            emergency_calling_enabled: enabled,
            emergency_caller_sid: caller.to_owned(),
            ..SipDomain::default()
        };
        let ours = network_with(CALLER_ID, PHONES);
        let theirs = network_with(&format!("{CALLER_ID}\nemergency_calling = \"twilio\""), PHONES);
        let right = &numbers[2].sid;
        for (network, enabled, caller, mark) in [
            (&ours, false, "", Mark::Ok),
            (&ours, true, "", Mark::Fail),
            (&theirs, false, right, Mark::Fail),
            (&theirs, true, right, Mark::Ok),
            (&theirs, true, "", Mark::Fail),
            (&theirs, true, "PN1", Mark::Fail),
        ] {
            let row = flag(network, &numbers, Some(&domain(enabled, caller)));
            assert_eq!(row.mark, mark, "{enabled} {caller}");
        }
        assert_eq!(flag(&ours, &numbers, None).mark, Mark::Fail);
        // Where Twilio answers, all phones show one number, registered or not.
        let row = addresses(&theirs, &account("registered", "registered", ""));
        assert_eq!(row.phones, ["lobby", "porch", "closet"]);
    }

    #[test]
    fn what_is_not_known_is_said_to_be() {
        let silence = Finding::new("", "no", "ask again");
        let rows = rows(&network_with(CALLER_ID, PHONES), Err(&silence), Err(&silence));
        assert!(rows.len() == 3 && rows.iter().all(|row| row.mark == Mark::Unknown));
    }
}
