//! `dialtone rotate`

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use clap::Args;
use network::{Extension, Finding, Network};
use provision::{Account, Keyring, Observer, Options, finding_of};
use serde_json::{Value, json};
use setup::{NOTHING_CHANGED, Watcher, rotation};

use super::connection::{Connection, Session, wishes};
use crate::answer;
use crate::ask::confirm;
use crate::devices::DeviceFolder;
use crate::exit::{Failure, Outcome, Result};
use crate::output;
use passwords::Passwords;

/// Gives phones new passwords, in Twilio and in their device files.
///
/// A phone itself has the old one until it has loaded its new file: its next registration, within ten minutes, is
/// refused until then, and it cannot be called. So have the devices at hand, or let them fetch their files
/// (`dialtone devices serve`).
///
/// Whether the device files can be written, and where git does not see them, is tried first: nothing is changed if not.
/// Of several phones, one that fails keeps no other from its new password.
///
/// Exit codes: 0 done, 1 not confirmed, 2 wrong usage or no such phone, 3 Twilio failed (run it again), or a password
/// was changed and its device file could not be written.
#[derive(Args)]
pub(crate) struct Rotate {
    /// The phones: their names in the file.
    #[arg(value_name = "EXT", required_unless_present = "all", conflicts_with = "all")]
    phones: Vec<String>,

    /// All phones of the file.
    #[arg(long)]
    all: bool,

    #[command(flatten)]
    connection: Connection,

    #[command(flatten)]
    folder: DeviceFolder,

    /// Does not ask.
    #[arg(long, short)]
    yes: bool,

    /// Prints one JSON object instead.
    #[arg(long)]
    json: bool,
}

impl Rotate {
    pub(crate) fn run(self) -> Result {
        let session = self.connection.open()?;
        let phones = self.phones_of(&session.network)?;
        // A single one is told of in the end.
        let watcher = Watcher::new(self.json || phones.len() == 1);
        let passwords = self.connection.passwords_to_write(&session.network)?;
        let account = session.account(&wishes(&session.file, &session.network, Options::default()))?;
        let places = places_of(&account, &phones)?;
        for phone in &phones {
            self.folder
                .check(&session.network, phone)
                .map_err(|problem| Failure::found(Outcome::Usage, [rotation::unchanged(problem)]))?;
        }
        if !self.yes && !confirm(&rotation::question(phones.iter().map(|phone| phone.name())))? {
            return Err(Failure::declined(NOTHING_CHANGED));
        }
        let rotation = Rotation { session: &session, passwords: &passwords, watcher, folder: &self.folder };
        let (mut done, mut failures) = (Vec::new(), Vec::new());
        for (place, (phone, at)) in phones.iter().zip(&places).enumerate() {
            match rotation.of(phone, at, (place, phones.len())) {
                Ok(files) => done.push((phone.name(), files)),
                // One answer says it for all.
                Err((failure, true)) => {
                    failures.push((phone.name(), failure));
                    break;
                }
                Err((failure, false)) => failures.push((phone.name(), failure)),
            }
        }
        self.end(&phones, &done, failures, &passwords)
    }

    /// The phones that are meant, each once.
    fn phones_of<'n>(&self, network: &'n Network) -> Result<Vec<&'n Extension>> {
        if self.all {
            return Ok(network.extensions().iter().collect());
        }
        let mut seen = HashSet::new();
        let names = self.phones.iter().filter(|name| seen.insert(name.as_str()));
        names.map(|name| network.extension(name).ok_or_else(|| Failure::no_phone(network, name))).collect()
    }

    fn end(
        &self,
        phones: &[&Extension],
        done: &[(&str, Vec<String>)],
        failures: Vec<(&str, Failure)>,
        passwords: &Passwords,
    ) -> Result {
        let files: Vec<&String> = done.iter().flat_map(|(_, files)| files).collect();
        let mut fields = json!({
            "phones": done.iter().map(|(phone, files)| json!({"phone": phone, "files": files})).collect::<Value>(),
            "files": files,
        });
        if let ([phone], Some(fields)) = (phones, fields.as_object_mut()) {
            fields.insert("phone".into(), phone.name().into());
        }
        if !self.json {
            done.iter().for_each(|(phone, files)| tell(phone, files, passwords));
        }
        match failures.len() {
            0 if self.json => Ok(answer::print(Outcome::Done, fields)),
            0 => Ok(Outcome::Done),
            _ if phones.len() == 1 => {
                let failure = failures.into_iter().next().map(|(_, failure)| failure);
                Err(failure.unwrap_or_else(|| Failure::found(Outcome::OtherSide, Vec::new())))
            }
            _ => {
                let mut findings: Vec<Finding> =
                    failures.iter().map(|(phone, failure)| on_one_line(phone, failure)).collect();
                let rest = phones.len() - done.len();
                findings.push(Finding::new(
                    "",
                    format!("{} of {} phones have a new password", done.len(), phones.len()),
                    format!("when it is mended, run the same command for the other {rest}: each run makes new passwords"),
                ));
                Err(Failure::found(Outcome::OtherSide, findings).knowing(fields))
            }
        }
    }
}

