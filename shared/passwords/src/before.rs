//! What an import found, kept beside the passwords for `destroy --restore`.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use files::Access;
use provision::Before;

use crate::PasswordsError;

/// How the file's name ends.
pub(crate) const END: &str = "before.json";

/// What was in the account before it was imported.
pub struct BeforeFile(PathBuf);

impl BeforeFile {
    /// The one beside these passwords.
    #[must_use]
    pub fn beside(passwords: &Path) -> Self {
        Self(passwords.with_extension(END))
    }

    /// Where it is kept.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// What is kept. None: nothing was imported.
    ///
    /// # Errors
    ///
    /// It cannot be read or understood.
    pub fn read(&self) -> Result<Option<Before>, PasswordsError> {
        let path = self.0.clone();
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(PasswordsError::Unread { path, source }),
        };
        serde_json::from_slice(&text).map(Some).map_err(|error| PasswordsError::Before {
            path,
            line: error.line(),
            column: error.column(),
        })
    }

    /// Adds what a look found. What is kept already stays, since it is older.
    ///
    /// # Errors
    ///
    /// It cannot be read or written.
    pub fn add(&self, later: Before) -> Result<(), PasswordsError> {
        let all = self.read()?.unwrap_or_default().with(later);
        let text = serde_json::to_vec_pretty(&all).unwrap_or_default();
        files::replace(&self.0, &text, Access::Owner)
            .map_err(|source| PasswordsError::Unwritten { path: self.0.clone(), source })
    }
}
