//! `dialtone calls` and `dialtone phone`: what happened, from a ledger of a year.

mod cloudwatch;
pub(crate) mod year;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use self::year::{LEAKED, Year, name};
use crate::contract::longest_run_of_digits;
use crate::harness::{Service, dialtone, scratch};

/// How many events the ledger of the tests has. `DIALTONE_EVENTS=1200000` makes it Futel's year (docs/ledger.md).
pub(crate) fn events() -> usize {
    std::env::var("DIALTONE_EVENTS").map_or(6_000, |count| count.parse().unwrap())
}

/// A folder with a network file, a file of events and, once it is read, a ledger.
pub(crate) struct Desk {
    pub(crate) folder: PathBuf,
    pub(crate) now: Timestamp,
}

impl Desk {
    pub(crate) fn of_a_year(phones: usize, events: usize) -> Self {
        let folder = scratch();
        let year = Year { phones, events, days: 360, end: Timestamp::now() };
        std::fs::write(folder.join("dialtone.toml"), year.network()).unwrap();
        year.write(&folder.join("events.jsonl"));
        Self { folder, now: year.end }
    }

    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = dialtone();
        command.args(words).arg("--config").arg(self.folder.join("dialtone.toml"));
        command.arg("--ledger").arg(self.ledger()).env("TZ", "America/Los_Angeles");
        command
    }

    pub(crate) fn ledger(&self) -> PathBuf {
        self.folder.join("state/prod.ledger")
    }

    pub(crate) fn events(&self) -> String {
        self.folder.join("events.jsonl").display().to_string()
    }

    fn run(&self, words: &[&str]) -> Output {
        self.command(words).output().unwrap()
    }

    /// What it prints, and its exit code.
    fn says(&self, words: &[&str]) -> (String, i32) {
        let output = self.run(words);
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(!error.contains("error:"), "{error}");
        (String::from_utf8(output.stdout).unwrap(), output.status.code().unwrap())
    }

    fn json(&self, words: &[&str]) -> Value {
        let (text, _) = self.says(&[words, &["--json"]].concat());
        assert_eq!(text.lines().count(), 1);
        let value: Value = serde_json::from_str(&text).unwrap();
        assert!(value["ok"].is_boolean() && value["errors"].as_array().unwrap().is_empty());
        value
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        // A failed test leaves its files for inspection.
        if !std::thread::panicking() && std::env::var_os("DIALTONE_KEEP").is_none() {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

#[test]
fn a_year_is_read_once_and_holds_no_number() {
    let desk = Desk::of_a_year(51, events());
    let started = Instant::now();
    let from = desk.events();
    let all = ["calls", "--since", "400d", "--most", "1000000"];
    let first = desk.json(&[&all[..], &["--from", &from]].concat());
    let reading = started.elapsed();
    let calls = first["calls"].as_array().unwrap();
    assert!(calls.len() > events() / 6, "{}", calls.len());
    // The same events again, also from another file, change nothing.
    let copy = desk.folder.join("copy.jsonl");
    std::fs::copy(&from, &copy).unwrap();
    let again = desk.json(&[&all[..], &["--from", &from, "--from", copy.to_str().unwrap()]].concat());
    assert!(first == again);
    no_number_in(&desk.ledger());
    let size = std::fs::metadata(desk.ledger()).unwrap().len();
    println!("{} events, {} calls: read in {reading:.1?}, {size} bytes", events(), calls.len());

    // What older systems published is filed under no phone.
    let text = serde_json::to_string(&first).unwrap();
    assert!(!text.contains(LEAKED) && !text.contains("5557391"));
}

/// Neither the number that was in the events, nor anything that looks like one, is in the file or beside it.
fn no_number_in(ledger: &Path) {
    let mut searched = 0;
    for entry in std::fs::read_dir(ledger.parent().unwrap()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        searched += bytes.len();
        let text: String = bytes.iter().map(|byte| char::from(*byte)).collect();
        for part in [LEAKED, "15035557391", "5035557391", "5557391"] {
            assert!(!text.contains(part));
        }
        assert!(longest_run_of_digits(&text) < 10);
    }
    assert!(searched > 10_000);
}

#[test]
fn calls_fit_a_terminal_and_a_spreadsheet() {
    let desk = Desk::of_a_year(20, 3_000);
    let (text, code) = desk.says(&["calls", "--from", &desk.events(), "--since", "30d"]);
    assert_eq!(code, 0);
    assert!(text.lines().count() > 20);
    for line in text.lines() {
        assert!(line.chars().count() <= 80, "{line}");
        assert!(line.contains(" ago") || line.contains("just now"), "{line}");
    }
    let (refused, _) = desk.says(&["calls", "--since", "360d", "--refused"]);
    assert!(
        refused.lines().count() > 10 && refused.lines().all(|line| line.contains("refused")),
        "{refused}"
    );
    let (csv, _) = desk.says(&["calls", "--since", "360d", "--csv", "--phone", "garden-1"]);
    let mut lines = csv.lines();
    let width = lines.next().unwrap().split(',').count();
    assert!(lines.clone().count() > 20);
    assert!(lines.all(|line| line.split(',').count() == width && line.contains(",garden-1,")));
    let help = desk.json(&["calls", "--since", "360d", "--emergency", "--most", "5000"]);
    assert!(help["calls"].as_array().unwrap().iter().all(|call| call["help"] != "none"));
}

#[test]
fn a_phone_is_one_screen() {
    let desk = Desk::of_a_year(20, 3_000);
    let (text, code) = desk.says(&["phone", &name(1), "--offline", "--from", &desk.events()]);
    // The first phones of the year are those that cannot be reached.
    assert_eq!(code, 1, "{text}");
    assert!(text.starts_with("lobby-1      UNREACHABLE\n"), "{text}");
    assert!(text.lines().count() <= 25 && text.lines().all(|line| line.chars().count() <= 80), "{text}");
    for part in ["heard", "missed", "last drill", "never", "service", "errors", "to do", "call"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let alive = desk.json(&["phone", &name(17), "--offline"]);
    assert_ne!(alive["state"], "unreachable");
    assert_eq!(alive["service"], "not_asked");
    let output = desk.run(&["phone", "nobody", "--offline", "--json"]);
    assert_eq!(output.status.code(), Some(2));
    let value: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&value["ok"], &value["errors"][0]["about"]), (&Value::Bool(false), &Value::from("nobody")));
}

#[test]
fn what_is_forgotten_does_not_come_back() {
    let desk = Desk::of_a_year(5, 1_000);
    let count = |words: &[&str]| desk.json(words)["calls"].as_array().unwrap().len();
    let from = desk.events();
    let all = count(&["calls", "--since", "400d", "--most", "9999", "--from", &from]);
    let recent = count(&["calls", "--since", "30d", "--most", "9999"]);
    assert!(recent > 5 && all > 5 * recent);
    // Without a terminal it does not forget unless it is told to.
    assert_eq!(desk.run(&["calls", "--forget", "30d"]).status.code(), Some(2));
    let forgotten = desk.json(&["calls", "--forget", "30d", "--yes"]);
    assert!(forgotten["forgotten_events"].as_u64().unwrap() > 500);
    std::fs::copy(&from, desk.folder.join("again.jsonl")).unwrap();
    let again = desk.folder.join("again.jsonl").display().to_string();
    let left = count(&["calls", "--since", "400d", "--most", "9999", "--from", &again]);
    // The limit is the beginning of a day.
    assert!((recent..recent + 20).contains(&left), "{left} of {recent}");
}

#[test]
fn what_serve_writes_is_followed() {
    let service = Service::on("networks/street.toml").start();
    let sid = |answer: crate::harness::Answer| assert_eq!(answer.status, 200);
    sid(service.phone("lobby").dials("5035550123").send());
    sid(service.phone("lobby").dials("9005550123").send());
    sid(service.phone("plaza").dials("911").send());
    let record = service.stop();
    let desk = Desk::of_a_year(3, 10);
    let street = std::fs::read_to_string(crate::harness::tests().join("networks/street.toml")).unwrap();
    std::fs::write(desk.folder.join("dialtone.toml"), street).unwrap();
    std::fs::write(desk.folder.join("events.jsonl"), record.events.join("\n") + "\n").unwrap();
    let calls = desk.json(&["calls", "--stage", "prod", "--from", &desk.events()]);
    let found: Vec<_> = calls["calls"]
        .as_array()
        .unwrap()
        .iter()
        .map(|call| {
            ["phone", "destination", "reason", "help"]
                .map(|name| call[name].as_str().unwrap_or("-").to_owned())
        })
        .collect();
    assert_eq!(
        found,
        [
            ["lobby", "pstn", "-", "none"],
            ["lobby", "unknown", "premium", "none"],
            ["plaza", "emergency", "-", "emergency"]
        ]
    );
    assert!(Timestamp::now().duration_since(desk.now) < SignedDuration::from_mins(5));
}
