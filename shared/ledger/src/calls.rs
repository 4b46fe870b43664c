//! Calls and happenings, read back.

use jiff::Timestamp;
use rusqlite::types::Value;
use rusqlite::{Row, params_from_iter};
use webhook::ErrorCode;

use crate::error::Result;
use crate::open::{Ledger, micros, time};
use crate::phone::PhoneName;
use crate::record::Record;
use crate::words::{Destination, Ending, Help, Way, What, Why};

/// A call, seen from a phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Its number in this ledger, which says nothing elsewhere.
    pub id: i64,
    /// The phone.
    pub phone: PhoneName,
    /// When the first thing happened in it.
    pub began: Timestamp,
    /// When the last thing happened in it.
    pub last: Timestamp,
    /// The direction.
    pub way: Way,
    /// Where it goes.
    pub destination: Destination,
    /// The country of the number that was dialled (ISO 3166), where Twilio's list says so.
    pub country: Option<String>,
    /// How it ended.
    pub ending: Ending,
    /// Why it was refused, if it was at some time.
    pub why: Option<Why>,
    /// Twilio's error code.
    pub error: Option<u32>,
    /// For how long the parties talked, in seconds.
    pub seconds: Option<u32>,
    /// The price, in millionths of the account's currency, where Twilio's list says so.
    pub price_micros: Option<i64>,
    /// Its relation to help.
    pub help: Help,
    /// Whether only Twilio knows of it: its webhook never reached Dialtone.
    pub is_unheard: bool,
}

/// A selection of calls.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Calls of this phone only.
    pub phone: Option<PhoneName>,
    /// Calls that began at this time or later.
    pub since: Option<Timestamp>,
    /// Calls that began before this time.
    pub until: Option<Timestamp>,
    /// Calls that ended so.
    pub ending: Option<Ending>,
    /// Calls that were refused for this reason.
    pub why: Option<Why>,
    /// Calls that could not be placed.
    pub failed: bool,
    /// Calls that were refused.
    pub refused: bool,
    /// Calls for help, drills, and what became of them.
    pub help: bool,
    /// How many at most, the latest first.
    pub most: usize,
    /// Only those behind this one, for the next page: when it began, and its number.
    pub behind: Option<(Timestamp, i64)>,
}

/// Something that happened, for a list of the latest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happening {
    /// When.
    pub at: Timestamp,
    /// To which phone.
    pub phone: PhoneName,
    /// The event.
    pub what: What,
    /// How a call ended.
    pub ending: Option<Ending>,
    /// Why it was refused.
    pub why: Option<Why>,
    /// Twilio's error code.
    pub error: Option<u32>,
}

impl From<Record> for Happening {
    fn from(record: Record) -> Self {
        let Record { at, phone, what, ending, why, error, .. } = record;
        let ending = (ending != Ending::None).then_some(ending);
        Self { at, phone, what, ending, why, error: error.map(ErrorCode::value) }
    }
}

const COLUMNS: &str = "c.id, p.name, c.began, c.last, c.way, c.destination, c.ending, c.why, c.error, c.seconds, c.help, \
     c.events = 1, (SELECT max(country) FROM leg WHERE leg.call = c.call), \
     (SELECT sum(price) FROM leg WHERE leg.call = c.call), (SELECT max(seconds) FROM leg WHERE leg.call = c.call)";

impl Ledger {
    /// Calls, the latest first. Calls that began in the future of `now` were written by a clock that ran ahead, and are
    /// left out.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn calls(&self, filter: &Filter, now: Timestamp) -> Result<Vec<Call>> {
        let mut terms = vec!["c.is_listed".to_owned(), "c.began < ?".to_owned()];
        let mut values: Vec<Value> = vec![Value::Integer(micros(now) + SLACK)];
        let mut add = |term: &str, value: i64| {
            terms.push(term.to_owned());
            values.push(Value::Integer(value));
        };
        if let Some(phone) = &filter.phone {
            let Some(id) = self.phone_id(phone.as_str())? else { return Ok(Vec::new()) };
            add("c.phone = ?", id);
        }
        if let Some(since) = filter.since {
            add("c.began >= ?", micros(since));
        }
        if let Some(until) = filter.until {
            add("c.began < ?", micros(until));
        }
        if let Some(ending) = filter.ending {
            add("c.ending = ?", ending.code());
        }
        if let Some(why) = filter.why {
            // SQLite uses the partial index only where its condition stands in the query.
            add("c.why > 0 AND c.why = ?", why.code());
        }
        if let Some((began, id)) = filter.behind {
            terms.push("(c.began, c.id) < (?, ?)".to_owned());
            values.extend([Value::Integer(micros(began)), Value::Integer(id)]);
        }
        if filter.refused {
            terms.push("c.why > 0".to_owned());
        }
        if filter.failed {
            terms.push(format!("c.ending IN ({}, {})", Ending::Failed.code(), Ending::Unknown.code()));
        }
        if filter.help {
            terms.push("c.help > 0".to_owned());
        }
        values.push(Value::Integer(i64::try_from(filter.most).unwrap_or(i64::MAX)));
        let sql = format!(
            "SELECT {COLUMNS} FROM call c JOIN phone p ON p.id = c.phone WHERE {} ORDER BY c.began DESC, c.id DESC LIMIT ?",
            terms.join(" AND ")
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let calls = statement.query_map(params_from_iter(values), call)?;
        Ok(calls.collect::<rusqlite::Result<_>>()?)
    }

