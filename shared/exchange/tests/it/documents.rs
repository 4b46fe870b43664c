//! Documents: how they are had, what they may hold, and those that others wrote.

use exchange::{Input, LegCause, Target};

use crate::desk::{Desk, ORIGIN, setup};

#[test]
fn the_caller_is_answered_by_the_first_sound_and_not_before() {
    let (mut desk, said) = Desk::plays("<Pause/><Redirect method=\"GET\">b?x=1</Redirect><Say>no</Say>");
    assert_eq!(said, ["pause 1"]);
    assert_eq!(desk.hears_out(), ["redirect b?x=1", "GET /b?x=1"]);
    assert_eq!(desk.form.first("CallStatus"), Some("ringing"));
    assert_eq!(desk.document("<Say loop=\"3\">Hi</Say>"), ["answer", "say Hi 3 times"]);
    assert_eq!(desk.hears_out(), ["hang up", "over"]);
}

#[test]
fn only_reject_does_not_answer() {
    assert_eq!(Desk::plays("<Reject reason=\"busy\"/><Say>no</Say>").1, ["reject busy", "over"]);
    assert_eq!(Desk::plays("<Reject/>").1, ["reject rejected", "over"]);
    assert_eq!(Desk::plays("<Hangup/>").1, ["answer", "hang up", "over"]);
    assert_eq!(Desk::plays("").1, ["answer", "hang up", "over"]);
    let (mut desk, _) = Desk::plays("<Dial answerOnBridge=\"true\">+15035550123</Dial>");
    assert_eq!(desk.ends(0, LegCause::Busy), ["hang up", "over"], "ringing, then nothing");
}

#[test]
fn a_document_that_cannot_be_had_is_an_application_error() {
    let (mut desk, _) = Desk::plays("<Redirect>/b</Redirect>");
    assert_eq!(desk.fails(500), ["failed 11200", "answer", "application error"]);
    assert_eq!(desk.hears_out(), ["hang up", "over"]);
    for (content_type, body, code) in [
        ("text/xml", "", 11770),
        ("text/xml", "<Response><Say>a & b</Say></Response>", 12100),
        // The first cause on the page about 12100. Without a declaration, blanks do no harm.
        ("text/xml", "\n<?xml version=\"1.0\"?><Response/>", 12100),
        ("text/xml", "<html/>", 12102),
        ("application/json", "<Response/>", 12300),
        ("", "<Response/>", 12300),
    ] {
        let (mut desk, _) = Desk::plays("<Redirect>/b</Redirect>");
        let said = desk.does(Input::Document { content_type, body });
        assert_eq!(said, [format!("failed {code}"), "answer".into(), "application error".into()], "{body}");
    }
}

#[test]
fn the_fallback_is_asked_once() {
    let fallback = Some(Target::post("https://other.example.org/fallback"));
    let (mut desk, _) = Desk::of(exchange::Setup { fallback, ..setup() }, "<Redirect>/b</Redirect>");
    assert_eq!(desk.fails(502), ["failed 11200", "POST https://other.example.org/fallback"]);
    assert_eq!(desk.form.first("ErrorCode"), Some("11200"));
    assert_eq!(desk.form.first("ErrorUrl"), Some(format!("{ORIGIN}/b").as_str()));
    assert_eq!(desk.document("<Redirect>/c</Redirect>").last().unwrap(), "POST https://other.example.org/c");
    assert_eq!(desk.fails(500), ["failed 11200", "answer", "application error"]);
}

#[test]
fn text_is_spoken_and_audio_is_played() {
    let after = |content_type, body| {
        let (mut desk, _) = Desk::plays("<Redirect>/b</Redirect>");
        let said = desk.does(Input::Document { content_type, body });
        assert_eq!(desk.hears_out(), ["hang up", "over"]);
        said
    };
    assert_eq!(after("text/plain", " Hello "), ["answer", "say Hello"]);
    assert_eq!(after("text/plain; charset=utf-8", "<Response><Say>x</Say></Response>"), ["answer", "say x"]);
    assert_eq!(after("audio/x-wav", "RIFF"), ["answer", "play /b"]);
}

