//! The program under test.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use super::paths::{repository, target};

/// `dialtone`, built once a process in the profile of the tests themselves.
pub(crate) fn dialtone() -> Command {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    let mut command = Command::new(BINARY.get_or_init(build));
    // Nothing of the developer's own settings may decide a test.
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command
}

/// `DIALTONE_BINARY` names a program that was built before, such as a release whose figures are wanted.
fn build() -> PathBuf {
    if let Some(binary) = std::env::var_os("DIALTONE_BINARY") {
        return binary.into();
    }
    // target/<profile>/deps/it-<hash>
    let this = std::env::current_exe().unwrap();
    let directory = this.parent().and_then(|deps| deps.parent()).unwrap();
    let profile = match directory.file_name().and_then(|name| name.to_str()) {
        Some("debug") => "dev",
        Some(profile) => profile,
        None => panic!("{} is in no profile's directory", this.display()),
    };
    let mut cargo = Command::new(env!("CARGO"));
    // What cargo tells the tests about their own package would, seen by build scripts, rebuild half of the world.
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            cargo.env_remove(name.as_ref());
        }
    }
    // The whole workspace, as `cargo test --workspace` builds it: the features of dependencies are the same then, and
    // nothing is built twice. The program itself is built for the tests of its own package.
    let output = cargo
        .args(["test", "--quiet", "--no-run", "--workspace", "--profile", profile, "--target-dir"])
        .arg(target())
        .current_dir(repository())
        .output()
        .unwrap();
    assert!(output.status.success(), "dialtone does not build:\n{}", String::from_utf8_lossy(&output.stderr));
    target().join(directory.file_name().unwrap()).join("dialtone")
}
