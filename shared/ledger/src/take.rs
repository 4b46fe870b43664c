//! Taking in what happened.

use std::ops::AddAssign;

use jiff::tz::TimeZone;
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use webhook::CallSid;

use crate::error::Result;
use crate::of_twilio::Leg;
use crate::open::{Ledger, micros, time};
use crate::phone::PhoneName;
use crate::record::{Proof, Record};
use crate::words::{Ending, What};

/// The outcome of taking in records.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// They were not in the ledger before.
    pub new: u64,
    /// They were.
    pub repeated: u64,
    /// They are older than what was forgotten.
    pub forgotten: u64,
}

impl AddAssign for Taken {
    fn add_assign(&mut self, other: Self) {
        self.new += other.new;
        self.repeated += other.repeated;
        self.forgotten += other.forgotten;
    }
}

impl Ledger {
    /// Takes records in, together with how far their source was read: either both are kept, or neither is.
    ///
    /// # Errors
    ///
    /// The file cannot be written. Nothing of it was kept.
    pub fn take(
        &mut self,
        records: impl IntoIterator<Item = Record>,
        cursor: Option<(&str, &str)>,
    ) -> Result<Taken> {
        let mut taken = Taken::default();
        let mut phones = std::mem::take(&mut self.phones);
        let zone = self.zone.clone();
        let transaction = self.connection.transaction()?;
        let barrier = Barrier::read(&transaction)?;
        for record in records {
            let phone = match phones.get(record.phone.as_str()) {
                Some(id) => *id,
                None => {
                    let id = phone_id(&transaction, &record.phone)?;
                    phones.insert(record.phone.as_str().into(), id);
                    id
                }
            };
            if barrier.is_before(phone, micros(record.at)) {
                taken.forgotten += 1;
            } else if take_one(&transaction, &record, phone, &zone)? {
                taken.new += 1;
            } else {
                taken.repeated += 1;
            }
        }
        if let Some((source, state)) = cursor {
            transaction.execute("INSERT OR REPLACE INTO cursor VALUES (?, ?)", [source, state])?;
        }
        transaction.commit()?;
        // Only what was committed is remembered.
        self.phones = phones;
        Ok(taken)
    }

    /// Takes in legs of Twilio's list of calls.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub fn take_legs(&mut self, legs: &[Leg]) -> Result<()> {
        let transaction = self.connection.transaction()?;
        let barrier = Barrier::read(&transaction)?;
        for leg in legs {
            let phone = phone_id(&transaction, &leg.phone)?;
            let began = micros(leg.began);
            if barrier.is_before(phone, began) {
                continue;
            }
            let call = leg.parent.as_ref().unwrap_or(&leg.sid);
            transaction
                .prepare_cached(
                    "INSERT INTO leg VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET \
                     seconds = coalesce(max(seconds, excluded.seconds), seconds, excluded.seconds), \
                     price = coalesce(max(price, excluded.price), price, excluded.price), \
                     country = coalesce(country, excluded.country)",
                )?
                .execute(params![
                    key(Some(&leg.sid)),
                    key(Some(call)),
                    leg.seconds,
                    leg.price_micros,
                    leg.country.map(|country| country.as_str().to_owned())
                ])?;
            // Twilio's own word counts only where no event says how the call ended: its key has no time.
            if leg.parent.is_none() {
                let seen = Seen {
                    at: began,
                    last: began,
                    events: 1,
                    way: leg.way.code(),
                    destination: leg.destination.code(),
                    ended_key: leg.ending.code(),
                    ..Seen::default()
                };
                seen.merge(&transaction, &key(Some(call)), phone)?;
            }
        }
        transaction.commit()?;
        Ok(())
    }

    /// Counts everything anew, in the ledger's zone.
    pub(crate) fn count_anew(&mut self) -> Result<()> {
        let zone = self.zone.clone();
        let transaction = self.connection.transaction()?;
        transaction.execute_batch("DELETE FROM hour_tally; DELETE FROM phone_day;")?;
        {
            let mut statement = transaction.prepare("SELECT at, phone, what, detail, proof FROM event")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let counted = Counted {
                    at: row.get(0)?,
                    phone: row.get(1)?,
                    what: row.get(2)?,
                    detail: row.get(3)?,
                    proof: row.get(4)?,
                };
                counted.count(&transaction, &zone)?;
            }
        }
        transaction.commit()?;
        Ok(())
    }
}

/// Before what times nothing is taken in.
pub(crate) struct Barrier {
    all: i64,
    phones: Vec<(i64, i64)>,
}

impl Barrier {
    pub(crate) fn read(connection: &Connection) -> Result<Self> {
        let mut statement = connection.prepare_cached("SELECT phone, before FROM forgotten")?;
        let rows = statement.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))?;
        let mut barrier = Self { all: i64::MIN, phones: Vec::new() };
        for row in rows {
            match row? {
                (0, before) => barrier.all = before,
                other => barrier.phones.push(other),
            }
        }
        Ok(barrier)
    }

    pub(crate) fn is_before(&self, phone: i64, at: i64) -> bool {
        at < self.all || self.phones.iter().any(|(id, before)| *id == phone && at < *before)
    }
}

