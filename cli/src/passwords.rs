//! The phones' passwords: a file outside git that only its owner can read, or the environment.

mod strength;

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use files::{Access, Lock, LockError, state_path};
use network::Finding;
use provision::{Keyring, KeyringError, Known};
use serde::{Deserialize, Serialize};
use twilio::Secret;

use self::strength::{generate, is_strong};
use crate::exit::{Failure, Result};
use crate::git::{checkout_of, seen_in};
use crate::private;
use network::some_of;

/// Where passwords may be given instead of kept: `{"lobby":"..."}`.
const VARIABLE: &str = "DIALTONE_PASSWORDS";

/// What to do where git would see passwords.
const KEEP_OUT_OF_GIT: &str =
    "move it out of there, have git ignore it (.gitignore), or name another place with --passwords FILE";

fn homeless() -> Failure {
    Failure::usage("there is no HOME to keep the passwords in; name a file with --passwords FILE")
}

/// The passwords of one stage's phones.
pub(crate) struct Passwords {
    path: PathBuf,
    /// Whether the file has its usual place, in a folder that holds nothing else.
    is_usual: bool,
    kept: Mutex<BTreeMap<String, Entry>>,
    given: BTreeMap<String, String>,
    /// Held while this process may write.
    lock: Option<Lock>,
}

/// What is kept of one phone. It has no `Debug`.
#[derive(Clone, Serialize, Deserialize)]
struct Entry {
    password: String,
    /// The credential that has the password for certain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    credential: Option<String>,
    /// The password that a rotation was about to set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

impl Passwords {
    /// Opens the passwords of a stage, to read them. A file that is not there is empty.
    pub(crate) fn open(path: Option<&Path>, network: &str, stage: &str) -> Result<Self> {
        let is_usual = path.is_none();
        let path = match path {
            Some(path) => path.to_owned(),
            None => state_path(network, stage, "passwords.json").ok_or_else(homeless)?,
        };
        let kept = Mutex::new(read(&path)?);
        Ok(Self { path, is_usual, kept, given: given()?, lock: None })
    }

    /// Opens them to change them, too. Nobody else can until this is dropped.
    pub(crate) fn open_to_write(path: Option<&Path>, network: &str, stage: &str) -> Result<Self> {
        let mut passwords = Self::open(path, network, stage)?;
        // Before the lock, which is a file beside it.
        if let Some(why) = passwords.exposure() {
            return Err(Failure::usage(format!("{}: {why}; {KEEP_OUT_OF_GIT}", passwords.path.display())));
        }
        passwords.lock = Some(passwords.lock()?);
        // It may have changed before the lock was had.
        passwords.kept = Mutex::new(read(&passwords.path)?);
        Ok(passwords)
    }

    /// The password of a phone, if it is known.
    pub(crate) fn of(&self, user: &str) -> Option<Secret> {
        if let Some(given) = self.given.get(user) {
            return Some(Secret::new(given.clone()));
        }
        self.entries().get(user).map(|entry| Secret::new(entry.password.clone()))
    }

    /// Where they are kept.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes a new password for a phone, to be set next.
    pub(crate) fn renew(&self, user: &str) -> Result<Secret> {
        if self.given.contains_key(user) {
            return Err(Failure::usage(format!(
                "{VARIABLE} gives the password of {user}; change it there, then run `dialtone apply --set-passwords`"
            )));
        }
        let new = generate().map_err(|error| Failure::other_side(error.finding()))?;
        let mut kept = self.entries();
        let mut changed = kept.clone();
        match changed.get_mut(user) {
            Some(entry) => entry.next = Some(new.clone()),
            None => {
                let entry = Entry { password: new.clone(), credential: None, next: None };
                changed.insert(user.to_owned(), entry);
            }
        }
        self.write(&changed).map_err(|error| Failure::usage(error.finding()))?;
        *kept = changed;
        Ok(Secret::new(new))
    }

    fn entries(&self) -> MutexGuard<'_, BTreeMap<String, Entry>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> Result<Lock> {
        let fail = |error: &dyn std::fmt::Display| {
            Failure::usage(format!(
                "{}: {error}; name another place with --passwords FILE",
                self.path.display()
            ))
        };
        private::make_folder(self.folder()).map_err(|error| fail(&error))?;
        let name = self.path.with_extension("lock");
        Lock::take(&name).map_err(|error| match error {
            LockError::Held => Failure::usage(format!(
                "another dialtone is changing this stage (it holds {}); wait until it has ended",
                name.display()
            )),
            LockError::File(error) => fail(&error),
        })
    }

