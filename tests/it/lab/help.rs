//! Calls for help, which reach nobody in the lab, and say so.

use super::{is_loud, lab, press};

#[test]
fn a_call_for_help_says_aloud_that_nobody_hears_it() {
    let Some(mut lab) = lab(&[]) else { return };
    let mut alpha = lab.phone("alpha", 440);
    alpha.does("dial", "911");
    lab.tells("help", "NOBODY HEARS THIS CALL FOR HELP");
    lab.tells("talk", "911");
    lab.tells("event", "dial_emergency");
    alpha.listens(2_000);
    alpha.does("hangup", "");
    lab.tells("over", "");
    assert!(is_loud(&alpha.recording()), "it is said aloud");
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
    lab.tells("help", "NOBODY HEARS");
    lab.tells("event", "dial_emergency");
}
