//! `cargo xtask lab`: what the lab adds to a call, what Dialtone adds, and 100 calls at once with sound.

use std::net::{SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use sip::{Challenge, Credentials, Message};

use crate::bench::note;
use crate::process::Process;
use crate::report::{percentile, table};
use crate::{Result, build};

/// How many calls.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Calls from one phone to another, one after the other.
    #[arg(long, default_value_t = 500)]
    calls: usize,
    /// Calls at once, with sound both ways.
    #[arg(long, default_value_t = 100)]
    at_once: usize,
    /// For how many seconds they talk while it is measured.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Measures this program instead of building one for release.
    #[arg(long, value_name = "FILE")]
    binary: Option<PathBuf>,
}

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A number in the lab's telephone network, which says back what it hears.
const OUTSIDE: &str = "5035550123";

/// How often a packet of sound goes.
const TICK: Duration = Duration::from_millis(20);

pub(crate) fn run(options: &Options) -> Result<String> {
    let dialtone = match &options.binary {
        Some(binary) => binary.canonicalize()?,
        None => {
            note("building")?;
            build::dialtone()?
        }
    };
    let log = build::folder()?.join("lab.jsonl");
    let lab = Lab::start(&dialtone, &log)?;
    note(&format!("{} calls one after the other", options.calls))?;
    let [mut answered, mut rang] = lab.ring(options.calls)?;
    note(&format!("{} calls at once", options.at_once))?;
    let talk = lab.talk(options.at_once, Duration::from_secs(options.seconds))?;
    let mut asked = asked(&log)?;
    let row = |what: &str, all: &mut [Duration]| {
        let cell =
            |percent, all: &mut [Duration]| format!("{:.2}", percentile(all, percent).as_secs_f64() * 1e3);
        [what.to_owned(), cell(50, all), cell(99, all)]
    };
    let times = table(
        &["", "median ms", "p99 ms"],
        &[
            row("INVITE to 180", &mut answered),
            row("dialled to the callee's first ring", &mut rang),
            row("of it, Dialtone's own decision", &mut asked),
        ],
    );
    let Talk { sent, received, cpu, rss, peak } = talk;
    let per_second = |packets: u64| format!("{:.0}", packets as f64 / options.seconds as f64);
    let sound = table(
        &["calls at once", "packets/s to the lab", "packets/s from it", "lost", "CPU", "RSS MiB", "peak MiB"],
        &[[
            options.at_once.to_string(),
            per_second(sent),
            per_second(received),
            format!("{:.1} %", 100.0 * (sent.saturating_sub(received)) as f64 / sent.max(1) as f64),
            format!("{:.0} % of a core", 100.0 * cpu.as_secs_f64() / options.seconds as f64),
            format!("{:.1}", rss as f64 / 1024.0),
            format!("{:.1}", peak as f64 / 1024.0),
        ]],
    );
    Ok(format!("{times}\n{sound}"))
}

struct Lab {
    process: Process,
    edge: SocketAddr,
    domain: String,
    passwords: Vec<(String, String)>,
}

/// What became of the calls at once.
struct Talk {
    sent: u64,
    received: u64,
    cpu: Duration,
    rss: u64,
    peak: u64,
}

