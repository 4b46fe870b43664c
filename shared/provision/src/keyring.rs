//! Where passwords come from. Twilio never shows one again, so they are kept before Twilio gets them.

use std::error::Error;

use network::Finding;
use twilio::Secret;

use crate::chain::chain;

/// The knowledge of a phone's password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// Nothing: another machine made it, or its file was lost.
    Nothing,
    /// A password, which this credential (`CR…`) has for certain.
    Set {
        /// The credential that has it.
        credential: String,
        /// When Twilio says that it was set (RFC 2822), where that is known.
        when: Option<String>,
    },
    /// A new password, which a rotation that was cut off was about to set. The phone may still have the old one.
    Rotating,
    /// A password that was made in a run that was cut off, so no credential is known to have it.
    Unset,
    /// A password that the user gives. Whether Twilio has it cannot be known.
    Given,
}

/// The passwords of a stage's phones.
pub trait Keyring: Sync {
    /// The knowledge of a phone's password.
    fn known(&self, user: &str) -> Known;

    /// Notes for a person about the passwords, given the users that the file has.
    fn notes(&self, _users: &[String]) -> Vec<Finding> {
        Vec::new()
    }

    /// The password for a phone's credential. It is made and safely kept before this returns.
    ///
    /// # Errors
    ///
    /// It cannot be kept.
    fn password(&self, user: &str) -> Result<Secret, KeyringError>;

    /// Forgets the password of a phone, which no credential has.
    ///
    /// # Errors
    ///
    /// It cannot be noted.
    fn forget(&self, user: &str) -> Result<(), KeyringError>;

    /// Notes that no credential is known to have the password any more, because another one is about to be made.
    ///
    /// # Errors
    ///
    /// It cannot be noted.
    fn doubt(&self, user: &str) -> Result<(), KeyringError>;

    /// Notes that a credential has the password now, and since when by Twilio's clock.
    ///
    /// # Errors
    ///
    /// It cannot be noted.
    fn confirm(&self, user: &str, credential: &str, when: Option<&str>) -> Result<(), KeyringError>;
}

/// Why a password cannot be made or kept.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub struct KeyringError {
    /// The fault, on one line, with the file's name.
    pub what: String,
    /// The remedy.
    pub remedy: String,
    #[source]
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl KeyringError {
    /// An error without a cause below it.
    #[must_use]
    pub fn new(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { what: what.into(), remedy: remedy.into(), source: None }
    }

    /// The same with the error that caused it.
    #[must_use]
    pub fn because(self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { source: Some(source.into()), ..self }
    }

    /// The error as everything is reported.
    #[must_use]
    pub fn finding(&self) -> Finding {
        Finding::new("", chain(self), &self.remedy)
    }
}
