//! What odd phones do, and what a bad network does to good ones.

use super::desk::Desk;
use super::{is_loud, lab, press, share};

/// Twilio's edge does so, and has broken phones of others (seen in a trace: esp-adf #991).
#[test]
fn a_bye_without_route_is_refused_and_the_call_goes_on() {
    let mut lab = Desk::start(&[]);
    let mut hand = lab.hand("alpha");
    let mut talk = hand.dials("1234567890");
    let answer = hand.is_answered(&mut talk);
    lab.tells("says", "");
    let routes = std::mem::take(&mut talk.routes);
    let refused = hand.asks_within(&mut talk, "BYE", None);
    assert_eq!(refused.status(), Some(481));
    hand.speaks_and_hears(&answer);
    talk.routes = routes;
    assert_eq!(hand.asks_within(&mut talk, "BYE", None).status(), Some(200));
    lab.tells("over", "");
}

#[test]
fn a_phone_that_declines_with_603_is_busy() {
    let mut lab = Desk::start(&[]);
    let (mut alpha, mut beta) = (lab.hand("alpha"), lab.hand("beta"));
    assert_eq!(beta.registers(&[]).status(), Some(200));
    let mut talk = alpha.dials("beta");
    let invite = beta.is_asked("INVITE");
    beta.answers(&invite, 603);
    beta.is_asked("ACK");
    lab.tells("leg-over", "603");
    lab.has_told("leg.refused");
    lab.tells("event", "outgoing_dialstatus_busy");
    lab.tells("says", "busy");
    assert_eq!(alpha.is_answered(&mut talk).status(), Some(200));
}

/// Twilio's Gather hears RFC 4733 only (support article 223180068).
#[test]
fn keys_as_sip_info_count_for_nothing_and_the_lab_says_so() {
    let mut lab = Desk::start(&[]);
    let mut hand = lab.hand("alpha");
    let mut talk = hand.dials("1234567890");
    hand.is_answered(&mut talk);
    lab.tells("listens", "alpha");
    for key in "911#".chars() {
        let relay = format!("Signal={key}\r\nDuration=160\r\n").into_bytes();
        let answer = hand.asks_within(&mut talk, "INFO", Some(("application/dtmf-relay", relay)));
        assert_eq!(answer.status(), Some(200));
        lab.tells("note", "a SIP INFO is no key");
    }
    hand.asks_within(&mut talk, "BYE", None);
    lab.tells("over", "");
    assert!(!lab.events().contains(&"dial_emergency".to_owned()), "{:?}", lab.events());
}

#[test]
fn a_caller_who_holds_in_mid_sentence_comes_back_and_dials() {
    let Some(mut lab) = lab(&[]) else { return };
    let mut alpha = lab.phone("alpha", 440);
    alpha.does("dial", "1234567890");
    lab.tells("says", "");
    alpha.hears("CALL_RTPESTAB");
    alpha.listens(200);
    alpha.does("hold", "");
    lab.tells("holds", "holds");
    alpha.does("resume", "");
    lab.tells("holds", "resumes");
    press(&mut lab, &mut alpha, "5035550123#");
    lab.tells("talk", "+15035550123");
    lab.order("hangup");
    lab.tells("event", "outgoing_dialstatus_completed");
}

/// Its Contact and its description name an address that leads nowhere: what counts is where it is heard from.
#[test]
fn a_phone_behind_nat_is_called_and_heard_where_it_speaks_from() {
    let mut lab = Desk::start(&[]);
    let (mut alpha, mut beta) = (lab.hand("alpha"), lab.hand("beta"));
    beta.host = "192.0.2.55:5062".into();
    let registered = beta.registers(&[]);
    assert_eq!(registered.status(), Some(200));
    assert!(registered.header("Contact").unwrap().contains("192.0.2.55"));
    let via = registered.header("Via").unwrap();
    assert!(via.contains("received=127.0.0.1") && via.contains("rport="), "{via}");
    let mut talk = alpha.dials("beta");
    let invite = beta.is_asked("INVITE");
    assert!(invite.uri().contains("192.0.2.55"), "{}", invite.uri());
    beta.answers(&invite, 180);
    beta.answers(&invite, 200);
    let ack = beta.is_asked("ACK");
    assert!(ack.uri().contains("192.0.2.55"), "{}", ack.uri());
    assert_eq!(alpha.is_answered(&mut talk).status(), Some(200));
    beta.speaks_and_hears(&invite);
    alpha.asks_within(&mut talk, "BYE", None);
    let bye = beta.is_asked("BYE");
    beta.answers(&bye, 200);
    lab.tells("event", "outgoing_dialstatus_completed");
}

