//! Events reach SNS, or the log: none is lost and none holds up a caller.

use std::collections::BTreeSet;
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::contract::faults;
use crate::endurance::written;
use crate::harness::peers::Peer;
use crate::harness::{Record, Service, dialtone, scratch};

const NETWORK: &str = "vectors/network.toml";
const ENDPOINTS: [&str; 6] = ["alpha", "bravo", "charlie", "delta", "nonum", "tone"];

/// An event by its call and name.
type Events = BTreeSet<(String, String)>;

/// What the AWS SDK is told.
fn environment<'e>(endpoint: &'e str, topic: &'e str) -> [(&'static str, &'e str); 5] {
    [
        ("DIALTONE_TOPIC_ARN", topic),
        ("AWS_ENDPOINT_URL_SNS", endpoint),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_REGION", "us-west-2"),
    ]
}

fn service(endpoint: &str, topic: &str) -> Service {
    let starting = Service::on(NETWORK);
    environment(endpoint, topic)
        .into_iter()
        .fold(starting, |starting, (name, value)| starting.with(name, value))
        .start()
}

/// Places calls that are each answered at once, and says which events they must lead to.
fn place_calls(service: &Service, count: usize) -> Events {
    let mut expected = Events::new();
    for i in 0..count {
        let (phone, keys, event) = [
            ("alpha", "5035550123", "dial_pstn"),
            ("bravo", "charlie", "dial_extension"),
            ("charlie", "1", "reject"),
            ("nobody", "911", "dial_emergency"),
        ][i % 4];
        let request = service.phone(phone).dials(keys);
        let sid = request.value("CallSid").to_owned();
        let answer = request.send();
        answer.twiml();
        assert!(answer.took < Duration::from_secs(1), "a caller waited for {:?}", answer.took);
        expected.insert((sid.clone(), "dial_outgoing".into()));
        expected.insert((sid, event.into()));
    }
    expected
}

fn key(event: &Value) -> (String, String) {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&event["call"]["sid"]), text(&event["event"]["UserEvent"]))
}

/// The events in the journal.
fn kept(record: &Record) -> Vec<(String, String)> {
    let events = record.journal.iter().map(|event| {
        assert_eq!(faults(&event.to_string(), &ENDPOINTS), Vec::<String>::new(), "{event}");
        key(event)
    });
    events.collect()
}

/// Waits until so many events have arrived.
fn await_events(peer: &mut Peer, count: usize) -> Vec<(String, String)> {
    let started = Instant::now();
    let mut arrived = Vec::new();
    while arrived.len() < count && started.elapsed() < Duration::from_secs(30) {
        arrived.extend(received(peer));
    }
    arrived
}

/// What the queue has received, with the attributes checked against the messages.
fn received(peer: &mut Peer) -> Vec<(String, String)> {
    let envelopes = peer.ask(&Value::from("drain"));
    let messages = envelopes.as_array().unwrap().iter().map(|envelope| {
        let text = envelope["Message"].as_str().unwrap();
        assert_eq!(faults(text, &ENDPOINTS), Vec::<String>::new(), "{text}");
        let message: Value = serde_json::from_str(text).unwrap();
        let attributes = envelope["MessageAttributes"].as_object().unwrap();
        let attribute =
            |name: &str| attributes.get(name).map_or(&Value::Null, |attribute| &attribute["Value"]);
        assert_eq!(attribute("event"), &message["event"]["UserEvent"]);
        assert_eq!(attribute("stage"), "prod");
        assert_eq!(attribute("endpoint"), &message["event"]["endpoint"]);
        assert_eq!(attribute("reason"), &message["call"]["reason"]);
        key(&message)
    });
    messages.collect()
}

/// Exactly these, each once.
#[track_caller]
fn exactly(expected: &Events, actual: &[(String, String)]) {
    let set: Events = actual.iter().cloned().collect();
    let lost: Vec<_> = expected.difference(&set).collect();
    assert!(
        lost.is_empty(),
        "{} of {} events are lost, the first is {:?}",
        lost.len(),
        expected.len(),
        lost[0]
    );
    let extra: Vec<_> = set.difference(expected).collect();
    assert!(extra.is_empty(), "{} events too many, the first is {:?}", extra.len(), extra[0]);
    assert_eq!(actual.len(), expected.len(), "some came twice");
}

#[test]
fn an_outage_loses_nothing_and_keeps_nobody_waiting() {
    let mut peer = Peer::start("topic.py");
    let place = peer.hear();
    let service = service(place["endpoint"].as_str().unwrap(), place["topic"].as_str().unwrap());

    let mut expected = place_calls(&service, 100);
    exactly(&expected, &await_events(&mut peer, expected.len()));

    drop(peer);
    expected.extend(place_calls(&service, 60));
    let record = service.stop();
    assert!(record.status.success());
    exactly(&expected, &kept(&record));
    assert!(record.took < Duration::from_secs(8), "{:?}", record.took);
    assert_eq!(
        (record.events.len(), record.stdout.as_str()),
        (0, ""),
        "with a topic, there is no other place"
    );
}

