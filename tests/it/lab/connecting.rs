//! Calls from phone to phone.

use super::desk::Desk;
use super::elsewhere::Elsewhere;
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

/// Two telephones of one name: both ring, the first that answers has the call, the other stops.
#[test]
fn a_name_that_two_phones_share_rings_both() {
    let Some(mut lab) = lab(&[]) else { return };
    let (mut first, mut second) = (lab.phone("beta", 440), lab.phone("beta", 1000));
    let mut alpha = lab.phone("alpha", 600);
    alpha.does("dial", "beta");
    first.hears("CALL_INCOMING");
    second.hears("CALL_INCOMING");
    second.does("accept", "");
    second.hears("CALL_ESTABLISHED");
    alpha.hears("CALL_ESTABLISHED");
    first.hears("CALL_CLOSED");
    first.sees("CANCEL sip:beta");
    first.sees("SIP/2.0 487 Request Terminated");
    assert!(!first.has_heard("CALL_ESTABLISHED"));
    lab.tells("talk", "alpha and beta");
    alpha.listens(1_500);
    second.listens(1_500);
    second.does("hangup", "");
    alpha.hears("CALL_CLOSED");
    lab.tells("over", "");
    lab.tells("event", "outgoing_dialstatus_completed");
    // It is one leg for the service.
    assert_eq!(
        lab.events(),
        ["dial_outgoing", "dial_extension", "outgoing_call", "outgoing_dialstatus_completed"]
    );
    let heard = alpha.recording();
    assert!(share(1000.0, &heard) > 0.9, "alpha hears the one that answered");
    assert!(share(440.0, &heard) < 0.1, "and not the other");
    assert!(share(600.0, &second.recording()) > 0.9, "and is heard");
}

/// The shortest limit that a network file may set is a minute, so the document is the test's own.
#[test]
fn a_conversation_ends_when_its_time_limit_has_passed() {
    if phone::modules().is_none() {
        return;
    }
    let service = Elsewhere::pages(&[
        (
            "/outgoing",
            "<Response><Dial answerOnBridge=\"true\" timeLimit=\"2\" action=\"/ended\">\
             <Sip>sip:beta@lab-dev.sip.twilio.com</Sip></Dial></Response>",
        ),
        ("/ended", "<Response><Say>Your time is over.</Say></Response>"),
    ]);
    let mut lab = Desk::start(&["--url", &service.url()]);
    let (mut alpha, mut beta) = (lab.phone("alpha", 440), lab.phone("beta", 1000));
    alpha.does("dial", "beta");
    beta.hears("CALL_INCOMING");
    beta.does("accept", "");
    lab.tells("talk", "alpha and beta");
    // Nobody hangs up.
    beta.hears("CALL_CLOSED");
    beta.sees("BYE sip:beta");
    lab.tells("says", "Your time is over.");
    alpha.hears("CALL_CLOSED");
    lab.tells("over", "");
    let ended = service.is_asked("/ended");
    assert_eq!((ended.field("DialCallStatus"), ended.field("DialBridged")), ("completed", "true"));
    let seconds: u64 = ended.field("DialCallDuration").parse().unwrap();
    assert!(seconds >= 2, "{seconds} s, at least the limit: a busy machine is late, never early");
    assert!(share(440.0, &beta.recording()) > 0.9 && share(1000.0, &alpha.recording()) > 0.9);
}
