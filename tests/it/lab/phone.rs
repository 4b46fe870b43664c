//! baresip (Debian: `baresip-core`), a SIP phone that others wrote. It is driven through its own control port.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{Read, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Condvar, Mutex, OnceLock};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::scratch;

/// For how long anything may take on a machine that is busy.
const LIMIT: Duration = Duration::from_secs(30);

/// How a phone connects, and what it sounds like.
pub(crate) struct Account<'a> {
    pub(crate) user: &'a str,
    pub(crate) password: &'a str,
    pub(crate) domain: &'a str,
    /// Such as `127.0.0.1:5060;transport=tcp`.
    pub(crate) proxy: String,
    /// The tone that it says, in Hz.
    pub(crate) tone: u32,
    /// Whose certificates it trusts.
    pub(crate) authority: Option<PathBuf>,
    /// Whether it takes SRTP and nothing else.
    pub(crate) is_secure: bool,
    /// Its file, as `dialtone devices render` wrote it, in place of all that.
    pub(crate) file: Option<String>,
    /// Whom it asks for names.
    pub(crate) name_server: Option<String>,
}

#[derive(Default)]
struct Told {
    events: Mutex<Vec<Value>>,
    more: Condvar,
}

/// A running phone. It is killed when it is dropped.
pub(crate) struct Phone {
    child: Child,
    control: TcpStream,
    told: Arc<Told>,
    directory: PathBuf,
    user: String,
    /// How many events were asked for already.
    seen: usize,
    /// The last recording of earlier calls.
    before: Option<PathBuf>,
}

/// Where baresip has its modules; nothing, said aloud, where it is not installed.
pub(crate) fn modules() -> Option<&'static str> {
    static MODULES: OnceLock<Option<String>> = OnceLock::new();
    let found = MODULES.get_or_init(|| {
        let directory = scratch();
        // Without a configuration it writes one of its own, which says where its modules are.
        let Ok(status) = command(&directory).args(["-t", "1"]).status() else {
            // Written past the test harness, which would swallow it.
            let _ = writeln!(
                std::io::stderr(),
                "\n*** SKIPPED: the lab's phones: baresip is not installed (Debian: apt-get install baresip-core)\n"
            );
            return None;
        };
        assert!(status.success());
        let written = fs::read_to_string(directory.join("config")).unwrap();
        fs::remove_dir_all(directory).unwrap();
        Some(written.lines().find(|line| line.starts_with("module_path")).unwrap().to_owned())
    });
    found.as_deref()
}

/// A free port that no other phone of this process gets, and that the system gives to nobody who asks for any: those begin
/// at 32768 (ip(7)). Of two phones with one port, one would get the other's orders.
fn control_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = 20_000 + u16::try_from(std::process::id() % 100).unwrap() * 100;
    (0..100)
        .map(|_| first + NEXT.fetch_add(1, Ordering::Relaxed) % 100)
        .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .unwrap()
}

fn command(directory: &Path) -> Command {
    let out = File::options().create(true).append(true).open(directory.join("out")).unwrap();
    let mut command = Command::new("baresip");
    command.arg("-f").arg(directory).stdin(Stdio::null()).stderr(out.try_clone().unwrap()).stdout(out);
    command
}

impl Phone {
    /// Starts a phone, and waits until it is registered.
    pub(crate) fn start(account: &Account<'_>) -> Self {
        let phone = Self::start_only(account);
        // Its event comes before anybody can listen to the control port.
        phone.sees("200 OK () [");
        phone
    }

    /// Starts a phone.
    pub(crate) fn start_only(account: &Account<'_>) -> Self {
        let directory = scratch();
        let Account { user, password, domain, proxy, tone, authority, is_secure, file, name_server } =
            account;
        let port = control_port();
        let mut config = modules().unwrap().to_owned();
        for line in [
            "sip_listen 127.0.0.1:0",
            "net_interface 127.0.0.1",
            &format!("audio_source ausine,{tone}"),
            &format!("audio_player aubridge,{user}"),
            "audio_alert aubridge,nil",
            "ausrc_srate 48000",
            "ausrc_channels 2",
            "auplay_srate 48000",
            "module g711.so",
            "module auconv.so",
            "module ausine.so",
            "module aubridge.so",
            "module sndfile.so",
            &format!("snd_path {}", directory.display()),
            "module_tmp uuid.so",
            "module_tmp account.so",
            "module_app menu.so",
            "module ctrl_tcp.so",
            &format!("ctrl_tcp_listen 127.0.0.1:{port}"),
        ] {
            let _ = write!(config, "\n{line}");
        }
        if let Some(authority) = authority {
            let _ = write!(config, "\nsip_cafile {}\nsip_verify_server yes", authority.display());
        }
        let secure = if *is_secure {
            config.push_str("\nmodule srtp.so");
            ";mediaenc=srtp-mand"
        } else {
            ""
        };
        let line = format!(
            "<sip:{user}@{domain}>;auth_user={user};auth_pass={password};outbound=\"sip:{proxy}\";regint=600;audio_codecs=pcmu{secure}\n"
        );
        let line = file.clone().unwrap_or(line);
        if let Some(server) = name_server {
            let _ = write!(config, "\ndns_server {server}");
        }
        fs::write(directory.join("config"), config + "\n").unwrap();
        fs::write(directory.join("accounts"), line).unwrap();
        let child = command(&directory).arg("-s").spawn().unwrap();
        let control = connect(port);
        let told = Arc::new(Told::default());
        let (mut reader, writer) = (control.try_clone().unwrap(), Arc::clone(&told));
        std::thread::spawn(move || read(&mut reader, &writer));
        Self { child, control, told, directory, user: (*user).to_owned(), seen: 0, before: None }
    }

