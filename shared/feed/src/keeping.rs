//! For how long the ledger keeps what happened.

use jiff::{SignedDuration, Timestamp};
use ledger::Ledger;

/// Forgets what is more than so many days old. Asked again on the same day, it does nothing.
///
/// # Errors
///
/// The ledger cannot be written.
pub fn retain(ledger: &mut Ledger, days: i64, now: Timestamp) -> ledger::Result<()> {
    let limit = ledger.start_of_day(now - SignedDuration::from_hours(24 * days));
    if ledger.forgotten_before()?.is_none_or(|done| done < limit) {
        ledger.forget(limit, None)?;
    }
    Ok(())
}
