//! A part of a network: one phone of it, what its end says is missing, and a run that ends in its middle.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::Setup;

#[test]
fn one_phone_is_changed_and_the_rest_is_left() {
    let setup = Setup::new();
    setup.done(&["apply", "--yes"]);
    setup.edit("https://prod.example.org", "https://new.example.org");
    setup.edit("100 Main Street", "200 Side Street");
    setup.edit("[extensions.bench]", "[extensions.shed]\n[extensions.bench]");
    let mark = setup.account.mutations().len();
    let said = setup.done(&["apply", "--yes", "--only", "shed", "--json"]);
    let told: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!((&told["made"][0]["kind"], &told["made"][0]["name"]), (&json!("credential"), &json!("shed")));
    assert_eq!(setup.account.mutations().len(), mark + 1);
    let left = told["left"].as_array().unwrap();
    assert!(left.iter().any(|one| one["kind"] == "SIP domain"), "{told}");

    // Its number and its address; the network's own number stays at the old place.
    let said = setup.done(&["apply", "--yes", "--only", "lobby"]);
    assert!(said.err.contains("left as it is (--only): "), "{}", said.err);
    assert_eq!(setup.number("+15035550110")["voice_url"], "https://new.example.org/incoming");
    assert_eq!(setup.number("+15035550100")["voice_url"], "https://prod.example.org/incoming");
    let street = |number: &str| {
        let sid = setup.number(number)["emergency_address_sid"].as_str().unwrap().to_owned();
        setup.one("addresses", "sid", &sid)["street"].clone()
    };
    assert_eq!(
        (street("+15035550110"), street("+15035550100")),
        (json!("200 Side Street"), json!("100 Main Street"))
    );
    let domain = setup.one("domains", "domain_name", "street-prod.sip.twilio.com");
    assert_eq!(domain["voice_url"], "https://prod.example.org/outgoing");
    assert_eq!(setup.plan(&["--only", "lobby"]), [""; 0]);
    assert_eq!(setup.run(&["plan", "--only", "nobody"]).code, 2);

    setup.done(&["apply", "--yes"]);
    assert_eq!(setup.plan(&[]), [""; 0]);
    setup.assert_others_are_untouched();
}

#[test]
fn numbers_that_the_account_does_not_have_are_named_at_the_end() {
    let setup = Setup::new();
    setup.edit("[extensions.bench]", "[extensions.shed]\nnumber = \"+15035550177\"\n[extensions.bench]");
    for words in [&["apply", "--yes"][..], &["apply", "--yes", "--json"]] {
        let said = setup.run(words);
        assert_eq!(said.code, 1, "{}", said.err);
        let text = &said.err;
        assert!(text.contains("+15035550177: is not a number of this Twilio account"), "{text}");
        assert!(text.contains("do not rely on 911 from +15035550177"), "{text}");
    }
    let told: Value = serde_json::from_str(&setup.run(&["apply", "--yes", "--json"]).out).unwrap();
    assert_eq!(told["without_911"], json!([{"number": "+15035550177", "status": "not-in-account"}]));
    let plan = setup.run(&["plan", "--json"]);
    let told: Value = serde_json::from_str(&plan.out).unwrap();
    assert_eq!((plan.code, &told["obstacles"][0]["about"]), (1, &json!("+15035550177")));
    // It is not this phone's.
    setup.done(&["apply", "--yes", "--only", "lobby"]);
}

/// Starts a run that stands still in the middle of a request.
fn stand_still(setup: &Setup, path: &str) -> Child {
    setup.account.faults(&json!([{"effect": "slow", "method": "POST", "path": path, "seconds": 3}]));
    let before = setup.account.mutations().len();
    let mut command = setup.command(&["apply", "--yes"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let is_there = || setup.account.mutations().iter().skip(before).any(|one| one.contains(path));
    while !is_there() {
        thread::sleep(Duration::from_millis(20));
    }
    child
}

#[test]
fn every_signal_that_ends_a_run_says_which_numbers_have_no_address() {
    for (signal, code) in [("TERM", 143), ("HUP", 129), ("INT", 130)] {
        let setup = Setup::new();
        setup.account.ask(&json!({"do": "configure", "emergency_polls": 1000}));
        let child = stand_still(&setup, "/SIP/Domains");
        let sent = Command::new("kill").args([format!("-{signal}"), child.id().to_string()]).status();
        assert!(sent.unwrap().success());
        let ended = child.wait_with_output().unwrap();
        let text = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(ended.status.code(), Some(code), "{signal}: {text}");
        for part in
            ["changes made, and 1 may have been made", "do not rely on 911 from +15035550110, +15035550100"]
        {
            assert!(text.contains(part), "{signal}: {part}: {text}");
        }
    }
}

#[test]
fn a_run_that_fails_only_here_is_not_twilio_s_fault() {
    let setup = Setup::new();
    let child = stand_still(&setup, "/SIP/CredentialLists.json");
    // The folder of the passwords goes while the run goes on, and a file takes its place.
    let folder = setup.account.home.join(".local/state/dialtone/street");
    fs::rename(&folder, folder.with_extension("away")).unwrap();
    fs::write(&folder, "").unwrap();
    let ended = child.wait_with_output().unwrap();
    let text = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(2), "{text}");
    assert!(text.contains("the passwords cannot be kept in"), "{text}");
    fs::remove_file(&folder).unwrap();
    fs::rename(folder.with_extension("away"), &folder).unwrap();
    setup.account.faults(&json!([]));
    setup.done(&["apply", "--yes", "--buy"]);
    setup.assert_whole();
}
