//! Events in logs: reading back what `telemetry::log_event` wrote.

use aws_lambda_events::event::cloudwatch_logs::LogsEvent;
use dialplan::Message;
use serde_json::Value;
use telemetry::Delivery;

/// An event that stands in a log, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The message as it can be published.
    pub message: Message,
    /// Why it is in the log.
    pub delivery: Delivery,
}

impl Entry {
    /// Reads one line of a log. Nothing, unless it holds an event that a consumer can take.
    ///
    /// What stands before the JSON (a time, in CloudWatch's exports) is passed over.
    #[must_use]
    pub fn read(line: &str) -> Option<Self> {
        let json = line.get(line.find('{')?..)?;
        let line: Value = serde_json::from_str(json.trim()).ok()?;
        let text = |name: &str| line.get(name).and_then(Value::as_str);
        let delivery = match (text("message")?, text("delivery")?) {
            ("event", "log") => Delivery::Log,
            ("event", "failed") => Delivery::Failed,
            _ => return None,
        };
        Some(Self { message: Message::parse(text("event")?, text("stage")?)?, delivery })
    }

    /// Reads the entries of a CloudWatch Logs subscription.
    #[must_use]
    pub fn of_subscription(event: &LogsEvent) -> Vec<Self> {
        event.aws_logs.data.log_events.iter().filter_map(|entry| Self::read(&entry.message)).collect()
    }

    /// Reads a whole file: log lines, or one JSON document of `aws logs filter-log-events`, or what the relay's
    /// on-failure queue holds.
    #[must_use]
    pub fn of_file(text: &str) -> Vec<Self> {
        let document = serde_json::from_str::<Value>(text).ok();
        if let Some(events) = document.as_ref().and_then(|document| document.get("events")?.as_array()) {
            let messages = events.iter().filter_map(|event| event.get("message")?.as_str());
            return messages.filter_map(Self::read).collect();
        }
        text.lines().flat_map(Self::of_line).collect()
    }

    fn of_line(line: &str) -> Vec<Self> {
        if !line.contains("\"awslogs\"") {
            return Self::read(line).into_iter().collect();
        }
        // A record of the on-failure queue wraps the invocation, which wraps the subscription's event.
        let record: Option<Value> = serde_json::from_str(line).ok();
        let payload = record.map(|record| record.get("requestPayload").cloned().unwrap_or(record));
        // From text, since the event's own deserialiser borrows from it.
        let event = payload.and_then(|payload| serde_json::from_str::<LogsEvent>(&payload.to_string()).ok());
        event.as_ref().map(Self::of_subscription).unwrap_or_default()
    }
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
        assert_eq!(entry.delivery, Delivery::Failed);
        assert_eq!(
            Entry::read(&format!("2026-06-20T18:04:05Z {}\n", line("log"))).unwrap().delivery,
            Delivery::Log
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
    fn files_in_every_form() {
        let lines = format!("{}\nnoise\n{}\n", line("log"), line("failed"));
        assert_eq!(Entry::of_file(&lines).len(), 2);

        let filtered = serde_json::json!({"events": [{"message": line("log")}, {"message": "noise"}]});
        assert_eq!(Entry::of_file(&serde_json::to_string_pretty(&filtered).unwrap()).len(), 1);

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
