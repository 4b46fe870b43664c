//! The messages that carry events to the topic.

use serde::{Deserialize, Serialize};

use crate::event::{CallFacts, Event};
use crate::reason::Reason;
use network::Stage;

/// A message for the topic: the JSON that consumers parse, and the attributes that repeat some of it for
/// subscription filters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The JSON, and behind it the event's name, the endpoint and the stage: one allocation, since `dialtone serve` makes
    /// messages on one thread and drops them on another, and each piece of memory that changes threads costs a lock.
    text: String,
    /// Where each of the four ends.
    ends: [usize; 4],
    reason: Option<Reason>,
}

/// The message as consumers require it (`hostname`, `event.Event`, `event.UserEvent`, `event.Channel`), and
/// `call`, which is ours.
#[derive(Serialize)]
struct Body<'a> {
    timestamp: &'a str,
    hostname: &'a str,
    event: Inner<'a>,
    call: &'a CallFacts,
}

#[derive(Serialize)]
struct Inner<'a> {
    #[serde(rename = "Event")]
    event: &'static str,
    #[serde(rename = "UserEvent")]
    user_event: &'a str,
    endpoint: &'a str,
    #[serde(rename = "Channel")]
    channel: &'a str,
}

impl Message {
    /// The message that says what happened in a stage.
    ///
    /// `timestamp` is ISO 8601 in UTC with microseconds: the consumers drop one of two equal lines, so no two
    /// messages of a process may carry the same.
    #[must_use]
    pub fn of(event: &Event, stage: &Stage, timestamp: &str) -> Self {
        let user_event = event.name().to_string();
        let endpoint = event.endpoint();
        let body = Body {
            timestamp,
            hostname: &stage.metrics_host,
            event: Inner { event: "UserEvent", user_event: &user_event, endpoint, channel: endpoint },
            call: event.call(),
        };
        // An event takes about 350 bytes. Strings, numbers and nulls: there is nothing here that JSON cannot express.
        let mut json = Vec::with_capacity(512);
        let written = serde_json::to_writer(&mut json, &body).is_ok();
        let json = String::from_utf8(json).ok().filter(|_| written).unwrap_or_default();
        Self::new(json, &user_event, endpoint, &stage.name, event.call().reason)
    }

    fn new(json: String, event: &str, endpoint: &str, stage: &str, reason: Option<Reason>) -> Self {
        let mut text = json;
        let ends = [event, endpoint, stage, ""].map(|next| {
            let end = text.len();
            text.push_str(next);
            end
        });
        Self { text, ends, reason }
    }

    /// Reads a message back from a log line.
    ///
    /// Nothing, if a consumer could choke on it: one bad message stops theirs for good.
    #[must_use]
    pub fn parse(json: &str, stage: &str) -> Option<Self> {
        let written: Written = serde_json::from_str(json).ok()?;
        let event = written.event;
        let is_word = |text: &str| {
            !text.is_empty() && text.len() <= 64 && text.bytes().all(|b| b.is_ascii_graphic() || b == b' ')
        };
        let fits = event.event == "UserEvent"
            && [&written.hostname, &event.user_event, &event.endpoint].into_iter().all(|text| is_word(text))
            && event.channel == event.endpoint
            && written.timestamp.len() >= "2026-06-20T18:04:05Z".len()
            && is_word(stage);
        let reason = written.call.reason.map(|word| Reason::parse(&word));
        if !fits || reason == Some(None) {
            return None;
        }
        Some(Self::new(json.to_owned(), &event.user_event, &event.endpoint, stage, reason.flatten()))
    }

    /// The JSON that consumers parse.
    #[must_use]
    pub fn json(&self) -> &str {
        self.part(0)
    }

    /// The stage that it comes from.
    #[must_use]
    pub fn stage(&self) -> &str {
        self.part(3)
    }

    fn part(&self, number: usize) -> &str {
        let start =
            number.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or_default();
        let end = self.ends.get(number).copied().unwrap_or_default();
        self.text.get(start..end).unwrap_or_default()
    }

    /// The attributes for subscription filters, each with its value.
    pub fn attributes(&self) -> impl Iterator<Item = (&'static str, &str)> {
        [
            ("event", Some(self.part(1))),
            ("stage", Some(self.stage())),
            ("endpoint", Some(self.part(2))),
            ("reason", self.reason.map(Reason::as_str)),
        ]
        .into_iter()
        .filter_map(|(name, value)| value.map(|value| (name, value)))
    }
}