#[test]
fn the_end_of_the_call_is_reported_where_the_domain_says() {
    let status_callback = Some(Target::post(format!("{ORIGIN}/status")));
    let of = |verbs| Desk::of(exchange::Setup { status_callback: status_callback.clone(), ..setup() }, verbs);
    let (mut desk, _) = of("<Say>Hi</Say>");
    assert_eq!(desk.hears_out(), ["hang up", "report completed", "over"]);
    assert_eq!(of("<Reject reason=\"busy\"/>").1, ["reject busy", "report busy", "over"]);
    assert_eq!(of("<Reject/>").1, ["reject rejected", "report no-answer", "over"]);
    let (mut desk, _) = of("<Redirect>/b</Redirect>");
    assert_eq!(desk.hangs_up(), Vec::<String>::new(), "a request is under way");
    assert_eq!(desk.document("<Say>Hi</Say>"), ["report canceled", "over"]);
}

#[test]
fn what_is_not_known_or_not_played_is_passed_over() {
    let (_, said) =
        Desk::plays("<Sms>x</Sms><Record/><Enqueue>q</Enqueue><say>x</say><Bogus/><Gather><Bogus/></Gather>");
    assert_eq!(
        said,
        [
            "skip Sms document.not-played",
            "skip Record document.not-played",
            "skip Enqueue document.not-played",
            "skip say document.unknown-verb",
            "skip Bogus document.unknown-verb",
            "answer",
            "gather",
            "skip Bogus document.unknown-verb",
            "timer 5",
        ]
    );
    let (_, said) = Desk::plays("<Dial><Conference>room</Conference></Dial>");
    assert_eq!(said, ["answer", "dial conference room", "timer 30"]);
}

/// The shapes of the examples on Twilio's pages about each verb, with numbers for fiction.
#[test]
fn documents_that_others_wrote() {
    let play = |document: &str| {
        let (mut desk, _) = Desk::plays("<Redirect>/b</Redirect>");
        let said = desk.does(Input::Document { content_type: "text/xml", body: document });
        (desk, said)
    };
    // The page about Dial: a bare number, written as people write it, and what is said if nobody answers.
    let (mut desk, said) = play(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response>\n    <Dial>503-555-0123</Dial>\n    \
         <Say>Goodbye</Say>\n</Response>\n",
    );
    assert_eq!(said, ["answer", "dial 503-555-0123", "timer 30"]);
    assert_eq!(desk.ends(0, LegCause::NoAnswer), ["say Goodbye"]);
    // The page about Gather: the loop that asks again by a Redirect.
    let (mut desk, said) = play(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- page located at http://example.com/complex_gather.xml -->\n\
         <Response>\n  <Gather action=\"/process_gather.php\" method=\"GET\">\n    <Say>Please enter your account \
         number,\n      followed by the pound sign</Say>\n  </Gather>\n  <Say>We didn't receive any input. \
         Goodbye!</Say>\n</Response>",
    );
    assert_eq!(said[..2], ["answer", "gather"]);
    assert_eq!(desk.presses("12#"), ["stop", "timer 5", "timer 5", "gathered", "GET /process_gather.php"]);
    // The page about Number: three at once, with a time-out and other people's attributes.
    let (mut desk, said) = play(
        "<Response><Dial timeout=\"10\" record=\"true\" ringTone=\"us\" trim=\"trim-silence\">\
         <Number sendDigits=\"wwww1928\">503-555-0123</Number><Number>503-555-0124</Number>\
         <Client>jenny</Client></Dial></Response>",
    );
    let dial = "dial 503-555-0123 503-555-0124 client jenny";
    let skipped = ["skip Dial record document.not-played", "skip Dial ringTone document.not-played"];
    assert_eq!(said, [&skipped[..], &["answer", dial, "timer 10"]].concat());
    assert_eq!(desk.answers(1)[..2], ["end leg 0", "end leg 2"]);
    // The page about Sip: user name, password, and headers after the question mark.
    let (_, said) = play(
        "<Response><Dial><Sip username=\"admin\" password=\"1234\">sip:kate@example.com?x-mycustomheader=foo&amp;\
         x-myotherheader=bar</Sip></Dial></Response>",
    );
    assert_eq!(said[1], "dial sip:kate@example.com?x-mycustomheader=foo&x-myotherheader=bar");
    // The page about Play: a sound, and keys as tones.
    let (mut desk, said) =
        play("<Response><Play loop=\"10\">cowbell.mp3</Play><Play digits=\"wwww3\"></Play></Response>");
    assert_eq!(said, ["answer", "play /cowbell.mp3 10 times"]);
    assert_eq!(desk.hears_out(), ["tones wwww3"]);
}

