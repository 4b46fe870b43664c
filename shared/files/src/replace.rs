//! Replacing a file in one step.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::Path;

/// The readers of a file that is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Its owner alone: mode 0600.
    Owner,
    /// Everyone who may enter the folder: mode 0644.
    Everyone,
    /// The readers that it had before. A new file is for its owner alone.
    AsBefore,
}

/// Replaces a file in one step: a reader sees the old content or the new, also after a power cut.
///
/// The content is on the disk when this returns. If the path is a link, the file behind the link is replaced.
///
/// # Errors
///
/// The folder does not exist, is full or cannot be written. The old file is then unchanged.
pub fn replace(path: &Path, content: &[u8], access: Access) -> io::Result<()> {
    let target = match fs::canonicalize(path) {
        Ok(target) => target,
        Err(error) if error.kind() == ErrorKind::NotFound => path.to_owned(),
        Err(error) => return Err(error),
    };
    let folder = folder_of(&target);
    // Readable by its owner alone while it is being written.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(content)?;
    give_access(file.as_file(), &target, access)?;
    file.as_file().sync_all()?;
    file.persist(&target).map_err(|error| error.error)?;
    // The new name is on the disk only when the folder is (fsync(2)).
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    Ok(())
}

/// The folder that a file is in, `.` if the path names none.
#[must_use]
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn give_access(file: &File, target: &Path, access: Access) -> io::Result<()> {
    match access {
        Access::Owner => Ok(()),
        #[cfg(unix)]
        Access::Everyone => {
            use std::os::unix::fs::PermissionsExt;
            file.set_permissions(fs::Permissions::from_mode(0o644))
        }
        #[cfg(not(unix))]
        Access::Everyone => Ok(()),
        Access::AsBefore => match fs::metadata(target) {
            Ok(data) => file.set_permissions(data.permissions()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        },
    }
}

/// Whether an error says that there is no room, which a service must live with.
#[must_use]
pub fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn the_mode_is_as_asked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        replace(&path, b"1", Access::AsBefore).unwrap();
        assert_eq!(mode(&path), 0o600);
        replace(&path, b"2", Access::Everyone).unwrap();
        assert_eq!(mode(&path), 0o644);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        replace(&path, b"3", Access::AsBefore).unwrap();
        assert_eq!((mode(&path), fs::read(&path).unwrap()), (0o640, b"3".to_vec()));
        replace(&path, b"4", Access::Owner).unwrap();
        assert_eq!(mode(&path), 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left behind");
    }

    #[test]
    fn the_file_behind_a_link_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("f"), folder.path().join("l"));
        fs::write(&file, "old").unwrap();
        symlink("f", &link).unwrap();
        replace(&link, b"new", Access::AsBefore).unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"new");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    }

    #[test]
    fn the_old_file_stays_where_the_new_one_cannot_be_written() {
        let folder = tempfile::tempdir().unwrap();
        assert!(replace(&folder.path().join("no/f"), b"1", Access::Owner).is_err());
        assert_eq!(folder_of(Path::new("f")), Path::new("."));
    }
}