#[test]
fn a_call_that_is_taken_back_at_once_is_over_for_both() {
    let mut lab = Desk::start(&[]);
    let (mut alpha, mut beta) = (lab.hand("alpha"), lab.hand("beta"));
    let mut talk = alpha.invites("5035550123");
    alpha.cancels(&talk);
    alpha.is_told(200, "CANCEL");
    assert_eq!(alpha.is_answered(&mut talk).status(), Some(487));
    lab.tells("over", "");

    // The other phone's answer crosses the CANCEL of the lab.
    beta.registers(&[]);
    let mut talk = alpha.dials("beta");
    let invite = beta.is_asked("INVITE");
    beta.answers(&invite, 180);
    lab.tells("rings", "beta");
    alpha.cancels(&talk);
    beta.is_asked("CANCEL");
    beta.answers(&invite, 200);
    beta.is_asked("ACK");
    let bye = beta.is_asked("BYE");
    beta.answers(&bye, 200);
    assert_eq!(alpha.is_answered(&mut talk).status(), Some(487));
    lab.tells("event", "outgoing_dialstatus_canceled");
}

#[test]
fn odd_registrations_are_answered_as_twilio_answers_them() {
    let mut lab = Desk::start(&[]);
    let mut hand = lab.hand("alpha");
    let brief = hand.registers(&[("Expires", "60")]);
    assert_eq!((brief.status(), brief.header("Min-Expires")), (Some(423), Some("600")));
    lab.tells("not-registered", "423");
    let uri = "sip:alpha@lab-dev.sip.twilio.com";
    let with_user = hand.message("REGISTER", uri, "u", uri);
    assert_eq!(hand.asks(&with_user).status(), Some(400));
    lab.tells("not-registered", "400");
    for place in 1..=10 {
        hand.host = format!("192.0.2.{place}:5060");
        let answer = hand.registers(&[]);
        assert_eq!((answer.status(), answer.list("Contact").len()), (Some(200), place));
    }
    hand.host = "192.0.2.11:5060".into();
    assert_eq!(hand.registers(&[]).status(), Some(403));
    lab.tells("not-registered", "403");
}

/// RTP is lost for good, SIP is sent again: by the phone and by the lab.
#[test]
fn two_phones_talk_though_a_third_of_all_datagrams_is_lost() {
    let Some(mut lab) = lab(&["--loss", "30"]) else { return };
    let (mut alpha, mut beta) = (lab.phone("alpha", 440), lab.phone("beta", 1000));
    alpha.does("dial", "beta");
    beta.hears("CALL_INCOMING");
    beta.does("accept", "");
    beta.hears("CALL_ESTABLISHED");
    alpha.hears("CALL_ESTABLISHED");
    lab.tells("talk", "alpha and beta");
    alpha.listens(1_500);
    beta.listens(1_500);
    alpha.does("hangup", "");
    beta.hears("CALL_CLOSED");
    lab.tells("over", "");
    lab.tells("event", "outgoing_dialstatus_completed");
    assert!(is_loud(&alpha.recording()) && share(1000.0, &alpha.recording()) > 0.5, "alpha hears beta");
    assert!(is_loud(&beta.recording()) && share(440.0, &beta.recording()) > 0.5, "beta hears alpha");
}
