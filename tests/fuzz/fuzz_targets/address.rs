//! SIP addresses: reading is total, and a user that we write reads back as itself.
#![no_main]

use libfuzzer_sys::fuzz_target;
use webhook::{Address, encode_user, is_same_domain};

/// RFC 3261, 25.1: what a user may hold without an escape, but for what separates.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&b))
}

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let _ = Address::parse(text);
    let _ = is_same_domain(text, "street.sip.twilio.com");
    for text in [
        format!("sip:{text}"),
        format!("<sip:{text}>"),
        format!("\"{text}\" <sip:a@h>"),
        format!("sip:a@{text}"),
    ] {
        if let Address::Sip(uri) = Address::parse(&text) {
            assert!(!uri.host().contains([';', '?']), "parameters are no part of the host {:?}", uri.host());
            assert!(
                !uri.host().contains(|c: char| c.is_ascii_uppercase()),
                "hosts are compared in small letters"
            );
        }
    }
    if !text.is_empty() {
        let written = format!("\"x\" <sip:{}@h.example.org:5060;transport=tls>", encode_user(text));
        assert!(written.is_ascii());
        let Address::Sip(uri) = Address::parse(&written) else { panic!("{written} is no address") };
        assert_eq!(uri.user(), Some(text));
        assert_eq!((uri.host(), uri.port()), ("h.example.org", Some(5060)));
    }
    if is_plain(text) {
        for form in [
            format!("sip:{text}@h"),
            format!("sips:{text}@h;x=y"),
            format!("<sip:{text}@h>"),
            format!("SIP:{text}@h?a=b"),
        ] {
            let Address::Sip(uri) = Address::parse(&form) else { panic!("{form} is no address") };
            assert_eq!((uri.user(), uri.host()), (Some(text), "h"), "{form}");
        }
    }
});
