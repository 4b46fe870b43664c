//! `dialtone devices serve`, as a process.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use super::folders::scanned;
use super::{NETWORK, PASSWORD, command};
use crate::harness::scratch;

/// A running server. It is killed when it is dropped.
struct Serving {
    child: Child,
    directory: PathBuf,
    agent: ureq::Agent,
}

impl Serving {
    fn start(arguments: &[&str]) -> Self {
        let directory = scratch();
        let file = |name| fs::File::create(directory.join(name)).unwrap();
        let child = command(&directory, NETWORK)
            .args(["devices", "serve", "--stage", "prod", "--listen", "127.0.0.1:0"])
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(file("out"))
            .stderr(file("err"))
            .spawn()
            .unwrap();
        let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
        let serving = Self { child, directory, agent };
        serving.wait_for("waiting for");
        serving
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.directory.join(name)).unwrap()
    }

    /// Waits for words on standard error.
    fn wait_for(&self, words: &str) {
        let started = Instant::now();
        while !self.read("err").contains(words) {
            assert!(started.elapsed() < Duration::from_secs(30), "no {words:?} in {}", self.read("err"));
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Every address that it printed, up to and with the token.
    fn places(&self) -> Vec<String> {
        let out = self.read("out");
        let ends = |text: &str| text.find(|c: char| !(c.is_ascii_alphanumeric() || ".:/".contains(c)));
        let mut places: Vec<_> = out
            .match_indices("127.0.0.1:")
            .map(|(at, _)| {
                let text = &out[at..];
                let place = &text[..ends(text).unwrap()];
                place.split('/').take(2).collect::<Vec<_>>().join("/")
            })
            .collect();
        places.dedup();
        places
    }

    fn status(&self, method: &str, place: &str, file: &str) -> (u16, String) {
        let request = http(method, &format!("http://{place}/{file}"));
        let mut response = self.agent.run(request).unwrap();
        (response.status().as_u16(), response.body_mut().read_to_string().unwrap())
    }

    /// Waits for its end.
    fn code(&mut self) -> Option<i32> {
        let started = Instant::now();
        // An idle connection would be waited for.
        self.agent = ureq::Agent::new_with_defaults();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            assert!(started.elapsed() < Duration::from_secs(30), "it does not end");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if !std::thread::panicking() {
            let _ = fs::remove_dir_all(&self.directory);
        }
    }
}

fn http(method: &str, url: &str) -> ureq::http::Request<()> {
    ureq::http::Request::builder().method(method).uri(url).body(()).unwrap()
}

#[test]
fn a_file_is_handed_out_once_and_the_last_one_ends_it() {
    let mut serving = Serving::start(&["ht801", "soundpoint", "linphone"]);
    let places = serving.places();
    assert_eq!(places.len(), 3, "{places:?}");
    let tokens: Vec<_> = places.iter().map(|place| place.split('/').nth(1).unwrap()).collect();
    assert!(tokens.iter().all(|token| token.len() == 32 && token.bytes().all(|b| b.is_ascii_hexdigit())));
    assert!(tokens[0] != tokens[1] && tokens[1] != tokens[2]);

    let file = "cfg000b82000002.xml";
    let (code, body) = serving.status("HEAD", &places[0], file);
    assert_eq!((code, body.as_str()), (200, ""), "a look takes nothing");
    let (code, body) = serving.status("GET", &places[0], file);
    assert!(code == 200 && body.contains(&format!("<P34>{PASSWORD}</P34>")), "{code}");
    for method in ["GET", "HEAD"] {
        assert_eq!(serving.status(method, &places[0], file), (410, String::new()));
    }

    let host = places[0].split('/').next().unwrap();
    for (method, place, file) in [
        ("GET", host, ""),
        ("GET", host, "healthz"),
        ("GET", host, file),
        ("GET", &places[0], ""),
        ("GET", &places[0], "cfg000b82000003.xml"),
        ("GET", &places[1], file),
        ("HEAD", &places[1], file),
        ("DELETE", &places[1], "soundpoint.cfg"),
        ("GET", &places[1], "../cfg000b82000002.xml"),
    ] {
        assert_eq!(serving.status(method, place, file), (404, String::new()), "{method} {place}/{file}");
    }

    // A Polycom reads its boot file more than once; there is nothing secret in it.
    for _ in 0..2 {
        assert_eq!(serving.status("GET", &places[1], "0004f2000001.cfg").0, 200);
    }
    assert_eq!(serving.status("GET", &places[1], "soundpoint.cfg").0, 200);
    assert_eq!(serving.status("GET", &places[2], "linphone-linphone.xml").0, 200);
    serving.wait_for("linphone: has all of its files");
    // A second client is told that the file is gone, so that a person does not look for a server that never ran.
    assert_eq!(serving.status("GET", &places[2], "linphone-linphone.xml").0, 410);
    assert_eq!(serving.code(), Some(0));

    let (out, err) = (serving.read("out"), serving.read("err"));
    for words in [
        "ht801: cfg000b82000002.xml goes to 127.0.0.1",
        "ht801: has all of its files",
        "everything was fetched",
    ] {
        assert!(err.contains(words), "no {words:?} in {err}");
    }
    assert!(tokens.iter().all(|token| !err.contains(token)), "the log shows a path: {err}");
    assert!(!out.contains(PASSWORD) && !err.contains(PASSWORD));
    assert!(
        out.contains("linphone-config:http://") && out.contains("\u{2588}\u{2588}\u{2588}\u{2588}"),
        "{out}"
    );
    assert!(out.contains(&format!("Config server path (P237)   {}", places[0])), "{out}");
}

#[test]
fn whoever_stops_it_hears_what_is_left() {
    let mut serving = Serving::start(&["ht801", "linphone", "--minutes", "3"]);
    let place = serving.places().swap_remove(1);
    assert_eq!(serving.status("GET", &place, "linphone-linphone.xml").0, 200);
    let kill = std::process::Command::new("kill").args(["-TERM", &serving.child.id().to_string()]).status();
    assert!(kill.unwrap().success());
    assert_eq!(serving.code(), Some(1));
    assert!(serving.read("err").contains("stopped; not fetched: ht801\n"), "{}", serving.read("err"));
}

#[test]
fn whoever_goes_away_without_the_file_does_not_have_it() {
    let mut serving = Serving::start(&["ht801"]);
    let (place, file) = (serving.places().swap_remove(0), "cfg000b82000002.xml");
    let (host, token) = place.split_once('/').unwrap();
    let ask = || {
        let mut stream = TcpStream::connect(host).unwrap();
        write!(stream, "GET /{token}/{file} HTTP/1.1\r\nHost: {host}\r\n\r\n").unwrap();
        stream
    };
    // One closes at once, one waits until the answer is there and does not read it.
    drop(ask());
    let started = Instant::now();
    let until_it_is_back = |code: u16| {
        assert!(code == 410 && started.elapsed() < Duration::from_secs(30), "{code}");
        std::thread::sleep(Duration::from_millis(20));
    };
    loop {
        let mut stream = ask();
        let mut start = [0; 12];
        stream.read_exact(&mut start).unwrap();
        match &start {
            b"HTTP/1.1 200" => break,
            other => until_it_is_back(String::from_utf8_lossy(&other[9..]).parse().unwrap()),
        }
    }
    loop {
        match serving.status("GET", &place, file) {
            (200, body) => break assert!(body.contains(PASSWORD)),
            (code, _) => until_it_is_back(code),
        }
    }
    assert_eq!(serving.code(), Some(0));
    let err = serving.read("err");
    assert!(err.contains("ht801: cfg000b82000002.xml may not have arrived"), "{err}");
    assert_eq!(err.matches("has all of its files").count(), 1, "{err}");
    let last = err.find("has all of its files").unwrap();
    assert!(!err[last..].contains("goes to"), "it is said of the last one: {err}");
}

/// A reset does not take a password back. SO_LINGER with no time makes close(2) send a real one (socket(7)).
#[test]
fn a_client_that_reads_the_file_and_resets_the_connection_has_it() {
    let mut serving = Serving::start(&["ht801"]);
    let (place, file) = (serving.places().swap_remove(0), "cfg000b82000002.xml");
    let (host, token) = place.split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
    write!(stream, "GET /{token}/{file} HTTP/1.1\r\nHost: {host}\r\n\r\n").unwrap();
    // Up to the last byte of the file, and not to the end of the connection, which would be an orderly one.
    let mut answer = Vec::new();
    while !answer.ends_with(b"</gs_provision>\n") {
        let mut more = [0; 512];
        let length = stream.read(&mut more).unwrap();
        assert!(length > 0, "{}", String::from_utf8_lossy(&answer));
        answer.extend(&more[..length]);
    }
    drop(stream);
    assert!(String::from_utf8(answer).unwrap().contains(PASSWORD));
    serving.wait_for("ht801: has all of its files");
    assert_eq!(serving.status("GET", &place, file), (410, String::new()), "nobody gets it after that");
    assert_eq!(serving.code(), Some(0));
    assert!(!serving.read("err").contains("may not have arrived"), "{}", serving.read("err"));
}

/// Some clients close their own side as soon as they have asked; they are not gone.
#[test]
fn a_client_that_has_asked_may_close_its_side() {
    let mut serving = Serving::start(&["ht801"]);
    let (place, file) = (serving.places().swap_remove(0), "cfg000b82000002.xml");
    let (host, token) = place.split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    write!(stream, "GET /{token}/{file} HTTP/1.1\r\nHost: {host}\r\n\r\n").unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains(PASSWORD), "{answer}");
    assert_eq!(serving.code(), Some(0));
}

#[test]
fn another_server_may_stand_in_front() {
    let directory = scratch();
    let images = directory.join("images");
    let serving = Serving::start(&[
        "linphone",
        "--url",
        "https://files.example.org/phones/",
        "--qr",
        images.to_str().unwrap(),
    ]);
    let out = serving.read("out");
    assert!(out.contains("  https://files.example.org/phones/"), "{out}");
    assert!(!serving.read("err").contains("not encrypted"));
    let url = scanned(&images.join("linphone.png"));
    assert!(url.starts_with("https://files.example.org/phones/"), "{url}");
    assert!(out.contains(&url) && url.ends_with("/linphone-linphone.xml"), "{url}: {out}");
    fs::remove_dir_all(directory).unwrap();
}

#[test]
fn an_address_that_no_device_can_ask_is_refused() {
    let directory = scratch();
    let output = command(&directory, NETWORK)
        .args(["devices", "serve", "--all", "--stage", "prod", "--listen", "0.0.0.0:0"])
        .output()
        .unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{err}");
    assert!(err.contains("--listen 192.168.1.10:8083") && err.contains("--url"), "{err}");
    fs::remove_dir_all(directory).unwrap();
}
