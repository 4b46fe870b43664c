//! `cargo xtask load`: `dialtone serve` beside Express, and what a large network file costs.

use std::fmt::Write as _;
use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Once;
use std::thread::sleep;
use std::time::{Duration, Instant};

use numbers::Kind;

use crate::bench::note;
use crate::client::{DOMAIN, PUBLIC_URL};
use crate::process::Process;
use crate::report::{percentile, table};
use crate::subjects::Subject;
use crate::{Result, build, client, measure, subjects};

/// How much load.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Requests to `dialtone serve`; memory is looked at ten times.
    #[arg(long, default_value_t = 1_000_000)]
    requests: usize,
    /// Requests to Express.
    #[arg(long, default_value_t = 50_000)]
    peer_requests: usize,
    /// Requests for each size of network file.
    #[arg(long, default_value_t = 50_000)]
    size_requests: usize,
    /// Connections that stay open.
    #[arg(long, default_value_t = 8)]
    connections: usize,
    /// Leave Express out.
    #[arg(long)]
    no_peers: bool,
    /// Leave the large network files out.
    #[arg(long)]
    no_sizes: bool,
    /// This `dialtone` instead of one that is built now.
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
    /// Also this `dialtone`, built before some change: the two take turns, and the last line compares them.
    #[arg(long, value_name = "FILE")]
    before: Option<PathBuf>,
}

/// What a service did with some requests.
struct Load {
    wall: Duration,
    cpu: Duration,
    latencies: Vec<Duration>,
}

pub(crate) fn run(options: &Options) -> Result<String> {
    let dialtone = match &options.program {
        Some(program) => program.clone(),
        None => {
            note("building")?;
            build::dialtone()?
        }
    };
    let example = build::root().join("examples/dialtone.toml");
    let phones = ["lobby", "cocina", "workshop", "loft", "bench"].map(str::to_owned);
    let requests = requests(&phones)?;
    let mut text = throughput(options, &dialtone, &example, &requests)?;
    if !options.no_sizes {
        text.push('\n');
        text.push_str(&sizes(options, &dialtone)?);
    }
    Ok(text)
}

/// What a service did in all its rounds.
struct Rounds {
    name: &'static str,
    service: Service,
    all: Load,
    memory: Vec<u64>,
}

impl Rounds {
    fn of(name: &'static str, program: &Path, file: &Path) -> Result<Self> {
        let all = Load { wall: Duration::ZERO, cpu: Duration::ZERO, latencies: Vec::new() };
        Ok(Self { name, service: Service::start(serve(program, file)?)?, all, memory: Vec::new() })
    }

    fn play(&mut self, requests: &[Vec<u8>], times: usize, connections: usize) -> Result<()> {
        let load = self.service.load(requests, times, connections)?;
        self.all.wall += load.wall;
        self.all.cpu += load.cpu;
        self.all.latencies.extend(load.latencies);
        self.memory.push(self.service.process.rss()?);
        Ok(())
    }

    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    fn per_second(&self) -> f64 {
        self.all.latencies.len() as f64 / self.all.wall.as_secs_f64()
    }
}

