//! Nobody is cut off, from help least of all, without a word.

use twilio::{Address, PhoneNumber, SipDomain};

use super::{domain, lines, list, notes, number, plan, wishes};
use crate::account::Account;
use crate::{Known, Options, Plan, difference};

/// A SIP domain of another name.
fn former(friendly_name: &str) -> SipDomain {
    SipDomain {
        sid: "SD0".into(),
        domain_name: "n-old.sip.twilio.com".into(),
        ..domain(friendly_name, &[]).domain
    }
}

/// The shop's address as it is in the file, registered already, and one where the shop was before.
fn addresses() -> Vec<Address> {
    let names = wishes(Options::default()).names;
    let shop = wishes(Options::default()).addresses.remove(0);
    let before = network::PostalAddress { street: "99 Elm Street".into(), ..shop.clone() };
    [("AD1", &shop), ("AD0", &before)]
        .map(|(sid, address)| Address {
            sid: sid.into(),
            friendly_name: names.address(address),
            street: address.street.clone(),
            emergency_enabled: true,
            ..Address::default()
        })
        .to_vec()
}

fn at_address(address: &str, status: &str, of: PhoneNumber) -> PhoneNumber {
    PhoneNumber { emergency_address_sid: address.into(), emergency_address_status: status.into(), ..of }
}

fn lobby() -> PhoneNumber {
    number("PN1", "+15035550110", "dialtone:n:prod:lobby", "https://prod.example.org/incoming")
}

fn destroyed(account: &Account) -> Plan {
    difference(&wishes(Options::default()).nothing(), account, &super::Pretend(Known::Given))
}

#[test]
fn a_domain_that_was_renamed_goes_when_the_new_one_is_ready() {
    let account = Account {
        lists: vec![list("CL1", "dialtone:n:prod", &["lobby", "porch", "bench"])],
        former_domains: vec![former("dialtone:n:prod")],
        ..Account::default()
    };
    let found = plan(&account);
    assert_eq!(
        lines(&found)[1..],
        [
            "Create SIP domain n-prod.sip.twilio.com",
            "Create mapping for calls dialtone:n:prod",
            "Create mapping for registrations dialtone:n:prod",
            "Delete SIP domain n-old.sip.twilio.com",
        ]
    );
    let warnings = found.warnings();
    assert!(warnings.len() == 1 && warnings[0].about == "n-old.sip.twilio.com", "{warnings:?}");
    assert_eq!(
        lines(&destroyed(&account)),
        ["Delete SIP domain n-old.sip.twilio.com", "Delete credential list dialtone:n:prod"]
    );
}

#[test]
fn a_domain_stays_while_the_new_one_is_somebody_else_s() {
    let account = Account {
        domain: Some(domain("dialtone:other:prod", &[])),
        former_domains: vec![former("dialtone:n:prod")],
        ..Account::default()
    };
    assert!(!lines(&plan(&account)).iter().any(|line| line.starts_with("Delete")));
}

#[test]
fn a_number_that_works_is_not_given_up_for_one_that_is_not_there() {
    let old = |number: PhoneNumber| PhoneNumber { phone_number: "+15035550119".into(), ..number };
    let mut account = Account {
        numbers: vec![
            at_address("AD1", "registered", old(lobby())),
            number("PN2", "+15035550100", "dialtone:n:prod:emergency", "https://prod.example.org/incoming"),
        ],
        addresses: addresses().drain(..1).collect(),
        ..Account::default()
    };
    let found = plan(&account);
    assert!(
        !lines(&found).iter().any(|line| line.contains("5550119") || line.contains("address")),
        "{:?}",
        lines(&found)
    );
    assert!(notes(&found).contains("+15035550119 is not in the file, but rings as before: +15035550110"));
    // Once the new one is there, the old one is given up.
    account.numbers.push(PhoneNumber { sid: "PN3".into(), ..lobby() });
    let given_up: Vec<_> =
        lines(&plan(&account)).into_iter().filter(|line| line.contains("5550119")).collect();
    assert_eq!(given_up, ["Update emergency address +15035550119", "Update phone number +15035550119"]);
}

