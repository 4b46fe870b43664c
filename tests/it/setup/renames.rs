//! A network that gets another name keeps everything that it has, and leaves nothing under the old one.

use std::fs;

use serde_json::{Value, json};

use super::{FILE, Setup};
use crate::harness::openapi;

/// What goes by a name of the network or the stage.
fn named(setup: &Setup, start: &str) -> Vec<String> {
    let state = setup.account.state();
    let all = ["credential_lists", "domains", "numbers", "addresses"]
        .iter()
        .flat_map(|kind| state[kind].as_array().unwrap().clone());
    let name = |one: Value| one["friendly_name"].as_str().unwrap_or_default().to_owned();
    let foreign = ["dialtone:street:prod-old", "dialtone:street:prod:list:2b"];
    all.map(name).filter(|name| name.starts_with(start) && !foreign.contains(&name.as_str())).collect()
}

fn passwords(setup: &Setup) -> [Vec<String>; 3] {
    ["lobby", "Porch", "bench"].map(|user| setup.account.passwords(user))
}

fn kept(setup: &Setup, network: &str) -> std::path::PathBuf {
    setup.account.home.join(format!(".local/state/dialtone/{network}/prod.passwords.json"))
}

#[test]
fn a_renamed_network_is_taken_over_whole() {
    let setup = Setup::new();
    setup.done(&["apply", "--yes", "--buy"]);
    let (before, address) = (passwords(&setup), named(&setup, "dialtone:485774:"));
    setup.edit("\"street\"", "\"avenue\"");
    for words in [&["plan"][..], &["apply", "--yes"]] {
        let mark = setup.account.mutations().len();
        let said = setup.run(words);
        assert_eq!((said.code, setup.account.mutations().len()), (1, mark), "{}", said.err);
        assert!(
            said.err.replace('\n', " ").contains("`dialtone apply --take-over` renames everything"),
            "{}",
            said.err
        );
    }
    let doctor = setup.run(&["doctor"]);
    assert!(
        doctor.code == 1 && format!("{}{}", doctor.out, doctor.err).contains("--take-over"),
        "{}",
        doctor.out
    );

    let plan = setup.plan(&["--take-over"]);
    assert_eq!(plan.len(), 6, "{plan:?}");
    assert!(!setup.run(&["plan", "--take-over"]).err.contains("not known here"));
    let mark = setup.account.mutations().len();
    setup.done(&["apply", "--yes", "--take-over"]);
    let made = setup.account.mutations().split_off(mark);
    assert!(
        made.iter().all(|line| line.starts_with("POST") && line.ends_with("200")),
        "nothing goes: {made:#?}"
    );
    let journal = setup.account.journal();
    assert!(
        journal.iter().all(|entry| entry["form"]["EmergencyAddressSid"] != ""),
        "no number was without its address"
    );
    assert_eq!(passwords(&setup), before);
    assert_eq!((named(&setup, "dialtone:street:prod"), address.len()), (Vec::new(), 1));
    assert_eq!(named(&setup, "dialtone:485774:"), [""; 0]);
    assert!(kept(&setup, "avenue").exists() && !kept(&setup, "street").exists());
    for words in [&[][..], &["--take-over"]] {
        assert_eq!(setup.plan(words), [""; 0]);
    }
    assert!(!setup.done(&["plan"]).err.contains("not known here"));
    setup.assert_others_are_untouched();
    openapi::check(&setup.account.journal());
}

