//! Passwords: made here, kept here, and seen by nobody else.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::{Said, Setup};
use crate::harness::sha256;

impl Setup {
    fn passwords_file(&self) -> PathBuf {
        self.account.home.join(".local/state/dialtone/street/prod.passwords.json")
    }

    /// The passwords as they are kept.
    fn kept(&self) -> BTreeMap<String, String> {
        let text = fs::read_to_string(self.passwords_file()).unwrap();
        let kept: BTreeMap<String, Value> = serde_json::from_str(&text).unwrap();
        kept.into_iter().map(|(user, entry)| (user, entry["password"].as_str().unwrap().to_owned())).collect()
    }

    /// Whether Twilio has the password that is kept. Somebody else has a phone of the same name.
    fn agrees(&self, user: &str) -> bool {
        let kept = self.kept();
        self.account.passwords(user).contains(&sha256(kept[user].as_bytes()))
    }
}

#[test]
fn passwords_are_strong_private_and_never_shown() {
    let setup = Setup::new();
    let said = setup.done(&["apply", "--yes", "--buy"]);
    let kept = setup.kept();
    assert_eq!(kept.len(), 3);
    assert_eq!(fs::metadata(setup.passwords_file()).unwrap().permissions().mode() & 0o777, 0o600);
    let more = setup.run(&["plan", "--json"]);
    let destroyed = setup.run(&["destroy", "--yes"]);
    for (user, password) in &kept {
        assert!(password.len() >= 20, "{user}");
        for text in [&said.out, &said.err, &more.out, &more.err, &destroyed.out, &destroyed.err] {
            assert!(!text.contains(password.as_str()), "{user}'s password is shown");
        }
    }
    // After all that, phones would have the same passwords again.
    setup.done(&["apply", "--yes"]);
    assert_eq!(setup.kept(), kept);
    assert!(setup.agrees("Porch") && setup.agrees("bench"));
}

#[test]
fn a_password_is_changed_and_its_device_file_with_it() {
    let setup = Setup::new();
    setup.done(&["apply", "--yes"]);
    let old = setup.kept()["lobby"].clone();
    let out = setup.account.home.join("files");
    let said = setup.done(&["rotate", "lobby", "--yes", "--out", out.to_str().unwrap()]);
    let new = setup.kept()["lobby"].clone();
    assert!(new != old && setup.agrees("lobby"));
    assert!(!said.out.contains(&new) && !said.err.contains(&new));
    let path = said.out.lines().find_map(|line| line.strip_prefix("device file: ")).unwrap();
    assert!(fs::read_to_string(path).unwrap().contains(&new), "{path}");
    assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(setup.plan(&[]), [""; 0]);
    assert_eq!(setup.run(&["rotate", "nobody", "--yes"]).code, 2);
}

#[test]
fn a_rotation_that_was_cut_off_is_finished() {
    let setup = Setup::new();
    setup.done(&["apply", "--yes"]);
    setup.account.faults(&json!([{
        "effect": "refuse", "method": "POST", "path": "/Credentials/CR", "status": 400, "code": 21243, "message": "no", "count": 1,
    }]));
    let out = setup.account.home.join("files");
    assert_eq!(setup.run(&["rotate", "Porch", "--yes", "--out", out.to_str().unwrap()]).code, 3);
    assert!(setup.agrees("Porch"), "the old one is in force, and known");
    assert_eq!(setup.plan(&[]), ["update password Porch"]);
    setup.done(&["apply", "--yes"]);
    assert!(setup.agrees("Porch"));
    assert_eq!(setup.plan(&[]), [""; 0]);
}

#[test]
fn a_credential_made_anew_by_hand_gets_the_password_that_its_phone_has() {
    let setup = Setup::new();
    setup.done(&["apply", "--yes"]);
    let list = setup.one("credential_lists", "friendly_name", "dialtone:street:prod");
    let porch =
        list["credentials"].as_array().unwrap().iter().find(|one| one["username"] == "Porch").unwrap();
    setup.account.change("credentials", &porch["sid"], &json!({"password": "By-hand-passw0rd"}));
    assert!(!setup.agrees("Porch"));
    // Twilio never shows a password, so this cannot be seen; it can be put right.
    assert_eq!(setup.plan(&[]), [""; 0]);
    setup.done(&["apply", "--yes", "--set-passwords"]);
    assert!(setup.agrees("Porch"));
}

