//! When phones were seen to be registered.
//!
//! Only what was seen is kept. That a registrar names no place of a phone is no proof of death: whether Twilio's registrar tells at all has
//! not been tried (docs/decisions.md).

use jiff::Timestamp;
use rusqlite::params;

use crate::error::Result;
use crate::open::{Ledger, micros};
use crate::phone::PhoneName;
use crate::take::{Barrier, phone_id};

/// The version of the schema that has them.
const SCHEMA: i64 = 3;

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

impl Ledger {
    /// Notes that a registrar said of these phones that they are registered. The same again changes nothing, in any order.
    ///
    /// # Errors
    ///
    /// The file cannot be written. Nothing of it was kept.
    pub fn take_registrations(&mut self, phones: &[PhoneName], at: Timestamp) -> Result<()> {
        let transaction = self.connection.transaction()?;
        let barrier = Barrier::read(&transaction)?;
        let seen = micros(at);
        for phone in phones.iter().filter(|phone| phone.is_known()) {
            let id = phone_id(&transaction, phone)?;
            if !barrier.is_before(id, seen) {
                transaction
                    .prepare_cached(
                        "INSERT INTO registration VALUES (?, ?, ?) \
                         ON CONFLICT DO UPDATE SET seen = max(seen, excluded.seen)",
                    )?
                    .execute(params![id, seen.div_euclid(DAY), seen])?;
            }
        }
        transaction.commit()?;
        Ok(())
    }

    /// When it was last seen to be registered, before a time.
    pub(crate) fn last_registration_of(&self, phone: i64, end: i64) -> Result<Option<i64>> {
        if self.schema < SCHEMA {
            return Ok(None);
        }
        let sql = "SELECT max(seen) FROM registration WHERE phone = ? AND seen < ?";
        Ok(self.connection.prepare_cached(sql)?.query_row([phone, end], |row| row.get(0))?)
    }

    /// Every phone, and when it was seen to be registered in a stretch of time.
    pub(crate) fn registrations(&self, from: i64, to: i64) -> Result<Vec<(PhoneName, i64)>> {
        if self.schema < SCHEMA {
            return Ok(Vec::new());
        }
        let mut statement = self.connection.prepare_cached(
            "SELECT p.name, r.seen FROM registration r JOIN phone p ON p.id = r.phone WHERE r.seen >= ? AND r.seen < ?",
        )?;
        let rows = statement.query_map([from, to], |row| {
            Ok((PhoneName::of_event(row.get_ref(0)?.as_str().unwrap_or_default()), row.get(1)?))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
