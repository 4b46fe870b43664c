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

#[cfg(test)]
mod tests {
    use crate::NetworkFile;

    const FILE: &str = "[network]\nname = \"n\"\nregion = \"US\"\n[stages.production]\npublic_url = \"https://n.example.org\"\n\
                        sip_domain = ";

    fn problems(rest: &str) -> Vec<String> {
        let found =
            NetworkFile::parse(&format!("{FILE}{rest}")).err().map(|found| found.0).unwrap_or_default();
        found.iter().map(ToString::to_string).collect()
    }

    /// A host of so many characters.
    fn host(length: usize, end: &str) -> String {
        let rest = length - end.len();
        // A label has 63 characters at most (RFC 1035, 2.3.4).
        (1..=rest).map(|at| if at % 40 == 0 && at < rest { '.' } else { 'a' }).chain(end.chars()).collect()
    }

    /// Twilio takes 254 characters (<https://www.twilio.com/docs/voice/twiml/sip>), and a phone's user name may have 32.
    #[test]
    fn a_phone_with_the_longest_name_can_be_rung() {
        for (length, is_good) in [(217, true), (218, false)] {
            let domain = host(length, ".example.org");
            let uri = format!("sip:{}@{domain}", "p".repeat(32));
            assert_eq!(uri.len() < 255, is_good);
            let found = problems(&format!("{domain:?}\n"));
            assert_eq!(found.is_empty(), is_good, "{length}: {found:?}");
        }
    }

    /// The longest call to Asterisk is one whose caller id has the 15 digits of E.164, on the stage with the longest name.
    #[test]
    fn every_call_to_asterisk_fits_or_none_is_promised() {
        let params = ";transport=tls";
        let headers = "?x-callerid=%2B123456789012345&x-enableemergency=false&x-language=en";
        for (length, is_good) in [(254, true), (255, false)] {
            let around = format!("sip:operator@-production{params}{headers}").len();
            let end = host(length - around, ".example.org");
            let uri = format!("sip:operator@production-{end}{params}{headers}");
            assert_eq!(uri.len(), length);
            let found = problems(&format!(
                "\"n.sip.twilio.com\"\n[stages.dev]\nsip_domain = \"d.sip.twilio.com\"\npublic_url = \"https://d.example.org\"\n\
                 [asterisk]\nhost = \"{{stage}}-{end}\"\nparams = \"{params}\"\n[codes]\n\"1\" = {{ asterisk = \"x\" }}\n\
                 [extensions.a]\ncodes = {{ \"0\" = {{ asterisk = \"operator\" }} }}\n"
            ));
            assert_eq!(found.is_empty(), is_good, "{length}: {found:?}");
            assert!(is_good || found[0].contains("URIs of 255 characters"), "{found:?}");
        }
    }
}
