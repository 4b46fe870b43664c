//! Names the commit that the program is built from, for `dialtone --version`.

use std::path::Path;
use std::process::Command;

fn main() {
    // A package is built without a checkout, and says itself what it was made of.
    println!("cargo::rerun-if-env-changed=DIALTONE_COMMIT");
    let given = std::env::var("DIALTONE_COMMIT").ok().filter(|commit| !commit.is_empty());
    let version = env!("CARGO_PKG_VERSION");
    let version = match given.or_else(commit) {
        Some(commit) => format!("{version} ({commit})"),
        None => version.to_owned(),
    };
    println!("cargo::rustc-env=DIALTONE_VERSION={version}");
}

/// The commit of the checkout and its day, such as `751344f 2026-11-26`.
fn commit() -> Option<String> {
    // HEAD's log grows with every commit and every switch; without it the answer would go stale.
    let log = git(&["rev-parse", "--git-path", "logs/HEAD"])?;
    if Path::new(&log).exists() {
        println!("cargo::rerun-if-changed={log}");
    }
    git(&["log", "-1", "--format=%h %cs"])
}

fn git(arguments: &[&str]) -> Option<String> {
    let output =
        Command::new("git").args(arguments).output().ok().filter(|output| output.status.success())?;
    let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (!text.is_empty()).then_some(text)
}
