//! Calls from the telephone network to the numbers of the network.

use super::desk::Desk;
use super::{is_loud, lab, phone, share};

#[test]
fn one_phone_rings_shows_the_caller_and_talks() {
    let Some(mut lab) = lab(&["--beeps"]) else { return };
    let mut alpha = lab.phone("alpha", 440);
    lab.order("call +15035550110 +15035550199");
    let caller = alpha.hears("CALL_INCOMING");
    assert!(caller.contains("sip:+15035550199@"), "{caller}");
    lab.tells("rings", "alpha");
    assert!(lab.has_not_told("answered"), "ring-back until somebody answers");
    alpha.does("accept", "");
    alpha.hears("CALL_ESTABLISHED");
    lab.tells("answered", "+15035550199");
    lab.tells("talk", "+15035550199 and alpha");
    // The greeting is a beep for each of its words, 200 ms each; then alpha hears itself.
    alpha.listens(6_000);
    alpha.does("hangup", "");
    lab.tells("hangs-up", "the phone hangs up");
    lab.tells("over", "");
    for place in ["/incoming", "/status/dial", "/status/call"] {
        lab.has_told(&format!("POST http://127.0.0.1:8080{place}\""));
    }
    lab.tells("event", "incoming_dialstatus_completed");
    assert_eq!(lab.events(), ["dial_sip_e164", "incoming_call", "incoming_dialstatus_completed"]);
    let heard = alpha.recording();
    assert!(share(1000.0, &heard) > 0.5, "the beeps of the greeting");
    assert!(share(440.0, &heard) > 0.8, "its own tone");
}

/// The first to answer has the call, the others stop.
#[test]
fn a_number_of_two_phones_rings_both() {
    let Some(mut lab) = lab(&[]) else { return };
    let (mut beta, mut gamma) = (lab.phone("beta", 440), lab.phone("gamma", 1000));
    lab.order("call +15035550112 +15035550199");
    let caller = beta.hears("CALL_INCOMING");
    assert!(caller.contains("+15035550199"), "{caller}");
    gamma.hears("CALL_INCOMING");
    gamma.does("accept", "");
    gamma.hears("CALL_ESTABLISHED");
    beta.hears("CALL_CLOSED");
    beta.sees("CANCEL sip:beta");
    beta.sees("SIP/2.0 487 Request Terminated");
    assert!(!beta.has_heard("CALL_ESTABLISHED"));
    lab.tells("talk", "gamma");
    gamma.listens(2_000);
    lab.order("hangup");
    gamma.hears("CALL_CLOSED");
    lab.tells("event", "incoming_dialstatus_completed");
    lab.tells("over", "");
    assert!(is_loud(&gamma.recording()), "the caller from outside is heard");
    let is = |name: &str| lab.events().iter().filter(|event| *event == name).count();
    assert_eq!((is("dial_sip_e164"), is("error-32009")), (2, 0), "both rang: {:?}", lab.events());
}

#[test]
fn a_number_that_no_phone_has_is_told_so() {
    let Some(mut lab) = lab(&[]) else { return };
    let alpha = lab.phone("alpha", 440);
    lab.order("call +15035550150");
    lab.tells("asked", "/incoming");
    lab.tells("answered", "");
    lab.tells("says", "The number you called is not assigned to a phone. Goodbye.");
    lab.tells("hangs-up", "Twilio hangs up");
    lab.tells("over", "");
    let refused = lab.tells("event", "reject");
    assert_eq!(refused["event"]["call"]["reason"], "invalid_number", "{refused}");
    assert_eq!(refused["event"]["event"]["endpoint"], "unknown", "{refused}");
    assert!(!alpha.has_heard("CALL_INCOMING"));
}

#[test]
fn a_caller_whom_nobody_answers_is_told_so() {
    if phone::modules().is_none() {
        return;
    }
    let mut lab = Desk::changed(|network| network.replace("\"10s\"", "\"5s\""), &[]);
    let mut alpha = lab.phone("alpha", 440);
    lab.order("call +15035550110");
    alpha.hears("CALL_INCOMING");
    alpha.hears("CALL_CLOSED");
    alpha.sees("CANCEL sip:alpha");
    lab.tells("says", "No one answered.");
    lab.tells("says", "Please call again later. Goodbye.");
    lab.tells("over", "");
    lab.tells("event", "incoming_dialstatus_no-answer");

    lab.order("call +15035550110");
    alpha.hears("CALL_INCOMING");
    alpha.does("hangup", "");
    lab.tells("leg-over", "busy");
    lab.tells("says", "The line is busy.");
    lab.tells("over", "");
    lab.tells("event", "incoming_dialstatus_busy");
}

#[test]
fn a_caller_from_outside_who_gives_up_stops_the_phone() {
    let Some(mut lab) = lab(&[]) else { return };
    let mut alpha = lab.phone("alpha", 440);
    lab.order("call +15035550110");
    alpha.hears("CALL_INCOMING");
    lab.order("hangup");
    alpha.hears("CALL_CLOSED");
    alpha.sees("CANCEL sip:alpha");
    lab.tells("over", "");
    lab.tells("event", "incoming_dialstatus_canceled");
    assert!(lab.has_not_told("answered"));
}

/// Twilio sends a word, or the digits of one on a telephone's keys (twilio.md, A.2), for a caller who withholds the number.
/// Telephones know "anonymous" (RFC 3323, section 4.1.1.3).
#[test]
fn a_withheld_caller_is_shown_as_anonymous() {
    let Some(mut lab) = lab(&[]) else { return };
    let mut alpha = lab.phone("alpha", 440);
    for caller in ["anonymous", "+266696687", "Restricted"] {
        lab.order(&format!("call +15035550110 {caller}"));
        let shown = alpha.hears("CALL_INCOMING");
        assert_eq!(shown, "sip:anonymous@lab-dev.sip.twilio.com", "{caller}");
        alpha.does("accept", "");
        alpha.hears("CALL_ESTABLISHED");
        alpha.does("hangup", "");
        lab.tells("over", "");
        lab.tells("event", "incoming_dialstatus_completed");
    }
    assert!(!alpha.trace().contains("266696687"), "{}", alpha.trace());
}
