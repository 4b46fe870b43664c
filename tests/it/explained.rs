//! What callers in eight countries dial, and what becomes of it: a table to be read with a caller's eyes.
//!
//! `golden/explain.txt` is also the list of what is dialled. Add a line with what is dialled, and run with
//! `DIALTONE_OVERWRITE=1`; then read what was written behind it.

use std::fs;
use std::io::Write;
use std::process::Stdio;

use serde_json::Value;

use crate::harness::{dialtone, golden, scratch, tests};

#[test]
fn what_is_dialled_in_eight_countries() {
    let table = fs::read_to_string(tests().join("golden/explain.txt")).unwrap();
    let mut explained = String::new();
    for country in table.split("== ").skip(1) {
        let mut lines = country.lines();
        let heading = lines.next().unwrap();
        // Two blanks end what is dialled, which may have single ones.
        let dialled: Vec<_> =
            lines.map(|line| line.split("  ").next().unwrap()).filter(|it| !it.is_empty()).collect();
        explained.push_str(&format!("== {heading}\n"));
        for (dialled, answer) in dialled.iter().zip(explain(heading, &dialled)) {
            explained.push_str(&row(dialled, &answer));
        }
        explained.push('\n');
    }
    assert!(explained.matches("\n== ").count() >= 7 && explained.lines().count() > 400);
    golden("explain.txt", explained.trim_end_matches('\n'));
}

/// What `dialtone explain --stdin` says of each.
fn explain(heading: &str, dialled: &[&str]) -> Vec<Value> {
    let (region, number) = heading.split_once(' ').unwrap();
    let folder = scratch();
    let file = folder.join("dialtone.toml");
    let next = format!("{}9", &number[..number.len() - 1]);
    let area_code = if region == "US" { "area_code = \"503\"" } else { "" };
    let network = format!(
        "[network]\nname = \"n\"\nregion = \"{region}\"\n{area_code}\nemergency_caller_id = \"{number}\"\n\
         [stages.prod]\nsip_domain = \"n-prod.sip.twilio.com\"\npublic_url = \"https://n.example.org\"\n\
         [extensions.lobby]\nnumber = \"{number}\"\n[extensions.porch]\nnumber = \"{next}\"\n"
    );
    fs::write(&file, network).unwrap();
    let mut child = dialtone()
        .args(["explain", "--stdin", "--json", "--stage", "prod", "--config"])
        .arg(&file)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines: String = dialled.iter().map(|text| format!("lobby {text}\n")).collect();
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let answers = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<Value> = answers.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), dialled.len(), "{region}");
    answers
}

/// What is dialled, the decision, the reason, where it goes, and what the caller hears.
fn row(dialled: &str, answer: &Value) -> String {
    let twiml = answer["twiml"].as_str().unwrap();
    let inside = |element: &str| {
        let from = twiml.find(&format!("<{element}"))?;
        let text = twiml[from..].split_once('>')?.1;
        text.split_once('<').map(|(text, _)| text.to_owned())
    };
    let goes = inside("Number").or_else(|| inside("Sip")).or_else(|| inside("Say")).unwrap_or_default();
    let word = |name: &str| answer[name].as_str().unwrap_or_default();
    let why = if word("reason").is_empty() { word("decision") } else { word("reason") };
    format!("{dialled:26}  {why:20} {goes}\n")
}
