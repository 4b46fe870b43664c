//! Dials, their legs and what is reported of them (<https://www.twilio.com/docs/voice/twiml/dial>).

use std::time::Duration;

use exchange::{Input, LegCause, LegEnd, Party};

use crate::desk::Desk;

const TWO: &str = "<Dial answerOnBridge=\"true\" action=\"/end\" timeout=\"20\" timeLimit=\"60\" callerId=\"+15035550110\">\
                   <Sip statusCallback=\"/leg\">sip:a@demo.sip.twilio.com</Sip>\
                   <Sip statusCallback=\"/leg\">sip:b@demo.sip.twilio.com</Sip></Dial>";

#[test]
fn the_first_that_answers_wins_and_the_caller_is_answered_only_then() {
    let (mut desk, said) = Desk::plays(TWO);
    assert_eq!(said, ["dial sip:a@demo.sip.twilio.com sip:b@demo.sip.twilio.com", "timer 20"]);
    assert_eq!(desk.answers(1), ["end leg 0", "answer", "bridge 1", "timer 60"]);
    assert_eq!(desk.ends(0, LegCause::Released), ["report canceled"]);
    desk.now += Duration::from_secs(14);
    assert_eq!(desk.ends(1, LegCause::Released), ["report completed", "POST /end"]);
    for (name, value) in [
        ("DialCallStatus", "completed"),
        ("DialCallDuration", "14"),
        ("DialBridged", "true"),
        ("DialSipResponseCode", "200"),
        ("CallStatus", "in-progress"),
    ] {
        assert_eq!(desk.form.first(name), Some(value), "{name}");
    }
    let winner = &desk.reports[1];
    assert_eq!(winner.first("CallSid"), desk.form.first("DialCallSid"));
    assert_eq!(winner.first("ParentCallSid"), Some(desk.exchange.sid()));
    assert_eq!((winner.first("CallDuration"), winner.first("From")), (Some("14"), Some("+15035550110")));
    assert_eq!(winner.first("Timestamp"), Some("Thu, 01 Jan 1970 00:00:14 +0000"));
    assert_eq!(desk.document(""), ["hang up", "over"]);
}

#[test]
fn nobody_answers_in_time() {
    let (mut desk, _) = Desk::plays(TWO);
    assert_eq!(desk.waits(), ["end leg 0", "end leg 1"]);
    desk.ends(0, LegCause::Released);
    // An answer that crosses the cancelling is ended again.
    assert_eq!(desk.answers(1), ["end leg 1"]);
    assert_eq!(desk.ends(1, LegCause::Released), ["report no-answer", "POST /end"]);
    assert_eq!(
        (desk.form.first("DialCallStatus"), desk.form.first("CallStatus")),
        (Some("no-answer"), Some("in-progress"))
    );
    assert_eq!(desk.form.first("DialCallDuration"), None);
}

#[test]
fn time_limits_have_defaults_and_bounds() {
    for (attributes, seconds) in
        [("", 30), ("timeout=\"1\"", 5), ("timeout=\"9999\"", 600), ("timeout=\"x\"", 30)]
    {
        let (_, said) = Desk::plays(&format!("<Dial {attributes}>+15035550123</Dial>"));
        assert_eq!(said.last().unwrap(), &format!("timer {seconds}"), "{attributes}");
    }
    let (mut desk, _) = Desk::plays("<Dial>+15035550123</Dial><Say>Bye</Say>");
    assert_eq!(desk.answers(0), ["bridge 0", "timer 14400"]);
    assert_eq!(desk.waits(), ["end leg 0"]);
    assert_eq!(desk.ends(0, LegCause::Released), ["say Bye"], "without an action the document goes on");
}

#[test]
fn each_end_has_its_words() {
    for (cause, status, code) in [
        (LegCause::Busy, "busy", None),
        (LegCause::NoAnswer, "no-answer", None),
        (LegCause::Failed, "failed", None),
        (LegCause::Unregistered, "no-answer", Some("32009")),
        (LegCause::Silent, "no-answer", Some("32011")),
    ] {
        let (mut desk, _) = Desk::plays(TWO);
        desk.ends(0, cause);
        assert_eq!(desk.ends(1, cause), [format!("report {status}"), "POST /end".to_owned()]);
        assert_eq!((desk.form.first("DialCallStatus"), desk.form.first("ErrorCode")), (Some(status), code));
        assert_eq!(desk.form.first("DialBridged"), Some("false"));
    }
    // One phone is not registered, the other is busy: not an error of the whole.
    let (mut desk, _) = Desk::plays(TWO);
    desk.ends(0, LegCause::Unregistered);
    desk.ends(1, LegCause::Busy);
    assert_eq!((desk.form.first("DialCallStatus"), desk.form.first("ErrorCode")), (Some("busy"), None));
}

#[test]
fn a_sip_code_becomes_a_cause() {
    for (code, cause) in [
        (486, LegCause::Busy),
        (600, LegCause::Busy),
        (603, LegCause::Busy),
        (480, LegCause::NoAnswer),
        (404, LegCause::Failed),
        (503, LegCause::Failed),
    ] {
        assert_eq!(LegEnd::refused(code).cause, cause, "{code}");
    }
    let (mut desk, _) = Desk::plays(TWO);
    for leg in desk.legs.clone() {
        desk.does(Input::LegEnds(leg, LegEnd::refused(486)));
    }
    assert_eq!(desk.form.first("DialSipResponseCode"), Some("486"));
}

