//! A folder for files that hold passwords.

use std::io;
use std::path::{Path, PathBuf};

use crate::git::seen_in;
use crate::{Access, private, replace};

/// A folder whose files only their owner can read, and git never sees.
#[derive(Debug, Clone)]
pub struct SecretFolder {
    path: PathBuf,
}

/// Why files cannot be written into a folder.
#[derive(Debug, thiserror::Error)]
pub enum SecretFolderError {
    /// The folder cannot be made or written to.
    #[error("{} cannot be written to", path.display())]
    Io {
        /// The folder.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// A folder has the name of a file.
    #[error("{} is a folder, so no file can take its place", path.display())]
    IsFolder {
        /// The file.
        path: PathBuf,
    },
    /// Git would see a file.
    #[error("git would see {} in the checkout {}", path.display(), checkout.display())]
    Seen {
        /// The file.
        path: PathBuf,
        /// The checkout that it lies in.
        checkout: PathBuf,
    },
}

impl SecretFolder {
    /// The folder of that path. It need not be there: it is made when something is checked or written, for its owner alone and out
    /// of git's sight.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Its path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether files of these names can be written here, and git would see none of them. None is written yet, but the
    /// folder is there afterwards.
    ///
    /// # Errors
    ///
    /// The first of the files that cannot, or the folder.
    pub fn check<'f>(&self, names: impl IntoIterator<Item = &'f str>) -> Result<(), SecretFolderError> {
        let was_there = self.path.is_dir();
        self.try_out().map_err(|source| SecretFolderError::Io { path: self.path.clone(), source })?;
        for path in names.into_iter().map(|name| self.path.join(name)) {
            if path.is_dir() {
                return Err(SecretFolderError::IsFolder { path });
            }
            // A folder that was just made tells git to leave it alone.
            if let Some(checkout) = was_there.then(|| seen_in(&path)).flatten() {
                return Err(SecretFolderError::Seen { path, checkout });
            }
        }
        Ok(())
    }

    /// Writes one file, in one step, and says where.
    ///
    /// # Errors
    ///
    /// The folder cannot be made or written to.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<PathBuf, SecretFolderError> {
        let path = self.path.join(name);
        match self.make().and_then(|()| replace(&path, bytes, Access::Owner)) {
            Ok(()) => Ok(path),
            Err(source) => Err(SecretFolderError::Io { path, source }),
        }
    }

    /// Whether anybody but its owner may look into the folder, or change what is in it.
    #[must_use]
    pub fn is_open(&self) -> bool {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::metadata(&self.path).is_ok_and(|data| data.permissions().mode() & 0o077 != 0)
        }
        #[cfg(not(unix))]
        false
    }

    /// Writes into the folder, and takes it away again.
    fn try_out(&self) -> io::Result<()> {
        self.make()?;
        tempfile::NamedTempFile::new_in(&self.path).map(drop)
    }

    /// Makes a folder that is not there. A folder of secrets in a checkout must not be committed by accident.
    fn make(&self) -> io::Result<()> {
        if self.path.is_dir() {
            return Ok(());
        }
        private::make_folder(&self.path)?;
        private::keep_out_of_git(&self.path)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::process::Command;

    use super::*;

    #[test]
    fn files_are_for_their_owner_and_git_sees_none() {
        use std::os::unix::fs::PermissionsExt;
        let checkout = tempfile::tempdir().unwrap();
        assert!(
            Command::new("git").args(["init", "--quiet"]).arg(checkout.path()).status().unwrap().success()
        );
        let folder = SecretFolder::new(checkout.path().join("device-files"));
        folder.check(["lobby.xml"]).unwrap();
        assert!(!folder.is_open());
        let path = folder.write("lobby.xml", b"secret").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(seen_in(&path), None);
        folder.check(["lobby.xml"]).unwrap();

        let root = SecretFolder::new(checkout.path());
        assert!(matches!(root.check(["lobby.xml"]), Err(SecretFolderError::Seen { .. })));
        assert!(matches!(root.check(["device-files"]), Err(SecretFolderError::IsFolder { .. })));
        assert!(matches!(SecretFolder::new(&path).check(["x"]), Err(SecretFolderError::Io { .. })));
    }
}
