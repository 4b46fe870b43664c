//! `dialtone serve`

mod events;
mod server;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use network::NetworkFile;
use std::io::IsTerminal;
use telemetry::LogFormat;
use tokio::net::TcpListener;
use web::{Route, Settings};

use crate::exit::{Failure, Outcome, Result, both};
use crate::files::NetworkArgs;
use events::{Destination, Events};

/// Answers Twilio's webhooks on one port: the same handlers as on Lambda, in one process.
///
/// Every request must carry Twilio's signature, made with TWILIO_AUTH_TOKEN (several tokens, separated by commas,
/// while one is rotated) for the stage's public_url. Events go to the SNS topic in DIALTONE_TOPIC_ARN, or else to
/// --events, or else to standard output, one JSON object a line; logs go to standard error. Stop it with Ctrl-C or
/// SIGTERM: calls that are being answered and events on their way are finished first.
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
        telemetry::start_logging(if std::io::stderr().is_terminal() {
            LogFormat::TextToStderr
        } else {
            LogFormat::JsonToStderr
        });
        // One thread: a decision takes microseconds, and everything else is waiting.
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::usage)?;
        runtime.block_on(self.host(settings))
    }

    async fn host(self, settings: Settings) -> Result {
        let listener = TcpListener::bind(self.listen).await.map_err(|error| {
            Failure::usage(format!("cannot listen on {}: {error}; choose another with --listen", self.listen))
        })?;
        let destination = Destination::open(settings.topic, self.events.as_deref())
            .await
            .map_err(|error| Failure::usage(format!("--events: {error}")))?;
        let stage = settings.network.stage().clone();
        let address = listener.local_addr().map_err(Failure::usage)?;
        let (events, sink) = Events::start(destination);
        let web = web::Web::new(settings.network, settings.tokens, Route::ALL, sink)
            .map_err(|error| Failure::usage(format!("stages.{}.public_url: {error}", stage.name)))?;
        tracing::info!(%address, stage = stage.name, public_url = stage.public_url, events = events.destination(), "serving");
        server::serve(listener, web).await;
        events.finish().await;
        tracing::info!("stopped");
        Ok(Outcome::Done)
    }
}
