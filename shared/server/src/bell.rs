//! Notices of calls for help, from the journal.
//!
//! A request hands its event to the office as soon as it is in the journal. This thread makes sure that the notice
//! survives the process: the cursor `notices` moves only while nothing waits to be told, so the next start offers again
//! what the last one left. What was told stands in `notices.done` beside it, and is not told twice.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use dialplan::Message;
use jiff::Timestamp;
use network::Network;
use notices::{DONE, Done, Office, Senders};
use publish::{Cursor, Journal, Position, Reader, adopt, slots};

use crate::health::Health;

/// The name of the cursor.
const CURSOR: &str = "notices";

/// How often the thread looks.
const TICK: Duration = Duration::from_secs(1);

/// How often the cursor follows while nothing happens.
const FOLLOW: Duration = Duration::from_secs(10);

/// How often to look for what other processes left in their slots.
const ADOPTION: Duration = Duration::from_secs(60);

/// For how long notices that are under way may still arrive after the last request.
const GRACE: Duration = Duration::from_millis(2_500);

/// The age above which an event is not told after a restart: it would only frighten.
const NEWS: jiff::SignedDuration = jiff::SignedDuration::from_hours(24);

/// How many lines of a journal are read at a time.
const BATCH: usize = 1_000;

/// The thread, and the office that tells people.
pub(crate) struct Bell {
    office: Arc<Office>,
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

impl Bell {
    /// Starts if the network names anybody.
    pub(crate) fn start(
        network: &Network,
        senders: Senders,
        journal: Option<Arc<Journal>>,
        folder: &Path,
        health: &Arc<Health>,
    ) -> io::Result<Option<Self>> {
        if network.notify().is_empty() {
            return Ok(None);
        }
        for recipient in network.notify() {
            if let Some(variable) = senders.lacks(&recipient.way) {
                let way = recipient.way.as_str();
                tracing::error!(
                    way,
                    variable,
                    "somebody is not told of calls for help: a variable is not set"
                );
            }
        }
        let done = match &journal {
            Some(journal) => Done::open(&journal.slot().join(DONE))?,
            None => Done::in_memory(),
        };
        let office = Arc::new(Office::open(Arc::new(network.clone()), Arc::new(senders), done)?);
        let own = match journal {
            Some(journal) => {
                let cursor = Cursor::open(journal.slot(), CURSOR, journal.end())?;
                journal.told(cursor.position());
                Some((journal, cursor))
            }
            None => None,
        };
        let (stop, stopped) = channel();
        let ringer = Ringer {
            office: Arc::clone(&office),
            own,
            folder: folder.to_owned(),
            adopted: Vec::new(),
            health: Arc::clone(health),
        };
        let thread = thread::Builder::new().name("bell".into()).spawn(move || ringer.run(&stopped))?;
        Ok(Some(Self { office, stop, thread }))
    }

    pub(crate) fn office(&self) -> Arc<Office> {
        Arc::clone(&self.office)
    }

    /// Gives notices that are under way a last while. What is left is told by the next start.
    pub(crate) fn finish(self) {
        let left = self.office.close(GRACE);
        if left > 0 {
            tracing::warn!(left, "notices could not be sent; the next start sends them");
        }
        let _ = self.stop.send(());
        let _ = self.thread.join();
    }
}

struct Ringer {
    office: Arc<Office>,
    own: Option<(Arc<Journal>, Cursor)>,
    folder: PathBuf,
    /// Slots of processes that are gone, until what they left is told.
    adopted: Vec<Adopted>,
    health: Arc<Health>,
}

struct Adopted {
    cursor: Cursor,
    end: Position,
    _lock: files::Lock,
}

impl Ringer {
    fn run(mut self, stopped: &Receiver<()>) {
        self.learn();
        if let Some((journal, cursor)) = &self.own {
            offer_from(&self.office, journal.slot(), cursor.position());
        }
        self.adopt();
        let (mut adopted, mut followed) = (Instant::now(), Instant::now());
        loop {
            let is_over = stopped.recv_timeout(TICK) != Err(RecvTimeoutError::Timeout);
            self.health.notices_wait(self.office.waiting());
            if is_over || followed.elapsed() > FOLLOW {
                followed = Instant::now();
                self.follow();
            }
            if is_over {
                return;
            }
            if adopted.elapsed() > ADOPTION {
                adopted = Instant::now();
                self.learn();
                self.adopt();
            }
        }
    }

    /// Moves the cursors, if nothing waits to be told.
    fn follow(&mut self) {
        // Where the journal ends is read first: the office expects what comes meanwhile before it is there.
        let end = self.own.as_ref().map(|(journal, _)| journal.end());
        if !self.office.is_idle() {
            return;
        }
        if let (Some((journal, cursor)), Some(end)) = (&mut self.own, end)
            && cursor.position() != end
        {
            save(cursor, end);
            journal.told(end);
        }
        self.adopted.drain(..).for_each(|mut adopted| save(&mut adopted.cursor, adopted.end));
    }

    /// Learns what other processes told.
    fn learn(&self) {
        for slot in slots(&self.folder).unwrap_or_default() {
            self.office.were_made(Done::read(&slot.join(DONE)).unwrap_or_default());
        }
    }

    /// Offers what processes left behind that are gone.
    fn adopt(&mut self) {
        let own = self.own.as_ref().map(|(journal, _)| journal.slot().to_owned());
        for slot in slots(&self.folder).unwrap_or_default() {
            // Without a cursor, that process told nobody.
            if own.as_ref() == Some(&slot) || !Cursor::exists(&slot, CURSOR) {
                continue;
            }
            let Ok(Some(lock)) = adopt(&slot) else { continue };
            if let Ok(cursor) = Cursor::open(&slot, CURSOR, Position::default()) {
                let end = offer_from(&self.office, &slot, cursor.position());
                self.adopted.push(Adopted { cursor, end, _lock: lock });
            }
        }
    }
}

/// Offers what stands in a slot from a position on, and gives the position of its end.
fn offer_from(office: &Office, slot: &Path, from: Position) -> Position {
    let mut reader = Reader::new(slot, from);
    let now = Timestamp::now();
    loop {
        let batch = match reader.read(BATCH) {
            Ok(batch) => batch,
            Err(error) => {
                tracing::error!(%error, "the journal cannot be read: calls for help may not have been told");
                return reader.position();
            }
        };
        if batch.messages.is_empty() {
            return reader.position();
        }
        let is_news = |json: &str| age(json, now).is_none_or(|age| age < NEWS);
        let texts = batch.messages.iter().map(Message::json);
        texts
            .filter(|json| Office::may_concern(json) && is_news(json))
            .for_each(|json| office.offer(json.to_owned()));
    }
}

/// How long ago an event was; none if it does not say.
pub(crate) fn age(json: &str, now: Timestamp) -> Option<jiff::SignedDuration> {
    let event: serde_json::Value = serde_json::from_str(json).ok()?;
    let at: Timestamp = event.get("timestamp")?.as_str()?.parse().ok()?;
    Some(now.duration_since(at))
}

fn save(cursor: &mut Cursor, at: Position) {
    if let Err(error) = cursor.save(at) {
        tracing::error!(%error, "what was told cannot be noted beside the journal");
    }
}
