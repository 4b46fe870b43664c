//! What is kept beside the account under the names that a stage had before it was renamed.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use files::{Access, state_path};

use crate::{PasswordsError, asked, before};

/// What is kept beside the passwords, by the end of its name.
const BESIDE: [&str; 2] = [asked::END, before::END];

/// The former names of a stage, and the file of one of them that is still to be taken over.
#[derive(Default)]
pub(super) struct Former {
    /// `NETWORK:STAGE`.
    names: Vec<String>,
    path: Option<PathBuf>,
}

impl Former {
    /// Looks for the usual file of a former name (`dialtone:NETWORK:STAGE`) where the stage has none of its own.
    pub(super) fn find(own: &Path, is_usual: bool, owners: &[String]) -> Self {
        let names: Vec<String> =
            owners.iter().filter_map(|owner| owner.strip_prefix("dialtone:")).map(str::to_owned).collect();
        let path_of = |name: &String| {
            let (network, stage) = name.split_once(':')?;
            state_path(network, stage, "passwords.json").filter(|path| path.exists())
        };
        let path = if is_usual && !own.exists() { names.iter().find_map(path_of) } else { None };
        Self { names, path }
    }

    /// Whether a stage (`NETWORK:STAGE`) was called so.
    pub(super) fn is_name(&self, stage: &str) -> bool {
        self.names.iter().any(|name| name == stage)
    }

    /// Whether there is nothing to take over.
    pub(super) fn is_empty(&self) -> bool {
        self.path.is_none()
    }

    /// The file to read: the former one, as long as there is no own.
    pub(super) fn source<'p>(&'p self, own: &'p Path) -> &'p Path {
        self.path.as_deref().unwrap_or(own)
    }

    /// Copies what is kept beside the former passwords to their new place.
    pub(super) fn copy_beside(&self, own: &Path) -> Result<(), PasswordsError> {
        for end in BESIDE {
            let Some(old) = self.path.as_ref().map(|path| path.with_extension(end)) else { continue };
            let copied = match fs::read(&old) {
                Ok(text) => files::replace(&own.with_extension(end), &text, Access::Owner),
                Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
                Err(error) => Err(error),
            };
            copied.map_err(|source| PasswordsError::Unread { path: old, source })?;
        }
        Ok(())
    }

    /// Removes what was taken over. What cannot be removed harms nobody, and stays.
    pub(super) fn remove(&self) {
        let Some(path) = &self.path else { return };
        for file in [path.clone(), path.with_extension("lock")]
            .into_iter()
            .chain(BESIDE.map(|end| path.with_extension(end)))
        {
            let _ = fs::remove_file(file);
        }
        // Only if nothing else is in it.
        let _ = fs::remove_dir(files::folder_of(path));
    }
}
