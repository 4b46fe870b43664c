//! Calls that Asterisk hands back by SIP REFER.

use webhook::{Address, Call};

use crate::caller::Caller;
use crate::dialled::Dialled;
use crate::outgoing::{self, Dialling};
use crate::plan::Plan;
use crate::reply::Line;
use crate::trail::Trail;
use network::Network;

/// Decides where a caller whom Asterisk hands back goes next.
///
/// The target is not trusted: it goes through the whole dial plan as if the phone had dialled it, so a REFER can
/// do nothing that the phone may not. A target on a host that is neither this stage's SIP domain nor the Asterisk
/// server reaches nobody but, like everything else, 911.
#[must_use]
pub fn refer(call: &Call, network: &Network, trail: &mut impl Trail) -> Plan {
    let caller = Caller::of(call, network);
    let regions = network.help_regions(caller.phone);
    let read = |text| Dialled::read(text, &regions);
    let dialled = match &call.refer_target {
        Some(target) if is_ours(target, network) => read(target.dialled()),
        Some(target) => {
            Some(read(target.dialled())).filter(|dialled| dialled.help.is_some()).unwrap_or_else(|| read(""))
        }
        None => read(""),
    };
    outgoing::decide(&Dialling { call, caller, network, dialled, line: Line::Referred }, trail)
}

fn is_ours(target: &Address, network: &Network) -> bool {
    match target {
        Address::Sip(uri) => {
            let asterisk = network.asterisk().map_or("", |asterisk| host_name(&asterisk.host));
            uri.host().is_empty() || uri.is_host(&network.stage().sip_domain) || uri.host() == asterisk
        }
        Address::Number(_) => true,
        _ => false,
    }
}

/// A host without its port.
fn host_name(host: &str) -> &str {
    host.split_once(':').map_or(host, |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use webhook::Call;

    use super::*;
    use crate::testing::{call, network};

    fn decision(target: &str) -> String {
        let call = Call { refer_target: Some(Address::parse(target)), ..call("lobby", "#") };
        let plan = refer(&call, &network(), &mut ());
        plan.decision.reason().map_or_else(|| plan.decision.as_str(), crate::Reason::as_str).to_owned()
    }

    #[test]
    fn a_target_goes_through_the_whole_dial_plan() {
        for (target, expected) in [
            ("<sip:5035550123@test-prod.sip.twilio.com>", "pstn"),
            ("<sip:5035550123@pbx-prod.example.org;transport=tls?User-to-User=x>", "pstn"),
            ("<tel:+15035550123>", "pstn"),
            ("sip:porch@test-prod.sip.twilio.com", "extension"),
            ("sip:%23@test-prod.sip.twilio.com", "asterisk"),
            ("sip:9005550123@test-prod.sip.twilio.com", "premium"),
            ("sip:lobby@test-prod.sip.twilio.com", "own_number"),
            ("sip:5035550123@evil.example.org", "invalid_number"),
            ("sip:911@evil.example.org", "emergency"),
            ("", "invalid_number"),
        ] {
            assert_eq!(decision(target), expected, "{target}");
        }
    }

    #[test]
    fn without_a_target_there_is_nothing_to_call() {
        let plan = refer(&call("lobby", "5035550123"), &network(), &mut ());
        assert_eq!(plan.decision.reason(), Some(crate::Reason::InvalidNumber));
    }
}
