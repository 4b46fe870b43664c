//! Events of several files, gathered to be published once.

use std::collections::HashSet;

use dialplan::Message;

use crate::entry::{Found, Origin};

/// Which events are wanted, by where they were written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Those that were not published: they failed, or went to `--events`.
    Failed,
    /// Those that were left to the relay.
    Relayed,
    /// Those of a journal.
    Journal,
    /// All.
    All,
}

/// What files hold.
#[derive(Debug, Default)]
pub struct Gathered {
    /// The events to publish, each once, in the order of the files.
    pub messages: Vec<Message>,
    /// How many events were not wanted.
    pub left_out: usize,
    /// How many lines look like an event, and cannot be read.
    pub unreadable: usize,
    seen: HashSet<String>,
}

impl Which {
    fn takes(self, origin: Origin) -> bool {
        match self {
            Self::Failed => matches!(origin, Origin::Failed | Origin::Printed),
            Self::Relayed => origin == Origin::Log,
            Self::Journal => origin == Origin::Journal,
            Self::All => true,
        }
    }
}

impl Gathered {
    /// Adds the events of a file.
    pub fn add(&mut self, text: &str, which: Which) {
        let found = Found::in_file(text);
        self.unreadable += found.unreadable;
        for entry in found.entries {
            if !which.takes(entry.origin) {
                self.left_out += 1;
            } else if self.seen.insert(entry.message.json().to_owned()) {
                self.messages.push(entry.message);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_taken_once_and_only_if_it_is_wanted() {
        let event = r#"{"timestamp":"2026-06-20T18:04:05.123456Z","hostname":"h","event":{"Event":"UserEvent","UserEvent":"reject","endpoint":"lobby","Channel":"lobby"},"call":{"sid":null,"direction":"outgoing","status":null,"duration_seconds":null,"reason":"premium","error_code":null}}"#;
        let line = |delivery: &str| {
            let event = serde_json::to_string(event).unwrap();
            format!(r#"{{"message":"event","delivery":"{delivery}","stage":"prod","event":{event}}}"#)
        };
        let of = |which| {
            let mut all = Gathered::default();
            for delivery in ["failed", "log", "topic", "failed"] {
                all.add(&line(delivery), which);
            }
            (all.messages.len(), all.left_out)
        };
        assert_eq!(of(Which::Failed), (1, 2));
        assert_eq!(of(Which::Relayed), (1, 3));
        assert_eq!(of(Which::Journal), (0, 4));
        assert_eq!(of(Which::All), (1, 0));
    }
}