    /// Calls that were placed and have not ended, the latest first. One that began more than `longest` seconds ago has
    /// ended, though nobody said so.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn under_way(&self, now: Timestamp, longest: u32, most: usize) -> Result<Vec<Call>> {
        let start = micros(now) - i64::from(longest) * 1_000_000;
        let sql = format!(
            "SELECT {COLUMNS} FROM call c JOIN phone p ON p.id = c.phone WHERE c.is_listed AND c.ending = 0 \
             AND c.began >= ? AND c.began < ? AND (c.destination > 0 OR c.way = 2) ORDER BY c.began DESC LIMIT ?"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let calls = statement.query_map([start, micros(now) + SLACK, most], call)?;
        Ok(calls.collect::<rusqlite::Result<_>>()?)
    }

    /// The latest events, the latest first. The two that only say that a Dial has ended are left out: a third says how.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn latest(&self, now: Timestamp, most: usize) -> Result<Vec<Happening>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT e.at, p.name, e.what, e.detail FROM event e JOIN phone p ON p.id = e.phone \
             WHERE e.at < ? AND e.what NOT IN (9, 11, 18) ORDER BY e.at DESC LIMIT ?",
        )?;
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let rows = statement.query_map([micros(now) + SLACK, most], happening)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The errors of a phone since a time, each code with how often it came and when last, the most frequent first.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn errors_of(&self, phone: &PhoneName, since: Timestamp) -> Result<Vec<(u32, u64, Timestamp)>> {
        let Some(id) = self.phone_id(phone.as_str())? else { return Ok(Vec::new()) };
        // Twilio's debugger and the end of the call report the same error; the larger count is the truth.
        let mut statement = self.connection.prepare_cached(
            "SELECT detail, max(n), max(at) FROM (SELECT detail, what, count(*) AS n, max(at) AS at FROM event \
             WHERE phone = ? AND at >= ? AND what IN (13, 14) GROUP BY detail, what) GROUP BY detail ORDER BY 2 DESC, 1",
        )?;
        let rows = statement.query_map([id, micros(since)], |row| {
            Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs(), time(row.get(2)?)))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

/// How far ahead another machine's clock may be, in microseconds.
pub(crate) const SLACK: i64 = 5 * 60 * 1_000_000;

fn call(row: &Row<'_>) -> rusqlite::Result<Call> {
    let seconds: Option<u32> = row.get(9)?;
    Ok(Call {
        id: row.get(0)?,
        phone: PhoneName::of_event(&row.get::<_, String>(1)?),
        began: time(row.get(2)?),
        last: time(row.get(3)?),
        way: Way::of_code(row.get(4)?).unwrap_or(Way::Unknown),
        destination: Destination::of_code(row.get(5)?).unwrap_or(Destination::Unknown),
        ending: Ending::of_code(row.get(6)?).unwrap_or(Ending::Unknown),
        why: Why::of_code(row.get(7)?),
        error: Some(row.get(8)?).filter(|code| *code > 0),
        seconds: seconds.or(row.get(14)?),
        help: Help::of_code(row.get(10)?).unwrap_or(Help::None),
        is_unheard: row.get(11)?,
        country: row.get(12)?,
        price_micros: row.get(13)?,
    })
}

fn happening(row: &Row<'_>) -> rusqlite::Result<Happening> {
    let what = What::of_code(row.get(2)?).unwrap_or(What::Other);
    let detail: i64 = row.get(3)?;
    Ok(Happening {
        at: time(row.get(0)?),
        phone: PhoneName::of_event(&row.get::<_, String>(1)?),
        what,
        ending: Ending::of_code(detail).filter(|_| what.is_end()),
        why: Why::of_code(detail).filter(|_| matches!(what, What::Reject | What::EmergencyRefused)),
        error: u32::try_from(detail).ok().filter(|_| what.is_error()),
    })
}
