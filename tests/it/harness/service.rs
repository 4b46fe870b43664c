//! `dialtone serve`, as a process.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::binary::dialtone;
use super::paths::{scratch, tests};
use super::request::Request;

/// The auth token of every service here.
pub(crate) const TOKEN: &str = "T0ken-0f-the-tests-31415926535897932";

/// How long anything may take that should take no time at all.
const PATIENCE: Duration = Duration::from_secs(30);

/// A service that is about to start.
pub(crate) struct Starting {
    network: String,
    command: Command,
    journal: Option<PathBuf>,
    is_log_read: bool,
    is_stdout_read: bool,
}

impl Starting {
    /// Changes the network file.
    #[must_use]
    pub(crate) fn but(mut self, from: &str, to: &str) -> Self {
        assert!(self.network.contains(from), "the network file has no {from:?}");
        self.network = self.network.replace(from, to);
        self
    }

    /// Sets an environment variable.
    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Chooses a journal that outlives the service.
    #[must_use]
    pub(crate) fn with_journal(mut self, folder: &Path) -> Self {
        self.journal = Some(folder.to_owned());
        self
    }

    /// Once it listens, nobody reads its log.
    #[must_use]
    pub(crate) fn with_unread_log(mut self) -> Self {
        self.is_log_read = false;
        self
    }

    /// Its events go to a pipe that nobody reads.
    #[must_use]
    pub(crate) fn with_unread_stdout(mut self) -> Self {
        self.is_stdout_read = false;
        self
    }

    /// With a limit of the shell's, such as `-n 64`.
    #[must_use]
    pub(crate) fn with_limit(mut self, limit: &str) -> Self {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("ulimit {limit} && exec \"$@\""), "sh"]).arg(self.command.get_program());
        shell.env_clear().envs(self.command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        self.command = shell;
        self
    }

    /// Starts it, and waits until it listens.
    pub(crate) fn start(mut self) -> Service {
        let directory = scratch();
        let file = directory.join("dialtone.toml");
        let events = directory.join("events.jsonl");
        let stdout = directory.join("stdout");
        fs::write(&file, &self.network).unwrap();
        let network: toml::Table = self.network.parse().unwrap();
        let stage = &network["stages"]["prod"];
        let mut child = self
            .command
            .args(["serve", "--stage", "prod", "--listen", "127.0.0.1:0", "--config"])
            .arg(file)
            .args(self.is_stdout_read.then(|| [Path::new("--events"), &events]).into_iter().flatten())
            .arg("--journal")
            .arg(self.journal.unwrap_or_else(|| directory.join("journal")))
            .stdout(if self.is_stdout_read {
                fs::File::create(&stdout).unwrap().into()
            } else {
                Stdio::piped()
            })
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = Log::default();
        let reader = log.follow(child.stderr.take().unwrap(), self.is_log_read);
        let serving = log.wait_for(&mut child, |line| line["message"] == "serving");
        let address = serving["address"].as_str().unwrap().parse().unwrap();
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(PATIENCE))
            .build()
            .new_agent();
        Service {
            child,
            reader: Some(reader),
            log,
            address,
            agent,
            sip_domain: stage["sip_domain"].as_str().unwrap().to_owned(),
            public_url: stage["public_url"].as_str().unwrap().to_owned(),
            directory,
        }
    }
}

/// A running service. It is killed when it is dropped.
pub(crate) struct Service {
    child: Child,
    reader: Option<JoinHandle<()>>,
    log: Log,
    pub(crate) address: SocketAddr,
    pub(crate) agent: ureq::Agent,
    pub(crate) sip_domain: String,
    pub(crate) public_url: String,
    directory: PathBuf,
}

/// What a service leaves behind.
pub(crate) struct Record {
    pub(crate) status: ExitStatus,
    /// How long it took to stop.
    pub(crate) took: Duration,
    /// The log, line by line.
    pub(crate) log: Vec<String>,
    /// The events' lines in the file.
    pub(crate) events: Vec<String>,
    pub(crate) stdout: String,
    /// The events in the journal, each as consumers parse it.
    pub(crate) journal: Vec<Value>,
}

impl Service {
    /// A service for a network file of this package.
    pub(crate) fn on(file: &str) -> Starting {
        let network = fs::read_to_string(tests().join(file)).unwrap();
        let mut command = dialtone();
        command.env("TWILIO_AUTH_TOKEN", TOKEN);
        Starting { network, command, journal: None, is_log_read: true, is_stdout_read: true }
    }

