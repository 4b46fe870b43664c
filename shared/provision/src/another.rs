//! Notices that somebody else changes the same stage at the same time.
//!
//! Twilio offers no lock, so what a look shows is compared with what the look before showed and with what this run's own
//! answers said since. Anything else was done by another machine, or by a run that was cut off a moment ago.

use std::collections::{HashMap, HashSet};

use crate::account::Account;
use crate::change::{DOMAIN, NUMBER, values};
use crate::effect::{Effect, Effects};
use crate::index::Index;
use crate::wishes::Wishes;

/// The resources of its stage that this run has seen.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Resources by SID.
    there: HashMap<String, String>,
    /// The settings that a number or a domain has had, by SID.
    settings: HashMap<String, HashSet<Vec<String>>>,
    has_looked: bool,
}

impl Seen {
    /// Compares a look with what is known, and says what somebody else has done. While an answer of this run is lost,
    /// `has_doubt`, what is new may be its own.
    pub(crate) fn compare(
        &mut self,
        wishes: &Wishes,
        account: &Account,
        effects: &Effects,
        has_doubt: bool,
    ) -> Option<String> {
        let index = Index::new(wishes, account);
        let made: HashSet<&str> = effects.all().filter_map(Effect::made).collect();
        let gone: HashSet<&str> = effects
            .all()
            .filter_map(|effect| if let Effect::Gone(sid) = effect { Some(sid.as_str()) } else { None })
            .collect();
        let mut strange = None;
        let mut found = HashSet::new();
        for (sid, what) in resources(account, wishes) {
            let is_known = !self.has_looked || has_doubt || self.there.contains_key(&sid);
            if !is_known && !made.contains(sid.as_str()) {
                strange.get_or_insert_with(|| format!("the {what} ({sid}) is new"));
            }
            self.there.insert(sid.clone(), what);
            found.insert(sid);
        }
        for (sid, what) in &self.there {
            // One that this run has made may not be in the list yet.
            let is_explained =
                found.contains(sid) || made.contains(sid.as_str()) || gone.contains(sid.as_str());
            if !is_explained && !what.starts_with("credential of") {
                strange.get_or_insert_with(|| format!("the {what} ({sid}) is gone"));
            }
        }
        for (sid, is) in effects.all().filter_map(settings_of) {
            self.settings.entry(sid.to_owned()).or_default().insert(is);
        }
        for (sid, what, is) in settings(account, &index) {
            let had = self.settings.entry(sid.clone()).or_default();
            let is_known = had.is_empty() || !self.has_looked || has_doubt;
            if had.insert(is) && !is_known {
                strange.get_or_insert_with(|| format!("the settings of the {what} ({sid}) have changed"));
            }
        }
        self.has_looked = true;
        strange
    }
}

/// The resources of the stage, each with its SID and as people read it.
fn resources(account: &Account, wishes: &Wishes) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for list in &account.lists {
        all.push((list.list.sid.clone(), format!("credential list {}", list.list.friendly_name)));
        let users = list.credentials.iter();
        all.extend(users.map(|one| (one.sid.clone(), format!("credential of {}", one.username))));
    }
    let domain = account.domain.as_ref().map(|domain| &domain.domain);
    let ours = |name: &str| wishes.names.is_domain(name);
    let domains = domain.into_iter().chain(&account.former_domains).filter(|one| ours(&one.friendly_name));
    all.extend(domains.map(|one| (one.sid.clone(), format!("SIP domain {}", one.domain_name))));
    let addresses = account.addresses.iter();
    all.extend(addresses.map(|one| (one.sid.clone(), format!("address {}", one.friendly_name))));
    all
}

/// The settings of the stage's numbers and of its domain.
fn settings(account: &Account, index: &Index<'_>) -> Vec<(String, String, Vec<String>)> {
    let ours = account.numbers.iter().filter(|number| index.wish(&number.phone_number).is_some());
    let number = |number: &twilio::PhoneNumber| {
        (number.sid.clone(), format!("number {}", number.phone_number), values(NUMBER, number))
    };
    let domain = |domain: &crate::account::Domain| {
        let domain = &domain.domain;
        (domain.sid.clone(), format!("SIP domain {}", domain.domain_name), values(DOMAIN, domain))
    };
    ours.map(number).chain(account.domain.as_ref().map(domain)).collect()
}

/// The settings that an answer showed, with the SID of what has them.
fn settings_of(effect: &Effect) -> Option<(&str, Vec<String>)> {
    match effect {
        Effect::Number(number) => Some((&number.sid, values(NUMBER, number))),
        Effect::Domain(domain) => Some((&domain.sid, values(DOMAIN, domain))),
        _ => None,
    }
}
