//! Events read back from wherever they were written.

use std::borrow::Cow;

use aws_lambda_events::event::cloudwatch_logs::LogsEvent;
use dialplan::Message;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// An event that was read back, and what is known of its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The message as it can be published.
    pub message: Message,
    /// Where it was written.
    pub origin: Origin,
}

/// Where an event was written, which says whether it can have been published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The log of a function: the relay publishes it.
    Log,
    /// The log of a function that publishes it itself.
    Topic,
    /// A log, since it could not be published.
    Failed,
    /// The journal of `dialtone serve`, which publishes it where there is a topic.
    Journal,
    /// An event that `dialtone serve` writes to `--events` or to standard output where there is no topic.
    Printed,
}

/// The events in a text.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The events, in their order.
    pub entries: Vec<Entry>,
    /// How many lines look like an event, but are torn, or hold one that a consumer could choke on.
    pub unreadable: usize,
    /// How many lines are something else.
    pub other: usize,
}

/// A line, in any form. Borrowed, since a ledger reads millions of them.
#[derive(Deserialize)]
struct Line<'l> {
    #[serde(borrow, default)]
    stage: Option<Cow<'l, str>>,
    #[serde(borrow, default)]
    delivery: Option<Cow<'l, str>>,
    #[serde(borrow, default)]
    message: Option<&'l RawValue>,
    #[serde(borrow, default)]
    event: Option<&'l RawValue>,
    #[serde(borrow, default)]
    hostname: Option<Cow<'l, str>>,
}

impl Entry {
    /// Reads one line. Nothing, unless it holds an event that a consumer can take.
    ///
    /// What stands before the JSON (a time, in CloudWatch's exports) is passed over.
    #[must_use]
    pub fn read(line: &str) -> Option<Self> {
        let json = line.get(line.find('{')?..)?.trim();
        match serde_json::from_str(json) {
            Ok(line) => Self::of_json(json, &line),
            Err(_) => Self::of_words(line),
        }
    }

    /// Reads the entries of a CloudWatch Logs subscription.
    #[must_use]
    pub fn of_subscription(event: &LogsEvent) -> Vec<Self> {
        event.aws_logs.data.log_events.iter().filter_map(|entry| Self::read(&entry.message)).collect()
    }

    /// Reads a whole file; see [`Found::in_file`].
    #[must_use]
    pub fn of_file(text: &str) -> Vec<Self> {
        Found::in_file(text).entries
    }

    fn of_json(json: &str, line: &Line<'_>) -> Option<Self> {
        let stage = line.stage.as_deref();
        if line.event.is_some_and(|event| event.get().starts_with('{')) {
            // The event itself. Its stage is the last word of the host name, as in `dialtone-prod`.
            let host = line.hostname.as_deref()?;
            let stage = stage.unwrap_or_else(|| host.rsplit('-').next().unwrap_or(host));
            return Some(Self { message: Message::parse(json, stage)?, origin: Origin::Printed });
        }
        let message = line.message?.get();
        if message.starts_with('{') {
            return Some(Self { message: Message::parse(message, stage?)?, origin: Origin::Journal });
        }
        let origin = match (message, line.delivery.as_deref()?) {
            ("\"event\"", "log") => Origin::Log,
            ("\"event\"", "topic") => Origin::Topic,
            ("\"event\"", "failed") => Origin::Failed,
            _ => return None,
        };
        let event: Cow<'_, str> = serde_json::from_str(line.event?.get()).ok()?;
        Some(Self { message: Message::parse(&event, stage?)?, origin })
    }

    /// Reads a line of a log that was written for people: `... event delivery="failed" stage="prod" event="{...}"`.
    fn of_words(line: &str) -> Option<Self> {
        let line = without_colours(line);
        let (before, event) = line.split_once(" event=\"")?;
        let (_, stage) = before.split_once("stage=\"")?;
        let (stage, _) = stage.split_once('"')?;
        let (_, delivery) = before.split_once("delivery=\"")?;
        let origin = match delivery.split_once('"')?.0 {
            "log" => Origin::Log,
            "topic" => Origin::Topic,
            "failed" => Origin::Failed,
            _ => return None,
        };
        let (event, _) = event.rsplit_once('"')?;
        // Rust escapes quotes and backslashes as JSON does, and an event holds nothing else to be escaped.
        let event: String = serde_json::from_str(&format!("\"{event}\"")).ok()?;
        Some(Self { message: Message::parse(&event, stage)?, origin })
    }
}

