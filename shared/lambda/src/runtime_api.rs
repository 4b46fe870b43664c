//! Lambda's Runtime API (version 2018-06-01) over one connection.
//!
//! Source: <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>. It is plain HTTP/1.1 to a server on the
//! same machine.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use crate::Error;

/// The function's end of the conversation.
pub(crate) struct RuntimeApi {
    address: String,
    connection: BufReader<TcpStream>,
    /// What is sent, kept for its memory.
    outgoing: Vec<u8>,
}

/// An event, and what its answer must repeat.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Invocation {
    pub(crate) id: String,
    /// Newer than the version of the API, and not always there.
    invocation_id: Option<String>,
    pub(crate) event: Vec<u8>,
}

/// Why there is no answer. It is shown to whoever may read the function's errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) kind: &'static str,
    pub(crate) message: &'static str,
}

const ID: &str = "lambda-runtime-aws-request-id";
const INVOCATION_ID: &str = "lambda-runtime-invocation-id";

/// An answer of the Runtime API.
#[derive(Default)]
struct Answer {
    status: u16,
    invocation: Invocation,
}

impl RuntimeApi {
    /// Connects to the host and port of `AWS_LAMBDA_RUNTIME_API`.
    pub(crate) fn connect(address: String) -> Result<Self, Error> {
        let connection = connection(&address)?;
        Ok(Self { address, connection, outgoing: Vec::new() })
    }

    /// Waits for the next event, however long that takes.
    pub(crate) fn next(&mut self) -> Result<Invocation, Error> {
        let answer = self.ask("GET", "next", None, &[])?;
        match answer.status {
            200 if !answer.invocation.id.is_empty() => Ok(answer.invocation),
            status => Err(format!("the Runtime API has no event, but status {status}").into()),
        }
    }

    /// Answers an event.
    pub(crate) fn respond(&mut self, invocation: &Invocation, answer: &[u8]) -> Result<(), Error> {
        self.post(invocation, "response", answer)
    }

    /// Says that an event has no answer.
    pub(crate) fn fail(&mut self, invocation: &Invocation, failure: &Failure) -> Result<(), Error> {
        let Failure { kind, message } = failure;
        self.post(
            invocation,
            "error",
            format!(r#"{{"errorType":"{kind}","errorMessage":"{message}"}}"#).as_bytes(),
        )
    }

    fn post(&mut self, invocation: &Invocation, what: &str, body: &[u8]) -> Result<(), Error> {
        let path = format!("{}/{what}", invocation.id);
        let answer = self.ask("POST", &path, invocation.invocation_id.as_deref(), body)?;
        match answer.status {
            200..300 => Ok(()),
            // The documentation: "Container error. Non-recoverable state. Runtime should exit promptly."
            500.. => Err(format!("the Runtime API has status {}", answer.status).into()),
            // Too late or too large, say. The next event is another matter.
            status => {
                tracing::error!(request_id = invocation.id, status, "the Runtime API refuses the answer");
                Ok(())
            }
        }
    }

    fn ask(&mut self, method: &str, path: &str, id: Option<&str>, body: &[u8]) -> Result<Answer, Error> {
        self.outgoing.clear();
        write!(
            self.outgoing,
            "{method} /2018-06-01/runtime/invocation/{path} HTTP/1.1\r\nhost: {}\r\nuser-agent: dialtone/{}\r\n",
            self.address,
            env!("CARGO_PKG_VERSION")
        )?;
        if let Some(id) = id {
            write!(self.outgoing, "{INVOCATION_ID}: {id}\r\n")?;
        }
        if method == "POST" {
            write!(self.outgoing, "content-type: application/json\r\ncontent-length: {}\r\n", body.len())?;
        }
        self.outgoing.extend_from_slice(b"\r\n");
        self.outgoing.extend_from_slice(body);
        if let Some(answer) = self.attempt()? {
            return Ok(answer);
        }
        // The connection was closed while it was idle, so nobody has seen this.
        self.connection = connection(&self.address)?;
        self.attempt()?.ok_or_else(|| "the Runtime API closes its connections".into())
    }

    /// Nothing, if the connection has ended before the answer began.
    fn attempt(&mut self) -> Result<Option<Answer>, Error> {
        use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset};
        let sent = self.connection.get_mut().write_all(&self.outgoing);
        match sent.and_then(|()| self.connection.fill_buf().map(<[u8]>::is_empty)) {
            Ok(false) => read(&mut self.connection).map(Some),
            Ok(true) => Ok(None),
            Err(error) if matches!(error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset) => {
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }
}

fn connection(address: &str) -> Result<BufReader<TcpStream>, Error> {
    let stream = TcpStream::connect(address)
        .map_err(|error| format!("AWS_LAMBDA_RUNTIME_API: cannot connect to {address}: {error}"))?;
    stream.set_nodelay(true)?;
    Ok(BufReader::new(stream))
}

/// Reads an answer whole.
fn read(from: &mut impl BufRead) -> Result<Answer, Error> {
    let mut answer = Answer::default();
    let mut line = String::new();
    let status = next_line(from, &mut line)?.split(' ').nth(1).and_then(|code| code.parse().ok());
    answer.status = status.ok_or("the Runtime API does not speak HTTP")?;
    let (mut length, mut is_chunked) = (0, false);
    loop {
        let header = next_line(from, &mut line)?;
        let Some((name, value)) = header.split_once(':') else { break };
        let value = value.trim();
        if name.eq_ignore_ascii_case("content-length") {
            length = value.parse()?;
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            is_chunked = value.eq_ignore_ascii_case("chunked");
        } else if name.eq_ignore_ascii_case(ID) {
            value.clone_into(&mut answer.invocation.id);
        } else if name.eq_ignore_ascii_case(INVOCATION_ID) {
            answer.invocation.invocation_id = Some(value.to_owned());
        }
    }
    let body = &mut answer.invocation.event;
    if !is_chunked {
        take(from, length, body)?;
        return Ok(answer);
    }
    loop {
        let size = next_line(from, &mut line)?.split(';').next().unwrap_or_default();
        let size = u64::from_str_radix(size.trim(), 16)?;
        if size == 0 {
            // Trailers, if any, and an empty line.
            while !next_line(from, &mut line)?.is_empty() {}
            return Ok(answer);
        }
        take(from, size, body)?;
        next_line(from, &mut line)?;
    }
}

fn take(from: &mut impl BufRead, size: u64, body: &mut Vec<u8>) -> Result<(), Error> {
    // Lambda's limit for events is 6 MB; a length beyond any sense must not become an allocation.
    body.reserve(usize::try_from(size.min(1 << 20))?);
    let read = from.take(size).read_to_end(body)?;
    if u64::try_from(read)? == size {
        Ok(())
    } else {
        Err("the Runtime API ends in the middle of an event".into())
    }
}

/// The next line, without its end.
fn next_line<'l>(from: &mut impl BufRead, line: &'l mut String) -> Result<&'l str, Error> {
    line.clear();
    if from.read_line(line)? == 0 {
        return Err("the Runtime API ends in the middle of an answer".into());
    }
    Ok(line.trim_end_matches(['\r', '\n']))
}

#[cfg(test)]
mod tests;
