//! `dialtone serve`

use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use jiff::tz::TimeZone;
use ledger::show;
use network::NetworkFile;
use server::{InWords, Log, Service, read_senders, stop};
use telemetry::LogFormat;
use web::Settings;

use crate::answer;
use crate::exit::{Failure, Outcome, Result, both};
use crate::files::NetworkArgs;
use crate::output;

/// Answers Twilio's webhooks on one port: the same handlers as on Lambda, in one process.
///
/// Every request must carry Twilio's signature, made with TWILIO_AUTH_TOKEN (several tokens, separated by commas,
/// while one is rotated) for the stage's public_url. Events are kept in a journal on the disk before the answer goes out.
/// From there they go to the SNS topic in DIALTONE_TOPIC_ARN, or else to --events, or else to standard output: one JSON
/// object a line. At a terminal each event is also a line in words. What could not be delivered is delivered later, also
/// by the next start with the same destination. Logs go to standard error; lines that nobody reads are dropped and counted. Stop it with Ctrl-C or SIGTERM: calls that are being answered are
/// finished first, within three seconds.
///
/// Calls for help are told to the people of `[[notify]]`: messages and calls need TWILIO_ACCOUNT_SID, webhooks
/// DIALTONE_NOTIFY_SECRET, mails DIALTONE_SMTP_URL (smtps://USER:PASSWORD@HOST) and DIALTONE_SMTP_FROM.
///
/// GET /healthz needs no signature: 200 if events can be kept, and otherwise 503.
#[derive(Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    network: NetworkArgs,

    /// The address to listen on, unless systemd passes a socket (LISTEN_FDS).
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

    /// Prints one JSON object when it has ended, or why it cannot start. Events must go elsewhere then: to --events or
    /// to a topic.
    #[arg(long)]
    json: bool,
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
        let ((), settings) =
            both(chosen, settings.map_err(|error| Failure::found(Outcome::Usage, error.findings)))?;
        if self.json && self.events.is_none() && settings.topic.is_none() {
            return Err(Failure::usage(
                "--json",
                "standard output has the events",
                "name a file with --events FILE",
            ));
        }
        // A person reads words, everything else reads JSON.
        let screen = std::io::stdout().is_terminal().then_some(live as InWords);
        let format = match std::io::stderr().is_terminal() {
            true if screen.is_some() => LogFormat::TextBesideEvents,
            true => LogFormat::TextToStderr,
            false => LogFormat::JsonToStderr,
        };
        // By a thread of its own, and no line waits for it: a pipe that nobody reads must not stop calls.
        let (log, guard) = Log::start(std::io::stderr()).map_err(Failure::system)?;
        telemetry::start_logging_to(format, log.clone());
        // One thread: a decision takes microseconds, and everything else is waiting.
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::system)?;
        let is_json = self.json;
        let result = runtime.block_on(self.host(settings, screen, log));
        // It writes what is left, for a second at most.
        drop(guard);
        result.map(|outcome| if is_json { answer::print(outcome, None::<()>) } else { outcome })
    }

    async fn host(self, settings: Settings, screen: Option<InWords>, log: Log) -> Result {
        let listener = server::listen(self.listen).await;
        let listener = listener.map_err(|error| Failure::found(Outcome::Usage, [error.finding()]))?;
        let name = settings.network.stage().name.clone();
        let journal = match self.journal {
            Some(folder) => folder,
            None => server::journal_of(&self.network.config, settings.network.name(), &name),
        };
        let senders = read_senders(|name| std::env::var(name).ok())
            .map_err(|error| Failure::found(Outcome::Usage, [error.finding()]))?;
        let service = Service { listener, settings, journal, events: self.events, screen, senders };
        let ended = service.run(stop::signalled(), move || log.dropped()).await;
        ended.map_err(|error| Failure::found(Outcome::Usage, [error.finding()]))?;
        Ok(Outcome::Done)
    }
}

/// An event as a line for the terminal.
fn live(event: &str) -> Option<String> {
    show::live(event, &TimeZone::system()).map(|line| output::for_people(&line, output::columns()))
}
