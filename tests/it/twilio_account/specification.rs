//! Twilio's OpenAPI finds what is wrong, and knows every answer of the stand-in.

use super::*;

/// A journal with one request.
fn request(method: &str, path: &str, query: &[[&str; 2]], form: &[[&str; 2]]) -> Vec<Value> {
    let path = path.replace("{AC}", &format!("/2010-04-01/Accounts/AC{:032}", 7));
    vec![json!({"method": method, "path": path, "query": query, "form": form})]
}

#[test]
fn what_is_wrong_with_a_request_is_found() {
    let sid = |prefix: &str| format!("{prefix}{:032}", 7);
    let (number, list) = (format!("{{AC}}/IncomingPhoneNumbers/{}.json", sid("PN")), sid("CL"));
    let credentials = format!("{{AC}}/SIP/CredentialLists/{list}/Credentials.json");
    let domain = &[["DomainName", "a.sip.twilio.com"], ["SipRegistration", "true"]];
    for right in [
        request("POST", "{AC}/SIP/Domains.json", &[], domain),
        request("POST", &credentials, &[], &[["Username", "lobby"], ["Password", "***"]]),
        request("GET", &credentials, &[["PageSize", "1000"]], &[]),
        request(
            "POST",
            &number,
            &[],
            &[["EmergencyAddressSid", ""], ["VoiceApplicationSid", ""], ["VoiceUrl", ""]],
        ),
        request("DELETE", &number, &[], &[]),
        request("GET", "{AC}/Calls.json", &[["StartTime>", "2026-11-20"]], &[]),
        request("GET", "/v1/Alerts", &[["LogLevel", "error"], ["StartDate", "2026-11-20"]], &[]),
        request("GET", "/v1/DialingPermissions/Countries", &[], &[]),
        request("GET", "/v1/PhoneNumbers/Countries/US", &[], &[]),
    ] {
        openapi::check(&right);
    }
    for (wrong, expected) in [
        // A misspelt parameter.
        (
            request(
                "POST",
                "{AC}/SIP/Domains.json",
                &[],
                &[["DomainName", "a.sip.twilio.com"], ["VoiceURL", "https://a.example.org/"]],
            ),
            "VoiceURL is no parameter of the form",
        ),
        (
            request("GET", "{AC}/SIP/Domains.json", &[["DomainName", "a"]], &[]),
            "DomainName is no parameter of the query",
        ),
        (
            request("GET", "{AC}/SIP/Domains.json", &[["Pagesize", "50"]], &[]),
            "Pagesize is no parameter of the query",
        ),
        // One that is of another request, or is missing, or is there twice.
        (
            request("POST", &number, &[], &[["PhoneNumber", "+15035550100"]]),
            "PhoneNumber is no parameter of the form",
        ),
        (request("POST", "{AC}/SIP/Domains.json", &[], &[["FriendlyName", "a"]]), "DomainName is missing"),
        (request("POST", "{AC}/SIP/Domains.json", domain, &[]), "is no parameter of the query"),
        (request("POST", &number, &[], &[["VoiceMethod", "GET"], ["VoiceMethod", "POST"]]), "given twice"),
        // A value that it cannot have.
        (request("POST", &number, &[], &[["VoiceMethod", "PUT"]]), "none of GET, POST"),
        (request("POST", &number, &[], &[["VoiceMethod", ""]]), "none of GET, POST"),
        (request("POST", &number, &[], &[["VoiceApplicationSid", "PN1"]]), "too short"),
        (request("POST", &number, &[], &[["VoiceCallerIdLookup", "yes"]]), "neither true nor false"),
        (request("POST", &number, &[], &[["VoiceUrl", "voice.example.org"]]), "no URL"),
        (request("GET", &credentials, &[["PageSize", "1001"]], &[]), "out of range"),
        (request("GET", "{AC}/Calls.json", &[["StartTime>", "yesterday"]], &[]), "no date"),
        // Another method, another path.
        (request("DELETE", "{AC}/SIP/Domains.json", &[], &[]), "has no DELETE"),
        (request("PUT", &number, &[], &[]), "has no PUT"),
        (request("GET", "{AC}/SIP/Domain.json", &[], &[]), "no such path"),
        (request("GET", "{AC}/SIP/Domains", &[], &[]), "no such path"),
        (request("GET", "/v1/Alert", &[], &[]), "no such path"),
        (request("GET", &number.replace("PN", "AD"), &[], &[]), "Sid of the path"),
    ] {
        let problems = openapi::problems(&wrong);
        assert!(problems.iter().any(|problem| problem.contains(expected)), "{wrong:?}: {problems:?}");
    }
}

