//! How a notice gets to a person.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use network::Way;
use thiserror::Error;
use twilio::{Client, Secret};
use ureq::Agent;

use crate::notice::Notice;
use crate::signature::{SIGNATURE_HEADER, sign};

/// For how long a webhook may take to answer. One that is slow is not dead, and asking it again would tell it twice.
const WEBHOOK_TIMEOUT: Duration = Duration::from_secs(60);

/// For how long connecting may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Names the account that sends messages and calls.
const ACCOUNT: &str = "TWILIO_ACCOUNT_SID";

/// Holds the secret that signs webhooks.
const SECRET: &str = "DIALTONE_NOTIFY_SECRET";

/// Names the mail server, and the account there.
const MAIL: &str = "DIALTONE_SMTP_URL";

/// Sends mails: by SMTP in `dialtone serve`, through a topic on AWS.
pub trait Mailer: Send + Sync + 'static {
    /// Sends one mail and waits until it is taken over.
    ///
    /// # Errors
    ///
    /// It was not taken.
    fn send(&self, to: &str, subject: &str, body: &str) -> Result<(), MailError>;
}

/// Why a mail was not taken. Its text has no address.
pub type MailError = Box<dyn std::error::Error + Send + Sync>;

/// Why a notice did not get to a recipient. No variant prints a number, an address or a URL.
#[derive(Debug, Error)]
pub enum SendError {
    /// The host was started without something that this way needs.
    #[error("{0} is not set")]
    NotSetUp(&'static str),
    /// Twilio did not take the message or the call.
    #[error("Twilio did not take it")]
    Twilio(#[source] twilio::Error),
    /// The webhook did not answer.
    #[error("the webhook did not answer")]
    Unanswered(#[source] ureq::Error),
    /// The webhook answered with something else than 2xx.
    #[error("the webhook answered {0}")]
    Refused(u16),
    /// The mail was not taken.
    #[error("the mail was not taken")]
    Mail(#[source] MailError),
    /// A fault of this program stopped the attempt.
    #[error("a fault of Dialtone stopped it")]
    Fault,
}

impl SendError {
    /// A word for the log, where the sources' own words may name numbers and hosts.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::NotSetUp(_) => "not_set_up",
            Self::Twilio(_) => "twilio",
            Self::Unanswered(_) => "unanswered",
            Self::Refused(_) => "refused",
            Self::Mail(_) => "mail",
            Self::Fault => "fault",
        }
    }

    /// The remedy.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::NotSetUp(_) => "set the variable for the process that sends notices",
            Self::Twilio(_) => {
                "see Twilio's error log; an SMS in the United States needs a registered sender (30034)"
            }
            Self::Unanswered(_) => "check that the webhook's host answers and has a valid certificate",
            Self::Refused(_) => "let the webhook answer 200 once it has taken the notice",
            Self::Mail(_) => "check the mail server and the account in DIALTONE_SMTP_URL",
            Self::Fault => "report it with the lines of the log before it; the notice is tried again",
        }
    }
}

/// Everything that sends.
pub struct Senders {
    twilio: Option<Client>,
    secret: Option<Secret>,
    mailer: Option<Box<dyn Mailer>>,
    agent: Agent,
}

impl Senders {
    /// Senders with what the host was given: Twilio's client for messages and calls, the secret that signs webhooks, and
    /// what sends mails.
    #[must_use]
    pub fn new(twilio: Option<Client>, secret: Option<Secret>, mailer: Option<Box<dyn Mailer>>) -> Self {
        let agent = Agent::config_builder()
            .timeout_global(Some(WEBHOOK_TIMEOUT))
            .timeout_connect(Some(CONNECT_TIMEOUT))
            // A redirect could carry the notice to another host.
            .max_redirects(0)
            .http_status_as_error(false)
            .user_agent(concat!("dialtone/", env!("CARGO_PKG_VERSION")))
            .build()
            .into();
        Self { twilio, secret, mailer, agent }
    }

    /// Sends a notice one way, and waits until the other side has taken it.
    ///
    /// # Errors
    ///
    /// It was not taken, as far as can be known; it may be tried again.
    pub fn send(&self, notice: &Notice, way: &Way) -> Result<(), SendError> {
        match way {
            Way::Sms { to, from } => {
                self.twilio()?
                    .send_message(to.as_str(), from.as_str(), &notice.line())
                    .map_err(SendError::Twilio)?;
            }
            Way::Call { to, from } => {
                self.twilio()?
                    .place_call(to.as_str(), from.as_str(), &notice.twiml())
                    .map_err(SendError::Twilio)?;
            }
            Way::Webhook(url) => self.post(url, notice)?,
            Way::Mail(to) => {
                let mailer = self.mailer.as_ref().ok_or(SendError::NotSetUp(MAIL))?;
                mailer.send(to, &notice.line(), &notice.mail()).map_err(SendError::Mail)?;
            }
        }
        Ok(())
    }

    /// The setting that a way to a person needs and this host lacks: the name of a variable.
    #[must_use]
    pub fn lacks(&self, way: &Way) -> Option<&'static str> {
        match way {
            Way::Sms { .. } | Way::Call { .. } => self.twilio.is_none().then_some(ACCOUNT),
            Way::Webhook(_) => self.secret.is_none().then_some(SECRET),
            Way::Mail(_) => self.mailer.is_none().then_some(MAIL),
        }
    }

    /// Twilio's client, for messages and calls.
    ///
    /// # Errors
    ///
    /// The host was started without an account.
    pub fn twilio(&self) -> Result<&Client, SendError> {
        self.twilio.as_ref().ok_or(SendError::NotSetUp(ACCOUNT))
    }

    fn post(&self, url: &str, notice: &Notice) -> Result<(), SendError> {
        let secret = self.secret.as_ref().ok_or(SendError::NotSetUp(SECRET))?;
        let body = notice.json().to_string();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let seconds = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
        let answer = self
            .agent
            .post(url)
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", notice.id())
            .header(SIGNATURE_HEADER, sign(secret.expose(), seconds, body.as_bytes()))
            .send(body.as_bytes())
            .map_err(SendError::Unanswered)?;
        let status = answer.status().as_u16();
        if (200..300).contains(&status) { Ok(()) } else { Err(SendError::Refused(status)) }
    }
}

impl std::fmt::Debug for Senders {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Senders").finish_non_exhaustive()
    }
}
