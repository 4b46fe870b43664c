//! `dialtone doctor --notify-test`

use std::thread::sleep;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use network::{Finding, Network, Recipient, Way};
use notices::{Notice, SendError, Senders};
use serde_json::json;
use twilio::{Client, Sent};

use crate::exit::{Failure, Outcome, Result};
use crate::output;

/// How often Twilio is asked what became of a message.
const PAUSE: Duration = Duration::from_secs(2);

/// What became of one notice.
#[derive(Debug)]
enum Arrival {
    /// The other side has it, in its own word.
    Arrived(String),
    /// It was taken, and nothing more is known yet.
    Taken(String),
    /// It did not arrive: what happened, and what to do.
    Lost(String, String),
}

/// Sends a notice that is marked as a trial to everybody whom the file names, and says what became of each.
pub(super) fn send(network: &Network, wait: Duration, is_json: bool) -> Result {
    if network.notify().is_empty() {
        return Err(Failure::of(
            Outcome::No,
            "nobody hears of a call for help; name people in the file, as [[notify]]",
        ));
    }
    let senders = server::read_senders(|name| std::env::var(name).ok()).map_err(Failure::usage)?;
    let at = Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let mut told = Vec::new();
    let mut errors = Vec::new();
    for (index, recipient) in network.notify().iter().enumerate() {
        let name = format!("notify {} ({})", index + 1, recipient.way.as_str());
        output::aside(&format!("{name} ..."));
        let arrival = tell(network, recipient, &senders, &at, wait);
        let (result, detail) = match &arrival {
            Arrival::Arrived(word) => ("arrived", word.clone()),
            Arrival::Taken(word) => ("taken", word.clone()),
            Arrival::Lost(what, remedy) => {
                errors.push(Finding::new(&name, what, remedy));
                ("failed", what.clone())
            }
        };
        if !is_json {
            output::line(&format!("{name:<20} {result:<8} {detail}"));
        }
        told.push(json!({"recipient": index + 1, "way": recipient.way.as_str(), "result": result, "detail": detail}));
    }
    if is_json {
        let errors: Vec<_> = errors
            .iter()
            .map(|error| json!({"about": error.about, "what": error.what, "remedy": error.remedy}))
            .collect();
        output::json(&json!({"ok": errors.is_empty(), "errors": errors, "notices": told}));
    }
    if errors.is_empty() {
        return Ok(Outcome::Done);
    }
    let failure =
        Failure::of(Outcome::No, errors.iter().map(Finding::to_string).collect::<Vec<_>>().join("\n"));
    Err(if is_json { failure.told() } else { failure })
}

/// Tells one recipient of a phone that it would hear of.
fn tell(network: &Network, recipient: &Recipient, senders: &Senders, at: &str, wait: Duration) -> Arrival {
    let Some(phone) = network.extensions().iter().find(|phone| recipient.hears_of(Some(phone.name()))) else {
        return Arrival::Lost("the file has none of its phones".into(), "correct `phones`".into());
    };
    let notice = Notice::trial(phone, network, at.to_owned());
    let result = match &recipient.way {
        Way::Sms { to, from } => senders.twilio().and_then(|client| {
            let sent =
                client.send_message(to.as_str(), from.as_str(), &notice.line()).map_err(SendError::Twilio)?;
            Ok(follow(client, sent, wait, Client::message))
        }),
        Way::Call { to, from } => senders.twilio().and_then(|client| {
            let sent =
                client.place_call(to.as_str(), from.as_str(), &notice.twiml()).map_err(SendError::Twilio)?;
            Ok(follow(client, sent, wait, Client::call))
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
        Arrival::Lost(format!("{error}{cause}"), error.remedy().to_owned())
    })
}

/// Waits for the end of a message or a call. That Twilio queued it says nothing: carriers block messages later.
fn follow(
    client: &Client,
    mut sent: Sent,
    wait: Duration,
    look: fn(&Client, &str) -> twilio::Result<Sent>,
) -> Arrival {
    let start = Instant::now();
    loop {
        match verdict(&sent.status) {
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

/// What a status means; none while it may still change.
fn verdict(status: &str) -> Option<Arrival> {
    match status {
        "delivered" | "completed" => Some(Arrival::Arrived(status.to_owned())),
        "undelivered" | "failed" => Some(Arrival::Lost(
            format!("Twilio could not deliver it ({status})"),
            "look into Twilio's error log; an SMS in the United States needs a registered sender (30034)"
                .into(),
        )),
        "busy" | "no-answer" | "canceled" => Some(Arrival::Lost(
            format!("nobody took the call ({status})"),
            "name a second way to a person, such as a webhook or a mail".into(),
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queued_is_not_arrived() {
        for status in ["", "queued", "sending", "sent", "accepted", "ringing", "in-progress"] {
            assert!(verdict(status).is_none(), "{status}");
        }
        for status in ["delivered", "completed"] {
            assert!(matches!(verdict(status), Some(Arrival::Arrived(_))), "{status}");
        }
        for status in ["undelivered", "failed", "busy", "no-answer", "canceled"] {
            assert!(matches!(verdict(status), Some(Arrival::Lost(..))), "{status}");
        }
    }
}
