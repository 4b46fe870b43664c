//! Phones and their numbers.

use network::{EmergencyCalling, Extension, Finding, Network, some_of};
use twilio::PhoneNumber;

use crate::report::{Check, Row};

const WITHOUT: Check = Check { id: "phones-without-number", name: "every phone has a number" };
const MISSING: Check = Check { id: "numbers-in-account", name: "the account has the numbers" };

/// Phones that have no number, and numbers that the account does not have.
pub(crate) fn rows(network: &Network, numbers: Result<&[PhoneNumber], &Finding>) -> Vec<Row> {
    vec![without(network), missing(network, numbers)]
}

fn without(network: &Network) -> Row {
    let phones: Vec<_> = network.extensions().iter().filter(|phone| phone.number().is_none()).collect();
    if phones.is_empty() {
        return Row::ok(WITHOUT, format!("phones: {}", network.extensions().len()));
    }
    let (buy, rest): (Vec<_>, Vec<_>) = phones.into_iter().partition(|phone| phone.buy().is_some());
    let (callers, refused): (Vec<_>, Vec<_>) = rest.into_iter().partition(|phone| phone.emergency());
    let still_refused: Vec<_> = buy.iter().copied().filter(|phone| !phone.emergency()).collect();
    let still_refused = names(&still_refused);
    let (buy, callers, refused) = (names(&buy), names(&callers), names(&refused));
    let mut findings = Vec::new();
    let mut remedies = Vec::new();
    if !buy.is_empty() {
        findings.push(format!("waiting for a number to be bought: {}", some_of(&buy, 10)));
        if !still_refused.is_empty() {
            findings.push(format!("until then 911 is refused from {}", some_of(&still_refused, 10)));
        }
        remedies.push("buy with `dialtone apply --buy`");
    }
    if !callers.is_empty() {
        findings.push(format!(
            "no number: {} (nobody outside can ring them, and 911 sees the network's emergency_caller_id)",
            some_of(&callers, 10)
        ));
    }
    if !refused.is_empty() {
        findings.push(format!(
            "no number: {} (nobody outside can ring them, and {})",
            some_of(&refused, 10),
            match network.emergency_calling() {
                EmergencyCalling::Dialtone | EmergencyCalling::None => "their 911 is refused",
                // Twilio answers a directly dialled 911 and knows nothing of `emergency`.
                EmergencyCalling::Twilio => "where Twilio does not answer their 911 by itself, it is refused",
            }
        ));
    }
    match (callers.is_empty(), refused.is_empty()) {
        (_, false) => remedies.push(
            "give each a number in the file, or emergency = true if it is to call 911, unless it is meant",
        ),
        (false, true) => remedies.push("give each a number in the file, unless it is meant"),
        (true, true) => {}
    }
    Row::warn(WITHOUT, findings.join("; "), remedies.join("; "))
        .about(buy.into_iter().chain(callers).chain(refused))
}

fn missing(network: &Network, numbers: Result<&[PhoneNumber], &Finding>) -> Row {
    let numbers = match numbers {
        Ok(numbers) => numbers,
        Err(silence) => return Row::unknown(MISSING, silence),
    };
    let is_missing = |phone: &&Extension| {
        phone.number().is_some_and(|wanted| numbers.iter().all(|known| known.phone_number != wanted.as_str()))
    };
    let phones: Vec<_> = network.extensions().iter().filter(is_missing).collect();
    let phones = names(&phones);
    if phones.is_empty() {
        return Row::ok(MISSING, "all of them");
    }
    let finding = format!("the account does not have the number of {}", some_of(&phones, 10));
    Row::fail(MISSING, finding, "buy or move the number, or correct it in the file").about(phones)
}

fn names<'n>(phones: &[&'n Extension]) -> Vec<&'n str> {
    phones.iter().map(|phone| phone.name()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Mark;
    use crate::samples::{network, network_with, number};

    #[test]
    fn phones_without_numbers_are_told_apart() {
        let row = without(&network(
            "[extensions.a]\nnumber = { buy = \"503\" }\n[extensions.b]\n[extensions.c]\nnumber = \"+15035550110\"",
        ));
        assert_eq!((row.mark, row.phones), (Mark::Warn, vec!["a".to_owned(), "b".to_owned()]));
        assert!(
            row.finding.remedy.contains("apply --buy") && row.finding.what.contains("no number: b"),
            "{}",
            row.finding.what
        );
        assert_eq!(without(&network("[extensions.c]\nnumber = \"+15035550110\"")).mark, Mark::Ok);
    }

    #[test]
    fn who_may_call_911_is_told_from_who_is_refused() {
        let phones = "[extensions.shed]\nemergency = false\n[extensions.closet]\n";
        let settings = "emergency_caller_id = \"+15035550190\"";
        let row = without(&network_with(settings, phones));
        assert!(
            row.finding.what.contains("no number: closet (nobody outside can ring them, and 911 sees"),
            "{row:?}"
        );
        assert!(
            row.finding
                .what
                .contains("no number: shed (nobody outside can ring them, and their 911 is refused)"),
            "{row:?}"
        );
        assert!(row.finding.remedy.contains("emergency = true"), "{row:?}");
        assert_eq!(row.phones, ["closet", "shed"]);
        let bought = without(&network("[extensions.a]\nnumber = { buy = \"503\" }"));
        assert!(bought.finding.what.contains("until then 911 is refused from a"), "{bought:?}");
        let theirs = without(&network_with(&format!("{settings}\nemergency_calling = \"twilio\""), phones));
        assert!(theirs.finding.what.contains("where Twilio does not answer"), "{theirs:?}");
        let row = without(&network("[extensions.shed]\n"));
        assert!(!row.finding.what.contains("emergency_caller_id"), "{row:?}");
    }

    #[test]
    fn numbers_of_others_are_missing() {
        let network =
            network("[extensions.a]\nnumber = \"+15035550110\"\n[extensions.b]\nnumber = \"+15035550111\"");
        let row = missing(&network, Ok(&[number("+15035550110", "registered")]));
        assert_eq!((row.mark, row.phones), (Mark::Fail, vec!["b".to_owned()]));
    }
}
