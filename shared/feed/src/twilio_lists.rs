//! Twilio's lists of calls and alerts.

use jiff::{SignedDuration, Timestamp};
use ledger::{Ledger, of_alerts, of_calls};
use network::Network;
use twilio::Client;

use crate::error::Result;

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

/// Asks Twilio for what happened since the last time: countries, prices, and calls that never reached Dialtone.
///
/// # Errors
///
/// Twilio does not answer, or the ledger cannot be written. Then the same is asked for next time.
pub fn read_lists(ledger: &mut Ledger, client: &Client, network: &Network, now: Timestamp) -> Result<()> {
    let known: Option<Timestamp> = ledger.cursor(CURSOR)?.and_then(|cursor| cursor.parse().ok());
    let days = |days| SignedDuration::from_hours(24 * days);
    let since = known.map_or(now - days(FIRST), |known| (known - days(AGAIN)).max(now - days(FIRST)));
    let day = since.strftime("%Y-%m-%d").to_string();
    let calls = client.calls(&day, MOST_CALLS)?;
    let (legs, mut records) = of_calls(&calls, network);
    for level in ["error", "warning"] {
        let alerts = client.alerts(level, &day, MOST_ALERTS)?;
        records.extend(of_alerts(&alerts, network));
    }
    ledger.take_legs(&legs)?;
    // The cursor moves last: what failed before is asked for again.
    // Whole seconds: with their fraction they would look like a telephone number.
    ledger.take(records, Some((CURSOR, &now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())))?;
    Ok(())
}
