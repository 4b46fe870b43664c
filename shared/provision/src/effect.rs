//! Effects on the account that Twilio's own answers tell. They hold at once; lists may lag behind them for seconds.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use twilio::{Address, Credential, CredentialList, Gate, Mapping, PhoneNumber, SipDomain};

use crate::account::{Account, Domain, List};
use crate::names::Names;

/// For how long an answer counts more than a list that says otherwise. Twilio names no bound for how far its lists lag:
/// assumed, several times what was seen. After that somebody else has changed it.
pub(crate) const LONGEST_LAG: Duration = Duration::from_secs(30);

/// For how long a resource is looked for that may be there: its answer was lost, or Twilio says that its name is taken,
/// while its list may lag behind.
pub(crate) const LOOKED_FOR: Duration = Duration::from_secs(6);

/// The effect that one answer tells.
#[derive(Debug, Clone)]
pub(crate) enum Effect {
    /// There is this list, or it is called so now.
    List(CredentialList),
    /// A list has this credential.
    Credential(String, Credential),
    /// There is this domain, or it is so now.
    Domain(Box<SipDomain>),
    /// A domain's gate is open for a list.
    Mapped(String, Gate, Mapping),
    /// It is closed.
    Unmapped(String, Gate, String),
    /// There is this address, or it is so now.
    Address(Box<Address>),
    /// There is this number, or it is so now.
    Number(Box<PhoneNumber>),
    /// There is no such resource any more.
    Gone(String),
}

impl Effect {
    /// The resource that it says is there.
    pub(crate) fn made(&self) -> Option<&str> {
        match self {
            Self::List(list) => Some(&list.sid),
            Self::Credential(_, credential) => Some(&credential.sid),
            Self::Domain(domain) => Some(&domain.sid),
            Self::Address(address) => Some(&address.sid),
            Self::Number(number) => Some(&number.sid),
            Self::Mapped(..) | Self::Unmapped(..) | Self::Gone(_) => None,
        }
    }

    /// Changes an account as the answer says.
    pub(crate) fn on(&self, account: &mut Account, names: &Names, domain_name: &str) {
        match self {
            Self::List(list) => {
                let is_ours = names.list_index(&list.friendly_name).is_some();
                match account.lists.iter_mut().find(|known| known.list.sid == list.sid) {
                    Some(known) if is_ours => known.list.clone_from(list),
                    Some(_) => account.lists.retain(|known| known.list.sid != list.sid),
                    None if is_ours => {
                        account.lists.push(List { list: list.clone(), credentials: Vec::new() });
                    }
                    None => {}
                }
            }
            Self::Credential(list, credential) => {
                let list = account.lists.iter_mut().find(|known| known.list.sid == *list);
                if let Some(list) =
                    list.filter(|list| list.credentials.iter().all(|one| one.sid != credential.sid))
                {
                    list.credentials.push(credential.clone());
                }
            }
            Self::Domain(domain) => {
                let former = account.former_domains.iter_mut().find(|known| known.sid == domain.sid);
                match (&mut account.domain, former) {
                    (Some(known), _) if known.domain.sid == domain.sid => known.domain.clone_from(domain),
                    (_, Some(former)) => former.clone_from(domain),
                    (None, None) if domain.domain_name.eq_ignore_ascii_case(domain_name) => {
                        account.domain = Some(Domain::new((**domain).clone()));
                    }
                    _ => {}
                }
            }
            Self::Mapped(domain, gate, mapping) => {
                if let Some(domain) = account.domain.as_mut().filter(|known| known.domain.sid == *domain) {
                    let gate = domain.gate_mut(*gate);
                    if gate.iter().all(|known| known.sid != mapping.sid) {
                        gate.push(mapping.clone());
                    }
                }
            }
            Self::Unmapped(domain, gate, list) => {
                if let Some(domain) = account.domain.as_mut().filter(|known| known.domain.sid == *domain) {
                    domain.gate_mut(*gate).retain(|known| known.sid != *list);
                }
            }
            Self::Address(address) => {
                match account.addresses.iter_mut().find(|known| known.sid == address.sid) {
                    Some(known) => known.clone_from(address),
                    None => account.addresses.push((**address).clone()),
                }
            }
            Self::Number(number) => match account.numbers.iter_mut().find(|known| known.sid == number.sid) {
                Some(known) => known.clone_from(number),
                None => account.numbers.push((**number).clone()),
            },
            Self::Gone(sid) => {
                account.lists.retain(|known| known.list.sid != *sid);
                for list in &mut account.lists {
                    list.credentials.retain(|known| known.sid != *sid);
                }
                account.domain.take_if(|known| known.domain.sid == *sid);
                account.former_domains.retain(|known| known.sid != *sid);
                account.addresses.retain(|known| known.sid != *sid);
                account.numbers.retain(|known| known.sid != *sid);
            }
        }
    }
}

/// All answers of a run, in their order.
#[derive(Debug, Default)]
pub(crate) struct Effects(Vec<(Instant, Effect)>);

impl Effects {
    pub(crate) fn add(&mut self, effect: Effect) {
        self.0.push((Instant::now(), effect));
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Effect> {
        self.0.iter().map(|(_, effect)| effect)
    }

    /// Effects that may count more than a list.
    pub(crate) fn recent(&self) -> impl Iterator<Item = &Effect> {
        self.0.iter().filter(|(when, _)| when.elapsed() < LONGEST_LAG).map(|(_, effect)| effect)
    }

    /// An account as lists show it, with what the answers say beyond that. How far Twilio is with an emergency address
    /// changes by itself, so that is left as the list says.
    pub(crate) fn over(&self, mut account: Account, names: &Names, domain_name: &str) -> Account {
        let emergency = |number: &PhoneNumber| {
            (
                number.sid.clone(),
                (number.emergency_address_sid.clone(), number.emergency_address_status.clone()),
            )
        };
        let listed: HashMap<_, _> = account.numbers.iter().map(emergency).collect();
        for effect in self.recent() {
            effect.on(&mut account, names, domain_name);
        }
        for number in &mut account.numbers {
            if let Some((address, status)) = listed.get(&number.sid) {
                number.emergency_address_sid.clone_from(address);
                number.emergency_address_status.clone_from(status);
            }
        }
        account.sort_lists(names);
        account
    }

    /// Each number as the last answer about it says.
    pub(crate) fn numbers(&self) -> HashMap<&str, &PhoneNumber> {
        let mut numbers = HashMap::new();
        for effect in self.all() {
            if let Effect::Number(number) = effect {
                numbers.insert(number.sid.as_str(), number.as_ref());
            }
        }
        numbers
    }
}
