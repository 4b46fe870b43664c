//! What all commands have in common: their JSON, and lines that fit a terminal.

mod follow;
mod json;
mod phones;
mod terminal;

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::harness::{Account, scratch};

/// Three phones, one of which has a device and one a number that is not bought yet.
const FILE: &str = r#"
[network]
name                = "street"
region              = "US"
area_code           = "503"
emergency_caller_id = "+15035550100"
address             = "shop"

[addresses.shop]
customer    = "Example Bookshop"
street      = "100 Main Street"
city        = "Portland"
region      = "OR"
postal_code = "97201"

[stages.prod]
sip_domain = "street-prod.sip.twilio.com"
public_url = "PUBLIC"

[extensions.lobby]
number = "+15035550110"
device = { kind = "grandstream-ht801", mac = "000b82123456" }

[extensions.porch]
number = "+15035550111"

[extensions.bench]
number = { buy = "971" }
"#;

/// Events of four hours: a call that was answered, one that was refused, one for help, and one that failed.
const EVENTS: &str = include_str!("cli/events.jsonl");

/// A folder with a network file, an account at Twilio, and nothing else that a command could find.
struct Bench {
    account: Account,
    folder: PathBuf,
}

impl Bench {
    fn new() -> Self {
        Self::at("https://street.example.org")
    }

    /// The same, whose service is there.
    fn at(public_url: &str) -> Self {
        let account = Account::new();
        account.seed(json!({
            "numbers": [
                {"phone_number": "+15035550100"}, {"phone_number": "+15035550110"},
                {"phone_number": "+15035550111"},
            ],
            "available": [{"phone_number": "+19715550101"}],
        }));
        let folder = scratch();
        fs::write(folder.join("dialtone.toml"), FILE.replace("PUBLIC", public_url)).unwrap();
        fs::write(folder.join("bad.toml"), "[network]\nname = 7\nregion = \"XX\"\n").unwrap();
        let begun = Timestamp::now() - SignedDuration::from_hours(5);
        let events = (0..4).fold(EVENTS.to_owned(), |events, hour| {
            let at = begun + SignedDuration::from_hours(hour);
            events.replace(&format!("2026-06-20T{}", 18 + hour), &at.strftime("%Y-%m-%dT%H").to_string())
        });
        fs::write(folder.join("events.jsonl"), events).unwrap();
        Self { account, folder }
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = self.account.command(words);
        command.current_dir(&self.folder).stdin(Stdio::null()).env("TZ", "America/Los_Angeles");
        command
    }

    fn run(&self, words: &[&str]) -> Output {
        self.command(words).output().unwrap()
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        // A failed test leaves its files for inspection.
        if !std::thread::panicking() {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

/// Every command of `dialtone --help`, with those below it: `check`, `devices render`.
fn commands(bench: &Bench) -> Vec<String> {
    let below = |words: &[&str]| -> Vec<String> {
        let help = String::from_utf8(bench.run(&[words, &["--help"]].concat()).stdout).unwrap();
        let Some(list) = help.split("Commands:").nth(1) else { return Vec::new() };
        let list = list.split("Options:").next().unwrap();
        let names = list.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
        let names = names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help");
        names.map(|name| [words, &[name]].concat().join(" ")).collect()
    };
    let mut all = Vec::new();
    for command in below(&[]) {
        let inner = below(&[&command]);
        if inner.is_empty() {
            all.push(command);
        } else {
            all.extend(inner);
        }
    }
    assert!(all.len() > 15, "{all:?}");
    all
}
