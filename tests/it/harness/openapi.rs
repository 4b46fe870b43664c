//! Twilio's own OpenAPI, as a judge of what is asked and answered.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use serde_json::{Value, json};

use super::paths::{target, tests};
use super::peers::Peer;

/// Every request of a journal is one that Twilio knows: method, path, parameters and their values.
pub(crate) fn check(journal: &[Value]) {
    assert!(!journal.is_empty(), "nothing was asked");
    let problems = problems(journal);
    assert!(problems.is_empty(), "Twilio's OpenAPI does not know this:\n{}", problems.join("\n"));
}

/// What is wrong with the requests of a journal.
pub(crate) fn problems(journal: &[Value]) -> Vec<String> {
    ask(&json!({"do": "check", "journal": journal}))
}

/// Where an answer to a request has not exactly the fields that Twilio's has.
pub(crate) fn shape(method: &str, path: &str, answer: &Value) -> Vec<String> {
    ask(&json!({"do": "shape", "method": method, "path": path, "answer": answer}))
}

fn ask(question: &Value) -> Vec<String> {
    let answer = judge().ask(question);
    answer["problems"].as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect()
}

/// One for all tests of a process, as it is slow to start.
///
/// It is never dropped: when this process ends, so does the judge's input, and it stops what it started.
fn judge() -> MutexGuard<'static, Peer> {
    static JUDGE: OnceLock<Mutex<Peer>> = OnceLock::new();
    let judge = JUDGE.get_or_init(|| {
        let mut peer = Peer::start("openapi.py");
        peer.ask(&json!({"do": "open", "node": node()}));
        Mutex::new(peer)
    });
    judge.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where npm installs the specifications and Prism, once for a target directory.
fn node() -> PathBuf {
    let files = ["package.json", "package-lock.json"].map(|name| tests().join("peers").join(name));
    let wanted = fs::read_to_string(&files[1]).unwrap();
    let home = target().join("peers/node");
    fs::create_dir_all(&home).unwrap();
    // Held until the end of this function: other processes wait, then find the stamp.
    let lock = File::create(home.join("lock")).unwrap();
    lock.lock().unwrap();
    let stamp = home.join("stamp");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return home;
    }
    let _ = fs::remove_file(&stamp);
    for file in &files {
        fs::copy(file, home.join(file.file_name().unwrap())).unwrap();
    }
    // Nothing of the packages is run while they are installed.
    let output = Command::new("npm")
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
        .current_dir(&home)
        .output()
        .unwrap_or_else(|error| panic!("Node 20 with npm is needed: {error}"));
    assert!(output.status.success(), "npm ci failed\n{}", String::from_utf8_lossy(&output.stderr));
    fs::write(&stamp, wanted).unwrap();
    home
}
