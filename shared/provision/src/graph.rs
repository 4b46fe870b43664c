//! The graph of changes that need others. A change that failed holds back what needs it, and nothing else.

use std::collections::HashSet;

use crate::change::{Change, EmergencyMove};
use crate::plan::{Acquisition, Plan};
use crate::wishes::Wishes;

/// A thing that one change gives and another needs.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Thing {
    /// The address of this friendly name.
    Address(String),
    /// The credential list of this name.
    List(String),
    /// A list without the credential of this name, in small letters.
    Vacant(String),
    /// The credential of this phone.
    Credential(String),
    /// The credentials of all phones.
    AllCredentials,
    /// The names of today of what the stage had under another name. The domain and the numbers get theirs last: by them the
    /// next run knows what else is to be renamed.
    Renamed,
    /// The SIP domain, set up.
    Domain,
    /// The SIP domain, where it was not there.
    NewDomain,
    /// The domain's gates, open for all lists.
    Gates,
    /// No gate is open for the list of this name.
    Unmapped(String),
    /// No former SIP domain uses the lists.
    NoFormerDomain,
    /// The number (`PN…`) has no address.
    NoAddress(String),
    /// No number is at the address (`AD…`).
    Unused(String),
}

/// Takes out of a plan what failed before and what needs it. Returns the changes that are held back.
///
/// Changes are in the order of their phases, so whatever a change needs comes before it.
pub(crate) fn hold(plan: &mut Plan, has_failed: impl Fn(&Change) -> bool) -> Vec<Change> {
    let (mut missing, mut addresses) = (HashSet::new(), HashSet::new());
    let mut held = Vec::new();
    let mut free = Vec::new();
    for change in std::mem::take(&mut plan.changes) {
        if has_failed(&change) || needs_any(&change, &missing) {
            missing.extend(gives(&change));
            if let Change::CreateAddress { address, .. } = &change {
                addresses.insert(address.name.clone());
            }
            held.push(change);
        } else {
            free.push(change);
        }
    }
    plan.changes = free;
    // A number that is bought costs money, so it is not bought for an address that Twilio refuses.
    plan.acquisitions.retain(|acquisition| match acquisition {
        Acquisition::Buy(purchase) => {
            purchase.address.as_ref().is_none_or(|address| !addresses.contains(address))
        }
        Acquisition::Record { .. } => true,
    });
    held
}

/// Limits a plan to the phones that the wishes name, and to what those need. What can be left is left, and said.
pub(crate) fn only(plan: &mut Plan, wishes: &Wishes) {
    if wishes.only.is_empty() {
        return;
    }
    let changes = std::mem::take(&mut plan.changes);
    let mut needed = HashSet::new();
    let mut is_kept = vec![false; changes.len()];
    // What is needed may need more, before it and after it.
    loop {
        let mut has_grown = false;
        for (change, is_kept) in changes.iter().zip(&mut is_kept) {
            let is_needed = || gives(change).iter().any(|thing| needed.contains(thing));
            if !*is_kept && (wishes.concerns(&phones_of(change)) || is_needed()) {
                (*is_kept, has_grown) = (true, true);
                needed.extend(needs(change));
            }
        }
        if !has_grown {
            break;
        }
    }
    let mut left = Vec::new();
    for (change, is_kept) in changes.into_iter().zip(is_kept) {
        if is_kept {
            plan.changes.push(change);
        } else {
            left.push(change.summary());
        }
    }
    let is_asked_for = |one: &Acquisition| wishes.only.iter().any(|phone| phone == one.phone());
    let others = plan.acquisitions.iter().filter(|one| !is_asked_for(one));
    left.extend(others.map(Acquisition::summary));
    plan.acquisitions.retain(is_asked_for);
    plan.left = left;
}

/// The phones that a change is about.
fn phones_of(change: &Change) -> Vec<String> {
    match change {
        Change::CreateCredential { user, .. } | Change::SetPassword { user, .. } => vec![user.clone()],
        _ => change.summary().phones,
    }
}

