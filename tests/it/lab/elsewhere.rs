//! A service of others: it answers every path with a page that the test wrote, and passes on what it was asked.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use webhook::Form;

/// For how long anything may take on a machine that is busy.
const LIMIT: Duration = Duration::from_secs(40);

/// A request as it came in.
pub(crate) struct Question {
    /// Path and query.
    pub(crate) place: String,
    pub(crate) form: Form,
}

impl Question {
    /// The value of a field; blank without one.
    pub(crate) fn field(&self, name: &str) -> &str {
        self.form.first(name).unwrap_or_default()
    }

    /// What the account's debugger tells.
    pub(crate) fn payload(&self) -> serde_json::Value {
        serde_json::from_str(self.field("Payload")).unwrap()
    }
}

/// A service that listens until the test ends.
pub(crate) struct Elsewhere {
    pub(crate) address: SocketAddr,
    questions: Receiver<Question>,
}

impl Elsewhere {
    /// Gives every request this answer.
    pub(crate) fn always(status: &'static str, body: &'static str) -> Self {
        Self::start(move |_| (status, body))
    }

    /// Answers each path with its page, and others with an empty document.
    pub(crate) fn pages(pages: &'static [(&'static str, &'static str)]) -> Self {
        Self::start(move |place| {
            let found = pages.iter().find(|(path, _)| *path == place);
            ("200 OK", found.map_or("<Response/>", |(_, page)| page))
        })
    }

    fn start(page: impl Fn(&str) -> (&'static str, &'static str) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (asked, questions) = channel();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                // A lab that is gone asks no more.
                let Ok(question) = answer(stream.unwrap(), &page) else { continue };
                if asked.send(question).is_err() {
                    return;
                }
            }
        });
        Self { address, questions }
    }

    /// The option of the lab that leads here.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Waits for the next request to a path, and passes over others.
    pub(crate) fn is_asked(&self, path: &str) -> Question {
        loop {
            match self.questions.recv_timeout(LIMIT) {
                Ok(question) if question.place == path => return question,
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    panic!("nobody asks {path}")
                }
            }
        }
    }
}

fn answer(
    stream: TcpStream,
    page: impl Fn(&str) -> (&'static str, &'static str),
) -> std::io::Result<Question> {
    let mut reader = BufReader::new(stream);
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first)?;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut form = vec![0; length];
    reader.read_exact(&mut form)?;
    let place = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let (status, body) = page(&place);
    let length = body.len();
    write!(
        reader.get_mut(),
        "HTTP/1.1 {status}\r\nContent-Type: text/xml\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )?;
    Ok(Question { place, form: Form::parse(&form).unwrap() })
}