impl Lab {
    fn start(dialtone: &Path, log: &Path) -> Result<Self> {
        let mut command = Command::new(dialtone);
        command
            .args(["lab", "--config", "examples/dialtone.toml", "--stage", "dev", "--phones", "2"])
            .args(["--listen", "127.0.0.1:0", "--beeps", "--json"])
            .current_dir(build::root())
            .env("XDG_STATE_HOME", build::folder()?.join("lab-state"));
        let process = Process::start(&mut command, log)?;
        let until = Instant::now() + PATIENCE;
        let begins: Value = loop {
            let text = std::fs::read_to_string(log)?;
            if let Some((line, _)) = text.split_once('\n') {
                break serde_json::from_str(line).map_err(|_| format!("the lab says {line}"))?;
            }
            if Instant::now() > until {
                return Err("the lab does not start".into());
            }
            thread::sleep(Duration::from_millis(10));
        };
        let text = |value: &Value, name: &str| {
            value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let phones = begins.get("phones").and_then(Value::as_array).cloned().unwrap_or_default();
        let passwords = phones.iter().map(|phone| (text(phone, "user"), text(phone, "password"))).collect();
        let (edge, domain) = (text(&begins, "address").parse()?, text(&begins, "domain"));
        Ok(Self { process, edge, domain, passwords })
    }

    fn phone(&self, at: usize) -> Result<Phone> {
        let (user, password) = self.passwords.get(at).ok_or("the network has too few phones")?.clone();
        let socket = UdpSocket::bind("127.0.0.1:0")?;
        socket.connect(self.edge)?;
        socket.set_read_timeout(Some(PATIENCE))?;
        Ok(Phone { socket, user, password, domain: self.domain.clone(), challenge: None, count: 0 })
    }

    /// Rings one phone from another, again and again: how long until the caller is told, and until the callee rings.
    fn ring(&self, calls: usize) -> Result<[Vec<Duration>; 2]> {
        let (mut caller, mut callee) = (self.phone(0)?, self.phone(1)?);
        callee.register()?;
        let name = callee.user.clone();
        let (rings, rang) = channel();
        thread::spawn(move || callee.ring_for_ever(&rings));
        let (mut answered, mut ringing) = (Vec::with_capacity(calls), Vec::with_capacity(calls));
        for _ in 0..calls {
            let (sent, told, invite) = caller.dial(&name, None)?;
            answered.push(told - sent);
            let at: Instant = rang.recv_timeout(PATIENCE)?;
            ringing.push(at - sent);
            caller.cancel(&invite)?;
        }
        Ok([answered, ringing])
    }

    /// Calls numbers outside, which say back what they hear, and counts packets.
    fn talk(&self, calls: usize, time: Duration) -> Result<Talk> {
        let mut caller = self.phone(0)?;
        let (mut sounds, mut invites) = (Vec::new(), Vec::new());
        for _ in 0..calls {
            let sound = UdpSocket::bind("127.0.0.1:0")?;
            let (_, _, invite) = caller.dial(OUTSIDE, Some(&sound))?;
            sounds.push(sound);
            invites.push(invite);
        }
        let mut places = Vec::new();
        for _ in 0..calls {
            let answer = caller.take(|message| is(message, 200, "INVITE"))?;
            caller.acknowledge(&answer)?;
            let port = String::from_utf8_lossy(&answer.body)
                .lines()
                .find_map(|line| line.strip_prefix("m=audio ")?.split(' ').next()?.parse::<u16>().ok());
            let call = answer.header("Call-ID").unwrap_or_default().to_owned();
            let at = invites.iter().position(|invite: &Message| invite.header("Call-ID") == Some(&call));
            places.push((at.ok_or("an answer to another call")?, port.ok_or("an answer without sound")?));
        }
        let (done, ended) = channel();
        // The greeting, a beep for each word, is over by then.
        let begins = Instant::now() + Duration::from_secs(6);
        for (at, port) in places {
            let sound = sounds.get(at).ok_or("no socket")?.try_clone()?;
            sound.connect((self.edge.ip(), port))?;
            let done: Sender<(u64, u64)> = done.clone();
            thread::spawn(move || {
                let _ = done.send(speak(&sound, begins, time));
            });
        }
        thread::sleep(begins.saturating_duration_since(Instant::now()));
        let before = self.process.cpu()?;
        let mut talk = Talk { sent: 0, received: 0, cpu: Duration::ZERO, rss: 0, peak: 0 };
        thread::sleep(time);
        talk.cpu = self.process.cpu()?.saturating_sub(before);
        talk.rss = self.process.rss()?;
        talk.peak = self.process.peak_rss()?;
        for _ in 0..calls {
            let (sent, received) = ended.recv_timeout(PATIENCE)?;
            talk.sent += sent;
            talk.received += received;
        }
        Ok(talk)
    }
}

/// Says silence every 20 ms; gives how many packets went and came in the time that is measured.
fn speak(sound: &UdpSocket, begins: Instant, time: Duration) -> (u64, u64) {
    let mut packet = vec![0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7];
    packet.resize(172, 0xff);
    let (mut sent, mut received, mut number) = (0, 0, 0_u16);
    let mut buffer = [0; 512];
    let _ = sound.set_nonblocking(true);
    let mut next = Instant::now();
    while Instant::now() < begins + time {
        let counts = Instant::now() >= begins;
        number = number.wrapping_add(1);
        packet.splice(2..4, number.to_be_bytes());
        packet.splice(4..8, (u32::from(number) * 160).to_be_bytes());
        sent += u64::from(sound.send(&packet).is_ok() && counts);
        while sound.recv(&mut buffer).is_ok() {
            received += u64::from(counts);
        }
        next += TICK;
        thread::sleep(next.saturating_duration_since(Instant::now()));
    }
    (sent, received)
}

/// How long each question for a call took the service inside.
fn asked(log: &Path) -> Result<Vec<Duration>> {
    let text = std::fs::read_to_string(log)?;
    let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let is_asked = |line: &Value| {
        let of = |name| line.get(name).and_then(Value::as_str).unwrap_or_default();
        of("kind") == "asked" && of("what").ends_with("/outgoing")
    };
    let took = |line: Value| line.get("took_us").and_then(Value::as_u64).map(Duration::from_micros);
    Ok(lines.filter(is_asked).filter_map(took).collect())
}

struct Phone {
    socket: UdpSocket,
    user: String,
    password: String,
    domain: String,
    challenge: Option<Challenge>,
    count: u32,
}

impl Phone {
    fn request(&mut self, method: &str, uri: &str, to: &str) -> Result<Message> {
        self.count += 1;
        let (user, domain, count, host) = (&self.user, &self.domain, self.count, self.socket.local_addr()?);
        Ok(Message::request(method, uri)
            .with("Via", format!("SIP/2.0/UDP {host};branch=z9hG4bK{count}{user}{};rport", host.port()))
            .with("From", format!("<sip:{user}@{domain}>;tag={count}"))
            .with("To", format!("<{to}>"))
            .with("Call-ID", format!("{count}-{host}"))
            .with("CSeq", format!("{count} {method}"))
            .with("Contact", format!("<sip:{user}@{host}>")))
    }

