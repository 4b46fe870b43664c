//! A folder for files that hold passwords.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use dialplan::{Extension, Network};

use super::git;
use super::phones;
use crate::exit::{Failure, Result};
use crate::output;
use crate::passwords::Passwords;

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
        let made = phones::phone(network, phone, passwords).map_err(Failure::usage)?;
        let name = phone.name();
        self.check(made.files.iter().map(|file| file.name.as_str())).map_err(|problem| {
            Failure::usage(format!(
                "{problem}\n{name} has its new password, but no file with it: `dialtone devices render {name} --out \
                 DIR` writes it elsewhere"
            ))
        })?;
        phones::tell_of_911(network, phone);
        made.files.iter().map(|file| self.write(&file.name, &file.bytes)).collect()
    }

    /// Whether files of these names may be written here: not where git would see one. Nothing is written yet.
    ///
    /// # Errors
    ///
    /// Why not, and what to do.
    pub(super) fn check<'f>(
        &self,
        names: impl IntoIterator<Item = &'f str>,
    ) -> std::result::Result<(), String> {
        if !self.out.is_dir() {
            return Ok(());
        }
        let shown = self.out.display();
        for name in names {
            if let Some(checkout) = git::would_see(&self.out, name) {
                return Err(format!(
                    "{}: git would see it in the checkout {}, and it holds a password; name a folder that is not \
                     there yet or is elsewhere with --out DIR, or write * into {}",
                    self.out.join(name).display(),
                    checkout.display(),
                    self.out.join(".gitignore").display()
                ));
            }
        }
        if is_open(&self.out) {
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
        write_private(&self.out, &path, bytes).map_err(|error| {
            Failure::usage(format!("{}: {error}; name another folder with --out DIR", path.display()))
        })?;
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

/// Writes a file that only its owner can read. Whoever reads meanwhile sees the old one or the new one.
pub(super) fn write_private(folder: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    if !folder.is_dir() {
        make_private(folder)?;
        // A folder of secrets in a checkout must not be committed by accident.
        fs::write(folder.join(".gitignore"), "*\n")?;
    }
    // A temporary file is readable by its owner alone, and stays so under its new name.
    let mut temporary = tempfile::NamedTempFile::new_in(folder)?;
    temporary.write_all(bytes)?;
    temporary.as_file().sync_all()?;
    temporary.persist(path).map_err(|error| error.error)?;
    Ok(())
}

fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
