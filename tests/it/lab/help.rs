//! Calls for help, which reach nobody in the lab, and say so.

use super::desk::Desk;
use super::phone::Phone;
use super::{is_loud, lab, phone, press};

/// Waits until Twilio is told to dial this number for help, and until the caller is told that nobody hears it.
fn is_called_for_help(lab: &mut Desk, number: &str) {
    let told = lab.tells("help", "NOBODY HEARS THIS CALL FOR HELP");
    assert_eq!(told["who"], number, "{told}");
    lab.tells("talk", number);
}

/// Hangs up after a while, and says whether somebody spoke.
fn hears_a_voice(lab: &mut Desk, phone: &mut Phone) -> bool {
    phone.listens(2_000);
    phone.does("hangup", "");
    lab.tells("over", "");
    is_loud(&phone.recording())
}

#[test]
fn a_call_for_help_says_aloud_that_nobody_hears_it() {
    let Some(mut lab) = lab(&[]) else { return };
    let mut alpha = lab.phone("alpha", 440);
    for dialled in ["911", "112"] {
        alpha.does("dial", dialled);
        is_called_for_help(&mut lab, "911");
        lab.tells("event", "dial_emergency");
        alpha.hears("CALL_ESTABLISHED");
        assert!(hears_a_voice(&mut lab, &mut alpha), "it is said aloud");
        lab.tells("event", "outgoing_dialstatus_completed");
    }
}

/// The test of the registered address, which is no emergency.
#[test]
fn a_test_of_the_address_reaches_nobody_either() {
    let Some(mut lab) = lab(&[]) else { return };
    let mut alpha = lab.phone("alpha", 440);
    alpha.does("dial", "933");
    is_called_for_help(&mut lab, "933");
    lab.tells("event", "dial_address_test");
    assert!(hears_a_voice(&mut lab, &mut alpha), "it is said aloud");
    lab.tells("event", "outgoing_dialstatus_completed");
    assert!(!lab.events().contains(&"dial_emergency".to_owned()), "{:?}", lab.events());
}

/// Keys count from the first syllable of a sentence.
#[test]
fn help_pressed_while_a_sentence_is_spoken_is_called() {
    let Some(mut lab) = lab(&[]) else { return };
    let mut alpha = lab.phone("alpha", 440);
    alpha.does("dial", "1234567890");
    lab.tells("says", "");
    alpha.hears("CALL_RTPESTAB");
    press(&mut lab, &mut alpha, "911");
    is_called_for_help(&mut lab, "911");
    lab.tells("event", "dial_emergency");
}

/// A phone whose dial plan sends too soon, or a person who presses send too soon: the rest comes at the dial tone.
#[test]
fn help_that_comes_in_pieces_is_called() {
    let Some(mut lab) = lab(&[]) else { return };
    let mut alpha = lab.phone("alpha", 440);
    // `#` sends what was pressed; without it, ten seconds of silence do.
    for (dialled, pieces) in [("9", &["1#", "1#"][..]), ("91", &["1"])] {
        alpha.does("dial", dialled);
        alpha.hears("CALL_RTPESTAB");
        for piece in pieces {
            lab.tells("listens", "alpha");
            press(&mut lab, &mut alpha, piece);
            lab.tells("asked", "/outgoing/digits");
        }
        is_called_for_help(&mut lab, "911");
        lab.tells("event", "dial_emergency");
        assert!(hears_a_voice(&mut lab, &mut alpha));
    }
}

/// Somewhere that Twilio reaches no emergency service, the phones must say so.
#[test]
fn a_network_without_emergency_calls_says_so_aloud() {
    if phone::modules().is_none() {
        return;
    }
    let none = "emergency_calling = \"none\"\nring_timeout";
    let change = |network: &str| {
        let without = network.replace("emergency_caller_id = \"+15035550110\"\n", "");
        without.replace("ring_timeout", none)
    };
    let mut lab = Desk::changed(change, &[]);
    let mut alpha = lab.phone("alpha", 440);
    for dialled in ["911", "112"] {
        alpha.does("dial", dialled);
        lab.tells("says", "so please find another phone now.");
        lab.tells("event", "emergency_refused");
        lab.tells("listens", "alpha");
        assert!(hears_a_voice(&mut lab, &mut alpha), "it is said aloud");
    }
    assert!(lab.has_not_told("help") && lab.has_not_told("calls"), "nobody is called");
}

/// A phone that must not call for help.
#[test]
fn a_phone_that_may_not_call_for_help_says_so_aloud() {
    if phone::modules().is_none() {
        return;
    }
    let change =
        |network: &str| network.replacen("[extensions.alpha]", "[extensions.alpha]\nemergency = false", 1);
    let mut lab = Desk::changed(change, &[]);
    let mut alpha = lab.phone("alpha", 440);
    alpha.does("dial", "911");
    lab.tells("says", "This phone cannot call");
    lab.tells("event", "emergency_refused");
    assert!(hears_a_voice(&mut lab, &mut alpha), "it is said aloud");
    assert!(lab.has_not_told("help"), "nobody is called");
}

/// Phones of another country, with numbers that its authority keeps for fiction.
fn abroad(region: &str, number: &str) -> Desk {
    let file = format!(
        "[network]\nname = \"lab\"\nregion = \"{region}\"\nemergency_caller_id = \"{number}\"\n\
         [stages.dev]\nsip_domain = \"lab-dev.sip.twilio.com\"\npublic_url = \"http://127.0.0.1:8080\"\n\
         [extensions.alpha]\nnumber = \"{number}\"\n"
    );
    Desk::changed(|_| file.clone(), &[])
}

/// What is dialled is valid in the country of the number that is shown (docs/emergency.md).
#[test]
fn help_abroad_is_what_the_country_calls_it() {
    if phone::modules().is_none() {
        return;
    }
    let britain: &[_] = &[("999", "999"), ("112", "112"), ("911", "999")];
    // To Twilio, the numbers of France but 112 carry its country code.
    let france: &[_] = &[("15", "+3315"), ("911", "112")];
    for (region, number, calls) in [("GB", "+442079460123", britain), ("FR", "+33199001234", france)] {
        let mut lab = abroad(region, number);
        let mut alpha = lab.phone("alpha", 440);
        for (dialled, number) in calls {
            alpha.does("dial", dialled);
            is_called_for_help(&mut lab, number);
            lab.tells("event", "dial_emergency");
            assert!(hears_a_voice(&mut lab, &mut alpha), "it is said aloud");
        }
    }
}
