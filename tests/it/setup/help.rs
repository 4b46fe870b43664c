//! Help finds its way to each number, and where it does not, that is said.

use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::Setup;
use crate::harness::openapi;

#[test]
fn an_address_that_moves_takes_its_numbers_along() {
    let setup = Setup::new();
    setup.done(&["apply", "--yes", "--buy"]);
    let old = setup.number("+15035550110")["emergency_address_sid"].clone();
    setup.edit("100 Main Street", "200 Side Street");
    let plan = setup.plan(&[]);
    assert_eq!(plan[0], "create address shop");
    assert_eq!(
        plan.iter().filter(|line| line.starts_with("update emergency address")).count(),
        3,
        "{plan:?}"
    );
    assert!(plan.last().unwrap().starts_with("delete address"), "{plan:?}");
    setup.done(&["apply", "--yes"]);
    let number = setup.number("+15035550110");
    assert_ne!(number["emergency_address_sid"], old);
    assert_eq!(number["emergency_address_status"], "registered");
    let new = setup.one("addresses", "sid", number["emergency_address_sid"].as_str().unwrap());
    assert_eq!((&new["street"], &new["street_secondary"]), (&json!("200 Side Street"), &json!("2")));
    setup.assert_whole();
    openapi::check(&setup.account.journal());
}

#[test]
fn twilio_may_need_longer_than_we_wait() {
    let setup = Setup::new();
    setup.done(&["apply", "--yes", "--buy"]);
    setup.account.ask(&json!({"do": "configure", "emergency_polls": 1000}));
    setup.edit("100 Main Street", "200 Side Street");
    let said = setup.run(&["apply", "--yes", "--wait", "1"]);
    assert_eq!(said.code, 1, "{}", said.err);
    assert!(said.err.contains("run the same command again later"), "{}", said.err);
    let without =
        "do not rely on 911 from +15035550110, +19715550102, +15035550100: no address is registered now";
    assert!(said.err.contains(without), "{}", said.err);
    // Everything else is as it was: the numbers still ring.
    assert_eq!(setup.number("+15035550110")["voice_url"], "https://prod.example.org/incoming");
    setup.account.ask(&json!({"do": "configure", "emergency_polls": 1}));
    let numbers = setup.account.state()["numbers"].clone();
    assert!(
        numbers.as_array().unwrap().iter().all(|number| number["emergency_address_status"] != "registered"),
        "{numbers}"
    );
}

/// How often a number was given an address, or had it taken away, since a mark in the journal.
fn moves(setup: &Setup, since: usize) -> usize {
    let journal = setup.account.journal();
    journal
        .iter()
        .skip(since)
        .filter(|entry| entry["form"].to_string().contains("EmergencyAddressSid"))
        .count()
}

#[test]
fn a_registration_that_fails_is_tried_once_more_by_each_run() {
    let setup = Setup::new();
    setup.account.ask(&json!({"do": "configure", "emergency_outcome": "registration-failure"}));
    let said = setup.run(&["apply", "--yes"]);
    assert_eq!(said.code, 1, "{}", said.err);
    let both = "do not rely on 911 from +15035550110, +15035550100: Twilio could not register the address";
    assert!(said.err.contains(both), "{}", said.err);
    assert!(said.err.contains("correct it in the file") && said.err.contains("support"), "{}", said.err);
    let again = ["update emergency address +15035550110", "update emergency address +15035550100"];
    assert_eq!(setup.plan(&[]), again);

    let mark = setup.account.journal().len();
    let said = setup.run(&["apply", "--yes", "--json"]);
    assert_eq!(said.code, 1, "{}", said.err);
    let told: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(told["ok"], false);
    assert_eq!(told["without_911"][0], json!({"number": "+15035550110", "status": "registration-failure"}));
    assert_eq!(moves(&setup, mark), 4, "each number leaves its address once, and gets it once");

    setup.account.ask(&json!({"do": "configure", "emergency_outcome": "registered"}));
    setup.done(&["apply", "--yes", "--buy"]);
    setup.assert_whole();
    openapi::check(&setup.account.journal());
}

