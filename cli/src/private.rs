//! Folders that are for their owner alone.

use std::fs;
use std::io;
use std::path::Path;

/// Makes a folder, and those above it that do not exist.
pub(crate) fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

/// Tells git to ignore a folder that holds nothing but secrets.
pub(crate) fn keep_out_of_git(folder: &Path) -> io::Result<()> {
    fs::write(folder.join(".gitignore"), "*\n")
}
