//! Where the journal is if nobody says so.

use std::path::{Path, PathBuf};

use files::{file_word, service_path};

/// Where the journal is if nobody says where; without a home, beside the network file.
#[must_use]
pub fn journal_of(config: &Path, network: &str, stage: &str) -> PathBuf {
    let beside =
        || files::folder_of(config).join(format!("{}-{}.journal", file_word(network), file_word(stage)));
    service_path(network, stage, "journal").unwrap_or_else(beside)
}