#[test]
fn what_is_still_being_registered_is_not_done() {
    let setup = Setup::new();
    setup.account.ask(&json!({"do": "configure", "emergency_polls": 1000}));
    let said = setup.run(&["apply", "--yes", "--wait", "1"]);
    assert_eq!(said.code, 1, "{}", said.err);
    let both = "do not rely on 911 from +15035550110, +15035550100: Twilio is still registering the address";
    assert!(said.err.contains(both), "{}", said.err);
    // There is nothing to change about it.
    let plan = setup.done(&["plan"]);
    assert!(plan.err.contains("still being registered"), "{}", plan.err);
    assert_eq!(setup.run(&["apply", "--yes", "--wait", "0"]).code, 1);
}

#[test]
fn whoever_changes_an_address_is_warned_of_the_time_in_between() {
    let setup = Setup::new();
    let said = setup.run(&["plan"]);
    assert!(!said.err.contains("warning"), "nobody loses anything by the first: {}", said.err);
    setup.done(&["apply", "--yes", "--buy"]);
    setup.edit("100 Main Street", "200 Side Street");
    let said = setup.run(&["plan"]);
    for part in [
        "street       200 Side Street",
        "shop, 100 Main Street (dialtone:",
        "-> shop, 200 Side Street (dialtone:",
    ] {
        assert!(said.out.contains(part), "{part}: {}", said.out);
    }
    let warning =
        "warning: +15035550110, +19715550102, +15035550100 have no emergency address while it changes";
    assert!(said.err.contains(warning), "{}", said.err);
    let json: Value = serde_json::from_str(&setup.run(&["plan", "--json"]).out).unwrap();
    assert_eq!(json["warnings"][0]["about"], "+15035550110, +19715550102, +15035550100");
    assert_eq!(
        json["changes"][0]["fields"][1],
        json!({"name": "street", "from": "", "to": "200 Side Street"})
    );
}

#[test]
fn a_run_that_ends_in_between_says_who_has_no_address() {
    let setup = Setup::new();
    setup.done(&["apply", "--yes"]);
    setup.edit("100 Main Street", "200 Side Street");
    setup.account.ask(&json!({"do": "configure", "emergency_polls": 1000}));
    let mark = setup.account.journal().len();
    let mut command = setup.command(&["apply", "--yes", "--wait", "60"]);
    let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    while moves(&setup, mark) < 2 {
        thread::sleep(Duration::from_millis(20));
    }
    thread::sleep(Duration::from_millis(300));
    // What Ctrl-C does.
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{err}");
    assert!(err.contains("stopped: ") && err.contains("run the same command again"), "{err}");
    assert!(err.contains("do not rely on 911 from +15035550110, +15035550100"), "{err}");
}

#[test]
fn a_run_that_fails_in_between_says_who_has_no_address() {
    // While the old address is taken away from one of two numbers, and before the new one is given.
    for step in [2, 3] {
        let setup = Setup::new();
        setup.done(&["apply", "--yes"]);
        setup.edit("100 Main Street", "200 Side Street");
        setup.account.faults(&json!([{
            "effect": "refuse", "method": "POST", "path": "/IncomingPhoneNumbers/PN", "nth": step, "status": 400,
            "code": 20001, "message": "no",
        }]));
        let said = setup.run(&["apply", "--yes"]);
        assert_eq!(said.code, 3, "{}", said.err);
        // The other number goes on, so after step 2 none is without: the refused one still has its old address.
        let line = said.err.lines().find(|line| line.contains("do not rely on 911 from"));
        assert_eq!(line.is_some(), step == 3, "step {step}: {}", said.err);
        let line = line.unwrap_or_default();
        for number in ["+15035550110", "+15035550100"] {
            let has_none = setup.number(number)["emergency_address_status"] != "registered";
            assert_eq!(line.contains(number), has_none, "step {step}, {number}: {}", said.err);
        }
    }
}

