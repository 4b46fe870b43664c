//! What Twilio refuses is refused, with its number.

use super::*;

#[test]
fn what_twilio_refuses_is_refused_with_its_code() {
    let account = Account::new();
    let many: Vec<_> =
        (0..1000).map(|n| json!({"username": format!("p{n}"), "password": PASSWORD})).collect();
    let seeded = account.seed(json!({
        "credential_lists": [
            {"friendly_name": "mapped", "credentials": [lobby()]},
            {"friendly_name": "full", "credentials": many},
        ],
        "domains": [{
            "domain_name": "street.sip.twilio.com", "calls": ["mapped"], "registrations": ["mapped"],
        }],
        "taken": ["theirs.sip.twilio.com"],
        "numbers": [{"phone_number": "+15035550100"}],
    }));
    let mut library = Library::of(&account);
    let (mapped, full, street) =
        (&seeded["credential_lists"][0], &seeded["credential_lists"][1], &seeded["domains"][0]);
    let nobody = format!("CL{:032}", 0);
    let lists = json!([["sip"], ["credential_lists"]]);
    let list = json!([["sip"], ["credential_lists", mapped]]);
    let credentials = json!([["sip"], ["credential_lists", mapped], ["credentials"]]);
    let domains = json!([["sip"], ["domains"]]);
    let domain = json!([["sip"], ["domains", street]]);
    let calls = json!([["sip"], ["domains", street], ["auth"], ["calls"], ["credential_list_mappings"]]);
    let legacy = json!([["sip"], ["domains", street], ["credential_list_mappings"]]);
    let number = json!([["incoming_phone_numbers", seeded["numbers"][0]]]);
    let long = "x".repeat(65);
    for (at, word, with, expected) in [
        (&lists, "create", json!({"friendly_name": long}), (400, 21240)),
        (&lists, "create", json!({"friendly_name": ""}), (400, 21240)),
        (&list, "delete", json!({}), (400, 21241)),
        (&credentials, "create", json!({"username": "lobby", "password": PASSWORD}), (400, 21243)),
        (&credentials, "create", json!({"username": "hall", "password": "Short-9"}), (400, 21243)),
        (&credentials, "create", json!({"username": "hall", "password": "no-upper-case-9"}), (400, 21243)),
        (&credentials, "create", json!({"username": "hall", "password": "NO-LOWER-CASE-9"}), (400, 21243)),
        (&credentials, "create", json!({"username": "hall", "password": "No-digit-at-all"}), (400, 21243)),
        (&credentials, "create", json!({"username": "x".repeat(33), "password": PASSWORD}), (400, 21243)),
        (
            &json!([["sip"], ["credential_lists", full], ["credentials"]]),
            "create",
            json!({"username": "hall", "password": PASSWORD}),
            (400, 21242),
        ),
        (&json!([["sip"], ["credential_lists", nobody], ["credentials"]]), "list", json!({}), (404, 20404)),
        (&domains, "create", json!({"domain_name": "street.sip.twilio.com"}), (400, 21232)),
        (&domains, "create", json!({"domain_name": "Street.sip.twilio.com"}), (400, 21232)),
        (&domains, "create", json!({"domain_name": "theirs.sip.twilio.com"}), (400, 21232)),
        (&domains, "create", json!({"domain_name": "street"}), (400, 21232)),
        (&domains, "create", json!({"domain_name": "a_b.sip.twilio.com"}), (400, 21232)),
        (&domains, "create", json!({"domain_name": "a.b.sip.twilio.com"}), (400, 21232)),
        (&domains, "create", json!({"domain_name": "a.sip.us1.twilio.com"}), (400, 21232)),
        (&domain, "update", json!({"voice_url": "https://my_host.example.org/"}), (400, 21231)),
        (&domain, "update", json!({"voice_url": "ftp://voice.example.org/"}), (400, 21231)),
        (&domain, "update", json!({"voice_method": "PUT"}), (400, 21231)),
        (&domain, "update", json!({"friendly_name": long}), (400, 21231)),
        (&domain, "update", json!({"domain_name": "theirs.sip.twilio.com"}), (400, 21232)),
        (&domain, "update", json!({"emergency_caller_sid": format!("PN{:032}", 0)}), (400, 21231)),
        (&calls, "create", json!({"credential_list_sid": mapped}), (400, 21231)),
        (&legacy, "create", json!({"credential_list_sid": mapped}), (400, 21231)),
        (&calls, "create", json!({"credential_list_sid": nobody}), (404, 20404)),
        (&calls, "create", json!({"credential_list_sid": "phones"}), (400, 21231)),
        (&number, "update", json!({"voice_fallback_url": "https://voice.example.org/"}), (400, 21405)),
        (&number, "update", json!({"friendly_name": long}), (400, 21402)),
    ] {
        let before = account.state();
        assert_eq!(library.refused(at, word, &with), expected, "{at} {word} {with}");
        assert_eq!(account.state(), before, "{at} {word} {with}: nothing is done");
    }
    let written = format!("{:?}", account.journal());
    assert!(!written.contains("Short-9"), "refused passwords are secrets, too");
}

