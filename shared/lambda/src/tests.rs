use std::fs;
use std::path::Path;

use bytes::Bytes;
use dialplan::{Message, Network, NetworkFile};
use edge::LogSink;
use lambda_http::RequestExt;
use webhook::{AuthTokens, Form};

use super::*;

fn network() -> Network {
    let file = "[network]\nname='n'\nregion='US'\n[stages.prod]\nsip_domain='n.sip.twilio.com'\n\
                public_url='https://n.example.org'\n[extensions.lobby]\nnumber='+15035550110'\n";
    NetworkFile::parse(file).and_then(|file| file.network("prod")).unwrap()
}

fn edge<S: Sink>(sink: S) -> Edge<S> {
    Edge::new(network(), AuthTokens::parse("secret").unwrap(), edge::INCOMING, sink).unwrap()
}

/// An event as API Gateway sends it, body in base64 and headers in small letters.
fn event() -> (String, String) {
    let tokens = AuthTokens::parse("secret").unwrap();
    let form = Form::parse(b"From=%2B15035550199&To=%2B15035550110&FromZip=").unwrap();
    let signature = webhook::sign(tokens.first(), "https://n.example.org/incoming?a=%3a&b=it's", Some(&form));
    let event = format!(
        r#"{{"version":"2.0","routeKey":"$default","rawPath":"/incoming","rawQueryString":"a=%3a&b=it's",
            "headers":{{"host":"abc.execute-api.us-west-2.amazonaws.com","x-forwarded-proto":"https",
            "content-type":"application/x-www-form-urlencoded; charset=UTF-8","x-twilio-signature":"{signature}"}},
            "requestContext":{{"http":{{"method":"POST","path":"/incoming","protocol":"HTTP/1.1","sourceIp":"192.0.2.1",
            "userAgent":"TwilioProxy/1.1"}},"stage":"$default","timeEpoch":1781978645000}},
            "body":"RnJvbT0lMkIxNTAzNTU1MDE5OSZUbz0lMkIxNTAzNTU1MDExMCZGcm9tWmlwPQ==","isBase64Encoded":true}}"#
    );
    (event, signature)
}

fn answered<S: Sink>(edge: &mut Edge<S>, event: &str) -> Result<serde_json::Value, Failure> {
    block_on(answer(edge, event.as_bytes(), "one")).map(|answer| serde_json::from_slice(&answer).unwrap())
}

#[test]
fn an_api_gateway_event_is_answered() {
    let (event, signature) = event();
    let answer = answered(&mut edge(LogSink), &event).unwrap();
    assert_eq!(answer["statusCode"], 200);
    assert_eq!(answer["headers"]["content-type"], "text/xml; charset=utf-8");
    assert_eq!(answer["isBase64Encoded"], false);
    assert!(answer["body"].as_str().unwrap().contains("sip:lobby@n.sip.twilio.com"));

    let answer = answered(&mut edge(LogSink), &event.replace(&signature, "")).unwrap();
    assert_eq!((&answer["statusCode"], &answer["body"]), (&403.into(), &"".into()));
}

#[test]
fn what_is_no_event_is_a_failure() {
    let (event, _) = event();
    for broken in ["", "{}", "[]", &event.replace("RnJv", "#"), &event.replace("POST", "PO ST")] {
        assert_eq!(answered(&mut edge(LogSink), broken).unwrap_err().kind, "event", "{broken}");
    }
}

#[test]
fn a_query_that_is_none_proves_nothing() {
    let (event, _) = event();
    let answer = answered(&mut edge(LogSink), &event.replace("it's", "it\\u0000s")).unwrap();
    assert_eq!(answer["statusCode"], 403);
}

#[test]
fn a_panic_is_a_failure_of_one_request() {
    struct Panics;

    impl Sink for Panics {
        async fn take(&self, _: Vec<Message>) {
            panic!("what it was about");
        }
    }

    let (event, signature) = event();
    let mut edge = edge(Panics);
    let failure = answered(&mut edge, &event).unwrap_err();
    assert_eq!((failure.kind, failure.message), ("panic", "the function has panicked"));
    assert_eq!(answered(&mut edge, &event.replace(&signature, "")).unwrap()["statusCode"], 403);
}

/// `lambda_http`, AWS's own library, reads every payload in `events/` as it is read here.
#[test]
fn requests_are_those_of_lambda_http() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events");
    let mut count = 0;
    for function in ["outgoing", "incoming", "status"] {
        for entry in fs::read_dir(folder.join(function)).unwrap() {
            let text = fs::read_to_string(entry.unwrap().path()).unwrap();
            let theirs = lambda_http::request::from_str(&text).unwrap();
            let ours = event::request(text.as_bytes(), "one").unwrap();
            assert_eq!(ours.method(), theirs.method());
            assert_eq!(ours.headers(), theirs.headers());
            assert_eq!(ours.uri().path(), theirs.raw_http_path());
            assert_eq!(ours.uri().query().unwrap_or_default(), theirs.uri().query().unwrap_or_default());
            assert_eq!(ours.body(), &Bytes::copy_from_slice(theirs.body().as_ref()));
            count += 1;
        }
    }
    assert!(count >= 15, "{count} payloads");
}
