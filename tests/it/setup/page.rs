//! Plans that fit a page, what they cost, and what is said while Twilio is slow.

use serde_json::{Value, json};

use super::{FILE, Setup};
use crate::harness::openapi;

/// The street with as many more phones, whose numbers ring elsewhere so far.
fn many(count: usize) -> Setup {
    let phone = |i: usize| format!("[extensions.p{i:03}]\nnumber = \"+1503556{i:04}\"\n");
    let phones: String = (0..count).map(phone).collect();
    let setup = Setup::with(&format!("{FILE}{phones}"));
    let number = |i: usize| json!({"phone_number": format!("+1503556{i:04}")});
    let numbers: Value = (0..count).map(number).collect();
    setup.account.seed(json!({"numbers": numbers, "prices": [{"iso_country": "US"}]}));
    setup
}

#[test]
fn a_plan_for_two_hundred_phones_is_a_page() {
    let setup = many(200);
    let said = setup.run(&["plan", "--buy"]);
    let (out, err) = (&said.out, &said.err);
    assert!(out.lines().count() + err.lines().count() <= 50, "{out}{err}");
    for part in [
        "; --all shows every field",
        "+ 203 credentials            lobby, Porch, bench and 200 more",
        "~ 202 phone numbers          +15035550110, +15035560000, +15035560001 and 199 more",
        "VoiceUrl          (none) -> https://prod.example.org/incoming",
        "~ 202 emergency addresses ",
        "$ phone number               bench",
    ] {
        assert!(out.contains(part), "{part}: {out}");
    }
    let all = setup.run(&["plan", "--buy", "--all"]).out;
    assert!(all.lines().count() > 1600 && all.contains("dialtone:street:prod:p199"), "{all}");
    // 203 numbers at 1.15 and as many addresses at 0.75.
    for part in [
        "cost: 385.70 USD a month, 153.40 USD of it new: 203 x local number, US at 1.15",
        "203 x emergency address, US at 0.75",
        "1.15 USD at once, for the first month of what is bought",
        "not asked of Twilio: emergency address, US (list price as of 2025)",
    ] {
        assert!(err.replace('\n', " ").contains(part), "{part}: {err}");
    }
    let told: Value = serde_json::from_str(&setup.run(&["plan", "--buy", "--json"]).out).unwrap();
    assert_eq!(told["changes"].as_array().unwrap().len(), 203 + 2 * 202 + 6, "{told}");
    let cost = &told["cost"];
    assert_eq!(
        (&cost["month"], &cost["month_added"], &cost["at_once"]),
        (&json!({"USD": "385.70"}), &json!({"USD": "153.40"}), &json!({"USD": "1.15"}))
    );
    let sources: Vec<_> =
        cost["items"].as_array().unwrap().iter().map(|item| item["source"].clone()).collect();
    assert_eq!(sources, ["twilio", "list-price"]);
    openapi::check(&setup.account.journal());
}

#[test]
fn prices_that_twilio_does_not_tell_are_said_to_be_the_list_s() {
    let setup = Setup::new();
    let text = setup.run(&["plan", "--buy"]).err.replace('\n', " ");
    for part in [
        "at a price that Twilio does not tell",
        "not asked of Twilio: local number, US (list price as of June 2026)",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn reading_a_slow_account_is_not_silent() {
    let setup = Setup::new();
    setup
        .account
        .faults(&json!([{"effect": "slow", "method": "GET", "path": "/Addresses.json", "seconds": 7}]));
    let said = setup.run(&["plan"]);
    assert!(said.err.contains("reading the account at Twilio … "), "{}", said.err);
    assert!(said.err.contains(" left\n"), "{}", said.err);
}
