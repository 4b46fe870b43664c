//! Three accounts that somebody set up by hand.

use serde_json::{Value, json};

/// Good enough for Twilio.
const PASSWORD: &str = "Correct-horse-9";

fn users(names: &[&str]) -> Value {
    names.iter().map(|name| json!({"username": name, "password": PASSWORD})).collect()
}

fn registered(friendly_name: &str, sid: &str, street: &str) -> Value {
    json!({"friendly_name": friendly_name, "sid": sid, "street": street, "customer_name": "Example",
           "emergency_enabled": true, "validated": true})
}

/// A SID that is the same in each run, so that what is written down is, too.
fn sid(prefix: &str, index: u8) -> String {
    format!("{prefix}{index:032x}")
}

/// A shop with two phones and a script somewhere. One number is registered, and one answers a fax program.
pub(super) fn small() -> Value {
    json!({
        "credential_lists": [{"friendly_name": "phones", "credentials": users(&["kitchen", "porch"])}],
        "domains": [{
            "domain_name": "corner-shop.sip.twilio.com", "friendly_name": "Corner shop", "sip_registration": true,
            "voice_url": "https://old.example.org/voice.php", "voice_method": "GET",
            "calls": ["phones"], "registrations": ["phones"],
        }],
        "addresses": [registered("Shop, ground floor", &sid("AD", 1), "100 Main Street")],
        "numbers": [
            {"phone_number": "+15035550110", "friendly_name": "porch", "voice_url": "https://old.example.org/in.php",
             "voice_fallback_url": "https://old.example.org/sorry.xml", "status_callback": "https://old.example.org/log",
             "emergency_address_sid": sid("AD", 1), "emergency_address_status": "registered"},
            {"phone_number": "+15035550119", "friendly_name": "(503) 555-0119", "voice_url": "https://fax.example.org/"},
        ],
        "permissions": [],
    })
}

/// Public phones on two systems (one program has the phones that may call 911, the other the
/// rest). Lists are shared, one user name is a number, and one cannot be named.
pub(super) fn futel() -> Value {
    let names = [
        "bottles-and-cans-one",
        "clinton",
        "Ainsworth",
        "+15035550114",
        "unknown",
        "robotron",
        "ainsworth",
        "taylor",
    ];
    json!({
        "credential_lists": [
            {"friendly_name": "street-prod", "credentials": users(&names)},
            {"friendly_name": "street-stage", "credentials": users(&["test-one"])},
        ],
        "domains": [
            {"domain_name": "street-prod.sip.twilio.com", "friendly_name": "street-prod", "sip_registration": true,
             "voice_url": "https://prod.example.org/sip-outgoing?token=old-token",
             "voice_fallback_url": "https://ops:hunter2@fallback.example.org/", "calls": ["street-prod"], "registrations": ["street-prod"]},
            {"domain_name": "direct-street-prod.sip.twilio.com", "sip_registration": true,
             "voice_url": "https://py.example.org/outgoing", "calls": ["street-prod"], "registrations": ["street-prod"]},
        ],
        "addresses": [
            registered("Clinton St", &sid("AD", 1), "26 Clinton Street"),
            registered("Ainsworth", &sid("AD", 2), "200 Ainsworth Street"),
            registered("nobody's", &sid("AD", 3), "300 Empty Street"),
        ],
        "numbers": [
            {"phone_number": "+15035550111", "friendly_name": "clinton phone", "voice_url": "https://prod.example.org/sip-incoming",
             "emergency_address_sid": sid("AD", 1), "emergency_address_status": "registered"},
            {"phone_number": "+15035550112", "friendly_name": "(503) 555-0112",
             "voice_url": "https://ops:hunter2@prod.example.org/ring/Ainsworth?token=old-token",
             "emergency_address_sid": sid("AD", 2), "emergency_address_status": "registered"},
            {"phone_number": "+15035550114", "friendly_name": "(503) 555-0114", "voice_url": "https://prod.example.org/sip-incoming"},
            {"phone_number": "+15035550100", "friendly_name": "placeholder", "voice_url": "https://ops:hunter2@prod.example.org/sip-incoming?token=old-token",
             "emergency_address_sid": sid("AD", 1), "emergency_address_status": "registered"},
        ],
        "permissions": [],
    })
}

/// FreePBX: numbers go to a SIP trunk, and the one credential is FreePBX's own.
pub(super) fn freepbx() -> Value {
    json!({
        "credential_lists": [{"friendly_name": "freepbx-trunk", "credentials": users(&["freepbx"])}],
        "trunks": [{"sid": sid("TK", 1)}],
        "addresses": [registered("Office", &sid("AD", 1), "400 Office Park")],
        "numbers": [
            {"phone_number": "+15035550120", "friendly_name": "Front desk", "trunk_sid": sid("TK", 1),
             "emergency_address_sid": sid("AD", 1), "emergency_address_status": "registered"},
            {"phone_number": "+15035550121", "friendly_name": "(503) 555-0121", "trunk_sid": sid("TK", 1)},
        ],
        "permissions": [],
    })
}
