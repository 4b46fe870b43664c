//! The JSON of every command: one object, also on failure, with the fields that docs/json.md names and no other.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use super::{Bench, commands};
use crate::harness::{Service, TOKEN, repository, tests};

/// Nobody listens there.
const NOWHERE: &str = "http://127.0.0.1:1";

/// The fields that every object has.
const COMMON: [&str; 5] = ["ok", "errors", "errors[].about", "errors[].what", "errors[].remedy"];

/// What stands behind the name of a list of findings.
const FINDING: [&str; 3] = ["[].about", "[].what", "[].remedy"];

/// The fields of each command, by their paths: `steps[].rule`. In the document `sent.*` stands for all below it.
type Fields = BTreeMap<String, BTreeSet<String>>;

/// The fields that docs/json.md names, by command.
fn documented() -> Fields {
    let text = fs::read_to_string(repository().join("docs/json.md")).unwrap();
    let mut fields = Fields::new();
    let mut command = None;
    for line in text.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            command = heading.strip_prefix("`dialtone ").and_then(|rest| rest.strip_suffix('`'));
            fields.extend(command.map(|name| (name.to_owned(), BTreeSet::new())));
        } else if let (Some(name), Some(row)) = (command, line.strip_prefix("| `")) {
            let path = row.split('`').next().unwrap();
            assert!(
                fields.get_mut(name).unwrap().insert(path.to_owned()),
                "{name}: {path} stands there twice"
            );
        }
    }
    fields
}

fn collect(value: &Value, path: &str, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                into.insert(path.clone());
                collect(value, &path, into);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, &format!("{path}[]"), into)),
        _ => {}
    }
}

/// What commands print, run by run.
struct Seen(Fields);

impl Seen {
    /// Reads the output of a run that must end with this exit code.
    #[track_caller]
    fn add(&mut self, command: &str, output: &Output, code: i32) -> Value {
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(code), "{command}:\n{out}\n{err}");
        assert_eq!(out.lines().count(), 1, "{command}: one object on one line:\n{out}\n{err}");
        let object: Value =
            serde_json::from_str(&out).unwrap_or_else(|error| panic!("{command}: {error}: {out}"));
        assert_eq!(object["ok"], Value::Bool(code == 0), "{command}: {out}");
        let errors = object["errors"].as_array().unwrap();
        assert!(code < 2 || !errors.is_empty(), "{command} fails without a reason: {out}");
        assert!(code != 0 || errors.is_empty(), "{command} is done, with errors: {out}");
        for error in errors {
            let word = |name: &str| error[name].as_str().unwrap();
            assert!(!word("what").is_empty() && !word("what").ends_with('.'), "{command}: {error}");
            assert!(!word("about").contains('\n') && !word("remedy").contains('\n'), "{command}: {error}");
        }
        collect(&object, "", self.0.entry(command.to_owned()).or_default());
        object
    }

    #[track_caller]
    fn run(&mut self, name: &str, command: &mut Command, code: i32) -> Value {
        self.add(name, &command.arg("--json").output().unwrap(), code)
    }
}

