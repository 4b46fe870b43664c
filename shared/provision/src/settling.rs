//! What an earlier run has made a moment ago, and Twilio's lists do not show yet.
//!
//! A run that was cut off, or has just ended, leaves things behind that a lag hides from the next one. Made again they would be
//! there twice, and a number that moves from one of two addresses to the other is without 911 for half an hour.

use std::collections::HashSet;
use std::thread;
use std::time::{Duration, Instant};

use twilio::{Address, Client};

use crate::account::Account;
use crate::effect::{LONGEST_LAG, LOOKED_FOR};
use crate::index::Index;
use crate::keyring::{Keyring, Known};
use crate::wishes::Wishes;

/// The pause before another look.
const PAUSE: Duration = Duration::from_millis(500);

/// The account as Twilio's lists show it, once they show what this machine is known to have made a moment ago. `told` hears how
/// many lists are read, `waiting` once that they are read again.
///
/// # Errors
///
/// Twilio's, at the first request that fails.
pub fn settled(
    client: &Client,
    wishes: &Wishes,
    keyring: &dyn Keyring,
    told: &(dyn Fn(usize, usize) + Sync),
    waiting: &dyn Fn(),
) -> twilio::Result<Account> {
    let read = || Account::read(client, &wishes.names, &wishes.domain_name, told);
    let mut account = read()?;
    let begun = Instant::now();
    let mut is_told = false;
    while begun.elapsed() < LOOKED_FOR && is_behind(client, wishes, keyring, &account)? {
        if !is_told {
            waiting();
        }
        is_told = true;
        thread::sleep(PAUSE);
        account = read()?;
    }
    let attached = attached(client, wishes, &account)?;
    account.addresses.extend(attached);
    Ok(account)
}

/// Whether a list lacks what something else names: a credential that the passwords file saw set a moment ago, or a credential
/// list that the domain admits.
fn is_behind(
    client: &Client,
    wishes: &Wishes,
    keyring: &dyn Keyring,
    account: &Account,
) -> twilio::Result<bool> {
    let is_ours = |name: &str| wishes.names.list_index(name).is_some();
    let is_there = |sid: &str| account.lists.iter().any(|list| list.list.sid == sid);
    let domain = account.domain.iter();
    let mut admitted = domain.flat_map(|domain| domain.calls.iter().chain(&domain.registrations));
    if admitted.any(|list| is_ours(&list.friendly_name) && !is_there(&list.sid)) {
        return Ok(true);
    }
    let credentials: HashSet<&str> =
        account.lists.iter().flat_map(|list| &list.credentials).map(|one| one.sid.as_str()).collect();
    let hidden = wishes.users.iter().find_map(|user| match keyring.known(user) {
        Known::Set { credential, when: Some(when) } => {
            let is_hidden =
                !credentials.contains(credential.as_str()) && twilio::is_recent(&when, LONGEST_LAG);
            is_hidden.then_some(credential)
        }
        _ => None,
    });
    let Some(hidden) = hidden else { return Ok(false) };
    // Somebody may have removed it: where its list is shown, it is asked for by itself.
    for list in &account.lists {
        match client.credential(&list.list.sid, &hidden) {
            Ok(_) => return Ok(true),
            Err(error) if error.is_not_found() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(account.lists.is_empty())
}

/// The stage's addresses that the file's numbers have, and the list of addresses does not show.
pub(crate) fn attached(client: &Client, wishes: &Wishes, account: &Account) -> twilio::Result<Vec<Address>> {
    let known: HashSet<&str> =
        account.addresses.iter().chain(&account.other_addresses).map(|one| one.sid.as_str()).collect();
    let index = Index::new(wishes, account);
    let ours = account.numbers.iter().filter(|number| index.wish(&number.phone_number).is_some());
    let named = ours.map(|number| number.emergency_address_sid.as_str());
    let hidden: HashSet<&str> = named.filter(|sid| !sid.is_empty() && !known.contains(sid)).collect();
    let mut found = Vec::new();
    for sid in hidden {
        match client.address(sid) {
            Ok(address) if wishes.names.is_address(&address.friendly_name) => found.push(address),
            Ok(_) => {}
            Err(error) if error.is_not_found() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}