/// What it takes to give one phone after the other its new password.
struct Rotation<'a> {
    session: &'a Session,
    passwords: &'a Passwords,
    watcher: Arc<Watcher>,
    folder: &'a DeviceFolder,
}

impl Rotation<'_> {
    /// Gives a phone a new password, and says where its device files are; or why it failed, and whether no other can succeed
    /// either. `place` is how many phones came before, of how many.
    fn of(
        &self,
        phone: &Extension,
        (list, credential): &(String, String),
        (place, total): (usize, usize),
    ) -> std::result::Result<Vec<String>, (Failure, bool)> {
        let user = phone.name();
        let new = self.passwords.renew(user).map_err(|error| (error.into(), true))?;
        let summary = self.watcher.rotates(user);
        let set = self.session.client.update_credential(list, credential, &new);
        self.watcher.ended(&summary);
        let set = set.map_err(|error| {
            let is_last = error.status() == Some(401) || matches!(error, twilio::Error::Unreachable { .. });
            (
                Failure::found(Outcome::OtherSide, [finding_of(user, &error), rotation::kept_for_later()]),
                is_last,
            )
        })?;
        self.passwords.confirm(user, credential, Some(&set.date_updated)).map_err(|error| {
            (Failure::found(Outcome::OtherSide, [error.finding(), rotation::changed_unkept(user)]), true)
        })?;
        self.watcher.made(place + 1, total, &summary);
        self.folder.render(&self.session.network, phone, self.passwords).map_err(|failure| {
            let findings = failure.into_findings().into_iter().chain([rotation::changed_unwritten(user)]);
            (Failure::found(Outcome::OtherSide, findings), false)
        })
    }
}

/// The list and the credential of each phone.
fn places_of(account: &Account, phones: &[&Extension]) -> Result<Vec<(String, String)>> {
    let mut there = HashMap::new();
    for list in &account.lists {
        for credential in &list.credentials {
            there.entry(credential.username.as_str()).or_insert((&list.list.sid, &credential.sid));
        }
    }
    let missing: Vec<&str> =
        phones.iter().map(|phone| phone.name()).filter(|name| !there.contains_key(name)).collect();
    if !missing.is_empty() {
        let has = if missing.len() == 1 { "has" } else { "have" };
        return Err(Failure::usage(
            "",
            format!("{} {has} no credential in Twilio yet", network::some_of(&missing, 3)),
            "`dialtone apply` makes it",
        ));
    }
    let place =
        |phone: &&Extension| there.get(phone.name()).map(|(list, sid)| ((*list).clone(), (*sid).clone()));
    Ok(phones.iter().filter_map(place).collect())
}

/// One of several phones that failed: everything on its line.
fn on_one_line(phone: &str, failure: &Failure) -> Finding {
    let findings: Vec<_> = failure.findings().iter().map(Finding::to_string).collect();
    Finding::new(phone, findings.join("; "), "")
}

fn tell(phone: &str, files: &[String], passwords: &Passwords) {
    output::line(&format!("{phone} has a new password"));
    if files.is_empty() {
        let path = passwords.path().display();
        output::line(&format!("the file has no device for it; its password is in {path}"));
    }
    files.iter().for_each(|file| output::line(&format!("device file: {file}")));
}
