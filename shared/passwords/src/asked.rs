//! Which numbers are being bought, kept beside the passwords until the network file has them.
//!
//! A purchase whose answer was lost may be made long after. The next run looks for that number, and for no other.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use files::Access;

/// How the file's name ends.
pub(crate) const END: &str = "buying.json";

/// The numbers, by phone. The process that holds the lock of the passwords may change them.
pub struct Asked {
    path: PathBuf,
}

impl Asked {
    /// The ones beside these passwords.
    #[must_use]
    pub fn beside(passwords: &Path) -> Self {
        Self { path: passwords.with_extension(END) }
    }

    /// The number that may have been bought for a phone.
    ///
    /// # Errors
    ///
    /// Why the note cannot be read.
    pub fn number_for(&self, phone: &str) -> Result<Option<String>, String> {
        Ok(self.read()?.remove(phone))
    }

    /// Notes a number before it is asked for, or that the matter is settled.
    ///
    /// # Errors
    ///
    /// Why it cannot be noted.
    pub fn note(&self, phone: &str, number: Option<&str>) -> Result<(), String> {
        let mut asked = self.read()?;
        match number {
            Some(number) => asked.insert(phone.to_owned(), number.to_owned()),
            None => asked.remove(phone),
        };
        self.write(&asked).map_err(|error| format!("{}: {error}", self.path.display()))
    }

    fn read(&self) -> Result<BTreeMap<String, String>, String> {
        let shown = self.path.display();
        match fs::read(&self.path) {
            Ok(text) => serde_json::from_slice(&text).map_err(|error| {
                format!("{shown}: {error}; if its numbers are not in the account, delete the file")
            }),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(BTreeMap::new()),
            Err(error) => Err(format!("{shown}: {error}")),
        }
    }

    fn write(&self, asked: &BTreeMap<String, String>) -> std::io::Result<()> {
        if asked.is_empty() {
            return match fs::remove_file(&self.path) {
                Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            };
        }
        files::replace(&self.path, &serde_json::to_vec_pretty(asked)?, Access::Owner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_lasts_until_the_matter_is_settled() {
        let folder = tempfile::tempdir().unwrap();
        let passwords = folder.path().join("prod.passwords.json");
        let asked = || Asked::beside(&passwords);
        asked().note("bench", None).unwrap();
        asked().note("bench", Some("+19715550101")).unwrap();
        asked().note("porch", Some("+19715550102")).unwrap();
        assert_eq!(asked().number_for("bench"), Ok(Some("+19715550101".into())));
        assert_eq!(asked().number_for("lobby"), Ok(None));
        asked().note("bench", None).unwrap();
        assert_eq!(asked().number_for("bench"), Ok(None));
        asked().note("porch", None).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        fs::write(folder.path().join("prod.passwords.buying.json"), "{").unwrap();
        assert!(asked().number_for("bench").unwrap_err().contains("delete the file"));
    }
}