#[test]
fn without_their_file_passwords_stay_as_they_are() {
    let setup = Setup::new();
    setup.done(&["apply", "--yes"]);
    let before = setup.account.passwords("Porch");
    fs::remove_file(setup.passwords_file()).unwrap();
    let said = setup.done(&["apply", "--yes"]);
    assert!(said.err.contains("have passwords in Twilio that are not known here"), "{}", said.err);
    assert_eq!(setup.account.passwords("Porch"), before);
}

#[test]
fn passwords_may_come_from_the_environment() {
    let setup = Setup::new();
    let given =
        json!({"lobby": "Given-passw0rd-1", "Porch": "Given-passw0rd-2", "bench": "Given-passw0rd-3"});
    let said = Said::of(setup.command(&["apply", "--yes"]).env("DIALTONE_PASSWORDS", given.to_string()));
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(setup.account.passwords("Porch").contains(&sha256(b"Given-passw0rd-2")));
    assert!(!setup.passwords_file().exists());
    for (text, says) in [("{\"lobby\":\"weak\"}", "too weak"), ("lobby=x", "is not JSON")] {
        let said = Said::of(setup.command(&["plan"]).env("DIALTONE_PASSWORDS", text));
        assert!(said.code == 2 && said.err.contains(says) && !said.err.contains("weak\""), "{}", said.err);
    }
}

#[test]
fn passwords_stay_out_of_git() {
    let setup = Setup::new();
    // A checkout of its own: the tests' scratch directories lie where the project's own checkout ignores them.
    let made = Command::new("git").arg("-C").arg(&setup.account.home).args(["init", "--quiet"]).status();
    assert!(made.unwrap().success(), "git init");
    let named = setup.account.home.join("passwords.json");
    let said = setup.run(&["apply", "--yes", "--passwords", named.to_str().unwrap()]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("git would see it") && said.err.contains("--passwords"), "{}", said.err);
    assert!(!named.exists() && !named.with_extension("lock").exists(), "nothing is left behind");
    assert!(setup.account.passwords("Porch").is_empty(), "Twilio has no password that nobody keeps");
    // A home that is kept in git is nobody's mistake.
    setup.done(&["apply", "--yes"]);
    assert!(setup.passwords_file().with_file_name(".gitignore").exists());
}

#[test]
fn passwords_that_git_sees_already_are_told_and_refused() {
    let setup = Setup::new();
    setup.done(&["apply", "--yes"]);
    let folder = setup.account.home.join("checkout");
    fs::create_dir(&folder).unwrap();
    let made = Command::new("git").arg("-C").arg(&folder).args(["init", "--quiet"]).status();
    assert!(made.unwrap().success(), "git init");
    let named = folder.join("passwords.json");
    fs::rename(setup.passwords_file(), &named).unwrap();
    let plan = setup.done(&["plan", "--passwords", named.to_str().unwrap()]);
    assert!(plan.err.contains("is no place for passwords: git would see it"), "{}", plan.err);
    let said = setup.run(&["apply", "--yes", "--passwords", named.to_str().unwrap()]);
    assert_eq!(said.code, 2, "{}", said.err);
    assert!(said.err.contains(".gitignore") && said.err.contains("--passwords FILE"), "{}", said.err);
    fs::write(folder.join(".gitignore"), "passwords.*\n").unwrap();
    setup.done(&["apply", "--yes", "--passwords", named.to_str().unwrap()]);
}

#[test]
fn a_place_where_no_file_can_be_written_is_known_before_the_password_is_changed() {
    let setup = Setup::new();
    setup.done(&["apply", "--yes"]);
    let (before, kept) = (setup.account.mutations().len(), setup.kept());
    let file = setup.account.home.join("a-file");
    fs::write(&file, "").unwrap();
    let blocked = setup.account.home.join("blocked");
    let name = "cfg000b82123456.xml";
    fs::create_dir_all(blocked.join(name)).unwrap();
    for out in [file.join("below"), file, blocked] {
        let said = setup.run(&["rotate", "lobby", "--yes", "--out", out.to_str().unwrap()]);
        assert_eq!(said.code, 2, "{}: {}", out.display(), said.err);
        assert!(said.err.contains("--out DIR") && said.err.contains("nothing was changed"), "{}", said.err);
    }
    assert_eq!(setup.account.mutations().len(), before);
    assert!(setup.kept() == kept && setup.agrees("lobby"));
}

