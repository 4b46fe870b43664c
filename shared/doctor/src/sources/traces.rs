//! What phones have left behind in Twilio's logs.

use std::collections::BTreeMap;

use jiff::fmt::rfc2822::DateTimeParser;
use jiff::{SignedDuration, Timestamp};
use network::Network;
use twilio::{Alert, CallRecord, Client};
use webhook::{Address, Form};

/// The codes of a phone that is not registered (32009), and of one that is but does not answer (32011).
const UNREACHABLE: [&str; 2] = ["32009", "32011"];

/// How far back alerts are looked at.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// How far back calls are looked at, in days.
pub(crate) const DAYS_OF_CALLS: i64 = 7;

/// How many alerts of each level are looked at, the latest first.
const MOST_ALERTS: usize = 1000;

/// How many alerts are looked at one by one, since their list does not name a phone.
const MOST_DETAILS: usize = 50;

/// How many calls are looked at, the latest first: five pages.
const MOST_CALLS: usize = 5000;

/// When phones could not be reached, by their names in the file.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Misses {
    pub(crate) of: BTreeMap<String, Vec<Timestamp>>,
    /// How many alerts could name a phone but were not looked at; there were too many.
    pub(crate) unread: usize,
}

/// When phones gave a sign of life last, by their names in the file.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Sightings {
    pub(crate) of: BTreeMap<String, Timestamp>,
    /// Where the look ended because there were too many calls: nothing is known of what was before.
    pub(crate) since: Option<Timestamp>,
}

/// Looks through the alerts of the last day.
///
/// # Errors
///
/// Twilio's, at the first request that fails.
pub(crate) fn misses(client: &Client, network: &Network, now: Timestamp) -> twilio::Result<Misses> {
    let start = now - DAY;
    let start_date = start.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let mut misses = Misses::default();
    let mut nameless = Vec::new();
    for level in ["warning", "error"] {
        let alerts = client.alerts(level, &start_date, MOST_ALERTS)?;
        if alerts.len() == MOST_ALERTS {
            misses.unread += 1;
        }
        for alert in alerts {
            // An alert whose date cannot be read is as good as new.
            let time = alert.date_created.parse().unwrap_or(now);
            if !UNREACHABLE.contains(&alert.error_code.as_str()) || time < start {
                continue;
            }
            match whose(&alert.request_url, network) {
                Whose::Phone(name) => misses.of.entry(name.to_owned()).or_default().push(time),
                Whose::Another => {}
                Whose::Unsaid => nameless.push((alert.sid, time)),
            }
        }
    }
    misses.unread += nameless.len().saturating_sub(MOST_DETAILS);
    for (sid, time) in nameless.iter().take(MOST_DETAILS) {
        match client.alert(sid) {
            Ok(alert) => {
                if let Some(name) = named_in(&alert, network) {
                    misses.of.entry(name.to_owned()).or_default().push(*time);
                }
            }
            // It is older than what Twilio keeps, by now.
            Err(error) if error.is_not_found() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(misses)
}

/// Looks through the calls of the last days.
///
/// # Errors
///
/// Twilio's, at the first request that fails.
pub(crate) fn sightings(client: &Client, network: &Network, now: Timestamp) -> twilio::Result<Sightings> {
    let start = now - SignedDuration::from_hours(24 * DAYS_OF_CALLS);
    let calls = client.calls(&start.strftime("%Y-%m-%d").to_string(), MOST_CALLS)?;
    Ok(seen_in(&calls, network, calls.len() >= MOST_CALLS))
}

fn seen_in(calls: &[CallRecord], network: &Network, is_cut: bool) -> Sightings {
    let mut sightings = Sightings::default();
    for call in calls {
        let Some(time) = started(call) else { continue };
        if is_cut {
            sightings.since = Some(sightings.since.map_or(time, |known| known.min(time)));
        }
        // Who calls is alive. So is who answers, if only to say that the line is busy; a phone that merely rings may
        // be one that does not exist any more.
        let has_answered = matches!(call.status.as_str(), "completed" | "in-progress" | "busy");
        for (address, is_alive) in [(&call.from, true), (&call.to, has_answered)] {
            if let Whose::Phone(name) = whose(address, network)
                && is_alive
            {
                let latest = sightings.of.entry(name.to_owned()).or_insert(time);
                *latest = time.max(*latest);
            }
        }
    }
    sightings
}

/// When a call began.
pub(crate) fn started(call: &CallRecord) -> Option<Timestamp> {
    DateTimeParser::new().parse_timestamp(&call.start_time).ok()
}

/// Whom a SIP address belongs to.
#[derive(Debug, PartialEq, Eq)]
enum Whose<'n> {
    Phone(&'n str),
    /// Somebody else: another stage, another network, a name that the file does not have.
    Another,
    /// It is no SIP address.
    Unsaid,
}

fn whose<'n>(text: &str, network: &'n Network) -> Whose<'n> {
    let Address::Sip(uri) = Address::parse(text) else { return Whose::Unsaid };
    if !uri.is_host(&network.stage().sip_domain) {
        return Whose::Another;
    }
    match uri.user().and_then(|user| network.extension(user)) {
        Some(phone) => Whose::Phone(phone.name()),
        None => Whose::Another,
    }
}

