//! A service that does not answer as it should, and the fallback URL.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};

use super::desk::Desk;
use super::{is_loud, phone};
use crate::harness::Service;

/// A service that gives every request this answer, and passes on what it was asked: the path and the form.
fn always(status: &'static str, body: &'static str) -> (SocketAddr, Receiver<(String, String)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (asked, questions) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            // A lab that is gone asks no more.
            let Ok(question) = answer(stream.unwrap(), status, body) else { continue };
            if asked.send(question).is_err() {
                return;
            }
        }
    });
    (address, questions)
}

fn answer(stream: TcpStream, status: &str, body: &str) -> std::io::Result<(String, String)> {
    let mut reader = BufReader::new(stream);
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first)?;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut form = vec![0; length];
    reader.read_exact(&mut form)?;
    let length = body.len();
    write!(
        reader.get_mut(),
        "HTTP/1.1 {status}\r\nContent-Type: text/xml\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )?;
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    Ok((path, String::from_utf8(form).unwrap()))
}

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

    let (address, _questions) = always("500 Internal Server Error", "");
    let mut lab = Desk::start(&["--url", &format!("http://{address}")]);
    hears_an_application_error(&mut lab, ["the service answered 500", "the service answered 500"]);
}

#[test]
fn a_document_that_is_no_twiml_is_an_application_error() {
    let (address, _questions) = always("200 OK", "<Response><Say>Hello");
    let mut lab = Desk::start(&["--url", &format!("http://{address}")]);
    hears_an_application_error(&mut lab, ["12100", "12100"]);
}

/// It learns what failed (Twilio's page on availability and reliability), and its document goes on with the call.
#[test]
fn the_fallback_url_takes_the_call_over() {
    let (primary, first) = always("500 Internal Server Error", "");
    let (other, second) = always("200 OK", "<Response><Say>The exchange is closed.</Say></Response>");
    let line = format!("public_url = \"http://127.0.0.1:8080\"\nfallback_url = \"http://{other}/fallback\"");
    let mut lab = Desk::changed(
        |network| network.replace("public_url = \"http://127.0.0.1:8080\"", &line),
        &["--url", &format!("http://{primary}")],
    );
    let mut hand = lab.hand("alpha");
    let mut talk = hand.dials("911");
    lab.tells("failed", "the service answered 500");
    lab.tells("says", "The exchange is closed.");
    assert_eq!(hand.is_answered(&mut talk).status(), Some(200));
    hand.is_asked("BYE");
    lab.tells("over", "");
    let (path, form) = first.recv().unwrap();
    assert!(path == "/outgoing" && !form.contains("ErrorCode"), "{path} {form}");
    let (path, form) = second.recv().unwrap();
    assert_eq!(path, "/fallback");
    let url = "ErrorUrl=http%3A%2F%2F127.0.0.1%3A8080%2Foutgoing";
    assert!(form.contains("ErrorCode=11200") && form.contains(url), "{form}");
}
