//! The passwords as they are kept in a file, and as they are given in the environment.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::former::Former;
use crate::strength::is_strong;
use crate::{PasswordsError, Result, VARIABLE};

/// What is kept of one phone. It has no `Debug`.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) password: String,
    /// The credential that has the password for certain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) credential: Option<String>,
    /// When Twilio says that the credential got it, as RFC 2822.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) when: Option<String>,
    /// The password that a rotation was about to set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) next: Option<String>,
    /// Whose phone it is, `NETWORK:STAGE`: phones of two stages may have one name, and not one password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stage: Option<String>,
}

impl Entry {
    /// A password that no credential has yet.
    pub(super) fn new(password: String) -> Self {
        Self { password, credential: None, when: None, next: None, stage: None }
    }

    /// The same, of this stage.
    pub(super) fn of(self, owner: &str) -> Self {
        Self { stage: Some(owner.to_owned()), ..self }
    }
}

/// Reads a file of passwords. One that is not there is empty.
pub(super) fn read(path: &Path) -> Result<BTreeMap<String, Entry>> {
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(source) => return Err(PasswordsError::Unread { path: path.to_owned(), source }),
    };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(path).map(|data| data.permissions().mode()).unwrap_or_default();
        if mode & 0o077 != 0 {
            return Err(PasswordsError::Open(path.to_owned()));
        }
    }
    // The parser's own message would quote what it could not read.
    serde_json::from_slice(&text)
        .map_err(|error| PasswordsError::Content { path: path.to_owned(), line: error.line() })
}

/// Keeps two stages from sharing a file: a phone of one would get the password of the other's.
pub(super) fn refuse_others(
    path: &Path,
    kept: &BTreeMap<String, Entry>,
    owner: &str,
    former: &Former,
) -> Result<()> {
    let is_strange = |stage: &&str| *stage != owner && !former.is_name(stage);
    let stranger = kept.values().filter_map(|entry| entry.stage.as_deref()).find(is_strange);
    let Some(stranger) = stranger else { return Ok(()) };
    Err(PasswordsError::OfAnother {
        path: path.to_owned(),
        stranger: stranger.to_owned(),
        owner: owner.to_owned(),
    })
}

/// Passwords from the environment.
///
/// # Errors
///
/// The variable is set, and cannot be understood or has a weak password.
pub fn given() -> Result<BTreeMap<String, String>> {
    let Some(text) = std::env::var(VARIABLE).ok().filter(|text| !text.trim().is_empty()) else {
        return Ok(BTreeMap::new());
    };
    let given: BTreeMap<String, String> = serde_json::from_str(&text).map_err(|_| PasswordsError::Form)?;
    let weak: Vec<_> =
        given.iter().filter(|(_, password)| !is_strong(password)).map(|(user, _)| user.clone()).collect();
    if weak.is_empty() { Ok(given) } else { Err(PasswordsError::Weak(weak)) }
}