/// The same for the pages about the other verbs, and for what those pages say in words.
#[test]
fn documents_of_the_other_pages() {
    let play = |verbs: &str| Desk::plays(verbs);
    // The page about Say: marks for the voice within the text, and a text that is said more than once.
    let (mut desk, said) = play(
        "<Say voice=\"Polly.Joanna\">Here is <emphasis level=\"strong\">one</emphasis> word.<break strength=\"x-weak\" \
         time=\"100ms\"/> Spelt: <say-as interpret-as=\"spell-out\">abc</say-as></Say><Say loop=\"2\">Bye</Say>",
    );
    assert_eq!(said, ["answer", "say Here is one word. Spelt: abc"]);
    assert_eq!(desk.hears_out(), ["say Bye 2 times"]);
    // The page about Pause: before the first sound nobody is answered, and between two sounds it is silent.
    let (mut desk, said) =
        play("<Pause length=\"5\"/><Say>Hi there.</Say><Pause length=\"10\"/><Say>Still here</Say>");
    assert_eq!(said, ["pause 5"]);
    assert_eq!(desk.hears_out(), ["answer", "say Hi there."]);
    assert_eq!(desk.hears_out(), ["pause 10"]);
    assert_eq!(desk.hears_out(), ["say Still here"]);
    // The page about Redirect: after a Dial without an action, to a URL of its own folder; nothing after it is reached.
    let (mut desk, _) =
        play("<Dial>503-555-0123</Dial><Redirect>../nextInstructions</Redirect><Say>no</Say>");
    desk.answers(0);
    assert_eq!(desk.ends(0, LegCause::Released), ["redirect ../nextInstructions", "POST /nextInstructions"]);
    assert_eq!(desk.document(""), ["hang up", "over"], "the first document is gone");
    // The page about Hangup, and that about Reject: the one answers, the other does not.
    assert_eq!(play("<Hangup/><Say>no</Say>").1, ["answer", "hang up", "over"]);
    assert_eq!(play("<Reject reason=\"busy\"/>").1, ["reject busy", "over"]);
    // The page about Gather: a finishing key before any digit goes on in the document, and asks nobody.
    let gather = "<Gather action=\"/keys\" finishOnKey=\"*\"><Say>Enter it, then star.</Say></Gather><Say>Nothing came.</Say>";
    let (mut desk, _) = play(gather);
    assert_eq!(desk.presses("*"), ["stop", "gathered", "say Nothing came."]);
    // Without an action, the document itself is asked again, with what was pressed.
    let (mut desk, _) = play("<Gather numDigits=\"1\"><Say>Press one.</Say></Gather>");
    assert_eq!(desk.presses("1"), ["stop", "gathered", "POST /outgoing"]);
    // The page about Dial: an action takes over, whatever follows it.
    let (mut desk, said) = play(
        "<Dial action=\"/handleDialCallStatus\" method=\"GET\">503-555-0123</Dial><Say>I am unreachable</Say>",
    );
    assert_eq!(said, ["answer", "dial 503-555-0123", "timer 30"]);
    assert_eq!(desk.ends(0, LegCause::Busy), ["GET /handleDialCallStatus"]);
    assert_eq!(desk.form.first("DialCallStatus"), Some("busy"));
    // The page about Number: what the one who is called hears first is not played, and that is said.
    let (_, said) =
        play("<Dial><Number url=\"/agent_screen_call.xml\" method=\"GET\">503-555-0123</Number></Dial>");
    assert_eq!(said[0], "skip Number url document.not-played");
    // The page about Sip: a region is a parameter of the URI, not a header.
    let (_, said) = play("<Dial><Sip>sip:alice@example.com;region=ie1</Sip></Dial>");
    assert_eq!(said[1], "dial sip:alice@example.com;region=ie1");
    // The page about Refer: it is Twilio that sends one; not played.
    let (_, said) = play("<Refer action=\"/handleRefer\"><Sip>sip:alice@example.com</Sip></Refer><Hangup/>");
    assert_eq!(said, ["skip Refer document.not-played", "answer", "hang up", "over"]);
}

#[test]
fn a_number_that_no_carrier_takes_and_a_caller_id_of_others_have_their_codes() {
    for (cause, code) in [(LegCause::NoSuchNumber, "13224"), (LegCause::NotOwned, "13214")] {
        let (mut desk, _) = Desk::plays("<Dial action=\"/end\">+15035550123</Dial>");
        assert_eq!(desk.ends(0, cause), ["POST /end"]);
        assert_eq!(
            (desk.form.first("DialCallStatus"), desk.form.first("ErrorCode")),
            (Some("failed"), Some(code))
        );
    }
}
