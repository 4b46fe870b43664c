//! Logs: one JSON object a line, for machines first.

use std::io;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt, registry};

use crate::json_line::JsonLine;
use crate::lines::Lines;
use crate::metrics;

/// The form of log lines, and where they go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// JSON on standard output, as Lambda wants it, and CloudWatch metrics between the lines.
    JsonToStdout,
    /// JSON on standard error, where standard output is for events.
    JsonToStderr,
    /// Words on standard error, for a person at a terminal.
    TextToStderr,
    /// The same where that person sees the events in words, which say more than a line for each request.
    TextBesideEvents,
}

/// Starts logging for the process. A second call changes nothing.
///
/// Libraries are heard only when something is wrong: what they say in detail may hold request bodies.
pub fn start_logging(format: LogFormat) {
    match format {
        LogFormat::JsonToStdout => start_logging_to(format, || Lines),
        LogFormat::JsonToStderr | LogFormat::TextToStderr | LogFormat::TextBesideEvents => {
            start_logging_to(format, io::stderr);
        }
    }
}

/// Starts logging in the same way, to a writer in the place of the format's own.
pub fn start_logging_to<W>(format: LogFormat, writer: W)
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let ours = [
        "dialtone",
        "web",
        "telemetry",
        "publish",
        "notices",
        "server",
        "lambda",
        "outgoing",
        "incoming",
        "status",
        "relay",
        "notify",
    ];
    let filter = Targets::new()
        .with_default(LevelFilter::ERROR)
        .with_targets(ours.map(|name| (name, LevelFilter::INFO)));
    let filter = match format {
        LogFormat::TextBesideEvents => filter.with_target("web", LevelFilter::WARN),
        _ => filter,
    };
    let started = match format {
        LogFormat::JsonToStdout | LogFormat::JsonToStderr => {
            let json = fmt::layer().event_format(JsonLine).with_ansi(false);
            registry().with(json.with_writer(writer).with_filter(filter)).try_init()
        }
        LogFormat::TextToStderr | LogFormat::TextBesideEvents => registry()
            .with(fmt::layer().with_target(false).with_writer(writer).with_filter(filter))
            .try_init(),
    };
    if format == LogFormat::JsonToStdout {
        metrics::start();
    }
    if started.is_err() {
        tracing::debug!("logging was started before");
    }
}
