//! Phones that cannot be reached: they are not registered (Twilio's 32009), or are and do not respond (32011).

use jiff::Timestamp;
use serde_json::Value;

use super::desk::Desk;
use super::lab;

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

/// The five seconds between two tries are the service's (`<Pause length="5">`).
fn seconds_between(first: &Value, second: &Value) -> f64 {
    let at = |line: &Value| line["at"].as_str().unwrap().parse::<Timestamp>().unwrap();
    at(second).duration_since(at(first)).as_secs_f64()
}

#[test]
fn a_phone_that_is_not_registered_is_rung_twice_for_a_caller_from_outside() {
    let mut lab = Desk::start(&[]);
    lab.order("call +15035550110");
    let first = lab.tells("leg-over", "unregistered");
    let second = lab.tells("leg-over", "unregistered");
    let apart = seconds_between(&first, &second);
    assert!(apart >= 5.0, "{apart}");
    // The caller heard ringing until now, and is answered only to hear why.
    lab.tells("answered", "");
    lab.tells("says", "That phone cannot be reached right now.");
    lab.tells("says", "Please call again later. Goodbye.");
    lab.tells("hangs-up", "Twilio hangs up");
    lab.tells("over", "");
    for place in ["POST http://127.0.0.1:8080/incoming\"", "/status/dial\"", "/status/dial?again=1\""] {
        lab.has_told(place);
    }
    lab.tells("event", "incoming_dialstatus_no-answer");
    let told = lab.has_event("error-32009");
    assert_eq!(told["event"]["event"]["endpoint"], "alpha", "{told}");
    let is = |name: &str| lab.events().iter().filter(|event| *event == name).count();
    // Each try is an error; the call is counted once.
    assert_eq!((is("incoming_call"), is("error-32009")), (1, 2), "{:?}", lab.events());
}

#[test]
fn a_phone_that_registers_between_the_two_tries_is_reached() {
    let mut lab = Desk::start(&[]);
    let mut alpha = lab.hand("alpha");
    lab.order("call +15035550110");
    lab.tells("leg-over", "unregistered");
    assert_eq!(alpha.registers(&[]).status(), Some(200));
    let invite = alpha.is_asked("INVITE");
    alpha.answers(&invite, 180);
    alpha.answers(&invite, 200);
    alpha.is_asked("ACK");
    lab.tells("talk", "alpha");
    alpha.speaks_and_hears(&invite);
    lab.order("hangup");
    let bye = alpha.is_asked("BYE");
    alpha.answers(&bye, 200);
    lab.tells("over", "");
    lab.tells("event", "incoming_dialstatus_completed");
    let said = lab.has_not_told("says");
    assert!(said, "the caller heard no sentence");
}

#[test]
fn a_phone_that_is_silent_is_rung_twice_for_a_caller_from_outside() {
    let mut lab = Desk::changed(|network| network.replace("\"10s\"", "\"5s\""), &[]);
    let mut alpha = lab.hand("alpha");
    assert_eq!(alpha.registers(&[]).status(), Some(200));
    lab.order("call +15035550110");
    let first = lab.tells("leg-over", "silent");
    let second = lab.tells("calls", "alpha");
    let apart = seconds_between(&first, &second);
    assert!(apart >= 5.0, "{apart}");
    lab.tells("leg-over", "silent");
    lab.tells("says", "That phone cannot be reached right now.");
    lab.tells("over", "");
    alpha.is_asked("INVITE");
    lab.has_told("/status/dial?again=1\"");
    lab.has_told("twilio-error-32011");
    lab.tells("event", "incoming_dialstatus_no-answer");
    assert_eq!(lab.has_event("error-32011")["event"]["event"]["endpoint"], "alpha");
}
