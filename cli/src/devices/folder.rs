//! A folder for files that hold passwords.

use std::path::PathBuf;

use clap::Args;
use devices::Proxy;
use files::{SecretFolder, SecretFolderError};
use network::{Extension, Finding, Network};
use twilio::Secret;

use super::decisions::Decisions;
use super::phones;
use crate::exit::{self, Failure, Outcome};
use crate::output;
use passwords::Passwords;

/// What can be done where the folder will not do.
const REMEDY: &str = "name another folder with --out DIR";

/// Where files of devices are written.
#[derive(Args)]
pub(crate) struct DeviceFolder {
    /// The folder for the device files. If it is not there, it is made, for its owner alone and out of git's sight. One
    /// that is there must be out of git's sight already. The files hold passwords, and only their owner can read
    /// them.
    #[arg(long, value_name = "DIR", default_value = "./device-files")]
    out: PathBuf,
}

impl DeviceFolder {
    /// Whether the files of a phone's device can be made and written here, asked before its password is changed. A
    /// phone without a device needs no files.
    ///
    /// # Errors
    ///
    /// Why not, and what to do.
    pub(crate) fn check(&self, network: &Network, phone: &Extension) -> Result<(), Finding> {
        if phone.device().is_none() {
            return Ok(());
        }
        // Any password will do: none of it is written.
        let files = devices::render(
            network,
            phone,
            &Secret::new("Any-passw0rd-does"),
            &Decisions(network),
            Proxy::Edge,
        )
        .map_err(|error| error.finding(phone.name()))?;
        self.check_names(files.iter().map(|file| file.name.as_str()))
    }

    /// Writes the files of a phone whose password is new, and says where they are: nowhere if it has no device.
    pub(crate) fn render(
        &self,
        network: &Network,
        phone: &Extension,
        passwords: &Passwords,
    ) -> exit::Result<Vec<String>> {
        if phone.device().is_none() {
            return Ok(Vec::new());
        }
        let made = phones::phone(network, phone, passwords, Proxy::Edge)
            .map_err(|problem| Failure::found(Outcome::Usage, [problem]))?;
        phones::tell_of_late_help(network, phone);
        made.files.iter().map(|file| self.write(&file.name, &file.bytes)).collect()
    }

    /// Whether files of these names can be written here, and git would see none of them. None is written yet, but the
    /// folder is there afterwards.
    ///
    /// # Errors
    ///
    /// Why not, and what to do.
    pub(super) fn check_names<'f>(&self, names: impl IntoIterator<Item = &'f str>) -> Result<(), Finding> {
        let folder = SecretFolder::new(&self.out);
        folder.check(names).map_err(|error| self.finding(&error))?;
        if folder.is_open() {
            let shown = self.out.display();
            output::aside(&format!(
                "note: others can look into {shown}; the files are for you alone, but their names are not: \
                 `chmod 700 {shown}`"
            ));
        }
        Ok(())
    }

    /// Writes one file, in one step, and says where.
    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> exit::Result<String> {
        let path = SecretFolder::new(&self.out).write(name, bytes);
        path.map(|path| path.display().to_string())
            .map_err(|error| Failure::found(Outcome::Usage, [self.finding(&error)]))
    }

    fn finding(&self, error: &SecretFolderError) -> Finding {
        match error {
            SecretFolderError::Io { path, source } => {
                Finding::new(path.display().to_string(), source.to_string(), REMEDY)
            }
            SecretFolderError::IsFolder { path } => {
                Finding::new(path.display().to_string(), "is a folder, so no file can take its place", REMEDY)
            }
            SecretFolderError::Seen { path, checkout } => Finding::new(
                path.display().to_string(),
                format!("git would see it in the checkout {}, and it holds a password", checkout.display()),
                format!(
                    "name a folder that is not there yet or is elsewhere with --out DIR, or write * into {}",
                    self.out.join(".gitignore").display()
                ),
            ),
        }
    }
}
