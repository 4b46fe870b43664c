//! CloudWatch metrics, in the embedded metric format: log lines that CloudWatch turns into metrics by itself.
//!
//! On Lambda only, where standard output is CloudWatch's. The names here are the dashboard's and the alarms'
//! (`template.yaml`); a test keeps them together. Source of the format:
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>.

use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Serialize, Serializer};

use crate::lines::Lines;

/// Whether anybody reads metrics in the log.
static ON: AtomicBool = AtomicBool::new(false);

/// From now on, metrics go to the log.
pub(crate) fn start() {
    ON.store(true, Ordering::Relaxed);
}

/// The metrics of one request, each with the dimension beside the stage by which it is also counted.
pub struct Metrics<'a> {
    directives: Vec<Directive<'a>>,
    members: Vec<(&'a str, Member<'a>)>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Directive<'a> {
    namespace: &'static str,
    dimensions: Vec<Vec<&'a str>>,
    metrics: [Metric<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metric<'a> {
    name: &'a str,
    unit: &'a str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Member<'a> {
    Text(&'a str),
    Count(u64),
    Time(f64),
    #[serde(rename_all = "PascalCase")]
    Aws {
        timestamp: u64,
        cloud_watch_metrics: Vec<Directive<'a>>,
    },
}

impl<'a> Metrics<'a> {
    /// Nothing yet, of this stage.
    #[must_use]
    pub fn of(stage: &'a str) -> Self {
        Self { directives: Vec::with_capacity(4), members: vec![("Stage", Member::Text(stage))] }
    }

    /// Counts one more of something.
    #[must_use]
    pub fn count(self, name: &'a str, by: Option<(&'a str, &'a str)>) -> Self {
        self.metric(name, "Count", Member::Count(1), by)
    }

    /// How long something took.
    #[must_use]
    pub fn time(self, name: &'a str, took: Duration, by: Option<(&'a str, &'a str)>) -> Self {
        self.metric(name, "Milliseconds", Member::Time(took.as_secs_f64() * 1000.0), by)
    }

    fn metric(
        mut self,
        name: &'a str,
        unit: &'a str,
        value: Member<'a>,
        by: Option<(&'a str, &'a str)>,
    ) -> Self {
        let mut dimensions = vec![vec!["Stage"]];
        if let Some((dimension, value)) = by {
            dimensions.push(vec!["Stage", dimension]);
            self.members.push((dimension, Member::Text(value)));
        }
        self.directives.push(Directive {
            namespace: "Dialtone",
            dimensions,
            metrics: [Metric { name, unit }],
        });
        self.members.push((name, value));
        self
    }

    /// The log line, with its end, as of a time since 1970.
    #[must_use]
    pub fn json(mut self, now: Duration) -> Vec<u8> {
        let timestamp = u64::try_from(now.as_millis()).unwrap_or_default();
        self.members.push(("_aws", Member::Aws { timestamp, cloud_watch_metrics: self.directives }));
        let mut line = Vec::with_capacity(1024);
        let written = serde_json::Serializer::new(&mut line).collect_map(self.members);
        // Text and numbers, into memory: nothing here can fail to be JSON.
        if written.is_err() {
            line.clear();
        }
        line.push(b'\n');
        line
    }

    /// Writes them to the log, where anybody reads metrics there.
    pub fn write(self) {
        if !ON.load(Ordering::Relaxed) {
            return;
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        // A metric that cannot be written must not stop a call. In one piece, as lines of a log are.
        let _ = Lines.write_all(&self.json(now));
    }
}

/// Whether anybody reads metrics in the log: what need not be put together otherwise.
#[must_use]
pub fn metrics_are_read() -> bool {
    ON.load(Ordering::Relaxed)
}
