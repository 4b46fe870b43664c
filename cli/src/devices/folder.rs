//! A folder for files that hold passwords.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use devices::DeviceFile;
use dialplan::{Extension, Network};

use super::phones;
use crate::exit::{Failure, Result};
use crate::passwords::Passwords;

/// Where files of devices are written.
#[derive(Args)]
pub(crate) struct DeviceFolder {
    /// The folder for the device files. It is made if it is not there, for its owner alone, and out of git's sight.
    /// The files hold passwords, and only their owner can read them.
    #[arg(long, value_name = "DIR", default_value = "./device-files")]
    out: PathBuf,
}

impl DeviceFolder {
    /// Writes the files of a phone's device, and says where they are: nowhere if the phone has no device.
    pub(crate) fn render(
        &self,
        network: &Network,
        phone: &Extension,
        passwords: &Passwords,
    ) -> Result<Vec<String>> {
        if phone.device().is_none() {
            return Ok(Vec::new());
        }
        let phone = phones::phone(network, phone, passwords).map_err(Failure::usage)?;
        phone.files.iter().map(|file| self.write(file)).collect()
    }

    /// Writes one file, in one step, and says where.
    pub(super) fn write(&self, file: &DeviceFile) -> Result<String> {
        let path = self.out.join(&file.name);
        write_private(&self.out, &path, &file.bytes).map_err(|error| {
            Failure::usage(format!("{}: {error}; name another folder with --out DIR", path.display()))
        })?;
        Ok(path.display().to_string())
    }
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
