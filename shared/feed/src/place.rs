//! Where a ledger lies, and what is read into it.

use std::path::{Path, PathBuf};

use files::{private, state_path};
use jiff::tz::TimeZone;
use ledger::{Access, Ledger};
use network::Network;
use samconfig::Samconfig;

use crate::FeedError;
use crate::cloudwatch::CloudWatch;
use crate::error::Result;
use crate::files::Files;
use crate::source::Source;

/// The path of a network's ledger: this one, or else in the user's own state folder.
///
/// # Errors
///
/// Nobody says where, and the user has no home.
pub fn place(path: Option<&Path>, network: &Network) -> Result<PathBuf> {
    let default = || state_path(network.name(), &network.stage().name, "ledger");
    path.map(Path::to_owned).or_else(default).ok_or(FeedError::NoHome)
}

/// Opens a ledger. To write, its folder is made, too, for its owner alone.
///
/// # Errors
///
/// The folder cannot be made, or the ledger cannot be opened.
pub fn open(path: &Path, access: Access) -> Result<Ledger> {
    if access == Access::Write {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        private::make_folder(folder.unwrap_or(Path::new(".")))
            .map_err(|source| FeedError::Folder { path: path.to_owned(), source })?;
    }
    let zone = TimeZone::try_system().unwrap_or(TimeZone::UTC);
    Ok(Ledger::open(path, access, &zone)?)
}

/// What is to be read: files and folders, and the logs of the stack that this `samconfig.toml` names for the stage.
///
/// # Errors
///
/// `samconfig.toml` cannot be read, or names no stack.
pub fn sources(from: &[PathBuf], samconfig: Option<&Path>, network: &Network) -> Result<Vec<Source>> {
    let mut sources: Vec<_> = from.iter().map(|path| Source::Files(Files::new(path, network))).collect();
    if let Some(path) = samconfig {
        let stage = &network.stage().name;
        let stack = Samconfig::open(path)?.stack(stage);
        let stack =
            stack.ok_or_else(|| FeedError::NoStack { path: path.to_owned(), stage: stage.clone() })?;
        sources.push(Source::CloudWatch(Box::new(CloudWatch::new(stack, network))));
    }
    Ok(sources)
}
