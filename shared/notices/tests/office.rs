//! The office against real sockets: a good recipient, one that fails at first, and one that is not there.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use network::{Network, NetworkFile};
use notices::{Done, MailError, Mailer, Office, Senders};
use twilio::Secret;

/// Long enough for a busy machine; a test that waits for it has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// A request as the recipient sees it: headers in small letters, and the body.
type Request = (HashMap<String, String>, serde_json::Value);

/// A recipient that answers with these codes, one after the other, and with 200 from then on.
fn recipient(codes: &'static [u16]) -> (u16, Receiver<Request>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (sender, received) = mpsc::channel();
    let answered = Arc::new(Mutex::new(0));
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (sender, answered) = (sender.clone(), Arc::clone(&answered));
            thread::spawn(move || answer(&stream.unwrap(), &sender, codes, &answered));
        }
    });
    (port, received)
}

fn answer(stream: &TcpStream, sender: &Sender<Request>, codes: &[u16], answered: &Mutex<usize>) {
    let mut reader = BufReader::new(stream);
    loop {
        let mut headers = HashMap::new();
        let mut line = String::new();
        while reader.read_line(&mut line).is_ok_and(|length| length > 2) {
            if let Some((name, value)) = line.split_once(": ") {
                headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
            }
            line.clear();
        }
        let Some(length) = headers.get("content-length").and_then(|length| length.parse().ok()) else {
            return;
        };
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        let code = {
            let mut count = answered.lock().unwrap();
            *count += 1;
            codes.get(*count - 1).copied().unwrap_or(200)
        };
        write!(&mut &*stream, "HTTP/1.1 {code} x\r\nContent-Length: 0\r\n\r\n").unwrap();
        sender.send((headers, serde_json::from_slice(&body).unwrap())).unwrap();
    }
}

fn network(notify: &str) -> Arc<Network> {
    let file = "[network]\nname = \"n\"\nregion = \"US\"\nemergency_caller_id = \"+15035550100\"\n[stages.prod]\n\
                sip_domain = \"n.sip.twilio.com\"\npublic_url = \"https://n.example.org\"\n[extensions.lobby]\n\
                number = \"+15035550110\"\n";
    Arc::new(NetworkFile::parse(&format!("{file}{notify}")).and_then(|file| file.network("prod")).unwrap())
}

fn event(name: &str, call: usize) -> String {
    format!(
        "{{\"timestamp\":\"2026-06-20T18:04:05.123456Z\",\"hostname\":\"h\",\"event\":{{\"Event\":\"UserEvent\",\
         \"UserEvent\":\"{name}\",\"endpoint\":\"lobby\",\"Channel\":\"lobby\"}},\"call\":{{\"sid\":\"CA{call:032}\"}}}}"
    )
}

/// Keeps the mails.
struct Letters(Mutex<Sender<(String, String)>>);

impl Mailer for Letters {
    fn send(&self, _: &str, subject: &str, body: &str) -> Result<(), MailError> {
        self.0.lock().unwrap().send((subject.to_owned(), body.to_owned())).map_err(Into::into)
    }
}

#[test]
fn each_recipient_is_told_once_whatever_the_others_do() {
    let (good, told) = recipient(&[]);
    let (late, told_late) = recipient(&[500, 429]);
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (letters, mails) = mpsc::channel();
    let notify = format!(
        "[[notify]]\nwebhook = \"http://127.0.0.1:{good}/help\"\n[[notify]]\nwebhook = \"http://127.0.0.1:{nobody}/\"\n\
         [[notify]]\nwebhook = \"http://127.0.0.1:{late}/\"\n[[notify]]\nmail = \"ops@example.org\"\n\
         [[notify]]\nsms = \"+15035550120\"\nfrom = \"+15035550110\"\n"
    );
    let mailer: Box<dyn Mailer> = Box::new(Letters(Mutex::new(letters)));
    let senders = Senders::new(None, Some(Secret::new("secret")), Some(mailer));
    let office = Office::open(network(&notify), Arc::new(senders), Done::in_memory()).unwrap();
    for call in 0..100 {
        office.offer(event("dial_outgoing", call));
        office.offer(event("dial_emergency", call));
        // Twilio repeats a webhook.
        office.offer(event("dial_emergency", call));
    }

    let mut ids: Vec<_> = (0..100).map(|_| told.recv_timeout(PATIENCE).unwrap()).collect();
    let (headers, body) = &ids[0];
    assert_eq!(body["callback_number"], "+15035550110");
    assert!(headers["x-dialtone-signature"].starts_with("t="));
    assert_eq!(headers["idempotency-key"], body["id"].as_str().unwrap());
    ids.sort_by_key(|(_, body)| body["id"].to_string());
    ids.dedup_by_key(|(_, body)| body["id"].to_string());
    assert_eq!(ids.len(), 100, "each call once");
    let letters: Vec<_> = (0..100).map(|_| mails.recv_timeout(PATIENCE).unwrap()).collect();
    assert!(
        letters
            .iter()
            .all(|(subject, body)| subject.starts_with("CALL FOR HELP: lobby") && body.contains("Call back"))
    );
    // Two of them were refused at first, and come again.
    let late: Vec<_> = (0..102).map(|_| told_late.recv_timeout(PATIENCE).unwrap()).collect();
    let mut distinct: Vec<_> = late.iter().map(|(_, body)| body["id"].to_string()).collect();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), 100);
    // What goes to nobody, and what cannot be sent without an account, is still owed: 100 calls, and of the messages
    // one and the storm's rest.
    assert_eq!(office.close(PATIENCE), 102);
    assert!(told.try_recv().is_err() && mails.try_recv().is_err());
}
