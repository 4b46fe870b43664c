//! Whether 911 was tried out, with 933.

use jiff::civil::Date;
use network::{Network, some_of};

use crate::drill::{Book, Case, Standing};
use crate::report::{Check, Row};

const PHONES: Check = Check { id: "933-phones", name: "933 was tried from every phone" };
const MATRIX: Check = Check { id: "933-matrix", name: "933 was tried in every way" };
/// Said of a network with nothing to test.
const NOWHERE: &str =
    "nothing to try: 933 answers North American numbers alone, and no phone calls for help with one";
const REMEDY: &str = "`dialtone doctor --emergency-test` goes through it with you";

/// One row for the phones, one for the matrix; where 933 does not exist, one that says so.
pub(crate) fn rows(network: &Network, book: &Book, today: Date) -> Vec<Row> {
    let (phones, corners): (Vec<_>, Vec<_>) =
        Case::all(network).into_iter().partition(|case| matches!(case, Case::Phone(_)));
    if phones.is_empty() {
        // The same row, so that a reader of the JSON finds it.
        return vec![Row::ok(PHONES, NOWHERE)];
    }
    vec![row(PHONES, &phones, network, book, today), row(MATRIX, &corners, network, book, today)]
}

fn row(check: Check, cases: &[Case], network: &Network, book: &Book, today: Date) -> Row {
    let stage = &network.stage().name;
    let of = |standing| cases.iter().filter(move |case| book.standing(stage, case, today) == standing);
    let words = |standing, most| some_of(&of(standing).map(short).collect::<Vec<_>>(), most);
    let mut findings = Vec::new();
    for (standing, text) in [
        (Standing::Failed, "failed"),
        (Standing::Never, "never tried"),
        (Standing::Old, "tried more than 180 days ago"),
    ] {
        if of(standing).next().is_some() {
            findings.push(format!("{text}: {}", words(standing, 10)));
        }
    }
    let phones = cases.iter().filter(|case| book.standing(stage, case, today) != Standing::Passed);
    let phones: Vec<_> = phones
        .filter_map(|case| match case {
            Case::Phone(name) => Some(name.as_str()),
            Case::Corner { .. } => None,
        })
        .collect();
    if findings.is_empty() {
        return Row::ok(check, format!("passed: {}", cases.len()));
    }
    // How things could be is worth knowing; how they are is what people rely on.
    if of(Standing::Failed).any(|case| case.is_in_force(network)) {
        let remedy = format!("911 may not find the caller there: mend it, then try again; {REMEDY}");
        return Row::fail(check, findings.join("; "), remedy).about(phones);
    }
    Row::warn(check, findings.join("; "), REMEDY).about(phones)
}

/// A test in a word.
fn short(case: &Case) -> String {
    match case {
        Case::Phone(name) => name.clone(),
        corner @ Case::Corner { .. } => corner.id(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drill::{Entry, Outcome};
    use crate::report::Mark;
    use crate::samples::network;

    fn marks(results: &[(&str, &str, Outcome)]) -> (Vec<Mark>, Vec<Row>) {
        let folder = tempfile::tempdir().unwrap();
        let mut book = Book::open(&folder.path().join("dialtone.toml")).unwrap();
        for (case, date, verdict) in results {
            let entry = Entry {
                date: (*date).to_owned(),
                stage: "prod".into(),
                case: (*case).to_owned(),
                phone: None,
                verdict: *verdict,
                outgoing_asked: None,
                note: String::new(),
            };
            book.add(entry).unwrap();
        }
        let network = network("[extensions.lobby]\nnumber = \"+15035550110\"\n[extensions.attic]\n");
        let rows = rows(&network, &book, "2026-11-08".parse().unwrap());
        (rows.iter().map(|row| row.mark).collect(), rows)
    }

    const CORNERS: [&str; 8] = [
        "on-direct-number",
        "on-direct-sid",
        "on-menu-number",
        "on-menu-sid",
        "off-direct-number",
        "off-direct-sid",
        "off-menu-number",
        "off-menu-sid",
    ];

    #[test]
    fn where_933_does_not_exist_nobody_is_told_to_dial_it() {
        let text = "[network]\nname = \"n\"\nregion = \"GB\"\n[stages.prod]\nsip_domain = \"n.sip.twilio.com\"\n\
                    public_url = \"https://n.example.org\"\n[extensions.hall]\nnumber = \"+442079460110\"\n";
        let network = network::NetworkFile::parse(text).and_then(|file| file.network("prod")).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let book = Book::open(&folder.path().join("dialtone.toml")).unwrap();
        let rows = rows(&network, &book, "2026-11-08".parse().unwrap());
        let [row] = rows.as_slice() else { panic!("{} rows", rows.len()) };
        assert_eq!((row.mark, row.finding.remedy.as_str()), (Mark::Ok, ""));
    }

    #[test]
    fn what_was_never_tried_is_a_warning() {
        let (found, rows) = marks(&[]);
        assert_eq!(found, [Mark::Warn, Mark::Warn]);
        assert_eq!(rows[0].phones, ["lobby"]);
        assert!(
            rows[1].finding.what.contains("never tried: off-direct-number, off-menu-number"),
            "{}",
            rows[1].finding.what
        );
    }

    #[test]
    fn what_passed_counts_and_what_failed_fails() {
        let day = "2026-11-01";
        let all: Vec<_> = CORNERS.iter().map(|case| (*case, day, Outcome::Pass)).collect();
        let phone = ("phone:lobby", day, Outcome::Pass);
        assert_eq!(marks(&[&all[..], &[phone]].concat()).0, [Mark::Ok, Mark::Ok]);
        let old = ("phone:lobby", "2025-11-01", Outcome::Pass);
        assert_eq!(marks(&[&all[..], &[old]].concat()).0, [Mark::Warn, Mark::Ok]);
        let failed = ("phone:lobby", day, Outcome::Fail);
        assert_eq!(marks(&[&all[..], &[failed]].concat()).0, [Mark::Fail, Mark::Ok]);
        // How things are must work; how they could be need not.
        let elsewhere = ("on-direct-sid", day, Outcome::Fail);
        assert_eq!(marks(&[&all[..], &[phone, elsewhere]].concat()).0, [Mark::Ok, Mark::Warn]);
        let here = ("off-direct-number", day, Outcome::Fail);
        assert_eq!(marks(&[&all[..], &[phone, here]].concat()).0, [Mark::Ok, Mark::Fail]);
    }
}
