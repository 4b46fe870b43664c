//! Folders and files that are for their owner alone.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// Makes a folder, and those above it that are not there.
pub(crate) fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

/// Tells git to leave all of a folder alone: one that holds nothing but secrets.
pub(crate) fn keep_out_of_git(folder: &Path) -> io::Result<()> {
    fs::write(folder.join(".gitignore"), "*\n")
}

/// Writes a file into a folder that is there, in one step: whoever reads meanwhile sees the old one or the new one.
pub(crate) fn write(folder: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    // A temporary file is readable by its owner alone, and stays so under its new name.
    let mut temporary = tempfile::NamedTempFile::new_in(folder)?;
    temporary.write_all(bytes)?;
    temporary.as_file().sync_all()?;
    temporary.persist(path).map_err(|error| error.error)?;
    Ok(())
}
