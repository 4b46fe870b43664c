//! The tests of 911, and their results.

use std::fs;
use std::process::Stdio;

use serde_json::{Value, json};

use super::clinic::{Clinic, Said};
use super::clock::{ago, call_hours_ago};
use super::sip;
use crate::harness::at_a_terminal;

/// The end of the first question.
const ASKS: &str = "q to stop: ";

fn results(clinic: &Clinic) -> Vec<Value> {
    let text = fs::read_to_string(clinic.file.with_file_name("dialtone-933.json")).unwrap();
    let content: Value = serde_json::from_str(&text).unwrap();
    content["results"].as_array().unwrap().clone()
}

#[test]
fn results_are_written_down_and_judged() {
    let clinic = Clinic::new();
    let said = clinic.doctor();
    assert_eq!(said.code, 0);
    for id in ["933-phones", "933-matrix"] {
        assert_eq!(said.check(id)["result"], "warn");
        assert!(said.check(id)["finding"].as_str().unwrap().contains("never tried"));
        assert!(said.check(id)["remedy"].as_str().unwrap().contains("--emergency-test"));
    }
    clinic.test_911();
    assert_eq!(
        (results(&clinic).len(), clinic.doctor().check("933-phones")["result"].clone()),
        (17, json!("ok"))
    );

    // Without credentials, too: only the file is needed.
    let record = |words: &[&str]| {
        let mut command = clinic.command(&["doctor"]);
        Said::of(command.env_remove("TWILIO_ACCOUNT_SID").env_remove("TWILIO_AUTH_TOKEN").args(words))
    };
    let said = record(&[
        "--record",
        "phone:x&y='z'$=fail:other address",
        "--record",
        "on-menu-sid=fail",
        "--from",
        "LOBBY",
        "--json",
    ]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert_eq!(said.json()["recorded"][1]["phone"], "lobby");
    let today = ago(0, "%Y-%m-%d");
    assert_eq!(
        results(&clinic)[17],
        json!({"date": today, "stage": "prod", "case": "phone:x&y='z'$", "phone": "x&y='z'$", "verdict": "fail",
               "outgoing_asked": null, "note": "other address"})
    );
    let said = clinic.doctor();
    assert_eq!((said.code, said.with_result("fail")), (1, vec!["933-phones".to_owned()]));
    assert_eq!(said.check("933-phones")["phones"], json!(["x&y='z'$"]));
    // That is how things could be, but are not.
    assert_eq!(said.check("933-matrix")["result"], "warn");

    for words in [
        &["--record", "phone:lobby"][..],
        &["--record", "phone:closet=pass"],
        &["--record", "phone:lobby=maybe"],
        &["--record", "phone:lobby=pass:read back 503 555 0110"],
        &["--record", "on-menu-sid=pass", "--from", "nobody"],
        &["--from", "lobby"],
    ] {
        assert_eq!(record(words).code, 2, "{words:?}");
    }
    assert_eq!(results(&clinic).len(), 19);
}

#[test]
fn results_grow_old() {
    let clinic = Clinic::new();
    clinic.test_911();
    let path = clinic.file.with_file_name("dialtone-933.json");
    let text = fs::read_to_string(&path).unwrap();
    let (today, long_ago) = (ago(0, "%Y-%m-%d"), ago(181 * 86_400, "%Y-%m-%d"));
    fs::write(&path, text.replace(&today, &long_ago)).unwrap();
    let said = clinic.doctor();
    for id in ["933-phones", "933-matrix"] {
        let check = said.check(id);
        assert!(
            check["result"] == "warn" && check["finding"].as_str().unwrap().contains("180 days"),
            "{check:#}"
        );
    }
}

fn calls_of_a_test() -> Value {
    json!({"calls": [
        {"from": sip("lobby"), "to": sip("933"), "direction": "inbound", "start_time": call_hours_ago(0)},
        {"from": "+15035550110", "to": "933", "direction": "outbound-dial", "start_time": call_hours_ago(0)},
    ]})
}

fn told(clinic: &Clinic) -> Vec<Value> {
    let results = results(clinic);
    results.iter().map(|one| json!([one["case"], one["verdict"], one["outgoing_asked"]])).collect()
}

#[test]
fn a_person_is_guided_through_the_tests() {
    let clinic = Clinic::new();
    let before = clinic.account.mutations();
    // The first test passes, the second is skipped, the phone fails, and that is enough.
    let said = at_a_terminal(
        80,
        &clinic.command(&["doctor", "--emergency-test"]),
        ASKS,
        |_| drop(clinic.account.seed(calls_of_a_test())),
        "\nlobby\ny\ny\ny\nat the front desk\ns\n\ny\ny\nn\n\nq\n",
    );
    assert_eq!(said.code, 1, "{}\n{}", said.out, said.err);
    for words in [
        "never 911",
        "off-direct-number",
        "/outgoing was asked",
        // The call of the first test proves nothing about the third.
        "no call to 933 since this test began",
        "phones lobby, plaza, kitchen",
        "number  +15035550110",
        "passed: 1, failed: 1",
    ] {
        assert!(said.out.contains(words), "{words}:\n{}", said.out);
    }
    assert_eq!(
        told(&clinic),
        [json!(["off-direct-number", "pass", true]), json!(["phone:lobby", "fail", null])]
    );
    // The person sees numbers; the file does not.
    assert!(
        !fs::read_to_string(clinic.file.with_file_name("dialtone-933.json")).unwrap().contains("5550110")
    );
    assert_eq!(clinic.account.mutations(), before);

    // Where nobody can answer, nothing is made up.
    let said = Said::of(clinic.command(&["doctor", "--emergency-test"]).stdin(Stdio::null()));
    assert!(said.code == 2 && said.err.contains("--record"), "{}", said.err);
}

#[test]
fn a_person_may_leave_and_what_was_said_is_kept() {
    let clinic = Clinic::new();
    clinic.account.seed(calls_of_a_test());
    let command = clinic.command(&["doctor", "--emergency-test"]);
    // Ctrl-D in the middle of the second test; q where a phone is asked for.
    let said = at_a_terminal(80, &command, ASKS, |_| (), "\nlobby\ny\ny\ny\n\n\nlobby\ny\n\u{4}");
    assert_eq!(said.code, 0, "{}\n{}", said.out, said.err);
    // The calls were there before the test.
    assert_eq!(told(&clinic), [json!(["off-direct-number", "pass", null])]);
    let said = at_a_terminal(80, &command, ASKS, |_| (), "\nq\n");
    assert!(said.code == 0 && said.out.contains("passed: 0, failed: 0"), "{}\n{}", said.out, said.err);
    assert_eq!(results(&clinic).len(), 1);
}
