//! docs/lab.md says what the code says: the rules, and which test plays which scenario.

use std::fs;

use exchange::{Rule, Source};

use crate::harness::{repository, tests};

/// Every rule of `exchange`, in the table of those with a source or in that of guesses.
#[test]
fn every_rule_stands_in_the_document() {
    let path = repository().join("docs/lab.md");
    let mut document = fs::read_to_string(&path).unwrap();
    let row = |rule: &Rule| match rule.source() {
        Source::Documented(url) => format!("| `{}` | {} | <{url}> |", rule.id(), rule.text()),
        Source::Seen(what) => format!("| `{}` | {} | seen: {what} |", rule.id(), rule.text()),
        Source::Assumed => format!("| `{}` | {} |", rule.id(), rule.text()),
    };
    let rows = |is_assumed: bool| -> String {
        let rules = Rule::ALL.iter().filter(|rule| rule.is_assumed() == is_assumed);
        rules.map(|rule| row(rule) + "\n").collect()
    };
    let tables = [
        ("| rule | what it says | source |\n|---|---|---|\n", false),
        ("| rule | what is assumed |\n|---|---|\n", true),
    ];
    for (head, is_assumed) in tables {
        let start = document.find(head).expect("a table") + head.len();
        // What the lab itself assumes follows under the rules of `exchange`.
        let is_rule =
            |line: &&str| Rule::ALL.iter().any(|rule| line.starts_with(&format!("| `{}` |", rule.id())));
        let length: usize = document[start..].lines().take_while(is_rule).map(|line| line.len() + 1).sum();
        if std::env::var_os("DIALTONE_OVERWRITE").is_some() {
            document.replace_range(start..start + length, &rows(is_assumed));
            fs::write(&path, &document).unwrap();
        } else {
            assert_eq!(
                document[start..start + length],
                rows(is_assumed),
                "make it with DIALTONE_OVERWRITE=1"
            );
        }
    }
}

/// The table of scenarios names tests that exist, and every test of the lab with a phone stands in it.
#[test]
fn every_scenario_names_its_test() {
    let document = fs::read_to_string(repository().join("docs/lab.md")).unwrap();
    let (_, table) = document.split_once("| scenario | tests |\n|---|---|\n").expect("a table");
    let rows: Vec<_> = table.lines().take_while(|line| line.starts_with('|')).collect();
    let named: Vec<_> =
        rows.iter().flat_map(|row| row.rsplit(" | ").next().unwrap().split('`').skip(1).step_by(2)).collect();
    let mut there = Vec::new();
    for entry in fs::read_dir(tests().join("it/lab")).unwrap() {
        let path = entry.unwrap().path();
        let file = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let source = fs::read_to_string(&path).unwrap();
        let functions =
            source.split("#[test]\nfn ").skip(1).map(|rest| rest.split('(').next().unwrap().to_owned());
        there.extend(functions.filter(|_| file != "document").map(|name| format!("{file}::{name}")));
    }
    let missing: Vec<_> = there.iter().filter(|name| !named.contains(&name.as_str())).collect();
    assert!(missing.is_empty(), "not in docs/lab.md: {missing:?}");
    let gone: Vec<_> = named.iter().filter(|name| !there.iter().any(|one| one == *name)).collect();
    assert!(gone.is_empty(), "in docs/lab.md, and no test: {gone:?}");
}
