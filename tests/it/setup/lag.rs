//! Lists that lag behind what was done, and another machine that does something at the same time.

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Said, Setup};
use crate::harness::scratch;

/// How many requests so far were to make something.
fn made(setup: &Setup, what: &str) -> usize {
    let is_one =
        |entry: &&Value| entry["method"] == "POST" && entry["path"].as_str().unwrap().ends_with(what);
    setup.account.journal().iter().filter(is_one).count()
}

#[test]
fn three_runs_make_each_thing_once_while_lists_lag() {
    thread::scope(|scope| {
        for lag in [0.5, 2.0, 5.0] {
            scope.spawn(move || {
                let setup = Setup::new();
                setup.account.ask(&json!({"do": "configure", "lag": lag}));
                for _ in 0..3 {
                    let said = setup.done(&["apply", "--yes", "--buy"]);
                    assert!(!said.err.contains("taken"), "{lag}: {}", said.err);
                }
                setup.account.ask(&json!({"do": "configure", "lag": 0}));
                let made = ["/Addresses.json", "/CredentialLists.json", "/Domains.json", "/Credentials.json"]
                    .map(|what| made(&setup, what));
                assert_eq!(made, [1, 1, 1, 3], "{lag}");
                setup.assert_whole();
            });
        }
    });
}

#[test]
fn what_goes_is_gone_also_while_lists_lag() {
    let setup = Setup::new();
    setup.account.ask(&json!({"do": "configure", "lag": 2}));
    setup.done(&["apply", "--yes", "--buy"]);
    setup.edit("100 Main Street", "200 Side Street");
    setup.edit("[extensions.lobby]", "[extensions.hall]");
    setup.edit("street-prod.sip.twilio.com", "street-new.sip.twilio.com");
    setup.done(&["apply", "--yes"]);
    assert_eq!(setup.plan(&[]), [""; 0]);
    setup.done(&["destroy", "--yes"]);
    setup.account.ask(&json!({"do": "configure", "lag": 0}));
    assert_eq!(setup.account.state()["domains"].as_array().unwrap().len(), 1);
    setup.assert_others_are_untouched();
}

#[test]
fn an_answer_that_is_lost_while_lists_lag_makes_no_twin() {
    let setup = Setup::new();
    setup.account.ask(&json!({"do": "configure", "lag": 2}));
    for (nth, path) in ["/Addresses.json", "/CredentialLists.json", "/Domains.json"].iter().enumerate() {
        setup
            .account
            .faults(&json!([{"effect": "drop-after", "method": "POST", "path": format!("{path}$")}]));
        if nth > 0 {
            setup.account.ask(&json!({"do": "configure", "lag": 0}));
            setup.done(&["destroy", "--yes"]);
            setup.account.ask(&json!({"do": "configure", "lag": 2}));
        }
        let before = made(&setup, path);
        setup.done(&["apply", "--yes", "--buy"]);
        // Of a domain there is only one of its name, so it may be asked for again.
        assert!(made(&setup, path) == before + 1 || *path == "/Domains.json", "{path}");
    }
    setup.account.ask(&json!({"do": "configure", "lag": 0}));
    setup.assert_whole();
}

/// The next run begins at once, and the lists show nothing of what the first has made.
#[test]
fn a_run_that_is_cut_off_while_lists_lag_is_continued() {
    thread::scope(|scope| {
        for after in [3, 6, 8, 11] {
            scope.spawn(move || {
                let setup = Setup::new();
                setup.account.ask(&json!({"do": "configure", "lag": 4}));
                let mut command = setup.command(&["apply", "--yes", "--buy"]);
                let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
                let started = Instant::now();
                while setup.account.mutations().len() < after && started.elapsed() < Duration::from_secs(120)
                {
                    thread::sleep(Duration::from_millis(10));
                }
                child.kill().unwrap();
                child.wait().unwrap();
                // Of a run that ended before the passwords file saw a credential, nothing is known here. What it made shows
                // in the middle of this one, which then stops.
                let said = setup.run(&["apply", "--yes", "--buy"]);
                let stops = said.code == 1 && said.err.contains("or a run was cut off a moment ago");
                assert!(said.code == 0 || stops, "{after}: {}", said.err);
                setup.account.ask(&json!({"do": "configure", "lag": 0}));
                setup.done(&["apply", "--yes", "--buy"]);
                setup.assert_whole();
                // No number went from one of two addresses to the other: it would be without 911 for half an hour.
                let mut given: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
                for entry in setup.account.journal() {
                    let form: Vec<(String, String)> = serde_json::from_value(entry["form"].clone()).unwrap();
                    let address = form.into_iter().find(|(name, _)| name == "EmergencyAddressSid");
                    let path = entry["path"].as_str().unwrap().to_owned();
                    given.entry(path).or_default().extend(address.map(|(_, sid)| sid));
                }
                assert!(given.values().all(|sids| sids.len() < 2), "{after}: {given:#?}");
            });
        }
    });
}

