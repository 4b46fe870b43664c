//! Nothing private is shown.

use std::fmt::Debug;

use super::server::{Server, say};
use super::{AC, TOKEN, client_of};
use crate::{
    Account, Address, Alert, CallRecord, Client, Credential, Error, Fields, PhoneNumber, Refusal, Secret,
};

const KEY: &str = "SK00000000000000000000000000000000";

fn shown(value: &impl Debug) -> String {
    format!("{value:?} {value:#?}")
}

#[test]
fn a_client_is_shared_and_shows_no_secret() {
    fn shared<T: Send + Sync>() {}
    shared::<Client>();
    let account = Account::with_key(AC, KEY, Secret::new(TOKEN)).unwrap();
    let authorization = account.authorization();
    let encoded = authorization.expose().strip_prefix("Basic ").unwrap().to_owned();
    let client = Client::new(account.clone(), crate::Hosts::default());
    let all = [shown(&client), shown(&account), shown(&account.authorization()), shown(&Secret::new(TOKEN))]
        .concat();
    for private in [TOKEN, AC, KEY, encoded.as_str()] {
        assert!(!all.contains(private), "{all}");
    }
    assert!(all.contains("https://api.twilio.com"));
}

#[test]
fn an_error_shows_neither_secret_nor_account() {
    let server = Server::new([
        say(
            400,
            &format!(r#"{{"code":20001,"message":"{AC} {TOKEN}\u001b[31m","more_info":"https://x/{AC}"}}"#),
        ),
        say(503, &format!(r#"{{"message":"/Accounts/{AC}/x {TOKEN}"}}"#)),
        say(200, &format!("{AC} {TOKEN}")),
        say(200, &format!(r#"{{"{AC}":[{{"{TOKEN}":1}}]}}"#)),
    ]);
    let client = client_of(&server);
    let password = Secret::new("Sesame0pen!!");
    let errors = [
        client.create_credential("CL1", "lobby", &password).unwrap_err(),
        client.create_credential("CL1", "lobby", &password).unwrap_err(),
        client.update_credential("CL1", "CR1", &password).unwrap_err(),
        client.credentials("CL1").unwrap_err(),
        client.delete_credential("CL1", "").unwrap_err(),
    ];
    assert!(matches!(errors[0], Error::Refused(Refusal { status: 400, .. })));
    assert!(errors[1].is_uncertain());
    for error in &errors {
        let all = format!("{error} {}", shown(error));
        for private in [TOKEN, AC, "Sesame0pen", "Sesame", "lobby", "\u{1b}", "Basic"] {
            assert!(!all.contains(private), "{private:?} in {all}");
        }
    }
    assert_eq!(server.lines().len(), 4);
}

#[test]
fn a_token_of_any_shape_stays_out_of_errors() {
    // Nobody listens here: the library's own words are what is shown.
    let client = super::client_at("http://127.0.0.1:1");
    let error = client.numbers().unwrap_err();
    let all = format!("{error} {}", shown(&error));
    assert!(!all.contains(TOKEN) && !all.contains(AC), "{all}");
}

#[test]
fn what_people_are_called_and_where_they_are_is_not_shown() {
    let private = || "private".to_owned();
    let credential = Credential { username: private(), ..Credential::default() };
    let number = PhoneNumber { phone_number: private(), friendly_name: private(), ..PhoneNumber::default() };
    let call = CallRecord { from: private(), to: private(), ..CallRecord::default() };
    let address = Address {
        friendly_name: private(),
        customer_name: private(),
        street: private(),
        street_secondary: private(),
        city: private(),
        region: private(),
        postal_code: private(),
        ..Address::default()
    };
    let alert = Alert {
        alert_text: private(),
        request_url: private(),
        request_variables: private(),
        ..Alert::default()
    };
    let fields = Fields::new().with("Password", "private");
    for text in
        [shown(&credential), shown(&number), shown(&call), shown(&address), shown(&alert), shown(&fields)]
    {
        assert!(!text.contains("private"), "{text}");
    }
}
