//! Forgetting.

use jiff::Timestamp;

use crate::error::Result;
use crate::open::{Ledger, micros, time};
use crate::phone::PhoneName;
use crate::take::{day_and_hour, phone_id};

impl Ledger {
    /// Forgets what happened before a time, of one phone or of all: rounded down to the beginning of the day in the
    /// ledger's zone, so that counts of days stay whole. What was forgotten is not taken in again.
    ///
    /// Gives the number of events that were deleted. Their bytes are overwritten, in the file and in its log.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub fn forget(&mut self, before: Timestamp, phone: Option<&PhoneName>) -> Result<usize> {
        let before = self.start_of_day(before);
        let cut = micros(before);
        let (day, hour) = day_and_hour(cut, &self.zone);
        let transaction = self.connection.transaction()?;
        let id = phone.map(|phone| phone_id(&transaction, phone)).transpose()?.unwrap_or_default();
        transaction.execute(
            "INSERT INTO forgotten VALUES (?, ?) ON CONFLICT DO UPDATE SET before = max(before, excluded.before)",
            [id, cut],
        )?;
        let whose = if phone.is_some() { "phone = ?2" } else { "?2 = 0" };
        let deleted =
            transaction.execute(&format!("DELETE FROM event WHERE at < ?1 AND {whose}"), [cut, id])?;
        // A call that goes on past the limit is kept whole.
        transaction.execute(&format!("DELETE FROM call WHERE last < ?1 AND {whose}"), [cut, id])?;
        transaction.execute("DELETE FROM leg WHERE call NOT IN (SELECT call FROM call)", [])?;
        transaction.execute("DELETE FROM notice WHERE call NOT IN (SELECT call FROM call)", [])?;
        transaction.execute(&format!("DELETE FROM registration WHERE seen < ?1 AND {whose}"), [cut, id])?;
        transaction.execute(&format!("DELETE FROM phone_day WHERE day < ?1 AND {whose}"), [day, id])?;
        if phone.is_none() {
            transaction.execute("DELETE FROM hour_tally WHERE hour < ?", [hour])?;
        }
        transaction.commit()?;
        if phone.is_some() && deleted > 0 {
            // The counts of hours do not know phones.
            self.count_anew()?;
        }
        self.connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE);")?;
        Ok(deleted)
    }

    /// The time before which everything has been forgotten.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn forgotten_before(&self) -> Result<Option<Timestamp>> {
        let sql = "SELECT max(before) FROM forgotten WHERE phone = 0";
        let found: Option<i64> = self.connection.query_row(sql, [], |row| row.get(0))?;
        Ok(found.map(time))
    }

    /// The beginning of the day of a time, on the clocks of the ledger's zone.
    #[must_use]
    pub fn start_of_day(&self, at: Timestamp) -> Timestamp {
        at.to_zoned(self.zone.clone()).start_of_day().map_or(at, |start| start.timestamp())
    }
}
