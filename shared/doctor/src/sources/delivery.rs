//! Whether events get to their topic: what `serve` says of itself, and what AWS knows of a stack.

use std::cmp::max;

use jiff::{SignedDuration, Timestamp};
use network::{Finding, Stage};
use samconfig::{Aws, AwsError, Stack};
use serde_json::Value;

use super::probe::{ProbeError, health};

/// How far back AWS is asked when something was published, in days.
const DAYS: i64 = 7;

/// The state of the way that events take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// A plain server answers.
    Server {
        /// Whether its journal can be written.
        keeps: bool,
        /// For how many seconds something has waited that could not be delivered.
        behind: u64,
        /// How many seconds ago something was delivered, if anything was since its start.
        last: Option<u64>,
        /// How many notices of calls for help wait.
        notices: u64,
    },
    /// A stack of AWS.
    Stack {
        /// How many batches could not be published.
        failed: u64,
        /// How many subscribers the topic has that are not the stack's own.
        readers: usize,
        /// The hour in which something was published last, of the last seven days.
        last: Option<Timestamp>,
    },
    /// Nobody could be asked, and why.
    NotKnown(Finding),
}

/// Asks the service, and where it is none with a page on its health, AWS.
pub(crate) fn delivery(stage: &Stage, stack: Option<&Stack>, now: Timestamp) -> Delivery {
    match health(stage) {
        Ok(Some(report)) => of_server(&report),
        Ok(None) => of_stack(stack, now).unwrap_or_else(|error| {
            let remedy = "run this where `aws` is, with the deployer's rights (docs/operations.md)";
            Delivery::NotKnown(Finding::new("", error.to_string(), remedy))
        }),
        Err(error) => Delivery::NotKnown(silence(&error)),
    }
}

fn silence(error: &ProbeError) -> Finding {
    Finding::new("", error.to_string(), "see the row about strangers: the service gives no answer")
}

fn of_server(report: &Value) -> Delivery {
    let number = |name: &str| report.get(name).and_then(Value::as_u64);
    Delivery::Server {
        keeps: report.get("ready").and_then(Value::as_bool).unwrap_or_default(),
        behind: number("behind_seconds").unwrap_or_default(),
        last: number("published_seconds_ago"),
        notices: number("notices_waiting").unwrap_or_default(),
    }
}

fn of_stack(stack: Option<&Stack>, now: Timestamp) -> Result<Delivery, AwsError> {
    let Some(Stack { region, name }) = stack else {
        let remedy = "run this beside the samconfig.toml of the stack: `dialtone samconfig` writes it";
        return Ok(Delivery::NotKnown(Finding::new(
            "",
            "samconfig.toml names no stack of this stage",
            remedy,
        )));
    };
    let aws = Aws { region };
    let answer = aws.ask(&["cloudformation", "describe-stacks", "--stack-name", name])?;
    let outputs = answer.pointer("/Stacks/0/Outputs").and_then(Value::as_array);
    let output = |key: &str| {
        let found = outputs.into_iter().flatten().find(|output| output["OutputKey"] == key);
        found.and_then(|output| output["OutputValue"].as_str()).map(str::to_owned)
    };
    let (Some(topic), Some(queue)) = (output("EventsTopic"), output("RelayFailuresUrl")) else {
        let what = format!("the stack {name} has no outputs EventsTopic and RelayFailuresUrl");
        return Ok(Delivery::NotKnown(Finding::new("", what, "deploy this version of the template")));
    };
    let count = "ApproximateNumberOfMessages";
    let waiting =
        aws.ask(&["sqs", "get-queue-attributes", "--queue-url", &queue, "--attribute-names", count])?;
    let subscribers = aws.ask(&["sns", "list-subscriptions-by-topic", "--topic-arn", &topic])?;
    let dimension = format!("Name=TopicName,Value={}", topic.rsplit(':').next().unwrap_or_default());
    let from = (now - SignedDuration::from_hours(24 * DAYS)).strftime("%Y-%m-%dT%H:00:00Z").to_string();
    let until = now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let published = aws.ask(&[
        "cloudwatch",
        "get-metric-statistics",
        "--namespace",
        "AWS/SNS",
        "--metric-name",
        "NumberOfMessagesPublished",
        "--dimensions",
        &dimension,
        "--start-time",
        &from,
        "--end-time",
        &until,
        "--period",
        "3600",
        "--statistics",
        "Sum",
    ])?;
    Ok(Delivery::Stack {
        failed: waiting.pointer(&format!("/Attributes/{count}")).and_then(number).unwrap_or_default(),
        readers: readers(&subscribers, name),
        last: last_published(&published),
    })
}

/// Subscribers that confirmed, without the stack's own function of notices.
fn readers(answer: &Value, stack: &str) -> usize {
    let all = answer.get("Subscriptions").and_then(Value::as_array).into_iter().flatten();
    all.filter(|one| {
        let of = |key: &str| one.get(key).and_then(Value::as_str).unwrap_or_default();
        let is_own =
            of("Protocol") == "lambda" && of("Endpoint").contains(&format!(":function:{stack}-Notify"));
        of("SubscriptionArn").starts_with("arn:") && !is_own
    })
    .count()
}

fn last_published(answer: &Value) -> Option<Timestamp> {
    let points = answer.get("Datapoints").and_then(Value::as_array).into_iter().flatten();
    let busy = points.filter(|point| point["Sum"].as_f64().is_some_and(|sum| sum > 0.0));
    busy.filter_map(|point| point["Timestamp"].as_str()?.parse().ok()).reduce(max)
}

/// SQS writes its counts as text.
fn number(value: &Value) -> Option<u64> {
    value.as_str().and_then(|text| text.parse().ok()).or_else(|| value.as_u64())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn answers_of_aws_are_read() {
        // As AWS documents list-subscriptions-by-topic: one that was not confirmed has words in the place of its ARN.
        let subscribers = json!({"Subscriptions": [
            {"SubscriptionArn": "arn:aws:sns:us-west-2:1:t:a", "Protocol": "sqs", "Endpoint": "arn:aws:sqs:us-west-2:1:q"},
            {"SubscriptionArn": "PendingConfirmation", "Protocol": "email", "Endpoint": "ops@example.org"},
            {"SubscriptionArn": "arn:aws:sns:us-west-2:1:t:b", "Protocol": "lambda",
             "Endpoint": "arn:aws:lambda:us-west-2:1:function:dialtone-prod-Notify-1A"},
        ]});
        assert_eq!(readers(&subscribers, "dialtone-prod"), 1);
        let points = json!({"Datapoints": [
            {"Timestamp": "2026-11-20T10:00:00+00:00", "Sum": 4.0},
            {"Timestamp": "2026-11-21T10:00:00+00:00", "Sum": 2.0},
            {"Timestamp": "2026-11-22T10:00:00+00:00", "Sum": 0.0},
        ]});
        assert_eq!(last_published(&points), "2026-11-21T10:00:00Z".parse().ok());
        assert_eq!(last_published(&json!({})), None);
        assert_eq!([json!("3"), json!(3), json!(null)].map(|count| number(&count)), [Some(3), Some(3), None]);
    }
}