#[test]
fn what_is_misspelt_is_refused() {
    let account = Account::new();
    account.seed(json!({"credential_lists": [{"friendly_name": "phones", "credentials": [lobby()]}]}));
    let there = &account.state()["credential_lists"][0];
    let (list, credential) =
        (there["sid"].as_str().unwrap(), there["credentials"][0]["sid"].as_str().unwrap());
    let mut library = Library::of(&account);
    let root = format!("/2010-04-01/Accounts/{}", account.sid);
    for (method, path, data, status, code) in [
        (
            "POST",
            "/SIP/Domains.json",
            json!({"DomainName": "a.sip.twilio.com", "VoiceURL": "https://a.example.org"}),
            400,
            20001,
        ),
        ("POST", "/SIP/Domains.json", json!({"FriendlyName": "a"}), 400, 21231),
        (
            "POST",
            "/SIP/Domains.json",
            json!({"DomainName": "a.sip.twilio.com", "SipRegistration": "True"}),
            400,
            21231,
        ),
        ("POST", "/SIP/Domains.json?DomainName=a.sip.twilio.com", json!({}), 400, 20001),
        ("POST", "/SIP/Domain.json", json!({}), 404, 20404),
        ("POST", "/SIP/Domains", json!({}), 404, 20404),
        ("PUT", "/SIP/Domains.json", json!({}), 405, 20004),
        ("DELETE", "/SIP/Domains.json", json!({}), 405, 20004),
        // A user name is there for good.
        (
            "POST",
            &format!("/SIP/CredentialLists/{list}/Credentials/{credential}.json"),
            json!({"Username": "hall"}),
            400,
            20001,
        ),
    ] {
        let (answered, body) = library.asks(method, &format!("{root}{path}"), &data);
        assert_eq!((answered, body["code"].as_u64()), (status, Some(code)), "{method} {path} {data}: {body}");
        assert_eq!(body["status"], status, "{body}");
        assert_eq!(body["more_info"], format!("https://www.twilio.com/docs/errors/{code}"));
    }
    assert_eq!(account.state()["domains"], json!([]));
}

#[test]
fn a_list_is_deleted_once_nothing_needs_it() {
    let account = Account::new();
    let seeded = account.seed(json!({
        "credential_lists": [{"friendly_name": "phones"}],
        "domains": [{
            "domain_name": "street.sip.twilio.com", "calls": ["phones"], "registrations": ["phones"],
        }],
    }));
    let (list, domain) = (&seeded["credential_lists"][0], &seeded["domains"][0]);
    let mut library = Library::of(&account);
    let it = json!([["sip"], ["credential_lists", list]]);
    for gate in ["calls", "registrations"] {
        assert_eq!(library.refused(&it, "delete", &json!({})), (400, 21241));
        let mapping =
            json!([["sip"], ["domains", domain], ["auth"], [gate], ["credential_list_mappings", list]]);
        library.does(&mapping, "delete", &json!({}));
        assert_eq!(library.refused(&mapping, "delete", &json!({})), (404, 20404));
    }
    library.does(&it, "delete", &json!({}));
    assert_eq!(account.state()["credential_lists"], json!([]));
    openapi::check(&account.journal());
}
