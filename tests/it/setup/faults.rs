//! Whatever goes wrong, wherever: the same command again completes it, and nothing is there twice.

use std::process::Stdio;
use std::thread;
use std::time::Duration;

use serde_json::json;

use super::Setup;

/// How many requests that change something a whole `apply --buy` takes.
fn steps() -> usize {
    let setup = Setup::new();
    setup.done(&["apply", "--yes", "--buy"]);
    setup.account.mutations().len()
}

/// Lets something happen at every step, each in an account of its own, and looks that it is mended.
fn at_every_step(happens: impl Fn(&Setup, usize) + Sync) {
    let steps = steps();
    assert!(steps >= 14, "{steps}");
    let next = std::sync::atomic::AtomicUsize::new(1);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let step = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    if step > steps {
                        break;
                    }
                    let setup = Setup::new();
                    happens(&setup, step);
                    setup.account.faults(&json!([]));
                    setup.done(&["apply", "--yes", "--buy"]);
                    setup.assert_whole();
                }
            });
        }
    });
}

#[test]
fn twilio_refuses() {
    at_every_step(|setup, step| {
        let rule = json!({"effect": "refuse", "of": "mutating", "nth": step, "status": 400, "code": 20001, "message": "no"});
        setup.account.faults(&json!([rule]));
        let said = setup.run(&["apply", "--yes", "--buy"]);
        assert_eq!(said.code, 3, "step {step}: {}", said.err);
        assert!(
            said.err.contains("20001") && said.err.contains("run the same command again"),
            "{}",
            said.err
        );
    });
}

#[test]
fn answers_are_lost_after_the_deed() {
    at_every_step(|setup, step| {
        setup.account.faults(&json!([{"effect": "drop-after", "of": "mutating", "nth": step}]));
        let said = setup.run(&["apply", "--yes", "--buy"]);
        assert_eq!(said.code, 0, "step {step}: {}", said.err);
    });
}

#[test]
fn twilio_fails_after_the_deed_again_and_again() {
    at_every_step(|setup, step| {
        setup.account.faults(&json!([{"effect": "500-after", "of": "mutating", "nth": step, "count": 3}]));
        setup.run(&["apply", "--yes", "--buy"]);
    });
}

#[test]
fn the_run_is_killed() {
    at_every_step(|setup, step| {
        setup.account.faults(&json!([{"effect": "slow", "of": "mutating", "nth": step, "seconds": 1}]));
        let mut command = setup.command(&["apply", "--yes", "--buy"]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // The request has been sent, and waits for its answer.
        while setup.account.mutations().len() < step && child.try_wait().unwrap().is_none() {
            thread::sleep(Duration::from_millis(10));
        }
        let _ = child.kill();
        child.wait().unwrap();
        // What it had begun ends without it.
        thread::sleep(Duration::from_millis(1200));
    });
}

#[test]
fn twilio_is_busy_for_a_while() {
    let setup = Setup::new();
    setup.account.faults(&json!([
        {"effect": "429", "of": "mutating", "nth": 3, "count": 6},
        {"effect": "429", "of": "any", "nth": 20, "count": 3, "retry_after": 1},
        {"effect": "500-before", "of": "any", "nth": 30, "count": 3},
    ]));
    setup.done(&["apply", "--yes", "--buy"]);
    setup.assert_whole();
}

#[test]
fn two_at_once_do_not_get_in_each_other_s_way() {
    let setup = Setup::new();
    setup.account.faults(&json!([{"effect": "slow", "of": "mutating", "nth": 1, "seconds": 2}]));
    let mut first = setup
        .command(&["apply", "--yes", "--buy"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    thread::sleep(Duration::from_millis(700));
    let second = setup.run(&["apply", "--yes", "--buy"]);
    assert!(first.wait().unwrap().success());
    assert_eq!(second.code, 2, "{}", second.err);
    assert!(second.err.contains("another dialtone"), "{}", second.err);
    setup.assert_whole();
}

#[test]
fn what_is_in_doubt_has_one_advice() {
    let setup = Setup::new();
    setup.account.faults(&json!([
        {"effect": "500-before", "method": "POST", "path": "/SIP/CredentialLists.json$", "count": 100},
    ]));
    let said = setup.run(&["apply", "--yes"]);
    assert_eq!(said.code, 3, "{}", said.err);
    assert!(said.err.contains("the next run looks first, and makes nothing twice"), "{}", said.err);
    assert!(
        said.err.contains("run the same command again") && !said.err.contains("before you ask"),
        "{}",
        said.err
    );
}
