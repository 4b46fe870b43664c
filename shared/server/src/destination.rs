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
        let lines = messages.iter().map(|message| match in_words {
            Some(in_words) => in_words(message.json()).unwrap_or_default(),
            None => format!("{}\n", message.json()),
        });
        let (gone, outcome) = out.write(&lines.collect::<Vec<_>>());
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

    /// Writes lines. How many of them are there as a whole.
    fn write(&mut self, lines: &[String]) -> (usize, io::Result<()>) {
        let skipped = match &self.begun {
            Some((line, written)) if lines.first() == Some(line) => *written,
            Some(_) => {
                // Something else comes than the rest of that line, which stays torn.
                if let (_, Err(error)) = write_some(&mut self.out, b"\n") {
                    return (0, Err(error));
                }
                0
            }
            None => 0,
        };
        self.begun = None;
        let text = lines.concat();
        let (written, outcome) =
            write_some(&mut self.out, text.as_bytes().get(skipped..).unwrap_or_default());
        let mut left = skipped + written;
        for (number, line) in lines.iter().enumerate() {
            if left < line.len() {
                self.begun = (left > 0).then(|| (line.clone(), left));
                return (number, outcome);
            }
            left -= line.len();
        }
        (lines.len(), outcome)
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

    fn lines(count: usize) -> Vec<String> {
        (0..count).map(|number| format!("{number:0100}\n")).collect()
    }

    /// A pipe that does not block takes 64 KiB (pipe(7)) and then as much as was read, wherever a line ends.
    #[test]
    fn a_pipe_that_takes_pieces_has_each_line_once() {
        let (mut reader, writer) = io::pipe().unwrap();
        rustix::io::ioctl_fionbio(&writer, true).unwrap();
        let mut out = Lines::to(File::from(std::os::fd::OwnedFd::from(writer)));
        let all = lines(5_000);
        let (mut done, mut read, mut tries) = (0, Vec::new(), 0);
        while done < all.len() {
            let (gone, outcome) = out.write(&all[done..]);
            assert_eq!(outcome.is_ok(), done + gone == all.len());
            done += gone;
            tries += 1;
            let mut piece = vec![0; 12_345];
            let count = reader.read(&mut piece).unwrap();
            read.extend_from_slice(&piece[..count]);
        }
        assert!(tries > 10, "the pipe was full at times");
        drop(out);
        reader.read_to_end(&mut read).unwrap();
        assert!(read == all.concat().into_bytes());
    }

    #[test]
    fn a_line_that_is_given_up_spoils_only_itself() {
        let (mut reader, writer) = io::pipe().unwrap();
        rustix::io::ioctl_fionbio(&writer, true).unwrap();
        let mut out = Lines::to(File::from(std::os::fd::OwnedFd::from(writer)));
        let (gone, outcome) = out.write(&lines(5_000));
        assert!(gone < 5_000 && outcome.is_err());
        assert!(out.begun.is_some(), "65,536 is no multiple of 101");
        let mut piece = vec![0; 64 << 10];
        let count = reader.read(&mut piece).unwrap();
        assert_eq!(out.write(&["another\n".to_owned()]).0, 1);
        drop(out);
        let mut rest = String::new();
        reader.read_to_string(&mut rest).unwrap();
        let text = String::from_utf8(piece[..count].to_vec()).unwrap() + &rest;
        assert_eq!(text.lines().count(), gone + 2, "the whole ones, the torn one, and the other");
        assert_eq!(text.lines().last(), Some("another"));
    }
}
