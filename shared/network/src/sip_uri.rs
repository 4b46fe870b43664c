//! The length of the SIP URIs that calls to Asterisk are made of.

use std::collections::BTreeMap;
use std::iter;

use crate::reader::{Place, Reader, wrong};
use crate::{Asterisk, Network, Stage, Target};

/// Twilio takes SIP URIs of fewer than 255 characters (<https://www.twilio.com/docs/voice/twiml/sip>).
const LONGEST: usize = 254;

/// The longest user of a phone (32 characters) leaves this much for the host behind `sip:` and `@`.
pub(crate) const LONGEST_DOMAIN: usize = LONGEST - "sip:@".len() - 32;

/// The longest headers that a call to Asterisk adds: a caller id of 15 digits, two words and a language.
const HEADERS: &str = "?x-callerid=%2B123456789012345&x-enableemergency=false&x-language=en";

/// Refuses a host, parameters and contexts that together are too long for Twilio.
pub(crate) fn check(reader: &mut Reader<'_>, place: Place<'_>, network: &Network, stages: &[Stage]) {
    let Some(Asterisk { host, params }) = &network.asterisk else { return };
    let codes = iter::once(&network.codes).chain(network.extensions.iter().map(|phone| &phone.codes));
    let contexts = codes.flat_map(BTreeMap::values).filter_map(|target| match target {
        Target::Asterisk(context) => Some(webhook::encode_user(context).to_string()),
        _ => None,
    });
    let Some(context) = contexts.max_by_key(String::len) else { return };
    let hosts = stages.iter().map(|stage| host.replace("{stage}", &stage.name).len());
    let length =
        "sip:@".len() + context.len() + hosts.max().unwrap_or_default() + params.len() + HEADERS.len();
    if length > LONGEST {
        let what = format!("makes SIP URIs of {length} characters, of which Twilio takes {LONGEST}");
        let remedy = "shorten host, params or the names of the contexts that codes lead to";
        reader.report(place.offset_of("host"), place.path("host"), wrong(what, remedy));
    }
}