/// The 16 bytes of a call's SID; none for no call.
pub(crate) fn key(call: Option<&CallSid>) -> Vec<u8> {
    let hex = call.and_then(|sid| sid.as_str().get(2..)).unwrap_or_default().as_bytes();
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    hex.chunks_exact(2)
        .filter_map(|pair| match pair {
            [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
            _ => None,
        })
        .collect()
}

/// The phone's number in the file, which it is given if it has none.
pub(crate) fn phone_id(connection: &Connection, name: &PhoneName) -> Result<i64> {
    let find = || -> rusqlite::Result<Option<i64>> {
        let mut statement = connection.prepare_cached("SELECT id FROM phone WHERE name = ?")?;
        statement.query_row([name.as_str()], |row| row.get(0)).optional()
    };
    if let Some(id) = find()? {
        return Ok(id);
    }
    connection.execute("INSERT INTO phone (name) VALUES (?)", [name.as_str()])?;
    Ok(connection.last_insert_rowid())
}

fn take_one(transaction: &Transaction<'_>, record: &Record, phone: i64, zone: &TimeZone) -> Result<bool> {
    let (at, call) = (micros(record.at), key(record.call.as_ref()));
    let counted = Counted {
        at,
        phone,
        what: record.what.code(),
        detail: record.detail(),
        proof: record.proof().code(),
    };
    let is_new = transaction
        .prepare_cached("INSERT OR IGNORE INTO event VALUES (?, ?, ?, ?, ?, ?)")?
        .execute(params![at, phone, counted.what, call, counted.detail, counted.proof])?
        > 0;
    if is_new {
        counted.count(transaction, zone)?;
    }
    if !call.is_empty() {
        let stamp = |is_there: bool, key: i64| if is_there { key } else { 0 };
        let error = record.error.map_or(0, |code| i64::from(code.value()));
        let seen = Seen {
            at,
            last: at,
            events: 1 << counted.what,
            way: record.way.code(),
            destination: record.what.destination().code(),
            seconds: record.seconds.filter(|_| record.what.is_end()),
            ended_key: stamp(record.ending != Ending::None, at << 4 | record.ending.code()),
            why_key: stamp(record.why.is_some(), at << 8 | counted.detail),
            error_key: stamp(error > 0, at.div_euclid(1_000_000) << 20 | error),
        };
        seen.merge(transaction, &call, phone)?;
    }
    Ok(is_new)
}

/// The facts that one event adds to a call's row.
#[derive(Default)]
struct Seen {
    at: i64,
    last: i64,
    events: i64,
    way: i64,
    destination: i64,
    seconds: Option<u32>,
    ended_key: i64,
    why_key: i64,
    error_key: i64,
}

impl Seen {
    fn merge(&self, transaction: &Transaction<'_>, call: &[u8], phone: i64) -> Result<()> {
        transaction
            .prepare_cached(
                "INSERT INTO call (call, phone, began, last, events, way, destination, seconds, ended_key, why_key, \
                 error_key) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT (call, phone) DO UPDATE SET \
                 began = min(began, excluded.began), last = max(last, excluded.last), \
                 events = events | excluded.events, way = max(way, excluded.way), \
                 destination = max(destination, excluded.destination), \
                 seconds = coalesce(max(seconds, excluded.seconds), seconds, excluded.seconds), \
                 ended_key = max(ended_key, excluded.ended_key), why_key = max(why_key, excluded.why_key), \
                 error_key = max(error_key, excluded.error_key)",
            )?
            .execute(params![
                call,
                phone,
                self.at,
                self.last,
                self.events,
                self.way,
                self.destination,
                self.seconds,
                self.ended_key,
                self.why_key,
                self.error_key
            ])?;
        Ok(())
    }
}

/// One event as it is counted.
struct Counted {
    at: i64,
    phone: i64,
    what: i64,
    detail: i64,
    proof: i64,
}

impl Counted {
    fn count(&self, transaction: &Transaction<'_>, zone: &TimeZone) -> Result<()> {
        let (day, hour) = day_and_hour(self.at, zone);
        // The end of a Dial is two events; one of them says how it ended, and is enough.
        if self.what != What::OutgoingCall.code() && self.what != What::IncomingCall.code() {
            transaction
                .prepare_cached(
                    "INSERT INTO hour_tally VALUES (?, ?, ?, 1) ON CONFLICT DO UPDATE SET n = n + 1",
                )?
                .execute([hour, self.what, self.detail])?;
        }
        let is = |truth: bool| i64::from(truth);
        let refused = is(self.what == What::Reject.code());
        let is_end = self.what == What::OutgoingEnded.code() || self.what == What::IncomingEnded.code();
        let failed = is(is_end && self.detail == Ending::Failed.code());
        let proofs =
            [Proof::Life, Proof::Death, Proof::PerhapsLife].map(|proof| is(proof.code() == self.proof));
        let [life, death, answered] = proofs;
        if life + death + answered + refused + failed > 0 {
            transaction
                .prepare_cached(
                    "INSERT INTO phone_day VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET \
                     life = life + excluded.life, death = death + excluded.death, \
                     answered = answered + excluded.answered, refused = refused + excluded.refused, \
                     failed = failed + excluded.failed",
                )?
                .execute([day, self.phone, life, death, answered, refused, failed])?;
        }
        Ok(())
    }
}

/// The day and the hour of a time, each counted since 1970, on the clocks of a zone.
pub(crate) fn day_and_hour(at: i64, zone: &TimeZone) -> (i64, i64) {
    let offset = i64::from(zone.to_offset(time(at)).seconds());
    let local = at.div_euclid(1_000_000) + offset;
    (local.div_euclid(86_400), local.div_euclid(3_600))
}
