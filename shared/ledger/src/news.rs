//! What is new about calls, for somebody who watches.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use crate::calls::{Call, Filter};
use crate::error::Result;
use crate::open::Ledger;

/// How many calls are watched for their end.
const WATCHED: usize = 500;

/// For how long, in hours: no call is longer (<https://www.twilio.com/docs/voice/twiml/dial#timelimit>).
const LONGEST: i64 = 24;

/// Calls as they begin and end.
#[derive(Debug)]
pub struct News {
    filter: Filter,
    told: HashMap<i64, Call>,
}

impl News {
    /// Of the calls that a filter lets through. These are known already.
    #[must_use]
    pub fn since(filter: &Filter, known: &[Call]) -> Self {
        let told = known.iter().map(|call| (call.id, call.clone())).collect();
        Self { filter: Filter { most: WATCHED, ..filter.clone() }, told }
    }

    /// What has begun, or become something else, since it was asked last; the earliest first.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn next(&mut self, ledger: &Ledger, now: Timestamp) -> Result<Vec<Call>> {
        let recent = now - SignedDuration::from_hours(LONGEST);
        let since = Some(self.filter.since.map_or(recent, |since| since.max(recent)));
        let mut calls = ledger.calls(&Filter { since, ..self.filter.clone() }, now)?;
        calls.reverse();
        calls.retain(|call| {
            self.told.get(&call.id).is_none_or(|known| {
                (known.ending, known.destination, known.why) != (call.ending, call.destination, call.why)
            })
        });
        self.told.extend(calls.iter().map(|call| (call.id, call.clone())));
        self.told.retain(|_, call| call.began >= recent);
        Ok(calls)
    }
}