fn throughput(options: &Options, dialtone: &Path, file: &Path, requests: &[Vec<u8>]) -> Result<String> {
    let mut rows = Vec::new();
    let mut both = vec![Rounds::of("dialtone serve", dialtone, file)?];
    if let Some(before) = &options.before {
        both.push(Rounds::of("the one before", before, file)?);
    }
    note(&format!("{} requests to dialtone serve", options.requests))?;
    for _ in 0..10 {
        for rounds in &mut both {
            rounds.play(requests, options.requests / 10, options.connections)?;
        }
    }
    let speeds: Vec<_> = both.iter().map(Rounds::per_second).collect();
    for rounds in &mut both {
        rows.push(row(rounds.name, &mut rounds.all, &rounds.service)?);
    }
    let memory = both.first().map(|rounds| rounds.memory.clone()).unwrap_or_default();
    drop(both);
    if !options.no_peers {
        let (node, _) = build::peers()?;
        let service = Service::start(node_server(&node)?)?;
        note(&format!("{} requests to Express", options.peer_requests))?;
        // A tenth before that, for its compiler.
        service.load(requests, options.peer_requests / 10, options.connections)?;
        let mut load = service.load(requests, options.peer_requests, options.connections)?;
        rows.push(row("Express + twilio", &mut load, &service)?);
    }
    let mut text =
        table(&["", "requests", "per second", "per CPU second", "p50 us", "p99 us", "peak MiB"], &rows);
    let mebibytes: Vec<_> =
        memory.iter().map(|kib| format!("{}.{}", kib / 1024, kib % 1024 * 10 / 1024)).collect();
    if let [now, before] = speeds[..] {
        let _ = writeln!(text, "\nRequests a second: {:.1} % of the one before", 100.0 * now / before);
    }
    let _ = writeln!(text, "\nMemory of `dialtone serve` after each tenth, MiB: {}", mebibytes.join(", "));
    Ok(text)
}

fn row(name: &str, load: &mut Load, service: &Service) -> Result<[String; 7]> {
    let count = load.latencies.len();
    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    let per = |time: Duration| format!("{:.0}", count as f64 / time.as_secs_f64());
    let micros = |all: &mut [Duration], percent| percentile(all, percent).as_micros().to_string();
    Ok([
        name.to_owned(),
        count.to_string(),
        per(load.wall),
        per(load.cpu),
        micros(&mut load.latencies, 50),
        micros(&mut load.latencies, 99),
        (service.process.peak_rss()? / 1024).to_string(),
    ])
}

/// What grows with the number of extensions, and what must not.
fn sizes(options: &Options, dialtone: &Path) -> Result<String> {
    let mut rows = Vec::new();
    let mut outgoing = subjects::voice()?.into_iter().next().ok_or("no function")?;
    for count in [1, 100, 10_000, 100_000] {
        note(&format!("{count} extensions"))?;
        let file = build::folder()?.join(format!("{count}.toml"));
        let phones = network(count, &file)?;
        let requests = requests(&phones)?;
        let begun = Instant::now();
        let service = Service::start(serve(dialtone, &file)?)?;
        let up = begun.elapsed();
        let rss = service.process.rss()?;
        let mut load = service.load(&requests, options.size_requests, options.connections)?;
        let per_call = load.cpu.as_secs_f64() * 1e6 / f64::from(u32::try_from(load.latencies.len())?);
        let cold = cold(&mut outgoing, &file, phones.first().map_or("", String::as_str))?;
        rows.push([
            count.to_string(),
            (fs::metadata(&file)?.len() / 1024).to_string(),
            up.as_millis().to_string(),
            (rss / 1024).to_string(),
            format!("{per_call:.1}"),
            percentile(&mut load.latencies, 99).as_micros().to_string(),
            format!("{:.2}", cold.as_secs_f64() * 1e3),
        ]);
    }
    Ok(table(
        &[
            "extensions",
            "file KiB",
            "serve up ms",
            "memory MiB",
            "CPU us per call",
            "p99 us",
            "outgoing cold ms",
        ],
        &rows,
    ))
}

/// The median cold start of `outgoing` with a network file.
fn cold(outgoing: &mut Subject, file: &Path, phone: &str) -> Result<Duration> {
    outgoing.set_network(file, phone)?;
    let folder = build::folder()?;
    let mut all = Vec::new();
    for _ in 0..10 {
        all.push(measure::cold(outgoing, &folder, None)?.total);
    }
    Ok(percentile(&mut all, 50))
}

