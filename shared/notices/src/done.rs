//! Which deliveries were made, so that a restart does not make them again.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use files::Access;

/// A file with one line for each delivery that was made or given up: call, kind and the place of the recipient in the
/// network file. It holds no number and no address.
#[derive(Debug)]
pub struct Done {
    file: Option<File>,
    keys: HashSet<String>,
}

impl Done {
    /// Reads what was done, and keeps only the lines of `recent` calls: others are never asked for again.
    ///
    /// # Errors
    ///
    /// The file cannot be read or written.
    pub fn open(path: &Path, recent: impl Fn(&str) -> bool) -> io::Result<Self> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error),
        };
        // The last line may be torn. It is then no key that is asked for, and its delivery is made once more.
        let keys: HashSet<String> = text.lines().filter(|key| recent(key)).map(str::to_owned).collect();
        let kept: String = keys.iter().flat_map(|key| [key.as_str(), "\n"]).collect();
        files::replace(path, kept.as_bytes(), Access::Owner)?;
        let file = OpenOptions::new().append(true).open(path)?;
        Ok(Self { file: Some(file), keys })
    }

    /// One that is gone with the process.
    #[must_use]
    pub fn in_memory() -> Self {
        Self { file: None, keys: HashSet::new() }
    }

    /// Whether a delivery was made.
    #[must_use]
    pub fn contains(&self, key: &str) -> bool {
        self.keys.contains(key)
    }

    /// Notes a delivery. One write, which survives the process as soon as it returns.
    ///
    /// # Errors
    ///
    /// The file cannot be written; the delivery is noted in memory all the same.
    pub fn note(&mut self, key: &str) -> io::Result<()> {
        if let Some(file) = &mut self.file {
            file.write_all(format!("{key}\n").as_bytes())?;
            self.keys.insert(key.to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done_is_known_after_a_restart_and_what_is_old_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notices.done");
        let mut done = Done::open(&path, |_| true).unwrap();
        done.note("CA1-call_for_help-0").unwrap();
        done.note("CA2-call_for_help-0").unwrap();
        drop(done);
        fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(b"CA3-call_for").unwrap();
        let done = Done::open(&path, |key| !key.starts_with("CA1")).unwrap();
        assert!(!done.contains("CA1-call_for_help-0") && done.contains("CA2-call_for_help-0"));
        assert!(!done.contains("CA3-call_for_help-0"));
    }
}
