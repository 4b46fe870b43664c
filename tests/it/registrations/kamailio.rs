//! A registrar that others wrote (Debian: `kamailio`, `kamailio-tls-modules`), on this machine alone.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::net::{TcpListener, UdpSocket};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::harness::scratch;

pub(super) const PASSWORD: &str = "Correct-Horse-77";

/// What `kamcmd ul.dump` shows of one place of a phone, but for the seconds that are left.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Kept {
    pub(super) contact: String,
    /// Call-ID, CSeq, time of the last change and the like: a REGISTER that renewed or changed the place would show here.
    rest: Vec<String>,
}

/// One phone's places with their seconds.
pub(super) type Places = Vec<(Kept, i64)>;

/// A running kamailio. It is stopped when it is dropped.
pub(super) struct Kamailio {
    child: Child,
    directory: PathBuf,
    pub(super) port: u16,
    pub(super) tls_port: u16,
}

impl Kamailio {
    /// Starts one; nothing, with a word about it, where kamailio is not installed.
    pub(super) fn start(test: &str) -> Option<Self> {
        let program = ["kamailio", "/usr/sbin/kamailio"].into_iter().find(|program| {
            Command::new(program).arg("-v").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
        });
        let Some(program) = program else {
            // Written past the test harness, which would swallow it.
            let _ = writeln!(
                std::io::stderr(),
                "\n*** SKIPPED: {test}: kamailio is not installed (Debian: apt-get install kamailio kamailio-tls-modules)\n"
            );
            return None;
        };
        // Another process may take a port that was free a moment ago.
        (0..5).find_map(|_| Self::try_start(program)).or_else(|| panic!("kamailio does not start"))
    }

    fn try_start(program: &str) -> Option<Self> {
        let directory = scratch();
        let (port, tls_port) = (free_port(), free_port());
        let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        fs::write(directory.join("cert.pem"), certified.cert.pem()).unwrap();
        fs::write(directory.join("key.pem"), certified.signing_key.serialize_pem()).unwrap();
        let config = include_str!("kamailio.cfg")
            .replace("DIRECTORY", directory.to_str().unwrap())
            .replace("TLS_PORT", &tls_port.to_string())
            .replace("PORT", &port.to_string())
            .replace("PASSWORD", PASSWORD);
        fs::write(directory.join("kamailio.cfg"), config).unwrap();
        let out = fs::File::create(directory.join("out")).unwrap();
        let child = Command::new(program)
            .args(["-DD", "-E", "-Y"])
            .arg(&directory)
            .arg("-f")
            .arg(directory.join("kamailio.cfg"))
            .stdin(Stdio::null())
            .stdout(out.try_clone().unwrap())
            .stderr(out)
            .spawn()
            .unwrap();
        let mut kamailio = Self { child, directory, port, tls_port };
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(60) {
            if kamailio.child.try_wait().unwrap().is_some() {
                return None;
            }
            if kamailio.rpc("core.uptime").is_some() {
                return Some(kamailio);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("kamailio does not start: {}", fs::read_to_string(kamailio.directory.join("out")).unwrap());
    }

    /// The certificate that it shows, which vouches for itself.
    pub(super) fn authority(&self) -> PathBuf {
        self.directory.join("cert.pem")
    }

    /// The places of every phone that has any, by user name.
    pub(super) fn dump(&self) -> BTreeMap<String, Places> {
        let text = self.rpc("ul.dump").unwrap();
        let mut phones: BTreeMap<String, Places> = BTreeMap::new();
        let mut user = String::new();
        let mut place: Option<(Kept, i64)> = None;
        for line in text.lines() {
            let (name, value) = line.trim().split_once(": ").unwrap_or_default();
            match name {
                "AoR" => {
                    phones.entry(user.clone()).or_default().extend(place.take());
                    user = value.to_owned();
                }
                "Address" => {
                    phones.entry(user.clone()).or_default().extend(place.take());
                    place = Some((Kept { contact: value.to_owned(), rest: Vec::new() }, 0));
                }
                _ => {}
            }
            let Some((kept, seconds)) = &mut place else { continue };
            match name {
                "Expires" => *seconds = value.parse().unwrap_or(0),
                "Call-ID" | "CSeq" | "Received" | "Path" | "Flags" | "Socket" | "Ruid" | "Last-Modified" => {
                    kept.rest.push(format!("{name}: {value}"));
                }
                _ => {}
            }
        }
        phones.entry(user).or_default().extend(place);
        phones.retain(|_, places| {
            places.retain(|(_, seconds)| *seconds > 0);
            places.sort();
            !places.is_empty()
        });
        phones
    }

    fn rpc(&self, command: &str) -> Option<String> {
        let socket = format!("unix:{}", self.directory.join("ctl").display());
        let program = ["kamcmd", "/usr/sbin/kamcmd"].into_iter();
        let output = program
            .filter_map(|program| Command::new(program).args(["-s", &socket, command]).output().ok())
            .next()
            .unwrap();
        output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
    }
}

impl Drop for Kamailio {
    fn drop(&mut self) {
        // Its children end when it is asked to, and not when it is killed.
        let _ = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.directory);
    }
}

/// A port that is free for UDP and TCP.
fn free_port() -> u16 {
    loop {
        let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = tcp.local_addr().unwrap();
        if UdpSocket::bind(address).is_ok() {
            return address.port();
        }
    }
}
