//! SIP domains, credential lists, and which list opens which gate of which domain.
//!
//! <https://www.twilio.com/docs/voice/sip/api>. None of these lists can be filtered: look through all of it.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use serde::Deserialize;

use crate::client::place;
use crate::hosts::Host;
use crate::lenient::{flag, text};
use crate::{Client, Fields, Result, Secret};

/// A list of users. An account may have 100, each of 1000 users.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct CredentialList {
    /// `CL...`.
    pub sid: String,
    /// Its name; up to 64 characters.
    #[serde(default, deserialize_with = "text")]
    pub friendly_name: String,
}

/// A user. Twilio never tells the password, so it cannot be compared, only set.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Credential {
    /// `CR...`.
    pub sid: String,
    /// The user name; cannot be changed.
    #[serde(default, deserialize_with = "text")]
    pub username: String,
    /// The list that the user is in.
    #[serde(default, deserialize_with = "text")]
    pub credential_list_sid: String,
    /// When it was changed last (RFC 2822). The API changes nothing of a credential but its password, so this is taken for the
    /// time at which the password was set (assumed).
    #[serde(default, deserialize_with = "text")]
    pub date_updated: String,
}

/// Whether a date of Twilio's (RFC 2822) is at most this long from now. Their clock may be ahead of ours or behind it. Not,
/// where it cannot be read.
pub fn is_recent(date: &str, age: Duration) -> bool {
    let read = DateTimeParser::new().parse_timestamp(date).ok();
    read.is_some_and(|date| Timestamp::now().duration_since(date).unsigned_abs() <= age)
}

impl Credential {
    /// Whether its password was set after a date of the same form. Not, where either date cannot be read.
    pub fn is_set_after(&self, date: &str) -> bool {
        let read = |date: &str| DateTimeParser::new().parse_timestamp(date).ok();
        read(&self.date_updated).zip(read(date)).is_some_and(|(own, other)| own > other)
    }
}

/// A SIP domain, `NAME.sip.twilio.com`. An empty text is something that is not set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct SipDomain {
    /// `SD...`.
    pub sid: String,
    /// The whole name; unique among all of Twilio's customers.
    #[serde(default, deserialize_with = "text")]
    pub domain_name: String,
    /// Its name in the Console.
    #[serde(default, deserialize_with = "text")]
    pub friendly_name: String,
    /// The URL that decides calls.
    #[serde(default, deserialize_with = "text")]
    pub voice_url: String,
    /// `GET` or `POST`.
    #[serde(default, deserialize_with = "text")]
    pub voice_method: String,
    /// The URL that decides calls when `voice_url` fails.
    #[serde(default, deserialize_with = "text")]
    pub voice_fallback_url: String,
    /// `GET` or `POST`.
    #[serde(default, deserialize_with = "text")]
    pub voice_fallback_method: String,
    /// The URL that is told of the call's progress.
    #[serde(default, deserialize_with = "text")]
    pub voice_status_callback_url: String,
    /// `GET` or `POST`.
    #[serde(default, deserialize_with = "text")]
    pub voice_status_callback_method: String,
    /// Whether phones may register.
    #[serde(default, deserialize_with = "flag")]
    pub sip_registration: bool,
    /// Whether calls to 911 go to emergency services rather than to `voice_url`.
    #[serde(default, deserialize_with = "flag")]
    pub emergency_calling_enabled: bool,
    /// Whether TLS and SRTP are required.
    #[serde(default, deserialize_with = "flag")]
    pub secure: bool,
    /// The number (`PN...`) whose address goes with calls to 911.
    #[serde(default, deserialize_with = "text")]
    pub emergency_caller_sid: String,
    /// `BY...`.
    #[serde(default, deserialize_with = "text")]
    pub byoc_trunk_sid: String,
}

/// A list that opens a gate. It has the SID and the name of that list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Mapping {
    /// `CL...`, or `AL...` for a list of addresses.
    pub sid: String,
    /// The list's name.
    #[serde(default, deserialize_with = "text")]
    pub friendly_name: String,
}

/// The two gates of a SIP domain. Phones need both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Gate {
    /// The gate for calls (INVITE).
    Calls,
    /// The gate for registrations (REGISTER).
    Registrations,
}

impl Gate {
    fn as_str(self) -> &'static str {
        match self {
            Self::Calls => "Calls",
            Self::Registrations => "Registrations",
        }
    }
}

crate::debug_shows!(Credential: sid, credential_list_sid);

const LISTS: &str = "/SIP/CredentialLists.json";
const LIST: &str = "/SIP/CredentialLists/{}.json";
const CREDENTIALS: &str = "/SIP/CredentialLists/{}/Credentials.json";
const CREDENTIAL: &str = "/SIP/CredentialLists/{}/Credentials/{}.json";
const DOMAINS: &str = "/SIP/Domains.json";
const DOMAIN: &str = "/SIP/Domains/{}.json";
const MAPPINGS: &str = "/SIP/Domains/{}/Auth/{}/CredentialListMappings.json";
const MAPPING: &str = "/SIP/Domains/{}/Auth/{}/CredentialListMappings/{}.json";
const IP_MAPPINGS: &str = "/SIP/Domains/{}/Auth/Calls/IpAccessControlListMappings.json";

