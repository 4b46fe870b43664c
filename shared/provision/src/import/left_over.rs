//! Resources of an account that the file does not name. Nothing of it is changed by `apply`.

use network::{Finding, some_of};

use super::found::Found;
use super::parts::{Parts, Rename};
use crate::names::owner_of;

/// A user of the domain's lists that the file does not name.
pub(super) struct LeftOut {
    pub(super) user: String,
    pub(super) list: String,
    pub(super) why: String,
}

/// How many names a line has.
const SHOWN: usize = 8;

pub(super) fn left_over(
    found: &Found,
    parts: &Parts<'_>,
    left_out: &[LeftOut],
    renames: &[Rename],
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut of_reason: Vec<(&str, &str, Vec<&str>)> = Vec::new();
    for LeftOut { user, list, why } in left_out {
        match of_reason.iter_mut().find(|(known, about, _)| known == why && about == list) {
            Some((_, _, users)) => users.push(user),
            None => of_reason.push((why, list, vec![user])),
        }
    }
    for (why, list, users) in of_reason {
        findings.push(Finding::new(
            format!("users of list {list}"),
            format!("the file does not have {}: {why}", some_of(&users, SHOWN)),
            "they can register and call as before as long as the domain admits the list; Dialtone refuses their calls",
        ));
    }
    if !parts.free.is_empty() {
        let numbers: Vec<_> = parts.free.iter().map(|number| number.phone_number.as_str()).collect();
        findings.push(Finding::new(
            "numbers",
            format!("no phone of the file answers {}", some_of(&numbers, SHOWN)),
            "give each to a phone in the file, or leave it as it is: `apply` does not touch it",
        ));
    }
    let other_numbers: Vec<_> = found
        .numbers
        .iter()
        .filter(|number| owner_of(&number.friendly_name).is_none() && !number.capabilities.voice)
        .map(|number| number.phone_number.as_str())
        .collect();
    if !other_numbers.is_empty() {
        findings.push(Finding::new(
            "numbers",
            format!("{} cannot take calls", some_of(&other_numbers, SHOWN)),
            "leave them as they are",
        ));
    }
    let taken = parts.domain.filter(|_| parts.choice.new_domain.is_none());
    let is_taken = |sid: &str| taken.is_some_and(|domain| domain.domain.sid == sid);
    for domain in found.domains.iter().filter(|domain| !is_taken(&domain.domain.sid)) {
        let users: usize = found.lists_of(domain).map(|list| list.credentials.len()).sum();
        findings.push(Finding::new(
            &domain.domain.domain_name,
            format!("is another SIP domain, with {users} users"),
            "it stays as it is; `dialtone import --domain` reads it into a file of its own",
        ));
    }
    for list in &found.lists {
        let is_admitted = found.domains.iter().any(|domain| domain.admits(&list.list.sid));
        let is_renamed = renames.iter().any(|rename| rename.sid == list.list.sid);
        if !is_admitted && !is_renamed && owner_of(&list.list.friendly_name).is_none() {
            let users: Vec<_> = list.credentials.iter().map(|one| one.username.as_str()).collect();
            findings.push(Finding::new(
                format!("credential list {}", list.list.friendly_name),
                format!("opens no SIP domain (users: {}); a trunk may use it", some_of(&users, SHOWN)),
                "it stays as it is",
            ));
        }
    }
    for address in found.addresses.iter().filter(|address| address.emergency_enabled) {
        let has_number = found.numbers.iter().any(|number| number.emergency_address_sid == address.sid);
        if !has_number && owner_of(&address.friendly_name).is_none() {
            findings.push(Finding::new(
                format!("address {}", address.friendly_name),
                "is an emergency address of no number",
                "write it into the file if a phone stands there",
            ));
        }
    }
    findings
}
