//! `--aws`: the logs of the functions become the ledger's. Against moto, which others wrote, and against a stand-in that does what
//! moto does not: it throttles, and its pages are empty before they end.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Output;
use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::Desk;
use crate::harness::peers::Peer;

const STACK: &str = "[prod.deploy.parameters]\nstack_name = \"dialtone-prod\"\nregion = \"us-west-2\"\n";

/// The log group that CloudFormation made of a logical id.
fn group(id: &str) -> String {
    format!("dialtone-prod-{id}-1ABCDEFGHIJK2")
}

/// What a function writes of an event: `delivery` says how it is published.
fn line(at: Timestamp, user_event: &str, call: u32, delivery: &str) -> Value {
    let event = json!({
        "timestamp": at.to_string(), "hostname": "dialplan-functions-prod",
        "event": {"Event": "UserEvent", "UserEvent": user_event, "endpoint": "lobby-1", "Channel": "lobby-1"},
        "call": {"sid": format!("CA{call:032x}"), "direction": "outgoing", "status": null,
                 "duration_seconds": null, "reason": null, "error_code": null},
    });
    let text = json!({
        "timestamp": at.to_string(), "level": "INFO", "message": "event", "delivery": delivery, "stage": "prod",
        "event": event.to_string(),
    });
    json!([at.as_millisecond(), text.to_string()])
}

/// What `functions/notify` writes of an attempt to tell somebody.
fn notice(at: Timestamp, message: &str, call: u32) -> Value {
    let text = json!({
        "timestamp": at.to_string(), "level": "INFO", "message": message, "call_sid": format!("CA{call:032x}"),
        "kind": "call_for_help", "way": "sms", "recipient": 0,
    });
    json!([at.as_millisecond(), text.to_string()])
}

impl Desk {
    fn aws(&self, endpoint: &str, words: &[&str]) -> Output {
        let samconfig = self.folder.join("samconfig.toml");
        std::fs::write(&samconfig, STACK).unwrap();
        let mut command = self.command(words);
        command.args(["--stage", "prod", "--aws", "--json", "--samconfig"]).arg(samconfig);
        command.env("AWS_ENDPOINT_URL", endpoint).env("AWS_EC2_METADATA_DISABLED", "true");
        command.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test");
        command.env("HOME", &self.folder).env_remove("AWS_PROFILE").output().unwrap()
    }

    /// The destinations and endings of all calls.
    #[track_caller]
    fn calls_of_aws(&self, endpoint: &str) -> Vec<(String, String)> {
        let output = self.aws(endpoint, &["calls", "--since", "30d"]);
        let value: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
        assert_eq!(value["ok"], true, "{value}");
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let calls = value["calls"].as_array().unwrap().iter();
        calls.map(|call| (text(&call["destination"]), text(&call["ending"]))).collect()
    }
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(one, other)| ((*one).to_owned(), (*other).to_owned())).collect()
}

