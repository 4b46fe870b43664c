//! `dialtone replay`

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use dialplan::Message;
use publish::{Gathered, Sns, Which};
use serde_json::{Value, json};
use telemetry::LogFormat;

use crate::answer;
use crate::exit::{Failure, Outcome, Result};
use crate::output;

/// Publishes events that stand in logs: those that could not be published when they happened.
///
/// Reads log files and the journal of `dialtone serve`, what it wrote to --events, exports of CloudWatch Logs, the output
/// of `aws logs filter-log-events`, and messages of the relay's on-failure queue. An event that stands in them several
/// times is published once. The consumers count by the time in the message, so nothing is counted for the wrong day;
/// but what was published before is counted twice, so look with --dry-run first. Lines that should be events and cannot
/// be read are counted.
///
///   dialtone replay --dry-run serve.log
///   DIALTONE_TOPIC_ARN=arn:aws:sns:us-west-2:123456789012:events dialtone replay serve.log
///
/// Exit codes: 0 all published, 2 wrong usage, 3 some were not: run it again.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Replay {
    /// The files to read; `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Which events: those that were not published (they failed, or went to --events), those that were left to the relay,
    /// those of a journal, or all.
    #[arg(long, value_enum, default_value = "failed")]
    which: Wanted,

    /// Says what would be published, and publishes nothing.
    #[arg(long)]
    dry_run: bool,

    /// The SNS topic.
    #[arg(long, value_name = "ARN", env = "DIALTONE_TOPIC_ARN")]
    topic: Option<String>,

    /// Prints one JSON object: with --dry-run the messages, and otherwise how many were published.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Wanted {
    Failed,
    Relayed,
    Journal,
    All,
}

impl From<Wanted> for Which {
    fn from(wanted: Wanted) -> Self {
        match wanted {
            Wanted::Failed => Self::Failed,
            Wanted::Relayed => Self::Relayed,
            Wanted::Journal => Self::Journal,
            Wanted::All => Self::All,
        }
    }
}

impl Replay {
    pub(crate) fn run(self) -> Result {
        let read = self.read()?;
        tell(&read);
        let messages = &read.messages;
        if self.dry_run {
            return Ok(self.show(&read));
        }
        let topic = self.topic.clone().ok_or_else(|| {
            Failure::usage(
                "",
                "no topic: set DIALTONE_TOPIC_ARN or --topic ARN, or look first with --dry-run",
                "",
            )
        })?;
        if let Some(problem) = web::topic_problem(&topic) {
            return Err(Failure::found(Outcome::Usage, [problem]));
        }
        telemetry::start_logging(LogFormat::TextToStderr);
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::system)?;
        let unpublished = runtime.block_on(publish(topic, messages));
        let published = messages.len() - unpublished;
        if !self.json {
            output::line(&format!("published {published} of {}", messages.len()));
        }
        let fields = json!({
            "published": published, "unpublished": unpublished, "left_out": read.left_out,
            "unreadable": read.unreadable,
        });
        if unpublished > 0 {
            return Err(Failure::other_side(
                "",
                format!("{unpublished} events were not published"),
                "run the same command again for them",
            )
            .knowing(fields));
        }
        Ok(if self.json { answer::print(Outcome::Done, fields) } else { Outcome::Done })
    }

    fn read(&self) -> Result<Gathered> {
        let mut all = Gathered::default();
        for file in &self.files {
            let text = match file.as_os_str() == "-" {
                true => std::io::read_to_string(std::io::stdin()),
                false => std::fs::read_to_string(file),
            };
            let text = text.map_err(|error| Failure::usage(file.display(), error, ""))?;
            all.add(&text, self.which.into());
        }
        Ok(all)
    }

    fn show(&self, read: &Gathered) -> Outcome {
        if self.json {
            let parsed = |message: &Message| serde_json::from_str(message.json()).unwrap_or(Value::Null);
            let messages: Vec<_> = read.messages.iter().map(parsed).collect();
            let (left_out, unreadable) = (read.left_out, read.unreadable);
            let fields = json!({"messages": messages, "left_out": left_out, "unreadable": unreadable});
            return answer::print(Outcome::Done, fields);
        }
        for message in &read.messages {
            let attributes: Vec<_> =
                message.attributes().map(|(name, value)| format!("{name}={value}")).collect();
            output::line(&attributes.join("  "));
        }
        output::aside(&format!("{} events would be published", read.messages.len()));
        Outcome::Done
    }
}

fn tell(read: &Gathered) {
    if read.left_out > 0 {
        let left_out = read.left_out;
        output::aside(&format!("note: {left_out} more events are there; --which says which are taken"));
    }
    if read.unreadable > 0 {
        output::aside(&format!(
            "caution: {} lines should be events and cannot be read: they are torn, or a consumer could choke on them",
            read.unreadable
        ));
    }
}

/// How many messages could not be published. Those that could are said as they go, since there may be thousands.
async fn publish(topic: String, messages: &[Message]) -> usize {
    let sns = Sns::for_topic(Some(topic)).await;
    let mut unpublished = 0;
    for (i, chunk) in messages.chunks(100).enumerate() {
        unpublished += sns.publish(chunk).await.len();
        if messages.len() > 100 {
            output::aside(&format!("{} of {}", (i * 100) + chunk.len(), messages.len()));
        }
    }
    unpublished
}
