//! The table of emergency numbers beside Google's, which PyPI `phonenumbers` has: both ways, and each difference with its
//! reason.

use std::collections::{BTreeMap, BTreeSet};

use numbers::Region;
use numbers::emergency::{COUNTRIES, Country, Service, recognize};
use serde_json::{Value, json};

use crate::harness::peers::Peer;

/// Territories of the United States, which dial as it does.
const TERRITORIES: [&str; 5] = ["PR", "VI", "GU", "AS", "MP"];

/// Numbers of our table that Google does not have.
///
/// 112 in the territories: GSM phones send it as an emergency call wherever they are (3GPP TS 22.101, 10.1). What is dialled
/// there is 911.
const NOT_GOOGLES: [(&str, &str); 5] =
    [("PR", "112"), ("VI", "112"), ("GU", "112"), ("AS", "112"), ("MP", "112")];

/// Numbers that we take for help everywhere: people know them from home or from films, and no country of the table uses one
/// for something else.
const EVERYWHERE: [&str; 3] = ["911", "112", "999"];

fn google() -> BTreeMap<String, (BTreeSet<String>, BTreeSet<String>)> {
    let regions: Vec<_> = regions().collect();
    let answer = Peer::start("emergency.py").ask(&json!(regions));
    let texts =
        |value: &Value| value.as_array().unwrap().iter().map(|it| it.as_str().unwrap().to_owned()).collect();
    let each = answer["regions"].as_object().unwrap().iter();
    each.map(|(region, of)| (region.clone(), (texts(&of["numbers"]), texts(&of["connects"])))).collect()
}

fn regions() -> impl Iterator<Item = &'static str> {
    COUNTRIES.iter().map(Country::region).chain(TERRITORIES)
}

fn country(region: &str) -> &'static Country {
    Country::of(Region::parse(region).unwrap()).unwrap()
}

/// Every text of two to four digits that counts as a call for help in a region.
fn ours(region: &str) -> BTreeSet<String> {
    let here = [Region::parse(region).unwrap()];
    let texts = (2..=4).flat_map(|length| {
        (0..10_usize.pow(length)).map(move |n| format!("{n:0width$}", width = length as usize))
    });
    texts.filter(|text| matches!(recognize(text, &here), Some(Service::Emergency(_)))).collect()
}

#[test]
fn the_table_has_googles_numbers_and_no_others() {
    let google = google();
    assert_eq!(google.len(), COUNTRIES.len() + TERRITORIES.len());
    let mut differences = Vec::new();
    for (region, (numbers, _)) in &google {
        let own: BTreeSet<_> = country(region).numbers().iter().map(|number| (*number).to_owned()).collect();
        let missing: Vec<_> = numbers.difference(&own).collect();
        assert!(missing.is_empty(), "{region}: Google's {missing:?} are not in the table");
        differences.extend(own.difference(numbers).map(|number| (region.clone(), number.clone())));
    }
    let mut listed: Vec<_> =
        NOT_GOOGLES.map(|(region, number)| (region.to_owned(), number.to_owned())).into();
    listed.sort();
    assert_eq!(differences, listed, "ours that Google does not have");
}

#[test]
fn what_google_calls_help_is_help_and_is_dialled_as_it_is() {
    for (region, (numbers, _)) in &google() {
        let here = [Region::parse(region).unwrap()];
        for number in numbers {
            let service = recognize(number, &here).unwrap_or_else(|| panic!("{region}: {number} is no help"));
            assert!(matches!(service, Service::Emergency(_)), "{region}: {number}");
            let dialled = country(region).dial(service);
            // Two digits go out behind the country code (Twilio's page of 2026-06-22); the rest is judged by the same oracle.
            let code = format!("+{}", numbers::calling_code_of(here[0]).unwrap());
            let short = dialled.strip_prefix(&code).unwrap_or(&dialled);
            assert!(numbers.contains(short), "{region}: {number} is dialled as {dialled}");
            // North America has one number; elsewhere the service that was asked for is the one that answers.
            assert!(short == number || short == "911", "{region}: {number} is dialled as {dialled}");
        }
    }
}

/// Why we take a text for help that Google does not, if there is a reason.
fn why(region: &str, text: &str) -> Option<&'static str> {
    let numbers = || country(region).numbers().iter().copied().chain(EVERYWHERE);
    // A last key that is held, in numbers of one key and in 911: issue 59 of futel/asteriskserver has such calls.
    let is_held = || {
        numbers().filter(|number| number.len() > 2).any(|number| {
            let may_be = number == "911" || number.chars().all(|key| number.starts_with(key));
            may_be
                && text.starts_with(number)
                && text[number.len()..].chars().all(|key| number.ends_with(key))
        })
    };
    // What people press before a number: an outside line's 9, a trunk 0 as in front of all they dial, North America's 1.
    let has_prefix = || {
        let rest = |prefix: char| text.strip_prefix(prefix);
        let own = |rest: &str| rest.len() > 2 && numbers().any(|number| number == rest);
        rest('9').is_some_and(own)
            || rest('0').is_some_and(own)
            || rest('1').is_some_and(|rest| EVERYWHERE.contains(&rest))
    };
    EVERYWHERE
        .contains(&text)
        .then_some("means help everywhere")
        .or_else(|| is_held().then_some("the last key is held"))
        .or_else(|| has_prefix().then_some("an outside line, a trunk or a long distance digit before it"))
        // Somebody presses 911 and begins again.
        .or_else(|| ["9119", "1129"].contains(&text).then_some("begun once more"))
}

/// Why Google connects a text that we do not: its phones drop what follows an emergency number. We hold a whole number, so
/// what follows is what was meant: 911 and 5 is the beginning of 9-1-1-503-…, a number whose dialler slipped, and 15, 17 and
/// 18 begin other French numbers (15x, 118 000 and 3-digit services: Arcep's numbering plan).
fn is_number_and_more(text: &str, numbers: &BTreeSet<String>) -> bool {
    numbers.iter().any(|number| text.len() > number.len() && text.starts_with(number.as_str()))
}

#[test]
fn each_difference_in_what_is_taken_for_help_has_its_reason() {
    for (region, (numbers, connects)) in &google() {
        let ours = ours(region);
        for text in ours.difference(connects) {
            assert!(why(region, text).is_some(), "{region}: {text} is help for us alone");
        }
        for text in connects.difference(&ours) {
            assert!(is_number_and_more(text, numbers), "{region}: {text} is help for Google alone");
        }
    }
}
