//! Lines, paths and hints of problems.

use super::*;
use crate::NetworkFile;

#[test]
fn lines_count_from_one() {
    let reader = Reader::new("a\nbc\n\nd");
    let lines: Vec<_> = [0, 1, 2, 4, 5, 6].map(|offset| reader.line(offset)).into();
    assert_eq!(lines, [1, 1, 2, 2, 3, 4]);
}

const GOOD: &str = "[network]\nname = \"n\"\nregion = \"US\"\n\n[stages.prod]\nsip_domain = \"n.sip.twilio.com\"\n\
                    public_url = \"https://n.example.org\"\n";

/// With its remedy.
fn told(problem: &Problem) -> String {
    problem.in_file().to_string()
}

/// The problems of a good file with more at its end, whose first line is the eighth.
fn problems(more: &str) -> Vec<String> {
    let found = NetworkFile::parse(&format!("{GOOD}{more}")).err().map(|found| found.0).unwrap_or_default();
    found.iter().map(told).collect()
}

/// A broken line hides what may follow from it, up to the next header, and nothing behind that.
#[test]
fn a_broken_line_hides_nothing_behind_the_next_header() {
    let found = problems("[extensions.a]\nnumber = \nlabel = 1\n[extensions.b]\nnumber = \"5\"\n");
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(
        found[0].starts_with("line 9: ") && found[1].starts_with("line 12: extensions.b.number"),
        "{found:#?}"
    );
}

#[test]
fn an_unknown_key_is_told_the_keys_of_its_table() {
    let [only] = &problems("[asterisk]\nhost = \"pbx.example.org\"\nzzzz = 1\n")[..] else { panic!() };
    assert_eq!(
        only,
        "line 10: asterisk.zzzz: is not a key that Dialtone knows; the keys here are host, params"
    );
}

/// A path is written as the file has to write it: in quotes where TOML needs them.
#[test]
fn a_path_can_be_searched_for_in_the_file() {
    for (table, path) in [
        ("extensions.lobby-2_x", "extensions.lobby-2_x"),
        ("extensions.\"x&y\"", "extensions.\"x&y\""),
        ("extensions.\"+15035550110\"", "extensions.\"+15035550110\""),
    ] {
        let [only] = &problems(&format!("[{table}]\nnumbr = \"+15035550110\"\n"))[..] else {
            panic!("{table}")
        };
        assert_eq!(
            only,
            &format!("line 9: {path}.numbr: is not a key that Dialtone knows; did you mean number?")
        );
    }
    let deep = "[extensions.a.codes]\n\"5\" = { dail = \"+15035550123\" }\n";
    assert!(problems(deep)[0].starts_with("line 9: extensions.a.codes.5"), "{:?}", problems(deep));
    assert!(problems("[extensions.\"\"]\n")[0].starts_with("line 8: extensions.\"\": is empty"));
    assert!(problems("[[notify]]\n")[0].starts_with("line 8: notify: does not name one way to a person"));
}

#[test]
fn values_of_another_kind_are_told_what_to_write() {
    for (line, problem) in [
        ("number = 5", "line 9: extensions.a.number: is not a string; put it in double quotes"),
        ("emergency = 1", "line 9: extensions.a.emergency: is not true or false; write one of them"),
        ("block = \"+1503\"", "line 9: extensions.a.block: is not a list; write strings in brackets"),
        ("block = [\"+1503\", 5]", "line 9: extensions.a.block: is not a string"),
        ("codes = 5", "line 9: extensions.a.codes: is not a table; write {"),
    ] {
        let [only] = &problems(&format!("[extensions.a]\n{line}\n"))[..] else { panic!("{line}") };
        assert!(only.starts_with(problem), "{only}");
    }
    assert_eq!(problems("[extensions.a]\nemergency = false\nblock = [\"+1503\", \"+1971\"]\n"), [""; 0]);
}

/// A file with broken TOML has no missing keys: the reader may not have reached them.
#[test]
fn of_broken_toml_nothing_is_called_missing() {
    let found = NetworkFile::parse("[network]\nname = \n").unwrap_err().0;
    assert!(found.iter().all(|problem| problem.what != "is missing"), "{found:?}");
    let found = NetworkFile::parse("[network]\nname = \"n\"\n").unwrap_err().0;
    let found: Vec<_> = found.iter().map(told).collect();
    assert!(
        found
            .iter()
            .any(|told| told == "line 1: network.region: is missing; add it, such as region = \"US\""),
        "{found:?}"
    );
}

/// Where help would come is not looked at in a file of which parts may be missing: the phone's number may be one of them.
#[test]
fn of_torn_toml_nothing_is_said_of_places() {
    let torn = "[extensions.a]\nnumber = \"+442079460110\"\n[extensions.b\n";
    assert!(problems(torn).iter().all(|told| !told.contains("help would come")), "{:?}", problems(torn));
    let whole = torn.replace("[extensions.b", "[extensions.b]");
    assert!(problems(&whole).iter().any(|told| told.contains("help would come")), "{:?}", problems(&whole));
}

/// Problems come in the order of the file, each once.
#[test]
fn problems_are_in_the_order_of_the_file() {
    let lines: Vec<_> = problems("[extensions.b]\nnumber = 1\n[extensions.a]\nnumber = 2\nx = 3\n")
        .iter()
        .map(|problem| problem.split(':').next().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(lines, ["line 9", "line 11", "line 12"]);
}