impl Found {
    /// Reads a whole file, in any form in which events were ever written or exported: lines of a log, of a journal or of
    /// `--events`; one JSON document of `aws logs filter-log-events`, of a Logs Insights query or of
    /// `aws sqs receive-message`; what the relay's on-failure queue holds.
    #[must_use]
    pub fn in_file(text: &str) -> Self {
        let mut found = Self::default();
        match serde_json::from_str::<Value>(text) {
            Ok(document) => found.take_value(&document),
            Err(_) => text.lines().for_each(|line| found.take_line(line)),
        }
        found
    }

    fn take_line(&mut self, line: &str) {
        if line.trim().is_empty() {
            return;
        }
        if let Some(entry) = Entry::read(line) {
            self.entries.push(entry);
        } else if let Ok(value) = serde_json::from_str::<Value>(line) {
            self.take_value(&value);
        } else if line.contains("UserEvent") {
            self.unreadable += 1;
        } else {
            self.other += 1;
        }
    }

    /// An event, or something that holds events however deep.
    fn take_value(&mut self, value: &Value) {
        let before = (self.entries.len(), self.unreadable);
        match value {
            Value::Object(object) if object.contains_key("awslogs") => self.take_subscription(value),
            Value::Object(object) => {
                let text = value.to_string();
                match Entry::read(&text) {
                    Some(entry) => self.entries.push(entry),
                    None if is_event(value) => self.unreadable += 1,
                    None => object.values().for_each(|value| self.take_value(value)),
                }
            }
            Value::Array(values) => values.iter().for_each(|value| self.take_value(value)),
            Value::String(text) if text.contains('{') => {
                return text.lines().for_each(|line| self.take_line(line));
            }
            _ => return,
        }
        if before == (self.entries.len(), self.unreadable) && value.is_object() {
            self.other += 1;
        }
    }

    fn take_subscription(&mut self, value: &Value) {
        // From text, since the event's own deserialiser borrows from it.
        match serde_json::from_str::<LogsEvent>(&value.to_string()) {
            Ok(event) => {
                event.aws_logs.data.log_events.iter().for_each(|entry| self.take_line(&entry.message));
            }
            Err(_) => self.unreadable += 1,
        }
    }
}

/// Whether a value is meant to be an event.
fn is_event(value: &Value) -> bool {
    value.pointer("/event/UserEvent").is_some()
        || value.pointer("/message/event/UserEvent").is_some()
        || value.get("event").and_then(Value::as_str).is_some_and(|event| event.contains("UserEvent"))
}

