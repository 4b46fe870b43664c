//! The health of phones: proof of life and proof of death, each with its age.

use jiff::{SignedDuration, Timestamp};
use rusqlite::OptionalExtension;

use crate::calls::SLACK;
use crate::error::Result;
use crate::open::{Ledger, micros, time};
use crate::phone::PhoneName;

/// After how many failed attempts in a row a phone counts as unreachable. Assumed: a phone that lost its registration
/// for a moment is missed once or twice.
const MISSES: usize = 3;

/// Failures that are closer together belong to one attempt, in microseconds: Twilio reports one for each contact of the
/// phone and again in its debugger, and Dialtone rings once more after five seconds.
const ONE_ATTEMPT: i64 = 60 * 1_000_000;

/// For how long a sign of life is believed, in hours: a week. Assumed: a public telephone that nobody has lifted for
/// longer is worth a look.
const FRESH: i64 = 7 * 24;

/// How many answered calls are looked at to find one that this phone alone can have answered.
const ANSWERS: usize = 20;

/// A phone's proofs of life and death, and what they amount to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// The phone.
    pub phone: PhoneName,
    /// The last proof of life.
    pub life: Option<Sign<Life>>,
    /// The last proof of death.
    pub death: Option<Sign<Death>>,
    /// How many attempts to reach it have failed since the last proof of life; no more than three are counted.
    pub misses: usize,
    /// The state that follows.
    pub state: State,
}

/// A proof, and when it was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sign<T> {
    /// When.
    pub at: Timestamp,
    /// The proof.
    pub proof: T,
}

/// A proof of life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    /// It called.
    Called,
    /// It answered.
    Answered,
    /// A registrar said that it is registered.
    Registered,
}

/// A proof of death: Twilio's error code, 32009, 32011 or 32022.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Death(pub u32);

/// The state of a phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// It could not be reached, several times in a row.
    Unreachable,
    /// It was missed once or twice, or has not been heard for long.
    Doubtful,
    /// Nothing was ever heard of it.
    NeverSeen,
    /// It was heard of, and has not been missed since.
    Alive,
}

impl State {
    /// The word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Alive => "alive",
            Self::Doubtful => "doubtful",
            Self::Unreachable => "unreachable",
            Self::NeverSeen => "never seen",
        }
    }

    fn of(life: Option<Timestamp>, misses: usize, now: Timestamp) -> Self {
        let is_fresh = life.is_some_and(|at| now.duration_since(at) <= SignedDuration::from_hours(FRESH));
        match (life, misses) {
            (_, MISSES..) => Self::Unreachable,
            (None, 0) => Self::NeverSeen,
            (Some(_), 0) if is_fresh => Self::Alive,
            _ => Self::Doubtful,
        }
    }
}

impl Ledger {
    /// The health of a phone.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn health(&self, phone: &PhoneName, now: Timestamp) -> Result<Health> {
        let mut health =
            Health { phone: phone.clone(), life: None, death: None, misses: 0, state: State::NeverSeen };
        let Some(id) = self.phone_id(phone.as_str())? else { return Ok(health) };
        let end = micros(now) + SLACK;
        let called = self.last_call_of(id, end)?.map(|at| Sign { at: time(at), proof: Life::Called });
        let answered = self.last_answer_of(id, end)?.map(|at| Sign { at: time(at), proof: Life::Answered });
        let registered =
            self.last_registration_of(id, end)?.map(|at| Sign { at: time(at), proof: Life::Registered });
        health.life = called.into_iter().chain(answered).chain(registered).max_by_key(|sign| sign.at);
        health.death = self.last_death_of(id, end)?;
        health.misses = self.misses_of(id, health.life.map_or(i64::MIN, |sign| micros(sign.at)), end)?;
        health.state = State::of(health.life.map(|sign| sign.at), health.misses, now);
        Ok(health)
    }

    // `proof > 0` is said beside `proof = 1`, because SQLite uses a partial index only where its condition stands in the
    // query.
    fn last_call_of(&self, phone: i64, end: i64) -> Result<Option<i64>> {
        let sql = "SELECT max(at) FROM event WHERE phone = ? AND proof > 0 AND proof = 1 AND at < ?";
        Ok(self.connection.prepare_cached(sql)?.query_row([phone, end], |row| row.get(0))?)
    }

    /// When it last answered a call that rang no other phone.
    fn last_answer_of(&self, phone: i64, end: i64) -> Result<Option<i64>> {
        let sql = "SELECT last, (SELECT count(*) FROM call d WHERE d.call = c.call AND d.way = 2) FROM call c \
                   WHERE c.phone = ? AND c.way = 2 AND c.ending IN (3, 6) AND c.last < ? ORDER BY c.last DESC LIMIT ?";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([phone, end, i64::try_from(ANSWERS).unwrap_or_default()])?;
        while let Some(row) = rows.next()? {
            if row.get::<_, i64>(1)? == 1 {
                return Ok(row.get(0)?);
            }
        }
        Ok(None)
    }

    fn last_death_of(&self, phone: i64, end: i64) -> Result<Option<Sign<Death>>> {
        let sql = "SELECT at, detail FROM event WHERE phone = ? AND proof > 0 AND proof = 2 AND at < ? ORDER BY at DESC LIMIT 1";
        let found = self
            .connection
            .prepare_cached(sql)?
            .query_row([phone, end], |row| Ok(Sign { at: time(row.get(0)?), proof: Death(row.get(1)?) }));
        Ok(found.optional()?)
    }

    fn misses_of(&self, phone: i64, since: i64, end: i64) -> Result<usize> {
        let sql = "SELECT at FROM event WHERE phone = ? AND proof > 0 AND proof = 2 AND at > ? AND at < ? ORDER BY at";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([phone, since, end])?;
        let (mut misses, mut latest) = (0, None);
        while let Some(row) = rows.next()? {
            let at: i64 = row.get(0)?;
            if latest.is_none_or(|latest| at - latest > ONE_ATTEMPT) {
                (misses, latest) = (misses + 1, Some(at));
            }
            if misses == MISSES {
                break;
            }
        }
        Ok(misses)
    }

    /// Every phone that the ledger has heard of, by name.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn phones(&self) -> Result<Vec<PhoneName>> {
        let mut statement = self.connection.prepare_cached("SELECT name FROM phone ORDER BY name")?;
        let names = statement.query_map([], |row| Ok(PhoneName::of_event(&row.get::<_, String>(0)?)))?;
        Ok(names.collect::<rusqlite::Result<_>>()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misses_make_it_unreachable_and_one_hit_alive() {
        let now: Timestamp = "2026-11-27T12:00:00Z".parse().unwrap();
        let hours_ago = |hours| Some(now - SignedDuration::from_hours(hours));
        for (life, misses, expected) in [
            (None, 0, State::NeverSeen),
            (None, 1, State::Doubtful),
            (None, 3, State::Unreachable),
            (hours_ago(1), 0, State::Alive),
            (hours_ago(1), 1, State::Doubtful),
            (hours_ago(1), 2, State::Doubtful),
            (hours_ago(1), 3, State::Unreachable),
            (hours_ago(168), 0, State::Alive),
            (hours_ago(169), 0, State::Doubtful),
        ] {
            assert_eq!(State::of(life, misses, now), expected, "{life:?} {misses}");
        }
    }
}
