//! Walks through documents that a small server hands out.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

use exchange::{Caller, Target};
use serde_json::Value;
use webhook::AuthTokens;

use super::*;
use crate::terminal::Nobody;

const PUBLIC_URL: &str = "https://prod.example.org";

/// A page: its place, and the status and body of the answer.
type Page = (&'static str, u16, &'static str);

/// Serves pages until the tests are over.
fn serve(pages: &'static [Page]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            answer(stream.unwrap(), pages);
        }
    });
    url
}

fn answer(mut stream: TcpStream, pages: &[Page]) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut first = String::new();
    reader.read_line(&mut first).unwrap();
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let line = line.trim().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    reader.read_exact(&mut vec![0; length]).unwrap();
    let target = first.split(' ').nth(1).unwrap();
    let page = pages.iter().find(|(place, ..)| target == *place || target.starts_with(&format!("{place}?")));
    let (_, status, body) = page.copied().unwrap_or(("", 404, ""));
    write!(
        stream,
        "HTTP/1.1 {status} X\r\nContent-Type: text/xml\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
}

/// Walks from `/a` on, and lists what was asked and heard.
fn walk(pages: &'static [Page], keys: &[&str], endings: &[Ending]) -> (Result<End, CallError>, Vec<Value>) {
    let caller = Caller::outside("AC", "+15035550199", "+15035550110");
    let voice = Target::post(format!("{PUBLIC_URL}/a"));
    let setup = Setup { caller, voice, fallback: None, status_callback: None, seed: 1 };
    let token = AuthTokens::parse("12345").unwrap().first().clone();
    let service = Service::new(serve(pages), PUBLIC_URL.into(), token);
    let mut script = Script {
        keys: keys.iter().map(|keys| keys.parse().unwrap()).collect(),
        endings: endings.iter().copied().collect(),
        refers: VecDeque::new(),
    };
    let mut transcript = Transcript::new(&Nobody);
    let end = Walk::new(setup, &service, "demo.sip.twilio.com", &mut script, &mut transcript).run();
    (end, transcript.into_steps().as_array().unwrap().clone())
}

fn paths(steps: &[Value]) -> Vec<&str> {
    steps.iter().map(|step| step["path"].as_str().unwrap()).collect()
}

fn verbs(step: &Value) -> Vec<&str> {
    step["heard"].as_array().unwrap().iter().map(|heard| heard["verb"].as_str().unwrap()).collect()
}

#[test]
fn redirects_are_followed_unanswered_with_their_method() {
    let (end, steps) = walk(
        &[
            ("/a", 200, "<Response><Redirect method=\"GET\">b?x=1</Redirect><Say>no</Say></Response>"),
            ("/b", 200, "<Response><Record/><Say>Hi</Say><Redirect>/c</Redirect></Response>"),
            ("/c", 200, "<Response><Reject reason=\"busy\"/></Response>"),
        ],
        &[],
        &[],
    );
    assert_eq!(end.unwrap(), End::Over);
    assert_eq!(paths(&steps), ["/a", "/b?x=1", "/c"]);
    assert_eq!((&steps[1]["method"], &steps[1]["sent"]["CallStatus"]), (&"GET".into(), &"ringing".into()));
    assert_eq!(steps[2]["sent"]["CallStatus"], "in-progress");
    assert_eq!((verbs(&steps[1]), verbs(&steps[2])), (vec!["skip", "say", "redirect"], vec!["reject"]));
}

#[test]
fn silence_goes_on_in_the_document_unless_the_action_wants_it() {
    const PAGES: &[Page] = &[
        (
            "/a",
            200,
            "<Response><Gather action=\"/b\"/><Gather action=\"/c\" actionOnEmptyResult=\"true\"/></Response>",
        ),
        ("/b", 200, "<Response/>"),
        ("/c", 200, "<Response/>"),
    ];
    let (end, steps) = walk(PAGES, &["", ""], &[]);
    assert_eq!((end.unwrap(), paths(&steps)), (End::Over, vec!["/a", "/c"]));
    let sent = &steps[1]["sent"];
    assert_eq!(
        (&sent["Digits"], &sent["FinishedOnKey"], &sent["msg"]),
        (&"".into(), &"".into(), &"Gather End".into())
    );
    let (end, steps) = walk(PAGES, &["12#"], &[]);
    assert_eq!((end.unwrap(), paths(&steps)), (End::Over, vec!["/a", "/b"]));
    let (end, steps) = walk(PAGES, &[""], &[]);
    assert_eq!((end.unwrap(), verbs(&steps[0])), (End::DialTone, vec!["dial_tone", "press", "dial_tone"]));
}

