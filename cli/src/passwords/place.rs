//! Where passwords lie if nobody says where.

use std::path::PathBuf;

use crate::exit::{Failure, Result};

/// The user's own state, where no project lies.
pub(super) fn default_path(network: &str, stage: &str) -> Result<PathBuf> {
    let from = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let home = from("XDG_STATE_HOME").or_else(|| from("HOME").map(|home| home.join(".local/state")));
    let Some(home) = home else {
        return Err(Failure::usage(
            "there is no HOME to keep the passwords in; name a file with --passwords FILE",
        ));
    };
    let word = |text: &str| -> String {
        text.chars().map(|c| if c.is_alphanumeric() || "-_".contains(c) { c } else { '_' }).collect()
    };
    Ok(home.join("dialtone").join(word(network)).join(format!("{}.passwords.json", word(stage))))
}
