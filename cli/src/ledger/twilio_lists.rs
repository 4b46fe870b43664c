//! Reading Twilio's lists of calls and alerts into the ledger.

use jiff::{SignedDuration, Timestamp};
use ledger::{Ledger, of_alerts, of_calls};

use super::failure;
use crate::exit::{Failure, Result};
use crate::setup::Connection;

/// The cursor's name: the time up to which the lists were read.
const CURSOR: &str = "twilio";

/// How far back the first reading goes, in days: Twilio keeps alerts for 30.
const FIRST: i64 = 30;

/// How far each later reading goes back behind the one before, in days: a call's price comes hours after its end.
const AGAIN: i64 = 2;

/// How many calls are read at most: Twilio lists the latest first, a thousand a page.
const MOST_CALLS: usize = 100_000;

/// How many alerts of each level Twilio lists at most.
const MOST_ALERTS: usize = 10_000;

/// Asks Twilio for what happened since the last time.
pub(super) fn read(ledger: &mut Ledger, connection: &Connection) -> Result<()> {
    let session = connection.open()?;
    let now = Timestamp::now();
    let known: Option<Timestamp> =
        ledger.cursor(CURSOR).map_err(failure)?.and_then(|cursor| cursor.parse().ok());
    let days = |days| SignedDuration::from_hours(24 * days);
    let since = known.map_or(now - days(FIRST), |known| (known - days(AGAIN)).max(now - days(FIRST)));
    let day = since.strftime("%Y-%m-%d").to_string();
    let calls = session.client.calls(&day, MOST_CALLS).map_err(Failure::other_side)?;
    let (legs, mut records) = of_calls(&calls, &session.network);
    for level in ["error", "warning"] {
        let alerts = session.client.alerts(level, &day, MOST_ALERTS).map_err(Failure::other_side)?;
        records.extend(of_alerts(&alerts, &session.network));
    }
    ledger.take_legs(&legs).map_err(failure)?;
    // The cursor moves last: what failed before is asked for again.
    ledger.take(records, Some((CURSOR, &now.to_string()))).map_err(failure)?;
    Ok(())
}
