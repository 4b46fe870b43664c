//! When keys count (<https://www.twilio.com/docs/voice/twiml/gather>).

use crate::desk::Desk;

const TONE: &str = "<Say>No such number.</Say><Gather action=\"/digits\" timeout=\"8\" actionOnEmptyResult=\"true\">\
                    <Say>Please dial.</Say><Play loop=\"0\">/tone.wav</Play></Gather><Hangup/>";

#[test]
fn a_key_before_the_gather_is_lost_and_one_in_it_cuts_the_sentence() {
    let (mut desk, said) = Desk::plays(TONE);
    assert_eq!(said, ["answer", "say No such number."]);
    assert_eq!(desk.presses("9"), ["lost 9"]);
    assert_eq!(desk.hears_out(), ["gather", "say Please dial."]);
    assert_eq!(desk.presses("9"), ["stop", "timer 8"]);
    assert_eq!(desk.presses("11"), ["timer 8", "timer 8"]);
    assert_eq!(desk.waits(), ["gathered", "POST /digits"]);
    assert_eq!(desk.form.first("Digits"), Some("911"), "the 9 of before is not among them");
    assert_eq!((desk.form.first("FinishedOnKey"), desk.form.first("msg")), (Some(""), Some("Gather End")));
    assert_eq!(desk.form.first("CallStatus"), Some("in-progress"));
    assert_eq!(desk.presses("1"), ["lost 1"], "a key while the document is on its way");
}

#[test]
fn the_finishing_key_ends_it_at_once() {
    let (mut desk, _) = Desk::plays(TONE);
    desk.hears_out();
    assert_eq!(desk.presses("5#7").last().unwrap(), "lost 7");
    assert_eq!((desk.form.first("Digits"), desk.form.first("FinishedOnKey")), (Some("5"), Some("#")));
}

#[test]
fn time_runs_after_what_is_nested_and_a_sound_without_end_keeps_it_from_running() {
    let (mut desk, _) = Desk::plays(TONE);
    desk.hears_out();
    assert_eq!(desk.hears_out(), ["play /tone.wav endlessly"], "no timer is set while it is played");
    assert!(desk.timer.is_none());
    let (mut desk, said) = Desk::plays("<Gather><Say>Hi</Say><Pause length=\"2\"/></Gather><Say>Bye</Say>");
    assert_eq!(said, ["answer", "gather", "say Hi"]);
    assert_eq!(desk.hears_out(), ["pause 2"]);
    assert_eq!(desk.hears_out(), ["timer 5"]);
    assert_eq!(desk.waits(), ["gathered", "say Bye"], "silence goes on in the document");
}

#[test]
fn a_timer_of_before_does_not_end_what_is_being_pressed() {
    let (mut desk, _) = Desk::plays("<Gather action=\"/digits\"/>");
    let (old, _) = desk.timer.unwrap();
    desk.presses("1");
    assert_eq!(desk.does(exchange::Input::Timer(old)), Vec::<String>::new());
    assert!(desk.exchange.is_gathering());
}

#[test]
fn an_empty_result_is_reported_if_it_is_wanted() {
    let (mut desk, _) = Desk::plays("<Gather actionOnEmptyResult=\"true\" method=\"GET\"/>");
    assert_eq!(desk.waits(), ["gathered", "GET /outgoing"], "the action is the document itself");
    assert_eq!(desk.form.first("Digits"), Some(""));
    let (mut desk, _) = Desk::plays("<Gather numDigits=\"2\" finishOnKey=\"\" action=\"d\"/>");
    assert_eq!(desk.presses("#*"), ["timer 5", "gathered", "POST /d"]);
    assert_eq!(desk.form.first("Digits"), Some("#*"));
}

#[test]
fn a_gather_for_speech_hears_no_key() {
    let (mut desk, said) = Desk::plays("<Gather input=\"speech\" action=\"/d\"/>");
    assert_eq!(said, ["answer", "gather", "timer 5"]);
    assert_eq!(desk.presses("1"), ["lost 1"]);
    assert_eq!(desk.waits(), ["gathered", "hang up", "over"]);
    let (mut desk, _) = Desk::plays("<Gather input=\"dtmf speech\" numDigits=\"1\" action=\"/d\"/>");
    assert_eq!(desk.presses("1"), ["gathered", "POST /d"]);
}

#[test]
fn a_caller_who_hangs_up_hears_nothing_more() {
    let (mut desk, _) = Desk::plays(TONE);
    assert_eq!(desk.hangs_up(), ["stop", "over"]);
    let (mut desk, _) = Desk::plays(TONE);
    desk.hears_out();
    assert_eq!(desk.hangs_up(), ["stop", "gathered", "over"]);
    assert_eq!(desk.presses("1"), Vec::<String>::new());
}
