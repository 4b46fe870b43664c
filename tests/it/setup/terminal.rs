//! What somebody at a terminal sees.

use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};

use serde_json::json;

use super::Setup;
use crate::harness::peers;

/// A command at a terminal of its own.
struct Terminal {
    child: Child,
    seen: String,
}

impl Terminal {
    fn new(command: &Command) -> Self {
        let script = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))";
        let mut terminal = Command::new(peers::python());
        terminal.args(["-c", script]).arg(command.get_program()).args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => terminal.env(name, value),
                None => terminal.env_remove(name),
            };
        }
        terminal.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Self { child: terminal.spawn().unwrap(), seen: String::new() }
    }

    /// Waits until it says something.
    fn says(&mut self, text: &str) {
        let mut part = [0; 4096];
        while !self.seen.contains(text) {
            let count = self.child.stdout.as_mut().unwrap().read(&mut part).unwrap();
            assert!(count > 0, "it does not say {text:?}: {}", self.seen);
            self.seen.push_str(&String::from_utf8_lossy(&part[..count]));
        }
    }

    fn types(&mut self, text: &str) {
        self.child.stdin.as_mut().unwrap().write_all(text.as_bytes()).unwrap();
    }

    /// The exit code, and all that was seen.
    fn ends(mut self) -> (Option<i32>, String) {
        let mut rest = Vec::new();
        self.child.stdout.as_mut().unwrap().read_to_end(&mut rest).unwrap();
        self.seen.push_str(&String::from_utf8_lossy(&rest));
        (self.child.wait().unwrap().code(), self.seen)
    }
}

#[test]
fn whoever_says_no_hears_that_nothing_was_changed() {
    let setup = Setup::new();
    // No, the end of the input, and Ctrl-C.
    for (typed, expected) in [("n\n", 1), ("\u{4}", 1), ("\u{3}", 130)] {
        let mut terminal = Terminal::new(&setup.command(&["apply"]));
        terminal.says("[y/N]");
        terminal.types(typed);
        let (code, seen) = terminal.ends();
        assert_eq!(code, Some(expected), "{typed:?}: {seen}");
        assert!(seen.contains("nothing was changed"), "{typed:?}: {seen}");
    }
    assert!(setup.account.mutations().is_empty());

    setup.done(&["apply", "--yes"]);
    let before = setup.account.mutations().len();
    let out = setup.account.home.join("files");
    let rotate = setup.command(&["rotate", "lobby", "--out", out.to_str().unwrap()]);
    for (command, asks, typed) in
        [(rotate, "[y/N]", "n\n"), (setup.command(&["destroy"]), "to go on:", "production\n")]
    {
        let mut terminal = Terminal::new(&command);
        terminal.says(asks);
        terminal.types(typed);
        let (code, seen) = terminal.ends();
        assert!(code == Some(1) && seen.contains("nothing was changed"), "{seen}");
    }
    assert_eq!(setup.account.mutations().len(), before);
}

#[test]
fn a_step_that_takes_long_is_named_while_it_does() {
    let setup = Setup::new();
    setup
        .account
        .faults(&json!([{"effect": "slow", "path": "/SIP/Domains.json", "method": "POST", "seconds": 2}]));
    let (code, seen) = Terminal::new(&setup.command(&["apply", "--yes"])).ends();
    assert_eq!(code, Some(0), "{seen}");
    let at = |text: &str| seen.find(text).unwrap_or_else(|| panic!("{text}: {seen}"));
    assert!(at("under way: + SIP domain") < at("] + SIP domain"), "{seen}");
}
