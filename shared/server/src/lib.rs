//! The handlers as a plain HTTP server: the same web that Lambda hosts, in one process with a journal.
//!
//! ```text
//! request --Connections--> Web --Queue--> journal --> answer
//!                                            |
//!                                            +--Courier--> SNS, a file, or standard output
//!                                            +--Bell-----> notices of calls for help
//! ```
//!
//! A request writes its events into the journal before its answer goes out. Threads take them from there. No
//! answer waits for a thread, not even for one that hangs, and a process that is killed loses nothing that it answered.

mod bell;
mod connections;
mod courier;
mod destination;
mod events;
mod health;
mod http;
mod listen;
mod log;
mod mail;
mod place;
mod senders;
pub mod stop;
mod window;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use network::Finding;
use notices::Senders;
use publish::{Cursor, Journal, Limits, TOPIC, slots};
use tokio::net::TcpListener;
use web::{Route, Settings, Web};

pub use destination::InWords;
pub use listen::{ListenError, bind, listen};
pub use log::{Log, LogGuard};
pub use mail::SmtpMailer;
pub use place::journal_of;
pub use senders::{SendersError, read_senders};

use bell::Bell;
use connections::Connections;
use destination::Destination;
use events::Events;
use health::Health;
use window::Window;

/// How often it is told what was dropped.
const WATCH: Duration = Duration::from_secs(10);

/// A service that is ready to start.
pub struct Service {
    /// Where requests come in.
    pub listener: TcpListener,
    /// The network, the tokens, and the topic of events.
    pub settings: Settings,
    /// The folder of the journal.
    pub journal: PathBuf,
    /// The file that events are appended to if there is no topic; standard output if there is neither.
    pub events: Option<PathBuf>,
    /// Puts events into words where standard output is what a person reads, wherever else events go.
    pub screen: Option<InWords>,
    /// The senders that tell people of calls for help.
    pub senders: Senders,
}

/// Why a service does not start.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The journal's folder cannot be used.
    #[error("{}: {source}", folder.display())]
    Journal {
        /// The folder.
        folder: PathBuf,
        /// The system's error.
        #[source]
        source: io::Error,
    },
    /// The file of events cannot be opened.
    #[error("the file of events cannot be opened: {0}")]
    Events(#[source] io::Error),
    /// The system gives no thread or no socket.
    #[error("the system gives no thread or socket: {0}")]
    System(#[source] io::Error),
}

impl ServiceError {
    /// The error as everything is reported.
    #[must_use]
    pub fn finding(&self) -> Finding {
        match self {
            Self::Journal { folder, source } => Finding::new(
                folder.display().to_string(),
                source.to_string(),
                "name another folder with --journal DIR",
            ),
            Self::Events(source) => Finding::new("--events", source.to_string(), ""),
            Self::System(_) => Finding::new("", self.to_string(), ""),
        }
    }
}

impl Service {
    /// Serves until `stop` resolves; then requests that have begun are finished, and what was kept is delivered as far as
    /// a few seconds allow. `dropped` tells how many lines of the log were dropped so far, since nobody read them.
    ///
    /// # Errors
    ///
    /// It cannot start.
    pub async fn run(
        self,
        stop: impl Future<Output = ()>,
        dropped: impl Fn() -> u64 + Send + 'static,
    ) -> Result<(), ServiceError> {
        let Self { listener, settings, journal: folder, events: file, screen, senders } = self;
        let stage = settings.network.stage().clone();
        let health = Arc::new(Health::new());
        let journal = open_journal(&folder, &health)?.map(Arc::new);
        let topic = settings.topic;
        // Where events go to standard output alone, they are shown there as they are delivered.
        let window = screen.filter(|_| topic.is_some() || file.is_some());
        let window = window.map(Window::open).transpose().map_err(ServiceError::System)?;
        // The SDK's runtime is the thread's own, so it is made where none is running.
        let open = move || Destination::open(topic, file.as_deref(), screen);
        let destination = tokio::task::spawn_blocking(open)
            .await
            .map_err(|error| ServiceError::System(error.into()))?
            .map_err(ServiceError::Events)?;
        let address = listener.local_addr().map_err(ServiceError::System)?;
        let name = destination.name();
        let had_topic = slots(&folder).unwrap_or_default().iter().any(|slot| Cursor::exists(slot, TOPIC));
        let is_without_topic = had_topic && name != TOPIC;
        let fail = |source| ServiceError::Journal { folder: folder.clone(), source };
        let bell =
            Bell::start(&settings.network, senders, journal.clone(), &folder, &health).map_err(fail)?;
        let office = bell.as_ref().map(Bell::office);
        let (events, sink) = Events::start(journal, &folder, destination, &health, office).map_err(fail)?;
        let sink = sink.beside(window.as_ref().map(Window::sill));
        let web = Web::new(settings.network, settings.tokens, Route::ALL, sink).counting_once();
        if is_without_topic {
            tracing::warn!(
                "events of this journal were published to a topic, and now no topic is named; if that is meant, delete sns.cursor in it"
            );
        }
        tracing::info!(%address, stage = stage.name, public_url = %stage.public_url, events = name, journal = %folder.display(), "serving");
        let connections = Connections::new();
        let watch = tokio::spawn(watch(dropped, connections.clone(), Arc::clone(&health)));
        http::serve(listener, web, &connections, &health, stop).await;
        watch.abort();
        // Side by side, since each may take all of its time.
        let bell = bell.map(|bell| std::thread::spawn(move || bell.finish()));
        events.finish();
        window.into_iter().for_each(Window::close);
        let _ = bell.map(std::thread::JoinHandle::join);
        tracing::info!("stopped");
        Ok(())
    }
}

/// The journal. A full disk must not keep calls from being answered, so it is only told; a folder that cannot be is
/// refused.
fn open_journal(folder: &Path, health: &Health) -> Result<Option<Journal>, ServiceError> {
    match Journal::open(folder, Limits::default()) {
        Ok(journal) => Ok(Some(journal)),
        Err(error) if files::is_full(&error) => {
            tracing::error!(%error, "the journal cannot be written; events are delivered from memory");
            health.journal_is(false);
            Ok(None)
        }
        Err(source) => Err(ServiceError::Journal { folder: folder.to_owned(), source }),
    }
}

/// Tells what was dropped.
async fn watch(dropped: impl Fn() -> u64, connections: Connections, health: Arc<Health>) {
    let (mut lines_before, mut evicted_before) = (0, 0);
    loop {
        tokio::time::sleep(WATCH).await;
        let (lines, evicted) = (dropped(), connections.evicted());
        health.dropped(lines);
        if lines > lines_before {
            tracing::warn!(
                lines = lines - lines_before,
                "log lines were dropped, since nobody reads the log"
            );
        }
        if evicted > evicted_before {
            tracing::warn!(connections = evicted - evicted_before, "connections gave way to new ones");
        }
        (lines_before, evicted_before) = (lines, evicted);
    }
}
