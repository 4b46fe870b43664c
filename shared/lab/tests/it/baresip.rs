//! baresip (Debian: `baresip-core`), a SIP phone that others wrote.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

pub(crate) const DOMAIN: &str = "demo.sip.twilio.com";

/// A running phone. It is killed when it is dropped.
pub(crate) struct Baresip {
    child: Child,
    directory: TempDir,
}

/// The account that a phone is given.
pub(crate) struct Account<'a> {
    pub(crate) user: &'a str,
    pub(crate) password: &'a str,
    /// The lab, such as `sip:127.0.0.1:5060;transport=tcp`.
    pub(crate) proxy: String,
    pub(crate) seconds: u32,
}

impl Baresip {
    /// Starts a phone; nothing, with a word about it, where baresip is not installed.
    pub(crate) fn start(account: &Account<'_>) -> Option<Self> {
        let directory = tempfile::tempdir().unwrap();
        // Without a configuration it writes one of its own, which says where its modules are.
        let Ok(status) = command(directory.path()).args(["-t", "1"]).status() else {
            // Written past the test harness, which would swallow it.
            let _ = writeln!(
                std::io::stderr(),
                "\n*** SKIPPED: baresip is not installed (Debian: apt-get install baresip-core)\n"
            );
            return None;
        };
        assert!(status.success());
        let written = fs::read_to_string(directory.path().join("config")).unwrap();
        let mut config = written.lines().find(|line| line.starts_with("module_path")).unwrap().to_owned();
        for line in [
            "module g711.so",
            "module_tmp uuid.so",
            "module_tmp account.so",
            "module_app menu.so",
            "net_interface 127.0.0.1",
            "sip_listen 127.0.0.1:0",
        ] {
            let _ = write!(config, "\n{line}");
        }
        fs::write(directory.path().join("config"), config + "\n").unwrap();
        let Account { user, password, proxy, seconds } = account;
        let line = format!(
            "<sip:{user}@{DOMAIN}>;auth_user={user};auth_pass={password};outbound=\"{proxy}\";regint={seconds};audio_codecs=pcmu\n"
        );
        fs::write(directory.path().join("accounts"), line).unwrap();
        let child = command(directory.path()).arg("-v").spawn().unwrap();
        Some(Self { child, directory })
    }

    /// Everything that it wrote so far.
    pub(crate) fn said(&self) -> String {
        fs::read_to_string(self.directory.path().join("out")).unwrap_or_default()
    }

    /// Waits for words in what it writes.
    pub(crate) fn says(&self, words: &str) -> bool {
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(20) {
            if self.said().contains(words) {
                return true;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    }
}

impl Drop for Baresip {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(directory: &Path) -> Command {
    let mut command = Command::new("baresip");
    let out = fs::File::options().create(true).append(true).open(directory.join("out")).unwrap();
    command.arg("-f").arg(directory).stdin(Stdio::null()).stdout(out.try_clone().unwrap()).stderr(out);
    command
}
