//! Chooses the changes that are next.

use crate::account::Account;
use crate::change::{Change, EmergencyMove, Phase};
use crate::plan::Plan;
use crate::registration::Registration;

/// The changes of the first phase in which something can be done. None: Twilio is not ready for what is left.
pub(crate) fn next<'p>(plan: &'p Plan, account: &Account) -> Vec<&'p Change> {
    let mut ready: Vec<_> = plan.changes.iter().filter(|change| !waits(change, account)).collect();
    place_by_place(&mut ready, plan, account);
    let is_waiting = ready.len() < plan.changes.len();
    // An address that a number is leaving is still in use.
    ready.retain(|change| !(is_waiting && change.phase() == Phase::RemoveAddresses));
    let Some(phase) = ready.first().map(|change| change.phase()) else { return Vec::new() };
    ready.retain(|change| change.phase() == phase);
    ready
}

/// Whether Twilio is not ready for a change: it takes an address off a number within half an hour.
fn waits(change: &Change, account: &Account) -> bool {
    let Change::Emergency(step) = change else { return false };
    step.to.is_some()
        && account.numbers.iter().any(|number| {
            number.sid == step.number_sid && Registration::of(number) == Registration::PendingUnregistration
        })
}

/// Leaves only the moves of one place among those that take a registered address off a number, so that never more than one
/// place is without one. The moves of numbers that have nothing to lose all stay.
fn place_by_place(ready: &mut Vec<&Change>, plan: &Plan, account: &Account) {
    let is_losing = |step: &EmergencyMove| step.status == Registration::Registered;
    let moves = || plan.changes.iter().filter_map(destination);
    let name_of = |sid: &str| {
        let address = account.addresses.iter().find(|address| address.sid == sid)?;
        Some(address.friendly_name.as_str())
    };
    let registering =
        account.numbers.iter().filter(|number| Registration::of(number) == Registration::PendingRegistration);
    let mut busy: Vec<&str> =
        registering.filter_map(|number| name_of(&number.emergency_address_sid)).collect();
    busy.extend(moves().filter(|(step, _)| !is_losing(step)).map(|(_, to)| to));
    busy.sort_unstable();
    busy.dedup();
    let allowed = match busy.as_slice() {
        [] => moves().find(|(step, _)| is_losing(step)).map(|(_, to)| to),
        [place] => Some(*place),
        _ => None,
    };
    ready.retain(|change| {
        destination(change).is_none_or(|(step, to)| !is_losing(step) || Some(to) == allowed)
    });
}

/// A number's move to an address, and that address's name in Twilio.
fn destination(change: &Change) -> Option<(&EmergencyMove, &str)> {
    let Change::Emergency(step) = change else { return None };
    Some((step, step.to.as_ref()?.friendly_name.as_str()))
}
