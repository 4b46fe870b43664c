//! `dialtone call` and `dialtone explain`, as a person at a terminal uses them.

use std::process::{Command, Stdio};

use super::STREET;
use crate::harness::{Service, TOKEN, at_a_terminal, dialtone, tests};

fn call(service: &Service, words: &[&str]) -> Command {
    let mut command = dialtone();
    command.env("TWILIO_AUTH_TOKEN", TOKEN).args(["call", "--stage", "prod", "--config"]);
    command.arg(tests().join(STREET)).args(["--url", &format!("http://{}", service.address)]).args(words);
    command
}

#[test]
fn asterisk_refers_when_the_person_says_so() {
    let service = Service::on(STREET).start();
    let command = call(&service, &["lobby", "0"]);
    let said =
        at_a_terminal(80, &command, "how does it end?", |_| (), "refer\nrefer 5035550123\nbusy\n\u{4}");
    assert_eq!(said.code, 0, "{}\n{}", said.out, said.err);
    for words in [
        "or refer TARGET",
        "write where to, such as refer 5035550123",
        "refers  the caller to 5035550123",
        "POST /refer  200",
        "rings   +15035550123",
        "ends    busy",
    ] {
        assert!(said.out.contains(words), "{words}:\n{}", said.out);
    }
    // A telephone sends nobody elsewhere.
    let command = call(&service, &["lobby", "5035550123"]);
    let said = at_a_terminal(80, &command, "how does it end?", |_| (), "refer 911\ncompleted\n");
    assert!(!said.out.contains("or refer") && !said.out.contains("/refer"), "{}", said.out);
}

#[test]
fn a_phone_that_the_file_does_not_have_is_a_slip() {
    let service = Service::on(STREET).start();
    let err = |words: &[&str]| {
        let output = call(&service, words).stdin(Stdio::null()).output().unwrap();
        assert!(output.status.success(), "it is played all the same: {output:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    let said = err(&["looby", "5035550123"]);
    assert!(said.contains("has no phone \"looby\""), "{said}");
    assert!(err(&["looby", "5035550123", "--json"]).contains("has no phone \"looby\""));
    assert!(!err(&["LOBBY", "5035550123"]).contains("note:"), "names compare without case");
    assert!(err(&["--incoming", "+15035550177"]).contains("no phone of"));
    assert!(!err(&["--incoming", "+15035550110"]).contains("note:"));
    // No number of the world begins so: Twilio never calls the service with it.
    let output = call(&service, &["--incoming", "+0123"]).stdin(Stdio::null()).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
}

#[test]
fn all_that_is_missing_is_said_at_once() {
    let output = dialtone().args(["call", "lobby", "1", "--config", "/no/such/file"]).output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{err}");
    assert!(err.contains("/no/such/file") && err.contains("TWILIO_AUTH_TOKEN is not set"), "{err}");
}

#[test]
fn tables_and_help_fit_the_terminal() {
    let mut explain = dialtone();
    explain.args(["explain", "lobby", "0", "--stage", "prod", "--config"]).arg(tests().join(STREET));
    let mut help = dialtone();
    help.args(["doctor", "--help"]).env("NO_COLOR", "1");
    for (command, end) in [(&explain, "events"), (&help, "Print help")] {
        for columns in [42, 72] {
            let said = at_a_terminal(columns, command, end, |_| (), "");
            let lines = said.out.lines().map(str::trim_end);
            // Not the lines below the table, which are for copying.
            let lines = lines.take_while(|line| !line.starts_with("TwiML"));
            // A word alone cannot be broken.
            let lines = lines.filter(|line| line.trim().contains(' '));
            let long: Vec<_> = lines.filter(|line| line.chars().count() > usize::from(columns)).collect();
            assert!(long.is_empty() && said.code == 0, "{columns}: {long:#?}");
        }
    }
}
