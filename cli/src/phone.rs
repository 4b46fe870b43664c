//! `dialtone phone`

use clap::Args;
use doctor::drill::Book;
use doctor::{Dossier, Service};
use jiff::Timestamp;

use crate::answer;
use crate::calls;
use crate::exit::{Failure, Outcome, Result};
use crate::ledger::{LedgerArgs, failure};
use crate::output::{self, Progress};
use crate::setup::token;

/// What is known of a phone, on one screen: when it was last heard from and last missed, its latest calls and errors,
/// where 911 sends help, its last drill, whether the running service has this file, and what to do.
///
/// The ledger is filled by `dialtone calls`, by `dialtone switchboard`, or here with --from, --aws and --twilio.
///
///   dialtone phone lobby
///   dialtone phone lobby --from events.jsonl --json
///
/// Exit codes: 0 it is alive or was never seen, 1 it is doubtful or unreachable, 2 wrong usage or a bad file, 3 Twilio
/// or AWS cannot be asked, or the ledger cannot be used.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Phone {
    /// The phone, by its name in the network file or its label.
    name: String,

    #[command(flatten)]
    ledger: LedgerArgs,

    /// Does not ask the running service which file it has.
    #[arg(long)]
    offline: bool,

    /// Prints one JSON object.
    #[arg(long)]
    json: bool,
}

impl Phone {
    pub(crate) fn run(self) -> Result {
        let opened = self.ledger.open()?;
        let network = &opened.network;
        let name = calls::phone_name(network, &self.name)?;
        let Some(phone) = network.extensions().iter().find(|phone| phone.endpoint() == name.as_str()) else {
            return Err(Failure::usage(
                "",
                format!("events do not name the phone {:?}", self.name),
                "give it a label in the network file",
            ));
        };
        let config = &self.ledger.network().config;
        let service = match (self.offline, std::fs::read_to_string(config)) {
            (false, Ok(file)) => {
                let _under_way = Progress::of("asking the service which file it has");
                Service::ask(network.stage(), token().as_ref(), &file)
            }
            _ => Service::NotAsked,
        };
        // Results that cannot be read are the doctor's to complain about.
        let book = Book::open(config).unwrap_or_default();
        let dossier = Dossier::of(network, phone, &opened.ledger, &book, service, Timestamp::now());
        let dossier = dossier.map_err(failure)?;
        let outcome = if dossier.is_well() { Outcome::Done } else { Outcome::No };
        if self.json {
            return Ok(answer::print(outcome, dossier.as_json()));
        }
        output::line(&dossier.screen(&calls::local()));
        Ok(outcome)
    }
}
