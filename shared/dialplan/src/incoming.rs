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
        let reply = Response::new().say(reply::say(Sentence::NotInUse, network.language())).hangup();
        let event = Event::new(UserEvent::Reject, None, CallFacts { reason: Some(reason), ..facts });
        return Plan { reply, events: vec![event], decision: Decision::Refused(reason) };
    }
    let events =
        rung.iter().map(|phone| Event::new(UserEvent::DialSipE164, Some(phone), facts.clone())).collect();
    let reply = Response::new().dial(ring(call, network, rung, DIAL_ACTION));
    Plan { reply, events, decision: Decision::Extension }
}

/// The number that was called, if it is one.
pub(crate) fn called(call: &Call) -> Option<E164> {
    match &call.to {
        Address::Number(text) => E164::parse(text).ok(),
        _ => None,
    }
}

/// The phones of the number that was called.
pub(crate) fn rung<'n>(call: &Call, network: &'n Network) -> Vec<&'n Extension> {
    called(call).map(|number| network.phones_of(&number).collect()).unwrap_or_default()
}

/// Rings phones, which see the caller's number, or the called one where the caller's is withheld or malformed:
/// either could make Twilio refuse the leg (13247).
pub(crate) fn ring(call: &Call, network: &Network, rung: Vec<&Extension>, action: &'static str) -> Dial {
    let passed_on = match &call.from {
        Address::Number(text) => E164::parse(text).ok().filter(|number| number.digits().len() >= 7),
        _ => None,
    };
    let shown = passed_on.or_else(|| called(call));
    reply::dial_phones(network, rung.into_iter(), shown.as_ref().map(E164::as_str), action)
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
    fn a_caller_id_that_twilio_would_refuse_is_replaced() {
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
            assert!(document.contains("callerId=\"+15035550110\""), "{from}: {document}");
        }
    }

    #[test]
    fn a_number_that_no_phone_has_is_told_so() {
        for to in ["+15035550199", "", "5035550110", "sip:lobby@test-prod.sip.twilio.com", "garbage"] {
            let plan = plan("+15035550199", to);
            assert_eq!(plan.decision, Decision::Refused(Reason::InvalidNumber), "{to}");
            assert!(plan.reply.to_string().contains("No phone has the number"), "{to}");
            assert_eq!(plan.events.len(), 1);
        }
    }
}
