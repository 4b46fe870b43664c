//! A person hears of a call for help: from `dialtone serve`, by webhook and by mail, also after it was killed.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::peers::Peer;
use crate::harness::{Service, dialtone, scratch, tests};
use crate::switchboard::Running;

const STREET: &str = "networks/street.toml";

/// Long enough for a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// The people who are told, and where they listen.
struct Sinks {
    peer: Peer,
    ports: Value,
}

impl Sinks {
    fn open() -> Self {
        let mut peer = Peer::start("sinks.py");
        let ports = peer.hear();
        Self { peer, ports }
    }

    /// A service that tells both, with a journal that outlives it.
    fn service(&self, journal: &Path) -> Service {
        let notify = format!(
            "[[notify]]\nwebhook = \"http://127.0.0.1:{}/help\"\ndrills = true\n\
             [[notify]]\nmail = \"ops@example.org\"\n\n[asterisk]",
            self.ports["webhook"]
        );
        Service::on(STREET)
            .but("[asterisk]", &notify)
            .with("DIALTONE_NOTIFY_SECRET", "a secret of the tests")
            .with("DIALTONE_SMTP_URL", &format!("smtp://localhost:{}", self.ports["smtp"]))
            .with("DIALTONE_SMTP_FROM", "Dialtone <phones@example.org>")
            .with_journal(journal)
            .start()
    }

    fn heard(&mut self) -> Value {
        self.peer.ask(&json!({"ask": "heard"}))
    }

    /// Waits until what was heard is enough.
    fn wait(&mut self, is_enough: impl Fn(&Value) -> bool) -> Value {
        let start = Instant::now();
        loop {
            let heard = self.heard();
            if is_enough(&heard) {
                return heard;
            }
            assert!(start.elapsed() < PATIENCE, "not enough was heard: {heard}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

fn count(heard: &Value, sink: &str) -> usize {
    heard[sink].as_array().unwrap().len()
}

/// Calls, and gives the call's SID.
fn call(service: &Service, keys: &str) -> String {
    let request = service.phone("lobby").dials(keys);
    let sid = request.value("CallSid").to_owned();
    request.send().twiml();
    sid
}

#[test]
fn a_webhook_and_a_mail_tell_of_the_phone_the_number_and_the_call() {
    let (mut sinks, folder) = (Sinks::open(), scratch());
    let service = sinks.service(&folder.join("journal"));
    let help = call(&service, "911");
    call(&service, "5035550123");
    let drill = call(&service, "933");
    let heard = sinks.wait(|heard| count(heard, "webhook") == 2 && count(heard, "mail") == 1);
    let of = |sid: &str| {
        heard["webhook"].as_array().unwrap().iter().find(|one| one["call_sid"] == sid).unwrap().clone()
    };
    let told = of(&help);
    assert_eq!(
        (&told["is_signed"], &told["kind"], &told["phone"], &told["callback_number"]),
        (&json!(true), &json!("call_for_help"), &json!("lobby"), &json!("+15035550110"))
    );
    assert_eq!(of(&drill)["kind"], "drill");
    let mail = &heard["mail"][0];
    assert_eq!((&mail["from"], &mail["to"]), (&json!("phones@example.org"), &json!(["ops@example.org"])));
    let (subject, body) = (mail["subject"].as_str().unwrap(), mail["body"].as_str().unwrap());
    assert!(subject.starts_with("CALL FOR HELP: lobby"), "{subject}");
    assert!(body.contains("+1 503 555 0110") || body.contains("+15035550110"), "{body}");
    assert!(body.contains(&help), "{body}");
    // The number and the address of a notice are in no log.
    let record = service.stop();
    let log = record.log.join("\n");
    assert!(log.contains("notice sent") && !log.contains("5550110") && !log.contains("ops@"), "{log}");
    // A person who looks later sees who was told, and when.
    let mut switchboard = dialtone();
    switchboard.args(["switchboard", "--stage", "prod", "--config"]).arg(tests().join(STREET));
    switchboard.arg("--from").arg(folder.join("journal")).arg("--ledger").arg(folder.join("ledger"));
    let switchboard = Running::start(&mut switchboard);
    let start = Instant::now();
    let is_told = |page: &str, way: &str| page.contains(&format!("{way} <span class=\"quiet\"><time"));
    while !is_told(&switchboard.page("/help"), "mail") {
        assert!(start.elapsed() < PATIENCE, "{}", switchboard.page("/help"));
        std::thread::sleep(Duration::from_millis(50));
    }
    let page = switchboard.page("/help");
    assert!(is_told(&page, "webhook") && !page.contains("ops@") && !page.contains("given up"), "{page}");
    drop(switchboard);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn what_was_answered_is_told_after_kill_9_and_not_twice() {
    let (mut sinks, folder) = (Sinks::open(), scratch());
    let journal = folder.join("journal");
    sinks.peer.ask(&json!({"webhook": 503}));
    let service = sinks.service(&journal);
    let answered: Vec<_> = (0..20).map(|_| call(&service, "911")).collect();
    // While all of them wait to be told.
    sinks.wait(|heard| heard["refused"].as_u64().unwrap() > 0);
    service.kill();
    sinks.peer.ask(&json!({"webhook": 200}));
    let service = sinks.service(&journal);
    let heard = sinks.wait(|heard| count(heard, "webhook") >= answered.len());
    let mut told = BTreeMap::new();
    for one in heard["webhook"].as_array().unwrap() {
        *told.entry(one["call_sid"].as_str().unwrap().to_owned()).or_insert(0) += 1;
    }
    assert_eq!(told.len(), answered.len());
    assert!(answered.iter().all(|sid| told.get(sid) == Some(&1)), "{told:?}");
    // A stop and a start tell nothing again.
    assert_eq!(service.stop().status.code(), Some(0));
    let service = sinks.service(&journal);
    let last = call(&service, "911");
    let heard = sinks.wait(|heard| count(heard, "webhook") > answered.len());
    assert_eq!(heard["webhook"][answered.len()]["call_sid"], last.as_str());
    assert_eq!(count(&heard, "webhook"), answered.len() + 1);
    drop(service);
    std::fs::remove_dir_all(folder).unwrap();
}
