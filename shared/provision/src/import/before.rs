//! How the account was before Dialtone changed it: what `destroy --restore` goes back to.

use serde::{Deserialize, Serialize};
use twilio::{PhoneNumber, SipDomain};

use super::found::Found;
use crate::names::owner_of;

/// The settings of domains, lists and numbers that `apply` may take over. It is private: URLs can hold passwords.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Before {
    /// SIP domains.
    pub(crate) domains: Vec<DomainBefore>,
    /// Credential lists.
    pub(crate) lists: Vec<ListBefore>,
    /// Numbers.
    pub(crate) numbers: Vec<NumberBefore>,
}

/// A SIP domain as it was.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct DomainBefore {
    pub(crate) sid: String,
    pub(crate) friendly_name: String,
    pub(crate) sip_registration: bool,
    pub(crate) voice_url: String,
    pub(crate) voice_method: String,
    pub(crate) voice_fallback_url: String,
    pub(crate) voice_fallback_method: String,
    pub(crate) voice_status_callback_url: String,
    pub(crate) voice_status_callback_method: String,
    pub(crate) emergency_calling_enabled: bool,
    pub(crate) emergency_caller_sid: String,
    pub(crate) secure: bool,
}

/// A credential list as it was.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ListBefore {
    pub(crate) sid: String,
    pub(crate) friendly_name: String,
    /// The user names.
    pub(crate) users: Vec<String>,
}

/// A number as it was.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct NumberBefore {
    pub(crate) sid: String,
    pub(crate) friendly_name: String,
    pub(crate) voice_url: String,
    pub(crate) voice_method: String,
    pub(crate) voice_fallback_url: String,
    pub(crate) voice_fallback_method: String,
    pub(crate) status_callback: String,
    pub(crate) status_callback_method: String,
    pub(crate) voice_application_sid: String,
    pub(crate) trunk_sid: String,
    pub(crate) voice_receive_mode: String,
    pub(crate) emergency_address_sid: String,
}

impl std::fmt::Debug for Before {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { domains, lists, numbers } = self;
        write!(f, "Before({} domains, {} lists, {} numbers)", domains.len(), lists.len(), numbers.len())
    }
}

impl Before {
    /// The state of an account to be remembered: everything that is not Dialtone's already.
    #[must_use]
    pub fn of(found: &Found) -> Self {
        let is_foreign = |name: &str| owner_of(name).is_none();
        let domains = found.domains.iter().map(|known| &known.domain);
        let lists = found.lists.iter().filter(|known| is_foreign(&known.list.friendly_name));
        Self {
            domains: domains
                .filter(|domain| is_foreign(&domain.friendly_name))
                .map(DomainBefore::of)
                .collect(),
            lists: lists
                .map(|known| ListBefore {
                    sid: known.list.sid.clone(),
                    friendly_name: known.list.friendly_name.clone(),
                    users: known.credentials.iter().map(|one| one.username.clone()).collect(),
                })
                .collect(),
            numbers: found
                .numbers
                .iter()
                .filter(|number| is_foreign(&number.friendly_name))
                .map(NumberBefore::of)
                .collect(),
        }
    }

    /// Adds what a later look found. What is known already stays: the first look is the oldest.
    #[must_use]
    pub fn with(mut self, later: Self) -> Self {
        fn add<T>(known: &mut Vec<T>, later: Vec<T>, sid: fn(&T) -> &str) {
            for one in later {
                if known.iter().all(|old| sid(old) != sid(&one)) {
                    known.push(one);
                }
            }
        }
        add(&mut self.domains, later.domains, |one| &one.sid);
        add(&mut self.lists, later.lists, |one| &one.sid);
        add(&mut self.numbers, later.numbers, |one| &one.sid);
        self
    }

    /// How many domains, lists and numbers are remembered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.domains.len() + self.lists.len() + self.numbers.len()
    }

    /// Whether nothing is remembered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl DomainBefore {
    fn of(domain: &SipDomain) -> Self {
        Self {
            sid: domain.sid.clone(),
            friendly_name: domain.friendly_name.clone(),
            sip_registration: domain.sip_registration,
            voice_url: domain.voice_url.clone(),
            voice_method: domain.voice_method.clone(),
            voice_fallback_url: domain.voice_fallback_url.clone(),
            voice_fallback_method: domain.voice_fallback_method.clone(),
            voice_status_callback_url: domain.voice_status_callback_url.clone(),
            voice_status_callback_method: domain.voice_status_callback_method.clone(),
            emergency_calling_enabled: domain.emergency_calling_enabled,
            emergency_caller_sid: domain.emergency_caller_sid.clone(),
            secure: domain.secure,
        }
    }
}

impl NumberBefore {
    fn of(number: &PhoneNumber) -> Self {
        Self {
            sid: number.sid.clone(),
            friendly_name: number.friendly_name.clone(),
            voice_url: number.voice_url.clone(),
            voice_method: number.voice_method.clone(),
            voice_fallback_url: number.voice_fallback_url.clone(),
            voice_fallback_method: number.voice_fallback_method.clone(),
            status_callback: number.status_callback.clone(),
            status_callback_method: number.status_callback_method.clone(),
            voice_application_sid: number.voice_application_sid.clone(),
            trunk_sid: number.trunk_sid.clone(),
            voice_receive_mode: number.voice_receive_mode.clone(),
            emergency_address_sid: number.emergency_address_sid.clone(),
        }
    }
}
