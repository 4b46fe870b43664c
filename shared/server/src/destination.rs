//! Where events go: SNS, a file, or standard output.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::os::fd::AsFd;
use std::path::Path;
use std::time::Duration;

use dialplan::Message;
use publish::{Sns, TOPIC};
use telemetry::{Delivery, log_event};
use tokio::runtime::Runtime;

/// Where events go.
pub(crate) enum Destination {
    Topic(Box<Sns>, Runtime),
    File(Lines),
    Stdout(Lines),
    /// Standard output where a person reads it: each event in words.
    Screen(Lines, InWords),
}

/// Puts an event, one JSON object, into words; nothing for one that says nothing to a person.
pub type InWords = fn(&str) -> Option<String>;

/// The outcome of delivering messages: those that have to be delivered again, from the first one that did not go.
pub(crate) type Delivered<'m> = Result<(), Vec<&'m Message>>;

impl Destination {
    pub(crate) fn open(
        topic: Option<String>,
        file: Option<&Path>,
        screen: Option<InWords>,
    ) -> io::Result<Self> {
        // Without the standard library's lock and buffer, which a pipe that nobody reads would hold until the end.
        let stdout = || Ok::<_, io::Error>(Lines::to(File::from(io::stdout().as_fd().try_clone_to_owned()?)));
        match (topic, file, screen) {
            (Some(arn), ..) => {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
                let sns = runtime.block_on(Sns::for_topic(Some(arn)));
                Ok(Self::Topic(Box::new(sns), runtime))
            }
            (None, Some(path), _) => {
                Ok(Self::File(Lines::to(File::options().create(true).append(true).open(path)?)))
            }
            (None, None, None) => Ok(Self::Stdout(stdout()?)),
            (None, None, Some(in_words)) => Ok(Self::Screen(stdout()?, in_words)),
        }
    }

    /// Its name, in the log and as that of its cursor.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Topic(..) => TOPIC,
            Self::File(_) => "file",
            Self::Stdout(_) | Self::Screen(..) => "stdout",
        }
    }

    /// How many messages are delivered at a time. SNS takes ten in a request.
    pub(crate) fn batch(&self) -> usize {
        match self {
            Self::Topic(..) => 10,
            Self::File(_) | Self::Stdout(_) | Self::Screen(..) => 1_000,
        }
    }

    /// Delivers messages within a time. What is left may be delivered later.
    pub(crate) fn deliver<'m>(&mut self, messages: &'m [Message], limit: Duration) -> Delivered<'m> {
        let (out, in_words) = match self {
            Self::Topic(sns, runtime) => {
                let unpublished = runtime.block_on(sns.publish_within(messages, limit));
                for message in unpublished.refused {
                    log_event(message.json(), message.stage(), Delivery::Failed);
                }
                let waiting = unpublished.waiting;
                return if waiting.is_empty() { Ok(()) } else { Err(waiting) };
            }
            Self::File(lines) | Self::Stdout(lines) => (lines, None),
            Self::Screen(lines, in_words) => (lines, Some(*in_words)),
        };
        let (mut text, mut ends) = (String::new(), Vec::with_capacity(messages.len()));
        for message in messages {
            match in_words {
                Some(in_words) => text.push_str(&in_words(message.json()).unwrap_or_default()),
                None => text.extend([message.json(), "\n"]),
            }
            ends.push(text.len());
        }
        let (gone, outcome) = out.write(&text, &ends);
        outcome.map_err(|error| {
            tracing::error!(%error, "events cannot be written");
            messages.iter().skip(gone).collect()
        })
    }
}

/// A file or a pipe that takes lines, perhaps a part of one: a disk fills up in the middle, and a pipe that does not block
/// takes what has room. A line that was begun is gone on with, so that none is there twice or torn.
pub(crate) struct Lines {
    out: File,
    /// The line that was begun, and how much of it was written.
    begun: Option<(String, usize)>,
}

impl Lines {
    fn to(out: File) -> Self {
        Self { out, begun: None }
    }

