//! The phones' passwords: a file outside git that only its owner can read, or the environment. Beside them is kept which
//! numbers are being bought, and what was in the account before it was imported.

mod asked;
mod before;
mod error;
mod former;
mod kept;
mod strength;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use files::git::{checkout_of, seen_in};
use files::{Access, Lock, LockError, private, state_path};
use network::{Finding, some_of};
use provision::{Keyring, KeyringError, Known};
use secret::Secret;

pub use self::asked::Asked;
pub use self::before::BeforeFile;
pub use self::error::PasswordsError;
use self::former::Former;
pub use self::kept::given;
use self::kept::{Entry, read, refuse_others};
use self::strength::generate;

/// Where passwords may be given instead of kept: `{"lobby":"..."}`.
const VARIABLE: &str = "DIALTONE_PASSWORDS";

/// What to do where git would see passwords.
const KEEP_OUT_OF_GIT: &str =
    "move it out of there, have git ignore it (.gitignore), or name another place with --passwords FILE";

/// What to do where a place will not do.
const ELSEWHERE: &str = "name another place with --passwords FILE";

type Result<T, E = PasswordsError> = std::result::Result<T, E>;

/// The passwords of one stage's phones.
pub struct Passwords {
    path: PathBuf,
    /// Whose they are: `NETWORK:STAGE`.
    owner: String,
    /// Whether the file has its usual place, in a folder that holds nothing else.
    is_usual: bool,
    kept: Mutex<BTreeMap<String, Entry>>,
    given: BTreeMap<String, String>,
    /// The file of a former name.
    former: Former,
    /// Held while this process may write.
    lock: Option<Lock>,
}

impl Passwords {
    /// Opens the passwords of a stage, to read them. A file that is not there is empty.
    ///
    /// # Errors
    ///
    /// They cannot be read, or are another stage's.
    pub fn open(path: Option<&Path>, network: &str, stage: &str) -> Result<Self> {
        Self::open_of(path, network, stage, &[])
    }

    /// The same of a stage that had other names once (`dialtone:NETWORK:STAGE`). Until it has a file of its own, those of its former
    /// names are read.
    ///
    /// # Errors
    ///
    /// They cannot be read, or are another stage's.
    pub fn open_of(path: Option<&Path>, network: &str, stage: &str, former: &[String]) -> Result<Self> {
        let is_usual = path.is_none();
        let path = match path {
            Some(path) => path.to_owned(),
            None => state_path(network, stage, "passwords.json").ok_or(PasswordsError::Homeless)?,
        };
        let owner = format!("{network}:{stage}");
        let former = Former::find(&path, is_usual, former);
        let source = former.source(&path);
        let kept = read(source)?;
        refuse_others(source, &kept, &owner, &former)?;
        Ok(Self { owner, is_usual, kept: Mutex::new(kept), given: given()?, lock: None, former, path })
    }

    /// Opens them to change them, too. Nobody else can until this is dropped.
    ///
    /// # Errors
    ///
    /// The same, or another process changes them, or git would see them.
    pub fn open_to_write(path: Option<&Path>, network: &str, stage: &str) -> Result<Self> {
        Self::open_to_write_of(path, network, stage, &[])
    }

    /// The same of a stage that had other names once.
    ///
    /// # Errors
    ///
    /// The same, or another process changes them, or git would see them.
    pub fn open_to_write_of(
        path: Option<&Path>,
        network: &str,
        stage: &str,
        former: &[String],
    ) -> Result<Self> {
        let mut passwords = Self::open_of(path, network, stage, former)?;
        // Before the lock, which is a file beside it.
        if let Some(checkout) = passwords.exposed_in() {
            return Err(PasswordsError::Seen { path: passwords.path, checkout });
        }
        passwords.lock = Some(passwords.lock()?);
        // It may have changed before the lock was had.
        passwords.kept = Mutex::new(read(passwords.former.source(&passwords.path))?);
        Ok(passwords)
    }

    /// The password of a phone, if it is known.
    #[must_use]
    pub fn of(&self, user: &str) -> Option<Secret> {
        if let Some(given) = self.given.get(user) {
            return Some(Secret::new(given.clone()));
        }
        self.entries().get(user).map(|entry| Secret::new(entry.password.clone()))
    }

