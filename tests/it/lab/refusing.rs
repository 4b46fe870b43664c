//! What the caller hears when a call cannot be placed, and what comes of the keys.

use super::desk::Desk;
use super::elsewhere::Elsewhere;
use super::{is_loud, lab, phone, press, share};

/// The sentence is nested in the Gather: a key stops it at once, and counts.
#[test]
fn a_key_cuts_the_sentence_and_the_number_that_follows_is_called() {
    let Some(mut lab) = lab(&[]) else { return };
    let mut alpha = lab.phone("alpha", 440);
    alpha.does("dial", "1234567890");
    lab.tells("says", "");
    lab.tells("listens", "alpha");
    lab.tells("event", "reject");
    alpha.hears("CALL_RTPESTAB");
    press(&mut lab, &mut alpha, "5035550123#");
    lab.tells("asked", "/outgoing/digits");
    lab.tells("calls", "+15035550123");
    lab.tells("talk", "+15035550123");
    lab.order("hangup");
    lab.tells("event", "outgoing_dialstatus_completed");
    alpha.does("hangup", "");
    lab.tells("over", "");
}

#[test]
fn a_file_for_a_dial_tone_is_asked_for_and_a_tone_is_heard() {
    if phone::modules().is_none() {
        return;
    }
    // Nothing listens there: the lab has a tone of its own.
    let tone = "dial_tone = \"https://127.0.0.1:1/tone.wav\"\n[codes]";
    let mut lab = Desk::changed(|network| network.replace("[codes]", tone), &[]);
    let mut alpha = lab.phone("alpha", 440);
    alpha.does("dial", "1234567890");
    lab.tells("plays", "https://127.0.0.1:1/tone.wav");
    lab.tells("note", "dial tone");
    // The sentence comes first.
    alpha.listens(12_000);
    alpha.does("hangup", "");
    lab.tells("over", "");
    let heard = alpha.recording();
    assert!(is_loud(&heard));
    assert!(share(350.0, &heard) > 0.3 && share(440.0, &heard) > 0.3, "the tone of North America");
}

#[test]
fn a_network_that_rejects_is_not_answered() {
    if phone::modules().is_none() {
        return;
    }
    let mut lab = Desk::changed(|network| network.replace("[codes]", "refusal = \"reject\"\n[codes]"), &[]);
    let mut alpha = lab.phone("alpha", 440);
    alpha.does("dial", "1234567890");
    alpha.hears("CALL_CLOSED");
    alpha.sees("SIP/2.0 404");
    assert!(!alpha.has_heard("CALL_ESTABLISHED"));
    lab.tells("rejected", "404");
}

#[test]
fn a_document_that_rejects_as_busy_is_not_answered() {
    if phone::modules().is_none() {
        return;
    }
    let service = Elsewhere::pages(&[("/outgoing", "<Response><Reject reason=\"busy\"/></Response>")]);
    let mut lab = Desk::start(&["--url", &service.url()]);
    let mut alpha = lab.phone("alpha", 440);
    alpha.does("dial", "5035550123");
    alpha.hears("CALL_CLOSED");
    alpha.sees("SIP/2.0 486 Busy Here");
    assert!(!alpha.has_heard("CALL_ESTABLISHED"));
    lab.tells("rejected", "486");
    assert_eq!(service.is_asked("/status/call").field("CallStatus"), "busy");
}

#[test]
fn a_wrong_password_makes_no_call() {
    let Some(mut lab) = lab(&[]) else { return };
    let mut stranger = lab.stranger("alpha");
    stranger.sees("403 Forbidden");
    lab.tells("not-registered", "403");
    stranger.does("dial", "911");
    stranger.hears("CALL_CLOSED");
    assert_eq!(stranger.trace().matches("SIP/2.0 403 Forbidden").count(), 2, "{}", stranger.trace());
}