#[test]
fn what_the_functions_wrote_is_read_once_also_when_it_comes_late() {
    let mut logs = Peer::start("logs.py");
    let endpoint = logs.hear()["endpoint"].as_str().unwrap().to_owned();
    let mut put = |id: &str, lines: &[Value]| {
        assert_eq!(logs.ask(&json!({"group": group(id), "lines": lines})), json!({}), "rejected");
    };
    let desk = Desk::of_a_year(3, 10);
    let ago = |minutes| desk.now - SignedDuration::from_mins(minutes);
    let noise = json!([ago(90).as_millisecond(), "START RequestId: 1"]);
    put(
        "OutgoingLogs",
        &[
            line(ago(90), "dial_outgoing", 1, "log"),
            line(ago(90), "dial_pstn", 1, "log"),
            noise,
            line(ago(20), "dial_outgoing", 2, "log"),
            line(ago(20), "dial_emergency", 2, "log"),
        ],
    );
    put("StatusLogs", &[line(ago(80), "outgoing_dialstatus_completed", 1, "topic")]);
    put("NotifyLogs", &[notice(ago(19), "notice not sent yet", 2), notice(ago(17), "notice sent", 2)]);
    // Another stack of the account, and a group of this one without events.
    put("ApiLogs", &[line(ago(80), "dial_pstn", 7, "log")]);

    let expected = pairs(&[("pstn", "completed"), ("emergency", "none")]);
    assert_eq!(desk.calls_of_aws(&endpoint), expected);
    assert_eq!(desk.calls_of_aws(&endpoint), expected, "read twice");
    super::no_number_in(&desk.ledger());

    // It happened before the last reading, and CloudWatch has it only now.
    put("StatusLogs", &[line(ago(15), "outgoing_dialstatus_no-answer", 2, "topic")]);
    put("IncomingLogs", &[line(ago(1), "dial_sip_e164", 3, "log")]);
    let expected = pairs(&[("pstn", "completed"), ("emergency", "no-answer"), ("unknown", "none")]);
    assert_eq!(desk.calls_of_aws(&endpoint), expected);

    // Who was told of the call for help, and when.
    let shown = desk.folder.join("help");
    let output =
        desk.command(&["calls", "--emergency", "--since", "30d", "--stage", "prod", "--json"]).output();
    let value: Value = serde_json::from_slice(&output.unwrap().stdout).unwrap();
    std::fs::write(shown, value.to_string()).unwrap();
    let told = &value["calls"][0]["told"];
    assert_eq!(told[0]["way"], "sms", "{value}");
    assert_eq!(told[0]["sent"], true);
    assert_eq!(
        told[0]["at"].as_str().unwrap().parse::<Timestamp>().unwrap().as_second(),
        ago(17).as_second()
    );
}

/// What the stand-in has, and how it behaves.
#[derive(Default)]
struct Shelf {
    /// Lines of the one group that it has.
    lines: Vec<(i64, String)>,
    /// How many requests to refuse with which error first.
    refusals: (usize, &'static str),
    /// The targets and bodies of all requests.
    asked: Vec<(String, Value)>,
}

/// Answers as the API reference of CloudWatch Logs says
/// (<https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html>): pages are as small as it likes,
/// each second one is empty, and only a missing `nextToken` is the end.
struct StandIn {
    endpoint: String,
    shelf: Arc<Mutex<Shelf>>,
}

impl StandIn {
    fn start(shelf: Shelf) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let shelf = Arc::new(Mutex::new(shelf));
        let shared = Arc::clone(&shelf);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shelf = Arc::clone(&shared);
                std::thread::spawn(move || serve(stream, &shelf));
            }
        });
        Self { endpoint, shelf }
    }

    fn asked(&self, target: &str) -> Vec<Value> {
        let shelf = self.shelf.lock().unwrap();
        shelf.asked.iter().filter(|(known, _)| known == target).map(|(_, body)| body.clone()).collect()
    }
}

fn serve(mut stream: TcpStream, shelf: &Mutex<Shelf>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut target, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or_default() == 0 {
            return;
        }
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            if line.trim().is_empty() {
                break;
            }
            continue;
        };
        match name.to_ascii_lowercase().as_str() {
            "x-amz-target" => target = value.strip_prefix("Logs_20140328.").unwrap().to_owned(),
            "content-length" => length = value.parse().unwrap(),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let body: Value = serde_json::from_slice(&body).unwrap();
    let (status, answer) = shelf.lock().unwrap().answer(&target, &body);
    let answer = answer.to_string();
    let _ = write!(
        stream,
        "HTTP/1.1 {status} X\r\nContent-Type: application/x-amz-json-1.1\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{answer}",
        answer.len()
    );
}

