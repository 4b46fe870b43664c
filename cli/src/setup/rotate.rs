//! `dialtone rotate`

use clap::Args;
use provision::{Keyring, Options, finding_of};

use super::connection::{Connection, wishes};
use super::show;
use super::watch::Watcher;
use crate::answer;
use crate::ask::confirm;
use crate::devices::DeviceFolder;
use crate::exit::{Failure, Outcome, Result};
use crate::output;

/// Gives a phone a new password, in Twilio and in its device file.
///
/// The phone itself has the old one until it has loaded its new file: its next registration, within ten minutes, is
/// refused until then, and it cannot be called. So have the device at hand, or let it fetch the file
/// (`dialtone devices serve`).
///
/// Whether the device file can be written, and where git does not see it, is tried first: nothing is changed if not.
///
/// Exit codes: 0 done, 1 not confirmed, 2 wrong usage or no such phone, 3 Twilio failed (run it again), or the password
/// was changed and its device file could not be written.
#[derive(Args)]
pub(crate) struct Rotate {
    /// The phone: its name in the file.
    #[arg(value_name = "EXT")]
    phone: String,

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
        let watcher = Watcher::new(true);
        let session = self.connection.open()?;
        let network = &session.network;
        let Some(phone) = network.extension(&self.phone) else {
            return Err(Failure::no_phone(network, &self.phone));
        };
        let user = phone.name();
        let passwords = self.connection.passwords_to_write(network)?;
        let account = session.account(&wishes(&session.file, network, Options::default()))?;
        let found = account.lists.iter().find_map(|list| {
            let credential = list.credentials.iter().find(|credential| credential.username == user)?;
            Some((list.list.sid.clone(), credential.sid.clone()))
        });
        let Some((list, credential)) = found else {
            return Err(Failure::usage(format!(
                "{user} has no credential in Twilio yet; `dialtone apply` makes it"
            )));
        };
        self.folder
            .check(network, phone)
            .map_err(|problem| Failure::usage(format!("{problem} ({})", show::NOTHING_CHANGED)))?;
        if !self.yes && !confirm(&format!("{user} cannot be called until it has its new file. Go on?"))? {
            return Err(Failure::declined(show::NOTHING_CHANGED));
        }
        let new = passwords.renew(user)?;
        watcher.rotates(user);
        let set = session.client.update_credential(&list, &credential, &new).map_err(|error| {
            Failure::other_side(format!(
                "{}\nthe new password is kept; run the same command again, or `dialtone apply`",
                finding_of(user, &error)
            ))
        })?;
        passwords.confirm(user, &credential, Some(&set.date_updated)).map_err(|error| {
            Failure::other_side(format!(
                "{error}\nthe password of {user} WAS changed in Twilio; when that is mended, `dialtone apply` and then \
                 `dialtone devices render {user} --out DIR` write its device file"
            ))
        })?;

        let files = self.folder.render(network, phone, &passwords).map_err(|failure| {
            Failure::other_side(format!(
                "{}\nthe password of {user} WAS changed in Twilio, but its device file is not written; write it with \
                 `dialtone devices render {user} --out DIR`",
                failure.message()
            ))
        })?;
        if self.json {
            return Ok(answer::print(Outcome::Done, serde_json::json!({"phone": user, "files": files})));
        }
        output::line(&format!("{user} has a new password"));
        if files.is_empty() {
            let path = passwords.path().display();
            output::line(&format!("the file has no device for it; its password is in {path}"));
        }
        files.iter().for_each(|file| output::line(&format!("device file: {file}")));
        Ok(Outcome::Done)
    }
}
