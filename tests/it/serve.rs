//! `dialtone serve` as an operator sees it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Output;
use std::time::{Duration, Instant};

use crate::harness::{Service, TOKEN, at_a_terminal, dialtone, scratch, tests};

const STREET: &str = "networks/street.toml";

/// Runs `dialtone serve` in a way that cannot succeed.
fn fails(network: &str, stage: &str, token: Option<&str>) -> (Option<i32>, String) {
    let file = scratch().join("dialtone.toml");
    std::fs::write(&file, network).unwrap();
    let mut command = dialtone();
    command.envs(token.map(|token| ("TWILIO_AUTH_TOKEN", token)));
    command.args(["serve", "--listen", "127.0.0.1:0", "--stage", stage, "--config"]).arg(&file);
    let Output { status, stdout, stderr } = command.output().unwrap();
    assert_eq!(String::from_utf8(stdout).unwrap(), "");
    std::fs::remove_dir_all(file.parent().unwrap()).unwrap();
    (status.code(), String::from_utf8(stderr).unwrap())
}

fn street() -> String {
    std::fs::read_to_string(tests().join(STREET)).unwrap()
}

#[test]
fn health_needs_no_signature_and_says_whether_it_is_ready() {
    let service = Service::on(STREET).start();
    for request in [service.get("/healthz"), service.post("/healthz")] {
        let answer = request.unsigned().send();
        assert_eq!(answer.status, 200);
        let report: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!((&report["ready"], &report["journal"]), (&true.into(), &"writable".into()));
    }
    assert_eq!(service.get("/healthz/").unsigned().send().status, 403);
}

#[test]
fn a_request_is_found_in_the_log_by_its_id() {
    let mut service = Service::on(STREET).start();
    let request = service.phone("lobby").dials("5035550123");
    let sid = request.value("CallSid").to_owned();
    let answer = request.send();
    let id = answer.header("x-request-id").to_owned();
    assert!(!id.is_empty());
    let line = service.log_says(|line| line["request_id"] == id.as_str());
    assert_eq!((line["call_sid"].as_str(), line["route"].as_str()), (Some(sid.as_str()), Some("/outgoing")));
    assert_eq!((line["status"].as_u64(), line["decision"].as_str()), (Some(200), Some("pstn")));
    assert!(line["latency_us"].as_u64().unwrap() < 1_000_000);

    let answer = service.phone("lobby").dials("1").send();
    let id = answer.header("x-request-id").to_owned();
    let line = service.log_says(|line| line["request_id"] == id.as_str());
    assert_eq!(line["reason"], "invalid_number");
    let rejected = service.get("/outgoing").unsigned().send();
    let id = rejected.header("x-request-id").to_owned();
    let line = service.log_says(|line| line["request_id"] == id.as_str());
    assert_eq!((line["message"].as_str(), line["why"].as_str()), (Some("request rejected"), Some("missing")));
}

#[test]
fn a_request_that_has_begun_is_finished() {
    let service = Service::on(STREET).start();
    let request = service.phone("lobby").dials("5035550123");
    let signature = request.right_signature();
    let body = request.encoded();
    let (first, rest) = body.split_at(body.len() / 2);
    let mut stream = TcpStream::connect(service.address).unwrap();
    write!(
        stream,
        "POST /outgoing HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\nX-Twilio-Signature: {signature}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\n\r\n{first}",
        body.len()
    )
    .unwrap();
    std::thread::sleep(Duration::from_millis(100));
    service.terminate();
    std::thread::sleep(Duration::from_millis(200));
    assert!(TcpStream::connect(service.address).is_err(), "new callers are not let in");
    stream.write_all(rest.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.contains("+15035550123"), "{answer}");

    let record = service.wait();
    assert!(record.status.success());
    assert_eq!(record.events.len(), 2, "its events are finished too");
    assert!(record.log.last().unwrap().contains("\"stopped\""), "{:?}", record.log.last());
}

#[test]
fn idle_connections_do_not_keep_it_from_stopping() {
    let service = Service::on(STREET).start();
    let mut idle = BufReader::new(TcpStream::connect(service.address).unwrap());
    idle.get_mut().write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let mut line = String::new();
    idle.read_line(&mut line).unwrap();
    assert_eq!(line, "HTTP/1.1 200 OK\r\n");
    let _silent = TcpStream::connect(service.address).unwrap();
    let record = service.stop();
    assert!(record.status.success());
    assert!(record.took < Duration::from_secs(3), "{:?}", record.took);
}

#[test]
fn a_slow_client_holds_up_nobody() {
    let service = Service::on(STREET).start();
    let _slow: Vec<_> = (0..50)
        .map(|_| {
            let mut stream = TcpStream::connect(service.address).unwrap();
            stream.write_all(b"POST /outgoing HTTP/1.1\r\nContent-Length: 9\r\n").unwrap();
            stream
        })
        .collect();
    let started = Instant::now();
    assert_eq!(service.phone("lobby").dials("911").hears().dialled(), ["911"]);
    assert!(started.elapsed() < Duration::from_secs(1));
}

#[test]
fn too_large_a_body_is_refused_before_it_is_read() {
    let service = Service::on(STREET).start();
    let mut stream = TcpStream::connect(service.address).unwrap();
    write!(stream, "POST /outgoing HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000000\r\n\r\n").unwrap();
    let chunk = [b'a'; 16 * 1024];
    // The other side may well hang up on us.
    let _ = (0..20).try_for_each(|_| stream.write_all(&chunk));
    let mut answer = BufReader::new(stream);
    let mut line = String::new();
    answer.read_line(&mut line).unwrap();
    assert!(line.starts_with("HTTP/1.1 413"), "{line}");
}

