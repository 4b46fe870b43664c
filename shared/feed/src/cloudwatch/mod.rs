//! CloudWatch Logs: what the functions of a stack wrote, read on from where the last reading ended.
//!
//! ```text
//! samconfig.toml: stack, region -> its log groups -> for each: FilterLogEvents from (cursor - OVERLAP) to now -> Ledger
//! ```

mod groups;
mod line;

use std::fmt;
use std::time::{Duration, Instant};

use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::config::ProvideCredentials;
use aws_sdk_cloudwatchlogs::error::SdkError;
use aws_sdk_cloudwatchlogs::operation::filter_log_events::FilterLogEventsError;
use jiff::{SignedDuration, Timestamp};
use ledger::{Ledger, Taken};
use network::Network;
use publish::Patience;
use samconfig::Stack;
use tokio::runtime::Runtime;

use self::groups::{Content, Group};
use crate::error::{CloudWatchError, Result};

/// How far each reading goes back behind the one before, in minutes. CloudWatch Logs takes lines in seconds after they are
/// written; what comes later than this is missed. Assumed: AWS promises no limit.
const OVERLAP: i64 = 30;

/// How long a stretch is read before the cursor moves, in hours: what is cut off in a long first reading goes on from there.
const STRETCH: i64 = 7 * 24;

/// How often the logs are looked at, however often [`CloudWatch::read`] is called. AWS allows five requests a second to an account in
/// some regions (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html>), and each look takes five.
const LOOK: Duration = Duration::from_secs(10);

const PATIENCE: Patience =
    Patience { operation: Duration::from_secs(60), attempts: 8, first_wait: Duration::from_millis(200) };

/// The log groups of a stage's stack.
#[derive(Debug)]
pub struct CloudWatch {
    stack: Stack,
    stage: String,
    session: Option<Session>,
    looked: Option<Instant>,
}

/// A client, and what its requests run on: the ledger's thread waits for each.
#[derive(Debug)]
struct Session {
    client: Client,
    runtime: Runtime,
}

impl CloudWatch {
    /// The logs of this stack, for the stage of the network. Events of other stages are passed over.
    #[must_use]
    pub fn new(stack: Stack, network: &Network) -> Self {
        Self { stack, stage: network.stage().name.clone(), session: None, looked: None }
    }

    /// Reads what is new, or nothing if it did so in the last ten seconds.
    ///
    /// # Errors
    ///
    /// AWS refuses or does not answer, or the ledger cannot be written. What was read before is in the ledger.
    pub fn read(&mut self, ledger: &mut Ledger, now: Timestamp) -> Result<Taken> {
        if self.looked.is_some_and(|looked| looked.elapsed() < LOOK) {
            return Ok(Taken::default());
        }
        self.looked = Some(Instant::now());
        let session = match self.session.take() {
            Some(session) => session,
            None => Session::open(&self.stack.region)?,
        };
        let session = self.session.insert(session);
        let groups = session.runtime.block_on(groups::list(&session.client, &self.stack, now))?;
        let mut all = Taken::default();
        for group in &groups {
            all += session.read(group, &self.stack.region, &self.stage, ledger, now)?;
        }
        Ok(all)
    }
}

/// A cursor: whole seconds, and a word before them. Nothing in the ledger looks like a telephone number, not even beside the name of a
/// log group that ends in digits.
fn cursor(at: Timestamp) -> String {
    at.strftime("until %Y-%m-%dT%H:%M:%SZ").to_string()
}

fn read_cursor(cursor: &str) -> Option<Timestamp> {
    cursor.strip_prefix("until ")?.parse().ok()
}

fn is_gone<R>(error: &SdkError<FilterLogEventsError, R>) -> bool {
    error.as_service_error().is_some_and(FilterLogEventsError::is_resource_not_found_exception)
}

impl fmt::Display for CloudWatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the logs of {} in {}", self.stack.name, self.stack.region)
    }
}

impl Session {
    fn open(region: &str) -> std::result::Result<Self, CloudWatchError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|_| CloudWatchError::Start)?;
        let client = runtime.block_on(async {
            let config = publish::aws_config(Some(region), PATIENCE).await;
            // Asked by itself, because a request that fails for want of credentials does not say so in a type.
            let provider = config.credentials_provider().ok_or(CloudWatchError::NoCredentials)?;
            provider.provide_credentials().await.map_err(|_| CloudWatchError::NoCredentials)?;
            Ok::<_, CloudWatchError>(Client::new(&config))
        })?;
        Ok(Self { client, runtime })
    }

    fn read(
        &self,
        group: &Group,
        region: &str,
        stage: &str,
        ledger: &mut Ledger,
        now: Timestamp,
    ) -> Result<Taken> {
        let source = format!("cloudwatch {region} {}", group.name);
        let known: Option<Timestamp> = ledger.cursor(&source)?.and_then(|cursor| read_cursor(&cursor));
        let overlap = SignedDuration::from_mins(OVERLAP);
        let mut from = known.map_or(group.oldest, |known| (known - overlap).max(group.oldest));
        let mut all = Taken::default();
        while from < now {
            let to = (from + SignedDuration::from_hours(STRETCH)).min(now);
            all += self.read_stretch(group, stage, (from, to), ledger)?;
            // The cursor moves last: what failed before is asked for again.
            ledger.note_cursor(&source, &cursor(to))?;
            from = to;
        }
        Ok(all)
    }

    /// Reads a stretch to its last page. Both ends belong to it.
    fn read_stretch(
        &self,
        group: &Group,
        stage: &str,
        (from, to): (Timestamp, Timestamp),
        ledger: &mut Ledger,
    ) -> Result<Taken> {
        let mut pages = self
            .client
            .filter_log_events()
            .log_group_name(&group.name)
            .filter_pattern(group.content.pattern())
            .start_time(from.as_millisecond())
            .end_time(to.as_millisecond())
            .into_paginator()
            .send();
        let mut all = Taken::default();
        // A page may be empty and still be followed by another.
        while let Some(page) = self.runtime.block_on(pages.next()) {
            let page = match page {
                Ok(page) => page,
                // It was deleted a moment ago.
                Err(error) if is_gone(&error) => break,
                Err(error) => return Err(CloudWatchError::of("read log groups", &error).into()),
            };
            let lines = page.events().iter().filter_map(|event| Some((event.message()?, event.timestamp()?)));
            match group.content {
                Content::Events => {
                    let records = lines.flat_map(|(line, _)| line::records(line, stage));
                    all += ledger.take(records, None)?;
                }
                Content::Notices => {
                    for notice in lines.filter_map(|(line, at)| line::notice(line, at)) {
                        ledger.take_notice(&notice.call, &notice.kind, notice.recipient, &notice.what)?;
                    }
                }
            }
        }
        Ok(all)
    }
}
