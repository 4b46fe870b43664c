use std::net::TcpListener;
use std::thread::{self, JoinHandle};

use super::*;

/// A Runtime API that answers what it is told to, on one connection for each list. Gives what it was sent.
fn server(connections: Vec<Vec<&'static str>>) -> (String, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let thread = thread::spawn(move || {
        let mut heard = Vec::new();
        for answers in connections {
            let mut stream = BufReader::new(listener.accept().unwrap().0);
            for answer in answers {
                heard.push(message(&mut stream));
                stream.get_mut().write_all(answer.as_bytes()).unwrap();
            }
        }
        heard
    });
    (address, thread)
}

fn message(stream: &mut BufReader<TcpStream>) -> String {
    let (mut text, mut length) = (String::new(), 0);
    loop {
        let start = text.len();
        stream.read_line(&mut text).unwrap();
        let line = &text[start..];
        if let Some(value) = line.strip_prefix("content-length: ") {
            length = value.trim().parse().unwrap();
        }
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    text + &String::from_utf8(body).unwrap()
}

const ACCEPTED: &str = "HTTP/1.1 202 Accepted\r\nContent-Length: 3\r\n\r\n{}\n";

#[test]
fn an_event_and_its_answer() {
    let event = "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: one\r\nLambda-Runtime-Invocation-Id: two\r\n\
                 Content-Length: 9\r\n\r\n{\"a\":\"é\"}";
    let event: &'static str = Box::leak(event.replace("th: 9", "th: 10").into_boxed_str());
    let (address, server) = server(vec![vec![event, ACCEPTED, event, ACCEPTED]]);
    let mut api = RuntimeApi::connect(address).unwrap();
    let invocation = api.next().unwrap();
    assert_eq!((invocation.id.as_str(), invocation.event.as_slice()), ("one", "{\"a\":\"é\"}".as_bytes()));
    api.respond(&invocation, b"{\"b\":1}").unwrap();
    let invocation = api.next().unwrap();
    api.fail(&invocation, &Failure { kind: "panic", message: "gone" }).unwrap();
    let heard = server.join().unwrap();
    assert!(heard[0].starts_with("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nhost: 127.0.0.1:"));
    assert!(heard[1].starts_with("POST /2018-06-01/runtime/invocation/one/response HTTP/1.1\r\n"));
    assert!(heard[1].contains("\r\nlambda-runtime-invocation-id: two\r\n"), "{}", heard[1]);
    assert!(heard[1].ends_with("\r\ncontent-length: 7\r\n\r\n{\"b\":1}"), "{}", heard[1]);
    assert!(heard[3].starts_with("POST /2018-06-01/runtime/invocation/one/error HTTP/1.1\r\n"));
    assert!(heard[3].ends_with("{\"errorType\":\"panic\",\"errorMessage\":\"gone\"}"), "{}", heard[3]);
}

#[test]
fn an_event_in_chunks() {
    let event = "HTTP/1.1 200 OK\r\nlambda-runtime-aws-request-id: one\r\ntransfer-encoding: chunked\r\n\r\n\
                 6\r\n{\"a\":1\r\n1;x=y\r\n}\r\n0\r\nsome: trailer\r\n\r\n";
    let (address, server) = server(vec![vec![event, event]]);
    let mut api = RuntimeApi::connect(address).unwrap();
    for _ in 0..2 {
        assert_eq!(api.next().unwrap().event, b"{\"a\":1}");
    }
    server.join().unwrap();
}

#[test]
fn a_connection_that_was_closed_is_opened_again() {
    let event = "HTTP/1.1 200 OK\r\nlambda-runtime-aws-request-id: one\r\ncontent-length: 2\r\n\r\n{}";
    let (address, server) = server(vec![vec![event], vec![ACCEPTED]]);
    let mut api = RuntimeApi::connect(address).unwrap();
    let invocation = api.next().unwrap();
    api.respond(&invocation, b"{}").unwrap();
    assert_eq!(server.join().unwrap().len(), 2);
}

#[test]
fn what_goes_wrong() {
    let next = |answer: &'static str| {
        let (address, server) = server(vec![vec![answer], vec![]]);
        let error = RuntimeApi::connect(address).unwrap().next().unwrap_err().to_string();
        drop(server);
        error
    };
    assert_eq!(next("HTTP/1.1 403 Forbidden\r\n\r\n"), "the Runtime API has no event, but status 403");
    assert_eq!(next("HTTP/1.1 200 OK\r\n\r\n"), "the Runtime API has no event, but status 200");
    assert_eq!(next("220 smtp.example.org\r\n"), "the Runtime API does not speak HTTP");
    assert_eq!(
        next("HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{}"),
        "the Runtime API ends in the middle of an event"
    );
    let refused = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    assert!(RuntimeApi::connect(refused).is_err_and(|error| error.to_string().contains("cannot connect")));
}

#[test]
fn an_answer_that_is_refused_ends_nothing_but_an_end_does() {
    let refused = "HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n";
    let ended = "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n";
    let (address, server) = server(vec![vec![refused, ended]]);
    let mut api = RuntimeApi::connect(address).unwrap();
    let invocation = Invocation { id: "one".to_owned(), ..Invocation::default() };
    api.respond(&invocation, b"{}").unwrap();
    assert!(api.respond(&invocation, b"{}").is_err());
    server.join().unwrap();
}
