//! What pages see of the network and the ledger.

use std::collections::HashMap;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use ledger::{Ledger, PhoneName};
use network::{Extension, Network, NoPlace, PostalAddress};

/// A test of 911 with 933, as `doctor` keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drill {
    /// `YYYY-MM-DD`, UTC.
    pub date: String,
    /// Whether 933 read back the right number and the right address.
    pub passed: bool,
}

/// What pages show and the ledger does not keep.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Beside {
    /// The last drill of each phone, by its user name.
    pub drills: HashMap<String, Drill>,
    /// Since when events of `dialtone serve` wait for the topic, if they do.
    pub unpublished_since: Option<Timestamp>,
}

/// The data that a page sees.
pub(crate) struct View<'b> {
    pub(crate) network: &'b Network,
    pub(crate) ledger: &'b Ledger,
    pub(crate) beside: &'b Beside,
    pub(crate) now: Timestamp,
}

impl View<'_> {
    /// The zone of every time on a page: the ledger's, so that days are the same everywhere.
    pub(crate) fn zone(&self) -> TimeZone {
        self.ledger.zone().clone()
    }

    pub(crate) fn hours_ago(&self, hours: i64) -> Timestamp {
        self.now - SignedDuration::from_hours(hours)
    }

    /// The latest real or refused or failed call for help of the last day.
    pub(crate) fn latest_help(&self) -> ledger::Result<Vec<ledger::Call>> {
        let filter = ledger::Filter {
            help: true,
            since: Some(self.hours_ago(24)),
            most: 50,
            ..ledger::Filter::default()
        };
        let mut calls = self.ledger.calls(&filter, self.now)?;
        calls.retain(|call| call.help != ledger::Help::Drill);
        Ok(calls)
    }

    /// The phones of the file that events name, each once.
    pub(crate) fn phones(&self) -> Vec<(PhoneName, &Extension)> {
        let phones = self.network.extensions().iter();
        let mut named: Vec<_> = phones
            .map(|phone| (PhoneName::of_event(phone.endpoint()), phone))
            .filter(|(name, _)| name.is_known())
            .collect();
        named.sort_by(|one, other| one.0.cmp(&other.0));
        named.dedup_by(|one, other| one.0 == other.0);
        named
    }

    /// Where help is sent for a phone, and if it is not, why.
    pub(crate) fn place(&self, phone: &Extension) -> Result<String, NoPlace> {
        self.network.help_goes_to(phone).map(PostalAddress::in_short)
    }
}
