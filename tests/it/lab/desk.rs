//! `dialtone lab` as a process, and what it tells.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::hand::Hand;
use super::phone::{Account, Phone};
use crate::harness::{dialtone, scratch};

/// For how long anything may take on a machine that is busy.
const LIMIT: Duration = Duration::from_secs(40);

/// The network of these tests: phones alpha, beta and gamma; beta and gamma share a number.
const NETWORK: &str = "\
[network]
name = \"lab\"
region = \"US\"
area_code = \"503\"
ring_timeout = \"10s\"
emergency_caller_id = \"+15035550110\"

[codes]
\"#\" = { asterisk = \"menu\" }

[asterisk]
host = \"pbx.example.org\"

[stages.dev]
sip_domain = \"lab-dev.sip.twilio.com\"
public_url = \"http://127.0.0.1:8080\"

[extensions.alpha]
number = \"+15035550110\"

[extensions.beta]
number = \"+15035550112\"

[extensions.gamma]
number = \"+15035550112\"
";

#[derive(Default)]
struct Told {
    lines: Mutex<Vec<Value>>,
    more: Condvar,
}

/// A running lab. It is killed when it is dropped.
pub(crate) struct Desk {
    child: Child,
    input: ChildStdin,
    told: Arc<Told>,
    begins: Value,
    directory: PathBuf,
    seen: usize,
    seen_events: usize,
}

impl Desk {
    /// Starts a lab with this network, and more options.
    pub(crate) fn start(options: &[&str]) -> Self {
        Self::with(NETWORK, options)
    }

    /// Starts a lab with a network that is changed, and more options.
    pub(crate) fn changed(change: impl Fn(&str) -> String, options: &[&str]) -> Self {
        Self::with(&change(NETWORK), options)
    }

    fn with(network: &str, options: &[&str]) -> Self {
        let directory = scratch();
        let file = directory.join("dialtone.toml");
        fs::write(&file, network).unwrap();
        let mut child = dialtone()
            .args(["lab", "--listen", "127.0.0.1:0", "--json", "--phones", "9", "--config"])
            .arg(&file)
            .args(options)
            .env("HOME", &directory)
            .env("TWILIO_AUTH_TOKEN", "T0ken-0f-the-lab-27182818284590452")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut first = String::new();
        output.read_line(&mut first).unwrap();
        let begins: Value = serde_json::from_str(&first).unwrap();
        assert_eq!(begins["kind"], "begins", "{first}");
        let told = Arc::new(Told::default());
        let writer = Arc::clone(&told);
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                writer.lines.lock().unwrap().push(serde_json::from_str(&line).unwrap());
                writer.more.notify_all();
            }
        });
        let input = child.stdin.take().unwrap();
        Self { child, input, told, begins, directory, seen: 0, seen_events: 0 }
    }

    /// A phone of the network, which says a tone; registered.
    pub(crate) fn phone(&self, user: &str, tone: u32) -> Phone {
        self.phone_over(user, tone, "udp")
    }

    /// The same, over a transport.
    pub(crate) fn phone_over(&self, user: &str, tone: u32, transport: &str) -> Phone {
        Phone::start(&self.account(user, tone, transport))
    }

    /// A phone of the network that is moved by hand; not registered yet.
    pub(crate) fn hand(&self, user: &str) -> Hand {
        Hand::new(&self.account(user, 0, "udp"))
    }

    /// The password of a phone.
    pub(crate) fn password(&self, user: &str) -> &str {
        let phones = self.begins["phones"].as_array().unwrap();
        phones.iter().find(|phone| phone["user"] == user).unwrap()["password"].as_str().unwrap()
    }

    /// The network file.
    pub(crate) fn file(&self) -> PathBuf {
        self.directory.join("dialtone.toml")
    }

    pub(crate) fn account<'a>(&'a self, user: &'a str, tone: u32, transport: &str) -> Account<'a> {
        Account {
            user,
            password: self.password(user),
            domain: self.begins["domain"].as_str().unwrap(),
            proxy: format!("{};transport={transport}", self.place(transport)),
            tone,
            authority: (transport == "tls").then(|| self.certificate()),
            is_secure: self.begins["secure"] == true,
            file: None,
            name_server: None,
        }
    }

    /// Where phones connect over this transport.
    fn place(&self, transport: &str) -> &str {
        self.begins[if transport == "tls" { "tls" } else { "address" }].as_str().unwrap()
    }

    /// The lab's certificate.
    pub(crate) fn certificate(&self) -> PathBuf {
        self.begins["certificate"].as_str().unwrap().into()
    }

    /// What the lab said at its start.
    pub(crate) fn begins(&self, what: &str) -> &str {
        self.begins[what].as_str().unwrap()
    }

    /// A phone with the name of another and a password of its own.
    pub(crate) fn stranger(&self, user: &str) -> Phone {
        Phone::start_only(&Account {
            user,
            password: "Wrong-Horse-77",
            domain: self.begins["domain"].as_str().unwrap(),
            proxy: format!("{};transport=udp", self.begins["address"].as_str().unwrap()),
            tone: 440,
            authority: None,
            is_secure: false,
            file: None,
            name_server: None,
        })
    }

    /// Gives an order.
    pub(crate) fn order(&mut self, order: &str) {
        writeln!(self.input, "{order}").unwrap();
    }

    /// Waits for news of a kind that was not asked for yet and holds these words; gives the line. News and events are
    /// asked for apart, since either may come first.
    pub(crate) fn tells(&mut self, kind: &str, words: &str) -> Value {
        let until = Instant::now() + LIMIT;
        let mut lines = self.told.lines.lock().unwrap();
        let seen = if kind == "event" { &mut self.seen_events } else { &mut self.seen };
        loop {
            let fits = |line: &Value| line["kind"] == kind && line.to_string().contains(words);
            let found = lines.iter().enumerate().skip(*seen).find(|(_, line)| fits(line));
            if let Some((at, line)) = found {
                *seen = at + 1;
                return line.clone();
            }
            let left = until.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "the lab does not tell {kind} {words:?}: {}", all(&lines));
            lines = self.told.more.wait_timeout(lines, left).unwrap().0;
        }
    }

    /// Waits until some line has these words, also one that was passed over.
    pub(crate) fn has_told(&self, words: &str) {
        let until = Instant::now() + LIMIT;
        let mut lines = self.told.lines.lock().unwrap();
        while !lines.iter().any(|line| line.to_string().contains(words)) {
            let left = until.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "the lab does not tell {words:?}: {}", all(&lines));
            lines = self.told.more.wait_timeout(lines, left).unwrap().0;
        }
    }

    /// Whether no line of this kind came so far.
    pub(crate) fn has_not_told(&self, kind: &str) -> bool {
        self.told.lines.lock().unwrap().iter().all(|line| line["kind"] != kind)
    }

    /// An event of this name that was told already.
    pub(crate) fn has_event(&self, name: &str) -> Value {
        let lines = self.told.lines.lock().unwrap();
        let found = lines.iter().find(|line| line["event"]["event"]["UserEvent"] == name);
        found.unwrap_or_else(|| panic!("no event {name}")).clone()
    }

    /// The names of the events so far.
    pub(crate) fn events(&self) -> Vec<String> {
        let lines = self.told.lines.lock().unwrap();
        let events = lines.iter().filter(|line| line["kind"] == "event");
        events.map(|line| line["event"]["event"]["UserEvent"].as_str().unwrap().to_owned()).collect()
    }
}

fn all(lines: &[Value]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.directory);
    }
}
