//! Writes the log lines of a call again and again, in the way that is named: `own`, as the service does; `library`, each line by
//! `serde_json`; or `apart`, each line in a write of its own. For `valgrind --tool=callgrind`, which counts the instructions, and
//! `strace -c`, which counts the writes (`docs/performance.md`).

use std::fmt;
use std::process::ExitCode;

use serde_json::{Map, Value};
use telemetry::LogFormat;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;

/// How often, so that the start of the process does not count.
const TIMES: usize = 1_000;

const EVENT: &str = r#"{"timestamp":"2026-06-20T18:04:05.123456Z","hostname":"street-functions-prod","event":{"Event":"UserEvent","UserEvent":"dial_pstn","endpoint":"lobby","Channel":"lobby"},"call":{"sid":"CA00000000000000000000000000000001","direction":"outgoing","status":"ringing","duration_seconds":null,"reason":null,"error_code":null}}"#;

/// The plain way: a map of fields, and the library.
struct Library;

impl<S, N> FormatEvent<S, N> for Library
where
    S: Subscriber + for<'s> LookupSpan<'s>,
    N: for<'w> FormatFields<'w> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut fields = Fields(Map::new());
        fields.0.insert("timestamp".into(), telemetry::unique_timestamp().into());
        fields.0.insert("level".into(), event.metadata().level().as_str().into());
        event.record(&mut fields);
        fields.0.insert("target".into(), event.metadata().target().into());
        writeln!(writer, "{}", Value::Object(fields.0))
    }
}

struct Fields(Map<String, Value>);

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().into(), value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.insert(field.name().into(), value.into());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name().into(), format!("{value:?}").into());
    }
}

fn call() {
    for event in [EVENT, EVENT] {
        tracing::info!(target: "web", event, "event");
    }
    tracing::info!(target: "web", route = "/outgoing", status = 200_u64, microseconds = 180_u64, "answered");
}

fn main() -> ExitCode {
    let way = std::env::args().nth(1).unwrap_or_default();
    match way.as_str() {
        "own" | "apart" => telemetry::start_logging(LogFormat::JsonToStdout),
        "library" => {
            let layer = tracing_subscriber::fmt::layer().event_format(Library).with_ansi(false);
            tracing_subscriber::registry().with(layer.with_writer(std::io::stdout)).init();
        }
        _ => return ExitCode::from(2),
    }
    for _ in 0..TIMES {
        let _together = (way == "own").then(telemetry::together);
        call();
    }
    ExitCode::SUCCESS
}
