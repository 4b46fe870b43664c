//! The log groups of a stack.

use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::types::LogGroup;
use jiff::{SignedDuration, Timestamp};
use samconfig::Stack;

use crate::error::CloudWatchError;

/// What is in a log group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Content {
    /// Events, whole.
    Events,
    /// Who was told of calls for help.
    Notices,
}

/// How old a line may be when CloudWatch takes it in, in days
/// (<https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html>).
const LATEST: i64 = 14;

/// The logical ids of `template.yaml`, each with what its function writes.
const GROUPS: [(&str, Content); 5] = [
    ("OutgoingLogs", Content::Events),
    ("IncomingLogs", Content::Events),
    ("StatusLogs", Content::Events),
    ("RelayLogs", Content::Events),
    ("NotifyLogs", Content::Notices),
];

impl Content {
    /// Which lines are wanted, in CloudWatch's language of filters.
    pub(super) fn pattern(self) -> &'static str {
        match self {
            Self::Events => r#"{ $.message = "event" }"#,
            Self::Notices => r#"{ $.message = "notice sent" || $.message = "notice not sent yet" }"#,
        }
    }

    /// What CloudFormation made of which logical id: it names a log group `STACK-LOGICALID-RANDOM`
    /// (<https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-name.html>).
    fn of_group(name: &str, stack: &str) -> Option<Self> {
        let (id, _) = name.strip_prefix(stack)?.strip_prefix('-')?.split_once('-')?;
        GROUPS.iter().find(|(known, _)| *known == id).map(|(_, content)| *content)
    }
}

/// A log group of the stack. A stack that was deleted and made anew has left its former groups, which are read, too.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Group {
    /// Events come first: a notice is of a call that the ledger knows.
    pub(super) content: Content,
    pub(super) name: String,
    /// Nothing in it is older.
    pub(super) oldest: Timestamp,
}

/// The log groups of a stack, those with events first.
pub(super) async fn list(
    client: &Client,
    stack: &Stack,
    now: Timestamp,
) -> Result<Vec<Group>, CloudWatchError> {
    let prefix = format!("{}-", stack.name);
    let mut pages = client.describe_log_groups().log_group_name_prefix(prefix).into_paginator().send();
    let mut groups = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| CloudWatchError::of("list log groups", &error))?;
        groups.extend(page.log_groups().iter().filter_map(|group| read(group, &stack.name, now)));
    }
    if groups.is_empty() {
        return Err(CloudWatchError::NoGroups { stack: stack.name.clone(), region: stack.region.clone() });
    }
    groups.sort();
    Ok(groups)
}

fn read(group: &LogGroup, stack: &str, now: Timestamp) -> Option<Group> {
    let name = group.log_group_name()?;
    let content = Content::of_group(name, stack)?;
    let made = group.creation_time().and_then(|time| Timestamp::from_millisecond(time).ok());
    let made = made.map(|made| made - SignedDuration::from_hours(24 * LATEST)).unwrap_or_default();
    let kept = group.retention_in_days().map(|days| now - SignedDuration::from_hours(24 * i64::from(days)));
    Some(Group { content, name: name.to_owned(), oldest: kept.map_or(made, |kept| kept.max(made)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_known_by_its_stack_and_its_logical_id() {
        let of = |name| Content::of_group(name, "dialtone-prod");
        assert_eq!(of("dialtone-prod-StatusLogs-1ABCDEFGHIJK2"), Some(Content::Events));
        assert_eq!(of("dialtone-prod-NotifyLogs-1ABCDEFGHIJK2"), Some(Content::Notices));
        for other in [
            "dialtone-prod-ApiLogs-1ABCDEFGHIJK2",
            "dialtone-prod-StatusLogs",
            "dialtone-prod-two-StatusLogs-1ABCDEFGHIJK2",
            "dialtone-prodStatusLogs-1ABCDEFGHIJK2",
            "/aws/lambda/dialtone-prod-Status-1ABCDEFGHIJK2",
        ] {
            assert_eq!(of(other), None, "{other}");
        }
    }

    /// The logical ids are those of the template.
    #[test]
    fn the_template_has_these_groups() {
        let template = include_str!("../../../../template.yaml");
        for (id, _) in GROUPS {
            assert!(template.contains(&format!("\n  {id}:\n    Type: AWS::Logs::LogGroup\n")), "{id}");
        }
    }
}
