//! A small network for the tests of this crate, and calls in it.

use webhook::{Address, Call, Form};

use network::{Network, NetworkFile};

pub(crate) const DOMAIN: &str = "test-prod.sip.twilio.com";

const FILE: &str = include_str!("../../network/tests/small.toml");

pub(crate) fn network() -> Network {
    network_with("")
}

/// The network with more lines in its first section.
pub(crate) fn network_with(lines: &str) -> Network {
    let text = FILE.replacen("[network]\n", &format!("[network]\n{lines}\n"), 1);
    NetworkFile::parse(&text).and_then(|file| file.network("prod")).unwrap()
}

/// A call that a phone makes to what it dialled.
pub(crate) fn call(phone: &str, dialled: &str) -> Call {
    let to = format!("sip:{}@{DOMAIN}", webhook::encode_user(dialled));
    Call { from: sip(phone), to: Address::parse(&to), sip_domain: Some(DOMAIN.into()), ..Call::default() }
}

pub(crate) fn sip(user: &str) -> Address {
    Address::parse(&format!("sip:{user}@{DOMAIN}"))
}

pub(crate) fn form(fields: &[(&str, &str)]) -> Form {
    Form::from_pairs(fields.iter().copied())
}
