//! The command line, as a person meets it first.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::process::{Command, Output};

fn dialtone(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dialtone"));
    command.args(arguments).env_clear().output().unwrap()
}

#[test]
fn every_command_has_help_that_teaches() {
    let help = String::from_utf8(dialtone(&["--help"]).stdout).unwrap();
    for command in [
        "serve", "explain", "call", "check", "replay", "plan", "apply", "destroy", "rotate", "doctor",
        "devices",
    ] {
        assert!(help.contains(&format!("  {command} ")), "{help}");
        let output = dialtone(&[command, "--help"]);
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success() && text.contains("Usage:") && text.len() > 500, "{command}: {text}");
    }
}

#[test]
fn wrong_usage_is_exit_code_2() {
    for arguments in
        [&["dial"][..], &[], &["serve", "--port", "1"], &["call"], &["check", "--config", "/no/such/file"]]
    {
        let output = dialtone(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(!output.stderr.is_empty(), "{arguments:?}");
    }
}

/// The commands in the order of the README's table.
#[test]
fn commands_come_in_the_order_of_the_readme() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md")).unwrap();
    let names = readme.lines().filter_map(|line| line.strip_prefix("| `dialtone ")?.split([' ', '`']).next());
    let mut expected: Vec<_> = names.collect();
    expected.dedup();
    let help = String::from_utf8(dialtone(&["--help"]).stdout).unwrap();
    let list = help.split("Commands:").nth(1).unwrap().split("Options:").next().unwrap();
    let found: Vec<_> = list
        .lines()
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn usage_names_nothing_that_comes_from_the_environment() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dialtone"));
    command
        .args(["rotate"])
        .env_clear()
        .env("TWILIO_API_BASE", "http://127.0.0.1:1")
        .env("DIALTONE_STAGE", "prod");
    let err = String::from_utf8(command.output().unwrap().stderr).unwrap();
    assert!(err.contains("Usage: dialtone rotate [OPTIONS] [EXT]...\n"), "{err}");
    let err = String::from_utf8(dialtone(&["devices", "serve", "--minutes", "x"]).stderr).unwrap();
    assert!(!err.contains("--endpoint"), "{err}");
}

#[test]
fn help_is_not_too_wide_to_read() {
    for words in
        [&["--help"][..], &["-h"], &["call", "--help"], &["doctor", "--help"], &["devices", "render", "-h"]]
    {
        let help = String::from_utf8(dialtone(words).stdout).unwrap();
        let long: Vec<_> = help.lines().filter(|line| line.chars().count() > 100).collect();
        assert!(long.is_empty(), "{words:?}: {long:#?}");
    }
}
