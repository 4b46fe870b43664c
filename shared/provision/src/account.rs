//! What is in Twilio, as far as one stage of a network is concerned.

use numbers::E164;
use twilio::{
    Address, Client, CountryPermission, Credential, CredentialList, Gate, Mapping, PhoneNumber, SipDomain,
};

use crate::names::{Names, owner_of};

/// A look at an account.
#[derive(Debug, Clone, Default)]
pub struct Account {
    /// This stage's credential lists, each with its credentials.
    pub lists: Vec<List>,
    /// The SIP domain that the file names, whoever made it.
    pub domain: Option<Domain>,
    /// This stage's other SIP domains: the file called them differently once.
    pub former_domains: Vec<SipDomain>,
    /// Every number of the account.
    pub numbers: Vec<PhoneNumber>,
    /// This stage's addresses, present and past.
    pub addresses: Vec<Address>,
    /// Addresses that somebody made by hand, or another program.
    pub other_addresses: Vec<Address>,
    /// Where the account may call; none if Twilio does not tell.
    pub permissions: Option<Vec<CountryPermission>>,
}

/// A credential list of this stage.
#[derive(Debug, Clone)]
pub struct List {
    /// The list itself.
    pub list: CredentialList,
    /// What is in it.
    pub credentials: Vec<Credential>,
}

/// A SIP domain, and who may pass its two gates.
#[derive(Debug, Clone)]
pub struct Domain {
    /// The domain itself.
    pub domain: SipDomain,
    /// Lists whose users may call.
    pub calls: Vec<Mapping>,
    /// Lists whose users may register.
    pub registrations: Vec<Mapping>,
    /// Lists of IP addresses, from one of which a call must come too.
    pub addresses: Vec<Mapping>,
}

impl Account {
    /// Looks. Lists and domains have no filter, so all are fetched and compared here.
    ///
    /// # Errors
    ///
    /// Twilio's, at the first request that fails.
    pub fn read(client: &Client, names: &Names, domain_name: &str) -> twilio::Result<Self> {
        let mut lists = Vec::new();
        for list in client.credential_lists()? {
            if names.list_index(&list.friendly_name).is_some() {
                let credentials = client.credentials(&list.sid)?;
                lists.push(List { list, credentials });
            }
        }
        let (mut named, mut former_domains) = (None, Vec::new());
        for domain in client.sip_domains()? {
            if domain.domain_name.eq_ignore_ascii_case(domain_name) {
                named = Some(domain);
            } else if domain.friendly_name == names.domain() {
                former_domains.push(domain);
            }
        }
        let domain = match named {
            Some(domain) => Some(Domain {
                calls: client.mappings(&domain.sid, Gate::Calls)?,
                registrations: client.mappings(&domain.sid, Gate::Registrations)?,
                addresses: if_known(client.ip_mappings(&domain.sid))?,
                domain,
            }),
            None => None,
        };
        let addresses = if_known(client.addresses())?;
        let (addresses, mut other_addresses): (Vec<_>, Vec<_>) =
            addresses.into_iter().partition(|address| names.is_address(&address.friendly_name));
        // Another stage may delete its own.
        other_addresses.retain(|address| owner_of(&address.friendly_name).is_none());
        let numbers = client.numbers()?;
        let mut account =
            Self { lists, domain, former_domains, numbers, addresses, other_addresses, permissions: None };
        account.lists.sort_by_key(|list| {
            let is_mapped = account.domain.as_ref().is_some_and(|domain| domain.admits(&list.list.sid));
            // Of two lists with one name, phones use the one that is mapped, or else the fuller one.
            (names.list_index(&list.list.friendly_name), !is_mapped, usize::MAX - list.credentials.len())
        });
        Ok(account)
    }

    /// Looks where the account may call, too. It belongs to the whole account and nothing depends on it, so a refusal
    /// (an API key without that right) is not an error.
    #[must_use]
    pub fn with_permissions(mut self, client: &Client) -> Self {
        self.permissions = client.dialing_permissions().ok();
        self
    }

    pub(crate) fn number(&self, number: &E164) -> Option<&PhoneNumber> {
        self.numbers.iter().find(|known| known.phone_number == number.as_str())
    }
}

/// A list, or nothing where there is no such list: not every account has every product.
pub(crate) fn if_known<T>(list: twilio::Result<Vec<T>>) -> twilio::Result<Vec<T>> {
    match list {
        Err(error) if error.is_not_found() => Ok(Vec::new()),
        list => list,
    }
}

impl Domain {
    /// Whether a list is mapped to either gate.
    pub(crate) fn admits(&self, list: &str) -> bool {
        self.calls.iter().chain(&self.registrations).any(|mapping| mapping.sid == list)
    }

    pub(crate) fn gate(&self, gate: Gate) -> &[Mapping] {
        match gate {
            Gate::Calls => &self.calls,
            Gate::Registrations => &self.registrations,
        }
    }
}