#[test]
fn an_address_that_twilio_does_not_know_is_said_with_its_suggestion() {
    let setup = Setup::new();
    setup.account.faults(&json!([{
        "effect": "refuse", "method": "POST", "path": "/Addresses.json$", "status": 400, "code": 21629, "count": 1,
        "message": "The address could not be validated. Did you mean 100 N Main Street?",
    }]));
    let said = setup.run(&["apply", "--yes"]);
    assert_eq!(said.code, 3);
    assert!(said.err.contains("100 N Main Street") && said.err.contains("21629"), "{}", said.err);
}

#[test]
fn an_address_that_was_changed_at_twilio_is_registered_anew() {
    let setup = Setup::new();
    setup.done(&["apply", "--yes", "--buy"]);
    for edit in [
        json!({"street": "9 Main Street"}),
        json!({"postal_code": "02101", "region": "MA", "city": "Boston"}),
        json!({"emergency_enabled": false}),
    ] {
        let old = setup.number("+15035550110")["emergency_address_sid"].clone();
        setup.account.change("addresses", &old, &edit);
        let plan = setup.plan(&[]);
        assert_eq!(plan[0], "create address shop", "{edit}");
        assert_eq!(
            plan.iter().filter(|line| line.starts_with("update emergency address")).count(),
            3,
            "{plan:?}"
        );
        assert!(plan.last().unwrap().starts_with("delete address"), "{plan:?}");
        let doctor: Value = serde_json::from_str(&setup.run(&["doctor", "--json"]).out).unwrap();
        let drift = doctor["checks"].as_array().unwrap().iter().find(|row| row["id"] == "drift").unwrap();
        assert_eq!(drift["result"], "fail", "{drift}");
        let said = setup.done(&["apply", "--yes"]);
        assert!(said.err.contains("note: shop is "), "{}", said.err);
        let new = setup.number("+15035550110");
        assert_ne!(new["emergency_address_sid"], old);
        assert_eq!(new["emergency_address_status"], "registered");
        setup.assert_whole();
    }
}

#[test]
fn what_twilio_corrects_is_no_drift() {
    let setup = Setup::new();
    let corrected = json!({"street": "100 NW MAIN ST STE 2", "city": "TIGARD", "postal_code": "97201-1234"});
    setup.account.seed(json!({"verdicts": [{"street": "100 Main Street", "corrected": corrected}]}));
    setup.done(&["apply", "--yes", "--buy"]);
    let address = setup.number("+15035550110")["emergency_address_sid"].clone();
    assert_eq!(setup.one("addresses", "sid", address.as_str().unwrap())["city"], "TIGARD");
    setup.done(&["apply", "--yes", "--buy"]);
    assert_eq!(setup.number("+15035550110")["emergency_address_sid"], address);
    setup.assert_whole();
}

#[test]
fn an_address_that_twilio_corrects_to_another_place_is_not_taken() {
    let setup = Setup::new();
    setup.done(&["apply", "--yes", "--buy"]);
    setup
        .account
        .seed(json!({"verdicts": [{"street": "200 Side Street", "corrected": {"postal_code": "97205"}}]}));
    setup.edit("100 Main Street", "200 Side Street");
    let before = setup.number("+15035550110");
    for _ in 0..2 {
        let said = setup.run(&["apply", "--yes"]);
        assert_eq!(said.code, 2, "{}", said.err);
        assert!(
            said.err.contains("address shop (lobby, Porch, bench): ")
                && said.err.contains(": Twilio corrects it to 200 Side Street 2, Portland, OR 97205, US"),
            "{}",
            said.err
        );
        assert_eq!(setup.number("+15035550110"), before);
        assert_eq!(setup.account.state()["addresses"].as_array().unwrap().len(), 3);
    }
    setup.edit("97201", "97205");
    setup.done(&["apply", "--yes"]);
    setup.assert_whole();
}

