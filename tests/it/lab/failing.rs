//! A service that does not answer as it should, and the fallback URL.

use network::NetworkFile;
use webhook::Alert;

use super::desk::Desk;
use super::elsewhere::Elsewhere;
use super::{is_loud, phone};
use crate::harness::Service;

/// Dials, and waits for the sentence of the last resort and for the end of the call.
fn hears_an_application_error(lab: &mut Desk, codes: [&str; 2]) {
    let mut hand = lab.hand("alpha");
    let mut talk = hand.dials("5035550123");
    for code in codes {
        lab.tells("failed", code);
    }
    lab.tells("says", "application error");
    assert_eq!(hand.is_answered(&mut talk).status(), Some(200));
    let bye = hand.is_asked("BYE");
    hand.answers(&bye, 200);
    lab.tells("over", "");
}

#[test]
fn a_service_that_is_down_is_an_application_error() {
    if phone::modules().is_none() {
        return;
    }
    // Nothing listens on port 1. The fallback, which the file does not name, is the same.
    let mut lab = Desk::start(&["--url", "http://127.0.0.1:1"]);
    let mut alpha = lab.phone("alpha", 440);
    alpha.does("dial", "5035550123");
    lab.tells("failed", "11205");
    lab.tells("failed", "11205");
    lab.tells("says", "application error");
    alpha.hears("CALL_CLOSED");
    lab.tells("over", "");
    assert!(is_loud(&alpha.recording()), "it is said aloud");
}

#[test]
fn a_service_with_another_token_or_that_answers_500_is_an_application_error() {
    let service = Service::on("vectors/network.toml").start();
    let mut lab = Desk::start(&["--url", &format!("http://{}", service.address)]);
    hears_an_application_error(&mut lab, ["the service answered 403", "the service answered 403"]);

    let broken = Elsewhere::always("500 Internal Server Error", "");
    let mut lab = Desk::start(&["--url", &broken.url()]);
    hears_an_application_error(&mut lab, ["the service answered 500", "the service answered 500"]);
}

/// The form is one that the service itself reads as an error of this call (twilio.md, A.7).
#[test]
fn the_debugger_is_told_of_a_document_that_cannot_be_had() {
    let broken = Elsewhere::always("500 Internal Server Error", "");
    let mut lab = Desk::start(&["--url", &broken.url()]);
    let mut hand = lab.hand("alpha");
    let mut talk = hand.dials("5035550123");
    let call = broken.is_asked("/outgoing");
    let told = broken.is_asked("/status/error");
    assert_eq!(told.field("Level"), "ERROR");
    assert_eq!(told.field("PayloadType"), "application/json");
    let payload = told.payload();
    assert_eq!(payload["error_code"], "11200", "{payload}");
    assert_eq!(payload["resource_sid"], call.field("CallSid"), "{payload}");
    assert_eq!(payload["webhook"]["request"]["url"], "http://127.0.0.1:8080/outgoing", "{payload}");
    assert_eq!(hand.is_answered(&mut talk).status(), Some(200));
    hand.is_asked("BYE");
    lab.tells("over", "");
    // A service that works makes an event of it.
    let file = NetworkFile::parse(&std::fs::read_to_string(lab.file()).unwrap()).unwrap();
    let plan = dialplan::alert(&Alert::from_form(&told.form), &file.network("dev").unwrap());
    let events: Vec<_> = plan.events.iter().map(|event| event.name().to_string()).collect();
    assert_eq!(events, ["twilio-error-11200"]);
}

#[test]
fn a_document_that_is_no_twiml_is_an_application_error() {
    let half = Elsewhere::always("200 OK", "<Response><Say>Hello");
    let mut lab = Desk::start(&["--url", &half.url()]);
    hears_an_application_error(&mut lab, ["12100", "12100"]);
}

/// It learns what failed (Twilio's page on availability and reliability), and its document goes on with the call.
#[test]
fn the_fallback_url_takes_the_call_over() {
    let primary = Elsewhere::always("500 Internal Server Error", "");
    let other = Elsewhere::always("200 OK", "<Response><Say>The exchange is closed.</Say></Response>");
    let line = format!("public_url = \"http://127.0.0.1:8080\"\nfallback_url = \"{}/fallback\"", other.url());
    let mut lab = Desk::changed(
        |network| network.replace("public_url = \"http://127.0.0.1:8080\"", &line),
        &["--url", &primary.url()],
    );
    let mut hand = lab.hand("alpha");
    let mut talk = hand.dials("911");
    lab.tells("failed", "the service answered 500");
    lab.tells("says", "The exchange is closed.");
    assert_eq!(hand.is_answered(&mut talk).status(), Some(200));
    hand.is_asked("BYE");
    lab.tells("over", "");
    assert_eq!(primary.is_asked("/outgoing").field("ErrorCode"), "");
    let asked = other.is_asked("/fallback");
    assert_eq!(asked.field("ErrorCode"), "11200");
    assert_eq!(asked.field("ErrorUrl"), "http://127.0.0.1:8080/outgoing");
}
