//! A number is never bought twice, whatever becomes of the answer.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Setup;

/// The path of purchases.
const BUY: &str = "/IncomingPhoneNumbers.json$";

impl Setup {
    /// The numbers that were asked for, one by one.
    fn asked_for(&self) -> Vec<String> {
        let is_purchase = |entry: &&Value| {
            entry["method"] == "POST"
                && entry["path"].as_str().unwrap().ends_with("/IncomingPhoneNumbers.json")
        };
        let number = |entry: &Value| {
            let form = entry["form"].as_array().unwrap();
            form.iter().find(|pair| pair[0] == "PhoneNumber").unwrap()[1].as_str().unwrap().to_owned()
        };
        self.account.journal().iter().filter(is_purchase).map(number).collect()
    }

    fn bought(&self) -> Vec<String> {
        let state = self.account.state();
        let numbers = state["numbers"].as_array().unwrap().iter();
        let numbers = numbers.map(|number| number["phone_number"].as_str().unwrap().to_owned());
        numbers.filter(|number| number.starts_with("+1971")).collect()
    }

    fn notes_of_purchases(&self) -> bool {
        self.account.home.join(".local/state/dialtone/street/prod.passwords.buying.json").exists()
    }
}

#[test]
fn a_purchase_that_comes_late_is_waited_for() {
    let setup = Setup::new();
    let late = json!({"effect": "late", "seconds": 3, "method": "POST", "path": BUY, "status": 504});
    setup.account.faults(&json!([late]));
    setup.done(&["apply", "--yes", "--buy"]);
    assert_eq!(setup.asked_for().len(), 1);
    setup.assert_whole();
    assert!(!setup.notes_of_purchases());
}

#[test]
fn a_purchase_that_comes_after_the_run_is_found_by_the_next() {
    let setup = Setup::new();
    let late =
        json!({"effect": "late", "seconds": 6, "count": 3, "method": "POST", "path": BUY, "status": 504});
    setup.account.faults(&json!([late]));
    let said = setup.run(&["apply", "--yes", "--buy", "--wait", "1"]);
    assert_eq!(said.code, 3, "{}", said.err);
    let asked = setup.asked_for();
    assert!(asked.len() == 3 && asked.iter().all(|number| *number == asked[0]), "{asked:?}");
    for part in
        [&format!("look for {}", asked[0]), "(dialtone:street:prod:bench)", "run the same command again"]
    {
        assert!(said.err.contains(part), "{part}: {}", said.err);
    }
    assert!(setup.bought().is_empty() && setup.notes_of_purchases());

    let started = Instant::now();
    while setup.bought().is_empty() && started.elapsed() < Duration::from_secs(20) {
        thread::sleep(Duration::from_millis(100));
    }
    // It has the phone's name, so it does not even take leave to buy.
    setup.done(&["apply", "--yes"]);
    assert_eq!(setup.bought(), asked[..1]);
    setup.assert_whole();
    assert!(!setup.notes_of_purchases());
}

#[test]
fn twilio_fails_at_every_purchase() {
    let setup = Setup::new();
    setup
        .account
        .seed(json!({"available": [{"phone_number": "+19715550103"}, {"phone_number": "+19715550104"}]}));
    setup.edit("[extensions.Porch]", "[extensions.attic]\nnumber = { buy = \"971\" }\n[extensions.Porch]");
    let fault = json!({"effect": "500-before", "count": 1000, "method": "POST", "path": BUY, "status": 502});
    setup.account.faults(&json!([fault]));
    let said = setup.run(&["apply", "--yes", "--buy", "--wait", "1"]);
    assert_eq!(said.code, 3, "{}", said.err);
    let asked = setup.asked_for();
    assert!(asked.len() == 3 && asked.iter().all(|number| *number == asked[0]), "{asked:?}");
    // Twilio has recovered, and sells that very number.
    setup.account.faults(&json!([]));
    setup.done(&["apply", "--yes", "--buy"]);
    assert_eq!((&setup.asked_for()[3], setup.asked_for().len()), (&asked[0], 5));
    assert_eq!(setup.bought().len(), 2);
    assert_eq!(setup.plan(&[]), [""; 0]);
}

#[test]
fn another_number_is_bought_only_when_the_doubt_is_over() {
    let setup = Setup::new();
    setup.account.faults(&json!([
        {"effect": "500-before", "method": "POST", "path": BUY},
        {"effect": "refuse", "nth": 2, "count": 2, "method": "POST", "path": BUY, "status": 400, "code": 21422, "message": "gone"},
    ]));
    let first = setup.run(&["apply", "--yes", "--buy", "--wait", "1"]);
    assert!(first.code == 3 && first.err.contains("21422"), "{}", first.err);
    let second = setup.run(&["apply", "--yes", "--buy", "--wait", "1"]);
    assert!(second.code == 3 && second.err.contains("is sold to somebody else"), "{}", second.err);
    let asked = setup.asked_for();
    assert!(asked.len() == 3 && asked.iter().all(|number| *number == asked[0]), "{asked:?}");
    setup.account.remove("available", &json!(asked[0]));
    setup.done(&["apply", "--yes", "--buy"]);
    assert_eq!(setup.bought().len(), 1);
    assert_ne!(setup.bought()[0], asked[0]);
    setup.assert_whole();
}

#[test]
fn a_number_that_was_asked_for_is_taken_without_its_name() {
    let setup = Setup::new();
    let fault = json!({"effect": "500-before", "count": 3, "method": "POST", "path": BUY});
    setup.account.faults(&json!([fault]));
    assert_eq!(setup.run(&["apply", "--yes", "--buy", "--wait", "0"]).code, 3);
    let number = setup.asked_for().remove(0);
    setup.account.remove("available", &json!(number));
    setup.account.seed(json!({"numbers": [{"phone_number": number}]}));
    setup.done(&["apply", "--yes", "--buy"]);
    assert_eq!(setup.asked_for().len(), 3);
    setup.assert_whole();
}

#[test]
fn a_second_number_for_a_phone_is_not_given_up_in_silence() {
    let setup = Setup::new();
    setup.done(&["apply", "--yes", "--buy"]);
    let late = json!({"phone_number": "+19715550177", "friendly_name": "dialtone:street:prod:bench"});
    setup.account.seed(json!({"numbers": [late]}));
    let said = setup.done(&["apply", "--yes", "--json"]);
    let told: Value = serde_json::from_str(&said.out).unwrap();
    let notes = told["notes"].as_array().unwrap();
    let note = notes.iter().find(|note| note["about"] == "+19715550177").unwrap();
    assert!(note["what"].as_str().unwrap().contains("the account keeps it, and pays for it"), "{note}");
}
