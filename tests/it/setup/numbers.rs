//! Numbers are bought when that is said, and help finds its way to each.

use std::fs;

use serde_json::{Value, json};

use super::Setup;
use crate::harness::openapi;

#[test]
fn a_number_is_bought_once_and_written_into_the_file() {
    let setup = Setup::new();
    assert!(!setup.plan(&[]).iter().any(|line| line.starts_with("buy")));
    setup.done(&["apply", "--yes"]);
    assert_eq!(
        setup.account.state()["numbers"].as_array().unwrap().len(),
        4,
        "nothing is bought without --buy"
    );
    assert_eq!(setup.plan(&["--buy"]), ["buy phone number in area code 971 for bench"]);

    setup.done(&["apply", "--yes", "--buy"]);
    setup.assert_whole();
    let text = fs::read_to_string(&setup.file).unwrap();
    let line = text.lines().find(|line| line.contains("soon")).unwrap();
    assert!(line.starts_with("number = \"+1971555010") && line.ends_with("\"   # soon"), "{line}");
    let number = setup.number(&line[10..22]);
    assert_eq!(number["voice_url"], "https://prod.example.org/incoming");
    assert_eq!(number["emergency_address_status"], "registered");
    openapi::check(&setup.account.journal());
}

#[test]
fn a_number_that_was_bought_by_a_run_that_ended_is_found() {
    let setup = Setup::new();
    // The file cannot be replaced, so it does not have the number.
    let link = setup.file.with_file_name("read-only");
    fs::create_dir(&link).unwrap();
    let file = link.join("dialtone.toml");
    fs::rename(&setup.file, &file).unwrap();
    fs::set_permissions(&link, std::os::unix::fs::PermissionsExt::from_mode(0o500)).unwrap();
    let mut command = setup.account.command(&["apply", "--yes", "--buy", "--stage", "prod", "--config"]);
    let cut_off = super::Said::of(command.arg(&file));
    fs::set_permissions(&link, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    fs::rename(&file, &setup.file).unwrap();
    // Whoever may do everything may write there, too.
    if cut_off.code == 2 {
        assert!(cut_off.err.contains("is bought for bench"), "{}", cut_off.err);
        assert!(setup.plan(&[])[0].starts_with("update network file bench has the number +1971"));
    }
    setup.done(&["apply", "--yes"]);
    setup.assert_whole();
}

#[test]
fn an_area_code_without_numbers_is_said_plainly() {
    let setup = Setup::new();
    setup.edit("\"971\"", "\"202\"");
    setup.account.seed(json!({"empty": ["available"]}));
    let said = setup.run(&["apply", "--yes", "--buy"]);
    assert_eq!(said.code, 3);
    assert!(said.err.contains("bench") && said.err.contains("202"), "{}", said.err);
}

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
    // Everything else is as it was: the numbers still ring.
    assert_eq!(setup.number("+15035550110")["voice_url"], "https://prod.example.org/incoming");
    setup.account.ask(&json!({"do": "configure", "emergency_polls": 1}));
    let numbers = setup.account.state()["numbers"].clone();
    assert!(
        numbers.as_array().unwrap().iter().all(|number| number["emergency_address_status"] != "registered"),
        "{numbers}"
    );
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
fn a_registration_that_fails_is_not_kept_quiet() {
    let setup = Setup::new();
    setup.account.ask(&json!({"do": "configure", "emergency_outcome": "registration-failure"}));
    let said = setup.done(&["apply", "--yes"]);
    assert!(said.err.contains("could not register (registration-failure)"), "{}", said.err);
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
}