    /// Writes a text of lines, each of which ends at one of `ends`. How many of them are there as a whole.
    fn write(&mut self, text: &str, ends: &[usize]) -> (usize, io::Result<()>) {
        let skipped = match &self.begun {
            Some((line, written)) if ends.first().and_then(|end| text.get(..*end)) == Some(line) => *written,
            Some(_) => {
                // Something else comes than the rest of that line, which stays torn.
                if let (_, Err(error)) = write_some(&mut self.out, b"\n") {
                    return (0, Err(error));
                }
                0
            }
            None => 0,
        };
        let rest = text.as_bytes().get(skipped..).unwrap_or_default();
        let (written, outcome) = write_some(&mut self.out, rest);
        let written = skipped + written;
        let whole = ends.iter().take_while(|end| **end <= written).count();
        let start = whole.checked_sub(1).and_then(|last| ends.get(last)).copied().unwrap_or_default();
        let line = ends.get(whole).and_then(|end| text.get(start..*end)).filter(|_| written > start);
        self.begun = line.map(|line| (line.to_owned(), written - start));
        (whole, outcome)
    }
}

/// Writes as much as goes. How many bytes went.
fn write_some(out: &mut File, bytes: &[u8]) -> (usize, io::Result<()>) {
    let mut written = 0;
    loop {
        match bytes.get(written..).filter(|rest| !rest.is_empty()).map(|rest| out.write(rest)) {
            None => return (written, Ok(())),
            Some(Ok(0)) => return (written, Err(ErrorKind::WriteZero.into())),
            Some(Ok(count)) => written += count,
            Some(Err(error)) if error.kind() == ErrorKind::Interrupted => {}
            Some(Err(error)) => return (written, Err(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    const LINE: usize = 101;

    fn lines(numbers: std::ops::Range<usize>) -> (String, Vec<usize>) {
        let ends = (1..=numbers.len()).map(|line| line * LINE).collect();
        (numbers.map(|number| format!("{number:0100}\n")).collect(), ends)
    }

    /// A pipe that does not block takes 64 KiB (pipe(7)) and then as much as was read, wherever a line ends.
    #[test]
    fn a_pipe_that_takes_pieces_has_each_line_once() {
        let (mut reader, writer) = io::pipe().unwrap();
        rustix::io::ioctl_fionbio(&writer, true).unwrap();
        let mut out = Lines::to(File::from(std::os::fd::OwnedFd::from(writer)));
        const COUNT: usize = 5_000;
        let (mut done, mut read, mut tries) = (0, Vec::new(), 0);
        while done < COUNT {
            let (text, ends) = lines(done..COUNT);
            let (gone, outcome) = out.write(&text, &ends);
            assert_eq!(outcome.is_ok(), done + gone == COUNT);
            done += gone;
            tries += 1;
            let mut piece = vec![0; 12_345];
            let count = reader.read(&mut piece).unwrap();
            read.extend_from_slice(&piece[..count]);
        }
        assert!(tries > 10, "the pipe was full at times");
        drop(out);
        reader.read_to_end(&mut read).unwrap();
        assert!(read == lines(0..COUNT).0.into_bytes());
    }

    #[test]
    fn a_line_that_is_given_up_spoils_only_itself() {
        let (mut reader, writer) = io::pipe().unwrap();
        rustix::io::ioctl_fionbio(&writer, true).unwrap();
        let mut out = Lines::to(File::from(std::os::fd::OwnedFd::from(writer)));
        let (text, ends) = lines(0..5_000);
        let (gone, outcome) = out.write(&text, &ends);
        assert!(gone < 5_000 && outcome.is_err());
        assert!(out.begun.is_some(), "65,536 is no multiple of 101");
        let mut piece = vec![0; 64 << 10];
        let count = reader.read(&mut piece).unwrap();
        assert_eq!(out.write("another\n", &[8]).0, 1);
        drop(out);
        let mut rest = String::new();
        reader.read_to_string(&mut rest).unwrap();
        let text = String::from_utf8(piece[..count].to_vec()).unwrap() + &rest;
        assert_eq!(text.lines().count(), gone + 2, "the whole ones, the torn one, and the other");
        assert_eq!(text.lines().last(), Some("another"));
    }
}
