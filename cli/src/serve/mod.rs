//! `dialtone serve`

mod connections;
mod courier;
mod events;
mod health;
mod place;
mod server;

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use network::NetworkFile;
use publish::{Journal, Limits};
use std::io::IsTerminal;
use telemetry::LogFormat;
use tokio::net::TcpListener;
use tracing_appender::non_blocking::{ErrorCounter, NonBlockingBuilder};
use web::{Route, Settings};

use crate::exit::{Failure, Outcome, Result, both};
use crate::files::NetworkArgs;
use connections::Connections;
use events::{Destination, Events};
use health::Health;

/// How many lines of the log may wait to be written. They take a few MB.
const LOG_LINES: usize = 10_000;

/// How often it is told what was dropped.
const WATCH: Duration = Duration::from_secs(10);

/// What can be done where the journal cannot be.
const JOURNAL_REMEDY: &str = "name another folder with --journal DIR";

/// Answers Twilio's webhooks on one port: the same handlers as on Lambda, in one process.
///
/// Every request must carry Twilio's signature, made with TWILIO_AUTH_TOKEN (several tokens, separated by commas,
/// while one is rotated) for the stage's public_url. Events are kept in a journal on the disk before the answer goes out.
/// From there they go to the SNS topic in DIALTONE_TOPIC_ARN, or else to --events, or else to standard output, one JSON
/// object a line; what could not be delivered is delivered later, also by the next start. Logs go to standard error;
/// lines that nobody reads are dropped and counted. Stop it with Ctrl-C or SIGTERM: calls that are being answered are
/// finished first, within three seconds.
///
/// GET /healthz needs no signature: 200 if events can be kept, and otherwise 503.
#[derive(Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    network: NetworkArgs,

    /// The address to listen on.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,

    /// Appends events to this file, if no topic is set.
    #[arg(long, value_name = "FILE")]
    events: Option<PathBuf>,

    /// The folder of the journal. By default it is in the state folder of the service (STATE_DIRECTORY) or of the user
    /// (XDG_STATE_HOME, or else ~/.local/state), and without a home beside the network file. Several processes may share
    /// one.
    #[arg(long, value_name = "DIR", env = "DIALTONE_JOURNAL")]
    journal: Option<PathBuf>,
}

impl Serve {
    pub(crate) fn run(self) -> Result {
        // A stage that cannot be chosen is said together with everything else that is wrong, which is found out with any
        // other. What is wrong with the file, the settings say themselves.
        let file = self.network.file().ok();
        let (stage, chosen) = match file.as_ref().map(|file| self.network.stage(file)) {
            Some(Ok(stage)) => (Some(stage), Ok(())),
            Some(Err(failure)) => {
                (file.iter().flat_map(NetworkFile::stages).next().map(str::to_owned), Err(failure))
            }
            None => (self.network.stage.clone(), Ok(())),
        };
        let settings = Settings::read(|name| match name {
            "DIALTONE_CONFIG" => Some(self.network.config.display().to_string()),
            "DIALTONE_STAGE" => stage.clone(),
            name => std::env::var(name).ok(),
        });
        let ((), settings) = both(chosen, settings.map_err(Failure::usage))?;
        // A person reads words, everything else reads JSON.
        let format =
            if std::io::stderr().is_terminal() { LogFormat::TextToStderr } else { LogFormat::JsonToStderr };
        // By a thread of its own, and no line waits for it: a pipe that nobody reads must not stop calls.
        let (log, guard) = NonBlockingBuilder::default()
            .lossy(true)
            .buffered_lines_limit(LOG_LINES)
            .finish(std::io::stderr());
        let dropped = log.error_counter();
        telemetry::start_logging_to(format, log);
        // One thread: a decision takes microseconds, and everything else is waiting.
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::usage)?;
        let result = runtime.block_on(self.host(settings, dropped));
        // It writes what is left, for a second at most.
        drop(guard);
        result
    }

    async fn host(self, settings: Settings, dropped: ErrorCounter) -> Result {
        let listener = TcpListener::bind(self.listen).await.map_err(|error| {
            Failure::usage(format!("cannot listen on {}: {error}; choose another with --listen", self.listen))
        })?;
        let stage = settings.network.stage().clone();
        let folder = self
            .journal
            .clone()
            .unwrap_or_else(|| place::journal(&self.network.config, settings.network.name(), &stage.name));
        let health = Arc::new(Health::new());
        let journal = open_journal(&folder, &health)?;
        let (topic, file) = (settings.topic, self.events);
        // The SDK's runtime is the thread's own, so it is made where none is running.
        let destination = tokio::task::spawn_blocking(move || Destination::open(topic, file.as_deref()))
            .await
            .map_err(Failure::usage)?
            .map_err(|error| Failure::usage(format!("--events: {error}")))?;
        let address = listener.local_addr().map_err(Failure::usage)?;
        let name = destination.name();
        let (events, sink) = Events::start(journal, &folder, destination, &health)
            .map_err(|error| Failure::usage(format!("{}: {error}; {JOURNAL_REMEDY}", folder.display())))?;
        let web = web::Web::new(settings.network, settings.tokens, Route::ALL, sink)
            .map_err(|error| Failure::usage(format!("stages.{}.public_url: {error}", stage.name)))?
            .counting_once();
        tracing::info!(%address, stage = stage.name, public_url = stage.public_url, events = name, journal = %folder.display(), "serving");
        let connections = Connections::new();
        let watch = tokio::spawn(watch(dropped, connections.clone(), Arc::clone(&health)));
        server::serve(listener, web, &connections, &health).await;
        watch.abort();
        events.finish();
        tracing::info!("stopped");
        Ok(Outcome::Done)
    }
}

/// The journal. A full disk must not keep calls from being answered, so it is only told; a folder that cannot be is
/// refused.
fn open_journal(folder: &Path, health: &Health) -> Result<Option<Journal>> {
    match Journal::open(folder, Limits::default()) {
        Ok(journal) => Ok(Some(journal)),
        Err(error) if matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded) => {
            tracing::error!(%error, "the journal cannot be written; events are delivered from memory");
            health.journal_is(false);
            Ok(None)
        }
        Err(error) => Err(Failure::usage(format!("{}: {error}; {JOURNAL_REMEDY}", folder.display()))),
    }
}

/// Tells what was dropped.
async fn watch(dropped: ErrorCounter, connections: Connections, health: Arc<Health>) {
    let (mut lines_before, mut evicted_before) = (0, 0);
    loop {
        tokio::time::sleep(WATCH).await;
        let (lines, evicted) = (dropped.dropped_lines(), connections.evicted());
        health.dropped(lines as u64);
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
