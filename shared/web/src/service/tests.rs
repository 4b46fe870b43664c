//! Requests at the edge: who gets in, and what they get.

use std::sync::Mutex;

use dialplan::Message;
use network::NetworkFile;
use webhook::sign;

use super::*;

const BASE: &str = "https://n.example.org";
const FILE: &str = "[network]\nname='n'\nregion='US'\n[stages.prod]\nsip_domain='n.sip.twilio.com'\n\
                    public_url='https://n.example.org'\n[extensions.lobby]\nnumber='+15035550110'\n";
const CALL: &[u8] = b"From=sip%3Alobby%40n.sip.twilio.com&To=sip%3A5035550123%40n.sip.twilio.com&FromZip=";

/// Keeps what it is given.
#[derive(Debug, Default, Clone)]
struct Kept(Arc<Mutex<Vec<Message>>>);

impl Sink for Kept {
    const AT_ONCE: bool = false;

    async fn take(&self, messages: Vec<Message>) {
        self.0.lock().unwrap().extend(messages);
    }
}

struct Client {
    edge: Web<Kept>,
    tokens: AuthTokens,
    kept: Kept,
}

impl Client {
    fn new(routes: &'static [Route]) -> Self {
        let network = NetworkFile::parse(FILE).and_then(|file| file.network("prod")).unwrap();
        let tokens = AuthTokens::parse("secret,older").unwrap();
        let kept = Kept::default();
        let edge = Web::new(network, tokens.clone(), routes, kept.clone());
        Self { edge, tokens, kept }
    }

    async fn send(&mut self, request: Request<Bytes>) -> (u16, String) {
        let response = self.edge.call(request).await.unwrap();
        (response.status().as_u16(), String::from_utf8(response.body().to_vec()).unwrap())
    }

    fn signed(&self, method: &str, path: &str, body: &'static [u8]) -> Request<Bytes> {
        let form = (method != "GET").then(|| Form::parse(body).unwrap());
        let signature = sign(self.tokens.first(), &format!("{BASE}{path}"), form.as_ref());
        request(method, path, body, &[("x-twilio-signature", &signature)])
    }
}

fn request(method: &str, path: &str, body: &'static [u8], headers: &[(&str, &str)]) -> Request<Bytes> {
    let request = Request::builder().method(method).uri(path);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    request.body(Bytes::from_static(body)).unwrap()
}

#[tokio::test]
async fn a_signed_call_is_answered_and_counted() {
    let mut client = Client::new(Route::ALL);
    let (status, body) = client.send(client.signed("POST", "/outgoing", CALL)).await;
    assert_eq!(status, 200);
    assert!(body.contains(">+15035550123</Number>"), "{body}");
    let kept = client.kept.0.lock().unwrap();
    let times: Vec<_> = kept.iter().map(Message::json).collect();
    assert_eq!(times.len(), 2);
    assert_ne!(times[0][..42], times[1][..42], "two events of a moment differ in their time");
}

#[tokio::test]
async fn a_get_carries_its_fields_in_the_query() {
    let mut client = Client::new(Route::ALL);
    let path = "/outgoing?From=sip%3Alobby%40n.sip.twilio.com&To=sip%3A933%40n.sip.twilio.com&FromZip=";
    let (status, body) = client.send(client.signed("GET", path, b"ignored=1")).await;
    assert_eq!(status, 200);
    assert!(body.contains(">933</Number>"), "{body}");
}

#[tokio::test]
async fn who_cannot_prove_to_be_twilio_learns_nothing() {
    let mut client = Client::new(Route::ALL);
    let good = sign(client.tokens.first(), &format!("{BASE}/outgoing"), Some(&Form::parse(CALL).unwrap()));
    let paths = Route::ALL.iter().map(|route| route.path()).chain(["/", "/nowhere", "/healthz"]);
    for path in paths {
        for method in ["GET", "POST", "PUT"] {
            assert_eq!(
                client.send(request(method, path, CALL, &[])).await,
                (403, String::new()),
                "{method} {path}"
            );
        }
    }
    for headers in [
        [("x-twilio-signature", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="), ("x", "y")],
        [("x-twilio-signature", good.as_str()), ("x-twilio-signature", good.as_str())],
        [("x-twilio-signature", good.as_str()), ("content-type", "application/json")],
    ] {
        assert_eq!(client.send(request("POST", "/outgoing", CALL, &headers)).await, (403, String::new()));
    }
    assert!(client.kept.0.lock().unwrap().is_empty());
}

#[tokio::test]
async fn an_older_token_is_good_while_it_is_listed() {
    let mut client = Client::new(Route::ALL);
    client.tokens = AuthTokens::parse("older").unwrap();
    assert_eq!(client.send(client.signed("POST", "/outgoing", CALL)).await.0, 200);
    client.tokens = AuthTokens::parse("oldest").unwrap();
    assert_eq!(client.send(client.signed("POST", "/outgoing", CALL)).await.0, 403);
}

#[tokio::test]
async fn twilio_is_told_of_a_wrong_url() {
    let mut client = Client::new(crate::INCOMING);
    assert_eq!(client.send(client.signed("POST", "/outgoing", CALL)).await.0, 404);
    assert_eq!(client.send(client.signed("PUT", "/incoming", CALL)).await.0, 405);
}

#[tokio::test]
async fn callbacks_get_no_document() {
    let mut client = Client::new(crate::STATUS);
    for path in ["/status/call", "/status/error"] {
        for body in [&b""[..], b"CallStatus=completed", b"Payload=%7B", b"CallStatus=&CallStatus=x"] {
            assert_eq!(client.send(client.signed("POST", path, body)).await, (204, String::new()), "{path}");
        }
    }
    let (status, body) = client.send(client.signed("POST", "/status/dial", b"")).await;
    assert_eq!(status, 200);
    assert!(body.starts_with("<?xml"), "{body}");
}

#[tokio::test]
async fn too_much_is_refused_before_it_is_read() {
    let mut client = Client::new(Route::ALL);
    let body: &'static [u8] = vec![b'a'; webhook::MAX_BODY + 1].leak();
    assert_eq!(client.send(request("POST", "/outgoing", body, &[])).await, (413, String::new()));
    let fields: &'static [u8] = "a=1&".repeat(webhook::MAX_FIELDS + 1).into_bytes().leak();
    assert_eq!(client.send(request("POST", "/outgoing", fields, &[])).await, (413, String::new()));
}

#[test]
fn nothing_private_is_in_debug_output() {
    let client = Client::new(Route::ALL);
    let debug = format!("{:?}", client.edge);
    assert!(!debug.contains("5035550110") && !debug.contains("secret"), "{debug}");
}

#[tokio::test]
async fn proven_requests_are_told_the_version_and_the_file() {
    let mut client = Client::new(crate::INCOMING);
    let answers = [
        (client.signed("POST", "/incoming", CALL), 200),
        (client.signed("POST", "/outgoing", CALL), 404),
        (client.signed("PUT", "/incoming", CALL), 405),
        (request("POST", "/incoming", CALL, &[]), 403),
        (request("POST", "/incoming", CALL, &[("x-twilio-signature", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=")]), 403),
    ];
    for (request, status) in answers {
        let response = client.edge.call(request).await.unwrap();
        let told = response.headers().get("x-dialtone").map(|value| value.to_str().unwrap().to_owned());
        let expected = format!("{} {}", env!("CARGO_PKG_VERSION"), network::Fingerprint::of(FILE));
        assert_eq!((response.status().as_u16(), told), (status, (status != 403).then_some(expected)));
    }
}