/// Prism, too, has its say: it does not merely answer.
#[test]
fn prism_refuses_what_the_specification_refuses() {
    let wrong = request("POST", "{AC}/SIP/Domains.json", &[], &[["FriendlyName", "a"]]);
    let problems = openapi::problems(&wrong);
    assert!(problems.iter().any(|problem| problem.contains("Prism answers 422")), "{problems:?}");
}

#[test]
#[should_panic(expected = "VoiceURL is no parameter of the form")]
fn a_check_that_finds_something_fails() {
    let form = &[["DomainName", "a.sip.twilio.com"], ["VoiceURL", "https://a.example.org/"]];
    openapi::check(&request("POST", "{AC}/SIP/Domains.json", &[], form));
}

#[test]
fn every_answer_has_the_fields_of_twilios() {
    let account = Account::new();
    let seeded = account.seed(json!({
        "credential_lists": [{"friendly_name": "phones", "credentials": [lobby()]}],
        "ip_lists": [{"friendly_name": "office"}],
        "domains": [{
            "domain_name": "street.sip.twilio.com",
            "calls": ["phones"], "registrations": ["phones"], "ip": ["office"],
        }],
        "applications": [{"friendly_name": "old"}],
        "addresses": [{"friendly_name": "home"}],
        "calls": [{}], "alerts": [{}], "permissions": [{"iso_code": "US"}], "prices": [{"iso_country": "US"}],
    }));
    let sid = |collection: &str| seeded[collection][0].as_str().unwrap().to_owned();
    account.seed(json!({"numbers": [{"phone_number": "+15035550100", "address_sid": sid("addresses")}]}));
    let state = account.state();
    let credential = state["credential_lists"][0]["credentials"][0]["sid"].as_str().unwrap();
    let number = state["numbers"][0]["sid"].as_str().unwrap();
    let (list, domain, ip) = (sid("credential_lists"), sid("domains"), sid("ip_lists"));
    let mut paths = vec![
        "/SIP/CredentialLists.json".to_owned(),
        format!("/SIP/CredentialLists/{list}.json"),
        format!("/SIP/CredentialLists/{list}/Credentials.json"),
        format!("/SIP/CredentialLists/{list}/Credentials/{credential}.json"),
        "/SIP/Domains.json".to_owned(),
        format!("/SIP/Domains/{domain}.json"),
        "/IncomingPhoneNumbers.json".to_owned(),
        format!("/IncomingPhoneNumbers/{number}.json"),
        "/Addresses.json".to_owned(),
        format!("/Addresses/{}.json", sid("addresses")),
        format!("/Addresses/{}/DependentPhoneNumbers.json", sid("addresses")),
        "/Applications.json".to_owned(),
        format!("/Applications/{}.json", sid("applications")),
        "/Calls.json".to_owned(),
        format!("/Calls/{}.json", sid("calls")),
        "/Balance.json".to_owned(),
        ".json".to_owned(),
    ];
    for (gate, member) in [
        ("Auth/Calls/CredentialListMappings", &list),
        ("Auth/Registrations/CredentialListMappings", &list),
        ("Auth/Calls/IpAccessControlListMappings", &ip),
        ("CredentialListMappings", &list),
        ("IpAccessControlListMappings", &ip),
    ] {
        paths.push(format!("/SIP/Domains/{domain}/{gate}.json"));
        paths.push(format!("/SIP/Domains/{domain}/{gate}/{member}.json"));
    }
    let mut paths: Vec<_> =
        paths.iter().map(|path| format!("/2010-04-01/Accounts/{}{path}", account.sid)).collect();
    paths.extend(["/v1/Alerts".into(), format!("/v1/Alerts/{}", sid("alerts"))]);
    for list in ["/v1/DialingPermissions/Countries", "/v1/PhoneNumbers/Countries"] {
        paths.extend([list.to_owned(), format!("{list}/US")]);
    }
    let mut library = Library::of(&account);
    for path in &paths {
        let (status, answer) = library.asks("GET", path, &Value::Null);
        assert_eq!(status, 200, "{path}: {answer}");
        let rows: usize =
            answer.as_object().unwrap().values().filter_map(Value::as_array).map(Vec::len).sum();
        assert!(rows > 0 || !answer.as_object().unwrap().contains_key("page_size"), "{path}: {answer}");
        assert_eq!(openapi::shape("GET", path, &answer), Vec::<String>::new(), "{path}");
    }
    openapi::check(&account.journal());
    // The check itself sees a field that is missing, and one that is not Twilio's.
    let path = &paths[1];
    let mut answer = library.asks("GET", path, &Value::Null).1;
    answer["nickname"] = answer.as_object_mut().unwrap().remove("friendly_name").unwrap();
    let problems = openapi::shape("GET", path, &answer);
    assert_eq!(problems, ["answer.nickname is unknown", "answer.friendly_name is missing"]);
}
