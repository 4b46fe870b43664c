//! Load: signed requests over connections that stay open, each with a thread of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use webhook::{AuthTokens, Form, sign};

use crate::Result;

/// The token that everything here is signed with.
pub(crate) const TOKEN: &str = "any-secret";

/// The stage `prod` of the example network.
pub(crate) const DOMAIN: &str = "example-prod.sip.twilio.com";
pub(crate) const PUBLIC_URL: &str = "https://prod.dialtone.example.org";

/// What Twilio says when a phone dials a number in a call: a form, and its signature.
pub(crate) fn signed(phone: &str, number: &str, call: usize) -> Result<(String, String)> {
    let call = format!("CA{call:032x}");
    let (from, to) = (format!("sip:{phone}@{DOMAIN}"), format!("sip:{number}@{DOMAIN}"));
    let form = Form::from_pairs([
        ("AccountSid", "AC00000000000000000000000000000000"),
        ("ApiVersion", "2010-04-01"),
        ("CallSid", call.as_str()),
        ("CallStatus", "ringing"),
        ("Direction", "inbound"),
        ("From", from.as_str()),
        ("Caller", from.as_str()),
        ("To", to.as_str()),
        ("Called", to.as_str()),
        ("SipDomain", DOMAIN),
        ("SipDomainSid", "SD00000000000000000000000000000000"),
        ("SipCallId", "8f3c-1a2b@192.0.2.10"),
        ("SipSourceIp", "192.0.2.10"),
    ]);
    let signature = sign(AuthTokens::parse(TOKEN)?.first(), &format!("{PUBLIC_URL}/outgoing"), Some(&form));
    Ok((form.encode(), signature))
}

/// A POST to `/outgoing`, ready to be sent.
pub(crate) fn request(phone: &str, number: &str, call: usize) -> Result<Vec<u8>> {
    let (body, signature) = signed(phone, number, call)?;
    let head = format!(
        "POST /outgoing HTTP/1.1\r\nhost: 127.0.0.1\r\nuser-agent: TwilioProxy/1.1\r\naccept: */*\r\n\
         content-type: application/x-www-form-urlencoded; charset=UTF-8\r\nx-twilio-signature: {signature}\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    );
    Ok((head + &body).into_bytes())
}

/// Sends so many requests over some connections, going round the given ones. Gives the latency of each.
pub(crate) fn send(
    address: SocketAddr,
    requests: &[Vec<u8>],
    times: usize,
    connections: usize,
) -> Result<Vec<Duration>> {
    let next = &AtomicUsize::new(0);
    thread::scope(|scope| {
        let threads: Vec<_> =
            (0..connections).map(|_| scope.spawn(move || converse(address, requests, times, next))).collect();
        let mut all = Vec::with_capacity(times);
        for thread in threads {
            all.extend(thread.join().map_err(|_| "a client has panicked")??);
        }
        Ok(all)
    })
}

fn converse(
    address: SocketAddr,
    requests: &[Vec<u8>],
    times: usize,
    next: &AtomicUsize,
) -> Result<Vec<Duration>> {
    let mut connection = Connection::open(address)?;
    let mut latencies = Vec::new();
    loop {
        let index = next.fetch_add(1, Ordering::Relaxed);
        if index >= times {
            return Ok(latencies);
        }
        latencies.push(connection.ask(requests.get(index % requests.len()).ok_or("nothing to send")?)?);
    }
}

/// A connection that stays open.
pub(crate) struct Connection {
    stream: TcpStream,
    reader: BufReader<TcpStream>,
    line: String,
    body: Vec<u8>,
}

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        let reader = BufReader::new(stream.try_clone()?);
        Ok(Self { stream, reader, line: String::new(), body: Vec::new() })
    }

    /// Sends a request, and gives how long its answer took.
    pub(crate) fn ask(&mut self, request: &[u8]) -> Result<Duration> {
        let sent = Instant::now();
        self.stream.write_all(request)?;
        answer(&mut self.reader, &mut self.line, &mut self.body)?;
        Ok(sent.elapsed())
    }
}

/// Reads an answer, which must be a call to a number.
fn answer(reader: &mut impl BufRead, line: &mut String, body: &mut Vec<u8>) -> Result<()> {
    let mut length = None;
    line.clear();
    reader.read_line(line)?;
    let is_ok = line.starts_with("HTTP/1.1 200");
    loop {
        line.clear();
        if reader.read_line(line)? == 0 {
            return Err("the service has closed the connection".into());
        }
        match line.trim_end().split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = Some(value.trim().parse()?);
            }
            None => break,
            Some(_) => {}
        }
    }
    body.clear();
    reader.take(length.ok_or("an answer without its length")?).read_to_end(body)?;
    if is_ok && body.windows(7).any(|word| word == b"<Number") {
        Ok(())
    } else {
        Err(format!("the service answered {}", String::from_utf8_lossy(body)).into())
    }
}