    /// Gives an order: dial, accept, hangup, hold, resume, sndcode.
    pub(crate) fn does(&mut self, order: &str, what: &str) -> &mut Self {
        if matches!(order, "dial" | "accept") {
            self.before = self.recordings().max();
        }
        let text = json!({"command": order, "params": what, "token": "t"}).to_string();
        self.control.write_all(format!("{}:{text},", text.len()).as_bytes()).unwrap();
        self
    }

    /// Waits for an event that was not asked for yet, and gives its parameter.
    pub(crate) fn hears(&mut self, kind: &str) -> String {
        let until = Instant::now() + LIMIT;
        let mut events = self.told.events.lock().unwrap();
        loop {
            let found = events.iter().enumerate().skip(self.seen).find(|(_, event)| event["type"] == kind);
            if let Some((at, event)) = found {
                self.seen = at + 1;
                return event["param"].as_str().unwrap_or_default().to_owned();
            }
            let left = until.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "{} does not hear {kind}: {events:?}\n{}", self.user, self.trace());
            events = self.told.more.wait_timeout(events, left).unwrap().0;
        }
    }

    /// Whether an event came at all, so far.
    pub(crate) fn has_heard(&self, kind: &str) -> bool {
        self.told.events.lock().unwrap().iter().any(|event| event["type"] == kind)
    }

    /// The SIP messages that it sent and got so far, and what else it wrote.
    pub(crate) fn trace(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.directory.join("out")).unwrap_or_default()).into_owned()
    }

    /// Waits for words in its trace.
    pub(crate) fn sees(&self, words: &str) {
        let until = Instant::now() + LIMIT;
        while !self.trace().contains(words) {
            assert!(Instant::now() < until, "{} does not see {words:?}:\n{}", self.user, self.trace());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until it has recorded so many milliseconds of what it hears.
    pub(crate) fn listens(&self, milliseconds: u64) {
        let until = Instant::now() + LIMIT;
        // 16 bytes a millisecond, and a head.
        let is_long =
            |path: PathBuf| fs::metadata(path).is_ok_and(|file| file.len() > 44 + 16 * milliseconds);
        while !self.newest().is_some_and(is_long) {
            assert!(Instant::now() < until, "{} hears nothing:\n{}", self.user, self.trace());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// What it heard in the call that is over. baresip writes the length of the sound into the file's head when it closes
    /// it, a moment after the call.
    pub(crate) fn recording(&self) -> Vec<i16> {
        let until = Instant::now() + LIMIT;
        loop {
            let file = self.newest().and_then(|path| fs::read(path).ok()).unwrap_or_default();
            // RIFF: the length of all that follows the first eight bytes.
            let said = file.get(4..8).map(|bytes| u32::from_le_bytes(bytes.try_into().unwrap()) as usize);
            let is_closed = said == file.len().checked_sub(8);
            match lab::read_wav(&file).filter(|_| is_closed) {
                Some(samples) if !samples.is_empty() => return samples,
                _ => assert!(Instant::now() < until, "{} closes no recording:\n{}", self.user, self.trace()),
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The recording of this call, once there is one.
    fn newest(&self) -> Option<PathBuf> {
        self.recordings().max().filter(|path| Some(path) > self.before.as_ref())
    }

    /// Their names begin with the time.
    fn recordings(&self) -> impl Iterator<Item = PathBuf> {
        let all = fs::read_dir(&self.directory).unwrap().map(|entry| entry.unwrap().path());
        all.filter(|path| path.to_string_lossy().ends_with("-dec.wav"))
    }
}

impl Drop for Phone {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.directory);
    }
}

/// Early, or the first events are missed.
fn connect(port: u16) -> TcpStream {
    let until = Instant::now() + LIMIT;
    loop {
        if let Ok(stream) = TcpStream::connect(("127.0.0.1", port)) {
            return stream;
        }
        assert!(Instant::now() < until, "baresip opens no control port");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Reads netstrings of JSON, until the phone is gone.
fn read(stream: &mut TcpStream, told: &Told) {
    let (mut buffer, mut chunk) = (Vec::new(), [0; 4096]);
    while let Ok(length @ 1..) = stream.read(&mut chunk) {
        buffer.extend_from_slice(&chunk[..length]);
        while let Some(colon) = buffer.iter().position(|byte| *byte == b':') {
            let size: usize = String::from_utf8_lossy(&buffer[..colon]).parse().unwrap();
            let end = colon + 1 + size;
            if buffer.len() <= end {
                break;
            }
            if let Ok(event) = serde_json::from_slice::<Value>(&buffer[colon + 1..end]) {
                told.events.lock().unwrap().push(event);
                told.more.notify_all();
            }
            buffer.drain(..=end);
        }
    }
}