    pub(crate) fn get<'a>(&'a self, path: &str) -> Request<'a> {
        Request::new(self, "GET", path)
    }

    pub(crate) fn post<'a>(&'a self, path: &str) -> Request<'a> {
        Request::new(self, "POST", path)
    }

    /// Waits for a line of the log.
    pub(crate) fn log_says(&mut self, is_it: impl Fn(&Value) -> bool) -> Value {
        self.log.wait_for(&mut self.child, is_it)
    }

    /// The lines of the log so far.
    pub(crate) fn log(&self) -> Vec<String> {
        self.log.0.0.lock().unwrap().clone()
    }

    /// Sends SIGTERM.
    pub(crate) fn terminate(&self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    }

    /// Kills it with SIGKILL, in the middle of whatever it does.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// How much memory it has at most had, in MiB (proc(5), `VmHWM`).
    pub(crate) fn memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
    }

    /// Stops it as an operator would, and reads what it left behind.
    pub(crate) fn stop(mut self) -> Record {
        // An idle connection would be waited for.
        self.agent = ureq::Agent::new_with_defaults();
        self.terminate();
        self.wait()
    }

    /// Waits for its end.
    pub(crate) fn wait(mut self) -> Record {
        let started = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(started.elapsed() < PATIENCE, "the service does not stop");
            std::thread::sleep(Duration::from_millis(5));
        };
        let took = started.elapsed();
        self.reader.take().unwrap().join().unwrap();
        let read = |name| fs::read_to_string(self.directory.join(name)).unwrap_or_default();
        Record {
            status,
            took,
            log: self.log(),
            events: read("events.jsonl").lines().map(str::to_owned).collect(),
            stdout: read("stdout"),
            journal: journal(&self.directory.join("journal")),
        }
    }
}

/// The events of a journal, slot by slot. Every line of it is JSON, but for a last one that a killed process did not end:
/// its request was not answered.
pub(crate) fn journal(folder: &Path) -> Vec<Value> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flat_map(|slot| fs::read_dir(slot.unwrap().path()).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "jsonl"))
        .collect();
    files.sort();
    let texts: Vec<_> = files.iter().map(|file| fs::read_to_string(file).unwrap()).collect();
    let whole = texts.iter().map(|text| text.rsplit_once('\n').map_or("", |(whole, _torn)| whole));
    let lines = whole.flat_map(str::lines).filter(|line| !line.is_empty());
    lines
        .map(|line| {
            let line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line}"));
            assert_eq!(line["stage"], "prod");
            line["message"].clone()
        })
        .collect()
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        // A failed test leaves its files for inspection.
        if !std::thread::panicking() {
            let _ = fs::remove_dir_all(&self.directory);
        }
    }
}

/// The lines of standard error, as they come.
#[derive(Clone, Default)]
struct Log(Arc<(Mutex<Vec<String>>, Condvar)>);

impl Log {
    fn follow(&self, stderr: impl std::io::Read + Send + 'static, to_the_end: bool) -> JoinHandle<()> {
        let shared = Arc::clone(&self.0);
        std::thread::spawn(move || {
            let mut lines = BufReader::new(stderr).lines();
            for line in &mut lines {
                let line = line.unwrap();
                let is_serving = line.contains("\"serving\"");
                shared.0.lock().unwrap().push(line);
                shared.1.notify_all();
                if is_serving && !to_the_end {
                    // The pipe stays open for good.
                    std::mem::forget(lines);
                    return;
                }
            }
        })
    }

    fn wait_for(&self, child: &mut Child, is_it: impl Fn(&Value) -> bool) -> Value {
        let started = Instant::now();
        let (mut seen, mut lines) = (0, self.0.0.lock().unwrap());
        loop {
            for line in lines.iter().skip(seen) {
                if let Ok(value) = serde_json::from_str(line)
                    && is_it(&value)
                {
                    return value;
                }
            }
            seen = lines.len();
            let is_over = child.try_wait().unwrap().is_some() || started.elapsed() > PATIENCE;
            assert!(!is_over, "the log does not say it:\n{}", lines.join("\n"));
            lines = self.0.1.wait_timeout(lines, Duration::from_millis(100)).unwrap().0;
        }
    }
}

impl Record {
    /// The events, parsed.
    pub(crate) fn parsed_events(&self) -> Vec<Value> {
        self.events.iter().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The log, parsed: every line of it is JSON.
    pub(crate) fn parsed_log(&self) -> Vec<Value> {
        let parse = |line: &String| {
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in the log: {line}"))
        };
        self.log.iter().map(parse).collect()
    }

    /// Of the call with this name, the names of the events, each with its reason.
    pub(crate) fn events_of(&self, sid: &str) -> Vec<Value> {
        self.parsed_events().into_iter().filter(|event| event["call"]["sid"] == sid).collect()
    }
}