/// The same command on another machine: it has no passwords.
fn elsewhere(setup: &Setup, words: &[&str]) -> Command {
    let mut command = setup.command(words);
    command.env("HOME", scratch()).env_remove("XDG_STATE_HOME");
    command
}

#[test]
fn a_second_machine_is_noticed() {
    let setup = Setup::new();
    // Each answer takes a while, so that the two meet.
    setup.account.faults(&json!([{"effect": "slow", "of": "mutating", "count": 3, "seconds": 1}]));
    let mut other = elsewhere(&setup, &["apply", "--yes"]);
    let other = other.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let here = setup.run(&["apply", "--yes"]);
    let other = other.wait_with_output().unwrap();
    let there = String::from_utf8(other.stderr).unwrap();
    let codes = [here.code, other.status.code().unwrap()];
    let is_noticed = |text: &str| text.contains("another machine may be changing the same stage");
    assert!(
        codes.contains(&1) && (is_noticed(&here.err) || is_noticed(&there)),
        "{codes:?}\n{}\n{there}",
        here.err
    );

    // One of them alone completes it, and nothing is there twice.
    setup.account.faults(&json!([]));
    setup.done(&["apply", "--yes", "--buy"]);
    setup.assert_whole();
}

#[test]
fn what_another_machine_does_meanwhile_is_not_undone() {
    let setup = Setup::new();
    setup.done(&["apply", "--yes"]);
    setup.edit("[extensions.lobby]", "[extensions.hall]\n[extensions.lobby]");
    setup.edit("https://prod.example.org", "https://new.example.org");
    setup
        .account
        .faults(&json!([{"effect": "slow", "method": "POST", "path": "/Credentials.json", "seconds": 2}]));
    let mut command = setup.command(&["apply", "--yes"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let started = Instant::now();
    while made(&setup, "/Credentials.json") < 4 && started.elapsed() < Duration::from_secs(60) {
        thread::sleep(Duration::from_millis(20));
    }
    let sid = setup.number("+15035550110")["sid"].clone();
    setup.account.change("numbers", &sid, &json!({"voice_url": "https://elsewhere.example.org/incoming"}));
    let ended = child.wait_with_output().unwrap();
    let text = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(1), "{text}");
    assert!(text.contains("the settings of the number +15035550110"), "{text}");
    assert_eq!(setup.number("+15035550110")["voice_url"], "https://elsewhere.example.org/incoming");
}

#[test]
fn a_password_that_somebody_else_has_set_meanwhile_stays() {
    let setup = Setup::new();
    setup.done(&["apply", "--yes"]);
    let password = setup.account.passwords("Porch");
    // Another machine with the same stage, which sees the list before the credentials are in it.
    setup.account.faults(&json!([{
        "effect": "refuse", "method": "POST", "path": "/Credentials.json$", "status": 400, "code": 21243, "message": "taken",
        "count": 1000,
    }]));
    let list = setup.one("credential_lists", "friendly_name", "dialtone:street:prod");
    let porch = list["credentials"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["username"] == "Porch")
        .unwrap()
        .clone();
    setup.account.remove("credentials", &porch["sid"]);
    let said = Said::of(&mut elsewhere(&setup, &["apply", "--yes"]));
    assert_eq!(said.code, 3, "{}", said.err);
    setup.account.faults(&json!([]));
    setup.done(&["apply", "--yes"]);
    assert_eq!(setup.account.passwords("Porch"), password);
    let plan: Value = serde_json::from_str(&setup.run(&["plan", "--json"]).out).unwrap();
    assert_eq!(plan["changes"], json!([]));
}