    /// Why the place that was named is none for passwords.
    fn exposure(&self) -> Option<String> {
        let checkout = seen_in(&self.path).filter(|_| !self.is_usual)?;
        Some(format!("git would see it in the checkout {}", checkout.display()))
    }

    /// The phones whose password is kept, and is another than the one that is given.
    fn contradictions<'u>(&self, users: &'u [String]) -> Vec<&'u str> {
        let kept = self.entries();
        let differs = |user: &&String| {
            let (Some(given), Some(entry)) = (self.given.get(*user), kept.get(*user)) else { return false };
            entry.password != *given
        };
        users.iter().filter(differs).map(String::as_str).collect()
    }

    fn folder(&self) -> &Path {
        files::folder_of(&self.path)
    }

    /// Replaces the file in one step: a reader sees the old one or the new one, whatever happens in between.
    fn write(&self, kept: &BTreeMap<String, Entry>) -> std::result::Result<(), KeyringError> {
        let fail = |error: &dyn std::fmt::Display| {
            KeyringError::new(
                format!("the passwords cannot be kept in {}: {error}", self.path.display()),
                "name another place with --passwords FILE",
            )
        };
        let folder = self.folder();
        private::make_folder(folder).map_err(|error| fail(&error))?;
        if self.is_usual && checkout_of(&self.path).is_some() {
            // Somebody keeps their whole home in git. The folder holds nothing but passwords.
            private::keep_out_of_git(folder).map_err(|error| fail(&error))?;
        } else if let Some(why) = self.exposure() {
            return Err(fail(&why));
        }
        let text = serde_json::to_vec_pretty(kept).map_err(|error| fail(&error))?;
        files::replace(&self.path, &text, Access::Owner).map_err(|error| fail(&error))
    }
}

impl Keyring for Passwords {
    fn known(&self, user: &str) -> Known {
        if self.given.contains_key(user) {
            return Known::Given;
        }
        match self.entries().get(user) {
            None => Known::Nothing,
            Some(Entry { credential: Some(credential), next: None, .. }) => {
                Known::Set { credential: credential.clone() }
            }
            Some(_) => Known::Unset,
        }
    }

    fn notes(&self, users: &[String]) -> Vec<Finding> {
        let note = |about: String, what: String, remedy: &str| Finding::new(about, what, remedy);
        let mut notes = Vec::new();
        let nobody: Vec<_> =
            self.given.keys().filter(|user| !users.contains(user)).map(String::as_str).collect();
        if !nobody.is_empty() {
            notes.push(note(
                VARIABLE.into(),
                format!("gives a password to {}, which the file does not have", some_of(&nobody, 3)),
                "write the name as in [extensions]; capital and small letters differ",
            ));
        }
        let contradictions = self.contradictions(users);
        if !contradictions.is_empty() {
            notes.push(note(
                self.path.display().to_string(),
                format!("keeps another password of {} than {VARIABLE} gives", some_of(&contradictions, 3)),
                "`dialtone apply --set-passwords` sets the one that is given, and forgets the other; or unset the variable",
            ));
        }
        if let Some(why) = self.exposure() {
            let remedy = format!("{KEEP_OUT_OF_GIT}; `dialtone apply` refuses it until then");
            notes.push(note(
                self.path.display().to_string(),
                format!("is no place for passwords: {why}"),
                &remedy,
            ));
        }
        notes
    }

    fn password(&self, user: &str) -> std::result::Result<Secret, KeyringError> {
        if let Some(given) = self.given.get(user) {
            return Ok(Secret::new(given.clone()));
        }
        let mut kept = self.entries();
        if let Some(entry) = kept.get(user) {
            return Ok(Secret::new(entry.next.clone().unwrap_or_else(|| entry.password.clone())));
        }
        let password = generate()?;
        kept.insert(user.to_owned(), Entry { password: password.clone(), credential: None, next: None });
        if let Err(error) = self.write(&kept) {
            // One that is not kept must not be used.
            kept.remove(user);
            return Err(error);
        }
        Ok(Secret::new(password))
    }

    fn forget(&self, user: &str) -> std::result::Result<(), KeyringError> {
        let mut kept = self.entries();
        match kept.remove(user) {
            Some(_) => self.write(&kept),
            None => Ok(()),
        }
    }

