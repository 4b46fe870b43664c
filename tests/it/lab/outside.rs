//! Numbers in the telephone network of the lab.

use super::{lab, share};

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

#[test]
fn a_number_outside_is_busy_or_refused_as_it_was_told() {
    let Some(mut lab) = lab(&["--outside", "busy"]) else { return };
    let mut alpha = lab.phone("alpha", 440);
    alpha.does("dial", "5035550123");
    lab.tells("leg-over", "busy");
    lab.tells("event", "outgoing_dialstatus_busy");
    alpha.hears("CALL_ESTABLISHED");
    alpha.does("hangup", "");
    lab.tells("over", "");
    lab.order("invalid");
    lab.tells("note", "invalid");
    alpha.does("dial", "5035550124");
    lab.tells("failed", "13224");
    lab.tells("event", "outgoing_dialstatus_failed");
    lab.has_told("twilio-error-13224");
}
