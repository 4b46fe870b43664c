//! Tests of requests and of reading one resource.

use super::server::{Server, say};
use super::{AC, client_of};
use crate::{Client, Fields, Gate, Secret};

/// A request as the server sees it: method, place and body.
fn sent(answer: &str, ask: impl FnOnce(&Client)) -> (String, String) {
    let server = Server::new([say(201, answer)]);
    ask(&client_of(&server));
    let mut heard = server.heard();
    assert_eq!(heard.len(), 1);
    let heard = heard.remove(0);
    if heard.line.starts_with("POST ") {
        assert_eq!(heard.content_type, "application/x-www-form-urlencoded");
    }
    (heard.line.replace(&format!("/2010-04-01/Accounts/{AC}"), ""), heard.body)
}

const SID: &str = r#"{"sid":"XX1"}"#;

#[test]
fn a_password_arrives_as_it_is() {
    let password = Secret::new("+& =%é\"Aa1+plus");
    let (line, body) = sent(SID, |client| {
        client.create_credential("CL1", "lobby phone", &password).unwrap();
    });
    assert_eq!(line, "POST /SIP/CredentialLists/CL1/Credentials.json");
    assert_eq!(body, "Username=lobby+phone&Password=%2B%26+%3D%25%C3%A9%22Aa1%2Bplus");
    let decoded: Vec<_> = form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    assert_eq!(decoded[1], ("Password".to_owned(), password.expose().to_owned()));

    let (line, body) = sent(SID, |client| {
        client.update_credential("CL1", "CR1", &password).unwrap();
    });
    assert_eq!(line, "POST /SIP/CredentialLists/CL1/Credentials/CR1.json");
    assert_eq!(body, "Password=%2B%26+%3D%25%C3%A9%22Aa1%2Bplus");
}

#[test]
fn each_resource_is_where_it_is() {
    type Ask = Box<dyn FnOnce(&Client)>;
    let fields = || Fields::new().with("VoiceUrl", "https://voice.example.org/outgoing").with("TrunkSid", "");
    let form = "VoiceUrl=https%3A%2F%2Fvoice.example.org%2Foutgoing&TrunkSid=";
    let with = |more: &str| format!("{form}&{more}");
    let none = String::new;
    let asks: Vec<(Ask, &str, String)> = vec![
        (
            Box::new(|client| drop(client.create_credential_list("my phones").unwrap())),
            "POST /SIP/CredentialLists.json",
            "FriendlyName=my+phones".into(),
        ),
        (
            Box::new(|client| client.delete_credential_list("CL1").unwrap()),
            "DELETE /SIP/CredentialLists/CL1.json",
            none(),
        ),
        (
            Box::new(|client| client.delete_credential("CL1", "CR1").unwrap()),
            "DELETE /SIP/CredentialLists/CL1/Credentials/CR1.json",
            none(),
        ),
        (
            Box::new(move |client| drop(client.create_sip_domain("demo.sip.twilio.com", &fields()).unwrap())),
            "POST /SIP/Domains.json",
            with("DomainName=demo.sip.twilio.com"),
        ),
        (
            Box::new(move |client| drop(client.update_sip_domain("SD1", &fields()).unwrap())),
            "POST /SIP/Domains/SD1.json",
            form.into(),
        ),
        (Box::new(|client| client.delete_sip_domain("SD1").unwrap()), "DELETE /SIP/Domains/SD1.json", none()),
        (
            Box::new(|client| drop(client.map("SD1", Gate::Registrations, "CL1").unwrap())),
            "POST /SIP/Domains/SD1/Auth/Registrations/CredentialListMappings.json",
            "CredentialListSid=CL1".into(),
        ),
        (
            Box::new(|client| client.unmap("SD1", Gate::Calls, "CL1").unwrap()),
            "DELETE /SIP/Domains/SD1/Auth/Calls/CredentialListMappings/CL1.json",
            none(),
        ),
        (
            Box::new(move |client| drop(client.buy_number("+15035550100", &fields()).unwrap())),
            "POST /IncomingPhoneNumbers.json",
            with("PhoneNumber=%2B15035550100"),
        ),
        (
            Box::new(move |client| drop(client.update_number("PN1", &fields()).unwrap())),
            "POST /IncomingPhoneNumbers/PN1.json",
            form.into(),
        ),
        (
            Box::new(|client| client.release_number("PN1").unwrap()),
            "DELETE /IncomingPhoneNumbers/PN1.json",
            none(),
        ),
        (
            Box::new(|client| drop(client.number("PN1").unwrap())),
            "GET /IncomingPhoneNumbers/PN1.json",
            none(),
        ),
        (
            Box::new(move |client| drop(client.create_address(&fields()).unwrap())),
            "POST /Addresses.json",
            form.into(),
        ),
        (
            Box::new(move |client| drop(client.update_address("AD1", &fields()).unwrap())),
            "POST /Addresses/AD1.json",
            form.into(),
        ),
        (Box::new(|client| client.delete_address("AD1").unwrap()), "DELETE /Addresses/AD1.json", none()),
        (Box::new(|client| drop(client.alert("NO1").unwrap())), "GET /v1/Alerts/NO1", none()),
    ];
    for (ask, line, body) in asks {
        assert_eq!(sent(SID, ask), (line.to_owned(), body));
    }
}

#[test]
fn a_number_is_read_with_what_is_not_set() {
    let answer = r#"{"sid":"PN1","phone_number":"+15035550100","friendly_name":null,"voice_url":null,
        "voice_application_sid":"","trunk_sid":null,"emergency_address_status":"registered",
        "capabilities":{"voice":true,"sms":false,"fax":null},"beta":false,"bundle_sid":null}"#;
    let server = Server::new([say(200, answer)]);
    let number = client_of(&server).number("PN1").unwrap();
    assert_eq!((number.phone_number.as_str(), number.voice_url.as_str()), ("+15035550100", ""));
    assert_eq!(number.emergency_address_status, "registered");
    assert!(number.capabilities.voice);
    drop(server.lines());
}

#[test]
fn prices_are_read() {
    let answer = r#"{"country":"United States","iso_country":"US","price_unit":"USD","phone_number_prices":[
        {"number_type":"local","base_price":"1.15","current_price":"1.00"},
        {"number_type":"toll free","base_price":2.15,"current_price":null}]}"#;
    let server = Server::new([say(200, answer)]);
    let (unit, prices) = client_of(&server).number_prices("US").unwrap();
    assert_eq!(unit, "USD");
    assert_eq!((prices[0].base_price.as_str(), prices[0].current_price.as_str()), ("1.15", "1.00"));
    assert_eq!((prices[1].base_price.as_str(), prices[1].current_price.as_str()), ("2.15", ""));
    assert_eq!(server.lines(), ["GET /v1/PhoneNumbers/Countries/US"]);
}

#[test]
fn what_is_not_a_sid_is_not_sent() {
    let server = Server::new([]);
    let client = client_of(&server);
    for sid in ["", "PN1/../PN2", "PN1?x"] {
        assert!(client.release_number(sid).is_err(), "{sid}");
        assert!(client.number_prices(sid).is_err(), "{sid}");
    }
    assert!(server.lines().is_empty());
}