/// A message as the log has it.
#[derive(Deserialize)]
struct Written {
    timestamp: String,
    hostname: String,
    event: WrittenEvent,
    call: WrittenCall,
}

#[derive(Deserialize)]
struct WrittenEvent {
    #[serde(rename = "Event")]
    event: String,
    #[serde(rename = "UserEvent")]
    user_event: String,
    endpoint: String,
    #[serde(rename = "Channel")]
    channel: String,
}

#[derive(Deserialize)]
struct WrittenCall {
    reason: Option<String>,
}

#[cfg(test)]
mod tests {
    use webhook::{CallSid, DialStatus, ErrorCode};

    use super::*;
    use crate::event::{Direction, UserEvent};
    use crate::testing::network;

    fn event() -> Event {
        let network = network();
        let call = CallFacts {
            sid: CallSid::parse("CA00000000000000000000000000000001"),
            direction: Some(Direction::Outgoing),
            status: Some("no-answer"),
            duration_seconds: Some(0),
            reason: Some(Reason::Premium),
            error_code: ErrorCode::parse("32009"),
        };
        let name = UserEvent::OutgoingDialStatus(DialStatus::NoAnswer);
        Event::new(name, network.extension("lobby"), call)
    }

    #[test]
    fn the_message_is_the_contract() {
        let message = Message::of(&event(), network().stage(), "2026-06-20T18:04:05.123456Z");
        assert_eq!(
            message.json(),
            "{\"timestamp\":\"2026-06-20T18:04:05.123456Z\",\"hostname\":\"dialtone-prod\",\"event\":{\"Event\":\"UserEvent\",\
             \"UserEvent\":\"outgoing_dialstatus_no-answer\",\"endpoint\":\"lobby\",\"Channel\":\"lobby\"},\"call\":{\"sid\":\
             \"CA00000000000000000000000000000001\",\"direction\":\"outgoing\",\"status\":\"no-answer\",\"duration_seconds\":0,\
             \"reason\":\"premium\",\"error_code\":\"32009\"}}"
        );
        let attributes: Vec<_> = message.attributes().collect();
        assert_eq!(
            attributes,
            [
                ("event", "outgoing_dialstatus_no-answer"),
                ("stage", "prod"),
                ("endpoint", "lobby"),
                ("reason", "premium")
            ]
        );
    }

    #[test]
    fn what_is_not_known_is_null_and_has_no_attribute() {
        let event = Event::new(UserEvent::Reject, None, CallFacts::default());
        let message = Message::of(&event, network().stage(), "t");
        assert!(message.json().ends_with(
            "\"endpoint\":\"unknown\",\"Channel\":\"unknown\"},\"call\":{\"sid\":null,\"direction\":null,\"status\":null,\
             \"duration_seconds\":null,\"reason\":null,\"error_code\":null}}"
        ));
        assert_eq!(message.attributes().count(), 3);
    }

    #[test]
    fn a_message_is_read_back_from_a_log() {
        let message = Message::of(&event(), network().stage(), "2026-06-20T18:04:05.123456Z");
        assert_eq!(Message::parse(message.json(), "prod"), Some(message.clone()));
        let json = message.json();
        for (from, to) in [
            ("\"UserEvent\",", "\"Registry\","),
            ("\"Channel\":\"lobby\"", "\"Channel\":7"),
            ("\"Channel\":\"lobby\"", "\"Channel\":\"\""),
            ("\"hostname\":\"dialtone-prod\"", "\"hostname\":null"),
            ("\"hostname\":\"dialtone-prod\",", ""),
            ("2026-06-20T18:04:05.123456Z", ""),
            ("premium", "because"),
            ("}}", "}"),
        ] {
            let broken = json.replacen(from, to, 1);
            assert_ne!(broken, json, "{from}");
            assert_eq!(Message::parse(&broken, "prod"), None, "{broken}");
        }
        assert_eq!(Message::parse(json, ""), None);
    }

    #[test]
    fn a_reason_has_one_word_everywhere() {
        for reason in Reason::ALL {
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.as_str());
        }
    }
}
