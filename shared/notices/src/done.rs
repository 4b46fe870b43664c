//! The record of deliveries, so that a restart does not make them again.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use files::Access;

use crate::told::Told;

/// How many lines are kept when the file is opened: those of a busy year.
const KEPT: usize = 10_000;

/// A file with one line for each delivery that was made or given up, see [`Told`]. It holds no number and no address.
#[derive(Debug)]
pub struct Done {
    file: Option<File>,
    keys: HashSet<String>,
}

impl Done {
    /// Reads what was done, and keeps the latest 10,000 lines: older ones are never asked for again.
    ///
    /// # Errors
    ///
    /// The file cannot be read or written.
    pub fn open(path: &Path) -> io::Result<Self> {
        // The last line may be torn. It is then no key that is asked for, and its delivery is made once more.
        let lines = lines(path)?;
        let recent = lines.get(lines.len().saturating_sub(KEPT)..).unwrap_or_default();
        let kept: String = recent.iter().flat_map(|line| [line.as_str(), "\n"]).collect();
        // A full disk must not keep a service from its start: what is there is used as it is.
        let file = match files::replace(path, kept.as_bytes(), Access::Owner) {
            Ok(()) => Some(OpenOptions::new().append(true).open(path)?),
            Err(error) if files::is_full(&error) => OpenOptions::new().append(true).open(path).ok(),
            Err(error) => return Err(error),
        };
        Ok(Self { file, keys: recent.iter().map(|line| key(line)).collect() })
    }

    /// The keys in a file that another process may be writing; none, if there is no file.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn read(path: &Path) -> io::Result<Vec<String>> {
        Ok(lines(path)?.iter().map(|line| key(line)).collect())
    }

    /// The outcomes of the deliveries in a file that another process may be writing. Lines of versions that noted no time
    /// are left out.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn told(path: &Path) -> io::Result<Vec<Told>> {
        Ok(lines(path)?.iter().filter_map(|line| Told::parse(line)).collect())
    }

    /// Takes over what another process noted in a file of its own.
    pub fn were_made(&mut self, keys: Vec<String>) {
        self.keys.extend(keys);
    }

    /// A record that ends with the process.
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
    pub fn note(&mut self, told: &Told) -> io::Result<()> {
        self.keys.insert(told.key.clone());
        match &mut self.file {
            Some(file) => file.write_all(format!("{told}\n").as_bytes()),
            None => Ok(()),
        }
    }
}

/// The lines of a file; none, if there is no file.
fn lines(path: &Path) -> io::Result<Vec<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(text.lines().map(str::to_owned).collect()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// The key that a line begins with.
fn key(line: &str) -> String {
    line.split(' ').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(key: &str) -> Told {
        let at = "2026-11-27T10:20:30Z".parse().unwrap();
        Told { key: key.to_owned(), way: "mail".to_owned(), is_sent: true, at }
    }

    #[test]
    fn what_was_done_is_known_after_a_restart_and_what_is_old_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notices.done");
        let mut done = Done::open(&path).unwrap();
        for i in 0..=KEPT {
            done.note(&told(&format!("CA{i}-call_for_help-0"))).unwrap();
        }
        drop(done);
        let mut done = Done::open(&path).unwrap();
        assert!(!done.contains("CA0-call_for_help-0") && done.contains("CA1-call_for_help-0"));
        assert_eq!(Done::read(&path).unwrap().len(), KEPT);
        done.were_made(vec!["CAx-call_for_help-0".into()]);
        assert!(done.contains("CAx-call_for_help-0"));
    }

    #[test]
    fn a_torn_line_is_a_delivery_that_was_not_made() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notices.done");
        assert_eq!(Done::read(&path).unwrap(), Vec::<String>::new());
        let mut done = Done::open(&path).unwrap();
        done.note(&told("CA2-call_for_help-0")).unwrap();
        fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(b"CA3-call_for").unwrap();
        let done = Done::open(&path).unwrap();
        assert_eq!(Done::told(&path).unwrap(), [told("CA2-call_for_help-0")]);
        assert!(done.contains("CA2-call_for_help-0") && !done.contains("CA3-call_for_help-0"));
    }
}
