//! Calls from phone to phone.

use super::desk::Desk;
use super::{is_loud, lab, phone, share};

#[test]
fn two_phones_talk_once_the_other_answers_and_both_hear() {
    let Some(mut lab) = lab(&[]) else { return };
    let (mut alpha, mut beta) = (lab.phone_over("alpha", 440, "tcp"), lab.phone("beta", 1000));
    alpha.does("dial", "beta");
    alpha.hears("CALL_RINGING");
    beta.hears("CALL_INCOMING");
    lab.tells("rings", "beta");
    // Ring-back, and no 200 before somebody answers (answerOnBridge).
    let trace = alpha.trace();
    assert!(trace.contains("SIP/2.0 100 trying -- your call is important to us"), "{trace}");
    assert!(trace.contains("SIP/2.0 180 Ringing") && !alpha.has_heard("CALL_ESTABLISHED"), "{trace}");
    beta.does("accept", "");
    beta.hears("CALL_ESTABLISHED");
    alpha.hears("CALL_ESTABLISHED");
    lab.tells("talk", "alpha and beta");
    alpha.listens(1_500);
    beta.listens(1_500);
    alpha.does("hangup", "");
    beta.hears("CALL_CLOSED");
    lab.tells("over", "");
    for place in ["/outgoing", "/status/dial", "/status/call"] {
        lab.has_told(&format!("http://127.0.0.1:8080{place}"));
    }
    // Events come on a way of their own.
    lab.tells("event", "outgoing_dialstatus_completed");
    assert_eq!(
        lab.events(),
        ["dial_outgoing", "dial_extension", "outgoing_call", "outgoing_dialstatus_completed"]
    );
    assert!(share(1000.0, &alpha.recording()) > 0.9, "alpha hears beta");
    assert!(share(440.0, &beta.recording()) > 0.9, "beta hears alpha");
    assert!(share(440.0, &alpha.recording()) < 0.1, "and not itself");
}

#[test]
fn a_caller_who_gives_up_stops_the_other_phone() {
    let Some(mut lab) = lab(&[]) else { return };
    let (mut alpha, mut beta) = (lab.phone("alpha", 440), lab.phone("beta", 1000));
    alpha.does("dial", "beta");
    beta.hears("CALL_INCOMING");
    alpha.hears("CALL_RINGING");
    alpha.does("hangup", "");
    beta.hears("CALL_CLOSED");
    lab.tells("over", "");
    alpha.sees("SIP/2.0 487 Request Terminated");
    beta.sees("CANCEL sip:beta");
    lab.tells("event", "outgoing_dialstatus_canceled");
}

#[test]
fn a_phone_that_declines_is_busy_and_the_caller_hears_so() {
    let Some(mut lab) = lab(&[]) else { return };
    let (mut alpha, mut beta) = (lab.phone("alpha", 440), lab.phone("beta", 1000));
    alpha.does("dial", "beta");
    beta.hears("CALL_INCOMING");
    beta.does("hangup", "");
    lab.tells("leg-over", "busy");
    lab.tells("says", "busy");
    alpha.hears("CALL_ESTABLISHED");
    lab.tells("event", "outgoing_dialstatus_busy");
    lab.tells("listens", "alpha");
    alpha.listens(2_000);
    alpha.does("hangup", "");
    lab.tells("over", "");
    assert!(is_loud(&alpha.recording()), "the sentence is heard");
}

#[test]
fn a_phone_that_nobody_answers_stops_ringing_after_the_timeout() {
    if phone::modules().is_none() {
        return;
    }
    let mut lab = Desk::changed(|network| network.replace("\"10s\"", "\"5s\""), &[]);
    let (mut alpha, mut beta) = (lab.phone("alpha", 440), lab.phone("beta", 1000));
    alpha.does("dial", "beta");
    beta.hears("CALL_INCOMING");
    beta.hears("CALL_CLOSED");
    lab.tells("says", "");
    lab.tells("event", "outgoing_dialstatus_no-answer");
    alpha.hears("CALL_ESTABLISHED");
    beta.sees("CANCEL sip:beta");
}

#[test]
fn a_phone_that_is_not_registered_is_said_to_be_so() {
    let Some(mut lab) = lab(&[]) else { return };
    let mut alpha = lab.phone("alpha", 440);
    alpha.does("dial", "gamma");
    lab.tells("note", "32009");
    lab.tells("says", "");
    let ended = lab.tells("event", "outgoing_dialstatus_no-answer");
    assert_eq!(ended["event"]["call"]["error_code"], "32009", "{ended}");
    // The debugger's webhook says so, too, on a way of its own.
    lab.has_told("twilio-error-32009");
    lab.has_told("/status/error (error 32009)");
    alpha.hears("CALL_ESTABLISHED");
}

/// Twilio's error 32011: after the time of the Dial (ten seconds here) with no response at all.
#[test]
fn a_registered_phone_that_is_silent_is_told_by_the_debugger() {
    let mut lab = Desk::start(&[]);
    let (mut alpha, mut beta) = (lab.hand("alpha"), lab.hand("beta"));
    beta.registers(&[]);
    let mut talk = alpha.dials("beta");
    beta.is_asked("INVITE");
    lab.tells("leg-over", "silent");
    let ended = lab.tells("event", "outgoing_dialstatus_no-answer");
    assert_eq!(ended["event"]["call"]["error_code"], "32011", "{ended}");
    assert_eq!(alpha.is_answered(&mut talk).status(), Some(200));
    lab.has_told("twilio-error-32011");
    let told = lab.has_event("twilio-error-32011");
    assert_eq!(told["event"]["event"]["endpoint"], "beta", "{told}");
}

#[test]
fn a_call_is_held_and_goes_on() {
    let Some(mut lab) = lab(&[]) else { return };
    let (mut alpha, mut beta) = (lab.phone("alpha", 440), lab.phone("beta", 1000));
    alpha.does("dial", "beta");
    beta.hears("CALL_INCOMING");
    beta.does("accept", "");
    lab.tells("talk", "");
    alpha.does("hold", "");
    lab.tells("holds", "holds");
    alpha.does("resume", "");
    lab.tells("holds", "resumes");
    beta.does("hangup", "");
    alpha.hears("CALL_CLOSED");
    lab.tells("over", "");
    lab.tells("event", "outgoing_dialstatus_completed");
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
    assert!(!beta.has_heard("CALL_ESTABLISHED"));
    lab.tells("talk", "gamma");
    gamma.listens(2_000);
    lab.order("hangup");
    gamma.hears("CALL_CLOSED");
    lab.tells("event", "incoming_dialstatus_completed");
    lab.tells("over", "");
    assert!(is_loud(&gamma.recording()), "the caller from outside is heard");
}
