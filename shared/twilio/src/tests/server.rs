//! A server that says its lines and remembers what it heard.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread::{JoinHandle, spawn};
use std::time::Duration;

/// A line of the script.
pub(super) enum Line {
    /// Answer.
    Say(u16, &'static str, String),
    /// Hear the request and hang up.
    HangUp,
    /// Begin an answer with a body, and hang up within it.
    BreakOff,
    /// Hear the request and say nothing until the other side goes away.
    Silence,
}

/// An answer in JSON.
pub(super) fn say(status: u16, body: &str) -> Line {
    Line::Say(status, "", body.to_owned())
}

/// The requests that were heard.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Heard {
    /// Method and target, such as `GET /v1/Alerts?PageSize=1000`.
    pub(super) line: String,
    pub(super) authorization: String,
    pub(super) content_type: String,
    pub(super) body: String,
}

pub(super) struct Server {
    address: SocketAddr,
    thread: JoinHandle<Vec<Heard>>,
}

impl Server {
    pub(super) fn new(script: impl IntoIterator<Item = Line>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let script = script.into_iter().collect();
        Self { address, thread: spawn(move || play(&listener, script)) }
    }

    pub(super) fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Ends the play: all that was heard.
    pub(super) fn heard(self) -> Vec<Heard> {
        // A connection without a request is the sign to stop.
        drop(TcpStream::connect(self.address).unwrap());
        self.thread.join().unwrap()
    }

    /// Ends the play: methods and targets only.
    pub(super) fn lines(self) -> Vec<String> {
        self.heard().into_iter().map(|heard| heard.line).collect()
    }
}

fn play(listener: &TcpListener, mut script: VecDeque<Line>) -> Vec<Heard> {
    let mut all = Vec::new();
    loop {
        let (mut stream, _) = listener.accept().unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let Some(heard) = hear(&stream) else { return all };
        all.push(heard);
        // A request beyond the script gets an answer that no test expects.
        match script.pop_front().unwrap_or_else(|| say(418, r#"{"message":"the script is over"}"#)) {
            Line::Say(status, headers, body) => {
                let length = body.len();
                let head = format!(
                    "HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n"
                );
                stream.write_all(head.as_bytes()).unwrap();
                stream.write_all(body.as_bytes()).unwrap();
            }
            Line::BreakOff => {
                stream.write_all(b"HTTP/1.1 201 X\r\nContent-Length: 100\r\n\r\n{\"sid\":").unwrap();
            }
            Line::HangUp => {}
            Line::Silence => {
                let mut rest = Vec::new();
                drop(stream.read_to_end(&mut rest));
            }
        }
    }
}

fn hear(stream: &TcpStream) -> Option<Heard> {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    reader.read_line(&mut first).unwrap();
    let line = first.strip_suffix(" HTTP/1.1\r\n")?.to_owned();
    let mut heard =
        Heard { line, authorization: String::new(), content_type: String::new(), body: String::new() };
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).unwrap();
        let Some((name, value)) = header.trim_end().split_once(": ") else { break };
        match name.to_ascii_lowercase().as_str() {
            "authorization" => heard.authorization = value.to_owned(),
            "content-type" => heard.content_type = value.to_owned(),
            "content-length" => length = value.parse().unwrap(),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    heard.body = String::from_utf8(body).unwrap();
    Some(heard)
}