#[test]
fn events_in_the_queue_are_published_before_the_end() {
    let mut peer = Peer::start("topic.py");
    let place = peer.hear();
    let service = service(place["endpoint"].as_str().unwrap(), place["topic"].as_str().unwrap());
    let expected = place_calls(&service, 150);
    let record = service.stop();
    assert!(record.status.success());
    exactly(&expected, &kept(&record));
    // It takes all the time that it needs, up to its limit; what is then left waits for the next start.
    let published = received(&mut peer);
    if record.took < Duration::from_millis(2_400) {
        exactly(&expected, &published);
    }
    assert!(!published.is_empty());
}

/// What an outage left in the journal is published by the next start, each event once.
#[test]
fn the_next_start_publishes_what_waited() {
    let folder = scratch();
    let start = |endpoint: &str, topic: &str| {
        let starting = Service::on(NETWORK).with_journal(&folder.join("journal"));
        environment(endpoint, topic)
            .into_iter()
            .fold(starting, |starting, (name, value)| starting.with(name, value))
            .start()
    };
    let mut expected = Events::new();
    for _ in 0..2 {
        let down = start("http://127.0.0.1:9", "arn:aws:sns:us-west-2:123456789012:events");
        expected.extend(place_calls(&down, 20));
        down.kill();
    }
    let mut peer = Peer::start("topic.py");
    let place = peer.hear();
    let service = start(place["endpoint"].as_str().unwrap(), place["topic"].as_str().unwrap());
    exactly(&expected, &await_events(&mut peer, expected.len()));
    expected.extend(place_calls(&service, 20));
    service.stop();
    let again = start(place["endpoint"].as_str().unwrap(), place["topic"].as_str().unwrap());
    assert_eq!(await_events(&mut peer, 40).len(), 40);
    again.stop();
    assert_eq!(received(&mut peer), Vec::new(), "some came twice");
    std::fs::remove_dir_all(folder).unwrap();
}

/// Events are published from a journal and from what `--events` wrote, each once; what cannot be read is counted.
#[test]
fn files_of_serve_can_be_replayed() {
    let service = Service::on(NETWORK).start();
    let expected = place_calls(&service, 20);
    let record = service.stop();
    let directory = scratch();
    let log = directory.join("events.jsonl");
    let torn = &record.events[0][..record.events[0].len() / 2];
    std::fs::write(&log, format!("{}\n{torn}\n", record.events.join("\n"))).unwrap();

    let mut peer = Peer::start("topic.py");
    let place = peer.hear();
    let output = dialtone()
        .arg("replay")
        .args([&log, &log])
        .envs(environment(place["endpoint"].as_str().unwrap(), place["topic"].as_str().unwrap()))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stderr).contains("2 lines should be events and cannot be read"));
    std::fs::remove_dir_all(directory).unwrap();
    exactly(&expected, &received(&mut peer));
}

/// SNS that accepts connections and never says a word. Whenever the end comes, the journal has every event.
#[test]
fn a_black_hole_swallows_nothing() {
    let hole = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", hole.local_addr().unwrap());
    std::thread::spawn(move || hole.incoming().collect::<Vec<_>>());
    std::thread::scope(|scope| {
        // A batch in flight fails after two seconds: the end comes early, in the middle and late in one.
        for delay in [0, 700, 1_400, 1_900] {
            let endpoint = &endpoint;
            scope.spawn(move || {
                let service = service(endpoint, "arn:aws:sns:us-west-2:123456789012:events");
                let started = Instant::now();
                let expected = place_calls(&service, 60);
                // A client that never reads an answer holds up nothing either.
                let mut deaf = TcpStream::connect(service.address).unwrap();
                deaf.set_nonblocking(true).unwrap();
                let (sid, bytes) = written(&service, "alpha");
                while deaf.write(&bytes).is_ok_and(|written| written == bytes.len()) {}
                std::thread::sleep(Duration::from_millis(delay).saturating_sub(started.elapsed()));
                let record = service.stop();
                assert!(record.status.success());
                assert!(record.took < Duration::from_secs(8), "{:?}", record.took);
                // Whether what the deaf one asked for was taken before the end is nobody's concern.
                let kept: Vec<_> = kept(&record).into_iter().filter(|(call, _)| *call != sid).collect();
                exactly(&expected, &kept);
            });
        }
    });
}
