//! `dialtone apply`

use std::sync::Mutex;
use std::time::Duration;

use clap::Args;
use provision::{Account, Applied, Note, Plan, Progress, Summary, Trouble, Wishes, difference};
use serde_json::json;

use super::connection::{Connection, Session, wishes};
use super::plan::Wanted;
use super::{purchase, show};
use crate::ask::confirm;
use crate::exit::{Failure, Outcome, Result};
use crate::output;
use crate::passwords::Passwords;

/// Makes Twilio match the file, after showing what would change and asking.
///
/// Safe to run again after any failure, and after Ctrl-C: what is there is found, what is not is made. What phones
/// need is made before what makes them use it, and taken away last, so that no phone is cut off in between.
/// Passwords of new phones are generated and kept in the passwords file before Twilio has them; they are never shown.
///
/// Exit codes: 0 done, 1 not confirmed, or Twilio needs more time (run it again), 2 wrong usage or a bad file, 3
/// Twilio failed.
#[derive(Args)]
pub(crate) struct Apply {
    #[command(flatten)]
    connection: Connection,

    #[command(flatten)]
    wanted: Wanted,

    /// Does not ask.
    #[arg(long, short)]
    yes: bool,

    /// How long to wait for Twilio to register emergency addresses, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    wait: u64,

    /// Prints one JSON object in the end: what was made, and what a person has to see to.
    #[arg(long)]
    json: bool,
}

impl Apply {
    pub(crate) fn run(self) -> Result {
        let mut session = self.connection.open()?;
        let passwords = self.connection.passwords_to_write(&session.network)?;
        let options = self.wanted.options();
        let mut wants = wishes(&session.file, &session.network, options);
        let plan = look(&session, &wants, &passwords)?;
        let (network, stage) = (session.network.name().to_owned(), session.network.stage().name.clone());
        if !self.json {
            show::print(&network, &stage, &plan);
        }
        if !plan.is_empty() && !self.yes {
            let prices = purchase::prices(&session.client, &plan);
            prices.iter().for_each(|price| output::aside(price));
            let question = format!("Make these changes in account {}?", session.account);
            if !confirm(&question)? {
                return Ok(Outcome::No);
            }
        }
        let watcher = Watcher {
            is_quiet: self.json,
            made: Mutex::default(),
            waits_for: Mutex::default(),
            config: self.connection.network.config.clone(),
        };
        let applied = loop {
            let patience = Duration::from_secs(self.wait);
            match provision::apply(&session.client, &wants, &passwords, &watcher, patience) {
                Ok(Applied::FileChanged) => {
                    let (file, network) = self.connection.read()?;
                    wants = wishes(&file, &network, options);
                    (session.file, session.network) = (file, network);
                }
                other => break other,
            }
        };
        let made = watcher.made.into_inner().unwrap_or_default();
        report(&network, &stage, &made, applied, self.json)
    }
}

/// Compares once.
pub(super) fn look(session: &Session, wishes: &Wishes, passwords: &Passwords) -> Result<Plan> {
    let account = Account::read(&session.client, &wishes.names, &wishes.domain_name)
        .map_err(|error| Failure::other_side(&error))?
        .with_permissions(&session.client);
    Ok(difference(wishes, &account, passwords))
}

/// Says how it ended.
pub(super) fn report(
    network: &str,
    stage: &str,
    made: &[Summary],
    applied: std::result::Result<Applied, Vec<Trouble>>,
    is_json: bool,
) -> Result {
    let (outcome, errors, notes): (_, Vec<String>, Vec<Note>) = match applied {
        Ok(Applied::Done { notes }) => (Outcome::Done, Vec::new(), notes),
        Ok(Applied::FileChanged) => (Outcome::Done, Vec::new(), Vec::new()),
        Ok(Applied::Unfinished { plan }) => {
            let left = plan.changes.len();
            let error =
                format!("Twilio needs more time for {left} changes; run the same command again later");
            (Outcome::No, vec![error], plan.notes)
        }
        Err(troubles) => {
            let is_ours =
                troubles.iter().all(|trouble| matches!(trouble, Trouble::Keyring(_) | Trouble::File { .. }));
            let outcome = if is_ours { Outcome::Usage } else { Outcome::OtherSide };
            (outcome, troubles.iter().map(ToString::to_string).collect(), Vec::new())
        }
    };
    if is_json {
        output::json(&json!({
            "network": network, "stage": stage, "done": outcome == Outcome::Done,
            "made": made, "errors": errors, "notes": notes,
        }));
    } else {
        show::notes(&notes);
    }
    if outcome == Outcome::Done {
        if !is_json {
            output::line(&match made.len() {
                0 => "nothing had to be changed".to_owned(),
                1 => "done: 1 change".to_owned(),
                count => format!("done: {count} changes"),
            });
        }
        return Ok(outcome);
    }
    let mut text = errors.join("\n");
    if outcome != Outcome::No {
        text.push_str(&format!(
            "\n{} changes were made before; when it is mended, run the same command again: it goes on from here",
            made.len()
        ));
    }
    Err(Failure::of(outcome, text))
}

/// Prints progress, and writes down what was bought.
pub(super) struct Watcher {
    pub(super) is_quiet: bool,
    pub(super) made: Mutex<Vec<Summary>>,
    pub(super) waits_for: Mutex<String>,
    pub(super) config: std::path::PathBuf,
}

impl Progress for Watcher {
    fn made(&self, count: usize, total: usize, summary: &Summary) {
        let Ok(mut made) = self.made.lock() else { return };
        made.push(summary.clone());
        if !self.is_quiet {
            // What was bought before the file was read again counts, too.
            let before = made.len().saturating_sub(count);
            let (count, total) = (made.len(), total + before);
            let width = total.to_string().len();
            output::aside(&format!("[{count:>width$}/{total}] {}", show::line_of(summary)));
        }
    }

    fn waiting(&self, what: &str) {
        let Ok(mut waits_for) = self.waits_for.lock() else { return };
        if !self.is_quiet && *waits_for != what {
            output::aside(&format!("waiting: {what}"));
            what.clone_into(&mut waits_for);
        }
    }

    fn bought(&self, phone: &str, number: &str) -> std::result::Result<(), String> {
        purchase::write_down(&self.config, phone, number)
    }
}
