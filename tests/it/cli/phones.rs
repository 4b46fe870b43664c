//! `dialtone phones`: out of the file, through a spreadsheet, into the file.

use std::fs;
use std::io::Write;
use std::process::{Output, Stdio};

use serde_json::Value;

use super::Bench;

fn text(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (text(&output.stdout), text(&output.stderr))
}

/// Runs a command that reads this from standard input.
fn piped(bench: &Bench, words: &[&str], input: &str) -> Output {
    let mut command = bench.command(words);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn phones_go_out_and_in_again() {
    let bench = Bench::new();
    let before = fs::read_to_string(bench.folder.join("dialtone.toml")).unwrap();
    let (csv, _) = text(&bench.run(&["phones", "list", "--csv"]));
    assert_eq!(
        csv,
        "name,number,number.buy,address,device.kind,device.mac\n\
         lobby,'+15035550110,,,grandstream-ht801,00:0b:82:12:34:56\n\
         porch,'+15035550111,,,,\n\
         bench,,971,,,\n"
    );
    let output = piped(&bench, &["phones", "add", "-"], &csv);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(text(&output).0, "./dialtone.toml: phones: 0 added, 0 changed, 3 as they were\n");
    assert_eq!(fs::read_to_string(bench.folder.join("dialtone.toml")).unwrap(), before);

    // Into a file without phones.
    let (head, _) = before.split_once("\n[extensions.").unwrap();
    fs::write(bench.folder.join("empty.toml"), head).unwrap();
    let output = piped(&bench, &["phones", "add", "-", "--config", "empty.toml"], &csv);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let table = |file: &str| text(&bench.run(&["phones", "list", "--config", file])).0;
    assert_eq!(table("empty.toml"), table("dialtone.toml"));
    assert_eq!(table("dialtone.toml").lines().count(), 4);
    assert!(table("dialtone.toml").contains("buy: 971"));
}

#[test]
fn nothing_is_written_unless_all_of_it_is_good() {
    let bench = Bench::new();
    let file = bench.folder.join("dialtone.toml");
    let before = fs::read_to_string(&file).unwrap();
    let csv = "name;number;adress\nattic;+15035550112;shop\n";
    let output = piped(&bench, &["phones", "add", "-"], csv);
    let said =
        "error: standard input: line 1, column 3: there is no column \"adress\"; did you mean address?\n";
    assert_eq!((output.status.code(), text(&output).1.as_str()), (Some(2), said));
    let csv = csv.replace("adress", "address") + "cellar;15035550113;shop\nlobby;+15035550114;\n";
    let output = bench_json(&bench, &["phones", "add", "-", "--json"], &csv, 2);
    let about: Vec<_> = output["errors"].as_array().unwrap().iter().map(|error| &error["about"]).collect();
    assert_eq!(about, ["standard input: line 3: number", "standard input: line 4: name"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), before, "nothing was written");

    let csv = csv.replace("15035550113", "+15035550113").replace("++", "+");
    let dry = bench_json(&bench, &["phones", "add", "-", "--update", "--dry-run", "--json"], &csv, 0);
    assert_eq!(fs::read_to_string(&file).unwrap(), before, "nothing was written");
    let wet = bench_json(&bench, &["phones", "add", "-", "--update", "--json"], &csv, 0);
    assert_eq!((&dry["is_written"], &wet["is_written"]), (&false.into(), &true.into()));
    assert_eq!((&dry["added"], &dry["changed"]), (&wet["added"], &wet["changed"]));
    let after = fs::read_to_string(&file).unwrap();
    assert!(after.starts_with(&before.replace("+15035550110", "+15035550114")), "{after}");
    assert_eq!(bench.run(&["check"]).status.code(), Some(0));
    let left: Vec<_> = fs::read_dir(&bench.folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().starts_with(".tmp")), "{left:?}");
}

fn bench_json(bench: &Bench, words: &[&str], input: &str, code: i32) -> Value {
    let output = piped(bench, words, input);
    assert_eq!(output.status.code(), Some(code), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn two_hundred_mistakes_are_a_page() {
    let bench = Bench::new();
    let rows: String = (0..200).map(|i| format!("p{i},15035550112\n")).collect();
    let (_, said) = text(&piped(&bench, &["phones", "add", "-"], &format!("name,number\n{rows}")));
    assert_eq!(said.lines().filter(|line| line.starts_with("error: ")).count(), 51, "{said}");
    assert!(said.contains("and 150 more; mend these first, or see all of them with --json"), "{said}");
}
