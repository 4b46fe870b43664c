//! The difference between the account and what is wanted of it.

mod domain;
mod emergency;
mod lists;
mod numbers;
mod permissions;

pub(crate) use self::emergency::unregistered;
use crate::account::Account;
use crate::graph::only;
use crate::index::Index;
use crate::keyring::Keyring;
use crate::plan::Plan;
use crate::restore;
use crate::wishes::Wishes;

/// The changes from an account as it is to what is wanted. Pure: it asks nothing and changes nothing.
#[must_use]
pub fn difference(wishes: &Wishes, account: &Account, keyring: &dyn Keyring) -> Plan {
    let mut plan = Plan::default();
    let index = Index::new(wishes, account);
    if let Some(obstacle) = domain::obstacle(wishes, account) {
        // Nothing is begun that cannot become whole.
        plan.obstacles.push(obstacle);
        return plan;
    }
    let obstacles = numbers::obstacles(&index);
    if !obstacles.is_empty() {
        plan.obstacles = obstacles;
        return plan;
    }
    let kept = lists::compare(wishes, account, keyring, &mut plan);
    domain::compare(wishes, account, &kept, &mut plan);
    numbers::compare(&index, &mut plan);
    emergency::compare(&index, &mut plan);
    permissions::compare(wishes, account, &mut plan);
    restore::amend(wishes, account, keyring, &mut plan);
    if wishes.domain.is_some() {
        plan.notes.extend(keyring.notes(&wishes.users));
    }
    let mut plan = plan.sorted();
    only(&mut plan, wishes);
    plan
}
