//! The files of a journal.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

const ENDING: &str = "jsonl";

/// The slots of a journal that exist, in the order of their numbers. A folder that does not exist has none.
///
/// # Errors
///
/// The folder cannot be read.
pub fn slots(journal: &Path) -> io::Result<Vec<PathBuf>> {
    let mut numbers: Vec<u32> = names(journal)?.iter().filter_map(|name| name.parse().ok()).collect();
    numbers.sort_unstable();
    Ok(numbers.into_iter().map(|number| slot(journal, number)).collect())
}

pub(super) fn slot(journal: &Path, number: u32) -> PathBuf {
    journal.join(number.to_string())
}

/// The segments of a slot, the oldest first.
pub(super) fn segments(slot: &Path) -> io::Result<Vec<u64>> {
    let number = |name: &String| name.strip_suffix(ENDING)?.strip_suffix('.')?.parse().ok();
    let mut numbers: Vec<u64> = names(slot)?.iter().filter_map(number).collect();
    numbers.sort_unstable();
    Ok(numbers)
}

pub(super) fn segment(slot: &Path, number: u64) -> PathBuf {
    slot.join(format!("{number:010}.{ENDING}"))
}

fn names(folder: &Path) -> io::Result<Vec<String>> {
    match fs::read_dir(folder) {
        Ok(entries) => entries
            .filter_map(|entry| entry.map(|entry| entry.file_name().into_string().ok()).transpose())
            .collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}
