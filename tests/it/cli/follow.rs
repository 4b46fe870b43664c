//! `dialtone calls --follow`, while a service writes its journal.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;

use super::Bench;
use crate::harness::{Service, scratch, tests};

/// Longer than anything takes, also on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A command that is followed line by line. It is killed when it is dropped.
struct Following {
    child: Child,
    lines: Receiver<String>,
}

impl Following {
    fn next(&self) -> String {
        self.lines.recv_timeout(PATIENCE).unwrap()
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn calls_are_shown_when_they_begin_and_when_they_end() {
    let journal = scratch();
    let service = Service::on("networks/street.toml").with_journal(&journal).start();
    let bench = Bench::new();
    let street = tests().join("networks/street.toml");
    let follow = |words: &[&str], ledger: &str| {
        let mut command = bench.command(&["calls", "--follow", "--stage", "prod", "--ledger", ledger]);
        command.args(words).arg("--config").arg(&street).arg("--from").arg(&journal);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let (sender, lines) = channel();
        let out = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || out.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Following { child, lines }
    };
    assert_eq!(service.phone("lobby").dials("5035550123").send().status, 200);
    let (people, programs) = (follow(&[], "a/ledger"), follow(&["--json"], "b/ledger"));
    // What was there before, then what comes.
    let object = |line: String| -> Value { serde_json::from_str(&line).unwrap() };
    let first = object(programs.next());
    assert_eq!((&first["phone"], &first["ending"]), (&"lobby".into(), &"none".into()), "{first}");
    assert!(first["ok"].as_bool().unwrap() && first["errors"].as_array().unwrap().is_empty(), "{first}");
    assert!(people.next().contains("lobby"));

    assert_eq!(service.phone("plaza").dials("9005550123").send().status, 200);
    let refused = object(programs.next());
    assert_eq!((&refused["phone"], &refused["reason"]), (&"plaza".into(), &"premium".into()), "{refused}");
    let line = people.next();
    assert!(line.contains("plaza") && line.contains("refused"), "{line}");

    let mut walk = service.line_of("lobby", "5035550124");
    let begun = object(programs.next());
    assert_eq!((&begun["phone"], &begun["ending"]), (&"lobby".into(), &"none".into()), "{begun}");
    assert!(people.next().contains("under way"));
    walk.ends(0, exchange::LegCause::Busy);
    let ended = object(programs.next());
    assert_eq!((&ended["began"], &ended["ending"]), (&begun["began"], &"busy".into()), "{ended}");
    assert!(people.next().contains("busy"));
}