/// A line without the escape sequences that colour it (ECMA-48, Select Graphic Rendition).
fn without_colours(line: &str) -> Cow<'_, str> {
    if !line.contains('\u{1b}') {
        return Cow::Borrowed(line);
    }
    let mut pieces = line.split("\u{1b}[");
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    pieces.for_each(|piece| plain.push_str(piece.split_once('m').map_or(piece, |(_, rest)| rest)));
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use aws_lambda_events::event::cloudwatch_logs::LogEntry;

    use super::*;

    const EVENT: &str = r#"{"timestamp":"2026-06-20T18:04:05.123456Z","hostname":"h","event":{"Event":"UserEvent","UserEvent":"reject","endpoint":"lobby","Channel":"lobby"},"call":{"sid":null,"direction":"outgoing","status":null,"duration_seconds":null,"reason":"premium","error_code":null}}"#;

    fn line(delivery: &str) -> String {
        let event = serde_json::to_string(EVENT).unwrap();
        format!(
            r#"{{"timestamp":"t","level":"INFO","message":"event","delivery":"{delivery}","stage":"prod","event":{event}}}"#
        )
    }

    #[test]
    fn a_line_is_read_back_whole() {
        let entry = Entry::read(&line("failed")).unwrap();
        assert_eq!((entry.message.json(), entry.message.stage()), (EVENT, "prod"));
        assert_eq!(entry.origin, Origin::Failed);
        assert_eq!(
            Entry::read(&format!("2026-06-20T18:04:05Z {}\n", line("log"))).unwrap().origin,
            Origin::Log
        );
    }

    #[test]
    fn other_lines_are_passed_over() {
        for other in [
            "",
            "START RequestId: x",
            "{",
            "{}",
            r#"{"message":"request"}"#,
            &line("log").replace("UserEvent", "Registry"),
        ] {
            assert_eq!(Entry::read(other), None, "{other}");
        }
    }

    #[test]
    fn every_form_that_we_wrote_is_read() {
        let origin = |line: &str| {
            let entry = Entry::read(line).unwrap_or_else(|| panic!("{line}"));
            assert_eq!((entry.message.json(), entry.message.stage()), (EVENT, "prod"));
            entry.origin
        };
        assert_eq!(origin(&format!("{{\"stage\":\"prod\",\"message\":{EVENT}}}\n")), Origin::Journal);
        // As tracing-subscriber writes it for people, at a terminal and into a file.
        let quoted = format!("{EVENT:?}");
        let words = format!(
            "2026-06-20T18:04:05.123456Z  WARN telemetry::event: event delivery=\"failed\" stage=\"prod\" event={quoted}"
        );
        assert_eq!(origin(&words), Origin::Failed);
        let coloured = words
            .replace("delivery=", "\u{1b}[3mdelivery\u{1b}[0m\u{1b}[2m=\u{1b}[0m")
            .replace(" event=", " \u{1b}[3mevent\u{1b}[0m\u{1b}[2m=\u{1b}[0m");
        assert_eq!(origin(&coloured), Origin::Failed);
        let printed = EVENT.replace("\"h\"", "\"dialplan-functions-prod\"");
        let entry = Entry::read(&printed).unwrap();
        assert_eq!((entry.message.json(), entry.message.stage()), (printed.as_str(), "prod"));
        assert_eq!(entry.origin, Origin::Printed);
    }

    #[test]
    fn what_cannot_be_read_is_counted() {
        let torn = &line("failed")[..200];
        let choking = EVENT.replace("\"Channel\":\"lobby\"", "\"Channel\":7");
        let text =
            format!("{EVENT}\n{torn}\n{choking}\n\n{}\nnoise\n{{\"message\":\"request\"}}\n", line("log"));
        let found = Found::in_file(&text);
        assert_eq!((found.entries.len(), found.unreadable, found.other), (2, 2, 2));
        assert_eq!(Found::in_file(torn).unreadable, 1);
        assert_eq!(Found::in_file(""), Found::default());
    }

    #[test]
    fn files_in_every_form() {
        let lines = format!("{}\nnoise\n{}\n", line("log"), line("failed"));
        assert_eq!(Entry::of_file(&lines).len(), 2);

        let filtered = serde_json::json!({"events": [{"message": line("log")}, {"message": "noise"}]});
        assert_eq!(Entry::of_file(&serde_json::to_string_pretty(&filtered).unwrap()).len(), 1);

        // Logs Insights, from the console and from `aws logs get-query-results`; a queue's messages.
        let console =
            serde_json::json!([{"@timestamp": "t", "@message": line("log")}, {"@message": "noise"}]);
        let query = serde_json::json!({"results": [[{"field": "@message", "value": line("failed")}]], "status": "Complete"});
        let queue = serde_json::json!({"Messages": [{"MessageId": "1", "Body": format!("{}\n{}", line("log"), EVENT)}]});
        for (document, count) in [(console, 1), (query, 1), (queue, 2)] {
            assert_eq!(
                Entry::of_file(&serde_json::to_string_pretty(&document).unwrap()).len(),
                count,
                "{document}"
            );
        }

        let mut event = LogsEvent::default();
        for _ in 0..3 {
            let mut entry = LogEntry::default();
            entry.message = line("log");
            event.aws_logs.data.log_events.push(entry);
        }
        assert_eq!(Entry::of_subscription(&event).len(), 3);
        let payload = serde_json::to_value(&event).unwrap();
        assert_eq!(Entry::of_file(&payload.to_string()).len(), 3);
        let record =
            serde_json::json!({"version": "1.0", "requestPayload": payload, "responsePayload": null});
        assert_eq!(Entry::of_file(&format!("{record}\n{record}")).len(), 6);
    }
}
