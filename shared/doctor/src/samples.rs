//! Networks and answers for the unit tests of the doctor.

use network::{Network, NetworkFile};
use twilio::PhoneNumber;

/// The stage `prod` of a network with these further lines in its file.
pub(crate) fn network(rest: &str) -> Network {
    network_with("", rest)
}

/// The same with further lines in `[network]`, too.
pub(crate) fn network_with(settings: &str, rest: &str) -> Network {
    let text = format!(
        "[network]\nname = \"n\"\nregion = \"US\"\n{settings}\n[stages.prod]\nsip_domain = \"n-prod.sip.twilio.com\"\n\
         public_url = \"https://prod.example.org\"\n{rest}\n[stages.dev]\nsip_domain = \"n-dev.sip.twilio.com\"\n\
         public_url = \"https://dev.example.org\"\n"
    );
    NetworkFile::parse(&text).and_then(|file| file.network("prod")).unwrap()
}

/// A number of the account's.
pub(crate) fn number(number: &str, emergency: &str) -> PhoneNumber {
    PhoneNumber {
        sid: format!("PN{}", number.trim_start_matches('+')),
        phone_number: number.to_owned(),
        emergency_address_status: emergency.to_owned(),
        ..PhoneNumber::default()
    }
}
