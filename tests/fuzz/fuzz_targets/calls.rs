//! The whole service: any form on any route, signed, and what may never be in an answer or an event.
//!
//! Input: a byte for the route, a byte for the query, then the form. Error payloads come on `/status/error`.
#![no_main]

use std::future::Future;
use std::pin::pin;
use std::sync::{Mutex, OnceLock};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use dialplan::Message;
use http::Request;
use libfuzzer_sys::fuzz_target;
use network::{Network, NetworkFile};
use numbers::{E164, Kind};
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;
use web::{Route, Sink, Web};
use webhook::{AuthToken, AuthTokens, Form, sign};

const TOKEN: &str = "any-secret";
const FILE: &str = include_str!("../network.toml");
const ALL: &[Route] = &[
    Route::Outgoing,
    Route::Digits,
    Route::Refer,
    Route::Incoming,
    Route::DialEnded,
    Route::CallProgress,
    Route::Alert,
];
const QUERIES: &[&str] = &["", "try=2", "try=3", "again=1", "try=x&again=1", "help=9", "help=91"];

static EVENTS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Keeps what is published.
struct Kept;

impl Sink for Kept {
    const AT_ONCE: bool = true;

    async fn take(&self, messages: Vec<Message>) {
        EVENTS.lock().unwrap().extend(messages.iter().map(|message| message.json().to_owned()));
    }
}

fn network() -> Network {
    NetworkFile::parse(FILE).and_then(|file| file.network("prod")).unwrap()
}

/// Polls once: nothing in the service waits.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("an answer waits for something"),
    }
}

fuzz_target!(|data: &[u8]| {
    static WEB: OnceLock<(Web<Kept>, Network, AuthToken)> = OnceLock::new();
    let (web, network, token) = WEB.get_or_init(|| {
        let web = Web::new(network(), AuthTokens::parse(TOKEN).unwrap(), ALL, Kept);
        (web, network(), AuthToken::parse(TOKEN).unwrap())
    });
    let [route, query, body @ ..] = data else { return };
    let route = ALL[usize::from(*route) % ALL.len()];
    let query = QUERIES[usize::from(*query) % QUERIES.len()];
    let path = format!("{}{}{query}", route.path(), if query.is_empty() { "" } else { "?" });
    let Ok(form) = Form::parse(body) else { return };
    let url = format!("{}{path}", network.stage().public_url);
    let request = Request::post(&path)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("x-twilio-signature", sign(token, &url, Some(&form)))
        .body(Bytes::copy_from_slice(body))
        .unwrap();
    let answer = now(web.answer(&request));
    now(web.perform(answer.rest));
    let (head, document) = answer.response.into_parts();
    assert!(matches!(head.status.as_u16(), 200 | 204), "{} on {path}", head.status);
    if head.status == 200 {
        check_document(std::str::from_utf8(&document).unwrap(), network);
    }
    for event in EVENTS.lock().unwrap().drain(..) {
        check_event(&event, network);
    }
});

fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = tag.attributes().map(Result::unwrap).find(|one| one.key.as_ref() == name.as_bytes())?;
    Some(String::from_utf8(found.value.into_owned()).unwrap())
}

/// Well-formed TwiML, and only numbers, caller ids and hosts that the network allows.
fn check_document(text: &str, network: &Network) {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = true;
    let mut open: Vec<Vec<u8>> = Vec::new();
    let mut roots = 0;
    let mut shown = None;
    let mut inner = String::new();
    loop {
        match reader.read_event().unwrap_or_else(|error| panic!("{error}: {text}")) {
            Event::Start(tag) => {
                if open.is_empty() {
                    roots += 1;
                    assert_eq!(tag.name().as_ref(), b"Response");
                }
                if tag.name().as_ref() == b"Dial" {
                    shown = attribute(&tag, "callerId");
                }
                open.push(tag.name().as_ref().to_vec());
            }
            Event::Empty(tag) if open.is_empty() => {
                roots += 1;
                assert_eq!(tag.name().as_ref(), b"Response");
            }
            // Text comes in pieces, cut at each `&amp;`.
            Event::Text(piece) => inner.push_str(&piece.decode().unwrap()),
            Event::GeneralRef(_) => inner.push('&'),
            Event::End(_) => {
                match open.pop().as_deref() {
                    Some(b"Number") => {
                        check_caller_id(shown.as_deref(), network);
                        check_number(&inner, network);
                    }
                    Some(b"Sip") => check_sip(&inner, network),
                    _ => {}
                }
                inner.clear();
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert!(open.is_empty() && roots == 1, "{text}");
}

/// The telephone network is shown a number of this network. A phone of ours may be shown any caller.
fn check_caller_id(shown: Option<&str>, network: &Network) {
    let phones = network.extensions().iter();
    let mut ours = phones
        .flat_map(|phone| [phone.number(), phone.caller_id()])
        .flatten()
        .chain(network.emergency_caller_id());
    assert!(ours.any(|number| Some(number.as_str()) == shown), "caller id {shown:?}");
}

fn check_number(text: &str, network: &Network) {
    if ["911", "933"].contains(&text) {
        return;
    }
    let number = E164::parse(text).unwrap_or_else(|_| panic!("{text} is no number"));
    let found = numbers::look_up(&number).unwrap_or_else(|_| panic!("{text} does not exist"));
    assert!(found.kind != Kind::PremiumRate, "{text} costs extra");
    assert!(
        found.region == network.region() || network.allow().contains(&found.region),
        "{text} is not allowed"
    );
    assert!(!network.block().iter().any(|prefix| number.starts_with(prefix)), "{text} is blocked");
}

fn check_sip(text: &str, network: &Network) {
    let rest = text.strip_prefix("sip:").or_else(|| text.strip_prefix("sips:")).expect("a SIP URI");
    let host = rest.split_once('@').map_or(rest, |(_, host)| host);
    let host = host.split([';', '?', ':', '&']).next().unwrap();
    let ours = network.stage().sip_domain.as_str();
    let is_ours =
        host == ours || ours.strip_suffix(".sip.twilio.com").is_some_and(|name| host.starts_with(name));
    assert!(is_ours || network.asterisk().is_some_and(|asterisk| asterisk.host == host), "a call to {host}");
}

/// A name from the file, and no seven digits outside of what is made of digits.
fn check_event(json: &str, network: &Network) {
    let mut value: serde_json::Value = serde_json::from_str(json).unwrap();
    let endpoint = value["event"]["endpoint"].as_str().unwrap();
    assert!(endpoint == "unknown" || network.extension(endpoint).is_some(), "{endpoint}");
    value["timestamp"].take();
    value["call"]["sid"].take();
    let mut run = 0;
    for c in value.to_string().chars() {
        run = if c.is_ascii_digit() { run + 1 } else { 0 };
        assert!(run < 7, "{json}");
    }
}
