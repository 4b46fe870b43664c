//! `plan`, `apply`, `destroy` and `rotate` against a stand-in that behaves as Twilio's API does.

mod faults;
mod help;
mod lag;
mod moves;
mod network;
mod numbers;
mod page;
mod parts;
mod passwords;
mod purchases;
mod refused;
mod renames;
mod sides;
mod terminal;

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::harness::Account;

/// Three phones, two of which share a number; one wants to buy one. Help is sent to the shop.
const FILE: &str = r#"
[network]
name                = "street"
region              = "US"
emergency_caller_id = "+15035550100"
address             = "shop"

[addresses.shop]
customer    = "Example Bookshop"
street      = "100 Main Street"
unit        = "2"
city        = "Portland"
region      = "OR"
postal_code = "97201"

[stages.dev]
sip_domain = "street-dev.sip.twilio.com"
public_url = "https://dev.example.org"

[stages.prod]
sip_domain   = "street-prod.sip.twilio.com"
public_url   = "https://prod.example.org"
fallback_url = "https://fallback.example.org/"

[extensions.lobby]
number = "+15035550110"
device = { kind = "grandstream-ht801", mac = "000b82123456" }

[extensions.Porch]
number = "+15035550110"

[extensions.bench]
number = { buy = "971" }   # soon
"#;

/// An account with the numbers of the file, two that are for sale, and things of other people.
struct Setup {
    account: Account,
    file: PathBuf,
    /// What belongs to others, as it was in the beginning.
    foreign: Value,
}

/// What a command said.
struct Said {
    code: i32,
    out: String,
    err: String,
}

impl Setup {
    fn new() -> Self {
        Self::with(FILE)
    }

    fn with(text: &str) -> Self {
        let account = Account::new();
        account.seed(json!({
            "credential_lists": [
                {"friendly_name": "street-prod", "credentials": [{"username": "lobby", "password": "Somebody-e1ses"}]},
                {"friendly_name": "dialtone:street:prod-old"},
                {"friendly_name": "dialtone:street:prod:list:2b"},
            ],
            "domains": [{"domain_name": "other.sip.twilio.com", "calls": ["street-prod"], "registrations": ["street-prod"]}],
            "addresses": [{"friendly_name": "shop", "emergency_enabled": true}, {"friendly_name": "dialtone:000000:shop:000000"}],
            "numbers": [
                {"phone_number": "+15035550100"}, {"phone_number": "+15035550110"},
                {"phone_number": "+15035550190", "friendly_name": "other", "voice_url": "https://other.example.org/"},
                {"phone_number": "+15035550191", "friendly_name": "dialtone:street2:prod:lobby"},
            ],
            "available": [{"phone_number": "+19715550101"}, {"phone_number": "+19715550102"}],
            "permissions": [],
        }));
        let file = account.home.join("dialtone.toml");
        fs::write(&file, text).unwrap();
        let mut setup = Self { account, file, foreign: Value::Null };
        setup.foreign = setup.others();
        setup
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = self.account.command(words);
        command.arg("--config").arg(&self.file).stdin(Stdio::null());
        // Nothing answers at the file's URLs; `urls.rs` is about those that are asked.
        if words.contains(&"apply") {
            command.arg("--skip-url-check");
        }
        if !words.contains(&"--stage") {
            command.args(["--stage", "prod"]);
        }
        command
    }

    fn run(&self, words: &[&str]) -> Said {
        Said::of(&mut self.command(words))
    }

    /// Runs a command that must end well.
    fn done(&self, words: &[&str]) -> Said {
        let said = self.run(words);
        assert_eq!(said.code, 0, "{words:?}\n{}\n{}", said.out, said.err);
        said
    }

    fn edit(&self, from: &str, to: &str) {
        let text = fs::read_to_string(&self.file).unwrap();
        assert!(text.contains(from), "the file has no {from:?}");
        fs::write(&self.file, text.replace(from, to)).unwrap();
    }

    /// The changes of a plan, each as `update phone number +1503...`.
    fn plan(&self, words: &[&str]) -> Vec<String> {
        let said = self.run(&[&["plan", "--json"], words].concat());
        let plan: Value =
            serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{}{}", said.out, said.err));
        let changes = plan["changes"].as_array().unwrap();
        assert_eq!(said.code, i32::from(!changes.is_empty()), "{}", said.out);
        let word = |change: &Value, name: &str| change[name].as_str().unwrap().to_owned();
        changes
            .iter()
            .map(|change| ["action", "kind", "name"].map(|name| word(change, name)).join(" "))
            .collect()
    }

    /// One resource of a collection.
    fn one(&self, collection: &str, field: &str, value: &str) -> Value {
        let state = self.account.state();
        let found = state[collection].as_array().unwrap().iter().find(|one| one[field] == value).cloned();
        found.unwrap_or_else(|| panic!("no {value} in {collection}: {}", state[collection]))
    }

    fn number(&self, number: &str) -> Value {
        self.one("numbers", "phone_number", number)
    }

    /// Everything that is not this network's.
    fn others(&self) -> Value {
        let state = self.account.state();
        let of = |collection: &str, is_other: &dyn Fn(&Value) -> bool| -> Value {
            state[collection].as_array().unwrap().iter().filter(|one| is_other(one)).cloned().collect()
        };
        let named = |one: &Value, names: &[&str]| names.iter().any(|name| one["friendly_name"] == *name);
        json!({
            "lists": of("credential_lists", &|one| {
                named(one, &["street-prod", "dialtone:street:prod-old", "dialtone:street:prod:list:2b"])
            }),
            "domains": of("domains", &|one| one["domain_name"] == "other.sip.twilio.com"),
            "addresses": of("addresses", &|one| named(one, &["shop", "dialtone:000000:shop:000000"])),
            "numbers": of("numbers", &|one| {
                one["phone_number"] == "+15035550190" || one["phone_number"] == "+15035550191"
            }),
        })
    }

    /// What belongs to others is as it was.
    fn assert_others_are_untouched(&self) {
        assert_eq!(self.others(), self.foreign);
    }

    /// The network is whole, once: nothing was made twice.
    fn assert_whole(&self) {
        assert_eq!(self.plan(&[]), [""; 0]);
        let state = self.account.state();
        let list = self.one("credential_lists", "friendly_name", "dialtone:street:prod");
        let domain = self.one("domains", "domain_name", "street-prod.sip.twilio.com");
        let mut users: Vec<_> = list["credentials"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["username"].as_str().unwrap())
            .collect();
        users.sort_unstable();
        assert_eq!(users, ["Porch", "bench", "lobby"]);
        assert_eq!(domain["calls"], json!([list["sid"]]));
        assert_eq!(domain["registrations"], json!([list["sid"]]));
        let count = |collection: &str, field: &str, start: &str| {
            let all = state[collection].as_array().unwrap();
            all.iter().filter(|one| one[field].as_str().is_some_and(|text| text.starts_with(start))).count()
        };
        assert_eq!(count("credential_lists", "friendly_name", "dialtone:street:prod"), 3, "two are others'");
        assert_eq!(count("addresses", "friendly_name", "dialtone:"), 2, "one is others'");
        assert_eq!(count("numbers", "phone_number", "+1971"), 1);
        self.assert_others_are_untouched();
    }
}

impl Said {
    fn of(command: &mut Command) -> Self {
        let output = command.output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
    }
}