#[test]
fn a_device_file_that_fails_after_the_change_is_told_as_what_it_is() {
    let setup = Setup::new();
    setup.done(&["apply", "--yes"]);
    let old = setup.kept()["lobby"].clone();
    let before = setup.account.mutations().len();
    setup.account.faults(&json!([{"effect": "slow", "of": "mutating", "nth": 1, "seconds": 1}]));
    let out = setup.account.home.join("files");
    let mut command = setup.command(&["rotate", "lobby", "--yes", "--out", out.to_str().unwrap()]);
    let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    while setup.account.mutations().len() == before {
        thread::sleep(Duration::from_millis(10));
    }
    // It was a folder when that was tried.
    fs::remove_dir_all(&out).unwrap();
    fs::write(&out, "").unwrap();
    let output = child.wait_with_output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{err}");
    assert!(err.contains("WAS changed") && err.contains("dialtone devices render lobby --out DIR"), "{err}");
    assert!(setup.kept()["lobby"] != old && setup.agrees("lobby"));
    let other = setup.account.home.join("other");
    setup.done(&["devices", "render", "lobby", "--out", other.to_str().unwrap()]);
}

#[test]
fn a_given_password_takes_the_place_of_a_kept_one() {
    let setup = Setup::new();
    setup.done(&["apply", "--yes"]);
    let given = json!({"lobby": "Given-passw0rd-1", "lobbi": "Given-passw0rd-2"}).to_string();
    let with = |words: &[&str]| Said::of(setup.command(words).env("DIALTONE_PASSWORDS", &given));
    let plan = with(&["plan"]);
    assert_eq!(plan.code, 0, "{}", plan.err);
    for part in ["gives a password to lobbi, which the file does not have", "keeps another password of lobby"]
    {
        assert!(plan.err.contains(part), "{part}: {}", plan.err);
    }
    assert!(!plan.err.contains("Given-passw0rd"), "{}", plan.err);
    let said = with(&["apply", "--yes", "--set-passwords"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(setup.account.passwords("lobby").contains(&sha256(b"Given-passw0rd-1")));
    assert_eq!(setup.kept().into_keys().collect::<Vec<_>>(), ["Porch", "bench"]);
    assert!(!with(&["plan"]).err.contains("keeps another password"));
    // Without the variable nobody knows it, and nobody pretends to.
    let out = setup.account.home.join("files");
    let said = setup.run(&["devices", "render", "lobby", "--out", out.to_str().unwrap()]);
    assert!(said.code == 2 && said.err.contains("its password is not known here"), "{}", said.err);
}

#[test]
fn an_old_passwords_file_cuts_nobody_off() {
    let setup = Setup::new();
    setup.done(&["apply", "--yes"]);
    let old = fs::read(setup.passwords_file()).unwrap();
    // Another machine makes everything anew: other credentials, other passwords.
    setup.done(&["destroy", "--yes"]);
    fs::remove_file(setup.passwords_file()).unwrap();
    setup.done(&["apply", "--yes"]);
    let passwords = ["lobby", "Porch", "bench"].map(|user| setup.account.passwords(user));
    fs::write(setup.passwords_file(), old).unwrap();

    let known = "lobby, Porch, bench: 3 phones: the passwords file knows another credential";
    let plan = setup.run(&["plan"]);
    assert!(plan.code == 1 && plan.err.contains(known), "{}", plan.err);
    let said = setup.run(&["apply", "--yes"]);
    assert!(said.code == 1 && said.err.contains(known), "{}", said.err);
    assert_eq!(["lobby", "Porch", "bench"].map(|user| setup.account.passwords(user)), passwords);

    // A person may know better, for one phone or for all.
    let forced = ["--set-passwords", "--only", "Porch"];
    let plan: Value =
        serde_json::from_str(&setup.run(&[&["plan", "--json"][..], &forced].concat()).out).unwrap();
    assert_eq!(plan["cut_off"], json!(["Porch"]));
    let warned = setup.run(&[&["plan"][..], &forced].concat());
    assert!(warned.err.contains("warning: Porch (1 phone) cannot register"), "{}", warned.err);
    setup.done(&[&["apply", "--yes"][..], &forced].concat());
    assert!(setup.agrees("Porch") && !setup.agrees("bench"));
    setup.done(&["apply", "--yes", "--set-passwords"]);
    assert!(setup.agrees("bench"));
    assert_eq!(setup.plan(&[]), [""; 0]);
}

#[test]
fn a_password_that_another_machine_has_set_since_is_noticed() {
    let setup = Setup::new();
    setup.done(&["apply", "--yes"]);
    let old = fs::read(setup.passwords_file()).unwrap();
    // Twilio's dates have whole seconds.
    thread::sleep(Duration::from_millis(1100));
    setup.done(&["rotate", "lobby", "--yes", "--out", setup.account.home.to_str().unwrap()]);
    let new = fs::read(setup.passwords_file()).unwrap();
    assert!(!setup.run(&["plan"]).err.contains("a newer password"));
    fs::write(setup.passwords_file(), old).unwrap();
    let said = setup.done(&["apply", "--yes"]);
    assert!(said.err.contains("lobby 1 phone: a newer password is at Twilio"), "{}", said.err);
    assert!(!setup.agrees("lobby"));
    fs::write(setup.passwords_file(), new).unwrap();
    assert!(setup.agrees("lobby"));
    assert!(!setup.done(&["plan"]).err.contains("a newer password"));
}

#[test]
fn two_stages_do_not_share_a_file_of_passwords() {
    let setup = Setup::new();
    let shared = setup.account.home.join("shared.json");
    let shared = ["--passwords", shared.to_str().unwrap()];
    setup.done(&[&["apply", "--yes"][..], &shared].concat());
    let before = setup.account.mutations().len();
    for words in [&["plan", "--stage", "dev"][..], &["apply", "--yes", "--stage", "dev"]] {
        let said = setup.run(&[words, &shared].concat());
        assert_eq!(said.code, 2, "{}", said.err);
        assert!(said.err.contains("has passwords of street:prod, and not of street:dev"), "{}", said.err);
    }
    assert_eq!(setup.account.mutations().len(), before);
    setup.done(&[&["plan"][..], &shared].concat());
}

#[test]
fn several_passwords_are_changed_and_one_that_fails_stops_no_other() {
    let setup = Setup::new();
    setup.done(&["apply", "--yes"]);
    let before = ["lobby", "Porch", "bench"].map(|user| setup.account.passwords(user));
    let out = setup.account.home.join("files");
    let all = ["rotate", "--all", "--yes", "--json", "--out", out.to_str().unwrap()];
    for words in
        [&["rotate", "--yes"][..], &["rotate", "lobby", "--all"], &["rotate", "lobby", "nobody", "--yes"]]
    {
        assert_eq!(setup.run(words).code, 2, "{words:?}");
    }
    // The second of three fails for good, after its password is kept.
    setup.account.faults(&json!([{
        "effect": "refuse", "method": "POST", "path": "/Credentials/CR", "nth": 2, "status": 400, "code": 20001, "message": "no",
    }]));
    let said = setup.run(&all);
    let told: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!((said.code, told["errors"][0]["about"].as_str()), (3, Some("Porch")), "{told}");
    let phones: Vec<_> = told["phones"].as_array().unwrap().iter().map(|one| one["phone"].clone()).collect();
    assert_eq!(phones, ["lobby", "bench"]);
    assert!(told["files"][0].as_str().unwrap().ends_with("cfg000b82123456.xml"), "{told}");
    assert!(setup.agrees("lobby") && setup.agrees("bench"));
    let now = ["lobby", "Porch", "bench"].map(|user| setup.account.passwords(user));
    assert!(now[0] != before[0] && now[1] == before[1] && now[2] != before[2]);
    // `plan` names the phone that its end cuts off.
    setup.account.faults(&json!([]));
    let plan: Value = serde_json::from_str(&setup.run(&["plan", "--json"]).out).unwrap();
    assert_eq!(plan["cut_off"], json!(["Porch"]));
    setup.done(&["apply", "--yes"]);
    assert!(setup.agrees("Porch"));
    let said = setup.done(&["rotate", "lobby", "lobby", "Porch", "--yes", "--out", out.to_str().unwrap()]);
    assert_eq!(said.out.matches("has a new password").count(), 2, "{}", said.out);
    assert!(said.err.contains("[2/2] ~ password"), "{}", said.err);
    assert!(setup.agrees("lobby") && setup.agrees("Porch"));
}
