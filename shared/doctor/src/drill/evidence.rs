//! Evidence of a drill in Twilio's log of calls.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};
use network::Network;
use twilio::CallRecord;
use webhook::Address;

use crate::sources::traces::started;

/// By how much Twilio's clock and ours may differ.
const CLOCKS: SignedDuration = SignedDuration::from_mins(2);

/// The calls since a day (`YYYY-MM-DD`), the latest first, or why they are not known.
pub type Calls<'a> = dyn Fn(&str) -> twilio::Result<Vec<CallRecord>> + 'a;

/// How things stood when a test began: an earlier test's call proves nothing.
#[derive(Debug)]
pub(super) struct Before {
    time: Timestamp,
    /// The calls that were there already, if the log could be read.
    known: Option<HashSet<String>>,
}

/// The evidence in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Evidence {
    /// TwiML dialled 933, so `/outgoing` was asked.
    Asked,
    /// The phone called 933, and nothing dialled it.
    NotAsked,
    /// There is no call yet.
    None,
}

impl Before {
    pub(super) fn at(time: Timestamp, calls: &Calls<'_>) -> Self {
        // Why the log cannot be read is said when it is looked at again.
        let known = calls(&day(time)).ok();
        let known = known.map(|calls| calls.into_iter().map(|call| call.sid).collect());
        Self { time, known }
    }

    /// Looks at the calls that came since.
    pub(super) fn look(&self, calls: &Calls<'_>, network: &Network, phone: &str) -> twilio::Result<Evidence> {
        let calls = calls(&day(self.time))?;
        let fresh = || calls.iter().filter(|call| self.is_fresh(call));
        let is_933 = |text: &str| Address::parse(text).dialled().trim_start_matches('+') == "933";
        let is_of_phone = |text: &str| {
            matches!(Address::parse(text), Address::Sip(uri) if uri.is_host(&network.stage().sip_domain)
                && uri.user().and_then(|user| network.extension(user)).is_some_and(|known| known.name() == phone))
        };
        let is_leg = |call: &CallRecord| call.direction.starts_with("outbound") && is_933(&call.to);
        let is_call = |call: &CallRecord| {
            !call.direction.starts_with("outbound") && is_933(&call.to) && is_of_phone(&call.from)
        };
        Ok(match (fresh().any(is_leg), fresh().any(is_call)) {
            (true, _) => Evidence::Asked,
            (false, true) => Evidence::NotAsked,
            (false, false) => Evidence::None,
        })
    }

    /// Clocks differ, but a call that is new to the log is new. Where the log is not known, the clock must do.
    fn is_fresh(&self, call: &CallRecord) -> bool {
        let begin = match &self.known {
            Some(known) if known.contains(&call.sid) => return false,
            Some(_) => self.time - CLOCKS,
            None => self.time,
        };
        started(call).is_some_and(|time| time >= begin)
    }
}

impl Evidence {
    /// Whether `/outgoing` was asked.
    pub(super) fn outgoing_asked(self) -> Option<bool> {
        match self {
            Self::Asked => Some(true),
            Self::NotAsked => Some(false),
            Self::None => None,
        }
    }

    /// For people.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Asked => "/outgoing was asked, and dialled 933 for the phone",
            Self::NotAsked => {
                "the phone's call is there, but /outgoing dialled nothing: Twilio answered by itself, or refused"
            }
            Self::None => {
                "no call to 933 since this test began is there yet, so it cannot tell whether /outgoing was asked"
            }
        }
    }
}

/// The day from which on calls are asked for.
fn day(time: Timestamp) -> String {
    (time - CLOCKS).strftime("%Y-%m-%d").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::network;

    fn call(sid: &str, from: &str, to: &str, direction: &str, time: &str) -> CallRecord {
        CallRecord {
            sid: sid.into(),
            from: from.into(),
            to: to.into(),
            direction: direction.into(),
            start_time: format!("Sun, 08 Nov 2026 {time} +0000"),
            ..CallRecord::default()
        }
    }

    fn refused() -> twilio::Error {
        twilio::Error::Unreachable { request: "GET /Calls.json".into(), reason: "no".into() }
    }

    #[test]
    fn only_calls_since_the_test_began_count() {
        let network = network("[extensions.lobby]\nnumber = \"+15035550110\"\n");
        let began: Timestamp = "2026-11-08T10:00:00Z".parse().unwrap();
        let phone = |sid: &str, time| {
            let from = "sip:LOBBY@n-prod.sip.twilio.com";
            call(sid, from, "sip:933@n-prod.sip.twilio.com", "inbound", time)
        };
        let leg = |sid: &str, time| call(sid, "+15035550110", "933", "outbound-dial", time);
        let look = |before: &[CallRecord], since: &[CallRecord]| {
            let known = Before::at(began, &|_| Ok(before.to_vec()));
            let all = [before, since].concat();
            known.look(&|_| Ok(all.clone()), &network, "lobby").unwrap()
        };
        let old = [phone("CA1", "09:59:30"), leg("CA2", "09:59:31")];
        assert_eq!(look(&old, &[]), Evidence::None, "an earlier test's");
        assert_eq!(look(&old, &[phone("CA3", "10:00:20")]), Evidence::NotAsked);
        assert_eq!(look(&old, &[phone("CA3", "10:00:20"), leg("CA4", "10:00:21")]), Evidence::Asked);
        // Twilio's clock may be behind ours.
        assert_eq!(look(&old, &[leg("CA4", "09:59:50")]), Evidence::Asked);
        // A log that tells late.
        assert_eq!(look(&[], &[leg("CA4", "09:50:00")]), Evidence::None);
        // Where the log was not known, the clock must do.
        let blind = Before::at(began, &|_| Err(refused()));
        let then = |calls: &[CallRecord]| blind.look(&|_| Ok(calls.to_vec()), &network, "lobby");
        assert_eq!((then(&old), then(&[leg("CA4", "10:00:01")])), (Ok(Evidence::None), Ok(Evidence::Asked)));
        assert_eq!(blind.look(&|_| Err(refused()), &network, "lobby"), Err(refused()));
    }
}
