//! The resources in Twilio that concern one stage of a network.

use std::panic::resume_unwind;
use std::sync::{Mutex, PoisonError};
use std::thread::{self, ScopedJoinHandle};

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
    /// The SIP domain that the file names, even if somebody else made it.
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
    /// Its credentials.
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
    /// Looks. Lists and domains have no filter, so all are fetched and compared here. `told` hears after each list how many
    /// are read, and of how many as far as is known by then; several threads call it.
    ///
    /// # Errors
    ///
    /// Twilio's, at the first request that fails.
    pub fn read(
        client: &Client,
        names: &Names,
        domain_name: &str,
        told: &(dyn Fn(usize, usize) + Sync),
    ) -> twilio::Result<Self> {
        let reading = &Reading { lists: Mutex::new((0, TOP + OF_LISTS + OF_DOMAIN)), told };
        let (lists, domains, addresses, numbers) = thread::scope(|scope| {
            let lists = scope.spawn(|| read_lists(client, names, reading));
            let domains = scope.spawn(|| read_domains(client, names, domain_name, reading));
            let addresses = scope.spawn(|| reading.one(if_known(client.addresses())));
            let numbers = reading.one(client.numbers());
            (joined(lists), joined(domains), joined(addresses), numbers)
        });
        let (lists, (domain, former_domains), addresses, numbers) = (lists?, domains?, addresses?, numbers?);
        let (addresses, mut other_addresses): (Vec<_>, Vec<_>) =
            addresses.into_iter().partition(|address| names.is_address(&address.friendly_name));
        // Another stage may delete its own.
        other_addresses.retain(|address| owner_of(&address.friendly_name).is_none());
        let mut account =
            Self { lists, domain, former_domains, numbers, addresses, other_addresses, permissions: None };
        account.sort_lists(names);
        Ok(account)
    }

    /// Puts the lists in order. Of two lists with one name, phones use the one that is mapped, or else the fuller one.
    pub(crate) fn sort_lists(&mut self, names: &Names) {
        let domain = &self.domain;
        self.lists.sort_by_cached_key(|list| {
            let is_mapped = domain.as_ref().is_some_and(|domain| domain.admits(&list.list.sid));
            (names.list_index(&list.list.friendly_name), !is_mapped, usize::MAX - list.credentials.len())
        });
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

/// How many lists are read at first: credential lists, SIP domains, addresses and numbers.
const TOP: usize = 4;
/// How many credential lists a stage usually has.
const OF_LISTS: usize = 1;
/// How many lists a SIP domain has: two gates, and IP addresses.
const OF_DOMAIN: usize = 3;

/// How far a look is.
struct Reading<'a> {
    /// How many lists are read, and of how many.
    lists: Mutex<(usize, usize)>,
    told: &'a (dyn Fn(usize, usize) + Sync),
}

impl Reading<'_> {
    /// One list is read.
    fn one<T>(&self, list: T) -> T {
        let mut lists = self.lists.lock().unwrap_or_else(PoisonError::into_inner);
        lists.0 += 1;
        (self.told)(lists.0, lists.1.max(lists.0));
        list
    }

    /// There are so many lists where so many were expected.
    fn expect(&self, count: usize, expected: usize) {
        let mut lists = self.lists.lock().unwrap_or_else(PoisonError::into_inner);
        lists.1 = (lists.1 + count).saturating_sub(expected);
    }
}

fn read_lists(client: &Client, names: &Names, reading: &Reading<'_>) -> twilio::Result<Vec<List>> {
    let lists = reading.one(client.credential_lists()?).into_iter();
    let ours: Vec<_> = lists.filter(|list| names.list_index(&list.friendly_name).is_some()).collect();
    reading.expect(ours.len(), OF_LISTS);
    let read =
        |list: CredentialList| Ok(List { credentials: reading.one(client.credentials(&list.sid)?), list });
    ours.into_iter().map(read).collect()
}

/// The domain that the file names, and this stage's others.
fn read_domains(
    client: &Client,
    names: &Names,
    domain_name: &str,
    reading: &Reading<'_>,
) -> twilio::Result<(Option<Domain>, Vec<SipDomain>)> {
    let (named, mut others): (Vec<_>, Vec<_>) = reading
        .one(client.sip_domains()?)
        .into_iter()
        .partition(|domain| domain.domain_name.eq_ignore_ascii_case(domain_name));
    others.retain(|domain| names.is_domain(&domain.friendly_name));
    let Some(domain) = named.into_iter().next() else {
        reading.expect(0, OF_DOMAIN);
        return Ok((None, others));
    };
    let (calls, registrations, addresses) = thread::scope(|scope| {
        let calls = scope.spawn(|| reading.one(client.mappings(&domain.sid, Gate::Calls)));
        let registrations = scope.spawn(|| reading.one(client.mappings(&domain.sid, Gate::Registrations)));
        let addresses = reading.one(if_known(client.ip_mappings(&domain.sid)));
        (joined(calls), joined(registrations), addresses)
    });
    let gates = Domain { calls: calls?, registrations: registrations?, addresses: addresses?, domain };
    Ok((Some(gates), others))
}

/// The result of a thread. A panic goes on where it is waited for.
fn joined<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| resume_unwind(panic))
}

/// A list, or nothing where there is no such list: not every account has every product.
pub(crate) fn if_known<T>(list: twilio::Result<Vec<T>>) -> twilio::Result<Vec<T>> {
    match list {
        Err(error) if error.is_not_found() => Ok(Vec::new()),
        list => list,
    }
}

impl Domain {
    /// A domain that nobody may use yet.
    pub(crate) fn new(domain: SipDomain) -> Self {
        Self { domain, calls: Vec::new(), registrations: Vec::new(), addresses: Vec::new() }
    }

    pub(crate) fn gate_mut(&mut self, gate: Gate) -> &mut Vec<Mapping> {
        match gate {
            Gate::Calls => &mut self.calls,
            Gate::Registrations => &mut self.registrations,
        }
    }

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
