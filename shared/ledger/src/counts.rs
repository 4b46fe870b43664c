//! Counts by day and by hour.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use crate::error::Result;
use crate::open::{Ledger, micros};
use crate::phone::PhoneName;
use crate::take::day_and_hour;
use crate::words::{Ending, What, Why};

/// The counts of a phone on one day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Day {
    /// How often it asked for a call.
    pub called: u32,
    /// How often calls to it were answered, by it or by a phone that shares its number.
    pub answered: u32,
    /// Whether it was seen to be registered.
    pub registered: bool,
    /// How often it could not be reached.
    pub missed: u32,
    /// How often it was refused a call.
    pub refused: u32,
    /// How often a call failed.
    pub failed: u32,
}

/// How often something happened in an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// The hour, counted since 1970 on the clocks of the ledger's zone.
    pub hour: i64,
    /// The event: [`What::Reject`], [`What::OutgoingEnded`] and the like.
    pub what: What,
    /// How a call ended, for ends.
    pub ending: Option<Ending>,
    /// Why it was refused, for refusals.
    pub why: Option<Why>,
    /// How often.
    pub n: u32,
}

impl Ledger {
    /// The day and the hour of a time, each counted since 1970 on the clocks of the ledger's zone.
    #[must_use]
    pub fn day_and_hour(&self, at: Timestamp) -> (i64, i64) {
        day_and_hour(micros(at), &self.zone)
    }

    /// The last days of every phone, the oldest first; `days` of them, of which the last one is that of `now`.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn days(&self, now: Timestamp, days: usize) -> Result<HashMap<PhoneName, Vec<Day>>> {
        let count = i64::try_from(days).unwrap_or_default();
        let first = self.day_and_hour(now).0 - count + 1;
        let mut statement = self.connection.prepare_cached(
            "SELECT p.name, d.day, d.life, d.answered, d.death, d.refused, d.failed FROM phone_day d \
             JOIN phone p ON p.id = d.phone WHERE d.day >= ? AND d.day < ?",
        )?;
        let mut rows = statement.query([first, first + count])?;
        let mut all: HashMap<PhoneName, Vec<Day>> = HashMap::new();
        while let Some(row) = rows.next()? {
            let phone = PhoneName::of_event(row.get_ref(0)?.as_str().unwrap_or_default());
            let place = usize::try_from(row.get::<_, i64>(1)? - first).unwrap_or_default();
            let of_phone = all.entry(phone).or_insert_with(|| vec![Day::default(); days]);
            if let Some(day) = of_phone.get_mut(place) {
                *day = Day {
                    called: row.get(2)?,
                    answered: row.get(3)?,
                    missed: row.get(4)?,
                    refused: row.get(5)?,
                    failed: row.get(6)?,
                    registered: false,
                };
            }
        }
        let begin = self.start_of_day(now - SignedDuration::from_hours(24 * count));
        for (phone, seen) in self.registrations(micros(begin), i64::MAX)? {
            let place = usize::try_from(day_and_hour(seen, &self.zone).0 - first);
            let of_phone = all.entry(phone).or_insert_with(|| vec![Day::default(); days]);
            if let Some(day) = place.ok().and_then(|place| of_phone.get_mut(place)) {
                day.registered = true;
            }
        }
        Ok(all)
    }

    /// Refusals and ends of calls by the hour, from one hour to another, both included.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn counts(&self, from: i64, to: i64) -> Result<Vec<Count>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT hour, what, detail, n FROM hour_tally WHERE hour BETWEEN ? AND ? AND what IN (7, 10, 12)",
        )?;
        let rows = statement.query_map([from, to], |row| {
            let what = What::of_code(row.get(1)?).unwrap_or(What::Other);
            let detail: i64 = row.get(2)?;
            Ok(Count {
                hour: row.get(0)?,
                what,
                ending: Ending::of_code(detail).filter(|_| what.is_end()),
                why: Why::of_code(detail).filter(|_| what == What::Reject),
                n: row.get(3)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// How many calls each phone has had since a time.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn calls_since(&self, since: Timestamp, now: Timestamp) -> Result<HashMap<PhoneName, u32>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT p.name, n FROM (SELECT phone, count(*) AS n FROM call WHERE is_listed AND began >= ? AND began < ? \
             GROUP BY phone) JOIN phone p ON p.id = phone",
        )?;
        let end = micros(now) + crate::calls::SLACK;
        let rows = statement.query_map([micros(since), end], |row| {
            Ok((PhoneName::of_event(&row.get::<_, String>(0)?), row.get(1)?))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
