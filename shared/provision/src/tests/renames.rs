//! A network that was renamed keeps what it had.

use super::{Pretend, domain, lines, list, notes, number, wishes};
use crate::account::Account;
use crate::{Change, Known, Names, Options, Plan, Wishes, difference};

const OLD: &str = "dialtone:old:prod";

/// The account of the network as `old`: everything that the file wants.
fn account(wishes: &Wishes) -> Account {
    let names = Names::new("old", "prod");
    let place = wishes.addresses.iter().find(|address| address.name == "shop").unwrap();
    let sid_of = |name: &str| format!("PN-{name}");
    let mut lobby =
        number(&sid_of("lobby"), "+15035550110", &names.number("lobby"), "https://prod.example.org/incoming");
    (lobby.emergency_address_sid, lobby.emergency_address_status) = ("AD1".into(), "registered".into());
    let addresses = vec![twilio::Address {
        sid: "AD1".into(),
        friendly_name: names.address(place),
        street: "100 Main St".into(),
        emergency_enabled: true,
        ..twilio::Address::default()
    }];
    let caller = number(&sid_of("emergency"), "+15035550100", &names.number("emergency"), "");
    Account {
        lists: vec![list("CL1", &names.list(0), &["lobby", "porch", "bench"])],
        domain: Some(domain(&names.domain(), &["CL1"])),
        numbers: vec![lobby, caller],
        addresses,
        ..Account::default()
    }
}

fn plan(wishes: &Wishes, account: &Account) -> Plan {
    difference(wishes, account, &Pretend(Known::Given))
}

#[test]
fn everything_is_renamed_before_what_tells_its_former_name() {
    let wishes = wishes(Options { take_over: true, ..Options::default() }).formerly(&[OLD.to_owned()]);
    let found = plan(&wishes, &account(&wishes));
    let kinds: Vec<_> =
        lines(&found).iter().map(|line| line.split(" dialtone").next().unwrap().to_owned()).collect();
    assert_eq!(
        kinds,
        [
            "Update address",
            "Update credential list",
            "Update SIP domain n-prod.sip.twilio.com",
            "Update phone number +15035550110",
            "Update phone number +15035550100",
        ]
    );
    assert!(
        found.cut_off().is_empty() && found.warnings().is_empty() && found.obstacles.is_empty(),
        "{found:?}"
    );
    assert!(!notes(&found).contains("is kept by"), "{found:?}");
    // What is refused keeps the domain and the numbers under the name by which the next run finds the rest.
    let mut held = plan(&wishes, &account(&wishes));
    crate::graph::hold(&mut held, |change| matches!(change, Change::RenameList { .. }));
    assert_eq!(lines(&held).len(), 1, "{:?}", lines(&held));
}

#[test]
fn without_being_asked_a_renamed_network_is_not_whole() {
    let same = wishes(Options::default());
    let found = plan(&same, &account(&same));
    assert!(found.is_empty() && found.obstacles.len() == 1, "{found:?}");
    assert!(found.obstacles[0].remedy.contains("--take-over"), "{found:?}");
    // Its SIP domain is called differently, too: then its numbers tell.
    let mut elsewhere = account(&same);
    let former = elsewhere.domain.take();
    let found = plan(&same, &elsewhere);
    let about: Vec<_> = found.obstacles.iter().map(|one| one.about.as_str()).collect();
    assert_eq!(about, ["+15035550110", "+15035550100"], "{found:?}");
    assert!(
        found.obstacles[0].what.starts_with("belongs to dialtone:old:prod, which the file does not have")
    );
    // Once it is taken over, the old domain goes last.
    let wishes = wishes(Options { take_over: true, ..Options::default() }).formerly(&[OLD.to_owned()]);
    elsewhere.former_domains.extend(former.map(|former| twilio::SipDomain {
        sid: "SD0".into(),
        domain_name: "old-prod.sip.twilio.com".into(),
        ..former.domain
    }));
    let found = lines(&plan(&wishes, &elsewhere));
    assert_eq!(
        found.last().map(String::as_str),
        Some("Delete SIP domain old-prod.sip.twilio.com"),
        "{found:?}"
    );
}