fn given(command: &mut Command, input: &str) -> Output {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn every_command_answers_with_the_documented_object_also_when_it_fails() {
    let bench = Bench::at(NOWHERE);
    let documented = documented();
    let mut seen = Seen(Fields::new());

    // Broken input first: wrong usage, a file that is not there, a bad one, an account that lets nobody in.
    let all = commands(&bench);
    fs::write(bench.folder.join("phones.csv"), "name\nattic\n").unwrap();
    for name in &all {
        let words: Vec<_> = name.split(' ').collect();
        seen.run(name, bench.command(&words).arg("--no-such-option"), 2);
        let help = String::from_utf8(bench.run(&[&words[..], &["--help"]].concat()).stdout).unwrap();
        if !help.contains("--config <FILE>") {
            continue;
        }
        let mut words = words;
        match name.as_str() {
            "explain" | "call" => words.extend(["lobby", "5035550123"]),
            "devices render" | "devices serve" | "rotate" | "phone" => words.push("lobby"),
            "phones add" => words.push("phones.csv"),
            _ => {}
        }
        for file in ["nowhere.toml", "bad.toml"] {
            let object = seen.run(name, bench.command(&words).args(["--config", file]), 2);
            assert!(object["errors"].to_string().contains(file), "{name}: {object}");
        }
        if help.contains("--endpoint") && help.contains("--yes") || name == "plan" || name == "doctor" {
            let yes = help.contains("--yes").then_some("--yes");
            let mut command = bench.command(&words);
            command.args(yes).env("TWILIO_AUTH_TOKEN", "not-the-token-of-this-account-00");
            if !words.contains(&"calls") {
                seen.run(name, &mut command, 3);
            }
        }
    }

    // Then what is good, in the order of a network's life.
    seen.run("init", &mut bench.command(&["init", "--out", "new.toml"]), 2);
    let words = [
        "init --yes --out new.toml --name street --sip-domain street-prod.sip.twilio.com --public-url",
        "https://voice.example.org --number +15035550110 --customer Bookshop --street Main --city Portland",
        "--state OR --postal-code 97201 --notify ops@example.org",
    ]
    .join(" ");
    seen.run("init", &mut bench.command(&words.split(' ').collect::<Vec<_>>()), 0);
    seen.run("import", &mut bench.command(&["import", "--out", "new.toml"]), 2);
    seen.run("import", &mut bench.command(&["import", "--out", "found.toml", "--name", "street"]), 0);
    seen.run("check", &mut bench.command(&["check"]), 0);
    let quiet = "[network]\nname = \"quiet\"\nregion = \"US\"\n[stages.prod]\nsip_domain = \"quiet.sip.twilio.com\"\n\
                 public_url = \"https://quiet.example.org\"\n[extensions.lobby]\nemergency = false\n";
    fs::write(bench.folder.join("quiet.toml"), quiet).unwrap();
    seen.run("check", &mut bench.command(&["check", "quiet.toml"]), 0);
    seen.run("phones list", &mut bench.command(&["phones", "list"]), 0);
    fs::write(
        bench.folder.join("new.csv"),
        "name,number,label\nlobby,,front\ngarage,,\nporch,+15035550111,\n",
    )
    .unwrap();
    seen.run("phones add", &mut bench.command(&["phones", "add", "new.csv"]), 2);
    seen.run("phones add", &mut bench.command(&["phones", "add", "new.csv", "--update", "--dry-run"]), 0);
    seen.run("explain", &mut bench.command(&["explain", "lobby", "5035550123"]), 0);
    seen.run("explain", &mut bench.command(&["explain", "lobby", "9005550123"]), 1);
    seen.run("explain", &mut bench.command(&["explain", "--incoming", "+15035550110"]), 0);
    seen.run("explain", &mut bench.command(&["explain", "--incoming", "+15035550177"]), 1);
    seen.run("plan", &mut bench.command(&["plan"]), 1);
    seen.run("plan", &mut bench.command(&["plan", "--buy"]), 1);
    bench.account.ask(&json!({"do": "configure", "emergency_outcome": "registration-failure"}));
    seen.run("apply", &mut bench.command(&["apply", "--yes", "--buy", "--wait", "0", "--skip-url-check"]), 1);
    bench.account.ask(&json!({"do": "configure", "emergency_outcome": "registered"}));
    seen.run("devices render", &mut bench.command(&["devices", "render", "--all", "--out", "files"]), 0);
    stopped(&bench, &mut seen);
    seen.run("devices render", &mut bench.command(&["devices", "render", "porch", "--out", "files"]), 2);
    seen.run("rotate", &mut bench.command(&["rotate", "lobby", "--yes", "--out", "files"]), 0);
    seen.run("rotate", &mut bench.command(&["rotate", "looby", "--yes"]), 2);
    seen.run("doctor", &mut bench.command(&["doctor"]), 1);
    seen.run("doctor", &mut bench.command(&["doctor", "--record", "phone:lobby=pass"]), 0);
    seen.run("doctor", &mut bench.command(&["doctor", "--record", "phone:lobby=perhaps"]), 2);
    seen.run("calls", &mut bench.command(&["calls", "--from", "events.jsonl", "--since", "2026-06-01"]), 0);
    seen.run("calls", &mut bench.command(&["calls", "--since", "yesterday"]), 2);
    seen.run("calls", &mut bench.command(&["calls", "--twilio", "--endpoint", "nowhere"]), 2);
    seen.run("calls", &mut bench.command(&["calls", "--forget", "2026-01-01", "--yes"]), 0);
    seen.run("phone", &mut bench.command(&["phone", "lobby"]), 0);
    seen.run("phone", &mut bench.command(&["phone", "porch", "--offline"]), 1);
    let nearly = seen.run("phone", &mut bench.command(&["phone", "looby"]), 2);
    assert_eq!(nearly["errors"][0]["remedy"], "did you mean lobby?");
    seen.run("switchboard", &mut bench.command(&["switchboard", "--out", "pages"]), 0);
    seen.run("switchboard", &mut bench.command(&["switchboard", "--listen", "0.0.0.0:0"]), 2);
    let mut hash = bench.command(&["switchboard", "--hash-password", "--json"]);
    seen.add("switchboard", &given(&mut hash, "twelve letters\n"), 0);
    seen.run("replay", &mut bench.command(&["replay", "--dry-run", "events.jsonl"]), 0);
    seen.run("replay", &mut bench.command(&["replay", "events.jsonl"]), 2);
    seen.run("replay", &mut bench.command(&["replay", "nowhere.jsonl"]), 2);
    fs::write(bench.folder.join("none.jsonl"), "").unwrap();
    let topic = ["--topic", "arn:aws:sns:us-west-2:123456789012:events"];
    seen.run("replay", bench.command(&["replay", "none.jsonl"]).args(topic), 0);
    seen.run("completions", &mut bench.command(&["completions", "bash"]), 0);
    seen.run("man", &mut bench.command(&["man"]), 0);
    seen.run("man", &mut bench.command(&["man", "--out", "pages/man"]), 0);
    seen.run("destroy", &mut bench.command(&["destroy"]), 2);
    seen.run("destroy", &mut bench.command(&["destroy", "--yes", "--wait", "0"]), 0);
    calls(&bench, &mut seen);

    let mut problems = Vec::new();
    for name in &all {
        let seen = &seen.0[name];
        let Some(documented) = documented.get(name) else {
            problems.push(format!("docs/json.md has no section on `dialtone {name}`: {seen:?}"));
            continue;
        };
        let above = |path: &str| {
            let is_finding = FINDING
                .iter()
                .any(|member| path.strip_suffix(member).is_some_and(|list| documented.contains(list)));
            is_finding
                || documented.iter().any(|row| row.strip_suffix('*').is_some_and(|row| path.starts_with(row)))
        };
        let own = |path: &&String| !COMMON.contains(&path.as_str());
        let missing = seen.iter().filter(own).filter(|path| !documented.contains(*path) && !above(path));
        problems.extend(missing.map(|path| format!("{name}: docs/json.md does not name {path}")));
        let is_seen = |row: &String| match row.strip_suffix('*') {
            Some(row) => seen.iter().any(|path| path.starts_with(row)),
            None => seen.contains(row),
        };
        let invented = documented.iter().filter(|row| !is_seen(row));
        problems.extend(invented.map(|row| format!("{name}: docs/json.md names {row}, which no run has")));
    }
    let gone = documented.keys().filter(|name| !all.contains(name));
    problems.extend(gone.map(|name| format!("docs/json.md: there is no `dialtone {name}`")));
    assert!(problems.is_empty(), "{problems:#?}");
}

/// `dialtone devices serve`, which is stopped before anything is fetched.
fn stopped(bench: &Bench, seen: &mut Seen) {
    let mut command = bench.command(&["devices", "serve", "lobby", "--listen", "127.0.0.1:0", "--json"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut beside = BufReader::new(child.stderr.take().unwrap()).lines();
    assert!(beside.any(|line| line.unwrap().contains("Ctrl-C")));
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    assert!(beside.any(|line| line.unwrap().contains("stopped")));
    let object = seen.add("devices serve", &child.wait_with_output().unwrap(), 1);
    assert_eq!(object["not_fetched"], json!(["lobby"]));
}

/// `dialtone call` with a service, with another one that does not know it, and with none.
fn calls(bench: &Bench, seen: &mut Seen) {
    let service = Service::on("networks/street.toml").start();
    let url = format!("http://{}", service.address);
    let file = tests().join("networks/street.toml");
    let call = |words: &[&str], url: &str, token: &str| {
        let mut command = bench.command(&[&["call", "--stage", "prod", "--url", url], words].concat());
        command.arg("--config").arg(&file).env("TWILIO_AUTH_TOKEN", token);
        command
    };
    seen.run("call", &mut call(&["lobby", "5035550123", "--then", "busy"], &url, TOKEN), 0);
    seen.run("call", &mut call(&["lobby", "5035550123"], &url, "another-token-than-the-service-has"), 1);
    seen.run("call", &mut call(&["lobby", "5035550123"], NOWHERE, TOKEN), 3);
}

#[test]
fn a_line_of_standard_input_is_an_object_each() {
    let bench = Bench::new();
    let mut command = bench.command(&["explain", "--stdin", "--json"]);
    let output = given(&mut command, "lobby 5035550123\nlobby 9005550123\nlobby\n");
    assert_eq!(output.status.code(), Some(2));
    let out = String::from_utf8(output.stdout).unwrap();
    let objects: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let ok: Vec<_> = objects.iter().map(|object| object["ok"].as_bool().unwrap()).collect();
    assert_eq!(ok, [true, false, false], "{out}");
    let error = &objects[2]["errors"][0];
    assert_eq!(error["about"], "standard input, line 3");
    assert_eq!(error["what"], "write a phone, a space and what it dials");
}