#[test]
fn what_could_not_be_registered_is_tried_again() {
    let failed = at_address("AD1", "registration-failure", lobby());
    let account =
        Account { numbers: vec![failed], addresses: addresses().drain(..1).collect(), ..Account::default() };
    let found = plan(&account);
    let again =
        found.changes.iter().map(crate::Change::summary).find(|change| change.kind == "emergency address");
    let field = again.unwrap().fields.remove(0);
    assert_eq!((field.from.as_str(), field.to.as_str()), ("registration-failure", "registered"));
    assert!(found.warnings().is_empty(), "nothing is registered that could be lost");
}

#[test]
fn an_address_that_changes_is_readable_and_warned_of() {
    let account = Account {
        numbers: vec![at_address("AD0", "registered", lobby())],
        addresses: addresses().drain(1..).collect(),
        ..Account::default()
    };
    let found = plan(&account);
    let fields = |kind: &str| {
        let change = found.changes.iter().map(crate::Change::summary).find(|change| change.kind == kind);
        change.unwrap().fields
    };
    let created: Vec<_> = fields("address").iter().map(|field| (field.name, field.to.clone())).collect();
    let text = |value: &str| value.to_owned();
    assert_eq!(
        created,
        [
            ("customer", text("Shop")),
            ("street", text("100 Main Street")),
            ("unit", text("")),
            ("city", text("Portland")),
            ("region", text("OR")),
            ("postal_code", text("97201")),
            ("country", text("US")),
        ]
    );
    let moved = fields("emergency address").remove(0);
    assert!(moved.from.starts_with("shop, 99 Elm Street (dialtone:"), "{}", moved.from);
    assert!(moved.to.starts_with("shop, 100 Main Street (dialtone:"), "{}", moved.to);
    let warnings = found.warnings();
    assert!(warnings.len() == 1 && warnings[0].about == "+15035550110", "{warnings:?}");
    assert!(warnings[0].what.contains("no emergency address"));
}

#[test]
fn a_number_that_loses_its_address_for_good_is_warned_of() {
    let mut account = Account {
        numbers: vec![
            at_address("AD1", "registered", lobby()),
            number("PN2", "+15035550100", "dialtone:n:prod:emergency", "https://prod.example.org/incoming"),
        ],
        addresses: addresses().drain(..1).collect(),
        ..Account::default()
    };
    let mut without = wishes(Options::default());
    without.addresses.clear();
    without.numbers.iter_mut().for_each(|wish| wish.address = None);
    let warned = |account: &Account| difference(&without, account, &super::Pretend(Known::Given)).warnings();
    let warnings = warned(&account);
    assert!(warnings.len() == 1 && warnings[0].what.contains("loses its emergency address"), "{warnings:?}");
    // From a number that is given up nobody calls.
    account.numbers[0].phone_number = "+15035550119".into();
    account.numbers.push(PhoneNumber { sid: "PN3".into(), ..lobby() });
    assert!(warned(&account).is_empty());
}

#[test]
fn a_stage_that_owns_nothing_says_whose_things_are() {
    let account = Account {
        domain: Some(domain("dialtone:m:prod", &[])),
        numbers: vec![
            PhoneNumber { friendly_name: "dialtone:m:prod:lobby".into(), ..lobby() },
            number("PN2", "+15035550100", "dialtone:n:dev:lobby", ""),
        ],
        ..Account::default()
    };
    let found = destroyed(&account);
    assert!(found.is_empty(), "{:?}", lines(&found));
    let text = notes(&found);
    for part in [
        "n-prod.sip.twilio.com belongs to dialtone:m:prod, not to dialtone:n:prod",
        "+15035550110 belongs to dialtone:m:prod",
        "+15035550100 belongs to dialtone:n:dev",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn passwords_that_are_not_known_are_told_in_whole_sentences() {
    let with = |users: &[&str]| {
        let account = Account { lists: vec![list("CL1", "dialtone:n:prod", users)], ..Account::default() };
        notes(&difference(&wishes(Options::default()), &account, &super::Pretend(Known::Nothing)))
    };
    assert!(with(&["lobby"]).contains("lobby has a password in Twilio that is not known here"));
    assert!(
        with(&["lobby", "porch"]).contains("lobby, porch have passwords in Twilio that are not known here")
    );
}
