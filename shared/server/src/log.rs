//! The log of a server: lines are gathered, and a thread of its own writes them, so that no request waits for a reader.

use std::io::{self, Write};
use std::mem;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use telemetry::MakeWriter;

/// For how long lines gather before they are written together. A wake-up and a write for each line cost more than the
/// decision that the line tells of (docs/performance.md).
const GATHERING: Duration = Duration::from_millis(5);

/// How many bytes may wait to be written: about ten thousand lines. As many may be in the hands of the thread.
const LARGEST: usize = 4 << 20;

/// How long the end waits for a reader.
const GRACE: Duration = Duration::from_secs(1);

/// The end of the log that everything writes to. It never waits: if nobody reads the log, lines are dropped and counted.
#[derive(Debug, Clone)]
pub struct Log(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    gathered: Mutex<Gathered>,
    called: Condvar,
}

#[derive(Debug, Default)]
struct Gathered {
    text: Vec<u8>,
    dropped: u64,
    is_over: bool,
}

/// Writes what is left when it is dropped, for a second at most.
#[derive(Debug)]
#[must_use = "the last lines are lost without it"]
pub struct LogGuard {
    log: Log,
    over: Receiver<()>,
}

impl Log {
    /// Starts the thread that writes to `out`.
    ///
    /// # Errors
    ///
    /// The system gives no thread.
    pub fn start(out: impl Write + Send + 'static) -> io::Result<(Self, LogGuard)> {
        let log = Self(Arc::default());
        let (is_over, over) = channel();
        let writer = log.clone();
        thread::Builder::new().name("log".into()).spawn(move || {
            writer.write_to(out);
            let _ = is_over.send(());
        })?;
        Ok((log.clone(), LogGuard { log, over }))
    }

    /// How many lines were dropped so far, because nobody read the log.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.gathered().dropped
    }

    fn gathered(&self) -> MutexGuard<'_, Gathered> {
        self.0.gathered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_to(&self, mut out: impl Write) {
        let mut text = Vec::new();
        loop {
            let waits = |gathered: &mut Gathered| gathered.text.is_empty() && !gathered.is_over;
            let gathered = self.0.called.wait_while(self.gathered(), waits);
            let is_over = gathered.unwrap_or_else(PoisonError::into_inner).is_over;
            if !is_over {
                thread::sleep(GATHERING);
            }
            mem::swap(&mut text, &mut self.gathered().text);
            if text.is_empty() && is_over {
                return;
            }
            // There is no place to tell of a log that cannot be written.
            let _ = out.write_all(&text);
            text.clear();
        }
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// Takes one line at a time.
impl Write for Log {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut gathered = self.gathered();
        if gathered.text.len() + line.len() > LARGEST {
            gathered.dropped += 1;
            return Ok(line.len());
        }
        let is_first = gathered.text.is_empty();
        gathered.text.extend_from_slice(line);
        drop(gathered);
        if is_first {
            self.0.called.notify_one();
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for LogGuard {
    fn drop(&mut self) {
        self.log.gathered().is_over = true;
        self.log.0.called.notify_one();
        let _ = self.over.recv_timeout(GRACE);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::Sender;

    use super::*;

    /// Hands over what is written, and lets a write wait until it may go on.
    struct Reader {
        written: Sender<Vec<u8>>,
        goes_on: Receiver<()>,
    }

    impl Write for Reader {
        fn write(&mut self, text: &[u8]) -> io::Result<usize> {
            let _ = self.written.send(text.to_vec());
            self.goes_on.recv().map_err(io::Error::other)?;
            Ok(text.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn every_line_is_written_in_order_and_the_last_ones_at_the_end() {
        let (written, texts) = channel();
        let (go_on, goes_on) = channel();
        let (mut log, guard) = Log::start(Reader { written, goes_on }).unwrap();
        (0..1_000).for_each(|_| go_on.send(()).unwrap());
        let lines: Vec<_> = (0..500).map(|number| format!("line {number}\n")).collect();
        for line in &lines {
            log.write_all(line.as_bytes()).unwrap();
        }
        drop(guard);
        let read: Vec<u8> = texts.try_iter().flatten().collect();
        assert_eq!(String::from_utf8(read).unwrap(), lines.concat());
        assert_eq!(log.dropped(), 0);
    }

    #[test]
    fn a_log_that_nobody_reads_takes_what_has_room_and_counts_the_rest() {
        let (written, texts) = channel();
        let (go_on, goes_on) = channel();
        let (mut log, guard) = Log::start(Reader { written, goes_on }).unwrap();
        log.write_all(b"first\n").unwrap();
        // The thread hangs in its write from here on.
        assert_eq!(texts.recv().unwrap(), b"first\n");
        let line = [b'x'; 1024];
        let room = LARGEST / line.len();
        for _ in 0..room + 7 {
            log.write_all(&line).unwrap();
        }
        assert_eq!(log.dropped(), 7);
        go_on.send(()).unwrap();
        assert_eq!(texts.recv().unwrap().len(), room * line.len(), "everything that had room is written");
        go_on.send(()).unwrap();
        drop(guard);
    }
}