    /// With the password, once the lab has asked for it.
    fn proven(&self, request: Message) -> Message {
        let who = Credentials { user: &self.user, password: &self.password };
        let answer = |challenge: &Challenge| {
            challenge.answer(who, request.method().unwrap_or_default(), request.uri(), "c")
        };
        match self.challenge.as_ref().map(answer) {
            Some((name, value)) => request.with(name, value),
            None => request,
        }
    }

    fn register(&mut self) -> Result<()> {
        let uri = format!("sip:{}", self.domain);
        for _ in 0..2 {
            let request = self.request("REGISTER", &uri, &format!("sip:{}@{}", self.user, self.domain))?;
            self.send(&self.proven(request))?;
            let answer = self.take(|message| message.status().is_some())?;
            if answer.status() == Some(200) {
                return Ok(());
            }
            self.challenge = Some(Challenge::of(&answer)?);
        }
        Err("the lab does not take the phone".into())
    }

    /// Dials: when the INVITE went, when 180 came, and the INVITE. Without a socket nothing will be heard.
    fn dial(&mut self, what: &str, sound: Option<&UdpSocket>) -> Result<(Instant, Instant, Message)> {
        let port = sound.map_or(Ok(9), |sound| sound.local_addr().map(|address| address.port()))?;
        let uri = format!("sip:{what}@{}", self.domain);
        loop {
            let mut invite = self.request("INVITE", &uri, &uri)?;
            invite.body = format!(
                "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {port} RTP/AVP 0\r\n"
            )
            .into_bytes();
            let invite = self.proven(invite.with("Content-Type", "application/sdp"));
            let sent = Instant::now();
            self.send(&invite)?;
            let answer = self.take(|message| is(message, 180, "INVITE") || is(message, 407, "INVITE"))?;
            if answer.status() == Some(180) {
                return Ok((sent, Instant::now(), invite));
            }
            self.send(&beside(&invite, "ACK", answer.header("To").unwrap_or_default()))?;
            self.challenge = Some(Challenge::of(&answer)?);
        }
    }