#[test]
fn without_an_action_the_document_goes_on_after_a_dial() {
    const PAGES: &[Page] = &[("/a", 200, "<Response><Dial>+15035550123</Dial><Say>Bye</Say></Response>")];
    let (end, steps) = walk(PAGES, &[], &[Ending::Busy]);
    assert_eq!((end.unwrap(), verbs(&steps[0])), (End::Over, vec!["ring", "end", "say", "hangup"]));
    let (end, steps) = walk(PAGES, &[], &[Ending::Canceled]);
    assert_eq!((end.unwrap(), verbs(&steps[0])), (End::Over, vec!["ring", "end", "caller_gone"]));
    assert_eq!(walk(PAGES, &[], &[]).0.unwrap(), End::Ringing);
}

#[test]
fn one_leg_answers_and_a_caller_who_is_gone_hears_nothing() {
    const PAGES: &[Page] = &[
        (
            "/a",
            200,
            "<Response><Dial answerOnBridge=\"true\" action=\"/b\"><Sip statusCallback=\"/c\">sip:x@demo.sip.twilio.com</Sip>\
             <Sip statusCallback=\"/c\">sip:y@demo.sip.twilio.com</Sip></Dial></Response>",
        ),
        ("/b", 200, "<Response><Say>Hello?</Say></Response>"),
        ("/c", 204, ""),
    ];
    let (end, steps) = walk(PAGES, &[], &[Ending::Completed]);
    assert_eq!((end.unwrap(), paths(&steps)), (End::Over, vec!["/a", "/c", "/c", "/b"]));
    let statuses: Vec<_> = steps.iter().map(|step| step["sent"]["CallStatus"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["ringing", "completed", "canceled", "in-progress"]);
    assert_eq!(steps[3]["sent"]["DialCallSid"], steps[1]["sent"]["CallSid"]);
    let (end, steps) = walk(PAGES, &[], &[Ending::Canceled]);
    assert_eq!(end.unwrap(), End::Over);
    assert_eq!(
        (&steps[3]["sent"]["CallStatus"], verbs(&steps[3])),
        (&"canceled".into(), vec!["caller_gone"])
    );
}

#[test]
fn a_report_that_is_not_taken_is_told_when_the_call_is_over() {
    let (end, steps) = walk(
        &[
            (
                "/a",
                200,
                "<Response><Dial action=\"/b\"><Number statusCallback=\"/c\">+1</Number></Dial></Response>",
            ),
            ("/b", 200, "<Response/>"),
            ("/c", 403, ""),
        ],
        &[],
        &[Ending::Busy],
    );
    assert!(end.unwrap_err().is_refusal());
    assert_eq!(paths(&steps), ["/a", "/c", "/b"]);
}

#[test]
fn circles_and_bad_answers_are_the_other_sides_fault() {
    let (end, steps) = walk(&[("/a", 200, "<Response><Redirect>/a</Redirect></Response>")], &[], &[]);
    assert!(matches!(end.unwrap_err(), CallError::Circle(MOST_DOCUMENTS)));
    assert_eq!(steps.len(), MOST_DOCUMENTS);
    let error = |pages| walk(pages, &[], &[]).0.unwrap_err();
    let malformed = error(&[("/a", 200, "<Response><Say>a & b</Say></Response>")]);
    assert!(matches!(malformed, CallError::Malformed { .. }), "{malformed}");
    for status in [204, 500, 302] {
        let pages: &'static [Page] = Box::leak(Box::new([("/a", status, "")]));
        assert!(!error(pages).is_refusal(), "{status}");
    }
    assert!(matches!(error(&[]), CallError::NotFound { .. }));
}

#[test]
fn other_services_are_named_and_not_called() {
    let (end, _) = walk(
        &[("/a", 200, "<Response><Redirect>https://other.example.org/x</Redirect></Response>")],
        &[],
        &[],
    );
    assert_eq!(end.unwrap(), End::Elsewhere("https://other.example.org/x".into()));
}
