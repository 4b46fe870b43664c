//! Folders that are for their owner alone.

use std::fs;
use std::io;
use std::path::Path;

/// Makes a folder, and those above it that do not exist. Those that are there stay as they are.
///
/// # Errors
///
/// A folder cannot be made.
pub fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

/// Tells git to ignore a folder that holds nothing but secrets.
///
/// # Errors
///
/// The folder cannot be written to.
pub fn keep_out_of_git(folder: &Path) -> io::Result<()> {
    fs::write(folder.join(".gitignore"), "*\n")
}