/// Writes a network of so many extensions. Gives their names.
fn network(count: usize, file: &Path) -> Result<Vec<String>> {
    // Area codes of lines: the toll-free ones are what these phones call.
    let is_line = |npa: &u16| {
        numbers::classify(&format!("{npa}5550100")).is_some_and(|found| found.kind == Kind::FixedLineOrMobile)
    };
    let codes: Vec<_> = (200..1000).filter(is_line).collect();
    let mut text = format!(
        "[network]\nname = \"bench\"\nregion = \"US\"\n[stages.prod]\nsip_domain = \"{DOMAIN}\"\npublic_url = \"{PUBLIC_URL}\"\n"
    );
    let mut phones = Vec::with_capacity(count);
    for index in 0..count {
        // Fictional numbers only, so in a very large network several phones share one.
        let npa = codes.get(index / 100 % codes.len()).ok_or("no area codes")?;
        let phone = format!("phone-{index}");
        writeln!(text, "[extensions.{phone}]\nnumber = \"+1{npa}55501{:02}\"", index % 100)?;
        phones.push(phone);
    }
    fs::write(file, text)?;
    Ok(phones)
}

/// Requests of phones all over the network, each of another call. There are more of them than `serve` remembers, so each
/// is answered as a new one although they are sent many times.
fn requests(phones: &[String]) -> Result<Vec<Vec<u8>>> {
    const DIFFERENT: usize = 10_000;
    let one = |index: usize| {
        let phone = phones.get(index * 7919 % phones.len()).ok_or("no phones")?;
        // Toll-free numbers are no phone's of any of these networks.
        let code = ["800", "833", "844", "855", "866", "877", "888"].get(index % 7).ok_or("no code")?;
        let number = format!("1{code}55501{:02}", index % 100);
        client::request(phone, &number, index)
    };
    (0..DIFFERENT).map(one).collect()
}

/// A server that is up.
pub(crate) struct Service {
    pub(crate) process: Process,
    address: SocketAddr,
}

impl Service {
    /// Starts a command that ends with the port to listen on, and waits until it listens.
    pub(crate) fn start((mut command, address): (Command, SocketAddr)) -> Result<Self> {
        let process = Process::start(&mut command, Path::new("/dev/null"))?;
        let begun = Instant::now();
        while TcpStream::connect(address).is_err() {
            if begun.elapsed() > Duration::from_secs(60) {
                return Err(format!("{command:?} does not listen").into());
            }
            sleep(Duration::from_millis(1));
        }
        Ok(Self { process, address })
    }

    fn load(&self, requests: &[Vec<u8>], times: usize, connections: usize) -> Result<Load> {
        let (begun, before) = (Instant::now(), self.process.cpu()?);
        let latencies = client::send(self.address, requests, times, connections)?;
        Ok(Load { wall: begun.elapsed(), cpu: self.process.cpu()?.saturating_sub(before), latencies })
    }
}

pub(crate) fn serve(dialtone: &Path, file: &Path) -> Result<(Command, SocketAddr)> {
    let address = free_address()?;
    let mut command = Command::new(dialtone);
    command.args(["serve", "--stage", "prod", "--config"]).arg(file).args(["--events", "/dev/null"]);
    command.env("DIALTONE_JOURNAL", new_journal(address)?);
    command.args(["--listen", &address.to_string()]).env("TWILIO_AUTH_TOKEN", client::TOKEN);
    Ok((command, address))
}

/// A folder without a journal: a service would first read what another has left there, at the cost of its requests.
fn new_journal(address: SocketAddr) -> Result<PathBuf> {
    static EMPTIED: Once = Once::new();
    let all = build::target().join("tmp/load.journals");
    // Those of an earlier run.
    EMPTIED.call_once(|| _ = fs::remove_dir_all(&all));
    let journal = all.join(address.port().to_string());
    fs::create_dir_all(&journal)?;
    Ok(journal)
}

fn node_server(node: &Path) -> Result<(Command, SocketAddr)> {
    let address = free_address()?;
    let mut command = Command::new("node");
    command
        .arg(node.join("server.mjs"))
        .arg(address.port().to_string())
        .env("TWILIO_AUTH_TOKEN", client::TOKEN);
    command.env("NODE_ENV", "production");
    Ok((command, address))
}

fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}
