//! SIP over TLS, and SRTP where the domain is secure.

use std::path::Path;

use registrations::{Authority, Phone, Registrar, Registration, ask};
use secret::Secret;

use super::desk::Desk;
use super::{lab, phone, press, share};

fn secure() -> Option<Desk> {
    let secure = |network: &str| network.replace("sip_domain", "secure = true\nsip_domain");
    phone::modules().map(|_| Desk::changed(secure, &[]))
}

/// baresip encrypts with its own SRTP, and refuses anything else (`srtp-mand`).
#[test]
fn two_phones_talk_over_tls_and_srtp() {
    let Some(mut lab) = secure() else { return };
    let (mut alpha, mut beta) = (lab.phone_over("alpha", 440, "tls"), lab.phone_over("beta", 1000, "tls"));
    alpha.does("dial", "beta");
    beta.hears("CALL_INCOMING");
    beta.does("accept", "");
    alpha.hears("CALL_ESTABLISHED");
    lab.tells("talk", "alpha and beta");
    alpha.listens(1_500);
    beta.listens(1_500);
    // Hold and resume go by the routes of the answer, and the stream goes on with its key.
    alpha.does("hold", "");
    lab.tells("holds", "holds");
    alpha.does("resume", "");
    lab.tells("holds", "resumes");
    beta.listens(3_000);
    beta.does("hangup", "");
    alpha.hears("CALL_CLOSED");
    lab.tells("over", "");
    let trace = alpha.trace();
    for words in [
        "RTP/SAVP",
        "AES_CM_128_HMAC_SHA1_80",
        ";transport=tls;r2=on;lr;twnat=",
        ";transport=udp;r2=on;lr;twnat=",
    ] {
        assert!(trace.contains(words), "{words}: {trace}");
    }
    assert!(share(1000.0, &alpha.recording()) > 0.9, "alpha hears beta");
    assert!(share(440.0, &beta.recording()) > 0.9, "beta hears alpha");
}

#[test]
fn a_secure_phone_hears_a_sentence_and_its_keys_are_heard() {
    let Some(mut lab) = secure() else { return };
    let mut alpha = lab.phone_over("alpha", 440, "tls");
    alpha.does("dial", "1234567890");
    lab.tells("listens", "alpha");
    alpha.hears("CALL_RTPESTAB");
    press(&mut lab, &mut alpha, "911");
    lab.tells("help", "NOBODY HEARS");
    lab.tells("event", "dial_emergency");
}

/// HT801 and Linphone use TLS on domains that are not secure, too.
#[test]
fn a_phone_may_use_tls_where_the_domain_is_not_secure() {
    let Some(mut lab) = lab(&[]) else { return };
    let (mut alpha, mut beta) = (lab.phone_over("alpha", 440, "tls"), lab.phone("beta", 1000));
    beta.does("dial", "alpha");
    alpha.hears("CALL_INCOMING");
    alpha.does("accept", "");
    beta.hears("CALL_ESTABLISHED");
    beta.listens(1_000);
    beta.does("hangup", "");
    alpha.hears("CALL_CLOSED");
    lab.tells("over", "");
    assert!(share(440.0, &beta.recording()) > 0.9, "beta hears alpha");
}

/// Twilio's error 32207.
#[test]
fn a_plain_phone_on_a_secure_domain_is_refused() {
    let secure = |network: &str| network.replace("sip_domain", "secure = true\nsip_domain");
    let mut lab = Desk::changed(secure, &[]);
    let mut hand = lab.hand("alpha");
    let mut talk = hand.invites("beta");
    assert_eq!(hand.is_answered(&mut talk).status(), Some(488));
    lab.tells("rejected", "32207");
    lab.has_told("call.secure");
    assert!(lab.events().is_empty(), "the service is not asked");
}

/// Another's client of TLS (rustls) checks the certificate, its name and its chain.
#[test]
fn the_certificate_is_good_for_those_who_trust_the_lab_and_no_one_else() {
    let mut lab = Desk::start(&[]);
    let certificate = lab.begins("certificate_url").to_owned();
    let fetched = ureq::get(&certificate).call().unwrap().body_mut().read_to_string().unwrap();
    assert_eq!(fetched, std::fs::read_to_string(lab.begins("certificate")).unwrap());
    assert!(fetched.contains("BEGIN CERTIFICATE") && !fetched.contains("PRIVATE"));
    let authority = Authority::open(Path::new(lab.begins("certificate"))).unwrap();
    for host in ["127.0.0.1", "localhost"] {
        let registrar = lab.begins("tls").replace("127.0.0.1", host);
        let registrar: Registrar = format!("sips:{registrar}").parse().unwrap();
        let phones = [Phone { user: "alpha".into(), password: Secret::new(lab.password("alpha")) }];
        let found = ask(&registrar, lab.begins("domain"), &phones, Some(&authority), &|_| ()).unwrap();
        assert_eq!(found, [Registration::At(Vec::new())], "{host}");
        ask(&registrar, lab.begins("domain"), &phones, None, &|_| ()).unwrap_err();
        lab.tells("not-registered", "must trust the lab's certificate");
    }
}
