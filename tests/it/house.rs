//! The drawn house and the built one are the same: the picture in the README, the arrows in Cargo.toml, the layers.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::harness::repository;

/// From the ground up. A crate may depend on those of lower layers only.
const LAYERS: &[(&str, &[&str])] = &[
    ("what nobody sees", &["secret"]),
    (
        "languages and tools",
        &["fewlibs", "files", "numbers", "shelf", "sip", "telemetry", "twiml", "webhook"],
    ),
    ("the file, and whom we ask", &["network", "twilio"]),
    (
        "what follows from it",
        &[
            "devices",
            "dialplan",
            "exchange",
            "notices",
            "phonebook",
            "provision",
            "registrations",
            "samconfig",
            "terminal",
        ],
    ),
    ("hosts of decisions, and what is kept for them", &["caller", "ledger", "passwords", "web"]),
    ("hosts of the service", &["lab", "lambda", "publish"]),
    ("the service as a plain server, and what reads its journal", &["feed", "server"]),
    ("what looks at all of it, and what sets it up", &["doctor", "setup", "switchboard"]),
    ("programs", &["dialtone", "incoming", "notify", "outgoing", "relay", "status"]),
    ("what proves it", &["tests", "xtask"]),
];

/// What no function may link, directly or through others.
const NOT_IN_A_FUNCTION: &[&str] = &[
    "caller",
    "clap",
    "devices",
    "dialtone",
    "doctor",
    "exchange",
    "feed",
    "lab",
    "ledger",
    "libsqlite3-sys",
    "phonebook",
    "passwords",
    "provision",
    "lettre",
    "registrations",
    "rusqlite",
    "samconfig",
    "server",
    "setup",
    "shelf",
    "sip",
    "switchboard",
    "terminal",
];

/// The members of the workspace, and for each those it needs to be built: without what only its tests need.
fn arrows() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(repository())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    packages
        .iter()
        .map(|package| {
            let dependencies = package["dependencies"].as_array().unwrap().iter();
            let ours = dependencies.filter(|one| one["path"].is_string() && one["kind"] != "dev");
            let names = ours.map(|one| one["name"].as_str().unwrap().to_owned()).collect();
            (package["name"].as_str().unwrap().to_owned(), names)
        })
        .collect()
}

fn layer(name: &str) -> usize {
    let found = LAYERS.iter().position(|(_, crates)| crates.contains(&name));
    found.unwrap_or_else(|| panic!("{name} has no place in LAYERS"))
}

/// Everything that a crate reaches, itself apart.
fn reached<'a>(arrows: &'a BTreeMap<String, BTreeSet<String>>, from: &'a str) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    let mut next: Vec<&str> = arrows[from].iter().map(String::as_str).collect();
    while let Some(name) = next.pop() {
        if found.insert(name) {
            next.extend(arrows[name].iter().map(String::as_str));
        }
    }
    found
}

#[test]
fn no_arrow_leads_up() {
    let arrows = arrows();
    let up: Vec<_> = arrows
        .iter()
        .flat_map(|(from, to)| to.iter().map(move |to| (from, to)))
        .filter(|(from, to)| layer(to) >= layer(from))
        .collect();
    assert!(up.is_empty(), "{up:?}");
}

#[test]
fn no_function_links_what_belongs_to_the_command_line() {
    let functions: Vec<_> = fs::read_dir(repository().join("functions")).unwrap().collect();
    assert!(functions.len() >= 3);
    for function in functions {
        let name = function.unwrap().file_name().into_string().unwrap();
        let output = Command::new(env!("CARGO"))
            .args(["tree", "--package", &name, "--edges", "normal", "--prefix", "none", "--format", "{p}"])
            .current_dir(repository())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let tree = String::from_utf8(output.stdout).unwrap();
        let linked: BTreeSet<_> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
        assert!(linked.contains(name.as_str()), "{tree}");
        let wrong: Vec<_> = NOT_IN_A_FUNCTION.iter().filter(|name| linked.contains(*name)).collect();
        assert!(wrong.is_empty(), "{name} links {wrong:?}");
    }
}

/// The picture: who needs whom. An arrow that follows from two others is left out; crates with the same arrows share a line.
fn picture() -> String {
    let arrows = arrows();
    let mut lines: BTreeMap<Vec<&str>, Vec<&str>> = BTreeMap::new();
    for (from, to) in arrows.iter().filter(|(name, _)| layer(name) < layer("tests")) {
        let through: BTreeSet<_> = to.iter().flat_map(|name| reached(&arrows, name)).collect();
        let direct: Vec<_> = to.iter().map(String::as_str).filter(|name| !through.contains(name)).collect();
        if !direct.is_empty() {
            lines.entry(direct).or_default().push(from);
        }
    }
    let mut lines: Vec<_> = lines.into_iter().map(|(to, from)| (from, to)).collect();
    lines.sort_by_key(|(from, _)| (std::cmp::Reverse(layer(from[0])), from[0]));
    let lines =
        lines.into_iter().map(|(from, to)| format!("    {} --> {}\n", from.join(" & "), to.join(" & ")));
    format!("flowchart TD\n{}", lines.collect::<String>())
}

#[test]
fn the_picture_in_the_readme_is_of_this_house() {
    let path = repository().join("README.md");
    let readme = fs::read_to_string(&path).unwrap();
    let (before, rest) = readme.split_once("```mermaid\n").expect("a picture");
    let (drawn, after) = rest.split_once("```").unwrap();
    let built = picture();
    if std::env::var_os("DIALTONE_OVERWRITE").is_some() {
        fs::write(&path, format!("{before}```mermaid\n{built}```{after}")).unwrap();
        return;
    }
    assert!(drawn == built, "draw it anew with DIALTONE_OVERWRITE=1\n{built}");
}

/// `# … Arrows go one way: a -> b -> {c, d}.`: each is a direct dependency of the one before, and none the other way.
#[test]
fn the_arrows_in_the_manifest_are_those_of_the_build() {
    let manifest = fs::read_to_string(repository().join("Cargo.toml")).unwrap();
    let line =
        manifest.lines().find_map(|line| line.split_once("Arrows go one way: ")).expect("the arrows").1;
    let chain: Vec<Vec<&str>> = line
        .trim_end_matches('.')
        .split(" -> ")
        .map(|link| link.trim_matches(['{', '}']).split(", ").collect())
        .collect();
    assert!(chain.len() >= 4, "{chain:?}");
    let arrows = arrows();
    let voice = ["incoming", "outgoing"];
    for pair in chain.windows(2) {
        let from: Vec<_> = if pair[0] == ["functions"] { voice.to_vec() } else { pair[0].clone() };
        for from in from {
            for to in &pair[1] {
                assert!(arrows[from].contains(*to), "{from} -> {to} is drawn and not built");
                assert!(!reached(&arrows, to).contains(from), "{to} reaches {from}");
            }
        }
    }
}

/// A crate that logs and is not in the list of those that are heard would be silent.
#[test]
fn every_crate_that_logs_is_heard() {
    let list = fs::read_to_string(repository().join("shared/telemetry/src/logging.rs")).unwrap();
    let mut found = 0;
    for room in ["shared", "functions"] {
        for folder in fs::read_dir(repository().join(room)).unwrap() {
            let folder = folder.unwrap().path();
            let Ok(manifest) = fs::read_to_string(folder.join("Cargo.toml")) else { continue };
            if manifest.lines().any(|line| line == "tracing.workspace = true") {
                let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
                assert!(list.contains(&format!("\"{name}\"")), "{name} is not in the list of logging.rs");
                found += 1;
            }
        }
    }
    assert!(found >= 5, "{found}");
}
