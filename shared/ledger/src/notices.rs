//! Notices of calls for help: who was told, and when.

use jiff::Timestamp;
use rusqlite::params;
use webhook::CallSid;

use crate::calls::Call;
use crate::error::Result;
use crate::open::{Ledger, micros, time};
use crate::take::key;
use crate::words::{Channel, Help};

/// The version of the schema that has them.
const SCHEMA: i64 = 2;

/// The outcome of one notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// How the person was told.
    pub channel: Channel,
    /// Whether it was sent. Otherwise the last attempt failed, or it was given up after an hour of attempts.
    pub is_sent: bool,
    /// When.
    pub at: Timestamp,
}

impl Ledger {
    /// Takes in what became of a notice: of which call, of which kind, and to which recipient of the network file.
    /// One about a call that the ledger does not know, or has forgotten, is passed over. The same and older attempts change
    /// nothing.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub fn take_notice(&mut self, call: &CallSid, kind: &str, recipient: u32, notice: &Notice) -> Result<()> {
        self.connection
            .prepare_cached(
                // The first time it was sent counts, or else the last time it was not.
                "INSERT INTO notice SELECT ?1, ?2, ?3, ?4, ?5, ?6 \
                 WHERE EXISTS (SELECT 1 FROM call WHERE call = ?1) \
                 ON CONFLICT DO UPDATE SET way = excluded.way, sent = max(sent, excluded.sent), at = CASE \
                 WHEN sent = excluded.sent THEN iif(sent, min(at, excluded.at), max(at, excluded.at)) \
                 ELSE iif(sent, at, excluded.at) END",
            )?
            .execute(params![
                key(Some(call)),
                kind,
                recipient,
                notice.channel.code(),
                notice.is_sent,
                micros(notice.at)
            ])?;
        Ok(())
    }

    /// Notes how far a source was read that is read as a whole.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub fn note_cursor(&mut self, source: &str, state: &str) -> Result<()> {
        self.connection.execute("INSERT OR REPLACE INTO cursor VALUES (?, ?)", [source, state])?;
        Ok(())
    }

    /// The notices of a call, if it was one for help; the first one first.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn told_of(&self, call: &Call) -> Result<Vec<Notice>> {
        if call.help == Help::None { Ok(Vec::new()) } else { self.notices(call.id) }
    }

    /// The notices of a call, by its number in this ledger; the first one first.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn notices(&self, call: i64) -> Result<Vec<Notice>> {
        if self.schema < SCHEMA {
            return Ok(Vec::new());
        }
        let mut statement = self.connection.prepare_cached(
            "SELECT way, sent, at FROM notice WHERE call = (SELECT call FROM call WHERE id = ?) ORDER BY at, recipient",
        )?;
        let rows = statement.query_map([call], |row| {
            let channel = Channel::of_code(row.get(0)?);
            Ok(channel.map(|channel| (channel, row.get(1), row.get(2))))
        })?;
        let mut notices = Vec::new();
        for row in rows {
            let Some((channel, is_sent, at)) = row? else { continue };
            notices.push(Notice { channel, is_sent: is_sent?, at: time(at?) });
        }
        Ok(notices)
    }
}
