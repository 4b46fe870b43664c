//! `cargo xtask notices`: how soon a person hears of a call for help while other recipients are slow, dead or broken, and
//! what that costs the next caller.

use std::collections::HashMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::bench::note;
use crate::load::{Service, serve};
use crate::report::{percentile, table};
use crate::{Result, build, client};

/// How many calls, and how fast.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Calls to 911.
    #[arg(long, default_value_t = 10_000)]
    calls: usize,
    /// Calls per second.
    #[arg(long, default_value_t = 200)]
    per_second: u32,
    /// Connections that stay open.
    #[arg(long, default_value_t = 8)]
    connections: usize,
}

/// How long the slow recipient takes.
const SLOW: Duration = Duration::from_secs(30);

/// How long to wait for the good recipient after the last call.
const PATIENCE: Duration = Duration::from_secs(60);

/// When notices arrived, by call.
type Arrivals = Arc<Mutex<HashMap<String, Vec<Instant>>>>;

/// A call: when it was sent, and how long its answer took.
type Sent = Vec<(String, Instant, Duration)>;

pub(crate) fn run(options: &Options) -> Result<String> {
    note("building")?;
    let dialtone = build::dialtone()?;
    let (good, arrivals) = recipient(Duration::ZERO)?;
    let (slow, _) = recipient(SLOW)?;
    let dead = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let broken = babbler()?;
    let ways = [
        format!("http://127.0.0.1:{good}/"),
        format!("http://127.0.0.1:{slow}/"),
        format!("http://127.0.0.1:{dead}/"),
        format!("https://127.0.0.1:{broken}/"),
    ];
    let requests = requests(options.calls)?;
    note(&format!("{} calls without recipients", options.calls))?;
    let (mut without, _) = place(&dialtone, &[], &requests, options)?;
    note(&format!("{} calls with recipients that are good, slow, dead and broken", options.calls))?;
    let (mut with, service) = place(&dialtone, &ways, &requests, options)?;
    let begun = Instant::now();
    while arrived(&arrivals).len() < options.calls && begun.elapsed() < PATIENCE {
        thread::sleep(Duration::from_millis(10));
    }
    let peak = service.process.peak_rss()? / 1024;
    drop(service);
    let arrived = arrived(&arrivals);
    let twice = arrived.values().filter(|times| times.len() > 1).count();
    let mut delays: Vec<_> = with
        .iter()
        .filter_map(|(sid, sent, _)| Some(arrived.get(sid)?.first()?.duration_since(*sent)))
        .collect();
    let (told, lost) = (delays.len(), options.calls.saturating_sub(delays.len()));
    let millis =
        |all: &mut [Duration], percent| format!("{:.1}", percentile(all, percent).as_secs_f64() * 1e3);
    let micros = |sent: &mut Sent, percent| {
        let mut all: Vec<_> = sent.iter().map(|(_, _, took)| *took).collect();
        percentile(&mut all, percent).as_micros().to_string()
    };
    let mut text = table(
        &["", "calls", "TwiML p50 us", "TwiML p99 us"],
        &[
            [
                "no recipients".into(),
                options.calls.to_string(),
                micros(&mut without, 50),
                micros(&mut without, 99),
            ],
            [
                "good, slow, dead, broken".into(),
                options.calls.to_string(),
                micros(&mut with, 50),
                micros(&mut with, 99),
            ],
        ],
    );
    text.push_str(&format!(
        "\nThe good recipient heard of {told} calls, {lost} not, {twice} twice; p50 {} ms, p99 {} ms, last {} ms. \
         Peak memory {peak} MiB.\n",
        millis(&mut delays, 50),
        millis(&mut delays, 99),
        millis(&mut delays, 100),
    ));
    Ok(text)
}

/// Requests of a phone that dials 911, each in a call of its own.
fn requests(calls: usize) -> Result<Vec<(String, Vec<u8>)>> {
    (0..calls).map(|call| Ok((format!("CA{call:032x}"), client::request("lobby", "911", call)?))).collect()
}

