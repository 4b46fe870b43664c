//! Whether git would see a file that holds a password.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The git checkout that a file lies in. Neither the file nor its folder has to be there yet.
#[must_use]
pub fn checkout_of(path: &Path) -> Option<PathBuf> {
    let whole = real(path)?;
    whole.ancestors().skip(1).find(|folder| folder.join(".git").exists()).map(Path::to_owned)
}

/// The checkout in which git would see a file.
#[must_use]
pub fn seen_in(path: &Path) -> Option<PathBuf> {
    checkout_of(path).filter(|_| !is_ignored(path))
}

/// Where a file really is: git goes by that, whatever links lead there. If the file is a link itself, it is replaced
/// when it is written, so that one is not followed.
fn real(path: &Path) -> Option<PathBuf> {
    let whole = std::path::absolute(path).ok()?;
    let folder = existing_folder(&whole)?;
    Some(folder.canonicalize().ok()?.join(whole.strip_prefix(folder).ok()?))
}

/// The nearest folder above a file that is there.
fn existing_folder(whole: &Path) -> Option<&Path> {
    whole.ancestors().skip(1).find(|folder| folder.is_dir())
}

/// Whether git is told to leave a file alone. A file that it already keeps is not ignored, whatever the rules say.
fn is_ignored(path: &Path) -> bool {
    let Some(whole) = real(path) else { return false };
    let Some(folder) = existing_folder(&whole) else { return false };
    let mut git = Command::new("git");
    git.arg("-C").arg(folder).args(["check-ignore", "--quiet", "--"]).arg(&whole);
    // Where the file lies decides, not the checkout whose hook may have started this.
    git.env_remove("GIT_DIR").env_remove("GIT_WORK_TREE").env_remove("GIT_INDEX_FILE");
    git.stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn links_lead_into_a_checkout_and_folders_may_have_to_be_made() {
        let (checkout, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let made = Command::new("git").args(["init", "--quiet"]).arg(checkout.path()).status();
        assert!(made.unwrap().success(), "git init");
        let root = checkout.path().canonicalize().unwrap();
        let link = outside.path().join("link");
        std::os::unix::fs::symlink(checkout.path(), &link).unwrap();
        for path in [root.join("a"), root.join("not/there/a"), link.join("a"), link.join("not/there/a")] {
            assert_eq!(seen_in(&path), Some(root.clone()), "{}", path.display());
        }
        assert_eq!(checkout_of(&outside.path().join("a")), None);
        // What is ignored by its real name is ignored through the link, too.
        fs::write(root.join(".gitignore"), "/not/\n").unwrap();
        for folder in [&root, &link] {
            assert_eq!(seen_in(&folder.join("not/there/a")), None);
            assert!(seen_in(&folder.join("a")).is_some());
        }
        // A link to a file is replaced where it is.
        fs::write(root.join("kept"), "").unwrap();
        std::os::unix::fs::symlink(root.join("kept"), outside.path().join("kept")).unwrap();
        assert_eq!(seen_in(&outside.path().join("kept")), None);
    }
}
