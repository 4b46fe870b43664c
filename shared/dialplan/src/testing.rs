//! A small network for the tests of this crate, and calls in it.

use webhook::{Address, Call, Form};

use crate::network::{Network, NetworkFile};

pub(crate) const DOMAIN: &str = "test-prod.sip.twilio.com";

const FILE: &str = r##"
[network]
name                = "test"
region              = "US"
area_code           = "503"
block               = ["+15035550166", "+1503556"]
emergency_caller_id = "+15035550100"

[codes]
"211" = { dial = "+18666986155" }
"411" = { asterisk = "operator" }
"0"   = { asterisk = "operator" }
"#"   = { asterisk = "menu" }
"55"  = { extension = "lobby" }
"56"  = { dial = "+15035550112" }

[asterisk]
host   = "pbx-{stage}.example.org:5061"
params = ";transport=tls"

[stages.dev]
sip_domain = "test-dev.sip.twilio.com"
public_url = "https://dev.example.org"

[stages.prod]
sip_domain = "test-prod.sip.twilio.com"
public_url = "https://prod.example.org"

[extensions.lobby]
number = "+15035550110"

[extensions.Porch]
number   = "+15035550111"
language = "es"
block    = ["+15035550177"]

[extensions.one]
number = "+15035550112"

[extensions.two]
number    = "+15035550112"
emergency = false
codes     = { "#" = { asterisk = "test" } }

[extensions.bare]

[extensions."+15035550114"]
number = "+15035550114"
label  = "kiosk"
"##;

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
