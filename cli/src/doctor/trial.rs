//! `dialtone doctor --notify-test`

use std::time::Duration;

use doctor::{Arrival, send_trial};
use jiff::Timestamp;
use network::{Finding, Network};
use serde_json::json;

use crate::exit::{Failure, Outcome, Result};
use crate::{answer, output};

/// Sends a notice that is marked as a trial to everybody whom the file names, and says what became of each.
pub(super) fn send(network: &Network, wait: Duration, is_json: bool) -> Result {
    if network.notify().is_empty() {
        let remedy = "name people in the file, as [[notify]]";
        let finding = Finding::new("", "nobody hears of a call for help", remedy);
        return Err(Failure::found(Outcome::No, [finding]));
    }
    let senders = server::read_senders(|name| std::env::var(name).ok())
        .map_err(|error| Failure::found(Outcome::Usage, [error.finding()]))?;
    let at = Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let mut notices = Vec::new();
    let mut errors = Vec::new();
    for (index, recipient) in network.notify().iter().enumerate() {
        let (number, way) = (index + 1, recipient.way.as_str());
        let name = format!("notify {number} ({way})");
        output::aside(&format!("{name} ..."));
        let arrival = send_trial(network, (&name, recipient), &senders, &at, wait);
        let (result, detail) = (arrival.as_str(), arrival.detail());
        if !is_json {
            output::line(&format!("{name:<20} {result:<8} {detail}"));
        }
        notices.push(json!({"recipient": number, "way": way, "result": result, "detail": detail}));
        if let Arrival::Lost(finding) = arrival {
            errors.push(finding);
        }
    }
    let fields = json!({"notices": notices});
    if !errors.is_empty() {
        return Err(Failure::found(Outcome::No, errors).knowing(fields));
    }
    Ok(if is_json { answer::print(Outcome::Done, fields) } else { Outcome::Done })
}
