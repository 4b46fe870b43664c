//! The senders of notices, from the environment.

use network::Finding;
use notices::{Mailer, Senders};
use thiserror::Error;
use twilio::{Client, EnvironmentError, Hosts, Patience, Secret};

use crate::mail::{MailSetupError, SmtpMailer};

/// Why the environment cannot be used. No variant prints a value.
#[derive(Debug, Error)]
pub enum SendersError {
    /// The account's SID or its key.
    #[error("TWILIO_ACCOUNT_SID, TWILIO_API_KEY: {0}")]
    Account(#[from] twilio::AccountError),
    /// Where Twilio's API is.
    #[error("TWILIO_API_BASE: {0}")]
    Hosts(#[from] twilio::HostsError),
    /// The mail server.
    #[error("{0}")]
    Mail(#[from] MailSetupError),
}

impl SendersError {
    /// The error as everything is reported.
    #[must_use]
    pub fn finding(&self) -> Finding {
        match self {
            Self::Account(error) => {
                Finding::new("TWILIO_ACCOUNT_SID, TWILIO_API_KEY", error.to_string(), error.remedy())
            }
            Self::Hosts(error) => Finding::new("TWILIO_API_BASE", error.to_string(), ""),
            Self::Mail(error) => Finding::new("", error.to_string(), ""),
        }
    }
}

/// Reads what each way to a person needs, by the names of variables. What is not set is lacking
/// ([`Senders::lacks`]); the other ways go on.
///
/// `TWILIO_ACCOUNT_SID` with `TWILIO_API_KEY` and `TWILIO_API_SECRET`, or with `TWILIO_AUTH_TOKEN` (messages and calls);
/// `DIALTONE_NOTIFY_SECRET` (webhooks); `DIALTONE_SMTP_URL` and `DIALTONE_SMTP_FROM` (mails).
///
/// # Errors
///
/// A variable is set and wrong.
pub fn read_senders(variable: impl Fn(&str) -> Option<String>) -> Result<Senders, SendersError> {
    let variable =
        |name: &str| variable(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
    let account = match twilio::account_of(variable) {
        Ok(account) => Some(account),
        Err(EnvironmentError::Missing(_)) => None,
        Err(EnvironmentError::Account(error)) => return Err(error.into()),
    };
    let hosts = match variable("TWILIO_API_BASE") {
        Some(base) => Hosts::all_at(base.trim_end_matches('/'))?,
        None => Hosts::default(),
    };
    // The desk asks again, and each attempt is noted.
    let patience = Patience { attempts: 1, ..Patience::default() };
    let client = account.map(|account| Client::new(account, hosts).patience(patience));
    let secret = variable("DIALTONE_NOTIFY_SECRET").map(Secret::new);
    let mailer = match variable("DIALTONE_SMTP_URL") {
        Some(url) => {
            let from = variable("DIALTONE_SMTP_FROM").unwrap_or_default();
            Some(Box::new(SmtpMailer::new(&url, &from)?) as Box<dyn Mailer>)
        }
        None => None,
    };
    Ok(Senders::new(client, secret, mailer))
}

#[cfg(test)]
mod tests {
    use network::Way;

    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Senders, SendersError> {
        read_senders(|name| {
            variables.iter().find(|(one, _)| *one == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn what_is_not_set_is_named_and_the_rest_goes_on() {
        let (webhook, mail) =
            (Way::Webhook("https://x.example.org/".into()), Way::Mail("a@example.org".into()));
        let nothing = read(&[("TWILIO_AUTH_TOKEN", "t")]).unwrap();
        assert_eq!(
            (nothing.lacks(&webhook), nothing.lacks(&mail)),
            (Some("DIALTONE_NOTIFY_SECRET"), Some("DIALTONE_SMTP_URL"))
        );
        assert!(nothing.twilio().is_err());
        let all = read(&[
            ("TWILIO_ACCOUNT_SID", "AC00000000000000000000000000000000"),
            ("TWILIO_AUTH_TOKEN", "new, old"),
            ("DIALTONE_NOTIFY_SECRET", "s"),
            ("DIALTONE_SMTP_URL", "smtp://localhost"),
            ("DIALTONE_SMTP_FROM", "phones@example.org"),
        ])
        .unwrap();
        assert_eq!((all.lacks(&webhook), all.lacks(&mail)), (None, None));
        assert!(all.twilio().is_ok());
    }

    #[test]
    fn what_is_wrong_is_named_without_its_value() {
        let error =
            read(&[("DIALTONE_SMTP_URL", "https://u:hush@x"), ("DIALTONE_SMTP_FROM", "a@example.org")]);
        let text = error.unwrap_err().to_string();
        assert!(text.contains("DIALTONE_SMTP_URL") && !text.contains("hush"), "{text}");
    }
}
