//! `dialtone init`, `completions`, `man` and the bare name.

use std::fs;
use std::path::Path;
use std::process::Output;

use crate::harness::{self, scratch};

const ANSWERS: [&str; 16] = [
    "--name",
    "street",
    "--public-url",
    "https://voice.example.org",
    "--number",
    "+15035550110",
    "--customer",
    "Example \"Book\" shop",
    "--street",
    "100 Main Street",
    "--city",
    "Portland",
    "--state",
    "OR",
    "--postal-code",
    "97201",
];

fn dialtone(folder: &Path, arguments: &[&str]) -> Output {
    harness::dialtone().args(arguments).current_dir(folder).output().unwrap()
}

fn init(folder: &Path, more: &[&str]) -> Output {
    dialtone(folder, &[&["init", "--yes"], &ANSWERS[..], more].concat())
}

fn errors(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn a_first_file_lacks_nothing_but_the_fallback() {
    for notify in ["ops@example.org", "https://desk.example.org/help", "+15035550120", "sms:+15035550120"] {
        let folder = scratch();
        let output = init(&folder, &["--notify", notify]);
        assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
        let text = fs::read_to_string(folder.join("dialtone.toml")).unwrap();
        assert!(text.lines().count() <= 27, "{text}");
        let checked = dialtone(&folder, &["check"]);
        assert_eq!(checked.status.code(), Some(0), "{}", errors(&checked));
        // The fallback has a URL only after the first deployment; everything else is there.
        let advice: Vec<_> =
            errors(&checked).lines().filter(|line| line.contains("advice")).map(str::to_owned).collect();
        assert!(matches!(&advice[..], [one] if one.contains("stages.prod.fallback_url")), "{advice:?}");
        let explained = dialtone(&folder, &["explain", "lobby", "911"]);
        assert_eq!(explained.status.code(), Some(0), "{}", errors(&explained));
    }
}

#[test]
fn with_its_fallback_a_first_file_is_good_without_advice() {
    let folder = scratch();
    let output = init(&folder, &["--notify", "ops@example.org", "--fallback-url", "https://f.example.org/"]);
    assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
    let checked = dialtone(&folder, &["check"]);
    assert_eq!(checked.status.code(), Some(0), "{}", errors(&checked));
    assert!(!errors(&checked).contains("advice"), "{}", errors(&checked));
}

#[test]
fn what_is_not_known_is_named_and_what_is_wrong_is_refused() {
    let folder = scratch();
    let missing = dialtone(&folder, &["init", "--yes", "--name", "street"]);
    assert_eq!(missing.status.code(), Some(2));
    for option in ["--public-url", "--number", "--customer", "--notify"] {
        assert!(errors(&missing).contains(option), "{}", errors(&missing));
    }
    for (option, wrong) in [
        ("--notify", "nobody"),
        ("--notify", "call me"),
        ("--sip-domain", "sip.example.org:5060"),
        ("--region", "XX"),
        ("--phone", "911"),
    ] {
        let more = if option == "--notify" {
            vec![option, wrong]
        } else {
            vec!["--notify", "a@example.org", option, wrong]
        };
        let output = init(&folder, &more);
        assert_eq!(output.status.code(), Some(2), "{option} {wrong}");
        assert!(errors(&output).contains(option), "{}", errors(&output));
    }
    assert!(!folder.join("dialtone.toml").exists());
}

#[test]
fn a_file_that_is_there_stays_as_it_is() {
    let folder = scratch();
    let path = folder.join("dialtone.toml");
    fs::write(&path, "mine").unwrap();
    let output = init(&folder, &["--notify", "ops@example.org"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(fs::read_to_string(path).unwrap(), "mine");
}

#[test]
fn the_bare_name_says_what_comes_next() {
    let folder = scratch();
    let nothing = dialtone(&folder, &[]);
    assert_eq!(nothing.status.code(), Some(2));
    assert!(errors(&nothing).contains("dialtone init"));
    fs::write(folder.join("dialtone.toml"), "").unwrap();
    assert!(errors(&dialtone(&folder, &[])).contains("dialtone check"));
}

#[test]
fn shells_and_man_know_every_command() {
    let folder = scratch();
    let pages = folder.join("man1");
    assert_eq!(dialtone(&folder, &["man", "--out", pages.to_str().unwrap()]).status.code(), Some(0));
    let page = fs::read_to_string(pages.join("dialtone-devices-render.1")).unwrap();
    assert!(page.contains(".TH") && page.contains("\\-\\-all"), "{page}");
    for shell in ["bash", "zsh", "fish"] {
        let script = String::from_utf8(dialtone(&folder, &["completions", shell]).stdout).unwrap();
        assert!(script.contains("explain") && script.contains("emergency-test"), "{shell}");
    }
    let version = String::from_utf8(dialtone(&folder, &["--version"]).stdout).unwrap();
    assert!(version.starts_with(concat!("dialtone ", env!("CARGO_PKG_VERSION"))), "{version}");
}
