//! `import`, and the way back, with three accounts that were set up by hand.

mod accounts;

use std::fs;

use serde_json::{Value, json};

use crate::harness::{Account, golden};

/// An account, and a folder for its file.
struct Move {
    account: Account,
    /// The account as it was.
    before: Value,
}

/// What a command said.
struct Said {
    code: i32,
    out: String,
    err: String,
}

impl Move {
    fn of(seed: Value) -> Self {
        let account = Account::new();
        account.seed(seed);
        let before = seen(&account);
        Self { account, before }
    }

    fn run(&self, words: &[&str]) -> Said {
        let output = self.account.command(words).current_dir(&self.account.home).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Said { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
    }

    fn done(&self, words: &[&str]) -> Said {
        let said = self.run(words);
        assert_eq!(said.code, 0, "{words:?}\n{}\n{}", said.out, said.err);
        said
    }

    fn file(&self) -> String {
        fs::read_to_string(self.account.home.join("dialtone.toml")).unwrap()
    }

    /// A person's decision.
    fn edit(&self, from: &str, to: &str) {
        let text = self.file();
        assert!(text.contains(from), "the file has no {from:?}:\n{text}");
        fs::write(self.account.home.join("dialtone.toml"), text.replacen(from, to, 1)).unwrap();
    }

    /// The changes of a plan, each as `update phone number +1503...`.
    fn plan(&self) -> Vec<String> {
        let said = self.run(&["plan", "--json"]);
        let plan: Value =
            serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{}{}", said.out, said.err));
        let changes = plan["changes"].as_array().unwrap();
        let word = |change: &Value, name: &str| change[name].as_str().unwrap().to_owned();
        changes
            .iter()
            .map(|change| ["action", "kind", "name"].map(|name| word(change, name)).join(" "))
            .collect()
    }
}

/// Everything of an account that a move could touch, without the time of the last change.
fn seen(account: &Account) -> Value {
    let mut state = account.state();
    let mut seen = json!({});
    for name in ["credential_lists", "domains", "numbers", "addresses"] {
        for one in state[name].as_array_mut().unwrap() {
            one.as_object_mut().unwrap().remove("date_updated");
        }
        seen[name] = state[name].take();
    }
    seen
}

#[test]
fn a_small_account_is_taken_over_and_given_back() {
    let it = Move::of(accounts::small());
    it.done(&["import", "--name", "corner", "--public-url", "https://voice.example.org"]);
    golden("import/small.toml", &it.file());
    assert_eq!(it.account.mutations(), [""; 0], "an import changes nothing");
    it.done(&["check"]);
    assert_eq!(
        it.plan(),
        [
            "create credential list dialtone:corner:prod",
            "create credential kitchen",
            "create credential porch",
            "update SIP domain corner-shop.sip.twilio.com",
            "create mapping for calls dialtone:corner:prod",
            "create mapping for registrations dialtone:corner:prod",
            "update phone number +15035550110",
        ],
        "the registered address stays as it is, and so does the number that no phone has"
    );
    it.done(&["apply", "--yes", "--skip-url-check"]);
    assert_eq!(it.plan(), [""; 0]);
    let wrong = it.run(&["destroy", "--restore", "--release-numbers", "--yes"]);
    assert_eq!(wrong.code, 2, "{}", wrong.err);
    it.done(&["destroy", "--restore", "--yes"]);
    assert_eq!(seen(&it.account), it.before);
}

#[test]
fn phones_keep_their_passwords_where_lists_are_adopted() {
    let it = Move::of(accounts::small());
    let passwords = it.account.passwords("porch");
    let refused = it.run(&["import", "--name", "corner", "--adopt-lists"]);
    assert_eq!(refused.code, 2, "nobody can be asked: {}", refused.err);
    assert_eq!(it.account.mutations(), [""; 0]);
    it.done(&[
        "import",
        "--name",
        "corner",
        "--adopt-lists",
        "--yes",
        "--public-url",
        "https://voice.example.org",
    ]);
    assert_eq!(it.account.mutations().len(), 1, "one list gets another name");
    it.done(&["check"]);
    assert_eq!(
        it.plan(),
        ["update SIP domain corner-shop.sip.twilio.com", "update phone number +15035550110"]
    );
    // A phone that comes later, and a password that is set anew.
    it.edit("[extensions.porch]", "[extensions.attic]\n\n[extensions.porch]");
    it.done(&["apply", "--yes", "--skip-url-check"]);
    assert_eq!(it.account.passwords("porch"), passwords);
    it.done(&["rotate", "kitchen", "--yes"]);
    assert_ne!(it.account.passwords("kitchen"), passwords);
    let said = it.done(&["destroy", "--restore", "--yes"]);
    assert!(said.err.contains("kitchen got a new password since the import"), "{}", said.err);
    let mut now = seen(&it.account);
    // Of a password Twilio shows the time at most.
    assert_eq!(now["credential_lists"][0]["credentials"].as_array().unwrap().len(), 2);
    for state in [&mut now, &mut it.before.clone()] {
        state["credential_lists"][0]["credentials"].take();
    }
    assert_eq!(now["domains"], it.before["domains"]);
    assert_eq!(now["numbers"], it.before["numbers"]);
    assert_eq!(
        now["credential_lists"][0]["friendly_name"],
        it.before["credential_lists"][0]["friendly_name"]
    );
    assert_eq!(it.account.passwords("porch"), passwords);
}

#[test]
fn of_two_systems_one_is_chosen_and_a_person_hears_of_the_rest() {
    let it = Move::of(accounts::futel());
    let said = it.run(&["import", "--json"]);
    assert_eq!(said.code, 2);
    let answer: Value = serde_json::from_str(&said.out).unwrap();
    assert!(answer["errors"][0]["what"].as_str().unwrap().contains("several SIP domains"), "{answer}");
    let said = it.done(&["import", "--domain", "street-prod.sip.twilio.com", "--json"]);
    let answer: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(answer["ok"], true);
    assert_eq!(answer["phones"], 6);
    golden("import/two-systems.toml", &it.file());
    golden(
        "import/two-systems.json",
        &format!("{:#}\n", json!({"decisions": answer["decisions"], "left_over": answer["left_over"]})),
    );
    it.done(&["check"]);
    for secret in ["hunter2", "old-token", "Correct-horse-9"] {
        assert!(!it.file().contains(secret), "a file that goes into version control has no secrets");
    }
    it.edit("public-url.invalid", "voice.example.org");
    it.done(&["apply", "--yes", "--skip-url-check"]);
    let state = it.account.state();
    let other = |name: &str| {
        state["domains"].as_array().unwrap().iter().find(|one| one["domain_name"] == name).cloned()
    };
    let untouched = other("direct-street-prod.sip.twilio.com").unwrap();
    assert_eq!(untouched["voice_url"], "https://py.example.org/outgoing");
    it.done(&["destroy", "--restore", "--yes", "--wait", "30"]);
    assert_eq!(seen(&it.account), it.before);
}

#[test]
fn one_phone_moves_first_to_a_domain_of_its_own() {
    let it = Move::of(accounts::futel());
    let words = ["import", "--domain", "street-prod.sip.twilio.com", "--stage", "trial", "--name", "street"];
    let alone = it.run(&[&words[..], &["--only", "clinton"]].concat());
    assert_eq!(alone.code, 2, "a SIP domain has one voice URL: {}", alone.err);
    let trial = [
        "--only",
        "clinton",
        "--new-domain",
        "street-trial.sip.twilio.com",
        "--public-url",
        "https://trial.example.org",
    ];
    let missing =
        it.run(&[&words[..], &["--only", "nobody", "--new-domain", "street-trial.sip.twilio.com"]].concat());
    assert_eq!(missing.code, 2, "{}", missing.err);
    it.done(&[&words[..], &trial[..]].concat());
    golden("import/one-phone.toml", &it.file());
    it.done(&["check"]);
    let changes = it.plan();
    assert!(changes.contains(&"create SIP domain street-trial.sip.twilio.com".to_owned()), "{changes:?}");
    let numbers: Vec<_> = changes.iter().filter(|change| change.contains("number")).collect();
    assert_eq!(numbers, ["update phone number +15035550111"]);
    it.done(&["apply", "--yes", "--skip-url-check"]);
    // The rest follows, and takes the first phone's number along.
    fs::rename(it.account.home.join("dialtone.toml"), it.account.home.join("trial.toml")).unwrap();
    it.done(&[
        "import",
        "--domain",
        "street-prod.sip.twilio.com",
        "--name",
        "street",
        "--public-url",
        "https://voice.example.org",
    ]);
    it.done(&["check"]);
    it.done(&["destroy", "--config", "trial.toml", "--restore", "--yes"]);
    assert_eq!(seen(&it.account), it.before);
}

#[test]
fn behind_a_trunk_each_number_becomes_a_phone() {
    let it = Move::of(accounts::freepbx());
    let nameless = it.run(&["import"]);
    assert_eq!(nameless.code, 2, "{}", nameless.err);
    assert!(nameless.err.contains("--name"), "{}", nameless.err);
    it.done(&["import", "--name", "office"]);
    golden("import/trunk.toml", &it.file());
    it.done(&["check"]);
    it.edit("public-url.invalid", "voice.example.org");
    let again = it.run(&["import", "--name", "office"]);
    assert_eq!(again.code, 2, "a file that is there is not overwritten: {}", again.err);
    it.done(&["apply", "--yes", "--skip-url-check"]);
    let number = it.account.state()["numbers"][0].clone();
    assert_eq!(number["trunk_sid"], Value::Null, "a trunk would win over the voice URL: {number}");
    // A second look, at what is Dialtone's by now, forgets nothing of the first.
    let twice = it.run(&["import", "--name", "office", "--out", "second.toml"]);
    assert_eq!(twice.code, 2, "{}", twice.err);
    it.done(&["destroy", "--restore", "--yes"]);
    assert_eq!(seen(&it.account), it.before);
}

#[test]
fn without_a_record_nothing_can_be_restored() {
    let it = Move::of(accounts::small());
    it.done(&["import", "--name", "corner", "--public-url", "https://voice.example.org"]);
    it.done(&["apply", "--yes", "--skip-url-check"]);
    let folder = it.account.home.join(".local/state/dialtone/corner");
    let record = folder.join("prod.passwords.before.json");
    let kept = fs::read(&record).unwrap();
    fs::remove_file(&record).unwrap();
    let said = it.run(&["destroy", "--restore", "--yes"]);
    assert_eq!(said.code, 2, "{}", said.err);
    fs::write(&record, "{").unwrap();
    assert_eq!(it.run(&["destroy", "--restore", "--yes"]).code, 2);
    fs::write(&record, kept).unwrap();
    it.done(&["destroy", "--restore", "--yes"]);
    assert_eq!(seen(&it.account), it.before);
}

#[test]
fn whatever_is_refused_on_the_way_back_the_next_run_finishes_it() {
    let it = Move::of(accounts::small());
    it.done(&["import", "--name", "corner", "--public-url", "https://voice.example.org"]);
    let restore = ["destroy", "--restore", "--yes"];
    let mut steps = 0;
    for nth in 1.. {
        it.done(&["apply", "--yes", "--skip-url-check"]);
        it.account.faults(&json!([{
            "effect": "refuse", "of": "mutating", "nth": nth, "status": 400, "code": 20001, "message": "no",
        }]));
        let before = it.account.mutations().len();
        let said = it.run(&restore);
        it.account.faults(&json!([]));
        let tried = it.account.mutations().len() - before;
        if said.code == 0 {
            assert!(nth > 4 && tried == steps, "{nth}: {tried} of {steps} steps");
            break;
        }
        assert_eq!(said.code, 3, "{nth}: {}", said.err);
        assert!(
            said.err.contains("20001") && said.err.contains("run the same command again"),
            "{nth}: {}",
            said.err
        );
        let left = it.account.mutations().len();
        it.done(&restore);
        assert_eq!(seen(&it.account), it.before, "{nth}");
        // What was made is not made again: both runs together take one request more than one that succeeds.
        let all = tried + it.account.mutations().len() - left;
        steps = if nth == 1 { all - 1 } else { steps };
        assert_eq!(all, steps + 1, "{nth}: {:#?}", it.account.mutations().split_off(before));
    }
}

/// Names at Twilio are free text: none of it begins a line, in the file or on a terminal.
#[test]
fn names_that_somebody_chose_stay_on_their_line() {
    let evil = |name: &str| format!("{name}\n[evil]\n\u{1b}[31mred");
    let list = evil("phones");
    let moved = Move::of(json!({
        "credential_lists": [
            {"friendly_name": list, "credentials": [{"username": "lobby", "password": "Correct-horse-9"}]},
            {"friendly_name": evil("other"), "credentials": [{"username": "x", "password": "Correct-horse-9"}]},
        ],
        "domains": [{"domain_name": "shop-prod.sip.twilio.com", "friendly_name": evil("shop"), "calls": [list],
                     "voice_url": "https://old.example.org/a", "registrations": [list]}],
        "addresses": [{"friendly_name": evil("ground floor"), "sid": "AD00000000000000000000000000000001",
                       "street": "100 Main Street", "emergency_enabled": true, "validated": true}],
        "numbers": [
            {"phone_number": "+15035550110", "friendly_name": evil("lobby"), "voice_url": "https://old.example.org/in",
             "emergency_address_sid": "AD00000000000000000000000000000001", "emergency_address_status": "registered"},
            {"phone_number": "+15035550111", "friendly_name": evil("fax")},
        ],
        "permissions": [],
    }));
    let words = ["import", "--public-url", "https://new.example.org"];
    let mut texts = Vec::new();
    for said in [
        moved.done(&words),
        moved.done(&["check"]),
        moved.run(&["plan", "--all"]),
        moved.run(&["apply", "--yes", "--skip-url-check"]),
    ] {
        texts.extend([said.out, said.err]);
    }
    assert!(texts.concat().contains("[evil]"), "the names are shown");
    texts.push(moved.file());
    for text in texts {
        let begins = text.lines().any(|line| line.trim_start().starts_with("[evil]"));
        assert!(!begins && !text.contains('\u{1b}'), "{text}");
    }
}
