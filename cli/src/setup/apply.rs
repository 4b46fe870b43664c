//! `dialtone apply`

use std::time::Duration;

use clap::Args;
use passwords::Asked;
use provision::{Applied, Applier};
use setup::{Cost, NOTHING_CHANGED, Purchases, Report, Watcher};

use super::connection::Connection;
use super::end;
use super::urls::{Urls, not_in_force, refuse_strangers};
use super::wanted::Wanted;
use crate::ask::confirm;
use crate::exit::{Failure, Result};
use crate::output;

/// Makes Twilio match the file, after showing what would change and asking.
///
/// Safe to run again after any failure, and after Ctrl-C: what is there is found, what is not is made. What phones
/// need is made before what makes them use it, and taken away last, so that no phone is cut off in between.
/// Passwords of new phones are generated and kept in the passwords file before Twilio has them; they are never shown.
///
/// It ends well only when emergency services know the address of every number that the file gives one. Until then it
/// names the numbers from which 911 cannot be relied on.
///
/// Before it points Twilio at public_url and fallback_url, it asks both with a request that is signed as Twilio signs, with
/// TWILIO_AUTH_TOKEN. What does not answer as Dialtone is refused. Where Dialtone answers, but runs another file, `apply`
/// does its work and ends with 1: deploy this file. After a purchase the file is another one, so deploy once more.
///
/// Exit codes: 0 done; 1 not confirmed, Twilio needs more time (run it again), 911 does not work from a number yet, the
/// network is not whole (a number of the file is not in the account, say), a URL does not answer as Dialtone, or the
/// service runs another file; 2 wrong usage, a bad file, or one that cannot be written; 3 Twilio failed. After Ctrl-C 130,
/// after SIGTERM 143, after SIGHUP 129.
#[derive(Args)]
pub(crate) struct Apply {
    #[command(flatten)]
    connection: Connection,

    #[command(flatten)]
    wanted: Wanted,

    /// Shows every field of every change, however many there are.
    #[arg(long)]
    all: bool,

    /// Does not ask.
    #[arg(long, short)]
    yes: bool,

    /// Does not ask public_url and fallback_url whether Dialtone answers there before Twilio is pointed at them.
    #[arg(long)]
    skip_url_check: bool,

    /// How long to wait for Twilio to register emergency addresses, and for a number whose purchase it does not confirm,
    /// in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    wait: u64,

    /// Prints one JSON object in the end: what was made, and what a person has to see to.
    #[arg(long)]
    json: bool,
}

impl Apply {
    pub(crate) fn run(self) -> Result {
        let watcher = Watcher::new(self.json);
        let session = self.connection.open()?;
        let urls = Urls::new(self.skip_url_check)?;
        let mut wants = self.wanted.wishes(&session.file, &session.network)?;
        let former = session.former(&wants)?;
        wants = wants.formerly(&former);
        let passwords = self.connection.passwords_to_write_of(&session.network, &former)?;
        let log = Purchases {
            config: self.connection.network.config.clone(),
            asked: Asked::beside(passwords.path()),
            is_quiet: self.json,
        };
        let compared = session.compare(wants.clone(), &passwords)?;
        let plan = &compared.plan;
        let (network, stage) = (session.network.name().to_owned(), session.network.stage().name.clone());
        if !self.json {
            setup::print(&network, &stage, plan, self.all);
        }
        let mut reception = urls.ask(&session.network);
        refuse_strangers(&reception)?;
        if let Some(finding) = reception.outdated.as_ref().filter(|_| !self.json) {
            output::aside(&format!("warning: {finding}"));
        }
        if !plan.is_empty() && !self.yes {
            Cost::of(&session.client, &compared).print();
            let question = format!("Make these changes in account {}?", session.account_sid);
            if !confirm(&question)? {
                return Err(Failure::declined(NOTHING_CHANGED));
            }
        }
        passwords.take_over()?;
        let patience = Duration::from_secs(self.wait);
        let mut applier = Applier::new(&session.client, &passwords, &*watcher, &log, patience).shown(plan);
        let mut latest = session.network.clone();
        let applied = loop {
            match applier.apply(&wants) {
                Ok(Applied::FileChanged) => {
                    let (file, network) = self.connection.read()?;
                    wants = self.wanted.wishes(&file, &network)?.formerly(&former);
                    latest = network;
                }
                other => break other,
            }
        };
        if matches!(applied, Ok(Applied::Done { .. })) && self.wanted.is_whole() {
            passwords.leave_former();
        }
        // A number that was bought stands in the file now, and the service does not know it yet.
        if reception.outdated.is_some() || latest.fingerprint() != session.network.fingerprint() {
            reception = urls.ask(&latest);
        }
        let outdated = not_in_force(reception);
        let report = Report { network: &network, stage: &stage, plan, outdated };
        end(report.end(&watcher, applied), self.json)
    }
}
