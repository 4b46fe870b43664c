//! What a phone dials, and who is called.

use super::desk::Desk;
use super::{is_loud, lab, phone, press};

#[test]
fn codes_names_and_short_numbers_call_what_they_stand_for() {
    if phone::modules().is_none() {
        return;
    }
    let codes = "[codes]\n\"211\" = { dial = \"+15035550188\" }\n\"*5\" = { extension = \"beta\" }";
    let mut lab = Desk::changed(|network| network.replace("[codes]", codes), &[]);
    let (mut alpha, _beta) = (lab.phone("alpha", 440), lab.phone("beta", 1000));
    for (dialled, called, event) in [
        ("211", "+15035550188", "dial_pstn"),
        ("*5", "beta", "dial_extension"),
        ("beta", "beta", "dial_extension"),
        ("Beta", "beta", "dial_extension"),
        // Seven digits are completed by the area code of the file.
        ("5550123", "+15035550123", "dial_pstn"),
        ("5035550123", "+15035550123", "dial_pstn"),
        ("15035550123", "+15035550123", "dial_pstn"),
        // Another phone's number rings the phone, with no call to the telephone network.
        ("5035550112", "beta", "dial_extension"),
        ("#", "Asterisk menu", "dial_sip_asterisk"),
    ] {
        alpha.does("dial", dialled);
        let told = lab.tells("calls", "");
        assert_eq!(told["who"], called, "{dialled}: {told}");
        lab.tells("event", event);
        lab.tells("rings", called);
        alpha.hears("CALL_RINGING");
        alpha.does("hangup", "");
        lab.tells("over", "");
        lab.tells("event", "outgoing_dialstatus_");
    }
}

/// Ten seconds without a key, three times: the line is not held for ever.
#[test]
fn nothing_pressed_three_times_ends_the_call() {
    let Some(mut lab) = lab(&["--beeps"]) else { return };
    let mut alpha = lab.phone("alpha", 440);
    alpha.does("dial", "1234567890");
    lab.tells("says", "That is not a complete phone number, so please check it.");
    for place in ["/outgoing/digits\"", "/outgoing/digits?try=2\"", "/outgoing/digits?try=3\""] {
        lab.tells("asked", place);
        lab.tells("says", "Nothing was dialed.");
    }
    lab.tells("says", "Please hang up and try again. Goodbye.");
    lab.tells("hangs-up", "Twilio hangs up");
    alpha.hears("CALL_CLOSED");
    alpha.sees("BYE sip:alpha");
    lab.tells("over", "");
    assert!(is_loud(&alpha.recording()));
    let refusals = lab.events().iter().filter(|event| *event == "reject").count();
    assert_eq!(refusals, 1, "{:?}", lab.events());
}

/// `#` alone sends nothing. A number at the second dial tone is called as one at the first is.
#[test]
fn a_number_at_the_second_dial_tone_is_called() {
    let Some(mut lab) = lab(&[]) else { return };
    let mut alpha = lab.phone("alpha", 440);
    alpha.does("dial", "1234567890");
    alpha.hears("CALL_RTPESTAB");
    lab.tells("listens", "alpha");
    press(&mut lab, &mut alpha, "123#");
    lab.tells("asked", "/outgoing/digits\"");
    lab.tells("listens", "alpha");
    press(&mut lab, &mut alpha, "5550123#");
    lab.tells("asked", "/outgoing/digits?try=2\"");
    lab.tells("talk", "+15035550123");
    alpha.does("hangup", "");
    lab.tells("over", "");
    lab.tells("event", "outgoing_dialstatus_completed");
    let names = lab.events();
    assert_eq!(names.iter().filter(|name| *name == "reject").count(), 2, "{names:?}");
}

/// The page on Gather: keys count only within one. Those that a caller presses before its document has come are lost.
#[test]
fn a_key_before_the_gather_is_lost() {
    if phone::modules().is_none() {
        return;
    }
    let service = super::elsewhere::Elsewhere::pages(&[(
        "/outgoing",
        "<Response><Say>One two three four five six seven eight nine ten.</Say>\
         <Gather action=\"/keys\" numDigits=\"1\" timeout=\"30\"/></Response>",
    )]);
    let mut lab = Desk::start(&["--url", &service.url()]);
    let mut alpha = lab.phone("alpha", 440);
    alpha.does("dial", "beta");
    lab.tells("says", "One two");
    alpha.hears("CALL_RTPESTAB");
    alpha.does("sndcode", "9");
    lab.tells("key-lost", "9");
    lab.tells("listens", "alpha");
    press(&mut lab, &mut alpha, "5");
    assert_eq!(service.is_asked("/keys").field("Digits"), "5");
    alpha.hears("CALL_CLOSED");
}
