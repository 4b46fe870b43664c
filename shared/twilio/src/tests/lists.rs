//! Lists and their pages.

use super::server::{Server, say};
use super::{AC, client_of};
use crate::{Error, Gate, NumberKind};

fn page(sids: &[&str], next: &str) -> String {
    let items: Vec<_> = sids.iter().map(|sid| format!(r#"{{"sid":"{sid}","unknown":[1]}}"#)).collect();
    format!(r#"{{"domains":[{}],"page":0,"uri":"x","next_page_uri":{next}}}"#, items.join(","))
}

#[test]
fn three_pages_are_one_list() {
    let next = |token: &str| format!(r#""/2010-04-01/Accounts/{AC}/SIP/Domains.json?PageToken={token}""#);
    let server = Server::new([
        say(200, &page(&["SD1", "SD2"], &next("a"))),
        say(200, &page(&["SD3"], &next("b"))),
        say(200, &page(&["SD4"], "null")),
    ]);
    let sids: Vec<_> =
        client_of(&server).sip_domains().unwrap().into_iter().map(|domain| domain.sid).collect();
    assert_eq!(sids, ["SD1", "SD2", "SD3", "SD4"]);
    let path = format!("GET /2010-04-01/Accounts/{AC}/SIP/Domains.json");
    let heard = server.heard();
    let lines: Vec<_> = heard.iter().map(|heard| heard.line.clone()).collect();
    assert_eq!(
        lines,
        [format!("{path}?PageSize=1000"), format!("{path}?PageToken=a"), format!("{path}?PageToken=b")]
    );
    assert!(heard.iter().all(|heard| heard.authorization.starts_with("Basic ")));
}

#[test]
fn pages_in_a_circle_are_an_error() {
    let server = Server::new([
        say(200, &page(&["SD1"], r#""/a""#)),
        say(200, &page(&["SD2"], r#""/b""#)),
        say(200, &page(&["SD3"], r#""/a""#)),
    ]);
    let error = client_of(&server).sip_domains().unwrap_err();
    assert!(matches!(&error, Error::Unreadable { reason, .. } if reason.contains("circle")), "{error:?}");
    assert_eq!(error.request(), "GET /SIP/Domains.json");
    assert_eq!(server.lines().len(), 3);
}

#[test]
fn a_next_page_elsewhere_is_not_asked_for() {
    let elsewhere = Server::new([]);
    let next =
        format!(r#"{{"meta":{{"key":"content","next_page_url":"{}/v1"}},"content":[]}}"#, elsewhere.base());
    for body in [next, page(&[], r#""//evil.example.org/x""#), page(&[], r#""https://evil.example.org/x""#)] {
        let server = Server::new([say(200, &body)]);
        let error = client_of(&server).dialing_permissions().unwrap_err();
        assert!(
            matches!(&error, Error::Unreadable { reason, .. } if reason.contains("another host")),
            "{error:?}"
        );
        assert!(!error.to_string().contains("evil"), "{error}");
        assert_eq!(server.lines().len(), 1);
    }
    assert!(elsewhere.lines().is_empty());
}

#[test]
fn a_next_page_at_twilio_is_asked_for_at_the_configured_place() {
    let country = r#"{"iso_code":"CA","low_risk_numbers_enabled":true,"continent":null}"#;
    let body = |next: &str| {
        format!(r#"{{"meta":{{"key":"content","next_page_url":{next}}},"content":[{country}]}}"#)
    };
    let next = r#""https://voice.twilio.com/v1/DialingPermissions/Countries?PageSize=1000&Page=1""#;
    let server = Server::new([say(200, &body(next)), say(200, &body("null"))]);
    let countries = client_of(&server).dialing_permissions().unwrap();
    assert_eq!(countries.len(), 2);
    assert!(countries.iter().all(|country| country.iso_code == "CA" && country.low_risk_numbers_enabled));
    assert!(!countries[0].high_risk_special_numbers_enabled);
    assert_eq!(
        server.lines(),
        [
            "GET /v1/DialingPermissions/Countries?PageSize=1000",
            "GET /v1/DialingPermissions/Countries?PageSize=1000&Page=1"
        ]
    );
}

#[test]
fn a_limit_ends_a_list() {
    let alerts = r#"{"meta":{"key":"alerts","next_page_url":"https://monitor.twilio.com/v1/Alerts?Page=1"},
        "alerts":[{"sid":"NO1","error_code":"11200","request_variables":null},{"sid":"NO2"},{"sid":"NO3"}]}"#;
    let server = Server::new([say(200, alerts)]);
    let found = client_of(&server).alerts("error", "2026-11-01", 2).unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!((found[0].error_code.as_str(), found[0].request_variables.as_str()), ("11200", ""));
    assert_eq!(server.lines(), ["GET /v1/Alerts?LogLevel=error&StartDate=2026-11-01&PageSize=2"]);

    let server = Server::new([]);
    assert!(client_of(&server).calls("2026-11-01", 0).unwrap().is_empty());
    assert!(server.lines().is_empty());
}

#[test]
fn an_answer_that_is_no_list_is_unreadable() {
    let private = "+15035550123";
    for (body, reason) in [
        ("<html>", "not JSON"),
        ("", "not JSON"),
        ("[]", "no list"),
        (r#"{"domains":null}"#, "no list"),
        (r#"{"domains":[{"domain_name":"+15035550123"}]}"#, "the field `sid` is missing"),
        (r#"{"domains":[{"sid":"SD1","secure":"+15035550123"}]}"#, "not of the kind"),
    ] {
        let server = Server::new([say(200, body)]);
        let error = client_of(&server).sip_domains().unwrap_err();
        assert!(matches!(error, Error::Unreadable { .. }), "{error:?}");
        assert!(error.to_string().contains(reason) && !error.to_string().contains(private), "{error}");
        drop(server.lines());
    }
}

#[test]
fn each_list_is_asked_for_where_it_is() {
    let empty = || say(200, r#"{"items":[]}"#);
    let server = Server::new((0..11).map(|_| empty()));
    let client = client_of(&server);
    assert!(client.credential_lists().unwrap().is_empty());
    assert!(client.credentials("CL1").unwrap().is_empty());
    assert!(client.mappings("SD1", Gate::Calls).unwrap().is_empty());
    assert!(client.mappings("SD1", Gate::Registrations).unwrap().is_empty());
    assert!(client.ip_mappings("SD1").unwrap().is_empty());
    assert!(client.numbers().unwrap().is_empty());
    assert!(client.addresses().unwrap().is_empty());
    assert!(client.available_numbers("US", NumberKind::Local, Some("503"), 5).unwrap().is_empty());
    assert!(client.available_numbers("CA", NumberKind::TollFree, None, 5000).unwrap().is_empty());
    assert!(client.calls("2026-11-01", 20).unwrap().is_empty());
    assert!(client.alerts("warning", "2026-11-01T00:00:00Z", 20).unwrap().is_empty());
    let account = format!("GET /2010-04-01/Accounts/{AC}");
    let lines: Vec<_> = server.lines().iter().map(|line| line.replace(&account, "")).collect();
    assert_eq!(
        lines,
        [
            "/SIP/CredentialLists.json?PageSize=1000",
            "/SIP/CredentialLists/CL1/Credentials.json?PageSize=1000",
            "/SIP/Domains/SD1/Auth/Calls/CredentialListMappings.json?PageSize=1000",
            "/SIP/Domains/SD1/Auth/Registrations/CredentialListMappings.json?PageSize=1000",
            "/SIP/Domains/SD1/Auth/Calls/IpAccessControlListMappings.json?PageSize=1000",
            "/IncomingPhoneNumbers.json?PageSize=1000",
            "/Addresses.json?PageSize=1000",
            "/AvailablePhoneNumbers/US/Local.json?VoiceEnabled=true&AreaCode=503&PageSize=5",
            "/AvailablePhoneNumbers/CA/TollFree.json?VoiceEnabled=true&PageSize=1000",
            "/Calls.json?StartTime%3E=2026-11-01&PageSize=20",
            "GET /v1/Alerts?LogLevel=warning&StartDate=2026-11-01T00%3A00%3A00Z&PageSize=20",
        ]
    );
}
