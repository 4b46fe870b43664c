//! The network file: a bad one is refused with everything that is wrong with it, each with its line.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::harness::{dialtone, repository, scratch, tests};

/// Exit code, standard output and standard error of `dialtone check`.
fn check(file: &Path, options: &[&str]) -> (Option<i32>, String, String) {
    let output = dialtone().arg("check").arg("--config").arg(file).args(options).output().unwrap();
    (
        output.status.code(),
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

fn check_text(text: &str, options: &[&str]) -> (Option<i32>, String, String) {
    let directory = scratch();
    let file = directory.join("dialtone.toml");
    std::fs::write(&file, text).unwrap();
    let result = check(&file, options);
    std::fs::remove_dir_all(directory).unwrap();
    result
}

/// Line and key of each problem in the JSON.
fn problems(json: &str) -> BTreeSet<(usize, String)> {
    let report: Value = serde_json::from_str(json).unwrap_or_else(|error| panic!("{error}: {json}"));
    let problems = report["problems"].as_array().unwrap().iter();
    problems
        .map(|problem| {
            assert!(
                !problem["what"].as_str().unwrap().is_empty()
                    && !problem["remedy"].as_str().unwrap().is_empty()
            );
            let line = usize::try_from(problem["line"].as_u64().unwrap()).unwrap();
            // The path of a list's item names its place too.
            (line, problem["key"].as_str().unwrap().split('[').next().unwrap().replace('"', ""))
        })
        .collect()
}

#[test]
fn every_problem_is_reported_at_once_with_its_line() {
    let file = tests().join("networks/bad.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let expected: BTreeSet<_> = text
        .lines()
        .enumerate()
        .filter_map(|(i, line)| Some((i + 1, line.split_once("#! ")?.1)))
        .flat_map(|(line, keys)| keys.split(' ').map(move |key| (line, key.to_owned())))
        .collect();
    let (code, json, _) = check(&file, &["--json"]);
    assert_eq!(code, Some(2), "{json}");
    let actual = problems(&json);
    let missing: Vec<_> = expected.difference(&actual).collect();
    let extra: Vec<_> = actual.difference(&expected).collect();
    assert!(missing.is_empty() && extra.is_empty(), "not reported: {missing:#?}\nnot expected: {extra:#?}");

    // The same for a person.
    let (code, out, err) = check(&file, &[]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    for (line, key) in expected {
        let start = format!("line {line}: {key}");
        assert!(err.replace('"', "").contains(&start), "{start}:\n{err}");
    }
    assert!(err.lines().all(|line| line.starts_with("error: ")), "{err}");
}

/// Most values of the file are telephone numbers, and what is printed reaches logs.
#[test]
fn no_number_is_repeated() {
    let (_, json, _) = check(&tests().join("networks/bad.toml"), &["--json"]);
    let without_keys = json.replace("extensions.5035550112", "").replace("extensions.\\\"5035550112\\\"", "");
    // Examples of the right form are no numbers of anybody's.
    let without_examples = without_keys.replace("+15035550110", "").replace("+1503555", "");
    assert!(crate::contract::longest_run_of_digits(&without_examples) < 7, "{without_examples}");
}

#[test]
fn a_good_file_is_good() {
    for (file, phones) in [("networks/street.toml", 11), ("vectors/network.toml", 6)] {
        let (code, json, err) = check(&tests().join(file), &["--json"]);
        assert_eq!(code, Some(0), "{json}{err}");
        let report: Value = serde_json::from_str(&json).unwrap();
        assert_eq!((&report["ok"], &report["phones"]), (&true.into(), &phones.into()), "{report}");
        assert_eq!(problems(&json), BTreeSet::new());
        let (code, out, _) = check(&tests().join(file), &[]);
        assert_eq!((code, out.is_empty()), (Some(0), false));
        let (code, ..) = check(&tests().join(file), &["--stage", "prod"]);
        assert_eq!(code, Some(0));
        let (code, _, err) = check(&tests().join(file), &["--stage", "moon"]);
        assert_eq!(code, Some(2), "{err}");
        // The option is wrong, and not a line of the file.
        assert!(err.starts_with("error: --stage: there is no stage \"moon\"; choose one of "), "{err}");
        let (code, json, _) = check(&tests().join(file), &["--stage", "moon", "--json"]);
        let report: Value = serde_json::from_str(&json).unwrap();
        let problem = &report["problems"][0];
        assert_eq!((code, &problem["key"], &problem["line"]), (Some(2), &"--stage".into(), &Value::Null));
    }
}

#[test]
fn the_example_is_good() {
    let (code, out, err) = check(&repository().join("examples/dialtone.toml"), &[]);
    assert_eq!(code, Some(0), "{out}{err}");
}

/// The small example is what `init` writes, and nothing is left to advise.
#[test]
fn the_small_example_is_what_init_writes() {
    let example = repository().join("examples/small.toml");
    let (code, out, err) = check(&example, &[]);
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(!format!("{out}{err}").contains("advice"), "{out}{err}");
    let file = scratch().join("new.toml");
    let mut init = dialtone();
    init.args(["init", "--yes", "--name", "example", "--region", "US", "--sip-domain"]);
    init.args(["example-prod.sip.twilio.com", "--public-url", "https://prod.dialtone.example.org"]);
    init.args(["--fallback-url", "https://abcdefghij.lambda-url.us-west-2.on.aws/", "--phone", "lobby"]);
    init.args(["--number", "+15035550110", "--customer", "Example Bookshop", "--street", "100 Main Street"]);
    init.args(["--city", "Portland", "--state", "OR", "--postal-code", "97201"]);
    init.args(["--notify", "operator@example.org", "--out"]).arg(&file);
    assert!(init.output().unwrap().status.success());
    assert_eq!(fs::read_to_string(&file).unwrap(), fs::read_to_string(&example).unwrap());
    assert!(fs::read_to_string(&example).unwrap().lines().count() <= 28);
    fs::remove_dir_all(file.parent().unwrap()).unwrap();
}

#[test]
fn what_is_no_toml_has_a_line_too() {
    let good = "[network]\nname = \"n\"\nregion = \"US\"\n";
    for (text, line) in [
        (format!("{good}area_code = 503\"\n"), 4),
        (format!("{good}name = \"again\"\n"), 4),
        (format!("{good}[network]\n"), 4),
        (format!("{good}[stages\n"), 4),
    ] {
        let (code, json, _) = check_text(&text, &["--json"]);
        assert_eq!(code, Some(2));
        let lines: Vec<_> = problems(&json).into_iter().map(|(line, _)| line).collect();
        assert!(lines.contains(&line), "{text}: {json}");
    }
    for text in ["", "\n", "[stages.prod]\n", "x", "\u{feff}", "network = 1\nstages = []\nextensions = \"\""]
    {
        let (code, json, _) = check_text(text, &["--json"]);
        assert_eq!(code, Some(2), "{text:?}: {json}");
        assert!(!problems(&json).is_empty(), "{text:?}");
    }
}

#[test]
fn a_file_that_is_not_there() {
    let (code, _, err) = check(Path::new("/no/such/dialtone.toml"), &[]);
    assert_eq!(code, Some(2));
    assert!(err.contains("/no/such/dialtone.toml") && err.contains("--config"), "{err}");
}

#[test]
fn commands_about_an_account_say_all_that_is_missing_at_once() {
    let commands: [&[&str]; 5] =
        [&["plan"], &["apply", "--yes"], &["rotate", "lobby", "--yes"], &["destroy", "--yes"], &["doctor"]];
    for words in commands {
        let mut command = dialtone();
        command.args(words).args(["--config", "/no/such/file", "--endpoint", "nowhere"]);
        let output = command.env("DIALTONE_PASSWORDS", "lobby=x").output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{words:?}: {err}");
        for what in [
            "/no/such/file: ",
            "TWILIO_ACCOUNT_SID is not set",
            "TWILIO_AUTH_TOKEN is not set",
            "--endpoint: ",
            "DIALTONE_PASSWORDS is not JSON",
        ] {
            assert!(err.contains(&format!("error: {what}")), "{words:?}: {what}: {err}");
        }
    }
}