impl Shelf {
    fn answer(&mut self, target: &str, body: &Value) -> (u16, Value) {
        self.asked.push((target.to_owned(), body.clone()));
        if self.refusals.0 > 0 {
            self.refusals.0 -= 1;
            return (400, json!({"__type": self.refusals.1, "message": "no"}));
        }
        match target {
            "DescribeLogGroups" => {
                assert_eq!(body["logGroupNamePrefix"], "dialtone-prod-");
                // An empty page, then the group.
                if body["nextToken"].is_null() {
                    return (200, json!({"logGroups": [], "nextToken": "1"}));
                }
                let group =
                    json!({"logGroupName": group("OutgoingLogs"), "creationTime": 0, "retentionInDays": 30});
                (200, json!({"logGroups": [group]}))
            }
            "FilterLogEvents" => {
                let (from, to) = (body["startTime"].as_i64().unwrap(), body["endTime"].as_i64().unwrap());
                let mut found: Vec<_> =
                    self.lines.iter().filter(|(at, _)| (from..=to).contains(at)).collect();
                found.sort();
                let page: usize = body["nextToken"]
                    .as_str()
                    .map_or(0, |token| token.strip_prefix("page ").unwrap().parse().unwrap());
                // Two lines on every even page, none on an odd one.
                let start = page / 2 * 2;
                let lines = if page.is_multiple_of(2) {
                    found.iter().skip(start).take(2).collect()
                } else {
                    Vec::new()
                };
                let events: Vec<_> =
                    lines.iter().map(|(at, text)| json!({"timestamp": at, "message": text})).collect();
                let is_last = page.is_multiple_of(2) && start + 2 >= found.len();
                let token = (!is_last).then(|| format!("page {}", page + 1));
                (200, json!({"events": events, "nextToken": token}))
            }
            other => panic!("{other} is not needed"),
        }
    }
}

#[test]
fn every_page_is_read_also_behind_an_empty_one_and_throttling() {
    let desk = Desk::of_a_year(3, 10);
    let lines = |range: std::ops::Range<u32>| {
        range.map(|i| {
            let at = desk.now - SignedDuration::from_hours(i64::from(i) * 16);
            (at.as_millisecond(), line(at, "dial_pstn", i, "log")[1].as_str().unwrap().to_owned())
        })
    };
    let shelf =
        Shelf { lines: lines(1..21).collect(), refusals: (4, "ThrottlingException"), ..Shelf::default() };
    let logs = StandIn::start(shelf);
    assert_eq!(desk.calls_of_aws(&logs.endpoint).len(), 20);
    // Thirty days in stretches of a week, and for each as many pages as there are.
    let first = logs.asked("FilterLogEvents");
    assert!(first.len() > 5 + 10, "{}", first.len());

    logs.shelf.lock().unwrap().asked.clear();
    logs.shelf.lock().unwrap().lines.extend(lines(0..1));
    assert_eq!(desk.calls_of_aws(&logs.endpoint).len(), 21);
    // It went on from the cursor, and a little before it.
    let again = logs.asked("FilterLogEvents");
    assert_eq!(again.len(), 1, "{again:?}");
    let from = Timestamp::from_millisecond(again[0]["startTime"].as_i64().unwrap()).unwrap();
    let back = Timestamp::now().duration_since(from).as_mins();
    assert!((29..60).contains(&back), "{back} minutes");
}

#[test]
fn what_aws_refuses_is_said_with_a_remedy() {
    let desk = Desk::of_a_year(3, 10);
    let failure = |refusal, expected_code| {
        let logs = StandIn::start(Shelf { refusals: (99, refusal), ..Shelf::default() });
        let output = desk.aws(&logs.endpoint, &["calls"]);
        assert_eq!(output.status.code(), Some(expected_code));
        let value: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((&value["ok"], &value["errors"][0]["about"]), (&json!(false), &json!("CloudWatch Logs")));
        let text = |name: &str| value["errors"][0][name].as_str().unwrap().to_owned();
        (text("what"), text("remedy"))
    };
    let (what, remedy) = failure("ExpiredTokenException", 3);
    assert_eq!(what, "AWS does not take the credentials (ExpiredTokenException)");
    assert!(remedy.contains("log in to AWS again"), "{remedy}");
    let (what, remedy) = failure("AccessDeniedException", 3);
    assert_eq!(what, "the credentials may not list log groups");
    assert!(remedy.contains("logs:FilterLogEvents"), "{remedy}");
}

#[test]
fn a_stack_that_nobody_names_is_a_mistake() {
    let desk = Desk::of_a_year(3, 10);
    let mut command = desk.command(&["calls", "--aws", "--json"]);
    let output = command.arg("--samconfig").arg(desk.folder.join("none")).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let value: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(value["errors"][0]["remedy"].as_str().unwrap().contains("dialtone samconfig"), "{value}");
}