/// The things that a change for one phone needs. The settings of a SIP domain that is there already are everybody's.
fn needs(change: &Change) -> Vec<Thing> {
    match change {
        Change::CreateCredential { list, list_sid, user } => {
            let list = list_sid.is_none().then(|| Thing::List(list.clone()));
            let gates = [Thing::NewDomain, Thing::Gates, Thing::Vacant(user.to_lowercase())];
            list.into_iter().chain(gates).collect()
        }
        Change::Emergency(EmergencyMove { to: Some(to), .. }) if to.sid.is_none() => {
            vec![Thing::Address(to.friendly_name.clone())]
        }
        Change::Map { list, list_sid: None, .. } => vec![Thing::List(list.clone()), Thing::NewDomain],
        Change::Map { .. } => vec![Thing::NewDomain, Thing::Gates],
        Change::UpdateNumber { gives_up: false, .. } => {
            vec![Thing::Renamed, Thing::NewDomain, Thing::Gates]
        }
        _ => Vec::new(),
    }
}

fn gives(change: &Change) -> Vec<Thing> {
    match change {
        Change::CreateAddress { friendly_name, .. } => vec![Thing::Address(friendly_name.clone())],
        Change::CreateList { friendly_name } => vec![Thing::List(friendly_name.clone())],
        Change::DeleteCredential { user, makes_way: true, .. } => vec![Thing::Vacant(user.to_lowercase())],
        Change::CreateCredential { user, .. } => {
            vec![Thing::Credential(user.clone()), Thing::AllCredentials]
        }
        Change::Emergency(EmergencyMove { number_sid, from_sid, .. }) => {
            vec![Thing::NoAddress(number_sid.clone()), Thing::Unused(from_sid.clone())]
        }
        Change::CreateDomain { .. } => vec![Thing::Domain, Thing::NewDomain],
        Change::UpdateDomain { .. } => vec![Thing::Domain],
        Change::Map { .. } => vec![Thing::Gates],
        Change::RenameList { is_ours: true, .. } | Change::RenameAddress { .. } => vec![Thing::Renamed],
        Change::Unmap { list, .. } => vec![Thing::Unmapped(list.clone())],
        Change::DeleteDomain { .. } => vec![Thing::NoFormerDomain],
        Change::SetPassword { .. }
        | Change::UpdateNumber { .. }
        | Change::DeleteCredential { .. }
        | Change::DeleteList { .. }
        | Change::RenameList { .. }
        | Change::Release { .. }
        | Change::DeleteAddress { .. } => Vec::new(),
    }
}

fn needs_any(change: &Change, missing: &HashSet<Thing>) -> bool {
    let is_missing = |thing: Thing| missing.contains(&thing);
    // What phones may still use goes only once what replaces it is there.
    let has_no_replacement =
        || [Thing::Domain, Thing::Gates, Thing::AllCredentials].into_iter().any(is_missing);
    match change {
        Change::CreateCredential { list, list_sid, user } => {
            list_sid.is_none() && is_missing(Thing::List(list.clone()))
                || is_missing(Thing::Vacant(user.to_lowercase()))
        }
        Change::Emergency(EmergencyMove { to: Some(to), .. }) => {
            to.sid.is_none() && is_missing(Thing::Address(to.friendly_name.clone()))
        }
        Change::Map { domain_sid, list, list_sid, .. } => {
            domain_sid.is_none() && is_missing(Thing::Domain)
                || list_sid.is_none() && is_missing(Thing::List(list.clone()))
        }
        // A number changes hands only when a phone of its own can ring.
        Change::UpdateNumber { gives_up: false, phones, .. } => {
            is_missing(Thing::Renamed)
                || is_missing(Thing::Domain)
                || is_missing(Thing::Gates)
                || !phones.is_empty()
                    && phones.iter().all(|phone| is_missing(Thing::Credential(phone.clone())))
        }
        Change::CreateDomain { .. } | Change::UpdateDomain { .. } => is_missing(Thing::Renamed),
        Change::DeleteCredential { makes_way: false, .. }
        | Change::RenameList { is_ours: false, .. }
        | Change::Unmap { .. }
        | Change::DeleteDomain { .. } => has_no_replacement(),
        Change::DeleteList { friendly_name, .. } => {
            has_no_replacement()
                || is_missing(Thing::Unmapped(friendly_name.clone()))
                || is_missing(Thing::NoFormerDomain)
        }
        Change::Release { sid, .. } => is_missing(Thing::NoAddress(sid.clone())),
        Change::DeleteAddress { sid, .. } => is_missing(Thing::Unused(sid.clone())),
        Change::CreateAddress { .. }
        | Change::CreateList { .. }
        | Change::SetPassword { .. }
        | Change::Emergency(_)
        | Change::RenameList { .. }
        | Change::RenameAddress { .. }
        | Change::DeleteCredential { .. }
        | Change::UpdateNumber { .. } => false,
    }
}
