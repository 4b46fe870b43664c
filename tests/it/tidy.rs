//! The repository keeps its own promises.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::harness::{peers, repository};

/// Every file of the workspace with this ending, but what is built.
fn files(ending: &str) -> Vec<PathBuf> {
    fn walk(directory: &Path, ending: &str, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && !name.starts_with('.') && name != "target" {
                walk(&path, ending, found);
            } else if name.ends_with(ending) {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(repository(), ending, &mut found);
    assert!(!found.is_empty());
    found
}

/// The members, by the name of their package.
fn manifests() -> BTreeMap<String, toml::Table> {
    files("Cargo.toml")
        .into_iter()
        .filter_map(|path| {
            let manifest: toml::Table = fs::read_to_string(path).unwrap().parse().unwrap();
            let name = manifest.get("package")?["name"].as_str().unwrap().to_owned();
            Some((name, manifest))
        })
        .collect()
}

#[test]
fn a_main_of_a_function_only_assembles() {
    let functions = repository().join("functions");
    let mains: Vec<_> = files("main.rs").into_iter().filter(|path| path.starts_with(&functions)).collect();
    assert!(mains.len() >= 3, "{mains:?}");
    for main in mains {
        let lines = fs::read_to_string(&main).unwrap().lines().count();
        assert!(lines < 40, "{} has {lines} lines", main.display());
    }
}

#[test]
fn whoever_a_caller_waits_for_does_not_link_the_aws_sdk() {
    for function in ["outgoing", "incoming"] {
        let output = Command::new(env!("CARGO"))
            .args(["tree", "--package", function, "--edges", "normal", "--prefix", "none", "--format", "{p}"])
            .current_dir(repository())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let tree = String::from_utf8(output.stdout).unwrap();
        assert!(tree.contains("web "), "{tree}");
        // Types of Lambda's own events carry the prefix `aws_`, with an underscore.
        let sdk: Vec<_> = tree.lines().filter(|line| line.starts_with("aws-")).collect();
        assert!(sdk.is_empty(), "{function} links {sdk:?}");
    }
}

/// What keeps or shows history is for the machine of the people who run the network.
#[test]
fn no_function_links_the_ledger_or_the_switchboard() {
    for function in ["outgoing", "incoming", "status", "relay", "notify"] {
        let output = Command::new(env!("CARGO"))
            .args(["tree", "--package", function, "--edges", "normal", "--prefix", "none", "--format", "{p}"])
            .current_dir(repository())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let tree = String::from_utf8(output.stdout).unwrap();
        for other in ["ledger ", "switchboard ", "rusqlite ", "maud "] {
            assert!(!tree.lines().any(|line| line.starts_with(other)), "{function} links {other}");
        }
    }
}

#[test]
fn only_what_publishes_knows_how() {
    let publishers: Vec<_> = manifests()
        .into_iter()
        .filter(|(_, manifest)| {
            let tables = ["dependencies", "dev-dependencies", "build-dependencies"];
            tables
                .iter()
                .filter_map(|table| manifest.get(*table)?.as_table())
                .any(|table| table.contains_key("publish"))
        })
        .map(|(name, _)| name)
        .collect();
    // `feed` reads the journal and the log lines that `publish` writes.
    let allowed = ["dialtone", "feed", "notify", "relay", "server", "status"];
    assert!(publishers.iter().all(|name| allowed.contains(&name.as_str())), "{publishers:?}");
    for (name, manifest) in manifests() {
        let dependencies = manifest.get("dependencies").and_then(toml::Value::as_table);
        let sdk = dependencies.into_iter().flatten().any(|(key, _)| key.starts_with("aws-"));
        // No function links `feed`: tests/it/house.rs.
        let may = ["feed", "publish"].contains(&name.as_str());
        assert!(!sdk || may, "{name} depends on the AWS SDK; that is the business of publish and feed");
    }
}

#[test]
fn dependencies_are_named_once() {
    for (name, manifest) in manifests() {
        // To define a symbol for the linker counts as unsafe code, and is what that one crate is for.
        let has_own = name == "fewlibs";
        let is_workspaces = manifest["lints"].get("workspace").and_then(toml::Value::as_bool);
        assert!(has_own || is_workspaces == Some(true), "{name} has the workspace's lints");
        for table in ["dependencies", "dev-dependencies", "build-dependencies"] {
            for (dependency, how) in manifest.get(table).and_then(toml::Value::as_table).into_iter().flatten()
            {
                let shared = how.get("workspace").and_then(toml::Value::as_bool);
                assert_eq!(shared, Some(true), "{name} takes {dependency} from the workspace");
            }
        }
    }
}

#[test]
fn no_source_file_is_too_long_to_read() {
    let long: Vec<_> = files(".rs")
        .into_iter()
        .map(|path| (fs::read_to_string(&path).unwrap().lines().count(), path))
        .filter(|(lines, _)| *lines > 400)
        .collect();
    assert!(long.is_empty(), "{long:#?}");
}

/// Digits of every script are read as Python reads them. `numbers` knows Unicode 14; a newer Python knows more.
#[test]
fn digits_are_those_of_unicode() {
    let said = peers::output("digits.py");
    let theirs: BTreeMap<u32, u8> = said["digits"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pair| {
            (pair[0].as_u64().unwrap().try_into().unwrap(), pair[1].as_u64().unwrap().try_into().unwrap())
        })
        .collect();
    let ours: BTreeMap<u32, u8> =
        ('\0'..=char::MAX).filter_map(|c| Some((u32::from(c), numbers::decimal(c)?))).collect();
    for (code, value) in &ours {
        assert_eq!(theirs.get(code), Some(value), "U+{code:04X}");
    }
    if said["version"].as_str().unwrap().starts_with("14.") {
        assert_eq!(ours, theirs);
    }
    assert!(ours.len() >= 660, "{} digits", ours.len());
}