/// The phone that was rung, as the whole alert tells. Who rang it is no matter here.
fn named_in<'n>(alert: &Alert, network: &'n Network) -> Option<&'n str> {
    let form = Form::parse(alert.request_variables.as_bytes()).unwrap_or_default();
    let named = ["To", "Called"].into_iter().filter_map(|name| form.text(name));
    std::iter::once(alert.request_url.as_str()).chain(named).find_map(|text| match whose(text, network) {
        Whose::Phone(name) => Some(name),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::network;

    fn call(from: &str, to: &str, status: &str, time: &str) -> CallRecord {
        CallRecord {
            from: from.into(),
            to: to.into(),
            status: status.into(),
            start_time: time.into(),
            ..CallRecord::default()
        }
    }

    #[test]
    fn phones_are_known_by_user_and_domain() {
        let network = network("[extensions.Lobby]\n");
        for (text, expected) in [
            ("sip:lobby@n-prod.sip.twilio.com", Whose::Phone("Lobby")),
            ("<sip:LOBBY@n-prod.sip.ashburn.twilio.com:5060>", Whose::Phone("Lobby")),
            ("sip:lobby@n-dev.sip.twilio.com", Whose::Another),
            ("sip:porch@n-prod.sip.twilio.com", Whose::Another),
            ("https://prod.example.org/outgoing", Whose::Unsaid),
            ("+15035550199", Whose::Unsaid),
            ("", Whose::Unsaid),
        ] {
            assert_eq!(whose(text, &network), expected, "{text}");
        }
    }

    #[test]
    fn an_alert_is_about_the_phone_that_was_rung() {
        let network = network("[extensions.lobby]\n[extensions.porch]\n");
        let alert = |variables: &str| Alert { request_variables: variables.into(), ..Alert::default() };
        let to =
            "From=sip%3Aporch%40n-prod.sip.twilio.com&To=%3Csip%3Alobby%40n-prod.sip.twilio.com%3A5060%3E";
        assert_eq!(named_in(&alert(to), &network), Some("lobby"));
        assert_eq!(named_in(&alert("From=sip%3Aporch%40n-prod.sip.twilio.com"), &network), None);
        assert_eq!(named_in(&alert("garbage"), &network), None);
    }

    #[test]
    fn who_calls_or_answers_is_alive() {
        let network = network("[extensions.lobby]\n[extensions.porch]\n[extensions.attic]\n");
        let at = |user: &str| format!("sip:{user}@n-prod.sip.twilio.com");
        let calls = [
            call(&at("lobby"), &at("5035550199"), "failed", "Sun, 08 Nov 2026 10:00:00 +0000"),
            call(&at("lobby"), &at("5035550199"), "completed", "Sun, 08 Nov 2026 09:00:00 +0000"),
            call("+15035550199", &at("porch"), "busy", "Sat, 07 Nov 2026 10:00:00 +0000"),
            call("+15035550199", &at("attic"), "no-answer", "Sat, 07 Nov 2026 09:00:00 +0000"),
            call(&at("attic"), "", "completed", "never"),
        ];
        let seen = seen_in(&calls, &network, false);
        let of: Vec<_> = seen.of.iter().map(|(name, time)| (name.as_str(), time.to_string())).collect();
        assert_eq!(
            of,
            [("lobby", "2026-11-08T10:00:00Z".to_owned()), ("porch", "2026-11-07T10:00:00Z".to_owned())]
        );
        assert_eq!(seen.since, None);
        let cut = seen_in(&calls, &network, true).since.unwrap();
        assert_eq!(cut.to_string(), "2026-11-07T09:00:00Z");
    }
}
