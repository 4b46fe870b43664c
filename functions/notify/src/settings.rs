//! The function's settings, from its environment.

use std::env;
use std::sync::Arc;

use lambda_runtime::Error;
use network::{Network, NetworkFile};
use notices::{MailError, Mailer, Senders};
use publish::Letters;
use tokio::runtime::Handle;
use twilio::{Account, Client, Hosts, Patience, Secret};

/// Everything that is needed to tell people.
pub(crate) struct Settings {
    pub(crate) network: Network,
    pub(crate) senders: Arc<Senders>,
    /// The topic whose queue brings back what failed.
    pub(crate) again: Letters,
}

/// Reads the environment and the network file. Each missing piece is named; a way to a person that nobody set up fails
/// when it is used, and the others go on.
pub(crate) async fn read() -> Result<Settings, Error> {
    let variable = |name: &'static str| env::var(name).ok().filter(|value| !value.trim().is_empty());
    let path = variable("DIALTONE_CONFIG").unwrap_or_else(|| "/opt/dialtone.toml".into());
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
    let stage = variable("DIALTONE_STAGE").unwrap_or_default();
    let network = NetworkFile::parse(&text)?.into_network(&stage)?;
    let again = variable("DIALTONE_NOTICES_TOPIC_ARN").ok_or("DIALTONE_NOTICES_TOPIC_ARN is not set")?;
    let mail = match variable("DIALTONE_MAIL_TOPIC_ARN") {
        Some(arn) => Some(TopicMail(Letters::for_topic(arn).await, Handle::current())),
        None => None,
    };
    let client =
        match (variable("TWILIO_ACCOUNT_SID"), variable("TWILIO_API_KEY"), variable("TWILIO_API_SECRET")) {
            (Some(account), Some(key), Some(secret)) => {
                let account = Account::with_key(account.trim(), key.trim(), Secret::new(secret.trim()))?;
                // The queue asks again, so the client need not; a function that waits costs money.
                Some(Client::new(account, hosts()?).patience(Patience { attempts: 1, ..Patience::default() }))
            }
            _ => None,
        };
    let secret = variable("DIALTONE_NOTIFY_SECRET").map(Secret::new);
    let mailer = mail.map(|mail| Box::new(mail) as Box<dyn Mailer>);
    Ok(Settings {
        network,
        senders: Arc::new(Senders::new(client, secret, mailer)),
        again: Letters::for_topic(again).await,
    })
}

fn hosts() -> Result<Hosts, Error> {
    match env::var("TWILIO_API_BASE") {
        Ok(base) if !base.is_empty() => Ok(Hosts::all_at(base.trim_end_matches('/'))?),
        _ => Ok(Hosts::default()),
    }
}

/// Mails on AWS: a topic that mail addresses subscribe to. The topic's subscribers get it, whichever address is named.
struct TopicMail(Letters, Handle);

impl Mailer for TopicMail {
    fn send(&self, _to: &str, subject: &str, body: &str) -> Result<(), MailError> {
        // Runs on a thread of its own, beside the one that drives the connections.
        self.1.block_on(self.0.send(Some(subject), body)).map_err(Into::into)
    }
}