/// Credential lists and their users.
///
/// # Errors
/// Each function fails as [`Error`](crate::Error) says.
impl Client {
    /// All credential lists of the account.
    pub fn credential_lists(&self) -> Result<Vec<CredentialList>> {
        self.list(Host::Api, LISTS, &Fields::new())
    }

    /// Makes a credential list. Twilio does not mind another of the same name.
    pub fn create_credential_list(&self, friendly_name: &str) -> Result<CredentialList> {
        self.create(LISTS, &Fields::new().with("FriendlyName", friendly_name))
    }

    /// Gives a list another name. Its users and mappings stay.
    pub fn rename_credential_list(&self, sid: &str, friendly_name: &str) -> Result<CredentialList> {
        self.update(&place(LIST, &[sid])?, &Fields::new().with("FriendlyName", friendly_name))
    }

    /// Deletes a credential list and its users. Twilio refuses (21241) while a domain uses it.
    pub fn delete_credential_list(&self, sid: &str) -> Result<()> {
        self.delete(&place(LIST, &[sid])?)
    }

    /// All users in a list.
    pub fn credentials(&self, list: &str) -> Result<Vec<Credential>> {
        self.list(Host::Api, &place(CREDENTIALS, &[list])?, &Fields::new())
    }

    /// One user of a list, also while the list does not show it yet.
    pub fn credential(&self, list: &str, sid: &str) -> Result<Credential> {
        self.read(Host::Api, &place(CREDENTIAL, &[list, sid])?)
    }

    /// Adds a user: a name of up to 32 characters, and a password of 12 or more with a digit, a small and a
    /// capital letter.
    pub fn create_credential(&self, list: &str, username: &str, password: &Secret) -> Result<Credential> {
        let fields = Fields::new().with("Username", username).with("Password", password.expose());
        self.create(&place(CREDENTIALS, &[list])?, &fields)
    }

    /// Sets a user's password.
    pub fn update_credential(&self, list: &str, sid: &str, password: &Secret) -> Result<Credential> {
        let fields = Fields::new().with("Password", password.expose());
        self.update(&place(CREDENTIAL, &[list, sid])?, &fields)
    }

    /// Removes a user.
    pub fn delete_credential(&self, list: &str, sid: &str) -> Result<()> {
        self.delete(&place(CREDENTIAL, &[list, sid])?)
    }
}

/// SIP domains and their gates.
///
/// # Errors
/// Each function fails as [`Error`](crate::Error) says.
impl Client {
    /// All SIP domains of the account.
    pub fn sip_domains(&self) -> Result<Vec<SipDomain>> {
        self.list(Host::Api, DOMAINS, &Fields::new())
    }

    /// Makes a SIP domain. `domain_name` is the whole name, with `.sip.twilio.com`.
    pub fn create_sip_domain(&self, domain_name: &str, fields: &Fields) -> Result<SipDomain> {
        self.create(DOMAINS, &fields.clone().with("DomainName", domain_name))
    }

    /// Changes what the fields name and nothing else.
    pub fn update_sip_domain(&self, sid: &str, fields: &Fields) -> Result<SipDomain> {
        self.update(&place(DOMAIN, &[sid])?, fields)
    }

    /// Deletes a SIP domain. Its name is free for anyone then.
    pub fn delete_sip_domain(&self, sid: &str) -> Result<()> {
        self.delete(&place(DOMAIN, &[sid])?)
    }

    /// The credential lists that open a gate.
    pub fn mappings(&self, domain_sid: &str, gate: Gate) -> Result<Vec<Mapping>> {
        self.list(Host::Api, &place(MAPPINGS, &[domain_sid, gate.as_str()])?, &Fields::new())
    }

    /// Lets a credential list open a gate. Twilio refuses (21231) if it does already.
    pub fn map(&self, domain_sid: &str, gate: Gate, list_sid: &str) -> Result<Mapping> {
        let fields = Fields::new().with("CredentialListSid", list_sid);
        self.create(&place(MAPPINGS, &[domain_sid, gate.as_str()])?, &fields)
    }

    /// Closes a gate to a credential list.
    pub fn unmap(&self, domain_sid: &str, gate: Gate, list_sid: &str) -> Result<()> {
        self.delete(&place(MAPPING, &[domain_sid, gate.as_str(), list_sid])?)
    }

    /// The lists of IP addresses from which calls must come. If there are any, they must fit as well as the user.
    pub fn ip_mappings(&self, domain_sid: &str) -> Result<Vec<Mapping>> {
        self.list(Host::Api, &place(IP_MAPPINGS, &[domain_sid])?, &Fields::new())
    }
}
