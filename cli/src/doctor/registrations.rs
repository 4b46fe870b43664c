//! `dialtone doctor --registrations`

use std::path::{Path, PathBuf};

use clap::Args;
use doctor::{Presence, RollCall, Way};
use jiff::Timestamp;
use ledger::{Access, PhoneName};
use network::Network;
use registrations::{Authority, Registrar};

use crate::exit::{Failure, Result};

/// Whether and how the registrar is asked.
#[derive(Args)]
pub(super) struct Registrations {
    /// Asks Twilio's registrar where each phone is registered, with the phones' passwords, and notes in the ledger which are. Changes
    /// nothing at Twilio. Four phones a second. Not tried at Twilio yet.
    #[arg(long)]
    registrations: bool,

    /// Another registrar than Twilio's, such as sip:127.0.0.1:5060;transport=tcp. Only tests and the lab need it.
    #[arg(long, value_name = "URI", requires = "registrations")]
    registrar: Option<Registrar>,

    /// A certificate authority that vouches for that registrar, in PEM.
    #[arg(long, value_name = "FILE", requires = "registrar")]
    registrar_ca: Option<PathBuf>,
}

impl Registrations {
    /// By which way the registrar is asked; none if it is not to be.
    pub(super) fn way(&self) -> Result<Option<Way>> {
        if !self.registrations {
            return Ok(None);
        }
        let authority = self.registrar_ca.as_deref().map(Authority::open).transpose();
        let authority = authority.map_err(|error| {
            Failure::usage("", error, "name the authority's certificate with --registrar-ca")
        })?;
        Ok(Some(Way { registrar: self.registrar.clone(), authority }))
    }
}

impl Registrations {
    /// Notes in the ledger which phones are registered: it is a proof of life.
    pub(super) fn note(
        &self,
        roll: &RollCall,
        network: &Network,
        path: Option<&Path>,
        now: Timestamp,
    ) -> Result<()> {
        let seen = roll.phones.iter().filter(|one| matches!(one.presence, Presence::At(_)));
        let seen = seen.filter_map(|one| network.extension(&one.phone));
        let seen: Vec<_> = seen.map(|phone| PhoneName::of_event(phone.endpoint())).collect();
        let mut ledger = feed::open(&feed::place(path, network)?, Access::Write)?;
        ledger.take_registrations(&seen, now).map_err(crate::ledger::failure)
    }
}
