//! A folder for files that hold passwords.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use devices::Proxy;
use files::Access;
use network::{Extension, Network};
use twilio::Secret;

use super::decisions::Decisions;
use super::phones;
use crate::exit::{Failure, Result};
use crate::git::seen_in;
use crate::output;
use crate::passwords::Passwords;
use crate::private;

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
    pub(crate) fn check(&self, network: &Network, phone: &Extension) -> std::result::Result<(), String> {
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
        .map_err(|error| format!("{}: {error}", phone.name()))?;
        self.check_names(files.iter().map(|file| file.name.as_str()))
    }

    /// Writes the files of a phone whose password is new, and says where they are: nowhere if it has no device.
    pub(crate) fn render(
        &self,
        network: &Network,
        phone: &Extension,
        passwords: &Passwords,
    ) -> Result<Vec<String>> {
        if phone.device().is_none() {
            return Ok(Vec::new());
        }
        let made = phones::phone(network, phone, passwords, Proxy::Edge).map_err(Failure::usage)?;
        phones::tell_of_late_help(network, phone);
        made.files.iter().map(|file| self.write(&file.name, &file.bytes)).collect()
    }

    /// Whether files of these names can be written here, and git would see none of them. None is written yet, but the
    /// folder is there afterwards.
    ///
    /// # Errors
    ///
    /// Why not, and what to do.
    pub(super) fn check_names<'f>(
        &self,
        names: impl IntoIterator<Item = &'f str>,
    ) -> std::result::Result<(), String> {
        let (out, was_there) = (&self.out, self.out.is_dir());
        let shown = out.display();
        try_folder(out).map_err(|error| format!("{shown}: {error}; {REMEDY}"))?;
        for path in names.into_iter().map(|name| out.join(name)) {
            let file = path.display();
            if path.is_dir() {
                return Err(format!("{file}: is a folder, so no file can take its place; {REMEDY}"));
            }
            // A folder that was just made tells git to leave it alone.
            if let Some(checkout) = was_there.then(|| seen_in(&path)).flatten() {
                return Err(format!(
                    "{file}: git would see it in the checkout {}, and it holds a password; name a folder that is not \
                     there yet or is elsewhere with --out DIR, or write * into {}",
                    checkout.display(),
                    out.join(".gitignore").display()
                ));
            }
        }
        if is_open(out) {
            output::aside(&format!(
                "note: others can look into {shown}; the files are for you alone, but their names are not: \
                 `chmod 700 {shown}`"
            ));
        }
        Ok(())
    }

    /// Writes one file, in one step, and says where.
    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> Result<String> {
        let path = self.out.join(name);
        write_private(&self.out, &path, bytes)
            .map_err(|error| Failure::usage(format!("{}: {error}; {REMEDY}", path.display())))?;
        Ok(path.display().to_string())
    }
}

/// Whether anybody but its owner may look into a folder, or change what is in it.
fn is_open(folder: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::metadata(folder).is_ok_and(|data| data.permissions().mode() & 0o077 != 0)
    }
    #[cfg(not(unix))]
    false
}

/// Writes a file that only its owner can read, into a folder that is made if need be.
pub(super) fn write_private(folder: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    make(folder)?;
    files::replace(path, bytes, Access::Owner)
}

/// Writes into a folder, which is made if need be, and takes it away again.
fn try_folder(folder: &Path) -> io::Result<()> {
    make(folder)?;
    tempfile::NamedTempFile::new_in(folder).map(drop)
}

/// Makes a folder that is not there. A folder of secrets in a checkout must not be committed by accident.
fn make(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    private::make_folder(folder)?;
    private::keep_out_of_git(folder)
}
