//! `dialtone destroy`

use std::time::Duration;

use clap::Args;
use passwords::{Asked, BeforeFile};
use provision::{Applier, Options};
use setup::{NOTHING_CHANGED, Purchases, Report, Watcher};

use super::connection::{Connection, wishes};
use super::end;
use crate::ask::confirm_by_name;
use crate::exit::{Failure, Result};
use crate::output;

/// Takes away what this stage of the network has in Twilio, and nothing else, after showing it and asking.
///
/// That is: the SIP domain, the credential lists with their credentials, the mappings and the addresses that have
/// this stage's name. Its numbers answer nobody any more; they stay in the account, because a number that is
/// released is gone for good, unless --release-numbers is given. The passwords file stays, too: after an `apply`
/// phones would have the same passwords again.
///
/// Exit codes: 0 done, 1 not confirmed, 2 wrong usage or a bad file, 3 Twilio failed (run it again).
#[derive(Args)]
pub(crate) struct Destroy {
    #[command(flatten)]
    connection: Connection,

    /// Puts back what `dialtone import` found: the URLs of the domain and the numbers, their addresses, and the names of the
    /// lists. What was there before the import is not deleted.
    #[arg(long, conflicts_with = "release_numbers")]
    restore: bool,

    /// Gives the numbers back, for good. Somebody else may get them.
    #[arg(long)]
    release_numbers: bool,

    /// Shows every field of every change, however many there are.
    #[arg(long)]
    all: bool,

    /// Does not ask.
    #[arg(long, short)]
    yes: bool,

    /// How long to wait for Twilio to take emergency addresses off numbers, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    wait: u64,

    /// Prints one JSON object in the end.
    #[arg(long)]
    json: bool,
}

impl Destroy {
    pub(crate) fn run(self) -> Result {
        let watcher = Watcher::new(self.json);
        let session = self.connection.open()?;
        let passwords = self.connection.passwords_to_write(&session.network)?;
        let options = Options { release_numbers: self.release_numbers, ..Options::default() };
        let mut wants = wishes(&session.file, &session.network, options).nothing();
        let record = BeforeFile::beside(passwords.path());
        let before = record.read()?;
        if self.restore {
            wants = wants.restoring(before.ok_or_else(|| {
                Failure::usage(
                    record.path().display(),
                    "is not there, so nothing is known of before",
                    "bring it from where `dialtone import` ran",
                )
            })?);
        } else if before.is_some() && !self.json {
            output::aside(
                "note: what was there before the import comes back with --restore, and else does not",
            );
        }
        let compared = session.compare(wants.clone(), &passwords)?;
        let plan = &compared.plan;
        let (network, stage) = (session.network.name(), &session.network.stage().name);
        if !self.json {
            setup::print(network, stage, plan, self.all);
        }
        if !plan.is_empty() && !self.yes {
            output::aside(&match self.restore {
                true => format!("What stage {stage} took over goes back to what answered it before."),
                false => format!("The phones of stage {stage} will be cut off."),
            });
            if !confirm_by_name(&format!("Take this away from account {}?", session.account_sid), stage)? {
                return Err(Failure::declined(NOTHING_CHANGED));
            }
        }
        let log = Purchases {
            config: self.connection.network.config.clone(),
            asked: Asked::beside(passwords.path()),
            is_quiet: self.json,
        };
        let patience = Duration::from_secs(self.wait);
        let applied = Applier::new(&session.client, &passwords, &*watcher, &log, patience).apply(&wants);
        let report = Report { network, stage, plan, outdated: None };
        end(report.end(&watcher, applied), self.json)
    }
}
