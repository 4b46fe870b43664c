//! The notes of who was told of calls for help, as `dialtone serve` notes it beside its journal.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use ledger::{Channel, Ledger, Notice};
use notices::{DONE, Told};
use webhook::CallSid;

use crate::error::{FeedError, Result};
use crate::fingerprint::fingerprint;

/// Reads what a slot's file has, if it changed. It is short, so it is read as a whole; the events of the same slot are in the
/// ledger already.
pub(crate) fn read(slot: &Path, ledger: &mut Ledger) -> Result<()> {
    let path = slot.join(DONE);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(FeedError::file(&path)(error)),
    };
    let name = fs::canonicalize(&path).map_err(FeedError::file(&path))?;
    let (name, state) = (format!("notices {}", name.display()), fingerprint(text.as_bytes()));
    if ledger.cursor(&name)?.as_deref() == Some(&state) {
        return Ok(());
    }
    for told in text.lines().filter_map(Told::parse) {
        let Some((call, kind)) = told.call_and_kind() else { continue };
        let (call, channel) = (CallSid::parse(call), Channel::parse(&told.way));
        if let (Some(call), Some(channel), Some(recipient)) = (call, channel, told.recipient()) {
            let notice = Notice { channel, is_sent: told.is_sent, at: told.at };
            ledger.take_notice(&call, kind, recipient, &notice)?;
        }
    }
    Ok(ledger.note_cursor(&name, &state)?)
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use ledger::{Filter, Record};

    use super::*;

    #[test]
    fn what_was_told_is_known_of_calls_that_are_known() {
        let folder = tempfile::tempdir().unwrap();
        let mut ledger = Ledger::in_memory(&TimeZone::UTC).unwrap();
        read(folder.path(), &mut ledger).unwrap();
        let call = |last: u32| format!("CA{last:032x}");
        let event = format!(
            r#"{{"timestamp":"2026-06-20T18:04:00.123456Z","hostname":"h","event":{{"Event":"UserEvent","UserEvent":"dial_emergency","endpoint":"lobby","Channel":"lobby"}},"call":{{"sid":"{}","direction":"outgoing","status":null,"duration_seconds":null,"reason":null,"error_code":null}}}}"#,
            call(1)
        );
        ledger.take(Record::parse(&event), None).unwrap();
        let lines = format!(
            "{0}-call_for_help-1 mail sent 2026-06-20T18:04:02Z\n{0}-call_for_help-0 webhook given_up 2026-06-20T19:04:00Z\n\
             {1}-drill-0 sms sent 2026-06-20T18:04:02Z\n{0}-call_for_help-2\n{0}-call_for_help-3 mail se",
            call(1),
            call(2)
        );
        fs::write(folder.path().join(DONE), lines).unwrap();
        let told = |ledger: &Ledger| {
            let calls = ledger
                .calls(&Filter { most: 9, ..Filter::default() }, "2026-06-20T20:00:00Z".parse().unwrap());
            ledger.notices(calls.unwrap()[0].id).unwrap()
        };
        for _ in 0..2 {
            read(folder.path(), &mut ledger).unwrap();
            let at = |time: &str| format!("2026-06-20T{time}Z").parse().unwrap();
            assert_eq!(
                told(&ledger),
                [
                    Notice { channel: Channel::Mail, is_sent: true, at: at("18:04:02") },
                    Notice { channel: Channel::Webhook, is_sent: false, at: at("19:04:00") },
                ]
            );
        }
    }
}
