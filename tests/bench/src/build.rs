//! Builds what is measured.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Result;

/// The repository.
pub(crate) fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().and_then(Path::parent).unwrap_or(here)
}

/// Cargo's target directory.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// A folder for what the benchmark itself writes.
pub(crate) fn folder() -> Result<PathBuf> {
    let folder = target().join("bench");
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// The layer of the example network, made as `sam build` makes it. Gives its network file.
pub(crate) fn layer() -> Result<PathBuf> {
    let layer = folder()?.join("layer");
    fs::create_dir_all(&layer)?;
    let mut make = Command::new("make");
    make.args(["--silent", "--file=examples/Makefile", "build-Network"]).current_dir(root());
    run(make.env("DIALTONE_CONFIG", "examples/dialtone.toml").env("ARTIFACTS_DIR", &layer))?;
    Ok(layer.join("dialtone.toml"))
}

/// Lambda functions, for release.
pub(crate) fn functions(names: &[&str]) -> Result<()> {
    for name in names {
        // One by one, as they are deployed: together they would get each other's features.
        run(cargo("build").args(["--release", "--package", name]))?;
    }
    Ok(())
}

/// `dialtone`, for release.
pub(crate) fn dialtone() -> Result<PathBuf> {
    run(cargo("build").args(["--release", "--package", "dialtone"]))?;
    Ok(target().join("release/dialtone"))
}

/// Baselines in Rust. Gives the folder that they are in.
pub(crate) fn examples(profile: &str, names: &[&str]) -> Result<PathBuf> {
    for name in names {
        run(cargo("build").args(["--profile", profile, "--package", "xtask", "--example", name]))?;
    }
    Ok(target().join(profile).join("examples"))
}

/// The peers in Node and Python, at their pinned versions. Gives the folder of each.
pub(crate) fn peers() -> Result<(PathBuf, PathBuf)> {
    let sources = root().join("tests/bench/peers");
    let node = folder()?.join("node");
    fs::create_dir_all(&node)?;
    for name in ["package.json", "package-lock.json", "network.json", "decide.mjs", "index.mjs", "server.mjs"]
    {
        fs::copy(sources.join(name), node.join(name))?;
    }
    let wanted = fs::read_to_string(sources.join("package-lock.json"))?;
    once(&node.join("stamp"), &wanted, || {
        run(Command::new("npm")
            .args(["ci", "--omit=dev", "--no-audit", "--no-fund", "--loglevel=error"])
            .current_dir(&node))
    })?;
    let python = folder()?.join("python");
    fs::create_dir_all(&python)?;
    let requirements = sources.join("requirements.txt");
    once(&python.join("stamp"), &fs::read_to_string(&requirements)?, || {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(python.join("venv")))?;
        run(Command::new(python.join("venv/bin/python"))
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"])
            .arg(&requirements))
    })?;
    Ok((node, python))
}

fn once(stamp: &Path, wanted: &str, install: impl FnOnce() -> Result<()>) -> Result<()> {
    if fs::read_to_string(stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    install()?;
    Ok(fs::write(stamp, wanted)?)
}

/// Cargo itself, quietly, on the lock file as it is.
pub(crate) fn cargo(verb: &str) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args([verb, "--quiet", "--locked"]).current_dir(root());
    command
}

/// Runs a command that must succeed.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.status().map_err(|error| format!("cannot run {command:?}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{command:?}: {status}").into()) }
}