#[test]
fn a_network_that_gets_another_domain_too_leaves_nothing_behind() {
    let setup = Setup::new();
    setup.done(&["apply", "--yes", "--buy"]);
    let before = passwords(&setup);
    setup.edit("\"street\"", "\"avenue\"");
    setup.edit("street-prod.sip", "avenue-prod.sip");
    let mark = setup.account.mutations().len();
    let said = setup.run(&["apply", "--yes"]);
    assert_eq!((said.code, setup.account.mutations().len()), (1, mark), "{}", said.err);
    let about = "belongs to dialtone:street:prod, which the file does not have";
    assert!(said.err.replace('\n', " ").contains(about), "{}", said.err);
    let mark = setup.account.mutations().len();
    setup.done(&["apply", "--yes", "--take-over"]);
    let made = setup.account.mutations().split_off(mark);
    let last = made.last().unwrap();
    assert!(last.starts_with("DELETE /SIP/Domains/"), "{made:#?}");
    assert_eq!(made.iter().filter(|line| line.starts_with("DELETE")).count(), 1, "{made:#?}");
    assert_eq!(passwords(&setup), before);
    assert_eq!(named(&setup, "dialtone:street:prod"), [""; 0]);
    assert_eq!(setup.account.state()["domains"].as_array().unwrap().len(), 2, "one is others'");
    assert_eq!(setup.plan(&[]), [""; 0]);
    setup.assert_others_are_untouched();
}

#[test]
fn a_rename_that_is_refused_in_between_goes_on_next_time() {
    for path in ["/CredentialLists/CL", "/Addresses/AD", "/Domains/SD"] {
        let setup = Setup::new();
        setup.done(&["apply", "--yes"]);
        let before = passwords(&setup);
        setup.edit("\"street\"", "\"avenue\"");
        let refusal = json!([{
            "effect": "refuse", "method": "POST", "path": format!("{path}[0-9a-f]*.json$"), "status": 400, "code": 20001,
            "message": "no", "count": 1000,
        }]);
        setup.account.faults(&refusal);
        let said = setup.run(&["apply", "--yes", "--take-over"]);
        assert_eq!(said.code, 3, "{path}: {}", said.err);
        setup.account.faults(&json!([]));
        assert_eq!(setup.run(&["plan"]).code, 1, "{path}");
        setup.done(&["apply", "--yes", "--take-over"]);
        assert_eq!(named(&setup, "dialtone:street:prod"), [""; 0], "{path}");
        assert_eq!((passwords(&setup), setup.plan(&[])), (before, Vec::new()), "{path}");
        setup.assert_others_are_untouched();
    }
}

#[test]
fn a_number_that_moves_to_another_network_takes_nothing_else_along() {
    let setup = Setup::new();
    setup.done(&["apply", "--yes"]);
    let mine = fs::read_to_string(&setup.file).unwrap();
    let other = FILE
        .replace("\"street\"", "\"avenue\"")
        .replace("street-", "avenue-")
        .replace("emergency_caller_id = \"+15035550100\"\n", "")
        .split("[extensions.Porch]")
        .next()
        .unwrap()
        .to_owned();
    fs::write(&setup.file, other).unwrap();
    setup.done(&["apply", "--yes", "--take-over"]);
    assert!(
        setup.number("+15035550110")["friendly_name"].as_str().unwrap().starts_with("dialtone:avenue:prod:")
    );
    // The other network has lost its number, and nothing else.
    fs::write(&setup.file, mine).unwrap();
    let said = setup.run(&["plan"]);
    assert!(
        said.err.replace('\n', " ").contains("+15035550110: belongs to dialtone:avenue:prod"),
        "{}",
        said.err
    );
    assert_eq!(setup.plan(&["--only", "bench"]), [""; 0]);
    assert!(
        setup.one("domains", "domain_name", "street-prod.sip.twilio.com")["friendly_name"]
            == "dialtone:street:prod"
    );
}

#[test]
fn networks_with_long_names_keep_their_numbers() {
    for length in [42, 43, 45, 64] {
        let setup = Setup::with(&FILE.replace("\"street\"", &format!("\"{}\"", "n".repeat(length))));
        setup.done(&["apply", "--yes", "--buy"]);
        assert_eq!(setup.plan(&["--buy"]), [""; 0], "{length}");
        setup.done(&["destroy", "--yes"]);
        assert_eq!(named(&setup, "dialtone:nn"), [""; 0], "{length}");
        setup.assert_others_are_untouched();
    }
}
