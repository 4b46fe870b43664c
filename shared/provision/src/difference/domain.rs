//! The SIP domain, and the credential lists whose users it admits.

use network::Finding;
use twilio::Gate;

use super::lists::Kept;
use crate::account::{Account, Domain};
use crate::change::{Change, DOMAIN, DomainSettings, EMERGENCY_CALLER, FieldChange, differences, settings};
use crate::names::owner_of;
use crate::plan::Plan;
use crate::wishes::{DomainWish, Wishes};

pub(super) fn compare(wishes: &Wishes, account: &Account, kept: &[Kept], plan: &mut Plan) {
    let name = &wishes.domain_name;
    // Phases put this behind everything that the new domain needs.
    for former in &account.former_domains {
        let (sid, name) = (former.sid.clone(), former.domain_name.clone());
        plan.add(Change::DeleteDomain { sid, name, is_replaced: wishes.domain.is_some() });
    }
    match (&wishes.domain, &account.domain) {
        (None, None) => {}
        (None, Some(found)) => {
            unmap_ours(wishes, account, found, kept, plan);
            if wishes.names.is_domain(&found.domain.friendly_name) {
                let sid = found.domain.sid.clone();
                plan.add(Change::DeleteDomain { sid, name: name.clone(), is_replaced: false });
            } else if let Some(owner) = owner_of(&found.domain.friendly_name) {
                plan.note(
                    name,
                    format!("belongs to {owner}, not to {}, and stays", wishes.names.domain()),
                    "look at the network's name in the file, and at --stage",
                );
            }
        }
        (Some(wish), None) => {
            let fields = settings(DOMAIN, &wanted(wish, account, plan))
                .into_iter()
                .filter(|field| !field.to.is_empty())
                .map(|field| with_number(account, field))
                .collect();
            plan.add(Change::CreateDomain { name: name.clone(), fields });
            map(None, kept, plan);
        }
        (Some(wish), Some(found)) => {
            let fields: Vec<_> = differences(DOMAIN, &wanted(wish, account, plan), &found.domain)
                .into_iter()
                // A number that the account does not have is noted; the one that is there is better than none.
                .filter(|change| {
                    change.name != EMERGENCY_CALLER || !change.to.is_empty() || !wish.emergency_calling
                })
                .map(|change| with_number(account, change))
                .collect();
            if !fields.is_empty() {
                plan.add(Change::UpdateDomain { sid: found.domain.sid.clone(), name: name.clone(), fields });
            }
            map(Some(found), kept, plan);
            unmap_ours(wishes, account, found, kept, plan);
            note_strangers(wishes, account, found, plan);
        }
    }
}

/// Whether another network or stage of Dialtone keeps the domain that this stage wants: then nothing is to be done before
/// a person decides.
pub(super) fn obstacle(wishes: &Wishes, account: &Account) -> Option<Finding> {
    let found = account.domain.as_ref().filter(|_| wishes.domain.is_some() && !wishes.options.take_over)?;
    let owner = &found.domain.friendly_name;
    (owner.starts_with("dialtone:") && !wishes.names.is_domain(owner)).then(|| {
        Finding::new(
            &wishes.domain_name,
            format!(
                "is kept by another network or stage of Dialtone, {owner}: nothing of {} is set up",
                wishes.names.domain()
            ),
            "if you have renamed the network or the stage, `dialtone apply --take-over` renames everything at Twilio, and phones \
             keep their passwords; if not, choose another sip_domain",
        )
    })
}

fn wanted(wish: &DomainWish, account: &Account, plan: &mut Plan) -> DomainSettings {
    DomainSettings { wish: wish.clone(), emergency_caller: emergency_caller(wish, account, plan) }
}

/// The SID of the number that 911 sees, where Twilio answers emergency calls.
fn emergency_caller(wish: &DomainWish, account: &Account, plan: &mut Plan) -> String {
    let Some(number) = &wish.emergency_caller else { return String::new() };
    match account.number(number) {
        Some(found) => found.sid.clone(),
        None => {
            plan.note(
                "emergency_caller_id",
                "is not a number of this account, so 911 would be refused",
                "set it to a number that the account has",
            );
            String::new()
        }
    }
}

/// The same change, with a number where Twilio has its SID.
fn with_number(account: &Account, change: FieldChange) -> FieldChange {
    if change.name != EMERGENCY_CALLER {
        return change;
    }
    let shown = |sid: &str| {
        let known = account.numbers.iter().find(|number| number.sid == sid);
        known.map_or_else(|| sid.to_owned(), |number| number.phone_number.clone())
    };
    FieldChange { from: shown(&change.from), to: shown(&change.to), sid: Some(change.to), ..change }
}

const GATES: [Gate; 2] = [Gate::Calls, Gate::Registrations];

fn map(domain: Option<&Domain>, kept: &[Kept], plan: &mut Plan) {
    for list in kept {
        for gate in GATES {
            let is_open = domain
                .zip(list.sid.as_ref())
                .is_some_and(|(domain, sid)| domain.gate(gate).iter().any(|mapping| mapping.sid == *sid));
            if !is_open {
                plan.add(Change::Map {
                    domain_sid: domain.map(|domain| domain.domain.sid.clone()),
                    gate,
                    list: list.name.clone(),
                    list_sid: list.sid.clone(),
                });
            }
        }
    }
}

/// Closes the gates to lists of ours that no phone uses.
fn unmap_ours(wishes: &Wishes, account: &Account, domain: &Domain, kept: &[Kept], plan: &mut Plan) {
    for list in &account.lists {
        let is_kept = kept.iter().any(|kept| kept.sid.as_ref() == Some(&list.list.sid));
        if is_kept && wishes.domain.is_some() {
            continue;
        }
        for gate in GATES {
            if domain.gate(gate).iter().any(|mapping| mapping.sid == list.list.sid) {
                plan.add(Change::Unmap {
                    domain_sid: domain.domain.sid.clone(),
                    gate,
                    list: list.list.friendly_name.clone(),
                    list_sid: list.list.sid.clone(),
                });
            }
        }
    }
}

/// Notes other lists that open the gates. Only the user knows whether that is meant.
fn note_strangers(wishes: &Wishes, account: &Account, domain: &Domain, plan: &mut Plan) {
    let is_ours = |sid: &str| account.lists.iter().any(|list| list.list.sid == sid);
    let mut names: Vec<_> = GATES
        .iter()
        .flat_map(|&gate| domain.gate(gate))
        .filter(|mapping| !is_ours(&mapping.sid))
        .map(|mapping| mapping.friendly_name.as_str())
        .collect();
    names.dedup();
    names.sort_unstable();
    names.dedup();
    if !names.is_empty() {
        plan.note(
            &wishes.domain_name,
            format!("also admits users of {}", names.join(", ")),
            "if no phone needs them any more, remove the mapping in Twilio's console",
        );
    }
    if !domain.addresses.is_empty() {
        plan.note(
            &wishes.domain_name,
            "also asks for certain IP addresses, so a phone elsewhere cannot call",
            "remove the IP access control list from the domain's voice authentication, unless it is meant",
        );
    }
}
