//! The rules, one by one, and what holds for any form.

use proptest::prelude::*;

use super::*;
use crate::origin::PublicUrlError;

pub(super) const U: &str = "https://mycompany.com/myapp.php?foo=1&bar=2";

/// Checks `signature` as if the request came to `url`.
pub(super) fn verify(url: &str, content: Content<'_>, signature: &str) -> Result<(), Rejection> {
    verify_with("12345", url, content, signature)
}

fn verifier(tokens: &str, base: &str) -> Verifier {
    Verifier::new(AuthTokens::parse(tokens).unwrap(), &PublicUrl::parse(base).unwrap())
}

fn verify_with(tokens: &str, url: &str, content: Content<'_>, signature: &str) -> Result<(), Rejection> {
    let (base, path, query) = split(url);
    verifier(tokens, base).verify(&Signed { path, query, signature: Some(signature.as_bytes()), content })
}

fn split(url: &str) -> (&str, &str, Option<&str>) {
    let path = url.find("://").unwrap() + 3;
    let path = path + url[path..].find('/').unwrap();
    match url[path..].split_once('?') {
        Some((bare, query)) => (&url[..path], bare, Some(query)),
        None => (&url[..path], &url[path..], None),
    }
}

pub(super) fn token() -> AuthToken {
    AuthToken::parse("12345").unwrap()
}

pub(super) fn call_from(number: &str) -> Form {
    Form::from_pairs([
        ("To", "+18005551212"),
        ("From", number),
        ("Digits", "1234"),
        ("CallSid", "CA1234567890ABCDE"),
        ("Caller", number),
    ])
}

pub(super) fn p() -> Form {
    call_from("+14158675309")
}

#[test]
fn userinfo_never_gets_so_far() {
    for base in ["https://user:pass@mycompany.com", "https://user@mycompany.com:443"] {
        assert_eq!(PublicUrl::parse(base).unwrap_err(), PublicUrlError::Userinfo);
    }
}

#[test]
fn queries() {
    let url = "https://voice.example.org/outgoing?CallSid=CA00000000000000000000000000000001\
               &From=sip%3Aalice%40example.sip.twilio.com&FinishedOnKey=&To=%2B15035550100";
    let (as_sent, unescaped) = ("FQitX6a70EdPxL6Qlac223tvuVI=", "EPbscYibWfzQvyHIPgYSCzxx9Mo=");
    assert_eq!(verify(url, Content::Query, as_sent), Ok(()));
    assert_eq!(verify(url, Content::Query, unescaped), Ok(()));
    assert_eq!(verify(&url.replace("%3A", "%3a"), Content::Query, unescaped), Ok(()));
    assert_eq!(verify(&url.replace("%2B", "%252B"), Content::Query, as_sent), Err(Rejection::Mismatch));
    // Only a GET is read so leniently.
    assert_eq!(verify(url, Content::Form(&Form::default()), unescaped), Err(Rejection::Mismatch));
    assert_eq!(verify(url, Content::Raw(b""), unescaped), Err(Rejection::Mismatch));
}

