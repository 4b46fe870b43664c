//! The passwords as they are kept in a file, and as they are given in the environment.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::VARIABLE;
use super::former::Former;
use super::strength::is_strong;
use crate::exit::{Failure, Result};

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
    let shown = path.display();
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => return Err(Failure::usage(shown, error, "")),
    };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(path).map(|data| data.permissions().mode()).unwrap_or_default();
        if mode & 0o077 != 0 {
            return Err(Failure::usage(
                &shown,
                "others can read the passwords",
                format!("run `chmod 600 {shown}`"),
            ));
        }
    }
    // The parser's own message would quote what it could not read.
    serde_json::from_slice(&text).map_err(|error| {
        Failure::usage(shown, format!("is not a file of passwords (line {})", error.line()), "")
    })
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
    Err(Failure::usage(
        path.display(),
        format!("has passwords of {stranger}, and not of {owner}"),
        "name a file of its own for each stage with --passwords FILE (DIALTONE_PASSWORDS_FILE), or none: each then has its usual one",
    ))
}

/// Passwords from the environment.
pub(crate) fn given() -> Result<BTreeMap<String, String>> {
    let Some(text) = std::env::var(VARIABLE).ok().filter(|text| !text.trim().is_empty()) else {
        return Ok(BTreeMap::new());
    };
    let given: BTreeMap<String, String> = serde_json::from_str(&text).map_err(|_| {
        Failure::usage("", format!("{VARIABLE} is not JSON of the form {{\"lobby\":\"...\"}}"), "")
    })?;
    let weak: Vec<_> =
        given.iter().filter(|(_, password)| !is_strong(password)).map(|(user, _)| user.as_str()).collect();
    if weak.is_empty() {
        return Ok(given);
    }
    Err(Failure::usage(
        VARIABLE,
        format!("the password of {} is too weak", weak.join(", ")),
        "Twilio wants 12 characters or more, with a capital letter, a small letter and a digit",
    ))
}
