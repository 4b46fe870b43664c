//! Traces of phones in Twilio's log of calls.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::fmt::rfc2822::DateTimeParser;
use jiff::{SignedDuration, Timestamp};
use network::{EmergencyCalling, Extension, Network};
use numbers::emergency::{Service, recognize};
use twilio::{CallRecord, Client};
use webhook::Address;

/// How far back calls are looked at, in days.
pub(crate) const DAYS_OF_CALLS: i64 = 7;

/// How many calls are looked at, the latest first: five pages.
const MOST_CALLS: usize = 5000;

/// When phones gave a sign of life last, by their names in the file.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Sightings {
    pub(crate) of: BTreeMap<String, Timestamp>,
    /// Where the look ended because there were too many calls: nothing is known of what was before.
    pub(crate) since: Option<Timestamp>,
    /// The calls for help, the latest first.
    pub(crate) help: Vec<HelpCall>,
}

/// A call for help, without what was dialled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HelpCall {
    /// The phone that called, as the file calls it; none if it is not in the file.
    pub(crate) phone: Option<String>,
    pub(crate) at: Timestamp,
    pub(crate) end: HelpEnd,
}

/// How a call for help ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HelpEnd {
    /// Somebody answered, or it is still ringing.
    Connected,
    /// It was placed, and nobody answered.
    Failed,
    /// It was dialled, and no call was placed for it.
    NotPlaced,
}

/// Looks through the calls of the last days.
///
/// # Errors
///
/// Twilio's, at the first request that fails.
pub(crate) fn sightings(client: &Client, network: &Network, now: Timestamp) -> twilio::Result<Sightings> {
    let start = now - SignedDuration::from_hours(24 * DAYS_OF_CALLS);
    let calls = client.calls(&start.strftime("%Y-%m-%d").to_string(), MOST_CALLS)?;
    let help = help_in(&calls, network);
    Ok(Sightings { help, ..seen_in(&calls, network, calls.len() >= MOST_CALLS) })
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

/// The calls for help among the calls.
///
/// The leg that Dialtone dials has the emergency number in `To`. A phone's own leg has it there only if it was dialled at
/// once, not at a dial tone; so a refusal at a dial tone is not seen here, but in events.
fn help_in(calls: &[CallRecord], network: &Network) -> Vec<HelpCall> {
    let by_sid: HashMap<&str, &CallRecord> = calls.iter().map(|call| (call.sid.as_str(), call)).collect();
    let is_help = |to: &str, phone: Option<&Extension>| {
        matches!(recognize(to, &network.help_regions(phone)), Some(Service::Emergency(_)))
    };
    let phone_of = |call: &CallRecord| match whose(&call.from, network) {
        Whose::Phone(name) => network.extension(name),
        _ => None,
    };
    let mut help = Vec::new();
    let mut placed = HashSet::new();
    for call in calls.iter().filter(|call| call.direction == "outbound-dial") {
        let phone = by_sid.get(call.parent_call_sid.as_str()).and_then(|parent| phone_of(parent));
        let Some(at) = started(call) else { continue };
        if !is_help(&call.to, phone) {
            continue;
        }
        placed.insert(call.parent_call_sid.as_str());
        let end = match call.status.as_str() {
            "busy" | "failed" | "no-answer" | "canceled" => HelpEnd::Failed,
            _ => HelpEnd::Connected,
        };
        help.push(HelpCall { phone: phone.map(|phone| phone.name().to_owned()), at, end });
    }
    for call in calls.iter().filter(|call| call.direction == "inbound" && !placed.contains(call.sid.as_str()))
    {
        let Address::Sip(uri) = Address::parse(&call.to) else { continue };
        let (Some(at), phone) = (started(call), phone_of(call)) else { continue };
        // A call that goes on may have its second leg in a moment.
        let is_over = !matches!(call.status.as_str(), "queued" | "ringing" | "in-progress");
        if is_over
            && uri.is_host(&network.stage().sip_domain)
            && uri.user().is_some_and(|to| is_help(to, phone))
        {
            // Where the file leaves 911 to Twilio, there is no second leg.
            let end = match (network.emergency_calling(), call.status.as_str()) {
                (EmergencyCalling::Twilio, "completed") => HelpEnd::Connected,
                (EmergencyCalling::Twilio, _) => HelpEnd::Failed,
                _ => HelpEnd::NotPlaced,
            };
            help.push(HelpCall { phone: phone.map(|phone| phone.name().to_owned()), at, end });
        }
    }
    help.sort_by_key(|call| std::cmp::Reverse(call.at));
    help
}

/// When a call began.
pub(crate) fn started(call: &CallRecord) -> Option<Timestamp> {
    DateTimeParser::new().parse_timestamp(&call.start_time).ok()
}

/// Whom a SIP address belongs to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Whose<'n> {
    Phone(&'n str),
    /// Somebody else: another stage, another network, a name that the file does not have.
    Another,
    /// It is no SIP address.
    Unsaid,
}

pub(super) fn whose<'n>(text: &str, network: &'n Network) -> Whose<'n> {
    let Address::Sip(uri) = Address::parse(text) else { return Whose::Unsaid };
    if !uri.is_host(&network.stage().sip_domain) {
        return Whose::Another;
    }
    match uri.user().and_then(|user| network.extension(user)) {
        Some(phone) => Whose::Phone(phone.name()),
        None => Whose::Another,
    }
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
