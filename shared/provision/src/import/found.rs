//! Everything that an account has of a phone network, made by Dialtone or by hand.

use network::{Finding, some_of};
use twilio::{Address, Client, Gate, PhoneNumber};

use crate::account::{Domain, List, if_known};

/// The resources of the account.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// Every SIP domain, with the lists that open its gates.
    pub domains: Vec<Domain>,
    /// Every credential list, with its users.
    pub lists: Vec<List>,
    /// Every number.
    pub numbers: Vec<PhoneNumber>,
    /// Every address.
    pub addresses: Vec<Address>,
}

impl Found {
    /// Reads the account and changes nothing.
    ///
    /// # Errors
    ///
    /// Twilio's, at the first request that fails.
    pub fn read(client: &Client) -> twilio::Result<Self> {
        let mut found =
            Self { numbers: client.numbers()?, addresses: if_known(client.addresses())?, ..Self::default() };
        for domain in client.sip_domains()? {
            found.domains.push(Domain {
                calls: client.mappings(&domain.sid, Gate::Calls)?,
                registrations: client.mappings(&domain.sid, Gate::Registrations)?,
                addresses: if_known(client.ip_mappings(&domain.sid))?,
                domain,
            });
        }
        for list in client.credential_lists()? {
            let credentials = client.credentials(&list.sid)?;
            found.lists.push(List { list, credentials });
        }
        Ok(found)
    }

    /// The name of the domain whose phones are read: the one that was asked for, or the only one.
    ///
    /// # Errors
    ///
    /// It is not there, or belongs to a network already; or there are several.
    pub fn chosen_domain(&self, asked: Option<&str>) -> Result<Option<String>, Finding> {
        let names: Vec<_> = self.domains.iter().map(|known| known.domain.domain_name.as_str()).collect();
        let list = some_of(&names, 20);
        let chosen = match (asked, names.as_slice()) {
            (Some(asked), _) => self.domain(asked).ok_or_else(|| {
                Finding::new(
                    "--domain",
                    format!("the account has no {asked}"),
                    format!("choose one of {list}"),
                )
            })?,
            (None, []) => return Ok(None),
            (None, [only]) => match self.domain(only) {
                Some(known) => known,
                None => return Ok(None),
            },
            (None, _) => {
                return Err(Finding::new(
                    "",
                    "the account has several SIP domains",
                    format!("choose one of {list} with --domain"),
                ));
            }
        };
        let domain = &chosen.domain;
        if domain.friendly_name.starts_with("dialtone:") {
            return Err(Finding::new(
                "",
                format!("{} belongs to {} already", domain.domain_name, domain.friendly_name),
                "look for the network file that it was made from",
            ));
        }
        Ok(Some(domain.domain_name.clone()))
    }

    /// The domain of this name.
    #[must_use]
    pub fn domain(&self, name: &str) -> Option<&Domain> {
        self.domains.iter().find(|known| known.domain.domain_name.eq_ignore_ascii_case(name))
    }

    /// The lists whose users a domain admits at either gate, in the order of the account.
    pub(super) fn lists_of<'a>(&'a self, domain: &'a Domain) -> impl Iterator<Item = &'a List> {
        self.lists.iter().filter(|list| domain.admits(&list.list.sid))
    }

    /// The emergency address of a number, if the account has it.
    pub(super) fn address_of(&self, number: &PhoneNumber) -> Option<&Address> {
        self.addresses.iter().find(|address| address.sid == number.emergency_address_sid)
    }
}
