//! Where passwords may lie: where their owner alone reads them, and git does not see them.

use std::fs;
use std::path::{Path, PathBuf};

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

/// The git checkout that a file lies in.
pub(super) fn checkout_of(path: &Path) -> Option<PathBuf> {
    let whole = std::path::absolute(path).ok()?;
    whole.ancestors().skip(1).find(|folder| folder.join(".git").exists()).map(Path::to_owned)
}

/// Whether git is told to leave a file alone.
fn is_ignored(path: &Path) -> bool {
    let Ok(whole) = std::path::absolute(path) else { return false };
    // Its folder may have to be made yet.
    let Some(folder) = whole.ancestors().skip(1).find(|folder| folder.is_dir()) else { return false };
    let mut git = std::process::Command::new("git");
    git.arg("-C").arg(folder).args(["check-ignore", "--quiet", "--"]).arg(&whole);
    // Where the file lies decides, not the checkout whose hook may have started this.
    git.env_remove("GIT_DIR").env_remove("GIT_WORK_TREE").env_remove("GIT_INDEX_FILE");
    git.stderr(std::process::Stdio::null()).status().is_ok_and(|status| status.success())
}

/// The checkout in which git would see a file.
pub(super) fn seen_in(path: &Path) -> Option<PathBuf> {
    checkout_of(path).filter(|_| !is_ignored(path))
}

pub(super) fn make_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}