    fn confirm(&self, user: &str, credential: &str) -> std::result::Result<(), KeyringError> {
        let mut kept = self.entries();
        let Some(entry) = kept.get_mut(user) else { return Ok(()) };
        if let Some(given) = self.given.get(user) {
            entry.next = None;
            if entry.password != *given {
                // It is void, and without the variable nobody must take it for the phone's.
                kept.remove(user);
                return self.write(&kept);
            }
        }
        entry.credential = Some(credential.to_owned());
        if let Some(next) = entry.next.take() {
            entry.password = next;
        }
        self.write(&kept)
    }
}

fn read(path: &Path) -> Result<BTreeMap<String, Entry>> {
    let shown = path.display();
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => return Err(Failure::usage(format!("{shown}: {error}"))),
    };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(path).map(|data| data.permissions().mode()).unwrap_or_default();
        if mode & 0o077 != 0 {
            return Err(Failure::usage(format!(
                "{shown}: others can read the passwords; run `chmod 600 {shown}`"
            )));
        }
    }
    // The parser's own message would quote what it could not read.
    serde_json::from_slice(&text).map_err(|error| {
        Failure::usage(format!("{shown}: is not a file of passwords (line {})", error.line()))
    })
}

/// Passwords from the environment.
pub(crate) fn given() -> Result<BTreeMap<String, String>> {
    let Some(text) = std::env::var(VARIABLE).ok().filter(|text| !text.trim().is_empty()) else {
        return Ok(BTreeMap::new());
    };
    let given: BTreeMap<String, String> = serde_json::from_str(&text)
        .map_err(|_| Failure::usage(format!("{VARIABLE} is not JSON of the form {{\"lobby\":\"...\"}}")))?;
    let weak: Vec<_> =
        given.iter().filter(|(_, password)| !is_strong(password)).map(|(user, _)| user.as_str()).collect();
    if weak.is_empty() {
        return Ok(given);
    }
    Err(Failure::usage(format!(
        "{VARIABLE}: the password of {} is too weak; Twilio wants 12 characters or more, with a capital letter, a \
         small letter and a digit",
        weak.join(", ")
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keyring(folder: &Path) -> Passwords {
        Passwords::open_to_write(Some(&folder.join("deep/p.json")), "n", "s").ok().unwrap()
    }

    #[test]
    fn a_password_is_kept_before_it_is_used() {
        let folder = tempfile::tempdir().unwrap();
        let first = keyring(folder.path());
        let password = first.password("lobby").unwrap();
        assert_eq!(first.known("lobby"), Known::Unset);
        drop(first);
        let second = keyring(folder.path());
        assert_eq!(second.password("lobby").unwrap().expose(), password.expose());
        second.confirm("lobby", "CR1").unwrap();
        assert_eq!(second.known("lobby"), Known::Set { credential: "CR1".into() });
        assert_eq!(second.known("other"), Known::Nothing);
    }

    #[test]
    fn a_rotation_that_was_cut_off_is_known() {
        let folder = tempfile::tempdir().unwrap();
        let keyring = keyring(folder.path());
        let old = keyring.password("lobby").unwrap();
        keyring.confirm("lobby", "CR1").unwrap();
        let new = keyring.renew("lobby").ok().unwrap();
        assert_eq!(keyring.of("lobby").unwrap().expose(), old.expose());
        assert_eq!(
            (keyring.known("lobby"), keyring.password("lobby").unwrap().expose()),
            (Known::Unset, new.expose())
        );
        keyring.confirm("lobby", "CR1").unwrap();
        assert_eq!(keyring.of("lobby").unwrap().expose(), new.expose());
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_reads_them() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let keyring = keyring(folder.path());
        keyring.password("lobby").unwrap();
        let path = keyring.path().to_owned();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(Passwords::open_to_write(Some(&path), "n", "s").is_err(), "two may write at once");
        drop(keyring);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(Passwords::open(Some(&path), "n", "s").is_err(), "others may read it");
    }

    #[test]
    fn git_does_not_see_them() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join(".git")).unwrap();
        let named = folder.path().join("deep/p.json");
        assert!(Passwords::open_to_write(Some(&named), "n", "s").is_err());
        assert!(!folder.path().join("deep").exists(), "nothing is left behind, no lock either");
        let named = Passwords::open(Some(&named), "n", "s").ok().unwrap();
        assert!(named.notes(&[])[0].what.contains("git would see it"));
        assert!(named.password("lobby").unwrap_err().what.contains("git would see it"));
        let usual = Passwords { is_usual: true, ..named };
        usual.password("lobby").unwrap();
        assert_eq!(fs::read_to_string(usual.folder().join(".gitignore")).unwrap(), "*\n");
    }
}
