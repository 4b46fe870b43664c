//! `cargo xtask setup`: how many requests and seconds `dialtone plan` and `apply` take for networks of some sizes, against the
//! stand-in for Twilio's REST API (`tests/peers/twilio_api`), which answers at once.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::bench::note;
use crate::report::table;
use crate::{Result, build};

/// Which networks, and which program.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// How many phones the networks have.
    #[arg(long, value_delimiter = ',', default_value = "200,1000")]
    phones: Vec<usize>,
    /// How many phones are renamed, of those.
    #[arg(long, default_value_t = 3)]
    changed: usize,
    /// The program, instead of one that is built for it.
    #[arg(long)]
    program: Option<PathBuf>,
}

pub(crate) fn run(options: &Options) -> Result<String> {
    let dialtone = match &options.program {
        Some(program) => program.clone(),
        None => {
            note("building")?;
            build::dialtone()?
        }
    };
    let mut rows = Vec::new();
    for &phones in &options.phones {
        let mut trial = Trial::new(&dialtone, phones)?;
        let changed = options.changed.min(phones);
        let steps: [(String, usize, &[&str], i32); 5] = [
            ("plan, nothing is there".into(), 0, &["plan"], 1),
            ("apply".into(), 0, &["apply"], 0),
            ("plan, nothing to do".into(), 0, &["plan"], 0),
            (format!("plan, {changed} phones changed"), changed, &["plan"], 1),
            (format!("apply, {changed} phones changed"), changed, &["apply"], 0),
        ];
        for (name, changed, words, code) in steps {
            note(&format!("{phones} phones: {name}"))?;
            fs::write(&trial.file, network(phones, changed))?;
            let (requests, took, cpu) = trial.run(words, code)?;
            let seconds = |time: Duration| format!("{:.2}", time.as_secs_f64());
            rows.push([phones.to_string(), name, requests.to_string(), seconds(took), seconds(cpu)]);
        }
    }
    Ok(table(&["phones", "command", "requests", "seconds", "CPU s"], &rows))
}

/// A network whose first phones are called differently, if `changed`.
fn network(phones: usize, changed: usize) -> String {
    let mut text = String::from(
        "[network]\nname = \"street\"\nregion = \"US\"\nemergency_caller_id = \"+15035550100\"\naddress = \"shop\"\n\
         [addresses.shop]\ncustomer = \"Shop\"\nstreet = \"100 Main Street\"\ncity = \"Portland\"\nregion = \"OR\"\n\
         postal_code = \"97201\"\n\
         [stages.prod]\nsip_domain = \"street-prod.sip.twilio.com\"\npublic_url = \"https://prod.example.org\"\n",
    );
    for phone in 0..phones {
        let name = if phone < changed { "q" } else { "p" };
        text.push_str(&format!("[extensions.{name}{phone:04}]\nnumber = {:?}\n", number(phone)));
    }
    text
}

/// Numbers of an exchange that is not the fictional one: there are only a hundred of those. The stand-in calls nobody.
fn number(phone: usize) -> String {
    format!("+1503556{phone:04}")
}

/// One account, and the home of the commands that work on it.
struct Trial {
    program: PathBuf,
    peer: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    environment: Vec<(&'static str, String)>,
    file: PathBuf,
}

impl Trial {
    fn new(program: &Path, phones: usize) -> Result<Self> {
        let home = build::folder()?.join(format!("setup-{phones}"));
        if home.exists() {
            fs::remove_dir_all(&home)?;
        }
        fs::create_dir_all(&home)?;
        let mut peer = Command::new("python3")
            .arg(build::root().join("tests/peers/twilio_api"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let input = peer.stdin.take().ok_or("the stand-in has no input")?;
        let output = BufReader::new(peer.stdout.take().ok_or("the stand-in has no output")?);
        let file = home.join("dialtone.toml");
        let home = home.display().to_string();
        let environment = vec![("HOME", home)];
        let mut trial = Self { program: program.to_owned(), peer, input, output, environment, file };
        let said = trial.hear()?;
        let word = |name: &str| said.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        trial.environment.extend([
            ("TWILIO_API_BASE", word("base")),
            ("TWILIO_ACCOUNT_SID", word("sid")),
            ("TWILIO_AUTH_TOKEN", word("token")),
        ]);
        let mut numbers = vec![json!({"phone_number": "+15035550100"})];
        numbers.extend((0..phones).map(|phone| json!({"phone_number": number(phone)})));
        trial.ask(&json!({"do": "seed", "numbers": numbers, "prices": [{"iso_country": "US"}]}))?;
        Ok(trial)
    }

    fn hear(&mut self) -> Result<Value> {
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        Ok(serde_json::from_str(&line)?)
    }

    fn ask(&mut self, question: &Value) -> Result<Value> {
        writeln!(self.input, "{question}")?;
        self.hear()
    }

    fn requests(&mut self) -> Result<usize> {
        Ok(self.ask(&json!({"do": "journal"}))?.as_array().map_or(0, Vec::len))
    }

    /// Runs a command that must end with a code: how many requests it made, how long it took, and on the processor.
    fn run(&mut self, words: &[&str], code: i32) -> Result<(usize, Duration, Duration)> {
        let before = self.requests()?;
        let mut command = Command::new(&self.program);
        command.args(words).args(["--stage", "prod", "--config"]).arg(&self.file);
        if words.contains(&"apply") {
            command.args(["--yes", "--skip-url-check"]);
        }
        command.env_clear().envs(self.environment.iter().map(|(name, value)| (name, value)));
        let (begun, used) = (Instant::now(), of_children()?);
        let output = command.stdin(Stdio::null()).output()?;
        let (took, cpu) = (begun.elapsed(), of_children()?.saturating_sub(used));
        if output.status.code() != Some(code) {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(format!("{words:?} ended with {:?}, not {code}: {said}", output.status.code()).into());
        }
        Ok((self.requests()? - before, took, cpu))
    }
}

impl Drop for Trial {
    fn drop(&mut self) {
        let _ = self.peer.kill().and_then(|()| self.peer.wait());
    }
}

/// The time on the processor of all processes that were started here and have ended: fields 16 and 17 of proc_pid_stat(5), in
/// hundredths of a second.
fn of_children() -> Result<Duration> {
    let text = fs::read_to_string("/proc/self/stat")?;
    // The name of the program, in parentheses, may hold blanks.
    let (_, rest) = text.rsplit_once(") ").ok_or("/proc/self/stat is not as expected")?;
    let ticks =
        rest.split(' ').skip(13).take(2).map(str::parse::<u64>).sum::<std::result::Result<u64, _>>()?;
    Ok(Duration::from_millis(ticks * 10))
}
