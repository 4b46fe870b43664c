//! Events of API Gateway (HTTP API, payload version 2.0), through the whole function but Lambda's runtime.
//!
//! Input: a byte for the form. With `{`, the input is the event itself, whatever JSON. Otherwise its bits choose a signature,
//! a method, base64 and a content type, and the rest is path, query, a header and body, a line each.
//!
//! Source of the format: <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>.
#![no_main]

use std::future::Future;
use std::pin::pin;
use std::sync::OnceLock;
use std::task::{Context, Poll, Waker};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dialplan::Message;
use lambda::Handler;
use libfuzzer_sys::fuzz_target;
use network::NetworkFile;
use serde_json::{Value, json};
use web::{Route, Sink, Web};
use webhook::{AuthToken, AuthTokens, Form, sign};

const TOKEN: &str = "any-secret";
const FILE: &str = include_str!("../network.toml");
const FORM: &str = "application/x-www-form-urlencoded";
const METHODS: [&str; 4] = ["POST", "GET", "PUT", "BREW"];
const CONTENT_TYPES: [Option<&str>; 4] = [None, Some(FORM), Some("application/json"), Some("text/\u{e9}")];

/// Takes events and has nowhere to put them; `calls` looks into them.
struct Taken;

impl Sink for Taken {
    const AT_ONCE: bool = true;

    async fn take(&self, _: Vec<Message>) {}
}

/// The service, and the URL that Twilio calls it by.
fn service() -> &'static (Web<Taken>, String) {
    static SERVICE: OnceLock<(Web<Taken>, String)> = OnceLock::new();
    SERVICE.get_or_init(|| {
        let network = NetworkFile::parse(FILE).and_then(|file| file.network("prod")).unwrap();
        let url = network.stage().public_url.to_string();
        (Web::new(network, AuthTokens::parse(TOKEN).unwrap(), Route::ALL, Taken), url)
    })
}

/// Polls once: nothing in the function waits.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("an answer waits for something"),
    }
}

fuzz_target!(|data: &[u8]| {
    match data {
        [b'{', ..] => {
            let Ok(event) = std::str::from_utf8(data) else { return };
            // Lambda hands over nothing but JSON.
            if serde_json::from_str::<Value>(event).is_ok() {
                assert_turned_away(&answer(event), event);
            }
        }
        [choices, rest @ ..] => compose(*choices, rest),
        [] => {}
    }
});

fn answer(event: &str) -> Value {
    let mut event = serde_json::Deserializer::from_str(event);
    let reply = now(Handler::new(service().0.clone()).answer(&mut event)).expect("a stranger's event is no failure of the function");
    serde_json::to_value(reply).unwrap()
}

/// An event as API Gateway makes it of a request; a stranger chose everything in it.
fn compose(choices: u8, rest: &[u8]) {
    let mut lines = rest.splitn(4, |byte| *byte == b'\n');
    let mut text = || std::str::from_utf8(lines.next().unwrap_or_default()).ok();
    let (Some(path), Some(query), Some(header)) = (text(), text(), text()) else { return };
    let body = lines.next().unwrap_or_default();
    let (is_signed, is_base64) = (choices & 1 == 1, choices & 2 == 2);
    let method = METHODS[usize::from(choices >> 2) % 4];
    let content_type = CONTENT_TYPES[usize::from(choices >> 4) % 4];
    let sent = match (is_base64, std::str::from_utf8(body)) {
        (true, _) => STANDARD.encode(body),
        (false, Ok(text)) => text.to_owned(),
        (false, Err(_)) => return,
    };
    let mut headers = serde_json::Map::new();
    let (name, value) = header.split_once(':').unwrap_or((header, ""));
    headers.insert(name.to_owned(), value.into());
    if let Some(content_type) = content_type {
        headers.insert("content-type".into(), content_type.into());
    }
    let separator = if query.is_empty() { "" } else { "?" };
    let url = format!("{}{path}{separator}{query}", service().1);
    // What Twilio would sign: a form that is posted, or the URL of a GET. A fragment is never sent.
    let form = Form::parse(body).ok();
    let signed_form = if method == "GET" { None } else { form.as_ref() };
    let is_provable = !url.contains('#')
        && (method == "GET" || form.is_some() && matches!(content_type, None | Some(FORM)));
    if is_signed && is_provable {
        let token = AuthToken::parse(TOKEN).unwrap();
        headers.insert("x-twilio-signature".into(), sign(&token, &url, signed_form).into());
    }
    let event = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers,
        "requestContext": {
            "domainName": "abc.execute-api.us-west-2.amazonaws.com",
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "x"},
            "stage": "$default",
            "timeEpoch": 1_781_978_645_000_u64,
        },
        "body": sent,
        "isBase64Encoded": is_base64,
    })
    .to_string();
    let answer = answer(&event);
    // A header of the stranger's own may make the event unreadable, or claim another content type.
    let is_plain = name.bytes().all(|byte| byte.is_ascii_lowercase())
        && !name.is_empty()
        && value.bytes().all(|byte| byte.is_ascii_graphic());
    if is_signed && is_provable && is_plain && method != "BREW" {
        let status = answer["statusCode"].as_u64().unwrap();
        assert!(matches!(status, 200 | 204 | 404 | 405), "{status} to a signed request: {event}");
    } else if !(is_signed && is_provable) {
        assert_turned_away(&answer, &event);
    }
}

/// Without a signature there is neither a failure of the function nor a word about the service.
fn assert_turned_away(answer: &Value, event: &str) {
    assert!(matches!(answer["statusCode"].as_u64(), Some(403 | 413)), "{answer} to {event}");
    assert!(answer["body"].as_str().unwrap_or_default().is_empty(), "{answer}");
    let headers = [&answer["headers"], &answer["multiValueHeaders"]].map(ToString::to_string);
    assert!(!headers.concat().to_ascii_lowercase().contains("dialtone"), "{answer}");
}
