//! Calls to Asterisk, which gets headers and sends the caller on (REFER).

use super::{lab, press};

#[test]
fn asterisk_gets_the_headers_and_sends_the_caller_to_a_number() {
    let Some(mut lab) = lab(&[]) else { return };
    let mut alpha = lab.phone("alpha", 440);
    alpha.does("dial", "#");
    lab.tells("calls", "sip:menu@pbx.example.org");
    lab.tells("note", "x-");
    lab.tells("talk", "Asterisk menu");
    alpha.hears("CALL_RTPESTAB");
    press(&mut lab, &mut alpha, "5035550123#");
    lab.tells("refers", "sip:5035550123@lab-dev.sip.twilio.com");
    lab.tells("refers", "taken");
    lab.tells("asked", "/refer");
    lab.tells("talk", "+15035550123");
}
