//! Lines fit the terminal, colours are shown where they are wanted, and foreign text moves nothing.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::Output;

use super::{Bench, commands};
use crate::harness::{TOKEN, at_a_terminal};

/// What a command printed for people: its output and what stands beside it.
fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A line may be longer if it is one word that cannot be broken: an address, a path.
#[track_caller]
fn fits(text: &str, columns: usize, what: &str) {
    for line in text.lines() {
        let is_one_word = line.split_whitespace().count() < 2;
        assert!(line.chars().count() <= columns || is_one_word, "{what}: {line:?} is too long\n{text}");
    }
}

#[test]
fn nothing_is_wider_than_the_terminal() {
    let bench = Bench::at("http://127.0.0.1:1");
    let all = commands(&bench);
    let help: Vec<_> = all.iter().map(|name| [name, "--help"].join(" ")).collect();
    let wrong: Vec<_> = all.iter().map(|name| [name, "--no-such-option"].join(" ")).collect();
    let bad = [
        "check",
        "explain lobby 1",
        "plan",
        "apply --yes",
        "destroy --yes",
        "rotate lobby",
        "doctor",
        "calls",
        "devices render lobby",
        "phone lobby",
        "switchboard --out pages",
        "call lobby 1",
        "serve",
    ];
    let bad: Vec<_> = bad.iter().map(|words| format!("{words} --config bad.toml")).collect();
    let good = [
        "--help",
        "-h",
        "--version",
        "check",
        "explain lobby 5035550123",
        "explain lobby 911",
        "explain lobby 9005550123",
        "explain looby 911",
        "explain --incoming +15035550110",
        "plan --buy",
        "apply --yes --buy --wait 0",
        "apply --yes --buy --wait 0 --skip-url-check",
        "plan",
        "devices render --all --out files",
        "doctor --phones",
        "calls --from events.jsonl --since 2026-06-01",
        "phone lobby",
        "phone porch",
        "phone looby",
        "replay --dry-run --which all events.jsonl",
        "replay events.jsonl",
        "call lobby 5035550123 --stage prod",
        "init --yes",
        "devices serve bench",
        "switchboard --listen 0.0.0.0:0",
        "doctor --record phone:lobby=perhaps",
        "calls --since never",
        "rotate lobby --yes --out files",
        "destroy",
        "destroy --yes --wait 0",
    ];
    let runs = help.iter().chain(&wrong).chain(&bad).map(String::as_str).chain(good);
    let mut lines = 0;
    for words in runs {
        // A narrow one, where it takes no request.
        let widths: &[usize] = if words.contains("--help") { &[80, 60] } else { &[80] };
        for &columns in widths {
            let words: Vec<_> = words.split(' ').collect();
            let output = bench.command(&words).env("COLUMNS", columns.to_string()).output().unwrap();
            let text = text(&output);
            assert!(!text.is_empty() && !text.contains('\u{1b}'), "{words:?}: {text}");
            fits(&text, columns, &words.join(" "));
            lines += text.lines().count();
        }
    }
    assert!(lines > 2_000, "{lines}");
}

#[test]
fn colours_are_shown_as_the_environment_wants() {
    let bench = Bench::new();
    let paints = |variables: &[(&str, &str)]| {
        let mut command = bench.command(&["check", "--config", "bad.toml"]);
        command.envs(variables.iter().copied());
        let err = String::from_utf8(command.output().unwrap().stderr).unwrap();
        let is_painted = err.contains("\u{1b}[1m\u{1b}[31merror:\u{1b}[0m");
        assert_eq!(is_painted, err.contains('\u{1b}'), "{err:?}");
        is_painted
    };
    assert!(!paints(&[]), "a pipe");
    assert!(paints(&[("CLICOLOR_FORCE", "1")]));
    assert!(!paints(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    let at_terminal = |variables: &[(&str, &str)]| {
        let mut command = bench.command(&["explain", "looby", "911", "--config", "dialtone.toml"]);
        command.env("TERM", "xterm").envs(variables.iter().copied());
        let help = bench.command(&["explain", "--help"]);
        let mut help_here = crate::harness::dialtone();
        help_here.args(help.get_args()).env("TERM", "xterm").envs(variables.iter().copied());
        at_a_terminal(80, &help_here, "Exit codes", |_| {}, "").out.contains("\u{1b}[1m")
    };
    assert!(at_terminal(&[]));
    for variable in [("NO_COLOR", "1"), ("CLICOLOR", "0"), ("TERM", "dumb")] {
        assert!(!at_terminal(&[variable]), "{variable:?}");
    }
}

/// A service that answers with what moves a cursor, changes colours, and forges a line of the transcript.
#[test]
fn an_answer_cannot_control_the_terminal() {
    let twiml = "<?xml version=\"1.0\"?><Response><Say>a\u{9b}2J\u{202e}b&#10;  POST /outgoing  200</Say>\
                 <Dial><Number>&#x7f;\u{85}1</Number></Dial></Response>";
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answers = [
        ("200 OK", "text/xml", twiml.to_owned()),
        ("302 Found", "text/xml\r\nLocation: /\u{1b}]0;title\u{7}", String::new()),
        ("200 OK", "text/\u{1b}[31mplain", "<Response/>".to_owned()),
        ("200 OK", "text/xml", "<Response><\u{1b}[31m/></Response>".to_owned()),
    ];
    let count = answers.len();
    let server = std::thread::spawn(move || {
        for (status, kind, body) in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = Vec::new();
            let mut piece = [0; 4096];
            while !request.windows(4).any(|end| end == b"\r\n\r\n") {
                let length = stream.read(&mut piece).unwrap();
                assert!(length > 0);
                request.extend_from_slice(&piece[..length]);
            }
            let head = format!(
                "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close",
                body.len()
            );
            // The client may be gone already.
            let _ = write!(stream, "{head}\r\n\r\n{body}");
        }
    });
    let bench = Bench::new();
    for run in 0..count {
        let mut command = bench.command(&["call", "lobby", "5035550123", "--url", &url]);
        let output = command.env("TWILIO_AUTH_TOKEN", TOKEN).output().unwrap();
        let text = text(&output);
        let is_harmless = |c: char| c == '\n' || !c.is_control() && c != '\u{202e}';
        assert!(text.chars().all(is_harmless), "{run}: {text:?}");
        if run == 0 {
            assert!(text.contains("\\u{9b}2J\\u{202e}b"), "{text}");
            assert_eq!(text.lines().filter(|line| line.starts_with("  POST /outgoing")).count(), 1, "{text}");
        }
    }
    server.join().unwrap();
}