#[test]
fn it_does_not_start_without_a_token() {
    for token in [None, Some(""), Some(" , ")] {
        let (code, message) = fails(&street(), "prod", token);
        assert_eq!(code, Some(2), "{message}");
        assert!(message.contains("TWILIO_AUTH_TOKEN"), "{message}");
    }
}

#[test]
fn it_does_not_start_with_an_unknown_stage() {
    let (code, message) = fails(&street(), "moon", Some(TOKEN));
    assert_eq!(code, Some(2), "{message}");
    assert!(message.starts_with("error: --stage: there is no stage \"moon\"; choose one of "), "{message}");
    // Together with everything else.
    let (_, message) = fails(&street(), "moon", None);
    assert!(message.contains("moon") && message.contains("TWILIO_AUTH_TOKEN is not set"), "{message}");
}

#[test]
fn it_does_not_start_with_a_bad_file() {
    let bad = street()
        .replace("\"+15035550112\"", "\"5035550112\"")
        .replace("language  = \"es\"", "language = \"eo\"");
    let (code, message) = fails(&bad, "prod", None);
    assert_eq!(code, Some(2), "{message}");
    let line_of = |text: &str| bad.lines().position(|line| line.contains(text)).unwrap() + 1;
    // Everything at once: the number, the first of the languages, and the token.
    for expected in [
        format!("line {}: extensions.closet.number", line_of("\"5035550112\"")),
        format!("line {}: extensions.plaza.language", line_of("\"eo\"")),
        "TWILIO_AUTH_TOKEN".to_owned(),
    ] {
        assert!(message.contains(&expected), "{expected}:\n{message}");
    }
    assert!(!message.contains(TOKEN));
}

#[test]
fn tokens_may_be_rotated() {
    let service = Service::on(STREET).with("TWILIO_AUTH_TOKEN", &format!("the-new-token, {TOKEN}")).start();
    let request = || service.phone("lobby").dials("911");
    assert_eq!(request().send().status, 200);
    assert_eq!(request().signed_with("the-new-token").send().status, 200);
    assert_eq!(request().signed_with("the-next-token").send().status, 403);
}

/// A person who watches reads the phone's name and what happened to it, in local time, and no line for each request.
#[test]
fn events_are_words_at_a_terminal() {
    let folder = scratch();
    at_a_terminal_events_are_words(&["--journal", folder.join("journal").to_str().unwrap()], &[]);
    // Also where they go elsewhere: to a file, or to a topic that cannot be reached.
    let file = folder.join("events.jsonl");
    let other = folder.join("other");
    let words = ["--journal", other.to_str().unwrap(), "--events", file.to_str().unwrap()];
    at_a_terminal_events_are_words(&words, &[]);
    assert_eq!(std::fs::read_to_string(file).unwrap().lines().count(), 8);
    let topic = [
        ("DIALTONE_TOPIC_ARN", "arn:aws:sns:us-west-2:123456789012:events"),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:9"),
        ("AWS_REGION", "us-west-2"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
    ];
    at_a_terminal_events_are_words(&["--journal", folder.join("third").to_str().unwrap()], &topic);
    std::fs::remove_dir_all(folder).unwrap();
}

fn at_a_terminal_events_are_words(words: &[&str], environment: &[(&str, &str)]) {
    let network = tests().join(STREET);
    let mut serve = dialtone();
    serve.args(["serve", "--listen", "127.0.0.1:0", "--stage", "dev", "--config"]).arg(&network);
    serve.args(words).envs(environment.iter().copied());
    serve.envs([("TWILIO_AUTH_TOKEN", TOKEN), ("NO_COLOR", "1"), ("TZ", "America/Los_Angeles")]);
    let call = |seen: &str| {
        let address = seen.split("address=").nth(1).and_then(|rest| rest.split_whitespace().next()).unwrap();
        for dialled in [&["5035550123", "--then", "busy"][..], &["911"], &["9005550123"]] {
            let mut call = dialtone();
            call.args(["call", "--stage", "dev", "--config"]).arg(&network);
            call.arg("--url").arg(format!("http://{address}")).arg("lobby").args(dialled);
            assert!(call.env("TWILIO_AUTH_TOKEN", TOKEN).output().unwrap().status.success());
        }
    };
    let said = at_a_terminal(80, &serve, "journal=", call, "\u{3}");
    assert_eq!(said.code, 0, "{}", said.out);
    let lines: Vec<_> = said.out.lines().filter_map(|line| line.split_once("  lobby ")).collect();
    let words: Vec<_> = lines.iter().map(|(_, words)| words.trim()).collect();
    assert_eq!(
        words,
        [
            "asked for a call",
            "dials a number",
            "outgoing call: busy",
            "asked for a call",
            "CALLS FOR HELP",
            "asked for a call",
            "was refused: premium number",
        ],
        "{}",
        said.out
    );
    let clock = jiff::fmt::strtime::BrokenDownTime::parse("%H:%M:%S", lines[0].0);
    assert!(clock.is_ok(), "{:?}", lines[0]);
    assert!(!said.out.contains("latency_us") && !said.out.contains("UserEvent"), "{}", said.out);
}
