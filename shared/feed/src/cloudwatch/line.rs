//! Lines of the functions' logs.

use jiff::Timestamp;
use ledger::{Channel, Notice, Record};
use publish::Entry;
use serde::Deserialize;
use webhook::CallSid;

/// The event of a line, if it has one of this stage.
pub(super) fn records(line: &str, stage: &str) -> Option<Record> {
    let entry = Entry::read(line)?;
    (entry.message.stage() == stage).then(|| Record::parse(entry.message.json()))?
}

/// What became of a notice, and of which.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct OfCall {
    pub(super) call: CallSid,
    pub(super) kind: String,
    pub(super) recipient: u32,
    pub(super) what: Notice,
}

/// What `functions/notify` writes of each attempt.
#[derive(Deserialize)]
struct Attempt {
    message: String,
    call_sid: String,
    kind: String,
    way: String,
    recipient: u32,
}

/// What became of a notice, by a line that was written at this time, in milliseconds since 1970.
pub(super) fn notice(line: &str, at: i64) -> Option<OfCall> {
    let attempt: Attempt = serde_json::from_str(line).ok()?;
    let is_sent = match attempt.message.as_str() {
        "notice sent" => true,
        "notice not sent yet" => false,
        _ => return None,
    };
    let what =
        Notice { channel: Channel::parse(&attempt.way)?, is_sent, at: Timestamp::from_millisecond(at).ok()? };
    Some(OfCall {
        call: CallSid::parse(&attempt.call_sid)?,
        kind: attempt.kind,
        recipient: attempt.recipient,
        what,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_has_its_time_and_no_number() {
        let line = |message: &str, way: &str| {
            format!(
                r#"{{"timestamp":"2026-06-20T18:04:02.123456Z","level":"INFO","message":"{message}","call_sid":"CA{:032x}","kind":"call_for_help","way":"{way}","recipient":1}}"#,
                7
            )
        };
        let at = 1_781_978_642_123;
        let read = notice(&line("notice sent", "sms"), at).unwrap();
        assert_eq!((read.kind.as_str(), read.recipient), ("call_for_help", 1));
        let time = Timestamp::from_millisecond(at).unwrap();
        assert_eq!(read.what, Notice { channel: Channel::Sms, is_sent: true, at: time });
        assert!(!notice(&line("notice not sent yet", "mail"), at).unwrap().what.is_sent);
        assert_eq!(notice(&line("request", "sms"), at), None);
        assert_eq!(notice(&line("notice sent", "pigeon"), at), None);
        assert_eq!(notice("START RequestId: 1", at), None);
    }
}
