//! Twilio's alerts about this network in the last days.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use network::Network;
use twilio::{Alert, Client};
use webhook::{Address, Form, host_of, is_private};

use super::traces::{Whose, whose};

/// The codes of a phone that is not registered (32009), and of one that is but does not answer (32011) or does not confirm
/// (32022).
const UNREACHABLE: [u32; 3] = [32009, 32011, 32022];

/// How far back a phone that was missed counts as gone.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// How far back alerts are looked at, in days.
pub(crate) const DAYS_OF_ALERTS: i64 = 7;

/// How many alerts of each level are looked at, the latest first.
const MOST_ALERTS: usize = 2000;

/// How many alerts of the last day are looked at one by one, because their list does not name a phone.
const MOST_DETAILS: usize = 50;

/// Twilio's alerts.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Alerts {
    /// When phones could not be reached in the last day, by their names in the file.
    pub(crate) misses: BTreeMap<String, Vec<Timestamp>>,
    /// How many alerts could name a phone but were not looked at, because there were too many.
    pub(crate) unread: usize,
    /// Every code of the last week.
    pub(crate) codes: BTreeMap<u32, Tally>,
}

/// How often a code was reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) count: usize,
    pub(crate) latest: Timestamp,
}

/// Looks through the alerts of the last week.
///
/// # Errors
///
/// Twilio's, at the first request that fails.
pub(crate) fn alerts(client: &Client, network: &Network, now: Timestamp) -> twilio::Result<Alerts> {
    let start = now - SignedDuration::from_hours(24 * DAYS_OF_ALERTS);
    let start_date = start.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let mut found = Alerts::default();
    let mut nameless = Vec::new();
    for level in ["warning", "error"] {
        let alerts = client.alerts(level, &start_date, MOST_ALERTS)?;
        if alerts.len() == MOST_ALERTS {
            found.unread += 1;
        }
        for alert in alerts {
            // An alert whose date cannot be read is as good as new.
            let time = alert.date_created.parse().unwrap_or(now);
            let Ok(code) = alert.error_code.parse::<u32>() else { continue };
            if time < start || !is_ours(&alert, code, network) {
                continue;
            }
            let tally = found.codes.entry(code).or_insert(Tally { count: 0, latest: time });
            *tally = Tally { count: tally.count + 1, latest: tally.latest.max(time) };
            if !UNREACHABLE.contains(&code) || time < now - DAY {
                continue;
            }
            match whose(&alert.request_url, network) {
                Whose::Phone(name) => found.misses.entry(name.to_owned()).or_default().push(time),
                Whose::Another => {}
                Whose::Unsaid => nameless.push((alert.sid, time)),
            }
        }
    }
    found.unread += nameless.len().saturating_sub(MOST_DETAILS);
    for (sid, time) in nameless.iter().take(MOST_DETAILS) {
        match client.alert(sid) {
            Ok(alert) => {
                if let Some(name) = named_in(&alert, network) {
                    found.misses.entry(name.to_owned()).or_default().push(*time);
                }
            }
            // It is older than what Twilio keeps, by now.
            Err(error) if error.is_not_found() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

/// Whether an alert may be about this stage, as far as the list tells: an account may have other stages, and other products.
fn is_ours(alert: &Alert, code: u32, network: &Network) -> bool {
    let url = alert.request_url.as_str();
    match Address::parse(url) {
        Address::Sip(uri) => uri.is_host(&network.stage().sip_domain),
        _ if url.starts_with("http") => {
            let stage = network.stage();
            let bases = [Some(stage.public_url.as_str()), stage.fallback_url.as_deref()];
            let is_below = |base: &str| {
                let rest = url.strip_prefix(base.trim_end_matches('/'));
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', ':', '#']))
            };
            // Twilio quotes addresses of its own, too, such as http://10.1.2.3/incoming.
            bases.into_iter().flatten().any(is_below) || is_private(host_of(url))
        }
        // The families that calls can raise: webhooks and TwiML, numbers and calls, SIP.
        _ => matches!(code / 1000, 11..=15 | 21 | 22 | 32),
    }
}

/// The phone that was rung, as the whole alert tells. Who rang it does not matter here.
///
/// Where a registered phone does not answer, `To` has its address behind the router in place of the domain, which stands
/// in `From` alone (`facts/twilio.md` A.7, futel/dialplan-functions).
fn named_in<'n>(alert: &Alert, network: &'n Network) -> Option<&'n str> {
    let form = Form::parse(alert.request_variables.as_bytes()).unwrap_or_default();
    let texts =
        |names: [&'static str; 2]| names.into_iter().filter_map(|name| form.text(name)).collect::<Vec<_>>();
    let (to, from) = (texts(["To", "Called"]), texts(["From", "Caller"]));
    let named = std::iter::once(alert.request_url.as_str()).chain(to.iter().copied());
    let known = named.clone().find_map(|text| match whose(text, network) {
        Whose::Phone(name) => Some(name),
        _ => None,
    });
    let is_of_domain = |text: &&str| matches!(Address::parse(text), Address::Sip(uri) if uri.is_host(&network.stage().sip_domain));
    known.or_else(|| {
        from.iter().find(|text| is_of_domain(text))?;
        match Address::parse(to.first()?) {
            Address::Sip(uri) => network.extension(uri.user()?).map(network::Extension::name),
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::network;

    #[test]
    fn an_alert_is_about_the_phone_that_was_rung() {
        let network = network("[extensions.lobby]\n[extensions.porch]\n");
        let alert = |variables: &str| Alert { request_variables: variables.into(), ..Alert::default() };
        let to =
            "From=sip%3Aporch%40n-prod.sip.twilio.com&To=%3Csip%3Alobby%40n-prod.sip.twilio.com%3A5060%3E";
        assert_eq!(named_in(&alert(to), &network), Some("lobby"));
        let contact = "From=%3Csip%3A%2B15035550199%40n-prod.sip.twilio.com%3E&To=%3Csip%3Alobby%40198.51.100.7%3A5060%3E";
        assert_eq!(named_in(&alert(contact), &network), Some("lobby"));
        let elsewhere =
            "From=%3Csip%3A%2B15035550199%40other.sip.twilio.com%3E&To=%3Csip%3Alobby%40198.51.100.7%3E";
        assert_eq!(named_in(&alert(elsewhere), &network), None);
        assert_eq!(named_in(&alert("From=sip%3Aporch%40n-prod.sip.twilio.com"), &network), None);
        assert_eq!(named_in(&alert("garbage"), &network), None);
    }

    #[test]
    fn other_stages_and_other_products_are_not_ours() {
        let network = network("[extensions.lobby]\n");
        for (code, url, expected) in [
            (11200, "https://prod.example.org/outgoing", true),
            (11200, "https://prod.example.org", true),
            (11200, "http://10.1.2.3/incoming", true),
            (11200, "https://prod.example.org.evil.org/outgoing", false),
            (11200, "https://dev.example.org/outgoing", false),
            (11200, "https://sms.example.org/", false),
            (32009, "sip:lobby@n-prod.sip.twilio.com", true),
            (32009, "sip:lobby@n-dev.sip.twilio.com", false),
            (32011, "", true),
            (30007, "", false),
            (60200, "", false),
        ] {
            let alert = Alert { request_url: url.into(), ..Alert::default() };
            assert_eq!(is_ours(&alert, code, &network), expected, "{code} {url}");
        }
    }
}
