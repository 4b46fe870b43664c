//! The phones' passwords: a file outside git that only its owner can read, or the environment.

mod former;
mod kept;
mod strength;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use files::{Access, Lock, LockError, state_path};
use network::Finding;
use provision::{Keyring, KeyringError, Known};
use twilio::Secret;

use self::former::Former;
pub(crate) use self::kept::given;
use self::kept::{Entry, read, refuse_others};
use self::strength::generate;
use crate::exit::{Failure, Outcome, Result};
use crate::git::{checkout_of, seen_in};
use crate::private;
use network::some_of;

/// Where passwords may be given instead of kept: `{"lobby":"..."}`.
const VARIABLE: &str = "DIALTONE_PASSWORDS";

/// What to do where git would see passwords.
const KEEP_OUT_OF_GIT: &str =
    "move it out of there, have git ignore it (.gitignore), or name another place with --passwords FILE";

fn homeless() -> Failure {
    Failure::usage("", "there is no HOME to keep the passwords in", "name a file with --passwords FILE")
}

/// The passwords of one stage's phones.
pub(crate) struct Passwords {
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
    pub(crate) fn open(path: Option<&Path>, network: &str, stage: &str) -> Result<Self> {
        Self::open_of(path, network, stage, &[])
    }

    /// The same of a stage that had other names once (`dialtone:NETWORK:STAGE`). Until it has a file of its own, those of its former
    /// names are read.
    pub(crate) fn open_of(
        path: Option<&Path>,
        network: &str,
        stage: &str,
        former: &[String],
    ) -> Result<Self> {
        let is_usual = path.is_none();
        let path = match path {
            Some(path) => path.to_owned(),
            None => state_path(network, stage, "passwords.json").ok_or_else(homeless)?,
        };
        let owner = format!("{network}:{stage}");
        let former = Former::find(&path, is_usual, former);
        let source = former.source(&path);
        let kept = read(source)?;
        refuse_others(source, &kept, &owner, &former)?;
        Ok(Self { owner, is_usual, kept: Mutex::new(kept), given: given()?, lock: None, former, path })
    }

    /// Opens them to change them, too. Nobody else can until this is dropped.
    pub(crate) fn open_to_write(path: Option<&Path>, network: &str, stage: &str) -> Result<Self> {
        Self::open_to_write_of(path, network, stage, &[])
    }

    /// The same of a stage that had other names once.
    pub(crate) fn open_to_write_of(
        path: Option<&Path>,
        network: &str,
        stage: &str,
        former: &[String],
    ) -> Result<Self> {
        let mut passwords = Self::open_of(path, network, stage, former)?;
        // Before the lock, which is a file beside it.
        if let Some(why) = passwords.exposure() {
            return Err(Failure::usage(passwords.path.display(), why, KEEP_OUT_OF_GIT));
        }
        passwords.lock = Some(passwords.lock()?);
        // It may have changed before the lock was had.
        passwords.kept = Mutex::new(read(passwords.former.source(&passwords.path))?);
        Ok(passwords)
    }

    /// The password of a phone, if it is known.
    pub(crate) fn of(&self, user: &str) -> Option<Secret> {
        if let Some(given) = self.given.get(user) {
            return Some(Secret::new(given.clone()));
        }
        self.entries().get(user).map(|entry| Secret::new(entry.password.clone()))
    }

    /// Keeps what the stage had under a former name under its own, before anything is renamed at Twilio.
    pub(crate) fn take_over(&self) -> Result<()> {
        if self.former.is_empty() {
            return Ok(());
        }
        let kept = self.entries();
        self.write(&kept).map_err(|error| Failure::found(Outcome::Usage, [error.finding()]))?;
        self.former.copy_beside(&self.path).map_err(Failure::system)
    }

    /// Removes what is kept under a former name, once nothing goes by it any more.
    pub(crate) fn leave_former(&self) {
        self.former.remove();
    }

    /// Where they are kept.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes a new password for a phone, to be set next.
    pub(crate) fn renew(&self, user: &str) -> Result<Secret> {
        if self.given.contains_key(user) {
            return Err(Failure::usage(
                "",
                format!("{VARIABLE} gives the password of {user}"),
                "change it there, then run `dialtone apply --set-passwords`",
            ));
        }
        let new = generate().map_err(|error| Failure::found(Outcome::OtherSide, [error.finding()]))?;
        let mut kept = self.entries();
        let mut changed = kept.clone();
        match changed.get_mut(user) {
            Some(entry) => entry.next = Some(new.clone()),
            None => {
                changed.insert(user.to_owned(), Entry::new(new.clone()));
            }
        }
        self.write(&changed).map_err(|error| Failure::found(Outcome::Usage, [error.finding()]))?;
        *kept = changed;
        Ok(Secret::new(new))
    }

    fn entries(&self) -> MutexGuard<'_, BTreeMap<String, Entry>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> Result<Lock> {
        let fail = |error: &dyn std::fmt::Display| {
            Failure::usage(self.path.display(), error, "name another place with --passwords FILE")
        };
        private::make_folder(self.folder()).map_err(|error| fail(&error))?;
        let name = self.path.with_extension("lock");
        Lock::take(&name).map_err(|error| match error {
            LockError::Held => Failure::usage(
                "",
                format!("another dialtone is changing this stage (it holds {})", name.display()),
                "wait until it has ended",
            ),
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

    fn password(&self, user: &str) -> std::result::Result<Secret, KeyringError> {
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

    fn forget(&self, user: &str) -> std::result::Result<(), KeyringError> {
        let mut kept = self.entries();
        match kept.remove(user) {
            Some(_) => self.write(&kept),
            None => Ok(()),
        }
    }

    fn doubt(&self, user: &str) -> std::result::Result<(), KeyringError> {
        let mut kept = self.entries();
        let Some(entry) = kept.get_mut(user) else { return Ok(()) };
        (entry.credential, entry.when) = (None, None);
        self.write(&kept)
    }

    fn confirm(
        &self,
        user: &str,
        credential: &str,
        when: Option<&str>,
    ) -> std::result::Result<(), KeyringError> {
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