    /// Keeps what the stage had under a former name under its own, before anything is renamed at Twilio.
    ///
    /// # Errors
    ///
    /// They cannot be kept.
    pub fn take_over(&self) -> Result<()> {
        if self.former.is_empty() {
            return Ok(());
        }
        let kept = self.entries();
        self.write(&kept).map_err(PasswordsError::Unkept)?;
        self.former.copy_beside(&self.path)
    }

    /// Removes what is kept under a former name, once nothing goes by it any more.
    pub fn leave_former(&self) {
        self.former.remove();
    }

    /// Where they are kept.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes a new password for a phone, to be set next.
    ///
    /// # Errors
    ///
    /// None can be made or kept, or the environment gives it.
    pub fn renew(&self, user: &str) -> Result<Secret> {
        if self.given.contains_key(user) {
            return Err(PasswordsError::Given(user.to_owned()));
        }
        let new = generate().map_err(PasswordsError::Unmade)?;
        let mut kept = self.entries();
        let mut changed = kept.clone();
        match changed.get_mut(user) {
            Some(entry) => entry.next = Some(new.clone()),
            None => {
                changed.insert(user.to_owned(), Entry::new(new.clone()));
            }
        }
        self.write(&changed).map_err(PasswordsError::Unkept)?;
        *kept = changed;
        Ok(Secret::new(new))
    }

    fn entries(&self) -> MutexGuard<'_, BTreeMap<String, Entry>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> Result<Lock> {
        let fail = |source| PasswordsError::Unwritten { path: self.path.clone(), source };
        private::make_folder(self.folder()).map_err(fail)?;
        let name = self.path.with_extension("lock");
        Lock::take(&name).map_err(|error| match error {
            LockError::Held => PasswordsError::Held(name),
            LockError::File(error) => fail(error),
        })
    }

    /// Why the place that was named is none for passwords.
    fn exposure(&self) -> Option<String> {
        self.exposed_in().map(|checkout| format!("git would see it in the checkout {}", checkout.display()))
    }

    /// The checkout in which git would see the file.
    fn exposed_in(&self) -> Option<PathBuf> {
        seen_in(&self.path).filter(|_| !self.is_usual)
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
    fn write(&self, kept: &BTreeMap<String, Entry>) -> Result<(), KeyringError> {
        let fail = |error: &dyn std::fmt::Display| {
            KeyringError::new(
                format!("the passwords cannot be kept in {}: {error}", self.path.display()),
                ELSEWHERE,
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
        let owned = |(user, entry): (&String, &Entry)| (user.clone(), entry.clone().of(&self.owner));
        let owned: BTreeMap<String, Entry> = kept.iter().map(owned).collect();
        let text = serde_json::to_vec_pretty(&owned).map_err(|error| fail(&error))?;
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
            Some(Entry { next: Some(_), .. }) => Known::Rotating,
            Some(Entry { credential: Some(credential), when, .. }) => {
                Known::Set { credential: credential.clone(), when: when.clone() }
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

    fn password(&self, user: &str) -> Result<Secret, KeyringError> {
        if let Some(given) = self.given.get(user) {
            return Ok(Secret::new(given.clone()));
        }
        let mut kept = self.entries();
        if let Some(entry) = kept.get(user) {
            return Ok(Secret::new(entry.next.clone().unwrap_or_else(|| entry.password.clone())));
        }
        let password = generate()?;
        kept.insert(user.to_owned(), Entry::new(password.clone()));
        if let Err(error) = self.write(&kept) {
            // One that is not kept must not be used.
            kept.remove(user);
            return Err(error);
        }
        Ok(Secret::new(password))
    }

    fn forget(&self, user: &str) -> Result<(), KeyringError> {
        let mut kept = self.entries();
        match kept.remove(user) {
            Some(_) => self.write(&kept),
            None => Ok(()),
        }
    }

    fn doubt(&self, user: &str) -> Result<(), KeyringError> {
        let mut kept = self.entries();
        let Some(entry) = kept.get_mut(user) else { return Ok(()) };
        (entry.credential, entry.when) = (None, None);
        self.write(&kept)
    }

    fn confirm(&self, user: &str, credential: &str, when: Option<&str>) -> Result<(), KeyringError> {
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
        entry.when = when.filter(|when| !when.is_empty()).map(str::to_owned);
        if let Some(next) = entry.next.take() {
            entry.password = next;
        }
        self.write(&kept)
    }
}

#[cfg(test)]
mod tests;