    fn cancel(&self, invite: &Message) -> Result<()> {
        self.send(&beside(invite, "CANCEL", invite.header("To").unwrap_or_default()))?;
        let refusal = self.take(|message| is(message, 487, "INVITE"))?;
        self.send(&beside(invite, "ACK", refusal.header("To").unwrap_or_default()))
    }

    fn acknowledge(&self, answer: &Message) -> Result<()> {
        let contact = sip::address(answer.header("Contact").unwrap_or_default()).0;
        let mut ack = Message::request("ACK", contact);
        let host = self.socket.local_addr()?;
        ack = ack.with(
            "Via",
            format!(
                "SIP/2.0/UDP {host};branch=z9hG4bKack{};rport",
                answer.header("Call-ID").unwrap_or_default()
            ),
        );
        for route in answer.list("Record-Route").into_iter().rev() {
            ack = ack.with("Route", route);
        }
        for name in ["From", "To", "Call-ID"] {
            ack = ack.with(name, answer.header(name).unwrap_or_default());
        }
        let seq = answer.header("CSeq").unwrap_or_default().replace("INVITE", "ACK");
        self.send(&ack.with("CSeq", seq))
    }

    /// Rings whenever it is called, and stops when it is told to; says when.
    fn ring_for_ever(&mut self, rings: &Sender<Instant>) {
        let mut invite = None;
        while let Ok(message) = self.take(|_| true) {
            match message.method() {
                Some("INVITE") => {
                    if rings.send(Instant::now()).is_err() {
                        return;
                    }
                    let _ = self.send(&Message::response(&message, 180, "Ringing"));
                    invite = Some(message);
                }
                Some("CANCEL") => {
                    let _ = self.send(&Message::response(&message, 200, "OK"));
                    if let Some(invite) = invite.take() {
                        let _ = self.send(&Message::response(&invite, 487, "Request Terminated"));
                    }
                }
                _ => {}
            }
        }
    }

    fn send(&self, message: &Message) -> Result<()> {
        self.socket.send(&message.to_bytes())?;
        Ok(())
    }

    fn take(&self, wanted: impl Fn(&Message) -> bool) -> Result<Message> {
        let mut buffer = vec![0; 8192];
        loop {
            let length = self.socket.recv(&mut buffer)?;
            let message = Message::parse(buffer.get(..length).unwrap_or_default())?;
            if wanted(&message) {
                return Ok(message);
            }
        }
    }
}

fn is(message: &Message, status: u16, method: &str) -> bool {
    message.status() == Some(status) && message.header("CSeq").is_some_and(|seq| seq.ends_with(method))
}

/// A request of an INVITE's own transaction.
fn beside(invite: &Message, method: &str, to: &str) -> Message {
    let mut request = Message::request(method, invite.uri());
    for name in ["Via", "From", "Call-ID"] {
        request = request.with(name, invite.header(name).unwrap_or_default());
    }
    let seq = invite.header("CSeq").unwrap_or_default().replace("INVITE", method);
    request.with("To", to).with("CSeq", seq)
}
