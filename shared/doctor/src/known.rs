//! The ledger's knowledge of phones, where there is one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use files::state_path;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use ledger::{Access, Filter, Help, Ledger, PhoneName};
use network::Network;

use crate::Sign;

/// How many of a phone's calls for help and drills are looked through for the last drill.
const HELP_CALLS: usize = 100;

/// The knowledge of a ledger that was there already; nothing if there is none.
pub struct Known(Option<Ledger>);

impl Known {
    /// The ledger of this name, or the network's own. The doctor makes none.
    ///
    /// # Errors
    ///
    /// There is a ledger, and it cannot be read.
    pub fn open(path: Option<&Path>, network: &Network) -> ledger::Result<Self> {
        let path =
            path.map(PathBuf::from).or_else(|| state_path(network.name(), &network.stage().name, "ledger"));
        let Some(path) = path.filter(|path| path.exists()) else { return Ok(Self(None)) };
        let zone = TimeZone::try_system().unwrap_or(TimeZone::UTC);
        Ledger::open(&path, Access::Read, &zone).map(Some).map(Self)
    }

    /// The last proof of life and of death of each phone, by its name in the file.
    ///
    /// # Errors
    ///
    /// The ledger cannot be read.
    pub fn signs(&self, network: &Network, now: Timestamp) -> ledger::Result<BTreeMap<String, Sign>> {
        let Some(ledger) = &self.0 else { return Ok(BTreeMap::new()) };
        let mut signs = BTreeMap::new();
        for phone in network.extensions() {
            let health = ledger.health(&PhoneName::of_event(phone.endpoint()), now)?;
            let sign =
                Sign { life: health.life.map(|sign| sign.at), death: health.death.map(|sign| sign.at) };
            signs.insert(phone.name().to_owned(), sign);
        }
        Ok(signs)
    }

    /// When each phone dialled 933 last, by its name in the file.
    ///
    /// # Errors
    ///
    /// The ledger cannot be read.
    pub fn drills(&self, network: &Network, now: Timestamp) -> ledger::Result<BTreeMap<String, Timestamp>> {
        let Some(ledger) = &self.0 else { return Ok(BTreeMap::new()) };
        let mut drills = BTreeMap::new();
        for phone in network.extensions() {
            let of_phone = Some(PhoneName::of_event(phone.endpoint())).filter(PhoneName::is_known);
            let Some(of_phone) = of_phone else { continue };
            let filter = Filter { phone: Some(of_phone), help: true, most: HELP_CALLS, ..Filter::default() };
            let calls = ledger.calls(&filter, now)?;
            if let Some(call) = calls.iter().find(|call| call.help == Help::Drill) {
                drills.insert(phone.name().to_owned(), call.began);
            }
        }
        Ok(drills)
    }
}