#[test]
fn bodies_must_be_bound() {
    let url = "https://voice.example.org/hook\
               ?bodySHA256=015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862";
    let signature = "vt5RZg2hdquLWaGaPCpAbGf5BJU=";
    assert_eq!(verify(url, Content::Raw(br#"{"a":1}"#), signature), Ok(()));
    assert_eq!(verify(url, Content::Raw(br#"{"a":2}"#), signature), Err(Rejection::BodyHash));
    assert_eq!(verify(url, Content::Raw(b""), signature), Err(Rejection::BodyHash));
    // A form is covered by the signature itself; the hash in its URL is a parameter like any other.
    assert_eq!(verify(url, Content::Form(&p()), &sign(&token(), url, Some(&p()))), Ok(()));

    for unbound in ["https://voice.example.org/hook", "https://voice.example.org/hook?x=1&bodySHA256="] {
        let signature = sign(&token(), unbound, None);
        assert_eq!(verify(unbound, Content::Raw(b"{}"), &signature), Err(Rejection::UnboundBody));
        assert_eq!(verify(unbound, Content::Raw(b""), &signature), Ok(()));
    }
    let upper = url.replace("015abd7f", "015ABD7F");
    let signature = sign(&token(), &upper, None);
    assert_eq!(verify(&upper, Content::Raw(br#"{"a":1}"#), &signature), Err(Rejection::BodyHash));
}

#[test]
fn any_of_the_tokens_will_do() {
    let signature = "RSOYDt4T1cUTdK1PDd93/VVr8B8=";
    for (tokens, verdict) in [
        ("old,12345", Ok(())),
        ("12345, new", Ok(())),
        ("old,new", Err(Rejection::Mismatch)),
        ("123456", Err(Rejection::Mismatch)),
    ] {
        assert_eq!(verify_with(tokens, U, Content::Form(&p()), signature), verdict, "{tokens}");
    }
}

#[test]
fn the_header_is_read_strictly() {
    let verifier = verifier("12345", "https://mycompany.com");
    let form = p();
    let (_, path, query) = split(U);
    let check =
        |signature| verifier.verify(&Signed { path, query, signature, content: Content::Form(&form) });
    assert_eq!(check(None), Err(Rejection::Missing));
    for malformed in [
        "",
        "RSOYDt4T1cUTdK1PDd93/VVr8B8",
        "RSOYDt4T1cUTdK1PDd93_VVr8B8=",
        // The same 20 bytes to a careless decoder: its last, unused bits are not zero.
        "RSOYDt4T1cUTdK1PDd93/VVr8B9=",
        " RSOYDt4T1cUTdK1PDd93/VVr8B8=",
        "RSOYDt4T1cUTdK1PDd93/VVr8B8= ",
        "RSOYDt4T1cUTdK1PDd93/VVr8B8=, RSOYDt4T1cUTdK1PDd93/VVr8B8=",
        "RSOYDt4T1cUTdK1PDd93/VVr8B8A",
        "RSOYDt4T1cUTdK1PDd93/VVr8A==",
        "\u{e9}SOYDt4T1cUTdK1PDd93/VVr8B8=",
    ] {
        assert_eq!(check(Some(malformed.as_bytes())), Err(Rejection::Malformed), "{malformed}");
    }
    assert_eq!(check(Some(&[0xff; 28])), Err(Rejection::Malformed));
    assert_eq!(check(Some(b"RSOYDt4T1cUTdK1PDd93/VVr8B8=")), Ok(()));
}

/// The log has one word for each rejection, by which an operator finds it (docs/operations.md), and an error one sentence.
#[test]
fn a_rejection_has_a_word_for_the_log() {
    for (rejection, word, sentence) in [
        (Rejection::Missing, "missing", "signature is missing"),
        (Rejection::Malformed, "malformed", "signature is malformed"),
        (Rejection::Mismatch, "mismatch", "signature does not match"),
        (Rejection::UnboundBody, "unbound_body", "body is not covered by the signature"),
        (Rejection::BodyHash, "body_hash", "body does not match its hash"),
    ] {
        assert_eq!((rejection.as_str(), rejection.to_string().as_str()), (word, sentence));
    }
}

#[test]
fn the_fragment_is_not_signed() {
    assert_eq!(sign(&token(), &format!("{U}#rc=1&rp=5xx"), Some(&p())), "RSOYDt4T1cUTdK1PDd93/VVr8B8=");
}

#[test]
fn debug_is_silent() {
    let verifier = verifier("s3cret", "https://h");
    assert!(!format!("{verifier:?}").contains("s3cret"));
}

/// `text` with one character replaced by another.
fn flip(text: &str, at: usize) -> String {
    let at = at % text.chars().count();
    text.chars()
        .enumerate()
        .map(|(n, c)| {
            if n != at {
                c
            } else if c == '~' {
                '!'
            } else {
                '~'
            }
        })
        .collect()
}

proptest! {
    #[test]
    fn what_is_signed_verifies(
        pairs: Vec<(String, String)>,
        path in "/[a-z/%]{0,12}",
        query in proptest::option::of("[a-zA-Z0-9%&=+'@:]{1,20}"),
    ) {
        let form = Form::from_pairs(pairs);
        let url = format!("https://h{path}{}", query.map(|query| format!("?{query}")).unwrap_or_default());
        let signature = sign(&token(), &url, Some(&form));
        prop_assert_eq!(verify(&url, Content::Form(&form), &signature), Ok(()));
        let received = Form::parse(form.encode().as_bytes()).unwrap();
        prop_assert_eq!(verify(&url, Content::Form(&received), &signature), Ok(()));
        let signature = sign(&token(), &url, None);
        prop_assert_eq!(verify(&url, Content::Query, &signature), Ok(()));
    }

    // Names differ, so that a flipped value cannot fall together with another pair.
    #[test]
    fn one_character_makes_the_difference(
        values in proptest::collection::vec(".{1,12}", 1..6),
        at: usize,
        pick: proptest::sample::Index,
    ) {
        let form_of = |values: &[String]| {
            Form::from_pairs(values.iter().enumerate().map(|(n, value)| (format!("Name{n}"), value.clone())))
        };
        let form = form_of(&values);
        let signature = sign(&token(), U, Some(&form));
        let content = Content::Form(&form);
        prop_assert_eq!(verify(U, content, &signature), Ok(()));

        let (base, path) = U.split_at("https://mycompany.com/".len());
        let other_url = format!("{base}{}", flip(path, at));
        prop_assert_eq!(verify(&other_url, content, &signature), Err(Rejection::Mismatch));

        let mut others = values;
        let pick = pick.index(others.len());
        others[pick] = flip(&others[pick], at);
        let others = form_of(&others);
        prop_assert_eq!(verify(U, Content::Form(&others), &signature), Err(Rejection::Mismatch));

        prop_assert!(verify(U, content, &flip(&signature, at)).is_err());
        prop_assert!(verify_with("12346", U, content, &signature).is_err());
    }
}
