//! Whole calls, as Twilio plays them: when keys count, who rings, and what comes after.

use exchange::LegCause;

use super::STREET;
use crate::harness::{Line, Service};

/// The caller listens until the line waits for keys.
fn hears_all(line: &mut Line<'_>, mut told: Vec<String>) -> Vec<String> {
    while told.last().is_some_and(|last| last.starts_with("say ")) {
        let more = line.hears_out();
        if more.is_empty() {
            break;
        }
        told.extend(more);
    }
    told
}

#[test]
fn help_is_called_in_the_middle_of_a_sentence() {
    let service = Service::on(STREET).start();
    let mut line = service.line_of("lobby", "123456");
    let told = line.told();
    assert_eq!((told[0].as_str(), told[1].as_str()), ("POST /outgoing", "answer"));
    // Up to the sentence that is nested in the Gather.
    let mut told = told;
    while !told.iter().any(|what| what == "gather") {
        told = line.hears_out();
    }
    assert!(told.last().unwrap().starts_with("say "), "{told:?}");
    assert_eq!(line.presses("9"), ["stop"], "the first key cuts the sentence");
    let told = line.presses("11#");
    assert_eq!(told, ["POST /outgoing/digits", "dial 911"], "and all three count");
}

#[test]
fn a_dial_tone_waits_and_three_are_enough() {
    let service = Service::on(STREET).start();
    let mut line = service.line_of("plaza", "123456");
    let mut told = line.told();
    for dial_tone in ["/outgoing/digits", "/outgoing/digits?try=2", "/outgoing/digits?try=3"] {
        hears_all(&mut line, told);
        told = line.waits();
        assert_eq!(told[0], format!("POST {dial_tone}"));
    }
    assert_eq!(hears_all(&mut line, told).last().unwrap(), "hang up");
}

#[test]
fn a_phone_that_is_away_rings_again_after_five_seconds() {
    let service = Service::on(STREET).start();
    let mut line = service.line_to("+15035550100", "+15035550110");
    let told = line.told();
    assert_eq!(told[0], "POST /incoming");
    assert_eq!(told[1], "dial sip:lobby@street-prod.sip.twilio.com");
    let told = line.ends(0, LegCause::Unregistered);
    assert_eq!(told, ["POST /status/call", "POST /status/dial", "pause 5"]);
    assert_eq!(line.hears_out(), ["dial sip:lobby@street-prod.sip.twilio.com"]);
    let told = line.ends(1, LegCause::Unregistered);
    assert_eq!(told[..3], ["POST /status/call", "POST /status/dial?again=1", "answer"]);
    assert!(told[3].starts_with("say "), "{told:?}");
    assert_eq!(hears_all(&mut line, told).last().unwrap(), "hang up");
}

#[test]
fn the_first_of_three_phones_that_answers_wins() {
    let service = Service::on(STREET).start();
    let mut line = service.line_to("+15035550100", "+15035550114");
    assert_eq!(line.told().len(), 2);
    let told = line.answers(1);
    assert_eq!(told[..4], ["end leg 0", "end leg 2", "answer", "bridge"], "{told:?}");
    assert_eq!(told[4..], ["POST /status/call", "POST /status/call"]);
    let told = line.ends(1, LegCause::Released);
    assert_eq!(told, ["POST /status/call", "POST /status/dial", "hang up"]);
}

#[test]
fn asterisk_sends_the_caller_back_into_the_dial_plan() {
    let service = Service::on(STREET).start();
    let mut line = service.line_of("lobby", "#");
    assert_eq!(line.told()[1], "dial sip:menu@pbx-prod.example.org;transport=tls");
    line.answers(0);
    let told = line.refers(0, "5035550123");
    assert_eq!(told, ["take refer", "end leg 0", "POST /status/call", "POST /refer", "dial +15035550123"]);
    // A telephone sends nobody elsewhere.
    line.answers(1);
    assert_eq!(line.refers(1, "9005550123"), ["refuse refer"]);
}
