//! Where passwords come from. Twilio never shows one again, so whoever makes it must keep it.

use twilio::Secret;

use crate::plan::Note;

/// What is known of a phone's password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// Nothing: another machine made it, or its file was lost.
    Nothing,
    /// A password, which this credential (`CR…`) has for certain.
    Set {
        /// The credential that has it.
        credential: String,
    },
    /// A password that was made, but of which no credential is known to have it: the run that made it was cut off.
    Unset,
    /// A password that the user gives. Whether Twilio has it cannot be known.
    Given,
}

/// The passwords of a stage's phones.
pub trait Keyring: Sync {
    /// What is known of a phone's password.
    fn known(&self, user: &str) -> Known;

    /// What a person should know of the passwords, given the users that the file has.
    fn notes(&self, _users: &[String]) -> Vec<Note> {
        Vec::new()
    }

    /// The password that a phone's credential is to have. It is made and kept, safely, before this returns.
    ///
    /// # Errors
    ///
    /// It cannot be kept.
    fn password(&self, user: &str) -> Result<Secret, KeyringError>;

    /// Notes that a credential has the password now.
    ///
    /// # Errors
    ///
    /// It cannot be noted.
    fn confirm(&self, user: &str, credential: &str) -> Result<(), KeyringError>;
}

/// Why a password cannot be kept: a sentence for the user, with the file's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct KeyringError(pub String);
