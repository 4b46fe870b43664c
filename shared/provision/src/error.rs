//! Why a change was not made.

use network::Finding;

use crate::chain::chain;
use crate::change::{Action, Summary};
use crate::keyring::KeyringError;
use crate::purchase_log::LogError;

/// Why a run, or one change of it, failed. `Display` has no remedy; [`ApplyError::finding`] has.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The account cannot be read, so nothing can be compared.
    #[error("cannot read the account")]
    Account(#[source] twilio::Error),
    /// Twilio refused a change, failed, or could not be reached.
    #[error("cannot {} the {}", verb(.summary), .summary.kind)]
    Twilio {
        /// The change.
        summary: Box<Summary>,
        /// Twilio's error.
        #[source]
        error: twilio::Error,
    },
    /// A password cannot be made or kept.
    #[error(transparent)]
    Keyring(#[from] KeyringError),
    /// A number was bought but cannot be written into the file.
    #[error("{number} is bought, but the file does not have it")]
    File {
        /// For which phone.
        phone: String,
        /// In E.164 form.
        number: String,
        /// Why not.
        #[source]
        error: LogError,
    },
    /// Twilio accepted a change that does not show.
    #[error("Twilio accepted the change to the {}, but does not show it", .0.kind)]
    NotShown(Box<Summary>),
    /// No number is for sale.
    #[error("no number is for sale in area code {area_code}")]
    SoldOut {
        /// For which phone.
        phone: String,
        /// Three digits.
        area_code: String,
    },
    /// Twilio corrects an address to another place.
    #[error(
        "Twilio corrects it to {made}, which has another house number, postal code or state; help would be sent there"
    )]
    Corrected {
        /// Its name in the file.
        name: String,
        /// The phones that are there.
        phones: Vec<String>,
        /// Twilio's correction, on one line.
        made: String,
    },
    /// It is not known whether a number was bought.
    #[error("it is not known whether {number} is bought, and no other is bought instead")]
    InDoubt {
        /// For which phone.
        phone: String,
        /// In E.164 form.
        number: String,
        /// The number's friendly name in Twilio, if it is there.
        friendly_name: String,
        /// The last answer.
        #[source]
        error: Box<twilio::Error>,
    },
    /// Somebody else bought the number that an earlier run asked for.
    #[error("{number}, which an earlier run asked for, is sold to somebody else")]
    SoldToAnother {
        /// For which phone.
        phone: String,
        /// In E.164 form.
        number: String,
    },
    /// Somebody else changes the same stage.
    #[error(
        "{0}, and not by this run: another machine may be changing the same stage, or a run was cut off a moment ago"
    )]
    Meanwhile(String),
    /// It cannot be noted which number is asked for, so none is bought.
    #[error("no number is bought, because it cannot be noted which one is asked for")]
    NotNoted {
        /// For which phone.
        phone: String,
        /// Why not.
        #[source]
        error: LogError,
    },
}

impl ApplyError {
    /// Whether the user can mend it, rather than Twilio.
    #[must_use]
    pub fn is_local(&self) -> bool {
        matches!(self, Self::Keyring(_) | Self::File { .. } | Self::NotNoted { .. } | Self::Corrected { .. })
    }

    /// Whether no other change can succeed either: Twilio is out of reach, or rejects the credentials.
    #[must_use]
    pub(crate) fn is_fatal(&self) -> bool {
        match self {
            Self::Account(_) | Self::Meanwhile(_) => true,
            Self::Twilio { error, .. } => {
                matches!(error, twilio::Error::Unreachable { .. }) || error.status() == Some(401)
            }
            _ => false,
        }
    }

    /// The error as everything is reported: about what, what is wrong, what to do.
    #[must_use]
    pub fn finding(&self) -> Finding {
        let what = chain(self);
        match self {
            Self::Account(error) => Finding::new("", what, error.remedy().unwrap_or_default()),
            Self::Twilio { summary, error } => {
                Finding::new(summary.about(), what, error.remedy().unwrap_or_default())
            }
            Self::Keyring(error) => error.finding(),
            Self::File { phone, number, .. } => {
                Finding::new(phone, what, format!("write it into the file: number = \"{number}\""))
            }
            Self::NotShown(summary) => {
                Finding::new(summary.about(), what, "run the same command again later")
            }
            Self::SoldOut { phone, .. } => Finding::new(phone, what, "choose another area code in the file"),
            Self::Corrected { name, phones, .. } => Finding::new(
                format!("address {name} ({})", phones.join(", ")),
                what,
                "write the right address into the file",
            ),
            Self::InDoubt { phone, number, friendly_name, .. } => Finding::new(
                phone,
                what,
                format!(
                    "look for {number} ({friendly_name}) among the numbers in Twilio's console; the next run looks for it \
                     first, and asks for no other"
                ),
            ),
            Self::SoldToAnother { phone, .. } => {
                Finding::new(phone, what, "run the same command again: it looks for another number")
            }
            Self::Meanwhile(_) => Finding::new(
                "",
                what,
                "wait until the other has ended, look with `dialtone plan`, then run the same command again",
            ),
            Self::NotNoted { phone, .. } => Finding::new(
                phone,
                what,
                "make the place of the passwords writable, then run the same command again",
            ),
        }
    }
}

fn verb(summary: &Summary) -> &'static str {
    match summary.action {
        Action::Create => "create",
        Action::Update => "update",
        Action::Delete => "delete",
        Action::Buy => "buy",
    }
}

/// A failed request as everything is reported.
#[must_use]
pub fn finding_of(about: &str, error: &twilio::Error) -> Finding {
    Finding::new(about, chain(error), error.remedy().unwrap_or_default())
}
