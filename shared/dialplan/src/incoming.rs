//! Incoming calls: a number of the network's own is called from outside.

use numbers::E164;
use twiml::{Dial, Response};
use webhook::{Address, Call};

use crate::event::{CallFacts, Direction, Event, UserEvent};
use crate::plan::{Decision, Plan};
use crate::reason::Reason;
use crate::reply::{self, DIAL_ACTION};
use crate::speech::Sentence;
use network::{Extension, Network};

/// Decides a call from outside: every phone of the called number rings at once.
#[must_use]
pub fn incoming(call: &Call, network: &Network) -> Plan {
    let facts =
        CallFacts { sid: call.sid.clone(), direction: Some(Direction::Incoming), ..CallFacts::default() };
    let rung = rung(call, network);
    if rung.is_empty() {
        let reason = Reason::InvalidNumber;
        let reply = Response::new().say(reply::say(&Sentence::NotInUse, network.language())).hangup();
        let event = Event::new(UserEvent::Reject, None, CallFacts { reason: Some(reason), ..facts });
        return Plan { reply, events: vec![event], decision: Decision::Refused(reason) };
    }
    let events =
        rung.iter().map(|phone| Event::new(UserEvent::DialSipE164, Some(phone), facts.clone())).collect();
    let reply = Response::new().dial(ring(call, network, rung, DIAL_ACTION));
    Plan { reply, events, decision: Decision::Extension }
}

/// The name that a phone shows for a caller whose number is withheld or malformed. Towards `<Sip>`, Twilio takes letters (twilio.md
/// D.4), and telephones know this word (RFC 3323, 4.1.1.3). The called number, which was shown before, looked like a call
/// from the phone itself.
const WITHHELD: &str = "anonymous";

/// The numbers that may have been called, the likeliest first. Twilio sends E.164; other senders leave out the `+` or the
/// country.
fn called(call: &Call, network: &Network) -> Vec<E164> {
    let (Address::Number(text) | Address::Other(text)) = &call.to else { return Vec::new() };
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let is_whole = text.starts_with('+');
    let international = E164::parse(&format!("+{digits}")).ok();
    let national = (!is_whole).then(|| numbers::national(network.region(), &digits)).flatten();
    international.into_iter().chain(national).collect()
}

/// The phones of the number that was called.
pub(crate) fn rung<'n>(call: &Call, network: &'n Network) -> Vec<&'n Extension> {
    let phones =
        called(call, network).into_iter().map(|number| network.phones_of(&number).collect::<Vec<_>>());
    phones.into_iter().find(|phones| !phones.is_empty()).unwrap_or_default()
}

/// Rings phones, which see the caller's number. One that is withheld or malformed could make Twilio refuse the leg (13247).
pub(crate) fn ring(call: &Call, network: &Network, rung: Vec<&Extension>, action: &'static str) -> Dial {
    let shown = match &call.from {
        Address::Number(text) => E164::parse(text).ok().filter(|number| number.digits().len() >= 7),
        _ => None,
    };
    let shown = shown.as_ref().map_or(WITHHELD, E164::as_str);
    reply::dial_phones(network, rung.into_iter(), Some(shown), action)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::network;

    fn plan(from: &str, to: &str) -> Plan {
        incoming(&Call { from: Address::parse(from), to: Address::parse(to), ..Call::default() }, &network())
    }

    #[test]
    fn all_phones_of_a_number_ring_and_see_the_caller() {
        let plan = plan("+15035550199", "+15035550112");
        let document = plan.reply.to_string();
        assert!(document.contains("callerId=\"+15035550199\""), "{document}");
        assert!(
            document.contains(">sip:one@test-prod.sip.twilio.com<")
                && document.contains(">sip:two@test-prod.sip.twilio.com<")
        );
        let events: Vec<_> = plan.events.iter().map(|e| format!("{} {}", e.name(), e.endpoint())).collect();
        assert_eq!(events, ["dial_sip_e164 one", "dial_sip_e164 two"]);
    }

    #[test]
    fn a_withheld_caller_is_anonymous() {
        for from in [
            "anonymous",
            "",
            "+266696687",
            "300",
            "sip:x@y.example.org",
            "client:me",
            "+1",
            "garbage",
            "+0123456789",
        ] {
            let document = plan(from, "+15035550110").reply.to_string();
            assert!(document.contains("callerId=\"anonymous\""), "{from}: {document}");
        }
    }

    #[test]
    fn a_number_rings_however_it_is_written() {
        for to in ["+15035550110", "15035550110", "5035550110", "(503) 555-0110", "tel:+15035550110"] {
            assert_eq!(plan("+15035550199", to).decision, Decision::Extension, "{to}");
        }
    }

    #[test]
    fn a_number_that_no_phone_has_is_told_so() {
        for to in
            ["+15035550199", "", "5035550199", "15035550199", "sip:lobby@test-prod.sip.twilio.com", "garbage"]
        {
            let plan = plan("+15035550199", to);
            assert_eq!(plan.decision, Decision::Refused(Reason::InvalidNumber), "{to}");
            assert!(plan.reply.to_string().contains("is not assigned to a phone"), "{to}");
            assert_eq!(plan.events.len(), 1);
        }
    }
}