#[test]
fn a_caller_who_hangs_up_takes_everything_along() {
    let (mut desk, _) = Desk::plays(TWO);
    assert_eq!(desk.hangs_up(), ["end leg 0", "end leg 1"]);
    desk.ends(0, LegCause::Released);
    assert_eq!(desk.ends(1, LegCause::Released), ["report canceled", "POST /end"]);
    assert_eq!(
        (desk.form.first("DialCallStatus"), desk.form.first("CallStatus")),
        (Some("canceled"), Some("canceled"))
    );
    assert_eq!(desk.document("<Say>Hello?</Say>"), ["over"]);
    // The same in the middle of a conversation.
    let (mut desk, _) = Desk::plays(TWO);
    desk.answers(0);
    desk.ends(1, LegCause::Released);
    assert_eq!(desk.hangs_up(), ["end leg 0"]);
    desk.ends(0, LegCause::Released);
    assert_eq!(
        (desk.form.first("DialCallStatus"), desk.form.first("CallStatus")),
        (Some("completed"), Some("completed"))
    );
}

#[test]
fn legs_report_what_is_asked_for() {
    let (mut desk, said) = Desk::plays(
        "<Dial><Number statusCallback=\"/leg\" statusCallbackEvent=\"initiated ringing answered completed\">\
         +15035550123</Number></Dial>",
    );
    assert_eq!(said, ["answer", "dial +15035550123", "report initiated", "timer 30"]);
    let leg = desk.legs[0];
    assert_eq!(desk.does(Input::LegRings(leg)), ["report ringing"]);
    assert_eq!(desk.does(Input::LegRings(leg)), Vec::<String>::new());
    assert_eq!(desk.answers(0)[1], "report in-progress");
    desk.ends(0, LegCause::Released);
    let sequence: Vec<_> = desk.reports.iter().map(|form| form.first("SequenceNumber").unwrap()).collect();
    assert_eq!(sequence, ["0", "1", "2", "3"]);
    assert_eq!(desk.reports[0].first("CallDuration"), None);
}

#[test]
fn one_after_another() {
    let (mut desk, said) = Desk::plays(
        "<Dial sequential=\"true\" action=\"/end\"><Number>+15035550123</Number><Number>+15035550124</Number></Dial>",
    );
    assert_eq!(said[1], "dial +15035550123");
    assert_eq!(desk.ends(0, LegCause::Busy), ["dial +15035550124", "timer 30"]);
    assert_eq!(desk.answers(1), ["bridge 1", "timer 14400"]);
    assert_eq!(desk.ends(1, LegCause::Released), ["POST /end"]);
    assert_eq!(desk.form.first("DialCallStatus"), Some("completed"));
}

#[test]
fn ten_ring_and_nobody_is_nobody() {
    let nouns = "<Number>+15035550123</Number>".repeat(12);
    let (desk, _) = Desk::plays(&format!("<Dial>{nouns}</Dial>"));
    assert_eq!(desk.legs.len(), 10);
    let (desk, said) = Desk::plays("<Dial action=\"/end\"></Dial>");
    assert_eq!(said, ["answer", "dial ", "POST /end"]);
    assert_eq!(desk.form.first("DialCallStatus"), Some("failed"));
}

#[test]
fn a_star_ends_a_conversation_only_if_the_document_says_so() {
    let (mut desk, _) = Desk::plays("<Dial hangupOnStar=\"true\">+15035550123</Dial><Say>Bye</Say>");
    assert_eq!(desk.presses("*"), ["lost *"], "nobody answered yet");
    desk.answers(0);
    assert_eq!(desk.presses("1*"), ["lost 1", "end leg 0"]);
    assert_eq!(desk.ends(0, LegCause::Released), ["say Bye"]);
    let (mut desk, _) = Desk::plays("<Dial>+15035550123</Dial>");
    desk.answers(0);
    assert_eq!(desk.presses("*"), ["lost *"]);
}

const PBX: &str = "<Dial answerOnBridge=\"true\" action=\"/end\" referUrl=\"/refer\"><Sip>sip:menu@pbx.example.org</Sip></Dial>";

#[test]
fn asterisk_sends_the_caller_on() {
    let (mut desk, _) = Desk::plays(PBX);
    assert_eq!(desk.refers(0, "sip:911@demo.sip.twilio.com"), ["refuse refer"], "not before an answer");
    desk.answers(0);
    assert_eq!(desk.refers(0, "<sip:plaza@demo.sip.twilio.com>"), ["take refer", "end leg 0"]);
    assert_eq!(desk.refers(0, "sip:x@y"), ["refuse refer"], "one at a time");
    assert_eq!(desk.ends(0, LegCause::Released), ["POST /refer"], "the action of the Dial is not asked");
    assert_eq!(desk.form.first("ReferTransferTarget"), Some("<sip:plaza@demo.sip.twilio.com>"));
    assert_eq!(desk.document("<Dial>+15035550123</Dial>"), ["dial +15035550123", "timer 30"]);
}

#[test]
fn refers_that_are_not_taken() {
    let (mut desk, _) = Desk::plays("<Dial><Sip>sip:a@demo.sip.twilio.com</Sip></Dial>");
    desk.answers(0);
    assert_eq!(desk.refers(0, "sip:911@x"), ["refuse refer"], "no referUrl");
    assert_eq!(desk.does(Input::Refer { from: Party::Caller, target: "sip:911@x" }), ["refuse refer"]);
    let (mut desk, _) = Desk::plays(PBX);
    for hop in 0..5 {
        desk.answers(hop);
        assert_eq!(desk.refers(hop, "sip:menu@pbx.example.org")[0], "take refer");
        desk.ends(hop, LegCause::Released);
        desk.document(PBX);
    }
    desk.answers(5);
    assert_eq!(desk.refers(5, "sip:menu@pbx.example.org"), ["refuse refer"], "the sixth");
}
