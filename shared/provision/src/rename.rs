//! The names that a network had before it was renamed.

use std::collections::HashSet;

use twilio::{Client, PhoneNumber, SipDomain};

use crate::names::owner_of;
use crate::wishes::Wishes;

/// The former names (`dialtone:NETWORK:STAGE`) of the stage that the wishes are of: those under which the account has its
/// SIP domain or its numbers, unless somebody else still goes by them.
///
/// The name that the file's SIP domain carries is a former name of this stage, because the stage's phones register at that domain.
/// If the domain already carries the present name, another name counts as a former one only if the file has every number and every
/// phone that carries it. Then nothing is taken from another network.
///
/// # Errors
///
/// Twilio's, at the first request that fails.
pub fn former_owners(client: &Client, wishes: &Wishes) -> twilio::Result<Vec<String>> {
    let (domains, numbers) = (client.sip_domains()?, client.numbers()?);
    let mut owners = Vec::new();
    for owner in candidates(wishes, &domains, &numbers) {
        if has_domain(&domains, &owner, wishes) || is_covered(client, &owner, wishes, &numbers)? {
            owners.push(owner);
        }
    }
    Ok(owners)
}

/// The owners of what the file names, other than the stages of the file.
fn candidates(wishes: &Wishes, domains: &[SipDomain], numbers: &[PhoneNumber]) -> Vec<String> {
    let named: HashSet<&str> = wishes.named.iter().map(numbers::E164::as_str).collect();
    let of_domain =
        domains.iter().filter(|domain| domain.domain_name.eq_ignore_ascii_case(&wishes.domain_name));
    let of_numbers = numbers.iter().filter(|number| named.contains(number.phone_number.as_str()));
    let names =
        of_domain.map(|domain| &domain.friendly_name).chain(of_numbers.map(|number| &number.friendly_name));
    let mut owners: Vec<String> = Vec::new();
    for owner in names.filter_map(|name| owner_of(name)) {
        let is_of_file = owner == wishes.names.owner()
            || wishes.others.iter().any(|(stage, _)| owner == wishes.names.of_stage(stage));
        // Two parts are needed: an address has only one.
        let is_whole = owner.matches(':').count() == 2;
        if is_whole && !is_of_file && owners.iter().all(|known| known != owner) {
            owners.push(owner.to_owned());
        }
    }
    owners
}

fn has_domain(domains: &[SipDomain], owner: &str, wishes: &Wishes) -> bool {
    let is_it = |domain: &SipDomain| domain.domain_name.eq_ignore_ascii_case(&wishes.domain_name);
    domains.iter().any(|domain| is_it(domain) && domain.friendly_name == owner)
}

/// Whether the file has everything that goes by a name: each number and each phone.
fn is_covered(
    client: &Client,
    owner: &str,
    wishes: &Wishes,
    numbers: &[PhoneNumber],
) -> twilio::Result<bool> {
    let named: HashSet<&str> = wishes.named.iter().map(numbers::E164::as_str).collect();
    let mut theirs = numbers.iter().filter(|number| owner_of(&number.friendly_name) == Some(owner));
    if theirs.any(|number| !named.contains(number.phone_number.as_str())) {
        return Ok(false);
    }
    let users: HashSet<&str> = wishes.users.iter().map(String::as_str).collect();
    for list in client.credential_lists()? {
        if owner_of(&list.friendly_name) != Some(owner) {
            continue;
        }
        let theirs = client.credentials(&list.sid)?;
        if theirs.iter().any(|credential| !users.contains(credential.username.as_str())) {
            return Ok(false);
        }
    }
    Ok(true)
}
