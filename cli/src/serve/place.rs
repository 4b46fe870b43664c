//! Where the journal is if nobody says where.

use std::path::{Path, PathBuf};

/// The state folder of the service (systemd's `StateDirectory=`), or else the user's own; without a home, a folder beside
/// the network file.
pub(super) fn journal(config: &Path, network: &str, stage: &str) -> PathBuf {
    let from = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || from("HOME").map(|home| home.join(".local/state"));
    let word = |text: &str| -> String {
        text.chars().map(|c| if c.is_alphanumeric() || "-_".contains(c) { c } else { '_' }).collect()
    };
    let name = format!("{}.journal", word(stage));
    if let Some(folder) = from("STATE_DIRECTORY") {
        return folder.join(word(network)).join(name);
    }
    match from("XDG_STATE_HOME").or_else(home) {
        Some(home) => home.join("dialtone").join(word(network)).join(name),
        None => files::folder_of(config).join(format!("{}-{name}", word(network))),
    }
}
