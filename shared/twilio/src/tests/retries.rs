//! Tests of requests that are made again, and of those that are not.

use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::server::{Line, Server, say};
use super::{client_at, client_of, patience};
use crate::{Error, Fields, Patience};

const LIST: &str = r#"{"sid":"CL1","friendly_name":"phones"}"#;
const LISTS: &str = r#"{"credential_lists":[{"sid":"CL1","friendly_name":"phones"}],"next_page_uri":null}"#;
const POST: &str = "POST /2010-04-01/Accounts/AC00000000000000000000000000000000/SIP/CredentialLists.json";

#[test]
fn a_creation_that_met_429_is_asked_for_again() {
    let server = Server::new([say(429, r#"{"code":20429}"#), say(201, LIST)]);
    let made = client_of(&server).create_credential_list("phones").unwrap();
    assert_eq!(made.sid, "CL1");
    assert_eq!(server.lines(), [POST, POST]);
}

#[test]
fn a_creation_that_met_5xx_is_uncertain_and_not_asked_for_again() {
    let server = Server::new([say(503, r#"{"code":20503,"message":"Service unavailable"}"#), say(201, LIST)]);
    let error = client_of(&server).create_credential_list("phones").unwrap_err();
    assert!(error.is_uncertain(), "{error:?}");
    assert!(error.to_string().contains("Service unavailable"), "{error}");
    assert!(error.remedy().unwrap().contains("the next run looks first"), "{error:?}");
    assert_eq!(server.lines(), [POST]);
}

#[test]
fn a_creation_whose_answer_is_lost_is_uncertain_and_not_asked_for_again() {
    for line in [Line::HangUp, Line::BreakOff, say(201, "<html>"), say(201, r#"{"friendly_name":"phones"}"#)]
    {
        let server = Server::new([line, say(201, LIST)]);
        let error = client_of(&server).create_credential_list("phones").unwrap_err();
        assert!(error.is_uncertain(), "{error:?}");
        assert_eq!(error.request(), "POST /SIP/CredentialLists.json");
        assert_eq!(server.lines(), [POST]);
    }
}

#[test]
fn a_creation_that_gets_no_answer_in_time_is_uncertain() {
    let server = Server::new([Line::Silence, say(201, LIST)]);
    let short = Patience { request_timeout: Duration::from_millis(300), ..patience() };
    let error = client_of(&server).patience(short).create_credential_list("phones").unwrap_err();
    assert!(error.is_uncertain(), "{error:?}");
    assert!(error.to_string().contains("no answer within 0.3 s"), "{error}");
    assert_eq!(server.lines(), [POST]);
}

#[test]
fn reading_is_asked_for_again() {
    let again = [say(503, ""), say(500, "{}"), say(429, ""), say(200, LISTS)];
    let lost = [Line::HangUp, Line::BreakOff, say(200, LISTS)];
    for (server, asked) in [(Server::new(again), 4), (Server::new(lost), 3)] {
        assert_eq!(client_of(&server).credential_lists().unwrap().len(), 1);
        assert_eq!(server.lines().len(), asked);
    }
}

#[test]
fn reading_that_fails_is_not_uncertain() {
    let server = Server::new((0..4).map(|_| say(503, "<h1>busy</h1>")));
    let error = client_of(&server).credential_lists().unwrap_err();
    assert!(matches!(&error, Error::Troubled { reason, .. } if reason.contains("503")), "{error:?}");
    let text = error.remedy().unwrap();
    assert!(text.contains("again later") && text.contains("status.twilio.com"), "{text}");
    assert!(!text.contains("network connection"), "{text}");
    assert_eq!(server.lines().len(), 4);
}

#[test]
fn a_change_is_asked_for_again_and_uncertain_in_the_end() {
    let changed = say(200, r#"{"sid":"SD1","domain_name":"demo.sip.twilio.com"}"#);
    let server = Server::new([Line::HangUp, say(502, ""), changed]);
    let fields = Fields::new().with("SipRegistration", "true");
    assert_eq!(client_of(&server).update_sip_domain("SD1", &fields).unwrap().sid, "SD1");
    assert_eq!(server.lines().len(), 3);

    let server = Server::new((0..4).map(|_| say(503, "")));
    assert!(client_of(&server).update_sip_domain("SD1", &fields).unwrap_err().is_uncertain());
    assert_eq!(server.lines().len(), 4);
}

#[test]
fn what_a_first_attempt_deleted_is_deleted() {
    let server = Server::new([Line::HangUp, say(404, r#"{"code":20404}"#)]);
    client_of(&server).delete_sip_domain("SD1").unwrap();
    assert_eq!(server.lines().len(), 2);

    let server = Server::new([say(204, "")]);
    client_of(&server).release_number("PN1").unwrap();
    assert_eq!(server.lines().len(), 1);

    let server = Server::new([say(400, r#"{"code":21241,"message":"Has dependencies."}"#)]);
    assert_eq!(client_of(&server).delete_credential_list("CL1").unwrap_err().code(), Some(21241));
}

#[test]
fn a_long_retry_after_is_capped() {
    let server = Server::new([Line::Say(429, "Retry-After: 3600\r\n", String::new()), say(200, LISTS)]);
    let start = Instant::now();
    client_of(&server).credential_lists().unwrap();
    assert!(start.elapsed() < Duration::from_secs(60));
    assert_eq!(server.lines().len(), 2);
}

#[test]
fn a_retry_after_is_waited_for() {
    let server = Server::new([Line::Say(429, "Retry-After: 1\r\n", String::new()), say(201, LIST)]);
    let start = Instant::now();
    let patient = Patience { longest_pause: Duration::from_millis(200), ..patience() };
    client_of(&server).patience(patient).create_credential_list("phones").unwrap();
    assert!(start.elapsed() >= Duration::from_millis(200));
    assert_eq!(server.lines().len(), 2);
}

#[test]
fn a_long_wait_is_told_before_it_begins() {
    let say_wait = |seconds: &'static str| Line::Say(429, seconds, String::new());
    let server =
        Server::new([say_wait("Retry-After: 100\r\n"), say(200, LISTS), say(429, ""), say(200, LISTS)]);
    let told = Arc::new(Mutex::new(Vec::new()));
    let list = Arc::clone(&told);
    let patient = Patience { longest_pause: Duration::from_secs(2), ..patience() };
    let client = client_of(&server).on_wait(move |wait| list.lock().unwrap().push(wait)).patience(patient);
    client.credential_lists().unwrap();
    // A short pause is nobody's business.
    client.credential_lists().unwrap();
    let told = told.lock().unwrap();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].asked, Some(Duration::from_secs(100)));
    assert!(told[0].pause >= Duration::from_secs(2) && told[0].pause <= Duration::from_secs(3), "{told:?}");
}

#[test]
fn where_nobody_listens_nothing_was_done() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let client = client_at(&base);
    for error in
        [client.create_credential_list("x").unwrap_err(), client.delete_sip_domain("SD1").unwrap_err()]
    {
        assert!(matches!(error, Error::Unreachable { .. }), "{error:?}");
    }
}
