//! Each remedy can be followed: the commands that are named exist with their options, and so do the documents.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::harness::{dialtone, repository};

/// Sources of what people are told, without the tests among them.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "tests" && name != "target" {
            sources(&path, found);
        } else if name.ends_with(".rs") && !name.contains("tests") {
            found.push(path);
        }
    }
}

/// The text of all sources; a string that goes on in the next line is one line.
fn texts() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for folder in ["shared", "cli", "functions"] {
        sources(&repository().join(folder), &mut found);
    }
    let join = |text: String| {
        let mut parts = text.split("\\\n");
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |joined, part| joined + part.trim_start())
    };
    found.into_iter().map(|path| (path.clone(), join(fs::read_to_string(path).unwrap()))).collect()
}

/// The commands in backquotes: what `dialtone` is told. Names that are filled in stand in braces.
fn commands(text: &str) -> impl Iterator<Item = Vec<String>> {
    let quoted = text.split("`dialtone ").skip(1).filter_map(|rest| rest.split_once('`'));
    let on_a_line = quoted.filter(|(command, _)| !command.contains('\n'));
    on_a_line
        .map(|(command, _)| command.split_whitespace().map(|word| word.replace(['{', '}'], "")).collect())
}

#[test]
fn every_command_that_a_remedy_names_is_one() {
    let mut tried = BTreeSet::new();
    for (path, text) in texts() {
        for words in commands(&text).filter(|words| words[0].starts_with(|c: char| c.is_ascii_lowercase())) {
            if !tried.insert(words.clone()) {
                continue;
            }
            // Options are read before --help is obeyed, so one that does not exist is an error. A remedy may leave the
            // value of one to the reader.
            let output = dialtone().args(&words).arg("--help").output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            if said.contains("a value is required for") {
                continue;
            }
            assert!(output.status.success(), "{}: `dialtone {}`: {said}", path.display(), words.join(" "));
            let help = String::from_utf8_lossy(&output.stdout);
            let has_form = help.contains(&format!("dialtone {}", words[0]));
            assert!(has_form, "{}: `dialtone {}` is no command", path.display(), words.join(" "));
        }
    }
    assert!(tried.len() > 25, "{tried:?}");
}

#[test]
fn every_document_that_is_named_is_there() {
    let mut named = BTreeSet::new();
    for (path, text) in texts() {
        for rest in text.split("docs/").skip(1) {
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_')));
            let name = rest[..end.unwrap_or(rest.len())].trim_end_matches('.');
            let is_file = [".md", ".json"].iter().any(|ending| name.ends_with(ending));
            // Others' pages have a docs/ in their addresses, too.
            if is_file && named.insert(name.to_owned()) {
                assert!(repository().join("docs").join(name).is_file(), "{}: docs/{name}", path.display());
            }
        }
    }
    assert!(named.len() > 5, "{named:?}");
}

/// A fallback that is missing stops no call while the service answers, so no remedy may say so.
#[test]
fn remedies_about_the_fallback_say_what_it_is_for() {
    let mut seen = 0;
    for (path, text) in texts() {
        for line in text.lines().filter(|line| line.contains("fallback") && line.contains('"')) {
            seen += 1;
            for untrue in ["no call works", "no calls work", "nothing works"] {
                assert!(!line.to_lowercase().contains(untrue), "{}: {line}", path.display());
            }
        }
    }
    assert!(seen > 20, "{seen}");
}
