//! Forms and signatures, against another writing of the official rules.
//!
//! Rules: <https://www.twilio.com/docs/usage/security#validating-requests>, and for names that come twice Twilio's own
//! Python library (`RequestValidator.compute_signature`): names sorted, of each the different values sorted.
#![no_main]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use libfuzzer_sys::fuzz_target;
use sha1::Sha1;
use webhook::{AuthToken, AuthTokens, Content, Form, PublicUrl, Signed, Verifier, sign};

const TOKEN: &str = "any-secret";
const BASE: &str = "https://voice.example.org";

fn by_the_rules(url: &str, pairs: &[(String, String)]) -> String {
    let mut text = url.to_owned();
    let mut sorted: Vec<_> = pairs.to_vec();
    sorted.sort();
    sorted.dedup();
    let mut last = None;
    for (name, value) in &sorted {
        // The library appends the name before each value.
        let _ = last.replace(name);
        text.push_str(name);
        text.push_str(value);
    }
    let mut mac = Hmac::<Sha1>::new_from_slice(TOKEN.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

fuzz_target!(|data: &[u8]| {
    let Ok(form) = Form::parse(data) else { return };
    let pairs: Vec<(String, String)> =
        form_urlencoded::parse(data).map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
    assert_eq!(form, Form::from_pairs(pairs.clone()), "the library reads another form");
    assert_eq!(Form::parse(form.encode().as_bytes()).as_ref(), Ok(&form), "what is encoded reads back");

    let token = AuthToken::parse(TOKEN).unwrap();
    let url = format!("{BASE}/outgoing");
    let expected = by_the_rules(&url, &pairs);
    assert_eq!(sign(&token, &url, Some(&form)), expected);

    let verifier = Verifier::new(AuthTokens::parse(TOKEN).unwrap(), &PublicUrl::parse(BASE).unwrap());
    let signed = |path, signature: &str| {
        let content = Content::Form(&form);
        verifier.verify(&Signed { path, query: None, signature: Some(signature.as_bytes()), content }).is_ok()
    };
    assert!(signed("/outgoing", &expected));
    assert!(!signed("/incoming", &expected), "a signature is of one path");
    assert!(!signed("/outgoing", &expected.to_uppercase()) || expected == expected.to_uppercase());
    // Whatever bytes claim to be a signature: they are not.
    let content = Content::Form(&form);
    let claim = Signed { path: "/outgoing", query: None, signature: Some(data), content };
    assert!(verifier.verify(&claim).is_err() || data == expected.as_bytes());
});
