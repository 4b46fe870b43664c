//! Where `rotate` writes a device file, tried before anything is changed.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{ArgMatches, Args, Command, FromArgMatches};
use devices::Password;
use dialplan::{Extension, Network};

use crate::devices::DeviceFolder;
use crate::exit::{Failure, Result};
use crate::passwords::Passwords;

/// The folder of device files, and where it is.
pub(super) struct Folder {
    devices: DeviceFolder,
    out: PathBuf,
}

impl Folder {
    /// Tries whether a phone's device file can be made and written. The folder is there afterwards, for its owner alone.
    pub(super) fn check(&self, network: &Network, phone: &Extension) -> Result<()> {
        if phone.device().is_none() {
            return Ok(());
        }
        // Any password will do: none of it is written.
        let files = devices::render(network, phone, Password::new("Any-passw0rd-does"))
            .map_err(|error| Failure::usage(format!("{}: {error}", phone.name())))?;
        let fail = |path: &Path, error: &dyn std::fmt::Display| {
            Failure::usage(format!(
                "{}: {error}; name another folder with --out DIR (nothing was changed)",
                path.display()
            ))
        };
        try_folder(&self.out).map_err(|error| fail(&self.out, &error))?;
        let taken = files.iter().map(|file| self.out.join(&file.name)).find(|path| path.is_dir());
        taken.map_or(Ok(()), |path| Err(fail(&path, &"is a folder, so no file can take its place")))
    }

    /// Writes a phone's device file, and says where it is.
    pub(super) fn write(
        &self,
        network: &Network,
        phone: &Extension,
        passwords: &Passwords,
    ) -> Result<Vec<String>> {
        self.devices.render(network, phone, passwords)
    }
}

/// Writes into a folder, which is made if need be, and takes it away again.
fn try_folder(folder: &Path) -> std::io::Result<()> {
    if !folder.is_dir() {
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.recursive(true).create(folder)?;
        // As the folder of device files always is: out of git's sight.
        fs::write(folder.join(".gitignore"), "*\n")?;
    }
    tempfile::NamedTempFile::new_in(folder).map(drop)
}

impl FromArgMatches for Folder {
    fn from_arg_matches(matches: &ArgMatches) -> std::result::Result<Self, clap::Error> {
        let out = matches.get_one::<PathBuf>("out").cloned().unwrap_or_default();
        Ok(Self { devices: DeviceFolder::from_arg_matches(matches)?, out })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> std::result::Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for Folder {
    fn augment_args(command: Command) -> Command {
        DeviceFolder::augment_args(command)
    }

    fn augment_args_for_update(command: Command) -> Command {
        DeviceFolder::augment_args_for_update(command)
    }
}
