//! Lambda's Runtime API, as far as a function needs it: `next`, `response`, `error`.
//!
//! Source: <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::Result;

/// How long a function may take for everything that it is asked.
const PATIENCE: Duration = Duration::from_secs(600);

/// One function's side of the Runtime API. It listens before the function starts.
pub(crate) struct Emulator {
    address: SocketAddr,
    shared: Arc<Shared>,
    signals: Receiver<Signal>,
}

/// What happened, and when.
pub(crate) enum Signal {
    /// The function asked for its first event.
    FirstNext(Instant),
    /// An answer has arrived, this long after its event was sent.
    Answer(Instant, Duration, Vec<u8>),
    /// All events are answered, and the function waits for another.
    Idle,
    /// The function reported an error, or what it sent is not understood.
    Failed(String),
}

struct Shared {
    event: Vec<u8>,
    progress: Mutex<Progress>,
    signals: Sender<Signal>,
    is_over: AtomicBool,
}

struct Progress {
    left: usize,
    is_first: bool,
    sent: Instant,
}

/// A message of HTTP/1.1, as far as it matters here.
struct Message {
    first_line: String,
    body: Vec<u8>,
}

impl Emulator {
    /// Will hand out `event` so many times.
    pub(crate) fn start(event: &[u8], times: usize) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let (sender, signals) = channel();
        let shared = Arc::new(Shared {
            event: event.to_vec(),
            progress: Mutex::new(Progress { left: times, is_first: true, sent: Instant::now() }),
            signals: sender,
            is_over: AtomicBool::new(false),
        });
        let of_thread = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(std::result::Result::ok) {
                if of_thread.is_over.load(Ordering::Relaxed) {
                    break;
                }
                let shared = Arc::clone(&of_thread);
                thread::spawn(move || shared.serve(&stream));
            }
        });
        Ok(Self { address, shared, signals })
    }

    /// The value of `AWS_LAMBDA_RUNTIME_API`.
    pub(crate) fn address(&self) -> String {
        self.address.to_string()
    }

    /// The next thing that happens.
    pub(crate) fn signal(&self) -> Result<Signal> {
        match self.signals.recv_timeout(PATIENCE)? {
            Signal::Failed(why) => Err(why.into()),
            signal => Ok(signal),
        }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::Relaxed);
        // The listening thread looks up, and ends.
        let _ = TcpStream::connect(self.address);
    }
}

impl Shared {
    /// One connection. It ends with the function.
    fn serve(&self, stream: &TcpStream) {
        if let Err(error) = self.converse(stream) {
            self.signal(Signal::Failed(format!("Runtime API: {error}")));
        }
    }

    fn converse(&self, stream: &TcpStream) -> Result<()> {
        stream.set_nodelay(true)?;
        let mut reader = BufReader::new(stream);
        while let Some(message) = read(&mut reader)? {
            let arrived = Instant::now();
            let mut words = message.first_line.split_whitespace();
            let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
            match (method, path.rsplit('/').next().unwrap_or_default()) {
                ("GET", "next") => {
                    if !self.next(stream, arrived)? {
                        self.signal(Signal::Idle);
                    }
                }
                ("POST", "response") => {
                    let sent = self.progress().sent;
                    self.signal(Signal::Answer(arrived, arrived - sent, message.body));
                    answer(stream, "202 Accepted", "", b"{}")?;
                }
                _ => {
                    let body = String::from_utf8_lossy(&message.body);
                    return Err(format!("the function says {path}: {body}").into());
                }
            }
        }
        Ok(())
    }

    /// Hands out the event, if it is its turn.
    fn next(&self, stream: &TcpStream, arrived: Instant) -> Result<bool> {
        let mut progress = self.progress();
        if progress.is_first {
            progress.is_first = false;
            self.signal(Signal::FirstNext(arrived));
        }
        let Some(left) = progress.left.checked_sub(1) else { return Ok(false) };
        progress.left = left;
        let deadline = SystemTime::now().duration_since(UNIX_EPOCH)? + PATIENCE;
        let headers = format!(
            "content-type: application/json\r\nlambda-runtime-aws-request-id: 00000000-0000-0000-0000-{left:012}\r\n\
             lambda-runtime-deadline-ms: {}\r\n\
             lambda-runtime-invoked-function-arn: arn:aws:lambda:us-west-2:123456789012:function:bench\r\n\
             lambda-runtime-trace-id: Root=1-00000000-000000000000000000000000\r\n",
            deadline.as_millis()
        );
        progress.sent = Instant::now();
        answer(stream, "200 OK", &headers, &self.event)?;
        Ok(true)
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn signal(&self, signal: Signal) {
        // Nobody listens any more when the function was told to end.
        let _ = self.signals.send(signal);
    }
}

fn answer(mut stream: &TcpStream, status: &str, headers: &str, body: &[u8]) -> Result<()> {
    let mut text =
        format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n", body.len()).into_bytes();
    text.extend_from_slice(body);
    Ok(stream.write_all(&text)?)
}

/// Reads one request whole; none, if the other side has ended.
fn read(reader: &mut BufReader<&TcpStream>) -> Result<Option<Message>> {
    // A function is killed in the middle of whatever it does.
    let Ok(Some(first_line)) = line(reader) else { return Ok(None) };
    let (mut length, mut is_chunked) = (0, false);
    while let Some(header) = line(reader)?.filter(|line| !line.is_empty()) {
        let (name, value) = header.split_once(':').unwrap_or_default();
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse()?,
            "transfer-encoding" => is_chunked = value.trim().eq_ignore_ascii_case("chunked"),
            _ => {}
        }
    }
    let mut body = Vec::new();
    if is_chunked {
        loop {
            let size = usize::from_str_radix(line(reader)?.unwrap_or_default().trim(), 16)?;
            take(reader, size, &mut body)?;
            line(reader)?;
            if size == 0 {
                break;
            }
        }
    } else {
        take(reader, length, &mut body)?;
    }
    Ok(Some(Message { first_line, body }))
}

fn take(reader: &mut BufReader<&TcpStream>, size: usize, body: &mut Vec<u8>) -> Result<()> {
    let read = reader.take(u64::try_from(size)?).read_to_end(body)?;
    if read == size { Ok(()) } else { Err("the connection ended in the middle of a message".into()) }
}

fn line(reader: &mut BufReader<&TcpStream>) -> Result<Option<String>> {
    let mut line = String::new();
    let read = reader.read_line(&mut line)?;
    line.truncate(line.trim_end().len());
    Ok((read > 0).then_some(line))
}
