//! Numbers are bought when that is said, and given up when no other is meant.

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
    assert_eq!(setup.plan(&["--buy"]), ["buy phone number bench"]);

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
    let mut command = setup.account.command(&[
        "apply",
        "--yes",
        "--buy",
        "--skip-url-check",
        "--stage",
        "prod",
        "--config",
    ]);
    let cut_off = super::Said::of(command.arg(&file));
    fs::set_permissions(&link, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    fs::rename(&file, &setup.file).unwrap();
    // Root may write there, too.
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
fn a_mistyped_number_takes_nothing_from_the_one_that_works() {
    let setup = Setup::new();
    setup.done(&["apply", "--yes", "--buy"]);
    setup.edit(
        "[extensions.lobby]\nnumber = \"+15035550110\"",
        "[extensions.lobby]\nnumber = \"+15035550119\"",
    );
    setup.edit(
        "[extensions.Porch]\nnumber = \"+15035550110\"",
        "[extensions.Porch]\nnumber = \"+15035550119\"",
    );
    let before = setup.number("+15035550110");
    let said = setup.run(&["plan"]);
    assert!(said.err.contains("+15035550110 is not in the file, but rings as before"), "{}", said.err);
    // A number that is not there never counts as done.
    let ends = (said.code, setup.run(&["apply", "--yes"]).code);
    assert_eq!(ends, (1, 1));
    let after = setup.number("+15035550110");
    for field in ["voice_url", "friendly_name", "emergency_address_sid", "emergency_address_status"] {
        assert_eq!(after[field], before[field], "{field}");
    }
    // It was ported, not mistyped: now the old one is given up.
    setup.account.seed(json!({"numbers": [{"phone_number": "+15035550119"}]}));
    setup.done(&["apply", "--yes"]);
    let after = setup.number("+15035550110");
    assert_eq!((&after["voice_url"], &after["emergency_address_sid"]), (&Value::Null, &Value::Null));
    assert_eq!(setup.number("+15035550119")["emergency_address_status"], "registered");
    assert_eq!(setup.plan(&[]), [""; 0]);
}

#[test]
fn a_purchase_says_what_it_is_and_which_number_it_was() {
    let setup = Setup::new();
    setup.account.seed(json!({"prices": [{"iso_country": "US"}]}));
    let said = setup.run(&["plan", "--buy", "--json"]);
    let plan: Value = serde_json::from_str(&said.out).unwrap();
    let buy = plan["changes"].as_array().unwrap().iter().find(|change| change["action"] == "buy").unwrap();
    assert_eq!(buy["name"], "bench");
    assert_eq!(buy["fields"][1], json!({"name": "area_code", "from": "", "to": "971"}));
    assert_eq!(buy["fields"][2]["to"], "local");
    assert!(plan["prices"][0].as_str().unwrap().contains("class local, US: 1.15 USD a month"), "{plan}");
    let said = setup.run(&["plan", "--buy"]);
    assert!(said.err.contains("1.15 USD a month"), "{}", said.err);
    let said = setup.done(&["apply", "--yes", "--buy"]);
    assert!(said.err.contains("$ phone number               +1971555010"), "{}", said.err);
    assert!(said.err.contains("dialtone.toml has +1971555010"), "{}", said.err);
}

#[test]
fn a_domain_that_twilio_cannot_have_is_refused_before_anything_is_changed() {
    let setup = Setup::new();
    let text = std::fs::read_to_string(&setup.file).unwrap();
    std::fs::write(&setup.file, text.replace("street-prod.sip.twilio.com", "voice.example.org")).unwrap();
    for arguments in [&["plan"][..], &["apply", "--yes"]] {
        let said = setup.run(arguments);
        assert_eq!(said.code, 2, "{}", said.err);
        assert!(said.err.contains("write NAME.sip.twilio.com"), "{}", said.err);
    }
    assert!(setup.account.mutations().is_empty());
}

#[test]
fn purchases_can_be_capped() {
    let shed = "[extensions.shed]\nnumber = { buy = \"971\" }\naddress = \"shed\"\n\
                [addresses.shed]\ncustomer = \"Shed\"\nstreet = \"102 Main Street\"\ncity = \"Portland\"\n\
                region = \"OR\"\npostal_code = \"97201\"\n";
    let setup = Setup::with(&format!("{}{shed}", super::FILE));
    assert_eq!(setup.run(&["plan", "--max-purchases", "1"]).code, 2, "it says nothing without --buy");
    let capped = ["plan", "--buy", "--max-purchases", "1"];
    let said = setup.run(&capped);
    assert!(
        said.err.contains("to buy: 1 of class local") && said.err.contains("shed has no number yet"),
        "{}",
        said.err
    );
    let bought = |setup: &Setup| {
        let numbers = setup.account.state()["numbers"].clone();
        numbers
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["phone_number"].as_str().unwrap().starts_with("+1971"))
            .count()
    };
    setup.done(&["apply", "--yes", "--buy", "--max-purchases", "0"]);
    assert_eq!(bought(&setup), 0);
    // The file is read again after the first purchase, and no second one follows.
    setup.done(&["apply", "--yes", "--buy", "--max-purchases", "1"]);
    assert_eq!(bought(&setup), 1);
    assert_eq!(setup.plan(&[]), [""; 0], "nothing is left over that only the other purchase needs");
    setup.done(&["apply", "--yes", "--buy", "--max-purchases", "1"]);
    assert_eq!(bought(&setup), 2);
    assert_eq!(setup.plan(&["--buy"]), [""; 0]);
}