/// Places calls at an even pace with a service that tells these webhooks.
fn place(
    dialtone: &Path,
    ways: &[String],
    requests: &[(String, Vec<u8>)],
    options: &Options,
) -> Result<(Sent, Service)> {
    let (mut command, address) = serve(dialtone, &network(ways)?)?;
    let journal = build::target().join("tmp/notices.journal");
    let _ = fs::remove_dir_all(&journal);
    command.arg("--journal").arg(journal).env("DIALTONE_NOTIFY_SECRET", "a secret");
    let service = Service::start((command, address))?;
    let (next, begun) = (&AtomicUsize::new(0), Instant::now());
    let pace = Duration::from_secs(1) / options.per_second.max(1);
    let sent = thread::scope(|scope| {
        let clients: Vec<_> = (0..options.connections)
            .map(|_| scope.spawn(move || converse(address, requests, next, begun, pace)))
            .collect();
        let mut all = Sent::with_capacity(requests.len());
        for client in clients {
            all.extend(client.join().map_err(|_| "a client has panicked")??);
        }
        Result::Ok(all)
    })?;
    Ok((sent, service))
}

fn converse(
    address: SocketAddr,
    requests: &[(String, Vec<u8>)],
    next: &AtomicUsize,
    begun: Instant,
    pace: Duration,
) -> Result<Sent> {
    let mut connection = client::Connection::open(address)?;
    let mut all = Sent::new();
    loop {
        let index = next.fetch_add(1, Ordering::Relaxed);
        let Some((sid, request)) = requests.get(index) else { return Ok(all) };
        let due = begun + pace * u32::try_from(index)?;
        thread::sleep(due.saturating_duration_since(Instant::now()));
        let sent = Instant::now();
        all.push((sid.clone(), sent, connection.ask(request)?));
    }
}

/// The example's stage with one phone, its address, and the recipients.
fn network(ways: &[String]) -> Result<PathBuf> {
    let mut text = format!(
        "[network]\nname = \"bench\"\nregion = \"US\"\nemergency_caller_id = \"+15035550110\"\naddress = \"hq\"\n\
         [addresses.hq]\ncustomer = \"Example Phones\"\nstreet = \"1 Oak Street\"\ncity = \"Portland\"\nregion = \"OR\"\n\
         postal_code = \"97201\"\n[stages.prod]\nsip_domain = \"{}\"\npublic_url = \"{}\"\n[extensions.lobby]\n\
         number = \"+15035550110\"\n",
        client::DOMAIN,
        client::PUBLIC_URL
    );
    ways.iter().for_each(|url| text.push_str(&format!("[[notify]]\nwebhook = \"{url}\"\n")));
    let file = build::folder()?.join("notices.toml");
    fs::write(&file, text)?;
    Ok(file)
}

/// Recipients are other machines: what they do must not take the processor from the service that is measured. On Linux a
/// thread hands its priority to those that it starts.
fn step_back() {
    let _ = rustix::process::setpriority_process(None, 19);
}

/// A recipient that answers 200 after a time. Gives its port, and when it was told.
fn recipient(delay: Duration) -> Result<(u16, Arrivals)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let (port, arrivals) = (listener.local_addr()?.port(), Arrivals::default());
    let heard = Arc::clone(&arrivals);
    thread::spawn(move || {
        step_back();
        for stream in listener.incoming().flatten() {
            let heard = Arc::clone(&heard);
            thread::spawn(move || answer(&stream, delay, &heard));
        }
    });
    Ok((port, arrivals))
}

fn answer(mut stream: &TcpStream, delay: Duration, heard: &Arrivals) -> Option<()> {
    let mut reader = BufReader::new(stream);
    loop {
        let (mut line, mut length) = (String::new(), 0);
        while reader.read_line(&mut line).ok().filter(|read| *read > 2).is_some() {
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().ok()?;
            }
            line.clear();
        }
        let mut body = vec![0; Some(length).filter(|length| *length > 0)?];
        reader.read_exact(&mut body).ok()?;
        let at = Instant::now();
        let notice: serde_json::Value = serde_json::from_slice(&body).ok()?;
        let sid = notice.get("call_sid")?.as_str()?.to_owned();
        heard.lock().unwrap_or_else(PoisonError::into_inner).entry(sid).or_default().push(at);
        thread::sleep(delay);
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").ok()?;
    }
}

/// A server whose TLS is broken: it answers a handshake with words.
fn babbler() -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    thread::spawn(move || {
        step_back();
        for mut stream in listener.incoming().flatten() {
            let _ = stream.write_all(b"this is no handshake\r\n");
        }
    });
    Ok(port)
}

fn arrived(arrivals: &Arrivals) -> HashMap<String, Vec<Instant>> {
    arrivals.lock().unwrap_or_else(PoisonError::into_inner).clone()
}