#[test]
fn a_number_that_never_calls_911_costs_no_address() {
    let setup = Setup::new();
    setup.done(&["apply", "--yes"]);
    let status = |number| setup.number(number)["emergency_address_status"].clone();
    assert_eq!(status("+15035550110"), "registered");
    // One of the two phones still may.
    setup.edit("[extensions.Porch]\n", "[extensions.Porch]\nemergency = false\n");
    assert_eq!(setup.plan(&[]), [""; 0]);
    setup.edit("[extensions.lobby]\n", "[extensions.lobby]\nemergency = false\n");
    assert_eq!(setup.plan(&[]), ["update emergency address +15035550110"]);
    setup.done(&["apply", "--yes"]);
    assert_eq!(setup.plan(&[]), [""; 0]);
    assert_eq!(setup.number("+15035550110")["emergency_address_sid"], Value::Null);
    // It is shown for phones that are not in the file.
    assert_eq!(status("+15035550100"), "registered");
}

#[test]
fn nothing_is_bought_for_an_address_that_does_not_exist() {
    let setup = Setup::new();
    setup.edit("[stages.dev]", "[addresses.barn]\ncustomer = \"Barn\"\nstreet = \"1 Nowhere Lane\"\ncity = \"Portland\"\nregion = \"OR\"\npostal_code = \"97202\"\n[stages.dev]");
    setup.edit("[extensions.bench]\n", "[extensions.bench]\naddress = \"barn\"\n");
    setup.account.seed(json!({"verdicts": [{"street": "1 Nowhere Lane", "code": 21628}]}));
    let said = setup.run(&["apply", "--yes", "--buy"]);
    assert!(said.code == 3 && said.err.contains("21628"), "{}", said.err);
    assert_eq!(setup.account.state()["numbers"].as_array().unwrap().len(), 4, "nothing is bought");
    setup.edit("1 Nowhere Lane", "1 Side Road");
    setup.done(&["apply", "--yes", "--buy"]);
    let bench = setup.one("numbers", "friendly_name", "dialtone:street:prod:bench");
    let barn = setup.one("addresses", "sid", bench["emergency_address_sid"].as_str().unwrap());
    assert_eq!(barn["street"], "1 Side Road");
    assert_eq!(setup.plan(&[]), [""; 0]);
}

#[test]
fn a_phone_that_may_call_911_without_an_address_is_noted() {
    let setup = Setup::new();
    setup.edit("address             = \"shop\"", "");
    let said = setup.run(&["plan", "--json"]);
    let plan: Value = serde_json::from_str(&said.out).unwrap();
    let notes = plan["notes"].to_string();
    assert!(notes.contains("+15035550110") && notes.contains("no registered emergency address"), "{notes}");
}

#[test]
fn emergency_calls_may_be_left_to_twilio() {
    let setup = Setup::new();
    setup.edit("[addresses.shop]", "emergency_calling = \"twilio\"\n[addresses.shop]");
    setup.done(&["apply", "--yes"]);
    let domain = setup.one("domains", "domain_name", "street-prod.sip.twilio.com");
    assert_eq!(domain["emergency_calling_enabled"], true);
    assert_eq!(domain["emergency_caller_sid"], setup.number("+15035550100")["sid"]);
    assert_eq!(setup.plan(&[]), [""; 0]);
    // And taken back, with all that it left behind.
    setup.edit("emergency_calling = \"twilio\"\n", "");
    setup.done(&["apply", "--yes"]);
    let domain = setup.one("domains", "domain_name", "street-prod.sip.twilio.com");
    assert_eq!(domain["emergency_calling_enabled"], false);
    assert_eq!(domain["emergency_caller_sid"], Value::Null);
    assert_eq!(setup.plan(&[]), [""; 0]);
}
