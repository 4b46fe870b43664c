//! The dial plan, as the files of devices ask it.

use devices::{Answer, Service};
use dialplan::{Decision, outgoing};
use network::Network;
use webhook::{Address, Call};

/// What the service decides for the phones of a network: the same code answers the calls.
pub(crate) struct Decisions<'n>(pub(crate) &'n Network);

impl Service for Decisions<'_> {
    fn answer(&self, user: &str, keys: &str) -> Answer {
        let domain = &self.0.stage().sip_domain;
        let address = |user: &str| Address::parse(&format!("sip:{}@{domain}", webhook::encode_user(user)));
        let call = Call { from: address(user), to: address(keys), ..Call::default() };
        match outgoing(&call, self.0, &mut ()).decision {
            Decision::Pstn | Decision::Extension | Decision::Asterisk => Answer::Connected,
            Decision::Emergency => Answer::Emergency,
            Decision::AddressTest => Answer::AddressTest,
            Decision::Refused(_)
            | Decision::Silence
            | Decision::Ended
            | Decision::RingAgain
            | Decision::Noted
            | Decision::Ignored => Answer::Nobody,
        }
    }
}
