//! The pages in headless Chromium (Debian's `chromium`), with `playwright-core` and `axe-core` from npm.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use super::Running;
use crate::harness::{target, tests};
use crate::ledger::{Desk, events};

/// Where npm installs what the script needs, once for a target directory and a lock file.
fn installed() -> PathBuf {
    let home = target().join("peers/browser");
    fs::create_dir_all(&home).unwrap();
    let lock = File::create(home.join("lock")).unwrap();
    lock.lock().unwrap();
    let from = tests().join("peers/browser");
    let wanted = fs::read_to_string(from.join("package-lock.json")).unwrap();
    let stamp = home.join("stamp");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return home;
    }
    for name in ["package.json", "package-lock.json"] {
        fs::copy(from.join(name), home.join(name)).unwrap();
    }
    let output = Command::new("npm")
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
        .current_dir(&home)
        .output()
        .unwrap_or_else(|error| panic!("Node 20 with npm is needed: {error}"));
    assert!(output.status.success(), "npm ci failed\n{}", String::from_utf8_lossy(&output.stderr));
    fs::write(stamp, wanted).unwrap();
    home
}

#[test]
fn people_can_use_it() {
    if Command::new("chromium").arg("--version").output().is_err() {
        // `.ci/run` installs it, and fails where that is not possible.
        println!("skipped: chromium is not installed (apt-get install chromium)");
        return;
    }
    let home = installed();
    fs::copy(tests().join("peers/browser/board.mjs"), home.join("board.mjs")).unwrap();
    let desk = Desk::of_a_year(500, events());
    let board = Running::on(&desk);
    board.has_read(&desk);
    let shots = std::env::var("DIALTONE_SHOTS").unwrap_or_default();
    let output = Command::new("node")
        .arg(home.join("board.mjs"))
        .args([board.url(""), desk.events(), shots])
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    println!("{said}");
    assert_eq!(said["faults"].as_array().unwrap(), &Vec::<Value>::new(), "{said:#}");
    let mut updates: Vec<_> =
        said["measured"]["update_ms"].as_array().unwrap().iter().map(|time| time.as_u64().unwrap()).collect();
    updates.sort_unstable();
    // A machine that is busy with other tests may be late once.
    let goal = if cfg!(debug_assertions) { 4_000 } else { 1_000 };
    assert!(updates[updates.len() / 2] < goal, "{updates:?}");
    let (now, most) = board.memory();
    println!("memory: {now} MB, at most {most} MB");
    assert!(board.terminate() < Duration::from_secs(2));
}
