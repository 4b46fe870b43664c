//! Numbers in the telephone network of the lab.

use super::desk::Desk;
use super::elsewhere::Elsewhere;
use super::{is_loud, lab, phone, share};

#[test]
fn a_number_outside_answers_and_says_back_what_it_hears() {
    let Some(mut lab) = lab(&["--beeps"]) else { return };
    let mut alpha = lab.phone("alpha", 440);
    alpha.does("dial", "5035550123");
    alpha.hears("CALL_RINGING");
    lab.tells("talk", "+15035550123");
    // The greeting is a beep for each of its words, 200 ms each; then comes what alpha says itself.
    alpha.listens(8_000);
    lab.order("hangup");
    lab.tells("event", "outgoing_dialstatus_completed");
    alpha.does("hangup", "");
    lab.tells("over", "");
    let heard = alpha.recording();
    assert!(share(1000.0, &heard) > 0.5, "the beeps of the greeting");
    assert!(share(440.0, &heard) > 0.8, "its own tone");
}

/// The caller hears why: the number does not exist, or the call did not go through.
#[test]
fn a_number_outside_is_busy_or_refused_as_it_was_told() {
    let Some(mut lab) = lab(&["--outside", "busy"]) else { return };
    let mut alpha = lab.phone("alpha", 440);
    alpha.does("dial", "5035550123");
    lab.tells("leg-over", "busy");
    lab.tells("says", "The line is busy.");
    lab.tells("event", "outgoing_dialstatus_busy");
    alpha.hears("CALL_ESTABLISHED");
    alpha.listens(2_000);
    alpha.does("hangup", "");
    lab.tells("over", "");
    assert!(is_loud(&alpha.recording()), "it is said aloud");
    for (order, code, says) in [
        ("invalid", "13224", "That number is not in service."),
        ("not-owned", "13214", "The call did not go through."),
    ] {
        lab.order(order);
        lab.tells("note", order);
        alpha.does("dial", "5035550124");
        lab.tells("failed", code);
        lab.tells("says", says);
        let ended = lab.tells("event", "outgoing_dialstatus_failed");
        assert_eq!(ended["event"]["call"]["error_code"], code, "{ended}");
        lab.has_told(&format!("twilio-error-{code}"));
        alpha.listens(2_000);
        alpha.does("hangup", "");
        lab.tells("over", "");
        assert!(is_loud(&alpha.recording()), "it is said aloud");
    }
}

/// From a phone, Twilio calls no number without a caller id that is one of the account's.
#[test]
fn a_phone_that_shows_no_number_calls_nobody_outside() {
    let service = Elsewhere::pages(&[(
        "/outgoing",
        "<Response><Dial action=\"/ended\"><Number>+15035550123</Number></Dial></Response>",
    )]);
    let mut lab = Desk::start(&["--url", &service.url()]);
    let mut hand = lab.hand("alpha");
    let mut talk = hand.dials("5035550123");
    assert_eq!(hand.is_answered(&mut talk).status(), Some(200));
    lab.tells("failed", "13214");
    let told = service.is_asked("/status/error");
    assert_eq!((told.field("Level"), &told.payload()["error_code"]), ("WARNING", &"13214".into()));
    hand.is_asked("BYE");
    lab.has_told("leg.not-owned");
}

/// It rings until someone picks up, and the phone's own ring-back is not cut by an answer before that.
#[test]
fn a_number_outside_that_nobody_answers_is_given_up() {
    if phone::modules().is_none() {
        return;
    }
    let change = |network: &str| network.replace("\"10s\"", "\"5s\"");
    let mut lab = Desk::changed(change, &["--outside", "rings"]);
    let mut alpha = lab.phone("alpha", 440);
    alpha.does("dial", "5035550123");
    alpha.hears("CALL_RINGING");
    lab.tells("rings", "+15035550123");
    assert!(!alpha.has_heard("CALL_ESTABLISHED"));
    lab.tells("says", "No one answered.");
    lab.tells("event", "outgoing_dialstatus_no-answer");
    alpha.does("hangup", "");
    lab.tells("over", "");

    alpha.does("dial", "5035550123");
    lab.tells("rings", "+15035550123");
    lab.order("answer");
    lab.tells("talk", "+15035550123");
    alpha.hears("CALL_ESTABLISHED");
    lab.order("hangup");
    lab.tells("event", "outgoing_dialstatus_completed");
}
