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
