//! What an import found, kept beside the passwords for `destroy --restore`.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use files::Access;
use provision::Before;

use crate::exit::{Failure, Result};

/// Where it is kept.
pub(crate) fn beside(passwords: &Path) -> PathBuf {
    passwords.with_extension("before.json")
}

/// What is kept. None: nothing was imported.
pub(crate) fn read(path: &Path) -> Result<Option<Before>> {
    let text = match std::fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Failure::usage(path.display(), error, "make it readable")),
    };
    serde_json::from_slice(&text).map(Some).map_err(|error| {
        // Without the text: URLs can hold passwords.
        let (line, column) = (error.line(), error.column());
        Failure::usage(
            path.display(),
            format!("is not what `dialtone import` wrote (line {line}, column {column})"),
            "take it from a backup",
        )
    })
}

/// Adds what a look found. What is kept already stays, since it is older.
pub(crate) fn add(path: &Path, later: Before) -> Result<()> {
    let all = read(path)?.unwrap_or_default().with(later);
    let text = serde_json::to_vec_pretty(&all).unwrap_or_default();
    files::replace(path, &text, Access::Owner)
        .map_err(|error| Failure::usage(path.display(), error, "name another place with --passwords FILE"))
}
