//! Trial notices: whether the people who hear of calls for help can be reached.

use std::thread::sleep;
use std::time::{Duration, Instant};

use network::{Finding, Network, Recipient, Way};
use notices::{Notice, SendError, Senders};
use twilio::{Client, Sent};

/// How often Twilio is asked what became of a message.
const PAUSE: Duration = Duration::from_secs(2);

/// The outcome of one notice.
#[derive(Debug)]
pub enum Arrival {
    /// The other side has it, in its own word.
    Arrived(String),
    /// It was taken, and nothing more is known yet.
    Taken(String),
    /// It did not arrive: what happened, and what to do.
    Lost(Finding),
}

impl Arrival {
    /// A word for programs.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Arrived(_) => "arrived",
            Self::Taken(_) => "taken",
            Self::Lost(_) => "failed",
        }
    }

    /// The details for people.
    #[must_use]
    pub fn detail(&self) -> &str {
        match self {
            Self::Arrived(word) | Self::Taken(word) => word,
            Self::Lost(finding) => &finding.what,
        }
    }
}

/// Sends one recipient a notice that is marked as a trial, about a phone that it would hear of, and waits up to `wait` until it has
/// arrived. `at` is the time in the notice, and `name` what a finding is about.
#[must_use]
pub fn send_trial(
    network: &Network,
    (name, recipient): (&str, &Recipient),
    senders: &Senders,
    at: &str,
    wait: Duration,
) -> Arrival {
    let lost = |what: String, remedy: &str| Arrival::Lost(Finding::new(name, what, remedy));
    let Some(phone) = network.extensions().iter().find(|phone| recipient.hears_of(Some(phone.name()))) else {
        return lost("the file has none of its phones".into(), "correct `phones`");
    };
    let notice = Notice::trial(phone, network, at.to_owned());
    let result = match &recipient.way {
        Way::Sms { to, from } => senders.twilio().and_then(|client| {
            let sent =
                client.send_message(to.as_str(), from.as_str(), &notice.line()).map_err(SendError::Twilio)?;
            Ok(follow(name, client, sent, wait, Client::message))
        }),
        Way::Call { to, from } => senders.twilio().and_then(|client| {
            let sent =
                client.place_call(to.as_str(), from.as_str(), &notice.twiml()).map_err(SendError::Twilio)?;
            Ok(follow(name, client, sent, wait, Client::call))
        }),
        way @ (Way::Webhook(_) | Way::Mail(_)) => {
            let word = if matches!(way, Way::Mail(_)) {
                "the mail server took it"
            } else {
                "the webhook answered 2xx"
            };
            senders.send(&notice, way).map(|()| Arrival::Arrived(word.to_owned()))
        }
    };
    result.unwrap_or_else(|error| {
        let cause = match &error {
            SendError::Twilio(cause) => {
                cause.status().map(|status| format!(" ({status})")).unwrap_or_default()
            }
            _ => String::new(),
        };
        lost(format!("{error}{cause}"), error.remedy())
    })
}

/// Waits for the end of a message or a call. That Twilio queued it says nothing: carriers block messages later.
fn follow(
    name: &str,
    client: &Client,
    mut sent: Sent,
    wait: Duration,
    look: fn(&Client, &str) -> twilio::Result<Sent>,
) -> Arrival {
    let start = Instant::now();
    loop {
        match verdict(name, &sent.status) {
            Some(arrival) => return arrival,
            None if start.elapsed() >= wait => {
                return Arrival::Taken(format!("{} after {} s", sent.status, wait.as_secs()));
            }
            None => sleep(PAUSE),
        }
        // What cannot be looked up now may be in a moment.
        sent = look(client, &sent.sid).unwrap_or(sent);
    }
}

/// The meaning of a status; none while it may still change.
fn verdict(name: &str, status: &str) -> Option<Arrival> {
    let (what, remedy) = match status {
        "delivered" | "completed" => return Some(Arrival::Arrived(status.to_owned())),
        "undelivered" | "failed" => (
            format!("Twilio could not deliver it ({status})"),
            "look into Twilio's error log; an SMS in the United States needs a registered sender (30034)",
        ),
        "busy" | "no-answer" | "canceled" => (
            format!("nobody took the call ({status})"),
            "name a second way to a person, such as a webhook or a mail",
        ),
        _ => return None,
    };
    Some(Arrival::Lost(Finding::new(name, what, remedy)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queued_is_not_arrived() {
        for status in ["", "queued", "sending", "sent", "accepted", "ringing", "in-progress"] {
            assert!(verdict("notify 1", status).is_none(), "{status}");
        }
        for status in ["delivered", "completed"] {
            assert!(matches!(verdict("notify 1", status), Some(Arrival::Arrived(_))), "{status}");
        }
        for status in ["undelivered", "failed", "busy", "no-answer", "canceled"] {
            assert!(matches!(verdict("notify 1", status), Some(Arrival::Lost(..))), "{status}");
        }
    }
}
