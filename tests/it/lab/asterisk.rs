//! Calls to Asterisk, which gets headers and sends the caller on (REFER).

use super::desk::Desk;
use super::elsewhere::Elsewhere;
use super::{is_loud, lab, phone, press};

#[test]
fn asterisk_gets_the_headers_and_sends_the_caller_to_a_number() {
    let Some(mut lab) = lab(&[]) else { return };
    let mut alpha = lab.phone("alpha", 440);
    alpha.does("dial", "#");
    lab.tells("calls", "sip:menu@pbx.example.org");
    lab.tells("note", "it gets x-");
    lab.tells("talk", "Asterisk menu");
    alpha.hears("CALL_RTPESTAB");
    press(&mut lab, &mut alpha, "5035550123#");
    lab.tells("refers", "sip:5035550123@lab-dev.sip.twilio.com");
    lab.tells("refers", "taken");
    lab.tells("asked", "/refer");
    lab.tells("talk", "+15035550123");
    alpha.does("hangup", "");
    lab.tells("over", "");
    lab.tells("event", "dial_sip_asterisk");
    lab.tells("event", "dial_pstn");
    lab.tells("event", "outgoing_dialstatus_completed");
}

/// What Asterisk asks for goes through the dial plan like what the phone dials: the caller hears why not, and dials anew.
#[test]
fn a_caller_whom_asterisk_sends_where_no_one_may_go_hears_why() {
    let Some(mut lab) = lab(&[]) else { return };
    let mut alpha = lab.phone("alpha", 440);
    alpha.does("dial", "#");
    lab.tells("talk", "Asterisk menu");
    alpha.hears("CALL_RTPESTAB");
    press(&mut lab, &mut alpha, "9005550123#");
    lab.tells("refers", "taken");
    lab.tells("asked", "/refer");
    lab.tells("listens", "alpha");
    lab.tells("says", "That number costs extra, and this phone cannot call it.");
    let refused = lab.tells("event", "reject");
    assert_eq!(refused["event"]["call"]["reason"], "premium", "{refused}");
    press(&mut lab, &mut alpha, "911");
    lab.tells("help", "NOBODY HEARS");
    alpha.does("hangup", "");
    lab.tells("over", "");
    assert!(is_loud(&alpha.recording()));
}

/// Nobody documents how many Twilio takes; a loop between Asterisk and the dial plan must end all the same. After the
/// fifth, the caller stays with Asterisk.
#[test]
fn a_call_takes_five_refers_and_goes_on_after_the_sixth() {
    let Some(mut lab) = lab(&[]) else { return };
    let mut alpha = lab.phone("alpha", 440);
    alpha.does("dial", "#");
    lab.tells("talk", "Asterisk menu");
    alpha.hears("CALL_RTPESTAB");
    for _ in 0..5 {
        press(&mut lab, &mut alpha, "#");
        lab.tells("refers", "taken");
        lab.tells("asked", "/refer");
        lab.tells("talk", "Asterisk menu");
    }
    for _ in 0..2 {
        press(&mut lab, &mut alpha, "#");
        lab.tells("assumed", "refer.hops");
        let refused = lab.tells("refers", "the REFER is refused");
        assert_eq!(refused["code"], 603, "{refused}");
    }
    assert!(lab.has_not_told("hangs-up") && !alpha.has_heard("CALL_CLOSED"), "the caller is still there");
    alpha.does("hangup", "");
    lab.tells("over", "");
    lab.tells("event", "outgoing_dialstatus_completed");
}

/// A Dial without `referUrl` takes no REFER: the phone that sends one is refused, the call goes on, and the account's
/// debugger is told (<https://www.twilio.com/docs/api/errors/13802>).
#[test]
fn a_phone_that_sends_the_caller_on_is_refused_and_the_call_goes_on() {
    if phone::modules().is_none() {
        return;
    }
    let service = Elsewhere::pages(&[(
        "/outgoing",
        "<Response><Dial><Sip>sip:beta@lab-dev.sip.twilio.com</Sip></Dial></Response>",
    )]);
    let mut lab = Desk::start(&["--url", &service.url()]);
    let (mut alpha, mut beta) = (lab.phone("alpha", 440), lab.hand("beta"));
    beta.registers(&[]);
    alpha.does("dial", "beta");
    let invite = beta.is_asked("INVITE");
    let mut talk = beta.picks_up(&invite);
    lab.tells("talk", "alpha and beta");
    let refer = beta.within(&mut talk, "REFER").with("Refer-To", "<sip:gamma@lab-dev.sip.twilio.com>");
    beta.sends(&refer);
    beta.is_told(603, "REFER");
    lab.tells("refers", "the REFER is refused");
    assert_eq!(service.is_asked("/status/error").payload()["error_code"], "13802");
    beta.speaks_and_hears(&invite);
    // Then the caller wants to send the other on. baresip hangs up when that is refused.
    alpha.listens(1_000);
    alpha.does("transfer", "sip:gamma@lab-dev.sip.twilio.com");
    lab.tells("assumed", "refer.by-caller");
    lab.tells("refers", "the REFER is refused");
    alpha.sees("SIP/2.0 603 Decline");
    let bye = beta.is_asked("BYE");
    beta.answers(&bye, 200);
    lab.tells("over", "");
}
