//! What the server accepts, asked of its own code.

use dialplan::{Decision, Extension, Network, outgoing};
use webhook::{Address, Call};

use crate::uri;

/// Whether the server connects these keys with somebody, and not with emergency services.
pub(crate) fn accepts(keys: &str, network: &Network, phone: &Extension) -> bool {
    matches!(decision(keys, network, phone), Decision::Pstn | Decision::Extension | Decision::Asterisk)
}

/// What the server does when this phone dials the keys.
pub(crate) fn decision(keys: &str, network: &Network, phone: &Extension) -> Decision {
    let domain = &network.stage().sip_domain;
    let address = |user: &str| Address::parse(&format!("sip:{user}@{domain}"));
    let call = Call {
        from: address(&uri::user(phone.name())),
        to: address(&keys.replace('#', "%23")),
        ..Call::default()
    };
    outgoing(&call, network, &mut ()).decision
}

/// Whether some number, code or name that this phone may dial begins with 911 and goes on.
///
/// Codes, names and the network's own numbers are tried one by one. Of all others, 911 and two more digits are tried in every
/// length: no numbering plan tells numbers of one length apart by what comes later than that.
pub(crate) fn goes_on_from_911(network: &Network, phone: &Extension) -> bool {
    let codes =
        network.codes_of(phone).flat_map(|code| ["", "1", "9"].map(|before| format!("{before}{code}")));
    let names = network.extensions().iter().map(|other| other.name().to_owned());
    let numbers = network.extensions().iter().filter_map(Extension::number).flat_map(|number| {
        let digits = number.digits();
        (0..digits.len()).filter_map(|at| digits.get(at..).map(str::to_owned))
    });
    let others = (0..100).flat_map(|next| {
        (0..=8).map(move |rest| format!("911{next:02}{}", &"50123012".get(..rest).unwrap_or_default()))
    });
    codes
        .chain(names)
        .chain(numbers)
        .chain(others)
        .any(|keys| keys.len() > 3 && keys.starts_with("911") && accepts(&keys, network, phone))
}
