//! Whether git would see a file. `passwords.rs` asks the same of the file of passwords.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The git checkout in which git would see a file of this name, if there is one. The folder has to be there.
pub(super) fn would_see(folder: &Path, name: &str) -> Option<PathBuf> {
    // Git goes by where a folder really is, whatever links lead there.
    let whole = folder.canonicalize().ok()?;
    let checkout = whole.ancestors().find(|above| above.join(".git").exists())?;
    (!is_ignored(&whole, name)).then(|| checkout.to_owned())
}

/// Whether git is told to leave a file alone. A file that it already keeps is not ignored, whatever the rules say.
fn is_ignored(folder: &Path, name: &str) -> bool {
    let mut git = Command::new("git");
    git.arg("-C").arg(folder).args(["check-ignore", "--quiet", "--", name]);
    // Where the file lies decides, not the checkout whose hook may have started this.
    git.env_remove("GIT_DIR").env_remove("GIT_WORK_TREE").env_remove("GIT_INDEX_FILE");
    git.stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}
