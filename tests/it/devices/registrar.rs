//! What a phone meets when it registers, on this machine alone: a name server that leads everybody here, and a
//! registrar that asks for a password as Twilio does.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// A name server. It answers SRV and A queries (RFC 2782, RFC 1035) with the registrar's address, and remembers the names.
pub(super) struct NameServer {
    pub(super) address: SocketAddr,
    names: Receiver<String>,
}

impl NameServer {
    pub(super) fn start(registrar: SocketAddr) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let address = socket.local_addr().unwrap();
        let (sender, names) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 512];
            while let Ok((length, client)) = socket.recv_from(&mut buffer) {
                let (name, reply) = reply(&buffer[..length], registrar);
                let _ = socket.send_to(&reply, client);
                if sender.send(name).is_err() {
                    return;
                }
            }
        });
        Self { address, names }
    }

    /// The names that were asked for so far.
    pub(super) fn names(&self) -> Vec<String> {
        self.names.try_iter().collect()
    }
}

fn reply(query: &[u8], registrar: SocketAddr) -> (String, Vec<u8>) {
    let mut at = 12;
    let mut labels = Vec::new();
    while query[at] != 0 {
        let length = usize::from(query[at]);
        labels.push(String::from_utf8(query[at + 1..=at + length].to_vec()).unwrap());
        at += length + 1;
    }
    let question = &query[12..at + 5];
    let kind = u16::from_be_bytes([query[at + 1], query[at + 2]]);
    let data = match kind {
        1 => Some(vec![127, 0, 0, 1]),
        33 => {
            let mut data = vec![0, 0, 0, 0];
            data.extend(registrar.port().to_be_bytes());
            data.extend(b"\x09registrar\x04test\x00");
            Some(data)
        }
        _ => None,
    };
    let mut reply = query[..2].to_vec();
    reply.extend([0x84, 0x00, 0, 1, 0, u8::from(data.is_some()), 0, 0, 0, 0]);
    reply.extend(question);
    if let Some(data) = data {
        reply.extend([0xc0, 12]);
        reply.extend(kind.to_be_bytes());
        reply.extend([0, 1, 0, 0, 0, 60]);
        reply.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
        reply.extend(data);
    }
    (labels.join("."), reply)
}

/// A registrar, for one phone.
pub(super) struct Registrar {
    pub(super) address: SocketAddr,
    requests: Receiver<String>,
}

impl Registrar {
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, requests) = channel();
        std::thread::spawn(move || {
            let (stream, _) = listener.accept().unwrap();
            let mut writer = stream.try_clone().unwrap();
            let mut reader = BufReader::new(stream);
            while let Some(request) = read(&mut reader) {
                let response = response(&request);
                let _ = writer.write_all(response.as_bytes());
                if sender.send(request).is_err() {
                    return;
                }
            }
        });
        Self { address, requests }
    }

    /// The next request.
    pub(super) fn request(&self) -> Option<String> {
        self.requests.recv_timeout(Duration::from_secs(20)).ok()
    }
}

/// One request up to its blank line. A phone that keeps the way open sends blank lines, too.
fn read(reader: &mut impl BufRead) -> Option<String> {
    let mut request = String::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if !line.trim().is_empty() {
            request.push_str(&line);
        } else if !request.is_empty() {
            let length = header(&request, "Content-Length").parse().unwrap_or(0);
            reader.take(length).read_to_string(&mut String::new()).ok()?;
            return Some(request);
        }
    }
}

fn response(request: &str) -> String {
    let copied: String = ["Via", "From", "Call-ID", "CSeq"]
        .iter()
        .map(|name| format!("{name}: {}\r\n", header(request, name)))
        .collect();
    let to = format!("To: {};tag=registrar\r\n", header(request, "To"));
    if header(request, "Proxy-Authorization").is_empty() {
        let challenge = "Digest realm=\"sip.twilio.com\", nonce=\"n0nce\", algorithm=MD5, qop=\"auth\"";
        return format!(
            "SIP/2.0 407 Proxy Authentication required\r\n{copied}{to}Proxy-Authenticate: {challenge}\r\nContent-Length: 0\r\n\r\n"
        );
    }
    let contact = header(request, "Contact").split(";expires").next().unwrap().to_owned();
    format!("SIP/2.0 200 OK\r\n{copied}{to}Contact: {contact};expires=600\r\nContent-Length: 0\r\n\r\n")
}

/// A header of a request, or nothing.
pub(super) fn header<'r>(request: &'r str, name: &str) -> &'r str {
    let value = request.lines().find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then(|| value.trim())
    });
    value.unwrap_or_default()
}

/// A parameter of a digest (RFC 2617).
pub(super) fn parameter(authorization: &str, name: &str) -> String {
    let found = authorization.trim_start_matches("Digest ").split(',').find_map(|parameter| {
        let (found, value) = parameter.trim().split_once('=')?;
        (found == name).then(|| value.trim_matches('"').to_owned())
    });
    found.unwrap_or_else(|| panic!("no {name} in {authorization}"))
}

/// What the program `md5sum` makes of a text.
pub(super) fn md5(text: &str) -> String {
    let mut child = Command::new("md5sum").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    String::from_utf8(output.stdout).unwrap().split_whitespace().next().unwrap().to_owned()
}
